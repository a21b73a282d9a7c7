"""GraphML: a graph of the ownership on a day, for programs such as Gephi and yEd.

Nodes have the id of their entity, its name and its type; edges say what kind of tie each is, and whether
it is certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from chronicle.interop.exports.diagrams.graph import Diagram, ownership
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import encoded, line

_KEYS = (
    ("node", "entity", "string"),
    ("node", "name", "string"),
    ("node", "type", "string"),
    ("edge", "label", "string"),
    ("edge", "certain", "boolean"),
)


def facts(material: Material) -> Iterator[bytes]:
    """The document, line by line."""
    return encoded(_lines(ownership(material)))


def _lines(graph: Diagram) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for of, name, kind in _KEYS:
        yield f'  <key id="{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>'
    yield f"  <!-- {escape(graph.title)} -->"
    yield '  <graph edgedefault="directed">'
    for number, (entity, (name, kind)) in enumerate(zip(graph.entities, graph.nodes, strict=True), 1):
        said = _data("entity", entity) + _data("name", name) + _data("type", kind)
        yield f'    <node id="n{number}">{said}</node>'
    for number, edge in enumerate(graph.edges, 1):
        ends = f'source="n{edge.source}" target="n{edge.target}"'
        said = _data("label", edge.label) + _data("certain", str(edge.certain).lower())
        yield f'    <edge id="e{number}" {ends}>{said}</edge>'
    yield "  </graph>"
    yield "</graphml>"


def _data(key: str, text: str) -> str:
    return f"<data key={quoteattr(key)}>{escape(line(text))}</data>"
