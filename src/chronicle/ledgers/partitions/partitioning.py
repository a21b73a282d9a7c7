"""Which record goes to which partition: whole parts of the history, as evenly as they allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field

from chronicle.engine.partial.connected import Connected, spread, target_of, versions_of
from chronicle.engine.replay import Projector
from chronicle.events import Event
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.telling import ABOUT, FAULTY, event_of

Fetch = Callable[[Collection[str], Collection[int]], Iterable[tuple[int, Event]]]
"""A function that gives the events that have one of some ids or positions, each with its position."""


@define
class Partitioning:
    """What all records said of what they share, and the partitions that follow from it.

    A user's own projector that names no ``partition_key`` may read any cell: with it everything is one
    partition, and ``whole`` is its name.
    """

    _projectors: Sequence[Projector] = ()
    _connected: Connected = field(factory=Connected, init=False)
    _about: dict[str, set[int]] = field(factory=dict, init=False)
    _parts: dict[int, int] = field(factory=dict, init=False)
    # The positions of records that make no event, each with why.
    faulty: dict[int, str] = field(factory=dict, init=False)

    @property
    def whole(self) -> str:
        """The name of a projector for which everything has to be one partition; empty for none."""
        return next((each.name for each in self._projectors if not each.partition_key), "")

    @property
    def largest(self) -> int:
        """The number of records in the largest part."""
        return max(Counter(self.parts().values()).values(), default=0)

    def take(self, batch: Any) -> None:
        """Take in a batch of what records say."""
        with_text = frames.with_text(batch)
        for position, how, _, _, text in frames.rows_in(with_text):
            if how == ABOUT:
                self._about.setdefault(text, set()).add(position)
            elif how == FAULTY:
                self.faulty[position] = text
        for how, columns in frames.columns_by_kind(batch):
            if how < ABOUT:
                self._connected.take_alike(how, *columns)

    def settle(self, fetch: Fetch) -> None:
        """Take in the versions that corrections make of events, once all batches were taken in.

        What a correction makes of an event may hang together with others than the event did.
        """
        ids, positions = set(self._about), {at for found in self._about.values() for at in found}
        told, asked = dict[int, Event](), set[str]()
        while ids or positions:
            told.update(fetch(ids, positions))
            asked |= ids
            # A corrected correction may be about another event.
            ids, positions = self._add_versions(dict(sorted(told.items()))) - asked, set()

    def _add_versions(self, told: Mapping[int, Event]) -> set[str]:
        """Take in the versions of some events by position, and give the ids of what is missing there."""
        positions = {event.id: position for position, event in told.items()}
        versions = versions_of([*told.values()])
        for version in versions:
            self._connected.take_event(positions[version.id], version, self._projectors)
        targets = (target_of(version) for version in versions)
        return {target for target in targets if target is not None and target not in positions}

    def partitions(self, number: int) -> dict[int, int]:
        """For each position of a record the number of its partition, from 0."""
        return spread(self.parts(), number)

    def parts(self) -> Mapping[int, int]:
        """For each position of a record the first position of its part."""
        if not self._parts:
            self._parts = self._connected.parts()
            if self.whole:
                self._parts = dict.fromkeys(self._parts, min(self._parts, default=0))
        return self._parts


def partitioned(
    batches: Callable[[], Iterable[Any]], said: Iterable[Any], projectors: Sequence[Projector] = ()
) -> Partitioning:
    """How to split the records that ``batches`` gives whenever it is called.

    ``said`` is what they say of what they share.
    """
    found = Partitioning(projectors)
    for batch in said:
        found.take(batch)
    found.settle(lambda ids, positions: _events_among(batches(), ids, positions))
    return found


def _events_among(
    batches: Iterable[Any], ids: Collection[str], positions: Collection[int]
) -> Iterator[tuple[int, Event]]:
    wanted = frames.of_column("id", ids), frames.of_column("position", positions)
    for batch in batches:
        for record, proven in frames.records_of(frames.among(batch, *wanted)):
            event = event_of(record, proven=proven)
            if isinstance(event, Event):
                yield record.position, event
