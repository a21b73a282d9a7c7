"""Tables of text to events, row by row: CSV and TSV in any delimiter and encoding, by a mapping.

Byte order marks, invisible blanks and empty rows are ignored. A row that cannot be read is a problem with its
row and column, and the rest is read.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader, TextIOWrapper
from itertools import chain
from typing import BinaryIO, Final

from attrs import evolve

from chronicle.errors import InvalidEvents, Place, Problem, nearest, shown
from chronicle.interop.incoming import Incoming, excerpt
from chronicle.interop.tabular.applying import Maker, Snapshots, Trouble, makers
from chronicle.interop.tabular.mapping import TableMapping
from chronicle.interop.tabular.templates import normal

# What decoding puts in place of bytes that are invalid in the encoding.
_DAMAGED = re.compile("[\udc80-\udcff]")
_REPLACED = re.compile("\N{REPLACEMENT CHARACTER}")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NO_TABLE: Final = {
    b"PK\x03\x04": "a workbook or another archive",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed",
}
_DELIMITERS = ",;\t|"


def read(
    stream: BinaryIO,
    name: str,
    mapping: TableMapping,
    snapshots: Snapshots | None = None,
    lines: OpenLines | None = None,
) -> Iterator[Incoming]:
    """The events of a table, and a problem with its place for everything that makes none.

    ``snapshots`` is shared by the files of one import, where a snapshot may continue in the next file;
    ``finish`` then yields what vanished by the last one. ``lines`` opens files that are not text. Raises
    ``InvalidEvents`` (C706) for a file that is not a table of text.
    """
    known = {} if snapshots is None else snapshots
    table = _TableFile(stream, name, mapping, lines)
    yield from table.events(known)
    if snapshots is None:
        yield from finish(name, mapping, known)


def read_tsv(
    stream: BinaryIO, name: str, mapping: TableMapping, snapshots: Snapshots | None = None
) -> Iterator[Incoming]:
    """The same as ``read``, for a table with tabs between its cells."""
    return read(stream, name, evolve(mapping, delimiter="\t"), snapshots)


def finish(name: str, mapping: TableMapping, snapshots: Snapshots) -> Iterator[Incoming]:
    """What vanished by the last snapshot, after every file was read; ``name`` is that of the last file."""
    for rule in mapping.rules:
        if rule in snapshots:
            maker = Maker(rule, {}, (), (), (), None, snapshots[rule])
            for made in maker.finish():
                yield made.problem.at(Place(name)) if isinstance(made, Trouble) else made


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
        self.number = 0
        self.taken: list[str] = []
        self._length = 0
        self.damaged = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.number += 1
        self.taken.append(line)
        self._length += len(line)
        # A limit of its own, since that of the csv module is global to the process.
        if self._length > _LONGEST_ROW and len(self.taken) > 1:
            raise csv.Error(f"longer than {_LONGEST_ROW:,} characters in several lines")
        if not line.isascii() and self._damage.search(line):
            self.damaged = True
        return line

    def is_damaged(self, text: str) -> bool:
        """Whether some of a text could not be decoded."""
        return bool(self._damage.search(text))

    def let_go(self) -> None:
        """Release the stream without closing it."""
        self._text.detach()

    def begin(self) -> None:
        """Begin another row."""
        self.taken.clear()
        self._length = 0
        self.damaged = False


def _refuse_other(start: bytes) -> None:
    for mark, what in _NO_TABLE.items():
        if start.startswith(mark):
            help = "import a workbook as xlsx" if mark.startswith(b"PK") else "save it as CSV first"
            raise InvalidEvents(Problem("C706", f"not a table of text: {what}", help=help))


def header_of(lines: Lines, name: str, delimiter: str | None) -> tuple[list[str], str]:
    """The names of the columns, from the first line that is not empty, and the delimiter.

    Raises ``InvalidEvents`` (C706) when there is no such line, or it is not text.
    """
    source = iter(lines)
    for line in source:
        if line.strip(" \t\r\n,;|\ufeff\xa0\0"):
            break
        lines.begin()
    else:
        raise InvalidEvents(Problem("C706", "table without a header", Place(name), "the file has no rows"))
    if "\0" in line:
        help = "say its encoding in the mapping, if it is a table"
        raise InvalidEvents(Problem("C706", "not a table of text: it has zero bytes", Place(name), help))
    between = delimiter or max(_DELIMITERS, key=line.count)
    row = next(csv.reader(chain([line], source), delimiter=between, skipinitialspace=True))
    return [normal(title) for title in row], between


OpenLines = Callable[[BinaryIO, TableMapping], Lines]
"""Opens a file as lines of text."""


def _of_text(stream: BinaryIO, mapping: TableMapping) -> Lines:
    return Lines(stream, mapping.encoding)


class _TableFile:
    """One file that is being read."""

    def __init__(
        self,
        stream: BinaryIO,
        name: str,
        mapping: TableMapping,
        lines: OpenLines | None,
    ) -> None:
        self._open = lines or _of_text
        self._name = name
        self._mapping = mapping
        self._stream = stream
        self._delimiter = mapping.delimiter or ","

    def events(self, snapshots: Snapshots) -> Iterator[Incoming]:
        try:
            self._lines = self._open(self._stream, self._mapping)
            try:
                yield from self._table(self._lines, snapshots)
            finally:
                self._lines.let_go()
        except InvalidEvents as error:
            raise InvalidEvents(*(problem.at(Place(self._name)) for problem in error.problems)) from None

    def _table(self, lines: Iterator[str], snapshots: Snapshots) -> Iterator[Incoming]:
        header = list(self._mapping.header)
        if not header:
            header, self._delimiter = header_of(self._lines, self._name, self._mapping.delimiter)
        columns: dict[str, int] = {}
        for index, title in enumerate(header):
            columns.setdefault(title, index)
        columns = _as_named(columns, _named(self._mapping))
        found, missing = makers(self._mapping, columns, snapshots)
        for column in missing:
            yield self._missing(column, columns)
        twice = {title for title in header if header.count(title) > 1} & _named(self._mapping)
        for title in sorted(twice):
            message = f"two columns are called {shown(title)}"
            yield Problem("C703", message, self._place(None), "rename one of them: the first was taken")
        if found:
            yield from self._rows(lines, len(header), columns, found)

    def _rows(
        self, lines: Iterator[str], width: int, columns: Mapping[str, int], found: list[Maker]
    ) -> Iterator[Incoming]:
        self._columns = columns
        reader = csv.reader(lines, delimiter=self._delimiter, skipinitialspace=True)
        while True:
            self._lines.begin()
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                help = "look for a quote that is opened and never closed"
                yield Problem("C701", f"row cannot be read: {error}", self._place(None), help)
                continue
            if not any(row):
                continue
            if len(row) < width or any(row[width:]):
                help = "look for a delimiter or a line break in a cell without quotes"
                message = f"row of {len(row)} cells where the header has {width}"
                yield Problem("C701", message, self._place(None), help)
                self._break(found)
                continue
            if self._lines.damaged:
                yield self._undecoded(row)
                self._break(found)
                continue
            yield from self._made(row, found)

    def _made(self, row: list[str], found: list[Maker]) -> Iterator[Incoming]:
        taken = False
        for maker in found:
            if not maker.when or maker.takes(row):
                taken = True
                for made in maker(row):
                    yield self._problem(made) if isinstance(made, Trouble) else made
        if not taken and self._mapping.report_rest and any(cell.strip() for cell in row):
            help = "add a rule for such rows, or `rest: skip` to the mapping"
            yield Problem("C707", "no rule takes this row", self._place(None), help)

    @staticmethod
    def _break(found: list[Maker]) -> None:
        """Note a lost row in the snapshots: nothing may then count as vanished."""
        for maker in found:
            if maker.snapshot is not None:
                maker.snapshot.lose()

    # Problems

    def _problem(self, trouble: Trouble) -> Problem:
        column, problem = trouble
        if column is None:
            return evolve(problem, place=self._place(None))
        return evolve(
            problem, message=f"{problem.message} (column {shown(column)})", place=self._place(column)
        )

    def _missing(self, column: str, columns: Mapping[str, int]) -> Problem:
        near = nearest(column, columns)
        listed = ", ".join(list(columns)[:12])
        help = f"did you mean {near}?" if near else f"columns are {listed}"
        return Problem("C703", f"no column {shown(column)}", self._place(None), help)

    def _undecoded(self, row: list[str]) -> Problem:
        index = next((number for number, cell in enumerate(row) if self._lines.is_damaged(cell)), 0)
        names = [name for name, at in self._columns.items() if at == index]
        encoding = self._mapping.encoding or "utf-8"
        place = self._place(names[0] if names else None)
        where = f" (column {shown(names[0])})" if names else ""
        raw = _DAMAGED.sub("\N{REPLACEMENT CHARACTER}", place.excerpt)
        help = "say the encoding in the mapping: `encoding: cp1252` or whatever it is"
        return Problem("C704", f"text is not {encoding}{where}", evolve(place, excerpt=raw), help)

    def _place(self, column: str | None) -> Place:
        """The place of the last row, or of one of its cells."""
        raw = excerpt("".join(self._lines.taken))
        line = self._lines.number - len(self._lines.taken) + 1
        if column is None:
            return Place(self._name, max(1, line), 1, max(1, min(len(raw), 20)), raw)
        start, length = _cell(raw, self._columns[column], self._delimiter)
        return Place(self._name, line, start + 1, max(1, length), raw)


def _cell(raw: str, index: int, delimiter: str) -> tuple[int, int]:
    """Where a cell begins in a row, and its length with its quotes."""
    start, quoted, cells = 0, False, 0
    for at, character in enumerate(raw):
        if character == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            if cells == index:
                return start, at - start
            cells, start = cells + 1, at + 1
    return start, len(raw) - start


def _named(mapping: TableMapping) -> set[str]:
    """Every column that a mapping names."""
    named: set[str] = set()
    for rule in mapping.rules:
        named.update(column for column, _ in rule.when)
        for field in (*rule.fields, *rule.source, *([rule.end] if rule.end else [])):
            named.update(column for template in field.templates for column in template.columns)
    return named


def _as_named(columns: dict[str, int], named: set[str]) -> dict[str, int]:
    """The columns of a table, also under the names of the mapping that differ only in case."""
    folded = {title.casefold(): index for title, index in reversed(columns.items())}
    extra = {name: folded[name.casefold()] for name in named - columns.keys() if name.casefold() in folded}
    return {**columns, **extra}
