"""Where the vertices of a layered graph lie across the layers: straight lines, and everything apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from chronicle.drawing.layered import Layered, Vertex

_SWEEPS = 40


def places_across(graph: Layered, gaps: tuple[float, float]) -> list[float]:
    """The middle of each vertex. ``gaps`` are the least distances of nodes, and of labels and bends.

    Vertices are drawn to their neighbours in the layers above and below, bends of one edge the most, and
    keep their order and their distance.
    """
    places = _packed(graph, gaps)
    pulls = _pulls(graph)
    for sweep in range(_SWEEPS):
        layers = graph.layers if sweep % 2 == 0 else graph.layers[::-1]
        for layer in layers:
            wanted, weights = [], []
            for vertex in layer:
                strength = sum(weight for _, weight in pulls[vertex])
                pulled = sum(places[other] * weight for other, weight in pulls[vertex])
                wanted.append(pulled / strength if strength else places[vertex])
                weights.append(strength or 0.1)
            apart = [_apart(graph, one, two, gaps) for one, two in pairwise(layer)]
            for vertex, place in zip(layer, kept_apart(wanted, weights, apart), strict=True):
                places[vertex] = place
    return places


def kept_apart(wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones, by squares, each at least so far from the one before.

    What is too near is put in a block that has its place by the mean of all in it.
    """
    offsets = [0.0]
    for distance in apart:
        offsets.append(offsets[-1] + distance)
    blocks: list[list[float]] = []  # sum of wanted, weight, how many
    for want, weight, offset in zip(wanted, weights, offsets, strict=False):
        blocks.append([(want - offset) * weight, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            total, heavy, many = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total, blocks[-1][1] + heavy, blocks[-1][2] + many]
    found = [total / weight for total, weight, many in blocks for _ in range(int(many))]
    return [place + offset for place, offset in zip(found, offsets, strict=False)]


def _pulls(graph: Layered) -> list[list[tuple[int, float]]]:
    pulls: list[list[tuple[int, float]]] = [[] for _ in graph.vertices]
    for upper, lower in graph.steps():
        weight = _pull(graph.vertices[upper], graph.vertices[lower])
        pulls[upper].append((lower, weight))
        pulls[lower].append((upper, weight))
    return pulls


def _pull(upper: Vertex, lower: Vertex) -> float:
    """How strongly a step wants to be straight: the more, the fewer of its ends are nodes."""
    nodes = (upper.node is not None) + (lower.node is not None)
    return (6.0, 2.0, 1.0)[nodes]


def _apart(graph: Layered, one: int, two: int, gaps: tuple[float, float]) -> float:
    first, second = graph.vertices[one], graph.vertices[two]
    gap = gaps[0] if first.node is not None and second.node is not None else gaps[1]
    return (first.size[0] + second.size[0]) / 2 + gap


def _packed(graph: Layered, gaps: tuple[float, float]) -> list[float]:
    """Each layer side by side, its middle at nothing."""
    places = [0.0] * len(graph.vertices)
    for layer in graph.layers:
        at = 0.0
        for number, vertex in enumerate(layer):
            at += _apart(graph, layer[number - 1], vertex, gaps) if number else 0.0
            places[vertex] = at
        for vertex in layer:
            places[vertex] -= at / 2
    return places
