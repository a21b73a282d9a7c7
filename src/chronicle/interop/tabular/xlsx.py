"""Workbooks (.xlsx) to events, by openpyxl (the extra ``xlsx``): cells become text and are read like CSV.

A cell counts as its value, not as it is displayed: a day is an ISO day, a number its decimal digits. Only the
zeros in front that a number format shows are kept, for they belong to codes. Places give the row of the
sheet. The only module that imports openpyxl.
"""

from __future__ import annotations

import csv
import datetime
import re
import shutil
import warnings
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal
from functools import partial
from io import BytesIO, StringIO
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast

from attrs import evolve

from chronicle.errors import InvalidEvents, Place, Problem, nearest, not_installed, shown
from chronicle.interop.incoming import Incoming
from chronicle.interop.tabular.csv import read as read_table
from chronicle.interop.tabular.guesses.sample import ROWS as SAMPLE
from chronicle.interop.tabular.guesses.sheets import Sheets, sheets_of
from chronicle.interop.tabular.rules import TableMapping
from chronicle.interop.tabular.snapshots import AcrossFiles
from chronicle.interop.tabular.text.lines import Lines
from chronicle.interop.tabular.text.names import is_pattern, parts_of
from chronicle.interop.tabular.text.sheet_marks import SheetMarks

_LAST_ROW: Final = 1_048_576  # the most rows of a sheet; larger row numbers are ignored
_IN_MEMORY: Final = 1 << 23
_ZEROS: Final = re.compile(r"(0{2,})(?:;.*)?")  # a number format of nothing but zeros
_HALVES: Final = re.compile("[\ud800-\udfff]")  # halves of characters, which an escape in a cell may write
_AT_ONCE: Final = 1 << 20
_NEVER: Final = "\udcff"  # in the place of a value that was never computed; no text has it
_ERROR: Final = "\udcfe"  # before an error of a formula
# What a number format shows as it is: texts, single characters, colours and conditions, blanks.
_AS_IT_IS: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_CHUNK: Final = 256
_MOST_SHEETS: Final = 50  # so many sheets are looked at for a draft
# The digits with which a spreadsheet computes; further digits of a float are noise.
_DIGITS: Final = ".15g"


def read(
    stream: BinaryIO, name: str, mapping: TableMapping, across: AcrossFiles | None = None
) -> Iterator[Incoming]:
    """The events of a sheet of a workbook, and a problem with its place for everything that makes none.

    The sheet is the first one, unless the mapping names another, or several by a pattern. ``across`` is as
    for CSV. Raises ``InvalidEvents``: C706 for a file that is not a workbook, C702 when it has no such sheet;
    and ``UsageError`` (C740) where openpyxl is not installed.
    """
    with ExitStack() as stack:
        file = _copied(stream, stack)
        for title in _titles(file, name, mapping.sheet):
            file.seek(0)
            parts = parts_of(title, mapping.sheet) if mapping.sheet else None
            told = {"sheet.name": title, **{f"sheet.{part}": text for part, text in (parts or {}).items()}}
            one = evolve(mapping, delimiter=",", sheet=title)
            yield from read_table(file, name, one, across, lines=SheetLines, told=told)


def _titles(file: BinaryIO, name: str, sheet: str | None) -> list[str]:
    """The names of the sheets to be read: all that are like a pattern, else one."""
    try:
        with ExitStack() as stack:
            titles = _in_order(_workbook(file, stack))
            if sheet is None or sheet in titles or not is_pattern(sheet):
                return [_named(titles, sheet)]
            found = [title for title in titles if parts_of(title, sheet) is not None]
            return found or [_named(titles, sheet)]
    except InvalidEvents as error:
        raise InvalidEvents(*(problem.at(Place(name)) for problem in error.problems)) from None


