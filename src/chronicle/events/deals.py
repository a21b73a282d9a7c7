"""Deals, partnerships, investments in projects, and what becomes of projects."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from chronicle.events.envelope import DealId, Effect, EntityId, Event
from chronicle.values import Money, Share


@frozen(kw_only=True, repr=False, eq=False)
class DealProposed(Event):
    """A deal is put forward. Its ``effects`` are what it would do; none of them has happened yet."""

    kind: ClassVar[str] = "deal.proposed"
    about: ClassVar[tuple[str, ...]] = ("deal",)

    deal: DealId
    title: str
    parties: tuple[EntityId, ...]
    binding: bool = False
    effects: tuple[Effect, ...] | None = None


@frozen(kw_only=True, repr=False, eq=False)
class DealAgreed(Event):
    """The parties sign. Title, parties and effects stay as proposed where this event does not give them."""

    kind: ClassVar[str] = "deal.agreed"
    about: ClassVar[tuple[str, ...]] = ("deal",)

    deal: DealId
    title: str | None = None
    parties: tuple[EntityId, ...] = ()
    binding: bool = True
    effects: tuple[Effect, ...] | None = None


@frozen(kw_only=True, repr=False, eq=False)
class DealApproved(Event):
    """Shareholders, a court or an authority let the deal go ahead."""

    kind: ClassVar[str] = "deal.approved"
    about: ClassVar[tuple[str, ...]] = ("deal",)

    deal: DealId
    reason: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class DealCompleted(Event):
    """The deal is completed, and its effects happen. ``effects`` given here replace those announced."""

    kind: ClassVar[str] = "deal.completed"
    about: ClassVar[tuple[str, ...]] = ("deal",)

    deal: DealId
    effects: tuple[Effect, ...] | None = None


@frozen(kw_only=True, repr=False, eq=False)
class DealTerminated(Event):
    """The deal is called off. Its announced effects do not happen, unless they are announced again."""

    kind: ClassVar[str] = "deal.terminated"
    about: ClassVar[tuple[str, ...]] = ("deal",)

    deal: DealId
    reason: str


@frozen(kw_only=True, repr=False, eq=False)
class PartnershipAgreed(Event):
    """Parties agree to do something together."""

    kind: ClassVar[str] = "partnership.agreed"
    about: ClassVar[tuple[str, ...]] = ("parties",)

    parties: tuple[EntityId, ...]
    subject: str
    project: EntityId | None = None


@frozen(kw_only=True, repr=False, eq=False)
class PartnershipEnded(Event):
    """A partnership ends: that on one subject, or all of them when none is given."""

    kind: ClassVar[str] = "partnership.ended"
    about: ClassVar[tuple[str, ...]] = ("parties",)

    parties: tuple[EntityId, ...]
    subject: str | None = None
    reason: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class InvestmentMade(Event):
    """Somebody invests in a project: a film, a fund. Without a ``share`` it is undisclosed, not zero."""

    kind: ClassVar[str] = "investment.made"
    about: ClassVar[tuple[str, ...]] = ("investor", "project")

    investor: EntityId
    project: EntityId
    share: Share | None = None
    amount: Money | None = None


@frozen(kw_only=True, repr=False, eq=False)
class ProjectReleased(Event):
    """A project reaches the public: a film opens, a product ships."""

    kind: ClassVar[str] = "project.released"
    about: ClassVar[tuple[str, ...]] = ("project", "where")

    project: EntityId
    where: str
    by: tuple[EntityId, ...] = ()
