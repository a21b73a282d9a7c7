"""Which records hang together, found in two steps that many processes can share.

First each event says alone what it may share (``tells_of``), as a few numbers; then ``Connected`` takes in
what all of them said, in any order, and gives the parts. These are the parts of ``parts.py``: both go by what
``shared_by`` says. Here ids that were linked to another hang together with everything that names either.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from heapq import heapify, heapreplace
from typing import Any, Final

from attrs import define, field

from chronicle.dates import PartialDate
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
    shared_by,
)
from chronicle.engine.replay import Projector
from chronicle.events import (
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

_NEVER: Final = 2**62


Tells = tuple[int, int, int]
"""One thing that an event says of what it shares: how it binds, which thing, and when."""

NOW: Final = ""
"""That it matters at any time."""
ACTS: Final = "acts"
"""That the event may be an act of the entity, at its own date."""
NEVER_ACTS: Final = "never acts"
"""That the event is no act of the entity."""
FOUNDS: Final = "founds"
"""That the entity is founded when the date of the event is over."""

Said = tuple[int, str, Any, str]
"""The same before things are numbers: how it binds, of what sort the thing is, which, and when by a word."""


def tells_of(event: Event, projectors: Sequence[Projector] = ()) -> list[Tells]:
    """What an event says of what it shares, also for a user's own ``projectors`` by their key."""
    said, own = said_by(event), said_to(event, projectors)
    return [
        (how, number_of(sort, which), when_of(when, event.date)) for how, sort, which, when in (*said, *own)
    ]


def said_by(event: Event) -> list[Said]:
    """What an event says of what it shares. Nothing of it goes by the date of the event."""
    told: list[Said] = [(BINDS, EVENT, event.id, NOW)]
    for sort, which in shared_by(event):
        if sort == ENTITY:
            told.append((IF_TURNING, ENTITY, which, NEVER_ACTS if founds(event, which) else ACTS))
        elif sort not in NOT_BINDING:
            told.append((IF_COUNTED if sort == HELD else BINDS, sort, which, NOW))
    if type(event) in NOTED:
        for each in (event, *possible_effects_of(event)):
            told += _said_to_others(each)
    return told


def said_to(event: Event, projectors: Sequence[Projector]) -> Iterator[Said]:
    """What an event shares for a user's own projectors."""
    for projector in projectors:
        for each in (event, *possible_effects_of(event)):
            if type(each) in projector.table:
                key = getattr(each, projector.partition_key, "")
                yield BINDS, f"projector {projector.name}", str(key), NOW


def _said_to_others(event: Event) -> Iterator[Said]:
    """What binds other events that share something with this one."""
    if isinstance(event, COUNTS):
        yield COUNTED, HELD, event.issuer, NOW
    elif isinstance(event, (*TURNS, IdentityLinked)):
        yield from ((TURNING, ENTITY, name, NOW) for name in entities_of(event))
    elif isinstance(event, EntityFounded):
        yield FOUNDED, ENTITY, event.entity, FOUNDS


def when_of(word: str, date: PartialDate) -> int:
    """The number for a word that says when, of an event on a date."""
    if word == ACTS:
        return date.order
    return date.past if word == FOUNDS else _NEVER if word == NEVER_ACTS else 0


def hashed(sort: str, which: Any) -> int:
    """A number for a thing, the same in every process. If two had the same, parts would only be larger."""
    parts = (sort, which) if isinstance(which, str) else (sort, *which)
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little", signed=True)


# Most things are named again soon.
number_of = lru_cache(2**16)(hashed)


def target_of(event: Event) -> str | None:
    """The id of the event that a record is about; None for any other event."""
    return event.target if isinstance(event, RecordCorrected | RecordRetracted) else None


