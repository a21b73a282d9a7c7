"""The projectors that come with Chronicle, all on one skeleton; add yours to the table."""

from __future__ import annotations

from chronicle.projectors import ties
from chronicle.projectors.deals import DEALS
from chronicle.projectors.entities import ENTITIES
from chronicle.projectors.holdings import HOLDINGS
from chronicle.projectors.shares import SHARES
from chronicle.projectors.units import UNITS
from chronicle.replay import Projector

__all__ = ["PROJECTORS"]

PROJECTORS: tuple[Projector, ...] = (ENTITIES, SHARES, HOLDINGS, UNITS, DEALS, *ties.PROJECTORS)
