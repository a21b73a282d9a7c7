"""What a mapping says: rules, the fields that they fill, and how cells are written."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from chronicle.dates import parse_date
from chronicle.errors import InvalidValue
from chronicle.interop.tabular.cells import Dates, Shares
from chronicle.interop.tabular.templates import Slot, Template

Reading = Literal["text", "id", "date", "share", "number"]
"""How the cells of a field are read."""


@frozen
class FieldRule:
    """How one field is filled. It has several ``templates`` when the field is a list (``many``).

    ``parts`` are the fields of a mapping, such as those that a correction sets.
    """

    name: str
    templates: tuple[Template, ...]
    reading: Reading
    required: bool
    many: bool = False
    parts: tuple[FieldRule, ...] = ()


@frozen
class Condition:
    """What the cell of a column must be, so that a rule takes the row.

    ``values`` and ``patterns`` are what it may be, when there are any; ``not_values`` and ``not_patterns``
    what it may not be. In a pattern ``*`` stands for any text and ``?`` for one character. ``filled`` says
    whether it must have a value, or must have none.
    """

    column: str
    values: frozenset[str] = frozenset()
    not_values: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    not_patterns: tuple[str, ...] = ()
    filled: bool | None = None


@frozen
class Rule:
    """One event of a row: its kind, its fields, and the rows to which the rule applies.

    ``when`` are the conditions under which it applies. ``end`` and ``ends`` make a second event
    when something has ended; ``vanished`` makes one when a key is missing in the next snapshot. ``join`` are
    the lists into which rows with the same other fields are put together. ``was`` is the name that an entity
    had before it was renamed, and ``type`` its type, by which it is declared under the first name.
    """

    kind: str
    fields: tuple[FieldRule, ...]
    when: tuple[Condition, ...] = ()
    end: FieldRule | None = None
    ends: Outcome | None = None
    vanished: Outcome | None = None
    source: tuple[FieldRule, ...] = ()
    join: frozenset[str] = frozenset()
    was: FieldRule | None = None
    type: FieldRule | None = None

    def field(self, name: str) -> FieldRule | None:
        """How a field is filled; None where the rule does not say."""
        return next((each for each in self.fields if each.name == name), None)


@frozen
class Outcome:
    """Another event of a row. It takes the fields that it shares with the first, and has these besides."""

    kind: str
    fields: tuple[tuple[str, str], ...]


@frozen
class TableMapping:
    """Everything that a mapping says.

    ``header`` are the names of the columns of a table without a header, ``header_line`` is where its header
    is when that is not the first line. ``sheet`` and ``file`` may be patterns of names. ``quotes`` says
    whether quotes around a cell belong to its form, ``tellers`` that rows of several publishers may report
    one happening, as newspapers do.
    """

    rules: tuple[Rule, ...]
    dates: Dates = field(factory=Dates)
    shares: Shares = field(factory=Shares)
    comma: bool = False
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    file: str | None = None
    header: tuple[str, ...] = ()
    header_line: int | None = None
    quotes: bool = True
    empty: frozenset[str] = frozenset({""})
    values: Mapping[str, Mapping[str, str]] = field(factory=lambda: MappingProxyType({}))
    report_rest: bool = True
    tellers: bool = False

    def texts_meant(self) -> frozenset[str]:
        """The texts of cells of which the mapping says by themselves what they mean."""
        conditions = (condition for rule in self.rules for condition in rule.when)
        return frozenset().union(
            self.empty,
            self.shares.unknown,
            self.dates.open,
            self.dates.instead,
            *self.values.values(),
            *((*each.values, *each.not_values) for each in conditions),
        )

    def published(self, told: Mapping[str, str]) -> datetime.date | None:
        """The last day of ``source.published``, if every rule states the same one for the whole table.

        ``told`` has the columns that the name of a file fills.
        """
        given = [{each.name: each for each in rule.source}.get("published") for rule in self.rules]
        days = {_day(each, told) for each in given}
        return days.pop() if len(days) == 1 else None


def _day(rule: FieldRule | None, told: Mapping[str, str]) -> datetime.date | None:
    """The day that a rule states; None where it states none, or takes one from the columns of each row."""
    if rule is None or any(column not in told for each in rule.templates for column in each.columns):
        return None
    parts = (told[part.column] if isinstance(part, Slot) else part for part in rule.templates[0].parts)
    try:
        return parse_date("".join(parts)).latest
    except InvalidValue:
        return None
