"""The ledger of a store made by several processes, without all of its events in the memory of any.

The records are read once and split by what they share, as for a replay in partitions. Each process replays
whole parts of the history and lays them down as a section; the sections become one ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from attrs import define

from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import Problem
from chronicle.events import IdentityLinked
from chronicle.ledgers.keeping import About, LedgerKeeper
from chronicle.ledgers.kept import KeptFile
from chronicle.ledgers.layout import LedgerFile, Size, write_sized
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.first_pass import (
    RecordSource,
    Report,
    Spooled,
    first_pass,
    laid_out,
    lay_out,
    spooled,
)
from chronicle.ledgers.partitions.workers import Run, WorkerEnded, running
from chronicle.ledgers.rows import ViewRows
from chronicle.ledgers.sections.cells import NotJoined
from chronicle.ledgers.sections.joining import joined
from chronicle.ledgers.sections.laying import lay_down
from chronicle.ledgers.sections.spool import BlockSpool, spooled_bytes
from chronicle.stores import Head
from chronicle.stores.work_folders import work_folder

_AT_ONCE: Final = 30_000
"""About so many events are replayed together: larger are only parts that are."""

_FOR_EACH: Final = 4
"""So many sections at the least for each process, so that all have something to do to the end."""

_MOST: Final = 500
"""So many sections at the most: all of their files are open at a time, and a process may have few."""


class NotInSections(Exception):
    """A history whose ledger is made by one process: of linked ids, or with records that make no event."""


def made_in_sections(
    keeper: LedgerKeeper, source: RecordSource, workers: int, report: Report
) -> KeptFile | None:
    """The ledger of all records of a store, made by so many processes and kept.

    ``report`` is called with the progress. None where one process has to make it, and where it cannot be
    kept, which is reported. Raises what reading the store raises.
    """
    if keeper.has_own_projectors or not int(source.head["position"]):
        return None

    def write_it(file: BinaryIO, about: About) -> None:
        write_in_sections(file, about, source, workers, report)

    try:
        return keeper.keep_written_by(write_it, Head(**source.head))
    except WorkerEnded:
        keeper.cannot_keep("a worker process came to a sudden end: it was killed, or memory ran out")
    except NotInSections:
        # One process makes it, or says what is wrong.
        pass
    return None


def write_in_sections(
    out: BinaryIO, about: About, source: RecordSource, workers: int, report: Report
) -> None:
    """Write the ledger of all records of a source into an empty file, by so many processes.

    ``about`` gives what it is made from. It is the file that ``write_ledger`` writes with what the events
    share, number by number. Raises ``NotInSections``, ``CannotKeep`` for what no ledger on disk can hold,
    ``WorkerEnded``, what reading the source raises, and ``OSError``.
    """
    report("reading", 0, int(source.head["position"]))
    with work_folder("sections") as work:
        with spooled(_WithoutLinks(source)) as records, running(workers) as run:
            sections = _laid_down(work, records, workers, run, report)
        report("joining", 0, 1)
        # A process that replayed sections has memory left over from that: this is a new one.
        with running(workers) as run:
            ((views, sizes),) = run([partial(_join, work, sections)])
        report("joining", 1, 1)
        about_it = {**about(), "views": [list(view) for view in views]}
        write_sized(out, about_it, sizes, spooled_bytes(_blocks(work)))


def _laid_down(work: Path, records: Spooled, workers: int, run: Run, report: Report) -> list[int]:
    """Have all sections laid down in a folder, and give their numbers. Raises as ``write_in_sections``."""
    with paused_collector():
        found = first_pass(records.source, records, (), run, report)
        if found.faulty or records.source.broken:
            raise NotInSections
        total = int(records.source.head["position"])
        chosen = found.partitions(min(_MOST, max(workers * _FOR_EACH, total // _AT_ONCE)))
    sections = sorted({*chosen.values()})
    lay_out(records, found, chosen, {*sections}, work)
    del found, chosen
    tasks = (partial(_lay_section, work, section) for section in sections)
    for done, _ in enumerate(run(tasks), start=1):
        report("replaying", done, len(sections))
    return sections


@define
class _WithoutLinks:
    """A source up to the first record by which an id turned out to be another's, which reaches everywhere.

    Who reads that far gets ``NotInSections``, before more is done that would be in vain.
    """

    source: RecordSource

    @property
    def key(self) -> str:
        return self.source.key

    @property
    def head(self) -> Mapping[str, Any]:
        return self.source.head

    @property
    def broken(self) -> Mapping[int, Problem]:
        return self.source.broken

    def batches(self) -> Iterator[Any]:
        for batch in self.source.batches():
            if IdentityLinked.kind in batch.column("kind").unique().to_pylist():
                raise NotInSections
            yield batch


def _section(work: Path, number: int) -> Path:
    return work / f"{number:05}.ledger"


def _blocks(work: Path) -> Path:
    return work / "joined.blocks"


def _join(work: Path, numbers: Sequence[int]) -> tuple[list[ViewRows], list[Size]]:
    """Write the blocks of the ledger of some sections into a file. Runs in a process of its own.

    Gives where the cells and rows of each view are, and the sizes of the blocks.
    """
    with _blocks(work).open("xb") as file:
        spool = BlockSpool(file)
        try:
            views = joined([LedgerFile(_section(work, number)) for number in numbers], spool.take)
        except NotJoined:
            raise NotInSections from None
        return views, spool.sizes


def _lay_section(work: Path, number: int) -> None:
    """Replay the records of a section and write its ledger. Runs in a process of its own."""
    with frames.pyarrow().OSFile(laid_out(work, number)) as file:
        reader = frames.pyarrow().ipc.open_file(file)
        batches = (reader.get_batch(place) for place in range(reader.num_record_batches))
        lay_down(_section(work, number), batches)
    Path(laid_out(work, number)).unlink()
