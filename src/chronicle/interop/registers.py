"""What the readers of registers share: ids, events from plain fields, tidied text, items of JSON files."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, BinaryIO, Final, NamedTuple
from zlib import crc32

from attrs import evolve

from chronicle import codec
from chronicle.errors import InvalidEvents, Place, Problem, shown
from chronicle.errors.characters import FORBIDDEN
from chronicle.events import Event

Plain = Mapping[str, Any]
"""A record of a register as JSON data."""

NOBODY_SAYS: Final = "[0001..9999]"
"""The date of an event for which a register gives none: any day, so that nothing is certain."""

_LONGEST_EXCERPT = 200
_LONGEST_ITEM = 32 * 1024 * 1024
_LONGEST_PART = 80
_CHUNK = 64 * 1024
_BETWEEN = " \t\r\n,"


class ArrayItem(NamedTuple):
    """One record of a file: its value, the line in which it begins, and its text as written."""

    value: Any
    line: int
    raw: str

    def place(self, name: str) -> Place:
        """The place of the record in the file ``name``, with its beginning as the excerpt."""
        beginning = " ".join(self.raw[: 2 * _LONGEST_EXCERPT].split())
        return Place(file=name, line=self.line, excerpt=beginning[:_LONGEST_EXCERPT])


def tidy(value: object) -> str:
    """A text without control characters and superfluous white space; empty for anything but a text."""
    if not isinstance(value, str):
        return ""
    # Nearly every text is printable, and isprintable() is faster than a regular expression.
    return " ".join((value if value.isprintable() else FORBIDDEN.sub(" ", value)).split())


@lru_cache(maxsize=16_384)
def part(text: str) -> str:
    """``text`` as a part of an id, with a checksum where letters or length would be lost."""
    lower = text.casefold()
    if len(lower) <= _LONGEST_PART and codec.is_id(lower):
        return lower
    plain = codec.slug(text)
    folded = unicodedata.normalize("NFKD", lower)
    lost = sum(letter.isalnum() for letter in folded) != sum(letter.isalnum() for letter in plain)
    if plain and not lost and len(plain) <= _LONGEST_PART:
        return plain
    checksum = f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}"
    return "-".join(filter(None, (plain[:_LONGEST_PART].rstrip("-._:"), checksum)))


def made(place: Place, code: str, plain: Plain) -> Event | Problem:
    """The event that plain fields make, or the first problem, with this code and place.

    Fields that are None or empty are left out.
    """
    given = {name: value for name, value in plain.items() if value not in (None, "", [])}
    try:
        return codec.decode(given)
    except InvalidEvents as error:
        first = error.problems[0]
        return evolve(first, code=code, place=place, message=f"{given.get('kind')}: {first.message}")


def json_items(stream: BinaryIO, name: str, lists: tuple[str, ...] = ()) -> Iterator[ArrayItem | Problem]:
    """The items of a JSON array or of JSON Lines, one at a time.

    ``lists`` are keys under which a file that is one object may have its array. Numbers with a point become
    ``Decimal``. What is not JSON is a problem (C720): a bad line is skipped, but a fault in an array ends the
    reading, since the next item cannot be found.
    """
    text = _UnreadText(stream)
    text.more()
    text.skip("\ufeff" + _BETWEEN)
    wrapped = re.match(r'\{\s*"(\w+)"\s*:\s*\[', text.buffer)
    if wrapped and wrapped[1] in lists:
        text.drop(wrapped.end() - 1)
    if text.buffer.startswith("["):
        text.drop(1)
        yield from _array_items(text, name)
    else:
        yield from _line_items(text, name)


class _UnreadText:
    """The text of a stream that was read and not used yet, and the line in which it begins."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._chunk = _CHUNK
        self.buffer = ""
        self.line = 1
        self.ended = False

    def more(self) -> None:
        """Read on, twice as much each time in a row, so that one long item takes linear time."""
        data = self._stream.read(self._chunk)
        self.ended = not data
        self.buffer += self._decoder.decode(data, final=self.ended)
        self._chunk = min(2 * self._chunk, _LONGEST_ITEM)

    def drop(self, length: int) -> None:
        """Remove text that was used from the beginning."""
        self.line += self.buffer.count("\n", 0, length)
        self.buffer = self.buffer[length:]
        self._chunk = _CHUNK

    def skip(self, characters: str) -> None:
        """Remove these characters from the beginning, reading on while there is nothing else."""
        while True:
            self.drop(len(self.buffer) - len(self.buffer.lstrip(characters)))
            if self.buffer or self.ended:
                return
            self.more()


