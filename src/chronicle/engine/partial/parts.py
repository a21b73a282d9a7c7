"""Which events hang together: the parts that a history falls into, each of which can be replayed alone.

What one event means depends on others only where they share something: a cell, a deal, the number of shares
of a company, the life of one that ends. Events that share nothing, not even by way of others, are of
different parts, and the ledger of a history has for the cells of a part what a replay of that part makes.
``tests/test_parts.py`` tries it on random histories.

Sharing is taken widely rather than narrowly: events that may share something are of one part. A part that is
too large costs time, one that is too small would cost the truth.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cache
from operator import attrgetter
from typing import Any, Final, Protocol

from attrs import define, field, fields_dict

from chronicle.engine import sense, views
from chronicle.engine.event_log import EventLog
from chronicle.engine.order.touching import possible_effects_of
from chronicle.engine.replay import Ledger
from chronicle.events import (
    KINDS,
    DemergerSplit,
    EntityDeclared,
    EntityDissolved,
    EntityFounded,
    EntityReinstated,
    Event,
    IdentityLinked,
    MergerAbsorbed,
    MergerConsolidated,
    RecordCorrected,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    reference_fields,
    references,
)

COUNTS = (SharesIssued, SharesCancelled, SharesRestructured)
TURNS = (MergerAbsorbed, MergerConsolidated, DemergerSplit, EntityDissolved, EntityReinstated)

Shared = tuple[str, Any]
"""Something that events may share: of what sort it is, and which."""

# The sorts of what is shared. Events that name an entity, or a stake in it, share that only if ``Parts``
# lists it; the cells of a view have its name as their sort, as in ``sense.CONCERNS``.
ENTITY: Final = "entity"
EVENT: Final = "event"
HELD: Final = "held"
OWNED: Final = "owned"  # who owns units, by which these do not hang together
# What a correction sets, as it stands there, which may be the id of an entity or a deal. By it events are
# found that named somebody for a while; they do not hang together by it.
SET: Final = "set"


class KnownSharing(Protocol):
    """What the first ``length`` events of a log share, as it was found out before and kept.

    It may say of an event that it shares more than it does, for parts are only larger for it, and never less.
    """

    length: int
    linked: bool

    def places(self, shared: Shared) -> Sequence[int]:
        """The places of the events that share something, by any version of them."""

    def is_counted(self, entity: str) -> bool:
        """Whether stakes in an entity are measured by a number of shares."""

    def is_turning(self, entity: str) -> bool:
        """Whether an entity ends, comes back, merges or is split."""

    def is_early(self, entity: str) -> bool:
        """Whether something names an entity that may have come before its founding was over."""

    def founded(self, entity: str) -> int | None:
        """The ``past`` of the date on which an entity was founded; None without a founding."""

    def known_after(self, day: datetime.date) -> Sequence[int]:
        """The places of the events that became known after a day."""

    def cut_off(self, day: datetime.date) -> tuple[Ledger, Sequence[int]] | None:
        """The ledger by what was known on a day, without the parts out of turn, and where their events are.

        None where it is not known since when what it says was known.
        """


@define
class Parts:
    """The parts of a growing history, by what its events share.

    Nothing is ever taken out: what an event shares by any version of it, it shares for good. With ``_base``
    only the events behind those of the base are taken in.
    """

    _log: EventLog
    _base: KnownSharing | None = None
    # By what is shared the place in the log of the one that shares it, or a list of several.
    _sharing: defaultdict[str, dict[Any, int | list[int]]] = field(
        factory=lambda: defaultdict(dict), init=False
    )
    _versions: defaultdict[int, list[Event]] = field(factory=lambda: defaultdict(list), init=False)
    # Whose stakes are measured by a number of shares, who ends or comes back, and the foundings of others.
    _counted: set[str] = field(factory=set, init=False)
    _turning: set[str] = field(factory=set, init=False)
    _founded: dict[str, int] = field(factory=dict, init=False)
    _length: int = field(init=False)
    # Whether ids turned out to be another's, which reaches everywhere.
    linked: bool = field(init=False)

    @_length.default
    def _taken_in_before(self) -> int:
        return 0 if self._base is None else self._base.length

    @linked.default
    def _linked_before(self) -> bool:
        return self._base is not None and self._base.linked

    def go_on_with(self, log: EventLog) -> None:
        """Continue with another log of the same events."""
        self._log = log

    def forked(self, log: EventLog) -> Parts:
        """The parts of a log that begins as this one does and goes on otherwise.

        What either learns the other takes into account as well: parts are only ever larger for it.
        """
        fork = copy(self)
        fork._log = log
        return fork

    def catch_up(self) -> None:
        """Take in the events that were added to the log since."""
        sharing = self._sharing
        for place in range(self._length, len(self._log)):
            event = self._log.events[place]
            for sort, which in shared_by(event):
                of_sort = sharing[sort]
                others = of_sort.setdefault(which, place)
                if others is not place:
                    _add(of_sort, which, others, place)
            if type(event) in NOTED:
                self._note(event)
        self._length = len(self._log)

    def add_versions(self, versions: Iterable[Event]) -> bool:
        """Take in other versions of events that are there, such as corrected ones; whether any is new."""
        found = False
        for version in versions:
            place = self._log.positions[version.id] - 1
            if version == self._log.events[place] or version in self._versions[place]:
                continue
            found = True
            self._versions[place].append(version)
            for sort, which in shared_by(version):
                _add(self._sharing[sort], which, self._sharing[sort].get(which, place), place)
            self._note(version)
        return found

    def naming(self, things: Iterable[tuple[str, str]]) -> set[int]:
        """The places of the events that name some ``"entity"`` or ``"deal"``, by any version of them.

        Some more may be among them.
        """
        return {
            place
            for sort, which in things
            for each in (sort, SET)
            for place in self._sharing_of((each, which))
        }

    def around(self, places: Collection[int], most: int) -> list[int] | None:
        """The places of all events in the parts of those at some, sorted; None for more than ``most``."""
        found, waiting = set(places), list(places)
        done: set[Shared] = set()
        while waiting:
            if len(found) > most:
                return None
            for shared in self._shared_at(waiting.pop()):
                if shared not in done and self.binds(shared):
                    done.add(shared)
                    new = [other for other in self._sharing_of(shared) if other not in found]
                    found.update(new)
                    waiting += new
        return sorted(found)

    # What is kept for later

    def sharing(self, length: int) -> Iterator[tuple[Shared, Sequence[int]]]:
        """All that the first ``length`` events share, each with the places of those that share it.

        Of parts without a base.
        """
        for sort, of_sort in self._sharing.items():
            for which, others in of_sort.items():
                places = [place for place in _all(others) if place < length]
                if places:
                    yield (sort, which), places

    @property
    def counted(self) -> Collection[str]:
        """Whose stakes are measured by a number of shares."""
        return self._counted

    @property
    def turning(self) -> Collection[str]:
        """Who ends, comes back, merges or is split."""
        return self._turning

    @property
    def founded(self) -> Mapping[str, int]:
        """Who was founded, each with the ``past`` of the date."""
        return self._founded

    @property
    def early(self) -> Iterator[str]:
        """Whom something names that may have come before the founding was over."""
        return filter(self._may_act_before_being_founded, self._founded)

    def _shared_at(self, place: int) -> Iterator[Shared]:
        event = self._log.events[place]
        yield EVENT, event.id
        for version in (event, *self._versions.get(place, ())):
            yield from shared_by(version)

    def _sharing_of(self, shared: Shared) -> Iterator[int]:
        sort, which = shared
        if sort == EVENT and which in self._log.positions:
            yield self._log.positions[which] - 1
        if self._base is not None:
            yield from self._base.places(shared)
        # A fork of this log may be longer.
        yield from (place for place in _all(self._sharing[sort].get(which, ())) if place < self._length)

    def binds(self, shared: Shared) -> bool:
        """Whether events hang together by what they share."""
        sort, which = shared
        base = self._base
        if sort in (SET, OWNED):
            return False
        if sort == HELD:
            return which in self._counted or (base is not None and base.is_counted(which))
        if sort == ENTITY:
            if which in self._turning or (base is not None and base.is_turning(which)):
                return True
            return self._may_act_before_being_founded(which)
        return True

    def _may_act_before_being_founded(self, entity: str) -> bool:
        """Whether something names an entity that may have come before its founding was over."""
        base, founded = self._base, self._founded.get(entity)
        places: Iterable[int] = self._sharing_of((ENTITY, entity))
        if base is not None:
            if base.is_early(entity):
                return True
            before = base.founded(entity)
            if before is not None and (founded is None or before >= founded):
                # Of the events of the base none came before this founding was over.
                founded, places = before, _all(self._sharing[ENTITY].get(entity, ()))
        if founded is None:
            return False
        return any(
            version.date.order < founded and not founds(version, entity)
            for place in places
            for version in (self._log.events[place], *self._versions.get(place, ()))
        )

    def _note(self, event: Event) -> None:
        for each in (event, *possible_effects_of(event)):
            if isinstance(each, COUNTS):
                self._counted.add(each.issuer)
            elif isinstance(each, TURNS):
                self._turning.update(entities_of(each))
            elif isinstance(each, IdentityLinked):
                self.linked = True
            elif isinstance(each, EntityFounded):
                past = each.date.past
                self._founded[each.entity] = max(self._founded.get(each.entity, past), past)


def _add(of_sort: dict[Any, int | list[int]], which: Any, others: int | list[int], place: int) -> None:
    if isinstance(others, list):
        if others[-1] != place:
            others.append(place)
    else:
        of_sort[which] = others if others == place else [others, place]


def _all(others: int | Sequence[int]) -> Sequence[int]:
    return (others,) if isinstance(others, int) else others


def founds(event: Event, entity: str) -> bool:
    """Whether an event founds or declares an entity, and so is no act of it."""
    return isinstance(event, EntityDeclared) or (isinstance(event, EntityFounded) and event.entity == entity)


def entities_of(event: Event) -> Iterator[str]:
    """The ids of the entities that an event names."""
    return (name for _, what, name in references(event) if what == "entity")


# What an event shares


def shared_by(event: Event) -> list[Shared]:
    """Whatever an event may share with others, besides being one that others name."""
    shared = _reader(event.kind)(event)
    if event.deal is not None:
        for effect in possible_effects_of(event):
            shared += _reader(effect.kind)(effect)
    return shared


@cache
def _reader(kind: str) -> Callable[[Any], list[Shared]]:
    """What gives the entities, deals and events that an event of one kind names, and what it touches."""
    named, event_class = reference_fields(kind), KINDS[kind]
    sorts = tuple(sort for _, sort, shape in named if shape == "one")
    values = attrgetter(*(name for name, _, shape in named if shape == "one"))
    several = any(shape != "one" for _, _, shape in named)
    touching = event_class in sense.CONCERNS
    declared, counting = event_class is EntityDeclared, event_class in COUNTS
    correcting = event_class is RecordCorrected

    def shared(event: Any) -> list[Shared]:
        found: list[Shared] = [pair for pair in zip(sorts, values(event), strict=True) if pair[1] is not None]
        if several:
            found += [(sort, which) for _, sort, which in references(event)]
        if touching:
            for thing in sense.touches(event):
                found.append((thing[0], thing[1:]))
                if thing[0] == views.HOLDINGS:
                    found.append((HELD, thing[2]))
                elif thing[0] == views.UNITS:
                    found += [(OWNED, name) for name in entities_of(event) if name != event.unit]
        elif declared:
            found.append((views.NAMES, (event.entity,)))
        if counting:
            found.append((HELD, event.issuer))
        if correcting:
            found += _set_by(event)
        return found

    return shared


def _set_by(correction: RecordCorrected) -> Iterator[Shared]:
    """All that a correction may put into an event, in whichever version of it."""
    for _, text in correction.set:
        for value in _texts_in(json.loads(text)):
            yield SET, value


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.items() if isinstance(value, dict) else value:
            yield from _texts_in(list(each) if isinstance(each, tuple) else each)


_WITH_EFFECTS = (kind for kind in KINDS.values() if "effects" in fields_dict(kind))
NOTED: Final = frozenset({*COUNTS, *TURNS, *_WITH_EFFECTS, EntityFounded, IdentityLinked})
"""The kinds of event that may bind others which share something with them."""
