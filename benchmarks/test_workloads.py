"""How fast the main job is, at three sizes. Every run checks its answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from chronicle.cli.workloads import SIZES, WORKLOADS, Workload


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size // 1000}k")
@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name.replace(" ", "-"))
def test_workload(benchmark: BenchmarkFixture, workload: Workload, size: int, tmp_path: Path) -> None:
    """The work gives the answer that the tally of the made-up history has."""
    history = workload.make(size)
    prepared = workload.prepare(history, tmp_path)
    benchmark.group = workload.name
    benchmark.extra_info["events"] = size
    result = benchmark(workload.work, prepared)
    workload.check(history, result)
