"""Tables of what a state answers: holdings, units, deals and entities on a day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from chronicle.engine import views
from chronicle.engine.tables.buffers import CodedTable
from chronicle.engine.tables.columns import SINCE, keys_of, named, stated_in, values_of
from chronicle.engine.tables.table import Column, Table

_UNITS: Final = (*named("text", "unit", "owner"), *SINCE)
_ENTITIES: Final = (
    *named("text", "entity", "name", "short", "type", "jurisdiction", "status"),
    Column(
        "identifiers", "texts", lambda row: tuple(f"{scheme}:{value}" for scheme, value in row.identifiers)
    ),
    *SINCE,
)


def holdings_table(holdings: Iterable[Any]) -> Table:
    """Holdings, one per row."""
    return _table(views.HOLDINGS, holdings)


def facts_table(view: str, facts: Iterable[Any]) -> Table:
    """Facts of one view, one per row; its texts are categories in a data frame."""
    return CodedTable(view, (*keys_of(view), *values_of(view), *SINCE), tuple(facts))


def units_table(units: Iterable[Any]) -> Table:
    """Business units and their owners, one pair per row."""
    return Table("units", _UNITS, tuple(units))


def deals_table(deals: Iterable[Any]) -> Table:
    """Deals, one per row."""
    return _table(views.DEALS, deals)


def entities_table(entities: Iterable[Any]) -> Table:
    """Entities, one per row; an identifier is written ``scheme:value``."""
    return Table("entities", _ENTITIES, tuple(entities))


def _table(view: str, answers: Iterable[Any]) -> Table:
    """Answers that have the parts of the key of a view, and the fields of its value, as attributes."""
    return Table(view, (*named("text", *views.KEYS[view]), *stated_in(view), *SINCE), tuple(answers))
