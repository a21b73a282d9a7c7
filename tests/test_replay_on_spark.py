"""``chronicle replay --spark`` writes the rows that one process writes, also where a worker is killed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chronicle.cli import chronicle as command
from chronicle.cli.made_up import made
from chronicle.engine.replay import Before, Change, Projector
from chronicle.errors import InvalidEvents, StoreError, UsageError
from chronicle.events import StakeAcquired
from chronicle.history.sources import records_at
from chronicle.ledgers.partitions.job import replay_into
from chronicle.spark.machines import running
from given import acquired
from own_projectors import BY_TARGET, FAILING, KILLING, executor
from test_partitions import recorded
from test_rows_folders import stored

WITHOUT_JAVA = shutil.which("java") is None and not ("CI" in os.environ and sys.platform == "linux")
NEEDS_SPARK = [
    pytest.mark.slow,
    pytest.mark.skipif(WITHOUT_JAVA or sys.platform == "win32", reason="Spark needs Java, and no Windows"),
    pytest.mark.filterwarnings("ignore"),
]


def run(*arguments: str | Path, code: int = 0) -> Result:
    """Run ``chronicle``, which has to end with this exit code."""
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


def on_spark(*masters: str) -> Any:
    """Run a test for each of some masters of Spark, where there is Spark."""
    return pytest.mark.parametrize("master", [pytest.param(each, marks=NEEDS_SPARK) for each in masters])


@on_spark("local[2]", "local-cluster[2,1,1024]")
def test_spark_writes_what_one_process_writes(master: str, tmp_path: Path) -> None:
    """File by file and byte for byte."""
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    store = stored(tmp_path / "corp.db", made(1_000).events)
    run("replay", store, "--into", tmp_path / "one", "--partitions", "5")
    run("replay", store, "--into", tmp_path / "spark", "--partitions", "5", "--spark", master)
    assert contents(tmp_path / "spark") == contents(tmp_path / "one")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _killing_once(mark: Path, whom: Callable[[], int]) -> Projector:
    """A projector that kills a process the first time that it is called on, and does nothing else amiss."""

    def handler(event: StakeAcquired, before: Before) -> Sequence[Change]:
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return BY_TARGET.table[StakeAcquired](event, before)
        os.kill(whom(), signal.SIGKILL)
        time.sleep(60)
        return ()

    return Projector("buying", ("bought",), {StakeAcquired: handler}, version="1", partition_key="target")


@on_spark("local-cluster[2,1,1024]")
@pytest.mark.parametrize("whom", [os.getpid, executor], ids=["python", "executor"])
def test_a_worker_that_is_killed_changes_nothing(
    whom: Callable[[], int], master: str, tmp_path: Path
) -> None:
    """Spark gives its tasks to another one, and all rows are there."""
    source = records_at(stored(tmp_path / "corp.db", made(300).events))
    own = [_killing_once(tmp_path / "killed", whom)]
    replay_into(tmp_path / "one", source, [BY_TARGET], partitions=3)
    replay_into(tmp_path / "spark", source, own, partitions=3, machines=partial(running, master))
    assert (tmp_path / "killed").exists()
    assert contents(tmp_path / "spark") == contents(tmp_path / "one")


@on_spark("local[2]")
def test_what_fails_on_a_machine_is_said_as_in_one_process(master: str, tmp_path: Path) -> None:
    """With the code and the event; and a broken record with its position."""
    event = acquired("2012", "ann", "mill", "10%", id="a")
    machines = partial(running, master)
    source = records_at(stored(tmp_path / "corp.db", [event]))
    with pytest.raises(UsageError, match='projector "buying" failed'):
        replay_into(tmp_path / "rows", source, [FAILING], machines=machines)
    assert not (tmp_path / "rows" / "chronicle-rows.json").exists()
    (tmp_path / "events.jsonl").write_bytes(b"{\n" + recorded([event])[0].body)
    lines = records_at(tmp_path / "events.jsonl")
    with pytest.raises(InvalidEvents, match="record 1 makes no event"):
        replay_into(tmp_path / "rows", lines, machines=machines)
    assert len(replay_into(tmp_path / "rows", lines, machines=machines, quarantine=True).set_aside) == 1


@on_spark("local[2]")
def test_tasks_that_spark_cannot_get_done_are_an_error(master: str, tmp_path: Path) -> None:
    """With what to do next; the buckets that are there stay."""
    source = records_at(stored(tmp_path / "corp.db", [acquired("2012", "ann", "mill", "10%")]))
    with pytest.raises(StoreError, match="has given up: Job aborted") as refused:
        replay_into(tmp_path / "rows", source, [KILLING], machines=partial(running, master))
    assert refused.value.problems[0].code == "C535"


def test_without_java_or_with_a_wrong_master_spark_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor with both ways to say who replays."""
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    (tmp_path / "events.jsonl").write_text("")
    asked = ("replay", tmp_path / "events.jsonl", "--into", tmp_path / "rows", "--spark")
    for master in ("two", "local[x]", "sc://there", "local-cluster[2]"):
        assert f'"{master}" is no master of Spark' in run(*asked, master, code=2).stderr
    assert "give one of them" in run(*asked, "local[2]", "--workers", "2", code=2).stderr
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "Spark needs Java, and there is none" in run(*asked, "local[2]", code=2).stderr
    assert not (tmp_path / "rows").exists()


def test_without_pyspark_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not installed it is told how."""
    monkeypatch.setitem(sys.modules, "pyspark", None)
    (tmp_path / "events.jsonl").write_text("")
    refused = run(
        "replay", tmp_path / "events.jsonl", "--into", tmp_path / "rows", "--spark", "local", code=2
    )
    assert "error[C740]: pyspark is not installed, on which a replay runs" in refused.stderr
