"""How long short commands take as processes, ours and those of an older commit, in turns."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.speed_gate import run_with

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "`chronicle --version`": ("--version",),
    "`chronicle as-of` on the shipped history": ("--from", "events", "as-of", "2015-04-30"),
}

Seconds = dict[str, dict[str, list[float]]]
"""By command and tree: CPU seconds of each process."""


def started(trees: Mapping[str, Path], compiled: Path, turns: int) -> Seconds:
    """Run every command in every tree, in turns, upon the events of the first of the trees."""
    events = next(iter(trees.values()))
    found: Seconds = {command: {name: [] for name in trees} for command in COMMANDS}
    # Once more than is asked for: the first of all finds nothing compiled.
    for turn in range(turns + 1):
        for command, arguments in COMMANDS.items():
            for name, tree in trees.items():
                seconds = _seconds(tree, compiled, events, arguments)
                found[command][name] += [seconds] if turn else []
    return found


def _seconds(tree: Path, compiled: Path, folder: Path, arguments: Iterable[str]) -> float:
    before = _of_children()
    done = run_with(tree, [sys.executable, "-m", "chronicle", *arguments], folder, bytecode=compiled)
    if done.returncode:
        sys.exit(f"{arguments} fails:\n{done.stderr[-2000:]}")
    return _of_children() - before


def _of_children() -> float:
    """What the processes that this one waited for took, as finely as the system says."""
    try:
        import resource
    except ModuleNotFoundError:
        taken = os.times()
        return taken.children_user + taken.children_system
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
