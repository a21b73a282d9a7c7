"""Which business unit belongs to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chronicle.engine import views
from chronicle.engine.projectors.departures import doubted, given_away, lifted, taken_before
from chronicle.engine.replay import Before, Change, Projector
from chronicle.events import (
    DemergerSplit,
    EntityReinstated,
    Event,
    MergerAbsorbed,
    MergerConsolidated,
    UnitClosed,
    UnitLaunched,
    UnitTransferred,
    ended_by,
    taker_of,
)

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


def _merged(event: Event, before: Before) -> Iterator[Change]:
    taker = taker_of(event)
    for giver in ended_by(event):
        for key, value in before.where(views.UNITS, 1, giver):
            if taker is None:
                yield doubted(views.UNITS, key, value, event, giver)
            else:
                yield from _handed_over(event, key[0], giver, taker)
                # An earlier report of the merger without a successor had made the unit doubtful.
                yield lifted(views.UNITS, (key[0], taker), value, event, giver)
        yield from _taken_again(event, before, giver, taker)


def _taken_again(event: Event, before: Before, giver: str, taker: str | None) -> Iterator[Change]:
    """Where two are said to have absorbed the giver, a unit that went to the one is possible with either."""
    others = taken_before(giver, taker, before)
    if taker is None or not others:
        return
    for (unit, _), value in given_away(views.UNITS, 1, giver, others, before):
        for owner in others:
            if before.get(views.UNITS, (unit, owner)) is not None:
                yield doubted(views.UNITS, (unit, owner), value, event, giver)
        yield Change(views.UNITS, (unit, taker), "set", _OWNED, event.date, event.id)
        yield doubted(views.UNITS, (unit, taker), _OWNED, event, giver)


def _reinstated(event: EntityReinstated, before: Before) -> list[Change]:
    owned = before.where(views.UNITS, 1, event.entity)
    return [lifted(views.UNITS, key, value, event, event.entity) for key, value in owned]


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
        MergerAbsorbed: _merged,
        MergerConsolidated: _merged,
        EntityReinstated: _reinstated,
        DemergerSplit: _split,
    },
)
