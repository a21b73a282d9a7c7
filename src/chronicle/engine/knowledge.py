"""What was known on a day: which events, each in the version known then.

The day of knowledge is the transaction time of a bitemporal history, as the day of an answer is its valid
time. Corrections and retractions have effect from the day on which they became known: before it the old
answer stands, and what became known later is never used.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import evolve, field, frozen

from chronicle.dates import PartialDate
from chronicle.engine import happenings
from chronicle.engine.arranged import Arranged, arrange
from chronicle.engine.conflicts import Conflict, Settled, contradicted, settle
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.lots import sorted_out
from chronicle.engine.order import Origin, ReplayTerms, replay_in_order
from chronicle.engine.patches import Patch, patched_again
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger, LinkedIds, Projector, in_order
from chronicle.engine.views import ENTITY_PARTS
from chronicle.errors import InvalidEvents, Problem
from chronicle.events import (
    ORDER,
    EntityDeclared,
    Event,
    IdentityLinked,
    RecordCorrected,
    RecordRetracted,
    announcements,
    knowledge,
    known_on,
    renamed,
)

Turns = Callable[[Iterable[Event]], Mapping[str, Any]]
"""A function that gives for records, by id, a sort key: the newest record comes last."""

_RECORDS = frozenset({RecordCorrected, RecordRetracted, IdentityLinked})


@frozen
class Visible:
    """The events known on a day, in order of position, and the corrections that could not be applied.

    ``corrections`` maps the id of an event to the ids of its corrections, oldest first; ``retractions``
    the id of a retracted event to the id of its retraction; ``names`` the ids that were linked to another
    to the id that stays; ``known`` the id of a corrected event to the day from which the event
    could be known as first recorded, which no correction moves. ``doubts`` are the problems (C408) of
    corrections whose order is a guess.
    """

    events: tuple[Event, ...]
    problems: tuple[Problem, ...] = ()
    corrections: Mapping[str, tuple[str, ...]] = field(factory=dict)
    retractions: Mapping[str, str] = field(factory=dict)
    names: Mapping[str, str] = field(factory=dict)
    known: Mapping[str, datetime.date] = field(factory=dict)
    doubts: tuple[Problem, ...] = ()

    def since(self, earlier: Visible) -> dict[str, tuple[str, ...]]:
        """For each event, the ids of its corrections and its retraction known here and not in ``earlier``."""
        learned: dict[str, tuple[str, ...]] = {}
        for event, corrections in self.corrections.items():
            before = earlier.corrections.get(event, ())
            learned[event] = tuple(each for each in corrections if each not in before)
        for event, retraction in self.retractions.items():
            if event not in earlier.retractions:
                learned[event] = (*learned.get(event, ()), retraction)
        return learned


def visible(
    events: Sequence[Event], known: datetime.date | None = None, turns: Turns | None = None
) -> Visible:
    """The events known on the day ``known``, inclusive (None: all), each as corrected by then.

    ``events`` are in order of position. Retracted ones are left out. The newest correction of a
    field counts; a correction that was itself corrected or retracted counts accordingly. ``turns``
    gives the order of records, where that is not the order of their own dates.
    """
    seen = list(events) if known is None else [event for event in events if known_on(event) <= known]
    records = [event for event in seen if type(event) in _RECORDS]
    if not records:
        return Visible(tuple(seen))
    resolved = _resolve(records, turns or _effective_order)
    problems: list[Problem] = []
    kept = [event for event in seen if event.id not in resolved.retractions]
    patches = resolved.patches
    # Most events are as they were told.
    patched = [
        _corrected(event, patches[event.id], problems) if event.id in patches else event for event in kept
    ]
    return Visible(
        tuple(_with_canonical_ids(patched, resolved.names) if resolved.names else patched),
        tuple(problems),
        {event: tuple(correction for correction, _ in those) for event, those in patches.items()},
        resolved.retractions,
        resolved.names,
        {event.id: knowledge(event).day for event in kept if event.id in patches},
        tuple(_guessed(resolved, records)),
    )


@frozen
class Resolved:
    """A history by one day of knowledge: what was visible, which claims count, and the ledger by replay.

    ``ordered`` are the events that count in the order of replay, where the completion of a deal is followed
    by its effects as events. ``doubts`` are the findings about claims that were joined as one happening, and
    ``doubtful`` the ids of events that count though it is open which claims report them: their effects
    are never certain.
    """

    visible: Visible
    settled: Settled
    ordered: tuple[Event, ...]
    ledger: Ledger
    doubts: tuple[Problem, ...] = ()
    doubtful: frozenset[str] = frozenset()

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """The visible events by id, also those that do not count."""
        return {event.id: event for event in self.visible.events}

    @cached_property
    def told(self) -> tuple[Event, ...]:
        """The visible events in the order of replay; those that do not count have the place of their date."""
        replayed = dict.fromkeys(event.id for event in self.ordered)
        turns = iter(replayed)
        natural = in_order(self.visible.events, ORDER)
        return tuple(self.events[next(turns)] if event.id in replayed else event for event in natural)

    @cached_property
    def by_deal(self) -> Mapping[str, Sequence[Event]]:
        """The visible events of each deal by its id, as ``told``."""
        found: defaultdict[str, list[Event]] = defaultdict(list)
        for event in self.told:
            if event.deal is not None:
                found[event.deal].append(event)
        return found

    @cached_property
    def announcements(self) -> Mapping[str, Event]:
        """By the id of the completion of a deal, the event that states the effects of the deal."""
        return announcements(self.ordered)

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Every conflict: claims of which one was chosen, and observations that disagree with replay."""
        return (*self.settled.conflicts, *contradicted(self.ledger, self.events))


