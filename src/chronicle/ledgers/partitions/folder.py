"""A folder of rows: a file a view and bucket, and the manifest that says which files belong to it.

A bucket is one partition of a replay. What it has is in ``buckets/00003.json``, which is written when all
its files are: so a bucket is there or it is not, and a replay that was killed goes on with those that are
missing. The manifest of the folder is written last, and without it the folder is no answer to anything.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, Final
from urllib.parse import quote

from attrs import asdict, define, field, frozen

from chronicle.engine.views import view_of
from chronicle.errors import Problem, StoreError, UsageError, printable
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.id_filters import BucketIds
from chronicle.ledgers.partitions.rows import OF_CELLS
from chronicle.ledgers.values import of_text
from chronicle.stores.drafts import drafted

MANIFEST: Final = "chronicle-rows.json"
"""The name of the manifest, by which a folder of rows is known."""

FORMAT: Final = 3
"""The format that is written, and the only one that is read: rows are made again, never migrated."""

OF_ALL: Final = "_all"
"""The folder of what is said of no view alone: linked ids, ids that events name, guesses."""

EARLIER: Final = "_earlier"
"""The folder of what was known earlier, a folder a view in it, so that nothing else has to be read today."""

WORK: Final = "work-"
"""How the name of a folder in it begins that is there only while a replay is on its way."""

_BUCKETS: Final = "buckets"
_AGAIN: Final = "run the same chronicle replay again: it makes what is missing or damaged"


def is_rows(folder: str | Path) -> bool:
    """Whether a path is a folder of rows."""
    return (Path(folder) / MANIFEST).is_file()


# Writing


@frozen
class Job:
    """What rows are made of and how, which must be the same for a replay to go on with what is there.

    ``source`` is a hash of the records, ``code`` one of the code that replays, ``projectors`` the user's own.
    """

    source: str
    partitions: int
    code: str
    projectors: str = ""
    quarantine: bool = False
    known: bool = True


@define
class RowsFolder:
    """A folder into which the rows of a job are written, bucket by bucket."""

    path: Path
    job: Job
    _done: dict[int, Mapping[str, Any]] = field(factory=dict, init=False)

    def begin(self) -> None:
        """Make the folder, and note which buckets are there of this very job.

        Raises ``UsageError`` (C530) for a folder that has something else in it, and ``OSError``.
        """
        there = self.path.exists() and any(self.path.iterdir())
        if there and not (is_rows(self.path) or (self.path / _BUCKETS).is_dir()):
            message = f'"{printable(str(self.path))}" has something in it that is no rows'
            raise UsageError(Problem("C530", message, help="name a new folder"))
        (self.path / _BUCKETS).mkdir(parents=True, exist_ok=True)
        for left in self.path.glob(f"{WORK}*"):  # of a replay that was killed
            rmtree(left, ignore_errors=True)
        for bucket in range(self.job.partitions):
            said = _read_json(self._of_bucket(bucket))
            if said is not None and said.get("job") == asdict(self.job) and self._is_whole(said):
                self._done[bucket] = said
        if len(self._done) < self.job.partitions:
            # From now on nobody must take old files and new ones together for one answer.
            (self.path / MANIFEST).unlink(missing_ok=True)

    def _is_whole(self, said: Mapping[str, Any]) -> bool:
        """Whether all files of a bucket are there, and as they were written."""
        files = said["files"].items()
        return all(
            (self.path / name).is_file() and hash_of(self.path / name) == hashed for name, hashed in files
        )

    def _of_bucket(self, bucket: int) -> Path:
        return self.path / _note_of(bucket)

    def _of_buckets(self) -> set[str]:
        """The names of all files that are called as those of buckets are."""
        patterns = "*/bucket-?????.parquet", f"{EARLIER}/*/bucket-?????.parquet", f"{_BUCKETS}/?????.*"
        found = (path for pattern in patterns for path in self.path.glob(pattern))
        return {path.relative_to(self.path).as_posix() for path in found}

    def missing(self) -> list[int]:
        """The numbers of the buckets that are not there."""
        return [bucket for bucket in range(self.job.partitions) if bucket not in self._done]

    def write(self, bucket: int, batches: Iterable[Any]) -> Mapping[str, Any]:
        """Write the rows of a bucket, and give what its manifest says. Raises ``OSError``."""
        rows = frames.pyarrow().Table.from_batches(batches, frames.rows_schema())
        files, ids = {}, dict[str, set[str]]()
        for earlier, of_knowledge in frames.by_knowledge(rows):
            for view, some in frames.by_view(of_knowledge, OF_CELLS):
                name = _file_of(view, bucket, earlier=earlier)
                files[name] = self._write_rows(self.path / name, some)
                if view:
                    ids.setdefault(view, set()).update(
                        frames.parts_of_keys(some), _named_in_values(view, some)
                    )
        said = {"job": asdict(self.job), "files": files, "rows": rows.num_rows}
        name = f"{_BUCKETS}/{bucket:05}.ids"
        files[name] = _write_bytes(self.path / name, BucketIds.of(ids).to_bytes())
        _write_bytes(self._of_bucket(bucket), json.dumps(said, indent=1).encode())
        self._done[bucket] = said
        return said

    def note(self, bucket: int) -> None:
        """Note that another process has written a bucket."""
        said = _read_json(self._of_bucket(bucket))
        if said is None:
            raise _not_whole(self.path, f"bucket {bucket} is missing")
        self._done[bucket] = said

    def _write_rows(self, path: Path, rows: Any) -> str:
        from pyarrow.parquet import write_table

        path.parent.mkdir(parents=True, exist_ok=True)
        with drafted(path, replace=True) as draft:
            write_table(rows, draft, compression="zstd", row_group_size=frames.BATCH)
            return hash_of(draft)

    def end(self, about: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write the manifest, by which the folder is an answer, and give what it says.

        Files of buckets that are none of it, of a replay before it, are deleted: other programs read all.
        """
        buckets = [self._done[bucket] for bucket in range(self.job.partitions)]
        said = {
            "format": FORMAT,
            **about,
            "job": asdict(self.job),
            "rows": sum(each["rows"] for each in buckets),
            "files": {name: hashed for each in buckets for name, hashed in each["files"].items()},
        }
        for old in self._of_buckets() - {*said["files"], *map(_note_of, range(self.job.partitions))}:
            (self.path / old).unlink()
        _write_bytes(self.path / MANIFEST, json.dumps(said, indent=1).encode())
        return said


