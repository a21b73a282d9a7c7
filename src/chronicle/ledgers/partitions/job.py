"""A whole replay in partitions, on one computer: records in, a folder of rows out, in a bounded memory.

Records are read twice: once to learn what they share, and once to lay those of each partition into a file of
its own. Then the partitions are replayed one after the other, or by worker processes.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, Protocol

from attrs import define

from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Projector
from chronicle.errors import InvalidEvents, Problem, StoreError
from chronicle.ledgers.keeping import code_key, projectors_key
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.folder import WORK, Job, RowsFolder
from chronicle.ledgers.partitions.partitioning import Partitioning
from chronicle.ledgers.partitions.partitioning import partitioned as partitioned_by
from chronicle.ledgers.partitions.replaying import replay_partition
from chronicle.ledgers.partitions.telling import tells

Report = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and the total."""

Run = Callable[[Iterable[Callable[[], Any]]], Iterator[Any]]
"""Calls some functions, and gives what they give, in any order."""

PARTITIONS: Final = 16
"""The number of partitions, where nobody says how many."""

LARGE: Final = 2_000
"""A part of more events takes long for what was known of it earlier: it is replayed on each of its days."""

_WAITING: Final = 2


class RecordSource(Protocol):
    """Records that can be read as often as needed, in the order of their positions.

    ``key`` is a hash of all of them, ``head`` says where they end, and ``broken`` is what was no record at
    all, by position, once they were read.
    """

    @property
    def key(self) -> str:
        """A hash of all records."""

    @property
    def head(self) -> Mapping[str, Any]:
        """Where they end, for the manifest."""

    @property
    def broken(self) -> Mapping[int, Problem]:
        """What was no record, by position."""

    def batches(self) -> Iterator[Any]:
        """The records as record batches of Arrow."""


class ReplayOutcome(NamedTuple):
    """What a replay made: the manifest, what was set aside, and a projector that needs everything at once."""

    said: Mapping[str, Any]
    set_aside: tuple[Problem, ...]
    whole: str


def replay_into(
    folder: Path,
    source: RecordSource,
    projectors: Sequence[Projector] = (),
    *,
    partitions: int = PARTITIONS,
    workers: int = 1,
    machines: Callable[[], AbstractContextManager[Run]] | None = None,
    quarantine: bool = False,
    known: bool = True,
    report: Report = lambda *_: None,
    large: Callable[[int], None] = lambda _: None,
) -> ReplayOutcome:
    """Replay the records of a source into a folder of rows, or make what is missing there.

    ``known`` is whether rows of every day of knowledge are made, and not only of all that is known; ``large``
    is then called with the number of events in the largest part before it is replayed, if there are many.
    ``machines`` is what does the tasks in place of worker processes, and has to see the folder.
    Raises ``InvalidEvents`` (C534), before anything is written, for records that make no event, unless they
    are set aside (``quarantine``); ``UsageError`` (C530) for a folder with something else in it; and
    ``OSError``.
    """
    # Of projectors without a version nobody can tell whether they are those of last time.
    key = projectors_key(projectors)
    job = Job(source.key, partitions, code_key(), token_hex() if key is None else key, quarantine, known)
    rows = RowsFolder(folder, job)
    with ExitStack() as stack:
        run = stack.enter_context(_running(workers) if machines is None else machines())
        spooled = stack.enter_context(_spooled(source))
        with paused_collector():
            found = _partitioned(source, spooled, projectors, run, report)
            chosen = found.partitions(partitions)
        set_aside = _faults(source, found)
        if set_aside and not quarantine:
            raise InvalidEvents(*set_aside)
        rows.begin()
        missing = rows.missing()
        if missing:
            if known and found.largest > LARGE:
                large(found.largest)
            work = Path(stack.enter_context(TemporaryDirectory(dir=folder, prefix=WORK)))
            _lay_out(spooled, found, chosen, set(missing), work)
            tasks = (partial(_write_bucket, folder, job, bucket, work, projectors) for bucket in missing)
            for done, bucket in enumerate(run(tasks), start=1):
                rows.note(bucket)
                report("replaying", partitions - len(missing) + done, partitions)
        views = [view for projector in (*PROJECTORS, *projectors) for view in projector.views]
        about = {"head": source.head, "views": views, "set_aside": [str(each) for each in set_aside]}
        return ReplayOutcome(rows.end(about), set_aside, found.whole)


