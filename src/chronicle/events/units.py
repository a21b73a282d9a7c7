"""Business units: launched, transferred from one owner to another, closed."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from chronicle.events.envelope import EntityId, Event
from chronicle.values import Money


@frozen(kw_only=True, repr=False, eq=False)
class UnitLaunched(Event):
    """A business unit starts under an owner."""

    kind: ClassVar[str] = "unit.launched"
    about: ClassVar[tuple[str, ...]] = ("unit",)

    unit: EntityId
    owner: EntityId


@frozen(kw_only=True, repr=False, eq=False)
class UnitTransferred(Event):
    """A business unit goes from one owner to another."""

    kind: ClassVar[str] = "unit.transferred"
    about: ClassVar[tuple[str, ...]] = ("unit", "to")

    unit: EntityId
    from_: EntityId
    to: EntityId
    price: Money | None = None


@frozen(kw_only=True, repr=False, eq=False)
class UnitClosed(Event):
    """A business unit ends."""

    kind: ClassVar[str] = "unit.closed"
    about: ClassVar[tuple[str, ...]] = ("unit",)

    unit: EntityId
    reason: str
