"""What a drawing of a graph is made of: nodes and edges in, boxes and routes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from attrs import frozen

EdgeKey: TypeAlias = tuple[str, str, str]
"""By what an edge is found in a layout: the ids of its source and its target, and its right."""

Point: TypeAlias = tuple[float, float]


@frozen
class GraphNode:
    """Somebody or something in a graph. ``kind`` (company, person, unit, project ...) decides its look.

    ``more`` is how many of its neighbours are not drawn.
    """

    id: str
    label: str
    kind: str
    more: int = 0


@frozen
class GraphEdge:
    """An arrow from ``source`` to ``target``, ids of nodes. One that is not ``certain`` is drawn dashed.

    ``right`` tells several edges between the same two nodes apart.
    """

    source: str
    target: str
    label: str
    right: str
    certain: bool

    @property
    def key(self) -> EdgeKey:
        """By what the edge is found in a layout."""
        return self.source, self.target, self.right


@frozen
class Box:
    """A rectangle, by its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        """The point in the middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def moved(self, x: float, y: float) -> Box:
        """The same rectangle, so much further to the right and down."""
        return Box(round(self.x + x, 1), round(self.y + y, 1), self.width, self.height)

    def meets(self, other: Box) -> bool:
        """Whether the two have more than an outline in common."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@frozen
class Route:
    """The way of an edge: a smooth line through ``points``, and the place of its label, if it has one."""

    points: tuple[Point, ...]
    label: Box | None
    downwards: bool = True

    def moved(self, x: float, y: float) -> Route:
        """The same way, so much further to the right and down."""
        points = tuple((round(at + x, 1), round(down + y, 1)) for at, down in self.points)
        return Route(points, None if self.label is None else self.label.moved(x, y), self.downwards)


@frozen
class Layout:
    """Where everything is: the boxes of nodes by id, the routes of edges by key, and the whole size."""

    boxes: Mapping[str, Box]
    routes: Mapping[EdgeKey, Route]
    width: float
    height: float
