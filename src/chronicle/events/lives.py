"""When entities begin and end, and what it takes to act: what order, projectors and checks agree on."""

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
from chronicle.events.records import IdentityLinked, RecordCorrected, RecordRetracted
from chronicle.events.stakes import StakeObserved

# These speak of an entity and need nothing done by it: a name may be given, a stake be seen, and an entity
# come back at any time.
NO_ACTS = (
    EntityDeclared,
    EntityRenamed,
    EntityIdentified,
    EntityReinstated,
    IdentityLinked,
    RecordCorrected,
    RecordRetracted,
    StakeObserved,
)


def founded_by(event: Event) -> tuple[str, ...]:
    """The entities that come into being with an event."""
    return (event.entity,) if isinstance(event, EntityFounded) else ()


def ended_by(event: Event) -> tuple[str, ...]:
    """The entities that are no more after an event, each once."""
    if isinstance(event, EntityDissolved):
        return (event.entity,)
    if isinstance(event, MergerAbsorbed):
        return () if event.absorbed == event.survivor else (event.absorbed,)
    if isinstance(event, MergerConsolidated):
        return tuple(dict.fromkeys(name for name in event.predecessors if name != event.successor))
    return ()


def revived_by(event: Event) -> tuple[str, ...]:
    """The entities that an event brings into being, or back."""
    if isinstance(event, EntityReinstated | EntityFounded):
        return (event.entity,)
    if isinstance(event, MergerConsolidated):
        return () if event.successor is None else (event.successor,)
    if isinstance(event, DemergerSplit):
        return event.successors
    return ()
