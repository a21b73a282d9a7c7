"""The order of each layer from left to right, so that few lines cross.

By the library of the extra ``report`` where it is installed, else by a plain method of our own.
"""

from __future__ import annotations

from itertools import pairwise

from chronicle.drawing.layered import Layered

_SWEEPS = 12


def put_in_order(graph: Layered) -> None:
    """Put the vertices of each layer in their order from left to right."""
    try:
        from chronicle.drawing.sugiyama import across
    except ImportError:
        by_barycentres(graph)
    else:
        found = across(graph.steps())
        for layer in graph.layers:
            layer.sort(key=lambda vertex: (found.get(vertex, 0.0), vertex))
    _mirrored_if_better(graph)


def _mirrored_if_better(graph: Layered) -> None:
    """Of two pictures of which one is the other in a mirror, take the one nearer to the order as given."""
    backwards = sum(2 * _inversions(layer) - len(layer) * (len(layer) - 1) // 2 for layer in graph.layers)
    if backwards > 0:
        for layer in graph.layers:
            layer.reverse()


def by_barycentres(graph: Layered) -> None:
    """Put each vertex near the middle of its neighbours in the layer before, there and back some times."""
    above, below = graph.beside(graph.steps())
    best, fewest = [[*layer] for layer in graph.layers], crossings(graph)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        layers = graph.layers if down else graph.layers[::-1]
        for fixed, layer in pairwise(layers):
            place = {vertex: number for number, vertex in enumerate(fixed)}
            beside = above if down else below
            middle = {
                vertex: sum(place[other] for other in beside[vertex]) / len(beside[vertex])
                if beside[vertex]
                else float(number)
                for number, vertex in enumerate(layer)
            }
            layer.sort(key=middle.__getitem__)
        if (now := crossings(graph)) < fewest:
            best, fewest = [[*layer] for layer in graph.layers], now
    graph.layers = best


def crossings(graph: Layered) -> int:
    """How many pairs of steps cross."""
    place = {vertex: number for layer in graph.layers for number, vertex in enumerate(layer)}
    by_rank: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in graph.steps():
        by_rank.setdefault(graph.vertices[upper].rank, []).append((place[upper], place[lower]))
    return sum(_inversions([lower for _, lower in sorted(steps)]) for steps in by_rank.values())


def _inversions(numbers: list[int]) -> int:
    return sum(first > second for at, first in enumerate(numbers) for second in numbers[at + 1 :])
