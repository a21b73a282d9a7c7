"""A drawing of a graph as SVG: one accessible picture, without any script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from chronicle.drawing.elements import MARGIN, MARKS, NOTE, OTHER_MARK, SMALL, head, notes_below, number, text
from chronicle.drawing.parts import Box, GraphEdge, GraphNode, Layout, Point, Route
from chronicle.drawing.placing import BESIDE, LINE, SIZE, room_of_more
from chronicle.drawing.text import in_lines, shortened, width_of


def svg(
    layout: Layout,
    nodes: Sequence[GraphNode],
    edges: Iterable[GraphEdge],
    *,
    title: str,
    description: str,
    notes: Sequence[str] = (),
    style: bool = True,
    name: str = "drawing",
) -> str:
    """The nodes and edges at their places in ``layout``, as a text of SVG of its natural size.

    Nodes and edges that have no place there are left out. ``notes`` are lines that stand below. ``style`` is
    false where a page has ``STYLE`` already. ``name`` begins the ids in it, which have to differ between two
    drawings on one page.
    """
    return "\n".join(
        [
            *head(_size(layout, notes), title, description, style=style, name=name),
            _arrow(name),
            *notes_below(notes, layout.height + 8),
            '<g class="edges">',
            *_edges(layout, edges, {node.id: node.label for node in nodes}, name),
            "</g>",
            '<g class="nodes">',
            *_nodes(layout, nodes),
            "</g>",
            "</svg>\n",
        ]
    )


def _size(layout: Layout, notes: Sequence[str]) -> Point:
    widest = max((width_of(note, SMALL) for note in notes), default=0.0)
    return max(layout.width, widest + 2 * MARGIN), layout.height + NOTE * len(notes) + (8 if notes else 0)


def _arrow(name: str) -> str:
    return (
        f'<defs><marker id="{text(name)}-arrow" class="arrow" viewBox="0 0 10 10" refX="9.5" refY="5" '
        'markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
        '<path d="M0 .8 10 5 0 9.2z"/></marker></defs>'
    )


def _edges(layout: Layout, edges: Iterable[GraphEdge], names: Mapping[str, str], name: str) -> Iterator[str]:
    """Lines below, labels above them: a label is never crossed by the line of another edge."""
    found = [(edge, layout.routes[edge.key]) for edge in edges if edge.key in layout.routes]
    for edge, route in found:
        said = text(said_of(edge, names))
        way = path(route, loop=edge.source == edge.target)
        yield (
            f'<g {_edge_data(edge)}><title>{said}</title><path class="line" d="{way}" '
            f'marker-end="url(#{text(name)}-arrow)"/></g>'
        )
    for edge, route in found:
        if route.label is not None and edge.label:
            yield f"<g {_edge_data(edge)}>{_label(edge.label, route.label)}</g>"


def _edge_data(edge: GraphEdge) -> str:
    kind = "edge certain" if edge.certain else "edge possible"
    return (
        f'class="{kind}" data-source="{text(edge.source)}" data-target="{text(edge.target)}" '
        f'data-right="{text(edge.right)}"'
    )


def _label(label: str, box: Box) -> str:
    x, y = box.middle
    return (
        f'<rect class="plate" x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}" '
        f'height="{number(box.height)}" rx="4"/>'
        f'<text class="label" x="{number(x)}" y="{number(y + SMALL * 0.35)}" text-anchor="middle" '
        f'font-size="{SMALL}">{text(shortened(label, SMALL, box.width - 6))}</text>'
    )


def _nodes(layout: Layout, nodes: Iterable[GraphNode]) -> Iterator[str]:
    for node in nodes:
        if (box := layout.boxes.get(node.id)) is not None:
            yield _node(node, box)


def _node(node: GraphNode, box: Box) -> str:
    more = room_of_more(node)
    lines = in_lines(node.label, SIZE, box.width - BESIDE - 8 - more)
    kind = node.kind if node.kind in MARKS else "other"
    y = box.middle[1]
    round_corners = box.height / 2 if kind == "person" else 7
    first = y + SIZE * 0.36 - LINE * (len(lines) - 1) / 2
    left = box.x + BESIDE
    spans = "".join(
        f'<tspan x="{number(left)}" y="{number(first + LINE * at)}">{text(line)}</tspan>'
        for at, line in enumerate(lines)
    )
    return (
        f'<g class="node {kind}" data-node="{text(node.id)}"><title>{text(node.label)}</title>'
        f'<rect class="box" x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}" '
        f'height="{number(box.height)}" rx="{number(round_corners)}"/>'
        f'<g class="mark" transform="translate({number(box.x + 9)} {number(y - 8)})">'
        f"{MARKS.get(kind, OTHER_MARK)}</g>"
        f'<text class="name" font-size="{number(SIZE)}">{spans}</text>{_more(node, box)}</g>'
    )


def _more(node: GraphNode, box: Box) -> str:
    """How many neighbours of a node are not drawn."""
    if not node.more:
        return ""
    place = f'x="{number(box.x + box.width - 9)}" y="{number(box.middle[1] + 4)}"'
    return f'<text class="more" {place} text-anchor="end" font-size="{SMALL}">+{node.more}</text>'


def path(route: Route, *, loop: bool = False) -> str:
    """The smooth line through the points of a route, for the attribute ``d`` of a path."""
    begin, *rest = route.points
    found = [f"M{_pair(begin)}"]
    if loop:
        return found[0] + "C" + " ".join(map(_pair, rest))
    for one, two in pairwise(route.points):
        found.append(_step(one, two, downwards=route.downwards))
    return "".join(found)


def _step(one: Point, two: Point, *, downwards: bool) -> str:
    if one[0] == two[0] or one[1] == two[1]:
        return f"L{_pair(two)}"
    if downwards:
        half = (one[1] + two[1]) / 2
        return f"C{_pair((one[0], half))} {_pair((two[0], half))} {_pair(two)}"
    half = (one[0] + two[0]) / 2
    return f"C{_pair((half, one[1]))} {_pair((half, two[1]))} {_pair(two)}"


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def described(nodes: Sequence[GraphNode], edges: Sequence[GraphEdge]) -> str:
    """All that a graph says, in words, for those who do not see it."""
    names = {node.id: node.label for node in nodes}
    return ". ".join([f"{len(nodes)} nodes, {len(edges)} edges", *(said_of(edge, names) for edge in edges)])


def said_of(edge: GraphEdge, names: Mapping[str, str]) -> str:
    """An edge in words."""
    ends = f"{names.get(edge.source, edge.source)} → {names.get(edge.target, edge.target)}"
    label = f": {edge.label}" if edge.label else ""
    return f"{ends}{label}{'' if edge.certain else ' (possible)'}"
