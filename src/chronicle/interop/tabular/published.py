"""The day on which a table was published, where its mapping says one for the whole of it."""

from __future__ import annotations

import datetime

from chronicle.dates import parse_date
from chronicle.errors import InvalidValue
from chronicle.interop.tabular.mapping import FieldRule, TableMapping


def published(mapping: TableMapping) -> datetime.date | None:
    """The last day of ``source.published``, if every rule of the mapping gives the same one."""
    given = [{each.name: each for each in rule.source}.get("published") for rule in mapping.rules]
    days = {_day(each) for each in given}
    return days.pop() if len(days) == 1 else None


def _day(rule: FieldRule | None) -> datetime.date | None:
    """The day that a rule states; None where it states none, or takes one from the columns of each row."""
    if rule is None or any(template.columns for template in rule.templates):
        return None
    try:
        return parse_date("".join(map(str, rule.templates[0].parts))).latest
    except InvalidValue:
        return None
