"""Drawings of graphs: plain nodes and edges in, positions and SVG out.

``placed`` says where everything lies, ``svg`` draws it. A layout of the nodes and edges of all days serves
each single day, so that nothing jumps from one to the next.
"""

from chronicle.drawing.parts import Box, EdgeKey, GraphEdge, GraphNode, Layout, Route
from chronicle.drawing.placing import placed
from chronicle.drawing.style import STYLE
from chronicle.drawing.svg import described, svg

Node = GraphNode
Edge = GraphEdge

__all__ = [
    "STYLE",
    "Box",
    "Edge",
    "EdgeKey",
    "GraphEdge",
    "GraphNode",
    "Layout",
    "Node",
    "Route",
    "described",
    "placed",
    "svg",
]
