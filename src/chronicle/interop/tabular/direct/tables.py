"""Rows of a table that are read together, by all rules of a mapping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from chronicle.interop.editions.days import EditionDays
from chronicle.interop.row_records import PlaceOfRow, RowRecord
from chronicle.interop.tabular.applying import Maker
from chronicle.interop.tabular.direct.rules import DirectRule, RowsOfRule, Unread, direct_rule
from chronicle.interop.tabular.templates import Row

TOGETHER: Final = 500
"""How many rows are read together."""


class DirectTable:
    """Makes the records of rows of one table, by rules that all make records."""

    def __init__(self, rules: Sequence[DirectRule], report_rest: bool) -> None:
        self._rules = rules
        self._report_rest = report_rest

    def records(
        self, rows: Sequence[Row], places: Sequence[PlaceOfRow], reading: Callable[[PlaceOfRow], None]
    ) -> Sequence[Sequence[RowRecord] | None]:
        """The records of each row; None for one of which the makers of the rules must be asked.

        ``reading`` is told the place of a row before ids are made of it.
        """
        taken: list[RowsOfRule] = []
        unread: list[Unread] = []
        for order, rule in enumerate(self._rules):
            found, left = rule.taken(rows, order)
            taken.append(found)
            unread += left
        # Where one id is made of two texts, it matters which was read first.
        for _, order, _, number, field in sorted(unread):
            reading(places[taken[order].at[number]])
            taken[order].read(field, number)
        made = [rule.records(found, places) for rule, found in zip(self._rules, taken, strict=True)]
        if len(made) == 1 and len(taken[0].at) == len(rows):
            return made[0]
        return self._by_row(len(rows), [found.at for found in taken], made)

    def _by_row(
        self,
        count: int,
        taken: Sequence[Sequence[int]],
        made: Sequence[Sequence[tuple[RowRecord, ...] | None]],
    ) -> Sequence[Sequence[RowRecord] | None]:
        """What all rules make of each row; None where one of them cannot, or where none takes the row."""
        rows: list[list[RowRecord] | None] = [[] for _ in range(count)]
        missed = set(range(count)) if self._report_rest else set()
        for at, records in zip(taken, made, strict=True):
            missed.difference_update(at)
            for number, some in zip(at, records, strict=True):
                row = rows[number]
                rows[number] = None if row is None or some is None else [*row, *some]
        for number in missed:
            rows[number] = None
        return rows


def direct_table(
    makers: Sequence[Maker], file: str, days: EditionDays | None, report_rest: bool
) -> DirectTable | None:
    """What makes records of the rows of a table; None where events must be made of them.

    ``days`` says from which day events are known; without it events are made. ``report_rest`` says that a
    row that no rule takes is a problem.
    """
    if days is None:
        return None
    try:
        return DirectTable([direct_rule(maker, file, days) for maker in makers], report_rest)
    except Exception:  # any exception means that some rule makes no records
        return None
