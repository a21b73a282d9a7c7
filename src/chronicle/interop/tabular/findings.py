"""Findings about cells, with help in the words of the mapping, and told together where the cause is one."""

from __future__ import annotations

import re

from attrs import evolve, frozen

from chronicle.dates import parse_date
from chronicle.errors import InvalidValue, Problem, shown
from chronicle.interop.tabular.text.date_forms import family, fitting


@frozen(str=False)
class CellProblem(Problem):
    """A problem of a cell: its column, and where it is a date in another form, the forms that it may have.

    ``shape`` are all forms of texts that look like it.
    """

    column: str | None = None
    forms: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()


def of_cell(problem: Problem, column: str) -> Problem:
    """The problem with the column that it is in."""
    message = f"{problem.message} (column {shown(column)})"
    if isinstance(problem, CellProblem):
        return evolve(problem, message=message, column=column)
    return CellProblem(problem.code, message, problem.place, problem.help, problem.events, column)


def unread_date(text: str, formats: str) -> Problem:
    """The problem (C301) of a date in a form that the mapping does not have."""
    forms, shape = (("iso",), ("iso",)) if _is_iso(text) else (fitting(text), family(text))
    help = f"the mapping has {formats}; add its form to `dates.formats`"
    if forms:
        help = f"it looks like {' or '.join(forms)}: {_add(forms)}"
    return CellProblem("C301", f"not a date: {shown(text)}", None, help, forms=forms, shape=shape)


def _is_iso(text: str) -> bool:
    try:
        parse_date(text)
    except InvalidValue:
        return False
    return True


def _add(forms: tuple[str, ...]) -> str:
    return "add it to `dates.formats`" if len(forms) == 1 else "add the one that is meant to `dates.formats`"


_COMMA = re.compile(r"[<>=~ ]*[0-9.]*,[0-9]+(?: *- *<?[0-9.]*,[0-9]+)? *%?")
_BARE = re.compile(r"[<>=~ ]*[0-9]+(?:[.,][0-9]+)?(?: *- *<?[0-9]+(?:[.,][0-9]+)?)?")


def in_words_of_mapping(problem: Problem, cell: str) -> Problem:
    """A problem of a share or a number, with the line of the mapping that helps where one does."""
    help = None
    if _COMMA.fullmatch(cell):
        help = "if the comma stands before decimals, say `decimal: comma` in the mapping"
    elif problem.code == "C302" and _BARE.fullmatch(cell):
        help = "say `shares: percent` (60 is 60%) or `shares: fraction` (0.6 is 60%) in the mapping"
    return evolve(problem, help=help) if help else problem


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NUMBER = re.compile(r"[0-9][0-9,.]*")


def cause_of(problem: Problem) -> tuple[object, ...]:
    """What problems have in common that have one cause."""
    if isinstance(problem, CellProblem) and problem.shape:
        return (problem.code, problem.column, problem.shape)
    column = problem.column if isinstance(problem, CellProblem) else None
    return (problem.code, column, *(_NUMBER.sub("0", _QUOTED.sub("", each)) for each in _texts(problem)))


def _texts(problem: Problem) -> tuple[str, str]:
    return problem.message, problem.help or ""


def told_together(first: Problem, count: int, forms: tuple[str, ...]) -> Problem:
    """The first of several problems with one cause, told as one; ``forms`` are those that all may have."""
    if count == 1:
        return first
    row = f", e.g. row {first.place.line}" if first.place and first.place.line else ""
    if isinstance(first, CellProblem) and first.shape and forms:
        looks = f"{count:,} cells of {shown(first.column or '')} look like {' or '.join(forms)}"
        return evolve(first, message=f"{looks}{row}: {_add(forms)}", help=None)
    return evolve(first, message=f"{first.message}; {count - 1:,} more like it")
