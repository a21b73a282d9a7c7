"""The tables of many days as one, with the day in the first column."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from chronicle.engine.tables.table import Column, Table


def table_over_days(empty: Table, days: Iterable[tuple[datetime.date, Table]]) -> Table:
    """The rows of the table of each day, in order, each with its ``day`` in front.

    ``empty`` has the columns, for where there is no day.
    """
    rows: list[tuple[Any, ...]] = []
    columns = empty.columns
    for day, table in days:
        columns = table.columns
        rows += [(day, *row) for row in table.rows()]
    read = (Column(each.name, each.kind, itemgetter(at)) for at, each in enumerate(columns, 1))
    return Table(f"{empty.name} over days", (Column("day", "day", itemgetter(0)), *read), rows)
