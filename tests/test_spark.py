"""A replay on Spark says what a replay in one process does."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow
import pytest

from chronicle.cli.made_up import made
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.errors import InvalidEvents
from chronicle.history import History
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.collected import Collected
from chronicle.ledgers.partitions.rows import BROKEN
from chronicle.spark import replay
from chronicle.stores.record import Record
from given import absorbed, corrected, issued
from test_partitions import STAKES, _store, assert_same, recorded

pytest.importorskip("pyspark", reason="pyspark is not installed")
# Where the checks install Java themselves, they fail without it.
WITHOUT_JAVA = shutil.which("java") is None and not ("CI" in os.environ and sys.platform == "linux")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(WITHOUT_JAVA or sys.platform == "win32", reason="Spark needs Java, and no Windows"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module", params=["local[2]", "local-cluster[2,1,1024]"])
def session(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Spark on this computer: two threads, and a small cluster of two worker processes."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    found = (
        SparkSession.builder.master(request.param)
        .config("spark.executorEnv.PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield found
    found.stop()


def in_spark(session: Any, records: Sequence[Record]) -> Any:
    """The records as a data frame of Spark."""
    rows = pyarrow.Table.from_batches(list(frames.record_batches(records))).to_pylist()
    proofs = "checksum bigint, chain binary"
    kinds = f"position bigint, recorded_at string, id string, kind string, body binary, {proofs}"
    return session.createDataFrame([tuple(row.values()) for row in rows], kinds).repartition(3)


NOW = "known_until is null"
IN_2014 = "coalesce(known_from <= '2014-12-31', true) and coalesce(known_until > '2014-12-31', true)"


def ledger_of(rows: Any, known: str = NOW) -> Ledger:
    """The ledger that the rows in a data frame make, of those of which something is so."""
    collected = Collected()
    some = rows.where(known)
    for batch in frames.batches(map(tuple, some.collect()), frames.rows_schema()):
        collected.take(batch, 0)
    return collected.ledger([view for projector in PROJECTORS for view in projector.views])


def assert_rows_of_one_process(session: Any, count: int) -> None:
    """Of made events and some of each sort a session gives what one process says, and said in 2014."""
    events = [
        *made(count).events,
        *STAKES,
        issued("2012", "mill", "100", id="issue"),
        absorbed("2013", "cat", "ann", id="merger"),
        corrected("2014", "bob-farm", {"holder": "ann", "target": "shop"}, id="slip"),
        corrected("2015", "slip", {"target": "bob-mill"}, id="another"),
    ]
    records = recorded(events)
    history = History.from_store(_store(records), ledger=False)
    rows = replay(in_spark(session, records), partitions=4)
    assert_same(ledger_of(rows), history.ledger())
    assert_same(ledger_of(rows, IN_2014), history.ledger(known="2014"))


def assert_broken_record_is_told(session: Any) -> None:
    """It fails the replay with its position, or is a row of its own beside all others."""
    records = recorded(STAKES)
    records[1] = records[1]._replace(body=b"{")
    frame = in_spark(session, records)
    with pytest.raises(InvalidEvents, match="record 2 makes no event"):
        replay(frame, partitions=2)
    rows = replay(frame, partitions=2, quarantine=True).collect()
    assert [row.position for row in rows if row.what == BROKEN] == [2]
    assert len({tuple(row.key) for row in rows if row.view == "holdings"}) == 3


def test_spark_says_what_one_process_says(session: Any) -> None:
    """Stakes, units, deals with effects, issues, a merger, corrections."""
    assert_rows_of_one_process(session, 600)


def test_a_broken_record_fails_or_is_set_aside(session: Any) -> None:
    """With its position; never lost in silence."""
    assert_broken_record_is_told(session)
