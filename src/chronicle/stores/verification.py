"""Whether records are what was written: verified reading, and a diagnosis of what was done to them.

Pure functions over records that every store shares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

from chronicle.errors import Damaged, Problem, printable
from chronicle.stores.record import GENESIS, Head, Record, canonical_bytes

Progress = Callable[[int, int], None]
"""Called with the number of records done and the number of all."""

_EVERY = 5000
_MOST_PROBLEMS = 20
_NEWLINES = 4
_FARTHEST = 100_000
_BACKUP = "compare with a backup; nothing was repaired"


class Verification(NamedTuple):
    """The outcome of ``verify``: how many records were read, where the store ends, and what is wrong."""

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
    """``records`` one by one, each proven to follow upon ``position`` and the chain hash ``previous``.

    They should go on to position ``stop``, in a store that ends at ``head``. Raises ``Damaged``
    at the first that is not what was written, or where one is missing.
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


def proven(record: Record) -> Record:
    """The record, when its checksum fits. Raises ``Damaged`` C505 when not."""
    if not _checksum_fits(record) or len(_hash_in(record)) != len(GENESIS):
        raise Damaged(changed(record))
    return record


def examined(records: Iterable[Record], head: Head, progress: Progress | None = None) -> Verification:
    """Every record of a store examined, damage or not; ``head`` is where the store says that it ends."""
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
            # What stands behind a bad record cannot follow from it; so each damage is named once.
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
        # The file itself cannot be read any further; where it ends would be a guess.
        problems.extend(damage.problems)
    else:
        problem = ending(Head(position, previous.hex()), head)
        problems.extend([problem] if problem else [])
    if progress:
        progress(done, max(head.position, done))
    return Verification(done, Head(position, previous.hex()), tuple(problems))


def ending(found: Head, head: Head) -> Problem | None:
    """What is wrong when the records end at ``found`` in a store that was left at ``head``, if anything."""
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
    """C505: the record is not what was written."""
    return Problem(
        "C505",
        f"{_name(record)} was changed after it was written: its checksum does not fit",
        help=_BACKUP,
        events=(str(record.id),),
    )


def missing_at(position: int) -> Problem:
    """C506: the record at ``position`` is not there."""
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
    """What is wrong with ``record``, which should follow upon ``position`` and does not.

    ``last`` is how far to look for the place that it was moved from.
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
    """The position under which the checksum of a record would fit, as it does when it was only moved."""
    try:
        rest = canonical_bytes(*record[:5]).partition(b"\n")[2]
    except (TypeError, ValueError):
        return None
    # A damaged position may be near the end of all numbers; nobody waits for so many.
    places = (place for place in range(1, min(last, _FARTHEST) + 1) if place != record.position)
    return next((place for place in places if crc32(b"%d\n%b" % (place, rest)) == record.checksum), None)


def _hash_in(record: Record) -> bytes:
    return record.chain if isinstance(record.chain, bytes) else b""


def _name(record: Record) -> str:
    return f'record {record.position} ("{printable(str(record.id))}")'
