"""An order of the entities of a register in which holders come before what they hold, but within loops."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy
from attrs import define

from chronicle.ownership.register.arrays import Flags, Floats, Ints, floats, ints, items_of, list_starts
from chronicle.ownership.register.linear import ENDLESS, eliminated_whole, gone_around

SMALL: Final = 24
"""Loops of up to so many members are solved by their inverse, larger ones by sparse elimination."""

MOST_ELIMINATED: Final = 20_000
"""Loops of more members are gone around: where so many hold each other at random, no elimination ends."""


@define(eq=False, slots=False)
class Order:
    """The strong components of a graph of ``size`` nodes, and how far below the top each of them lies.

    ``labels`` has the component of each node, ``sizes`` how many nodes each has.
    """

    size: int
    holders: Ints
    targets: Ints
    labels: Ints
    sizes: Ints

    @classmethod
    def of(cls, size: int, holders: Ints, targets: Ints) -> Order:
        """The order of a graph of which the edges lead from ``holders`` to ``targets``."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import connected_components

        edges = csr_matrix((numpy.ones(len(targets), numpy.int8), (targets, holders)), (size, size))
        count, labels = connected_components(edges, directed=True, connection="strong")
        return cls(size, holders, targets, ints(labels), numpy.bincount(labels, minlength=int(count)))

    @cached_property
    def levels(self) -> Ints:
        """How far each node lies below the top: its component's longest way from one without holders."""
        above, below = self.labels[self.holders], self.labels[self.targets]
        outer = above != below
        above, below = above[outer], below[outer]
        count = len(self.sizes)
        starts, followers = list_starts(above, count), below[numpy.argsort(above, kind="stable")]
        waiting = numpy.bincount(below, minlength=count)
        levels = numpy.zeros(count, dtype=numpy.int64)
        ready, level = numpy.flatnonzero(waiting == 0), 0
        while len(ready):
            levels[ready] = level
            level += 1
            reached, times = numpy.unique(followers[items_of(starts, ready)], return_counts=True)
            waiting[reached] -= times
            ready = reached[waiting[reached] == 0]
        return levels[self.labels]

    @cached_property
    def inner(self) -> Flags:
        """Which edges lie within a component: those of loops, and from a company to itself."""
        inner: Flags = self.labels[self.holders] == self.labels[self.targets]
        return inner

    @cached_property
    def members(self) -> tuple[Ints, Ints]:
        """Where the members of each component begin, and the members in this order."""
        return list_starts(self.labels, len(self.sizes)), numpy.argsort(self.labels, kind="stable")

    def members_of(self, component: int) -> Ints:
        """The nodes of one component."""
        starts, members = self.members
        return members[starts[component] : starts[component + 1]]


@define(eq=False)
class Loops:
    """What solves the equations within the loops of an ``order``, prepared once.

    ``weights`` are those of its edges. ``inverse`` has the entries (row, column, number) of the inverses of
    small loops, in order of row, of which ``starts`` and ``by_column`` say where each row and column is.
    ``large`` has the larger loops, by their component: its members and its elimination. ``unsolved`` are the
    components that have no solution, or none that floats can find.
    """

    order: Order
    weights: Floats
    inverse: tuple[Ints, Ints, Floats]
    starts: Ints
    by_column: tuple[Ints, Ints]
    large: dict[int, tuple[Ints, Any]]
    unsolved: Flags

    @classmethod
    def of(cls, order: Order, weights: Floats, once: bool = False) -> Loops:
        """The loops of an order, with the weight of each of its edges.

        If they are asked ``once``, large ones are not eliminated where going around them is quicker.
        """
        unsolved = numpy.zeros(len(order.sizes), dtype=numpy.bool_)
        edges = numpy.flatnonzero(order.inner)
        inside = order.labels[order.targets[edges]]
        sizes = order.sizes[inside]
        places = _places(order)
        parts = [
            _inverses(order, weights, edges[sizes == size], size=int(size), places=places, unsolved=unsolved)
            for size in numpy.unique(sizes[sizes <= SMALL])
        ]
        large: dict[int, tuple[Ints, Any]] = {}
        for component in numpy.unique(inside[sizes > SMALL]):
            members = order.members_of(int(component))
            held = edges[inside == component]
            matrix = _matrix(order, weights, held, len(members), places)
            around = once or len(members) > MOST_ELIMINATED
            eliminated = gone_around(matrix) if around else eliminated_whole(matrix)
            if eliminated is None:
                unsolved[component] = True
            else:
                large[int(component)] = members, eliminated
        rows, columns, numbers = (
            (numpy.concatenate(each) for each in zip(*parts, strict=True))
            if parts
            else (numpy.zeros(0, numpy.int64), numpy.zeros(0, numpy.int64), numpy.zeros(0))
        )
        by_row = numpy.argsort(rows, kind="stable")
        inverse = rows[by_row], columns[by_row], numbers[by_row]
        by_column = (
            list_starts(inverse[1], order.size),
            numpy.argsort(inverse[1], kind="stable"),
        )
        return cls(order, weights, inverse, list_starts(inverse[0], order.size), by_column, large, unsolved)


def _places(order: Order) -> Ints:
    """The place of each node among the members of its component."""
    starts, members = order.members
    places = numpy.empty(order.size, dtype=numpy.int64)
    places[members] = numpy.arange(order.size) - numpy.repeat(starts[:-1], order.sizes)
    return places


def _inverses(
    order: Order, weights: Floats, edges: Ints, *, size: int, places: Ints, unsolved: Flags
) -> tuple[Ints, Ints, Floats]:
    """The entries of the inverses of the loops of one size. Those without one are marked as unsolved."""
    components, which = numpy.unique(order.labels[order.targets[edges]], return_inverse=True)
    matrices = numpy.zeros((len(components), size, size))
    rows, columns = places[order.targets[edges]], places[order.holders[edges]]
    numpy.add.at(matrices, (which, rows, columns), -weights[edges])
    matrices += numpy.eye(size)
    try:
        found = numpy.linalg.inv(matrices)
    except numpy.linalg.LinAlgError:
        found = numpy.stack([_inverse(matrix) for matrix in matrices])
    # The inverse is the sum of all ways around: nothing in it is below zero.
    solved = ((found > -1e-9) & (found < ENDLESS)).all(axis=(1, 2))
    unsolved[components[~solved]] = True
    found = numpy.maximum(found[solved], 0.0)
    starts, members = order.members
    nodes = members[starts[components[solved]][:, None] + numpy.arange(size)]
    return (
        numpy.repeat(nodes, size, axis=1).ravel(),
        numpy.tile(nodes, (1, size)).ravel(),
        found.ravel(),
    )


def _inverse(matrix: Floats) -> Floats:
    try:
        return floats(numpy.linalg.inv(matrix))
    except numpy.linalg.LinAlgError:
        return numpy.full_like(matrix, numpy.nan)


def _matrix(order: Order, weights: Floats, edges: Ints, size: int, places: Ints) -> Any:
    """The equations of one large loop: the unit matrix less its weights."""
    from scipy.sparse import csc_matrix, identity

    ends = places[order.targets[edges]], places[order.holders[edges]]
    return (identity(size, format="csc") - csc_matrix((weights[edges], ends), (size, size))).tocsc()
