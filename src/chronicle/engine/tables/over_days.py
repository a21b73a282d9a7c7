"""The tables of many days as one, with the day in the first column."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from chronicle.engine.tables.table import Column, Table


def table_over_days(empty: Table, days: Iterable[tuple[datetime.date, Table]]) -> Table:
    """The rows of the table of each day, in order, each with its ``day`` in front.

    ``empty`` has the columns. A value is read from its row, by the columns of its day, when it is asked for.
    """
    rows = [_RowOfDay(day, table.columns, row) for day, table in days for row in table.each()]
    columns = (Column(each.name, each.kind, _at(number)) for number, each in enumerate(empty.columns))
    return Table(f"{empty.name} over days", (Column("day", "day", itemgetter(0)), *columns), rows)


class _RowOfDay(NamedTuple):
    day: datetime.date
    columns: tuple[Column, ...]
    row: Any


def _at(number: int) -> Callable[[_RowOfDay], Any]:
    return lambda found: found.columns[number].read(found.row)
