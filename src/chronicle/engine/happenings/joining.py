"""Claims of one happening, joined."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from chronicle.engine.arranged import Arranged, arrange, hang_together
from chronicle.engine.filling import date_of_all
from chronicle.engine.happenings.found import (
    FoundHappenings,
    OneHappening,
    Told,
    conflict_of,
    say_counted_once,
)
from chronicle.engine.happenings.grouping import Claims, by_several, happenings_of, subjects_of
from chronicle.engine.happenings.one_event import both_sides, filled, filled_other
from chronicle.engine.happenings.sides import mirror, sides_of
from chronicle.events import (
    Event,
    StakeDisposed,
)


def join(
    events: Sequence[Event],
    known: Mapping[str, datetime.date] = MappingProxyType({}),
    arranged: Arranged | None = None,
) -> Told:
    """Join the claims of one happening. ``events`` are in order of position, as known.

    ``known`` has, by the id of a corrected event, the day from which it could be known. ``arranged`` has the
    same events, if they were arranged before.
    """
    arranged = arranged or arrange(events)
    doubled = [
        subject
        for key in arranged.overlapping
        for subject, claims in subjects_of(arranged.about(key)).items()
        if len(claims) > 1 and hang_together(claims) and by_several(claims)
    ]
    sided = [event for event, _, _ in arranged.sided if event.sources and not event.apart]
    if not doubled and not sided:
        return Told(tuple(events))
    found = FoundHappenings({event.id: position for position, event in enumerate(events)}, known)
    subjects = Claims(arranged, found.positions)
    doubled.sort(key=subjects.place)
    sides = list(sides_of(sided, subjects))
    wanted = dict.fromkeys((*doubled, *(subject for pair in sides for subject in pair)))
    happenings = {subject: list(happenings_of(subjects.claims(subject), found)) for subject in wanted}
    mirror(happenings, sides, found)
    for group in happenings.values():
        for happening in group:
            _count(happening, found)
    return found.told(events, {}) if found.counted or found.doubts or found.crowds else Told(tuple(events))


# What counts


def _count(happening: OneHappening, found: FoundHappenings) -> None:
    other = happening.other
    claims = [*happening.claims, *(other.claims if other else ())]
    if len(claims) == 1:
        return
    date = date_of_all(claims)
    ranked = found.ranked(claims)
    if other is not None and not conflict_of(ranked, date, found).differ:
        # Both sides agree, so weight does not matter; a purchase names the present holder and comes first.
        ranked.sort(key=lambda claim: isinstance(claim, StakeDisposed))
    chosen = ranked[0]
    if not any(each is chosen for each in happening.claims):
        # The two sides are counted once, together with the side that is kept.
        return
    kept = filled(chosen, [each for each in ranked if type(each) is type(chosen)], date)
    counted = [kept] if other is None else both_sides(kept, filled_other(ranked, chosen, date), ranked)
    found.counted.update((each.id, each) for each in counted)
    own = {each.id for each in counted}
    found.set_aside.update((each.id, kept.id) for each in claims if each.id not in own)
    say_counted_once(ranked, date, found)
