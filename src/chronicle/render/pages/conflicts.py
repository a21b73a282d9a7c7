"""Where sources disagree: the answer of ``chronicle conflicts``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from chronicle.engine.conflicts import Conflict
from chronicle.events import Event
from chronicle.render.layout import DIM, DOUBT, PLAIN, STRONG, Line, Page, clean, page_width, wrap
from chronicle.render.pages.claims import (
    claimed,
    conflict_data,
    differing,
    disagreement,
    once,
    reason_words,
    said_by,
)
from chronicle.render.terms import Terms
from chronicle.render.words.days import day_before, speaking_day
from chronicle.render.words.sentences import Teller
from chronicle.render.words.sources import source_words

_COLUMNS: Final = (
    "conflict",
    "fact",
    "differ",
    "counts",
    "event",
    "kind",
    "date",
    "claim",
    "known",
    "confidence",
    "sources",
    "rule",
    "fact_name",
)


@frozen(eq=False)
class Conflicts:
    """Conflicts among claims, in the order in which they were found."""

    conflicts: Sequence[Conflict]
    terms: Terms
    teller: Teller

    def data(self) -> dict[str, Any]:
        """Each conflict with every claim, the one that counts first."""
        return {
            **self.terms.data(),
            "conflicts": [conflict_data(each, self.teller) for each in self.conflicts],
        }

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each claim; those of one conflict have its number."""
        return _COLUMNS, self._rows()

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for number, conflict in enumerate(self.conflicts, 1):
            for event in (conflict.chosen, *conflict.others):
                yield (
                    str(number),
                    clean(" ".join(conflict.fact)),
                    " ".join(conflict.differ),
                    "yes" if event is conflict.chosen else "no",
                    clean(event.id),
                    event.kind,
                    clean(str(event.date)),
                    claimed(event, self.teller),
                    self.teller.known(event).day.isoformat(),
                    event.confidence or "",
                    "; ".join(map(source_words, event.sources)),
                    clean(conflict.rule),
                    clean(fact_words(conflict, self.teller)),
                )

    def lines(self) -> Iterator[str]:
        """A claim a line, with the columns of ``rows``."""
        for row in self._rows():
            yield "\t".join(row)

    def people(self, width: int) -> Page:
        """Each conflict with its claims, the one that counts marked."""
        return conflicts_page(self.conflicts, self.terms, self.teller, width)


# The page


_COUNTS: Final = "✓ counts  "


_NOT: Final = "  set aside  "


_TOO: Final = "  agrees  "


_NARROWEST: Final = 20


_STAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "deal.proposed": "proposal",
        "deal.agreed": "agreement",
        "deal.approved": "approval",
        "deal.completed": "completion",
        "deal.terminated": "termination",
    }
)


def conflicts_page(conflicts: Sequence[Conflict], terms: Terms, teller: Teller, width: int) -> Page:
    """The page of ``conflicts`` on a terminal of ``width`` columns."""
    return Page(lambda: _page(conflicts, terms, teller, page_width(width)))


def _page(conflicts: Sequence[Conflict], terms: Terms, teller: Teller, width: int) -> Iterator[Line]:
    if not conflicts:
        said = f"No sources disagree{terms.words()}."
        yield from wrap([(" ".join(filter(None, (said, terms.too_early()))), PLAIN)], width)
        return
    for conflict in conflicts:
        yield from _conflict(conflict, teller, width)
        yield []
    count = f"{len(conflicts):,} conflict{'' if len(conflicts) == 1 else 's'}{terms.words()}"
    yield from wrap([(count, DIM)], width)


def _conflict(conflict: Conflict, teller: Teller, width: int) -> Iterator[Line]:
    head: Line = [(fact_words(conflict, teller), STRONG)]
    if conflict.once:
        head.append((f": {once(conflict)}", PLAIN))
    if conflict.differ:
        head += [("; " if conflict.once else ": ", PLAIN), (disagreement(conflict), PLAIN)]
        head.append((differing(conflict), DOUBT))
    yield from wrap(head, width)
    yield from _claim(conflict.chosen, teller, _COUNTS, "green", width)
    for other in conflict.others:
        yield from _claim(other, teller, _NOT if conflict.differ else _TOO, DIM, width)
    yield from wrap(
        [("  why this one: " if conflict.differ else "  ", DIM), (reason_words(conflict), PLAIN)], width
    )


def _claim(event: Event, teller: Teller, label: str, style: str, width: int) -> Iterator[Line]:
    margin = " " * (2 + len(_NOT))
    lines: tuple[Line, ...] = (
        [(claimed(event, teller), STRONG)],
        [(said_by(event, teller), DIM)],
    )
    head: Line = [("  ", PLAIN), (label.ljust(len(_NOT)), style)]
    for line in lines:
        for part in wrap(line, max(_NARROWEST, width - len(margin))):
            yield [*head, *part]
            head = [(margin, PLAIN)]


def fact_words(conflict: Conflict, teller: Teller) -> str:
    """What a conflict is about: "Stake of Alibaba Group in Alibaba Pictures"."""
    sort, *parts = conflict.fact
    return _FACTS[sort](parts, conflict.chosen, teller)


def _stake(parts: Sequence[str], event: Event, teller: Teller) -> str:
    holder, target, right = parts
    day = speaking_day(event.date)
    of = "" if right == "equity" else f" ({clean(right)})"
    return f"Stake of {teller.name(holder, day)} in {teller.name(target, day)}{of}"


def _deal(parts: Sequence[str], _: Event, teller: Teller) -> str:
    deal, kind = parts
    return f"{_STAGES[kind].capitalize()} of the deal “{teller.titled(deal)}”"


def _investment(parts: Sequence[str], event: Event, teller: Teller) -> str:
    investor, project = (teller.name(each, speaking_day(event.date)) for each in parts)
    return f"Investment of {investor} in {project}"


def _shares(parts: Sequence[str], event: Event, teller: Teller) -> str:
    issuer, kind = parts
    return f"{_COUNTS_OF_SHARES[kind]} of {teller.name(issuer, speaking_day(event.date))}"


_COUNTS_OF_SHARES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "shares.issued": "New shares",
        "shares.cancelled": "Cancelled shares",
        "shares.restructured": "Split or consolidation of the shares",
    }
)


def _name(parts: Sequence[str], event: Event, teller: Teller) -> str:
    return f"New name of {clean(teller.name(parts[0], day_before(event.date)))}"


def _founding(parts: Sequence[str], event: Event, teller: Teller) -> str:
    return f"Founding of {clean(teller.name(parts[0], speaking_day(event.date)))}"


_FACTS: Final[Mapping[str, Callable[[Sequence[str], Event, Teller], str]]] = MappingProxyType(
    {
        "stake": _stake,
        "investment": _investment,
        "shares": _shares,
        "deal": _deal,
        "founding": _founding,
        "name": _name,
    }
)
