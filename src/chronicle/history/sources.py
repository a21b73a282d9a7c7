"""Sources of records for a replay in partitions: a store, JSON Lines, Parquet, or a folder of event files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import define, field

from chronicle.errors import NotFound, Problem, StoreError, printable
from chronicle.ledgers.partitions import parquet
from chronicle.ledgers.partitions.first_pass import RecordSource
from chronicle.ledgers.partitions.folder import hash_of
from chronicle.ledgers.partitions.frames import proven_batches
from chronicle.stores import Head, Record, Store, open_store
from chronicle.stores.location import is_address, is_event_file
from chronicle.stores.record import GENESIS


def records_at(source: str | Path) -> RecordSource:
    """The records of a store, of JSON Lines, of a Parquet file or a folder of these, or of event files.

    Raises ``NotFound`` (C604) where nothing is, and what opening and reading raises.
    """
    path = Path(source)
    if not is_address(source) and not os.path.exists(path):
        message = f'nothing to read at "{printable(str(source))}"'
        raise NotFound(Problem("C604", message, help="name a store, JSON Lines, or Parquet of records"))
    if path.suffix == ".parquet":
        return ParquetRecords((path,))
    if os.path.isdir(path) and (found := tuple(sorted(path.rglob("*.parquet")))):
        return ParquetRecords(found)
    if path.suffix == ".jsonl":
        return LinesOfRecords(path)
    if is_event_file(path) or os.path.isdir(path):
        return EventsAsRecords(path)
    return StoredRecords(open_store(source, read_only=True))


@define
class StoredRecords:
    """The records of a store up to the one that is the last when this is made, proven while they are read.

    What is appended while they are read is not among them.
    """

    store: Store
    broken: Mapping[int, Problem] = field(factory=dict)
    _head: Head = field(init=False)

    @_head.default
    def _now(self) -> Head:
        return self.store.head()

    @property
    def key(self) -> str:
        """The chain hash of the last record."""
        return self._head.chain

    @property
    def head(self) -> Mapping[str, Any]:
        """Where the records end."""
        return self._head._asdict()

    def batches(self) -> Iterator[Any]:
        """The records, each time the same, without the proofs: reading has computed them again."""
        return proven_batches(self.store.read(limit=self._head.position))


@define
class ParquetRecords:
    """Records in Parquet, each of which is proven by its checksum where it has one."""

    files: tuple[Path, ...]
    broken: Mapping[int, Problem] = field(factory=dict)
    _key: str = field(default="", init=False)

    @property
    def key(self) -> str:
        """A hash of all files."""
        if not self._key:
            self._key = sha256("".join(map(hash_of, self.files)).encode()).hexdigest()
        return self._key

    @property
    def head(self) -> Mapping[str, Any]:
        """How many records there are, and the hash of the files."""
        return {"position": sum(map(parquet.length_of, self.files)), "files": self.key}

    def batches(self) -> Iterator[Any]:
        """The records, file by file. Raises ``StoreError`` (C536) where a file was changed meanwhile."""
        for file in self.files:
            yield from parquet.batches_of(file)
        if self._key and sha256("".join(map(hash_of, self.files)).encode()).hexdigest() != self._key:
            raise _changed()


@define
class EventsAsRecords:
    """The events of files as records; what was told in one file is of one origin."""

    path: Path
    broken: dict[int, Problem] = field(factory=dict)
    _key: str = field(default="", init=False)
    _count: int = field(default=0, init=False)

    @property
    def key(self) -> str:
        """A hash of all events."""
        if not self._key:
            for _ in self._proven():
                pass
        return self._key

    def _proven(self) -> Iterator[Record]:
        """The records. Raises ``StoreError`` (C536) at their end if they are not those of the first time."""
        hashed = sha256()
        for record in self.records():
            hashed.update(b"%d %s %s\n" % (record[0], record[1].encode(), record[4]))
            yield record
        if self._key not in ("", hashed.hexdigest()):
            raise _changed()
        self._key = hashed.hexdigest()

    @property
    def head(self) -> Mapping[str, Any]:
        """How many events there are, and the hash of all."""
        return {"position": self._count, "events": self.key}

    def batches(self) -> Iterator[Any]:
        """The events as record batches without proofs. Raises ``StoreError`` (C536) where they changed."""
        return proven_batches(self._proven())

    def records(self) -> Iterator[Record]:
        """The events as records, in the order of their places."""
        from chronicle import codec
        from chronicle.authoring import read

        authored = read([self.path])
        self._count = len(authored.events)
        for position, event in enumerate(authored.events, start=1):
            id, kind, body = codec.to_record(event)
            place = authored.places.get(event.id)
            yield Record(position, "" if place is None else place.file, id, kind, body, 0, GENESIS)


@define
class LinesOfRecords(EventsAsRecords):
    """JSON Lines: the export of a store, whose records are proven, or an event a line."""

    def batches(self) -> Iterator[Any]:
        """The records as record batches; those of an export were proven while they were read."""
        from chronicle.interop.records import is_export

        if not is_export(self.path):
            return super().batches()
        return proven_batches(self._proven())

    def records(self) -> Iterator[Record]:
        """The records, line by line. Raises ``InvalidEvents`` (C520) for an export that is not as it was."""
        from chronicle.interop.records import is_export, read_records

        self._count = 0
        for record in read_records([self.path]) if is_export(self.path) else self._lines():
            self._count += 1
            yield record

    def _lines(self) -> Iterator[Record]:
        from chronicle import codec
        from chronicle.events import Event
        from chronicle.interop import jsonl

        with self.path.open("rb") as stream:
            for position, told in enumerate(jsonl.read(stream, str(self.path)), start=1):
                if isinstance(told, Event):
                    yield Record(position, str(self.path), *codec.to_record(told), 0, GENESIS)
                elif isinstance(told, Problem):
                    self.broken[position] = told


def _changed() -> StoreError:
    message = "the records were changed while they were read"
    help = (
        "run the same again when nothing writes to them; of a store, all that was there at first is replayed"
    )
    return StoreError(Problem("C536", message, help=help))
