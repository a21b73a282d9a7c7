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
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Final, Protocol

from attrs import define, field

from chronicle.engine.event_log import EventLog
from chronicle.engine.order.touching import possible_effects_of
from chronicle.engine.partial.shared import (
    COUNTS,
    ENTITY,
    EVENT,
    HELD,
    NOT_BINDING,
    NOTED,
    SET,
    TURNS,
    Shared,
    entities_of,
    founds,
    shared_by,
    shared_in_columns,
)
from chronicle.engine.replay import Ledger
from chronicle.engine.replay.patched import CellsByView
from chronicle.events import EntityFounded, Event, IdentityLinked


class KnownSharing(Protocol):
    """What the first ``length`` events of a log share, as it was found out before and kept.

    It may say of an event that it shares more than it does, for parts are only larger for it, and never less.
    """

    length: int
    linked: bool
    # Of how many of them ``cut_off`` speaks; those behind must be replayed beside it.
    cut_length: int

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

    def cells_of(self, places: Collection[int]) -> tuple[CellsByView, Collection[int]]:
        """The cells of parts whose events are at some places, by view, and where these events are.

        No part where it is not known, or where not all of its events are at these places. Of all that was
        known when the ledger of ``cut_off`` was made.
        """

    def cut_off(self, day: datetime.date) -> tuple[Ledger, Sequence[int]] | None:
        """The ledger by what was known on a day, without the parts out of turn, and where their events are.

        None where it is not known since when what it says was known.
        """


