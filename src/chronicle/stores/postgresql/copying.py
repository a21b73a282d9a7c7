"""Many records at once, in the binary format of COPY of PostgreSQL. Only for the store in this folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from struct import Struct
from typing import TypeVar

from chronicle.stores.record import NewRecord, Record

Kept = TypeVar("Kept", NewRecord, Record)

_AT_ONCE = 250
_START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"

# A row is the number of fields, then each field as its length and its bytes. Numbers are big-endian.
_POSITION_AND_TIME = Struct(">hiqi27si").pack
_LENGTH = Struct(">i").pack
_PROOFS = Struct(">iqi32s").pack
_FIELDS = len(Record._fields)


def pieces(records: Sequence[Kept]) -> Iterator[Sequence[Kept]]:
    """``records`` in pieces small enough that client and server work at the same time."""
    return (records[start : start + _AT_ONCE] for start in range(0, len(records), _AT_ONCE))


def in_binary(parts: Iterable[Iterable[Record]]) -> Iterator[bytes]:
    """The records of all ``parts`` for ``COPY ... FROM STDIN (FORMAT binary)``, columns as in ``Record``."""
    yield _START
    for part in parts:
        yield b"".join(map(_row, part))
    yield _END


def _row(record: Record) -> bytes:
    position, recorded_at, id, kind, body, checksum, chain = record
    name, sort = id.encode(), kind.encode()
    return b"%b%b%b%b%b%b%b" % (
        _POSITION_AND_TIME(_FIELDS, 8, position, 27, recorded_at.encode(), len(name)),
        name,
        _LENGTH(len(sort)),
        sort,
        _LENGTH(len(body)),
        body,
        _PROOFS(8, checksum, 32, chain),
    )
