"""One turn of one peer: every question, timed, and what was answered. A process, so that each begins cold.

``python -m benchmarks.peers.turn NAME HISTORY STORE STARTED`` prints it as JSON; ``--make`` makes the store.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import re
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.histories import ISSUER
from benchmarks.peers.questions import FIRST, QUESTIONS, Asked, Question
from benchmarks.peers.sides import side
from benchmarks.peers.sides.side import CannotSay, Row, Side

_SHOWN = 200
"""So many rows of an answer are kept to be shown; of more, how many they are and a hash of all."""

Turn = Mapping[str, Mapping[str, Any]]
"""What came of each question: seconds by the clock and of the processors, answers; or why there is none."""


_ALL = tuple(question.name for question in QUESTIONS)


def turn(
    name: str,
    history: Path,
    store: Path,
    started: float,
    *,
    certain: bool = False,
    questions: Collection[str] = _ALL,
) -> Turn:
    """Ask a peer the first question, and of the others those that are named.

    ``started`` is when the process was, by the monotonic clock of the machine. With ``certain`` the
    parts of answers that are certain are told too, for others to be held against.
    """
    asked: Asked = json.loads((history / "asked.json").read_text(encoding="utf-8"))
    peer = side(name)(store)
    peer.open()
    answer = peer.whole_state(asked["days"][0])
    first = {"wall": [time.monotonic() - started], "cpu": [_cpu()], "memory": _memory()}
    told: dict[str, Mapping[str, Any]] = {FIRST: {**first, "answers": [_told(peer.rows(answer))]}}
    if certain:
        told[FIRST]["certain"] = [_told(row for row in peer.rows(answer) if row[3])]  # type: ignore[index]
    del answer
    for question in (each for each in QUESTIONS if each.name in questions):
        told[question.name] = _timed(question, peer, asked, certain)
    peer.close()
    return told


def _timed(question: Question, peer: Side, asked: Asked, certain: bool) -> Mapping[str, Any]:
    wall, cpu, answers, parts = [], [], [], []
    gc.collect()
    try:
        for number in range(question.times):
            answer = None
            by_clock, of_processors = time.perf_counter(), _cpu()
            answer = question.ask(peer, asked, number)
            wall.append(time.perf_counter() - by_clock)
            cpu.append(_cpu() - of_processors)
            answers.append(_told(peer.rows(answer)))
            if certain and question.of_certain:
                parts.append(_told(question.of_certain(peer, asked, number)))
    except CannotSay as reason:
        return {"cannot": str(reason)}
    return {"wall": wall, "cpu": cpu, "answers": answers, "certain": parts}


def _told(rows: Iterable[Row]) -> Mapping[str, Any]:
    """Rows in a form that two peers can be compared by: sorted, days as texts, those of issuers left out."""
    plain = sorted(tuple(map(_plain, row)) for row in rows if not str(row[0]).startswith(ISSUER))
    hashed = hashlib.sha256()
    for row in plain:
        hashed.update(repr(row).encode())
    return {"count": len(plain), "hash": hashed.hexdigest(), "rows": plain if len(plain) <= _SHOWN else None}


def _plain(value: Any) -> Any:
    return (
        value.isoformat() if hasattr(value, "isoformat") else int(value) if isinstance(value, bool) else value
    )


def _cpu() -> float:
    """The seconds of CPU time of this process so far, and of the processes that it began and that ended."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def _memory() -> int:
    """The most bytes that the process had in memory so far; 0 where the system does not say."""
    try:
        # What else there is to ask, getrusage, counts what the process had that began this one.
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def main() -> None:
    """Make a store, or ask once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("history", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("started", type=float, nargs="?", default=0.0)
    parser.add_argument("--certain", action="store_true")
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--questions", nargs="+", choices=_ALL, default=_ALL)
    given = parser.parse_args()
    if given.make:
        side(given.name)(given.store).take_in(given.history)
    else:
        whom = given.name, given.history, given.store, given.started
        print(json.dumps(turn(*whom, certain=given.certain, questions=given.questions)))


if __name__ == "__main__":
    main()
