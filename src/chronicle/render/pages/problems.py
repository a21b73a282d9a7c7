"""Doubts and errors: the answer of ``chronicle check``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle.errors import Place, Problem
from chronicle.render.layout import Page, clean
from chronicle.render.pages.problems_page import problems_page

_COLUMNS: Final = ("severity", "code", "file", "line", "column", "message", "help", "events")


@frozen(eq=False)
class Findings:
    """Problems, in the order in which they were found."""

    problems: Sequence[Problem]

    def data(self) -> dict[str, Any]:
        """Each problem with its place; ``line`` and ``column`` are null for a whole file."""
        return {"problems": [_plain(problem) for problem in self.problems]}

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A problem a row."""
        return _COLUMNS, map(_row, self.problems)

    def lines(self) -> Iterator[str]:
        """A problem a line: severity, code, place, message, help, events."""
        for problem in self.problems:
            severity, code, _, _, _, message, help, events = _row(problem)
            yield "\t".join((severity, code, clean(str(problem.place or "")), message, help, events))

    def people(self, width: int) -> Page:
        """Each problem with the line that it is about, and at the end how many there are."""
        return problems_page(self.problems, width)


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "place": None if problem.place is None else _place(problem.place),
        "help": problem.help,
        "events": list(problem.events),
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line or None, "column": place.column or None}


def _row(problem: Problem) -> tuple[str, ...]:
    place = problem.place
    return (
        problem.severity,
        problem.code,
        clean(place.file) if place else "",
        str(place.line) if place and place.line else "",
        str(place.column) if place and place.line else "",
        clean(problem.message),
        clean(problem.help or ""),
        clean(" ".join(problem.events)),
    )
