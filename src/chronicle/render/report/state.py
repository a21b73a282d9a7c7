"""The tables of a report on its last day: what the page shows without JavaScript, and begins with."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from chronicle.engine import views
from chronicle.render.report.facts import Data
from chronicle.render.report.names import KnownNames
from chronicle.render.report.through import GROUPS, SHARES

_SHORT: Final = 13
"""The most characters of a column that is narrow: those of a million in full, of a date, of a percentage."""


@frozen
class PageColumn:
    """A column: its title, what sort of texts it has, and whether all of these, on any day, are short."""

    title: str
    sort: str
    short: bool

    @property
    def classes(self) -> str:
        """The classes of its head, which settle its width: it is the same on all days."""
        return f"{self.sort} short" if self.short else self.sort


@frozen
class PageCell:
    """A cell: its texts, each with the language of a name, and what sort of column it is in."""

    texts: tuple[tuple[str, str], ...]
    sort: str
    title: str


@frozen
class PageRow:
    """A fact: its cells, since when it holds, whether it is certain, and its number among all rows."""

    number: int
    cells: tuple[PageCell, ...]
    since: str
    certain: bool


@frozen
class PageTable:
    """A table of one view; ``kept`` says which of its facts it has: None for all of them."""

    view: int
    name: str
    title: str
    about: bool
    kept: bool | None
    columns: tuple[PageColumn, ...]
    rows: tuple[PageRow, ...]

    @property
    def unused(self) -> str:
        """The classes that leave out the columns in which no row has a text."""
        found = (
            f"no-{at}"
            for at in range(1, len(self.columns) + 1)
            if all(not any(text for text, _ in row.cells[at - 1].texts) for row in self.rows)
        )
        return " ".join(found)


def _place(view: str) -> int:
    """Effective shares and groups follow what is held directly; all else keeps its order."""
    first = (views.HOLDINGS, SHARES, GROUPS)
    return first.index(view) if view in first else len(first)


@frozen(eq=False)
class LastState:
    """The facts of the last day, by all that is known, as tables."""

    data: Data
    names: KnownNames
    day: datetime.date

    def tables(self) -> list[PageTable]:
        """A table for each view, and two where only some facts of a view are listed first."""
        listed = sorted(enumerate(self.data["views"]), key=lambda item: _place(item[1]["name"]))
        return [table for at, view in listed for table in self._of_view(at, view)]

    def _of_view(self, at: int, view: Data) -> list[PageTable]:
        titles: list[tuple[str, bool | None]] = [(view["title"], None)]
        if "kept" in view:
            titles = [(view["kept"], True), (f"Other {view['title'].lower()}", False)]
        rows = [(number, row) for number, row in enumerate(self.data["rows"]) if self._cell(row)[0] == at]
        columns = self._columns(view, [row for _, row in rows])
        standing = [(number, row) for number, row in rows if self._stands(row)]
        return [
            PageTable(
                view=at,
                name=view["name"],
                title=title,
                about=view["about"],
                kept=kept,
                columns=columns,
                rows=tuple(
                    self._row(number, row, view["columns"])
                    for number, row in standing
                    if kept is None or self._fact(row)[4] == kept
                ),
            )
            for title, kept in titles
        ]

    def _columns(self, view: Data, rows: Sequence[Sequence[Any]]) -> tuple[PageColumn, ...]:
        every = [self._fact(row)[1] for row in rows]
        return tuple(
            PageColumn(title, sort, sort != "name" and all(len(fact[at]) <= _SHORT for fact in every))
            for at, (_, title, sort) in enumerate(view["columns"])
        )

    def _fact(self, row: Sequence[Any]) -> list[Any]:
        fact: list[Any] = self.data["facts"][row[0]]
        return fact

    def _cell(self, row: Sequence[Any]) -> list[Any]:
        cell: list[Any] = self.data["cells"][self._fact(row)[0]]
        return cell

    def _stands(self, row: Sequence[Any]) -> bool:
        day = self.day.toordinal()
        return row[7] is None and row[2] <= day and (row[5] is None or day < row[5])

    def _row(self, number: int, row: Sequence[Any], columns: Sequence[Sequence[str]]) -> PageRow:
        shown = self._fact(row)[1]
        cells = zip(columns, shown, strict=True)
        return PageRow(
            number=number,
            cells=tuple(PageCell(self._texts(value), sort, title) for (_, title, sort), value in cells),
            since=row[1],
            certain=self._certain(row),
        )

    def _certain(self, row: Sequence[Any]) -> bool:
        day = self.day.toordinal()
        doubts = row[10] if len(row) > 10 else []
        doubted = any(since <= day and (until is None or day < until) for since, until, _ in doubts)
        return row[3] <= day and (row[4] is None or day < row[4]) and not doubted

    def _texts(self, value: Any) -> tuple[tuple[str, str], ...]:
        if isinstance(value, str):
            return ((value, ""),)
        several = value if isinstance(value, list) else [value]
        return tuple(self._name(self.data["entities"][entity]) for entity in several)

    def _name(self, entity: str) -> tuple[str, str]:
        found = [each for each in self.names.of(entity) if each.known(None) and each.possible(self.day)]
        return self.names.name(entity, self.day, None), found[-1].value.tag if found else ""
