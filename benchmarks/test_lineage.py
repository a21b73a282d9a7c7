"""How long the lineage of a company takes in a register of transformations. Every run checks its answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import chronicle
from chronicle.history import History


class Absorbed(NamedTuple):
    """A bank that was absorbed, by which, and when."""

    bank: str
    survivor: str
    date: str


@pytest.fixture(scope="module")
def register(request: pytest.FixtureRequest) -> tuple[Absorbed, ...]:
    """Most banks end in a group of some, many in the largest one; there are fewer where nothing is timed."""
    number = 5_901 if request.config.getoption("benchmark_disable") else 59_014
    takers = [min(number + number // 10, n + 1 + (n * 7_919) % (number // 3)) for n in range(number)]
    return tuple(
        Absorbed(f"b{n}", f"b{taker}", f"{1850 + n * 170 // number}-{n % 12 + 1:02}-{n % 28 + 1:02}")
        for n, taker in enumerate(takers)
    )


@pytest.fixture(scope="module")
def history(register: Sequence[Absorbed], tmp_path_factory: pytest.TempPathFactory) -> History:
    """The register in a store, with its ledger on disk."""
    store: Path = tmp_path_factory.mktemp("lineage") / "register.db"
    events = (
        {"kind": "merger.absorbed", "id": f"m-{bank}", "date": date, "absorbed": bank, "survivor": survivor}
        for bank, survivor, date in register
    )
    with chronicle.open(store, create=True) as told:
        told.append(events, declared=False)
        told.keep_ledger()
    opened = chronicle.open(store, read_only=True)
    opened.lineage("b1")
    return opened


@pytest.mark.parametrize("entity", ["the largest", "one in the middle"])
def test_lineage(
    benchmark: BenchmarkFixture, history: History, register: Sequence[Absorbed], entity: str
) -> None:
    """Every bank that came into it, directly or through others, and what it came into itself."""
    number = len(register)
    asked = f"b{number + number // 10}" if entity == "the largest" else f"b{number // 2}"
    benchmark.group = "lineage"
    benchmark.extra_info["events"] = number
    found = benchmark(history.lineage, asked)
    assert sum(hop.way == "back" for hop in found.hops) == _came_into(asked, register)


def _came_into(asked: str, register: Sequence[Absorbed]) -> int:
    """How many banks came into one: each was absorbed before what it went into was."""
    until = {asked: "9999"}
    # Who absorbs has a greater number than who is absorbed.
    for bank, survivor, date in reversed(register):
        if survivor in until and date <= until[survivor]:
            until[bank] = date
    return len(until) - 1
