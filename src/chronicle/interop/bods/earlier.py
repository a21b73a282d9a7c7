"""What earlier imports made of records: their events in the store, by record.

A store keeps events and no statements. Each event of a statement names it in the title of its source, and at
least one of each record names the record: an identifier of the scheme ``bods``, a lot, or ``record``. What is
kept in memory is the positions of the events of each record.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from attrs import Factory, define, evolve, frozen

from chronicle.interop.bods.checks import Statement, listed, mapped
from chronicle.interop.bods.interests import Tie, is_gone, key_of, latest, tie_after, value_of
from chronicle.interop.bods.parties import Party, party_after
from chronicle.interop.bods.rules import is_date_or_moment
from chronicle.interop.registers import part, tidy
from chronicle.stores import Record, Store

Plain = dict[str, Any]

Made = tuple[str, dict[str, Any]]
"""The id of an event that was made, and its plain fields."""

_ENVELOPE = ("id", "known", "sources")
_STATUSES = ("new", "updated", "closed")

Turn = tuple[str, int, str]
"""A sort key of statements: the date, what it does to its record, and the day of its publication."""

TITLE: Final = "statement "
"""The beginning of the title of the source of every event, before the id of the statement."""

_OURS = "bods:"
_ENDS_OF_TIES = ("holder", "target", "controller", "person", "entity")
_OF_RECORDS = ("record.corrected", "record.retracted")
_BY_STATEMENT = ":corrected"  # the end of the id of a correction that a statement makes


@frozen
class StatementTold:
    """A statement that an earlier import read: its id, its date, and its events as they stand now."""

    statement: str
    date: str
    events: tuple[Plain, ...]
    corrected: tuple[Plain, ...] = ()
    """The corrections and retractions that it made of events of a statement before it."""
    published: str = ""
    first: tuple[Plain, ...] = ()
    """The events as they were before other statements were read late."""

    def after(self, changes: Sequence[Plain]) -> StatementTold:
        """The same with what a statement that was read late has changed of its events."""
        own = f"{_OURS}{part(self.statement)}:"
        known = {plain["id"] for plain in self.events}
        changed = {plain["id"]: plain for plain in changes if plain["kind"] not in _OF_RECORDS}
        gone = {plain["target"] for plain in changes if plain["kind"] == "record.retracted"}
        if not (known & (changed.keys() | gone) or any(id.startswith(own) for id in changed)):
            return self
        kept = [changed.get(plain["id"], plain) for plain in self.events if plain["id"] not in gone]
        more = [plain for id, plain in changed.items() if id.startswith(own) and id not in known]
        return evolve(self, events=_in_time((*kept, *more)), first=self.first or self.events)


@define
class EarlierRecords:
    """The records in a store."""

    _store: Store | None
    entities: dict[str, str] = Factory(dict)
    """The ids of entities, by record as in ``key``."""
    named: set[str] = Factory(set)
    """The ids that were made of records and that relationships name."""
    _positions: dict[str, array[int]] = Factory(dict)
    _linked: dict[str, str] = Factory(dict)  # a record, by the id of its entity
    _chains: dict[str, str] | None = None

    def __attrs_post_init__(self) -> None:
        for statement, group in groupby(self._ours(), key=lambda pair: _statement_of(pair[1])):
            if statement is not None:
                self._note(list(group))
            else:  # retractions of an import name no source
                for pair in group:
                    self._note([pair])

    def _ours(self) -> Iterator[tuple[Record, Plain]]:
        if self._store is not None:
            for record in self._store.read():
                if record.id.startswith(_OURS):
                    yield record, json.loads(record.body)

    def _note(self, group: list[tuple[Record, Plain]]) -> None:
        """Note the events of one statement, which an import appends together."""
        found = next(filter(None, (self._record_of(plain) for _, plain in group)), None)
        for record, plain in group:
            self._note_names(plain)
            keys = [found] if found else self._by_parties(plain)
            for each in keys:
                self._positions.setdefault(each, array("q")).append(record.position)

    def _note_names(self, plain: Plain) -> None:
        if plain["kind"] == "entity.identified" and plain["scheme"] == "bods":
            self.entities.setdefault(key(plain["value"]), plain["entity"])
            self._linked.setdefault(plain["entity"], key(plain["value"]))
        elif key_of(plain) is not None:
            ends = (plain.get(name) for name in _ENDS_OF_TIES)
            self.named.update(end for end in ends if end and end.startswith(_OURS))

    def _record_of(self, plain: Plain) -> str | None:
        """The record of an event, by what the event says of it."""
        kind = plain["kind"]
        if kind == "entity.identified" and plain["scheme"] == "bods":
            return key(plain["value"])
        if plain.get("lot"):
            return str(plain["lot"]).removeprefix(_OURS).rpartition(":")[0]
        if plain.get("record"):
            return str(plain["record"]).removeprefix(_OURS)
        if plain.get("ends") or kind in _OF_RECORDS:
            begun = self._store and self._store.get(plain.get("ends") or plain["target"])
            return self._record_of(json.loads(begun.body)) if begun else None
        if kind.startswith(("entity.", "listing.")):
            return self._linked.get(plain["entity"])
        return None

    def _by_parties(self, plain: Plain) -> list[str]:
        """The two parties of an event that names no record, as imports by 0.1.0 made them."""
        one, other = plain.get("controller") or plain.get("holder"), plain.get("target")
        return [_pair(one, other)] if one and other else []

    def has(self, event: str) -> bool:
        """Whether the store has an event of this id."""
        return self.as_written(event) is not None

    def as_written(self, event: str) -> Plain | None:
        """The event of this id as the store has it, without what has corrected it."""
        record = None if self._store is None else self._store.get(event)
        return None if record is None else json.loads(record.body) | {"id": record.id}

    def knows(self, record: str) -> bool:
        """Whether the store has something of a record."""
        return key(record) in self._positions

    def told(self, record: str, parties: tuple[str, str] | None, statement: str) -> list[StatementTold]:
        """The statements about a record, the earliest first.

        ``parties`` are the ends of a relationship. By these the events that 0.1.0 made of ``statement`` are
        found, or of the one statement that there is about the two.
        """
        if not self._positions:
            return []
        told = self._told_at(self._positions.get(key(record)))
        if parties is not None and _pair(*parties) in self._positions:
            unnamed = self._told_at(self._positions[_pair(*parties)])
            own = [each for each in unnamed if each.statement == statement]
            told += own or (unnamed if len(unnamed) == 1 else [])
        return sorted(told, key=lambda each: (each.date, each.published))

    def _told_at(self, positions: array[int] | None) -> list[StatementTold]:
        read = [json.loads(each.body) | {"id": each.id} for each in self._read(positions or ())]
        by_statement: dict[str, list[Plain]] = {}
        for plain in _as_corrected(read):
            if statement := _statement_of(plain):
                by_statement.setdefault(statement, []).append(plain)
        dates = {plain["id"]: plain["known"] for plain in read if plain["kind"] not in _OF_RECORDS}
        first = _as_first_read(read)
        # Of some all events are gone, when another was read late: they still say what is not so.
        return [
            _told(statement, by_statement.get(statement, []), dates, first.get(statement, []))
            for statement in dict.fromkeys([*by_statement, *filter(None, first)])
        ]

    def _read(self, positions: Iterable[int]) -> Iterator[Record]:
        """The records at these positions, which ascend; those that follow each other in one go."""
        if self._store is not None:
            for _, run in groupby(enumerate(positions), key=lambda pair: pair[1] - pair[0]):
                first, *more = (position for _, position in run)
                yield from self._store.read(after=first - 1, limit=1 + len(more))

    def record_of_statement(self, statement: str) -> str | None:
        """The record of a statement that the store has, as in ``key``: for what replaces it."""
        if self._chains is None:
            self._chains = {}
            for title, group in groupby(self._ours(), key=lambda pair: _statement_of(pair[1])):
                found = next(filter(None, (self._record_of(plain) for _, plain in group)), None)
                if title and found:
                    self._chains.setdefault(title, found)
        return self._chains.get(statement)


def key(record: str) -> str:
    """A record as it stands in the ids that are made of it."""
    return part(record)


def after_told(
    told: Sequence[StatementTold], is_tie: bool, later: Sequence[StatementTold] = ()
) -> Tie | Party | None:
    """What was known after these statements of one record; None before the first.

    A statement that was read before them, also one of the ``later`` ones, may have made the declaration of an
    entity: it has the name of the first.
    """
    events = [plain for each in told for plain in each.events]
    if not told:
        return None
    if is_tie:
        return tie_after(told[-1].date, events)
    every = (plain for each in (*told, *later) for plain in each.events)
    declared = [plain for plain in every if plain["kind"] == "entity.declared"]
    return party_after(told[-1].date, [*declared[:1], *(each for each in events if each not in declared)])


def _pair(one: str, other: str) -> str:
    return f"{one} {other}"


def _statement_of(plain: Plain) -> str | None:
    """The id of the statement that an event is of; None for events that no statement made."""
    title: str = _told_by(plain).get("title") or ""
    return title.removeprefix(TITLE) if title.startswith(TITLE) else None


def _in_time(events: Iterable[Plain]) -> tuple[Plain, ...]:
    """The events of one statement in the order of their days: some were made when another was read late."""
    return tuple(sorted(events, key=_place_in_time))


def _place_in_time(plain: Plain) -> tuple[str, bool]:
    return ("", False) if key_of(plain) is None else (latest(plain["date"]), is_gone(plain))


def _told_by(plain: Plain) -> Plain:
    return next(iter(plain.get("sources") or ()), {})


def _as_first_read(read: Sequence[Plain]) -> dict[str, list[Plain]]:
    """By statement the events as they were made, also those that are gone, without what another corrected."""
    corrected = {
        plain["target"]
        for plain in read
        if plain["kind"] in _OF_RECORDS and plain["id"].endswith(_BY_STATEMENT)
    }
    found: dict[str, list[Plain]] = {}
    for plain in read:
        if plain["kind"] not in _OF_RECORDS and plain["id"] not in corrected:
            found.setdefault(_statement_of(plain) or "", []).append(plain)
    return found


def _told(statement: str, events: list[Plain], dates: dict[str, str], first: list[Plain]) -> StatementTold:
    own = _in_time(plain for plain in events if plain["kind"] not in _OF_RECORDS)
    changes = tuple(plain for plain in events if plain["kind"] in _OF_RECORDS)
    # A correction is known from its publication, and is of the day of what it corrects.
    known = [dates[each["id"]] for each in own] or [dates.get(each["target"], "") for each in changes]
    if not events:
        known = [dates[each["id"]] for each in first]
    published = max((str(_told_by(each).get("published") or "") for each in events or first), default="")
    return StatementTold(statement, max(known, default=""), own, changes, published, tuple(first))


def _as_corrected(read: list[Plain]) -> list[Plain]:
    """The events of a record as they stand: corrected, and without those that are retracted."""
    gone: set[str] = set()
    for plain in reversed(read):  # a retraction may be retracted by a later one
        if plain["kind"] == "record.retracted" and plain["id"] not in gone:
            gone.add(plain["target"])
    found = {plain["id"]: dict(plain) for plain in read if plain["id"] not in gone}
    for plain in read:
        if plain["kind"] == "record.corrected" and plain["target"] in found and plain["id"] in found:
            found[plain["target"]].update(plain["set"])
    return [{name: value for name, value in plain.items() if value is not None} for plain in found.values()]


# Statements that are read again


def as_told(
    entries: Mapping[str, Made],
    own: Sequence[Mapping[str, Any]],
    as_written: Callable[[str], Mapping[str, Any] | None],
) -> dict[str, Made]:
    """Events under the ids that an earlier import of their statement gave them, when it knew less.

    ``as_written`` gives an event as it was before it was corrected: what another statement has corrected
    since is said again under its own id.
    """
    taken = {plain["id"]: _said(plain) for plain in own}
    ids = {said: id for id, said in taken.items() if said is not None}
    found: dict[str, Made] = {}
    for slot, (id, plain) in entries.items():
        said = _said(plain)
        other = said is not None and taken.get(id, said) != said and _said_first(as_written(id)) != said
        alike = None if said is None else ids.get(said)
        found[slot] = alike or (f"{id}:again" if other else id), plain
    return found


def _said_first(plain: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if plain is None else _said(plain)


def _said(plain: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What an event of a relationship says; None for other events."""
    key = key_of(plain)
    return None if key is None else (plain["kind"], key, value_of(plain), plain["date"])


