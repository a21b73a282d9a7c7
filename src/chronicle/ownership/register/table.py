"""The edges of a register as columns: numbers of holders and targets, and the ends of shares as floats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property

import numpy
from attrs import define
from numpy.typing import NDArray

from chronicle.ownership.graph import Edge, Graph
from chronicle.ownership.register.arrays import (
    Flags,
    Floats,
    Ints,
    distinct,
    floats,
    ints,
    items_of,
    list_starts,
    sums,
)
from chronicle.ownership.register.certain import slack
from chronicle.values import NOTHING, WHOLE

_NEAR = 1e-9  # sums this near to the whole are looked at exactly


@define(eq=False, slots=False)
class EdgeTable:
    """The edges of a register, in order of target.

    ``ids`` are those of the entities; ``holders`` and ``targets`` are places in it. ``lows`` and ``highs``
    are the ends of the shares, each within two units in the last place of what is exact. ``exactly`` gives an
    edge as it is, by its row in the columns as they were given, of which ``rows`` has the numbers.
    """

    ids: Sequence[str]
    holders: Ints
    targets: Ints
    lows: Floats
    highs: Floats
    rows: Ints
    exactly: Callable[[int], Edge]

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> EdgeTable:
        """The table of ``edges``, of which there is at most one from one holder to one target."""
        kept = [edge for edge in edges if edge.high > NOTHING]
        ids = sorted({edge.holder for edge in kept} | {edge.target for edge in kept})
        numbers = {entity: number for number, entity in enumerate(ids)}
        return cls.of_columns(
            ids,
            holders=ints([numbers[edge.holder] for edge in kept]),
            targets=ints([numbers[edge.target] for edge in kept]),
            lows=floats([float(edge.low) for edge in kept]),
            highs=floats([float(edge.high) for edge in kept]),
            exactly=kept.__getitem__,
        )

    @classmethod
    def of_columns(
        cls,
        ids: Sequence[str],
        *,
        holders: Ints,
        targets: Ints,
        lows: Floats,
        highs: Floats,
        exactly: Callable[[int], Edge],
    ) -> EdgeTable:
        """The table of columns in any order. What can only be nothing is no edge."""
        rows = numpy.flatnonzero(highs > 0)
        rows = rows[numpy.argsort(targets[rows], kind="stable")]
        return cls(ids, ints(holders[rows]), ints(targets[rows]), lows[rows], highs[rows], rows, exactly)

    @property
    def size(self) -> int:
        """The number of entities."""
        return len(self.ids)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The place of each id."""
        return {entity: number for number, entity in enumerate(self.ids)}

    @cached_property
    def starts(self) -> Ints:
        """Where the edges to each target begin."""
        return list_starts(self.targets, self.size)

    @cached_property
    def by_holder(self) -> tuple[Ints, Ints]:
        """Where the edges from each holder begin, and the edges in this order."""
        return list_starts(self.holders, self.size), numpy.argsort(self.holders, kind="stable")

    @cached_property
    def totals(self) -> Floats:
        """What is at least held of each company by all its holders together."""
        return sums(self.targets, self.lows, self.size)

    @cached_property
    def left(self) -> Floats:
        """What is left of each company above the low ends of all its holders, rounded up.

        Where a share is a range and floats are too near to the whole to tell whether anything is left, the
        exact numbers say it.
        """
        rounding = numpy.where(self.totals > 0, slack(numpy.diff(self.starts)), 0.0)
        left = numpy.maximum(0.0, 1.0 - self.totals + rounding)
        ranged = distinct(self.targets[self.highs > self.lows])
        for target in ranged[numpy.abs(1.0 - self.totals[ranged]) < _NEAR]:
            if self.total(int(target)) >= WHOLE:
                left[target] = 0.0
        return left

    @cached_property
    def _above(self) -> NDArray[numpy.int8]:
        """Of which companies more than the whole is held: 1, or not: 0; -1 where floats do not tell."""
        above = (self.totals > 1.0).astype(numpy.int8)
        above[numpy.abs(1.0 - self.totals) < _NEAR] = -1
        return above

    def above_among(self, nodes: Ints) -> Flags:
        """Of which of some companies more than the whole is held, at the low ends. What was found is kept."""
        for target in nodes[self._above[nodes] < 0]:
            self._above[target] = self.total(int(target)) > WHOLE
        return self._above[nodes] > 0

    @cached_property
    def rooms(self) -> Floats:
        """By how much each share can be above its low end, beside the low ends of the other holders."""
        return numpy.minimum(self.highs - self.lows, self.left[self.targets])

    @cached_property
    def held(self) -> Ints:
        """How many of the shares of each company are certainly more than nothing."""
        return numpy.bincount(self.targets[self.lows > 0], minlength=self.size)

    @cached_property
    def every(self) -> Flags:
        """That every edge counts."""
        return numpy.ones(len(self.lows), dtype=numpy.bool_)

    @cached_property
    def open(self) -> Flags:
        """Which edges can be more than nothing."""
        return (self.lows > 0) | (self.rooms > 0)

    def total(self, target: int) -> Fraction:
        """What is at least held of a company, exactly."""
        return sum((edge.low for edge in self.edges_to(target)), NOTHING)

    def edges_to(self, target: int) -> list[Edge]:
        """The edges to a target, exactly."""
        first, last = self.starts[target], self.starts[target + 1]
        return [self.exactly(int(row)) for row in self.rows[first:last]]

    def edges_from(self, holder: int) -> list[Edge]:
        """The edges from a holder, exactly."""
        starts, order = self.by_holder
        return [self.exactly(int(self.rows[place])) for place in order[starts[holder] : starts[holder + 1]]]

    @cached_property
    def graph(self) -> Graph:
        """The same edges for exact answers; no more of them are made than what is asked about needs."""
        return Graph(
            lambda target: self.edges_to(self.numbers[target]),
            lambda holder: self.edges_from(self.numbers[holder]),
        )

    def upwards(self, target: int, counts: Flags, stop: int = -1) -> Ints:
        """A target and all above it, by the edges that count, but nobody who is only above ``stop``."""
        return self._spread(
            target, counts, lambda nodes: items_of(self.starts, nodes[nodes != stop]), self.holders
        )

    def downwards(self, holder: int, counts: Flags, within: Ints | None = None) -> Ints:
        """A holder and all below it, by the edges that count; no others than those ``within``."""
        starts, order = self.by_holder
        return self._spread(
            holder, counts, lambda nodes: order[items_of(starts, nodes)], self.targets, within
        )

    def _spread(
        self,
        begin: int,
        counts: Flags,
        edges_of: Callable[[Ints], Ints],
        ends: Ints,
        within: Ints | None = None,
    ) -> Ints:
        open_yet = numpy.zeros(self.size, dtype=numpy.bool_)
        open_yet[slice(None) if within is None else within] = True
        open_yet[begin] = False
        waiting = ints([begin])
        found = [waiting]
        while len(waiting):
            edges = edges_of(waiting)
            reached = ends[edges[counts[edges]]]
            waiting = distinct(reached[open_yet[reached]])
            open_yet[waiting] = False
            found.append(waiting)
        return numpy.concatenate(found)

    def edges_among(self, nodes: Ints, counts: Flags) -> Ints:
        """The edges that count of which both ends are among ``nodes``."""
        inside = numpy.zeros(self.size, dtype=numpy.bool_)
        inside[nodes] = True
        edges = items_of(self.starts, nodes)
        return edges[counts[edges] & inside[self.holders[edges]]]
