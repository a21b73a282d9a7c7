"""A section: the ledger of whole parts of a history, laid down in a file with numbers of its own."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from chronicle.codec.many.event_reader import EventReader
from chronicle.engine.declarations import Named
from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.knowledge import resolve
from chronicle.engine.partial import PartialReplay
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.events import ORDER, Event
from chronicle.ledgers.kept import write_ledger
from chronicle.ledgers.known.turns import turn_blocks
from chronicle.ledgers.layout import Block
from chronicle.ledgers.partitions.telling import events_in
from chronicle.ledgers.rows import WholeReplay
from chronicle.ledgers.sharing import sharing_blocks

PLACES: Final = "section.places"
"""The place in the whole history of each event of a section."""

FIRST: Final = "section.first"
FIRST_PLACE: Final = "section.first_place"
"""By cell a sort key of the date and the kind of the event that first changed it, and its place here."""

_RANKS: Final = len(ORDER)


@paused_collector()
def lay_down(path: Path, batches: Iterable[Any]) -> None:
    """Replay records, given as batches of Arrow in order of position, and write the ledger to ``path``.

    They are whole parts of a history, each record makes an event, and no ids turn out to be another's. Raises
    ``NotKept`` and ``TooLarge`` for what no ledger on disk can hold, and ``OSError``.
    """
    positions, events, origins = array("I"), list[Event](), dict[str, str]()
    reader = EventReader()
    for batch in batches:
        for record, event in events_in(batch, reader):
            assert isinstance(event, Event)
            positions.append(record.position)
            events.append(event)
            origins[event.id] = record.recorded_at
    log, named = EventLog(events), Named()
    named.note(events, log)

    def origin(event: Event) -> str | None:
        return origins.get(event.id)

    ledger = resolve(events, None, PROJECTORS, origin).ledger
    replay = PartialReplay(log, PROJECTORS, origin, ledger, len(log))
    # First, since what is found out by it is shared too.
    late = turn_blocks(ledger, replay.turns()[1], log)
    more = [
        *sharing_blocks(replay.all_parts(), events, len(events)),
        *late,
        *_first_events(ledger, log),
        Block(PLACES, "I", array("I", [position - 1 for position in positions])),
    ]
    with path.open("xb") as out:
        ids = named.in_order("entity"), named.in_order("deal")
        write_ledger(out, {}, WholeReplay(ledger, log, ids), more)


def _first_events(ledger: Ledger, log: EventLog) -> Sequence[Block]:
    """Of each cell the event that first changed it, by which cells are in order."""
    orders, places = array("q"), array("I")
    for view in ledger.views:
        for key in ledger.in_order(view)[0]:
            order, rank, place = log.turn(ledger.first_event(view, key))
            orders.append(order * _RANKS + rank)
            places.append(place)
    return Block(FIRST, "q", orders), Block(FIRST_PLACE, "I", places)
