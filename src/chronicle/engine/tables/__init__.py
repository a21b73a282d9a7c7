"""Tables of answers, for data frames: through the Arrow C stream any data-frame library reads them.

A ``Table`` has columns, each with a name and a kind, over rows of any sort. Nothing of Arrow is loaded until
the stream is asked for; then ``nanoarrow`` (the extra ``arrow``) is needed, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chronicle.errors.exports import exported

if TYPE_CHECKING:
    from chronicle.engine.tables.answers import (
        deals_table,
        entities_table,
        facts_table,
        group_table,
        holdings_table,
        loops_table,
        named_facts_table,
        owned_table,
        owners_table,
        units_table,
    )
    from chronicle.engine.tables.columns import names_beside
    from chronicle.engine.tables.courses import Row, edges, rows_by_day, spans_table, table_by_day
    from chronicle.engine.tables.over_days import FactOnDays, table_over_days
    from chronicle.engine.tables.table import Column, Kind, Table

__all__ = [
    "Column",
    "FactOnDays",
    "Kind",
    "Row",
    "Table",
    "deals_table",
    "edges",
    "entities_table",
    "facts_table",
    "group_table",
    "holdings_table",
    "loops_table",
    "named_facts_table",
    "names_beside",
    "owned_table",
    "owners_table",
    "rows_by_day",
    "spans_table",
    "table_by_day",
    "table_over_days",
    "units_table",
]

__getattr__ = exported(
    __name__,
    {
        "answers": (
            "deals_table",
            "entities_table",
            "facts_table",
            "group_table",
            "holdings_table",
            "loops_table",
            "named_facts_table",
            "owned_table",
            "owners_table",
            "units_table",
        ),
        "columns": ("names_beside",),
        "courses": ("Row", "edges", "rows_by_day", "spans_table", "table_by_day"),
        "over_days": ("FactOnDays", "table_over_days"),
        "table": ("Column", "Kind", "Table"),
    },
)
