"""A mixed history in partitions, by processes and on Spark, is what it is in one process.

Some hundred events for every change, and a hundred thousand in the night (``HYPOTHESIS_PROFILE=nightly``).
"""

from __future__ import annotations

import datetime
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from benchmarks.peers.histories import write
from hypothesis import settings
from pyarrow import parquet

from chronicle import codec
from chronicle.history import History
from chronicle.history.sources import records_at
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.job import replay_into
from chronicle.ledgers.partitions.rows import SPAN, LedgerRow
from chronicle.ledgers.values import to_text
from chronicle.spark.machines import running
from chronicle.stores import open_store
from test_replay_on_spark import NEEDS_SPARK, contents

AT_NIGHT = settings.default.max_examples > 2_000
SIZE = 100_000 if AT_NIGHT else 300
pytestmark = pytest.mark.slow

Known = list[tuple[datetime.date, datetime.date | None]]
"""Between which days of knowledge something was so."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with stakes, deals with effects, issues, mergers, corrections, links, and much known late."""
    folder = tmp_path_factory.mktemp("told")
    write(folder, SIZE)
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]
    companies = sorted(event["entity"] for event in events if event["kind"] == "entity.founded")
    chance = random.Random(SIZE)
    pairs = [chance.sample(companies, 2) for _ in range(max(3, SIZE // 2_000))]
    links = (
        {"kind": "identity.linked", "id": f"link-{at}", "date": "2021", "a": a, "b": b, "reason": "the same"}
        for at, (a, b) in enumerate(pairs)
    )
    with open_store(folder / "corp.db", create=True) as store:
        store.append([codec.to_record(codec.decode(event)) for event in (*events, *links)])
    return folder / "corp.db"


@pytest.fixture(scope="module")
def wanted(told: Path) -> Mapping[Any, Known]:
    """What one process says was so, and was known so, of every cell."""
    with open_store(told, read_only=True) as store:
        rectangles = History.from_store(store, ledger=False).rectangles().rectangles
    found: defaultdict[Any, Known] = defaultdict(list)
    for each in rectangles:
        days = each.possible_from, each.certain_from, each.certain_until, each.possible_until
        what = (each.view, each.key, to_text(each.value), *days, each.ended_by, each.events)
        found[what].append((each.known_from, each.known_until))
    return joined(found)


def said_in(rows: Path) -> Mapping[Any, Known]:
    """The same from the rows in a folder."""
    found: defaultdict[Any, Known] = defaultdict(list)
    for file in rows.rglob("*.parquet"):
        for row in (LedgerRow(*each) for each in frames.rows_in(parquet.read_table(file))):
            if row.what == SPAN:
                assert row.known_from is not None
                days = row.possible_from, row.certain_from, row.certain_until, row.possible_until
                what = (row.view, tuple(row.key), row.value, *days, row.ended_by, tuple(row.events or ()))
                found[what].append((row.known_from, row.known_until))
    return joined(found)


def joined(found: Mapping[Any, Iterable[tuple[datetime.date, datetime.date | None]]]) -> Mapping[Any, Known]:
    """Times of knowledge that follow on each other as one: a row also says its place among others."""
    made: dict[Any, Known] = {}
    for what, times in found.items():
        made[what] = []
        for since, until in sorted(times, key=lambda time: time[0]):
            if made[what] and made[what][-1][1] == since:
                since = made[what].pop()[0]  # noqa: PLW2901
            made[what].append((since, until))
    return made


@pytest.mark.parametrize("partitions", [1, 2, 7, 16])
def test_partitions_say_what_one_process_says(
    partitions: int, told: Path, wanted: Mapping[Any, Known], tmp_path: Path
) -> None:
    """Every span with the days of knowledge on which it was so, and none else."""
    replay_into(tmp_path / "rows", records_at(told), partitions=partitions, workers=min(partitions, 2))
    assert said_in(tmp_path / "rows") == wanted


@pytest.mark.skipif(not AT_NIGHT, reason="small histories have tests of their own")
@pytest.mark.parametrize(
    "master",
    [pytest.param(each, marks=NEEDS_SPARK) for each in ("local[2]", "local-cluster[2,1,1024]")],
)
def test_spark_says_what_processes_say(master: str, told: Path, tmp_path: Path) -> None:
    """Byte for byte."""
    replay_into(tmp_path / "one", records_at(told), partitions=7, workers=2)
    replay_into(tmp_path / "spark", records_at(told), partitions=7, machines=partial(running, master))
    assert contents(tmp_path / "spark") == contents(tmp_path / "one")
