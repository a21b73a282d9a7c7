"""R1 and R8: writers, and servers, that are killed at any moment; and what is there afterwards.

A writer reports a batch after its append has returned. It is killed, the store is opened again, and what
it then holds is compared with what was reported: everything that was acknowledged, and behind it the one
batch that may have been under way, whole, or nothing of it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from appending import batches
from chronicle.errors import AppendRefused
from chronicle.stores import NewRecord, Store, migrate_store, open_store
from killing import Child, Nursery, Server
from patience import within
from peers import Peer

Size = Callable[[int, int], int]

STORES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Moment(NamedTuple):
    """When a writer is killed: seconds after its start, its first append, a checkpoint, its closing."""

    name: str
    seconds: float
    width: int = 200
    closing_after: int | None = None


def moments(count: int, opening: float) -> Iterator[Moment]:
    """Moments of every sort: mostly while it appends, and in turn while it opens, checkpoints or closes.

    ``opening`` is how many seconds it takes to open the store.
    """
    dice = Random(count)
    for number in range(count):
        match number % 50 if number % 50 == 49 else number % 8:
            case 0:
                yield Moment("start", dice.uniform(0, opening + 0.006))
            case 1:
                yield Moment("append", 0.06 * dice.random() ** 2, width=2_000)
            case 2:
                yield Moment("close", dice.uniform(0, 0.004), closing_after=dice.randint(1, 30))
            case 49:
                yield Moment("checkpoint", dice.uniform(0, 0.008))
            case _:
                yield Moment("append", 0.06 * dice.random() ** 2)


class Killed(NamedTuple):
    """What is known of a writer that was killed: the batches it had, and how many it reported."""

    batches: list[list[NewRecord]]
    acknowledged: int

    @property
    def under_way(self) -> list[NewRecord]:
        """The batch that was not acknowledged."""
        return self.batches[self.acknowledged]


class Loss(NamedTuple):
    """What a store did wrong, counted in events; ``kept`` is whether the batch under way is there whole."""

    lost: int
    torn: int
    strange: int
    kept: bool


class Tally:
    """What came of all the kills of a test."""

    def __init__(self) -> None:
        self.losses: list[Loss] = []
        self.acknowledged = 0
        self.slowest = 0.0

    def add(self, found: Sequence[NewRecord], writer: Killed, opening: float) -> Loss:
        """Count one kill: what was found, what may have been there, the seconds until the store was open."""
        loss = compared(found, writer)
        self.losses.append(loss)
        self.acknowledged += writer.acknowledged
        self.slowest = max(self.slowest, opening)
        return loss

    def found(self) -> dict[str, object]:
        """The counts, for the table of results."""
        return {
            "lost": sum(loss.lost for loss in self.losses),
            "torn": sum(loss.torn for loss in self.losses),
            "strange": sum(loss.strange for loss in self.losses),
            "batches_acknowledged": self.acknowledged,
            "batches_kept_without": sum(loss.kept for loss in self.losses),
            "slowest_opening_ms": round(self.slowest * 1_000, 1),
        }


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    with Nursery() as opened:
        yield opened


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def location(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is that has nothing in it yet."""
    if kind == "postgresql":
        url = str(request.getfixturevalue("postgresql_url"))
        migrate_store(url)
        return url
    path = str(tmp_path / "corp.db")
    open_store(path, create=True).close()
    return path


def killed(nursery: Nursery, moment: Moment, who: str, location: str, name: str) -> Killed:
    """Start a writer, kill it at the moment, and wait until it is gone."""
    child = nursery.start(
        "keep_appending",
        who=who,
        location=named(location, name),
        name=name,
        width=moment.width,
        closing_after=moment.closing_after,
    )
    if moment.name != "start":
        child.wait_for("closing" if moment.name == "close" else None)
    if moment.name == "checkpoint" and "://" not in location:
        wait_for_checkpoint(Path(location))
    time.sleep(moment.seconds)
    return acknowledged_by(child, batches(name, moment.width))


def named(location: str, name: str) -> str:
    """``location`` for the writer ``name``; a server of PostgreSQL shows it beside what it does for it."""
    return f"{location}&application_name={name}" if "://" in location else location


