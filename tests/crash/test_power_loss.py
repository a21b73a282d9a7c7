"""R2: the power fails at any moment of fifty appends, and the store has all that was acknowledged.

What a disk may hold then is made by ``tests/power_loss.py``. The store is watched twice: on a file system in
the hands of the test (``apsw``), and, where ``strace`` is, by the system calls of the library that
everybody uses.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import fifty_appends
import system_calls
from chronicle.stores import open_store
from fifty_appends import BATCHES, SMALL, append_all
from power_loss import (
    NOTHING,
    STORE,
    Acknowledged,
    Analysis,
    Began,
    Disk,
    Event,
    Made,
    as_read,
    lay_out,
    quick_folder,
)

pytest.importorskip("apsw", reason="the recording file system needs the package apsw")

from recording_vfs import Recorder

Note = Callable[..., None]
Size = Callable[[int, int], int]


@pytest.fixture
def quick() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder


def recorded(folder: Path, settings: dict[str, str], last: int = len(BATCHES)) -> list[Event]:
    """What the appends asked of the disk, and what they were told."""
    folder.mkdir()
    recorder = Recorder(folder)
    with recorder.watching(settings):
        append_all(folder / STORE, recorder.tell, last=last)
    assert as_read(recorder.events) == {path.name: path.read_bytes() for path in folder.iterdir()}
    return recorder.events


@pytest.mark.slow
def test_no_loss_of_power_undoes_what_was_acknowledged(quick: Path, size: Size, results: Note) -> None:
    """At every write and sync: a prefix of whole batches is found, and no acknowledged one is missing."""
    events = recorded(quick / "run", SMALL)
    analysis = Analysis(BATCHES, quick / "crash")
    analysis.examine(events, count=size(1, 200))
    results(
        "R2",
        store="SQLite",
        done=f"{analysis.points:,} points, {analysis.states:,} states of the disk",
        **analysis.found,
    )
    assert analysis.found == NOTHING, analysis.examples
    assert analysis.points > 500
    assert analysis.distinct > 1000


@pytest.mark.slow
def test_no_loss_of_power_undoes_what_the_usual_library_acknowledged(
    quick: Path, size: Size, results: Note
) -> None:
    """The same, of the system calls of the standard module."""
    if reason := system_calls.why_not():
        pytest.skip(reason)
    folder, log, trace = quick / "run", quick / "log", quick / "trace"
    folder.mkdir()
    done = system_calls.watched(fifty_appends.program(folder / STORE, log), trace)
    assert done.returncode == 0, done.stderr
    calls = system_calls.Trace(folder, log)
    calls.add(trace)
    assert as_read(calls.events) == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sum(isinstance(event, Acknowledged) for event in calls.events) == len(BATCHES)
    analysis = Analysis(BATCHES, quick / "crash")
    analysis.examine(calls.events, count=size(0, 200))
    results(
        "R2",
        store="SQLite, by system calls",
        done=f"{analysis.points:,} points, {analysis.states:,} states of the disk",
        **analysis.found,
    )
    assert analysis.found == NOTHING, analysis.examples
    assert analysis.points > 500


def test_no_loss_of_power_while_recovering_from_one_takes_anything_away(
    quick: Path, size: Size, results: Note
) -> None:
    """The power fails, and fails again while the store is opened and appended to: nothing more is gone."""
    events = recorded(quick / "run", SMALL, last=12)
    dice = random.Random(2)
    points = [
        (point, point.disk({piece.number for piece in point.pending if dice.random() < share}))
        for point in Disk(dice).points(events)
        if point.made and point.pending
        for share in (1.0, 0.5)
    ]
    analysis = Analysis(BATCHES, quick / "crash")
    for point, files in dice.sample(points, size(6, len(points))):
        path = lay_out(files, quick / "again")
        recorder = Recorder(path.parent)
        recorder.events += [Made(), Acknowledged(point.acknowledged), Began(point.begun)]
        start = len(recorder.events)
        with recorder.watching(SMALL), open_store(path) as store:
            held = store.head().position
            number = next(n for n in range(len(BATCHES)) if sum(map(len, BATCHES[:n])) == held)
            assert number >= point.acknowledged
            # What was read once is not taken away by another loss of power.
            recorder.events.append(Acknowledged(number))
            recorder.tell("began", number + 1)
            store.append(BATCHES[number])
            recorder.tell("acknowledged", number + 1)
        analysis.examine(recorder.events, count=size(1, 20), start=start)
    results(
        "R2",
        store="SQLite, again while recovering",
        done=f"{analysis.points:,} points, {analysis.states:,} states of the disk",
        **analysis.found,
    )
    assert analysis.found == NOTHING, analysis.examples


@pytest.mark.parametrize(("synchronous", "found"), [("OFF", "half"), ("NORMAL", "lost")])
def test_a_store_that_does_not_wait_for_the_disk_is_found_out(
    quick: Path, synchronous: str, found: str
) -> None:
    """Without syncs stores are torn, and with fewer of them appends are gone: the model sees both."""
    events = recorded(quick / "run", SMALL | {"synchronous": synchronous}, last=10)
    analysis = Analysis(BATCHES, quick / "crash")
    analysis.examine(events, count=1)
    assert analysis.found[found] > 10
    assert analysis.invented == 0
