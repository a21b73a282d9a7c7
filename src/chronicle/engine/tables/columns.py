"""Columns that many tables share: shares, dates, and the fields of each view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from chronicle.engine import views
from chronicle.engine.tables.table import Column, Kind
from chronicle.values import Share

Read = Callable[[Any], Any]


def named(kind: Kind, *names: str) -> tuple[Column, ...]:
    """A column of one kind for each name, read from the attribute of that name."""
    return tuple(Column(name, kind, attrgetter(name)) for name in names)


def under(way: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """``columns``, read from the attribute ``way`` of a row."""
    return tuple(column._replace(read=_through(attrgetter(way), column.read)) for column in columns)


def _through(first: Read, second: Read) -> Read:
    return lambda row: second(first(row))


def _text(read: Read) -> Read:
    def text(row: Any) -> str | None:
        value = read(row)
        return None if value is None else str(value)

    return text


def text_of(name: str) -> Column:
    """A column of the text of something that is not itself a text: a partial date, an amount of money."""
    return Column(name, "text", _text(attrgetter(name)))


def _known(flag: str) -> Read:
    """Whether an end of a share is open; None for an unknown share."""
    return lambda row: None if row.share.is_unknown else getattr(row.share, flag)


SHARE: Final = (
    Column("share", "text", lambda row: row.share.canonical()),
    Column("minimum", "number", attrgetter("share.minimum")),
    Column("maximum", "number", attrgetter("share.maximum")),
    Column("minimum_open", "flag", _known("minimum_open")),
    Column("maximum_open", "flag", _known("maximum_open")),
)
"""A share: its exact text (``59.32%``, ``>50%``, ``?``) and its ends as fractions of 1."""


def _where_stated(column: Column) -> Column:
    return column._replace(read=lambda row: None if row.share is None else column.read(row))


SHARE_STATED: Final = tuple(map(_where_stated, SHARE))
"""The same of a share that may not be stated; then all of them are None."""

SINCE: Final = (
    *named("flag", "certain"),
    text_of("since"),
    Column("since_earliest", "day", attrgetter("since.earliest")),
    Column("since_latest", "day", attrgetter("since.latest")),
    *named("texts", "events"),
)
"""Whether a fact is certain, since when it holds, and the events behind it."""

_KINDS: Final[Mapping[object, Kind]] = MappingProxyType({str: "text", bool: "flag", int: "integer"})


@cache
def stated_in(view: str) -> tuple[Column, ...]:
    """The fields of the value of a view, as columns."""
    told = views.VIEWS[view]
    hints = get_type_hints(told.value) if told.stated else {}
    return tuple(
        column for name in told.stated if name not in told.key for column in _columns(name, hints[name])
    )


def _columns(name: str, hint: object) -> tuple[Column, ...]:
    """The columns of a field, by its type; for a type without a kind of its own, a column of its text."""
    kinds = [each for each in get_args(hint) if each is not NoneType]
    if get_origin(hint) is UnionType and len(kinds) == 1:
        return SHARE_STATED if kinds[0] is Share else _columns(name, kinds[0])
    if hint is Share:
        return SHARE
    if get_origin(hint) is tuple:
        return named("texts", name)
    if get_origin(hint) is Literal:
        return named("text", name)
    return named(_KINDS[hint], name) if hint in _KINDS else (text_of(name),)


@cache
def keys_of(view: str) -> tuple[Column, ...]:
    """The parts of the key of a view, read from a row with a ``key``; one list for a user's own view."""
    names = views.KEYS.get(view)
    if names is None:
        return named("texts", "key")
    return tuple(Column(name, "text", _part(position)) for position, name in enumerate(names))


def names_beside(
    view: str, columns: Iterable[Column], name: Callable[[Any, str], str | None]
) -> tuple[Column, ...]:
    """A column of names, such as ``holder_name``, for each of the ``columns`` of a view that has ids.

    ``name`` takes a row and an id. Names of a column with several ids are in one of the plural,
    and an id without a name stands for itself there. A view of names needs none, and a user's own has none.
    """
    told = views.VIEWS.get(view)
    if told is None or view == views.NAMES:
        return ()
    ids = {*(part for part, refers in told.key.items() if refers == "entity"), *told.entities}
    return tuple(_names_of(column, name) for column in columns if column.name in ids)


def _names_of(column: Column, name: Callable[[Any, str], str | None]) -> Column:
    if column.kind == "text":
        return Column(f"{column.name}_name", "text", lambda row: name(row, column.read(row)))
    several: Read = lambda row: tuple(name(row, each) or each for each in column.read(row))  # noqa: E731
    return Column(f"{column.name}_names", "texts", several)


def _part(position: int) -> Read:
    def part(row: Any) -> str:
        text: str = row.key[position]
        return text

    return part


@cache
def values_of(view: str) -> tuple[Column, ...]:
    """The fields of the value of a view, read from a row with a ``value``; its text for a user's own view."""
    return under("value", stated_in(view)) if view in views.VIEWS else (text_of("value"),)


@cache
def facts_of(view: str) -> tuple[Column, ...]:
    """The columns of a table of facts of a view."""
    return (*keys_of(view), *values_of(view), *SINCE)
