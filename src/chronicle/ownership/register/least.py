"""What reaches an owner at least: every share at its low end. Prepared once for all questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy
from attrs import define

from chronicle.ownership.register.arrays import Flags, Floats, Ints, Places, distinct, floats, ints, items_of
from chronicle.ownership.register.certain import radius
from chronicle.ownership.register.order import Loops, Order
from chronicle.ownership.register.passes import Pass
from chronicle.ownership.register.table import EdgeTable
from chronicle.ownership.solve import Unbounded
from chronicle.values import WHOLE

_FLOOR = 1e-30


class Solution(NamedTuple):
    """The value of each of ``nodes``, and how far ``off`` it can be; endlessly where nothing is proved."""

    nodes: Ints
    values: Floats
    off: Floats

    def within(self, place: int) -> tuple[float, float]:
        """Between which numbers the exact value at a place lies."""
        value, off = float(self.values[place]), float(self.off[place])
        return max(0.0, float(numpy.nextafter(value - off, -1))), float(
            numpy.nextafter(value + off, numpy.inf)
        )


@define(eq=False)
class Least:
    """The equations of a register at the low ends of all shares.

    ``counts`` says which edges have a low end above nothing, and ``loops`` has what solves those of loops.
    """

    table: EdgeTable
    counts: Flags
    loops: Loops

    @classmethod
    def of(cls, table: EdgeTable) -> Least:
        """The equations of a table, prepared."""
        counts = table.lows > 0
        order = Order.of(table.size, table.holders[counts], table.targets[counts])
        prepared = cls(table, counts, Loops.of(order, table.lows[counts]))
        _ = order.levels, table.by_holder, table.starts
        return prepared

    # Downwards, from a holder

    def below(self, holder: int, target: int) -> Solution:
        """What reaches ``holder`` of ``target`` and of all between them. Raises ``Unbounded``."""
        # A loop is solved whole, unless what the holder is held by must be left out of it.
        cut = self.loops.unsolved[self.loops.order.labels[holder]]
        between = self.table.upwards(target, self.counts, holder if cut else -1)
        if not (between == holder).any():
            return Solution(ints([]), floats([]), floats([]))
        found, unbounded = self._down(holder, self.table.downwards(holder, self.counts, between))
        for members in unbounded:
            raise Unbounded(members)
        return found

    def all_below(self, holder: int) -> tuple[Solution, Ints, tuple[tuple[str, ...], ...]]:
        """What reaches ``holder`` of all below it.

        What lies in or below loops that have no finite solution is left out, and given besides, with the
        members of each of these loops.
        """
        nodes = self.table.downwards(holder, self.counts)
        found, unbounded = self._down(holder, nodes)
        return found, numpy.setdiff1d(nodes, found.nodes), unbounded

    def _down(self, holder: int, nodes: Ints) -> tuple[Solution, tuple[tuple[str, ...], ...]]:
        order = self.loops.order
        if self.loops.unsolved[order.labels[holder]]:
            return self._cut(holder, nodes)
        loops = tuple(self._unsolved(nodes))
        nodes = self._without(nodes, holder, loops)
        edges = self.table.edges_among(nodes, self.counts)
        found = solved_below(Pass(self.loops, nodes, self._columns(edges)), holder)
        return found, tuple(self._ids(members) for members in loops)

    def _cut(self, holder: int, nodes: Ints) -> tuple[Solution, tuple[tuple[str, ...], ...]]:
        """The same where the holder is in a loop without a solution: what it is held by does not matter."""
        order, loops, lost = self._among(nodes, holder)
        if lost:
            nodes = self._without(nodes, holder, lost)
            order, loops, _ = self._among(nodes, holder)
        edges = order.holders, order.targets, loops.weights
        every = numpy.arange(len(nodes), dtype=numpy.int64)
        found = solved_below(Pass(loops, every, edges), int(numpy.flatnonzero(nodes == holder)[0]))
        unbounded = tuple(self._ids(members) for members in lost)
        return found._replace(nodes=nodes[found.nodes]), unbounded

    def _among(self, nodes: Ints, holder: int) -> tuple[Order, Loops, tuple[Ints, ...]]:
        """The order of ``nodes`` where nobody holds the holder, and which loops have no solution."""
        table, places = self.table, Places(nodes)
        edges = table.edges_among(nodes, self.counts)
        edges = edges[table.targets[edges] != holder]
        order = Order.of(len(nodes), places(table.holders[edges]), places(table.targets[edges]))
        loops = Loops.of(order, table.lows[edges])
        lost = (order.members_of(int(label)) for label in numpy.flatnonzero(loops.unsolved))
        return order, loops, tuple(nodes[members] for members in lost)

    def _without(self, nodes: Ints, holder: int, loops: Iterable[Ints]) -> Ints:
        """``nodes`` without those below some loops, but the holder and what is below it beside them."""
        for members in loops:
            others = nodes[nodes != holder]
            nodes = numpy.setdiff1d(nodes, self.table.downwards(int(members[0]), self.counts, others))
        return nodes

    def _unsolved(self, nodes: Ints) -> Iterator[Ints]:
        """The members of each loop without a solution among ``nodes``."""
        order = self.loops.order
        labels = distinct(order.labels[nodes])
        for label in labels[self.loops.unsolved[labels]]:
            yield order.members_of(int(label))

    def _columns(self, edges: Ints) -> tuple[Ints, Ints, Floats]:
        return self.table.holders[edges], self.table.targets[edges], self.table.lows[edges]

    # Upwards, from a target

    def above(self, target: int) -> tuple[Solution, tuple[Ints, ...]]:
        """Which part of one unit of ``target`` comes to each node above it; and loops that let nothing go.

        What comes to such a loop stays where it comes in. Raises ``Unbounded`` where something comes
        to a loop without a finite solution.
        """
        nodes = self.table.upwards(target, self.counts)
        closed = tuple(self._unsolved(nodes))
        for members in closed:
            if not self._is_closed(members):
                raise Unbounded(self._ids(members))
        edges = self.table.edges_among(nodes, self.counts)
        order = self.loops.order
        labels = order.labels[self.table.targets[edges]]
        stays = self.loops.unsolved[labels] & (order.labels[self.table.holders[edges]] == labels)
        edges = edges[~stays]
        passing = Pass(self.loops, nodes, self._columns(edges), upwards=True)
        right = numpy.zeros(passing.size)
        right[passing.place.of(target)] = 1.0
        values = passing.solved(right)
        waning = passing.solved((passing.counts + 8) * values + _FLOOR)
        off = radius(passing.coming(values), right, values, (waning, passing.coming(waning)), passing.counts)
        return Solution(passing.nodes, values, off), closed

    def _is_closed(self, members: Ints) -> bool:
        """Whether nobody but these companies can have any of them: they hold each other wholly."""
        edges = items_of(self.table.starts, members)
        outside = int(self.counts[edges].sum()) - len(self.table.edges_among(members, self.counts))
        return not outside and all(self.table.total(int(each)) >= WHOLE for each in members)

    def _ids(self, members: Ints) -> tuple[str, ...]:
        return tuple(sorted(self.table.ids[each] for each in members))


def solved_below(passing: Pass, holder: int) -> Solution:
    """The values of a pass downwards from a holder, whose own is one by definition."""
    place = int(passing.place(ints([holder]))[0])
    right = numpy.zeros(passing.size)
    right[place] = 1.0
    values = passing.solved(right, whole=place)
    waning = passing.solved((passing.counts + 8) * values + _FLOOR)
    others = numpy.flatnonzero(numpy.arange(passing.size) != place)
    off = radius(
        passing.coming(values)[others],
        numpy.zeros(len(others)),
        values[others],
        (waning[others], passing.coming(waning)[others]),
        passing.counts[others],
    )
    every = numpy.zeros(passing.size)
    every[others] = off
    return Solution(passing.nodes, values, every)
