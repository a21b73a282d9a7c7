"""JSON Lines of Chronicle: an event a line, as ``chronicle export jsonl`` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from chronicle.codec import Fault, decode, diagnose
from chronicle.errors import ChronicleError, Place, Problem
from chronicle.errors.strict_json import RefusedJSON, decoder
from chronicle.interop.incoming import Incoming, excerpt
from chronicle.interop.records import MEMBERS

_LONGEST_LINE: Final = 1 << 20

_decoded: Final = decoder(whole=str, fraction=str)


def read(stream: BinaryIO, name: str) -> Iterator[Incoming]:
    """The events of a file, line by line, and a problem for every line that makes none."""
    number = 0
    while line := stream.readline(_LONGEST_LINE):
        number += 1
        whole = line.endswith(b"\n") or len(line) < _LONGEST_LINE
        if not whole:
            while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        if line.strip() and not (number == 1 and line.strip() == b"\xef\xbb\xbf"):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace")
            place = Place(name, number, 1, 1, excerpt(text))
            yield from _event(line, place) if whole else (_long(place),)


def _event(line: bytes, place: Place) -> Iterator[Incoming]:
    try:
        text = line.decode("utf-8-sig" if place.line == 1 else "utf-8")
    except UnicodeDecodeError:
        yield Problem("C704", "text is not utf-8", place, "save the file as UTF-8")
        return
    try:
        plain = _decoded(text)
    except RefusedJSON as error:
        yield Problem("C111", error.message, place, error.help)
        return
    except json.JSONDecodeError as error:
        yield Problem("C111", f"not JSON: {error.msg.lower()}", place, "write one object a line")
        return
    if isinstance(plain, dict):
        # The position and time of a record in another store mean nothing here.
        plain = {key: value for key, value in plain.items() if key not in MEMBERS}
    try:
        yield decode(plain)
    except (ChronicleError, AttributeError, TypeError) as error:
        yield from (fault.problem.at(place) for fault in _faults(plain, error))


def _faults(plain: Any, error: Exception) -> Sequence[Fault]:
    problems = error.problems if isinstance(error, ChronicleError) else ()
    return diagnose(plain) or [Fault((), problem) for problem in problems]


def _long(place: Place) -> Problem:
    return Problem("C108", "line is too long", place, f"at most {_LONGEST_LINE // 2**20} MiB")
