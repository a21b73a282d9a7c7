"""Tables of text to events, row by row: CSV and TSV in any delimiter and encoding, by a mapping.

Byte order marks, invisible blanks and empty rows are ignored. A row that cannot be read is a problem with its
row and column, and the rest is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from attrs import evolve

from chronicle.errors import InvalidEvents, Place, Problem, nearest, shown
from chronicle.events import RecordCorrected
from chronicle.interop.corrections import HeldCorrections
from chronicle.interop.incoming import Incoming, RowRead, excerpt
from chronicle.interop.row_records import PlaceOfRow
from chronicle.interop.tabular.applying import Maker
from chronicle.interop.tabular.compiling import makers
from chronicle.interop.tabular.direct.tables import TOGETHER, DirectTable, direct_table
from chronicle.interop.tabular.findings import of_cell
from chronicle.interop.tabular.rules import TableMapping
from chronicle.interop.tabular.snapshots import AcrossFiles, Trouble
from chronicle.interop.tabular.text.header import STRAY_HELP, header_of
from chronicle.interop.tabular.text.lines import Lines, Rows, StrayQuote, undamaged
from chronicle.interop.tabular.text.names import base_of, parts_of


def read(
    stream: BinaryIO,
    name: str,
    mapping: TableMapping,
    across: AcrossFiles | None = None,
    *,
    lines: OpenLines | None = None,
    told: Mapping[str, str] | None = None,
) -> Iterator[Incoming]:
    """The events of a table, and a problem with its place for everything that makes none.

    ``across`` is shared by the files of one import, where a snapshot may continue in the next file;
    ``finish`` then yields what vanished by the last one. ``lines`` opens files that are not text,
    and ``told`` has further cells of every row, by the names of their columns. Raises
    ``InvalidEvents`` (C706) for a file that is not a table of text.
    """
    shared = AcrossFiles() if across is None else across
    table = _TableFile(stream, name, mapping, lines=lines, across=shared, told=told or {})
    yield from table.events()
    if across is None:
        yield from finish(name, mapping, shared)


def read_tsv(
    stream: BinaryIO, name: str, mapping: TableMapping, across: AcrossFiles | None = None
) -> Iterator[Incoming]:
    """The same as ``read``, for a table with tabs between its cells."""
    return read(stream, name, evolve(mapping, delimiter="\t"), across)


def finish(name: str, mapping: TableMapping, across: AcrossFiles) -> Iterator[Incoming]:
    """What can only be said after every file was read; ``name`` is that of the last one.

    That is what vanished by the last snapshot, and which ids were made of two texts.
    """
    for rule in mapping.rules:
        shared = (across.snapshots.get(rule), across.joined.get(rule), across.renames.get(rule))
        if any(each is not None for each in shared):
            maker = Maker(rule, {}, (), (), (), None, shared[0], joined=shared[1], renames=shared[2])
            for made in maker.finish():
                yield made.problem.at(Place(name)) if isinstance(made, Trouble) else made
    if across.corrections is not None:
        for item in across.corrections.let_go():
            across.faulty += isinstance(item, Problem)
            yield item
    for problem in across.spellings.problems():
        yield problem.at(Place(name))


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
        *,
        lines: OpenLines | None,
        across: AcrossFiles,
        told: Mapping[str, str],
    ) -> None:
        self._across = across
        self._told = dict(told)
        self._further: list[str] = []
        self._open = lines or _of_text
        self._name = name
        self._mapping = mapping
        self._stream = stream
        self._delimiter = mapping.delimiter or ","
        self._direct: DirectTable | None = None
        self._waiting: list[list[str]] = []
        self._places: list[PlaceOfRow] = []
        self._again: PlaceOfRow | None = None

    def events(self) -> Iterator[Incoming]:
        try:
            self._lines = self._open(self._stream, self._mapping)
            try:
                yield from self._table()
            finally:
                self._lines.let_go()
        except InvalidEvents as error:
            raise InvalidEvents(*(problem.at(Place(self._name)) for problem in error.problems)) from None

    def _table(self) -> Iterator[Incoming]:
        header = list(self._mapping.header)
        if header:
            rows = Rows(self._lines, self._mapping.delimiter or ",", self._mapping.quotes)
            rows.width = len(header)
        else:
            said = self._mapping
            header, rows = header_of(self._lines, self._name, said.delimiter, said.header_line, said.quotes)
        self._delimiter, self._width = rows.delimiter, len(header)
        columns: dict[str, int] = {}
        for index, title in enumerate(header):
            columns.setdefault(title, index)
        for title in self._told_by_names():
            columns.setdefault(title, len(header) + len(self._further))
            self._further.append(self._told[title])
        columns = _as_named(columns, _named(self._mapping))
        self._lines.expect(len(header), {columns[name] for name in _named(self._mapping) & columns.keys()})
        found, missing = makers(self._mapping, columns, self._across)
        for column in missing:
            yield self._missing(column, columns)
        twice = {title for title in header if header.count(title) > 1} & _named(self._mapping)
        for title in sorted(twice):
            message = f"two columns are called {shown(title)}"
            yield Problem("C703", message, self._place(None), "rename one of them: the first was taken")
        corrects = any(maker.rule.kind == RecordCorrected.kind for maker in found)
        if corrects and self._across.corrections is None:
            self._across.corrections = HeldCorrections(self._across.store)
        if found:
            self._across.reading = self._row
            self._direct = direct_table(found, self._name, self._across.as_records, self._mapping.report_rest)
            yield from self._rows(rows, columns, found)

    def _told_by_names(self) -> list[str]:
        """The columns of the mapping that the name of the file or the sheet fills."""
        base = base_of(self._name)
        self._told["file.name"] = base
        pattern = self._mapping.file
        if pattern is not None:
            parts = parts_of(base, pattern)
            if parts is None:
                message = f"name of the file is not like {shown(pattern)}"
                help = "`file:` of the mapping says how files are called; give those only, or change it"
                raise InvalidEvents(Problem("C702", message, Place(self._name), help))
            self._told |= {f"file.{part}": text for part, text in parts.items()}
        return sorted(_named(self._mapping) & self._told.keys())

    def _rows(self, rows: Rows, columns: Mapping[str, int], found: list[Maker]) -> Iterator[Incoming]:
        self._columns = columns
        if self._direct is None:
            for row in rows:
                yield from self._of_row(row, found)
            return
        lines, width, further = self._lines, self._width, self._further
        try:
            for row in rows:
                if isinstance(row, StrayQuote) or len(row) != width or lines.damaged:
                    yield from self._together(found)
                    yield from self._of_row(row, found)
                elif row[0].strip() or _filled(row):
                    waiting = self._waiting
                    waiting.append([*row, *further] if further else row)
                    self._places.append((lines.number, lines.taken))
                    if len(waiting) >= TOGETHER:
                        yield from self._together(found)
        except Exception:
            # What was read before the file broke off is in it all the same.
            yield from self._together(found)
            raise
        yield from self._together(found)

    def _together(self, found: list[Maker]) -> Iterator[Incoming]:
        """The records of the rows that wait to be read together; their events and problems where need be."""
        assert self._direct is not None
        rows, places, self._waiting, self._places = self._waiting, self._places, [], []
        made = self._direct.records(rows, places, self._read_again)
        self._again = None
        for row, place, records in zip(rows, places, made, strict=True):
            self._across.rows += 1
            if records is not None:
                yield from records
            else:
                self._again = place
                yield from self._made(row, found)
                self._again = None

    def _read_again(self, place: PlaceOfRow) -> None:
        """Note that the row of a place, and not the last one, is being read."""
        self._again = place

    def _of_row(self, row: list[str] | StrayQuote, found: list[Maker]) -> Iterator[Incoming]:
        """What the last row makes."""
        if isinstance(row, StrayQuote):
            problem = self._stray(row)
        elif len(row) != self._width and (len(row) < self._width or _filled(row[self._width :])):
            if not _filled(row):
                return
            help = "look for a delimiter or a line break in a cell without quotes"
            message = f"row of {len(row)} cells where the header has {self._width}"
            problem = Problem("C701", message, self._place(None), help)
        elif self._lines.damaged:
            problem = self._undecoded(row)
        elif _filled(row):
            self._across.rows += 1
            yield from self._made([*row[: self._width], *self._further] if self._further else row, found)
            return
        else:
            return
        self._across.rows += 1
        self._across.faulty += 1
        yield problem
        self._break(found)

    def _made(self, row: list[str], found: list[Maker]) -> Iterator[Incoming]:
        taken = faulty = False
        held = self._across.corrections
        for maker in found:
            if not maker.when or maker.takes(row):
                taken = True
                for made in maker(row):
                    if isinstance(made, Trouble):
                        if not faulty:
                            faulty = True
                            self._across.faulty += 1
                        yield self._problem(made)
                    elif held is None or not held.hold(made, self._place(None)):
                        yield made
        if not taken and self._mapping.report_rest:
            self._across.faulty += 1
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
        return evolve(of_cell(problem, column), place=self._place(column))

    def _stray(self, found: StrayQuote) -> Problem:
        names = [name for name, at in self._columns.items() if at == found.cell]
        where = f" (column {shown(names[0])})" if names else ""
        place = self._place(names[0] if names else None)
        return Problem("C701", f"stray quote: {found.message}{where}", place, STRAY_HELP)

    def _missing(self, column: str, columns: Mapping[str, int]) -> Problem:
        near = nearest(column, columns)
        listed = ", ".join(list(columns)[:12])
        help = f"did you mean {near}?" if near else f"columns are {listed}"
        return Problem("C703", f"no column {shown(column)}", self._place(None), help)

    def _undecoded(self, row: list[str]) -> Problem:
        index = next((number for number, cell in enumerate(row) if self._lines.is_damaged(cell)), 0)
        names = [name for name, at in self._columns.items() if at == index]
        code, message, help = self._lines.damage_of(row[index])
        place = self._place(names[0] if names else None)
        where = f" (column {shown(names[0])})" if names else ""
        return Problem(code, f"{message}{where}", evolve(place, excerpt=undamaged(place.excerpt)), help)

    def _row(self) -> RowRead:
        """The last row, or the one that is read again."""
        last, lines = self._again or (self._lines.number, self._lines.taken)
        return RowRead(self._name, last - len(lines) + 1, tuple(lines))

    def _place(self, column: str | None) -> Place:
        """The place of the last row, or of one of its cells."""
        row = self._row()
        if column is None:
            return row.place()
        raw, line = excerpt("".join(row.lines)), row.line
        start, length = _cell(raw, self._columns[column], self._delimiter)
        return Place(self._name, line, start + 1, max(1, length), raw)


def _filled(row: list[str]) -> bool:
    return bool("".join(row).strip())


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
        named.update(condition.column for condition in rule.when)
        for field in (*rule.fields, *rule.source, *(each for each in (rule.end, rule.was) if each)):
            for each in (field, *field.parts):
                named.update(column for template in each.templates for column in template.columns)
    return named


def _as_named(columns: dict[str, int], named: set[str]) -> dict[str, int]:
    """The columns of a table, also under the names of the mapping that differ only in case."""
    folded = {title.casefold(): index for title, index in reversed(columns.items())}
    extra = {name: folded[name.casefold()] for name in named - columns.keys() if name.casefold() in folded}
    return {**columns, **extra}