class _Broken(Exception):
    """Text that is not JSON, with the message of the parser."""


_LONGEST_EXPONENT = 3  # digits; a double ends at 308


def _number(text: str) -> Decimal | str:
    """An exact number. One with an exponent of more than 3 digits stays text.

    As a fraction such a number could have 10^9 digits and fill the memory.
    """
    exponent = text.lower().partition("e")[2].lstrip("+-0")
    return Decimal(text) if len(exponent) <= _LONGEST_EXPONENT else text


_scan = json.JSONDecoder(parse_float=_number).raw_decode


def _array_items(text: _UnreadText, name: str) -> Iterator[ArrayItem | Problem]:
    position, line = 0, text.line
    while True:
        position, line = _past(text, position, line)
        if not text.buffer[position:] or text.buffer[position] == "]":
            break
        try:
            value, end = _scanned(text.buffer, position, text.ended)
        except _Broken as error:
            text.drop(position)
            yield Problem("C720", f"not JSON: {error}", ArrayItem(None, line, text.buffer).place(name))
            return
        if end < 0:
            text.drop(position)
            position = 0
            text.more()
            continue
        yield ArrayItem(value, line, text.buffer[position : min(end, position + 2 * _LONGEST_EXCERPT)])
        line += text.buffer.count("\n", position, end)
        position = end
    if not text.buffer[position:]:
        yield Problem("C720", "not JSON: the list has no end", Place(file=name, line=line))


def _past(text: _UnreadText, position: int, line: int) -> tuple[int, int]:
    """The position and the line of the next item."""
    while True:
        start = position
        while position < len(text.buffer) and text.buffer[position] in _BETWEEN:
            position += 1
        line += text.buffer.count("\n", start, position)
        if position < len(text.buffer) or text.ended:
            return position, line
        text.drop(position)
        position = 0
        text.more()


def _scanned(buffer: str, position: int, ended: bool) -> tuple[Any, int]:
    """The value at a position and its end; an end of -1 when more must be read."""
    try:
        value, end = _scan(buffer, position)
    except json.JSONDecodeError as error:
        cut = error.msg.startswith("Unterminated") or error.pos >= len(buffer) - len("\\u0000")
        if cut and not ended and len(buffer) - position < _LONGEST_ITEM:
            return None, -1
        raise _Broken(error.msg.lower()) from None
    except (RecursionError, ValueError) as error:
        raise _Broken(str(error)[:_LONGEST_EXCERPT] or "nested too deep") from None
    # A number at the end of the buffer may continue in what was not read yet.
    return (None, -1) if end == len(buffer) and not ended else (value, end)


def _line_items(text: _UnreadText, name: str) -> Iterator[ArrayItem | Problem]:
    for line, raw in _lines(text):
        if raw.strip() == "{":
            message = "neither a list nor JSON Lines: an object begins here and goes on in the next line"
            help = "write [ before the first object and ] after the last, or each object in one line"
            yield Problem("C720", message, ArrayItem(None, line, raw).place(name), help)
            return
        if not raw.strip():
            continue
        try:
            value, end = _scanned(raw.strip(), 0, True)
        except _Broken as error:
            yield Problem("C720", f"line is not JSON: {error}", ArrayItem(None, line, raw).place(name))
            continue
        if end < len(raw.strip()):
            message = f"more than one value in a line: {shown(raw.strip()[end:])}"
            yield Problem("C720", message, ArrayItem(None, line, raw).place(name))
        yield ArrayItem(value, line, raw)


def _lines(text: _UnreadText) -> Iterator[tuple[int, str]]:
    line = text.line
    while text.buffer or not text.ended:
        *whole, rest = text.buffer.split("\n")
        for raw in whole:
            yield line, raw
            line += 1
        text.drop(len(text.buffer) - len(rest))
        if text.ended or len(rest) > _LONGEST_ITEM:
            yield line, rest
            text.drop(len(text.buffer))
        if not text.ended:
            text.more()
