"""Companies that hold shares of each other, so that what one of them has comes back to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from chronicle.ownership.bounds import Above
from chronicle.ownership.components import strong_components
from chronicle.ownership.graph import Edge
from chronicle.ownership.solve import Unbounded, arriving
from chronicle.values import NOTHING, WHOLE


@frozen
class Loop:
    """Companies each of which holds shares of each other, through others; or one that holds some of itself.

    ``factor`` is by how much the loop raises what comes in at the company where that is most: one over one
    less what comes back of a unit; None where all of it comes back, or more. It is computed at the low ends
    of ranges. ``edges`` are those within the loop. ``closed`` says that all of its companies are
    certainly held by each other alone, so that nobody outside has anything of them; ``above`` are those of
    which certainly more than the whole is held.
    """

    members: tuple[str, ...]
    factor: Fraction | None
    edges: tuple[Edge, ...]
    closed: bool
    above: tuple[str, ...]

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
    within = {
        company: [(edge.holder, edge.low) for edge in above[company] if edge.holder in inside]
        for company in members
    }
    closed = all(
        sum((low for _, low in held), NOTHING) == WHOLE == totals[company] for company, held in within.items()
    )
    return Loop(
        members,
        None if closed else _factor(members, within),
        tuple(sorted(edges, key=lambda edge: (edge.holder, edge.target))),
        closed,
        tuple(company for company in members if totals[company] > WHOLE),
    )


_MANY = 60
"""Above so many members only the first are asked for the factor that they have."""


def _factor(members: Sequence[str], within: Mapping[str, list[tuple[str, Fraction]]]) -> Fraction | None:
    most = WHOLE
    for company in members[:_MANY]:
        try:
            back = _coming_back(company, within)
        except Unbounded:
            return None
        if back >= WHOLE:
            return None
        most = max(most, WHOLE / (WHOLE - back))
    return most


def _coming_back(company: str, within: Mapping[str, list[tuple[str, Fraction]]]) -> Fraction:
    """What of one unit of a company comes back to it through the others."""
    others = {each: held for each, held in within.items() if each != company}
    values = arriving({**others, company: ()}, [company])
    return sum((weight * values[holder] for holder, weight in within[company]), NOTHING)
