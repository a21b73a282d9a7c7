"""Drawings of graphs: nothing lies on anything else, and the same graph gives the same drawing."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chronicle import drawing
from chronicle.drawing import Box, Layout

_LABELS = ("", "10%", "59.32%", "25-50%", "more than 50%", "unit", "control: agreement by contract of 2014")
_NAMES = ("A", "Alibaba Pictures Group Limited", "阿里巴巴影业集团有限公司", "Ma Yun", "ÅŚ-" * 30, "x" * 90)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[drawing.Node], list[drawing.Edge]]:
    """Any graph: with circles, several rights between one pair, edges to oneself, several parts."""
    many = draw(st.integers(1, 60))
    nodes = [
        drawing.Node(
            f"n{number}", draw(st.sampled_from(_NAMES)), draw(st.sampled_from(("company", "person")))
        )
        for number in range(many)
    ]
    node = st.integers(0, many - 1)
    ends = draw(st.lists(st.tuples(node, node, st.sampled_from(("equity", "votes"))), max_size=90))
    edges = [
        drawing.Edge(f"n{source}", f"n{target}", draw(st.sampled_from(_LABELS)), right, draw(st.booleans()))
        for source, target, right in ends
    ]
    return nodes, edges


def places(layout: Layout) -> list[Box]:
    """Every place that has a text in it."""
    return [*layout.boxes.values(), *(route.label for route in layout.routes.values() if route.label)]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(graphs())
def test_nothing_lies_on_anything_else(graph: tuple[list[drawing.Node], list[drawing.Edge]]) -> None:
    """No box and no label meets another one, and all are inside of the drawing."""
    nodes, edges = graph
    layout = drawing.placed(nodes, edges)
    found = places(layout)
    assert [pair for pair in combinations(found, 2) if pair[0].meets(pair[1])] == []
    assert set(layout.boxes) == {node.id for node in nodes}
    assert set(layout.routes) == {edge.key for edge in edges}
    assert all(box.x >= 0 and box.x + box.width <= layout.width for box in found)
    assert all(box.y >= 0 and box.y + box.height <= layout.height for box in found)
    ET.fromstring(drawing.svg(layout, nodes, edges, title="All", description="Everything"))
