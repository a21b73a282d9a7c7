"""What was known on a day: which events, each in the version known then.

Corrections and retractions act on the clock of knowledge. Before they were known the old answer
stands; nothing that became known later is ever used.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from chronicle import codec
from chronicle.errors import InvalidEvents, Problem
from chronicle.events import (
    NOT_CORRECTED,
    EntityDeclared,
    Event,
    IdentityLinked,
    RecordCorrected,
    RecordRetracted,
    knowledge,
    renamed,
)

_Patch = tuple[tuple[str, str], ...]


@frozen
class Visible:
    """The events known on a day, in order of position, and the corrections that could not be applied."""

    events: tuple[Event, ...]
    problems: tuple[Problem, ...] = ()


def visible(events: Sequence[Event], known: datetime.date | None = None) -> Visible:
    """The events known on the day ``known`` (None: all), each as corrected by then.

    ``events`` stand in order of position. Retracted ones are left out. The newest correction of a
    field wins; a correction that was itself retracted or corrected counts as that leaves it.
    """
    seen = [event for event in events if known is None or knowledge(event).day <= known]
    records = [
        event for event in seen if isinstance(event, RecordCorrected | RecordRetracted | IdentityLinked)
    ]
    if not records:
        return Visible(tuple(seen))
    resolved = _resolve(records)
    problems: list[Problem] = []
    kept = [event for event in seen if event.id not in resolved.retracted]
    patched = [_corrected(event, resolved.patches.get(event.id, ()), problems) for event in kept]
    return Visible(tuple(_under_one_name(patched, resolved.names)), tuple(problems))


def _under_one_name(events: Sequence[Event], names: Mapping[str, str]) -> Iterator[Event]:
    """``events`` by the ids that stay. Who is declared under both goes by the name of the one that stays."""
    declared = {event.entity for event in events if isinstance(event, EntityDeclared)} if names else set()
    for event in events:
        if isinstance(event, EntityDeclared) and names.get(event.entity) in declared:
            continue
        yield renamed(event, names)


@frozen
class _Resolved:
    retracted: frozenset[str]
    patches: Mapping[str, Sequence[tuple[str, _Patch]]]
    names: Mapping[str, str]


def _resolve(records: Sequence[Event]) -> _Resolved:
    """Which events are out, and which patches the others get, oldest first.

    From the newest to the oldest: by the time a record has its turn, all that was later said about
    it is known, so that one walk serves corrections of corrections and retractions of retractions.
    """
    by_id = {record.id: record for record in records}
    newest_first = sorted(records, key=lambda record: _turn(record, by_id))[::-1]
    retracted: set[str] = set()
    patches: defaultdict[str, list[tuple[str, _Patch]]] = defaultdict(list)
    links: list[IdentityLinked] = []
    for record in newest_first:
        if record.id in retracted:
            continue
        current = _corrected(record, patches.get(record.id, ()), [])
        if isinstance(current, RecordRetracted):
            retracted.add(current.target)
        elif isinstance(current, RecordCorrected):
            patches[current.target].insert(0, (current.id, current.set))
        elif isinstance(current, IdentityLinked):
            links.append(current)
    return _Resolved(frozenset(retracted), patches, _one_name_each(links[::-1]))


def _turn(record: Event, records: Mapping[str, Event]) -> tuple[datetime.date, int]:
    """When a record counts among the others: not before those that it speaks of, though the clock may say so.

    A correction known "in March" counts from the end of March, and may be retracted in the same month.
    """
    day, seen = knowledge(record).day, {record.id}
    target: str = getattr(record, "target", "")
    while target in records and target not in seen:
        seen.add(target)
        day = max(day, knowledge(records[target]).day)
        target = getattr(records[target], "target", "")
    return day, len(seen)


def _one_name_each(links: Iterable[IdentityLinked]) -> dict[str, str]:
    """For every id that turned out to be another's: the id that stays."""
    stays: dict[str, str] = {}
    for link in links:
        kept, dropped = _root(stays, link.a), _root(stays, link.b)
        if kept != dropped:
            stays[dropped] = kept
    return {name: _root(stays, name) for name in stays}


def _root(stays: Mapping[str, str], name: str) -> str:
    while name in stays:
        name = stays[name]
    return name


def _corrected(event: Event, patches: Iterable[tuple[str, _Patch]], problems: list[Problem]) -> Event:
    for correction, patch in patches:
        try:
            event = patched(event, patch)
        except InvalidEvents as error:
            problems.extend(evolve(problem, events=(correction, event.id)) for problem in error.problems)
    return event


def patched(event: Event, patch: _Patch) -> Event:
    """``event`` with the fields of ``patch`` (pairs of a name and a value as JSON text; null takes one away).

    Raises ``InvalidEvents``: C212 for a field that no correction may touch, and whatever is wrong
    with the event that the patch would make.
    """
    for name, _ in patch:
        if name in NOT_CORRECTED:
            message = f'a correction cannot change "{name}"'
            help = (
                "retract the event and record it anew: a correction keeps what happened and when it was known"
            )
            raise InvalidEvents(Problem("C212", message, help=help, events=(event.id,)))
    plain: dict[str, Any] = dict(codec.encode(event))
    for name, text in patch:
        value = json.loads(text)
        if value is None:
            plain.pop(name, None)
        else:
            plain[name] = value
    return codec.decode(plain)
