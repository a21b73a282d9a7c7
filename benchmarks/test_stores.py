"""How fast stores keep and give back, beside what SQLite itself needs and beside a peer, in one run.

A group is one piece of work; within it, who does it. Every run checks that what was kept is there.
With timing off (as in ``make check``) the work is small: then it is the answers that count.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from keepers import OPENED, Keeper, write
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pytest_benchmark.fixture import BenchmarkFixture

from chronicle.stores import NewRecord, open_store
from peers import batch_of
from postgresql_server import connected, drop, new_schema

WRITERS = 8


@contextmanager
def place_for(who: str, folder: Path) -> Iterator[Any]:
    """A place of its own for one who is timed: a file, or a schema of the server."""
    if who.endswith("-sqlite"):
        yield str(folder / f"{who}-{next(_NUMBERS)}.db")
        return
    url = new_schema()
    yield url if who.startswith("chronicle") else _settings(url)
    drop(url)


_NUMBERS = count()


def _settings(url: str) -> dict[str, str]:
    """What the peer wants to know of a server, with a schema made for it."""
    address, _, schema = url.rpartition("schema=")
    with closing(connected(url)) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    given = conninfo_to_dict(address.rstrip("?&"))
    return {
        "POSTGRES_DBNAME": str(given.get("dbname", "postgres")),
        "POSTGRES_HOST": str(given.get("host", "")),
        "POSTGRES_PORT": str(given.get("port", "5432")),
        "POSTGRES_USER": str(given.get("user", "postgres")),
        "POSTGRES_PASSWORD": str(given.get("password", "none")),
        "POSTGRES_SCHEMA": schema,
    }


@contextmanager
def keeper(who: str, folder: Path) -> Iterator[Keeper]:
    """One who is timed, opened in a new place."""
    with place_for(who, folder) as place, closing(OPENED[who](place)) as opened:
        yield opened


def kept(opened: Keeper) -> int:
    return sum(1 for _ in opened.read())


@pytest.mark.parametrize("who", OPENED)
@pytest.mark.parametrize(
    ("size", "rounds"), [(1, 1_000), (100, 100), (10_000, 8)], ids=lambda value: f"{value}"
)
def test_append(benchmark: BenchmarkFixture, who: str, size: int, rounds: int, tmp_path: Path) -> None:
    """One durable append after another, and all of it is there."""
    rounds = 3 if benchmark.disabled else rounds
    first = iter(range(1, 10**9, size))
    benchmark.group = f"append of {size:,}"
    with keeper(who, tmp_path) as opened:

        def batch() -> tuple[tuple[list[NewRecord]], dict[str, object]]:
            return (batch_of("acme", next(first), size),), {}

        benchmark.pedantic(opened.append, setup=batch, rounds=rounds, warmup_rounds=1)
        assert kept(opened) == next(first) - 1


@pytest.mark.parametrize("who", [who for who in OPENED if who != "plain-sqlite"])
def test_eight_writers(benchmark: BenchmarkFixture, who: str, tmp_path: Path) -> None:
    """Eight processes append one record at a time, as fast as they can, and all of it is there."""
    appends = 10 if benchmark.disabled else 250
    benchmark.group = f"{WRITERS} writers, {appends} appends each"
    processes = multiprocessing.get_context("spawn")
    turn = processes.Lock()
    with place_for(who, tmp_path) as place:
        OPENED[who](place).close()
        rounds = iter(range(10**6))

        def ready() -> tuple[tuple[Any, list[Any]], dict[str, object]]:
            start, number = processes.Barrier(WRITERS + 1), next(rounds)
            names = [f"acme{number}x{writer}" for writer in range(WRITERS)]
            writers = [
                processes.Process(
                    target=write,
                    args=(who, place, name),
                    kwargs={"appends": appends, "turn": turn, "start": start},
                )
                for name in names
            ]
            for writer in writers:
                writer.start()
            return (start, writers), {}

        def run(start: Barrier, writers: list[Any]) -> list[int]:
            start.wait(60)
            for writer in writers:
                writer.join(120)
            return [writer.exitcode for writer in writers]

        codes = benchmark.pedantic(run, setup=ready, rounds=1 if benchmark.disabled else 3)
        assert codes == [0] * WRITERS
        with closing(OPENED[who](place)) as opened:
            assert kept(opened) == WRITERS * appends * next(rounds)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, int], Any]]:
    """Places with many records, each made once."""
    made: dict[tuple[str, int], Any] = {}
    open_places = []

    def fill(who: str, size: int) -> Any:
        if (who, size) not in made:
            place = place_for(who, tmp_path_factory.mktemp("filled"))
            open_places.append(place)
            made[who, size] = place.__enter__()
            with closing(OPENED[who](made[who, size])) as opened:
                for first in range(1, size + 1, 10_000):
                    opened.append(batch_of("acme", first, min(10_000, size + 1 - first)))
        return made[who, size]

    yield fill
    for place in open_places:
        place.__exit__(None, None, None)


@pytest.mark.parametrize("who", OPENED)
def test_cold_read(benchmark: BenchmarkFixture, who: str, filled: Callable[[str, int], Any]) -> None:
    """Open and read everything: ours with every checksum and the whole chain verified."""
    size = 1_000 if benchmark.disabled else 100_000
    benchmark.group = f"open and read {size:,}"
    place = filled(who, size)

    def read() -> int:
        with closing(OPENED[who](place)) as opened:
            return kept(opened)

    assert benchmark.pedantic(read, rounds=5, warmup_rounds=1) == size


@pytest.mark.parametrize("who", ["chronicle-sqlite", "chronicle-postgresql"])
def test_verify(benchmark: BenchmarkFixture, who: str, filled: Callable[[str, int], Any]) -> None:
    """Prove a whole store: records, chain, and of a file its structure, index and guards."""
    size = 1_000 if benchmark.disabled else 1_000_000
    benchmark.group = f"verify {size:,}"
    with open_store(filled(who, size), read_only=True) as store:
        result = benchmark.pedantic(store.verify, rounds=3)
    assert (result.records, result.intact) == (size, True)
