"""The cells of several sections as those of one ledger: sorted by view and key, each with its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import define, frozen

from chronicle.ledgers.layout import Block
from chronicle.ledgers.rows import first_name, part_name
from chronicle.ledgers.sections.laying import FIRST, FIRST_PLACE
from chronicle.ledgers.sections.stacked import (
    Column,
    Stacked,
    block,
    ends_of,
    in_order,
    inverse,
    ranges,
    sorted_pairs,
)
from chronicle.ledgers.sections.tables import StackedTexts, hashed_slots
from chronicle.ledgers.texts import NONE


class NotJoined(Exception):
    """Two sections have the same cell, or keys of one view differ in their number of parts."""


@frozen
class ViewCells:
    """The cells of a view in the order of their keys.

    ``cells`` are their numbers in the sections one behind the other, ``keys`` the numbers of the names in
    their keys, a row for each, and ``turns`` has the place of each by the first event.
    """

    name: str
    cells: Column
    keys: Column
    turns: Column

    @property
    def parts(self) -> int:
        """The number of parts of the keys; 0 for a view without cells."""
        return self.keys.shape[1] if len(self.cells) else 0


@define
class JoinedCells:
    """The cells of all views; ``name_numbers`` are by section the numbers of its names in the whole."""

    name_numbers: Sequence[Column]
    views: Sequence[ViewCells]
    # By number in the sections one behind the other: the number of a cell, and of a row, in the whole.
    cell_numbers: Column
    row_numbers: Column
    # The rows of the sections in the order of the whole, and how many each cell has.
    rows: Column
    row_counts: Column

    def blocks(self, names: StackedTexts) -> Iterator[Block]:
        """All that is said of cells alone, as blocks; ``names`` are the texts of all keys, sorted."""
        hashes = names.hashes()
        yield from names.blocks("names")
        yield hashed_slots("names", hashes, np.arange(len(names)))
        widths = np.concatenate([np.full(len(view.cells), view.parts, np.uint32) for view in self.views])
        yield block("cells.keys", "I", np.concatenate([view.keys.reshape(-1) for view in self.views]))
        yield block("cells.keys_from", "I", ends_of(widths))
        yield block("cells.turns", "I", np.concatenate([view.turns for view in self.views]))
        yield block("cells.rows_from", "I", ends_of(self.row_counts))
        yield block("rows.cell", "I", np.repeat(np.arange(len(widths), dtype=np.uint32), self.row_counts))
        for part in range(max((view.parts for view in self.views), default=0)):
            yield block(part_name(part), "I", np.repeat(self._part(part), self.row_counts))
        yield from self._orders()
        yield from self._slots(hashes)

    def _part(self, part: int) -> Column:
        """A part of the key of each cell; ``NONE`` where the view has no such."""
        return np.concatenate(
            [
                view.keys[:, part] if part < view.parts else np.full(len(view.cells), NONE, np.uint32)
                for view in self.views
            ]
        )

    def _orders(self) -> Iterator[Block]:
        """The cells of each view sorted by each part of their keys but the first."""
        first = 0
        for view in self.views:
            by_turn = inverse(view.turns)
            for part in range(1, view.parts):
                _, turns = sorted_pairs(view.keys[:, part], view.turns)
                yield block(f"order.{view.name}.{part}", "I", by_turn[turns] + np.uint32(first))
            first += len(view.cells)

    def _slots(self, hashes: Column) -> Iterator[Block]:
        """Where to look for the first cell of each view with a first part of its keys."""
        for view in self.views:
            if view.parts:
                firsts, places = np.unique(view.keys[:, 0], return_index=True)
                # From the last cell to the first, as they are written when there are no sections.
                yield hashed_slots(first_name(view.name), hashes[firsts[::-1]], places[::-1])


def joined_cells(stacked: Stacked) -> tuple[JoinedCells, StackedTexts]:
    """The cells of all sections, and the texts of all keys, sorted. Raises ``NotJoined``."""
    texts = StackedTexts.of(stacked, "names")
    numbers, first = texts.sorted()
    names = texts.chosen(first)
    ends = np.cumsum([count - 1 for count in stacked.lengths("names.starts")])
    name_numbers = np.split(numbers, ends[:-1])
    views = _views(stacked, name_numbers)
    cells = np.concatenate([view.cells for view in views])
    row_begins, row_counts = stacked.slices("cells.rows_from")
    row_counts = row_counts[cells]
    rows = ranges(row_begins[cells], row_counts).astype(np.uint32)
    return JoinedCells(name_numbers, views, inverse(cells), inverse(rows), rows, row_counts), names


def _views(stacked: Stacked, name_numbers: Sequence[Column]) -> list[ViewCells]:
    """The cells of each view."""
    flat = stacked.mapped("cells.keys", name_numbers)
    begins, widths = stacked.slices("cells.keys_from")
    first, places = stacked.column(FIRST), stacked.positions(FIRST_PLACE)
    turns = stacked.column("cells.turns")
    views = list[ViewCells]()
    for name in [view[0] for view in stacked.sections[0].about["views"]]:
        cells = _cells_of(stacked, name)
        if len(np.unique(widths[cells])) > 1:
            raise NotJoined
        width = int(widths[cells[0]]) if len(cells) else 0
        keys = flat[begins[cells][:, None] + np.arange(width, dtype=np.uint32)]
        order = in_order(keys) if len(cells) else cells
        cells, keys = cells[order], keys[order]
        if len(cells) > 1 and (keys[1:] == keys[:-1]).all(axis=1).any():
            raise NotJoined
        replayed = np.lexsort((turns[cells], places[cells], first[cells]))
        views.append(ViewCells(name, cells, keys, inverse(replayed)))
    return views


def _cells_of(stacked: Stacked, name: str) -> Column:
    """The cells of a view, as numbers in the sections one behind the other."""
    found, before = list[Column](), 0
    for section, length in zip(stacked.sections, stacked.lengths("cells.turns"), strict=True):
        views = {view[0]: view for view in section.about["views"]}
        _, cell, cells, *_ = views[name]
        found.append(np.arange(cell, cell + cells, dtype=np.uint32) + np.uint32(before))
        before += length
    return np.concatenate(found)
