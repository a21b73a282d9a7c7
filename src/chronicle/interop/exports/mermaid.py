"""Mermaid: a flowchart of the ownership on a day, for Markdown. What is only possible is dashed."""

from __future__ import annotations

from collections.abc import Iterator

from chronicle.interop.exports.graph import Graph, ownership
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import encoded

# Everything else in a text could be syntax of Mermaid, Markdown or HTML somewhere.
_PLAIN = frozenset(" .,:%?+-/()'")
_SHAPES = {"person": ('(["', '"])'), "unit": ('[["', '"]]'), "project": ('{{"', '"}}')}


def facts(material: Material) -> Iterator[bytes]:
    """The flowchart."""
    return encoded(_lines(ownership(material)))


def _lines(graph: Graph) -> Iterator[str]:
    yield "---"
    yield f"title: {graph.title}"
    yield "---"
    yield "flowchart TD"
    for number, (name, kind) in enumerate(graph.nodes, 1):
        left, right = _SHAPES.get(kind, ('["', '"]'))
        yield f"    n{number}{left}{_text(name)}{right}"
    for edge in graph.edges:
        arrow = "-->" if edge.certain else "-.->"
        yield f'    n{edge.source} {arrow}|"{_text(edge.label)}"| n{edge.target}'


def _text(text: str) -> str:
    """``text`` with every character that may mean something written as an entity code."""
    return "".join(
        character if character.isalnum() or character in _PLAIN else f"#{ord(character)};"
        for character in text
    )
