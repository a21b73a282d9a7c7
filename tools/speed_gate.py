"""Whether one tree is slower than another: the hot paths of both, timed in turns.

``python tools/speed_gate.py BASE HEAD`` takes the folders of two checkouts. It runs the benchmarks of each
in turns, several times, with the interpreter that runs it and CPU time for a clock, prints the comparison,
and ends with 1 when a hot path became slower: when its fastest run in HEAD is more than a quarter slower than
its slowest in BASE. So it takes more than a noisy machine to turn it red. A benchmark that only one of the
two has is printed and not compared.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

LIMIT = 1.25

# What must not become slower, by the name that the benchmark of it has at a size ("10k").
HOT_PATHS = {
    "decode": "test_workload[decode-records-{size}]",
    "settle": "test_workload[claims,-order,-effects-and-replay-{size}]",
    "replay": "test_workload[order,-effects-and-replay-{size}]",
    "vague dates": "test_workload[claims,-order-and-replay,-vague-dates-{size}]",
    "first answer": "test_workload[store-to-first-answer-{size}]",
    "as-of, whole": "test_workload[as-of,-everything-{size}]",
    "one holder": "test_workload[as-of,-one-company-{size}]",
    "append": "test_workload[append-of-one-event-{size}]",
    "back-dated": "test_workload[one-event-found-late,-asked-again-{size}]",
}

Times = Mapping[str, float]
"""Seconds by the name of the benchmark: of each the least in one run."""


class Compared(NamedTuple):
    """A hot path in both trees: the least times of each, or none where a tree has no such benchmark."""

    path: str
    base: tuple[float, ...]
    head: tuple[float, ...]

    @property
    def ratio(self) -> float | None:
        """The fastest of the head by the slowest of the base; None where one of them is missing."""
        return min(self.head) / max(self.base) if self.base and self.head else None

    @property
    def slower(self) -> bool:
        """Whether the head is slower beyond what noise can explain."""
        return self.ratio is not None and self.ratio > LIMIT


def compared(base: Sequence[Times], head: Sequence[Times], size: str) -> list[Compared]:
    """Every hot path with its times in the runs of both trees."""
    named = {path: name.format(size=size) for path, name in HOT_PATHS.items()}
    return [
        Compared(path, *(tuple(run[name] for run in runs if name in run) for runs in (base, head)))
        for path, name in named.items()
    ]


def run_with(
    tree: Path,
    command: Sequence[str],
    folder: Path,
    *,
    bytecode: Path | None = None,
    seconds: float | None = None,
    settings: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with the package of a tree, and give what came of it.

    The tree comes before what is installed; a run of pytest or coverage around this one stays out. What
    Python compiles is kept in ``bytecode``, else nowhere. ``settings`` are added to the environment. Raises
    ``subprocess.TimeoutExpired`` after so many ``seconds``.
    """
    outside = ("PYTEST_", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    compiled = {"PYTHONPYCACHEPREFIX": str(bytecode)} if bytecode else {"PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**kept, "PYTHONPATH": str(tree / "src"), **compiled, **(settings or {})}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )


def timed(tree: Path, size: str, only: str) -> Times:
    """The least CPU time of each benchmark in the tree whose name has ``only`` in it.

    Raises ``SystemExit`` when a benchmark fails there.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "times.json"
        command = [
            *(sys.executable, "-m", "pytest", "benchmarks/test_workloads.py", "-q", "-p", "no:cacheprovider"),
            *(
                "-k",
                f"{size}] and {only}" if only else f"{size}]",
                "--benchmark-timer=time.process_time",
                f"--benchmark-json={report}",
            ),
            *("--benchmark-max-time=0.5", "--benchmark-min-rounds=5", "--benchmark-columns=min"),
        ]
        done = run_with(tree, command, tree)
        if done.returncode:
            sys.exit(f"the benchmarks of {tree} fail:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
        found = json.loads(report.read_text(encoding="utf-8"))["benchmarks"]
    return {benchmark["name"]: benchmark["stats"]["min"] for benchmark in found}


def table(found: Iterable[Compared]) -> str:
    """The comparison, a hot path a line, in milliseconds."""
    lines = [
        "| hot path | base, slowest | head, fastest | ratio | |",
        "|---|---:|---:|---:|---|",
    ]
    for each in found:
        base, head = (
            f"{pick(times) * 1000:.3f}" if times else "-"
            for pick, times in ((max, each.base), (min, each.head))
        )
        ratio = "-" if each.ratio is None else f"{each.ratio:.2f}"
        verdict = "not in both" if each.ratio is None else f"slower than {LIMIT}" if each.slower else ""
        lines.append(f"| {each.path} | {base} | {head} | {ratio} | {verdict} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Time both trees in turns, print the comparison, and give the code to end with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", type=Path, help="the checkout to compare with")
    parser.add_argument("head", type=Path, help="the checkout with the change")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (default: 3)")
    parser.add_argument(
        "--size", default="10k", help="the size of the made-up history: 1k, 10k or 100k (default: 10k)"
    )
    parser.add_argument("--only", default="", help="only benchmarks with this word in their names")
    asked = parser.parse_args(arguments)
    base: list[Times] = []
    head: list[Times] = []
    for _ in range(asked.rounds):
        base.append(timed(asked.base.resolve(), asked.size, asked.only))
        head.append(timed(asked.head.resolve(), asked.size, asked.only))
    found = compared(base, head, asked.size)
    print(table(found))
    slower = [each.path for each in found if each.slower]
    if slower:
        print(f"\nslower by more than a quarter in every run: {', '.join(slower)}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
