"""What changed: the answer of ``chronicle diff``."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle.engine.diff import Difference
from chronicle.engine.state import Fact
from chronicle.engine.views import KEYS
from chronicle.engine.views.data import fact_data, key_data
from chronicle.events import Event
from chronicle.render.layout import Page, clean
from chronicle.render.pages.diff_page import Compared, diff_page
from chronicle.render.terms import Terms
from chronicle.render.words.sentences import Teller

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
        compared = self._compared()
        return (
            difference.how,
            type(difference).__name__,
            difference.view,
            clean(" ".join(difference.key)),
            compared.values(difference.before),
            compared.values(difference.after),
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
    about = key_data(difference.view, difference.key)
    return {
        "type": type(difference).__name__,
        "view": difference.view,
        "key": about,
        "how": difference.how,
        "before": [_side(fact, about) for fact in difference.before],
        "after": [_side(fact, about) for fact in difference.after],
        "events": list(difference.events),
    }


def _side(fact: Fact, about: Container[str]) -> dict[str, Any]:
    """A fact without what the difference is about: the parts of its key that this has not, and its value."""
    data = fact_data(fact)
    view, key, value = data.pop("view"), data.pop("key"), data["value"]
    rest = {name: part for name, part in key.items() if name not in about} if view in KEYS else {}
    return data | {"value": rest | value if isinstance(value, dict) else value}
