"""What BODS requires of one statement: types, codes, forms and lengths.

The rules are tables at the end of this file; ``faults`` compares a statement with them. A broken rule never
stops the reading: the reader decides what can still be used.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen

from chronicle.errors import shown
from chronicle.interop.bods import codes

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(:[0-9]{2}(\.[0-9]+)?)?"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_PARTIAL = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_VERSION = re.compile(r"[0-9]+\.[0-9]+")


@frozen
class BrokenRule:
    """A broken rule: where in the statement, the sort of rule, and a message."""

    path: str
    rule: str
    message: str


@frozen
class SchemaRule:
    """What a value must be. ``kinds`` are JSON types; the other fields apply where they are given."""

    kinds: tuple[str, ...]
    fields: Mapping[str, SchemaRule] = field(factory=dict)
    required: tuple[str, ...] = ()
    one_at_least: tuple[str, ...] = ()
    items: SchemaRule | None = None
    codes: tuple[str, ...] = ()
    shortest: int = 0
    longest: int = 0
    least: int | None = None
    most: int | None = None
    form: str = ""


def is_date(text: str) -> bool:
    """Whether ``text`` is a day of the calendar as YYYY-MM-DD."""
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_date_or_moment(text: str) -> bool:
    """Whether ``text`` is a day, or a day with a time."""
    found = _MOMENT.fullmatch(text)
    return is_date(found[1]) and int(found[2]) < 25 and int(found[3]) < 60 if found else is_date(text)


def faults(value: Any, rule: SchemaRule, path: str) -> Iterator[BrokenRule]:
    """Every break of ``rule`` in ``value``, which is at ``path``."""
    if not any(_is_kind(value, kind) for kind in rule.kinds):
        sort, words = ("type", _KINDS[rule.kinds[0]]) if len(rule.kinds) == 1 else ("oneOf", _EITHER)
        yield BrokenRule(path, sort, f"{path} is not {words}: {shown(value)}")
    elif isinstance(value, str):
        yield from _text_faults(value, rule, path)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            if rule.items is not None:
                yield from faults(item, rule.items, f"{path}[{number}]")
    elif isinstance(value, dict):
        yield from _object_faults(value, rule, path)
    elif not isinstance(value, bool):
        if rule.least is not None and value < rule.least:
            yield BrokenRule(path, "minimum", f"{path} is below {rule.least}: {value}")
        if rule.most is not None and value > rule.most:
            yield BrokenRule(path, "maximum", f"{path} is above {rule.most}: {value}")


def _object_faults(value: dict[str, Any], rule: SchemaRule, path: str) -> Iterator[BrokenRule]:
    for name in rule.required:
        if name not in value:
            yield BrokenRule(path, "required", f"{path} lacks {name}")
    if rule.one_at_least and not any(name in value for name in rule.one_at_least):
        yield BrokenRule(path, "anyOf", f"{path} has neither {' nor '.join(rule.one_at_least)}")
    for name, below in rule.fields.items():
        if name in value:
            yield from faults(value[name], below, f"{path}.{name}")


def _text_faults(value: str, rule: SchemaRule, path: str) -> Iterator[BrokenRule]:
    if rule.codes and value not in rule.codes:
        yield BrokenRule(path, "enum", f"{path} is none of the codes of the standard: {shown(value)}")
    if rule.shortest and len(value) < rule.shortest:
        yield BrokenRule(
            path, "minLength", f"{path} is shorter than {rule.shortest} characters: {shown(value)}"
        )
    if rule.longest and len(value) > rule.longest:
        yield BrokenRule(
            path, "maxLength", f"{path} is longer than {rule.longest} characters: {shown(value)}"
        )
    if rule.form:
        sort, right, words = _FORMS[rule.form]
        if not right(value):
            yield BrokenRule(path, sort, f"{path} is not {words}: {shown(value)}")


def _is_kind(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"text": (str,), "boolean": (bool,), "number": (int, Decimal), "list": (list,), "object": (dict,)}
)
_KINDS = {
    "text": "a text",
    "boolean": "true or false",
    "number": "a number",
    "list": "a list",
    "object": "an object",
}
_EITHER = "a record id and no object that gives a reason either"

_FORMS: Mapping[str, tuple[str, Callable[[str], object], str]] = MappingProxyType(
    {
        "date": ("format", is_date, "a day as 2020-03-04"),
        "moment": ("anyOf", is_date_or_moment, "a day as 2020-03-04, with a time or without"),
        "partial": (
            "anyOf",
            lambda text: _PARTIAL.fullmatch(text) or is_date(text),
            "a year, a month or a day",
        ),
        "uri": ("format", _ADDRESS.fullmatch, "an address (URI)"),
        "version": ("pattern", _VERSION.fullmatch, "a version as 0.4"),
    }
)

# The tables

_TEXT: Final = SchemaRule(("text",))
_BOOLEAN: Final = SchemaRule(("boolean",))
_DAY: Final = SchemaRule(("text",), form="date")
_MOMENT_RULE: Final = SchemaRule(("text",), form="moment")
_PARTIAL_DAY: Final = SchemaRule(("text",), form="partial")
_URI: Final = SchemaRule(("text",), form="uri")
_PERCENT: Final = SchemaRule(("number",), least=0, most=100)


def _code(values: tuple[str, ...]) -> SchemaRule:
    return SchemaRule(("text",), codes=values)


def _list(items: SchemaRule) -> SchemaRule:
    return SchemaRule(("list",), items=items)


def _object(
    fields: Mapping[str, SchemaRule], *required: str, one_at_least: tuple[str, ...] = ()
) -> SchemaRule:
    return SchemaRule(("object",), fields=fields, required=required, one_at_least=one_at_least)


_COUNTRY = _object({"name": _TEXT, "code": SchemaRule(("text",), shortest=2, longest=2)}, "name")
_AREA_CODE = SchemaRule(("text",), shortest=2, longest=6)
# A jurisdiction may be a country or a subdivision, so its code has 2 to 6 characters.
_JURISDICTION = _object({"name": _TEXT, "code": _AREA_CODE}, "name")
_AGENT = _object({"name": _TEXT, "uri": _URI})
_UNSPECIFIED = _object({"reason": _code(codes.UNSPECIFIED), "description": _TEXT}, "reason")
_IDENTIFIER = _object(
    {"id": _TEXT, "scheme": _TEXT, "schemeName": _TEXT, "uri": _URI}, one_at_least=("scheme", "schemeName")
)
_SOURCE = _object(
    {
        "type": _list(_code(codes.SOURCE_TYPES)),
        "description": _TEXT,
        "url": _URI,
        "retrievedAt": _MOMENT_RULE,
        "assertedBy": _list(_AGENT),
    }
)


def _address(types: tuple[str, ...]) -> SchemaRule:
    return _object({"type": _code(types), "address": _TEXT, "postCode": _TEXT, "country": _COUNTRY})


_ANNOTATION = _object(
    {
        "statementPointerTarget": _TEXT,
        "creationDate": _MOMENT_RULE,
        "createdBy": _AGENT,
        "motivation": _code(codes.MOTIVATIONS),
        "description": _TEXT,
        "transformedContent": _TEXT,
        "url": _URI,
    },
    "statementPointerTarget",
    "motivation",
)
_PUBLICATION = _object(
    {
        "publicationDate": _MOMENT_RULE,
        "bodsVersion": SchemaRule(("text",), form="version"),
        "license": _URI,
        "publisher": _object({"name": _TEXT, "url": _URI}, one_at_least=("name", "url")),
    },
    "publicationDate",
    "bodsVersion",
    "publisher",
)
_LISTING = _object(
    {
        "marketIdentifierCode": _TEXT,
        "operatingMarketIdentifierCode": _TEXT,
        "stockExchangeJurisdiction": _AREA_CODE,
        "stockExchangeName": _TEXT,
        "security": _object(
            {"idScheme": _code(codes.SECURITY_SCHEMES), "id": _TEXT, "ticker": _TEXT}, "ticker"
        ),
    },
    "stockExchangeJurisdiction",
    "security",
    "stockExchangeName",
)
_ENTITY = _object(
    {
        "isComponent": _BOOLEAN,
        "entityType": _object(
            {"type": _code(codes.ENTITY_TYPES), "subtype": _code(tuple(codes.SUBTYPES)), "details": _TEXT},
            "type",
        ),
        "unspecifiedEntityDetails": _UNSPECIFIED,
        "name": _TEXT,
        "alternateNames": _list(_TEXT),
        "jurisdiction": _JURISDICTION,
        "identifiers": _list(_IDENTIFIER),
        "foundingDate": _DAY,
        "dissolutionDate": _DAY,
        "addresses": _list(_address(codes.ENTITY_ADDRESSES)),
        "uri": _URI,
        "publicListing": _object(
            {
                "hasPublicListing": _BOOLEAN,
                "companyFilingsURLs": _list(_URI),
                "securitiesListings": _list(_LISTING),
            },
            "hasPublicListing",
        ),
        "formedByStatute": _object({"name": _TEXT, "date": _DAY}),
    },
    "isComponent",
    "entityType",
)
_PERSON = _object(
    {
        "isComponent": _BOOLEAN,
        "personType": _code(codes.PERSON_TYPES),
        "unspecifiedPersonDetails": _UNSPECIFIED,
        "names": _list(
            _object(
                {
                    "type": _code(codes.NAME_TYPES),
                    "fullName": _TEXT,
                    "familyName": _TEXT,
                    "givenName": _TEXT,
                    "patronymicName": _TEXT,
                },
                "fullName",
            )
        ),
        "identifiers": _list(_IDENTIFIER),
        "nationalities": _list(_COUNTRY),
        "placeOfBirth": _address(()),
        "birthDate": _PARTIAL_DAY,
        "deathDate": _PARTIAL_DAY,
        "taxResidencies": _list(_COUNTRY),
        "addresses": _list(_address(codes.PERSON_ADDRESSES)),
        "politicalExposure": _object(
            {
                "status": _code(codes.PEP_STATUSES),
                "details": _list(
                    _object(
                        {
                            "reason": _TEXT,
                            "missingInfoReason": _TEXT,
                            "jurisdiction": _JURISDICTION,
                            "startDate": _DAY,
                            "endDate": _DAY,
                            "source": _SOURCE,
                        }
                    )
                ),
            },
            "status",
        ),
    },
    "isComponent",
    "personType",
)
_PARTY = SchemaRule(("text", "object"), fields=_UNSPECIFIED.fields, required=("reason",))
_RELATIONSHIP = _object(
    {
        "isComponent": _BOOLEAN,
        "componentRecords": _list(_TEXT),
        "subject": _PARTY,
        "interestedParty": _PARTY,
        "interests": _list(
            _object(
                {
                    "type": _code(codes.INTERESTS),
                    "directOrIndirect": _code(codes.DIRECTNESS),
                    "beneficialOwnershipOrControl": _BOOLEAN,
                    "details": _TEXT,
                    "share": _object(
                        {
                            "exact": _PERCENT,
                            "minimum": _PERCENT,
                            "exclusiveMinimum": _PERCENT,
                            "maximum": _PERCENT,
                            "exclusiveMaximum": _PERCENT,
                        }
                    ),
                    "startDate": _DAY,
                    "endDate": _DAY,
                }
            )
        ),
    },
    "isComponent",
    "subject",
    "interestedParty",
)

DETAILS: Final[Mapping[str, SchemaRule]] = MappingProxyType(
    {"entity": _ENTITY, "person": _PERSON, "relationship": _RELATIONSHIP}
)
"""What the details of each type of record must be."""

STATEMENT: Final = _object(
    {
        "statementId": SchemaRule(("text",), shortest=32, longest=64),
        "statementDate": _MOMENT_RULE,
        "annotations": _list(_ANNOTATION),
        "publicationDetails": _PUBLICATION,
        "source": _SOURCE,
        "declaration": _TEXT,
        "declarationSubject": _TEXT,
        "recordId": _TEXT,
        "recordType": _code(codes.RECORD_TYPES),
        "recordStatus": _code(codes.RECORD_STATUSES),
        "recordDetails": SchemaRule(("object",)),
    },
    "statementId",
    "statementDate",
    "declarationSubject",
    "recordId",
    "recordType",
    "recordDetails",
)
"""What every statement must be, except its details."""
