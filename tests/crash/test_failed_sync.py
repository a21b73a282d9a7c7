"""R3: the disk fails at one sync, and no answer that was given before or after is a lie.

A system that could not write what a sync should have written says so once, and then takes it for written:
those who read the file see it, and after a loss of power it is gone. So what is examined is the store as
it is found by the next process, and the store after a loss of power at any moment from the failure on.
"""

from __future__ import annotations

import errno
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import fifty_appends
import system_calls
from chronicle.errors import StoreError
from chronicle.stores import Store, open_store
from fifty_appends import BATCHES, SMALL, append_all
from power_loss import (
    NOTHING,
    STORE,
    Acknowledged,
    Analysis,
    Began,
    Disk,
    Event,
    Files,
    FolderSynced,
    Named,
    NotSynced,
    Synced,
    Wrote,
    as_read,
    lay_out,
    quick_folder,
    recovered,
)

pytest.importorskip("apsw", reason="the recording file system needs the package apsw")

import apsw

from recording_vfs import Recorder

Note = Callable[..., None]
Size = Callable[[int, int], int]


@pytest.fixture
def quick() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder


class Failing:
    """Appends to a store in ``folder`` of which the sync with this number fails, once; 0 is none."""

    def __init__(self, folder: Path, failing: int, last: int) -> None:
        folder.mkdir()
        self.syncs = 0
        self.start = 0
        self.refused: StoreError | None = None
        self.killed: Files | None = None
        self.later: list[str | None] = []
        self._failing = failing
        self._recorder = Recorder(folder, self._fault)
        self.events = self._recorder.events
        with self._recorder.watching(SMALL):
            try:
                append_all(folder / STORE, self._recorder.tell, last=last, failed=self._failed)
            except StoreError as error:
                self.refused = error
        self.closed = as_read(self.events)
        self.acknowledged = sum(isinstance(event, Acknowledged) for event in self.events)
        self.begun = sum(isinstance(event, Began) for event in self.events)

    def _fault(self, what: str) -> int | None:
        self.syncs += what == "sync"
        if what != "sync" or self.syncs != self._failing:
            return None
        self.start = len(self.events)
        return apsw.SQLITE_IOERR_FSYNC

    def _failed(self, store: Store) -> None:
        """What a process leaves that is killed now; and whether the store goes on in spite of the failure."""
        self.killed = as_read(self.events)
        for batch in BATCHES:
            try:
                store.append(batch)
                self.later.append(None)
            except StoreError as error:
                self.later.append(error.code)
        store.close()


def spread(count: int, wanted: int) -> list[int]:
    """``wanted`` numbers from 1 to ``count``, evenly; all of them when there are not so many."""
    step = max(1.0, count / wanted)
    return sorted({round(1 + step * number) for number in range(wanted) if round(1 + step * number) <= count})


def test_what_a_failed_sync_should_have_written_is_read_and_yet_not_on_the_disk() -> None:
    """The model itself: no later sync brings it to the disk; writing anything of the sector again does."""
    first, second = b"a" * 512, b"b" * 512
    events: list[Event] = [Named("file", 0), FolderSynced(), Wrote(0, 0, first), NotSynced(0)]
    events += [Wrote(0, 512, second), Synced(0)]
    *_, after = Disk(random.Random(0)).points(events)
    assert as_read(events) == {"file": first + second}
    assert after.disk(set()) == {"file": bytes(512) + second}
    events += [Wrote(0, 3, b"a"), Synced(0)]
    *_, after = Disk(random.Random(0)).points(events)
    assert after.disk(set()) == {"file": first + second}


def test_a_failed_sync_refuses_its_append_and_every_later_one(quick: Path, size: Size, results: Note) -> None:
    """For each sync: the caller hears of it, the handle is out of use, and opened again all goes on."""
    last = size(12, len(BATCHES))
    syncs = Failing(quick / "all", 0, last).syncs
    refusals = later = 0
    for failing in range(1, syncs + 1):
        run = Failing(quick / str(failing), failing, last)
        assert run.syncs >= failing
        if run.refused is None:
            # A checkpoint failed: what it was to copy is safe in the log, and the next one copies it.
            assert run.acknowledged == last
            assert recovered(lay_out(run.closed, quick / "after"), BATCHES) == last
            continue
        refusals += 1
        if run.killed is None:
            # It could not be made or opened: then it can the next time.
            path = lay_out(run.closed, quick / "after")
            open_store(path, create=True).close()
            assert recovered(path, BATCHES) == run.acknowledged == run.begun
            continue
        assert set(run.later) == {"C511"}
        later += len(run.later)
        for files in (run.killed, run.closed):
            assert recovered(lay_out(files, quick / "after"), BATCHES) in {run.acknowledged, run.begun}
    results("R3", store="SQLite", done=f"{syncs} failures, {later:,} appends after one", acknowledged_later=0)
    assert refusals > 12


