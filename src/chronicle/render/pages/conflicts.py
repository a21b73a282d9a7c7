"""Where sources disagree: the answer of ``chronicle conflicts``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle.engine.conflicts import Conflict
from chronicle.render.layout import Page, clean
from chronicle.render.pages.claims import claimed, conflict_data
from chronicle.render.pages.conflicts_page import conflicts_page
from chronicle.render.terms import Terms
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
)


@frozen(eq=False)
class Conflicts:
    """Conflicts among sources, in the order in which they were found."""

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
        """A claim a row; those of one conflict have its number."""
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
                )

    def lines(self) -> Iterator[str]:
        """A claim a line, as in a table."""
        for row in self._rows():
            yield "\t".join(row)

    def people(self, width: int) -> Page:
        """Each conflict with its claims, the one that counts marked."""
        return conflicts_page(self.conflicts, self.terms, self.teller, width)
