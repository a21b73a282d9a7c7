"""Tables of what a state answers: holdings, units, deals and entities on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from chronicle.engine import views
from chronicle.engine.tables.buffers import CodedTable
from chronicle.engine.tables.columns import SINCE, keys_of, named, names_beside, stated_in, values_of
from chronicle.engine.tables.table import Column, Table

_UNITS: Final = (*named("text", "unit", "owner"), *SINCE)
_ENTITIES: Final = (
    *named("text", "entity", "name", "short", "type", "jurisdiction", "status"),
    Column(
        "identifiers", "texts", lambda row: tuple(f"{scheme}:{value}" for scheme, value in row.identifiers)
    ),
    *SINCE,
)


Called = Callable[[str], str | None]
"""A function that gives the name of an entity, by its id, on the day of a table."""


def holdings_table(holdings: Iterable[Any], name: Called) -> Table:
    """Holdings, one per row, with the names of both sides last."""
    return _table(views.HOLDINGS, holdings, name)


def facts_table(view: str, facts: Iterable[Any]) -> Table:
    """Facts of one view, one per row; its texts are categories in a data frame."""
    return CodedTable(view, (*keys_of(view), *values_of(view), *SINCE), tuple(facts))


def named_facts_table(view: str, facts: Iterable[Any], name: Called) -> Table:
    """Facts of one view, one per row, with the names of the entities last."""
    return _with_names(view, (*keys_of(view), *values_of(view), *SINCE), facts, name)


def units_table(units: Iterable[Any], name: Called) -> Table:
    """Business units and their owners, one pair per row, with the names of both last."""
    return _with_names(views.UNITS, _UNITS, units, name)


def deals_table(deals: Iterable[Any], name: Called) -> Table:
    """Deals, one per row, with the names of their parties last."""
    return _table(views.DEALS, deals, name)


def entities_table(entities: Iterable[Any]) -> Table:
    """Entities, one per row; an identifier is written ``scheme:value``."""
    return Table("entities", _ENTITIES, tuple(entities))


def _table(view: str, answers: Iterable[Any], name: Called) -> Table:
    """Answers that have the parts of the key of a view, and the fields of its value, as attributes."""
    return _with_names(view, (*named("text", *views.KEYS[view]), *stated_in(view), *SINCE), answers, name)


def _with_names(view: str, columns: tuple[Column, ...], rows: Iterable[Any], name: Called) -> Table:
    names = names_beside(view, columns, lambda _, entity: name(entity))
    return Table(view, (*columns, *names), tuple(rows))
