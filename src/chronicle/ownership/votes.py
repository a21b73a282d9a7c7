"""Which shares count for control of a company: its votes where any are stated, else its equity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import evolve, field, frozen

from chronicle.ownership.graph import Edge, Graph
from chronicle.values import NOTHING, WHOLE

_Look = Callable[[str], Iterable[Edge]]


def as_it_may_be_now(edge: Edge) -> Edge:
    """The edge; where its share is out of date, one of an unknown share."""
    if not edge.out_of_date:
        return edge
    return evolve(edge, low=NOTHING, high=WHOLE, low_open=False, high_open=False, certain=False)


def to_decide_by(graph: Graph) -> Graph:
    """The same graph, in which every share that is out of date is unknown: nothing is decided by it."""
    return Graph(
        lambda target: map(as_it_may_be_now, graph.holders(target)),
        lambda holder: map(as_it_may_be_now, graph.held(holder)),
    )


@frozen(eq=False)
class VotesOrEquity:
    """What counts in each company, by its votes or by its equity; the two are never mixed.

    ``without_votes`` gives the edges of votes that are stated to be nothing. Who has no votes has no control
    by its equity, even where no votes of others are stated.
    """

    votes: Graph
    equity: Graph
    without_votes: _Look
    # By company: of the groups of many that control each other the same is asked again and again.
    _ways: dict[str, tuple[tuple[Edge, ...], ...]] = field(factory=dict, init=False)

    def graph(self) -> Graph:
        """One edge from each holder to each company.

        Where it is only possible that votes are stated, it reaches from nothing to the larger of both shares.
        """
        return Graph(self._holders, self._held)

    def ways(self, target: str) -> tuple[tuple[Edge, ...], ...]:
        """The edges that count; first by votes and then by equity where it is only possible that votes do."""
        found = self._ways.get(target)
        if found is None:
            found = self._ways[target] = self._count(target)
        return found

    def _count(self, target: str) -> tuple[tuple[Edge, ...], ...]:
        stated = self.votes.holders(target)
        counted = tuple(map(as_it_may_be_now, stated))
        if any(edge.certain or edge.surely_positive for edge in stated):
            return (counted,)
        silent = {edge.holder: edge.certain for edge in self.without_votes(target)}
        by_equity = tuple(
            as_it_may_be_now(edge) if edge.holder not in silent else _only_possible(edge)
            for edge in self.equity.holders(target)
            if not silent.get(edge.holder)
        )
        return (counted, by_equity) if stated else (by_equity,)

    def _holders(self, target: str) -> Iterable[Edge]:
        first, *others = self.ways(target)
        return _either(first, others[0]) if others else first

    def _held(self, holder: str) -> Iterator[Edge]:
        sides = (self.votes.held(holder), self.equity.held(holder))
        for target in dict.fromkeys(edge.target for side in sides for edge in side):
            yield from (edge for edge in self._holders(target) if edge.holder == holder)


def _only_possible(edge: Edge) -> Edge:
    return evolve(as_it_may_be_now(edge), low=NOTHING, low_open=False, certain=False)


def _either(votes: Iterable[Edge], equity: Iterable[Edge]) -> Iterator[Edge]:
    """One edge for each holder, where either its votes or its equity count, and that is not known."""
    by_votes = {edge.holder: edge for edge in votes}
    by_equity = {edge.holder: edge for edge in equity}
    for holder in dict.fromkeys((*by_votes, *by_equity)):
        found = [side[holder] for side in (by_votes, by_equity) if holder in side]
        most = max(found, key=lambda edge: (edge.high, not edge.high_open))
        events = tuple(dict.fromkeys(event for edge in found for event in edge.events))
        yield evolve(_only_possible(most), events=events)
