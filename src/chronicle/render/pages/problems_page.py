"""The page of problems: a headline each, the line of the file with a caret, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from chronicle.errors import Place, Problem, printable
from chronicle.render.layout import DIM, PLAIN, STRONG, Line, Page, clean, columns, page_width, wrap

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
    """The events that neither the message nor the line of the file names."""
    said = f"{problem.message} {problem.place.excerpt if problem.place else ''}"
    return [clean(event) for event in problem.events if event not in said]


def _hanging(line: Line, width: int, indent: int) -> Iterator[Line]:
    """``line`` broken, its further lines set in."""
    first, *others = wrap(line, width)
    yield first
    rest: Line = []
    for other in others:
        rest += [*other, (" ", PLAIN)]
    if rest:
        for part in wrap(rest[:-1], width - indent):
            yield [(" " * indent, PLAIN), *part]


def _excerpt(place: Place, style: str, width: int) -> Iterator[Line]:
    """The line of the file with a caret below what is meant, both cut to what fits."""
    number = str(place.line)
    margin = " " * len(number)
    shown, start = _cut(place, width - len(number) - 4)
    before = columns(shown[:start])
    length = max(1, min(columns(shown[start : start + place.length]), columns(shown) - before))
    yield [(f" {number} │ ", DIM), (shown, PLAIN)]
    yield [(f" {margin} │ ", DIM), (" " * before, PLAIN), ("^" * length, style)]


def _cut(place: Place, room: int) -> tuple[str, int]:
    """What of the line fits into ``room`` columns, and where in it the caret begins."""
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