# How many events are taken in at once: more would not be faster.
_AT_ONCE: Final = 50_000


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
    # Of each event that was taken in the ``order`` of its date, or the least of those of its versions.
    _orders: array[int] = field(factory=lambda: array("q"), init=False)
    # Whose stakes are measured by a number of shares, who ends or comes back, and the foundings of others.
    _counted: set[str] = field(factory=set, init=False)
    _turning: set[str] = field(factory=set, init=False)
    _founded: dict[str, int] = field(factory=dict, init=False)
    _length: int = field(init=False)
    # Whether another log goes on from this one, which may be longer.
    _forked: bool = field(default=False, init=False)
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
        self._forked = True
        fork = copy(self)
        fork._log, fork._orders = log, self._orders[:]
        return fork

    def catch_up(self) -> None:
        """Take in the events that were added to the log since."""
        sharing, events = self._sharing, self._log.events
        if sharing:
            for place in range(self._length, len(events)):
                for sort, which in shared_by(events[place]):
                    _add(sharing[sort], which, sharing[sort].get(which, place), place)
        else:
            self._take_many()
        for place in range(self._length, len(events)):
            if type(events[place]) in NOTED:
                self._note(events[place])
        self._orders.extend([events[place].date.order for place in range(self._length, len(events))])
        self._length = len(events)

    def _take_many(self) -> None:
        """The same of what events share, where nothing was taken in yet; quicker than one by one."""
        sharing, events = self._sharing, self._log.events
        for first in range(self._length, len(events), _AT_ONCE):
            some = [events[place] for place in range(first, min(first + _AT_ONCE, len(events)))]
            for sort, things, places in shared_in_columns(some, first):
                of_sort = sharing[sort]
                for which, place in zip(things, places, strict=True):
                    if which is not None:
                        others = of_sort.setdefault(which, place)
                        # Most things are named again, and by the same event only once.
                        if others is not place:
                            if type(others) is list:
                                others.append(place)
                            else:
                                of_sort[which] = [others, place]  # type: ignore[list-item]  # no list
        for of_sort in sharing.values():
            for which, others in of_sort.items():
                if type(others) is list:
                    of_sort[which] = _in_order(others)

    def add_versions(self, versions: Iterable[Event]) -> bool:
        """Take in other versions of events that are there, such as corrected ones; whether any is new."""
        found = False
        for version in versions:
            place = self._log.positions[version.id] - 1
            if version == self._log.events[place] or version in self._versions[place]:
                continue
            found = True
            self._versions[place].append(version)
            self._note_order(place, version.date.order)
            for sort, which in shared_by(version):
                _add(self._sharing[sort], which, self._sharing[sort].get(which, place), place)
            self._note(version)
        return found

    def _note_order(self, place: int, order: int) -> None:
        at = place - self._length + len(self._orders)
        if at >= 0:
            self._orders[at] = min(self._orders[at], order)

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
            reached = list[int]()
            # Read together.
            for place, event in zip(waiting, self._log.at(waiting), strict=True):
                if len(found) > most:
                    return None
                for shared in self._shared_at(place):
                    if shared not in done and self.binds(shared):
                        done.add(shared)
                        named = self._said_of if shared == (EVENT, event.id) else self._sharing_of
                        new = [other for other in named(shared) if other not in found]
                        found.update(new)
                        reached += new
            waiting = reached
        return sorted(found)

    # What is kept for later

    def sharing(self, length: int) -> Iterator[tuple[Shared, Sequence[int]]]:
        """All that the first ``length`` events share, each with the places of those that share it.

        Of parts without a base.
        """
        for sort, of_sort in self.sharing_by_sort(length):
            for which, places in of_sort:
                yield (sort, which), places

    def sharing_by_sort(self, length: int) -> Iterator[tuple[str, Iterator[tuple[Any, Sequence[int]]]]]:
        """The same by the sort of what is shared."""
        some = self._forked or length < self._length
        for sort, of_sort in self._sharing.items():
            yield (
                sort,
                _first(of_sort, length) if some else zip(of_sort, map(_all, of_sort.values()), strict=True),
            )

    def binding(self) -> Iterator[Sequence[int]]:
        """For each thing that binds several events: the places of these.

        Of parts without a base.
        """
        for sort, found in self._sharing.items():
            of_sort = dict(_first(found, self._length)) if self._forked else found
            if sort == EVENT:
                yield from self._with_named(of_sort)
            elif sort in (ENTITY, HELD):
                # Whether they hang together is asked last, since it takes longest.
                for which, others in of_sort.items():
                    if type(others) is list and self.binds((sort, which)):
                        yield others
            elif sort not in NOT_BINDING:
                yield from (others for others in of_sort.values() if type(others) is list)

    def _with_named(self, naming: Mapping[Any, int | Sequence[int]]) -> Iterator[Sequence[int]]:
        """The places of the events that name another, with the place of that."""
        positions = self._log.positions
        for event, others in naming.items():
            named = (positions[event] - 1,) if event in positions else ()
            yield *_all(others), *named

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
        # With a base, those are of others that were founded in it.
        named = () if self._base is None else self._sharing[ENTITY]
        return filter(self._may_act_before_being_founded, {**self._founded, **dict.fromkeys(named)})

    def _shared_at(self, place: int) -> Iterator[Shared]:
        event = self._log.events[place]
        yield EVENT, event.id
        for version in (event, *self._versions.get(place, ())):
            yield from shared_by(version)

    def _sharing_of(self, shared: Shared) -> Iterator[int]:
        sort, which = shared
        if sort == EVENT and which in self._log.positions:
            yield self._log.positions[which] - 1
        yield from self._said_of(shared)

    def _said_of(self, shared: Shared) -> Iterator[int]:
        """The same, without an event that is meant by its id."""
        sort, which = shared
        if self._base is not None:
            yield from self._base.places(shared)
        yield from self._behind_the_base(sort, which)

    def _behind_the_base(self, sort: str, which: Any) -> Sequence[int]:
        """The same, without what the base says."""
        places = _all(self._sharing[sort].get(which, ()))
        # A fork of this log may be longer.
        return [place for place in places if place < self._length] if self._forked else places

    def binds(self, shared: Shared) -> bool:
        """Whether events hang together by what they share."""
        sort, which = shared
        base = self._base
        if sort in NOT_BINDING:
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
                founded, places = before, self._behind_the_base(ENTITY, entity)
        if founded is None:
            return False
        events, versions, orders = self._log.events, self._versions, self._orders
        first = self._length - len(orders)
        # Mostly an event is later, and is not looked at.
        for place in [place for place in places if place < first or orders[place - first] < founded]:
            for version in (events[place], *versions.get(place, ())):
                if version.date.order < founded and not founds(version, entity):
                    return True
        return False

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


def _in_order(places: list[int]) -> int | list[int]:
    """Places sorted, each once; the only one alone."""
    places.sort()
    if len(found := set(places)) < len(places):
        places[:] = sorted(found)
    return places if len(places) > 1 else places[0]


def _first(of_sort: Mapping[Any, int | list[int]], length: int) -> Iterator[tuple[Any, Sequence[int]]]:
    """Things with the places of the first events that share them, where there are some."""
    for which, others in of_sort.items():
        if places := [place for place in _all(others) if place < length]:
            yield which, places


def _all(others: int | Sequence[int]) -> Sequence[int]:
    return (others,) if isinstance(others, int) else others