def settle(location: str, name: str) -> None:
    """Wait until a server has done with a writer that is gone: it may only then learn of its end."""
    if "://" not in location:
        return
    from postgresql_server import connected

    serving = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    with connected(location) as connection:
        while connection.execute(serving, [name]).fetchone() != (0,):
            time.sleep(0.002)


def wait_for_checkpoint(path: Path) -> None:
    """Wait until the file of an SQLite store itself is written to: else, all goes to its log."""
    before = path.stat().st_mtime_ns
    while path.stat().st_mtime_ns == before:
        time.sleep(0.0005)


def acknowledged_by(child: Child, given: Iterator[list[NewRecord]]) -> Killed:
    """Kill the child and hear what it has said; every line must be the next of the batches."""
    child.kill()
    lines, status = child.end()
    assert status in (-9, 0), "the writer failed by itself"
    said = [line for line in lines if line != "closing"]
    # One more than may have been under way, for a writer who goes on after it.
    known = list(islice(given, len(said) + 2))
    assert said == [f"{batch[0].id} {batch[-1].id}" for batch in known[: len(said)]]
    return Killed(known, len(said))


def compared(found: Sequence[NewRecord], killed: Killed) -> Loss:
    """How what is found behind the last writer differs from what this one may have left."""
    acknowledged = [record for batch in killed.batches[: killed.acknowledged] for record in batch]
    rest = list(found[len(acknowledged) :])
    lost = sum(1 for one, other in zip(acknowledged, found, strict=False) if one != other)
    lost += max(0, len(acknowledged) - len(found))
    torn = len(rest) if rest and rest == killed.under_way[: len(rest)] != killed.under_way else 0
    strange = len(rest) if rest and rest != killed.under_way[: len(rest)] else 0
    return Loss(lost, torn, strange, rest == killed.under_way)


def new(store: Store, after: int) -> list[NewRecord]:
    """What is behind a position, checksums and chain verified on the way."""
    return [NewRecord(*record[2:5]) for record in store.read(after=after)]


def reopened(location: str) -> tuple[Store, float]:
    """The store, and how many seconds it took to open it and learn where it ends."""
    start = time.perf_counter()
    store = open_store(location)
    store.head()
    return store, time.perf_counter() - start


def usual_opening(location: str) -> float:
    """How many seconds it takes to open the store when nobody was killed."""
    times = []
    for _ in range(3):
        store, seconds = reopened(location)
        store.close()
        times.append(seconds)
    return min(times)


# The measure itself


def batch(*numbers: int) -> list[NewRecord]:
    return [NewRecord(f"a-{number}", "k", b"{}") for number in numbers]


def test_nobody_outlives_a_nursery(tmp_path: Path) -> None:
    """A child that was forgotten is killed; one that does not say what was waited for is a failure."""
    with Nursery() as nursery:
        writer = nursery.start("keep_appending", create=True, **making(tmp_path, 1))
        writer.wait_for()
        brief = nursery.start("keep_appending", create=True, closing_after=1, **making(tmp_path, 2))
        with pytest.raises(EOFError, match="ended before it said more"):
            brief.wait_for("more")
        with pytest.raises(TimeoutError, match="went silent"):
            writer.wait_for("closing", seconds=0.05)
    with pytest.raises(ProcessLookupError):
        writer.kill()


def test_what_takes_too_long_fails() -> None:
    """A wait without an end is ended."""
    with pytest.raises(TimeoutError, match="not done within"), within(0.01):
        time.sleep(5)


@pytest.mark.parametrize(
    ("found", "loss"),
    [
        (batch(1, 2, 3), Loss(0, 0, 0, False)),
        (batch(1, 2, 3, 4, 5), Loss(0, 0, 0, True)),
        (batch(1, 2), Loss(1, 0, 0, False)),
        (batch(), Loss(3, 0, 0, False)),
        (batch(1, 3, 2), Loss(2, 0, 0, False)),
        (batch(1, 2, 3, 4), Loss(0, 1, 0, False)),
        (batch(1, 2, 3, 5), Loss(0, 0, 1, False)),
        (batch(1, 2, 3, 4, 5, 6), Loss(0, 0, 3, False)),
    ],
)
def test_what_is_lost_torn_or_strange_is_counted(found: list[NewRecord], loss: Loss) -> None:
    """Three events were acknowledged, in two batches, and two were under way: each fault has its count."""
    assert compared(found, Killed([batch(1, 2), batch(3), batch(4, 5)], 2)) == loss


