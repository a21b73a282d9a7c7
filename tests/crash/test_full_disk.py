"""R4: the disk is full, a write fails or is only half done; the caller is told and nothing is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chronicle.errors import StoreError
from chronicle.stores import Store, open_store
from fifty_appends import BATCHES, SMALL, append_all
from power_loss import STORE, Acknowledged, Began, Files, as_read, lay_out, quick_folder, recovered

pytest.importorskip("apsw", reason="the recording file system needs the package apsw")
pytest.importorskip("resource", reason="this system knows no limits of a process")

import apsw

import limited_appends
from limited_appends import LAST, Outcome
from recording_vfs import Recorder

Note = Callable[..., None]
Size = Callable[[int, int], int]

# The result code, and how much of the write is done all the same.
FAILURES = {
    "full": (apsw.SQLITE_FULL, 0.0),
    "short": (apsw.SQLITE_FULL, 0.5),
    "error": (apsw.SQLITE_IOERR_WRITE, 0.0),
}


@pytest.fixture
def quick() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder


class Failing:
    """Appends to a store in ``folder`` of which this write fails, and every later one when it ``lasts``.

    When an append was refused there is room again, before the store is closed.
    """

    def __init__(self, folder: Path, failing: int, failure: str, lasts: bool) -> None:
        folder.mkdir()
        self.writes = 0
        self.refused: StoreError | None = None
        self.killed: Files = {}
        self.repeated = False
        self._failing = failing
        self._code, share = FAILURES[failure]
        self._lasts = lasts
        self._recorder = Recorder(folder, self._fault, done=share)
        with self._recorder.watching(SMALL):
            try:
                append_all(folder / STORE, self._recorder.tell, last=LAST, failed=self._failed)
            except StoreError as error:
                self.refused = error
        events = self._recorder.events
        self.closed = as_read(events)
        self.acknowledged = sum(isinstance(event, Acknowledged) for event in events)
        self.begun = sum(isinstance(event, Began) for event in events)

    def _fault(self, what: str) -> int | None:
        self.writes += what == "write"
        fails = self.writes == self._failing or (self._lasts and 0 < self._failing < self.writes)
        return self._code if what == "write" and fails else None

    def _failed(self, store: Store) -> None:
        self.killed = as_read(self._recorder.events)
        # A reader gets what is there, or an error of ours.
        try:
            assert store.head().position == sum(map(len, BATCHES[: self._begun() - 1]))
        except StoreError:
            assert self._lasts
        self._failing = 0
        # The handle may be out of use; what it acknowledges all the same is kept.
        with suppress(StoreError):
            store.append(BATCHES[self._begun() - 1])
            self.repeated = True
        store.close()

    def _begun(self) -> int:
        return sum(isinstance(event, Began) for event in self._recorder.events)


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_write_that_fails_is_told_and_loses_nothing(
    quick: Path, size: Size, results: Note, failure: str, lasts: bool
) -> None:
    """For each write: the caller gets an error of ours, and all that was acknowledged is there afterwards."""
    writes = Failing(quick / "all", 0, failure, lasts).writes
    refusals = 0
    tried = range(1, writes + 1, size(7, 1))
    for failing in tried:
        run = Failing(quick / "run", failing, failure, lasts)
        assert run.writes >= failing
        refusals += run.refused is not None
        if run.refused is None:
            # A checkpoint failed: what it was to copy is safe in the log, and the next one copies it.
            assert run.acknowledged == LAST
        if run.begun == 0:
            path = lay_out(run.closed, quick / "after")
            open_store(path, create=True).close()
            assert recovered(path, BATCHES) == 0
        for files in (run.killed, run.closed) if run.begun else ():
            if files:
                held = recovered(lay_out(files, quick / "after"), BATCHES)
                assert held in {run.acknowledged, run.begun}
        if run.repeated:
            assert recovered(lay_out(run.closed, quick / "after"), BATCHES) == run.begun
        shutil.rmtree(quick / "run")
    results(
        "R4",
        store=f"SQLite, {failure}{' from then on' if lasts else ''}",
        done=f"{len(tried):,} writes, {refusals:,} appends refused",
        lost=0,
    )
    assert refusals > len(tried) // 2


def outcomes(command: list[str]) -> list[Outcome]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Outcome(**each) for each in json.loads(done.stdout)]


def judge(found: list[Outcome]) -> None:
    """Refused with an error of ours as long as there is no room; all is well as soon as there is."""
    assert found[0].code == "C507"
    assert found[-1] == Outcome(found[-1].room, LAST, LAST, None, LAST)
    assert {outcome.code for outcome in found} == {"C507", None}
    assert [each for each in found if each.recovered not in {each.acknowledged, each.begun}] == []
    assert len({outcome.acknowledged for outcome in found}) > 4


def test_a_limit_of_the_size_of_files_is_told_and_loses_nothing(
    quick: Path, size: Size, results: Note
) -> None:
    """The system refuses to let a file grow, at one size after the other."""
    step = size(5 * 1024, 512)
    found = outcomes([sys.executable, limited_appends.__file__, "size", str(quick), str(step)])
    judge(found)
    results("R4", store="SQLite, limited size of files", done=f"{len(found):,} limits", lost=0)


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, size: Size, results: Note) -> None:
    """A small disk with more and more room left."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no way to make a small disk: unshare is not on this machine")
    # In a name space of its own, the disk goes when the process does.
    alone = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    mount = f'mount -t tmpfs -o size=1m small "{tmp_path}"'
    tried = subprocess.run([*alone, mount], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"there is no way to make a small disk: {tried.stderr.strip()}")
    program = f'"{sys.executable}" "{limited_appends.__file__}" disk "{tmp_path}" {size(8 * 1024, 4 * 1024)}'
    found = outcomes([*alone, f"{mount} && {program}"])
    judge(found)
    results("R4", store="SQLite, small disk", done=f"{len(found):,} fillings", lost=0)
