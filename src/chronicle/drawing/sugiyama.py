"""The one door to the library ``fast_sugiyama`` of the extra ``report``."""

from __future__ import annotations

from collections.abc import Iterable

from fast_sugiyama import from_edges


def across(steps: Iterable[tuple[int, int]]) -> dict[int, float]:
    """Where each vertex of a connected graph lies across its layers, so that few lines cross.

    Every step goes from one layer to the next: there is no circle, of which the library would know no end.
    """
    found = from_edges(sorted(set(steps)), check_layout=False)
    return {int(vertex): float(place[0]) for vertices, *_ in found for vertex, place in vertices}