# R1


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_was_acknowledged(
    nursery: Nursery, kind: str, location: str, size: Size, results: Callable[..., None]
) -> None:
    """R1: one store goes through all the kills; each time it opens at once and holds what it promised."""
    cycles = size(50, 1_000)
    tally, position = Tally(), 0
    with within(size(300, 7_200)):
        for number, moment in enumerate(moments(cycles, usual_opening(location))):
            writer = killed(nursery, moment, "chronicle", location, f"writer{number}")
            store, seconds = reopened(location)
            with store:
                settle(location, f"writer{number}")
                loss = tally.add(new(store, position), writer, seconds)
                assert loss[:3] == (0, 0, 0), f"{moment}: {loss}"
                position = store.head().position
                if number % 10 == 9:
                    assert store.verify().intact
    assert tally.slowest < 10  # a second at most is what is promised: the table has the figure
    results(
        "R1", store=STORES[kind], done=f"{cycles:,} kills of the writer", **tally.found(), events=position
    )


def test_a_writer_killed_while_it_makes_the_store_leaves_a_store_or_nothing(
    nursery: Nursery, tmp_path: Path, size: Size, results: Callable[..., None]
) -> None:
    """R1: a store has its name when it is whole, and not before."""
    cycles = size(20, 200)
    dice = Random(cycles)
    tally = Tally()
    with within(size(120, 1_800)):
        usual = min(making_takes(nursery, tmp_path, -number) for number in (1, 2, 3))
        for number in range(1, cycles + 1):
            path = tmp_path / f"writer{number}.db"
            child = nursery.start("keep_appending", create=True, **making(tmp_path, number))
            time.sleep(dice.uniform(0, 2 * usual))
            writer = acknowledged_by(child, batches(f"writer{number}"))
            assert path.exists() or not writer.acknowledged
            if path.exists():
                store, seconds = reopened(str(path))
                with store:
                    assert tally.add(new(store, 0), writer, seconds)[:3] == (0, 0, 0)
                    assert store.verify().intact
    assert tally.losses
    done = f"{cycles:,} kills while the store is made"
    results("R1", store="SQLite", done=done, **tally.found(), stores_made=len(tally.losses))


def making_takes(nursery: Nursery, folder: Path, number: int) -> float:
    """How many seconds a writer needs until its first append is acknowledged."""
    start = time.perf_counter()
    child = nursery.start("keep_appending", create=True, **making(folder, number))
    child.wait_for()
    seconds = time.perf_counter() - start
    assert acknowledged_by(child, batches(f"writer{number}")).acknowledged
    return seconds


def making(folder: Path, number: int) -> dict[str, str]:
    """A writer with a store of its own."""
    return {"who": "chronicle", "location": str(folder / f"writer{number}.db"), "name": f"writer{number}"}


@pytest.fixture
def server() -> Iterator[Server]:
    # Not in the folder of pytest, which other users cannot enter: a server is not run by root.
    with Server(Path(tempfile.mkdtemp(prefix="chronicle-killed-server-"))) as started:
        yield started


def test_a_killed_server_loses_nothing_that_was_acknowledged(
    nursery: Nursery, server: Server, size: Size, results: Callable[..., None]
) -> None:
    """R1: the server is killed while a writer appends, and started again; or only its process that serves
    the writer is killed, upon which it ends all others and recovers by itself."""
    cycles = size(6, 200)
    dice = Random(cycles)
    location = server.url
    migrate_store(location)
    tally, position = Tally(), 0
    with within(size(300, 7_200)):
        for number in range(cycles):
            name = f"writer{number}"
            child = nursery.start("append_until_refused", location=named(location, name), name=name)
            child.wait_for()
            time.sleep(0.2 * dice.random() ** 2)
            server.kill() if number % 2 else server.lose(name)
            writer = acknowledged_before_refusal(child, batches(name))
            server.recover()
            store, seconds = reopened(location)
            with store:
                loss = tally.add(new(store, position), writer, seconds)
                assert loss[:3] == (0, 0, 0), f"{name}: {loss}"
                position = store.head().position
                if number % 10 == 5:
                    assert store.verify().intact
    assert tally.slowest < 10  # a second at most is what is promised: the table has the figure
    results(
        "R1", store="PostgreSQL", done=f"{cycles:,} kills of the server", **tally.found(), events=position
    )


