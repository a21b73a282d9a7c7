"""Statements in turn, of all files of an import, to events and problems.

A statement that changes or closes a record, and a relationship of parties that nobody has described so far,
wait until all files are read; then they are taken in the order of their dates. So the order of files and of
statements does not matter.
"""

from __future__ import annotations

import datetime
import json
import pickle
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, BinaryIO

from attrs import define, field, frozen

from chronicle.errors import Place, Problem, shown
from chronicle.events import Event
from chronicle.interop.bods.checks import Statement, StatementDoubt, Together, doubts_within, listed, mapped
from chronicle.interop.bods.earlier import (
    EarlierRecords,
    Made,
    StatementTold,
    Turn,
    after_told,
    as_told,
    published_on,
    slot_of,
    source_of,
    turn_of,
    without_envelope,
)
from chronicle.interop.bods.form import faults_of, is_essential
from chronicle.interop.bods.interests import (
    Tie,
    placeholder_id,
    tie_facts,
    unspecified,
    unused_interest,
)
from chronicle.interop.bods.late import changed_by, changes_in_later
from chronicle.interop.bods.parties import (
    Facts,
    Party,
    entity_id,
    event_id,
    party_facts,
    record_id,
)
from chronicle.interop.bods.versions import Records, is_older
from chronicle.interop.incoming import Incoming
from chronicle.interop.registers import NOBODY_SAYS, ArrayItem, json_items, made, part, tidy


@define
class _Series:
    """The last statement of a record: what it made, and what was known before it and after it."""

    date: str
    before: Party | Tie | None
    after: Party | Tie
    made: bytes  # by slot, as JSON: there is one of these for every record of the file


@frozen
class _Context:
    """What a statement follows: what was known before it, and what it corrects, by slot."""

    before: Party | Tie | None
    corrects: bool
    old: dict[str, Made]
    following: list[StatementTold] = field(factory=list)
    again: bool = False
    own: tuple[Mapping[str, Any], ...] = ()
    """The events that an earlier import made of this very statement."""
    replaced_by: str = ""
    """The statement of the same date that was published later and was read earlier."""


