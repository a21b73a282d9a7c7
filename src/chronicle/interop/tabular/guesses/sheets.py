"""Which sheet of a workbook is the table, and which others are like it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

_YEAR: Final = re.compile(r"(?:1[89]|20)[0-9]{2}")


@frozen
class Sheets:
    """The sheets of a workbook: the one of which a draft is made, those with the same header, and the others.

    ``pattern`` is like the names of the first two kinds, where these differ in a year only.
    """

    chosen: str
    alike: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    pattern: str | None = None

    def named(self) -> str:
        """What a mapping must say of its sheet."""
        return self.pattern or self.chosen


def sheets_of(rows: Mapping[str, Sequence[str]]) -> Sheets:
    """The sheets of a workbook by their first rows, each a line of CSV.

    The first one is the table, unless another has more than twice as many filled cells: sheets with a title
    page, notes or codes often stand before it.
    """
    filled = {title: sum(map(_filled, lines)) for title, lines in rows.items()}
    fullest = max(filled, key=lambda title: filled[title])
    first = next(iter(rows))
    chosen = first if filled[fullest] <= 2 * filled[first] else fullest
    header = _widest(rows[chosen])
    same = [title for title, lines in rows.items() if filled[title] and _widest(lines) == header]
    pattern = _pattern(same)
    alike = tuple(title for title in same if title != chosen)
    others = tuple(title for title in rows if title != chosen and title not in alike)
    return Sheets(chosen, alike, others, pattern)


def _cells(lines: Sequence[str]) -> Iterator[list[str]]:
    return csv.reader(lines)


def _filled(line: str) -> int:
    return sum(1 for row in _cells([line]) for cell in row if cell.strip())


def _widest(lines: Sequence[str]) -> tuple[str, ...]:
    """The first of the rows with the most filled cells, which is the header of most tables."""
    found = max(lines, key=_filled, default="")
    return tuple(cell.strip().casefold() for row in _cells([found]) for cell in row)


def _pattern(titles: Sequence[str]) -> str | None:
    """The pattern of names that differ in a year; None where they are not such."""
    patterns = {_YEAR.sub("{year}", title) for title in titles}
    (pattern,) = patterns if len(patterns) == 1 else [""]
    return pattern if len(titles) > 1 and pattern.count("{year}") == 1 else None
