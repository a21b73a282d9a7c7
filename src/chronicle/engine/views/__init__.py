"""The views of the shipped projectors: the classes of their values, and the description of each.

Projectors write the values, state and checks read them; none of these three imports another. Each view
is in the table next to its value.
"""

from __future__ import annotations

from chronicle.engine.views.entities import EntityKind, Name, Status, Succession
from chronicle.engine.views.names import (
    CONTROL,
    DEALS,
    ENTITIES,
    HOLDINGS,
    IDENTIFIERS,
    LINEAGE,
    LISTINGS,
    MEMBERSHIPS,
    NAMES,
    PARTNERSHIPS,
    PROJECTS,
    ROLES,
    SHARES,
    STATUS,
    TYPES,
    UNITS,
)
from chronicle.engine.views.stakes import Basis, Lot, Ownership, ShareCount, Stake, StakeSeen, seen
from chronicle.engine.views.table import (
    ENTITY_PARTS,
    IN_DATA,
    KEYS,
    ON_PAGES,
    OTHER,
    REFERS,
    VIEWS,
    in_order,
    is_listed,
    view_of,
)
from chronicle.engine.views.ties import OPEN_STAGES, Control, DealStage, Listing, Partnership, Release, Stage
from chronicle.engine.views.view import View

__all__ = [
    "CONTROL",
    "DEALS",
    "ENTITIES",
    "ENTITY_PARTS",
    "HOLDINGS",
    "IDENTIFIERS",
    "IN_DATA",
    "KEYS",
    "LINEAGE",
    "LISTINGS",
    "MEMBERSHIPS",
    "NAMES",
    "ON_PAGES",
    "OPEN_STAGES",
    "OTHER",
    "PARTNERSHIPS",
    "PROJECTS",
    "REFERS",
    "ROLES",
    "SHARES",
    "STATUS",
    "TYPES",
    "UNITS",
    "VIEWS",
    "Basis",
    "Control",
    "DealStage",
    "EntityKind",
    "Listing",
    "Lot",
    "Name",
    "Ownership",
    "Partnership",
    "Release",
    "ShareCount",
    "Stage",
    "Stake",
    "StakeSeen",
    "Status",
    "Succession",
    "View",
    "in_order",
    "is_listed",
    "seen",
    "view_of",
]
