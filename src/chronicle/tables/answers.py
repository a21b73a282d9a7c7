"""Tables of what a state answers: holdings, units, deals and entities on a day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from chronicle.tables.columns import SINCE, STAKE, named
from chronicle.tables.table import Column, Table

_HOLDINGS: Final = (*named("text", "holder", "target", "right"), *STAKE, *SINCE)
_UNITS: Final = (*named("text", "unit", "owner"), *SINCE)
_DEALS: Final = (
    *named("text", "deal", "title", "stage"),
    *named("texts", "parties"),
    *named("flag", "binding"),
    *named("text", "reason"),
    *SINCE,
)
_ENTITIES: Final = (
    *named("text", "entity", "name", "short", "type", "jurisdiction", "status"),
    Column(
        "identifiers", "texts", lambda row: tuple(f"{scheme}:{value}" for scheme, value in row.identifiers)
    ),
    *SINCE,
)


def holdings_table(holdings: Iterable[Any]) -> Table:
    """Holdings, one a row."""
    return Table("holdings", _HOLDINGS, tuple(holdings))


def units_table(units: Iterable[Any]) -> Table:
    """Business units and their owners, one pair a row."""
    return Table("units", _UNITS, tuple(units))


def deals_table(deals: Iterable[Any]) -> Table:
    """Deals, one a row."""
    return Table("deals", _DEALS, tuple(deals))


def entities_table(entities: Iterable[Any]) -> Table:
    """Entities, one a row; an identifier is written ``scheme:value``."""
    return Table("entities", _ENTITIES, tuple(entities))
