"""What earlier imports made of records: their events in the store, by record.

A store keeps events and no statements. Each event of a statement names it in the title of its source, and at
least one of each record names the record: an identifier of the scheme ``bods``, a lot, or ``record``. What is
kept in memory is the positions of the events of each record.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from attrs import Factory, define, frozen

from chronicle.interop.bods.interests import Tie, key_of, tie_after
from chronicle.interop.bods.parties import Party, party_after
from chronicle.interop.registers import part
from chronicle.stores import Record, Store

Plain = dict[str, Any]

TITLE: Final = "statement "
"""The beginning of the title of the source of every event, before the id of the statement."""

_OURS = "bods:"
_ENDS_OF_TIES = ("holder", "target", "controller", "person", "entity")
_OF_RECORDS = ("record.corrected", "record.retracted")


@frozen
class StatementTold:
    """A statement that an earlier import read: its id, its date, and its events as they stand now."""

    statement: str
    date: str
    events: tuple[Plain, ...]
    corrected: tuple[Plain, ...] = ()
    """The corrections and retractions that it made of events of a statement before it."""


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
        return sorted(told, key=lambda each: each.date)

    def _told_at(self, positions: array[int] | None) -> list[StatementTold]:
        read = [json.loads(each.body) | {"id": each.id} for each in self._read(positions or ())]
        by_statement: dict[str, list[Plain]] = {}
        for plain in _as_corrected(read):
            if statement := _statement_of(plain):
                by_statement.setdefault(statement, []).append(plain)
        dates = {plain["id"]: plain["known"] for plain in read if plain["kind"] not in _OF_RECORDS}
        return [_told(statement, events, dates) for statement, events in by_statement.items()]

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


def after_told(told: list[StatementTold], is_tie: bool) -> Tie | Party | None:
    """What was known after these statements of one record; None before the first."""
    events = [plain for each in told for plain in each.events]
    if not told:
        return None
    return tie_after(told[-1].date, events) if is_tie else party_after(told[-1].date, events)


def _pair(one: str, other: str) -> str:
    return f"{one} {other}"


def _statement_of(plain: Plain) -> str | None:
    """The id of the statement that an event is of; None for events that no statement made."""
    title: str = (plain.get("sources") or [{}])[0].get("title") or ""
    return title.removeprefix(TITLE) if title.startswith(TITLE) else None


def _told(statement: str, events: list[Plain], dates: dict[str, str]) -> StatementTold:
    own = tuple(plain for plain in events if plain["kind"] not in _OF_RECORDS)
    changes = tuple(plain for plain in events if plain["kind"] in _OF_RECORDS)
    # A correction is known from its publication, and is of the day of what it corrects.
    known = [dates[each["id"]] for each in own] or [dates.get(each["target"], "") for each in changes]
    return StatementTold(statement, max(known, default=""), own, changes)


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
