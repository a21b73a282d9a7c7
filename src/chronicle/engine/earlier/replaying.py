"""The replay of 0.1.0: each event by its earliest day, and an end ends everything that stands.

Claims of one happening counted several times, records of a register were not lots, and no order was a guess.
Fields that came later (``ends``, ``apart``, ``lot``) are ignored.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from chronicle.engine.earlier.claims import set_aside
from chronicle.engine.earlier.projectors import PROJECTORS
from chronicle.engine.knowledge import visible
from chronicle.engine.replay import Ledger, in_order, replay
from chronicle.events import (
    KINDS,
    ORDER,
    Event,
    RecordCorrected,
    RecordRetracted,
    knowledge,
    with_effects,
)


@frozen(eq=False)
class Earlier:
    """The result of the replay of 0.1.0.

    ``events`` are those that were visible, by id; ``set_aside`` maps the ids of those that did not count to
    the id of the one that did.
    """

    events: Mapping[str, Event]
    set_aside: Mapping[str, str]
    ledger: Ledger


def replayed_earlier(events: Sequence[Event], known: datetime.date | None) -> Earlier:
    """Replay ``events``, given in order of position, as 0.1.0 did, by what was known on the day ``known``."""
    seen = visible(events, known, _effective_order)
    out = set_aside(seen.events)
    counted = [event for event in seen.events if event.id not in out]
    ordered = with_effects(in_order(counted, ORDER), KINDS)
    # Then any part of a key was taken for an entity, a deal of the same id too.
    ledger = replay(ordered, PROJECTORS, seen.names)
    return Earlier({event.id: event for event in seen.events}, out, ledger)


def _effective_order(records: Iterable[Event]) -> Mapping[str, tuple[datetime.date, int]]:
    """When each record counted: on the day it was known, but never before the record that it is about."""
    by_id = {record.id: record for record in records}
    turns: dict[str, tuple[datetime.date, int]] = {}
    for record in by_id.values():
        path: list[Event] = []
        current: Event | None = record
        while current is not None and current.id not in turns:
            turns[current.id] = knowledge(current).day, 0
            path.append(current)
            current = by_id.get(_target(current))
        for each in reversed(path):
            if _target(each) in turns:
                day, depth = turns[_target(each)]
                turns[each.id] = max(day, turns[each.id][0]), depth + 1
    return turns


def _target(record: Event) -> str:
    return record.target if isinstance(record, RecordCorrected | RecordRetracted) else ""
