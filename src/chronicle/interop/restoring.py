"""Exported records: examined against a store, and restored into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from chronicle.errors import (
    AppendRefused,
    ChronicleError,
    Place,
    Problem,
    printable,
)
from chronicle.interop.records import follows, read_records
from chronicle.stores.batch import batches
from chronicle.stores.protocol import Store
from chronicle.stores.record import Head, Record, head_of
from chronicle.stores.restoring import checked_records

Report = Callable[[int, int], None]
"""Called with the number of records restored and the total."""


# Into a store


class ExaminedExport(NamedTuple):
    """What exported files mean for a store: how many records are new, how many known, and their head."""

    new: int
    known: int
    head: Head


def examine(paths: Sequence[Path], store: Store | None) -> ExaminedExport:
    """Read exported files completely, and find out whether a store (None: an empty one) can take them.

    Nothing is written. Raises ``InvalidEvents`` (C520 and others) for files that are not as they were
    exported, ``AppendRefused`` (C512) when the store has another history or ends before they begin.
    """
    held = store.head() if store else head_of(None)
    first = last = meeting = None
    for batch in batches(read_records(paths)):
        _refuse_unkept(batch, paths)
        first, last = first or batch[0], batch[-1]
        if batch[0].position <= held.position <= last.position:
            meeting = batch[held.position - batch[0].position]
    if first is None or last is None:
        return ExaminedExport(0, 0, held)
    if first.position > held.position + 1:
        raise AppendRefused(_apart(first, held))
    if store and held.position and not _continues(store, held, first, meeting or last):
        raise AppendRefused(_another(paths, store, first))
    new = max(0, last.position - held.position)
    return ExaminedExport(
        new, last.position - first.position + 1 - new, Head(last.position, last.chain.hex())
    )


def restore(
    paths: Sequence[Path], store: Store, examined: ExaminedExport, report: Report | None = None
) -> None:
    """Restore the records of ``examined`` files that are new to a store.

    They are appended in batches, each of them whole or not at all, so that an interrupted call can be
    repeated and continues. Raises what ``examine`` and ``Store.restore`` raise.
    """
    start = examined.head.position - examined.new
    done = 0
    for batch in batches(record for record in read_records(paths) if record.position > start):
        store.restore(batch)
        done += len(batch)
        if report:
            report(done, examined.new)


def _refuse_unkept(batch: Sequence[Record], paths: Sequence[Path]) -> None:
    """Refuse records whose proofs fit but which no store could have written: the proofs were forged."""
    try:
        checked_records(batch)
    except ChronicleError as error:
        place = Place(printable(str(paths[0]))) if len(paths) == 1 else None
        raise type(error)(*(problem.at(place) for problem in error.problems)) from None


def _continues(store: Store, held: Head, first: Record, meeting: Record) -> bool:
    """Whether files that begin with ``first`` belong to the history in a store that ends at ``held``.

    ``meeting`` is their last record that the store should have; the chain proves all before it.
    """
    if first.position > held.position:
        return follows(first, bytes.fromhex(held.chain))
    return next(store.read(meeting.position - 1, 1)) == meeting


def _apart(first: Record, held: Head) -> Problem:
    message = f"the export begins with record {first.position}, and the store ends at {held.position}"
    return Problem("C512", message, help="record the part before it first")


def _another(paths: Sequence[Path], store: Store, first: Record) -> Problem:
    """The problem (C512) that names the first record in which two histories differ."""
    both = zip(read_records(paths), store.read(first.position - 1), strict=False)
    given = next((given for given, kept in both if given != kept), first)
    return Problem(
        "C512",
        f'record {given.position} ("{printable(given.id)}") belongs to another history than that of store '
        f'"{printable(store.location)}"',
        help="record it into a new store; --as-events records its events into this one, as its own",
        events=(given.id,),
    )
