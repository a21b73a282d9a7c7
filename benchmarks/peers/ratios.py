"""What was promised of the ledger on disk, as ratios of two times of one run, and whether each is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from benchmarks.peers.histories import MANY
from benchmarks.peers.questions import FEW, FIRST, QUESTIONS
from benchmarks.peers.sides import EARLIER, OURS, WITH_LEDGER

CPU, WALL = "cpu", "wall"
TEN_MILLION = "10000000"
NOISE = 1.1
"""So many times as long is as before: two runs of the very same differ by as much."""
Measured = Mapping[str, Any]


class Ratio(NamedTuple):
    """Something is to take so many times less than something else; with ``most``, at most so many times more.

    ``slow`` and ``fast`` are each a peer, a question and, where it is not the largest, a size.
    """

    what: str
    times: float
    slow: tuple[str, ...]
    fast: tuple[str, ...]
    most: bool = False


_WHOLE, _HOLDER, _LATE = "whole state of a day", "one holder", "one back-dated event"
_VIEWS, _OBJECTS, _KNOWN = "all views", "holdings as objects", "another day of knowledge"
_ANEW, _APPEND, _MEMORY = "made from events anew", "append of one event", "memory"
_ISSUE, _MERGER = "one back-dated issue of shares", "one back-dated merger"
_REPLAY = "against a full replay (another day of knowledge, replayed)"
_BULK = f"append of {MANY:,} events"

PROMISED: tuple[Ratio, ...] = (
    Ratio(
        "whole state as Arrow, against the finished table of DuckDB",
        1.5,
        ("DuckDB", _WHOLE),
        (WITH_LEDGER, _WHOLE),
    ),
    Ratio(
        "the same of ten million events",
        1,
        ("DuckDB", _WHOLE, TEN_MILLION),
        (WITH_LEDGER, _WHOLE, TEN_MILLION),
    ),
    Ratio("the same in a new process, against one of DuckDB", 1, ("DuckDB", FIRST), (WITH_LEDGER, FIRST)),
    Ratio(
        "the same in a new process, against our own of 100 events, at most",
        1.3,
        (WITH_LEDGER, FIRST),
        (WITH_LEDGER, FIRST, "100"),
        most=True,
    ),
    Ratio("all views as columns, against `facts()` of 0.1.0", 100, (EARLIER, _VIEWS), (WITH_LEDGER, _VIEWS)),
    Ratio("`holdings()` as objects, against 0.1.0", 3, (EARLIER, _OBJECTS), (WITH_LEDGER, _OBJECTS)),
    # Rectangles, which would give 50x, take too long to make (docs/decisions.md): so it goes by parts.
    Ratio("another day of knowledge, by parts, against 0.1.0", 5, (EARLIER, _KNOWN), (WITH_LEDGER, _KNOWN)),
    Ratio("one holder, against DuckDB", 20, ("DuckDB", _HOLDER), (WITH_LEDGER, _HOLDER)),
    Ratio("one holder, against SQLite with an index", 1, ("SQLite", _HOLDER), (WITH_LEDGER, _HOLDER)),
    # By another day of knowledge and without a ledger everything that was known is replayed.
    Ratio(f"one back-dated stake, {_REPLAY}", 1000, (OURS, _KNOWN), (WITH_LEDGER, _LATE)),
    Ratio("the same, against DuckDB making its table anew", 20, ("DuckDB", _ANEW), (WITH_LEDGER, _LATE)),
    *(
        Ratio(f"{late}{where}, {_REPLAY}", 20, (OURS, _KNOWN), (WITH_LEDGER, f"{late}{where}"))
        for late in (_ISSUE, _MERGER)
        for where in (f", {FEW}", "")
    ),
    Ratio(
        "first build of the ledger, against 0.1.0 to its first answer",
        2,
        (EARLIER, FIRST),
        (WITH_LEDGER, _ANEW),
    ),
    Ratio(
        "memory to a whole state, against 0.1.0", 10, (EARLIER, FIRST, _MEMORY), (WITH_LEDGER, FIRST, _MEMORY)
    ),
    Ratio(
        "append of one event, against a tenth of the events, at most",
        1.5,
        (WITH_LEDGER, _APPEND),
        (WITH_LEDGER, _APPEND, "a tenth"),
        most=True,
    ),
    Ratio(f"{_BULK} at once, against 0.1.0", 2, (EARLIER, _BULK), (WITH_LEDGER, _BULK)),
)


class Found(NamedTuple):
    """A ratio as it was found, by CPU time and by the clock; none where a side was not asked."""

    ratio: Ratio
    cpu: float | None
    wall: float | None

    @property
    def verdict(self) -> str:
        """Whether it is kept, by CPU time."""
        if self.cpu is None:
            return "not measured"
        kept = self.cpu <= self.ratio.times if self.ratio.most else self.cpu >= self.ratio.times
        return "yes" if kept else "no"


def found(measured: Measured) -> Iterator[Found]:
    """Every promise, at the largest size at which everything was asked, or at its own."""
    for ratio in PROMISED:
        yield Found(ratio, *(_ratio(measured, ratio, clock) for clock in (CPU, WALL)))


def largest(measured: Measured) -> str:
    """The largest size at which every question was asked; where there is none, the largest at all."""
    sizes = measured["sizes"]
    return max(sizes, key=lambda size: (_asked_all(sizes[size]["turns"]), int(size)))


def _asked_all(turns: Mapping[str, Sequence[Mapping[str, Any]]]) -> bool:
    asked = {question for taken in turns.values() for turn in taken for question in turn}
    return asked.issuperset(question.name for question in QUESTIONS)


def times(measured: Measured, size: str, peer: str, question: str, clock: str) -> Sequence[float]:
    """Every time that a question took a peer, in all turns; none where it was not asked or had no answer."""
    turns = measured["sizes"].get(size, {}).get("turns", {}).get(peer, ())
    return [seconds for turn in turns for seconds in turn.get(question, {}).get(clock, ())]


def least_and_median(seconds: Sequence[float]) -> tuple[float, float]:
    """What of several times is to be told."""
    return min(seconds), median(seconds)


def _ratio(measured: Measured, ratio: Ratio, clock: str) -> float | None:
    slow, fast = (_least(measured, side, clock) for side in (ratio.slow, ratio.fast))
    return slow / fast if slow and fast else None


def _least(measured: Measured, side: tuple[str, ...], clock: str) -> float | None:
    peer, question, *which = side
    size = largest(measured)
    if which == [_MEMORY]:
        turns = measured["sizes"][size]["turns"].get(peer, ())
        return min((turn[question]["memory"] for turn in turns), default=None)
    if which:
        size = str(int(size) // 10) if which == ["a tenth"] else which[0]
    return min(times(measured, size, peer, question, clock), default=None)
