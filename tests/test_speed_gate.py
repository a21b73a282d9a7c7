"""The gate that a change passes which makes nothing slower."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

DECODE = "test_workload[decode-records-1k]"
SLOW = """
    for _ in range(20_000):
        pass
"""


@pytest.fixture(scope="module")
def gate(root: Path) -> Mapping[str, Any]:
    """The tool, as a module."""
    return runpy.run_path(str(root / "tools" / "speed_gate.py"))


@pytest.mark.parametrize(
    ("base", "head", "slower"),
    [
        ([1.0, 1.1, 1.0], [1.2, 1.3, 1.2], []),
        ([1.0, 1.1, 1.0], [9.0, 1.0, 9.0], []),
        ([1.0, 1.1, 1.0], [1.4, 1.5, 1.4], ["decode"]),
        ([9.0, 1.0, 1.0], [2.0, 2.0, 2.0], []),
    ],
    ids=["a little slower", "a busy machine", "slower", "a busy machine before"],
)
def test_only_what_noise_cannot_explain_is_slower(
    gate: Mapping[str, Any], base: list[float], head: list[float], slower: list[str]
) -> None:
    """The fastest run of the head is held against the slowest of the base."""
    found = gate["compared"]([{DECODE: time} for time in base], [{DECODE: time} for time in head], "1k")
    assert [each.path for each in found if each.slower] == slower


def test_what_only_one_of_the_two_has_is_not_compared(gate: Mapping[str, Any]) -> None:
    """A new benchmark has nothing to be slower than, and the table says so."""
    found = gate["compared"]([{}], [{DECODE: 1.0}], "1k")
    assert not any(each.slower for each in found)
    assert "| decode | - | 1000.000 | - | not in both |" in gate["table"](found)


def test_every_hot_path_has_its_benchmark(gate: Mapping[str, Any], root: Path) -> None:
    """What the gate looks for is there, so that no benchmark is renamed without it."""
    benchmarks = runpy.run_path(str(root / "benchmarks" / "test_workloads.py"))
    names = {f"test_workload[{each.name.replace(' ', '-')}-1k]" for each in benchmarks["WORKLOADS"]}
    assert {name.format(size="1k") for name in gate["HOT_PATHS"].values()} <= names


@pytest.mark.slow
def test_a_slowdown_that_somebody_plants_is_found(
    gate: Mapping[str, Any], root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a loop in the decoder the gate is red and names the path."""
    for tree in (tmp_path / "base", tmp_path / "head"):
        for part in ("src", "benchmarks"):
            shutil.copytree(root / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(root / "pyproject.toml", tree)
    planted = tmp_path / "head" / "src" / "chronicle" / "codec" / "plain.py"
    text = planted.read_text(encoding="utf-8")
    place = "    try:\n        return conversion.structured("
    assert text.count(place) == 1
    arguments = [
        str(tmp_path / "base"),
        str(tmp_path / "head"),
        "--size",
        "1k",
        "--rounds",
        "2",
        "--only",
        "decode",
    ]
    planted.write_text(text.replace(place, SLOW + place), encoding="utf-8")
    assert gate["main"](arguments) == 1
    assert "slower by more than a quarter in every run: decode" in capsys.readouterr().out
