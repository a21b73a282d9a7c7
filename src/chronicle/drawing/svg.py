"""A drawing of a graph as SVG: one accessible picture, without any script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

from chronicle.drawing.parts import Box, EdgeKey, GraphEdge, GraphNode, Layout, Point, Route
from chronicle.drawing.placing import BESIDE, LABEL_SIZE, LINE, SIZE
from chronicle.drawing.style import FONT, STYLE
from chronicle.drawing.text import in_lines, shortened

_MARKS = {
    "person": '<circle cx="8" cy="4.5" r="3.2"/><path d="M2 14.5v-1.2a6 4.8 0 0 1 12 0v1.2z"/>',
    "unit": '<path d="M2 2h5v5h-5zM9 2h5v5h-5zM2 9h5v5h-5zM9 9h5v5h-5z"/>',
    "project": '<path d="M8 1l2.1 4.6 5 .6-3.7 3.4 1 5-4.4-2.5-4.4 2.5 1-5-3.7-3.4 5-.6z"/>',
    "fund": '<path d="M2 10h3v4.5h-3zM6.5 6h3v8.5h-3zM11 2h3v12.5h-3z"/>',
    "company": '<path d="M2 14.5v-9l5-3.5v12.5zM8.5 14.5v-9.5h5.5v9.5z"/>',
}
_OTHER = '<circle cx="8" cy="8" r="5.5"/>'


def svg(
    layout: Layout,
    nodes: Iterable[GraphNode],
    edges: Iterable[GraphEdge],
    *,
    title: str,
    description: str,
    style: bool = True,
    name: str = "drawing",
) -> str:
    """The nodes and edges at their places in ``layout``, as a text of SVG of its natural size.

    Nodes and edges that have no place there are left out. ``style`` is false where a page has ``STYLE``
    already. ``name`` begins the ids in it, which have to differ between two drawings on one page.
    """
    return "\n".join(
        [
            *_head(layout, title, description, style=style, name=name),
            '<g class="edges">',
            *_edges(layout, edges, name),
            "</g>",
            '<g class="nodes">',
            *_nodes(layout, nodes),
            "</g>",
            "</svg>\n",
        ]
    )


def _head(layout: Layout, title: str, description: str, *, style: bool, name: str) -> Iterator[str]:
    wide, high = _number(layout.width), _number(layout.height)
    named = f'aria-labelledby="{escape(name)}-title {escape(name)}-description"'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chronicle-drawing" role="img" {named} '
        f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" font-family="{FONT}">'
    )
    yield f'<title id="{escape(name)}-title">{text(title)}</title>'
    yield f'<desc id="{escape(name)}-description">{text(description)}</desc>'
    if style:
        yield f"<style>{STYLE}</style>"
    yield (
        f'<defs><marker id="{escape(name)}-arrow" class="arrow" viewBox="0 0 10 10" refX="9.5" refY="5" '
        'markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
        '<path d="M0 .8 10 5 0 9.2z"/></marker></defs>'
    )
    yield f'<rect class="ground" width="{wide}" height="{high}"/>'


def _edges(layout: Layout, edges: Iterable[GraphEdge], name: str) -> Iterator[str]:
    """Lines below, labels above them: a label is never crossed by the line of another edge."""
    found = [(edge, layout.routes[edge.key]) for edge in edges if edge.key in layout.routes]
    for edge, route in found:
        yield (
            f'<g {_edge_data(edge)}><path class="line" d="{path(route, loop=edge.source == edge.target)}" '
            f'marker-end="url(#{escape(name)}-arrow)"/></g>'
        )
    for edge, route in found:
        if route.label is not None and edge.label:
            yield f"<g {_edge_data(edge)}>{_label(edge.label, route.label)}</g>"


def _edge_data(edge: GraphEdge) -> str:
    kind = "edge certain" if edge.certain else "edge possible"
    return (
        f'class="{kind}" data-source="{escape(edge.source)}" data-target="{escape(edge.target)}" '
        f'data-right="{escape(edge.right)}"'
    )


def _label(label: str, box: Box) -> str:
    x, y = box.middle
    return (
        f'<rect class="plate" x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" '
        f'height="{_number(box.height)}" rx="4"/>'
        f'<text class="label" x="{_number(x)}" y="{_number(y + LABEL_SIZE * 0.35)}" text-anchor="middle" '
        f'font-size="{LABEL_SIZE}">{text(shortened(label, LABEL_SIZE, box.width - 6))}</text>'
    )


def _nodes(layout: Layout, nodes: Iterable[GraphNode]) -> Iterator[str]:
    for node in nodes:
        if (box := layout.boxes.get(node.id)) is not None:
            yield _node(node, box)


def _node(node: GraphNode, box: Box) -> str:
    lines = in_lines(node.label, SIZE, box.width - BESIDE - 8)
    kind = node.kind if node.kind in _MARKS else "other"
    y = box.middle[1]
    round_corners = box.height / 2 if kind == "person" else 7
    first = y + SIZE * 0.36 - LINE * (len(lines) - 1) / 2
    left = box.x + BESIDE
    spans = "".join(
        f'<tspan x="{_number(left)}" y="{_number(first + LINE * number)}">{text(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return (
        f'<g class="node {kind}" data-node="{escape(node.id)}"><title>{text(node.label)}</title>'
        f'<rect class="box" x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" '
        f'height="{_number(box.height)}" rx="{_number(round_corners)}"/>'
        f'<g class="mark" transform="translate({_number(box.x + 9)} {_number(y - 8)})">'
        f"{_MARKS.get(kind, _OTHER)}</g>"
        f'<text class="name" font-size="{_number(SIZE)}">{spans}</text></g>'
    )


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
    return f"{_number(point[0])} {_number(point[1])}"


def _number(number: float) -> str:
    """One digit behind the point, and none where it says nothing."""
    return f"{number:.1f}".removesuffix(".0")


def text(plain: str) -> str:
    """``plain`` as text of XML, without characters that XML cannot have."""
    return escape("".join(character for character in plain if _allowed(character)))


def _allowed(character: str) -> bool:
    return character in "\t\n" or (
        character >= " " and not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff"
    )


def described(nodes: Sequence[GraphNode], edges: Sequence[GraphEdge]) -> str:
    """All that a graph says, in words, for those who do not see it."""
    names = {node.id: node.label for node in nodes}
    said = [
        f"{names.get(edge.source, edge.source)} → {names.get(edge.target, edge.target)}: {edge.label}"
        + ("" if edge.certain else " (possible)")
        for edge in edges
    ]
    return "; ".join([f"{len(nodes)} nodes, {len(edges)} edges", *said])


__all__ = ["EdgeKey", "described", "path", "svg", "text"]
