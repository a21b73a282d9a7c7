"""What was so on a day: the answer of ``chronicle as-of``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from attrs import frozen

from chronicle.dates import PartialDate
from chronicle.engine.state import State
from chronicle.render.groups import excess_data, excesses, groups, own_groups
from chronicle.render.layout import Page
from chronicle.render.pages.as_of_page import as_of_page
from chronicle.render.terms import ASKED_PLAINLY, Terms

_COLUMNS: Final = (
    "what",
    "subject",
    "object",
    "detail",
    "value",
    "certain",
    "since",
    "events",
    "minimum",
    "maximum",
    "shares",
)
_PLAIN_COLUMNS: Final = 8


@frozen(eq=False)
class AsOf:
    """A state, or what in it names one ``entity`` (by id).

    ``first`` is the date of the first event of the history, for the words about a day before it.
    ``terms`` say more of how the question was asked.
    """

    state: State
    entity: str | None = None
    first: PartialDate | None = None
    terms: Terms = ASKED_PLAINLY

    def data(self) -> dict[str, Any]:
        """Every fact by its view. ``views`` has those of projectors that are the user's own."""
        known = self.state.known
        return {
            "as_of": self.state.as_of.isoformat(),
            "known": None if known is None else known.isoformat(),
            **{name: value for name, value in self.terms.data().items() if name != "known"},
            **{group.name: group.data() for group in groups(self.state, self.entity)},
            "above_the_whole": [excess_data(each) for each in excesses(self.state, self.entity)],
            "views": {group.name: group.data() for group in own_groups(self.state, self.entity)},
        }

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A fact a row. ``minimum`` and ``maximum`` are the ends of a share as parts of one."""
        return _COLUMNS, self._rows()

    def lines(self) -> Iterator[str]:
        """A fact a line: what it is, subject, object, detail, value, certain or possible, since, events."""
        for row in self._rows():
            yield "\t".join(row[:_PLAIN_COLUMNS])

    def people(self, width: int) -> Page:
        """The facts in groups, what is only possible marked."""
        return as_of_page(self.state, self.entity, self.first, self.terms, width)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for group in (*groups(self.state, self.entity), *own_groups(self.state, self.entity)):
            yield from group.rows()
