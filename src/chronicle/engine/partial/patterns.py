"""What events that differ in their texts alone say of what they share, found out from one of them.

The same functions are asked as of any event (``said_by``), of one whose texts are marks. Where a mark comes
out, the text of each event stands in its place. What a function makes otherwise of a text has no pattern.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from attrs import fields

from chronicle.engine.partial.connected import Said, said_by, target_of
from chronicle.events import Event

_MARK: Final = "\0"

Column = int
"""The number of a column of texts."""


class Pattern(NamedTuple):
    """One thing that each of the events says: as ``Said``, with columns in place of texts that differ."""

    how: int
    sort: str
    parts: tuple[Column | str, ...]
    when: str


class _DifferingValue:
    """A value that differs, and of which no pattern may depend."""

    def _refuse(self, *_: Any) -> Any:
        raise _NoPattern

    __bool__ = __eq__ = __hash__ = __str__ = __iter__ = __getattr__ = _refuse


class _NoPattern(Exception):
    """What events share depends on more than which texts they have."""


def patterns_of(
    event: Event,
    texts: Mapping[str, Column | tuple[Column, ...]],
    words: Mapping[str, str],
    values: Collection[str],
) -> tuple[Pattern, ...] | None:
    """What events say that are as ``event`` but for some attributes; None where no pattern says it.

    ``texts`` are the attributes that are a text in a column, or a tuple of such, ``words`` those that are
    the same text in all of them, and ``values`` others that differ. A function may compare two texts of one
    event: so patterns hold for events whose texts differ from each other.
    """
    marked = object.__new__(type(event))
    for each in fields(type(event)):
        value = words.get(each.name, getattr(event, each.name))
        if each.name in texts:
            column = texts[each.name]
            value = tuple(map(_mark, column)) if isinstance(column, tuple) else _mark(column)
        elif each.name in values:
            value = _DifferingValue()
        object.__setattr__(marked, each.name, value)
    try:
        if target_of(event) is not None:
            return None
        return tuple(map(_pattern, said_by(marked)))
    except _NoPattern:
        return None


def _mark(column: Column) -> str:
    return f"{_MARK}{column}"


def _pattern(said: Said) -> Pattern:
    how, sort, which, when = said
    return Pattern(how, sort, tuple(map(_part, which if isinstance(which, tuple) else (which,))), when)


def _part(text: Any) -> Column | str:
    if not isinstance(text, str):
        raise _NoPattern
    before, mark, column = text.rpartition(_MARK)
    if not mark:
        return text
    # Digits alone: a mark at the end of a longer text, or two of them, is something made of texts.
    if before or not column.isdecimal():
        raise _NoPattern
    return int(column)
