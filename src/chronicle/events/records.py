"""Corrections: events about events. They change what is known; the record that was written stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from attrs import frozen

from chronicle.errors import Problem, shown
from chronicle.events.envelope import EntityId, Event, EventId

# Fields that no correction may change. To change them, retract the event and record another one.
NOT_CORRECTED = ("id", "kind", "known")


@frozen(kw_only=True, repr=False, eq=False)
class RecordCorrected(Event):
    """Fields of an earlier event get other values, from the day on which this event was known.

    ``set`` holds pairs of a field's name and its new value as JSON text, sorted by name.
    """

    kind: ClassVar[str] = "record.corrected"
    about: ClassVar[tuple[str, ...]] = ("target",)

    target: EventId
    set: tuple[tuple[str, str], ...]
    reason: str


@frozen(kw_only=True, repr=False, eq=False)
class RecordRetracted(Event):
    """An earlier event is withdrawn, from the day on which this event was known."""

    kind: ClassVar[str] = "record.retracted"
    about: ClassVar[tuple[str, ...]] = ("target",)

    target: EventId
    reason: str


@frozen(kw_only=True, repr=False, eq=False)
class RecordConfirmed(Event):
    """An edition of a source states events again that an earlier one stated: its source joins theirs.

    ``sources`` says which edition, and the day on which this event was known is that of the edition.
    ``complete`` says that it was everything the source had by then.
    """

    kind: ClassVar[str] = "record.confirmed"
    about: ClassVar[tuple[str, ...]] = ()

    targets: tuple[EventId, ...] = ()
    complete: bool = False


@frozen(kw_only=True, repr=False, eq=False)
class IdentityLinked(Event):
    """Two ids turn out to be one entity, from the day on which this was known; ``a`` is the id that stays."""

    kind: ClassVar[str] = "identity.linked"
    about: ClassVar[tuple[str, ...]] = ("a", "b")

    a: EntityId
    b: EntityId
    reason: str | None = None


def circle(record: Event, find: Callable[[str], Event | None], followed: set[str]) -> tuple[str, ...]:
    """Ids of corrections and retractions that refer to each other in a circle; empty where there is none.

    Follows the targets from ``record`` on; ``find`` gives an event by its id. Stops at an id in ``followed``,
    which an earlier call has followed already, so that each circle is found once; ids followed by this call
    are added.
    """
    way: dict[str, None] = {}
    current: Event | None = record
    while isinstance(current, RecordCorrected | RecordRetracted) and current.id not in followed:
        followed.add(current.id)
        way[current.id] = None
        current = find(current.target)
    if current is None or current.id not in way:
        return ()
    return tuple(way)[list(way).index(current.id) :]


def in_a_circle(records: tuple[str, ...]) -> Problem:
    """The problem (C214) of corrections and retractions, given by their ids, that form a circle."""
    message = f"corrections in a circle: {', '.join(map(shown, records))}"
    help = "correct or retract the event that was wrong in the first place"
    return Problem("C214", message, help=help)
