"""The first rows of a table: what stands between its cells, where its header is, and its encoding."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from itertools import islice
from typing import BinaryIO, Final

from attrs import frozen

from chronicle.errors import InvalidEvents, Place, Problem
from chronicle.interop.tabular.guesses.forms import date_forms, is_number
from chronicle.interop.tabular.templates import normal
from chronicle.interop.tabular.text.header import DELIMITERS, delimiter_of, outside_quotes
from chronicle.interop.tabular.text.lines import Lines, Rows, StrayQuote

ROWS: Final = 2_000
"""How many lines of a table are looked at."""

_ABOVE: Final = 30  # a header is looked for among so many lines

_LONGEST: Final = 200  # of each cell so many characters are looked at, for a cell may have millions


@frozen
class Sample:
    """The first rows of a table.

    ``header_line`` is the number of the line of the header, None when there is none, and then ``titles`` are
    made up. ``first`` says that nothing stands above it. ``encoding`` is what the mapping must say, if
    anything. ``decided`` says that an import would take the same delimiter without being told.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    header_line: int | None
    first: bool
    encoding: str | None
    decided: bool


def sampled(stream: BinaryIO, name: str, delimiter: str | None) -> Sample:
    """The first rows of a table. Raises ``InvalidEvents`` (C706) when it is not a table of text."""
    lines = Lines(stream, None)
    text = [line.replace("\0", "") for line in islice(iter(lines), ROWS)]
    encoding = None
    if lines.damaged:
        encoding = "cp1252"
        text = [line.encode("utf-8", "surrogateescape").decode("cp1252", "replace") for line in text]
    between = delimiter or _between(text)
    numbered = _rows(text, between)
    if not numbered:
        raise InvalidEvents(Problem("C706", "table without a header", Place(name), "name its columns"))
    at = _header_at(numbered)
    number, titles = numbered[at]
    below = [row for _, row in numbered[at + 1 :]]
    named = _is_header(titles, below)
    if not named:
        below = [titles, *below]
    width = len(titles)
    found = tuple(normal(title) for title in titles) if named else _made_up(width)
    if not any(found):
        raise InvalidEvents(Problem("C706", "table without a header", Place(name), "name its columns"))
    return Sample(
        titles=found,
        rows=tuple(tuple(cell.strip() for cell in row[:width]) for row in below if len(row) >= width),
        delimiter=between,
        header_line=number if named else None,
        first=at == 0,
        encoding=encoding,
        decided=not named or delimiter_of(text[number - 1]) == between,
    )


def _made_up(width: int) -> tuple[str, ...]:
    return tuple(f"column {number}" for number in range(1, width + 1))


def _rows(text: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """The rows that have a filled cell, each with the number of its first line."""
    lines = Lines(BytesIO("".join(text).encode("utf-8", "replace")), "utf-8-sig")
    found = []
    for row in Rows(lines, delimiter):
        if not isinstance(row, StrayQuote) and any(cell.strip() for cell in row):
            found.append((lines.number - len(lines.taken) + 1, [cell[:_LONGEST] for cell in row]))
    return found


def _between(text: list[str]) -> str:
    """What stands between cells: that of which most lines have the same number."""
    lines = [outside_quotes(line) for line in text[:100] if line.strip()]

    def regular(delimiter: str) -> tuple[int, int]:
        counts = Counter(count for line in lines if (count := line.count(delimiter)))
        number, times = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return times, number

    return max(DELIMITERS, key=regular)


def _header_at(rows: list[tuple[int, list[str]]]) -> int:
    """The first row that is about as full as most: above it stand titles."""
    full = [sum(1 for cell in row if cell.strip()) for _, row in rows]
    usual = Counter(full[: _ABOVE + 100]).most_common(1)[0][0]
    enough = max(1, (2 * min(usual, max(full)) + 2) // 3)
    return next((at for at, count in enumerate(full[:_ABOVE]) if count >= enough), 0)


def _is_header(titles: list[str], below: list[list[str]]) -> bool:
    """Whether a row names columns: where those below have dates and numbers, it mostly has none."""
    typed = named = 0
    others = [row for row in below if row != titles]  # files put together repeat their header
    for at, title in enumerate(titles):
        text = title.strip()
        cells = [row[at].strip() for row in others if len(row) > at and row[at].strip()]
        if text and sum(map(_is_typed, cells)) * 2 > len(cells):
            typed += 1
            # Years may well name columns; other numbers and days do not.
            named += not _is_typed(text) or (
                len(text) == len("2016") and text.isdigit() and text not in cells
            )
        elif len(text) > 1 and text in cells:
            return False
    return 2 * named >= typed


def _is_typed(cell: str) -> bool:
    return is_number(cell) or bool(date_forms(cell))
