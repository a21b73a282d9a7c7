"""Kinds of events by family, so that a projector can say in a few words what it ignores."""

from __future__ import annotations

from typing import Any

from chronicle import events

Kinds = frozenset[type[Any]]


def _family(*kinds: type[events.Event]) -> Kinds:
    return frozenset(kinds)


RECORDS = _family(events.RecordCorrected, events.RecordRetracted, events.IdentityLinked)
NAMING = _family(events.EntityDeclared, events.EntityRenamed, events.EntityIdentified)
FOUNDED = _family(events.EntityFounded, events.EntityInsolvent)
DISSOLVED = _family(events.EntityDissolved)
LIVES = FOUNDED | DISSOLVED | _family(events.EntityReinstated)
UNITS = _family(events.UnitLaunched, events.UnitTransferred, events.UnitClosed)
STAKES = _family(events.StakeAcquired, events.StakeDisposed, events.StakeObserved)
SHARES = _family(events.SharesIssued, events.SharesCancelled, events.SharesRestructured)
CONTROL = _family(events.ControlGranted, events.ControlEnded)
LISTINGS = _family(events.ListingStarted, events.ListingEnded)
SPLITS = _family(events.DemergerSplit)
MERGERS = SPLITS | _family(events.MergerAbsorbed, events.MergerConsolidated)
INVESTMENTS = _family(events.InvestmentMade)
DEALS = _family(
    events.DealProposed, events.DealAgreed, events.DealApproved, events.DealCompleted, events.DealTerminated
)
PARTNERSHIPS = _family(events.PartnershipAgreed, events.PartnershipEnded)
PROJECTS = _family(events.ProjectReleased)
ROLES = _family(events.RoleAppointed, events.RoleEnded)
MEMBERSHIPS = _family(events.MembershipStarted, events.MembershipEnded)

FAMILIES: tuple[Kinds, ...] = (
    RECORDS,
    NAMING,
    LIVES,
    UNITS,
    STAKES,
    SHARES,
    CONTROL,
    LISTINGS,
    MERGERS,
    INVESTMENTS,
    DEALS,
    PARTNERSHIPS,
    PROJECTS,
    ROLES,
    MEMBERSHIPS,
)
