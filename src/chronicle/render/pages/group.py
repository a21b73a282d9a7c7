"""Whom an entity controls: the answer of ``chronicle group``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from attrs import Factory, field, frozen

from chronicle.engine.state import Group, State
from chronicle.ownership import Controlled, Grant
from chronicle.render.layout import DIM, DOUBT, PLAIN, STRONG, Line, Page, clean, page_width, wrap
from chronicle.render.terms import Terms
from chronicle.render.tree import deep_tree
from chronicle.render.words.days import day_words
from chronicle.render.words.names import names_of
from chronicle.render.words.owners import Called, figure, listed
from chronicle.values import Share

_COLUMNS: Final = (
    "entity",
    "through",
    "right",
    "share",
    "minimum",
    "maximum",
    "certain",
    "basis",
    "holders",
    "effective",
    "events",
    "entity_name",
    "through_name",
)


@frozen(eq=False)
class WhoIsControlled:
    """A group of control on a day."""

    state: State
    group: Group
    terms: Terms
    called: Called = field(init=False, default=Factory(lambda self: names_of(self.state), takes_self=True))

    # As data

    def data(self) -> dict[str, Any]:
        """Each member, after the one that it stands below, with what the group holds of it together."""
        threshold = self.group.threshold
        return {
            "entity": self.group.top,
            "name": self.state.name(self.group.top),
            "as_of": self.state.as_of.isoformat(),
            **self.terms.data(),
            "over": Share.exact(threshold.share).to_json(),
            "at_least": threshold.reached,
            "members": list(map(self._member, self.group.members)),
        }

    def _member(self, member: Controlled) -> dict[str, Any]:
        effective = self.group.effective.get(member.entity)
        return {
            "entity": member.entity,
            "through": member.through,
            "right": self.state.right_of_control(member.entity),
            "share": member.share.to_json(),
            "certain": member.certain,
            "effective": None if effective is None else effective.to_json(),
            "finite": effective is not None,
            "holders": [
                {"holder": edge.holder, "share": edge.share.to_json(), "certain": edge.certain}
                for edge in member.edges
            ],
            "grants": [
                {"controller": grant.controller, "basis": grant.basis, "certain": grant.certain}
                for grant in member.grants
            ],
            "events": list(member.events),
            "entity_name": self.state.name(member.entity),
            "through_name": self.state.name(member.through),
        }

    # As a table

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each member; ``minimum`` and ``maximum`` are the ends of ``share`` as fractions."""
        return _COLUMNS, map(self._row, self.group.members)

    def _row(self, member: Controlled) -> tuple[str, ...]:
        effective = self.group.effective.get(member.entity)
        ends = member.share.to_json() or {}
        return (
            clean(member.entity),
            clean(member.through),
            self.state.right_of_control(member.entity),
            member.share.canonical(),
            *(ends.get("exact", ends.get(end, "")) for end in ("min", "max")),
            "certain" if member.certain else "possible",
            clean("; ".join(dict.fromkeys(grant.basis for grant in member.grants))),
            clean(" ".join(edge.holder for edge in member.edges)),
            "" if effective is None else effective.canonical(),
            clean(" ".join(member.events)),
            clean(self.state.name(member.entity) or ""),
            clean(self.state.name(member.through) or ""),
        )

    def lines(self) -> Iterator[str]:
        """A member a line, with the columns of ``rows``."""
        for member in self.group.members:
            yield "\t".join(self._row(member))

    # As a page

    def people(self, width: int) -> Page:
        """A tree of control."""
        return Page(lambda: self._page(page_width(width)))

    def _page(self, width: int) -> Iterator[Line]:
        yield from wrap([("Controlled by ", PLAIN), (self.called(self.group.top), STRONG)], width)
        when = f"on {day_words(self.state.as_of)}, by {self.group.threshold}{self.terms.words()}"
        yield from wrap([(when, PLAIN)], width)
        yield []
        if not self.group.members:
            yield from wrap(
                [(self.terms.too_early() or "No one is known to be controlled by it.", PLAIN)], width
            )
            return
        below: defaultdict[str, list[Controlled]] = defaultdict(list)
        for member in self.group.members:
            below[member.through].append(member)
        yield [(self.called(self.group.top), STRONG)]
        first = below[self.group.top]
        yield from deep_tree(first, lambda member: below.get(member.entity, []), self._said, width)

    def _said(self, member: Controlled) -> Line:
        """What is held together, the name, and how it is controlled where that is not plain."""
        said: Line = []
        if member.edges:
            of = " of votes" if self.state.right_of_control(member.entity) == "votes" else ""
            said.append((f"{figure(member.share)}{of}  ", STRONG))
        said.append((self.called(member.entity), STRONG))
        if member.grants:
            said.append((", by " + " and by ".join(dict.fromkeys(map(self._grant, member.grants))), PLAIN))
        if not member.certain:
            said.append((", possible", DOUBT))
        beside = [self._together(member), self._effective(member)]
        told = "; ".join(each for each in beside if each)
        return [*said, (f"  ({told})" if told else "", DIM)]

    def _grant(self, grant: Grant) -> str:
        return f"{clean(grant.basis)} of {self.called(grant.controller)}"

    def _together(self, member: Controlled) -> str:
        """Which members hold it, where it is not the one above it alone."""
        if [edge.holder for edge in member.edges] in ([], [member.through]):
            return ""
        shares = {edge.holder: figure(edge.share) for edge in member.edges}
        return ", ".join(
            listed(tuple(shares), lambda holder: f"{self.called(holder)} {shares.get(holder, '')}".strip())
        )

    def _effective(self, member: Controlled) -> str:
        """What the top has of it at last, where that is not what the group holds of it."""
        effective = self.group.effective.get(member.entity)
        if effective is None:
            return "no finite share at last"
        if effective.canonical() == member.share.canonical() and effective.certain == member.share.certain:
            return ""
        doubt = "" if effective.certain else ", possible"
        return f"{figure(effective)} at last{doubt if member.certain else ''}"
