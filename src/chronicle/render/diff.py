"""What changed: the answer of ``chronicle diff``."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle.diff import Difference
from chronicle.events import Event
from chronicle.render.diff_page import Compared, diff_page
from chronicle.render.facts import about, fact_data, key_data
from chronicle.render.layout import Page, clean
from chronicle.render.sentences import Teller
from chronicle.render.terms import Terms

_COLUMNS: Final = ("how", "type", "view", "subject", "before", "after", "events")


@frozen(eq=False)
class Changes:
    """The differences between two sides, each a day on terms of its own.

    ``events`` has each event by its id. With ``entity`` the differences are those that name it.
    """

    differences: Sequence[Difference]
    days: tuple[datetime.date, datetime.date]
    terms: tuple[Terms, Terms]
    teller: Teller
    events: Mapping[str, Event]
    entity: str | None = None

    def data(self) -> dict[str, Any]:
        """Each difference by its type, with the facts before and after it and the events that made it."""
        first, second = self.terms
        return {
            "from": self.days[0].isoformat(),
            "to": self.days[1].isoformat(),
            "known_from": first.data()["known"],
            "known_to": second.data()["known"],
            **{name: value for name, value in second.data().items() if name != "known"},
            "differences": [_data(difference) for difference in self.differences],
        }

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A difference a row."""
        return _COLUMNS, map(self._row, self.differences)

    def _row(self, difference: Difference) -> tuple[str, ...]:
        told = about(difference.view)
        compared = self._compared()
        return (
            difference.how,
            type(difference).__name__,
            difference.view,
            clean(" ".join(difference.key)),
            compared.values(difference.before, told),
            compared.values(difference.after, told),
            clean(" ".join(difference.events)),
        )

    def lines(self) -> Iterator[str]:
        """A difference a line: how, type, view, subject, before, after, events."""
        for difference in self.differences:
            yield "\t".join(self._row(difference))

    def people(self, width: int) -> Page:
        """The differences in groups, each with a sign and a word for how, and with its events."""
        return diff_page(self.differences, self._compared(), width)

    def _compared(self) -> Compared:
        return Compared(self.days, self.terms, self.teller, self.events, self.entity)


def _data(difference: Difference) -> dict[str, Any]:
    parts = len(difference.key)
    return {
        "type": type(difference).__name__,
        "view": difference.view,
        "key": key_data(difference.view, difference.key),
        "how": difference.how,
        "before": [fact_data(fact, parts) for fact in difference.before],
        "after": [fact_data(fact, parts) for fact in difference.after],
        "events": list(difference.events),
    }
