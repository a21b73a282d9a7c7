"""What a hand that knows a store can do to its records: from a careless edit to a history written anew.

Each forgery takes the records of a store and a place among them, and gives the records and the head that it
leaves. ``FOUND`` are those that reading or verifying must find. ``ANOTHER_HISTORY`` are those that leave a
store which is consistent in itself; only a seal, kept elsewhere, tells that it is another one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from zlib import crc32

from psycopg import sql

from chronicle.stores import Head, NewRecord, Record
from chronicle.stores.record import GENESIS, canonical_bytes, chained, head_of
from postgresql_server import connected

_OTHER_BODY = b'{"date":"1998","entity":"forged","id":"forged","kind":"entity.founded","name":"Forged"}'


class Forged(NamedTuple):
    """What a forgery leaves in a store."""

    records: list[Record]
    head: Head


Forgery = Callable[[list[Record], int], Forged]
"""Given the records and the index of one of them, neither the first nor the last."""


def _checksummed(record: Record) -> Record:
    """The record with a checksum that fits."""
    return record._replace(checksum=crc32(canonical_bytes(*record[:5])))


def _whole(record: Record, before: Record) -> Record:
    """The record with checksum and chain that fit, behind the record ``before``."""
    head = Head(record.position - 1, before.chain.hex())
    return chained([NewRecord(*record[2:5])], head, record.recorded_at)[0]


def _anew(records: Sequence[Record], start: int) -> list[Record]:
    """The records, all from the index ``start`` on with positions, checksums and chain that fit."""
    result = list(records[:start])
    for record in records[start:]:
        last = result[-1].chain if result else GENESIS
        result += chained([NewRecord(*record[2:5])], Head(len(result), last.hex()), record.recorded_at)
    return result


def _numbered(records: Sequence[Record]) -> list[Record]:
    """The records with positions that count from 1, and nothing else made to fit."""
    return [record._replace(position=number) for number, record in enumerate(records, 1)]


def _edited(change: Callable[[Record], Record]) -> Forgery:
    """Change one record, as it stands, and leave the head."""

    def forge(records: list[Record], at: int) -> Forged:
        changed = [*records[:at], change(records[at]), *records[at + 1 :]]
        return Forged(changed, head_of(records[-1]))

    return forge


def _forged_whole(records: list[Record], at: int) -> Forged:
    changed = _whole(records[at]._replace(body=_OTHER_BODY), records[at - 1])
    return Forged([*records[:at], changed, *records[at + 1 :]], head_of(records[-1]))


def _arranged(order: Callable[[list[Record], int], Sequence[Record]]) -> Forgery:
    """Leave out, add or move records, number them, and move the head to the new number."""

    def forge(records: list[Record], at: int) -> Forged:
        arranged = _numbered(order(records, at))
        return Forged(arranged, Head(len(arranged), records[-1].chain.hex()))

    return forge


def _arranged_with_checksums(order: Callable[[list[Record], int], Sequence[Record]]) -> Forgery:
    """The same, with every checksum made to fit."""
    plain = _arranged(order)

    def forge(records: list[Record], at: int) -> Forged:
        arranged, head = plain(records, at)
        return Forged([_checksummed(record) for record in arranged], head)

    return forge


def _arranged_anew(order: Callable[[list[Record], int], Sequence[Record]]) -> Forgery:
    """The same, with every checksum, the chain and the head made to fit: another history."""

    def forge(records: list[Record], at: int) -> Forged:
        arranged = _anew(order(records, at), 0)
        return Forged(arranged, head_of(arranged[-1]))

    return forge


def _swapped(records: list[Record], at: int) -> list[Record]:
    return [*records[:at], records[at + 1], records[at], *records[at + 2 :]]


def _without(records: list[Record], at: int) -> list[Record]:
    return [*records[:at], *records[at + 1 :]]


def _twice(records: list[Record], at: int) -> list[Record]:
    return [*records[: at + 1], records[at]._replace(id="again"), *records[at + 1 :]]


def _with_another(records: list[Record], at: int) -> list[Record]:
    other = Record(0, records[at].recorded_at, "forged", "entity.founded", _OTHER_BODY, 0, records[at].chain)
    return [*records[:at], _checksummed(other), *records[at:]]


def _bodies_swapped(records: list[Record], at: int) -> list[Record]:
    one, other = records[at], records[at + 1]
    return [
        *records[:at],
        one._replace(kind=other.kind, body=other.body),
        other._replace(kind=one.kind, body=one.body),
        *records[at + 2 :],
    ]


def _lost(records: list[Record], at: int) -> Forged:
    """A record is gone, and its position with it."""
    return Forged(_without(records, at), head_of(records[-1]))


def _end_lost(records: list[Record], at: int) -> Forged:
    """All from one on are gone, and the head still says where they ended."""
    return Forged(records[:at], head_of(records[-1]))


def _cut_off(records: list[Record], at: int) -> Forged:
    """All from one on are gone, and the head is set back."""
    return Forged(records[:at], head_of(records[at - 1]))


def _added_behind(records: list[Record], at: int) -> Forged:
    """A record of another place stands behind the end, its proofs made to fit, and the head stays."""
    more = records[at]._replace(position=len(records) + 1, id="again")
    return Forged([*records, _whole(more, records[-1])], head_of(records[-1]))


def _moved_far(records: list[Record], at: int) -> Forged:
    """A position that no store ever had, on a record that was changed too: nobody can guess its place."""
    far = records[at]._replace(position=2**62, kind="forged")
    return Forged([*_without(records, at), far], head_of(records[-1]))


def _tail_anew(records: list[Record], at: int) -> Forged:
    """One record edited, and everything behind it written anew, the head included."""
    changed = [*records[:at], records[at]._replace(body=_OTHER_BODY), *records[at + 1 :]]
    tail = _anew(changed, at)
    return Forged(tail, head_of(tail[-1]))


def _head_elsewhere(records: list[Record], at: int) -> Forged:
    return Forged(records, head_of(records[at]))


def _head_with_another_chain(records: list[Record], at: int) -> Forged:
    return Forged(records, Head(len(records), records[at].chain.hex()))


def _head_too_far(records: list[Record], at: int) -> Forged:
    return Forged(records, Head(2**62, records[-1].chain.hex()))


FOUND: MappingProxyType[str, Forgery] = MappingProxyType(
    {
        "body edited": _edited(lambda record: record._replace(body=_OTHER_BODY)),
        "body edited, checksum fits": _edited(
            lambda record: _checksummed(record._replace(body=_OTHER_BODY)),
        ),
        "body edited, checksum and chain fit": _forged_whole,
        "kind edited, checksum fits": _edited(lambda record: _checksummed(record._replace(kind="forged"))),
        "id edited, checksum fits": _edited(lambda record: _checksummed(record._replace(id="forged"))),
        "time edited": _edited(lambda record: record._replace(recorded_at="2014-03-11T00:00:00.000000Z")),
        "time edited, checksum fits": _edited(
            lambda record: _checksummed(record._replace(recorded_at="2014-03-11T00:00:00.000000Z"))
        ),
        "checksum edited": _edited(lambda record: record._replace(checksum=record.checksum ^ 1)),
        "chain edited": _edited(lambda record: record._replace(chain=GENESIS)),
        "chain cut short": _edited(lambda record: record._replace(chain=record.chain[:31])),
        "body moved to another id": _arranged(_bodies_swapped),
        "body moved to another id, checksums fit": _arranged_with_checksums(_bodies_swapped),
        "swapped": _arranged(_swapped),
        "swapped, checksums fit": _arranged_with_checksums(_swapped),
        "deleted": _lost,
        "deleted at the end": _end_lost,
        "deleted, numbers closed up": _arranged(_without),
        "deleted, numbers closed up, checksums fit": _arranged_with_checksums(_without),
        "duplicated": _arranged(_twice),
        "duplicated, checksums fit": _arranged_with_checksums(_twice),
        "inserted": _arranged(_with_another),
        "inserted, checksums fit": _arranged_with_checksums(_with_another),
        "added behind the end": _added_behind,
        "moved far away": _moved_far,
        "head set back": _head_elsewhere,
        "head set too far": _head_too_far,
        "head with another chain": _head_with_another_chain,
    }
)

ANOTHER_HISTORY: MappingProxyType[str, Forgery] = MappingProxyType(
    {
        "edited, all behind it written anew": _tail_anew,
        "deleted, all written anew": _arranged_anew(_without),
        "inserted, all written anew": _arranged_anew(_with_another),
        "swapped, all written anew": _arranged_anew(_swapped),
        "cut off, the head set back": _cut_off,
    }
)


def put_in_file(path: Path, forged: Forged) -> None:
    """Leave in an SQLite store what a forgery gives, with the triggers as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        connection.execute("BEGIN")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM records")
        connection.executemany(
            "INSERT INTO records VALUES (?, ?, ?, ?, CAST(? AS TEXT), ?, ?)", forged.records
        )
        head = (forged.head.position, bytes.fromhex(forged.head.chain))
        connection.execute("UPDATE head SET position = ?, chain = ?", head)
        for _, statement in triggers:
            connection.execute(statement)
        connection.execute("COMMIT")


def put_in_postgresql(url: str, forged: Forged) -> None:
    """Leave in a PostgreSQL store what a forgery gives, past every trigger, as the owner of a server can."""
    records = sql.Identifier(url.rpartition("schema=")[2], "records")
    head = sql.Identifier(url.rpartition("schema=")[2], "head")
    last = [record.recorded_at for record in forged.records if record.position == forged.head.position]
    with closing(connected(url)) as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(sql.SQL("DELETE FROM {}").format(records))
        connection.cursor().executemany(
            sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, %s, %s)").format(records),
            [record._replace(body=record.body.decode()) for record in forged.records],
        )
        values = {"position": forged.head.position, "chain": bytes.fromhex(forged.head.chain)}
        values |= {"recorded_at": last[0]} if last else {}
        for column, value in values.items():
            change = sql.SQL("UPDATE {} SET {} = %s").format(head, sql.Identifier(column))
            connection.execute(change, (value,))
