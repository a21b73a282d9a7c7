"""From the items of files to events: what each makes, its problems, and where these are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from attrs import define, field, frozen

from chronicle import codec
from chronicle.authoring.files import read_text
from chronicle.authoring.json_items import JsonItems
from chronicle.authoring.nodes import MOST_PROBLEMS, Item, Node, Reader, Step, Text, follow
from chronicle.authoring.yaml_items import YamlItems
from chronicle.codec.leaves import shape_of
from chronicle.errors import ChronicleError, InvalidEvents, Place, Problem, nearest, shown
from chronicle.events import EntityDeclared, Event
from chronicle.events.entities import IN_ENTITIES

SECTIONS: Final = ("entities", "events")

Way = tuple[Step, ...]


@frozen
class Finding:
    """A problem of an item and the path to it; ``key`` says that the last key of the path is meant."""

    item: int
    way: Way
    problem: Problem
    key: bool = False


@define(eq=False)
class Entry:
    """One item of a file that could be read: its plain data, its number, its place and the event it makes."""

    plain: dict[str, Any]
    item: int
    place: Place
    event: Event | None

    def text(self, name: str) -> str | None:
        """A field of the plain data, when it is a text."""
        value = self.plain.get(name)
        return value if isinstance(value, str) else None


@define(eq=False)
class Document:
    """One file that was read. ``broken`` when not all of it was, so that it may declare more."""

    text: Text
    entries: list[Entry] = field(factory=list)
    findings: list[Finding] = field(factory=list)
    problems: list[Problem] = field(factory=list)
    broken: bool = False

    def placed(self) -> list[Problem]:
        """Every problem of the file with its place, in the order of lines."""
        found = sorted([*self.problems, *self._found()], key=line_and_column)
        if len(found) > MOST_PROBLEMS:
            return [*found[:MOST_PROBLEMS], _too_many(self.text, len(found))]
        return found

    def _found(self) -> Iterator[Problem]:
        """The findings with their places.

        The file is read again with all places, which only problems need.
        """
        if not self.findings:
            return
        by_item: dict[int, list[Finding]] = {}
        for finding in self.findings:
            by_item.setdefault(finding.item, []).append(finding)
        for number, item in enumerate(_reader(self.text, places=True)):
            for finding in by_item.pop(number, ()):
                yield finding.problem.at(_place(self.text, item, finding))
            if not by_item:
                return


def line_and_column(problem: Problem) -> tuple[int, int]:
    """The place of a problem as a sort key: (line, column), or (0, 0) for a problem without a place."""
    return (problem.place.line, problem.place.column) if problem.place else (0, 0)


def _place(text: Text, item: Item, finding: Finding) -> Place:
    way: Way = finding.way
    if item.section == "entities" and way[:1] == ("entity",):
        way = ("id", *way[1:])
    node, key = follow(item.node, way)
    return text.place_of(key if finding.key and key else node)


def open_document(path: Path, piped: bytes | None = None) -> Document:
    """The document of a file or of what is ``piped`` in; one that cannot be read has the problems alone."""
    try:
        text = read_text(path, piped)
    except InvalidEvents as error:
        return Document(Text(str(path), ""), problems=list(error.problems), broken=True)
    return read_document(text)


def read_document(text: Text) -> Document:
    """One file as entries with their events. Every problem is in the document; none is raised."""
    document = Document(text)
    reader = _reader(text)
    for number, item in enumerate(reader):
        if not item.refused:
            _enter(document, number, item)
        elif isinstance(item.node.plain, dict):
            # It still counts as a declaration, so that one mistake does not lead to others elsewhere.
            document.entries.append(
                Entry(_plain(item, item.node.plain), number, text.place_of(item.node), None)
            )
        if len(document.findings) + len(reader.problems) > MOST_PROBLEMS:
            document.broken = True
            break
    if reader.broken and document.entries:
        # The last item may have been cut off, so what it lacks is not reported.
        last = document.entries[-1].item
        document.findings = [finding for finding in document.findings if finding.item < last]
    document.problems.extend(reader.problems)
    document.broken |= reader.broken
    if isinstance(reader, YamlItems) and reader.root:
        document.problems.extend(islice(_shape_problems(reader.root, text), MOST_PROBLEMS))
    return document


def _reader(text: Text, places: bool = False) -> Reader:
    return JsonItems(text, places) if text.by_line else YamlItems(text)


def _too_many(text: Text, number: int) -> Problem:
    message = f"{number:,} problems in one file or more; the first {MOST_PROBLEMS:,} are shown"
    return Problem("C113", message, Place(text.name), "correct these first")


def _shape_problems(root: Node, text: Text) -> Iterator[Problem]:
    """The problems of the top level of a YAML file, apart from the items of its sections."""
    if root.plain is None:
        return
    if not isinstance(root.plain, dict):
        yield Problem("C109", "no sections", text.place_of(root), "start with `entities:` or `events:`")
        return
    for name, key in root.keys.items():
        section = root.children[name]
        if name not in SECTIONS:
            near = nearest(str(name), SECTIONS)
            help = f"did you mean {near}?" if near else "sections are entities and events"
            yield Problem("C110", f"unknown section {shown(str(name))}", text.place_of(key), help)
        elif section.plain is not None and not isinstance(section.plain, list):
            help = "start each item with a dash"
            yield Problem("C109", f'"{name}" is not a list', text.place_of(key), help)


def _enter(document: Document, number: int, item: Item) -> None:
    if item.section not in SECTIONS:
        return
    given = item.node.plain
    if not isinstance(given, dict):
        document.findings.append(Finding(number, (), _no_mapping(item.section, given)))
        return
    plain = _plain(item, given)
    place = document.text.place_of(item.node)
    event = None
    try:
        event = codec.decode(plain)
        if item.section == "entities" and not given.keys() <= _ENTITY_KEYS:
            event = None
    except ChronicleError as error:
        problems = error.problems
    if event is None:
        found = _entity_faults(number, given) if item.section == "entities" else _faults(number, plain)
        document.findings.extend(found or [Finding(number, (), problem) for problem in problems])
    document.entries.append(Entry(plain, number, place, event))


def _no_mapping(section: str, given: object) -> Problem:
    if section == "entities":
        message, help = (
            f"{shape_of(given)} where an entity is expected",
            "write a mapping with id, name and type",
        )
    else:
        message, help = f"{shape_of(given)} where an event is expected", "write a mapping with kind and date"
    return Problem("C109", message, help=help)


def _plain(item: Item, given: dict[str, Any]) -> dict[str, Any]:
    return given if item.section != "entities" else _declaration(given)


# The fields of an item under ``entities:``, which has no date and no kind.

_ENTITY_KEYS: Final = frozenset(IN_ENTITIES)
_ENTITY_NEEDS: Mapping[str, str] = MappingProxyType({"id": "an-id", "name": "A name", "type": "company"})

# A declaration says nothing of when the entity existed, so it holds, and is known, from the first day.
ALWAYS: Final = "0001-01-01"


def _declaration(given: Mapping[str, Any]) -> dict[str, Any]:
    """The event, as plain data, that an item under ``entities:`` stands for."""
    plain = {key: value for key, value in given.items() if key in _ENTITY_KEYS and key != "id"}
    if "id" in given:
        plain["entity"] = given["id"]
    return {"kind": EntityDeclared.kind, "date": ALWAYS, "known": ALWAYS, **plain}


def declaration(given: Mapping[str, Any]) -> EntityDeclared:
    """The event that an item under ``entities:`` stands for.

    Raises ``InvalidEvents`` with every problem of the item.
    """
    problems = [finding.problem for finding in _entity_faults(0, given)]
    if problems:
        raise InvalidEvents(*problems)
    event = codec.decode(_declaration(given))
    assert isinstance(event, EntityDeclared)
    return event


def _entity_faults(number: int, given: Mapping[str, Any]) -> list[Finding]:
    unknown = [key for key in given if key not in _ENTITY_KEYS][:MOST_PROBLEMS]
    meant = {nearest(key, IN_ENTITIES) for key in unknown}
    missing = [key for key in _ENTITY_NEEDS if key not in given and key not in meant]
    findings = [Finding(number, (key,), _unknown_field(key), key=True) for key in unknown]
    if missing:
        listed = ", ".join(f'"{key}"' for key in missing)
        message = f"missing field{'s' if len(missing) > 1 else ''} {listed} of an entity"
        findings.append(Finding(number, (), Problem("C203", message, help="an entity needs id, name, type")))
    return findings + _faults(number, _declaration({**_ENTITY_NEEDS, **given}))


def _unknown_field(key: str) -> Problem:
    near = nearest(key, IN_ENTITIES)
    help = f"did you mean {near}?" if near else f"fields are {', '.join(IN_ENTITIES)}"
    return Problem("C202", f"unknown field {shown(key)} of an entity", help=help)


def _faults(number: int, plain: object) -> list[Finding]:
    return [Finding(number, fault.path, fault.problem, fault.key) for fault in codec.diagnose(plain)]
