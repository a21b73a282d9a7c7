"""Records of another store that are appended unchanged: whether they follow what this store has.

Pure functions that all stores share. A store gives them what it holds at the positions of the records.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from itertools import pairwise

from chronicle.errors import AppendRefused, Problem, printable
from chronicle.stores.batch import checked_batch
from chronicle.stores.record import Head, NewRecord, Record, canonical_bytes
from chronicle.stores.verification import proven, verified

# Allows second 60, which occurs as a leap second.
_RECORDED_AT = re.compile(r"(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)\.\d{6}Z", re.ASCII)
_ANOTHER = "this store has a history of its own; restore into a new one"


def checked_records(records: Sequence[Record]) -> None:
    """Refuse records that no store could have written. There must be at least one.

    Raises ``Damaged`` (C505 or C506) at the first record that does not fit its checksum or the chain of the
    record before, ``InvalidValue`` (C206) for one that no store can keep, ``AppendRefused`` (C503 or C512)
    for an id that occurs twice, and C512 for a time that is invalid or goes backwards.
    """
    first, last = records[0], records[-1]
    # The chain hash before the first record is not known here; ``continuing`` checks it.
    proven(first)
    end = Head(first.position + len(records) - 1, last.chain.hex())
    for _ in verified(records[1:], first.position, first.chain, end.position, end):
        pass
    checked_batch([NewRecord(*record[2:5]) for record in records])
    by_id = {record.id: record for record in reversed(records)}
    again = [record for record in records if by_id[record.id] is not record]
    if again:
        raise AppendRefused(*map(taken, again))
    wrong = next((record for record in records if not _is_time(record.recorded_at)), None)
    if wrong is not None:
        raise AppendRefused(_no_time(wrong))
    _refuse_backwards(records)


def continuing(
    records: Sequence[Record], held: Sequence[Record], head: Head, last: Record | None, previous: bytes
) -> list[Record]:
    """Those of ``records`` that are new to a store that ends at ``head`` with the record ``last``.

    ``held`` is what the store has at their positions, ``previous`` its chain hash before the first of them.
    Raises ``AppendRefused`` (C512) when both are not one history, or a time goes backwards.
    """
    first = records[0]
    if first.position > head.position + 1:
        raise AppendRefused(_apart(first, head))
    if sha256(previous + canonical_bytes(*first[:5])).digest() != first.chain:
        raise AppendRefused(_another(first))
    for given, kept in zip(records, held, strict=False):
        if given != kept:
            raise AppendRefused(_another(given))
    fresh = list(records[len(held) :])
    if fresh and last is not None:
        _refuse_backwards((last, fresh[0]))
    return fresh


def taken(record: Record) -> Problem:
    """The problem (C512) of a record to restore whose id an earlier record has."""
    return Problem(
        "C512",
        f'record {record.position} cannot be restored: its id "{printable(record.id)}" is taken',
        help=_ANOTHER,
        events=(record.id,),
    )


def _apart(first: Record, head: Head) -> Problem:
    return Problem(
        "C512",
        f"records to restore begin at position {first.position}, and the store ends at {head.position}",
        help="restore what lies between first",
    )


def _another(record: Record) -> Problem:
    return Problem(
        "C512",
        f'record {record.position} ("{printable(record.id)}") is of another history than the store',
        help=_ANOTHER,
        events=(record.id,),
    )


def _is_time(text: str) -> bool:
    found = _RECORDED_AT.fullmatch(text)
    try:
        return found is not None and bool(date.fromisoformat(found[1]))
    except ValueError:
        return False


def _no_time(record: Record) -> Problem:
    return Problem(
        "C512",
        f'record {record.position} cannot be restored: it was recorded at "{printable(record.recorded_at)}"',
        help="a time is written as 2026-03-01T09:30:00.000000Z",
        events=(record.id,),
    )


def _refuse_backwards(records: Sequence[Record]) -> None:
    for before, record in pairwise(records):
        if record.recorded_at < before.recorded_at:
            times = f"recorded at {record.recorded_at}, after one of {before.recorded_at}"
            message = f"record {record.position} cannot be restored: it was {times}"
            help = "no store writes such a record; look at where it comes from"
            raise AppendRefused(Problem("C512", message, help=help, events=(record.id,)))
