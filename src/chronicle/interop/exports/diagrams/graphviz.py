"""Graphviz DOT: a graph of the ownership on a day. Edges that are only possible are dashed."""

from __future__ import annotations

from collections.abc import Iterator

from chronicle.interop.exports.diagrams.graph import Diagram, ownership
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import encoded

_SHAPES = {"person": "oval", "unit": "component", "project": "hexagon"}


def facts(material: Material) -> Iterator[bytes]:
    """The graph, line by line."""
    return encoded(_lines(ownership(material)))


def _lines(graph: Diagram) -> Iterator[str]:
    yield "digraph ownership {"
    yield f'    label="{_text(graph.title)}"; labelloc=t; node [shape=box];'
    for number, (name, kind) in enumerate(graph.nodes, 1):
        shape = f", shape={_SHAPES[kind]}" if kind in _SHAPES else ""
        yield f'    n{number} [label="{_text(name)}"{shape}];'
    for edge in graph.edges:
        dashed = "" if edge.certain else ", style=dashed"
        yield f'    n{edge.source} -> n{edge.target} [label="{_text(edge.label)}"{dashed}];'
    yield "}"


def _text(text: str) -> str:
    """``text`` for a quoted label, without escapes of DOT and entities of HTML."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\\", "\\\\").replace('"', '\\"')
