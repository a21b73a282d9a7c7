"""Tables of what a state answers: holdings, units, deals and entities on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from typing import Any, Final

from chronicle.engine import views
from chronicle.engine.tables.buffers import CodedTable
from chronicle.engine.tables.columns import (
    SHARE,
    SINCE,
    Read,
    facts_of,
    named,
    names_beside,
    stated_in,
)
from chronicle.engine.tables.table import Column, Table

_UNITS: Final = (*named("text", "unit", "owner"), *SINCE)
_ENTITIES: Final = (
    *named("text", "entity", "name", "short", "type", "jurisdiction", "status"),
    Column(
        "identifiers", "texts", lambda row: tuple(f"{scheme}:{value}" for scheme, value in row.identifiers)
    ),
    *SINCE,
    *named("flag", "status_certain"),
)
_ENTITY: Final[Read] = attrgetter("entity")


Called = Callable[[str], str | None]
"""A function that gives the name of an entity, by its id, on the day of a table."""


def holdings_table(holdings: Iterable[Any], name: Called) -> Table:
    """Holdings, one per row, with the names of both sides last."""
    return _table(views.HOLDINGS, holdings, name)


def facts_table(view: str, facts: Iterable[Any]) -> Table:
    """Facts of one view, one per row; its texts are categories in a data frame."""
    return CodedTable(view, facts_of(view), tuple(facts))


def named_facts_table(view: str, facts: Iterable[Any], name: Called) -> Table:
    """Facts of one view, one per row, with the names of the entities last."""
    return _with_names(view, facts_of(view), facts, name)


def units_table(units: Iterable[Any], name: Called) -> Table:
    """Business units and their owners, one pair per row, with the names of both last."""
    return _with_names(views.UNITS, _UNITS, units, name)


def deals_table(deals: Iterable[Any], name: Called) -> Table:
    """Deals, one per row, with the names of their parties last."""
    return _table(views.DEALS, deals, name)


def owners_table(owners: Iterable[Any], target: str, right: str, name: Called) -> Table:
    """Who has a company, one owner per row, with the names of both sides last."""
    return _owning("owners", owners, right, name, holder=_ENTITY, target=lambda _: target)


def owned_table(owned: Iterable[Any], holder: str, right: str, name: Called) -> Table:
    """What somebody has of others, one company per row, with the names of both sides last."""
    return _owning("owned", owned, right, name, holder=lambda _: holder, target=_ENTITY)


def _owning(what: str, rows: Iterable[Any], right: str, name: Called, *, holder: Read, target: Read) -> Table:
    columns = (
        *named("text", "part"),
        Column("holder", "text", holder),
        Column("target", "text", target),
        Column("right", "text", lambda _: right),
        *SHARE,
        *named("flag", "certain"),
        *named("text", "type"),
        Column("declared", "texts", lambda row: tuple(map(_declared, row.declared))),
        *named("texts", "loop", "events"),
        _name_column("holder_name", holder, name),
        _name_column("target_name", target, name),
    )
    return Table(what, columns, tuple(rows))


def _declared(declared: Any) -> str:
    return f"{declared.basis}: {'?' if declared.share is None else declared.share.canonical()}"


def group_table(group: Any, right: Callable[[str], str], name: Called) -> Table:
    """Whom an entity controls, one member per row; ``right`` gives the right that counts in a company."""
    columns = (
        *named("text", "entity", "through"),
        Column("right", "text", lambda row: right(row.entity)),
        *SHARE,
        *named("flag", "certain"),
        Column("bases", "texts", lambda row: tuple(dict.fromkeys(grant.basis for grant in row.grants))),
        Column("holders", "texts", lambda row: tuple(edge.holder for edge in row.edges)),
        Column("effective", "text", _effective_in(group, lambda share: share.canonical())),
        Column("effective_minimum", "number", _effective_in(group, lambda share: share.minimum)),
        Column("effective_maximum", "number", _effective_in(group, lambda share: share.maximum)),
        *named("texts", "events"),
        _name_column("entity_name", _ENTITY, name),
        _name_column("through_name", lambda row: row.through, name),
    )
    return Table("group", columns, group.members)


def _effective_in(group: Any, read: Read) -> Read:
    def effective(row: Any) -> Any:
        share = group.effective.get(row.entity)
        return None if share is None else read(share)

    return effective


def loops_table(loops: Iterable[Any], right: str, name: Called) -> Table:
    """The shares within loops, one per row; ``loop`` is the number of the loop."""
    rows = [(number, loop, edge) for number, loop in enumerate(loops, start=1) for edge in loop.edges]
    columns = (
        Column("loop", "integer", lambda row: row[0]),
        Column("holder", "text", lambda row: row[2].holder),
        Column("target", "text", lambda row: row[2].target),
        Column("right", "text", lambda _: right),
        *(column._replace(read=partial(_of_edge, column.read)) for column in SHARE),
        Column("certain", "flag", lambda row: row[2].certain),
        Column("factor", "number", lambda row: row[1].factor),
        Column("closed", "flag", lambda row: row[1].closed),
        Column("above", "texts", lambda row: row[1].above),
        Column("events", "texts", lambda row: row[2].events),
        _name_column("holder_name", lambda row: row[2].holder, name),
        _name_column("target_name", lambda row: row[2].target, name),
    )
    return Table("loops", columns, rows)


def _of_edge(read: Read, row: Any) -> Any:
    return read(row[2])


def _name_column(title: str, read: Read, name: Called) -> Column:
    def named_by(row: Any) -> str | None:
        entity = read(row)
        return None if entity is None else name(entity)

    return Column(title, "text", named_by)


def entities_table(entities: Iterable[Any]) -> Table:
    """Entities, one per row; an identifier is written ``scheme:value``."""
    return Table("entities", _ENTITIES, tuple(entities))


def _table(view: str, answers: Iterable[Any], name: Called) -> Table:
    """Answers that have the parts of the key of a view, and the fields of its value, as attributes."""
    return _with_names(view, (*named("text", *views.KEYS[view]), *stated_in(view), *SINCE), answers, name)


def _with_names(view: str, columns: tuple[Column, ...], rows: Iterable[Any], name: Called) -> Table:
    names = names_beside(view, columns, lambda _, entity: name(entity))
    return Table(view, (*columns, *names), tuple(rows))