def acknowledged_before_refusal(child: Child, given: Iterator[list[NewRecord]]) -> Killed:
    """What a writer reported until its server went; from then on its handle is out of use."""
    lines, status = child.end()
    assert status == 0, "the writer failed by itself"
    assert lines[-1] == "refused C511"
    said = [line for line in lines if not line.startswith("refused")]
    known = list(islice(given, len(said) + 2))
    assert said == [f"{batch[0].id} {batch[-1].id}" for batch in known[: len(said)]]
    assert len(lines) == len(said) + 2
    return Killed(known, len(said))


@pytest.mark.slow
def test_the_peer_killed_in_the_same_way(
    nursery: Nursery, tmp_path: Path, size: Size, results: Callable[..., None]
) -> None:
    """R1 for the column beside ours: what is found is noted as it is."""
    pytest.importorskip("eventsourcing")
    cycles = size(50, 1_000)
    location = str(tmp_path / "peer.db")
    tally, last = Tally(), 0
    with within(size(300, 7_200)):
        for number, moment in enumerate(moments(cycles, 0.005)):
            writer = killed(nursery, moment, "peer", location, f"writer{number}")
            start = time.perf_counter()
            with Peer(location) as store:
                synchronous = store.synchronous()
                seconds = time.perf_counter() - start
                found = list(store.read(after=last))
            last = found[-1][0] if found else last
            tally.add([record for _, record in found], writer, seconds)
    assert len(tally.losses) == cycles
    results(
        "R1",
        store="SQLite",
        who="eventsourcing",
        done=f"{cycles:,} kills of the writer",
        **tally.found(),
        events=last,
        synchronous=synchronous,
    )


# R8


@pytest.mark.slow
def test_a_writer_may_simply_try_again_after_a_crash(
    nursery: Nursery, kind: str, location: str, size: Size, results: Callable[..., None]
) -> None:
    """R8: the batch that was under way, given again in whatever cut, ends up there exactly once."""
    cycles = size(40, 400)
    again, conflicts = 0, 0
    given: list[NewRecord] = []
    with within(size(300, 3_600)):
        for number, moment in enumerate(moments(cycles, usual_opening(location))):
            writer = killed(nursery, moment, "chronicle", location, f"writer{number}")
            with open_store(location) as store:
                acknowledged, retried = retries(writer, another_cut=bool(number % 2))
                done = store.append(retried)
                assert [NewRecord(*record[2:5]) for record in done.added] == retried[done.known :]
                again += done.known
                conflicts += refused(store, retried)
                given += acknowledged + [record for record in retried if record not in acknowledged]
    with open_store(location) as store:
        there = new(store, 0)
        assert there == given
        assert store.verify().intact
    assert conflicts == cycles
    results(
        "R8",
        store=STORES[kind],
        done=f"{cycles:,} kills, each tried again",
        twice=len(there) - len({record.id for record in there}),
        other_content_taken=cycles - conflicts,
        events_there_before=again,
    )


def retries(writer: Killed, another_cut: bool) -> tuple[list[NewRecord], list[NewRecord]]:
    """What was acknowledged, and what is tried again: the batch under way, or one that is cut in another way.

    The other cut begins with half of a batch that was acknowledged and ends with half of one that was never
    tried, as from a writer who collects its batches anew.
    """
    acknowledged = [record for batch in writer.batches[: writer.acknowledged] for record in batch]
    if not another_cut:
        return acknowledged, writer.under_way
    last = writer.batches[writer.acknowledged - 1] if writer.acknowledged else []
    following = writer.batches[writer.acknowledged + 1]
    return acknowledged, last[len(last) // 2 :] + writer.under_way + following[: len(following) // 2]


def refused(store: Store, records: list[NewRecord]) -> bool:
    """Whether other content under the last of these ids is refused, with all else of its batch."""
    head = store.head()
    stranger = NewRecord(f"{records[-1].id}-stranger", "k", b"{}")
    with pytest.raises(AppendRefused) as caught:
        store.append([stranger, records[-1]._replace(body=b'{"other":true}')])
    return caught.value.code == "C503" and store.head() == head and stranger.id not in store
