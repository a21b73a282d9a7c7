"""Loops that are closed, or may be: where companies may be held by each other alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from chronicle.ownership.bounds import Above
from chronicle.ownership.components import strong_components
from chronicle.ownership.graph import Edge, Graph
from chronicle.values import NOTHING, WHOLE


def possible_edges(above: Above) -> Above:
    """The edges that can be more than nothing, beside the low ends of the other holders."""
    return {
        company: tuple(
            edge for edge in edges if edge.low or sum((each.low for each in edges), NOTHING) < WHOLE
        )
        for company, edges in above.items()
    }


def closing_loops(above: Above) -> tuple[tuple[str, ...], ...]:
    """The largest loops of which, by some shares within the ranges, nobody outside has anything.

    Each as the ids of its members in order. Companies that cannot be held by the others of a loop alone are
    taken out of it, until what is left can be, or nothing is left.
    """
    possible = possible_edges(above)
    found: list[tuple[str, ...]] = []
    waiting: list[Collection[str]] = [[company for company, edges in possible.items() if edges]]
    for companies in waiting:  # it grows while it is read
        holders = partial(_holders, possible, frozenset(companies))
        for component in strong_components(companies, holders):
            members = frozenset(component)
            left = [company for company in component if _can_be_closed(possible[company], members)]
            if len(left) == len(component):
                found.append(tuple(sorted(component)))
            elif left:
                waiting.append(left)
    return tuple(sorted(found))


def is_closed(graph: Graph, members: Collection[str]) -> bool:
    """Whether each of ``members`` is held wholly by them, whatever the shares are."""
    holders = [[edge for edge in graph.holders(member) if edge.holder in members] for member in members]
    return all(sum((edge.low for edge in edges), NOTHING) >= WHOLE for edges in holders)


def _holders(above: Above, inside: Collection[str], company: str) -> list[str]:
    return [edge.holder for edge in above[company] if edge.holder in inside]


def _can_be_closed(edges: Sequence[Edge], members: Collection[str]) -> bool:
    """Whether a company can be held wholly by ``members``."""
    inner = [edge for edge in edges if edge.holder in members]
    if any(edge.surely_positive for edge in edges if edge.holder not in members):
        return False
    least, most = sum((edge.low for edge in inner), NOTHING), sum((edge.high for edge in inner), NOTHING)
    if least >= WHOLE:  # counted as it is stated
        return True
    return most > WHOLE or (most == WHOLE and not any(edge.high_open for edge in inner))
