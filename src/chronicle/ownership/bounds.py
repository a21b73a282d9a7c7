"""The least and the most that reaches an owner, where shares are ranges: an interval Markov chain.

The least is reached with every share at its low end: what is left over may be held by others. For the most,
what a company has left over, above the low ends of all its holders, goes to those through whom most reaches
the owner, up to their high ends. With every share at its high end at once more than the whole would be handed
out. See Sen, Viswanathan, Agha, Model-checking Markov chains in the presence of uncertainties, 2006.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from attrs import frozen

from chronicle.ownership.graph import Edge
from chronicle.ownership.open_ends import reaching_the_most
from chronicle.ownership.solve import Unbounded, arriving
from chronicle.values import NOTHING, WHOLE

Above = Mapping[str, Sequence[Edge]]
"""Companies and the edges to each, with every company above them: what ``Graph.above`` gives."""

_Column = list[tuple[str, Fraction]]


@frozen
class Arrival:
    """The least and the most of one unit of profit of each company that reaches ``owners`` at last."""

    above: Above
    owners: frozenset[str]
    low: Mapping[str, Fraction]
    high: Mapping[str, Fraction]

    def low_open(self, target: str) -> bool:
        """Whether more than the least of ``target`` reaches them, whatever the shares are.

        It does if a share of which the low end is left out lies on a chain of shares that are never nothing.
        """
        if self.low[target] == self.high[target]:
            return False
        sure = self._surely_reached()
        on_the_way, waiting = {target}, [target]
        for company in waiting:
            if company in self.owners:
                continue
            for edge in self.above[company]:
                if edge.low_open and edge.holder in sure:
                    return True
                if edge.surely_positive and edge.holder not in on_the_way:
                    on_the_way.add(edge.holder)
                    waiting.append(edge.holder)
        return False

    def high_open(self, target: str) -> bool:
        """Whether less than the most of ``target`` reaches them, whatever the shares are.

        It does where every way to hand out the most needs an end that is left out.
        """
        return self.low[target] != self.high[target] and target not in self._reaching_the_most

    @cached_property
    def _reaching_the_most(self) -> frozenset[str]:
        return reaching_the_most(self.above, self.owners, self.high)

    def _surely_reached(self) -> set[str]:
        """The companies of which something reaches the owners, whatever the shares are."""
        below: dict[str, list[str]] = {}
        for company, edges in self.above.items():
            for edge in edges:
                if edge.surely_positive and company not in self.owners:
                    below.setdefault(edge.holder, []).append(company)
        waiting = list(self.owners)
        sure = set(waiting)
        for holder in waiting:
            for company in below.get(holder, ()):
                if company not in sure:
                    sure.add(company)
                    waiting.append(company)
        return sure


def bounds(above: Above, owners: Collection[str]) -> Arrival:
    """The bounds of what reaches ``owners`` of every company in ``above``, exactly.

    Raises ``Unbounded`` where companies hold more of each other than the whole, so that there is no finite
    share.
    """
    reached = frozenset(owners)
    lows = {company: [(edge.holder, edge.low) for edge in edges] for company, edges in above.items()}
    low = arriving(lows, reached)
    if all(edge.exact for edges in above.values() for edge in edges):
        return Arrival(above, reached, low, low)
    return Arrival(above, reached, low, _most(above, reached, low))


def _most(above: Above, owners: frozenset[str], low: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
    """The most that reaches the owners, by policy iteration.

    A company's shares are changed only where that brings more: then values only rise, and no loop that
    never lets go of anything is taken for one that does.
    """
    columns = {company: _best(edges, low) for company, edges in above.items()}
    values: Mapping[str, Fraction] = low
    while True:
        risen = arriving(columns, owners)
        fallen = tuple(sorted(company for company in above if risen[company] < values[company]))
        if fallen:  # only where companies stand above the whole
            raise Unbounded(fallen)
        values = risen
        better = dict(_better(above, columns, owners, values))
        if not better:
            return values
        columns |= better


def _better(
    above: Above,
    columns: Mapping[str, _Column],
    owners: frozenset[str],
    values: Mapping[str, Fraction],
) -> Iterator[tuple[str, _Column]]:
    for company, edges in above.items():
        if company not in owners and not all(edge.exact for edge in edges):
            best = _best(edges, values)
            if _worth(best, values) > _worth(columns[company], values):
                yield company, best


def _worth(column: _Column, values: Mapping[str, Fraction]) -> Fraction:
    return sum((weight * values[holder] for holder, weight in column), NOTHING)


def _best(edges: Sequence[Edge], values: Mapping[str, Fraction]) -> _Column:
    """The shares of one company, within their ends and together at most the whole, that bring most."""
    left = max(NOTHING, WHOLE - sum((edge.low for edge in edges), NOTHING))
    column: _Column = []
    for edge in sorted(edges, key=lambda edge: values[edge.holder], reverse=True):
        more = min(edge.high - edge.low, left)
        left -= more
        column.append((edge.holder, edge.low + more))
    return column
