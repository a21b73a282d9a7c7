"""Companies that hold shares of each other, so that what one of them has comes back to it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Final

from attrs import frozen

from chronicle.ownership.bounds import Above
from chronicle.ownership.components import strong_components
from chronicle.ownership.graph import Edge
from chronicle.ownership.solve import TooManyTogether, Unbounded, arriving
from chronicle.values import NOTHING, WHOLE

MOST_FOR_FACTOR: Final = 40
"""Of loops of more members the factor is not computed."""


@frozen(slots=False)
class Loop:
    """Companies each of which holds shares of each other, through others; or one that holds some of itself.

    ``edges`` are those within the loop. ``closed`` says that all of its companies are certainly held by each
    other alone, wholly or for more, so that nobody outside has anything of them; ``above`` are those of which
    certainly more than the whole is held.
    """

    members: tuple[str, ...]
    edges: tuple[Edge, ...]
    closed: bool
    above: tuple[str, ...]

    @cached_property
    def factor(self) -> Fraction | None:
        """By how much the loop raises what comes in at the company where that is most.

        That is one over one less what comes back of a unit, at the low ends of ranges. None where all of it
        comes back, or more (``endless``), and for more members than it is computed for.
        """
        if self.endless or len(self.members) > MOST_FOR_FACTOR:
            return None
        return max(WHOLE / (WHOLE - self._coming_back(company)) for company in self.members)

    @cached_property
    def endless(self) -> bool:
        """Whether all of what goes around comes back, or more, so that nothing finite reaches it.

        Of very many companies above the whole that is not computed, and it is false.
        """
        if self.closed or not self.above:
            return self.closed
        try:
            arriving(self._within(), (), dict.fromkeys(self.members, WHOLE))
        except Unbounded:
            return True
        except TooManyTogether:
            return False
        return False

    def _within(self) -> dict[str, list[tuple[str, Fraction]]]:
        """Of each company its holders on the loop, and the least that each of them has."""
        within: dict[str, list[tuple[str, Fraction]]] = {member: [] for member in self.members}
        for edge in self.edges:
            within[edge.target].append((edge.holder, edge.low))
        return within

    def _coming_back(self, company: str) -> Fraction:
        """What of one unit of a company comes back to it through the others."""
        within = self._within()
        values = arriving({**within, company: []}, [company])
        return sum((weight * values[holder] for holder, weight in within[company]), NOTHING)

    @property
    def certain(self) -> bool:
        """Whether it is certain that every share within it is held."""
        return all(edge.certain for edge in self.edges)

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events behind its shares."""
        return tuple(dict.fromkeys(event for edge in self.edges for event in edge.events))


def loops_in(above: Above) -> tuple[Loop, ...]:
    """The loops among companies of which ``above`` has the holders, in order of their first member."""
    components = strong_components(
        above, lambda company: (edge.holder for edge in above[company] if edge.holder in above)
    )
    found = (_loop(component, above) for component in components)
    return tuple(sorted((loop for loop in found if loop is not None), key=lambda loop: loop.members))


def _loop(component: Sequence[str], above: Above) -> Loop | None:
    inside = frozenset(component)
    edges = [edge for company in component for edge in above[company] if edge.holder in inside]
    if not edges:
        return None
    members = tuple(sorted(component))
    totals = {company: sum((edge.low for edge in above[company]), NOTHING) for company in members}
    inner = {
        company: sum((edge.low for edge in above[company] if edge.holder in inside), NOTHING)
        for company in members
    }
    return Loop(
        members,
        tuple(sorted(edges, key=lambda edge: (edge.holder, edge.target))),
        all(WHOLE <= inner[company] == totals[company] for company in members),
        tuple(company for company in members if totals[company] > WHOLE),
    )
