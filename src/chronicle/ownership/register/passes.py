"""One pass over the companies of a question, each after those that it depends on, and loops at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy

from chronicle.ownership.register.arrays import Floats, Ints, Places, distinct, items_of, list_starts, sums
from chronicle.ownership.register.order import Loops


class _Large(NamedTuple):
    """A large loop: the places of its members and its elimination."""

    places: Ints
    eliminated: Any


class Pass:
    """The equations ``value(i) = right(i) + sum of weight * value(j)`` of some nodes of an order.

    Downwards the sum goes over the holders j of i, upwards over the companies j that i holds. ``nodes`` must
    have all on which a value depends, and every loop whole. Within unsolved loops no edge counts.
    """

    def __init__(
        self, loops: Loops, nodes: Ints, edges: tuple[Ints, Ints, Floats], upwards: bool = False
    ) -> None:
        """``edges`` are holders, targets and weights of those among ``nodes``."""
        order = loops.order
        levels = order.levels[nodes]
        sequence = numpy.argsort(-levels if upwards else levels, kind="stable")
        self.nodes, levels = nodes[sequence], levels[sequence]
        self.size = len(nodes)
        self._changes = numpy.flatnonzero(numpy.diff(levels, prepend=-1, append=-1))
        self.place = Places(self.nodes)
        holders, targets, self.weights = edges
        self.into, self.origin = self.place(targets), self.place(holders)
        if upwards:
            self.into, self.origin = self.origin, self.into
        inner = order.labels[holders] == order.labels[targets]
        self._outer(~inner)
        self._loops(loops, upwards)
        self.counts = numpy.bincount(self.into, minlength=self.size)

    def _outer(self, outer: Any) -> None:
        into = self.into[outer]
        by_place = numpy.argsort(into, kind="stable")
        self._into, self._origin = into[by_place], self.origin[outer][by_place]
        self._weights = self.weights[outer][by_place]
        self._bounds = list_starts(self._into, self.size)[self._changes]

    def _loops(self, loops: Loops, upwards: bool) -> None:
        if upwards:
            items = loops.by_column[1][items_of(loops.by_column[0], self.nodes)]
            into, origin = loops.inverse[1][items], loops.inverse[0][items]
        else:
            items = items_of(loops.starts, self.nodes)
            into, origin = loops.inverse[0][items], loops.inverse[1][items]
        self._loop_into, self._loop_origin = self.place(into), self.place(origin)
        self._loop_numbers = loops.inverse[2][items]
        self._loop_bounds = list_starts(self._loop_into, self.size)[self._changes]
        self._in_loop = numpy.zeros(self.size, dtype=numpy.bool_)
        self._in_loop[self._loop_into] = True
        self._trans = "T" if upwards else "N"
        self._large: dict[int, list[_Large]] = {}
        if not loops.large:
            return
        for component in distinct(loops.order.labels[self.nodes]):
            if int(component) in loops.large:
                members, eliminated = loops.large[int(component)]
                places = self.place(members)
                level = int(numpy.searchsorted(self._changes, places[0], side="right")) - 1
                self._large.setdefault(level, []).append(_Large(places, eliminated))

    def solved(self, right: Floats, whole: int | None = None) -> Floats:
        """The values of all nodes, by place. That at the place ``whole`` is one by definition."""
        values = right.astype(numpy.float64)
        for level in range(len(self._changes) - 1):
            first, last = self._changes[level], self._changes[level + 1]
            low, high = self._bounds[level], self._bounds[level + 1]
            if low < high:
                arriving = self._weights[low:high] * values[self._origin[low:high]]
                values[first:last] += sums(self._into[low:high] - first, arriving, last - first)
            low, high = self._loop_bounds[level], self._loop_bounds[level + 1]
            if low < high:
                around = self._loop_numbers[low:high] * values[self._loop_origin[low:high]]
                found = sums(self._loop_into[low:high] - first, around, last - first)
                values[first:last] = numpy.where(self._in_loop[first:last], found, values[first:last])
            for loop in self._large.get(level, ()):
                solved = loop.eliminated.solve(values[loop.places], self._trans)
                values[loop.places] = numpy.maximum(solved, 0.0)
            if whole is not None and first <= whole < last:
                values[first:last] /= values[
                    whole
                ]  # the others of its level stand at nothing, or in its loop
        return values

    def coming(self, values: Floats) -> Floats:
        """The sum of weight * value that comes to each place, loops included."""
        return sums(self.into, self.weights * values[self.origin], self.size)
