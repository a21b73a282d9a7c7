"""One more item at the end of a section of a YAML file, whose other lines stay as they are, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml
from attrs import define

from chronicle.authoring.nodes import Text
from chronicle.authoring.yaml_items import LOADER
from chronicle.codec.event_text import item_lines
from chronicle.errors import InvalidEvents, Place, Problem

_LINE_END: Final = re.compile("\r\n|\r|\n")
_BLANK_LINE: Final = re.compile(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)")
_INDENT: Final = 2
_WIDEST: Final = 12  # columns between a dash and its fields that are taken over from another item


@define
class _Items:
    """Where a section and its items stand; offsets are in characters from the beginning of the file.

    ``dash`` is the column of the dashes and ``fields`` that of what follows them; both -1 without items.
    ``end`` is where the last value ends.
    """

    line: int
    end: int
    flow: bool = False
    filled: bool = False
    dash: int = -1
    fields: int = -1
    kept: bool = False  # whether empty lines behind the last value are a part of it
    previous: int = -1  # where the last item but one ends
    last: int = -1  # where the last item begins


@define
class _Layout:
    """Where the sections of a file stand, the column of their names, and where the last value ends."""

    sections: dict[str, _Items]
    column: int = 0
    end: int = 0
    kept: bool = False
    flow: bool = False
    empty: bool = True


def with_item(text: Text, section: str, plain: Mapping[str, Any]) -> str:
    """The text of a YAML file with one more item at the end of ``section``, which is added where it is not.

    The item is indented as those before it, set off by an empty line where they are, and ends its lines as
    they do. Raises ``InvalidEvents`` (C115) for a section in brackets. What the new text means is for the
    caller to verify.
    """
    layout = _layout(text.text)
    found = layout.sections.get(section)
    if layout.flow or (found and (found.flow or found.filled)):
        raise InvalidEvents(_in_brackets(text, section, found))
    if found is None:
        return _with_section(text.text, section, plain, layout)
    sibling = next((each for each in layout.sections.values() if each.dash >= 0), None)
    usual = layout.column + _INDENT if sibling is None else sibling.dash
    dash = usual if found.dash < 0 else found.dash
    width = min(max(found.fields - found.dash, _INDENT), _WIDEST)
    at = _after(text.text, found.end, dash if found.dash >= 0 else layout.column)
    lines = [" " * dash + line for line in item_lines(plain, width)]
    apart = _set_apart(text.text, found) and not found.kept
    return _inserted(text.text, at, ["", *lines] if apart else lines)


def _set_apart(text: str, section: _Items) -> bool:
    """Whether an empty line stands between the last two items."""
    if section.previous < 0:
        return False
    # The value of a block of text ends behind the empty lines that follow it.
    end = len(text[: section.previous].rstrip())
    return _BLANK_LINE.search(text, end, section.last) is not None


def _with_section(text: str, section: str, plain: Mapping[str, Any], layout: _Layout) -> str:
    """The text with a section that it does not have, at its end."""
    at = len(text) if layout.empty else _after(text, layout.end, layout.column)
    lines = [f"{section}:", *(" " * _INDENT + line for line in item_lines(plain))]
    apart = [] if layout.kept else [""]
    return _inserted(text, at, [*apart, *(" " * layout.column + line for line in lines)])


def _in_brackets(text: Text, section: str, found: _Items | None) -> Problem:
    line = found.line if found else 0
    excerpt = text.lines[line] if line < len(text.lines) else ""
    place = Place(text.name, line + 1, 1, max(1, len(excerpt)), excerpt)
    help = "write each item on a line of its own that starts with a dash, or name another file with --file"
    return Problem("C115", f'no place for an item: "{section}" is not written with dashes', place, help)


def _inserted(text: str, at: int, lines: list[str]) -> str:
    """The text with these lines at an offset, which is the beginning of a line or the end of the file."""
    ends = _LINE_END.findall(text[:at])[-1:] or _LINE_END.findall(text)[:1] or ["\n"]
    line_end = ends[0]
    if at == len(text):
        # Blanks at the end of the file without an end of line stay there: an end would make a line of them.
        at -= len(text) - len(text.rstrip(" \t")) if _is_blank(_LINE_END.split(text)[-1]) else 0
    before = text[:at]
    if before and not before.endswith(("\n", "\r")):
        before += line_end
    if lines[0] == "" and (not before or _ends_blank(before)):
        lines = lines[1:]
    return before + "".join(f"{line}{line_end}" for line in lines) + text[at:]


def _ends_blank(text: str) -> bool:
    """Whether the last line of a text that ends with a whole line is empty."""
    last = _LINE_END.split(text)[-2:-1]
    return bool(last) and _is_blank(last[0])


def _is_blank(line: str) -> bool:
    return not line.strip(" \t")


def _after(text: str, end: int, column: int) -> int:
    """The offset behind the line on which a value ends, and behind the comments that belong to its item.

    These are the ones on the next lines that are indented by more than ``column``.
    """
    at = end if end and text[end - 1] in "\r\n" else _next_line(text, end)
    while at < len(text):
        line = text[at : _next_line(text, at)]
        content = line.lstrip(" ")
        if not content.startswith("#") or len(line) - len(content) <= column:
            break
        at += len(line)
    return at


def _next_line(text: str, at: int) -> int:
    found = _LINE_END.search(text, at)
    return found.end() if found else len(text)


def _layout(text: str) -> _Layout:
    """The layout of a file that can be read."""
    scan = _Scan(text)
    for event in yaml.parse(text, Loader=LOADER):
        scan.take(event)
    return scan.layout


class _Scan:
    """Makes the layout of a file from the events of the parser, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.layout = _Layout({})
        self._depth = 0
        # The name of the section whose value comes next, and the section that is open.
        self._key: str | None = None
        self._section: _Items | None = None

    def take(self, event: Any) -> None:
        """Go on by one event of the parser."""
        if isinstance(event, yaml.CollectionEndEvent):
            self._close(event)
            return
        if not isinstance(event, yaml.NodeEvent):
            return
        start: Any = event.start_mark
        if self._depth == 0:
            self.layout.column, self.layout.empty = start.column, _is_nothing(event)
            self.layout.flow = bool(getattr(event, "flow_style", False))
        elif self._depth == _IN_ROOT:
            self._enter(event)
        elif self._depth == _IN_SECTION and self._section is not None:
            self._begin_item(self._section, event)
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
        else:
            self._end(event)

    def _close(self, event: Any) -> None:
        self._depth -= 1
        # The end of a block has no width: it is found only where the next one begins.
        if event.end_mark.index > event.start_mark.index:
            self._end(event)
        if self._depth == _IN_ROOT:
            self._key = self._section = None

    def _end(self, event: Any) -> None:
        for part in (self.layout, self._section):
            if part is not None:
                part.end, part.kept = event.end_mark.index, _keeps_lines(event, self._text)

    def _enter(self, event: Any) -> None:
        """The name of a section, or its value."""
        if self._key is None:
            self._key = str(getattr(event, "value", ""))
            self.layout.sections[self._key] = _Items(event.start_mark.line, event.end_mark.index)
            return
        section = self.layout.sections[self._key]
        start: Any = event.start_mark
        if isinstance(event, yaml.SequenceStartEvent):
            section.flow, section.dash = bool(event.flow_style), start.column
            self._section = section
        else:
            section.filled, section.end = not _is_nothing(event), event.end_mark.index
            if not isinstance(event, yaml.CollectionStartEvent):
                self._key = None

    def _begin_item(self, section: _Items, event: Any) -> None:
        section.previous = section.end if section.fields >= 0 else -1
        section.last, section.fields = event.start_mark.index, event.start_mark.column


def _keeps_lines(event: Any, text: str) -> bool:
    """Whether a value is a block of text that keeps the empty lines behind it, as ``|+`` says."""
    if getattr(event, "style", None) not in ("|", ">"):
        return False
    header = text[event.start_mark.index : _next_line(text, event.start_mark.index)]
    return "+" in header.partition("#")[0]


def _is_nothing(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.value and not event.style


_IN_ROOT: Final = 1
_IN_SECTION: Final = 2
