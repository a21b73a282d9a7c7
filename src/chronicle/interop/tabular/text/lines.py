"""The lines of a table of text, and the rows of cells that they make.

Quotes are read strictly: one that opens a cell and is never closed, or that closes one in the midst of it,
makes its row a finding. Only the line that it stands in is lost; those after it are rows of their own.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Collection, Iterator
from io import BufferedReader, TextIOWrapper
from typing import BinaryIO, Final

from attrs import frozen

from chronicle.errors import InvalidEvents, Problem

# What decoding puts in place of bytes that are invalid in the encoding.
_DAMAGED = re.compile("[\udc80-\udcff]")
_HALVES = re.compile("[\ud800-\udfff]")  # of characters, each half a text by itself
_REPLACED = re.compile("\N{REPLACEMENT CHARACTER}")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NO_TABLE: Final = {
    b"PK\x03\x04": "a workbook or another archive",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed",
}
_LONGEST_ROW: Final = 1 << 17


class Lines:
    """The lines of a file as text, and which of them make the current row."""

    def __init__(self, stream: BinaryIO, encoding: str | None) -> None:
        buffered = stream if hasattr(stream, "peek") else BufferedReader(stream)  # type: ignore[type-var]
        start = buffered.peek(4)[:4]
        _refuse_other(start)
        if encoding is None:
            encoding = "utf-16" if start[:2] in _WIDE_MARKS else "utf-8-sig"
        # In UTF-8 invalid bytes become surrogates, which no text has; other decoders may only know U+FFFD.
        is_utf8 = codecs.lookup(encoding).name.startswith("utf-8")
        errors = "surrogateescape" if is_utf8 else "replace"
        self._damage = _DAMAGED if is_utf8 else _REPLACED
        self._text = TextIOWrapper(buffered, encoding, errors, newline="")
        self._ahead: deque[str] = deque()
        self._encoding = encoding if encoding != "utf-8-sig" else "utf-8"
        self.number = 0
        self.taken: list[str] = []
        self.damaged = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self.read_line()
        self.number += 1
        self.taken.append(line)
        if not line.isascii() and self.is_damaged(line):
            self.damaged = True
        return line

    def read_line(self) -> str:
        """The next line of the file. Raises ``StopIteration`` at its end."""
        return next(self._text)

    def is_damaged(self, text: str) -> bool:
        """Whether some of a text could not be decoded."""
        return bool(self._damage.search(text))

    def damage_of(self, cell: str) -> tuple[str, str, str]:  # noqa: ARG002  # a workbook looks at it
        """What is wrong with a cell that is damaged: a code, a message and what to do."""
        help = "say the encoding in the mapping: `encoding: cp1252` or whatever it is"
        return "C704", f"text is not {self._encoding}", help

    def expect(self, width: int, used: Collection[int]) -> None:
        """Be told how many cells a row has, and which of them are used; of text all are read as they are."""

    def let_go(self) -> None:
        """Release the stream without closing it."""
        self._text.detach()

    def begin(self) -> None:
        """Begin another row."""
        self.taken = []
        self.damaged = False

    def give_back(self) -> None:
        """End the row after its first line: the others are read again, as rows of their own."""
        self._ahead.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]
        self.damaged = self.is_damaged(self.taken[0])


def undamaged(text: str) -> str:
    """A text with a mark in place of each byte that could not be decoded."""
    return _HALVES.sub("\N{REPLACEMENT CHARACTER}", text)


def _refuse_other(start: bytes) -> None:
    for mark, what in _NO_TABLE.items():
        if start.startswith(mark):
            help = "import a workbook as xlsx" if mark.startswith(b"PK") else "save it as CSV first"
            raise InvalidEvents(Problem("C706", f"not a table of text: {what}", help=help))


@frozen
class StrayQuote:
    """A row that cannot be told into cells: what is wrong with a quote, and in which cell, counted from 0."""

    cell: int
    message: str


_OPENED = re.compile(' *"')
_INSIDE = re.compile('[^"]*+(?:""[^"]*+)*+')


class _SingleLine:
    """The lines for a reader of the csv module: never more than the one that it is given."""

    def __init__(self) -> None:
        self.line: str | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line, self.line = self.line, None
        if line is None:
            raise StopIteration
        return line


class Rows:
    """The rows of a table, one at a time, each as its cells or as a stray quote.

    ``width`` is how many cells a row has, once that is known: by it one notices a cell in quotes that has
    swallowed whole rows. ``quotes`` says whether a quote at the beginning of a cell means anything.
    """

    def __init__(self, lines: Lines, delimiter: str, quotes: bool = True) -> None:
        self.width: int | None = None
        self._lines = lines
        self.delimiter = delimiter
        self._quotes = quotes
        self._single = _SingleLine()
        # Made once, since making a reader takes longer than reading a row.
        self._reader = csv.reader(self._single, delimiter=delimiter, skipinitialspace=True, strict=True)
        between = re.escape(delimiter)
        self._plain = re.compile(rf"[^{between}\r\n]*")
        self._after = re.compile(rf"[ \t]*?(?:({between})|[\r\n]*\Z)")
        # In a text a blank follows a comma; between cells mostly none does.
        self._between = re.compile(rf"{between}(?! )")

    def __iter__(self) -> Iterator[list[str] | StrayQuote]:
        lines, plain = self._lines, self.delimiter != "\t"
        lines.begin()
        for line in lines:
            if plain and '"' not in line and "\t" not in line:
                yield line.rstrip("\r\n").split(self.delimiter)
                lines.begin()
                continue
            cells = self.cells_of(line)
            # A tab in a cell is a blank, as a pasted text has it.
            if self._has_tabs(line) and not isinstance(cells, StrayQuote):
                cells = [cell.replace("\t", " ") for cell in cells]
            yield cells
            lines.begin()

    def cells_of(self, line: str) -> list[str] | StrayQuote:
        """The cells of the row that begins with ``line``, which was read last."""
        if not self._quotes or '"' not in line:
            return line.rstrip("\r\n").split(self.delimiter)
        self._single.line = line
        try:
            cells = next(self._reader)
        except (csv.Error, StopIteration):
            return self._slowly(line)
        return self._slowly(line) if '"' in "".join(cells) else cells

    def _has_tabs(self, line: str) -> bool:
        if self.delimiter == "\t":
            return self._quotes and '"' in line
        return "\t" in line or len(self._lines.taken) > 1

    def _slowly(self, line: str) -> list[str] | StrayQuote:
        found = self._told(line)
        if len(self._lines.taken) > 1:
            if not isinstance(found, StrayQuote) and self._has_swallowed(found):
                index = next((at for at, cell in enumerate(found) if "\n" in cell or "\r" in cell), 0)
                found = StrayQuote(index, "a quote opens a cell that takes in the rows below it")
            if isinstance(found, StrayQuote):
                self._lines.give_back()
        return found

    def _told(self, line: str) -> list[str] | StrayQuote:
        cells: list[str] = []
        at = 0
        while True:
            if opened := _OPENED.match(line, at):
                inside, line, at = self._quoted(line, opened.end())
                if inside is None:
                    return StrayQuote(len(cells), "a quote opens a cell, and none closes it")
                after = self._after.match(line, at + 1)
                if after is None:
                    return StrayQuote(len(cells), "a quote ends a cell, and more text follows")
                cells.append(inside.replace('""', '"'))
                if after[1] is None:
                    return cells
                at = after.end()
                continue
            plain = self._plain.match(line, at)
            assert plain is not None
            if plain[0].count('"') % 2:
                return StrayQuote(len(cells), "a quote stands alone in a cell that none opens")
            cells.append(plain[0])
            at = plain.end() + 1
            if not line.startswith(self.delimiter, at - 1):
                return cells

    def _quoted(self, line: str, at: int) -> tuple[str | None, str, int]:
        """The text up to the closing quote, or None when there is none; its last line, and where it ends."""
        pieces, length = [], 0
        while True:
            piece = _INSIDE.match(line, at)
            assert piece is not None
            pieces.append(piece[0])
            length += len(piece[0])
            if piece.end() < len(line):
                return "".join(pieces), line, piece.end()
            if length > _LONGEST_ROW and len(pieces) > 1:
                return None, line, at
            try:
                line, at = next(self._lines), 0
            except StopIteration:
                return None, line, at

    def _has_swallowed(self, cells: list[str]) -> bool:
        """Whether a row of several lines has another width, or each of its lines is as wide as a row."""
        if self.width is None:
            return False
        if len(cells) < self.width or any(cell.strip() for cell in cells[self.width :]):
            return True
        return all(len(self._between.findall(line)) == self.width - 1 for line in self._lines.taken)
