"""One ledger of several sections, in the numbers that one replay of everything would have given.

What a section says is kept as it is: only its numbers become others, and its rows are sorted in among those
of the other sections. Each block is given away when it is made, so that never all of them are in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np

from chronicle.ledgers.layout import Block, LedgerFile
from chronicle.ledgers.rows import DAYS, ViewRows
from chronicle.ledgers.sections.cells import JoinedCells, joined_cells
from chronicle.ledgers.sections.shared import joined_sharing, joined_turns
from chronicle.ledgers.sections.stacked import (
    Column,
    Stacked,
    Take,
    as_met,
    become,
    block,
    ends_of,
    hand_over,
    ranges,
)
from chronicle.ledgers.sections.tables import StackedTexts, stacked_column, texts_as_met
from chronicle.ledgers.sections.valued import joined_values
from chronicle.ledgers.texts import TextTable, text_blocks


def joined(sections: Sequence[LedgerFile], take: Take) -> list[ViewRows]:
    """Have ``take`` take all blocks of the ledger of which these are sections, one after the other.

    Gives where the cells and rows of each view are. No ids turn out to be another's in any section. Raises
    ``NotJoined`` where they are not sections of one history, ``TooLarge`` for more than can be counted, and
    what ``take`` raises.
    """
    stacked = Stacked(sections)
    cells, names = joined_cells(stacked)
    hand_over(cells.blocks(names), take)
    del names
    views = joined_values(stacked, cells, take)
    for blocks in (_dates, _events, _days, _empty, _ids, joined_sharing, joined_turns):
        hand_over(blocks(stacked, cells), take)
    return views


def _days(stacked: Stacked, cells: JoinedCells) -> Iterator[Block]:
    """The days and flags of the rows, as they are."""
    for name in (*(f"rows.{day}" for day in DAYS), "rows.flags"):
        yield _as_they_are(stacked, name, cells.rows)


def _as_they_are(stacked: Stacked, name: str, order: Column) -> Block:
    code = "B" if name.endswith("flags") else "i"
    return block(name, code, stacked.column(name)[order])


def _ids(stacked: Stacked, cells: JoinedCells) -> Iterator[Block]:
    """The guesses, and the ids that events name."""
    guesses = sorted(text for section in stacked.sections for text in TextTable(section, "guesses").all())
    yield from text_blocks("guesses", guesses)
    for name in ("entities", "deals"):
        yield block(name, "I", np.unique(stacked.mapped(name, cells.name_numbers)))
    yield Block("links", "I", array("I"))


def _dates(stacked: Stacked, cells: JoinedCells) -> Iterator[Block]:
    """The dates, numbered in the order of the rows: those of doubts, the end, the begin."""
    texts, places = stacked_column(stacked, "dates.text", "dates")
    columns = [stacked.column(f"dates.{name}") for name, _ in _OF_DATES]
    # Equal dates say the same in each column.
    said = np.stack([texts.numbered()[0][places], *columns], axis=1).astype(np.int32)
    numbers, first = StackedTexts.of_width(said).numbered()
    maps = np.split(numbers, np.cumsum(stacked.lengths("dates.text"))[:-1])
    rows, doubts = _doubts(stacked, cells)
    since, until = (stacked.mapped(name, maps)[doubts] for name in ("doubts.since", "doubts.until"))
    met = np.empty((len(cells.rows), 2), np.uint32)
    met[:, 0] = stacked.mapped("rows.end", maps)[cells.rows]
    met[:, 1] = stacked.mapped("rows.begin", maps)[cells.rows]
    of_doubts = np.stack([since, until], axis=1).reshape(-1)
    order, new = as_met(np.insert(met.reshape(-1), np.repeat(rows * 2, 2), of_doubts), len(first))
    chosen = first[order]
    yield from texts_as_met("dates", "dates.text", texts, places[chosen])
    for (name, code), column in zip(_OF_DATES, columns, strict=True):
        yield block(f"dates.{name}", code, column[chosen])
    yield block("doubts.row", "I", rows)
    yield block("rows.begin", "I", become(met[:, 1], new))
    yield block("rows.end", "I", become(met[:, 0], new))
    yield block("doubts.since", "I", become(since, new))
    yield block("doubts.until", "I", become(until, new))


_OF_DATES = (("earliest", "i"), ("latest", "i"), ("precision", "B"), ("approximate", "B"))


def _doubts(stacked: Stacked, cells: JoinedCells) -> tuple[Column, Column]:
    """The rows about which there are doubts, sorted, each as often as there are; and the doubt of each."""
    rows = cells.row_numbers[stacked.shifted("doubts.row", stacked.lengths("rows.value"))]
    order = np.argsort(rows, kind="stable")
    return rows[order].astype(np.int64), order


def _events(stacked: Stacked, cells: JoinedCells) -> Iterator[Block]:
    """The events, numbered in the order of the rows: those of doubts, those behind, the one that ended it."""
    lengths = [count - 1 for count in stacked.lengths("events.starts")]
    begins, counts = stacked.slices("rows.behind_from")
    begins, counts = begins[cells.rows], counts[cells.rows]
    behind = stacked.shifted("rows.behind", lengths)[ranges(begins, counts)]
    del begins
    ended_by = stacked.shifted("rows.ended_by", lengths)[cells.rows]
    rows, doubts = _doubts(stacked, cells)
    doubted_by = stacked.shifted("doubts.event", lengths)[doubts]
    # A place for each event behind a row, and one for what ended it.
    places = ends_of(counts + 1)
    met = np.empty(int(places[-1]), np.uint32)
    met[ranges(places[:-1], counts)] = behind
    met[places[1:] - 1] = ended_by
    if len(rows):
        met = np.insert(met, places[rows], doubted_by)
    del places
    order, new = as_met(met, sum(lengths))
    del met
    yield block("rows.behind", "I", new[behind])
    yield block("rows.behind_from", "I", ends_of(counts))
    yield block("rows.ended_by", "I", become(ended_by, new))
    yield block("doubts.event", "I", new[doubted_by])
    del behind, counts, ended_by, new
    yield from StackedTexts.of(stacked, "events").chosen(order).blocks("events")


def _empty(stacked: Stacked, cells: JoinedCells) -> Iterator[Block]:
    """The times in which cells may be empty by another order."""
    numbers = cells.cell_numbers[stacked.shifted("empty.cell", stacked.lengths("cells.turns"))]
    order = np.argsort(numbers, kind="stable")
    yield block("empty.cell", "I", numbers[order])
    for name in ("low", "high", "flags"):
        yield _as_they_are(stacked, f"empty.{name}", order)
