"""What children of a nursery do: append, and report what was acknowledged; or follow what others append.

``who`` is ``chronicle`` or ``peer``. Reports are lines of text, written when an append has returned and not
before: what was reported is what a store has promised to keep.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

from chronicle.errors import StoreError
from chronicle.stores import Appended, NewRecord, Store, open_store
from peers import Peer, batch_of

TRIED_AGAIN = {"C504": "moved on", "C508": "busy"}
"""The refusals upon which a writer tries again, and what they are counted as."""

Report = Callable[[str], None]


def load() -> None:
    """Load what the works below need, so that a child has it from its first moment."""
    for name in ("chronicle.stores.sqlite", "chronicle.stores.postgresql", "psycopg", "eventsourcing.sqlite"):
        with suppress(ImportError):
            importlib.import_module(name)
    # The first query loads more of SQLite than its import; in memory, nothing of it lives on.
    sqlite3.connect(":memory:").execute("SELECT 1").connection.close()


def batches(name: str, width: int = 200) -> Iterator[list[NewRecord]]:
    """The batches of a writer called ``name``, of 1 to 20 records: always the same ones."""
    dice = Random(name)
    first = 1
    while True:
        count = dice.randint(1, 20)
        yield batch_of(name, first, count, width)
        first += count


def opened(who: str, location: str, create: bool = False) -> Store | Peer:
    """The store at ``location``, in the hands of Chronicle or of the peer."""
    return open_store(location, create=create) if who == "chronicle" else Peer(location)


def impatient(location: str) -> Store:
    """The store at ``location``, opened by somebody who waits a thousandth of a second for other writers."""
    if "://" in location:
        from chronicle.stores.postgresql import open_postgresql

        return open_postgresql(location, patience=0.001)
    from chronicle.stores.sqlite import open_sqlite

    return open_sqlite(location, patience=0.001)


# Works of a writer that is killed


def keep_appending(
    report: Report,
    *,
    who: str,
    location: str,
    name: str,
    width: int = 200,
    create: bool = False,
    closing_after: int | None = None,
) -> None:
    """Append batch after batch, and report the first and last id of each; for ever, or until it is closed."""
    store = opened(who, location, create)
    for number, batch in enumerate(batches(name, width)):
        if number == closing_after:
            break
        store.append(batch)
        report(f"{batch[0].id} {batch[-1].id}")
    report("closing")
    store.close()


def append_until_refused(report: Report, location: str, name: str) -> None:
    """As ``keep_appending``; but when the server goes, say so, and try the same handle once more."""
    with open_store(location) as store:
        for batch in batches(name):
            try:
                store.append(batch)
            except StoreError as error:
                report(f"refused {error.code}")
                break
            report(f"{batch[0].id} {batch[-1].id}")
        try:
            store.append(batch)
        except StoreError as error:
            report(f"refused {error.code}")
        else:
            report("taken after a failure")


# Works of many writers, and of their readers


def append_one_by_one(
    report: Report, *, how: str, location: str, name: str, count: int, gate: str, answers: str
) -> None:
    """Append ``count`` records, each by itself, and keep the answers: id, position, chain.

    ``how`` names a way of ``WAYS``. An append that was refused because the store was busy or had moved on is
    tried again, with the same record.
    """
    open_it, append = WAYS[how]
    given: list[tuple[str, int, str]] = []
    counts = {"busy": 0, "moved on": 0, "known": 0}
    with open_it(location) as store:
        report("ready")
        _pass(gate)
        for record in batch_of(name, 1, count):
            given.append((record.id, *append(store, record, counts)))
    _keep(answers, given)
    report(json.dumps(counts))


def _append(store: Store, record: NewRecord, counts: dict[str, int]) -> tuple[int, str]:
    return _tried(lambda: store.append([record]), store, record, counts)


def _append_expecting(store: Store, record: NewRecord, counts: dict[str, int]) -> tuple[int, str]:
    """Read the head, and append behind it or not at all."""

    def append() -> Appended:
        position = store.head().position
        # Who decides by what there is takes a moment for it, in which the others do not wait.
        time.sleep(0.0005)
        return store.append([record], position)

    return _tried(append, store, record, counts)


def _tried(
    append: Callable[[], Appended], store: Store, record: NewRecord, counts: dict[str, int]
) -> tuple[int, str]:
    """What the store answers in the end: the position and the chain of the record."""
    while True:
        try:
            done = append()
        except StoreError as error:
            if error.code not in TRIED_AGAIN:
                raise
            counts[TRIED_AGAIN[error.code]] += 1
            time.sleep(0.0005)
            continue
        kept = done.added[0] if done.added else store.get(record.id)
        counts["known"] += done.known
        return kept.position, kept.chain.hex()


def _append_to_peer(store: Peer, record: NewRecord, counts: dict[str, int]) -> tuple[int, str]:
    from eventsourcing.persistence import OperationalError

    while True:
        try:
            return store.append([record])[0], ""
        except OperationalError:
            counts["busy"] += 1


WAYS = {
    "unconditional": (open_store, _append),
    "expecting": (open_store, _append_expecting),
    "impatient": (impatient, _append),
    "peer": (Peer, _append_to_peer),
}
"""How a writer may open the store, and append to it."""


def follow(report: Report, location: str, until: int, seen: str, seconds: float) -> None:
    """Tail the store until its record ``until``, and keep what was seen: id, position, chain."""
    records: list[tuple[str, int, str]] = []
    deadline = time.monotonic() + seconds
    with open_store(location, read_only=True) as store:
        report("ready")
        while len(records) < until and time.monotonic() < deadline:
            if store.wait(len(records), 1.0):
                for record in store.read(after=len(records)):
                    records.append((record.id, record.position, record.chain.hex()))
                    if record.position != len(records):
                        raise AssertionError(f"record {record.position} was seen as number {len(records)}")
    _keep(seen, records)


def follow_peer(report: Report, location: str, until: int, seen: str, seconds: float) -> None:
    """The same with the peer, as its followers do: ask for what is behind the last notification."""
    records: list[tuple[str, int, str]] = []
    deadline = time.monotonic() + seconds
    with Peer(location) as store:
        report("ready")
        last = 0
        while len(records) < until and time.monotonic() < deadline:
            records.extend((record.id, number, "") for number, record in store.read(after=last))
            last = records[-1][1] if records else 0
            time.sleep(0.01)
    _keep(seen, records)


def _pass(gate: str) -> None:
    """Wait until whoever holds the gate lets go of it."""
    with Path(gate).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)


def _keep(path: str, rows: list[tuple[str, int, str]]) -> None:
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
