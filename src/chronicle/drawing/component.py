"""The layout of one connected graph: where its boxes, its lines and the labels of these lie.

Here "across" is along a layer and "along" the way from layer to layer. From above to below, across is x; from
left to right, it is y.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from attrs import define, field, frozen

from chronicle.drawing.across import kept_apart, places_across
from chronicle.drawing.layered import Course, Layered, Pair, Size, layered
from chronicle.drawing.order import put_in_order
from chronicle.drawing.parts import Box, Point, Route

_GAP_OF_NODES: Final = 22.0
_GAP_OF_OTHERS: Final = 10.0
_GAP_OF_LAYERS: Final = 24.0
_GAP_WITHOUT_LABELS: Final = 16.0
_SLOPE: Final = 0.09
_STEEPEST: Final = 110.0
_PORTS: Final = 16.0
_CORNER: Final = 12.0
_CORNER_OF_SIDES: Final = 5.0
_LOOP: Final = 22.0
_PAD: Final = 3.0


@frozen
class SelfEdge:
    """An edge from a node to itself: the numbers of both, and the size of its label."""

    edge: int
    node: int
    label: Size


@frozen
class Placement:
    """Boxes of nodes, routes of edges, by number, from the upper left corner; and the whole size."""

    boxes: dict[int, Box]
    routes: dict[int, Route]
    width: float
    height: float


def pictured(
    nodes: Sequence[Size], ends: Sequence[Pair], labels: Sequence[Size | None], *, downwards: bool
) -> Placement:
    """Lay out a connected graph. Sizes are (width, height); an edge may go from a node to itself."""
    turn = (lambda size: size) if downwards else _swapped
    loops = [
        SelfEdge(edge, start, turn(labels[edge] or (0.0, 0.0)))
        for edge, (start, end) in enumerate(ends)
        if start == end
    ]
    straight = [edge for edge, (start, end) in enumerate(ends) if start != end]
    own = [turn(size) for size in nodes]
    cells = _with_loops(own, loops)
    padded = [turn(size) if (size := labels[edge]) else None for edge in straight]
    graph = layered(cells, [ends[edge] for edge in straight], padded)
    put_in_order(graph)
    drawn = _Drawn(graph, own, straight, downwards)
    drawn.place()
    drawn.loops(loops)
    return drawn.picture()


def _swapped(size: Size) -> Size:
    return size[1], size[0]


def _with_loops(nodes: Sequence[Size], loops: Sequence[SelfEdge]) -> list[Size]:
    """The room that each node needs together with its edges to itself, which lie beside it."""
    cells = [*nodes]
    for node in {loop.node for loop in loops}:
        mine = [loop.label for loop in loops if loop.node == node]
        across = nodes[node][0] + _LOOP + max(size[0] for size in mine)
        along = sum(max(size[1], 14.0) + 2 * _PAD for size in mine)
        cells[node] = (across, max(nodes[node][1], along))
    return cells


@define
class _Drawn:
    """A layered graph that is given its places."""

    graph: Layered
    own: Sequence[Size]
    edges: Sequence[int]
    downwards: bool
    across: list[float] = field(factory=list)
    begins: list[float] = field(factory=list)
    ends: list[float] = field(factory=list)
    boxes: dict[int, Box] = field(factory=dict)
    routes: dict[int, Route] = field(factory=dict)

    def place(self) -> None:
        """Find the place of every vertex, then the box of each node and the route of each edge."""
        self.across = places_across(self.graph, (_GAP_OF_NODES, _GAP_OF_OTHERS))
        self._bands()
        for vertex, node in enumerate(self.graph.vertices):
            if node.node is not None:
                self.boxes[node.node] = self._box(vertex)
        ports = self._ports()
        for number, chain in enumerate(self.graph.chains):
            self.routes[self.edges[number]] = self._route(chain, ports[number, 0], ports[number, 1])

    def _bands(self) -> None:
        """Where each layer begins and ends along the way."""
        graph, at = self.graph, 0.0
        widest: defaultdict[int, float] = defaultdict(float)
        for upper, lower in graph.steps():
            rank = graph.vertices[lower].rank
            widest[rank] = max(widest[rank], abs(self.across[upper] - self.across[lower]))
        thick = [max((graph.vertices[each].size[1] for each in layer), default=0.0) for layer in graph.layers]
        for rank, thickness in enumerate(thick):
            if rank:
                bare = 0.0 in (thickness, thick[rank - 1])
                base = _GAP_WITHOUT_LABELS if bare else _GAP_OF_LAYERS
                at += base + min(_STEEPEST, _SLOPE * widest[rank])
            self.begins.append(at)
            at += thickness
            self.ends.append(at)

    def _box(self, vertex: int) -> Box:
        """The box of a node, at the beginning of its cell."""
        cell = self.graph.vertices[vertex]
        size = self.own[vertex]
        return self._rectangle(self.across[vertex] - cell.size[0] / 2, self._sides(vertex)[0], size)

    def _ports(self) -> dict[Pair, float]:
        """Where across its node each edge begins (0) and ends (1), by its number."""
        sides: defaultdict[tuple[int, bool], list[tuple[float, int, int]]] = defaultdict(list)
        for number, chain in enumerate(self.graph.chains):
            inner = chain.vertices
            sides[inner[0], False].append((self.across[inner[1]], number, 0))
            sides[inner[-1], True].append((self.across[inner[-2]], number, 1))
        found: dict[Pair, float] = {}
        corner = _CORNER if self.downwards else _CORNER_OF_SIDES
        for (node, _), chains in sides.items():
            chains.sort()
            begin = self.across[node] - self.graph.vertices[node].size[0] / 2
            places = ports_within(
                begin + corner, begin + self.own[node][0] - corner, [each[0] for each in chains]
            )
            for place, (_, number, end) in zip(places, chains, strict=True):
                found[number, end] = place
        return found

    def _route(self, chain: Course, begin: float, end: float) -> Route:
        vertices, graph = chain.vertices, self.graph
        first, last = graph.vertices[vertices[0]].rank, graph.vertices[vertices[-1]].rank
        upper, lower = self._sides(vertices[0])[1], self._sides(vertices[-1])[0]
        way: list[Point] = [(begin, upper), (begin, self.ends[first])]
        for vertex in vertices[1:-1]:
            rank = graph.vertices[vertex].rank
            way += [(self.across[vertex], self.begins[rank]), (self.across[vertex], self.ends[rank])]
        way += [(end, self.begins[last]), (end, lower)]
        points = [self._point(at) for at in without_repeats(way)]
        label = None if chain.label is None else self._label(chain.label)
        return Route(tuple(points[::-1] if chain.reversed else points), label, self.downwards)

    def _sides(self, node: int) -> tuple[float, float]:
        """Where the box of a node begins and ends along the way: a column is flush, a row is not."""
        rank, long = self.graph.vertices[node].rank, self.own[node][1]
        begin, end = self.begins[rank], self.ends[rank]
        start = (begin + end - long) / 2 if self.downwards else begin
        return start, start + long

    def _label(self, vertex: int) -> Box:
        size, rank = self.graph.vertices[vertex].size, self.graph.vertices[vertex].rank
        middle = (self.begins[rank] + self.ends[rank]) / 2
        return self._rectangle(self.across[vertex] - size[0] / 2, middle - size[1] / 2, size)

    def loops(self, loops: Sequence[SelfEdge]) -> None:
        """The routes of edges from a node to itself, one after the other beside it."""
        at: dict[int, float] = {}
        for loop in loops:
            mine = [each.label[1] for each in loops if each.node == loop.node]
            room = sum(max(size, 14.0) + 2 * _PAD for size in mine)
            begin, end = self._sides(loop.node)
            start = at.get(loop.node, (begin + end - room) / 2)
            height = max(loop.label[1], 14.0) + 2 * _PAD
            at[loop.node] = start + height
            self.routes[loop.edge] = self._loop(loop, (begin, end), start + height / 2)

    def _loop(self, loop: SelfEdge, sides: tuple[float, float], middle: float) -> Route:
        size = self.graph.vertices[loop.node].size
        side = self.across[loop.node] - size[0] / 2 + self.own[loop.node][0]
        inner = min(max(middle, sides[0] + 8), sides[1] - 8)
        far = side + _LOOP - 2
        way = [(side, inner - 5), (far, middle - 5), (far, middle + 5), (side, inner + 5)]
        label = (
            self._rectangle(side + _LOOP, middle - loop.label[1] / 2, loop.label) if loop.label[0] else None
        )
        return Route(tuple(self._point(at) for at in way), label, self.downwards)

    def _point(self, at: Point) -> Point:
        return at if self.downwards else (at[1], at[0])

    def _rectangle(self, across: float, along: float, size: Size) -> Box:
        return Box(across, along, *size) if self.downwards else Box(along, across, *_swapped(size))

    def picture(self) -> Placement:
        """All of it, moved to the upper left corner."""
        found = [*self.boxes.values(), *(route.label for route in self.routes.values() if route.label)]
        points = [point for route in self.routes.values() for point in route.points]
        left = min([box.x for box in found] + [x for x, _ in points])
        top = min([box.y for box in found] + [y for _, y in points])
        right = max([box.x + box.width for box in found] + [x for x, _ in points])
        bottom = max([box.y + box.height for box in found] + [y for _, y in points])
        return Placement(
            {node: box.moved(-left, -top) for node, box in self.boxes.items()},
            {edge: route.moved(-left, -top) for edge, route in self.routes.items()},
            round(right - left, 1),
            round(bottom - top, 1),
        )


def ports_within(low: float, high: float, wanted: Sequence[float]) -> list[float]:
    """Where lines meet the side of a box: near to where they come from, and apart from each other."""
    many = len(wanted)
    apart = min(_PORTS, (high - low) / (many - 1)) if many > 1 else 0.0
    near = [min(max(place, low), high) for place in wanted]
    found = kept_apart(near, [1.0] * many, [apart] * (many - 1))
    for number in reversed(range(many)):
        found[number] = min(found[number], high - apart * (many - 1 - number))
    return [max(place, low + apart * number) for number, place in enumerate(found)]


def without_repeats(way: Sequence[Point]) -> list[Point]:
    """The points of a way, without those that it passes straight on or stands still at."""
    found: list[Point] = []
    for point in way:
        if found and _same(found[-1], point):
            continue
        if len(found) > 1 and found[-1][0] == found[-2][0] == point[0]:
            found[-1] = point
        else:
            found.append(point)
    return found


def _same(one: Point, two: Point) -> bool:
    return abs(one[0] - two[0]) < 0.05 and abs(one[1] - two[1]) < 0.05
