"""The chains through which an owner has its share of a company: ways on which no company stands twice."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from heapq import heappop, heappush
from typing import Final

from attrs import frozen

from chronicle.ownership.bounds import Above
from chronicle.ownership.components import strong_components
from chronicle.ownership.graph import Edge, share_between
from chronicle.values import NOTHING, WHOLE, Share

LIMIT: Final = 1_000
"""How many chains are listed at most, unless more are asked for."""

_STEPS: Final = 100_000  # so many steps are gone in search of chains before it is said that there may be more


@frozen
class Chain:
    """One way from a holder down to a target: ``edges`` in this order, and the product of their shares."""

    edges: tuple[Edge, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The ids of the entities on it, the holder first."""
        return (*(edge.holder for edge in self.edges), self.edges[-1].target)

    @property
    def share(self) -> Share:
        """The product of the shares. The ends of the product are those of the ranges."""
        low = high = WHOLE
        for edge in self.edges:
            low, high = low * edge.low, high * edge.high
        low_open = any(edge.low_open for edge in self.edges) and all(
            edge.surely_positive for edge in self.edges
        )
        high_open = high > NOTHING and any(edge.high_open for edge in self.edges)
        return share_between((low, low_open), (high, high_open), self.approximate, self.certain)

    @property
    def approximate(self) -> bool:
        """Whether one of the shares is approximate."""
        return any(edge.approximate for edge in self.edges)

    @property
    def certain(self) -> bool:
        """Whether it is certain that every one of the shares is held."""
        return all(edge.certain for edge in self.edges)


def chains(
    above: Above, holder: str, target: str, high: Mapping[str, Fraction], limit: int = LIMIT
) -> tuple[tuple[Chain, ...], bool]:
    """The chains from ``holder`` to ``target``, those that can bring most first, and whether these are all.

    ``high`` has the most of each company that reaches the holder. At most ``limit`` chains are given, and
    no more of them where very many ways were looked at.
    """
    found: list[Chain] = []
    most = _best_chains(above, holder, high)
    looped = _on_loops(above)
    # What the best chain by this way brings, negated; its length, negated; its turn; its company; how it came
    # there. Of equal ones the longest goes on.
    turn = 0
    waiting = [(-most[target], 0, turn, target, _Climb(frozenset([target])))]
    for _ in range(_STEPS):
        if not waiting:
            return tuple(found), True
        _, length, _, company, way = heappop(waiting)
        if company == holder and length:
            found.append(Chain(way.edges()))
            if len(found) >= limit:
                return tuple(found), not waiting
            continue
        for edge in above[company]:
            if edge.holder in way.passed or edge.holder == company or edge.holder not in most:
                continue
            turn += 1
            longer = way.longer(edge, edge.holder in looped)
            heappush(waiting, (-longer.product * most[edge.holder], length - 1, turn, edge.holder, longer))
    return tuple(found), False


def _best_chains(above: Above, holder: str, high: Mapping[str, Fraction]) -> dict[str, float]:
    """What the best single chain from ``holder`` to each company brings, by the way of Dijkstra."""
    below: dict[str, list[Edge]] = {}
    for company, edges in above.items():
        if high[company]:
            for edge in edges:
                below.setdefault(edge.holder, []).append(edge)
    best: dict[str, float] = {}
    waiting = [(-1.0, holder)]
    while waiting:
        product, company = heappop(waiting)
        if company in best:
            continue
        best[company] = -product
        for edge in below.get(company, ()):
            if edge.target not in best:
                heappush(waiting, (product * float(edge.high), edge.target))
    return best


def _on_loops(above: Above) -> frozenset[str]:
    """The companies that a way could come to twice."""
    components = strong_components(above, lambda company: (edge.holder for edge in above[company]))
    return frozenset(company for component in components if len(component) > 1 for company in component)


@frozen
class _Climb:
    """A way from a target up so far: what it passed, its last edge and the way before it, its product."""

    passed: frozenset[str]
    edge: Edge | None = None
    before: _Climb | None = None
    product: float = 1.0

    def longer(self, edge: Edge, may_return: bool) -> _Climb:
        """The way that goes on by ``edge``. What it cannot return to need not be remembered."""
        passed = self.passed | {edge.holder} if may_return else self.passed
        return _Climb(passed, edge, self, self.product * float(edge.high))

    def edges(self) -> tuple[Edge, ...]:
        """Its edges, from the holder down."""
        found: list[Edge] = []
        way: _Climb | None = self
        while way is not None and way.edge is not None:
            found.append(way.edge)
            way = way.before
        return tuple(found)
