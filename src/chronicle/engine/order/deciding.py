"""Which events of a group decide by their order what a cell has in the end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

from attrs import define

from chronicle.engine.order.component import content
from chronicle.engine.order.search import Arrangement, Found, Search
from chronicle.engine.replay import Cell

# With more steps than this, which events of a group decide a cell is not computed.
_MOST_DECIDED: Final = 10_000


@define
class Deciding:
    """The orders of a group, and what a cell had before it: ``base``."""

    search: Search
    found: Found
    cell: Cell
    base: Any

    def concerned(self, order: tuple[str, ...]) -> tuple[str, ...]:
        """Ids, in the order of replay, of the events whose order decides the cell, or else that change it.

        ``order`` has the ids of all events of the group, in the order of replay.
        """
        plan, members, kept = self.search.plan, self.search.members, self.found.kept()
        places = self._places(kept) or {
            place
            for node in kept
            for before, place in node.ways
            if before.overlay.get(self.cell, self.base) != node.overlay.get(self.cell, self.base)
        }
        ids = {plan.natural[members[place]].id for place in places}
        found = tuple(event for event in order if event in ids)
        return found if len(found) > 1 else order

    def _places(self, kept: Sequence[Arrangement]) -> set[int]:
        """The places of the events whose order matters for the cell: only two, if those decide alone."""
        count = len(self.search.members)
        if count < 3 or count * count * len(kept) > _MOST_DECIDED:
            return set()
        found: set[int] = set()
        first, last = self.search.plan.first, self.search.plan.last
        windows = [(first[index], last[index]) for index in self.search.members]
        for one, two in combinations(range(count), 2):
            if windows[one][1] < windows[two][0] or windows[two][1] < windows[one][0]:
                continue
            forth, back = self._come_to(kept, one, two), self._come_to(kept, two, one)
            if len(forth) == len(back) == 1 and forth != back:
                return {one, two}
            if forth and back and forth != back:
                found |= {one, two}
        return found

    def _come_to(self, kept: Sequence[Arrangement], one: int, two: int) -> set[Any]:
        """The values of the cell in the end by the best orders in which one event comes before another."""
        reached: set[int] = set()
        for node in kept:
            ways = (
                (id(way), place, way.mask >> (two if place == one else one) & 1) for way, place in node.ways
            )
            if not node.ways or any(
                way in reached and (place not in (one, two) or (place == two) == bool(other))
                for way, place, other in ways
            ):
                reached.add(id(node))
        ends = (node for node in self.found.best if id(node) in reached)
        return {content(node.overlay.get(self.cell, self.base)) for node in ends}
