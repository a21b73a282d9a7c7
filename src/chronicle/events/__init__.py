"""Every kind of event, the order of kinds within one day, and what events refer to.

``KINDS`` maps the stored name of a kind to its class. Stored names never change; a class may be renamed. The
classes are made when one is first asked for: a question that a ledger on disk answers needs hardly any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chronicle.errors.exports import exported

if TYPE_CHECKING:
    from chronicle.events.control import (
        ControlEnded,
        ControlGranted,
        ListingEnded,
        ListingStarted,
        MembershipEnded,
        MembershipStarted,
        RoleAppointed,
        RoleEnded,
    )
    from chronicle.events.deals import (
        DealAgreed,
        DealApproved,
        DealCompleted,
        DealProposed,
        DealTerminated,
        InvestmentMade,
        PartnershipAgreed,
        PartnershipEnded,
        ProjectReleased,
    )
    from chronicle.events.effects import announcements, happened, with_effects
    from chronicle.events.entities import (
        EntityDeclared,
        EntityDissolved,
        EntityFounded,
        EntityIdentified,
        EntityInsolvent,
        EntityReinstated,
        EntityRenamed,
    )
    from chronicle.events.envelope import (
        ENVELOPE,
        NOT_IN_EFFECT,
        Confidence,
        DealId,
        Effect,
        EntityId,
        Event,
        EventId,
        Knowledge,
        Right,
        knowledge,
        known_on,
        told_day,
    )
    from chronicle.events.kinds import (
        ENDS_OF_TIES,
        KINDS,
        ORDER,
        entities_named_by,
        own_entities,
        plain_name,
        reference_fields,
        references,
        renamed,
    )
    from chronicle.events.likeness import COUNTED, alike, independent, mirrored, overlap, publishers, reach
    from chronicle.events.lives import NO_ACTS, ended_by, founded_by, revived_by, taker_of
    from chronicle.events.mergers import DemergerSplit, MergerAbsorbed, MergerConsolidated
    from chronicle.events.records import (
        NOT_CORRECTED,
        IdentityLinked,
        RecordConfirmed,
        RecordCorrected,
        RecordRetracted,
        circle,
        in_a_circle,
    )
    from chronicle.events.stakes import (
        SharesCancelled,
        SharesIssued,
        SharesRestructured,
        StakeAcquired,
        StakeDisposed,
        StakeObserved,
    )
    from chronicle.events.units import UnitClosed, UnitLaunched, UnitTransferred

__all__ = [
    "COUNTED",
    "ENDS_OF_TIES",
    "ENVELOPE",
    "KINDS",
    "NOT_CORRECTED",
    "NOT_IN_EFFECT",
    "NO_ACTS",
    "ORDER",
    "Confidence",
    "ControlEnded",
    "ControlGranted",
    "DealAgreed",
    "DealApproved",
    "DealCompleted",
    "DealId",
    "DealProposed",
    "DealTerminated",
    "DemergerSplit",
    "Effect",
    "EntityDeclared",
    "EntityDissolved",
    "EntityFounded",
    "EntityId",
    "EntityIdentified",
    "EntityInsolvent",
    "EntityReinstated",
    "EntityRenamed",
    "Event",
    "EventId",
    "IdentityLinked",
    "InvestmentMade",
    "Knowledge",
    "ListingEnded",
    "ListingStarted",
    "MembershipEnded",
    "MembershipStarted",
    "MergerAbsorbed",
    "MergerConsolidated",
    "PartnershipAgreed",
    "PartnershipEnded",
    "ProjectReleased",
    "RecordConfirmed",
    "RecordCorrected",
    "RecordRetracted",
    "Right",
    "RoleAppointed",
    "RoleEnded",
    "SharesCancelled",
    "SharesIssued",
    "SharesRestructured",
    "StakeAcquired",
    "StakeDisposed",
    "StakeObserved",
    "UnitClosed",
    "UnitLaunched",
    "UnitTransferred",
    "alike",
    "announcements",
    "circle",
    "ended_by",
    "entities_named_by",
    "founded_by",
    "happened",
    "in_a_circle",
    "independent",
    "knowledge",
    "known_on",
    "mirrored",
    "overlap",
    "own_entities",
    "plain_name",
    "publishers",
    "reach",
    "reference_fields",
    "references",
    "renamed",
    "revived_by",
    "taker_of",
    "told_day",
    "with_effects",
]

__getattr__ = exported(
    __name__,
    {
        # The classes of kinds are all made together, but for what a question needs that knows no kind.
        "kinds": __all__,
        "effects": ("announcements", "happened", "with_effects"),
        "envelope": (
            *("ENVELOPE", "NOT_IN_EFFECT", "Confidence", "DealId", "Effect", "EntityId", "Event", "EventId"),
            *("Knowledge", "Right", "knowledge", "known_on", "told_day"),
        ),
        "likeness": ("COUNTED", "alike", "independent", "mirrored", "overlap", "publishers", "reach"),
        "lives": ("NO_ACTS", "ended_by", "founded_by", "revived_by", "taker_of"),
        "records": (
            *("NOT_CORRECTED", "IdentityLinked", "RecordConfirmed", "RecordCorrected", "RecordRetracted"),
            *("circle", "in_a_circle"),
        ),
    },
)
