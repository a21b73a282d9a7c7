"""Printing an answer in one of the four forms."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any, Final, Literal, Protocol

from chronicle.errors import can_be_shown
from chronicle.render.layout import Page, as_stated

if TYPE_CHECKING:
    from rich.console import RenderableType

Form = Literal["people", "json", "csv", "plain"]

WITHOUT_TERMINAL: Final = 100
"""The width of a page that goes into a pipe or a file."""


class Answer(Protocol):
    """An answer that can be printed."""

    def data(self) -> dict[str, Any]:
        """The answer as JSON data."""

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """The answer as a table: the names of its columns, and its rows."""

    def lines(self) -> Iterator[str]:
        """The answer as text: a fact a line, its parts separated by tabs, the first part says what it is."""

    def people(self, width: int) -> RenderableType:
        """The answer as a page for a terminal that is ``width`` columns wide."""


def write(
    answer: Answer,
    form: Form | None,
    stream: IO[str],
    color: bool | None = None,
    width: int | None = None,
) -> None:
    """Print ``answer`` on ``stream``.

    ``form`` None is the form for people. ``color`` None writes in colour on a terminal, unless NO_COLOR is
    set; FORCE_COLOR does so in a pipe too. ``width`` None is that of ``terminal_width``. Characters that the
    encoding of ``stream`` does not have become ``?``, in JSON an escape; CSV is then written as UTF-8, where
    the stream takes bytes.

    Cells of CSV have the exact text that was stated, except that line ends become blanks, so that a row is a
    line. A cell may begin with ``=`` or ``+``: import files of others as text into a spreadsheet.
    """
    _WRITERS[form or "people"](answer, stream, color, width)


# How each form is written


def _write_json(answer: Answer, stream: IO[str], _: bool | None, __: int | None) -> None:
    unicode = _is_unicode(stream)
    text = json.dumps(answer.data(), indent=2, ensure_ascii=not unicode)
    stream.write(_BEYOND_ASCII.sub(_escaped, text) + "\n")


# JSON may contain characters that control a terminal, such as marks of direction: these are escaped.
_BEYOND_ASCII = re.compile("[^\x00-\x7e]+")


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    if text.isprintable():
        return text
    return "".join(character if can_be_shown(character) else _escape(character) for character in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[index : index + 4]}" for index in range(0, len(units), 4))


def _write_csv(answer: Answer, stream: IO[str], _: bool | None, __: int | None) -> None:
    writer = csv.writer(_Unchanged(stream), lineterminator="\n")
    with as_stated():
        header, rows = answer.rows()
        writer.writerow(header)
        writer.writerows(rows)


def _write_plain(answer: Answer, stream: IO[str], _: bool | None, __: int | None) -> None:
    encodable = _Encodable(stream)
    for line in answer.lines():
        encodable.write(f"{line}\n")


def _write_people(answer: Answer, stream: IO[str], color: bool | None, width: int | None) -> None:
    wide = width or terminal_width(stream)
    colored = wants_color(stream) if color is None else color
    page = answer.people(wide)
    if isinstance(page, Page) and not (colored or _is_terminal(stream)):
        # Into a pipe or a file go texts: what knows terminals, and takes a while to load, is not needed.
        _Encodable(stream).write("".join(f"{text}\n" for text in page.texts()))
        return
    from rich.console import Console

    console = Console(
        file=_Encodable(stream),  # type: ignore[arg-type]  # all that a console asks of a file is here
        force_terminal=colored,
        color_system=("auto" if _is_terminal(stream) else "standard") if colored else None,
        force_jupyter=False,
        legacy_windows=False,
        width=wide,
        markup=False,
        emoji=False,
        highlight=False,
    )
    console.print(page, soft_wrap=True)


_WRITERS: Final = {
    "people": _write_people,
    "json": _write_json,
    "csv": _write_csv,
    "plain": _write_plain,
}


# Streams


class _Encodable:
    """A stream that replaces characters which its encoding does not have."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.encoding = getattr(stream, "encoding", None) or "utf-8"
        self._unicode = _is_unicode(stream)

    def write(self, text: str) -> int:
        """Write ``text``; characters that the encoding does not have become ``?``."""
        said = text if self._unicode else text.encode(self.encoding, "replace").decode(self.encoding)
        self._stream.write(said)
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return _is_terminal(self._stream)

    def fileno(self) -> int:
        """The descriptor of the stream."""
        return self._stream.fileno()


class _Unchanged(_Encodable):
    """A stream that is written as UTF-8 where its own encoding would have to replace characters."""

    def write(self, text: str) -> int:
        """Write ``text``; only a stream that takes no bytes gets ``?`` for other characters."""
        raw: IO[bytes] | None = None if self._unicode else getattr(self._stream, "buffer", None)
        if raw is None:
            return super().write(text)
        self._stream.flush()
        raw.write(text.encode("utf-8", "replace"))
        return len(text)


def _is_unicode(stream: IO[str]) -> bool:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").replace("_", "").startswith(("utf8", "utf16", "utf32"))


def _is_terminal(stream: IO[str]) -> bool:
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


def wants_color(stream: IO[str]) -> bool:
    """Whether to write in colour: by NO_COLOR and FORCE_COLOR, else on a terminal."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return _is_terminal(stream) or bool(os.environ.get("FORCE_COLOR"))


def terminal_width(stream: IO[str]) -> int:
    """COLUMNS, else the width of the terminal that shows ``stream``, else 100.

    That is the terminal that ``stream`` is. What goes into a pipe is mostly shown on the terminal to which
    the errors go, by a pager such as less. A file is as wide on every terminal.
    """
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given):
        return int(given)
    if not (_is_terminal(stream) or _is_pipe(stream)):
        return WITHOUT_TERMINAL
    shown: IO[str] = stream if _is_terminal(stream) else sys.stderr
    try:
        return os.get_terminal_size(shown.fileno()).columns or WITHOUT_TERMINAL
    except (AttributeError, OSError, ValueError):
        return WITHOUT_TERMINAL


def _is_pipe(stream: IO[str]) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (AttributeError, OSError, ValueError):
        return False
