"""The projectors that come with Chronicle, all on one skeleton; add yours to the table."""

from __future__ import annotations

from chronicle.engine.projectors import ties
from chronicle.engine.projectors.deals import DEALS
from chronicle.engine.projectors.entities import ENTITIES
from chronicle.engine.projectors.holdings import HOLDINGS
from chronicle.engine.projectors.shares import SHARES
from chronicle.engine.projectors.units import UNITS
from chronicle.engine.replay import Projector

__all__ = ["PROJECTORS"]

PROJECTORS: tuple[Projector, ...] = (ENTITIES, SHARES, HOLDINGS, UNITS, DEALS, *ties.PROJECTORS)
