"""References between the events of all files: ids are unique, and what is named exists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from attrs import define, field

from chronicle import codec
from chronicle.authoring.nodes import Step
from chronicle.authoring.reading import Document, Entry, Finding, Way
from chronicle.engine.declarations import UNKNOWN
from chronicle.errors import Place, Problem, nearest, shown
from chronicle.events import (
    KINDS,
    DealAgreed,
    DealProposed,
    EntityDeclared,
    EntityFounded,
    Event,
    RecordCorrected,
    RecordRetracted,
    circle,
    in_a_circle,
    plain_name,
    reference_fields,
    references,
)

# An attribute, what it refers to (entity, deal or event), and the id.
_Reference = tuple[str, str, str]


@define(eq=False)
class Known:
    """What can be referred to: ids of entities, deals and events, with the places of those in files."""

    entities: dict[str, Place | None] = field(factory=dict)
    deals: dict[str, Place | None] = field(factory=dict)
    events: dict[str, Place | None] = field(factory=dict)
    # Only those in files: a store may have the same event already.
    declared: dict[str, Place] = field(factory=dict)
    written: dict[str, Entry] = field(factory=dict)
    # By generated id that several events would get: the number of the last one.
    copies: dict[str, int] = field(factory=dict)


def examine(documents: Iterable[Document], known: Known) -> None:
    """Add to each document the problems between its events and all others.

    Missing references are only looked for when every file could be read to its end, since the rest of a file
    may declare them.
    """
    documents = list(documents)
    for document in documents:
        for entry in document.entries:
            document.findings.extend(_introduce(entry, known))
    if any(document.broken for document in documents):
        return
    look = _LookUp(known)
    for document in documents:
        for entry in document.entries:
            if entry.event is not None:
                document.findings.extend(_unknown(entry, entry.event, look))
            else:
                document.findings.extend(_named(entry, _plain_references(entry.plain), look))


# What an entry brings in


def _introduce(entry: Entry, known: Known) -> Iterator[Finding]:
    kind = entry.text("kind")
    entity = entry.text("entity") if kind == EntityDeclared.kind else None
    if entity is not None and entity in known.declared:
        yield _declared_twice(entry, entity, known.declared[entity])
        return
    if entity is not None:
        known.declared[entity] = entry.place
        known.entities[entity] = entry.place
    deal = entry.text("deal")
    if deal is not None and kind in (DealProposed.kind, DealAgreed.kind):
        known.deals.setdefault(deal, entry.place)
    for founded in _founded(entry.plain):
        known.entities.setdefault(founded, entry.place)
    yield from _given_twice(entry, known)


def _founded(plain: Mapping[str, Any]) -> Iterator[str]:
    """The entities that an event or one of its effects founds."""
    effects = plain.get("effects")
    for part in (plain, *effects) if isinstance(effects, list) else (plain,):
        if isinstance(part, dict) and part.get("kind") == EntityFounded.kind:
            entity = part.get("entity")
            if isinstance(entity, str):
                yield entity


def _declared_twice(entry: Entry, entity: str, first: Place) -> Finding:
    help = f"first declared in {_where(first)}"
    return Finding(
        entry.item, ("entity",), Problem("C207", f"entity {shown(entity)} declared twice", help=help)
    )


def _given_twice(entry: Entry, known: Known) -> Iterator[Finding]:
    identifier = entry.event.id if entry.event else entry.text("id")
    if identifier is None:
        return
    first = known.written.setdefault(identifier, entry)
    if first is entry:
        known.events[identifier] = entry.place
        return
    message = f"event id {shown(identifier)} used twice"
    if "id" in entry.plain:
        help = f"first used in {_where(first.place)}: give each event an id of its own"
        yield Finding(entry.item, ("id",), Problem("C205", message, help=help))
    else:
        number = known.copies.get(identifier, 1) + 1
        while f"{identifier}-{number}" in known.written:
            number += 1
        known.copies[identifier] = number
        help = (
            f"{_where(first.place)} has the same date, kind and subject: "
            f"give this one an id of its own, `id: {identifier}-{number}`"
        )
        yield Finding(entry.item, (), Problem("C205", message, help=help))


def _where(place: Place) -> str:
    return f"{Path(place.file).name}:{place.line}"


# What an entry refers to


def _unknown(entry: Entry, event: Event, look: _LookUp) -> Iterator[Finding]:
    yield from _named(entry, references(event), look)
    if isinstance(event, RecordCorrected | RecordRetracted):
        yield from _circle(entry, event, look)
    if isinstance(event, RecordCorrected):
        yield from _wrong_correction(entry, event, look)


def _named(entry: Entry, named: Iterable[_Reference], look: _LookUp) -> Iterator[Finding]:
    for name, target, identifier in _missing(named, look):
        problem = look.problem(target, identifier)
        for way, key in _ways(entry.plain, plain_name(name), identifier):
            yield Finding(entry.item, way, problem, key)


def _plain_references(plain: Mapping[str, Any]) -> Iterator[_Reference]:
    """What an item without an event refers to, so that its other problems do not hide a wrong name."""
    effects = plain.get("effects")
    for part in (plain, *effects) if isinstance(effects, list) else (plain,):
        kind = part.get("kind") if isinstance(part, dict) else None
        for name, target, _ in reference_fields(kind) if isinstance(kind, str) and kind in KINDS else ():
            for identifier in _texts(part.get(plain_name(name))):
                # A text that is no id has been reported already.
                if codec.is_id(identifier):
                    yield name, target, identifier


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))
    elif isinstance(value, dict):
        yield from value


def _missing(named: Iterable[_Reference], look: _LookUp) -> Iterator[_Reference]:
    """Each reference to something that does not exist, once."""
    seen: set[_Reference] = set()
    for reference in named:
        name, target, identifier = reference
        # An unknown id in `after` or `ends` is a finding of `check`, not an error of the file.
        if identifier not in look.there[target] and name not in ("after", "ends") and reference not in seen:
            seen.add(reference)
            yield reference


def _ways(plain: Mapping[str, Any], name: str, identifier: str) -> Iterator[tuple[Way, bool]]:
    """Every path to ``identifier`` in the field ``name`` of an event and of its effects; true for a key."""
    yield from _ways_in(plain.get(name), (name,), identifier)
    effects = plain.get("effects")
    for index, effect in enumerate(effects if isinstance(effects, list) else ()):
        if isinstance(effect, dict):
            yield from _ways_in(effect.get(name), ("effects", index, name), identifier)


def _ways_in(value: object, way: Way, identifier: str) -> Iterator[tuple[Way, bool]]:
    if value == identifier:
        yield way, False
    elif isinstance(value, list):
        yield from (((*way, index), False) for index, item in enumerate(value) if item == identifier)
    elif isinstance(value, dict):
        for key, item in value.items():
            step: Step = key
            if key == identifier:
                yield (*way, step), True
            if item == identifier:
                yield (*way, step), False


def _circle(entry: Entry, event: Event, look: _LookUp) -> Iterator[Finding]:
    """A problem for a circle of events that correct or retract each other, once for each circle."""
    records = circle(event, look.written, look.followed)
    if records:
        yield Finding(entry.item, ("target",), in_a_circle(records))


def _wrong_correction(entry: Entry, correction: RecordCorrected, look: _LookUp) -> Iterator[Finding]:
    """The problems of the values that a correction sets, as fields of the event that it corrects."""
    written = look.written(correction.target)
    if written is None:
        return
    values = {name: json.loads(text) for name, text in correction.set}
    plain = {**codec.encode(written), **values}
    faults = [fault for fault in codec.diagnose(plain) if fault.path and fault.path[0] in values]
    yield from (Finding(entry.item, ("set", *fault.path), fault.problem, fault.key) for fault in faults)
    if codec.diagnose(plain):
        return
    for name, kind, identifier in _missing(references(codec.decode(plain)), look):
        if plain_name(name) in values:
            problem = look.problem(kind, identifier)
            for way, key in _ways(plain, plain_name(name), identifier):
                yield Finding(entry.item, ("set", *way), problem, key)


class _LookUp:
    """The known ids, and the problem for an unknown one, with the nearest known id."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.there: Mapping[str, Mapping[str, Place | None]] = MappingProxyType(
            {"entity": known.entities, "deal": known.deals, "event": known.events}
        )
        self.followed: set[str] = set()
        self._problems: dict[tuple[str, str], Problem] = {}
        self._comparisons = _MOST_COMPARISONS

    def written(self, identifier: str) -> Event | None:
        """The event of the files that has this id, if any."""
        entry = self.known.written.get(identifier)
        return entry.event if entry else None

    def problem(self, target: str, identifier: str) -> Problem:
        """The problem of a reference to something that does not exist."""
        asked = target, identifier
        if asked not in self._problems:
            code, message, otherwise = UNKNOWN[target]
            help = self._near(target, identifier) or otherwise
            self._problems[asked] = Problem(code, f"{message} {shown(identifier)}", help=help)
        return self._problems[asked]

    def _near(self, target: str, identifier: str) -> str | None:
        there = self.there[target]
        self._comparisons -= len(there)
        near = nearest(identifier, there) if self._comparisons >= 0 else None
        if near is None:
            return None
        place = there[near]
        return f"did you mean {near} ({_where(place)})?" if place else f"did you mean {near}?"


# To find the nearest of 10,000 names takes a tenth of a second. Where hundreds of names are unknown, they are
# hardly misspelt, so no nearest name is looked for after this number of comparisons.
_MOST_COMPARISONS: Final = 200_000
