"""One ledger of several sections, in the numbers that one replay of everything would have given.

What a section says is kept as it is: only its numbers become others, and its rows are sorted in among those
of the other sections.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from chronicle.ledgers.columns import of_values
from chronicle.ledgers.layout import Block, LedgerFile
from chronicle.ledgers.rows import DAYS, ViewRows, WrittenDate, dates_blocks
from chronicle.ledgers.sections.cells import JoinedCells, joined_cells
from chronicle.ledgers.sections.shared import joined_sharing, joined_turns
from chronicle.ledgers.sections.stacked import Column, Stacked, as_met, block, ends_of, ranges
from chronicle.ledgers.texts import NONE, TextTable, text_blocks
from chronicle.ledgers.values import of_text


def joined(sections: Sequence[LedgerFile]) -> tuple[list[ViewRows], list[Block]]:
    """Where the cells and rows of each view are, and all blocks of the ledger of which these are sections.

    No ids turn out to be another's in any of them. Raises ``NotJoined`` where they are not sections of one
    history, and ``TooLarge`` for more than can be counted.
    """
    stacked = Stacked(sections)
    cells = joined_cells(stacked)
    views, values = _values(stacked, cells)
    return views, [
        *cells.blocks(),
        *values,
        *_dates(stacked, cells),
        *_events(stacked, cells),
        *(
            _as_they_are(stacked, name, cells.rows)
            for name in (*(f"rows.{day}" for day in DAYS), "rows.flags")
        ),
        *_empty(stacked, cells),
        *text_blocks("guesses", sorted(stacked.texts("guesses"))),
        *(_named(stacked, name, cells) for name in ("entities", "deals")),
        Block("links", "I", array("I")),
        *joined_sharing(stacked),
        *joined_turns(stacked, cells),
    ]


def _as_they_are(stacked: Stacked, name: str, order: Column) -> Block:
    code = "B" if name.endswith("flags") else "i"
    return block(name, code, stacked.column(name)[order])


def _named(stacked: Stacked, name: str, cells: JoinedCells) -> Block:
    return block(name, "I", np.unique(stacked.mapped(name, cells.name_numbers)))


def _values(stacked: Stacked, cells: JoinedCells) -> tuple[list[ViewRows], list[Block]]:
    """Where each view is, and the values of all: numbered view by view, in the order of the rows."""
    numbers = stacked.column("rows.value")[cells.rows]
    section_of = np.repeat(np.arange(len(stacked.sections)), stacked.lengths("rows.value"))[cells.rows]
    tables = [TextTable(section, "values") for section in stacked.sections]
    ends, views, texts, columns = ends_of(cells.row_counts), list[ViewRows](), list[str](), list[Block]()
    cell, value_of = 0, np.empty(len(numbers), np.uint32)
    for view in cells.views:
        count = len(view.cells)
        row, end = int(ends[cell]), int(ends[cell + count])
        known, met = dict[str, int](), np.empty(end - row, np.int64)
        for place, table in enumerate(tables):
            first, length = stacked.values_of(place, view.name)
            become = [known.setdefault(text, len(known)) for text in table.all(first, first + length)]
            of_section = np.flatnonzero(section_of[row:end] == place)
            met[of_section] = np.array(become, np.int64)[numbers[row:end][of_section] - first]
        order, become = as_met(met, len(known))
        value_of[row:end] = become[met] + np.uint32(len(texts))
        said = [*known]
        written = [said[number] for number in order.tolist()]
        columns += of_values(view.name, [*map(of_text, written)])
        views.append(ViewRows(view.name, cell, count, row, end - row, view.parts, len(texts), len(written)))
        texts += written
        cell += count
    return views, [*text_blocks("values", texts), block("rows.value", "I", value_of), *columns]


def _dates(stacked: Stacked, cells: JoinedCells) -> list[Block]:
    """The dates, numbered in the order of the rows: those of doubts, the end, the begin."""
    known: dict[WrittenDate, int] = {}
    maps = [
        np.array([known.setdefault(date, len(known)) for date in _dates_of(section)], np.uint32)
        for section in stacked.sections
    ]
    begin, end = (stacked.mapped(name, maps)[cells.rows] for name in ("rows.begin", "rows.end"))
    rows, doubts = _doubts(stacked, cells)
    since, until = (stacked.mapped(name, maps)[doubts] for name in ("doubts.since", "doubts.until"))
    met = np.stack([end, begin], axis=1).reshape(-1)
    met = np.insert(met, np.repeat(rows * 2, 2), np.stack([since, until], axis=1).reshape(-1))
    order, become = as_met(met[met != NONE], len(known))
    written = [*known]
    found = {"rows.begin": begin, "rows.end": end, "doubts.since": since, "doubts.until": until}
    return [
        *dates_blocks(written[number] for number in order.tolist()),
        block("doubts.row", "I", rows),
        *(block(name, "I", _become(numbers, become)) for name, numbers in found.items()),
    ]


def _dates_of(section: LedgerFile) -> list[WrittenDate]:
    texts = [*TextTable(section, "dates").all()]
    text = map(texts.__getitem__, section.numbers("dates.text"))
    days = (section.numbers(f"dates.{name}") for name in ("earliest", "latest", "precision"))
    return [*zip(text, *days, map(bool, section.numbers("dates.approximate")), strict=True)]


def _doubts(stacked: Stacked, cells: JoinedCells) -> tuple[Column, Column]:
    """The rows about which there are doubts, sorted, each as often as there are; and the doubt of each."""
    rows = cells.row_numbers[stacked.shifted("doubts.row", stacked.lengths("rows.value"))]
    order = np.argsort(rows, kind="stable")
    return rows[order], order


def _become(numbers: Column, become: Column) -> Column:
    """What numbers become, where there is one."""
    there = numbers != NONE
    result = np.full(len(numbers), NONE, np.uint32)
    result[there] = become[numbers[there]]
    return result


def _events(stacked: Stacked, cells: JoinedCells) -> list[Block]:
    """The events, numbered in the order of the rows: those of doubts, those behind, the one that ended it."""
    tables = [[*TextTable(section, "events").all()] for section in stacked.sections]
    lengths = [*map(len, tables)]
    begins, counts = stacked.slices("rows.behind_from")
    counts = counts[cells.rows]
    behind = stacked.shifted("rows.behind", lengths)[ranges(begins[cells.rows], counts)]
    ended_by = stacked.shifted("rows.ended_by", lengths)[cells.rows]
    rows, doubts = _doubts(stacked, cells)
    doubted_by = stacked.shifted("doubts.event", lengths)[doubts]
    # A place for each event behind a row, and one for what ended it.
    places = ends_of(counts + 1)
    met = np.empty(int(places[-1]), np.int64)
    met[ranges(places[:-1], counts)] = behind
    met[places[1:] - 1] = ended_by
    met = np.insert(met, places[rows], doubted_by)
    order, become = as_met(met[met != NONE], sum(lengths))
    texts = [text for table in tables for text in table]
    return [
        *text_blocks("events", [texts[number] for number in order.tolist()]),
        block("rows.behind", "I", become[behind]),
        block("rows.behind_from", "I", ends_of(counts)),
        block("rows.ended_by", "I", _become(ended_by, become)),
        block("doubts.event", "I", become[doubted_by]),
    ]


def _empty(stacked: Stacked, cells: JoinedCells) -> list[Block]:
    """The times in which cells may be empty by another order."""
    numbers = cells.cell_numbers[stacked.shifted("empty.cell", stacked.lengths("cells.turns"))]
    order = np.argsort(numbers, kind="stable")
    return [
        block("empty.cell", "I", numbers[order]),
        *(_as_they_are(stacked, f"empty.{name}", order) for name in ("low", "high", "flags")),
    ]