@pytest.mark.slow
def test_no_loss_of_power_after_a_failed_sync_undoes_what_was_acknowledged(
    quick: Path, size: Size, results: Note
) -> None:
    """The handle is closed after the failure; whatever of it reached the disk, all acknowledged is there."""
    last = 12
    syncs = Failing(quick / "all", 0, last).syncs
    analysis = Analysis(BATCHES, quick / "crash")
    for failing in spread(syncs, size(8, syncs)):
        run = Failing(quick / str(failing), failing, last)
        for fate in (1.0, 0.5):
            analysis.examine(run.events, count=size(0, 10), start=run.start, fate=fate)
    results(
        "R3",
        store="SQLite, then loss of power",
        done=f"{analysis.points:,} points, {analysis.states:,} states of the disk",
        **analysis.found,
    )
    assert analysis.found == NOTHING, analysis.examples


class Process:
    """A process of the standard library, of which one system call fails, and one that goes on after it."""

    def __init__(self, folder: Path, last: int, inject: str | None = None) -> None:
        folder.mkdir()
        self._store, self._log = folder / "run" / STORE, folder / "log"
        self._store.parent.mkdir()
        self.calls = system_calls.Trace(self._store.parent, self._log)
        self.status = self._run(folder / "trace", 1, last, inject)
        self.answers = list(self.calls.answers)
        numbers = [event.number for event in self.calls.events if isinstance(event, Acknowledged)]
        self.acknowledged = max(numbers, default=0)
        self.after = 0
        if self.status:
            first = self.acknowledged + 1
            self.after = self._run(folder / "trace-after", first, min(first + 3, len(BATCHES)))

    def _run(self, trace: Path, first: int, last: int, inject: str | None = None) -> int:
        program = fifty_appends.program(self._store, self._log, first, last)
        done = system_calls.watched(program, trace, inject)
        assert done.returncode in {0, 3, 4}, done.stderr
        self.calls.add(trace)
        held = {path.name: path.read_bytes() for path in self._store.parent.iterdir()}
        assert as_read(self.calls.events) == {name: held[name] for name in held if not name.endswith("-shm")}
        return done.returncode


@pytest.mark.slow
def test_a_process_whose_sync_failed_and_the_next_one_lose_nothing(
    quick: Path, size: Size, results: Note
) -> None:
    """The process is killed after the failure; another opens the store and repeats the append that failed.

    Whatever the system forgot to write, and whenever the power fails from the failure on: what either of them
    acknowledged is there.
    """
    if reason := system_calls.why_not():
        pytest.skip(reason)
    last = 12
    whole = Process(quick / "all", last)
    assert whole.status == 0
    calls = [
        f"{name}:error={errno.errorcode[errno.EIO]}:when={number}"
        for name, count in sorted(whole.calls.syncs.items())
        for number in range(1, count + 1)
    ]
    analysis = Analysis(BATCHES, quick / "crash")
    refused = 0
    for number in spread(len(calls), size(8, len(calls))):
        run = Process(quick / str(number), last, calls[number - 1])
        assert run.after == 0, calls[number - 1]
        assert "acknowledged after a failure" not in run.answers
        refused += run.status == 3
        start = run.calls.failed
        assert start is not None, calls[number - 1]
        for fate in (1.0, 0.5)[: size(1, 2)]:
            analysis.examine(run.calls.events, count=size(0, 10), start=start, fate=fate)
    results(
        "R3",
        store="SQLite, by system calls",
        done=f"{analysis.points:,} points, {analysis.states:,} states of the disk",
        **analysis.found,
    )
    assert refused
    assert analysis.found == NOTHING, analysis.examples
