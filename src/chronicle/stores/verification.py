"""Whether records are as they were written: verified reading, and a diagnosis of damage.

Pure functions over records that all stores share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

from chronicle.errors import Damaged, Problem, printable
from chronicle.stores.record import GENESIS, Head, Record, canonical_bytes, head_of

Progress = Callable[[int, int], None]
"""Called with the number of records read and the total."""

Linked = tuple[Record, object]
"""A record, and the chain hash of the one before it as it is kept; None where there is none."""

_EVERY = 5000
_MOST_PROBLEMS = 20
_NEWLINES = 4
_FARTHEST = 100_000
_BACKUP = "compare with a backup; nothing was repaired"


class Verification(NamedTuple):
    """The outcome of ``verify``: how many records were read, where they end, and what is wrong."""

    records: int
    head: Head
    problems: tuple[Problem, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verified(
    records: Iterable[Record], position: int, previous: bytes, stop: int, head: Head
) -> Iterator[Record]:
    """``records`` one by one, verified from ``position`` and the chain hash ``previous`` on.

    They must reach position ``stop``, in a store that ends at ``head``. Raises ``Damaged`` at the first
    record that is not as it was written, or where one is missing.
    """
    hashed, checked = sha256, crc32
    for record in records:
        number, recorded_at, id, kind, body, checksum, chain = record
        position += 1
        try:
            canonical = f"{number}\n{recorded_at}\n{id}\n{kind}\n".encode() + body
            digest = hashed(previous + canonical).digest()
        except (TypeError, ValueError):
            raise Damaged(changed(record)) from None
        if (
            number != position
            or checked(canonical) != checksum
            or digest != chain
            or canonical.count(b"\n") != _NEWLINES
        ):
            raise Damaged(_diagnosis(record, position - 1, head.position))
        previous = digest
        yield record
    if position < stop:
        raise Damaged(_missing(position + 1, stop))
    problem = ending(Head(position, previous.hex()), head) if position >= head.position else None
    if problem:
        raise Damaged(problem)


def held_positions(positions: Iterable[int], head: Head) -> list[int]:
    """Those of some positions that a store which ends at ``head`` has, in order, each once."""
    return sorted({position for position in positions if 0 < position <= head.position})


def verified_at(rows: Iterable[Linked], positions: Iterable[int], head: Head) -> Iterator[Record]:
    """The records at some positions, which are in order, each verified as ``verified`` does.

    ``rows`` are what a store that ends at ``head`` has there. Raises ``Damaged`` at the first record that is
    not as it was written, or where one is missing.
    """
    found = iter(rows)
    for position in positions:
        record, previous = next(found, (None, None))
        if record is None or record.position != position:
            raise Damaged(missing_at(position))
        if position == 1:
            previous = GENESIS
        elif previous is None:
            raise Damaged(missing_at(position - 1))
        if not isinstance(previous, bytes) or not _follows(record, previous):
            raise Damaged(_diagnosis(record, position - 1, head.position))
        problem = ending(head_of(record), head) if position == head.position else None
        if problem:
            raise Damaged(problem)
        yield record


def _follows(record: Record, previous: bytes) -> bool:
    """Whether a record is as it was written, behind one with the chain hash ``previous``."""
    try:
        canonical = canonical_bytes(*record[:5])
    except (TypeError, ValueError):
        return False
    return (
        crc32(canonical) == record.checksum
        and sha256(previous + canonical).digest() == record.chain
        and canonical.count(b"\n") == _NEWLINES
    )


def proven(record: Record) -> Record:
    """The record, if its checksum fits. Raises ``Damaged`` (C505) otherwise."""
    if not _checksum_fits(record) or len(_hash_in(record)) != len(GENESIS):
        raise Damaged(changed(record))
    return record


def examined(records: Iterable[Record], head: Head, progress: Progress | None = None) -> Verification:
    """All records of a store, verified without stopping at damage; ``head`` is its recorded end."""
    problems: list[Problem] = []
    position, previous, done = 0, GENESIS, 0
    sound = True
    hashed, checked = sha256, crc32
    try:
        for record in records:
            done += 1
            number, recorded_at, id, kind, body, checksum, chain = record
            try:
                canonical = f"{number}\n{recorded_at}\n{id}\n{kind}\n".encode() + body
            except (TypeError, ValueError):
                canonical = b""
            # The chain cannot be verified right after a bad record; so each damage is reported once.
            sound = (
                number == position + 1
                and checked(canonical) == checksum
                and canonical.count(b"\n") == _NEWLINES
                and (not sound or hashed(previous + canonical).digest() == chain)
            )
            if not sound and len(problems) < _MOST_PROBLEMS:
                problems.append(_diagnosis(record, position, head.position))
            position, previous = number, _hash_in(record)
            if progress and not done % _EVERY:
                progress(done, max(head.position, done))
    except Damaged as damage:
        # The file cannot be read any further, so it is unknown where it ends.
        problems.extend(damage.problems)
    else:
        problem = ending(Head(position, previous.hex()), head)
        problems.extend([problem] if problem else [])
    if progress:
        progress(done, max(head.position, done))
    return Verification(done, Head(position, previous.hex()), tuple(problems))


def ending(found: Head, head: Head) -> Problem | None:
    """The problem of records that end at ``found`` when the head says ``head``; None when they agree."""
    if found.position < head.position:
        return _missing(found.position + 1, head.position)
    if found.position > head.position:
        return _added(head.position + 1, found.position)
    if found.chain == head.chain:
        return None
    return Problem(
        "C506",
        f"record {found.position} does not have the chain hash with which the store was left",
        help=_BACKUP,
    )


def changed(record: Record) -> Problem:
    """The problem (C505) of a record that is not as it was written."""
    return Problem(
        "C505",
        f"{_name(record)} was changed after it was written: its checksum does not fit",
        help=_BACKUP,
        events=(str(record.id),),
    )


def missing_at(position: int) -> Problem:
    """The problem (C506) of a missing record at ``position``."""
    return _missing(position, position)


def _missing(first: int, last: int) -> Problem:
    message = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
    return Problem("C506", message, help=_BACKUP)


def _added(first: int, last: int) -> Problem:
    what = f"record {first} was" if first == last else f"records {first} to {last} were"
    return Problem("C506", f"{what} added behind the end of the store, not by an append", help=_BACKUP)


def _checksum_fits(record: Record) -> bool:
    try:
        canonical = canonical_bytes(*record[:5])
    except (TypeError, ValueError):
        return False
    return crc32(canonical) == record.checksum and canonical.count(b"\n") == _NEWLINES


def _diagnosis(record: Record, position: int, last: int) -> Problem:
    """What is wrong with ``record``, which does not follow ``position`` as it should.

    ``last`` is the last position at which it may have been written before it was moved.
    """
    if not _checksum_fits(record):
        written = _written_as(record, max(last, record.position))
        return _moved(record, written) if written else changed(record)
    if record.position > position + 1:
        return _missing(position + 1, record.position - 1)
    return Problem(
        "C506",
        f"{_name(record)} does not follow from {_before(position)}: one of the two was changed or put in "
        "another's place, and its checksum made to fit",
        help=_BACKUP,
        events=(str(record.id),),
    )


def _before(position: int) -> str:
    return f"record {position}" if position else "the start of the chain"


def _moved(record: Record, written: int) -> Problem:
    return Problem(
        "C506",
        f"{_name(record)} was moved: it was written as record {written}",
        help=_BACKUP,
        events=(str(record.id),),
    )


def _written_as(record: Record, last: int) -> int | None:
    """The position with which the checksum of a record fits, which it does when the record was only moved."""
    try:
        rest = canonical_bytes(*record[:5]).partition(b"\n")[2]
    except (TypeError, ValueError):
        return None
    # Bounded, since a damaged position may be near 2**63.
    places = (place for place in range(1, min(last, _FARTHEST) + 1) if place != record.position)
    return next((place for place in places if crc32(b"%d\n%b" % (place, rest)) == record.checksum), None)


def _hash_in(record: Record) -> bytes:
    return record.chain if isinstance(record.chain, bytes) else b""


def _name(record: Record) -> str:
    return f'record {record.position} ("{printable(str(record.id))}")'
