"""When entities begin and end, and which events are acts: one statement for order, projectors and checks."""

from __future__ import annotations

from chronicle.events.entities import (
    EntityDeclared,
    EntityDissolved,
    EntityFounded,
    EntityIdentified,
    EntityReinstated,
    EntityRenamed,
)
from chronicle.events.envelope import Event
from chronicle.events.mergers import DemergerSplit, MergerAbsorbed, MergerConsolidated
from chronicle.events.records import IdentityLinked, RecordConfirmed, RecordCorrected, RecordRetracted
from chronicle.events.stakes import StakeObserved

# Events that name an entity which need not exist at that time: it may be named, observed or reinstated
# before its life or after it.
NO_ACTS = (
    EntityDeclared,
    EntityRenamed,
    EntityIdentified,
    EntityReinstated,
    IdentityLinked,
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
    StakeObserved,
)


def founded_by(event: Event) -> tuple[str, ...]:
    """The entities that an event founds."""
    return (event.entity,) if isinstance(event, EntityFounded) else ()


def ended_by(event: Event) -> tuple[str, ...]:
    """The entities that an event ends, each once."""
    if isinstance(event, EntityDissolved):
        return (event.entity,)
    if isinstance(event, MergerAbsorbed):
        return () if event.absorbed == event.survivor else (event.absorbed,)
    if isinstance(event, MergerConsolidated):
        return tuple(dict.fromkeys(name for name in event.predecessors if name != event.successor))
    return ()


def taker_of(event: Event) -> str | None:
    """The entity that takes over from those that a merger ends; None when none is named, or it is none."""
    if isinstance(event, MergerAbsorbed):
        return event.survivor
    return event.successor if isinstance(event, MergerConsolidated) else None


def revived_by(event: Event) -> tuple[str, ...]:
    """The entities that an event founds, makes or reinstates."""
    if isinstance(event, EntityReinstated | EntityFounded):
        return (event.entity,)
    if isinstance(event, MergerConsolidated):
        return () if event.successor is None else (event.successor,)
    if isinstance(event, DemergerSplit):
        return event.successors
    return ()
