"""Control, listings, roles and memberships: ties between entities that are not shares."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from chronicle.events.envelope import EntityId, Event
from chronicle.values import Money, Share


@frozen(kw_only=True, repr=False, eq=False)
class ControlGranted(Event):
    """One entity comes to control another; ``basis`` says by what (contract, consolidation, board ...).

    ``share`` is the share that the source states for it, where it states one: of what is held through others,
    or by what the control comes. It is never a holding, since what is held through others is told by the
    holdings of these. ``record`` names the record of a register that says so.
    """

    kind: ClassVar[str] = "control.granted"
    about: ClassVar[tuple[str, ...]] = ("controller", "target")

    controller: EntityId
    target: EntityId
    basis: str
    share: Share | None = None
    record: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class ControlEnded(Event):
    """Control ends: that of one basis, or all of it when no basis is given."""

    kind: ClassVar[str] = "control.ended"
    about: ClassVar[tuple[str, ...]] = ("controller", "target")

    controller: EntityId
    target: EntityId
    basis: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class ListingStarted(Event):
    """Shares of an entity start to trade. ``exchange`` may be left out where the source names none."""

    kind: ClassVar[str] = "listing.started"
    about: ClassVar[tuple[str, ...]] = ("entity",)

    entity: EntityId
    exchange: str | None = None
    ticker: str | None = None
    ipo: bool = False
    raised: Money | None = None
    price: Money | None = None


@frozen(kw_only=True, repr=False, eq=False)
class ListingEnded(Event):
    """Shares of an entity stop trading: on one exchange, or everywhere when none is given."""

    kind: ClassVar[str] = "listing.ended"
    about: ClassVar[tuple[str, ...]] = ("entity",)

    entity: EntityId
    reason: str
    exchange: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class RoleAppointed(Event):
    """A person takes a role in a company or on a project.

    ``record`` names the record of a register that says so.
    """

    kind: ClassVar[str] = "role.appointed"
    about: ClassVar[tuple[str, ...]] = ("person", "entity", "role")

    person: EntityId
    entity: EntityId
    role: str
    record: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class RoleEnded(Event):
    """A person leaves a role."""

    kind: ClassVar[str] = "role.ended"
    about: ClassVar[tuple[str, ...]] = ("person", "entity", "role")

    person: EntityId
    entity: EntityId
    role: str


@frozen(kw_only=True, repr=False, eq=False)
class MembershipStarted(Event):
    """An entity joins a group: an index, an association.

    ``record`` names the record of a register that says so.
    """

    kind: ClassVar[str] = "membership.started"
    about: ClassVar[tuple[str, ...]] = ("entity", "group")

    entity: EntityId
    group: EntityId
    record: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class MembershipEnded(Event):
    """An entity leaves a group."""

    kind: ClassVar[str] = "membership.ended"
    about: ClassVar[tuple[str, ...]] = ("entity", "group")

    entity: EntityId
    group: EntityId
