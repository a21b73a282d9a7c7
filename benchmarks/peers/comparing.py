"""Whether peers say the same. Nothing that anybody was timed with counts before that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.peers.turn import Turn

_TOLD = 3


def mismatches(name: str, told: Turn, expected: Turn, certain: Turn | None = None) -> Iterator[str]:
    """What a peer answers otherwise, in words, one for each question.

    ``expected`` is the turn of Chronicle. With ``certain``, the turn of a peer that told the certain parts of
    its answers, questions that have such a part are held against that.
    """
    for question, given in told.items():
        if "cannot" in given:
            continue
        parts = certain[question].get("certain") if certain is not None else None
        right: Sequence[Any] = parts or expected[question].get("answers", [])
        answers = given["answers"]
        if len(answers) != len(right) and any(answer["count"] for answer in answers):
            yield f"{name}, {question}: {len(answers)} answers, to be held against {len(right)}"
        for number, (answer, other) in enumerate(zip(answers, right, strict=False), 1):
            if answer["hash"] != other["hash"]:
                yield f"{name}, {question} ({number}): {_difference(answer, other)}"


def _difference(answer: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    said = f"{answer['count']} rows, where Chronicle has {other['count']}"
    if answer["rows"] is None or other["rows"] is None:
        return said
    mine, ours = ({tuple(row) for row in each["rows"]} for each in (answer, other))
    return f"{said}; only there: {_some(mine - ours)}; only here: {_some(ours - mine)}"


def _some(rows: set[tuple[Any, ...]]) -> str:
    shown = ", ".join(map(str, sorted(rows, key=str)[:_TOLD]))
    return f"{shown or 'nothing'}{' and more' if len(rows) > _TOLD else ''}"
