"""One field of the records of a rule: read from the cells of rows, and kept for rows with the same cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Final

from attrs import Factory, define

from chronicle.codec.pieces import FieldPiece, piece_maker
from chronicle.interop.tabular.applying import FilledField
from chronicle.interop.tabular.templates import Row

MOST_KEPT: Final = 32_768
"""How many different cells of a column are remembered at a time."""

_LOOKED_AT: Final = 8  # how often as many rows go by until it is looked at whether keeping is worth while

NOT_GIVEN: Final = FieldPiece("", (), None, None)
"""The piece of a field that an event does not have."""


class Unfit(Exception):
    """A row, or a rule, of which no record is made directly."""


@define(eq=False)
class FieldOfRecord:
    """Reads a field from rows, and keeps what it made of the same cells, unless most of them differ.

    ``cells`` gives the cells of a row of which the field is made, ``fill`` its plain value and ``make`` its
    piece. ``noting`` says that reading it has the ids noted that it makes.
    """

    name: str
    noting: bool
    _cells: Callable[[Row], object]
    _fill: Callable[[Row], object]
    _make: Callable[[object], FieldPiece]
    _required: bool
    _kept: dict[object, FieldPiece] = Factory(dict)
    _keeps: bool = True
    _rows: int = 0  # how many were asked for, and how many read, since what is kept was last looked at
    _read: int = 0

    def kept(self, rows: Sequence[Row]) -> list[FieldPiece | None]:
        """What was made of the same cells before, row by row; None for those that must be read."""
        if not self._keeps:
            return [None] * len(rows)
        self._rows += len(rows)
        if self._rows > _LOOKED_AT * MOST_KEPT:
            self._look()
        return list(map(self._kept.get, map(self._cells, rows)))

    def read_all(self, rows: Sequence[Row]) -> list[FieldPiece | None]:
        """What each row gives for the field; None where no record is made of the row."""
        pieces = self.kept(rows)
        if None not in pieces:
            return pieces
        if not self._keeps:
            with suppress(Exception):  # any exception means that some row gives none: each is read by itself
                plain = list(map(self._fill, rows))
                if None not in plain:
                    return list(map(self._make, plain))
        return [
            self.read_or_none(row) if piece is None else piece
            for row, piece in zip(rows, pieces, strict=True)
        ]

    def read(self, row: Row) -> FieldPiece:
        """What a row gives for the field. Any exception means that no record is made of the row."""
        if not self._keeps:
            return self._piece(row)
        cells = self._cells(row)
        made = self._kept.get(cells)
        if made is None:
            made = self._piece(row)
            self._read += 1
            if len(self._kept) < MOST_KEPT:
                self._kept[cells] = made
        return made

    def read_or_none(self, row: Row) -> FieldPiece | None:
        """What a row gives for the field; None where no record is made of the row."""
        try:
            return self.read(row)
        except Exception:  # any exception means that the maker must say what is wrong with the row
            return None

    def _look(self) -> None:
        """Keep nothing any more where cells hardly ever come again, and begin anew where few of them do."""
        self._keeps = self._read < self._rows - self._rows // 8
        if self._read > self._rows // 2:
            self._kept.clear()
        self._rows = self._read = 0

    def _piece(self, row: Row) -> FieldPiece:
        plain = self._fill(row)
        if plain is not None:
            return self._make(plain)
        if self._required:
            raise Unfit
        return NOT_GIVEN


def field_of_record(kind: str, filled: FilledField, required: bool, noting: bool = False) -> FieldOfRecord:
    """A field of events of a kind, filled from a row as the mapping says."""
    columns = dict.fromkeys(index for _, index in filled.columns)
    make = piece_maker(kind, filled.name)
    return FieldOfRecord(filled.name, noting, itemgetter(*columns), filled.read, make, required)
