"""What every reader of a foreign format gives, and how the files that it reads are opened.

A reader is a function ``read(stream, name, ...)`` that gives events and problems, one after the
other and in constant memory. A bad row is a ``Problem`` with its place, and never an exception.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO, Final, cast

from chronicle.errors import InvalidEvents, Place, Problem
from chronicle.events import Event

Incoming = Event | Problem
"""One thing that a reader gives: an event that a row made, or what is wrong with a row."""

LONGEST_EXCERPT: Final = 10_000
"""How many characters of a bad row are kept. Nobody reads more, and a row may be a million."""

STDIN: Final = "-"
"""The name of a file that stands for what is piped in."""

_GZIP = b"\x1f\x8b"


Advance = Callable[[int], None]
"""Called with the number of bytes that were read since the last call."""


@contextmanager
def opened(name: str, advance: Advance | None = None) -> Iterator[BinaryIO]:
    """The bytes of a file, of stdin for ``-``; what is compressed by gzip is unpacked, whatever its name.

    ``advance`` hears how much of the file was read, as it lies on the disk. Raises ``InvalidEvents``:
    C101 when it cannot be read, also halfway, and C706 when what is compressed is damaged.
    """
    try:
        if name == STDIN:
            yield _unpacked(_Counted(sys.stdin.buffer, advance))
        else:
            with open(name, "rb") as file:
                yield _unpacked(_Counted(file, advance))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        what = "cut short" if isinstance(error, EOFError) else "damaged"
        message = f"compressed file is {what}"
        raise InvalidEvents(Problem("C706", message, Place(shown_name(name)), "get the file again")) from None
    except OSError as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"file cannot be read: {str(reason).lower()}"
        raise InvalidEvents(Problem("C101", message, Place(shown_name(name)))) from error


def shown_name(name: str) -> str:
    """The name of a file as places show it."""
    return "stdin" if name == STDIN else name


class _Counted(RawIOBase):
    """A stream that says how much of it was read."""

    def __init__(self, stream: BinaryIO, advance: Advance | None) -> None:
        self._stream = stream
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        if self._advance:
            self._advance(len(data))
        return len(data)


_CHUNK = 1 << 18


def _unpacked(stream: _Counted) -> BinaryIO:
    buffered = BufferedReader(stream, _CHUNK)
    if buffered.peek(2)[:2] == _GZIP:
        return cast(BinaryIO, gzip.GzipFile(fileobj=buffered, mode="rb"))
    return cast(BinaryIO, buffered)


def excerpt(raw: str) -> str:
    """A bad row as a problem keeps it: without its line end, and cut when it is very long."""
    return raw[:LONGEST_EXCERPT].rstrip("\r\n")
