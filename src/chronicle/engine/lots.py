"""Which records of a register are lots of one holding, and which are one lot stated twice.

The records of one publisher that give one pair a stake of one right add up, with two exceptions. Records that
state the same share from the same time are one lot stated twice: it counts once, until the last of them
ends. And a record that begins while an earlier one with a known end still runs, and does not end before it,
replaces that one; where it is open whether it still runs, it ends with the first of its own end and that
beginning. Where dates leave open which record replaces which, an end may be as early as it would then be.
Replay cannot look ahead to an end, so this is done before it: events get the name of the lot that they are
about, and those that add nothing are set aside.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from attrs import Factory, define, evolve, field, frozen

from chronicle.dates import DAWN, PartialDate
from chronicle.events import Event, StakeObserved
from chronicle.values import confirms


@frozen
class SortedOut:
    """By id, the events that are about another lot than they state, and the ids of those that do not count.

    ``set_aside`` maps each of these ids to the event that counts instead.
    """

    changed: Mapping[str, Event] = field(factory=dict)
    set_aside: Mapping[str, str] = field(factory=dict)


def sorted_out(events: Sequence[Event]) -> SortedOut:
    """Sort out the observations with a ``lot`` among ``events``, whose order does not matter.

    An event whose ``ends`` names such an observation is about the same lot.
    """
    observed = [event for event in events if type(event) is StakeObserved]
    seen = [event for event in observed if event.lot is not None]
    if not seen:
        return SortedOut()
    holdings: defaultdict[tuple[str, ...], list[StakeObserved]] = defaultdict(list)
    for event in seen:
        holdings[_holding(event)].append(event)
    sorting = _Sorting()
    ending = [event for event in observed if event.lot is None and event.ends is not None]
    begun = {event.id: event for event in seen} if ending else {}
    for event in ending:
        record = begun.get(str(event.ends))
        if record is not None:
            named = evolve(event, lot=record.lot)
            sorting.changed[event.id] = named
            holdings[_holding(record)].append(named)
    for told in holdings.values():
        if any(event.lot != told[0].lot for event in told):
            sorting.sort(told)
    return SortedOut(sorting.changed, sorting.set_aside)


def _holding(event: StakeObserved) -> tuple[str, ...]:
    """The pair, the right and the publisher: records of several publishers do not add up."""
    publisher = event.sources[0].publisher if event.sources else None
    return event.holder, event.target, event.right, publisher or ""


@define
class _LotRecord:
    """The events of one record, by date. ``end`` is the last one if it states that nothing is held."""

    name: str
    events: list[StakeObserved]

    @property
    def begin(self) -> StakeObserved:
        return self.events[0]

    @property
    def end(self) -> StakeObserved | None:
        return self.events[-1] if self.events[-1].holds.is_nothing else None


@define
class _Sorting:
    changed: dict[str, StakeObserved] = Factory(dict)
    set_aside: dict[str, str] = Factory(dict)

    def sort(self, told: Sequence[StakeObserved]) -> None:
        """Sort out the records of one holding by one publisher."""
        records = self._told_once(_records(told))
        places = _TakenPlaces(records)
        names: dict[str, str] = {}
        for record in records:
            replaced = places.taken_by(record)
            if replaced is not None:
                names[record.name] = names.get(replaced.name, replaced.name)
                self._ends_with(replaced, record.begin)
                self._ends_itself(record)
                self._call(record, names[record.name])
        for record, followings in places.perhaps_taken():
            self._may_end_with(record, followings)

    def _told_once(self, records: Iterable[_LotRecord]) -> list[_LotRecord]:
        """The records, where those that state the same are joined into one under the name of the first."""
        once: list[_LotRecord] = []
        for record in records:
            twin = next((other for other in once if _same(other.begin, record.begin)), None)
            if twin is None:
                once.append(record)
            else:
                self._call(record, twin.name)
                self._join(twin, record)
        return once

    def _join(self, twin: _LotRecord, record: _LotRecord) -> None:
        """Make one lot of two records. It ends with the later one, or not while one of them has no end."""
        ends = [each.end for each in (twin, record) if each.end is not None]
        last = max(ends, key=lambda end: end.date.order) if len(ends) == 2 else None
        for end in ends:
            if end is not last:
                self.set_aside[end.id] = last.id if last is not None else twin.begin.id
        both = (event for event in (*twin.events, *record.events) if event.id not in self.set_aside)
        twin.events = _in_time(both)

    def _ends_with(self, record: _LotRecord, following: StakeObserved) -> None:
        """Set aside what ``record`` states from the beginning of ``following`` on.

        Where it is open which comes first, its end or that beginning, it ends with the first of the two. Its
        end stays also where ``following`` says less than it did: else that would confirm what is over.
        """
        end = record.end
        first = end if end is not None and _is_open(end, following) else None
        if first is None and end is not None and _says_less(following, record):
            self.changed[end.id] = evolve(self._now(end), date=following.date)
            self._comes_after(following, end)
            return
        late = (event for event in record.events if _when(event) >= _when(following) and event is not first)
        self.set_aside.update((event.id, following.id) for event in late)
        if first is not None:
            days = (first.date.earliest, following.date.earliest), (first.date.latest, following.date.latest)
            date = evolve(first.date, earliest=min(days[0]), latest=min(days[1]))
            self.changed[first.id] = evolve(self._now(first), date=date)
            self._comes_after(following, first)

    def _may_end_with(self, record: _LotRecord, followings: Sequence[_LotRecord]) -> None:
        """Let a record end between the beginning of the first of ``followings`` and its own end.

        They are lots of their own: where it is open which it is, what is held is one sum or the other.
        """
        assert record.end is not None
        end, begin = self._now(record.end), record.begin.date
        first = min(each.begin.date.earliest for each in followings)
        date = evolve(end.date, earliest=min(end.date.earliest, max(first, begin.earliest)))
        self.changed[end.id] = evolve(end, date=date)
        if date.earliest <= begin.latest:
            self._comes_after(end, record.begin)

    def _ends_itself(self, record: _LotRecord) -> None:
        """Let a record that has the name of another one end after its own beginning."""
        if record.end is not None and record.end.date.earliest <= record.begin.date.latest:
            self._comes_after(record.end, record.begin)

    def _comes_after(self, event: StakeObserved, other: StakeObserved) -> None:
        if event.after is None:
            self.changed[event.id] = evolve(self._now(event), after=other.id)

    def _now(self, event: StakeObserved) -> StakeObserved:
        return self.changed.get(event.id, event)

    def _call(self, record: _LotRecord, name: str) -> None:
        self.changed.update((event.id, evolve(self._now(event), lot=name)) for event in record.events)


def _records(told: Iterable[StakeObserved]) -> list[_LotRecord]:
    """The records with a beginning, the earliest first; an end without a beginning is left as it is."""
    by_name: defaultdict[str, list[StakeObserved]] = defaultdict(list)
    for event in told:
        by_name[str(event.lot)].append(event)
    records = [_LotRecord(name, _in_time(events)) for name, events in by_name.items()]
    begun = (record for record in records if not record.begin.holds.is_nothing)
    return sorted(begun, key=lambda record: (record.begin.date.order, record.name))


def _in_time(events: Iterable[StakeObserved]) -> list[StakeObserved]:
    """The events of one record by date; what follows an end by name on the day of that comes after it."""
    told = [*events]
    ends = {event.id for event in told if event.holds.is_nothing}
    return sorted(told, key=lambda event: (event.date.order, 2 if event.after in ends else _when(event)[1]))


def _when(event: StakeObserved) -> tuple[int, bool]:
    # On one day a record begins before it ends.
    return event.date.order, event.holds.is_nothing


def _is_open(end: StakeObserved, begin: StakeObserved) -> bool:
    """Whether a record may end before another begins, and may run on; in one window it ends with that."""
    overlap = end.date.earliest <= begin.date.latest and begin.date.earliest <= end.date.latest
    return overlap and end.date.order != begin.date.order


def _says_less(following: StakeObserved, record: _LotRecord) -> bool:
    """Whether the share of a record would confirm the last one of the record whose place it takes."""
    stated = [event.holds for event in record.events if not event.holds.is_nothing]
    return stated[-1] != following.holds and confirms(following.holds, stated[-1], rounded=False)


def _same(one: StakeObserved, two: StakeObserved) -> bool:
    """Whether two records begin as one lot stated twice: with the same share, in windows that overlap.

    Two unknown shares are not the same: one of them may become known later.
    """
    if one.holds.is_unknown:
        return False
    overlap = one.date.earliest <= two.date.latest and two.date.earliest <= one.date.latest
    counts = {each.shares.value for each in (one, two) if each.shares is not None}
    return overlap and one.holds == two.holds and len(counts) < 2


@define
class _TakenPlaces:
    """Which record of one holding takes the place of which: certainly, or by some days of their dates.

    A record takes the place of the one that began last among those that run and come to a known end, unless
    that states something else in the meantime, or ends after the other: then it is a lot beside it.
    """

    records: Sequence[_LotRecord]
    _there: list[_LotRecord] = field(init=False)
    _perhaps: dict[str, list[_LotRecord]] = Factory(dict)

    def __attrs_post_init__(self) -> None:
        self._there = [record for record in self.records if record.end is not None]

    def taken_by(self, record: _LotRecord) -> _LotRecord | None:
        """The record of which ``record`` certainly takes the place; asked of each, the earliest first."""
        begin = record.begin.date
        self._there = [each for each in self._there if _last_day(each) >= begin.earliest]
        running = [
            (each, sure)
            for each in _begun_by(self._there, begin)
            if (sure := _takes_place(record, each)) is not False
        ]
        certainly_there = [each for each, sure in running if sure and _certainly_runs(each, record)]
        last = [
            (each, sure)
            for each, sure in running
            if not any(_began_before(each, other) for other in certainly_there)
        ]
        if len(last) == 1 and last[0][1] and self._is_first(record, last[0][0]):
            self._there.remove(last[0][0])
            return last[0][0]
        for each, _ in last:
            self._perhaps.setdefault(each.name, []).append(record)
        return None

    def _is_first(self, record: _LotRecord, replaced: _LotRecord) -> bool:
        """Whether no other record may have taken the same place before."""
        later = self.records[self.records.index(record) + 1 :]
        return replaced.name not in self._perhaps and all(
            _began_before(record, each) or _takes_place(each, replaced) is False
            for each in _begun_by(later, record.begin.date)
        )

    def perhaps_taken(self) -> Iterable[tuple[_LotRecord, list[_LotRecord]]]:
        """The records of which it is open whether another takes their place, with those others."""
        by_name = {record.name: record for record in self.records}
        return [(by_name[name], others) for name, others in self._perhaps.items()]


def _takes_place(following: _LotRecord, record: _LotRecord) -> bool | None:
    """Whether a record takes the place of another one; None if the dates leave that open.

    It is sure also where only that is open which comes first, the end of the one or the beginning of the
    other: it ends with the first of the two, and is not there any more.
    """
    end, begin = record.end, following.begin.date
    if end is None or following is record:
        return False
    later = _precedes(record.begin.date, begin)
    outlived = following.end is not None and _precedes(following.end.date, end.date)
    updated = [
        _both(_precedes(event.date, end.date), _not(_precedes(event.date, begin)))
        for event in record.events[1:-1]
    ]
    if later is False or outlived is True or True in updated or _precedes(end.date, begin) is True:
        return False
    return None if None in (later, outlived, *updated) else True


def _begun_by(records: Iterable[_LotRecord], begin: PartialDate) -> Iterator[_LotRecord]:
    """Of records in order of their beginning, those that may have begun by the last day of another's."""
    return takewhile(lambda record: record.begin.date.earliest <= begin.latest, records)


