"""A mixed history in partitions, by processes and on Spark, is what it is in one process.

Some hundred events for every change, and a hundred thousand in the night (``HYPOTHESIS_PROFILE=nightly``).
"""

from __future__ import annotations

import datetime
import json
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from benchmarks.peers.histories import write
from hypothesis import settings
from pyarrow import parquet

from chronicle import codec
from chronicle.engine.replay import Span
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

KNOWN = (None, datetime.date(1999, 12, 31), datetime.date(2010, 6, 30))
"""Days of knowledge; None stands for all that is known."""

Said = Counter[tuple[Any, ...]]
"""What is said of every span, and how often."""


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
def wanted(told: Path) -> Sequence[Said]:
    """What one process says of every cell, by each day of knowledge."""
    found: list[Said] = []
    with open_store(told, read_only=True) as store:
        history = History.from_store(store, ledger=False)
        for known in KNOWN:
            found.append(Counter(map(_said, history.ledger(known))))
    return found


def _said(span: Span) -> tuple[Any, ...]:
    days = span.possible_from, span.certain_from, span.certain_until, span.possible_until
    return (span.view, span.key, to_text(span.value), *days, span.ended_by, span.events)


def said_in(rows: Path) -> Sequence[Said]:
    """The same from the rows in a folder."""
    found: list[Said] = [Counter() for _ in KNOWN]
    for file in rows.rglob("*.parquet"):
        for row in (LedgerRow(*each) for each in frames.rows_in(parquet.read_table(file))):
            if row.what == SPAN:
                days = row.possible_from, row.certain_from, row.certain_until, row.possible_until
                said = (row.view, tuple(row.key), row.value, *days, row.ended_by, tuple(row.events or ()))
                for place, known in enumerate(KNOWN):
                    found[place][said] += _is_known(row, known)
    return [+each for each in found]


def _is_known(row: LedgerRow, day: datetime.date | None) -> bool:
    assert row.known_from is not None
    if day is None:
        return row.known_until is None
    return row.known_from <= day and (row.known_until is None or day < row.known_until)


@pytest.mark.parametrize("partitions", [1, 2, 7, 16])
def test_partitions_say_what_one_process_says(
    partitions: int, told: Path, wanted: Sequence[Said], tmp_path: Path
) -> None:
    """Every span as often, and none else, by what is known and was known."""
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
