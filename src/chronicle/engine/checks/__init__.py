"""Findings about a history: what its events say that can hardly all be true.

Each check is a pure function from a replayed history to problems. None raises, whatever the events say:
replay of valid events never fails, and what is implausible about them is reported here.
"""

from __future__ import annotations

from chronicle.engine.checks.deals import out_of_order
from chronicle.engine.checks.effects import without_effect
from chronicle.engine.checks.examined import Check, Examined
from chronicle.engine.checks.lives import (
    acts_after_ended,
    acts_before_founded,
    holds_after_ended,
    holds_itself,
    taken_in_by_two,
)
from chronicle.engine.checks.names import undeclared
from chronicle.engine.checks.observations import observed_otherwise
from chronicle.engine.checks.order import guessed, not_followed
from chronicle.engine.checks.ownership import declared_beyond_the_chains, loops
from chronicle.engine.checks.reports import reported_too_early, told_as_one, told_twice
from chronicle.engine.checks.stakes import above_the_whole, disposed_of_more, lots_added_up, stale
from chronicle.engine.checks.through import acts_through_ended
from chronicle.engine.checks.units import handed_over_by_another, two_owners
from chronicle.errors import Problem

__all__ = ["CHECKS", "Check", "Examined", "examine", "undeclared"]


def examine(examined: Examined) -> tuple[Problem, ...]:
    """The problems that all checks find, each once; names that nothing declares are left to ``undeclared``.

    They are sorted by the position of the first event of the problem, then by code, then by message.
    """
    found = dict.fromkeys(problem for check in CHECKS for problem in check(examined))
    positions = examined.positions
    last = len(positions)

    def place(problem: Problem) -> tuple[int, str, str]:
        first = min((positions.get(identifier, last) for identifier in problem.events[:1]), default=last)
        return first, problem.code, problem.message

    return tuple(sorted(found, key=place))


CHECKS: tuple[Check, ...] = (
    disposed_of_more,
    above_the_whole,
    two_owners,
    handed_over_by_another,
    acts_before_founded,
    acts_after_ended,
    out_of_order,
    observed_otherwise,
    guessed,
    reported_too_early,
    told_twice,
    told_as_one,
    not_followed,
    stale,
    lots_added_up,
    holds_after_ended,
    acts_through_ended,
    holds_itself,
    taken_in_by_two,
    without_effect,
    loops,
    declared_beyond_the_chains,
)