@define
class StatementReader:
    """Makes events of the statements of all files of one import."""

    today: datetime.date
    earlier: EarlierRecords
    entities: dict[str, str] = field(factory=dict)
    _older: Records = field(init=False)
    _series: dict[str, _Series] = field(factory=dict)
    _told: dict[str, list[StatementTold]] = field(factory=dict)
    _waiting: list[tuple[bool, Turn, bytes, Place]] = field(factory=list)
    _contents: dict[str, int] = field(factory=dict)  # a checksum of each statement of the files before
    _described: dict[str, int] = field(factory=dict)  # the file that describes a record; -1 for several
    _doubts: list[tuple[int, StatementDoubt, Place]] = field(factory=list)
    _late: dict[str, tuple[Place, dict[str, Any]]] = field(factory=dict)  # by the event that is changed
    _files: int = 0

    def __attrs_post_init__(self) -> None:
        self._older = Records(self.earlier.record_of_statement)

    def read(self, stream: BinaryIO, name: str) -> Iterator[Incoming]:
        """The problems of a file, and the events of its statements that need not wait for others."""
        self._files += 1
        together, contents = Together(), dict[str, int]()
        for item in json_items(stream, name):
            if isinstance(item, Problem):
                yield item
            else:
                yield from self._take(item, item.place(name), together, contents)
        self._contents.update(contents)
        for line, doubt in together.doubts_at_the_end():
            yield from self._doubtful(doubt, Place(file=name, line=line))

    def finish(self) -> Iterator[Incoming]:
        """The events of the statements that waited, and the doubts that no other file removed."""
        waiting, self._waiting = self._waiting, []
        for *_, kept, place in sorted(waiting, key=lambda each: each[:2]):
            value = pickle.loads(zlib.decompress(kept))
            yield from self._events(self._older.modern(value) if is_older(value) else value, place)
        yield from self._changes()
        for file, doubt, place in self._doubts:
            if self._described.get(doubt.record or "", file) == file:
                yield Problem("C722", doubt.message, place)
        self._doubts.clear()

    def _changes(self) -> Iterator[Incoming]:
        """What late statements have changed of later ones, each event once, as all of them leave it."""
        late, self._late = self._late, {}
        for id, (place, plain) in late.items():
            if plain["kind"] != "record.retracted" or self.earlier.has(id):
                yield made(place, "C720", plain)

    def is_newer(self, id: str) -> bool:
        """Never: a statement that comes twice is one, and a later statement makes events of its own."""
        return id == ""

    def _take(
        self, item: ArrayItem, place: Place, together: Together, contents: dict[str, int]
    ) -> Iterator[Incoming]:
        value = given = item.value
        if isinstance(value, dict) and is_older(value):
            value = self._older.modern(value)
        fatal = False
        for fault in faults_of(value):
            refused = is_essential(fault)
            fatal = fatal or refused
            yield Problem("C720" if refused else "C721", fault.message, place)
        if fatal:
            return
        identifier, checksum = value["statementId"], zlib.crc32(repr(given).encode("utf-8", "replace"))
        contents[identifier] = checksum
        if together.is_repeated(value) or self._contents.get(identifier, checksum) != checksum:
            message = f"statementId was used before: {shown(identifier)}"
            yield Problem("C722", f"{message}; this statement was left out", place)
            return
        for message in doubts_within(value, self.today):
            yield Problem("C722", message, place)
        for doubt in together.doubts(value, item.line):
            yield from self._doubtful(doubt, place)
        self._describe(value["recordId"])
        if identifier in self._contents:
            return  # the same statement in another file
        if self._must_wait(value):
            kept = zlib.compress(pickle.dumps(given), 1)
            is_tie = value["recordType"] == "relationship"
            self._waiting.append((is_tie, turn_of(value), kept, place))
        else:
            yield from self._events(value, place)

    def _describe(self, record: str) -> None:
        if self._described.setdefault(record, self._files) != self._files:
            self._described[record] = -1

    def _doubtful(self, doubt: StatementDoubt, place: Place) -> Iterator[Incoming]:
        """A doubt at once, or, where another file may remove it, at the end."""
        if doubt.record is None:
            yield Problem("C722", doubt.message, place)
        elif not self.earlier.knows(doubt.record) and doubt.record not in self.entities:
            self._doubts.append((self._files, doubt, place))

    def _must_wait(self, statement: Statement) -> bool:
        if statement.get("recordStatus") in ("updated", "closed"):
            return True
        if statement["recordType"] != "relationship":
            return False
        details = mapped(statement["recordDetails"])
        parties = (details.get("subject"), details.get("interestedParty"))
        return any(isinstance(party, str) and not self._entity(party) for party in parties)

    def _entity(self, record: str) -> str | None:
        return self.entities.get(record) or self.earlier.entities.get(part(record))

    def _events(self, statement: Statement, place: Place) -> Iterator[Incoming]:
        record, date = statement["recordId"], statement["statementDate"][:10]
        context = self._context(statement)
        published = published_on(statement)
        if context.replaced_by:
            said = f"statement was corrected by one that was read before it, {context.replaced_by}"
            yield Problem("C722", f"{said}; this statement was left out", place)
            return

        def named(slot: str) -> str:
            """The id of the event in a slot: that with which it was first made, where it is corrected."""
            return context.old[part(slot)][0] if part(slot) in context.old else event_id(statement, slot)

        facts, after = self._facts(statement, context.before, named)
        for reason in _reasons(statement):
            yield Problem("C723", f"party is not named: {reason}", place)
        if unused := unused_interest(mapped(statement["recordDetails"])):
            yield Problem("C724", unused, place)
        known = published if context.corrects else date
        envelope = {"known": known or date, "sources": [source_of(statement)]}
        changes = changes_in_later(
            facts,
            context.before,
            after,
            context.following,
            again=context.again,
            is_taken=self.earlier.has,
        )
        late = list(changes)
        entries = {part(slot): (event_id(statement, slot), plain) for slot, plain in facts.items()}
        if context.own:
            entries = as_told(entries, context.own, self.earlier.as_written)
        if context.corrects:
            entries = yield from _corrections(statement, context.old, entries, envelope, place)
        else:
            yield from (_event(place, entry, envelope) for entry in entries.values())
        self._late.update({changed_by(plain): (place, plain) for plain in late})
        if record in self._told:
            self._told[record] = [each.after(late) for each in self._told[record]]
            self._remember(statement, date, entries, context.corrects, published or "")
        else:
            self._series[record] = _Series(date, context.before, after, json.dumps(entries).encode())

    def _context(self, statement: Statement) -> _Context:
        """What was known of the record before a statement, from this import and from the store."""
        record, date = statement["recordId"], statement["statementDate"][:10]
        told = self._told_of(statement)
        if told is None:
            last = self._series.get(record)
            if last is None:
                return _Context(None, False, {})
            if last.date != date:
                return _Context(last.after, False, {})
            return _Context(last.before, True, json.loads(last.made))
        own = tidy(statement["statementId"])
        at = next((place for place, each in enumerate(told) if each.statement == own), None)
        published = published_on(statement)
        if at is None and published:
            newer = (each.statement for each in told if each.date == date and each.published > published)
            if (replaced_by := next(newer, None)) is not None:
                return _Context(None, False, {}, replaced_by=replaced_by)
        previous = told[:at] if at is not None else [each for each in told if each.date <= date]
        following = told[len(previous) + (at is not None) :]
        same = [each for each in previous if each.date == date]
        is_tie = statement["recordType"] == "relationship"
        earlier = [each for each in previous if each.date < date]
        before = after_told(earlier, is_tie, told[len(earlier) :])
        old = {slot_of(each, plain): without_envelope(plain) for each in same for plain in each.events}
        made_before = told[at].events if at is not None else ()
        return _Context(before, bool(same), old, following, at is not None, made_before)

    def _told_of(self, statement: Statement) -> list[StatementTold] | None:
        """The statements of the record in the store and, after them, in this import; None for a new one."""
        record = statement["recordId"]
        if record not in self._told and record not in self._series:
            parties = None
            if statement["recordType"] == "relationship":
                parties = self._ends(statement)
            if told := self.earlier.told(record, parties, tidy(statement["statementId"])):
                self._told[record] = told
        return self._told.get(record)

    def _remember(
        self,
        statement: Statement,
        date: str,
        entries: Mapping[str, Made],
        corrects: bool,
        published: str,
    ) -> None:
        told, own = self._told[statement["recordId"]], tidy(statement["statementId"])
        if any(each.statement == own for each in told):
            return
        events = tuple({"id": id, "known": date, **plain} for id, plain in entries.values())
        if corrects:
            same = [place for place, each in enumerate(told) if each.date == date]
            told[same[0]] = StatementTold(told[same[0]].statement, date, events)
            for place in same[1:]:
                told[place] = StatementTold(told[place].statement, date, ())
        told.append(StatementTold(own, date, () if corrects else events, published=published))
        told.sort(key=lambda each: (each.date, each.published))

    def _facts(
        self, statement: Statement, before: Party | Tie | None, named: Callable[[str], str]
    ) -> tuple[Facts, Party | Tie]:
        record = statement["recordId"]
        if statement["recordType"] == "relationship":
            holder, target = self._ends(statement)
            return tie_facts(statement, holder, target, before if isinstance(before, Tie) else None, named)
        stated = entity_id(statement)
        entity = self.entities.setdefault(record, self._entity(record) or stated)
        facts, after = party_facts(statement, entity, before if isinstance(before, Party) else None, named)
        # A relationship that was imported before may name the record, or a statement of 0.1 to 0.3 itself.
        named_by = {"linked:statement": record_id(statement["statementId"])}
        if before is None:
            named_by["linked"] = record_id(record)
        for slot, named_id in named_by.items():
            if named_id != entity and named_id in self.earlier.named:
                reason = "the record of the entity, which relationships name"
                linked = {"a": entity, "b": named_id, "date": NOBODY_SAYS, "reason": reason}
                facts[slot] = {"kind": "identity.linked", **linked}
        return facts, after

    def _ends(self, statement: Statement) -> tuple[str, str]:
        """The holder and the target of a relationship."""
        details = mapped(statement["recordDetails"])
        holder = self._party(statement, "interestedParty", details.get("interestedParty"))
        return holder, self._party(statement, "subject", details.get("subject"))

    def _party(self, statement: Statement, end: str, party: Any) -> str:
        if not isinstance(party, str):
            return placeholder_id(statement, end)
        # Where a relationship came before its parties, that id stays and is linked to the entity.
        own = record_id(party)
        return own if own in self.earlier.named else self._entity(party) or own


def _corrections(
    statement: Statement,
    old: Mapping[str, Made],
    new: Mapping[str, Made],
    envelope: Mapping[str, Any],
    place: Place,
) -> Generator[Incoming, None, dict[str, Made]]:
    """The corrections of what the statement before made, when this one has the same date.

    Returns the events that stand now, by slot, under the ids with which they were first made.
    """
    annotations = [mapped(each) for each in listed(statement.get("annotations"))]
    described = [
        tidy(each.get("description")) for each in annotations if each.get("motivation") == "correcting"
    ]
    reason = next(filter(None, described), f"statement {tidy(statement['statementId'])}")
    stands: dict[str, Made] = {}
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
