"""A graph in layers: every edge goes from one layer to the next, over vertices that are bends and labels.

The label of an edge is a vertex of its own, with the size of its text. So a layout that keeps vertices apart
keeps labels apart, from each other and from nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from attrs import define, field, frozen

Size: TypeAlias = tuple[float, float]
"""How much room something takes across the layers, and along the way from layer to layer."""

Pair: TypeAlias = tuple[int, int]


@frozen
class Vertex:
    """A node (``node`` is its number), the label of an edge (``label`` is true), or a bend."""

    rank: int
    size: Size
    node: int | None = None
    label: bool = False


@frozen
class Course:
    """An edge as the vertices that it goes over, from the upper end to the lower; ``edge`` is its number.

    ``label`` is the vertex of its label, if it has one. It points upwards if ``reversed``.
    """

    edge: int
    vertices: tuple[int, ...]
    label: int | None
    reversed: bool


@define
class Layered:
    """The vertices, the edges over them, and the vertices of each layer from left to right."""

    vertices: list[Vertex]
    chains: list[Course]
    layers: list[list[int]] = field(factory=list)

    def steps(self) -> list[Pair]:
        """The steps of all edges from one layer to the next."""
        return [step for chain in self.chains for step in pairwise(chain.vertices)]

    def beside(self, steps: Iterable[Pair]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """The vertices above and below each one."""
        above, below = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        for upper, lower in steps:
            above[lower].append(upper)
            below[upper].append(lower)
        return above, below


BEND: Size = (6.0, 0.0)


def layered(nodes: Sequence[Size], ends: Sequence[Pair], labels: Sequence[Size | None]) -> Layered:
    """The graph in layers. ``ends`` are the numbers of the nodes of each edge, none from a node to itself."""
    turned = _turned(len(nodes), ends)
    downwards = [
        (end, start) if turn else (start, end) for (start, end), turn in zip(ends, turned, strict=True)
    ]
    ranks = _ranks(len(nodes), sorted(set(downwards)))
    vertices = [
        Vertex(2 * rank, size, node) for node, (rank, size) in enumerate(zip(ranks, nodes, strict=True))
    ]
    found = Layered(vertices, [])
    for edge, (upper, lower) in enumerate(downwards):
        found.chains.append(_chain(vertices, edge, (upper, lower), labels[edge], turned[edge]))
    found.layers = [[] for _ in range(1 + max(vertex.rank for vertex in vertices))]
    for number, vertex in enumerate(vertices):
        found.layers[vertex.rank].append(number)
    return found


def _chain(vertices: list[Vertex], edge: int, ends: Pair, label: Size | None, turned: bool) -> Course:
    """The vertices of one edge; its label is beside the node that it points to."""
    upper, lower = ends
    first, last = vertices[upper].rank + 1, vertices[lower].rank - 1
    at = None if label is None else first if turned else last
    over = []
    for rank in range(first, last + 1):
        over.append(len(vertices))
        vertices.append(Vertex(rank, label, label=True) if rank == at and label else Vertex(rank, BEND))
    named = None if at is None else over[at - first]
    return Course(edge, (upper, *over, lower), named, turned)


def _turned(nodes: int, ends: Sequence[Pair]) -> list[bool]:
    """Which edges have to point upwards so that no circle is left: those back to where a search came from."""
    following = defaultdict[int, list[int]](list)
    entered = [0] * nodes
    for start, end in ends:
        following[start].append(end)
        entered[end] += 1
    left: dict[int, int] = {}  # in which order the search was done with a node: what it leads to comes before
    seen: set[int] = set()
    for root in sorted(range(nodes), key=lambda node: (entered[node] > 0, node)):
        if root not in seen:
            _search(root, following, seen, left)
    return [left[end] > left[start] for start, end in ends]


def _search(root: int, following: Mapping[int, list[int]], seen: set[int], left: dict[int, int]) -> None:
    seen.add(root)
    path = [(root, iter(following.get(root, ())))]
    while path:
        node, others = path[-1]
        unseen = next((other for other in others if other not in seen), None)
        if unseen is None:
            left[node] = len(left)
            path.pop()
        else:
            seen.add(unseen)
            path.append((unseen, iter(following.get(unseen, ()))))


def _ranks(nodes: int, downwards: Sequence[Pair]) -> list[int]:
    """The layer of each node: below all that lead to it, and as near to its neighbours as that leaves."""
    before, after = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for upper, lower in downwards:
        before[lower].append(upper)
        after[upper].append(lower)
    order = _topological(nodes, before, after)
    ranks = [0] * nodes
    for node in order:
        ranks[node] = max((ranks[other] + 1 for other in before[node]), default=0)
    for _ in range(4):
        for node in reversed(order):
            if len(after[node]) > len(before[node]):
                ranks[node] = min(ranks[other] for other in after[node]) - 1
        for node in order:
            if len(before[node]) > len(after[node]):
                ranks[node] = max(ranks[other] for other in before[node]) + 1
    least = min(ranks)
    return [rank - least for rank in ranks]


def _topological(nodes: int, before: Mapping[int, list[int]], after: Mapping[int, list[int]]) -> list[int]:
    waiting = [len(before.get(node, ())) for node in range(nodes)]
    order = [node for node in range(nodes) if not waiting[node]]
    for node in order:
        for other in after.get(node, ()):
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    return order
