"""What events say of what they share, by which a replay in partitions finds out which hang together.

Each event says it alone (``said_in_columns``), so many processes can share the work. What follows from it are
the parts of ``parts.py``: both go by what ``shared_by`` says. But here ids that were linked to another hang
together with everything that names either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any, Final, NamedTuple

from chronicle.engine.event_log import EventLog
from chronicle.engine.knowledge import visible
from chronicle.engine.order.touching import possible_effects_of
from chronicle.engine.partial.shared import (
    COUNTS,
    ENTITY,
    EVENT,
    HELD,
    NOT_BINDING,
    NOTED,
    TURNS,
    entities_of,
    founds,
    shared_in_columns,
)
from chronicle.engine.replay import Projector
from chronicle.events import (
    EntityDeclared,
    EntityFounded,
    Event,
    IdentityLinked,
    RecordCorrected,
    RecordRetracted,
    known_on,
)

BINDS: Final = 0
"""Events that share the thing hang together."""
IF_COUNTED: Final = 1
"""They do if some event counts the shares of this company."""
IF_TURNING: Final = 2
"""They do if this entity ends, comes back or is another, or may act before it is founded."""
COUNTED: Final = 3
"""An event counts the shares of this company."""
TURNING: Final = 4
"""This entity ends, comes back, or turned out to be another."""
FOUNDED: Final = 5
"""This entity is founded, certainly before the order ``when``."""

NOW: Final = ""
"""That it matters at any time."""
ACTS: Final = "acts"
"""That the event may be an act of the entity, at its own date."""
NEVER_ACTS: Final = "never acts"
"""That the event is no act of the entity."""
FOUNDS: Final = "founds"
"""That the entity is founded when the date of the event is over."""


class SaidInColumns(NamedTuple):
    """What many events say alike: how it binds, of what sort the things are, and when by a word.

    There are as many places as things: those of the events that say it.
    """

    how: int
    sort: str
    things: Sequence[Any]
    places: Sequence[int]
    when: str = NOW


def said_in_columns(events: Sequence[Event], projectors: Sequence[Projector] = ()) -> Iterator[SaidInColumns]:
    """What events say of what they share, also for a user's own ``projectors`` by their key.

    Nothing of it goes by the dates of the events.
    """
    yield SaidInColumns(BINDS, EVENT, [event.id for event in events], range(len(events)))
    for sort, some, at in shared_in_columns(events):
        if sort in NOT_BINDING:
            continue
        things, places = [*some], at
        if None in things:
            things, places = _where([thing is not None for thing in things], things, places)
        if sort == ENTITY:
            yield from _named(events, things, places)
        else:
            yield SaidInColumns(IF_COUNTED if sort == HELD else BINDS, sort, things, places)
    told: defaultdict[tuple[int, str, str], tuple[list[Any], list[int]]] = defaultdict(lambda: ([], []))
    for place, event in enumerate(events):
        if projectors or type(event) in NOTED:
            for how, sort, which, when in _said_alone(event, projectors):
                things, places = told[how, sort, when]
                things.append(which)
                places.append(place)
    for (how, sort, when), (things, places) in told.items():
        yield SaidInColumns(how, sort, things, places, when)


_FOUNDING: Final = frozenset({EntityDeclared, EntityFounded})


def _named(events: Sequence[Event], names: list[Any], places: Sequence[int]) -> Iterator[SaidInColumns]:
    """Which entities events name: most of them may be acts of these, and some found one."""
    founding = {place for place in places if type(events[place]) in _FOUNDING}
    if founding:
        acts = [
            place not in founding or not founds(events[place], name)
            for place, name in zip(places, names, strict=True)
        ]
        founds_it, at = _where([not each for each in acts], names, places)
        yield SaidInColumns(IF_TURNING, ENTITY, founds_it, at, NEVER_ACTS)
        names, places = _where(acts, names, places)
    yield SaidInColumns(IF_TURNING, ENTITY, names, places, ACTS)


def _where(
    chosen: Iterable[bool], things: Iterable[Any], places: Iterable[int]
) -> tuple[list[Any], list[int]]:
    return [*compress(things, chosen)], [*compress(places, chosen)]


def _said_alone(event: Event, projectors: Sequence[Projector]) -> Iterator[tuple[int, str, str, str]]:
    """What one event says besides: what binds others, and what it shares for a user's own projectors."""
    for each in (event, *possible_effects_of(event)):
        yield from _said_to_others(each)
        for projector in projectors:
            if type(each) in projector.table:
                key = getattr(each, projector.partition_key, "")
                yield BINDS, f"projector {projector.name}", str(key), NOW


