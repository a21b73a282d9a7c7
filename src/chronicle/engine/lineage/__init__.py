"""Lineage: what an entity came out of and what it became, over any number of successions.

A line goes forward in time: what split off a company before another was merged into it is no successor of the
other. Where dates overlap, so that the order is open, the line is only possible.
"""

from __future__ import annotations

from chronicle.engine.lineage.answer import Hop, Lineage, Way
from chronicle.engine.lineage.lines import line_between, lineage_of

__all__ = ["Hop", "Lineage", "Way", "line_between", "lineage_of"]
