"""Partial replay: after an append, and by another day of knowledge, only parts that differ are replayed."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from typing import Any, Final, cast

from attrs import define, field

from chronicle.engine.event_log import EventLog
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.knowledge import Resolved, resolve, visible
from chronicle.engine.order import Origin
from chronicle.engine.partial.in_turn import PartsInTurn, parts_in_turn
from chronicle.engine.partial.on_demand import OnDemandLedger, TooMuch
from chronicle.engine.partial.parts import KnownSharing, Parts
from chronicle.engine.partial.shared import Shared
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Guess, Ledger, Projector
from chronicle.engine.replay.cut import cut_off
from chronicle.engine.replay.later import Later
from chronicle.engine.replay.patched import CellsByView, PatchedLedger, patched
from chronicle.events import Event, RecordCorrected, RecordRetracted, knowledge

# If more than one event in so many differs, everything is replayed: parts are replayed twice, with and
# without the differing events. So it is if more than that were appended since everything was replayed, for
# what was replayed part by part takes more memory.
_ONE_IN: Final = 8

# If more than one in so many came to be known after a day of knowledge, the ledger of today is cut off. Where
# nothing is kept of what was known when, that is only done instead of a replay of everything.
_ONE_IN_CUT: Final = 64

# Of so many events a file is asked which cells they changed: of fewer a replay says it as soon.
_MANY: Final = 1_000

_ABOUT_OTHERS: Final = frozenset({RecordCorrected, RecordRetracted})


# If more than one in so many were read for what is asked about by another day of knowledge, and no fewer than
# so many, all that differs is replayed: read part by part, each event costs more.
_ONE_IN_ASKED: Final = 128
_LEAST_ASKED: Final = 2_000


@define
class PartialReplay:
    """The ledger of all that is known, kept up to date part by part.

    ``_ledger`` is the replay of the first ``_length`` events of the log, which may have grown since. A user's
    own projectors may read any cell, so with them nothing is replayed in parts.
    """

    _log: EventLog
    _projectors: Sequence[Projector]
    _origin: Origin
    _ledger: Ledger
    _length: int
    # What the first events share, where that was kept.
    _base: KnownSharing | None = None
    # How many events there were when everything was replayed.
    _whole: int = field(init=False)
    # The replay of these, and which parts of the history are not in turn, by how many events.
    _replayed_whole: Ledger = field(init=False)
    _in_turn: tuple[int, PartsInTurn] | None = field(default=None, init=False)
    _parts: Parts | None = field(default=None, init=False)
    # Whether these learned more than what all events say, such as what was assumed.
    _learned: bool = field(default=False, init=False)
    # The places of the events that were replayed last, by all that is known, and their ledger.
    _last: tuple[Sequence[int], Ledger] | None = field(default=None, init=False)
    # How many events were replayed because of those that were added, by all that is known.
    replayed_events: int = field(default=0, init=False)
    # The events by the day from which they could be known, with the place of each.
    _by_knowledge: list[tuple[datetime.date, int]] = field(factory=list, init=False)

    @_whole.default
    def _replayed_as_a_whole(self) -> int:
        return self._length

    @_replayed_whole.default
    def _given(self) -> Ledger:
        return self._ledger

    def begin_anew(self, ledger: Ledger) -> None:
        """Continue from ``ledger``, the replay of all events of the log."""
        self._ledger, self._length, self._whole = ledger, len(self._log), len(self._log)
        self._replayed_whole, self._in_turn, self._last = ledger, None, None

    def go_on_with(self, log: EventLog) -> None:
        """Continue with another log of the same events."""
        self._log = log
        if self._parts is not None:
            self._parts.go_on_with(log)

    def forked(self, log: EventLog, origin: Origin) -> PartialReplay:
        """The same for ``log``, which begins with the events of this log and continues with others."""
        self._caught_up()
        self._learned = True
        fork = PartialReplay(log, self._projectors, origin, self._ledger, self._length, self._base)
        fork._whole, fork._replayed_whole, fork._learned = self._whole, self._replayed_whole, True
        fork._parts = None if self._parts is None else self._parts.forked(log)
        return fork

    def all_parts(self) -> Parts:
        """The parts of the whole history, found out event by event."""
        if self._base is None and self._parts is not None:
            self._parts.catch_up()
            return self._parts
        parts = Parts(self._log)
        parts.catch_up()
        self._add_versions(parts, self._log.with_statements_of(self._log.stated_about()), None)
        if self._base is None:
            self._parts = parts
        return parts

    @paused_collector()
    def ledger(
        self, known: datetime.date | None = None, without: Collection[int] = frozenset()
    ) -> Ledger | None:
        """The ledger of all events, by what was known on the day ``known`` (None: by all that is known).

        ``without`` are the places in the log, from 0, of events to leave out. None if everything has to
        be replayed: with a user's own projectors, with linked ids, and if too much of the history differs.
        By another day of knowledge it differs only in the parts that are not in turn (``in_turn``).
        """
        parts = self._caught_up()
        if parts is None or len(self._log) - self._whole > len(self._log) // _ONE_IN:
            return None
        if self._length < len(self._log):
            ledger = self._replayed(parts, range(self._length, len(self._log)), None)
            if ledger is None:
                return None
            self._ledger, self._length = ledger, len(self._log)
        differing = {*self._known_after(known), *without}
        if not differing:
            return self._ledger
        if known is None or without or self._are_few(differing):
            return self._replayed(parts, differing, known, without)
        return self._cut_off(parts, known, differing) or self._replayed(parts, differing, known)

    def gone_on(self) -> tuple[PatchedLedger, Parts] | None:
        """The ledger of all events, and what those share that came behind what a file says of the others.

        None where no such are there, or not all of them were replayed in parts.
        """
        ledger, parts = self._ledger, self._parts
        if self._base is None or parts is None or parts.linked or self._length < len(self._log):
            return None
        return (ledger, parts) if isinstance(ledger, PatchedLedger) else None

    def on_demand(self, known: datetime.date, whole: Callable[[], Ledger]) -> Ledger | None:
        """The ledger by what was known on a day, of which only the parts that are asked about are replayed.

        ``whole`` gives the one by a replay of all that differs. None as of ``ledger``.
        """
        base, parts = self.ledger(), self._caught_up()
        if base is None or parts is None:
            return None
        replayed = _PartsByDay(self, parts, known)
        guesses = cast("tuple[Guess, ...]", Later(lambda: whole().guesses))
        return OnDemandLedger(
            base.views, cast("Any", None), base.names, guesses, base=base, parts=replayed, make=whole
        )

    @paused_collector()
    def resolved(self, events: Iterable[str], known: datetime.date | None = None) -> Resolved | None:
        """The parts of the history that some events, given by id, belong to. None as of ``ledger``."""
        parts = self._caught_up()
        if parts is None:
            return None
        places = self._around(parts, [self._log.positions[event] - 1 for event in events], known)
        return None if places is None else self._resolve(self._at(places), known)

    @paused_collector()
    def concerning(
        self, things: Iterable[tuple[str, str]], known: datetime.date | None = None
    ) -> Resolved | None:
        """The parts that name some entities and deals, each given as sort and id. None as of ``ledger``."""
        parts = self._caught_up()
        places = None if parts is None else self._around(parts, parts.naming(things), known)
        return None if places is None else self._resolve(self._at(places), known)

    def _known_after(self, known: datetime.date | None) -> list[int]:
        """The places of the events that became known after the day ``known``."""
        if known is None:
            return []
        base, by_day = self._base, self._by_knowledge
        first = len(by_day) + (0 if base is None else base.length)
        if first < len(self._log):
            by_day += [(knowledge(self._log.events[at]).day, at) for at in range(first, len(self._log))]
            # What was sorted before stays where it is: to sort it again costs little.
            by_day.sort()
        later = [place for _, place in by_day[bisect_right(by_day, (known, len(self._log))) :]]
        return later if base is None else [*base.known_after(known), *later]

    def _caught_up(self) -> Parts | None:
        if any(projector not in PROJECTORS for projector in self._projectors):
            return None
        if self._parts is None:
            self._parts = self.all_parts() if self._base is None else Parts(self._log, self._base)
        self._parts.catch_up()
        return None if self._parts.linked else self._parts

    def _replayed(
        self,
        parts: Parts,
        differing: Collection[int],
        known: datetime.date | None,
        without: Collection[int] = frozenset(),
    ) -> Ledger | None:
        """The ledger, in which the parts with the events at ``differing`` are replayed; None if too many."""
        places = self._around(parts, differing, known)
        if places is None:
            return None
        cells, rest = self._gone([place for place in places if place < self._length])
        gone = self._told_by(rest) if rest else None
        if known is None and not without:
            self.replayed_events += len(places)
            replayed = self._told_by(places)
        else:
            told = self._at(place for place in places if place not in without)
            replayed = self._resolve(told, known).ledger
        return patched(self._ledger, gone or replayed, replayed, cells=cells)

    def _gone(self, places: Sequence[int]) -> tuple[CellsByView, Sequence[int]]:
        """The cells of some events as far as a file says which they are, and the places of the other events.

        What these changed is found out by replaying them once more.
        """
        base = self._base
        if base is None or len(places) < _MANY or places[-1] >= base.cut_length:
            return {}, places
        cells, known = base.cells_of(places)
        return cells, [place for place in places if place not in known]

    def _told_by(self, places: Sequence[int]) -> Ledger:
        """The ledger of the events at some places: who adds to one part again needs that of the last time."""
        if self._last is None or self._last[0] != places:
            self._last = places, self._resolve(self._at(places), None).ledger
        return self._last[1]

    def _are_few(self, differing: Collection[int]) -> bool:
        return len(differing) <= len(self._log) // (_ONE_IN if self._base is None else _ONE_IN_CUT)

    def turns(self) -> tuple[Parts, PartsInTurn]:
        """The parts of the whole history, by every version of its events, and which are out of turn when."""
        parts = Parts(self._log) if self._learned else self.all_parts()
        if self._in_turn is None or self._in_turn[0] < len(self._log):
            parts.catch_up()
            self._in_turn = len(self._log), parts_in_turn(parts, self._log)
        return parts, self._in_turn[1]

    def _cut_off(self, parts: Parts, known: datetime.date, after: Container[int]) -> Ledger | None:
        """The ledger by what was known on a day: that of today cut off, but for the parts out of turn.

        ``after`` are the places of the events that became known later, which are not read.
        None where the ledger of today was read from a file that does not say since when its rows were known.
        """
        if self._base is not None:
            return self._cut_off_kept(parts, known, self._base, after)
        if type(self._replayed_whole) is not Ledger:
            return None
        parts, turns = self.turns()
        later = parts.around(range(self._whole, len(self._log)), len(self._log)) or ()
        places = sorted({*turns.out_of_turn(known), *later})
        told = self._at(place for place in places if place not in after)
        out, last = frozenset(places), known.toordinal()
        kept = {
            event.id
            for place, (event, day) in enumerate(zip(self._log.events, turns.known, strict=True))
            if day <= last and place not in out
        }
        return cut_off(self._replayed_whole, kept, self._resolve(told, known).ledger)

    def _cut_off_kept(
        self, parts: Parts, known: datetime.date, base: KnownSharing, after: Container[int]
    ) -> Ledger | None:
        later = range(base.cut_length, len(self._log))
        touched = self._around(parts, later, known) if later else []
        cut = None if touched is None else base.cut_off(known)
        if touched is None or cut is None:
            return None
        ledger, out = cut
        told = sorted(place for place in {*out, *touched} if place not in after)
        replayed = self._resolve(self._at(told), known).ledger
        before = self._at(place for place in touched if place < base.cut_length)
        for day in (None, known) if before else ():
            ledger = patched(ledger, self._resolve(before, day).ledger, replayed)
        # Where nothing was added since, no cell that was replayed is in the ledger without these parts.
        return patched(ledger, replayed, replayed, beside=not touched)

    def _around(
        self, parts: Parts, differing: Collection[int], known: datetime.date | None
    ) -> list[int] | None:
        places = parts.around(differing, len(self._log) // _ONE_IN)
        while places is not None:
            told = self._at(places)
            # What a correction makes of an event may be about others: these then belong to its part.
            new = [
                self._add_versions(parts, some, day)
                for some in (told, *self._told_before(places, told))
                for day in dict.fromkeys((None, known))
            ]
            if not any(new):
                break
            places = parts.around(differing, len(self._log) // _ONE_IN)
        return places

    def _told_before(self, places: Sequence[int], told: Sequence[Event]) -> Iterator[Sequence[Event]]:
        """The events of some that a ledger has which is gone on from, where later ones are about these.

        What was corrected in it may be retracted now, and what that was about is as it was before.
        """
        base = self._base
        for length in {self._length, self._length if base is None else base.cut_length}:
            first = bisect_left(places, length)
            if any(type(event) in _ABOUT_OTHERS for event in told[first:]):
                yield told[:first]

    def _add_versions(self, parts: Parts, told: Sequence[Event], known: datetime.date | None) -> bool:
        seen = visible(told, known)
        found = parts.add_versions(event for event in seen.events if event.id in seen.corrections)
        self._learned = self._learned or (found and known is not None)
        return found

    def _resolve(self, events: Sequence[Event], known: datetime.date | None) -> Resolved:
        return resolve(events, known, self._projectors, self._origin)

    def _at(self, places: Iterable[int]) -> list[Event]:
        return self._log.at(places)


@define
class _PartsByDay:
    """The parts of a history by another day of knowledge, each replayed when it is first asked about."""

    _replay: PartialReplay
    _parts: Parts
    _known: datetime.date
    # The places of the events in the parts that were looked at.
    _done: set[int] = field(factory=set, init=False)

    def count(self, thing: Shared) -> int:
        """How many events share something."""
        return len(self._parts.naming([thing]))

    def binds(self, thing: Shared) -> bool:
        """Whether events hang together by what they share."""
        return self._parts.binds(thing)

    @paused_collector()
    def sharing(self, things: Iterable[Shared]) -> tuple[Ledger, Ledger] | None:
        """As ``PartsReplayed`` says."""
        replay, differing = self._replay, set[int]()
        for place in sorted(self._parts.naming(things)):
            if place in self._done:
                continue
            part = replay._around(self._parts, [place], self._known)
            self._done.update(part or ())
            if part is None or len(self._done) > max(_LEAST_ASKED, len(replay._log) // _ONE_IN_ASKED):
                raise TooMuch
            if any(knowledge(event).day > self._known for event in replay._at(part)):
                differing.update(part)
        if not differing:
            return None
        told = replay._at(sorted(differing))
        return replay._resolve(told, None).ledger, replay._resolve(told, self._known).ledger
