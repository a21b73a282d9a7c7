"""Where the vertices of a layered graph lie across the layers: straight lines, and everything apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from typing import TypeAlias

from chronicle.drawing.layered import Layered

_SWEEPS = 40
_FEWEST = 8
_MOST_STEPS = 60_000  # of vertices in all sweeps, so that a large graph takes no long time
_NOTHING_PULLS = 0.1
_BETWEEN_BENDS = 8.0
_TO_A_NODE = 4.0

Pull: TypeAlias = tuple[int, float]


def places_across(graph: Layered, gaps: tuple[float, float]) -> list[float]:
    """The middle of each vertex. ``gaps`` are the least distances of nodes, and of labels and bends.

    Vertices are drawn to their neighbours in the layers above and below, bends of one edge the most, and
    keep their order and their distance.
    """
    places = _packed(graph, gaps)
    pulls = _pulls(graph)
    strengths = [sum(weight for _, weight in pulling) or _NOTHING_PULLS for pulling in pulls]
    rows = [
        (layer, [strengths[each] for each in layer], [_apart(graph, *two, gaps) for two in pairwise(layer)])
        for layer in graph.layers
    ]
    for sweep in range(min(_SWEEPS, max(_FEWEST, _MOST_STEPS // len(places)))):
        for layer, weights, apart in rows if sweep % 2 == 0 else rows[::-1]:
            wanted = [_pulled(each, pulls[each], places) for each in layer]
            for vertex, place in zip(layer, kept_apart(wanted, weights, apart), strict=True):
                places[vertex] = place
    _straightened(graph, places, gaps)
    return places


def _pulled(vertex: int, pulls: Sequence[Pull], places: Sequence[float]) -> float:
    """Where a vertex wants to be: where it is, if nothing pulls it."""
    total = strength = 0.0
    for other, weight in pulls:
        total += places[other] * weight
        strength += weight
    return total / strength if strength else places[vertex]


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


def _pulls(graph: Layered) -> list[list[Pull]]:
    """What each vertex is drawn to, and how strongly: the more, the fewer others are drawn there too.

    So the label of the only owner stands above what is owned, and below the owner of one thing only. Bends
    are drawn to each other the most.
    """
    steps = graph.steps()
    above, below = graph.beside(steps)
    pulls: list[list[Pull]] = [[] for _ in graph.vertices]
    for upper, lower in steps:
        bends = graph.vertices[upper].node is None and graph.vertices[lower].node is None
        weight = _BETWEEN_BENDS if bends else _TO_A_NODE / max(len(below[upper]), len(above[lower])) ** 2
        pulls[upper].append((lower, weight))
        pulls[lower].append((upper, weight))
    return pulls


def _straightened(graph: Layered, places: list[float], gaps: tuple[float, float]) -> None:
    """Put the bends of each edge below each other as far as there is room, from its label on."""
    at = {vertex: number for layer in graph.layers for number, vertex in enumerate(layer)}
    for course in graph.chains:
        inner = course.vertices[1:-1] if course.reversed else course.vertices[-2:0:-1]
        run: list[int] = []
        low, high = -inf, inf
        for vertex in inner:
            left, right = _room(graph, places, at[vertex], vertex, gaps)
            if run and max(low, left) > min(high, right):
                _put(run, places, low, high)
                run, low, high = [], -inf, inf
            run.append(vertex)
            low, high = max(low, left), min(high, right)
        _put(run, places, low, high)


def _put(run: list[int], places: list[float], low: float, high: float) -> None:
    """Put vertices below each other, near the first of them."""
    if len(run) > 1:
        place = min(max(places[run[0]], low), high)
        for vertex in run:
            places[vertex] = place


def _room(
    graph: Layered, places: list[float], number: int, vertex: int, gaps: tuple[float, float]
) -> tuple[float, float]:
    """Between which places a vertex may be moved without moving another one."""
    layer = graph.layers[graph.vertices[vertex].rank]
    left, right = -inf, inf
    if number:
        left = places[layer[number - 1]] + _apart(graph, layer[number - 1], vertex, gaps)
    if number + 1 < len(layer):
        right = places[layer[number + 1]] - _apart(graph, vertex, layer[number + 1], gaps)
    return min(left, places[vertex]), max(right, places[vertex])


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
