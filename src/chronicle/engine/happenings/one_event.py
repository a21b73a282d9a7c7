"""The one event that stands for all claims of a happening: its date, and the fields that each fills in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from attrs import evolve, fields

from chronicle.dates import PartialDate
from chronicle.engine.filling import filled_in
from chronicle.engine.happenings.sides import other_party
from chronicle.events import (
    ENVELOPE,
    Event,
    SharesIssued,
)
from chronicle.values import Count


def filled(chosen: Event, ranked: Sequence[Event], date: PartialDate) -> Event:
    """The chosen claim, in which fields that it leaves open are filled in from the others of its kind."""
    given = {**filled_in(chosen, ranked, _fields(type(chosen))), "date": date}
    if isinstance(chosen, SharesIssued):
        given["subscribers"] = _subscribers(chosen, ranked)
    return evolve(chosen, **given)


def _fields(kind: type[Event]) -> tuple[str, ...]:
    return ("deal", "after", *(each.name for each in fields(kind) if each.name not in ENVELOPE))


def _subscribers(chosen: SharesIssued, ranked: Sequence[Any]) -> tuple[tuple[str, Count], ...]:
    found = dict(chosen.subscribers)
    for each in ranked:
        for subscriber, count in each.subscribers:
            found.setdefault(subscriber, count)
    return tuple(found.items())


def filled_other(ranked: Sequence[Event], chosen: Event, date: PartialDate) -> Event:
    """The claims of the other side as one event."""
    others = [each for each in ranked if type(each) is not type(chosen)]
    return filled(others[0], others, date)


_SHARED: Final = ("share", "shares", "price", "deal")


def both_sides(kept: Any, other: Any, ranked: Sequence[Event]) -> list[Event]:
    """A purchase and the sale that is its other side, as one event that names both parties.

    Two events, of one party each, if the other side states what it holds afterwards: one event has one such
    field.
    """
    shared: dict[str, Any] = {name: getattr(ranked[0], name) for name in _SHARED}
    shared |= filled_in(ranked[0], ranked, _SHARED)
    if other.holds is None:
        return [evolve(kept, **shared, **{other_party(kept): other.holder})]
    return [evolve(each, **shared, **{other_party(each): None}) for each in (kept, other)]