def _in_order(workbook: Any) -> list[str]:
    """The names of the sheets; those that are hidden come last."""
    sheets = sorted(workbook.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
    return [sheet.title for sheet in sheets]


def sample(stream: BinaryIO, name: str) -> tuple[BinaryIO, Sheets]:
    """The first rows of a workbook as CSV, for a draft of a mapping, and its sheets.

    The rows are those of the sheet that is most likely the table. Raises what ``read`` raises.
    """
    try:
        with ExitStack() as stack:
            file = _copied(stream, stack)
            titles = _in_order(_workbook(file, stack)) or [_named((), None)]
            rows = {title: _first_rows(file, title) for title in titles[:_MOST_SHEETS]}
            sheets = sheets_of(rows)
            return BytesIO("".join(rows[sheets.chosen]).encode("utf-8", "replace")), sheets
    except InvalidEvents as error:
        raise InvalidEvents(*(problem.at(Place(name)) for problem in error.problems)) from None


def _first_rows(file: BinaryIO, title: str) -> list[str]:
    file.seek(0)
    lines = SheetLines(file, TableMapping((), sheet=title))
    try:
        return list(islice(lines, SAMPLE))
    finally:
        lines.let_go()


class SheetLines(Lines):
    """The rows of a sheet, each as one line of CSV, numbered as in the sheet."""

    def __init__(self, stream: BinaryIO, mapping: TableMapping | None = None) -> None:
        self.number = 0
        self.taken: list[str] = []
        self.damaged = False
        self._ahead: deque[str] = deque()
        self._zeros: dict[int, int] = {}
        self._percents: dict[int, bool] = {}
        self._point = "," if mapping and mapping.comma else "."
        self._as_percent = mapping is None or mapping.shares.form != "fraction"
        self._width = len(mapping.header) if mapping else 0
        self._used: Collection[int] = ()
        self._meant = mapping.texts_meant() if mapping else frozenset[str]()
        self._row = self._seen = 0
        # By column the value of merged cells, and their last row.
        self._below: dict[int, tuple[str, int]] = {}
        with ExitStack() as stack:
            self._rows, self._marks = _rows(stream, mapping.sheet if mapping else None, stack)
            self._open = stack.pop_all()

    def read_line(self) -> str:
        """The next row, as a line of CSV."""
        cells = [self._cell(cell) for cell in next(self._rows)]
        self._row += 1
        if self._marks.merged:
            self._fill(cells)
        if self._marks.has_formulas:
            never, self._seen = self._marks.never_computed(self._row, self._seen)
            for column in never.intersection(self._used, range(len(cells))):
                cells[column] = _NEVER
        while cells and not cells[-1]:
            cells.pop()
        # A sheet has no width: the first row that is not empty gives that of the table.
        self._width = self._width or len(cells)
        cells.extend([""] * (self._width - len(cells) if cells else 0))
        return _line(cells)

    def _fill(self, cells: list[str]) -> None:
        """Give cells that are merged with some above them the value of the first, where a row has others."""
        is_empty = not any(cells)
        for column, last in self._marks.merged.get(self._row, ()):
            if column < len(cells):
                self._below[column] = cells[column], last
        for column, (text, last) in [*self._below.items()]:
            if not is_empty:
                cells.extend([""] * (column + 1 - len(cells)))
                cells[column] = cells[column] or text
            if last <= self._row:
                del self._below[column]

    def _cell(self, cell: Any) -> str:
        value = cell.value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self._as_percent and self._is_percent(cell):
                return f"{_text(float(Decimal(format(value, _DIGITS)) * 100), self._point)}%"
            return _text(value, self._point).zfill(self._digits(cell))
        text = _text(value, self._point)
        if text.startswith("#") and cell.data_type == "e" and cell.column - 1 in self._used:
            return text if text in self._meant else f"{_ERROR}{text}"
        return text

    def _digits(self, cell: Any) -> int:
        """How many digits a number is shown with at least: 00195 is 195 in the format 00000."""
        style = cell._style_id if hasattr(cell, "_style_id") else 0
        if style not in self._zeros:
            found = _ZEROS.fullmatch(cell.number_format or "")
            self._zeros[style] = len(found[1]) if found else 0
        return self._zeros[style]

    def _is_percent(self, cell: Any) -> bool:
        """Whether a number is shown as so many of a hundred."""
        style = cell._style_id if hasattr(cell, "_style_id") else 0
        if style not in self._percents:
            self._percents[style] = "%" in _AS_IT_IS.sub("", (cell.number_format or "").partition(";")[0])
        return self._percents[style]

    def expect(self, width: int, used: Collection[int]) -> None:
        """Give rows at least ``width`` cells, whatever stood above the header.

        A formula without a value makes a row damaged where it stands in a column that is used.
        """
        self._width, self._used = width, used

    def is_damaged(self, text: str) -> bool:
        """Whether some of a text is no character; a workbook says itself how it is encoded."""
        return bool(_HALVES.search(text))

    def damage_of(self, cell: str) -> tuple[str, str, str]:
        """As for a text: a formula without a value, an error of one, or half of a character."""
        if cell == _NEVER:
            help = "open the workbook in a spreadsheet, save it and import that"
            return "C701", "formula that was never computed", help
        if cell.startswith(_ERROR):
            help = f"put it right, or say in the mapping that it is none: `empty: [{shown(cell[1:])}]`"
            return "C701", f"error of a spreadsheet: {cell[1:]}", help
        return "C704", "text with half of a character", "write the cell anew"

    def let_go(self) -> None:
        """Close the workbook, and leave the stream open."""
        self._open.close()


def _rows(
    stream: BinaryIO, title: str | None, stack: ExitStack
) -> tuple[Iterator[Sequence[object]], SheetMarks]:
    workbook = _workbook(_copied(stream, stack), stack)
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    sheet = sheets[_named(list(sheets), title)]
    marks = _marks(sheet)
    sheet.reset_dimensions()  # the size that a sheet states is often wrong
    rows = sheet.iter_rows(max_row=_LAST_ROW)
    stack.callback(rows.close)
    return _careful(rows), marks


def _marks(sheet: Any) -> SheetMarks:
    """The marks of a sheet; of one that is damaged none, which is noticed with its rows."""
    try:
        with sheet._get_source() as source:
            return SheetMarks.of(iter(partial(source.read, _AT_ONCE), b""))
    except Exception:  # as many types as a damaged archive has
        return SheetMarks()


def _copied(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    """The stream as a file, since an archive is read from its end and not every stream can be sought."""
    if isinstance(stream, SpooledTemporaryFile):
        return stream
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the stack
    stack.enter_context(file)
    shutil.copyfileobj(stream, file)
    file.seek(0)
    return cast(BinaryIO, file)


def _workbook(file: BinaryIO, stack: ExitStack) -> Any:
    openpyxl = _openpyxl()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises errors of many types for a damaged file
        message, help = "not a workbook", "import a table of text as csv; save other spreadsheets as .xlsx"
        raise InvalidEvents(Problem("C706", message, help=help)) from error
    stack.callback(workbook.close)
    return workbook


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise not_installed("openpyxl", "which reads workbooks", "xlsx") from None
    return openpyxl


def _named(titles: Sequence[str], title: str | None) -> str:
    if not titles:
        raise InvalidEvents(Problem("C706", "workbook without a sheet of cells"))
    if title is None:
        return titles[0]
    if title not in titles:
        near = nearest(title, titles)
        help = f"did you mean {near}?" if near else f"sheets are {', '.join(titles[:12])}"
        raise InvalidEvents(Problem("C702", f"no sheet {shown(title)}", help=help))
    return title


def _careful(rows: Iterator[Sequence[object]]) -> Iterator[Sequence[object]]:
    """The rows, some at a time. Warnings of openpyxl are hidden, and its errors become C706."""
    while True:
        chunk: list[Sequence[object]] = []
        failed: Exception | None = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                chunk.extend(islice(rows, _CHUNK))
            except Exception as error:
                failed = error
        yield from chunk
        if failed:
            help = "open it in a spreadsheet, save it again and import that"
            raise InvalidEvents(Problem("C706", "workbook is damaged", help=help)) from failed
        if not chunk:
            return


def _text(value: object, point: str) -> str:
    """The value of a cell, as a table of text would have it."""
    match value:
        case None:
            text = ""
        case bool():
            text = str(value).upper()
        case float():
            # With the decimal sign of the mapping, by which all numbers of the table are read.
            text = format(Decimal(format(value, _DIGITS)), "f").replace(".", point)
        case datetime.datetime():
            text = value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
        case datetime.date() | datetime.time():
            text = value.isoformat()
        case _:
            text = _unescaped(str(value))
    return text


def _unescaped(text: str) -> str:
    """A text with the characters that a workbook writes as their numbers, and ends of lines in one form."""
    if "_x" not in text:
        return text
    written = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    written = written.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return written.replace("\r\n", "\n").replace("\r", "\n")


def _line(cells: Sequence[str]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
