"""Mermaid: a flowchart of the ownership on a day, for Markdown. Edges that are only possible are dashed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chronicle.interop.exports.diagrams.graph import Diagram, ownership
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import encoded, json_text

# Any other character may be syntax of Mermaid, Markdown or HTML.
_PLAIN = frozenset(" .,:%?+-/()'")
# Newer versions read labels as Markdown, which may make lists, blocks of code or links of them. Entity codes
# are replaced after that, so it is enough to write the one character that starts such syntax as a code.
_FORMATTING = re.compile(
    r"^\s*[0-9]+([.)])(?=\s|$)|^\s*([-+])(?=[\s-]|$)|^(\s)|(\s)$|www(\.)|(?:https?|ftp|mailto|xmpp)(:)",
    re.IGNORECASE,
)
_SHAPES = {"person": ('(["', '"])'), "unit": ('[["', '"]]'), "project": ('{{"', '"}}')}


def facts(material: Material) -> Iterator[bytes]:
    """The flowchart, line by line."""
    return encoded(_lines(ownership(material)))


def _lines(graph: Diagram) -> Iterator[str]:
    yield "---"
    yield f"title: {json_text(graph.title) if graph.around else graph.title}"
    yield "---"
    yield "flowchart TD"
    for number, (name, kind) in enumerate(graph.nodes, 1):
        left, right = _SHAPES.get(kind, ('["', '"]'))
        yield f"    n{number}{left}{_text(name)}{right}"
    for edge in graph.edges:
        arrow = "-->" if edge.certain else "-.->"
        yield f'    n{edge.source} {arrow}|"{_text(edge.label)}"| n{edge.target}'


def _text(text: str) -> str:
    """``text`` with every character that may be syntax written as an entity code."""
    formatting = {found.start(found.lastindex or 0) for found in _FORMATTING.finditer(text)}
    return "".join(
        character
        if (character.isalnum() or character in _PLAIN) and position not in formatting
        else f"#{ord(character)};"
        for position, character in enumerate(text)
    )
