"""Drawings of graphs: plain nodes and edges in, positions and SVG out.

``placed`` says where everything lies, ``svg`` draws it. A layout of the nodes and edges of all days serves
each single day, so that nothing jumps from one to the next.
"""

from chronicle.drawing.neighbourhood import MOST, Neighbourhood, neighbourhood
from chronicle.drawing.parts import Box, EdgeKey, GraphEdge, GraphNode, Layout, Route
from chronicle.drawing.placing import placed
from chronicle.drawing.style import STYLE
from chronicle.drawing.svg import described, svg
from chronicle.drawing.timeline import (
    LaidTimeline,
    TimelineBar,
    TimelineEvent,
    TimelineLane,
    laid_timeline,
    timeline_svg,
)

Node = GraphNode
Edge = GraphEdge

__all__ = [
    "MOST",
    "STYLE",
    "Box",
    "Edge",
    "EdgeKey",
    "GraphEdge",
    "GraphNode",
    "LaidTimeline",
    "Layout",
    "Neighbourhood",
    "Node",
    "Route",
    "TimelineBar",
    "TimelineEvent",
    "TimelineLane",
    "described",
    "laid_timeline",
    "neighbourhood",
    "placed",
    "svg",
    "timeline_svg",
]
