"""Which business unit belongs to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chronicle import views
from chronicle.events import (
    DemergerSplit,
    Event,
    MergerAbsorbed,
    MergerConsolidated,
    UnitClosed,
    UnitLaunched,
    UnitTransferred,
)
from chronicle.projectors import families
from chronicle.replay import Before, Change, Projector

_OWNED = views.Ownership()


def _launched(event: UnitLaunched, _: Before) -> tuple[Change, ...]:
    return (Change(views.UNITS, (event.unit, event.owner), "set", _OWNED, event.date, event.id),)


def _transferred(event: UnitTransferred, _: Before) -> Iterable[Change]:
    return _handed_over(event, event.unit, event.from_, event.to)


def _handed_over(event: Event, unit: str, giver: str, taker: str) -> Iterator[Change]:
    if giver == taker:
        return
    origin = (views.UNITS, (unit, giver))
    yield Change(views.UNITS, (unit, taker), "set", _OWNED, event.date, event.id, (origin,))
    yield Change(views.UNITS, (unit, giver), "end", None, event.date, event.id)


def _closed(event: UnitClosed, before: Before) -> list[Change]:
    owned = before.where(views.UNITS, 0, event.unit)
    return [Change(views.UNITS, key, "end", None, event.date, event.id) for key, _ in owned]


def _absorbed(event: MergerAbsorbed, before: Before) -> list[Change]:
    return _all_units(event, before, event.absorbed, event.survivor)


def _consolidated(event: MergerConsolidated, before: Before) -> list[Change]:
    return [
        change
        for predecessor in event.predecessors
        for change in _all_units(event, before, predecessor, event.successor)
    ]


def _all_units(event: Event, before: Before, giver: str, taker: str) -> list[Change]:
    owned = before.where(views.UNITS, 1, giver)
    return [change for (unit, _), _ in owned for change in _handed_over(event, unit, giver, taker)]


def _split(event: DemergerSplit, before: Before) -> list[Change]:
    return [
        change
        for thing, successor in event.allocation
        if before.get(views.UNITS, (thing, event.parent)) is not None
        for change in _handed_over(event, thing, event.parent, successor)
    ]


UNITS = Projector(
    name="units",
    views=(views.UNITS,),
    table={
        UnitLaunched: _launched,
        UnitTransferred: _transferred,
        UnitClosed: _closed,
        MergerAbsorbed: _absorbed,
        MergerConsolidated: _consolidated,
        DemergerSplit: _split,
    },
    ignores=families.RECORDS
    | families.NAMING
    | families.LIVES
    | families.STAKES
    | families.SHARES
    | families.CONTROL
    | families.LISTINGS
    | families.INVESTMENTS
    | families.DEALS
    | families.PARTNERSHIPS
    | families.PROJECTS
    | families.ROLES
    | families.MEMBERSHIPS,
)
