"""How fast the main job is, at three sizes. Every run checks its answer.

With ``--benchmark-disable``, where only the answers matter, the largest size is left out.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from chronicle.cli.workloads import SIZES, WORKLOADS, Workload


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each workload at the sizes that are timed, or at those at which its answer is checked."""
    metafunc.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name.replace(" ", "-"))
    sizes = SIZES[:-1] if metafunc.config.getoption("benchmark_disable") else SIZES
    metafunc.parametrize("size", sizes, ids=lambda size: f"{size // 1000}k")


def test_workload(benchmark: BenchmarkFixture, workload: Workload, size: int, tmp_path: Path) -> None:
    """The work gives the answer that the tally of the made-up history has."""
    history = workload.make(size)
    prepared = workload.prepare(history, tmp_path)
    benchmark.group = workload.name
    benchmark.extra_info["events"] = size
    result = benchmark(workload.work, prepared)
    workload.check(history, result)
