"""Sail, an engine without Java that speaks the protocol of Spark, gives the rows of one process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from test_spark import assert_broken_record_is_told, assert_rows_of_one_process

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
    assert_rows_of_one_process(session, 300)


def test_sail_tells_of_a_broken_record(session: Any) -> None:
    """It fails the replay, or is a row of its own."""
    assert_broken_record_is_told(session)
