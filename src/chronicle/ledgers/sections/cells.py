"""The cells of several sections as those of one ledger: sorted by view and key, each with its rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import define, frozen

from chronicle.ledgers.layout import Block
from chronicle.ledgers.rows import first_name
from chronicle.ledgers.sections.laying import FIRST, FIRST_PLACE
from chronicle.ledgers.sections.stacked import Column, Stacked, block, ends_of, inverse, ranges
from chronicle.ledgers.texts import Numbered, TextTable, slots_block


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
    """The cells of all views; ``names`` are the texts of all keys, ``name_numbers`` theirs by section."""

    names: Numbered
    name_numbers: Sequence[Column]
    views: Sequence[ViewCells]
    # By number in the sections one behind the other: the number of a cell, and of a row, in the whole.
    cell_numbers: Column
    row_numbers: Column
    # The rows of the sections in the order of the whole, and how many each cell has.
    rows: Column
    row_counts: Column

    def blocks(self) -> list[Block]:
        """All that is said of cells alone, as blocks."""
        numbers = self.cell_numbers
        widths = np.concatenate([np.full(len(view.cells), view.parts, np.int64) for view in self.views])
        flat = np.concatenate([view.keys.reshape(-1) for view in self.views])
        turns = np.concatenate([view.turns for view in self.views])
        return [
            *self.names.blocks("names"),
            slots_block("names", self.names.numbers.items()),
            block("cells.keys", "I", flat),
            block("cells.keys_from", "I", ends_of(widths)),
            block("cells.turns", "I", turns),
            block("cells.rows_from", "I", ends_of(self.row_counts)),
            block("rows.cell", "I", np.repeat(np.arange(len(numbers)), self.row_counts)),
            *self._orders(),
            *self._slots(),
        ]

    def _orders(self) -> list[Block]:
        """The cells of each view sorted by each part of their keys but the first."""
        found, first = list[Block](), 0
        for view in self.views:
            for part in range(1, view.parts):
                order = np.lexsort((view.turns, view.keys[:, part])) + first
                found.append(block(f"order.{view.name}.{part}", "I", order))
            first += len(view.cells)
        return found

    def _slots(self) -> list[Block]:
        """Where to look for the first cell of each view with a first part of its keys."""
        texts, found = [*self.names.numbers], list[Block]()
        for view in self.views:
            if view.parts:
                begins, places = np.unique(view.keys[:, 0], return_index=True)
                named = zip(map(texts.__getitem__, begins.tolist()), places.tolist(), strict=True)
                # From the last cell to the first, as they are written when there are no sections.
                found.append(slots_block(first_name(view.name), reversed([*named])))
        return found


def joined_cells(stacked: Stacked) -> JoinedCells:
    """The cells of all sections. Raises ``NotJoined``."""
    names, name_numbers = _names(stacked)
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
        keys = flat[begins[cells][:, None] + np.arange(width)]
        order = np.lexsort(keys.T[::-1]) if len(cells) else cells
        cells, keys = cells[order], keys[order]
        if len(cells) > 1 and (keys[1:] == keys[:-1]).all(axis=1).any():
            raise NotJoined
        replayed = np.lexsort((turns[cells], places[cells], first[cells]))
        views.append(ViewCells(name, cells, keys, inverse(replayed)))
    cells = np.concatenate([view.cells for view in views])
    row_begins, row_counts = stacked.slices("cells.rows_from")
    rows = ranges(row_begins[cells], row_counts[cells])
    return JoinedCells(names, name_numbers, views, inverse(cells), inverse(rows), rows, row_counts[cells])


def _names(stacked: Stacked) -> tuple[Numbered, list[Column]]:
    """All names, sorted, and by section what the number of each becomes."""
    tables = [[*TextTable(section, "names").all()] for section in stacked.sections]
    names = Numbered(sorted({*()}.union(*tables)))
    return names, [np.array([*map(names.known, table)], np.uint32) for table in tables]


def _cells_of(stacked: Stacked, name: str) -> Column:
    """The cells of a view, as numbers in the sections one behind the other."""
    found, before = list[Column](), 0
    for section in stacked.sections:
        views = {view[0]: view for view in section.about["views"]}
        _, cell, cells, *_ = views[name]
        found.append(np.arange(cell, cell + cells) + before)
        before += len(section.numbers("cells.turns"))
    return np.concatenate(found)
