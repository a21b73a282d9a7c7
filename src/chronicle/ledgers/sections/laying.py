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
from chronicle.engine.partial.in_turn import PartsInTurn, parts_in_turn
from chronicle.engine.partial.parts import Parts
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.events import Event
from chronicle.ledgers.kept import write_ledger
from chronicle.ledgers.known.turns import turn_blocks
from chronicle.ledgers.layout import Block
from chronicle.ledgers.partitions.telling import events_in
from chronicle.ledgers.rows import NamedIds, WholeReplay
from chronicle.ledgers.sharing import sharing_blocks

PLACES: Final = "section.places"
"""The place in the whole history of each event of a section."""

FIRST: Final = "section.first"
FIRST_PLACE: Final = "section.first_place"
"""By cell a sort key of the date and the kind of the event that first changed it, and its place here."""


@paused_collector()
def lay_down(path: Path, batches: Iterable[Any]) -> None:
    """Replay records, given as batches of Arrow in order of position, and write the ledger to ``path``.

    They are whole parts of a history, each record makes an event, and no ids turn out to be another's. Raises
    ``NotKept`` and ``TooLarge`` for what no ledger on disk can hold, and ``OSError``.
    """
    positions, recorded, log = _read(batches)
    turns, shared = _shared(log)
    ledger = _replayed(log, recorded)
    more = [
        *shared,
        *turn_blocks(ledger, turns, log),
        *_first_events(ledger, log),
        Block(PLACES, "I", array("I", [position - 1 for position in positions])),
    ]
    del shared, turns
    with path.open("xb") as out:
        write_ledger(out, {}, WholeReplay(ledger, log, _named(log)), more)


def _read(batches: Iterable[Any]) -> tuple[array[int], Sequence[str], EventLog]:
    """The positions of records, when each was recorded, and their events."""
    positions, recorded, events = array("I"), list[str](), list[Event]()
    reader, said = EventReader(), dict[str, str]()
    for batch in batches:
        for record, event in events_in(batch, reader):
            assert isinstance(event, Event)
            positions.append(record.position)
            # Many are recorded at one time, and each has a text of its own.
            recorded.append(said.setdefault(record.recorded_at, record.recorded_at))
            events.append(event)
    return positions, recorded, EventLog(events)


def _shared(log: EventLog) -> tuple[PartsInTurn, list[Block]]:
    """Which parts of the history are in turn, and what its events share. The parts take much memory."""
    parts = Parts(log)
    parts.catch_up()
    # First, since what is found out by it is shared too.
    turns = parts_in_turn(parts, log)
    return turns, sharing_blocks(parts, log.events, len(log))


def _replayed(log: EventLog, recorded: Sequence[str]) -> Ledger:
    """The ledger of all events, of which ``recorded`` says when each was."""
    places = log.positions

    def origin(event: Event) -> str | None:
        place = places.get(event.id)
        return None if place is None else recorded[place - 1]

    return resolve(log.events, None, PROJECTORS, origin).ledger


def _named(log: EventLog) -> NamedIds:
    """The ids that events name."""
    named = Named()
    named.note(log.events, log)
    return named.in_order("entity"), named.in_order("deal")


def _first_events(ledger: Ledger, log: EventLog) -> Sequence[Block]:
    """Of each cell the event that first changed it, by which cells are in order."""
    orders, places, positions, keys = array("q"), array("I"), log.positions, log.turn_keys()
    for view in ledger.views:
        some = [positions[event] - 1 for event in ledger.first_events(view, ledger.in_order(view)[0])]
        orders.extend([keys[place] for place in some])
        places.extend(some)
    return Block(FIRST, "q", orders), Block(FIRST_PLACE, "I", places)
