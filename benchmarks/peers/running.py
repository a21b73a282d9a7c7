"""Asks all peers in turns, each turn of each a process of its own, and compares what they answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from benchmarks.peers import histories
from benchmarks.peers.comparing import mismatches
from benchmarks.peers.questions import QUESTIONS
from benchmarks.peers.sides import EARLIER, OURS, PEERS, side
from benchmarks.peers.turn import Turn
from tools.speed_gate import run_with

ROOT = Path(__file__).resolve().parents[2]
FOLD = "plain fold"
_LIMIT = 1800.0
"""Seconds after which a process is given up."""

SETTINGS: Final = MappingProxyType({"OPENBLAS_NUM_THREADS": "1"})
"""What is set for everybody's processes.

pyarrow imports numpy, and numpy begins a thread that multiplies matrices. Nobody here has any, so it waits:
for an eighth of a second by turning in circles, which counts as time of a processor where one is free, and
as none where both are at work. How much of it falls before an answer says nothing of who gave it.
"""

Measured = dict[str, Any]
"""What one run found, as JSON: by size and peer the turns; who was there, who was not, who took too long."""


class Asking(NamedTuple):
    """What is asked of whom: in how many turns, which peers and questions.

    ``base`` is a checkout of an older commit that is asked as well. ``held_against`` is the peer whose
    answers all others are to give.
    """

    turns: int
    base: Path | None = None
    names: Sequence[str] = PEERS
    questions: Sequence[str] = tuple(question.name for question in QUESTIONS)
    held_against: str = OURS


def present(names: Sequence[str] = PEERS) -> tuple[list[str], dict[str, str]]:
    """The peers that are installed, and of the others what is missing."""
    there, absent = [], {}
    for name in names:
        try:
            side(name)
        except ModuleNotFoundError as missing:
            absent[name] = f"{missing.name} is not installed"
        else:
            there.append(name)
    return there, absent


def measured(sizes: Sequence[int], folder: Path, asking: Asking) -> Iterator[Measured]:
    """Ask everybody at every size, and give after each what was found so far.

    Those against whom answers are held are asked whether named or not: Chronicle, and for peers that know
    only what is certain the fold. Ends the process where two answers differ, saying which.
    """
    base = asking.base
    there, absent = present([name for name in PEERS if name in {asking.held_against, *asking.names}])
    if FOLD not in there and any(side(name).part == "certain" for name in there):
        there.append(FOLD)
    asked = [*there, *([EARLIER] if base else [])]
    found: Measured = {
        "peers": {name: _version(name) for name in there},
        "absent": absent,
        "given up": {},
        "base": None if base is None else _commit(base),
        "sizes": {},
    }
    for size in sizes:
        at = folder / str(size)
        found["sizes"][str(size)] = {
            "events": _made(at / "history", size),
            "turns": _in_turns(at, asked, asking, found["given up"]),
        }
        yield found


def _made(history: Path, size: int) -> int:
    if not (history / "asked.json").exists():
        history.mkdir(parents=True, exist_ok=True)
        histories.write(history, size)
    with open(history / "events.jsonl", encoding="utf-8") as events:
        return sum(1 for _ in events)


def _in_turns(
    at: Path, names: Sequence[str], asking: Asking, given_up: dict[str, str]
) -> Mapping[str, list[Turn]]:
    """So many turns of each, one after the other, with another to begin every time."""
    found: dict[str, list[Turn]] = {name: [] for name in names}
    for number in range(asking.turns):
        for name in (*names[number % len(names) :], *names[: number % len(names)]):
            if name not in given_up:
                tree = asking.base if name == EARLIER and asking.base else ROOT
                try:
                    found[name].append(_turn(at, name, tree, asking.questions))
                except subprocess.TimeoutExpired:
                    given_up[name] = f"took more than {_LIMIT / 60:.0f} minutes at {at.name} events"
        wrong = [fault for name in names for fault in _faults(name, found, asking.held_against)]
        if wrong:
            sys.exit("answers differ, so no time is believed:\n" + "\n".join(wrong))
    return {name: taken for name, taken in found.items() if taken}


def _faults(name: str, found: Mapping[str, list[Turn]], held_against: str) -> Iterator[str]:
    """Where the last turn of a peer says anything else than Chronicle."""
    part = side(name).part
    references = [held_against, *([FOLD] if part == "certain" else [])]
    missing = [reference for reference in references if not found[reference]]
    if found[name] and missing:
        yield f"{name}: nothing to hold it against, for {missing[0]} was given up"
    elif found[name]:
        certain = found[FOLD][0] if part == "certain" else None
        yield from mismatches(name, found[name][-1], found[held_against][0], certain)


def _turn(at: Path, name: str, tree: Path, questions: Sequence[str]) -> Turn:
    """One turn, upon a copy of the store of the peer, which is made when it is not there yet."""
    store, copy = at / name, at / "asked"
    if not store.exists():
        making = at / "made"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        _run(tree, at.parent / "compiled", ["--make", name, str(at / "history"), str(making)])
        making.rename(store)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(store, copy)
    told = ["--certain"] if name == FOLD else []
    whom = [name, str(at / "history"), str(copy), repr(time.monotonic())]
    printed = _run(tree, at.parent / "compiled", [*told, "--questions", *questions, "--", *whom])
    shutil.rmtree(copy)
    return json.loads(printed.splitlines()[-1])  # type: ignore[no-any-return]


def _run(tree: Path, bytecode: Path, arguments: Sequence[str]) -> str:
    command = [sys.executable, "-m", "benchmarks.peers.turn", *arguments]
    done = run_with(tree, command, ROOT, bytecode=bytecode, seconds=_LIMIT, settings=SETTINGS)
    if done.returncode:
        sys.exit(f"{arguments} fails:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def _version(name: str) -> str:
    if name.startswith("Chronicle") or name == FOLD:
        return ""
    if name == "SQLite":
        import sqlite3

        return sqlite3.sqlite_version
    try:
        return version(name.lower())
    except PackageNotFoundError:
        return ""


def _commit(tree: Path) -> str:
    asked = ["git", "-C", str(tree), "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
