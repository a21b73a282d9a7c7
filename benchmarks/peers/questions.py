"""The questions that every peer is asked, of the sorts of TPC-BiH (see docs/performance.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from benchmarks.peers.histories import ISSUER, MANY
from benchmarks.peers.sides.side import Row, Side, Stake

FIRST = "store to first answer"
"""From the start of a process to the whole state of a day, which is asked before all others."""

FEW = "few others in its part"
"""How questions are called that are about companies with which few events hang together."""

Asked = Mapping[str, Any]
"""What the questions are about, as ``asked.json`` has it."""


class Question(NamedTuple):
    """One thing to ask, about ``times`` things in turn, none of them twice, so that no answer is a kept one.

    ``ask`` takes the peer, what is asked about, and which of these. ``of_certain`` is the part of the answer
    that follows from certain facts alone, made from whole states, for peers that know no more.
    """

    name: str
    times: int
    ask: Callable[[Side, Asked, int], Any]
    of_certain: Callable[[Side, Asked, int], list[Row]] | None = None


def _certain(side: Side, day: str) -> list[Row]:
    return [row for row in side.rows(side.whole_state(day)) if row[3]]


def _certain_of_holder(side: Side, asked: Asked, number: int) -> list[Row]:
    return [row for row in _certain(side, asked["days"][0]) if row[0] == asked["holders"][number]]


def _certainly_changed(side: Side, asked: Asked, number: int) -> list[Row]:
    before, after = ({*_certain(side, day)} for day in asked["spans of days"][number])
    return [*{row[:2] for row in before ^ after}]


def _certain_counts(side: Side, asked: Asked, number: int) -> list[Row]:
    return [
        (day, sum(not row[0].startswith(ISSUER) for row in _certain(side, day))) for day in asked["year ends"]
    ]


def _append(side: Side, asked: Asked, number: int) -> tuple[Row, ...]:
    """No answer: whether it was taken in shows in that of the next question, which is about the same pair."""
    side.append(Stake(f"appended-{number}", *asked["pairs"][number], "50.5%", "2026-06-30"))
    return ()


def _append_late(side: Side, asked: Asked, number: int) -> Any:
    return side.append_late(Stake("found-late", *asked["pairs"][number], "0.5%", "1985-02-03"))


def _issue_late_elsewhere(side: Side, asked: Asked, number: int) -> Any:
    """Of a company that was no issuer so far, and merges with nobody: few events hang together with it."""
    return side.issue_late("found-issue-elsewhere", tuple(asked["pairs"][3]), "2010-02-03")


def _merge_late_elsewhere(side: Side, asked: Asked, number: int) -> Any:
    (_, survivor), absorbed = asked["pairs"][2], asked["pairs"][4]
    return side.merge_late("found-merger-elsewhere", survivor, tuple(absorbed), "2012-03-04")


def _issue_late(side: Side, asked: Asked, number: int) -> Any:
    return side.issue_late("found-issue", tuple(asked["issuers"][0]), "2010-02-03")


def _merge_late(side: Side, asked: Asked, number: int) -> Any:
    (_, survivor), absorbed = asked["issuers"]
    return side.merge_late("found-merger", survivor, tuple(absorbed), "2012-03-04")


def _append_many(side: Side, asked: Asked, number: int) -> Any:
    """One more stake of each of many pairs; the answer is what the first and the last pair held over time."""
    pairs = asked["many pairs"]
    side.append_many([Stake(f"bulk-{at}", *pair, "50.5%", "2026-07-01") for at, pair in enumerate(pairs)])
    return [row for pair in (pairs[0], pairs[-1]) for row in side.pair_in_time(*pair)]


QUESTIONS: tuple[Question, ...] = (
    Question(
        "whole state of a day",
        4,
        lambda side, asked, number: side.whole_state(asked["days"][number + 1]),
        lambda side, asked, number: _certain(side, asked["days"][number + 1]),
    ),
    Question(
        "one holder",
        5,
        lambda side, asked, number: side.one_holder(asked["days"][0], asked["holders"][number]),
        _certain_of_holder,
    ),
    Question(
        "diff of two days",
        2,
        lambda side, asked, number: side.changed(*asked["spans of days"][number]),
        _certainly_changed,
    ),
    Question(
        "key in time",
        5,
        lambda side, asked, number: side.pair_in_time(*asked["pairs"][number]),
    ),
    Question(
        "aggregation over time",
        1,
        lambda side, asked, number: side.counts(asked["year ends"]),
        _certain_counts,
    ),
    Question(
        "holdings as objects",
        2,
        lambda side, asked, number: side.holdings(asked["days"][number]),
    ),
    Question(
        "one holder as objects",
        5,
        # Of other holders than before, and on another day, so that nothing is known of it.
        lambda side, asked, number: side.one_holder_as_objects(asked["days"][1], asked["holders"][number]),
    ),
    Question("all views", 5, lambda side, asked, number: side.all_views(asked["days"][number])),
    Question(
        "another day of knowledge",
        1,
        lambda side, asked, number: side.whole_state_known(asked["days"][0], asked["known"][number]),
    ),
    Question("made from events anew", 1, lambda side, asked, number: side.rebuild()),
    Question("append of one event", 2, _append),
    Question("one back-dated event", 1, _append_late),
    Question(f"one back-dated issue of shares, {FEW}", 1, _issue_late_elsewhere),
    Question(f"one back-dated merger, {FEW}", 1, _merge_late_elsewhere),
    Question("one back-dated issue of shares", 1, _issue_late),
    Question("one back-dated merger", 1, _merge_late),
    Question(f"append of {MANY:,} events", 1, _append_many),
)