def slot_of(told: StatementTold, plain: Mapping[str, Any]) -> str:
    """The slot of an event in its statement."""
    return str(plain["id"]).removeprefix(f"bods:{part(told.statement)}:")


def without_envelope(plain: Mapping[str, Any]) -> Made:
    """An event as a statement makes it: its id, and its fields without those of the statement."""
    fields = {name: value for name, value in plain.items() if name not in _ENVELOPE}
    if plain["kind"] == "stake.observed":
        fields.setdefault("right", "equity")
    return str(plain["id"]), fields


# What a statement says of itself


def source_of(statement: Statement) -> dict[str, Any]:
    """The source of the events of a statement, which names it in its title."""
    publication, source = mapped(statement.get("publicationDetails")), mapped(statement.get("source"))
    publisher = mapped(publication.get("publisher"))
    asserted = [tidy(mapped(each).get("name")) for each in listed(source.get("assertedBy"))]
    address = tidy(source.get("url"))
    given = {
        "publisher": tidy(publisher.get("name")) or next(filter(None, asserted), None),
        "title": TITLE + tidy(statement["statementId"]),
        "url": address if address.startswith(("http://", "https://")) and " " not in address else None,
        "published": _day(publication.get("publicationDate")),
        "retrieved": _day(source.get("retrievedAt")),
    }
    return {name: value for name, value in given.items() if value}


def published_on(statement: Statement) -> str | None:
    """The day on which a statement was published, where that is said."""
    return _day(mapped(statement.get("publicationDetails")).get("publicationDate"))


def turn_of(statement: Statement) -> Turn:
    """Where a statement comes among those of its record: a correction comes after what it corrects."""
    status = statement.get("recordStatus")
    place = _STATUSES.index(status) if status in _STATUSES else 0
    return statement["statementDate"][:10], place, published_on(statement) or ""


def _day(value: Any) -> str | None:
    return value[:10] if isinstance(value, str) and is_date_or_moment(value) else None
