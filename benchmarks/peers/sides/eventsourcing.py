"""The library eventsourcing: an aggregate for each holder, and a read model of all of them in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from benchmarks.peers.sides.fold import Fold, in_order, read, spans, standing
from benchmarks.peers.sides.side import Row, Stake
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

_AT_ONCE = 2_000


class Holder(Aggregate):
    """Who holds stakes."""

    @event("Known")
    def __init__(self, name: str) -> None:
        self.name = name
        self.stakes: list[tuple[str, ...]] = []

    @staticmethod
    def create_id(name: str) -> UUID:
        return uuid5(NAMESPACE_URL, name)

    @event("Stated")
    def state(self, id: str, target: str, share: str, days: list[str]) -> None:
        self.stakes.append((id, self.name, target, share, *days))


class Register(Application[UUID]):
    """Keeps holders."""


class EventSourcing(Fold):
    """One holder is an aggregate from the repository; what is asked of all is folded from the read model."""

    written = (
        "an aggregate for each holder, kept by its SQLite recorder; its notification log is read into a "
        "list, which is folded as in the plain fold"
    )

    def take_in(self, history: Path) -> None:
        of_holders: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for id, holder, *told in read(history / "stakes.csv"):
            of_holders[holder].append((id, *told))
        self._application = self._opened()
        holders = iter(of_holders.items())
        while some := [_holder_of(name, told) for name, told in islice(holders, _AT_ONCE)]:
            self._application.save(*some)
        self.close()

    def _opened(self) -> Any:
        file = str(self.folder / "history.sqlite")
        return Register(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": file})

    def open(self) -> None:
        self._application = self._opened()
        self._stakes = [*self._read_model()]
        self._sorted = in_order(self._stakes)

    def close(self) -> None:
        self._application.close()

    def _read_model(self) -> Iterator[tuple[str, ...]]:
        """Every stake of every holder, out of the notifications in their order."""
        recorder, mapper, last = self._application.recorder, self._application.mapper, 0
        names: dict[UUID, str] = {}
        while page := recorder.select_notifications(start=last + 1, limit=_AT_ONCE):
            for notification in page:
                event = mapper.to_domain_event(notification)
                if hasattr(event, "name"):
                    names[event.originator_id] = event.name
                else:
                    yield (event.id, names[event.originator_id], *_told(event))
            last = page[-1].id

    def one_holder(self, day: str, holder: str) -> Iterable[Row]:
        return standing(in_order(self._of(holder).stakes), day)

    def pair_in_time(self, holder: str, target: str) -> Iterable[Row]:
        return spans(in_order(stake for stake in self._of(holder).stakes if stake[2] == target))

    def append(self, stake: Stake) -> None:
        holder = self._of(stake.holder)
        id, _, *told = stake.row()
        holder.state(id, *told[:2], told[2:])
        self._application.save(holder)
        self._stakes.append(stake.row())
        self._sorted = in_order(self._stakes)

    def _of(self, holder: str) -> Any:
        return self._application.repository.get(Holder.create_id(holder))


def _holder_of(name: str, told: Iterable[tuple[str, ...]]) -> Any:
    holder = Holder(name)
    for stake in told:
        holder.state(*stake[:3], [*stake[3:]])
    return holder


def _told(event: Any) -> tuple[str, ...]:
    return (event.target, event.share, *event.days)
