"""Which files make a history, and their text: limits and encodings, but neither YAML nor JSON."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from chronicle.authoring.nodes import Position, Text
from chronicle.errors import InvalidEvents, Place, Problem, printable
from chronicle.errors.characters import UNREADABLE
from chronicle.stores.location import is_event_file, is_standard_input

LARGEST_FILE: Final = 64 * 1024 * 1024
LONGEST_LINE: Final = 1024 * 1024

_NAME_OF_INPUT: Final = "stdin"

# Standard input has no suffix that says its format. An object at its beginning is an event in JSON, unless it
# has the sections of an event file, which is YAML with quotes.
_JSON_LINES: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\"(?!entities\"|events\")")

_LINE_END: Final = re.compile("\r\n|\r|\n")


def standard_input() -> bytes:
    """Standard input, at most one byte more than a file may have. Raises ``InvalidEvents`` (C101)."""
    try:
        if sys.stdin is None:
            raise OSError(errno.EBADF, "it is closed")
        return sys.stdin.buffer.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error if isinstance(error, OSError) else OSError(errno.EBADF, "it is closed")
        raise InvalidEvents(_unreadable(Path(_NAME_OF_INPUT), reason)) from None


def is_json_lines(piped: bytes) -> bool:
    """Whether standard input is JSON Lines, not YAML."""
    return _JSON_LINES.match(piped) is not None


def event_files(paths: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    """The event files of folders and files: of a folder those directly in it, sorted by name; each file once.

    Raises ``InvalidEvents``: C112 for a folder without any, C101 for one that cannot be read.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found: dict[str, Path] = {}
    for path in map(Path, given):
        for file in _files_of(path):
            found.setdefault("-" if is_standard_input(file) else os.path.realpath(file), file)
    return tuple(found.values())


def _files_of(path: Path) -> list[Path]:
    if is_standard_input(path):
        return [path]
    if "\0" in str(path):
        raise InvalidEvents(_unreadable(path, OSError(errno.EINVAL, "there is a NUL in its name")))
    # Not path.is_dir(), which raises for a name that is too long and for a folder that may not be read.
    if not os.path.isdir(path):
        return [path]
    files = _events_in(path)
    if not files:
        raise InvalidEvents(_no_files(path))
    return files


def _events_in(folder: Path) -> list[Path]:
    """The event files of a folder by their names, without opening them."""
    try:
        entries = [entry for entry in folder.iterdir() if is_event_file(entry) and not entry.is_dir()]
    except OSError as error:
        raise InvalidEvents(_unreadable(folder, error)) from None
    return sorted(entry for entry in entries if not entry.name.startswith("."))


def _no_files(folder: Path) -> Problem:
    below = sorted(entry for entry in folder.iterdir() if entry.is_dir() and _has_events(entry))
    if below:
        names = " or ".join(printable(str(entry)) for entry in below[:3])
        hint = f"each folder is a history of its own; did you mean {names}?"
    else:
        hint = "put a file whose name ends with .yaml, .yml or .jsonl into it"
    return Problem("C112", f'no event files in "{printable(str(folder))}"', help=hint)


def _has_events(folder: Path) -> bool:
    try:
        return any(is_event_file(entry) and not entry.name.startswith(".") for entry in folder.iterdir())
    except OSError:
        return False


def read_text(path: Path, piped: bytes | None = None) -> Text:
    """The text of one file, or of standard input, whose content is ``piped`` if it was read already.

    Raises ``InvalidEvents``: C101 for what cannot be read, C102 for another encoding than UTF-8, C103 for
    characters that are not allowed, C108 when it is too large.
    """
    if is_standard_input(path):
        data = standard_input() if piped is None else piped
        return checked(data, _NAME_OF_INPUT, by_line=is_json_lines(data))
    name = printable(str(path))
    if not is_event_file(path):
        hint = "the name of an event file ends with .yaml, .yml or .jsonl"
        raise InvalidEvents(
            Problem("C101", f"not an event file: {path.suffix or 'no suffix'}", Place(name), hint)
        )
    return checked(_bytes(path, name), name, by_line=path.suffix == ".jsonl")


def checked(data: bytes, name: str, by_line: bool) -> Text:
    """The text of these bytes of a file. Raises ``InvalidEvents`` as ``read_text`` does, but for C101."""
    if len(data) > LARGEST_FILE:
        hint = f"at most {LARGEST_FILE // 2**20} MiB: split it into several files of the folder"
        raise InvalidEvents(Problem("C108", "file is too large", Place(name), hint))
    _refuse_long_lines(data, name)
    return _text(data, name, by_line)


def _bytes(path: Path, name: str) -> bytes:
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InvalidEvents(
                    Problem("C101", "not a file", Place(name), "give a file or a folder of files")
                )
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidEvents(_unreadable(path, error)) from None


def _unreadable(path: Path, error: OSError) -> Problem:
    reason = (error.strerror or "unknown reason").lower()
    hint = _REASONS.get(type(error))
    return Problem("C101", f"cannot be read: {reason}", Place(printable(str(path))), hint)


_REASONS: Final = {
    FileNotFoundError: "look at the spelling of the path",
    PermissionError: "ask its owner for the right to read it",
}


def _refuse_long_lines(data: bytes, name: str) -> None:
    if len(data) <= LONGEST_LINE:
        return
    for number, line in enumerate(data.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            hint = f"at most {LONGEST_LINE // 2**20} MiB: break it into several lines"
            raise InvalidEvents(Problem("C108", "line is too long", Place(name, number, 1), hint))


def _text(data: bytes, name: str, by_line: bool) -> Text:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidEvents(
            Problem("C102", "file is UTF-16, not UTF-8", Place(name, 1, 1), "save it as UTF-8")
        )
    try:
        decoded = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InvalidEvents(_not_utf8(data, error, name)) from None
    text = Text(name, decoded, [line.rstrip("\r") for line in decoded.split("\n")] if by_line else None)
    if not by_line:
        _refuse_unsafe(text)
    return text


def _not_utf8(data: bytes, error: UnicodeDecodeError, name: str) -> Problem:
    before = data[: error.start].removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    lines = _LINE_END.split(before)
    rest = _LINE_END.split(data[error.start : error.start + 200].decode("utf-8", "replace"))[0]
    line = lines[-1]
    place = Place(name, len(lines), len(line) + 1, 1, line + rest)
    return Problem("C102", f"byte 0x{data[error.start]:02x} is not UTF-8", place, "save the file as UTF-8")


def _refuse_unsafe(text: Text) -> None:
    found = UNREADABLE.search(text.text)
    if found is None:
        return
    lines = _LINE_END.split(text.text[: found.start()])
    mark = Position(len(lines) - 1, len(lines[-1]))
    whole = _LINE_END.split(text.text)
    place = Text(text.name, text.text, whole).place(mark)
    raise InvalidEvents(Problem("C103", f"{unsafe_name(found[0])} in the text", place, "take it out"))


def unsafe_name(character: str) -> str:
    """A character that cannot be shown, in words: ``control character U+0000``."""
    kind = "control character" if ord(character) < 0xA0 else "character"
    return f"{kind} U+{ord(character):04X}"
