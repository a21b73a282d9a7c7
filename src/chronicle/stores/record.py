"""What a store keeps: records, their canonical bytes, checksum and chain. Knows nothing of events.

``docs/format.md`` describes the same, so that anyone can recompute the proofs without this code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

from chronicle.errors import Problem, StoreError

GENESIS = bytes(32)
"""The chain hash before the first record."""


class NewRecord(NamedTuple):
    """A record to append: an id, a kind, and a body of one line of canonical JSON in UTF-8."""

    id: str
    kind: str
    body: bytes


class Record(NamedTuple):
    """A record as a store gives it: a ``NewRecord`` with its position, its time and its two proofs.

    A named tuple, since a store reads millions of them. ``position`` counts from 1 without gaps;
    ``recorded_at`` (system time) is UTC with microseconds and never goes backwards.
    """

    position: int
    recorded_at: str
    id: str
    kind: str
    body: bytes
    checksum: int
    chain: bytes


class Head(NamedTuple):
    """Where a store ends: the position of its last record (0 when empty) and its chain hash in hex."""

    position: int
    chain: str


class End(NamedTuple):
    """Where a store ends, and when its last record was recorded; an empty text when it has none."""

    head: Head
    recorded_at: str


class Appended(NamedTuple):
    """What an append did: the new records, how many existed before, and the head afterwards."""

    added: tuple[Record, ...]
    known: int
    head: Head


def canonical_bytes(position: int, recorded_at: str, id: str, kind: str, body: bytes) -> bytes:
    """The bytes of which checksum and chain are computed: five lines, none of which can contain a newline."""
    return f"{position}\n{recorded_at}\n{id}\n{kind}\n".encode() + body


def chained(records: Iterable[NewRecord], head: Head, recorded_at: str) -> list[Record]:
    """``records`` with position, time, checksum and chain, continuing from ``head``."""
    position, previous = head.position, bytes.fromhex(head.chain)
    hashed, checked, made = sha256, crc32, Record._make
    result = []
    for id, kind, body in records:
        position += 1
        canonical = f"{position}\n{recorded_at}\n{id}\n{kind}\n".encode() + body
        previous = hashed(previous + canonical).digest()
        result.append(made((position, recorded_at, id, kind, body, checked(canonical), previous)))
    return result


def head_of(record: Record | None) -> Head:
    """The head of a store whose last record is ``record``; None for an empty store."""
    return Head(record.position, record.chain.hex()) if record else Head(0, GENESIS.hex())


def is_hash(value: object) -> bool:
    """Whether a value is a chain hash as text has it: 64 digits and small letters."""
    return isinstance(value, str) and bool(_HASH.fullmatch(value))


_HASH = re.compile(r"[0-9a-f]{64}")


def extent(after: int, limit: int | None, end: int) -> tuple[int, int]:
    """The positions between which a read goes, the first exclusive, the last inclusive.

    ``end`` is the position at which the store ends.
    """
    start = min(max(after, 0), end)
    return start, end if limit is None else min(end, start + max(limit, 0))


def utc_now() -> datetime:
    """The current time in UTC: the default clock of a store."""
    return datetime.now(UTC)


def stamp(now: datetime, last: str) -> str:
    """``now`` as the text of ``recorded_at``; ``last`` instead when the clock was set back.

    The text has a fixed width and is always UTC, so that texts sort as times do. Raises ``StoreError`` (C507)
    for a time outside the years 1 to 9999.
    """
    try:
        utc = now.astimezone(UTC).replace(tzinfo=None)
    except (OverflowError, ValueError):
        message = f"clock shows a time that no record can have: {now}"
        raise StoreError(Problem("C507", message, help="set the clock right")) from None
    return max(utc.isoformat(timespec="microseconds") + "Z", last)
