"""Which claims counted in 0.1.0 where sources disagree: kept as it was, faults included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from chronicle.engine.conflicts import CONFIDENCE
from chronicle.events import (
    DealAgreed,
    DealApproved,
    DealCompleted,
    DealProposed,
    DealTerminated,
    EntityRenamed,
    Event,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    knowledge,
    overlap,
)

_STAKES = (StakeAcquired, StakeDisposed, StakeObserved)
_STAGES = (DealProposed, DealAgreed, DealApproved, DealCompleted, DealTerminated)


def set_aside(events: Sequence[Event]) -> Mapping[str, str]:
    """The id of each event that did not count, with the id of the one that did.

    ``events`` are in order of position, as known.
    """
    facts = [claims for claims in _facts(events) if _may_rival(claims)]
    positions = {event.id: position for position, event in enumerate(events)} if facts else {}
    found: dict[str, str] = {}
    for claims in facts:
        ranked = sorted(claims, key=lambda claim: _weight(claim, positions[claim.id]), reverse=True)
        rivals = _choices(ranked)
        for chosen, outweighed in _outweighed([kept for kept, _ in rivals]):
            next(others for kept, others in rivals if kept is chosen).append(outweighed)
        for chosen, others in rivals:
            found.update((other.id, chosen.id) for other in others)
    return found


def _facts(events: Sequence[Event]) -> list[list[Event]]:
    facts: defaultdict[tuple[str, ...], list[Event]] = defaultdict(list)
    for event in events:
        fact = _ABOUT.get(type(event))
        if fact is not None and event.sources:
            facts[fact(event)].append(event)
    return list(facts.values())


def _stake(event: Any) -> tuple[str, ...]:
    return "stake", event.holder, event.target, event.right


def _stage(event: Any) -> tuple[str, ...]:
    return "deal", event.deal, event.kind


def _name(event: Any) -> tuple[str, ...]:
    return "name", event.entity


_ABOUT: Mapping[type[Event], Callable[[Any], tuple[str, ...]]] = MappingProxyType(
    {**dict.fromkeys(_STAKES, _stake), **dict.fromkeys(_STAGES, _stage), EntityRenamed: _name}
)


def _may_rival(claims: Sequence[Event]) -> bool:
    if len(claims) < 2:
        return False
    if not isinstance(claims[0], _STAKES):
        return True
    return _several(claims, "holds") or _several(claims, "deal")


def _several(claims: Sequence[Event], name: str) -> bool:
    return sum(getattr(claim, name) is not None for claim in claims) > 1


def _weight(claim: Event, position: int) -> tuple[Any, ...]:
    return CONFIDENCE[claim.confidence], knowledge(claim).day, position


def _choices(ranked: Sequence[Event]) -> list[tuple[Event, list[Event]]]:
    """Each claim that counted, with those that it set aside; the claims of the greatest weight come first."""
    chosen: list[tuple[Event, list[Event]]] = []
    for claim in ranked:
        rival = next((others for kept, others in chosen if _same_fact(kept, claim)), None)
        if rival is None:
            chosen.append((claim, []))
        else:
            rival.append(claim)
    return chosen


def _outweighed(claims: Sequence[Event]) -> Iterator[tuple[Event, Event]]:
    """Observations less confident than the last claim of what is held before them, each after that claim."""
    last: Event | None = None
    for claim in sorted(claims, key=lambda claim: claim.date.order):
        if (
            isinstance(claim, StakeObserved)
            and last is not None
            and getattr(last, "holds", None) not in (None, claim.holds)
            and CONFIDENCE[claim.confidence] < CONFIDENCE[last.confidence]
            and _independent(claim, last)
        ):
            yield last, claim
        else:
            last = claim


def _same_fact(one: Event, two: Event) -> bool:
    if one.after == two.id or two.after == one.id or not _independent(one, two):
        return False
    if isinstance(one, EntityRenamed) and isinstance(two, EntityRenamed):
        return one.name == two.name or overlap(one, two)
    if not isinstance(one, _STAKES) or not isinstance(two, _STAKES):
        return True
    if (isinstance(one, StakeObserved) or isinstance(two, StakeObserved)) and one.holds == two.holds:
        return False
    if one.deal is not None and one.deal == two.deal:
        return True
    return one.holds is not None and two.holds is not None and overlap(one, two)


def _independent(one: Event, two: Event) -> bool:
    first, second = set(one.sources), set(two.sources)
    return bool(first) and bool(second) and first.isdisjoint(second)
