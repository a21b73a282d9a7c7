"""Annotations by which exports say how a date was stated, of which the standard has the last day only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chronicle.dates import PartialDate, as_date
from chronicle.errors import InvalidValue
from chronicle.interop.bods.checks import Statement, listed, mapped

_STATED = re.compile(r"stated as (\S+); the last day of it stands here")

_SINCE = re.compile(r"the name since (\S+)")


def how_stated(dates: Mapping[str, PartialDate]) -> Iterator[dict[str, str]]:
    """An annotation for each date, by the pointer to it in the statement, that is more or less than a day."""
    for pointer, date in dates.items():
        if date.precision != "day" or date.approximate:
            yield {
                "statementPointerTarget": pointer,
                "motivation": "commenting",
                "description": f"stated as {date}; the last day of it stands here",
            }


def stated_dates(statement: Statement) -> dict[str, str]:
    """The dates of a statement as they were stated, by pointer: those whose last day stands there."""
    found: dict[str, str] = {}
    for annotation in map(mapped, listed(statement.get("annotations"))):
        pointer, said = annotation.get("statementPointerTarget"), annotation.get("description")
        stated = _STATED.fullmatch(said) if isinstance(said, str) else None
        if stated is not None and isinstance(pointer, str) and _fits(statement, pointer, stated[1]):
            found[pointer] = stated[1]
    return found


def called_since(pointer: str, date: PartialDate) -> dict[str, str]:
    """An annotation of a name: since when it is the name. The standard says only that it was by the day."""
    said = f"the name since {date}"
    return {"statementPointerTarget": pointer, "motivation": "commenting", "description": said}


def name_since(statement: Statement) -> str | None:
    """Since when a statement says that a name is the name, as exports write it."""
    for annotation in map(mapped, listed(statement.get("annotations"))):
        said = annotation.get("description")
        found = _SINCE.fullmatch(said) if isinstance(said, str) else None
        if found is not None and _is_by(found[1], statement["statementDate"][:10]):
            return found[1]
    return None


def _is_by(text: str, day: str) -> bool:
    try:
        return as_date(text).latest.isoformat() <= day
    except InvalidValue:
        return False


def _fits(statement: Statement, pointer: str, text: str) -> bool:
    try:
        return bool(as_date(text).latest.isoformat() == _at(statement, pointer))
    except InvalidValue:
        return False


def _at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        if isinstance(value, list) and step.isdecimal() and int(step[:9]) < len(value):
            value = value[int(step)]
        else:
            value = mapped(value).get(step)
    return value
