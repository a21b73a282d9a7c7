"""The files of GLEIF as records: JSON, JSON Lines, XML and the CSV of the golden copy."""

from __future__ import annotations

import csv
import datetime
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final
from xml.etree import ElementTree

from chronicle.errors import InvalidEvents, Place, Problem, shown
from chronicle.interop.gleif.events import entity_events
from chronicle.interop.gleif.ties import exception_events, relationship_events
from chronicle.interop.incoming import Incoming, RawStream
from chronicle.interop.registers import ArrayItem, json_items

_LISTS = ("records", "relations", "exceptions")
_RECORDS = frozenset({"LEIRecord", "RelationshipRecord", "Exception"})
_PROLOG = 64 * 1024
_ROOT = re.compile(rb"<[A-Za-z_]")
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_EXCEPTION_COLUMNS: Final[Mapping[str, str]] = {"Category": "ExceptionCategory", "Reason": "ExceptionReason"}


def items_of(stream: BinaryIO, name: str) -> Iterator[ArrayItem | datetime.date | Problem]:
    """The records of a file, one at a time, and before them the day of its content where it has one.

    Raises ``InvalidEvents`` (C720) for an XML file with a document type, which may define entities, or in
    another encoding than UTF-8.
    """
    buffered = io.BufferedReader(RawStream(stream), _PROLOG)
    beginning = buffered.peek(_PROLOG)[:_PROLOG].removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning.startswith(b"<") or beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _xml_items(buffered, beginning, name)
    if beginning.startswith((b"{", b"[")):
        return json_items(buffered, name, _LISTS)
    return _csv_items(buffered, name)


def content_date(stream: BinaryIO, name: str) -> datetime.date | None:
    """The day of the edition that the header of an XML file states; None where nothing states it."""
    first = next(iter(items_of(stream, name)), None)
    return first if isinstance(first, datetime.date) else None


def record_events(item: ArrayItem, place: Place) -> Iterator[Incoming]:
    """The events and problems of one record."""
    record = item.value
    if isinstance(record, dict):
        for key, make in _LEVELS:
            if key in record:
                yield from make(record, place)
                return
    message = f"neither an entity nor a relationship nor an exception: {shown(record)}"
    yield Problem("C720", message, place)


_Make = Callable[[Mapping[str, Any], Place], Iterator[Incoming]]

_LEVELS: tuple[tuple[str, _Make], ...] = (
    ("Entity", entity_events),
    ("Relationship", relationship_events),
    ("ExceptionCategory", exception_events),
)


# XML


def _shown_day(moment: str) -> datetime.date | None:
    """The day that a moment shows: when a file was made is the reading of a clock, and no midnight."""
    try:
        return datetime.date.fromisoformat(moment.strip()[:10])
    except ValueError:
        return None


def _xml_items(
    stream: BinaryIO, beginning: bytes, name: str
) -> Iterator[ArrayItem | datetime.date | Problem]:
    _refuse_definitions(beginning, name)
    path: list[ElementTree.Element] = []
    count = 0
    try:
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):
            if event == "start":
                path.append(element)
                continue
            path.pop()
            if _local(element.tag) == "ContentDate" and not count:
                day = _shown_day(element.text or "")
                if day is not None:
                    yield day
            if _local(element.tag) in _RECORDS:
                count += 1
                yield ArrayItem(_plain(element), count, ElementTree.tostring(element, "unicode")[:400])
                # The element and its siblings are cleared, so that memory stays constant.
                path[-1].clear()
    except ElementTree.ParseError as error:
        yield Problem("C720", f"not XML: {error}", Place(file=name, line=error.position[0]))


def _refuse_definitions(beginning: bytes, name: str) -> None:
    """Refuse XML that could make the parser fetch or expand entities, before it is parsed."""
    root = _ROOT.search(beginning)
    prolog = beginning[: root.start()] if root else beginning
    declared = _DECLARED.search(prolog)
    if b"\x00" in prolog or beginning[:2] in (b"\xff\xfe", b"\xfe\xff"):
        reason = "XML in another encoding than UTF-8"
    elif declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        reason = f"XML in another encoding than UTF-8: {shown(declared[1].decode())}"
    elif b"<!DOCTYPE" in prolog:
        reason = "XML with a document type"
    elif root is None:
        reason = "XML without an element in its first 64 KiB"
    else:
        return
    help = "take the file as GLEIF publishes it: UTF-8, without a document type"
    raise InvalidEvents(Problem("C720", reason, Place(file=name, line=1), help))


def _plain(element: ElementTree.Element) -> Any:
    """An element as JSON: attributes as ``@name``, text beside them as ``$``, repeated children as a list."""
    plain: dict[str, Any] = {f"@{_local(key)}": value for key, value in element.attrib.items()}
    for child in element:
        key, value = _local(child.tag), _plain(child)
        if key not in plain:
            plain[key] = value
        elif isinstance(plain[key], list):
            plain[key].append(value)
        else:
            plain[key] = [plain[key], value]
    text = (element.text or "").strip()
    if not plain:
        return text
    return {**plain, "$": text} if text else plain


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


# CSV


def _csv_items(stream: BinaryIO, name: str) -> Iterator[ArrayItem | Problem]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    rows = csv.reader(text)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        if not {"LEI", "Relationship.StartNode.NodeID"} & set(header):
            message = "neither JSON nor XML nor a golden copy: no column LEI or Relationship.StartNode.NodeID"
            yield Problem("C720", message, Place(file=name, line=1))
            return
        for row in rows:
            if row:
                record = _nested(zip(header, row, strict=False))
                yield ArrayItem(record, rows.line_num, ",".join(filter(None, row))[:400])
    except csv.Error as error:
        yield Problem("C720", f"not CSV: {error}", Place(file=name, line=rows.line_num))


def _nested(cells: Iterator[tuple[str, str]]) -> dict[str, Any]:
    """A record from cells whose columns are paths, such as ``Entity.OtherEntityNames.OtherEntityName.1``.

    A number is an index. A column below a column with a value, such as ``.type``, becomes ``@type``.
    """
    record: dict[str, Any] = {}
    for column, cell in cells:
        if not cell.strip():
            continue
        node, steps = record, column.split(".")
        for step in steps[:-1]:
            below = node.setdefault(step, {})
            if not isinstance(below, dict):
                below = node[step] = {"$": below}
            node = below
        last = steps[-1]
        if isinstance(node.get(last), dict):
            node[last]["$"] = cell
        else:
            node[last if "$" not in node else f"@{last}"] = cell
    exception = record.pop("Exception", None)
    if isinstance(exception, dict):
        for key, value in exception.items():
            record[_EXCEPTION_COLUMNS.get(key, key)] = value
    return record
