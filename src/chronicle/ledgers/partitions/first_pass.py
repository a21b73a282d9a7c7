"""The first pass over records: they are read once, and laid into a file for each partition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import define

from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import Projector
from chronicle.errors import Problem
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.partitioning import NumbersByPosition, Partitioning
from chronicle.ledgers.partitions.partitioning import partitioned as partitioned_by
from chronicle.ledgers.partitions.telling import tells
from chronicle.ledgers.partitions.workers import Run
from chronicle.stores.work_folders import work_folder

Report = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and the total."""


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


def first_pass(
    source: RecordSource,
    spooled: Spooled,
    projectors: Sequence[Projector],
    run: Run,
    report: Report,
) -> Partitioning:
    """How to split the records of a source, by what each says that it shares with others."""

    def told() -> Iterator[Any]:
        total = int(source.head.get("position", 0))
        for done, batches in enumerate(run(partial(_tells, b, projectors) for b in spooled.batches()), 1):
            report("reading", min(done * frames.RECORDS, total), total)
            yield from batches
        frames.give_memory_back()

    return partitioned_by(spooled.batches, told(), projectors, run)


@define
class Spooled:
    """A source that is read once: what it gives is kept in a file, and from then on read from there."""

    source: RecordSource
    file: str
    kept: bool = False

    def batches(self) -> Iterator[Any]:
        """The records as batches of Arrow."""
        arrow = frames.pyarrow()
        if self.kept:
            with arrow.OSFile(self.file) as file:
                yield from arrow.ipc.open_stream(file)
            return
        with arrow.ipc.new_stream(self.file, frames.records_schema()) as writer:
            for batch in map(frames.as_records, self.source.batches()):
                writer.write_batch(batch)
                yield batch
        self.kept = True


@contextmanager
def spooled(source: RecordSource) -> Iterator[Spooled]:
    """A source that is read once; what was kept of it is deleted afterwards."""
    with work_folder("records") as folder:
        yield Spooled(source, str(folder / "records.arrow"))


@paused_collector()
def _tells(batch: Any, projectors: Sequence[Projector]) -> list[Any]:
    return list(tells([batch], projectors))


def lay_out(
    source: Spooled, found: Partitioning, chosen: NumbersByPosition, wanted: set[int], work: Path
) -> None:
    """Write the records of each partition that is wanted into a file of its own, each with its part."""
    arrow, np, schema, parts = frames.pyarrow(), frames.numpy(), frames.laid_out_schema(), found.parts()
    with ExitStack() as stack:
        writers = {
            bucket: stack.enter_context(arrow.ipc.new_file(laid_out(work, bucket), schema))
            for bucket in wanted
        }
        # The first pass has computed the checksums again.
        for batch in frames.joined(map(frames.without_proofs, source.batches()), _AT_ONCE):
            positions = batch.column("position").to_numpy()
            of_parts = arrow.array(parts.at(positions, missing=0))
            buckets = chosen.at(positions, missing=-1)
            order = np.argsort(buckets, kind="stable")
            laid = frames.as_records(batch.append_column(frames.PART, of_parts), schema).take(order)
            numbers, begins = np.unique(buckets[order], return_index=True)
            for bucket, begin, end in zip(
                numbers.tolist(), begins.tolist(), [*begins[1:].tolist(), len(order)], strict=True
            ):
                if bucket in wanted:
                    writers[bucket].write_batch(laid.slice(begin, end - begin))
    frames.give_memory_back()


# So many records are laid out together: of each partition there are some of them, which are read together.
_AT_ONCE: Final = 10_000


def laid_out(work: Path, bucket: int) -> str:
    """The path of the file with the records of a partition."""
    return str(work / f"{bucket:05}.arrow")
