"""What BODS requires beyond types and codes: a statement agrees with itself, and with others of its file.

``doubts_within`` checks one statement. ``Together`` gets all statements in turn, and remembers a line about
each record.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from attrs import define, field

from chronicle.errors import shown
from chronicle.interop.bods import codes
from chronicle.interop.bods.papers import PERSONAL
from chronicle.interop.bods.rules import is_date, is_date_or_moment

_OLDEST = 120  # years; a longer life is doubtful
_EARLIEST = 1800  # a year of birth before this is doubtful

Statement = Mapping[str, Any]


def listed(value: Any) -> list[Any]:
    """A list, empty where something else stands."""
    return value if isinstance(value, list) else []


def mapped(value: Any) -> Mapping[str, Any]:
    """A mapping, empty where something else stands."""
    return value if isinstance(value, dict) else {}


def doubts_within(statement: Statement, today: datetime.date) -> Iterator[str]:
    """The doubts about one statement that keeps the rules of types and codes."""
    details = mapped(statement.get("recordDetails"))
    yield from _future_days(statement, today)
    yield from _annotations(statement)
    for check in _CHECKS.get(str(statement.get("recordType")), ()):
        yield from check(statement, details, today)


def _future_days(statement: Statement, today: datetime.date) -> Iterator[str]:
    publication = mapped(statement.get("publicationDetails"))
    found = [
        ("statementDate", statement.get("statementDate")),
        ("publicationDetails.publicationDate", publication.get("publicationDate")),
        ("source.retrievedAt", mapped(statement.get("source")).get("retrievedAt")),
    ]
    for number, annotation in enumerate(listed(statement.get("annotations"))):
        found.append((f"annotations[{number}].creationDate", mapped(annotation).get("creationDate")))
    for path, value in found:
        if isinstance(value, str) and is_date_or_moment(value) and value[:10] > today.isoformat():
            yield f"{path} lies in the future: {shown(value)}"


def _annotations(statement: Statement) -> Iterator[str]:
    for number, annotation in enumerate(listed(statement.get("annotations"))):
        path, note = f"annotations[{number}]", mapped(annotation)
        target, motivation = note.get("statementPointerTarget"), note.get("motivation")
        if isinstance(target, str) and target not in ("", "/") and not _points(statement, target):
            yield f"{path}.statementPointerTarget points at nothing in the statement: {shown(target)}"
        if motivation == "linking" and "url" not in note:
            yield f"{path} lacks url, which an annotation that links must have"
        if "transformedContent" in note and motivation != "transformation":
            yield f"{path}.transformedContent must be left out unless the motivation is transformation"


def _points(statement: Any, pointer: str) -> bool:
    """Whether a JSON pointer finds something in the statement or, as before 0.4, in its details."""
    if not pointer.startswith("/"):
        return False
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]
    return any(_leads(start, steps) for start in (statement, mapped(statement.get("recordDetails"))))


def _leads(value: Any, steps: list[str]) -> bool:
    for step in steps:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step[:9]) < len(value):
            value = value[int(step)]
        else:
            return False
    return True


def _entity(_: Statement, details: Statement, __: datetime.date) -> Iterator[str]:
    kind = mapped(details.get("entityType"))
    subtype, allowed = kind.get("subtype"), codes.SUBTYPES.get(str(kind.get("subtype")), codes.ENTITY_TYPES)
    if isinstance(subtype, str) and kind.get("type") not in allowed:
        yield (
            f"recordDetails.entityType.subtype {shown(subtype)} is none of a {shown(kind.get('type'))}, "
            f"only of {' or '.join(allowed)}"
        )
    founded: Any = details.get("foundingDate")
    dissolved: Any = details.get("dissolutionDate")
    if _is_day(founded) and _is_day(dissolved) and dissolved < founded:
        yield f"recordDetails.dissolutionDate lies before foundingDate: {dissolved}, {founded}"
    listing = mapped(details.get("publicListing"))
    if listing.get("hasPublicListing") is False and listed(listing.get("securitiesListings")):
        yield "recordDetails.publicListing has securitiesListings although hasPublicListing is false"
    for number, each in enumerate(listed(listing.get("securitiesListings"))):
        if "marketIdentifierCode" in mapped(each) and "operatingMarketIdentifierCode" not in each:
            path = f"recordDetails.publicListing.securitiesListings[{number}]"
            yield f"{path} has a marketIdentifierCode and no operatingMarketIdentifierCode"
    for number, identifier in enumerate(listed(details.get("identifiers"))):
        scheme = mapped(identifier).get("scheme")
        if isinstance(scheme, str) and scheme not in codes.REGISTERS:
            path = f"recordDetails.identifiers[{number}].scheme"
            yield f"{path} is no register that is known here: {shown(scheme)}"


def _person(statement: Statement, details: Statement, today: datetime.date) -> Iterator[str]:
    # Some publishers put the identifiers beside the details: the same rules apply to them.
    for where in (details, statement):
        found = where.get("identifiers")
        for number, identifier in enumerate([found] if isinstance(found, dict) else listed(found)):
            scheme = mapped(identifier).get("scheme")
            parts = PERSONAL.fullmatch(scheme) if isinstance(scheme, str) else None
            if isinstance(scheme, str) and (parts is None or parts[1] not in codes.COUNTRIES):
                yield (
                    f"identifiers[{number}].scheme of a person is no country code with -PASSPORT, -TAXID or "
                    f"-IDCARD: {shown(scheme)}"
                )
    born, died = details.get("birthDate"), details.get("deathDate")
    for name, value in (("birthDate", born), ("deathDate", died)):
        if isinstance(value, str) and value[:4].isdecimal():
            if value > today.isoformat():
                yield f"recordDetails.{name} lies in the future: {shown(value)}"
            elif int(value[:4]) < _EARLIEST:
                yield f"recordDetails.{name} lies too far back: {shown(value)}"
    if isinstance(born, str) and isinstance(died, str) and born[:4].isdecimal() and died[:4].isdecimal():
        shorter = min(len(born), len(died))
        if died[:shorter] < born[:shorter]:
            yield f"recordDetails.deathDate lies before birthDate: {shown(died)}, {shown(born)}"
        elif int(died[:4]) - int(born[:4]) > _OLDEST:
            yield f"recordDetails.deathDate lies more than {_OLDEST} years after birthDate: {shown(died)}"


def _relationship(_: Statement, details: Statement, __: datetime.date) -> Iterator[str]:
    if details.get("isComponent") is True and listed(details.get("componentRecords")):
        yield "recordDetails.componentRecords must be left out of what is a component itself"
    for number, interest in enumerate(listed(details.get("interests"))):
        path = f"recordDetails.interests[{number}]"
        start: Any = mapped(interest).get("startDate")
        end: Any = mapped(interest).get("endDate")
        if _is_day(start) and _is_day(end) and end < start:
            yield f"{path}.endDate lies before startDate: {end}, {start}"
        yield from _share(mapped(mapped(interest).get("share")), f"{path}.share")


def _share(share: Mapping[str, Any], path: str) -> Iterator[str]:
    if "exact" in share and len(share.keys() & _ENDS) > 0:
        yield f"{path} is exact and has {' and '.join(sorted(share.keys() & _ENDS))} as well"
    for end in ("minimum", "maximum"):
        exclusive = f"exclusive{end.capitalize()}"
        if end in share and exclusive in share:
            yield f"{path} has both {end} and {exclusive}"
    low: Any = share.get("minimum", share.get("exclusiveMinimum"))
    high: Any = share.get("maximum", share.get("exclusiveMaximum"))
    if not isinstance(low, (int, Decimal)) or not isinstance(high, (int, Decimal)):
        return
    is_open = "exclusiveMinimum" in share or "exclusiveMaximum" in share
    if low > high or (low == high and is_open):
        yield f"{path} leaves no value between {low} and {high}"


_ENDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_CHECKS = {"entity": (_entity,), "person": (_person,), "relationship": (_relationship,)}


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and is_date(value)


@define
class _RecordSeries:
    """What is remembered of a record: its type and subtype, and the status and date of its last statement."""

    type: str
    subtype: str
    status: str | None
    date: str


class StatementDoubt(NamedTuple):
    """A doubt about statements of a file.

    ``record`` is one that this file does not describe in time, which another file may do: then there is none.
    """

    message: str
    record: str | None = None


@define
class Together:
    """All statements of a file in turn. It remembers their ids, and one line about each record."""

    _statements: set[str] = field(factory=set)
    _records: dict[str, _RecordSeries] = field(factory=dict)
    _components: dict[str, int] = field(factory=dict)  # components that no relationship has named yet
    _subjects: dict[str, int] = field(factory=dict)  # declared subjects that were not described yet

    def is_repeated(self, statement: Statement) -> bool:
        """Whether an earlier statement has this id. Remembers the id."""
        identifier = statement["statementId"]
        repeated = identifier in self._statements
        self._statements.add(identifier)
        return repeated

    def doubts(self, statement: Statement, line: int) -> Iterator[StatementDoubt]:
        """What does not fit the earlier statements. Remembers this one."""
        record, record_type = statement["recordId"], statement["recordType"]
        details = statement["recordDetails"]
        if not record:
            yield StatementDoubt("recordId is empty")
        yield from self._series(statement)
        if record_type == "relationship":
            yield from self._parties(details)
            yield from self._named_components(details, record)
        if details.get("isComponent") is True:
            self._components[record] = line
        subject = statement.get("declarationSubject")
        if isinstance(subject, str):
            self._subjects.setdefault(subject, line)

    def doubts_at_the_end(self) -> Iterator[tuple[int, StatementDoubt]]:
        """What is still open after the last statement: the line of a statement, and the doubt."""
        for record, line in self._components.items():
            yield (
                line,
                StatementDoubt(
                    f"component is in no componentRecords of a later relationship: {shown(record)}"
                ),
            )
        for subject, line in self._subjects.items():
            described = self._records.get(subject)
            if described is None:
                message = f"declarationSubject is described by no statement: {shown(subject)}"
                yield line, StatementDoubt(message, subject)
            elif described.type == "relationship":
                yield line, StatementDoubt(f"declarationSubject is a relationship: {shown(subject)}")

    def _series(self, statement: Statement) -> Iterator[StatementDoubt]:
        record, status = statement["recordId"], statement.get("recordStatus")
        date, record_type = statement["statementDate"][:10], statement["recordType"]
        before = self._records.get(record)
        if before is None:
            if status in ("updated", "closed"):
                yield StatementDoubt(f'record is {status} before it was "new": {shown(record)}', record)
        else:
            if before.type != record_type:
                yield StatementDoubt(
                    f"record changed its type from {before.type} to {record_type}: {shown(record)}"
                )
            if before.status == "closed":
                yield StatementDoubt(f"record goes on after it was closed: {shown(record)}")
            elif status == "new":
                yield StatementDoubt(f'record is "new" for a second time: {shown(record)}')
            if date < before.date:
                yield StatementDoubt(
                    f"statementDate lies before that of the statement before: {date}, {before.date}"
                )
        kind = mapped(mapped(statement["recordDetails"]).get("entityType"))
        self._records[record] = _RecordSeries(record_type, str(kind.get("subtype", "")), status, date)

    def _parties(self, details: Statement) -> Iterator[StatementDoubt]:
        subject, party = details.get("subject"), details.get("interestedParty")
        yield from self._refers("subject", subject, ("entity",))
        yield from self._refers("interestedParty", party, ("entity", "person"))
        owned = self._records.get(subject) if isinstance(subject, str) else None
        owner = self._records.get(party) if isinstance(party, str) else None
        for number, interest in enumerate(listed(details.get("interests"))):
            kind, path = mapped(interest).get("type"), f"recordDetails.interests[{number}]"
            if owned and kind in codes.OF_TRUSTS and owned.subtype != "trust":
                yield StatementDoubt(
                    f"{path}.type is one of trusts, and the subject is no trust: {shown(kind)}"
                )
            if owned and kind in codes.OF_NOMINATIONS and owned.subtype != "nomination":
                yield StatementDoubt(
                    f"{path}.type is one of nominations, and the subject is none: {shown(kind)}"
                )
            beneficial = mapped(interest).get("beneficialOwnershipOrControl")
            if owner and beneficial is True and owner.type != "person":
                message = "beneficialOwnershipOrControl is true, and the interested party is no person"
                yield StatementDoubt(f"{path}.{message}")

    def _refers(self, name: str, record: Any, types: tuple[str, ...]) -> Iterator[StatementDoubt]:
        if not isinstance(record, str):
            return
        found = self._records.get(record)
        if found is None:
            message = f"recordDetails.{name} is described by no statement before this one: {shown(record)}"
            yield StatementDoubt(message, record)
        elif found.type not in types:
            yield StatementDoubt(
                f"recordDetails.{name} is a {found.type}, not {' or '.join(types)}: {shown(record)}"
            )

    def _named_components(self, details: Statement, record: str) -> Iterator[StatementDoubt]:
        for component in listed(details.get("componentRecords")):
            if isinstance(component, str) and component != record:
                if component not in self._records:
                    has = "recordDetails.componentRecords has one that no statement before this one describes"
                    yield StatementDoubt(f"{has}: {shown(component)}", component)
                self._components.pop(component, None)
