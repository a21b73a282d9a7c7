"""Corrections: events about events. They change what is known, never what was written."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from chronicle.events.envelope import EntityId, Event, EventId

# What no correction may touch: what an event is, and when it could be known. To change these is to
# retract the event and record another one.
NOT_CORRECTED = ("id", "kind", "known")


@frozen(kw_only=True)
class RecordCorrected(Event):
    """Fields of an earlier event are put right, from the day this was known.

    ``set`` holds pairs of a field's name and its new value as JSON text, sorted by name.
    """

    kind: ClassVar[str] = "record.corrected"
    about: ClassVar[tuple[str, ...]] = ("target",)

    target: EventId
    set: tuple[tuple[str, str], ...]
    reason: str


@frozen(kw_only=True)
class RecordRetracted(Event):
    """An earlier event is withdrawn, from the day this was known."""

    kind: ClassVar[str] = "record.retracted"
    about: ClassVar[tuple[str, ...]] = ("target",)

    target: EventId
    reason: str


@frozen(kw_only=True)
class IdentityLinked(Event):
    """Two ids turn out to be one entity, from the day this was known; ``a`` is the id that stays."""

    kind: ClassVar[str] = "identity.linked"
    about: ClassVar[tuple[str, ...]] = ("a", "b")

    a: EntityId
    b: EntityId
    reason: str | None = None
