"""Findings about deals: stages out of order, completed though terminated, completed or terminated twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chronicle.engine.checks.examined import Examined
from chronicle.errors import Problem
from chronicle.events import (
    DealAgreed,
    DealApproved,
    DealCompleted,
    DealProposed,
    DealTerminated,
    Event,
)

_WORDS: Mapping[type[Event], str] = MappingProxyType(
    {
        DealProposed: "proposed",
        DealAgreed: "agreed",
        DealApproved: "approved",
        DealCompleted: "completed",
        DealTerminated: "terminated",
    }
)
_STAGES = tuple(_WORDS)

_Staged = DealProposed | DealAgreed | DealApproved | DealCompleted | DealTerminated


def out_of_order(examined: Examined) -> Iterator[Problem]:
    """C406: a deal reaches a stage before an earlier one, is completed though terminated, or ends twice."""
    deals: defaultdict[str, list[_Staged]] = defaultdict(list)
    for event in examined.ordered:
        if isinstance(event, _Staged):
            deals[event.deal].append(event)
    for deal, staged in deals.items():
        yield from _before_its_time(deal, staged)
        yield from _over_already(deal, staged)


def _before_its_time(deal: str, staged: list[_Staged]) -> Iterator[Problem]:
    firsts: dict[type[Event], _Staged] = {}
    for event in sorted(staged, key=lambda event: event.date.earliest):
        firsts.setdefault(type(event), event)
    for event in staged:
        earlier = next(
            (first for first in _due(event, firsts) if event.date.latest < first.date.earliest), None
        )
        if earlier is not None:
            word, other = _WORDS[type(event)], _WORDS[type(earlier)]
            yield Problem(
                "C406",
                f"deal {word} before it was {other}: "
                f"{deal} is {word} on {event.date} and {other} on {earlier.date}",
                help="correct one of the two dates",
                events=(event.id, earlier.id),
            )


def _due(event: _Staged, firsts: Mapping[type[Event], _Staged]) -> list[_Staged]:
    """The first events of the stages that must have come before the stage of an event.

    A deal can be terminated as soon as it was announced, and be announced again later.
    """
    if isinstance(event, DealTerminated):
        announced = [firsts[kind] for kind in (DealProposed, DealAgreed) if kind in firsts]
        return sorted(announced, key=lambda first: first.date.earliest)[:1]
    return [firsts[kind] for kind in _STAGES[: _STAGES.index(type(event))] if kind in firsts]


def _over_already(deal: str, staged: list[_Staged]) -> Iterator[Problem]:
    over: _Staged | None = None
    for event in staged:
        if isinstance(event, DealProposed | DealAgreed):
            over = None
        elif isinstance(event, DealCompleted | DealTerminated):
            if over is not None:
                yield _twice(deal, event, over) if type(event) is type(over) else _though(deal, event, over)
            over = over or event


def _twice(deal: str, event: _Staged, over: _Staged) -> Problem:
    word = _WORDS[type(event)]
    return Problem(
        "C406",
        f"deal {word} twice: {deal} is {word} on {over.date} and again on {event.date}",
        help="retract one of the two",
        events=(event.id, over.id),
    )


def _though(deal: str, event: _Staged, over: _Staged) -> Problem:
    word, before = _WORDS[type(event)], _WORDS[type(over)]
    return Problem(
        "C406",
        f"deal {word} though it was {before}: {deal} is {before} on {over.date} and {word} on {event.date}",
        help="retract one of the two, or add the deal.proposed by which it was taken up again",
        events=(event.id, over.id),
    )