def _note_of(bucket: int) -> str:
    """The name of the file that says what a bucket has."""
    return f"{_BUCKETS}/{bucket:05}.json"


def _file_of(view: str, bucket: int, *, earlier: bool) -> str:
    """The name of the file of a view and bucket: what is known now, or what was known earlier."""
    return f"{f'{EARLIER}/' if earlier else ''}{quote(view, safe='') or OF_ALL}/bucket-{bucket:05}.parquet"


def _named_in_values(view: str, rows: Any) -> Iterator[str]:
    """The ids that values of a view name by themselves, such as the parties of a deal."""
    described = view_of(view)
    if described.entities:
        for text in frames.values_of_spans(rows):
            yield from described.named_in(of_text(text))


def _write_bytes(path: Path, data: bytes) -> str:
    with drafted(path, replace=True) as draft:
        draft.write_bytes(data)
    return sha256(data).hexdigest()


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def hash_of(path: Path) -> str:
    """The SHA-256 of a file. Raises ``OSError``."""
    from hashlib import file_digest

    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


# Reading


@frozen
class StoredRowsFolder:
    """A folder of rows that is whole, as far as its manifest tells; each file is proven when it is read."""

    path: Path
    said: Mapping[str, Any] = field(repr=False)
    _ids: dict[int, BucketIds] = field(factory=dict, init=False, repr=False)

    @classmethod
    def opened(cls, folder: str | Path) -> StoredRowsFolder:
        """The folder. Raises ``StoreError`` (C532) where it is not whole."""
        path = Path(folder)
        if not is_rows(path):
            raise _not_whole(path, "the replay has not come to its end")
        said = _read_json(path / MANIFEST)
        if not isinstance(said, dict) or "format" not in said:
            raise _not_whole(path, f"its {MANIFEST} is not as it was written")
        if said["format"] != FORMAT:
            what = f"they are of format {said['format']}, and this version of Chronicle reads format {FORMAT}"
            raise _not_whole(path, what)
        missing = [name for name in said["files"] if not (path / name).is_file()]
        if missing:
            raise _not_whole(path, f"{missing[0]} is missing")
        return cls(path, said)

    @property
    def buckets(self) -> int:
        """The number of buckets."""
        return int(self.said["job"]["partitions"])

    @property
    def knows_days(self) -> bool:
        """Whether it has what was known earlier."""
        return bool(self.said["job"]["known"])

    def rows(self, view: str, bucket: int, known: datetime.date | None = None) -> Any:
        """The rows of a view in a bucket as a table of Arrow; of no view where ``view`` is empty.

        They are those that were known on a day; None stands for all that is known, for which what was known
        earlier is not read. Raises ``StoreError`` (C532) for a file that is not as it was written.
        """
        names = [
            _file_of(view, bucket, earlier=earlier) for earlier in (False, True)[: 1 + (known is not None)]
        ]
        arrow = frames.pyarrow()
        from pyarrow.parquet import read_table

        found = [
            read_table(arrow.BufferReader(self._proven(name)), use_threads=False)
            for name in names
            if name in self.said["files"]
        ]
        rows = arrow.concat_tables([frames.rows_schema().empty_table(), *found])
        return rows if known is None else frames.known_on(rows, known)

    def may_have(self, view: str, bucket: int, name: str) -> bool:
        """Whether rows of a view in a bucket may name an id; False is certain. Raises as ``rows`` does."""
        if bucket not in self._ids:
            self._ids[bucket] = BucketIds.of_bytes(self._proven(f"{_BUCKETS}/{bucket:05}.ids"))
        return self._ids[bucket].may_have(view, name)

    def _proven(self, name: str) -> bytes:
        try:
            data = (self.path / name).read_bytes()
        except OSError as error:
            raise _not_whole(self.path, f"{name} cannot be read: {error.strerror}") from None
        if sha256(data).hexdigest() != self.said["files"][name]:
            raise _not_whole(self.path, f"{name} is not as it was written")
        return data


def _not_whole(path: Path, what: str) -> StoreError:
    message = f'rows in "{printable(str(path))}" are not whole: {what}'
    return StoreError(Problem("C532", message, help=_AGAIN))