def _last_day(record: _LotRecord) -> datetime.date:
    assert record.end is not None
    return record.end.date.latest


def _certainly_runs(record: _LotRecord, following: _LotRecord) -> bool:
    """Whether a record certainly has not ended when another begins."""
    return record.end is not None and _precedes(record.end.date, following.begin.date) is False


def _began_before(one: _LotRecord, two: _LotRecord) -> bool:
    """Whether a record certainly began before another; of two of one window, that with the lower name did."""
    if _is_one_day(one.begin.date, two.begin.date):
        return one.name < two.name
    return _precedes(one.begin.date, two.begin.date) is True


def _precedes(one: PartialDate, two: PartialDate) -> bool | None:
    """Whether a day of one date is before that of another; None if that is open."""
    if _is_one_day(one, two) or two.latest <= one.earliest:
        return False
    return True if one.latest < two.earliest else None


def _is_one_day(one: PartialDate, two: PartialDate) -> bool:
    """Whether two dates are taken as one day: those of one window, unless nobody says when that began."""
    return one.order == two.order and one.earliest != DAWN


def _not(told: bool | None) -> bool | None:
    return None if told is None else not told


def _both(one: bool | None, two: bool | None) -> bool | None:
    if one is False or two is False:
        return False
    return True if one and two else None
