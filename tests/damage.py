"""Damage done to a store of a hundred events, and what becomes of those who read it then.

A reader asks for all records in order, for each by its id, and for the head; then verifies. What became of it
is one of ``OUTCOMES``. Two of them must not be: ``silent`` (an answer other than before, and neither reading
nor verifying minded) and ``crashed`` (an error that is not one of ours).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from chronicle import codec
from chronicle.cli.made_up import made
from chronicle.errors import ChronicleError, StoreError
from chronicle.stores import Head, NewRecord, Record, Store, open_store
from patience import within

COUNT = 100
BATCH = 10

OUTCOMES = ("refused", "found", "found_by_verify", "led_astray", "unchanged", "silent", "crashed")
"""Refused at opening; found by reading; found by verify, while reading answered as before; found by verify,
while reading answered otherwise (an id that is there was not found); nothing other; and the two that must
not be."""

_SAMPLE_OF_REASONS = 5


def hundred() -> list[NewRecord]:
    """The records that every store of the damage tests holds: stakes, roles, units, deals and more."""
    return [codec.to_record(event) for event in made(COUNT).events]


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a minute whenever it is looked at."""
    start = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    ticks = iter(range(1_000_000))
    return lambda: start + timedelta(minutes=next(ticks))


def fill(store: Store) -> None:
    """Record the hundred, ten at a time."""
    records = hundred()
    for start in range(0, COUNT, BATCH):
        store.append(records[start : start + BATCH])


def write(path: Path) -> Path:
    """The store of the hundred in a file, closed: nothing stands beside it. The same every time."""
    with open_store(path, create=True, clock=ticking()) as store:
        fill(store)
    return path


class Answer(NamedTuple):
    """What a store answers: its records in order, those found by their ids, and where it ends."""

    records: list[Record]
    found: list[Record | None]
    head: Head


def ask(store: Store, ids: Iterable[str]) -> Answer:
    """Everything that is asked of a store. Raises what the store raises."""
    records = list(store.read())
    return Answer(records, [store.get(id) for id in ids], store.head())


def answer_of(path: Path) -> Answer:
    """What an undamaged store answers."""
    with open_store(path, read_only=True) as store:
        assert store.verify().intact
        return ask(store, [record.id for record in hundred()])


class Fate(NamedTuple):
    """What became of a reader: one of ``OUTCOMES``, and the reason as a text."""

    outcome: str
    reason: str = ""


def fate(location: str | Path, before: Answer) -> Fate:
    """What becomes of a reader of the store at ``location``, which once gave the answer ``before``."""
    try:
        with within(), open_store(location, read_only=True) as store:
            return _fate(store, before)
    except StoreError as error:
        return Fate("refused", error.code)
    except Exception as error:
        return Fate("crashed", repr(error))


def _fate(store: Store, before: Answer) -> Fate:
    try:
        answer = ask(store, [record.id for record in before.records])
        if answer.records != before.records:
            # The same records make the same events; others may make none.
            for record in answer.records:
                codec.from_record(record)
    except ChronicleError as error:
        # Whoever is refused while reading turns to verify, which must not fail over the damage that it names.
        return Fate("found" if not store.verify().intact else "crashed", error.code)
    problems = store.verify().problems
    if problems:
        return Fate("found_by_verify" if answer == before else "led_astray", problems[0].code)
    return Fate("unchanged") if answer == before else Fate("silent", _difference(answer, before))


def _difference(answer: Answer, before: Answer) -> str:
    return "; ".join(
        f"{name} {now!r:.200} was {then!r:.200}"
        for name, now, then in zip(Answer._fields, answer, before, strict=True)
        if now != then
    )


class Tally(NamedTuple):
    """How often each outcome came about, and some reasons for those that must not be."""

    outcomes: Counter[str]
    reasons: Counter[str]
    bad: tuple[str, ...]

    def __add__(self, other: Any) -> Tally:
        bad = (*self.bad, *other.bad)[:_SAMPLE_OF_REASONS]
        return Tally(self.outcomes + other.outcomes, self.reasons + other.reasons, bad)

    def figures(self) -> dict[str, int]:
        """Every outcome with its number, none left out."""
        return {outcome: self.outcomes[outcome] for outcome in OUTCOMES}


def tally(fates: Iterable[tuple[str, Fate]]) -> Tally:
    """The sum of fates, each with a word on what was done."""
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    bad: list[str] = []
    for what, (outcome, reason) in fates:
        outcomes[outcome] += 1
        reasons[f"{outcome}: {reason}"] += 1
        if outcome in ("silent", "crashed"):
            bad.append(f"{what}: {outcome}: {reason}")
    return Tally(outcomes, reasons, tuple(bad[:_SAMPLE_OF_REASONS]))


# Bits

HEADER = 100
_PAGE_HEADER = 12


def page_size(whole: bytes) -> int:
    """The size of a page, as the header of an SQLite file has it."""
    size = int.from_bytes(whole[16:18], "big")
    return 65536 if size == 1 else size


def spread(whole: bytes, count: int) -> list[int]:
    """About ``count`` bits of a file: the header of the file and of every page, the rest at equal steps."""
    page = page_size(whole)
    heads = [*range(HEADER + _PAGE_HEADER)]
    heads += [byte for start in range(page, len(whole), page) for byte in range(start, start + _PAGE_HEADER)]
    bits = {8 * byte + bit for byte in heads for bit in range(8)}
    # A step that shares no factor with 8 comes by every bit of a byte.
    step = max(1, 8 * len(whole) // max(1, count - len(bits))) | 1
    return sorted(bits.union(range(0, 8 * len(whole), step)))


def flipped(whole: bytes, bits: Iterable[int], folder: Path, read: Callable[[Path], Fate]) -> Tally:
    """Flip each bit of ``whole`` by itself and tally what becomes of ``read``, which is given the file."""
    return tally(_flips(whole, bits, folder, read))


def _flips(
    whole: bytes, bits: Iterable[int], folder: Path, read: Callable[[Path], Fate]
) -> Iterator[tuple[str, Fate]]:
    copy = bytearray(whole)
    for bit in bits:
        byte, mask = bit // 8, 1 << bit % 8
        copy[byte] ^= mask
        # A name of its own: a reader who was refused may still have the file before this one open.
        path = folder / f"flipped-{bit}.db"
        path.write_bytes(copy)
        yield f"bit {bit}", read(path)
        copy[byte] ^= mask
        remove(path)


def remove(path: Path) -> None:
    """Take away a store and what stands beside it: thousands of them are a gigabyte."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def flipped_in_parts(
    whole: bytes, bits: list[int], folder: Path, read: Callable[[Path], Fate], processes: int
) -> Tally:
    """As ``flipped``, by several processes at once."""
    if processes == 1:
        return flipped(whole, bits, folder, read)
    work = partial(flipped, whole, folder=folder, read=read)
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        parts = [pool.submit(work, bits[part::processes]) for part in range(processes)]
        return sum((part.result() for part in parts), Tally(Counter(), Counter(), ()))
