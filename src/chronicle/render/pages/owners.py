"""Who owns an entity, or what it owns, at last or directly: the answer of ``chronicle owners``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, Literal

from attrs import Factory, field, frozen

from chronicle.engine.state import Effective, Excess, Owner, State
from chronicle.events import Right
from chronicle.ownership import is_closed
from chronicle.render.groups import excess_data
from chronicle.render.layout import (
    DIM,
    DOUBT,
    PLAIN,
    STRONG,
    Line,
    Page,
    clean,
    columns,
    page_width,
    right,
    wrap,
)
from chronicle.render.terms import Terms
from chronicle.render.tree import Branch, tree
from chronicle.render.words.days import day_words
from chronicle.render.words.names import names_of
from chronicle.render.words.owners import (
    Called,
    above_lines,
    chain_parts,
    declared_data,
    declared_words,
    effective_data,
    figure,
    listed,
)
from chronicle.values import Share

Way = Literal["ultimate", "direct", "owned"]
"""What is asked for: who owns it at last, who holds it directly, or what it owns at last."""

_TITLES: Final = MappingProxyType(
    {"ultimate": "Owners at last of ", "direct": "Holders of ", "owned": "Owned at last by "}
)
_COLUMNS: Final = (
    "part",
    "holder",
    "target",
    "right",
    "share",
    "minimum",
    "maximum",
    "certain",
    "type",
    "declared",
    "loop",
    "chains",
    "events",
    "holder_name",
    "target_name",
)
_LOOKED_THROUGH: Final = 100
"""Of so many owners, those with most, the chains are looked for."""
_NEVER_HELD: Final = frozenset({"person", "government"})


@frozen(eq=False)
class WhoOwns:
    """The owners of ``entity`` (an id) on a day; ``way`` "owned" asks for what it has of others instead.

    ``over`` keeps those who have, or may have, more than that. What is not known, and what nobody has,
    is always there.
    """

    state: State
    entity: str
    owners: tuple[Owner, ...]
    way: Way
    right: Right
    over: Fraction | None
    terms: Terms
    called: Called = field(init=False, default=Factory(lambda self: names_of(self.state), takes_self=True))
    _looked_through: dict[str, Effective] = field(factory=dict, init=False)

    # As data

    def data(self) -> dict[str, Any]:
        """Each owner with its share, its chains and loops, and the ids of the events behind it.

        ``chains`` is null for direct holders, for what nobody is known to have, and for all but the first
        hundred owners: ``without_chains`` says for how many.
        """
        return {
            "entity": self.entity,
            "name": self.state.name(self.entity),
            "as_of": self.state.as_of.isoformat(),
            **self.terms.data(),
            "way": self.way,
            "right": self.right,
            "over": None if self.over is None else Share.exact(self.over).to_json(),
            "left_out": self._left_out,
            "without_chains": self._without_chains,
            "owners": [self._owner(owner) for owner in self._kept()],
            "above_the_whole": [excess_data(excess) for excess in self._above()],
        }

    def _owner(self, owner: Owner) -> dict[str, Any]:
        holder, target = self._sides(owner)
        found: dict[str, Any] = {
            "holder": holder,
            "target": target,
            "part": owner.part,
            "share": owner.share.to_json(),
            "certain": owner.certain,
            "type": owner.type,
            "loop": list(owner.loop),
            "declared": list(map(declared_data, owner.declared)),
            "events": list(owner.events),
        }
        effective = self._effective(owner)
        data = {} if effective is None else effective_data(effective)
        found |= {key: data.get(key) for key in ("chains", "all_chains", "around", "loops")}
        found["holder_name"] = None if holder is None else self.state.name(holder)
        return found | {"target_name": None if target is None else self.state.name(target)}

    # As a table

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each owner; ``minimum`` and ``maximum`` are the ends of its share as fractions.

        ``chains`` has the ids on each chain, from the holder down.
        """
        return _COLUMNS, map(self._row, self._kept())

    def _row(self, owner: Owner) -> tuple[str, ...]:
        holder, target = self._sides(owner)
        effective = self._effective(owner)
        ends = owner.share.to_json() or {}
        return (
            owner.part,
            clean(holder or ""),
            clean(target or ""),
            self.right,
            owner.share.canonical(),
            *(ends.get("exact", ends.get(end, "")) for end in ("min", "max")),
            "certain" if owner.certain else "possible",
            owner.type or "",
            clean("; ".join(_declared(owner))),
            clean(" ".join(owner.loop)),
            clean("; ".join(" ".join(chain.path) for chain in effective.chains) if effective else ""),
            clean(" ".join(owner.events)),
            *(clean((side and self.state.name(side)) or "") for side in (holder, target)),
        )

    def lines(self) -> Iterator[str]:
        """An owner a line, with the columns of ``rows``."""
        for owner in self._kept():
            yield "\t".join(self._row(owner))

    # As a page

    def people(self, width: int) -> Page:
        """A tree of owners, below each the chains through which it has its share."""
        return Page(lambda: self._page(page_width(width)))

    def _page(self, width: int) -> Iterator[Line]:
        yield from wrap([(_TITLES[self.way], PLAIN), (self.called(self.entity), STRONG)], width)
        by = "" if self.right == "equity" else f", by {self.right}"
        yield from wrap([(f"on {day_words(self.state.as_of)}{by}{self.terms.words()}", PLAIN)], width)
        yield []
        kept = self._kept()
        if kept and (self._left_out or any(owner.part != "not known" for owner in kept)):
            yield from tree(Branch(([(self.called(self.entity), STRONG)],), self._branches(kept)), width)
        elif not self._left_out:
            nothing = "Nothing is known that it has." if self.way == "owned" else "No holder of it is known."
            yield from wrap([(self.terms.too_early() or nothing, PLAIN)], width)
        for excess in self._above():
            yield from above_lines(excess, self.called, width)
        if self._left_out:
            yield from wrap([(self._left_out_words(), DIM)], width)
        if self._without_chains:
            words = f"the chains of {self._without_chains:,} more are left out; ask with a larger --over"
            yield from wrap([(words, DIM)], width)

    def _branches(self, owners: Sequence[Owner]) -> tuple[Branch, ...]:
        figures = [figure(owner.share) for owner in owners]
        most = max(map(columns, figures))
        return tuple(
            Branch(([(f"{right(amount, most)}  ", STRONG), *self._said(owner)],), self._parts(owner))
            for amount, owner in zip(figures, owners, strict=True)
        )

    def _said(self, owner: Owner) -> Line:
        doubt: Line = [] if owner.certain else [(", possible", DOUBT)]
        if owner.part == "not known":
            return [("others, not known", PLAIN), *doubt]
        if owner.part == "nobody":
            return [(f"nobody: {self._wholly(owner.loop)}", PLAIN), *doubt]
        said: Line = [(self.called(owner.entity or ""), STRONG)]
        if self.way == "ultimate":
            is_last = owner.type in _NEVER_HELD
            said.append((f", {owner.type}" if is_last else " (no holder of it is known)", DIM))
        return [*said, *doubt]

    def _wholly(self, loop: Sequence[str]) -> str:
        surely = is_closed(self.state.graph_of(self.right), loop)
        if len(loop) == 1:
            return f"{self.called(loop[0])} {'owns' if surely else 'may own'} itself wholly"
        *others, last = listed(loop, self.called)
        return f"{', '.join(others)} and {last} {'own' if surely else 'may own'} each other wholly"

    def _parts(self, owner: Owner) -> tuple[Branch, ...]:
        """The chains of an owner, where one has several hops, and what is declared beyond them."""
        effective = self._effective(owner)
        parts: list[tuple[str, str]] = []
        if effective is not None and (
            effective.loops or any(len(each.edges) > 1 for each in effective.chains)
        ):
            parts = [(amount, words) for amount, words in chain_parts(effective, self.called)]
        most = max((columns(amount) for amount, _ in parts), default=0)
        said: list[Line] = [
            [(f"{right(amount, most)}  ", PLAIN), (words, PLAIN)] if most else [(words, PLAIN)]
            for amount, words in parts
        ]
        said += [[(declared_words(declared), DOUBT)] for declared in owner.declared]
        return tuple(Branch((line,)) for line in said)

    def _left_out_words(self) -> str:
        what = "companies of which it has" if self.way == "owned" else "owners with"
        if self._left_out == 1:
            what = "company of which it has" if self.way == "owned" else "owner with"
        over = "" if self.over is None else figure(Share.exact(self.over))
        is_are = "is" if self._left_out == 1 else "are"
        return f"{self._left_out:,} {what} at most {over} {is_are} left out"

    # What is asked for

    def _kept(self) -> tuple[Owner, ...]:
        return tuple(owner for owner in self.owners if self.over is None or _over(owner, self.over))

    @property
    def _left_out(self) -> int:
        return len(self.owners) - len(self._kept())

    def _sides(self, owner: Owner) -> tuple[str | None, str | None]:
        """The holder and the target, by id."""
        return (self.entity, owner.entity) if self.way == "owned" else (owner.entity, self.entity)

    def _effective(self, owner: Owner) -> Effective | None:
        """The chains of an owner.

        None where only direct holders are asked for, for nobody known, and for all but the first of many.
        """
        if owner.entity not in self._first:
            return None
        found = self._looked_through.get(owner.entity)
        if found is None:
            holder, target = self._sides(owner)
            found = self.state.effective(holder or "", target or "", self.right)
            self._looked_through[owner.entity] = found
        return found

    @cached_property
    def _first(self) -> frozenset[str]:
        """The owners whose chains are looked for."""
        named = (owner.entity for owner in self._kept() if owner.entity is not None)
        return frozenset() if self.way == "direct" else frozenset(islice(named, _LOOKED_THROUGH))

    @property
    def _without_chains(self) -> int:
        """How many owners are too many for their chains to be looked for."""
        named = [owner for owner in self._kept() if owner.entity is not None]
        return 0 if self.way == "direct" else len(named) - len(self._first)

    def _above(self) -> tuple[Excess, ...]:
        """What is above the whole on the way."""
        graph = self.state.graph_of(self.right)
        found: Iterable[str] = [self.entity]
        if self.way == "ultimate":
            found = graph.above([self.entity])
        elif self.way == "owned":
            found = [company for company in graph.below([self.entity]) if company != self.entity]
        targets = tuple(found)
        excesses = self.state.above_the_whole(*targets) if targets else ()
        return tuple(excess for excess in excesses if excess.right == self.right)


def _over(owner: Owner, limit: Fraction) -> bool:
    """Whether an owner has, or may have, more than a limit; what is declared counts as well."""
    if owner.part != "owner" or owner.share.may_be_above(limit):
        return True
    return any(each.share is None or each.share.may_be_above(limit) for each in owner.declared)


def _declared(owner: Owner) -> Iterator[str]:
    for declared in owner.declared:
        yield f"{declared.basis}: {'?' if declared.share is None else declared.share.canonical()}"
