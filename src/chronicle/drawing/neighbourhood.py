"""Which nodes of a large graph are drawn: those nearest to one of them, never a ball of hair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import evolve, frozen

from chronicle.drawing.parts import GraphEdge, GraphNode

MOST: Final = 60
"""How many nodes are drawn at most, unless more are asked for."""


@frozen
class Neighbourhood:
    """What is drawn: ``nodes`` and the ``edges`` between them, around ``centre`` if it is not everything.

    ``left_out`` is how many nodes are not drawn; those beside which some are left out say how many.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    centre: str | None
    left_out: int


def neighbourhood(
    nodes: Sequence[GraphNode],
    edges: Sequence[GraphEdge],
    centre: str | None = None,
    *,
    depth: int | None = None,
    most: int = MOST,
) -> Neighbourhood:
    """The nodes at most ``depth`` edges away from ``centre``, either way, and of these the nearest ``most``.

    Among those equally near, the edges given first decide. Without ``centre`` everything, if it is not more
    than ``most``; else what is nearest to the node with the most neighbours.
    """
    if centre is None and len(nodes) <= most and depth is None:
        return Neighbourhood(tuple(nodes), tuple(edges), None, 0)
    beside = _beside(edges)
    if centre is None:
        centre = max((node.id for node in nodes), key=lambda node: len(beside[node]), default="")
    kept = _nearest(centre, beside, len(nodes) if depth is None else depth, most)
    hidden = Counter({node: sum(other not in kept for other in beside[node]) for node in kept})
    return Neighbourhood(
        tuple(evolve(node, more=hidden[node.id]) for node in nodes if node.id in kept),
        tuple(edge for edge in edges if edge.source in kept and edge.target in kept),
        centre,
        sum(node.id not in kept for node in nodes),
    )


def _beside(edges: Iterable[GraphEdge]) -> defaultdict[str, dict[str, None]]:
    """The neighbours of each node, in the order of the edges."""
    beside = defaultdict[str, dict[str, None]](dict)
    for edge in edges:
        if edge.source != edge.target:
            beside[edge.source][edge.target] = None
            beside[edge.target][edge.source] = None
    return beside


def _nearest(centre: str, beside: defaultdict[str, dict[str, None]], depth: int, most: int) -> set[str]:
    kept, ring = {centre: None}, [centre]
    for _ in range(depth):
        ring = [*dict.fromkeys(other for node in ring for other in beside[node] if other not in kept)]
        ring = ring[: most - len(kept)]
        if not ring:
            break
        kept.update(dict.fromkeys(ring))
    return {*kept}
