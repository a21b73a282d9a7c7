"""Export to BODS 0.4: who has what in whom, as series of statements.

A record is an entity, a person, or one right, control or seat of a holder in a target. It begins with a
statement ``new``, has one ``updated`` for each change, and ends with ``closed``: when a stake is given up, a
company is dissolved, a person dies. A stake that was given up and acquired again is a second record, as the
standard requires, and so is a time in which less is known than before. What happens after the day of the
export is left out. The standard has full days only: a partial date counts from its last day, and an
annotation says how it was stated. Business units, memberships and roles that are no seats are not part of
the standard.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from chronicle.dates import DAWN, FOREVER, PartialDate
from chronicle.engine import views
from chronicle.engine.replay import Span
from chronicle.interop.bods.annotations import called_since, how_stated
from chronicle.interop.bods.codes import REGISTERS
from chronicle.interop.bods.papers import paper_of
from chronicle.interop.bods.wording import interest_of
from chronicle.interop.exports.material import Material, begun_by
from chronicle.interop.exports.plain import data_line, json_text
from chronicle.interop.exports.ties import TieTold, ties

_ENTITY_TYPES: Final = MappingProxyType(
    {
        "company": "registeredEntity",
        "unit": "arrangement",
        "project": "arrangement",
        "trust": "arrangement",
        "government": "stateBody",
    }
)
"""The entity type of the standard for each type here; all others are ``legalEntity``."""

_OURS = "bods"
"""The scheme of identifiers that are the ids of imported records of this standard."""

_SCHEMES: Final = MappingProxyType({"lei": "XI-LEI"})
"""Schemes that have another name in org-id.guide."""

_COUNTRY = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")


_About = tuple[str, str, str, str, datetime.date]
"""What a statement is about: record, declared subject, type of the record, its status, and the day."""


@frozen
class _Interest:
    """A tie of a holder to a target, and the interest that it is, without its dates."""

    tie: TieTold
    holder: str
    target: str
    said: dict[str, Any]


def spans(material: Material) -> Iterator[bytes]:
    """One JSON array, a statement a line: entities and persons first, then relationships."""
    opening = b"[\n"
    for statement in _statements(material):
        yield opening + json_text(statement).encode("utf-8", "replace")
        opening = b",\n"
    yield b"[]\n" if opening == b"[\n" else b"\n]\n"


def _statements(material: Material) -> Iterator[dict[str, Any]]:
    series = [cell for cell in _ties(material) if cell]
    first_days = _named(material)
    for cell in series:
        for entity in (cell[0].holder, cell[0].target):
            day = cell[0].tie.begun_by
            first_days[entity] = min(day, first_days.get(entity, day))
    for entity in sorted(first_days):
        first_day = min(first_days[entity], _while_first_named(material, entity))
        yield from _entity(material, entity, first_day)
    for cell in series:
        yield from _relationship(material, cell)


def _named(material: Material) -> dict[str, datetime.date]:
    """The entities that have a name by the day, and when each is stated if nothing needs it before."""
    first = _first_day(material)
    begun = {cell[0].key[0]: begun_by(cell[0]) for cell in material.cells(views.NAMES)}
    return {entity: max(first, day) for entity, day in begun.items() if day <= material.state.as_of}


def _while_first_named(material: Material, entity: str) -> datetime.date:
    """By when an entity is stated, so that no name is lost: the last day before it can have another one."""
    first, second, *_ = (*material.ledger.cell(views.NAMES, (entity,)), None, None)
    if first is None or second is None:
        return FOREVER
    before = second.possible_from - datetime.timedelta(days=second.possible_from > DAWN)
    return max(begun_by(first), before)


def _first_day(material: Material) -> datetime.date:
    """The first day of the history, on which an entity is stated that nothing else needs."""
    days = (event.date.latest for event in material.dated)
    return min((day for day in days if DAWN < day <= material.state.as_of), default=material.state.as_of)


def _ties(material: Material) -> Iterator[list[_Interest]]:
    """Holdings, control and seats up to the day, cell by cell, except those whose target is a person."""
    for view in (views.HOLDINGS, views.CONTROL, views.ROLES):
        outside = ("person", "project") if view == views.ROLES else ("person",)
        for cell in material.cells(view):
            holder, target, _ = cell[0].key
            if material.type_of(target) not in outside:
                yield [
                    _Interest(tie, holder, target, said)
                    for tie in ties(material, cell, undated=False)
                    if tie.begun_by <= material.state.as_of
                    and (said := interest_of(view, tie.key[2], tie.value)) is not None
                ]


# Entities and persons


def _entity(material: Material, entity: str, first_day: datetime.date) -> Iterator[dict[str, Any]]:
    """A statement for each name, the first on the day on which the entity is first needed, and its end."""
    person = material.type_of(entity) == "person"
    record = "person" if person else "entity"
    names = [span for span in material.ledger.cell(views.NAMES, (entity,)) if _begun(span, material)]
    current = [span for span in names if begun_by(span) <= first_day][-1:]
    following = [span for span in names if begun_by(span) > first_day]
    stated: list[tuple[datetime.date, str, Span | None]] = [
        (begun_by(span), span.value.name, span) for span in (*current, *following)
    ]
    if not current:
        stated.insert(0, (first_day, entity, None))
    end, known_as, status, day = _end(material, entity), _record_of(material, entity), "new", first_day
    life: dict[str, PartialDate] = {}
    if begin := _begin(material, entity):
        life["birthDate" if person else "foundingDate"] = begin
    for since, name, span in stated:
        day = max(day, since)
        yield _party(material, entity, (known_as, known_as, record, status, day), (name, span), life)
        status = "updated"
    if end is not None:
        life["deathDate" if person else "dissolutionDate"] = end.begin
        # Nobody states the end before it was known.
        day = max(day, begun_by(end), min(material.known_by(end.events[-1]), material.state.as_of))
        yield _party(material, entity, (known_as, known_as, record, "closed", day), (name, end), life)


def _party(
    material: Material,
    entity: str,
    about: _About,
    named: tuple[str, Span | None],
    life: Mapping[str, PartialDate],
) -> dict[str, Any]:
    """A statement about an entity or a person by a name, with the days of its life."""
    name, span = named
    details = (_person if about[2] == "person" else _organization)(material, entity, name)
    dated = {what: date for what, date in life.items() if DAWN < date.latest < FOREVER}
    details |= {what: _day_of(what, date) for what, date in dated.items()}
    pointers = {f"/recordDetails/{what}": date for what, date in dated.items() if len(details[what]) == 10}
    statement = _statement(material, about, details, span, pointers)
    if about[3] == "updated" and span is not None:
        where = "/recordDetails/names/0/fullName" if about[2] == "person" else "/recordDetails/name"
        annotations = [*statement.get("annotations", ()), called_since(where, span.begin)]
        return _identified(statement | {"annotations": annotations})
    return statement


def _record_of(material: Material, entity: str) -> str:
    """The id of the record of an entity: that of the record from which it was imported, else its own id."""
    keys = sorted(material.ledger.where(views.IDENTIFIERS, 0, entity))
    imported = [value for _, scheme, value in keys if scheme == _OURS]
    taken = imported and material.ledger.cell(views.NAMES, (imported[0],))
    return entity if not imported or taken else data_line(imported[0])


def _begun(span: Span, material: Material) -> bool:
    return begun_by(span) <= material.state.as_of


def _end(material: Material, entity: str) -> Span | None:
    """The span in which an entity is dissolved or a person is dead, if it has begun."""
    ended = [
        span
        for span in material.ledger.cell(views.STATUS, (entity,))
        if span.value.status == "dissolved" and _begun(span, material) and span.begin.latest != FOREVER
    ]
    return ended[-1] if ended else None


def _person(material: Material, entity: str, name: str) -> dict[str, Any]:
    details: dict[str, Any] = {
        "isComponent": False,
        "personType": "knownPerson",
        "names": [{"type": "legal", "fullName": data_line(name)}],
    }
    keys = sorted(material.ledger.where(views.IDENTIFIERS, 0, entity))
    identifiers = [each for key in keys if (each := paper_of(data_line(key[1]), data_line(key[2])))]
    return details | ({"identifiers": identifiers} if identifiers else {})


def _organization(material: Material, entity: str, name: str) -> dict[str, Any]:
    kind: views.EntityKind | None = material.last(views.TYPES, entity)
    details: dict[str, Any] = {
        "isComponent": False,
        "entityType": _entity_type(material.type_of(entity)),
        "name": data_line(name),
    }
    if kind is not None and kind.jurisdiction and _COUNTRY.fullmatch(kind.jurisdiction):
        details["jurisdiction"] = {"name": kind.jurisdiction, "code": kind.jurisdiction}
    identifiers = list(_identifiers(material, entity))
    if identifiers:
        details["identifiers"] = identifiers
    return details


def _entity_type(kind: str) -> dict[str, str]:
    """The type of an entity, with our word for it where that says more."""
    stated = _ENTITY_TYPES.get(kind, "legalEntity")
    if kind == "trust":
        return {"type": stated, "subtype": "trust"}
    return {"type": stated} if kind in ("company", "government") else {"type": stated, "details": kind}


def _identifiers(material: Material, entity: str) -> Iterator[dict[str, str]]:
    for key in material.ledger.where(views.IDENTIFIERS, 0, entity):
        _, scheme, value = map(data_line, key)
        if scheme != _OURS:
            register = _SCHEMES.get(scheme, scheme.upper())
            known = {"scheme": register} if scheme in _SCHEMES or register in REGISTERS else {}
            yield {"id": value, **known, "schemeName": scheme}


def _begin(material: Material, entity: str) -> PartialDate | None:
    """When an entity was founded or a person was born, if that has happened by the day."""
    for span in material.ledger.cell(views.STATUS, (entity,)):
        if span.value.status == "active" and _begun(span, material):
            return span.begin
    return None


def _day_of(name: str, date: PartialDate) -> str:
    """A day of a life as the standard has it: the last one of a partial date; of a person a month or year."""
    text = date.latest.isoformat()
    return text[: {"month": 7, "year": 4}.get(date.precision, 10)] if name in _OF_PEOPLE else text


_OF_PEOPLE = ("birthDate", "deathDate")


# Relationships


def _relationship(material: Material, interests: Iterable[_Interest]) -> Iterator[dict[str, Any]]:
    """The statements of one cell, each once: several possible values may make the same statement."""
    made: set[str] = set()
    for statement in _series(material, interests):
        if statement["statementId"] not in made:
            made.add(statement["statementId"])
            yield statement


def _series(material: Material, interests: Iterable[_Interest]) -> Iterator[dict[str, Any]]:
    """A statement ``new``, ``updated`` at each change, ``closed``; and a new series after that."""
    number, status, day = 1, "new", DAWN
    for interest in interests:
        # Windows may overlap, but the dates of a series never go backwards.
        tie, begin = interest.tie, max(day, interest.tie.begun_by)
        record, day = _record_id(tie, number), begin
        yield _tie_statement(material, interest, (record, status, begin), begin)
        status = "updated"
        over = tie.over_by
        if tie.end is not None and not tie.goes_on and over is not None and over <= material.state.as_of:
            day = max(begin, over)
            yield _tie_statement(material, interest, (record, "closed", day), begin, tie.end)
            number, status = number + 1, "new"


_INTEREST = "/recordDetails/interests/0"


def _record_id(tie: TieTold, number: int) -> str:
    return _identity([tie.view, *tie.key, str(number)])


def _tie_statement(
    material: Material,
    of: _Interest,
    about: tuple[str, str, datetime.date],
    begin: datetime.date,
    end: PartialDate | None = None,
) -> dict[str, Any]:
    record, status, day = about
    subject = _record_of(material, of.target)
    # In the standard only a person can be a beneficial owner. For a person it is unknown here.
    owner = {} if material.type_of(of.holder) == "person" else {"beneficialOwnershipOrControl": False}
    interest = of.said | owner | {"startDate": begin.isoformat()}
    stated = {f"{_INTEREST}/startDate": of.tie.begin}
    if end is not None:
        interest["endDate"] = day.isoformat()
        stated[f"{_INTEREST}/endDate"] = end
    details = {
        "isComponent": False,
        "subject": subject,
        "interestedParty": _record_of(material, of.holder),
        "interests": [interest],
    }
    return _statement(material, (record, subject, "relationship", status, day), details, of.tie.span, stated)


# Statements


def _statement(
    material: Material,
    about: _About,
    details: dict[str, Any],
    span: Span | None,
    stated: Mapping[str, PartialDate] = MappingProxyType({}),
) -> dict[str, Any]:
    record, subject, kind, status, day = about
    statement: dict[str, Any] = {
        "statementId": "",
        "statementDate": day.isoformat(),
        "declarationSubject": subject,
        "recordId": record,
        "recordType": kind,
        "recordStatus": status,
        "recordDetails": details,
        "publicationDetails": {
            "publicationDate": material.state.as_of.isoformat(),
            "bodsVersion": "0.4",
            "publisher": {"name": "Exported by Chronicle"},
        },
    }
    if span is not None:
        statement |= _source(material, span)
    if annotations := list(how_stated(stated)):
        statement["annotations"] = annotations
    return _identified(statement)


def _identified(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement with its id, which is the same in every export: made of all else that it says."""
    unsaid = ("publicationDetails", "statementId")
    said = {name: value for name, value in statement.items() if name not in unsaid}
    return {**statement, "statementId": _identity([json.dumps(said, sort_keys=True)])}


def _source(material: Material, span: Span) -> dict[str, Any]:
    for source in material.sources(span):
        stated = {"type": ["thirdParty"], "description": data_line(str(source))}
        address = {"url": source.url} if source.url and source.url.startswith(("http:", "https:")) else {}
        return {"source": stated | address}
    return {}


def _identity(parts: list[str]) -> str:
    return str(UUID(sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]))
