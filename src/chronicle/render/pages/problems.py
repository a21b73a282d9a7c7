"""Findings and errors: the answer of ``chronicle check``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle.errors import Place, Problem, printable
from chronicle.render.layout import DIM, PLAIN, STRONG, Line, Page, clean, columns, page_width, wrap

_COLUMNS: Final = ("severity", "code", "file", "line", "column", "message", "help", "events")


@frozen(eq=False)
class Findings:
    """Problems, in the order in which they were found."""

    problems: Sequence[Problem]

    def data(self) -> dict[str, Any]:
        """Each problem with its place; ``line`` and ``column`` are null for a whole file."""
        return {"problems": [_plain(problem) for problem in self.problems]}

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each problem."""
        return _COLUMNS, map(_row, self.problems)

    def lines(self) -> Iterator[str]:
        """A problem a line: severity, code, place, message, help, events."""
        for problem in self.problems:
            severity, code, _, _, _, message, help, events = _row(problem)
            yield "\t".join((severity, code, clean(str(problem.place or "")), message, help, events))

    def people(self, width: int) -> Page:
        """Each problem with the line of its file, and at the end how many there are."""
        return problems_page(self.problems, width)


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "place": None if problem.place is None else place_data(problem.place),
        "help": problem.help,
        "events": list(problem.events),
    }


def place_data(place: Place) -> dict[str, Any]:
    """A place in a file as JSON has it."""
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


# The page


_STYLES: Final = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


_HINT: Final = "cyan"


_BEFORE_THE_CARET: Final = 12


_MORE: Final = "…"


def problems_page(problems: Sequence[Problem], width: int) -> Page:
    """The page of ``problems`` for a terminal of ``width`` columns."""
    return Page(lambda: _page(problems, page_width(width)))


def _page(problems: Sequence[Problem], width: int) -> Iterator[Line]:
    for problem in problems:
        yield from _problem(problem, width)
        yield []
    yield _count(problems)


def _problem(problem: Problem, width: int) -> Iterator[Line]:
    style = _STYLES[problem.severity]
    place: Line = [(f"{clean(str(problem.place))}: ", DIM)] if problem.place else []
    kind: Line = [(f"{problem.severity}[{problem.code}]", style), (": ", PLAIN)]
    yield from _hanging([*place, *kind, (clean(problem.message), STRONG)], width, 4)
    if problem.place and problem.place.excerpt:
        yield from _excerpt(problem.place, style, width)
    if problem.help:
        yield from _hanging([("  help: ", _HINT), (clean(problem.help), PLAIN)], width, 8)
    unsaid = _not_said_yet(problem)
    if unsaid:
        label = "event" if len(unsaid) == 1 else "events"
        yield from _hanging([(f"  {label}: {', '.join(unsaid)}", DIM)], width, len(label) + 4)


def _not_said_yet(problem: Problem) -> list[str]:
    """The events that neither the message nor the shown line of the file names."""
    said = f"{problem.message} {problem.place.excerpt if problem.place else ''}"
    return [clean(event) for event in problem.events if event not in said]


def _hanging(line: Line, width: int, indent: int) -> Iterator[Line]:
    """``line`` broken, its further lines indented."""
    first, *others = wrap(line, width)
    yield first
    rest: Line = []
    for other in others:
        rest += [*other, (" ", PLAIN)]
    if rest:
        for part in wrap(rest[:-1], width - indent):
            yield [(" " * indent, PLAIN), *part]


def _excerpt(place: Place, style: str, width: int) -> Iterator[Line]:
    """The line of the file with carets below the place, both cut to fit."""
    number = str(place.line)
    margin = " " * len(number)
    shown, start = _cut(place, width - len(number) - 4)
    before = columns(shown[:start])
    length = max(1, min(columns(shown[start : start + place.length]), columns(shown) - before))
    yield [(f" {number} │ ", DIM), (shown, PLAIN)]
    yield [(f" {margin} │ ", DIM), (" " * before, PLAIN), ("^" * length, style)]


def _cut(place: Place, room: int) -> tuple[str, int]:
    """The part of the line that fits into ``room`` columns, and the offset of the place in it."""
    text = printable(place.excerpt.replace("\t", " ")).rstrip()
    start = min(max(0, place.column - 1), len(text))
    if columns(text) >= room and start > _BEFORE_THE_CARET:
        skipped = start - _BEFORE_THE_CARET
        text, start = _MORE + text[skipped:], _BEFORE_THE_CARET + 1
    if columns(text) >= room:
        text = text[:room]
        while columns(text) >= room:
            text = text[:-1]
        text += _MORE
    return text, min(start, len(text))


def _count(problems: Sequence[Problem]) -> Line:
    if not problems:
        return [("✓", "green"), (" nothing to report", PLAIN)]
    counts = {severity: sum(each.severity == severity for each in problems) for severity in _STYLES}
    said = [f"{n:,} {severity}{'' if n == 1 else 's'}" for severity, n in counts.items() if n]
    return [(", ".join(said), STRONG)]