def resolve(
    events: Sequence[Event],
    known: datetime.date | None,
    projectors: Sequence[Projector],
    origin: Origin = lambda _: None,
) -> Resolved:
    """Replay what was known on a day (None: all). Every ledger is made by this function.

    ``origin`` gives the file or the append of an event: its place of origin, for the order of replay.
    """
    with paused_collector():
        seen = visible(events, known)
        arranged = arrange(seen.events)
        told = happenings.join(seen.events, seen.known, arranged)
        arranged = _rearranged(told.events, arranged)
        settled = settle(told.events, seen.known, arranged.related())
        if settled.filled:
            arranged = arrange(settled.events)
        elif settled.set_aside:
            arranged = arranged.without(settled.set_aside, settled.events)
        deals = happenings.in_deals(settled.events, arranged.reaching, seen.known)
        counted = _with_lots(
            Settled(
                deals.events,
                (*told.conflicts, *settled.conflicts, *deals.conflicts),
                {**told.set_aside, **settled.set_aside},
            )
        )
        doubtful = told.doubtful | deals.doubtful
        shipped = [projector for projector in projectors if projector in PROJECTORS]
        terms = ReplayTerms(origin, deals.effects, doubtful)
        arranged = _rearranged(counted.events, arranged)
        replayed = replay_in_order(
            counted.events, projectors, shipped, LinkedIds(seen.names, ENTITY_PARTS), terms, arranged=arranged
        )
        problems = (*told.problems, *deals.problems)
        return Resolved(seen, counted, replayed.ordered, replayed.ledger, problems, doubtful)


def _rearranged(events: Sequence[Event], arranged: Arranged) -> Arranged:
    """``arranged``, or ``events`` arranged anew if they are others; mostly nothing was set aside."""
    return arranged if events is arranged.events else arrange(events)


def _with_lots(settled: Settled) -> Settled:
    """The same with the lots of holdings sorted out, if there are events about lots."""
    found = sorted_out(settled.events)
    if not found.changed:
        return settled
    events = (found.changed.get(event.id, event) for event in settled.events)
    set_aside = {**settled.set_aside, **found.set_aside}
    return evolve(
        settled,
        events=tuple(event for event in events if event.id not in found.set_aside),
        set_aside=set_aside,
    )


def _with_canonical_ids(events: Sequence[Event], names: Mapping[str, str]) -> Iterator[Event]:
    """``events`` by the ids that stay; of two declarations of one entity the one under that id is kept."""
    declared = {event.entity for event in events if isinstance(event, EntityDeclared)}
    for event in events:
        if isinstance(event, EntityDeclared) and names.get(event.entity) in declared:
            continue
        yield renamed(event, names)


@frozen
class _RecordsApplied:
    retractions: Mapping[str, str]
    patches: Mapping[str, Sequence[tuple[str, Patch]]]
    names: Mapping[str, str]
    links: Sequence[IdentityLinked]


def _resolve(records: Sequence[Event], turns_of: Turns) -> _RecordsApplied:
    """Which events are retracted, and which patches the others get, oldest first.

    From the newest record to the oldest: when a record is looked at, everything later about it is known, so
    that one pass handles corrections of corrections and retractions of retractions.
    """
    turns = turns_of(records)
    newest_first = sorted(records, key=lambda record: turns[record.id])[::-1]
    retractions: dict[str, str] = {}
    patches: defaultdict[str, list[tuple[str, Patch]]] = defaultdict(list)
    links: list[IdentityLinked] = []
    for record in newest_first:
        if record.id in retractions:
            continue
        current = _corrected(record, patches.get(record.id, ()), [])
        if isinstance(current, RecordRetracted):
            retractions[current.target] = current.id
        elif isinstance(current, RecordCorrected):
            patches[current.target].insert(0, (current.id, current.set))
        elif isinstance(current, IdentityLinked):
            links.append(current)
    links.reverse()
    return _RecordsApplied(retractions, patches, _one_name_each(links), links)


