"""Templates of a mapping, such as ``eia:{Plant Code}-{Generator ID|dashed}``, filled for every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import frozen

from chronicle.errors import InvalidValue, Problem, nearest, shown
from chronicle.interop.tabular.cells import FILTERS

Row = Sequence[str]
Filling = Callable[[Row], str | None]
"""Fills a template from a row; None when a cell that it needs is empty."""

Tidy = Callable[[str], str]

_PART = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}|([^{}]+)|([{}])")


@frozen
class Slot:
    """A place for a cell: the name of its column, and the filter of its text."""

    column: str
    filter: str | None


@frozen
class Template:
    """Literal texts and slots, in order."""

    parts: tuple[str | Slot, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return tuple(part.column for part in self.parts if isinstance(part, Slot))


@frozen
class Cells:
    """What applies to all cells of a mapping: which texts are empty, and which stand for others."""

    empty: frozenset[str]
    values: Mapping[str, Mapping[str, str]]


def parsed(text: str) -> Template:
    """The template that a text writes. Raises ``InvalidValue`` (C702) when it writes none."""
    parts: list[str | Slot] = []
    for found in _PART.finditer(text):
        column, filter, literal, brace = found.groups()
        if brace is not None or (literal is None and not column.strip()):
            help = "write {name of a column}, or {name|slug}"
            raise InvalidValue(Problem("C702", f"not a template: {shown(text)}", help=help))
        if filter is not None and filter not in FILTERS:
            near = nearest(filter, FILTERS)
            help = f"did you mean {near}?" if near else f"write one of {', '.join(FILTERS)}"
            raise InvalidValue(Problem("C702", f"no filter is called {shown(filter)}", help=help))
        parts.append(literal if literal is not None else Slot(normal(column), filter))
    return Template(tuple(parts))


def normal(name: str) -> str:
    """The name of a column without byte order marks, superfluous blanks and a leading ``#``."""
    return " ".join(name.replace("\ufeff", "").split()).lstrip("#").strip()


def as_it_is(text: str) -> str:
    """The text itself."""
    return text


def filling(template: Template, columns: Mapping[str, int], cells: Cells, tidy: Tidy = as_it_is) -> Filling:
    """The function that fills ``template`` from rows; ``columns`` gives the index of each column."""
    reads = [
        _reading(part, columns[part.column], cells, tidy) for part in template.parts if isinstance(part, Slot)
    ]
    # One pattern for all literal texts, since filling it takes most of the time of an import.
    pattern = "".join("%s" if isinstance(part, Slot) else part.replace("%", "%%") for part in template.parts)
    if not reads:
        text = pattern % ()
        return lambda _: text
    if pattern == "%s":
        return reads[0]
    if len(reads) == 1:
        only = reads[0]
        return lambda row: None if (text := only(row)) is None else pattern % text

    def filled(row: Row) -> str | None:
        pieces = tuple([read(row) for read in reads])
        return None if None in pieces else pattern % pieces

    return filled


_NO_VALUES: Final[Mapping[str, str]] = {}


def _reading(slot: Slot, index: int, cells: Cells, tidy: Tidy) -> Filling:
    empty, values = cells.empty, cells.values.get(slot.column, _NO_VALUES)
    change = FILTERS[slot.filter] if slot.filter else tidy
    # strip() also removes other blanks of Unicode, such as the no-break space.
    if not values and len(empty) == 1:
        if change is as_it_is:
            return lambda row: row[index].strip() or None
        return lambda row: change(cell) if (cell := row[index].strip()) else None

    def read(row: Row) -> str | None:
        cell = row[index].strip()
        cell = values.get(cell, cell)
        return None if cell in empty else change(cell)

    return read
