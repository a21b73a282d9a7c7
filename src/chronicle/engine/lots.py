"""Which records of a register are lots of one holding, and which are one lot stated twice.

The records of one publisher that give one pair a stake of one right add up, with two exceptions. Records that
state the same share from the same time are one lot stated twice: it counts once, until the last of them
ends. And a record that begins while an earlier one with a known end still runs replaces that
one; where it is open whether it still runs, it ends with the first of its own end and that beginning.
Replay cannot look ahead to an end, so this is done before it: events get the name of the lot that they are
about, and those that add nothing are set aside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import Factory, define, evolve, field, frozen

from chronicle.events import Event, StakeObserved


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
class _ToldLot:
    """The name of a lot, and the record that states it at present."""

    name: str
    record: _LotRecord


@define
class _Sorting:
    changed: dict[str, StakeObserved] = Factory(dict)
    set_aside: dict[str, str] = Factory(dict)

    def sort(self, told: Sequence[StakeObserved]) -> None:
        """Sort out the records of one holding by one publisher."""
        lots: list[_ToldLot] = []
        for record in self._told_once(_records(told)):
            earlier = [lot for lot in lots if _runs_out(lot.record, record)]
            if earlier:
                replaced = max(earlier, key=lambda lot: (lot.record.begin.date.order, lot.record.name))
                self._ends_with(replaced.record, record.begin)
                replaced.record = record
                self._ends_itself(record)
                self._call(record, replaced.name)
            else:
                lots.append(_ToldLot(record.name, record))

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
        twin.events = sorted(both, key=_when)

    def _ends_with(self, record: _LotRecord, following: StakeObserved) -> None:
        """Set aside what ``record`` states from the beginning of ``following`` on.

        Where it is open which comes first, its end or that beginning, it ends with the first of the two.
        """
        end = record.end
        first = end if end is not None and _is_open(end, following) else None
        late = (event for event in record.events if _when(event) >= _when(following) and event is not first)
        self.set_aside.update((event.id, following.id) for event in late)
        if first is not None:
            days = (first.date.earliest, following.date.earliest), (first.date.latest, following.date.latest)
            date = evolve(first.date, earliest=min(days[0]), latest=min(days[1]))
            self.changed[first.id] = evolve(self._now(first), date=date)
            self._comes_after(following, first)

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
    records = [_LotRecord(name, sorted(events, key=_when)) for name, events in by_name.items()]
    begun = (record for record in records if not record.begin.holds.is_nothing)
    return sorted(begun, key=lambda record: (record.begin.date.order, record.name))


def _when(event: StakeObserved) -> tuple[int, bool]:
    # On one day a record begins before it ends.
    return event.date.order, event.holds.is_nothing


def _is_open(end: StakeObserved, begin: StakeObserved) -> bool:
    """Whether a record may end before another begins, and may run on; in one window it ends with that."""
    overlap = end.date.earliest <= begin.date.latest and begin.date.earliest <= end.date.latest
    return overlap and end.date.order != begin.date.order


def _same(one: StakeObserved, two: StakeObserved) -> bool:
    """Whether two records begin as one lot stated twice: with the same share, in windows that overlap."""
    overlap = one.date.earliest <= two.date.latest and two.date.earliest <= one.date.latest
    counts = {each.shares.value for each in (one, two) if each.shares is not None}
    return overlap and one.holds == two.holds and len(counts) < 2


def _runs_out(record: _LotRecord, following: _LotRecord) -> bool:
    """Whether a record that began earlier has a known end and is replaced by ``following``.

    It is not if it states something else before that end, or ends after the other: then it is a separate lot.
    """
    begin, end = following.begin, record.end
    if end is None or record.begin.date.order >= begin.date.order:
        return False
    updated = any(_when(begin) <= _when(event) < _when(end) for event in record.events)
    outlives = following.end is not None and following.end.date.order < end.date.order
    return begin.date.earliest <= end.date.latest and not updated and not outlives
