"""The events of a history by position and by id: a log that only grows."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from attrs import define, field

from chronicle import events as kinds

if TYPE_CHECKING:
    from chronicle.events import Event, RecordConfirmed, RecordCorrected, RecordRetracted


def statements() -> tuple[type[RecordCorrected], type[RecordRetracted]]:
    """The kinds of event that speak of another event and change it."""
    return kinds.RecordCorrected, kinds.RecordRetracted


@define(eq=False)
class EventLog(Mapping[str, "Event"]):
    """The events of a history: in order of position as ``events``, and by id as a mapping.

    It grows at its end, and what it knows by id grows with it: to take in an event costs the same however
    many there are.
    """

    events: Sequence[Event] = field(factory=list)
    _positions: dict[str, int] = field(factory=dict, init=False)
    _statements: dict[str, list[Event]] = field(factory=dict, init=False)  # by what they speak of
    _confirmations: list[RecordConfirmed] = field(factory=list, init=False)
    _noted: int = field(default=0, init=False)

    @property
    def reads_some(self) -> bool:
        """Whether events are read when they are asked for, and not all of them."""
        return False

    def __getitem__(self, event: str) -> Event:
        return self.events[self.positions[event] - 1]

    def __iter__(self) -> Iterator[str]:
        return iter(self.positions)

    def __len__(self) -> int:
        return len(self.events)

    def at(self, places: Iterable[int]) -> list[Event]:
        """The events at some places, from 0, in the order given."""
        events = self.events
        return [events[place] for place in places]

    def add(self, more: Iterable[Event]) -> None:
        """Add events at the end."""
        cast("list[Event]", self.events).extend(more)

    @property
    def positions(self) -> Mapping[str, int]:
        """The position of each event by its id, from 1."""
        self._note()
        return self._positions

    def turn_keys(self) -> array[int]:
        """For each event a sort key of its date and its kind.

        In this order, and in that of their positions, events are replayed, but for the few whose order goes
        by what makes sense.
        """
        ranks = kinds.ORDER
        width = 1 + max(ranks.values())
        return array("q", [event.date.order * width + ranks[type(event)] for event in self.events])

    def turns(self) -> array[int]:
        """For each event its place among all in the order of ``turn_keys``."""
        keys = self.turn_keys()
        turns = array("I", bytes(4 * len(keys)))
        for turn, place in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
            turns[place] = turn
        return turns

    def forked(self, more: Iterable[Event]) -> EventLog:
        """Another log that begins as this one and goes on with ``more``."""
        self._note()
        fork = EventLog([*self.events, *more])
        fork._positions = dict(self._positions)
        fork._statements.update((target, [*those]) for target, those in self._statements.items())
        fork._confirmations = list(self._confirmations)
        fork._noted = self._noted
        return fork

    def may_confirm(self, event: str) -> Sequence[RecordConfirmed]:  # noqa: ARG002  # of any event
        """The editions among which those are that state an event again, given by its id; by position."""
        self._note()
        return self._confirmations

    def stated_about(self) -> list[str]:
        """The ids of the events that some other corrects or retracts."""
        self._note()
        return [*self._statements]

    def with_statements_of(self, targets: Iterable[str]) -> list[Event]:
        """The events of these ids and all that corrects or retracts them, by position.

        So with these: a correction of a correction is there, and so is what a correction speaks of.
        """
        self._note()
        found: dict[str, Event] = {}
        waiting = [target for target in targets if target in self]
        while waiting:
            event = waiting.pop()
            if event in found:
                continue
            found[event] = told = self[event]
            if isinstance(told, statements()) and told.target in self:
                waiting.append(told.target)
            waiting += [statement.id for statement in self._about(event)]
        positions = self.positions
        return sorted(found.values(), key=lambda event: positions[event.id])

    def _about(self, event: str) -> Iterable[Event]:
        """What corrects or retracts the event of this id."""
        return self._statements.get(event, ())

    def _note(self) -> None:
        """Take in what was added to ``events`` since."""
        if self._noted == len(self.events):
            return
        new = self.events[self._noted :]
        self._positions.update((event.id, at) for at, event in enumerate(new, self._noted + 1))
        # Most kinds of event speak of no other, and are told at once.
        present, of_another = {*map(type, new)}, statements()
        if not present.isdisjoint(of_another):
            for event in new:
                if isinstance(event, of_another):
                    self._statements.setdefault(event.target, []).append(event)
        if kinds.RecordConfirmed in present:
            self._confirmations += [event for event in new if isinstance(event, kinds.RecordConfirmed)]
        self._noted = len(self.events)
