"""Lines of styled text, measured in columns of a terminal: what every page for people is made of.

A line is a list of pieces, a piece is a text and the name of a style. Text from files is made clean
on the way in: no control character of a file ever reaches a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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
"""No page is wider: on a wide screen a line must still be read from one end to the other."""
NARROWEST: Final = 40


def page_width(width: int) -> int:
    """The width to lay a page out in, on a terminal that is ``width`` columns wide."""
    return max(NARROWEST, min(width, WIDEST))


# Whether what is written now is for programs that take a text to the letter, and not for a terminal.
_TO_THE_LETTER: Final = ContextVar("_TO_THE_LETTER", default=False)


@contextmanager
def as_stated() -> Iterator[None]:
    """Inside, ``clean`` leaves every character that a text of an event can have, but line ends."""
    before = _TO_THE_LETTER.set(True)
    try:
        yield
    finally:
        _TO_THE_LETTER.reset(before)


def clean(text: str) -> str:
    """``text`` on one line, white space as single blanks, control characters made visible."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text
    if _TO_THE_LETTER.get():
        return obeyed_hidden(text.replace("\n", " "))
    return printable(" ".join(text.split()))


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes: an East Asian character takes two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def line_columns(line: Iterable[Piece]) -> int:
    """How many columns a line takes."""
    return sum(columns(text) for text, _ in line)


def right(text: str, width: int) -> str:
    """``text`` set flush right in ``width`` columns."""
    return " " * (width - columns(text)) + text


def left(text: str, width: int) -> str:
    """``text`` set flush left in ``width`` columns."""
    return text + " " * (width - columns(text))


def joined(parts: Sequence[Line], between: str = ", ", last: str = " and ") -> Line:
    """``parts`` as one enumeration: "A, B and C"."""
    result: Line = []
    for index, part in enumerate(parts):
        if index:
            result.append((last if index == len(parts) - 1 else between, PLAIN))
        result.extend(part)
    return result


# Breaking lines


def wrap(line: Line, width: int) -> list[Line]:
    """``line`` broken at blanks, and between East Asian characters, into lines of at most ``width``."""
    if line_columns(line) <= width:
        return [line]
    text = "".join(piece for piece, _ in line)
    offsets = _breaks(text, max(2, width))
    return [_cut(line, start, start + len(text[start:end].rstrip(" "))) for start, end in offsets]


# What may not begin a line: closing marks, as typesetters of Chinese and Japanese have it.
_WIDE: Final = 2
_NOT_FIRST: Final = frozenset("、。，．：；？！）」』】〉》〕ー々")


def _breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where the lines of ``text`` begin and end."""
    start = 0
    while start < len(text):
        end = _line_end(text, start, width)
        yield start, end
        start = end
        while text[start : start + 1] == " ":
            start += 1


def _line_end(text: str, start: int, width: int) -> int:
    """Where the line that begins at ``start`` ends."""
    chance = start
    for index in range(start, len(text)):
        may_break = index > start and _may_break(text, index)
        # Measured as a whole: a character may change the width of the one before it.
        if columns(text[start : index + 1]) > width:
            return index if may_break else chance if chance > start else _forced_end(text, start, index)
        if may_break:
            chance = index
    return len(text)


def _forced_end(text: str, start: int, index: int) -> int:
    """Where to break inside a word: at ``index``, but not between a letter and its accent."""
    while index > start + 1 and not columns(text[index]):
        index -= 1
    return max(index, start + 1)


def _may_break(text: str, index: int) -> bool:
    """Whether a line may end before the character at ``index``: at a blank or between wide ones."""
    character = text[index]
    wide = not character.isascii() and columns(character) == _WIDE and character not in _NOT_FIRST
    return character == " " or text[index - 1] == " " or wide


def _cut(line: Line, start: int, end: int) -> Line:
    """The pieces between two offsets of the text of ``line``."""
    result: Line = []
    offset = 0
    for text, style in line:
        part = text[max(0, start - offset) : max(0, end - offset)]
        if part:
            result.append((part, style))
        offset += len(text)
    return result


# Pages


@frozen(eq=False)
class Page:
    """Lines that rich can print, on a screen or into a picture.

    Lines are as wide as they are meant to be; nothing is wrapped or cropped after this.
    """

    _lines: Callable[[], Iterable[Line]]

    def __rich_console__(self, console: Console, _: ConsoleOptions) -> Iterator[Segment]:
        from rich.segment import Segment

        for line in self._lines():
            for text, style in line:
                yield Segment(text, console.get_style(style) if style else None)
            yield Segment.line()
