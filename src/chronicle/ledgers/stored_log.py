"""The events of a store as a log that reads only those which are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

from attrs import define, field

from chronicle.engine.event_log import EventLog, statements
from chronicle.engine.partial.parts import KnownSharing
from chronicle.events import Event, RecordConfirmed
from chronicle.stores import Record, Store


class StoredEvents(Sequence[Event]):
    """The first ``length`` events of a store, each read when it is asked for, and others behind them.

    ``recorded`` has the time of recording of each event that was read, by its position.
    """

    def __init__(self, store: Store, length: int) -> None:
        self._store, self._length = store, length
        self._read: dict[int, Event] = {}
        self._more: list[Event] = []
        self.recorded: dict[int, str] = {}

    def __len__(self) -> int:
        return self._length + len(self._more)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Event]: ...
    def __getitem__(self, place: int | slice) -> Event | Sequence[Event]:
        """One event, or several. Raises what reading the store raises."""
        if isinstance(place, slice):
            return self.at(range(*place.indices(len(self))))
        if place >= self._length:
            return self._more[place - self._length]
        if place not in self._read:
            for record in self._store.read_at((place + 1,)):
                self.take_in(record)
        return self._read[place]

    def at(self, places: Iterable[int]) -> list[Event]:
        """The events at some places, in the order given, read together. Raises as ``[]`` does."""
        wanted, read = list(places), self._read
        unread = [place + 1 for place in wanted if place < self._length and place not in read]
        if unread:
            self._take_in_all(self._store.read_at(unread))
        return [self[place] for place in wanted]

    def __iter__(self) -> Iterator[Event]:
        """All of them, read at once."""
        if len(self._read) < self._length:
            self._take_in_all(self._store.read(limit=self._length))
        return (self[place] for place in range(len(self)))

    def extend(self, more: Iterable[Event]) -> None:
        """Add events at the end, which are in the store already."""
        self._more += more

    def _take_in_all(self, records: Iterator[Record]) -> None:
        from chronicle import codec

        for some, events in codec.from_records(records):
            for record, event in zip(some, events, strict=True):
                self.recorded[record.position] = record.recorded_at
                self._read.setdefault(record.position - 1, event)

    def take_in(self, record: Record) -> None:
        """Note the event in a record, which was verified."""
        self.recorded[record.position] = record.recorded_at
        if record.position - 1 not in self._read:
            # Loaded when an event is read, which many questions to a ledger do not need.
            from chronicle import codec

            self._read[record.position - 1] = codec.from_record(record)


@define
class _StoredPositions(Mapping[str, int]):
    """The positions of events by id, looked up in the store and in what came later."""

    store: Store
    length: int
    later: Mapping[str, int]
    found: dict[str, int | None] = field(factory=dict)

    def __getitem__(self, event: str) -> int:
        if event in self.later:
            return self.later[event]
        if event not in self.found:
            record = self.store.get(event)
            self.found[event] = None if record is None else record.position
        position = self.found[event]
        if position is None or position > self.length:
            raise KeyError(event)
        return position

    def __iter__(self) -> Iterator[str]:
        yield from (record.id for record in self.store.read(limit=self.length))
        yield from self.later

    def __len__(self) -> int:
        return self.length + len(self.later)


@define(eq=False)
class StoredLog(EventLog):
    """The log of a store, of whose first events a file says what they share.

    They are read when they are asked for, many at a time where many are. To read all of them at once the
    store is quicker.
    """

    events: StoredEvents
    _store: Store = field(kw_only=True)
    _sharing: KnownSharing = field(kw_only=True)
    _looked_up: _StoredPositions = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._noted = self._sharing.length
        self._looked_up = _StoredPositions(self._store, self._sharing.length, self._positions)

    @classmethod
    def of(cls, store: Store, sharing: KnownSharing) -> StoredLog:
        """The log of the first events of a store, those that ``sharing`` speaks of."""
        return cls(StoredEvents(store, sharing.length), store=store, sharing=sharing)

    @property
    def reads_some(self) -> bool:
        """Whether events are read when they are asked for, and not all of them."""
        return True

    def at(self, places: Iterable[int]) -> list[Event]:
        """The events at some places, from 0, in the order given, read together."""
        return self.events.at(places)

    def add(self, more: Iterable[Event]) -> None:
        """Add events at the end, which are in the store already."""
        self.events.extend(more)

    def note_recorded(self, first: int, recorded_at: Iterable[str]) -> None:
        """Note when later events were recorded, from a position on."""
        self.events.recorded.update(enumerate(recorded_at, first))

    def recorded_at(self, position: int) -> str:
        """When an event was recorded, by its position."""
        if position not in self.events.recorded:
            self.events[position - 1]
        return self.events.recorded[position]

    @property
    def positions(self) -> Mapping[str, int]:
        """The position of each event by its id, from 1."""
        self._note()
        return self._looked_up

    def may_confirm(self, event: str) -> Sequence[RecordConfirmed]:
        """The editions among which those are that state an event again, given by its id; by position."""
        self._note()
        before = [each for each in self._naming(event) if isinstance(each, RecordConfirmed)]
        return [*before, *self._confirmations]

    def _about(self, event: str) -> Iterable[Event]:
        """What corrects or retracts the event of this id."""
        before = (each for each in self._naming(event) if isinstance(each, statements()))
        return (*(each for each in before if each.target == event), *super()._about(event))

    def _naming(self, event: str) -> list[Event]:
        """The events, of those that were there before, that name an event."""
        return self.events.at(self._sharing.places(("event", event)))