@contextmanager
def _running(workers: int) -> Iterator[Run]:
    """What calls functions: this process, or workers of which each gets the next one.

    Workers are started anew (``spawn``) and not forked: this process may have threads, such as that of the
    progress line and those of Arrow, and a lock that one of them holds would never open in a fork.
    """
    if workers == 1:
        yield lambda tasks: (task() for task in tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        try:
            yield partial(_by_workers, pool, workers * _WAITING)
        except BrokenProcessPool:
            message = "a worker process came to a sudden end: it was killed, or memory ran out"
            help = "run the same again, with fewer workers or more partitions; it goes on where it was"
            raise StoreError(Problem("C532", message, help=help)) from None
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _by_workers(pool: ProcessPoolExecutor, most: int, tasks: Iterable[Callable[[], Any]]) -> Iterator[Any]:
    """No more than so many are waiting at a time, so that memory is bounded."""
    waiting = set[Future[Any]]()
    for task in tasks:
        waiting.add(pool.submit(task))
        if len(waiting) >= most:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in done)
    for each in waiting:
        yield each.result()


def _partitioned(
    source: RecordSource,
    spooled: _Spooled,
    projectors: Sequence[Projector],
    run: Run,
    report: Report,
) -> Partitioning:
    def told() -> Iterator[Any]:
        total = int(source.head.get("position", 0))
        for done, batches in enumerate(run(partial(_tells, b, projectors) for b in spooled.batches()), 1):
            report("reading", min(done * frames.BATCH, total), total)
            yield from batches

    return partitioned_by(spooled.batches, told(), projectors)


@define
class _Spooled:
    """A source that is read once: what it gives is kept in a file, and from then on read from there."""

    source: RecordSource
    file: str
    kept: bool = False

    def batches(self) -> Iterator[Any]:
        arrow = frames.pyarrow()
        if self.kept:
            with arrow.memory_map(self.file) as file:
                yield from arrow.ipc.open_stream(file)
            return
        with arrow.ipc.new_stream(self.file, frames.records_schema()) as writer:
            for batch in map(frames.as_records, self.source.batches()):
                writer.write_batch(batch)
                yield batch
        self.kept = True


@contextmanager
def _spooled(source: RecordSource) -> Iterator[_Spooled]:
    with TemporaryDirectory(prefix="chronicle-replay-") as folder:
        yield _Spooled(source, str(Path(folder) / "records.arrow"))


@paused_collector()
def _tells(batch: Any, projectors: Sequence[Projector]) -> list[Any]:
    return list(tells([batch], projectors))


def _faults(source: RecordSource, found: Partitioning) -> tuple[Problem, ...]:
    """A finding (C534) with its position for each record that makes no event."""
    broken = {position: (f"{why.code} {why.message}", why.place) for position, why in source.broken.items()}
    broken |= {position: (why, None) for position, why in found.faulty.items()}
    return tuple(
        Problem("C534", f"record {position} makes no event: {why}", place, _MEND)
        for position, (why, place) in sorted(broken.items())
    )


_MEND: Final = "mend it at its source, or set it aside with --quarantine"


def _lay_out(
    source: _Spooled, found: Partitioning, chosen: Mapping[int, int], wanted: set[int], work: Path
) -> None:
    """Write the records of each partition that is wanted into a file of its own, each with its part."""
    arrow, schema, parts = frames.pyarrow(), frames.laid_out_schema(), found.parts()
    with ExitStack() as stack:
        writers = {
            bucket: stack.enter_context(arrow.ipc.new_file(_laid_out(work, bucket), schema))
            for bucket in wanted
        }
        # The first pass has computed the checksums again.
        for batch in map(frames.without_proofs, source.batches()):
            places: dict[int, list[int]] = {}
            positions = batch.column("position").to_pylist()
            of_parts = arrow.array([parts.get(position, 0) for position in positions], arrow.int64())
            batch = batch.append_column(frames.PART, of_parts)  # noqa: PLW2901
            for place, position in enumerate(positions):
                places.setdefault(chosen.get(position, -1), []).append(place)
            for bucket in wanted & places.keys():
                writers[bucket].write_batch(frames.as_records(batch.take(places[bucket]), schema))


def _laid_out(work: Path, bucket: int) -> str:
    return str(work / f"{bucket:05}.arrow")


def _write_bucket(folder: Path, job: Job, bucket: int, work: Path, projectors: Sequence[Projector]) -> int:
    """Replay a partition and write its rows. Runs in a worker."""
    with paused_collector(), frames.pyarrow().OSFile(_laid_out(work, bucket)) as file:
        reader = frames.pyarrow().ipc.open_file(file)
        records = (reader.get_batch(place) for place in range(reader.num_record_batches))
        RowsFolder(folder, job).write(bucket, replay_partition(records, projectors, known=job.known))
    Path(_laid_out(work, bucket)).unlink()
    return bucket
