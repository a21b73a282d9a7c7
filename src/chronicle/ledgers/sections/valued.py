"""The values of several sections as those of one ledger, and what they say in columns; none is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from chronicle.engine.tables.columns import values_of
from chronicle.engine.tables.table import Kind
from chronicle.ledgers.columns import WIDE, block_name
from chronicle.ledgers.layout import Block
from chronicle.ledgers.rows import ViewRows
from chronicle.ledgers.sections.cells import JoinedCells
from chronicle.ledgers.sections.stacked import (
    Column,
    Stacked,
    Take,
    as_met,
    block,
    ends_of,
    hand_over,
    ranges,
)
from chronicle.ledgers.sections.tables import StackedTexts, stacked_column, texts_as_met


def joined_values(stacked: Stacked, cells: JoinedCells, take: Take) -> list[ViewRows]:
    """Have ``take`` take the values of all views, numbered view by view in the order of the rows.

    Gives where each view is. Raises ``TooLarge``.
    """
    lengths = [count - 1 for count in stacked.lengths("values.starts")]
    numbers = stacked.shifted("rows.value", lengths)[cells.rows]
    ends, views, texts = ends_of(cells.row_counts), list[ViewRows](), list[StackedTexts]()
    befores = ends_of(lengths)
    number_of = np.empty(int(befores[-1]), np.uint32)
    cell = written = 0
    for view in cells.views:
        count = len(view.cells)
        row, end = int(ends[cell]), int(ends[cell + count])
        within = np.array([stacked.values_of(at, view.name) for at in range(len(lengths))], np.int64)
        of_view = StackedTexts.of(stacked, "values", within)
        same, first = of_view.numbered()
        number_of[ranges(befores[:-1] + within[:, 0], within[:, 1])] = same
        met = number_of[numbers[row:end]]
        order, new = as_met(met, len(first))
        numbers[row:end] = new[met] + np.uint32(written)
        chosen = first[order]
        texts.append(of_view.chosen(chosen))
        views.append(ViewRows(view.name, cell, count, row, end - row, view.parts, written, len(chosen)))
        hand_over(_columns(stacked, view.name, within[:, 1], chosen), take)
        cell, written = cell + count, written + len(chosen)
    hand_over(StackedTexts.behind(texts).blocks("values"), take)
    take(block("rows.value", "I", numbers))
    return views


def _columns(stacked: Stacked, view: str, counts: Column, chosen: Column) -> Iterator[Block]:
    """What some values of a view say in each column of a table, by their places in those of all sections.

    ``counts`` says how many values each section has of the view.
    """
    for column in values_of(view):
        name = block_name(view, column)
        # A number that Arrow cannot hold leaves a column out.
        if all(name in section for section in stacked.sections):
            yield from _CHOSEN[column.kind](stacked, name, chosen)
            yield from _present(stacked, f"{name}.present", counts, chosen)


def _text(stacked: Stacked, name: str, chosen: Column) -> Iterator[Block]:
    texts, places = stacked_column(stacked, name, f"{name}.texts")
    return texts_as_met(f"{name}.texts", name, texts, places[chosen])


def _texts(stacked: Stacked, name: str, chosen: Column) -> Iterator[Block]:
    texts, places = stacked_column(stacked, name, f"{name}.texts")
    begins, lengths = stacked.slices(f"{name}.from")
    lengths = lengths[chosen]
    items = places[ranges(begins[chosen], lengths)]
    yield from texts_as_met(f"{name}.texts", name, texts, items)
    yield block(f"{name}.from", "I", ends_of(lengths))


def _numbers(code: str, width: int, stacked: Stacked, name: str, chosen: Column) -> Iterator[Block]:
    """A column with so many numbers of a type for each value."""
    yield block(name, code, stacked.column(name).reshape(-1, width)[chosen].reshape(-1))


def _present(stacked: Stacked, name: str, counts: Column, chosen: Column) -> Iterator[Block]:
    """Which values say something, where some do not."""
    if any(name in section for section in stacked.sections):
        parts = [
            np.asarray(section.numbers(name)) if name in section else np.ones(count, np.uint8)
            for section, count in zip(stacked.sections, counts, strict=True)
        ]
        yield block(name, "B", np.concatenate(parts)[chosen])


_CHOSEN: Final[Mapping[Kind, Callable[[Stacked, str, Column], Iterator[Block]]]] = MappingProxyType(
    {
        "text": _text,
        "texts": _texts,
        "integer": partial(_numbers, "q", 1),
        "flag": partial(_numbers, "B", 1),
        "number": partial(_numbers, "B", WIDE),
    }
)
