"""Columns that many tables share: shares, dates, and what each view states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from chronicle import views
from chronicle.tables.table import Column, Kind

Read = Callable[[Any], Any]


def named(kind: Kind, *names: str) -> tuple[Column, ...]:
    """A column of one kind for each name, read from the attribute of that name."""
    return tuple(Column(name, kind, attrgetter(name)) for name in names)


def under(way: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """``columns`` read from what stands at the attribute ``way`` of a row."""
    return tuple(column._replace(read=_through(attrgetter(way), column.read)) for column in columns)


def _through(first: Read, second: Read) -> Read:
    return lambda row: second(first(row))


def _text(read: Read) -> Read:
    def text(row: Any) -> str | None:
        value = read(row)
        return None if value is None else str(value)

    return text


def text_of(name: str, way: str | None = None) -> Column:
    """A column of the text of something that is not itself a text: a partial date, an amount of money."""
    return Column(name, "text", _text(attrgetter(way or name)))


def _known(flag: str) -> Read:
    """Whether an end of a share is open; nothing for a share that is unknown."""
    return lambda row: None if row.share.is_unknown else getattr(row.share, flag)


SHARE: Final = (
    Column("share", "text", lambda row: row.share.canonical()),
    Column("minimum", "number", attrgetter("share.minimum")),
    Column("maximum", "number", attrgetter("share.maximum")),
    Column("minimum_open", "flag", _known("minimum_open")),
    Column("maximum_open", "flag", _known("maximum_open")),
)
"""A share: its exact text (``59.32%``, ``>50%``, ``?``) and its ends as parts of one."""

SINCE: Final = (
    *named("flag", "certain"),
    text_of("since"),
    Column("since_earliest", "day", attrgetter("since.earliest")),
    Column("since_latest", "day", attrgetter("since.latest")),
    *named("texts", "events"),
)
"""How sure a fact is, since when it is so, and the events behind it."""

STAKE: Final = (*SHARE, *named("integer", "shares"), *named("text", "basis"), *named("flag", "stale"))
"""What a holding states."""

VALUES: Final[Mapping[str, tuple[Column, ...]]] = MappingProxyType(
    {
        views.HOLDINGS: STAKE,
        views.UNITS: named("text", "basis"),
        views.DEALS: (
            *named("text", "title", "stage"),
            *named("texts", "parties"),
            *named("flag", "binding"),
            *named("text", "reason"),
        ),
        views.NAMES: named("text", "name", "short", "lang"),
        views.TYPES: named("text", "type", "jurisdiction"),
        views.STATUS: named("text", "status", "reason"),
        views.IDENTIFIERS: (),
        views.LINEAGE: named("text", "how"),
        views.LISTINGS: (
            *named("text", "ticker"),
            *named("flag", "ipo"),
            text_of("raised"),
            text_of("price"),
        ),
        views.CONTROL: (),
        views.SHARES: named("integer", "total"),
        views.ROLES: (),
        views.PARTNERSHIPS: (*named("texts", "parties"), *named("text", "project")),
        views.PROJECTS: named("texts", "by"),
        views.MEMBERSHIPS: (),
    }
)
"""What each view states beside its key."""


def keys_of(view: str) -> tuple[Column, ...]:
    """The parts of the key of a view, read from a row with a ``key``; one list for a user's own view."""
    names = views.KEYS.get(view)
    if names is None:
        return named("texts", "key")
    return tuple(Column(name, "text", _part(position)) for position, name in enumerate(names))


def _part(position: int) -> Read:
    def part(row: Any) -> str:
        text: str = row.key[position]
        return text

    return part


def values_of(view: str) -> tuple[Column, ...]:
    """What a view states, read from a row with a ``value``; its text for a user's own view."""
    columns = VALUES.get(view)
    return (text_of("value"),) if columns is None else under("value", columns)
