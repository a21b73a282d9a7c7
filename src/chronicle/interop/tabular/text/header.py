"""The header of a table of text: the names of its columns, and what stands between cells."""

from __future__ import annotations

from typing import Final

from chronicle.errors import InvalidEvents, Place, Problem, shown
from chronicle.interop.incoming import excerpt
from chronicle.interop.tabular.templates import normal
from chronicle.interop.tabular.text.lines import Lines, Rows, StrayQuote, undamaged

DELIMITERS: Final = ",;\t|"
"""What may stand between cells."""

STRAY_HELP: Final = (
    'write the cell in quotes, and a quote within it twice ("5"" pipe"); '
    "where quotes are part of the text, say `quotes: text` in the mapping"
)
"""What to do about a stray quote."""


def header_of(
    lines: Lines, name: str, delimiter: str | None, at: int | None = None, quotes: bool = True
) -> tuple[list[str], Rows]:
    """The names of the columns, and the rows below them.

    ``at`` is the number of the line of the header, else it is the first that is not empty. Raises
    ``InvalidEvents``: C706 when there is no such line or it is not text, C701 for a stray quote in it, and
    C704 when it is in another encoding.
    """
    line = _line_of_header(lines, name, at)
    place = Place(name, lines.number, 1, 1, excerpt(line))
    if "\0" in line:
        help = "say its encoding in the mapping, if it is a table"
        raise InvalidEvents(Problem("C706", "not a table of text: it has zero bytes", Place(name), help))
    if lines.damaged:
        raise InvalidEvents(_other_encoding(line, place))
    rows = Rows(lines, delimiter or delimiter_of(line), quotes)
    cells = rows.cells_of(line)
    if isinstance(cells, StrayQuote):
        raise InvalidEvents(Problem("C701", f"header cannot be read: {cells.message}", place, STRAY_HELP))
    rows.width = len(cells)
    return [normal(title) for title in cells], rows


def delimiter_of(line: str) -> str:
    """What stands between the cells of a line: the most frequent of those that may, outside quotes."""
    return max(DELIMITERS, key=outside_quotes(line).count)


def outside_quotes(line: str) -> str:
    """A line without what stands in quotes; the whole line when they do not go in pairs."""
    return "".join(line.split('"')[::2]) if line.count('"') % 2 == 0 else line


def _line_of_header(lines: Lines, name: str, at: int | None) -> str:
    lines.begin()
    for line in lines:
        if lines.number == at or (at is None and line.strip(" \t\r\n,;|\ufeff\xa0\0")):
            return line
        lines.begin()
    if at is not None and lines.number:
        message, help = f"table without line {at}", "`header: {line: ...}` of the mapping says where it is"
        raise InvalidEvents(Problem("C706", message, Place(name), help))
    raise InvalidEvents(Problem("C706", "table without a header", Place(name), "the file has no rows"))


def _other_encoding(line: str, place: Place) -> Problem:
    """The problem (C704) of a header that is not in the encoding of the table."""
    text = readable_as_cp1252(line)
    seen = Place(place.file, place.line, 1, 1, undamaged(place.excerpt))
    if text is None:
        help = "say the encoding in the mapping: `encoding: utf-16` or whatever it is"
        return Problem("C704", "header is not in the encoding of the table", seen, help)
    help = f"as cp1252 it begins {shown(excerpt(text)[:40])}: say `encoding: cp1252` in the mapping"
    return Problem("C704", "header is not utf-8: it looks like cp1252", seen, help)


def readable_as_cp1252(text: str) -> str | None:
    """A text that is not UTF-8 as cp1252 reads its bytes; None when cp1252 does not have them all."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("cp1252")
    except ValueError:
        return None
