"""Export to BODS 0.4: who has what in whom, as series of statements.

A record is an entity, a person, or one right of a holder in a target. It begins with a statement ``new``, has
one ``updated`` for each change, and ends with ``closed``. A stake that was given up and acquired again is a
second record, as the standard requires. What happens after the day of the export is left out. The standard
has full days only: a partial date counts from its last day, and an annotation says how it was stated.
Business units, roles and memberships are not part of the standard.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from chronicle.dates import DAWN, PartialDate
from chronicle.engine import views
from chronicle.engine.replay import Span
from chronicle.interop.bods.codes import REGISTERS
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import json_text, line, number_text
from chronicle.values import NOTHING, WHOLE, Share

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

_INTERESTS: Final = MappingProxyType(
    {
        "equity": "shareholding",
        "votes": "votingRights",
        "board": "appointmentOfBoard",
        "profit": "rightsToProfitOrIncome",
    }
)
"""The type of interest for each right."""

_OURS = "bods"
"""The scheme of identifiers that are the ids of imported records of this standard."""

_SCHEMES: Final = MappingProxyType({"lei": "XI-LEI"})
"""Schemes that have another name in org-id.guide."""

_PLACES = 12  # decimals; readers of JSON keep about 15 digits

_COUNTRY = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")


@frozen
class _Interest:
    """A span between a holder and a target, and the type of interest that it is."""

    span: Span
    holder: str
    target: str
    kind: str


def spans(material: Material) -> Iterator[bytes]:
    """One JSON array, a statement a line: entities and persons first, then relationships."""
    opening = b"[\n"
    for statement in _statements(material):
        yield opening + json_text(statement).encode("utf-8", "replace")
        opening = b",\n"
    yield b"[]\n" if opening == b"[\n" else b"\n]\n"


def _statements(material: Material) -> Iterator[dict[str, Any]]:
    series = [cell for cell in _ties(material) if cell]
    first_days: dict[str, datetime.date] = {}
    for cell in series:
        for entity in (cell[0].holder, cell[0].target):
            day = cell[0].span.certain_from
            first_days[entity] = min(day, first_days.get(entity, day))
    for entity in sorted(first_days):
        yield from _entity(material, entity, first_days[entity])
    for cell in series:
        yield from _relationship(material, cell)


def _ties(material: Material) -> Iterator[list[_Interest]]:
    """Holdings and control up to the day, cell by cell, except those whose target is a person."""
    for view in (views.HOLDINGS, views.CONTROL):
        for cell in material.cells(view):
            holder, target, right = cell[0].key
            kind = "otherInfluenceOrControl" if view == views.CONTROL else _INTERESTS[right]
            if material.type_of(target) != "person":
                yield [
                    _Interest(span, holder, target, kind)
                    for span in cell
                    if span.certain_from <= material.state.as_of
                ]


# Entities and persons


def _entity(material: Material, entity: str, first_day: datetime.date) -> Iterator[dict[str, Any]]:
    """A statement for each name, the first on the day on which the entity is first needed."""
    person = material.type_of(entity) == "person"
    record = "person" if person else "entity"
    details = _person if person else _organization
    names = [span for span in material.ledger.cell(views.NAMES, (entity,)) if _begun(span, material)]
    current = [span for span in names if span.certain_from <= first_day][-1:]
    following = [span for span in names if span.certain_from > first_day]
    known_as = _record_of(material, entity)
    status, day = "new", first_day
    if not current:
        said = details(material, entity, entity)
        yield _statement(material, (known_as, known_as, record, status, first_day), said, None)
        status = "updated"
    for span in (*current, *following):
        day = max(day, span.certain_from)
        said = details(material, entity, span.value.name)
        yield _statement(material, (known_as, known_as, record, status, day), said, span)
        status = "updated"


def _record_of(material: Material, entity: str) -> str:
    """The id of the record of an entity: that of the record from which it was imported, else its own id."""
    keys = sorted(material.ledger.where(views.IDENTIFIERS, 0, entity))
    imported = [value for _, scheme, value in keys if scheme == _OURS]
    taken = imported and material.ledger.cell(views.NAMES, (imported[0],))
    return entity if not imported or taken else line(imported[0])


def _begun(span: Span, material: Material) -> bool:
    return span.certain_from <= material.state.as_of


def _person(_: Material, __: str, name: str) -> dict[str, Any]:
    return {
        "isComponent": False,
        "personType": "knownPerson",
        "names": [{"type": "legal", "fullName": line(name)}],
    }


def _organization(material: Material, entity: str, name: str) -> dict[str, Any]:
    kind: views.EntityKind | None = material.last(views.TYPES, entity)
    details: dict[str, Any] = {
        "isComponent": False,
        "entityType": {"type": _ENTITY_TYPES.get(material.type_of(entity), "legalEntity")},
        "name": line(name),
    }
    if kind is not None and kind.jurisdiction and _COUNTRY.fullmatch(kind.jurisdiction):
        details["jurisdiction"] = {"name": kind.jurisdiction, "code": kind.jurisdiction}
    identifiers = list(_identifiers(material, entity))
    if identifiers:
        details["identifiers"] = identifiers
    return details | _life(material, entity)


def _identifiers(material: Material, entity: str) -> Iterator[dict[str, str]]:
    for key in material.ledger.where(views.IDENTIFIERS, 0, entity):
        _, scheme, value = map(line, key)
        if scheme != _OURS:
            register = _SCHEMES.get(scheme, scheme.upper())
            known = {"scheme": register} if scheme in _SCHEMES or register in REGISTERS else {}
            yield {"id": value, **known, "schemeName": scheme}


def _life(material: Material, entity: str) -> dict[str, str]:
    """The days of founding and dissolution, where they are exact."""
    found: dict[str, str] = {}
    for span in material.ledger.cell(views.STATUS, (entity,)):
        exact = span.begin.precision == "day" and span.begin.earliest != DAWN and _begun(span, material)
        if exact and span.value.status == "active":
            found.setdefault("foundingDate", span.begin.earliest.isoformat())
        if exact and span.value.status == "dissolved":
            found["dissolutionDate"] = span.begin.earliest.isoformat()
    return found


# Relationships


def _relationship(material: Material, ties: Iterable[_Interest]) -> Iterator[dict[str, Any]]:
    """The statements of one cell, each once: several possible values may make the same statement."""
    made: set[str] = set()
    for statement in _series(material, ties):
        if statement["statementId"] not in made:
            made.add(statement["statementId"])
            yield statement


def _series(material: Material, ties: Iterable[_Interest]) -> Iterator[dict[str, Any]]:
    """A statement ``new``, ``updated`` at each change, ``closed``; and a new series after that."""
    number, status, day = 1, "new", DAWN
    following: _Interest | None
    for tie, following in pairwise((*ties, None)):
        assert tie is not None
        # Windows may overlap, but the dates of a series never go backwards.
        span, begin = tie.span, max(day, tie.span.certain_from)
        record, day = _record_id(span, number), begin
        yield _tie_statement(material, tie, (record, status, begin), begin)
        status = "updated"
        over = span.possible_until
        goes_on = following is not None and following.span.begin == span.end and not span.ends_in_nothing
        if span.end is not None and not goes_on and over is not None and over <= material.state.as_of:
            day = max(begin, over)
            yield _tie_statement(material, tie, (record, "closed", day), begin, span.end)
            number, status = number + 1, "new"


def _record_id(span: Span, number: int) -> str:
    return _identity([span.view, *span.key, str(number)])


def _tie_statement(
    material: Material,
    tie: _Interest,
    about: tuple[str, str, datetime.date],
    begin: datetime.date,
    end: PartialDate | None = None,
) -> dict[str, Any]:
    record, status, day = about
    subject = _record_of(material, tie.target)
    interest: dict[str, Any] = {"type": tie.kind, "directOrIndirect": "direct"}
    if material.type_of(tie.holder) != "person":
        # In the standard only a person can be a beneficial owner. For a person it is unknown here.
        interest["beneficialOwnershipOrControl"] = False
    interest |= _what(tie.span) | {"startDate": begin.isoformat()}
    if end is not None:
        interest["endDate"] = day.isoformat()
    details = {
        "isComponent": False,
        "subject": subject,
        "interestedParty": _record_of(material, tie.holder),
        "interests": [interest],
    }
    return _statement(material, (record, subject, "relationship", status, day), details, tie.span, end)


def _what(span: Span) -> dict[str, Any]:
    if span.view == views.CONTROL:
        return {"details": line(span.key[2])}
    share: Share = span.value.share
    numbers = _share(share)
    said = [] if numbers and not share.approximate and "/" not in share.canonical() else [str(share)]
    said += [] if span.value.basis == "reported" else [span.value.basis]
    return ({"share": numbers} if numbers else {}) | ({"details": line(", ".join(said))} if said else {})


def _share(share: Share) -> dict[str, float]:
    """A share in percent; empty for what the standard cannot have: the unknown, and more than the whole."""
    low, high = share.minimum, share.maximum
    if low is None or high is None or low < NOTHING or high > WHOLE:
        return {}
    if low == high:
        return {"exact": _percent(low)}
    return {
        "exclusiveMinimum" if share.minimum_open else "minimum": _percent(low),
        "exclusiveMaximum" if share.maximum_open else "maximum": _percent(high),
    }


def _percent(value: Fraction) -> float:
    percent = float(number_text(value * 100, _PLACES))
    return int(percent) if percent.is_integer() else percent


# Statements


def _statement(
    material: Material,
    about: tuple[str, str, str, str, datetime.date],
    details: dict[str, Any],
    span: Span | None,
    end: PartialDate | None = None,
) -> dict[str, Any]:
    record, subject, kind, status, day = about
    statement: dict[str, Any] = {
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
        statement |= _source(material, span) | _annotations(kind, span, end)
    # A statement has the same id in every export.
    said = {name: value for name, value in statement.items() if name != "publicationDetails"}
    return {"statementId": _identity([json.dumps(said, sort_keys=True)]), **statement}


def _source(material: Material, span: Span) -> dict[str, Any]:
    for source in material.sources(span):
        stated = {"type": ["thirdParty"], "description": line(str(source))}
        address = {"url": source.url} if source.url and source.url.startswith(("http:", "https:")) else {}
        return {"source": stated | address}
    return {}


def _annotations(kind: str, span: Span, end: PartialDate | None) -> dict[str, Any]:
    """How a date was stated that is not a full day."""
    stated = end or span.begin
    if kind != "relationship" or (stated.precision == "day" and not stated.approximate):
        return {}
    target = "endDate" if end else "startDate"
    return {
        "annotations": [
            {
                "statementPointerTarget": f"/recordDetails/interests/0/{target}",
                "motivation": "commenting",
                "description": f"stated as {stated}; the last day of it stands here",
            }
        ]
    }


def _identity(parts: list[str]) -> str:
    return str(UUID(sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]))
