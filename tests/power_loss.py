"""What a disk may hold after the power failed, and whether a store survives it.

A run of a store is kept as the list of what was asked of the disk (``Wrote``, ``Synced`` ...). At every
point of it ``crashes`` makes the states in which a disk may be when the power fails just then:

- what was synced is there;
- of what was written since, any part is there: each sector of 512 bytes or none of it, whatever came first;
- a name that was given or taken away since the folder was synced may be there or not;
- what a failed sync did not bring to the disk is never written later, unless it is written anew: the
  system takes it for written. Until then those who read the file see it.

``Analysis`` opens the store in such states as everybody does, and counts what was lost.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from chronicle.errors import ChronicleError
from chronicle.stores import NewRecord, open_store

SECTOR = 512
STORE = "corp.db"

# Thousands of stores are opened, and what is examined is what they hold: no disk has to turn for that.
_MEMORY = Path("/dev/shm")


class Named(NamedTuple):
    """A file, by its number, got a name: it was made, linked or renamed."""

    name: str
    file: int


class Unnamed(NamedTuple):
    """A name was taken away."""

    name: str


class Wrote(NamedTuple):
    """Bytes were written."""

    file: int
    offset: int
    data: bytes


class Cut(NamedTuple):
    """A file was given a size."""

    file: int
    size: int


class Synced(NamedTuple):
    """The content of a file was brought to the disk."""

    file: int


class NotSynced(NamedTuple):
    """The system could not bring the content of a file to the disk, and said so once."""

    file: int


class FolderSynced(NamedTuple):
    """The names of the folder were brought to the disk."""


class Made(NamedTuple):
    """The store was made, and whoever made it was told."""


class Began(NamedTuple):
    """The append with this number began."""

    number: int


class Acknowledged(NamedTuple):
    """The append with this number returned."""

    number: int


_TOLD = {"made": lambda _: Made(), "began": Began, "acknowledged": Acknowledged}


def told(what: str, number: int) -> Event | None:
    """What the appender was told, as an event; None for what does not matter here."""
    return _TOLD[what](number) if what in _TOLD else None


Event = Named | Unnamed | Wrote | Cut | Synced | NotSynced | FolderSynced | Made | Began | Acknowledged
Files = dict[str, bytes]

NOTHING = {"lost": 0, "invented": 0, "half": 0}
"""What an ``Analysis`` should have ``found``."""

_NAMES = -1


class Piece(NamedTuple):
    """What reaches the disk whole or not at all: a sector, a size or a name."""

    number: int
    event: int
    file: int
    what: Event


class Point(NamedTuple):
    """A moment at which the power may fail."""

    event: int
    era: int
    lasting: dict[int, bytearray]
    names: dict[str, int]
    pending: list[Piece]
    ends: bool
    made: bool
    acknowledged: int
    begun: int

    def disk(self, survived: set[int]) -> Files:
        """What is on the disk when these pieces of the pending ones survived."""
        names = dict(self.names)
        content: dict[int, bytearray] = {}
        for number, _, file, what in self.pending:
            if number not in survived:
                continue
            if file == _NAMES:
                _rename(names, what)
                continue
            if file not in content:
                content[file] = bytearray(self.lasting.get(file, b""))
            _put(content[file], what)
        return {
            name: bytes(content[file] if file in content else self.lasting.get(file, b""))
            for name, file in names.items()
        }


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder for what is to be examined: in memory, where there is such a thing."""
    where = _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else None
    with TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