@define
class Connected:
    """What was said of all events by their positions, and the parts that follow from it."""

    _parents: dict[int, int] = field(factory=dict)
    _first: dict[int, int] = field(factory=dict)
    # What binds only if something else is said somewhere: the things and the positions, of companies and of
    # entities. These are many, so they are numbers side by side.
    _held: tuple[array[int], array[int]] = field(factory=lambda: (array("q"), array("q")))
    _named: tuple[array[int], array[int], array[int]] = field(
        factory=lambda: (array("q"), array("q"), array("q"))
    )
    _counted: set[int] = field(factory=set)
    _turning: set[int] = field(factory=set)
    _founded: dict[int, int] = field(factory=dict)

    def take(self, told: Iterable[tuple[int, int, int, int]]) -> None:
        """Take in what events say: the position of each, how it binds, which thing, and when."""
        for position, how, thing, when in told:
            self.take_alike(how, (position,), (thing,), (when,))

    def take_alike(
        self, how: int, positions: Iterable[int], things: Iterable[int], when: Iterable[int]
    ) -> None:
        """Take in what binds alike: the positions of the events, and for each which thing, and when."""
        if how == BINDS:
            parents, first = self._parents, self._first
            for position, thing in zip(positions, things, strict=True):
                parents.setdefault(position, position)
                # Most things are of one event alone.
                if first.setdefault(thing, position) != position:
                    self._share(thing, position)
        elif how == IF_TURNING:
            for numbers, more in zip(self._named, (things, positions, when), strict=True):
                numbers.extend(more)
        elif how == IF_COUNTED:
            for numbers, more in zip(self._held, (things, positions), strict=True):
                numbers.extend(more)
        elif how == COUNTED:
            self._counted.update(things)
        elif how == TURNING:
            self._turning.update(things)
        else:
            for thing, past in zip(things, when, strict=True):
                self._founded[thing] = max(self._founded.get(thing, past), past)

    def take_event(self, position: int, event: Event, projectors: Sequence[Projector] = ()) -> None:
        """Take in all that an event says, such as a version of one that is there."""
        self.take((position, *each) for each in tells_of(event, projectors))

    def parts(self) -> dict[int, int]:
        """For each position the first position of its part."""
        for thing, position in zip(*self._held, strict=True):
            if thing in self._counted:
                self._share(thing, position)
        founded = self._founded
        things, positions, acts = self._named
        binding = self._turning | {
            thing for thing, when in zip(things, acts, strict=True) if when < founded.get(thing, when)
        }
        for thing, position in zip(things, positions, strict=True):
            if thing in binding:
                self._share(thing, position)
        return {position: self._root(position) for position in self._parents}

    def _share(self, thing: int, position: int) -> None:
        one, two = self._root(self._first.setdefault(thing, position)), self._root(position)
        if one != two:
            self._parents[max(one, two)] = min(one, two)

    def _root(self, position: int) -> int:
        parents = self._parents
        parent = parents.setdefault(position, position)
        while parent != position:
            above = parents[parent]
            parents[position] = above
            position, parent = parent, above
        return position


def spread(parts: Mapping[int, int], partitions: int) -> dict[int, int]:
    """For each position the number of its partition: whole parts, the largest first, each to the emptiest.

    The same parts are always spread in the same way.
    """
    sizes: defaultdict[int, int] = defaultdict(int)
    for root in parts.values():
        sizes[root] += 1
    emptiest = [(0, number) for number in range(partitions)]
    heapify(emptiest)
    chosen: dict[int, int] = {}
    for root in sorted(sizes, key=lambda root: (-sizes[root], root)):
        size, number = emptiest[0]
        chosen[root] = number
        heapreplace(emptiest, (size + sizes[root], number))
    return {position: chosen[root] for position, root in parts.items()}


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
    connected = Connected()
    connected.take((place, BINDS, place, 0) for place in places.values())
    connected.take((places[record], BINDS, places[target], 0) for record, target in about if target in places)
    chains: defaultdict[int, list[Event]] = defaultdict(list)
    for place, root in sorted(connected.parts().items()):
        chains[root].append(told[place])
    return iter(chains.values())
