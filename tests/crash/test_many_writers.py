"""R7: many writers at one store, and readers who follow them while they write.

Every answer of an append is kept: the id, the position and the chain that the writer was given. In the end
these answers are held against the store, and so is what each reader saw, in the order in which it saw it.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from chronicle.stores import migrate_store, open_store
from killing import Child, Nursery
from patience import within
from peers import Peer, batch_of

Size = Callable[[int, int], int]
Row = tuple[str, int, str]
"""What a writer was told, or a reader saw, of a record: its id, position and chain."""

STORES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
WRITERS = 8
READERS = 2
SMALL = {"unconditional": 150, "expecting": 40, "impatient": 40}
"""How many records each writer appends in the small run, in each way of ``appending.WAYS``."""


class Faults(NamedTuple):
    """What must not be: answers without their record, records without an answer, ids there twice, positions
    left out, and readers who saw something else than the store holds, or in another order."""

    lost: int
    unacknowledged: int
    twice: int
    gaps: int
    misread: int


NONE = Faults(0, 0, 0, 0, 0)


class Scene(NamedTuple):
    """What a run has: where children come from, where they keep things, and how long they may take."""

    nursery: Nursery
    folder: Path
    patience: float


class Target(NamedTuple):
    """A store that has nothing in it yet, and what its kind is called."""

    kind: str
    location: str


@pytest.fixture
def scene(tmp_path: Path, size: Size) -> Iterator[Scene]:
    patience = size(60, 1_800)
    with within(2 * patience), Nursery() as nursery:
        yield Scene(nursery, tmp_path, patience)


@pytest.fixture(params=STORES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql_url"))
        migrate_store(url)
        return Target(STORES[request.param], url)
    path = str(tmp_path / "corp.db")
    open_store(path, create=True).close()
    return Target(STORES[request.param], path)


def faults(there: Sequence[Row], answers: Iterable[Row], seen: Iterable[Sequence[Row]]) -> Faults:
    """What is wrong with a store in which ``there`` is what it ends with."""
    given, held = Counter(answers), Counter(there)
    return Faults(
        lost=(given - held).total(),
        unacknowledged=(held - given).total(),
        twice=len(there) - len({id for id, _, _ in there}),
        gaps=sum(position != number for number, (_, position, _) in enumerate(there, 1)),
        misread=sum(list(rows) != list(there) for rows in seen),
    )


def rows(path: Path) -> list[Row]:
    """What a child has kept."""
    return [tuple(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def held(location: str) -> list[Row]:
    """What the store ends with. Nothing of it is damaged."""
    with open_store(location, read_only=True) as store:
        assert store.verify().intact
        return [(record.id, record.position, record.chain.hex()) for record in store.read()]


@contextmanager
def gate(path: Path) -> Iterator[None]:
    """Nobody passes the gate ``path`` inside; all do, at once, when this is left."""
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def readers(scene: Scene, work: str, location: str, until: int) -> list[Child]:
    """Children who follow the store until its record ``until``."""
    children = [
        scene.nursery.start(
            work,
            location=location,
            until=until,
            seen=str(scene.folder / f"seen{number}"),
            seconds=scene.patience,
        )
        for number in range(READERS)
    ]
    for child in children:
        child.wait_for("ready")
    return children


def ended(children: Iterable[Child], seconds: float) -> list[list[str]]:
    """What the children reported, each of which did its work."""
    done = [child.end(seconds) for child in children]
    assert [status for _, status in done] == [0] * len(done)
    return [lines for lines, _ in done]


class Run(NamedTuple):
    """What came of writers and readers in processes of their own."""

    answers: list[Row]
    seen: list[list[Row]]
    counts: Counter[str]
    seconds: float


def run(scene: Scene, how: str, location: str, count: int) -> Run:
    """Let the writers append ``count`` records each, all at once, while the readers follow."""
    folder = scene.folder
    tailing = readers(scene, "follow_peer" if how == "peer" else "follow", location, WRITERS * count)
    with gate(folder / "gate"):
        writing = [
            scene.nursery.start(
                "append_one_by_one",
                how=how,
                location=location,
                name=f"writer{number}",
                count=count,
                gate=str(folder / "gate"),
                answers=str(folder / f"answers{number}"),
            )
            for number in range(WRITERS)
        ]
        for child in writing:
            child.wait_for("ready")
        start = time.perf_counter()
    reports = ended(writing, scene.patience)
    seconds = time.perf_counter() - start
    ended(tailing, scene.patience)
    return Run(
        answers=[row for number in range(WRITERS) for row in rows(folder / f"answers{number}")],
        seen=seen_by_readers(scene),
        counts=sum((Counter(json.loads(lines[-1])) for lines in reports), Counter()),
        seconds=seconds,
    )


def seen_by_readers(scene: Scene) -> list[list[Row]]:
    """What each of the readers saw."""
    return [rows(scene.folder / f"seen{number}") for number in range(READERS)]


# The measure itself


def of(*numbers: int) -> list[Row]:
    return [(f"a-{number}", number, f"{number:064x}") for number in numbers]


AGAIN = ("a-1", 2, "")


@pytest.mark.parametrize(
    ("there", "answers", "seen", "found"),
    [
        (of(1, 2, 3), of(3, 1, 2), of(1, 2, 3), NONE),
        (of(1, 2), of(1, 2, 3), of(1, 2), NONE._replace(lost=1)),
        (of(1, 2, 3), of(1, 2), of(1, 2, 3), NONE._replace(unacknowledged=1)),
        (of(1, 3), of(1, 3), of(1, 3), NONE._replace(gaps=1)),
        (of(1, 2), of(1, 2, 2), of(1, 2), NONE._replace(lost=1)),
        (
            [*of(1), ("a-1", 2, "")],
            [*of(1), ("a-1", 2, "")],
            [*of(1), ("a-1", 2, "")],
            NONE._replace(twice=1),
        ),
        (of(1, 2), [*of(1), ("a-2", 2, "")], of(1, 2), NONE._replace(lost=1, unacknowledged=1)),
        (of(1, 2, 3), of(1, 2, 3), of(1, 3, 2), NONE._replace(misread=1)),
        (of(1, 2, 3), of(1, 2, 3), of(1, 2), NONE._replace(misread=1)),
    ],
)
def test_every_fault_has_its_count(
    there: list[Row], answers: list[Row], seen: list[Row], found: Faults
) -> None:
    """A lost answer, a stranger, a double, a gap and a reader who saw another order are told apart."""
    assert faults(there, answers, [seen]) == found


# Processes


@pytest.mark.slow
@pytest.mark.parametrize("how", SMALL)
def test_processes_that_write_at_once_lose_nothing(
    scene: Scene, target: Target, how: str, size: Size, results: Callable[..., None]
) -> None:
    """R7: each answer holds in the end, the positions have no gap, and every reader saw the one order."""
    count = size(SMALL[how], 2_000)
    found = run(scene, how, target.location, count)
    there = held(target.location)
    assert faults(there, found.answers, found.seen) == NONE
    assert len(there) == WRITERS * count
    # Else the run would not have been what it is called.
    assert found.counts["moved on"] > 0 or how != "expecting"
    assert found.counts["busy"] > 0 or how != "impatient"
    results(
        "R7",
        store=target.kind,
        done=f"{WRITERS} processes x {count:,} appends, {how}",
        **NONE._asdict(),
        busy=found.counts["busy"],
        moved_on=found.counts["moved on"],
        known_when_tried_again=found.counts["known"],
        appends_per_second=round(WRITERS * count / found.seconds),
    )


# Threads


def test_threads_that_share_a_store_lose_nothing(
    scene: Scene, target: Target, size: Size, results: Callable[..., None]
) -> None:
    """R7: the same, from eight threads of one process that use one opened store."""
    count = size(150, 2_000)
    answers: list[Row] = []

    def write(name: str) -> None:
        for record in batch_of(name, 1, count):
            (added,) = store.append([record]).added
            answers.append((added.id, added.position, added.chain.hex()))

    tailing = readers(scene, "follow", target.location, WRITERS * count)
    with open_store(target.location) as store:
        threads = [Thread(target=write, args=(f"writer{number}",), daemon=True) for number in range(WRITERS)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - start
    ended(tailing, scene.patience)
    there = held(target.location)
    assert faults(there, answers, seen_by_readers(scene)) == NONE
    assert len(there) == WRITERS * count
    results(
        "R7",
        store=target.kind,
        done=f"{WRITERS} threads x {count:,} appends",
        **NONE._asdict(),
        appends_per_second=round(WRITERS * count / seconds),
    )


# The peer


def test_the_peer_with_as_many_writers(scene: Scene, size: Size, results: Callable[..., None]) -> None:
    """R7 for the column beside ours: what is found is noted as it is."""
    pytest.importorskip("eventsourcing")
    location = str(scene.folder / "peer.db")
    Peer(location).close()
    count = size(150, 2_000)
    found = run(scene, "peer", location, count)
    with Peer(location) as store:
        there = [(record.id, number, "") for number, record in store.read()]
    assert len(found.answers) == WRITERS * count
    results(
        "R7",
        store="SQLite",
        who="eventsourcing",
        done=f"{WRITERS} processes x {count:,} appends, unconditional",
        **faults(there, found.answers, found.seen)._asdict(),
        busy=found.counts["busy"],
        appends_per_second=round(WRITERS * count / found.seconds),
    )