def lay_out(files: Files, folder: Path) -> Path:
    """Put these files, and no others, into a folder: the path of the store there."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / STORE


def as_read(events: Sequence[Event]) -> Files:
    """What somebody who reads the files finds in them while the power is on."""
    names: dict[str, int] = {}
    content: dict[int, bytearray] = {}
    for event in events:
        _rename(names, event)
        if isinstance(event, (Wrote, Cut)):
            _put(content.setdefault(event.file, bytearray()), event)
    return {name: bytes(content.get(file, b"")) for name, file in names.items()}


def _rename(names: dict[str, int], what: Event) -> None:
    match what:
        case Named(name, file):
            names[name] = file
        case Unnamed(name):
            names.pop(name, None)


def _put(content: bytearray, what: Event) -> None:
    match what:
        case Wrote(_, offset, data):
            if len(content) < offset:
                content.extend(bytes(offset - len(content)))
            content[offset : offset + len(data)] = data
        case Cut(_, size):
            content.extend(bytes(max(0, size - len(content))))
            del content[size:]


@dataclass
class Disk:
    """A disk, and the memory of the system in front of it. ``fate`` is that of ``Analysis.examine``."""

    dice: random.Random
    fate: float = 1.0
    lasting: dict[int, bytearray] = field(default_factory=dict)
    seen: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    pending: list[Piece] = field(default_factory=list)
    forgotten: set[tuple[int, int]] = field(default_factory=set)
    pieces: int = 0

    def points(self, events: Sequence[Event]) -> Iterator[Point]:
        """Every moment, from before the first event to after the last."""
        era, made, acknowledged, begun = 0, False, 0, 0
        for number, event in enumerate(events):
            ends = isinstance(event, (Synced, NotSynced, FolderSynced))
            if not isinstance(event, Began):
                yield Point(
                    number, era, self.lasting, self.names, self.pending, ends, made, acknowledged, begun
                )
            match event:
                case Made():
                    made = True
                case Began(begun):
                    pass
                case Acknowledged(acknowledged):
                    pass
                case Synced(file):
                    self._settle(file)
                case FolderSynced():
                    self._settle(_NAMES)
                case NotSynced(file):
                    self._lose(file)
                case _:
                    self._take(number, event)
            era += ends
        yield Point(len(events), era, self.lasting, self.names, self.pending, True, made, acknowledged, begun)

    def _take(self, number: int, event: Event) -> None:
        if isinstance(event, (Named, Unnamed)):
            self._add(number, _NAMES, event)
            return
        assert isinstance(event, (Wrote, Cut))
        seen = self.seen.setdefault(event.file, bytearray())
        _put(seen, event)
        if isinstance(event, Cut):
            self._add(number, event.file, event)
            return
        start, stop = event.offset, event.offset + len(event.data)
        while start < stop:
            sector = start // SECTOR
            end = min((sector + 1) * SECTOR, stop)
            piece = Wrote(event.file, start, event.data[start - event.offset : end - event.offset])
            if (event.file, sector) in self.forgotten:
                # Whatever of the sector the system took for written goes to the disk together with this.
                self.forgotten.discard((event.file, sector))
                whole = bytes(seen[sector * SECTOR : (sector + 1) * SECTOR])
                piece = Wrote(event.file, sector * SECTOR, whole)
            self._add(number, event.file, piece)
            start = end

    def _add(self, event: int, file: int, what: Event) -> None:
        self.pending.append(Piece(self.pieces, event, file, what))
        self.pieces += 1

    def _settle(self, file: int) -> None:
        for piece in self.pending:
            if piece.file == file == _NAMES:
                _rename(self.names, piece.what)
            elif piece.file == file:
                _put(self.lasting.setdefault(file, bytearray()), piece.what)
        self.pending = [piece for piece in self.pending if piece.file != file]

    def _lose(self, file: int) -> None:
        for piece in self.pending:
            if piece.file != file:
                continue
            if isinstance(piece.what, Cut) or self.dice.random() >= self.fate:
                _put(self.lasting.setdefault(file, bytearray()), piece.what)
            elif isinstance(piece.what, Wrote):
                self.forgotten.add((file, piece.what.offset // SECTOR))
        self.pending = [piece for piece in self.pending if piece.file != file]


def survivals(point: Point, dice: random.Random, count: int) -> Iterator[set[int]]:
    """Which pieces may have survived: none, all, all but an end or one write, and ``count`` by chance."""
    everything = {piece.number for piece in point.pending}
    yield set()
    yield everything
    if not everything:
        return
    last = [piece.number for piece in point.pending if piece.event == point.pending[-1].event]
    yield everything - set(last[len(last) // 2 :])
    yield everything - set(last[: len(last) // 2])
    if point.ends:
        for event in {piece.event for piece in point.pending}:
            yield everything - {piece.number for piece in point.pending if piece.event == event}
    files = {piece.file for piece in point.pending}
    for _ in range(count):
        share = {file: dice.choice((0.0, 0.1, 0.5, 0.9, 1.0)) for file in files}
        yield {piece.number for piece in point.pending if dice.random() < share[piece.file]}


@dataclass
class Analysis:
    """Opens stores as the power left them. What is found is added up over all that is ``examined``.

    ``batches`` is what was appended, append by append. ``folder`` is for the states of the disk; the faster
    it is, the better.
    """

    batches: Sequence[Sequence[NewRecord]]
    folder: Path
    points: int = 0
    states: int = 0
    lost: int = 0
    invented: int = 0
    half: int = 0
    examples: list[str] = field(default_factory=list)
    _answers: dict[bytes, int | str | None] = field(default_factory=dict)

    @property
    def found(self) -> dict[str, int]:
        """What should be 0: acknowledged appends gone, records nobody appended, stores that are not sound."""
        return {"lost": self.lost, "invented": self.invented, "half": self.half}

    @property
    def distinct(self) -> int:
        """How many states that differ were opened."""
        return len(self._answers)

    def examine(
        self, events: Sequence[Event], count: int, start: int = 0, fate: float = 1.0, seed: int = 0
    ) -> None:
        """Every point of a run from the event ``start`` on, with ``count`` states by chance at each.

        ``fate`` says how much of what a failed sync should have written is lost: 1 is all of it.
        """
        dice = random.Random(seed)
        known: dict[tuple[int, frozenset[int]], int | str | None] = {}
        for point in Disk(dice, fate).points(events):
            if point.event < start:
                continue
            self.points += 1
            for survived in survivals(point, dice, count):
                self.states += 1
                key = (point.era, frozenset(survived))
                if key not in known:
                    known[key] = self._answer(point.disk(survived))
                self._judge(point, known[key])

    def _judge(self, point: Point, answer: int | str | None) -> None:
        match answer:
            case None if point.made:
                self.lost += 1
                self._keep(point, "no store")
            case str():
                self.half += 1
                self._keep(point, answer)
            case int() if answer < point.acknowledged:
                self.lost += 1
                self._keep(point, f"{answer} appends")
            case int() if answer > point.begun:
                self.invented += 1
                self._keep(point, f"{answer} appends")

    def _keep(self, point: Point, what: str) -> None:
        if len(self.examples) < 5:
            self.examples.append(f"{point.acknowledged} acknowledged, {point.begun} begun: {what}")

    def _answer(self, files: Files) -> int | str | None:
        """How many appends are there; None when there is no store, and a text when it is not sound."""
        if STORE not in files:
            return None
        digest = blake2b(digest_size=16)
        for name in sorted(files):
            digest.update(f"{name}\n{len(files[name])}\n".encode() + files[name])
        key = digest.digest()
        if key not in self._answers:
            self._answers[key] = self._opened(files)
        return self._answers[key]

    def _opened(self, files: Files) -> int | str:
        try:
            return recovered(lay_out(files, self.folder), self.batches)
        except (ChronicleError, Unsound) as error:
            return f"{type(error).__name__}: {error}"


class Unsound(Exception):
    """A store holds something else than the beginning of what was appended."""


def recovered(path: Path, batches: Sequence[Sequence[NewRecord]]) -> int:
    """How many of ``batches`` the store at ``path`` holds, which goes on working.

    Raises ``Unsound`` when it holds half a batch or anything that was not appended.
    """
    with open_store(path) as store:
        held = [NewRecord(record.id, record.kind, record.body) for record in store.read()]
        count = whole_batches(held, batches)
        if count and store.append(batches[count - 1]).added:
            raise Unsound("what is there was taken in again")
        following = batches[count] if count < len(batches) else [NewRecord("one-more", "note", b"{}")]
        if len(store.append(following).added) != len(following):
            raise Unsound("an append took in less than it was given")
        result = store.verify()
        if result.problems:
            raise Unsound("; ".join(problem.message for problem in result.problems))
        if result.records != len(held) + len(following):
            raise Unsound("what was appended is not there")
    return count


def whole_batches(held: Sequence[NewRecord], batches: Iterable[Sequence[NewRecord]]) -> int:
    """How many batches make up what is held. Raises ``Unsound`` when no number of them does."""
    start = count = 0
    for batch in batches:
        if start == len(held):
            break
        if list(held[start : start + len(batch)]) != list(batch):
            raise Unsound(f"record {start + 1} and those behind it are not the batch that was appended")
        start += len(batch)
        count += 1
    if start != len(held):
        raise Unsound(f"record {start + 1} was never appended")
    return count
