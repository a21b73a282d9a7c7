"""Where everything in a drawing of a graph lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Final

from attrs import frozen

from chronicle.drawing.component import Placement, pictured
from chronicle.drawing.elements import MARGIN, SMALL
from chronicle.drawing.layered import Size
from chronicle.drawing.parts import Box, EdgeKey, GraphEdge, GraphLayout, GraphNode, Route
from chronicle.drawing.text import in_lines, width_of

SIZE: Final = 13.0
LINE: Final = 17.0
WIDEST: Final = 168.0
WIDEST_LABEL: Final = 190.0
BESIDE: Final = 32.0
"""What a box has beside its text: the mark of its kind, and air."""
_AIR: Final = 14.0
_LEAST: Final = 64.0
_BETWEEN: Final = 36.0
_WIDEST_DRAWING: Final = 1100.0


def placed(nodes: Iterable[GraphNode], edges: Iterable[GraphEdge]) -> GraphLayout:
    """Where everything lies. Nothing is on anything else: no box, and no label of an edge.

    A node or an edge may be given several times, once for each label that it has in the course of time; its
    place is large enough for all of them. So a layout of all days serves each single one, and nothing jumps.
    Edges of which a node is missing are left out. The same graph always gives the same layout.
    """
    sizes = _sizes(nodes)
    labels = _labels(edge for edge in edges if edge.source in sizes and edge.target in sizes)
    parts = _components([*sizes], [*labels])
    downwards = [_laid_out(part, sizes, labels, downwards=True) for part in parts]
    if _width(downwards) > _WIDEST_DRAWING:
        rightwards = [_laid_out(part, sizes, labels, downwards=False) for part in parts]
        if _width(rightwards) < _width(downwards):
            return _packed(rightwards)
    return _packed(downwards)


@frozen
class _Joined:
    """One connected part of the graph, laid out by itself."""

    nodes: Sequence[str]
    edges: Sequence[EdgeKey]
    picture: Placement


def _sizes(nodes: Iterable[GraphNode]) -> dict[str, Size]:
    """The size of the box of each node, in the order in which they were given."""
    sizes: dict[str, Size] = {}
    for node in nodes:
        lines = in_lines(node.label, SIZE, WIDEST)
        wide = max(width_of(line, SIZE) for line in lines) + BESIDE + _AIR + room_of_more(node)
        before = sizes.get(node.id, (_LEAST, 0.0))
        sizes[node.id] = (round(max(before[0], wide), 1), max(before[1], LINE * len(lines) + 15))
    return sizes


def room_of_more(node: GraphNode) -> float:
    """How wide the number of neighbours that are not drawn is, beside the name."""
    return width_of(f"+{node.more}", SMALL) + 8 if node.more else 0.0


def _labels(edges: Iterable[GraphEdge]) -> dict[EdgeKey, Size | None]:
    """The size of the label of each edge; None if it never has one."""
    labels: dict[EdgeKey, Size | None] = {}
    for edge in edges:
        before = labels.get(edge.key)
        wide = min(width_of(edge.label, SMALL), WIDEST_LABEL) + 8 if edge.label else 0.0
        widest = max(wide, before[0] if before else 0.0)
        labels[edge.key] = (round(widest, 1), SMALL + 6.5) if widest else None
    return labels


def _components(nodes: Sequence[str], edges: Sequence[EdgeKey]) -> list[tuple[list[str], list[EdgeKey]]]:
    """The connected parts, the largest first."""
    parent = {node: node for node in nodes}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for source, target, _ in edges:
        parent[root(target)] = root(source)
    found: dict[str, tuple[list[str], list[EdgeKey]]] = {}
    for node in nodes:
        found.setdefault(root(node), ([], []))[0].append(node)
    for edge in edges:
        found[root(edge[0])][1].append(edge)
    return sorted(found.values(), key=lambda part: -len(part[0]))


def _laid_out(
    part: tuple[Sequence[str], Sequence[EdgeKey]],
    sizes: dict[str, Size],
    labels: dict[EdgeKey, Size | None],
    *,
    downwards: bool,
) -> _Joined:
    nodes, edges = part
    number = {node: at for at, node in enumerate(nodes)}
    ends = [(number[source], number[target]) for source, target, _ in edges]
    own = [sizes[node] for node in nodes]
    return _Joined(nodes, edges, pictured(own, ends, [labels[edge] for edge in edges], downwards=downwards))


def _width(parts: Sequence[_Joined]) -> float:
    return max((part.picture.width for part in parts), default=0.0)


def _packed(parts: Sequence[_Joined]) -> GraphLayout:
    """All parts, in rows from above to below."""
    area = sum((part.picture.width + _BETWEEN) * (part.picture.height + _BETWEEN) for part in parts)
    widest = max([part.picture.width for part in parts] + [min(_WIDEST_DRAWING, 1.4 * sqrt(area))])
    boxes: dict[str, Box] = {}
    routes: dict[EdgeKey, Route] = {}
    x, y, tall, right = MARGIN, MARGIN, 0.0, 0.0
    for part in parts:
        picture = part.picture
        if x > MARGIN and x - MARGIN + picture.width > widest:
            x, y, tall = MARGIN, y + tall + _BETWEEN, 0.0
        for number, node in enumerate(part.nodes):
            boxes[node] = picture.boxes[number].moved(x, y)
        for number, edge in enumerate(part.edges):
            routes[edge] = picture.routes[number].moved(x, y)
        tall, right = max(tall, picture.height), max(right, x + picture.width)
        x += picture.width + _BETWEEN
    return GraphLayout(boxes, routes, round(right + MARGIN, 1), round(y + tall + MARGIN, 1))
