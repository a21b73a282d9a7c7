"""The projectors that come with Chronicle. One file each, all on one skeleton; add yours to the table."""

from __future__ import annotations

from chronicle.projectors.control import CONTROL
from chronicle.projectors.deals import DEALS
from chronicle.projectors.entities import ENTITIES
from chronicle.projectors.holdings import HOLDINGS
from chronicle.projectors.listings import LISTINGS
from chronicle.projectors.memberships import MEMBERSHIPS
from chronicle.projectors.partnerships import PARTNERSHIPS
from chronicle.projectors.projects import PROJECTS
from chronicle.projectors.roles import ROLES
from chronicle.projectors.shares import SHARES
from chronicle.projectors.units import UNITS
from chronicle.replay import Projector

__all__ = ["PROJECTORS"]

PROJECTORS: tuple[Projector, ...] = (
    ENTITIES,
    SHARES,
    HOLDINGS,
    UNITS,
    DEALS,
    LISTINGS,
    CONTROL,
    ROLES,
    PARTNERSHIPS,
    PROJECTS,
    MEMBERSHIPS,
)
