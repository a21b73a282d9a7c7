"""Effects of deals that separate events report as well."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import evolve

from chronicle.engine.filling import date_of_all
from chronicle.engine.happenings.found import STAKES, FoundHappenings, OneHappening, Told, say_counted_once
from chronicle.engine.happenings.grouping import Subject, subject_of
from chronicle.engine.happenings.one_event import both_sides, filled
from chronicle.engine.happenings.sides import other_party
from chronicle.events import (
    COUNTED,
    ENVELOPE,
    KINDS,
    DealCompleted,
    Event,
    StakeAcquired,
    StakeDisposed,
    alike,
    announcements,
    happened,
    independent,
    mirrored,
    overlap,
)


def in_deals(
    events: Sequence[Event],
    ordered: Sequence[Event],
    known: Mapping[str, datetime.date] = MappingProxyType({}),
) -> Told:
    """Leave the effects of deals to the separate events that report the same.

    ``events`` are those that count, in order of position, and ``ordered`` the same in the order of replay. An
    event that names the deal reports its effect, whatever its source; one that names none must come from
    another source.
    """
    effects = list(_effects(ordered))
    if not effects:
        return Told(tuple(events))
    named = (
        subject for _, effect in effects for subject in (subject_of(effect), _other_side(effect)) if subject
    )
    subjects: dict[Subject, list[Event]] = {subject: [] for subject in named}
    for event in events:
        if type(event) in COUNTED and not event.apart and subject_of(event) in subjects:
            subjects[subject_of(event)].append(event)
    found = FoundHappenings({event.id: position for position, event in enumerate(events)}, known)
    told: defaultdict[str, set[int]] = defaultdict(set)
    for place, effect in effects:
        for subject in filter(None, (subject_of(effect), _other_side(effect))):
            own = [each for each in subjects[subject] if _tells(each, effect)]
            if own:
                told[effect.id].add(place)
                _count_own(own, effect, subjects[subject], found)
                break
    return found.told(events, {completion: frozenset(places) for completion, places in told.items()})


def _effects(ordered: Sequence[Event]) -> Iterator[tuple[int, Event]]:
    """The effects of completed deals that are counted, as events, each with its place among the effects."""
    for event, saying in _completions(ordered):
        for place, effect in enumerate(saying.effects or ()):
            if KINDS[effect.kind] in COUNTED:
                yield place, happened(effect, event, KINDS)


def _completions(ordered: Sequence[Event]) -> Iterator[tuple[DealCompleted, Any]]:
    sayings = announcements(ordered)
    if sayings:
        for event in ordered:
            if isinstance(event, DealCompleted) and event.id in sayings:
                yield event, sayings[event.id]


def _tells(own: Event, effect: Event) -> bool:
    same = own.deal == effect.deal or independent(own, effect)
    return same and overlap(own, effect) and (alike(own, effect) or _opposite(own, effect))


def _opposite(own: Event, effect: Event) -> bool:
    if isinstance(own, StakeDisposed) and isinstance(effect, StakeAcquired):
        return mirrored(effect, own)
    return isinstance(own, StakeAcquired) and isinstance(effect, StakeDisposed) and mirrored(own, effect)


def _other_side(effect: Event) -> Subject | None:
    """The subject of the other side of an effect, where it names that and not what is held afterwards."""
    if not isinstance(effect, STAKES) or effect.holds is not None:
        return None
    named: str | None = getattr(effect, other_party(effect))
    kind = StakeDisposed if isinstance(effect, StakeAcquired) else StakeAcquired
    return None if named is None else (kind, (named, effect.target, effect.right))


def _count_own(own: Iterable[Event], effect: Event, left: list[Event], found: FoundHappenings) -> None:
    """Count a separate event for the effect, and take it out of ``left``: no other effect may have it too."""
    kept = found.choice(effect, [OneHappening([each]) for each in own]).claims[0]
    left.remove(kept)
    ranked = found.ranked((kept, effect))
    date = date_of_all(ranked)
    if type(kept) is type(effect):
        found.counted[kept.id] = evolve(filled(ranked[0], ranked, date), **_envelope(kept))
    else:
        (found.counted[kept.id],) = both_sides(evolve(kept, date=date), effect, ranked)
    say_counted_once(ranked, date, found)


def _envelope(event: Event) -> dict[str, Any]:
    own = {name: getattr(event, name) for name in ENVELOPE if name not in ("date", "deal")}
    return {**own, "deal": event.deal}
