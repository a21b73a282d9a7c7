"""A whole replay in partitions, on one computer: records in, a folder of rows out, in a bounded memory.

Records are read twice: once to learn what they share, and once to lay those of each partition into a file of
its own. Then the partitions are replayed one after the other, or by worker processes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Projector
from chronicle.errors import InvalidEvents, Problem
from chronicle.ledgers.keeping.made_from import code_key, projectors_key
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.first_pass import (
    RecordSource,
    Report,
    first_pass,
    laid_out,
    lay_out,
    spooled,
)
from chronicle.ledgers.partitions.folder import WORK, Job, RowsFolder
from chronicle.ledgers.partitions.partitioning import Partitioning
from chronicle.ledgers.partitions.replaying import replay_partition
from chronicle.ledgers.partitions.workers import Run, running

PARTITIONS: Final = 16
"""The number of partitions, where nobody says how many."""

LARGE: Final = 2_000
"""A part of more events takes long for what was known of it earlier: it is replayed on each of its days."""


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
    report("reading", 0, int(source.head.get("position", 0)))
    with ExitStack() as stack:
        run = stack.enter_context(running(workers) if machines is None else machines())
        records = stack.enter_context(spooled(source))
        with paused_collector():
            found = first_pass(source, records, projectors, run, report)
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
            lay_out(records, found, chosen, set(missing), work)
            tasks = (partial(_write_bucket, folder, job, bucket, work, projectors) for bucket in missing)
            for done, bucket in enumerate(run(tasks), start=1):
                rows.note(bucket)
                report("replaying", partitions - len(missing) + done, partitions)
        views = [view for projector in (*PROJECTORS, *projectors) for view in projector.views]
        about = {"head": source.head, "views": views, "set_aside": [str(each) for each in set_aside]}
        return ReplayOutcome(rows.end(about), set_aside, found.whole)


def _faults(source: RecordSource, found: Partitioning) -> tuple[Problem, ...]:
    """A finding (C534) with its position for each record that makes no event."""
    broken = {position: (f"{why.code} {why.message}", why.place) for position, why in source.broken.items()}
    broken |= {position: (why, None) for position, why in found.faulty.items()}
    return tuple(
        Problem("C534", f"record {position} makes no event: {why}", place, _MEND)
        for position, (why, place) in sorted(broken.items())
    )


_MEND: Final = "mend it at its source, or set it aside with --quarantine"


def _write_bucket(folder: Path, job: Job, bucket: int, work: Path, projectors: Sequence[Projector]) -> int:
    """Replay a partition and write its rows. Runs in a worker."""
    with paused_collector(), frames.pyarrow().OSFile(laid_out(work, bucket)) as file:
        reader = frames.pyarrow().ipc.open_file(file)
        records = (reader.get_batch(place) for place in range(reader.num_record_batches))
        RowsFolder(folder, job).write(bucket, replay_partition(records, projectors, known=job.known))
    Path(laid_out(work, bucket)).unlink()
    return bucket
