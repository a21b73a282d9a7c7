"""What the reader of a foreign format gives, and how files are opened for it.

A reader is a function ``read(stream, name, ...)`` that yields events and problems one at a time, in constant
memory. A bad row is a ``Problem`` with its place, never an exception.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO, Final, NamedTuple, cast

from chronicle.errors import InvalidEvents, Place, Problem, reason_of
from chronicle.events import Event
from chronicle.interop.row_records import RowRecord

Incoming = Event | RowRecord | Problem
"""One item from a reader: an event that a row makes, or the record of one, or a problem of a row.

Records come only from readers that are asked for them.
"""


class RowRead(NamedTuple):
    """Where a row is, and its lines as written."""

    file: str
    line: int
    lines: tuple[str, ...]

    def place(self) -> Place:
        """The place of the row."""
        raw = excerpt("".join(self.lines))
        return Place(self.file, max(1, self.line), 1, max(1, min(len(raw), _MARKED)), raw)


_MARKED: Final = 20  # characters of a row that are marked when the whole of it is meant

LONGEST_EXCERPT: Final = 10_000
"""How many characters of a bad row are kept, since a row may have a million."""

STDIN: Final = "-"
"""The name that stands for standard input."""

_GZIP = b"\x1f\x8b"


Advance = Callable[[int], None]
"""Called with the number of bytes that were read since the last call."""


@contextmanager
def opened(name: str, advance: Advance | None = None) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input for ``-``. What is compressed by gzip is unpacked.

    ``advance`` is called with the number of bytes read, before unpacking. Raises ``InvalidEvents``: C101 when
    the file cannot be read, also in the middle, and C706 when compressed data is damaged.
    """
    try:
        if name == STDIN:
            yield _unpacked(RawStream(sys.stdin.buffer, advance))
        else:
            with open(name, "rb") as file:
                yield _unpacked(RawStream(file, advance))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        what = "cut short" if isinstance(error, EOFError) else "damaged"
        message = f"compressed file is {what}"
        raise InvalidEvents(Problem("C706", message, Place(shown_name(name)), "get the file again")) from None
    except OSError as error:
        message = f"file cannot be read: {reason_of(error)}"
        raise InvalidEvents(Problem("C101", message, Place(shown_name(name)))) from error


def shown_name(name: str) -> str:
    """The name of a file as places show it."""
    return "stdin" if name == STDIN else name


class RawStream(RawIOBase):
    """A stream of bytes that can be buffered and read ahead; ``advance`` is told how much of it was read."""

    def __init__(self, stream: BinaryIO, advance: Advance | None = None) -> None:
        self._stream = stream
        self._advance = advance

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read as much as fits; 0 at the end."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        if self._advance:
            self._advance(len(data))
        return len(data)


_CHUNK = 1 << 18


def _unpacked(stream: RawStream) -> BinaryIO:
    buffered = BufferedReader(stream, _CHUNK)
    if buffered.peek(2)[:2] == _GZIP:
        return cast(BinaryIO, gzip.GzipFile(fileobj=buffered, mode="rb"))
    return cast(BinaryIO, buffered)


def excerpt(raw: str) -> str:
    """A bad row as a problem shows it: without its line end, and cut to ``LONGEST_EXCERPT``."""
    return raw[:LONGEST_EXCERPT].rstrip("\r\n")
