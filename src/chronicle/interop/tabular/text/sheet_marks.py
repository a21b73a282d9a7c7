"""What the XML of a sheet says besides the values of its cells: those merged, and those never computed."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field, frozen

_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
# A tag of a cell, a formula, a value or of merged cells, and the first character behind it.
_TAG: Final = re.compile(rb"<(?:\w+:)?(c|f|v|mergeCell)(?=[\s/>])([^>]*)>([^<]?)")
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell(?=[\s/>])[^>]*>")
_PLACE: Final = re.compile(rb"""\br=["']([A-Z]+)([0-9]+)["']""")
_TEXT: Final = re.compile(rb"""\bt=["']str["']""")
_RANGE: Final = re.compile(rb"""\bref=["']([A-Z]+)([0-9]+):[A-Z]+([0-9]+)["']""")
_COLUMNS: Final = 14  # bits for the number of a column; a sheet has 16,384


@frozen
class SheetMarks:
    """The marks of a sheet; rows are counted from 1, columns from 0.

    ``merged`` has by row the cells that are merged with some below them: the column, and the last row of
    these. ``_never`` are the cells with a formula and no value, in the order of the sheet.
    """

    merged: Mapping[int, list[tuple[int, int]]] = field(factory=dict)
    _never: array[int] = field(factory=lambda: array("Q"))

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> SheetMarks:
        """The marks in the XML of a sheet, a chunk at a time."""
        reader, rest = _SheetReader(), b""
        for chunk in chunks:
            text = rest + chunk
            # What follows the last tag is read with the next chunk.
            end = max(text.rfind(b"<"), 0)
            reader.take(text[:end])
            rest = text[end:]
        reader.take(rest)
        reader.end_cell()
        return cls(reader.merged, reader.never)

    @property
    def has_formulas(self) -> bool:
        """Whether any formula has no value."""
        return bool(self._never)

    def never_computed(self, row: int, seen: int) -> tuple[frozenset[int], int]:
        """The columns of a row with a formula and no value, and how many marks were seen by then.

        ``seen`` is how many there were before the row, so that rows are asked for in order.
        """
        found = set[int]()
        while seen < len(self._never) and self._never[seen] >> _COLUMNS <= row:
            if self._never[seen] >> _COLUMNS == row:
                found.add(self._never[seen] & ((1 << _COLUMNS) - 1))
            seen += 1
        return frozenset(found), seen


class _SheetReader:
    """Reads the marks of a sheet, tag by tag where there are formulas."""

    def __init__(self) -> None:
        self.merged: dict[int, list[tuple[int, int]]] = {}
        self.never: array[int] = array("Q")
        self._cell = b""
        self._has_formula = self._has_value = False

    def take(self, text: bytes) -> None:
        """Read a text that ends before a tag."""
        if self._has_formula or _FORMULA.search(text):
            for tag, attributes, behind in _TAG.findall(text):
                self._tag(tag, attributes, behind)
            return
        for found in _MERGED.findall(text):
            self._merge(found)
        # A formula in the next text belongs to the last cell of this one.
        last = None
        for at in (text.rfind(b"<c"), text.rfind(b":c")):
            begin = text.rfind(b"<", 0, at + 1) if at >= 0 else -1
            if begin >= 0 and _CELL.match(text, begin):
                last = max(begin, -1 if last is None else last)
        if last is not None:
            self._cell = text[last : text.find(b">", last)]

    def _tag(self, tag: bytes, attributes: bytes, behind: bytes) -> None:
        if tag == b"c":
            self.end_cell()
            self._cell = attributes
        elif tag == b"f":
            self._has_formula = True
        elif tag == b"v":
            # A text may be computed to be empty; what is no text has a value or none.
            self._has_value = bool(behind) or bool(_TEXT.search(self._cell))
        else:
            self.end_cell()
            self._merge(attributes)

    def end_cell(self) -> None:
        """Note the last cell if it has a formula and no value."""
        place = _PLACE.search(self._cell)
        if self._has_formula and not self._has_value and place is not None:
            self.never.append(int(place[2]) << _COLUMNS | _column(place[1]))
        self._cell = b""
        self._has_formula = self._has_value = False

    def _merge(self, attributes: bytes) -> None:
        found = _RANGE.search(attributes)
        if found is not None and int(found[2]) < int(found[3]):
            self.merged.setdefault(int(found[2]), []).append((_column(found[1]), int(found[3])))


def _column(letters: bytes) -> int:
    """The number of a column, counted from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return (number - 1) & ((1 << _COLUMNS) - 1)
