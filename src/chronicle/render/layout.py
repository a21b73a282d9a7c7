"""Lines of styled text, measured in columns of a terminal, of which all pages for people are made.

A line is a list of pieces; a piece is a text and the name of a style. Text from files is cleaned when it
becomes a piece, so that no control character of a file reaches a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from attrs import frozen

from chronicle.errors import obeyed_hidden, printable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment

Piece = tuple[str, str]
"""A text and the name of a style; the empty name is the plain style."""
Line = list[Piece]

PLAIN: Final = ""
DIM: Final = "dim"
STRONG: Final = "bold"
HEADING: Final = "bold underline"
DOUBT: Final = "yellow"

WIDEST: Final = 116
"""No page is wider, since long lines are hard to read."""
NARROWEST: Final = 40


def page_width(width: int) -> int:
    """The width of a page on a terminal that is ``width`` columns wide."""
    return max(NARROWEST, min(width, WIDEST))


# Whether output now goes to programs, which get the exact text, and not to a terminal.
_TO_THE_LETTER: Final = ContextVar("_TO_THE_LETTER", default=False)


@contextmanager
def as_stated() -> Iterator[None]:
    """Inside, ``clean`` keeps every character that a text of an event can have, except line ends."""
    before = _TO_THE_LETTER.set(True)
    try:
        yield
    finally:
        _TO_THE_LETTER.reset(before)


def clean(text: str) -> str:
    """``text`` on one line, with single blanks for white space and stand-ins for control characters."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text
    if _TO_THE_LETTER.get():
        return obeyed_hidden(text.replace("\n", " "))
    return printable(" ".join(text.split()))


def columns(text: str) -> int:
    """The columns that ``text`` takes in a terminal: an East Asian character takes two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def line_columns(line: Iterable[Piece]) -> int:
    """The columns that a line takes."""
    return sum(columns(text) for text, _ in line)


def right(text: str, width: int) -> str:
    """``text`` flush right in ``width`` columns."""
    return " " * (width - columns(text)) + text


def left(text: str, width: int) -> str:
    """``text`` flush left in ``width`` columns."""
    return text + " " * (width - columns(text))


def joined(parts: Sequence[Line], last: str = " and ") -> Line:
    """``parts`` as an enumeration: "A, B and C"."""
    result: Line = []
    for index, part in enumerate(parts):
        if index:
            result.append((last if index == len(parts) - 1 else ", ", PLAIN))
        result.extend(part)
    return result


# Breaking lines


def wrap(line: Line, width: int, others: int | None = None) -> list[Line]:
    """``line`` broken into lines of at most ``width``, at blanks and between East Asian characters.

    Lines after the first have at most ``others`` columns, if that is given.
    """
    if line_columns(line) <= width:
        return [line]
    first, rest = max(2, width), max(2, width if others is None else others)
    text = _with_whole_amounts("".join(piece for piece, _ in line), min(first, rest))
    cut = _Cut(line)
    return [
        cut.to(start, start + len(text[start:end].rstrip(" "))) for start, end in _breaks(text, first, rest)
    ]


_AMOUNT: Final = re.compile(r"\b([A-Z]{3}) ([~≈]?[<>]?=?[\d?][^ ]*)")


def _with_whole_amounts(text: str, width: int) -> str:
    """``text`` without the blank in each amount that fits on a line: no place to break is found there."""

    def joined_up(found: re.Match[str]) -> str:
        return f"{found[1]}_{found[2]}" if len(found[0]) <= width else found[0]

    return _AMOUNT.sub(joined_up, text)


# Closing marks, which may not begin a line in Chinese and Japanese typesetting.
_WIDE: Final = 2
_NOT_FIRST: Final = frozenset("、。，．：；？！）」』】〉》〕ー々")
_JOINER: Final = "\N{ZERO WIDTH JOINER}"
# Characters that change the width of a neighbour, so that both are measured together.
_CHANGING: Final = frozenset((_JOINER, "\N{VARIATION SELECTOR-16}"))


def _breaks(text: str, width: int, others: int) -> Iterator[tuple[int, int]]:
    """Where the lines of ``text`` begin and end."""
    start = 0
    while start < len(text):
        end = _line_end(text, start, width)
        yield start, end
        start, width = end, others
        while text[start : start + 1] == " ":
            start += 1


def _line_end(text: str, start: int, width: int) -> int:
    """The end of the line that begins at ``start``."""
    if text[start : start + width + 1].isascii():
        return _plain_line_end(text, start, width)
    chance, taken, before, anchor = start, 0, 0, start
    for index in range(start, len(text)):
        character = text[index]
        own = _character_columns(character)
        if own and character not in _CHANGING and text[index - 1] != _JOINER:
            before, anchor = taken, index
        taken = before + (own if anchor == index else columns(text[anchor : index + 1]))
        may_break = index > start and (
            character == " " or text[index - 1] == " " or (own == _WIDE and character not in _NOT_FIRST)
        )
        if taken > width:
            return index if may_break else chance if chance > start else _forced_end(text, start, index)
        if may_break:
            chance = index
    return len(text)


def _plain_line_end(text: str, start: int, width: int) -> int:
    """The same for text in which each character takes one column."""
    end = start + width
    if len(text) <= end:
        return len(text)
    if " " in (text[end], text[end - 1]):
        return end
    blank = text.rfind(" ", start, end)
    return end if blank < 0 else blank + 1


def _forced_end(text: str, start: int, index: int) -> int:
    """Where to break inside a word: at ``index``, but not between a letter and its accent."""
    while index > start + 1 and not columns(text[index]):
        index -= 1
    return max(index, start + 1)


@lru_cache(maxsize=4096)
def _character_columns(character: str) -> int:
    return columns(character)


class _Cut:
    """Cuts pieces out of a line from its beginning to its end, so that each piece is read once."""

    def __init__(self, line: Line) -> None:
        self._pieces = list(line)
        self._first = 0  # the piece to begin with
        self._offset = 0  # where it begins

    def to(self, start: int, end: int) -> Line:
        """The pieces between two offsets, which must not be less than those of the call before."""
        result: Line = []
        while self._first < len(self._pieces):
            text, style = self._pieces[self._first]
            part = text[max(0, start - self._offset) : max(0, end - self._offset)]
            if part:
                result.append((part, style))
            if self._offset + len(text) > end:
                break
            self._offset += len(text)
            self._first += 1
        return result


# Pages


@frozen(eq=False)
class Page:
    """Lines that rich can print, on a screen or into a picture.

    Lines must have their final width; they are not wrapped or cropped any more.
    """

    _lines: Callable[[], Iterable[Line]]

    def texts(self) -> Iterator[str]:
        """The lines as text without style."""
        return ("".join(text for text, _ in line) for line in self._lines())

    def __rich_console__(self, console: Console, _: ConsoleOptions) -> Iterator[Segment]:
        from rich.segment import Segment

        for line in self._lines():
            for text, style in line:
                yield Segment(text, console.get_style(style) if style else None)
            yield Segment.line()