# A sort key: its ``known`` or else its date, its date, and the length of the chain of records it is about.
_Turn = tuple[int, int, int]


def _effective_order(records: Iterable[Event]) -> Mapping[str, _Turn]:
    """The order in which records count: that of their own dates, as the timeline shows them.

    A given ``known`` decides before the date. No record counts before the one that it is about, even if the
    dates say so: a correction may be retracted in the same month.
    """
    by_id = {record.id: record for record in records}
    turns: dict[str, _Turn] = {}
    for record in by_id.values():
        path: list[Event] = []
        current: Event | None = record
        while current is not None and current.id not in turns:
            turns[current.id] = _said_in(current).order, current.date.order, 0
            path.append(current)
            current = by_id.get(_target(current))
        for each in reversed(path):
            if _target(each) in turns:
                said, date, depth = turns[_target(each)]
                turns[each.id] = *max((said, date), turns[each.id][:2]), depth + 1
    return turns


def _said_in(record: Event) -> PartialDate:
    """The window in which a record became known, as far as it decides which of two is the later."""
    return record.date if record.known is None else record.known


# Guesses


def _guessed(resolved: _RecordsApplied, records: Sequence[Event]) -> Iterator[Problem]:
    """C408: records whose windows leave open which came last, where the answer depends on it."""
    by_id = {record.id: record for record in records}
    for target, patches in resolved.patches.items():
        for first, last, field_name in _contested(patches):
            if _open(by_id[first], by_id[last]):
                yield _guess(by_id[first], by_id[last], f'"{field_name}" of "{target}"')
    for one, two in _neighbours(resolved.links):
        if _open(one, two) and _one_name_each((one, two)) != _one_name_each((two, one)):
            yield _guess(one, two, "which id stays")


def _contested(patches: Sequence[tuple[str, Patch]]) -> Iterator[tuple[str, str, str]]:
    """Pairs of corrections that set one field to two values; the second is the last that sets it."""
    last: dict[str, tuple[str, str]] = {}
    for correction, patch in reversed(patches if len(patches) > 1 else ()):
        for name, value in patch:
            latest, kept = last.setdefault(name, (correction, value))
            if kept != value:
                yield correction, latest, name


def _neighbours(links: Sequence[IdentityLinked]) -> Iterator[tuple[IdentityLinked, IdentityLinked]]:
    """Each link with the last links before it that name one of its ids."""
    latest: dict[str, IdentityLinked] = {}
    for link in links:
        before = {latest[name].id: latest[name] for name in (link.a, link.b) if name in latest}
        yield from ((one, link) for one in before.values())
        latest[link.a] = latest[link.b] = link


def _open(one: Event, two: Event) -> bool:
    """Whether two windows overlap and differ. Equal windows leave nothing open: the position decides."""
    first, second = _said_in(one), _said_in(two)
    overlap = first.earliest <= second.latest and second.earliest <= first.latest
    return overlap and first.order != second.order


def _guess(first: Event, last: Event, what: str) -> Problem:
    message = (
        f'order is a guess: "{first.id}" ({_said_in(first)}) is taken to come before '
        f'"{last.id}" ({_said_in(last)}), and both decide {what}'
    )
    help = "give one a narrower date, or say from when each is known (`known`)"
    return Problem("C408", message, help=help, events=(last.id, first.id))


def _target(record: Event) -> str:
    return record.target if isinstance(record, RecordCorrected | RecordRetracted) else ""


def _one_name_each(links: Iterable[IdentityLinked]) -> dict[str, str]:
    """For every id that was linked to another: the id that stays."""
    stays: dict[str, str] = {}
    for link in links:
        kept, dropped = _root(stays, link.a), _root(stays, link.b)
        if kept != dropped:
            stays[dropped] = kept
    return {name: _root(stays, name) for name in stays}


def _root(stays: dict[str, str], name: str) -> str:
    path: list[str] = []
    while name in stays:
        path.append(name)
        name = stays[name]
    # Path compression: chains of links may be long.
    stays.update(dict.fromkeys(path, name))
    return name


def _corrected(event: Event, patches: Iterable[tuple[str, Patch]], problems: list[Problem]) -> Event:
    for correction, patch in patches:
        try:
            event = patched_again(event, patch)
        except InvalidEvents as error:
            problems.extend(_of_correction(problem, correction, event.id) for problem in error.problems)
    return event


def _of_correction(problem: Problem, correction: str, event: str) -> Problem:
    # Without the place in the patched event, which is in no file: the correction has a place of its own.
    message = f'{problem.message} (correction "{correction}" of "{event}")'
    return evolve(problem, message=message, place=None, events=(correction, event))
