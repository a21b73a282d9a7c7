"""The peer beside us in the crash suite and the benchmarks: the recorder of the package ``eventsourcing``.

It is used as its own applications use it, below their aggregates: what is measured is how a store keeps
events, not how objects become events. Its settings are its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from chronicle.stores import NewRecord

_PAGE = 2_000
# Its recorder in PostgreSQL does not come back from 10,000 events in one call.
_AT_ONCE = 1_000


def batch_of(name: str, first: int, count: int, width: int = 200) -> list[NewRecord]:
    """``count`` records, called ``name-first`` and so on, with a body of about ``width`` bytes each."""
    filling = "x" * max(0, width - len(name) - 30)
    return [
        NewRecord(
            f"{name}-{number}",
            "entity.founded",
            b'{"n":%d,"name":"%s","note":"%s"}' % (number, name.encode(), filling.encode()),
        )
        for number in range(first, first + count)
    ]


class Peer:
    """Keeps records as stored events: the record ``acme-7`` is version 7 of the originator ``acme``."""

    def __init__(self, location: str | Path | Mapping[str, str]) -> None:
        """Open the SQLite file ``location``, made when it is not there.

        A mapping is taken for the settings of the recorder in PostgreSQL: ``POSTGRES_DBNAME`` and so on.
        """
        from eventsourcing.persistence import InfrastructureFactory, StoredEvent
        from eventsourcing.utils import Environment

        settings = (
            {"PERSISTENCE_MODULE": "eventsourcing.postgres", **location}
            if isinstance(location, Mapping)
            else {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(location)}
        )
        self._in_postgresql = isinstance(location, Mapping)
        self._event = StoredEvent
        self._factory = InfrastructureFactory.construct(
            Environment("Peer", {"ORIGINATOR_ID_TYPE": "text", **settings})
        )
        self._recorder = self._factory.application_recorder()

    def append(self, records: Sequence[NewRecord]) -> list[int]:
        """Keep the records, in one transaction as far as may be; the notification ids that they were given.

        Raises ``OperationalError`` of the peer when the store is busy, ``IntegrityError`` when one of
        the records is there already.
        """
        events = []
        for id, kind, body in records:
            name, _, number = id.rpartition("-")
            events.append(self._event(name, int(number), kind, body))
        if not self._in_postgresql:
            return list(self._recorder.insert_events(events) or ())
        parts = [events[start : start + _AT_ONCE] for start in range(0, len(events), _AT_ONCE)]
        return [number for part in parts for number in self._recorder.insert_events(part) or ()]

    def read(self, after: int = 0) -> Iterator[tuple[int, NewRecord]]:
        """The records behind a notification id, in order, each with its own."""
        while page := self._recorder.select_notifications(start=after + 1, limit=_PAGE):
            for each in page:
                id = f"{each.originator_id}-{each.originator_version}"
                yield each.id, NewRecord(id, each.topic, bytes(each.state))
            after = page[-1].id

    def synchronous(self) -> int:
        """The setting of that name of its connection to SQLite: 2 is FULL, 1 is NORMAL."""
        with self._recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute("PRAGMA synchronous")
            return int(cursor.fetchone()[0])

    def close(self) -> None:
        """Let go of the store."""
        self._factory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