def _said_to_others(event: Event) -> Iterator[tuple[int, str, str, str]]:
    """What binds other events that share something with this one."""
    if isinstance(event, COUNTS):
        yield COUNTED, HELD, event.issuer, NOW
    elif isinstance(event, (*TURNS, IdentityLinked)):
        yield from ((TURNING, ENTITY, name, NOW) for name in entities_of(event))
    elif isinstance(event, EntityFounded):
        yield FOUNDED, ENTITY, event.entity, FOUNDS


def target_of(event: Event) -> str | None:
    """The id of the event that a record is about; None for any other event."""
    return event.target if isinstance(event, RecordCorrected | RecordRetracted) else None


# Corrected versions


def versions_of(told: Sequence[Event]) -> list[Event]:
    """Every version that corrections make of events, by any day of knowledge.

    ``told`` are events, and what was said of them later, in order of position. What corrections
    make of an event may be about others: these then belong to its part. So may a corrected correction be.
    """
    return _chains_and_versions(told)[1]


def chains_of(told: Sequence[Event]) -> list[list[Event]]:
    """Events with the records about them, and about these: what each comes to is decided in its chain alone.

    ``told`` are as in ``versions_of``, without links of ids.
    """
    return _chains_and_versions(told)[0]


def chains_in(log: EventLog) -> tuple[list[list[Event]], list[Event]]:
    """The chains of all events of a log of which something was said later, and all versions of these."""
    about = {*log.stated_about()}
    while True:
        chains, versions = _chains_and_versions(log.with_statements_of(about))
        # A corrected correction may be about an event of which nothing else is said.
        more = {target for version in versions if (target := target_of(version)) and target in log} - about
        if not more:
            return chains, versions
        about |= more


def _chains_and_versions(told: Sequence[Event]) -> tuple[list[list[Event]], list[Event]]:
    about = {(event.id, target) for event in told if (target := target_of(event))}
    while True:
        chains = [*_chains(told, about)]
        found = [version for chain in chains for version in _versions_in(chain)]
        more = {(version.id, target) for version in found if (target := target_of(version))} - about
        if not more:
            return chains, found
        about |= more


def _versions_in(chain: Sequence[Event]) -> Iterator[Event]:
    said = {known_on(event) for event in chain if type(event) in _SAID_LATER}
    if not said:
        return
    days = sorted(said)
    # On the last of these days mostly all is known.
    later = [None] if max(map(known_on, chain)) > days[-1] else []
    for day in (*days, *later):
        seen = visible(chain, day)
        yield from (event for event in seen.events if event.id in seen.corrections)


_SAID_LATER: Final = frozenset({RecordCorrected, RecordRetracted, IdentityLinked})


def _chains(told: Sequence[Event], about: Iterable[tuple[str, str]]) -> Iterator[list[Event]]:
    """The events with the records about them and about these."""
    places = {event.id: place for place, event in enumerate(told)}
    chain_of = {place: [place] for place in places.values()}
    for record, target in about:
        one, other = chain_of[places[record]], chain_of[places.get(target, places[record])]
        if one is not other:
            if len(one) < len(other):
                one, other = other, one
            one += other
            chain_of.update(dict.fromkeys(other, one))
    chains = {id(chain): chain for chain in chain_of.values()}
    return ([told[place] for place in sorted(chain)] for chain in chains.values())
