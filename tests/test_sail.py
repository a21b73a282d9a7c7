"""Sail, an engine without Java that speaks the protocol of Spark, gives the rows of one process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chronicle.cli.made_up import made
from chronicle.errors import InvalidEvents
from chronicle.history import History
from chronicle.ledgers.partitions.rows import BROKEN
from chronicle.spark import replay
from given import absorbed, corrected, issued
from test_partitions import STAKES, _store, assert_same, recorded
from test_spark import IN_2014, in_spark, ledger_of

pytest.importorskip("pysail", reason="pysail is not installed")
pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed")

# The last version of Spark whose protocol Sail 0.7 speaks.
SPOKEN = (4, 1)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(
        tuple(map(int, pyspark.__version__.split(".")[:2])) > SPOKEN,
        reason="Sail does not speak the protocol of this Spark yet",
    ),
]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """A session with a server of Sail in this process."""
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    yield SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    server.stop()


def test_sail_says_what_one_process_says(session: Any) -> None:
    """Stakes, units, deals with effects, issues, a merger, corrections; by what is known and was known."""
    events = [
        *made(300).events,
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


def test_sail_tells_of_a_broken_record(session: Any) -> None:
    """It fails the replay, or is a row of its own."""
    records = recorded(STAKES)
    records[1] = records[1]._replace(body=b"{")
    frame = in_spark(session, records)
    with pytest.raises(InvalidEvents, match="record 2 makes no event"):
        replay(frame, partitions=2)
    rows = replay(frame, partitions=2, quarantine=True).collect()
    assert [row.position for row in rows if row.what == BROKEN] == [2]
