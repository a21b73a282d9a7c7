"""The Beneficial Ownership Data Standard, 0.1 to 0.4, as JSON (one list) or JSON Lines.

Every statement is compared with the rules of the standard; one that breaks a rule is reported and, where
possible, imported all the same. A few values of each record are remembered, so that a later statement makes
events only of what changed, a confirmation makes none, and a correction makes a ``record.corrected``.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, BinaryIO

from attrs import define, field

from chronicle.errors import Place, Problem, shown
from chronicle.events import Event
from chronicle.interop.bods.checks import Statement, Together, doubts_within, listed, mapped
from chronicle.interop.bods.interests import Tie, placeholder_id, tie_facts, unspecified
from chronicle.interop.bods.parties import Facts, Party, entity_id, event_id, party_facts, record_id
from chronicle.interop.bods.rules import DETAILS, STATEMENT, BrokenRule, faults, is_date_or_moment
from chronicle.interop.bods.versions import Records, is_older
from chronicle.interop.incoming import Incoming
from chronicle.interop.registers import ArrayItem, json_items, made, tidy

# A statement is refused when one of these is missing or wrong: no event can be made without it.
_ESSENTIAL = ("statementId", "recordId", "recordType", "recordDetails", "statementDate")
_ESSENTIAL_ENDS = ("subject", "interestedParty")

_Made = tuple[str, dict[str, Any]]  # the id of an event that was made, and its plain fields


def read(
    stream: BinaryIO,
    name: str,
    *,
    today: datetime.date | None = None,
    entities: Mapping[str, str] | None = None,
) -> Iterator[Incoming]:
    """The events and problems of a file of statements, in the order of the file.

    A date after ``today`` is doubtful. ``entities`` maps the ids of records that other files describe to the
    ids of their entities. A bad statement is a problem, never an exception.
    """
    reader = _StatementReader(name, today or datetime.date.today(), dict(entities or {}))
    for item in json_items(stream, name):
        if isinstance(item, Problem):
            yield item
        else:
            yield from reader.take(item)
    for line, message in reader.together.doubts_at_the_end():
        yield Problem("C722", message, Place(file=name, line=line))


@define
class _Series:
    """The last statement of a record: what it made, and what was known before it and after it."""

    date: str
    before: Party | Tie | None
    after: Party | Tie
    made: bytes  # by slot, as JSON: there is one of these for every record of the file


@define
class _StatementReader:
    name: str
    today: datetime.date
    entities: dict[str, str]
    together: Together = field(factory=Together)
    _older: Records = field(factory=Records)
    _series: dict[str, _Series] = field(factory=dict)

    def take(self, item: ArrayItem) -> Iterator[Incoming]:
        """The events of one statement, and its problems."""
        place = item.place(self.name)
        value = item.value
        if isinstance(value, dict) and is_older(value):
            value = self._older.modern(value)
        fatal = False
        for fault in _faults(value):
            refused = _is_essential(fault)
            fatal = fatal or refused
            yield Problem("C720" if refused else "C721", fault.message, place)
        if fatal:
            return
        if self.together.is_repeated(value):
            message = f"statementId was used before: {shown(value['statementId'])}"
            yield Problem("C722", f"{message}; this statement was left out", place)
            return
        for doubt in (*doubts_within(value, self.today), *self.together.doubts(value, item.line)):
            yield Problem("C722", doubt, place)
        yield from self._events(value, place)

    def _events(self, statement: Statement, place: Place) -> Iterator[Incoming]:
        record = statement["recordId"]
        date = statement["statementDate"][:10]
        last = self._series.get(record)
        corrects = last is not None and last.date == date
        before = None if last is None else last.before if corrects else last.after
        old: dict[str, _Made] = json.loads(last.made) if corrects and last is not None else {}

        def named(slot: str) -> str:
            """The id of the event in a slot: that with which it was first made, where it is corrected."""
            return old[slot][0] if slot in old else event_id(statement, slot)

        facts, after = self._facts(statement, before, named)
        reasons = _reasons(statement)
        for reason in reasons:
            yield Problem("C723", f"party is not named: {reason}", place)
        known = _day(mapped(statement.get("publicationDetails")).get("publicationDate")) if corrects else date
        envelope = {"known": known or date, "sources": [_source(statement)]}
        entries = {slot: (event_id(statement, slot), plain) for slot, plain in facts.items()}
        if corrects:
            entries = yield from _corrections(statement, old, entries, envelope, place)
        else:
            yield from (_event(place, entry, envelope) for entry in entries.values())
        self._series[record] = _Series(date, before, after, json.dumps(entries).encode())

    def _facts(
        self, statement: Statement, before: Party | Tie | None, named: Callable[[str], str]
    ) -> tuple[Facts, Party | Tie]:
        record = statement["recordId"]
        if statement["recordType"] == "relationship":
            details = mapped(statement["recordDetails"])
            holder = self._party(statement, "interestedParty", details.get("interestedParty"))
            target = self._party(statement, "subject", details.get("subject"))
            return tie_facts(statement, holder, target, before if isinstance(before, Tie) else None, named)
        entity = self.entities.setdefault(record, entity_id(statement))
        return party_facts(statement, entity, before if isinstance(before, Party) else None, named)

    def _party(self, statement: Statement, end: str, party: Any) -> str:
        if isinstance(party, str):
            return self.entities.get(party) or record_id(party)
        return placeholder_id(statement, end)


def _faults(value: Any) -> Iterator[BrokenRule]:
    if not isinstance(value, dict):
        yield BrokenRule("", "type", f"statement is not an object: {shown(value)}")
        return
    for fault in faults(value, STATEMENT, "statement"):
        yield BrokenRule(fault.path, fault.rule, fault.message.replace("statement.", "", 1))
    rule = DETAILS.get(str(value.get("recordType")))
    if rule is not None and isinstance(value.get("recordDetails"), dict):
        yield from faults(value["recordDetails"], rule, "recordDetails")


def _is_essential(fault: BrokenRule) -> bool:
    """Whether a statement with this fault is refused. An id of a wrong length can still be used."""
    if fault.rule in ("minLength", "maxLength"):
        return False
    if fault.rule == "required":
        missing = fault.message.rpartition(" ")[2]
        wanted = _ESSENTIAL if fault.path == "statement" else _ESSENTIAL_ENDS
        return fault.path in ("statement", "recordDetails") and missing in wanted
    if fault.path in ("recordDetails.subject", "recordDetails.interestedParty"):
        return fault.rule == "oneOf"
    return fault.path in ("", *(f"statement.{name}" for name in _ESSENTIAL))


def _corrections(
    statement: Statement,
    old: Mapping[str, _Made],
    new: Mapping[str, _Made],
    envelope: Mapping[str, Any],
    place: Place,
) -> Generator[Incoming, None, dict[str, _Made]]:
    """The corrections of what the statement before made, when this one has the same date.

    Returns the events that stand now, by slot, under the ids with which they were first made.
    """
    annotations = [mapped(each) for each in listed(statement.get("annotations"))]
    described = [
        tidy(each.get("description")) for each in annotations if each.get("motivation") == "correcting"
    ]
    reason = next(filter(None, described), f"statement {tidy(statement['statementId'])}")
    stands: dict[str, _Made] = {}
    for slot, (identifier, plain) in new.items():
        if slot not in old:
            stands[slot] = identifier, plain
            yield _event(place, (identifier, plain), envelope)
            continue
        target, before = old[slot]
        stands[slot] = target, plain
        names = sorted(before.keys() | plain.keys())
        changed = {name: plain.get(name) for name in names if plain.get(name) != before.get(name)}
        if changed:
            correction = {"kind": "record.corrected", "target": target, "set": changed, "reason": reason}
            yield _event(place, (f"{identifier}:corrected", correction), envelope)
    for slot, (target, _) in old.items():
        if slot not in new:
            retraction = {"kind": "record.retracted", "target": target, "reason": reason}
            yield _event(place, (f"{event_id(statement, slot)}:retracted", retraction), envelope)
    return stands


def _event(
    place: Place, entry: tuple[str, Mapping[str, Any]], envelope: Mapping[str, Any]
) -> Event | Problem:
    identifier, plain = entry
    given = {"id": identifier, **plain, **envelope}
    if given["kind"].startswith("record."):
        given.setdefault("date", envelope["known"])
        given.setdefault("reason", "a later statement says otherwise")
    return made(place, "C720", given)


def _reasons(statement: Statement) -> Iterator[str]:
    if statement["recordType"] == "relationship":
        for end in ("subject", "interestedParty"):
            party = mapped(statement["recordDetails"]).get(end)
            if not isinstance(party, str):
                description = tidy(mapped(party).get("description"))
                yield f"{end}, {unspecified(party)}" + (f" ({description})" if description else "")


def _source(statement: Statement) -> dict[str, Any]:
    publication, source = mapped(statement.get("publicationDetails")), mapped(statement.get("source"))
    publisher = mapped(publication.get("publisher"))
    asserted = [tidy(mapped(each).get("name")) for each in listed(source.get("assertedBy"))]
    address = tidy(source.get("url"))
    given = {
        "publisher": tidy(publisher.get("name")) or next(filter(None, asserted), None),
        "title": f"statement {tidy(statement['statementId'])}",
        "url": address if address.startswith(("http://", "https://")) and " " not in address else None,
        "published": _day(publication.get("publicationDate")),
        "retrieved": _day(source.get("retrievedAt")),
    }
    return {name: value for name, value in given.items() if value}


def _day(value: Any) -> str | None:
    return value[:10] if isinstance(value, str) and is_date_or_moment(value) else None
