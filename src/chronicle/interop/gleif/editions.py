"""Editions of records of GLEIF: what a newer one replaces, and what is deleted, ends.

A golden copy says what is so now. A record that says otherwise than the store, or that is marked as deleted,
therefore ends what the store has: another reason of a reporting exception, another state of a registration, a
relationship. Of two editions of a record in one import the newer one counts, by its last update.
"""

from __future__ import annotations

import datetime
import json
from array import array
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from attrs import Factory, define

from chronicle import codec
from chronicle.errors import Place, Problem
from chronicle.events import Event
from chronicle.interop.gleif.dates import local_date
from chronicle.interop.gleif.nodes import below, later_end, value_of
from chronicle.interop.gleif.reading import items_of, record_events
from chronicle.interop.gleif.spells import EXCEPTION, REGISTRATION, Spell, replaced, spells_of
from chronicle.interop.incoming import Incoming
from chronicle.interop.registers import ArrayItem, made
from chronicle.stores import Store

_OURS: Final = "gleif:"


@define
class EditionReader:
    """Reads all files of one import into a store.

    ``day`` is the day of the edition where a file does not say its own, or whatever it says, where it was
    ``fixed``.
    """

    store: Store | None
    day: datetime.date
    fixed: bool = False
    _positions: dict[str, array[int]] = Factory(dict)
    _updates: dict[int, int] = Factory(dict)  # the last update of each record of this import, by its key
    _given: dict[str, list[Spell]] = Factory(dict)  # spells of records that this import gave more than once
    _newer: set[str] = Factory(set)

    def __attrs_post_init__(self) -> None:
        for record in self.store.read() if self.store is not None else ():
            if record.id.startswith(_OURS):
                key, _, what = record.id.removeprefix(_OURS).partition(":")
                if what.startswith((EXCEPTION, REGISTRATION)):
                    self._positions.setdefault(key, array("q")).append(record.position)

    def is_newer(self, id: str) -> bool:
        """Whether an event is of the newer one of two editions in this import, and replaces the other."""
        return id in self._newer

    def read(self, stream: BinaryIO, name: str) -> Iterator[Incoming]:
        """The events and problems of a file."""
        day = self.day
        for item in items_of(stream, name):
            if isinstance(item, Problem):
                yield item
            elif isinstance(item, datetime.date):
                day = self.day if self.fixed else item
            else:
                yield from self._take(item, item.place(name), day)

    def finish(self) -> Iterator[Incoming]:
        """Nothing: every record is complete in itself."""
        return iter(())

    def _take(self, item: ArrayItem, place: Place, day: datetime.date) -> Iterator[Incoming]:
        record = item.value
        key, updated = _key_of(record), _updated(record)
        before = self._updates.get(hash(key)) if key else None
        if before is not None and updated < before:
            yield Problem("C722", f"older edition of a record that was read before: {key}", place)
            return
        if key:
            self._updates[hash(key)] = updated
        gone = _deleted(record, day)
        if gone is not None and key:
            yield from self._delete(item, gone, place, before is not None)
            return
        stated = local_date(value_of(below(below(record, "Registration"), "LastUpdateDate")))
        for event in self._as_told(record_events(item, place), day, stated, place):
            if before is not None and isinstance(event, Event):
                self._newer.add(event.id)
            yield event

    # What is replaced

    def _as_told(
        self, events: Iterator[Incoming], day: datetime.date, updated: str | None, place: Place
    ) -> Iterator[Incoming]:
        """The events of a record, in which those that replace others are told with the end of these."""
        stated: dict[str, list[Event]] = {}
        for event in events:
            family = _family(event)
            if family:
                assert isinstance(event, Event)
                stated.setdefault(family, []).append(event)
            else:
                yield event
        for family, spells in stated.items():
            told = self._spells(family)
            plain = [codec.encode(each) for each in spells]
            if not told:
                yield from spells
                self._keep(family, spells_of(plain, family))
                continue
            standing = replaced(told, plain, family, day, later_end(updated) if updated else None)
            self._keep(family, standing)
            for spell in standing:
                yield from (made(place, "C720", each) for each in spell.events())

    def _keep(self, family: str, spells: list[Spell]) -> None:
        # Of exceptions, which have no moment of an update, the last record of an import counts.
        if not family.endswith(REGISTRATION):
            self._given[family] = spells

    def _spells(self, family: str) -> list[Spell]:
        if family in self._given:
            return self._given[family]
        lei = family.removeprefix(_OURS).partition(":")[0]
        positions = self._positions.get(lei)
        if not positions or self.store is None:
            return []
        return spells_of([_stored(self.store, position) for position in positions], family)

    # What is deleted

    def _delete(self, item: ArrayItem, day: str, place: Place, given: bool) -> Iterator[Incoming]:
        """The ends of what a deleted record says; ``given`` says that this import had the record before."""
        ended = 0
        for event in record_events(item, place):
            if not isinstance(event, Event):
                continue
            if event.kind == "control.granted" and (given or self._has(event.id)):
                ended += 1
                plain = codec.encode(event)
                tie = {name: plain[name] for name in ("controller", "target", "basis", "sources")}
                id = event.id.replace(":granted:", ":deleted:")
                over = {"id": id, "kind": "control.ended", "date": day, "ends": event.id, **tie}
                yield made(place, "C720", {**over, "note": "the record was deleted"})
            elif event.kind == "membership.started":
                for spell in self._spells(_family(event) or ""):
                    if spell.value == getattr(event, "group", None) and not spell.until:
                        ended += 1
                        yield made(place, "C720", spell.ended(day))
        if not ended:
            yield Problem("C724", f"deleted record of which nothing is known: {_key_of(item.value)}", place)

    def _has(self, id: str) -> bool:
        return self.store is not None and id in self.store


def _key_of(record: Any) -> str:
    """What a record is about: an entity, a relationship, an exception of a category; empty for none."""
    if not isinstance(record, dict):
        return ""
    relationship = below(record, "Relationship")
    if relationship is not None:
        ends = (value_of(below(below(relationship, end), "NodeID")) for end in ("StartNode", "EndNode"))
        return " ".join((*ends, value_of(below(relationship, "RelationshipType"))))
    return f"{value_of(record.get('LEI'))} {value_of(record.get('ExceptionCategory'))}".strip()


def _updated(record: Any) -> int:
    """The moment of the last update, as a number; 0 where the record has none, as exceptions have."""
    stamp = value_of(below(below(record, "Registration"), "LastUpdateDate"))
    digits = "".join(letter for letter in stamp[:19] if letter.isdecimal())
    return int(digits.ljust(14, "0")) if digits else 0


def _deleted(record: Any, day: datetime.date) -> str | None:
    """The day on which a record was deleted, None for one that was not; an empty mark is none."""
    extension = below(record, "Extension")
    mark = below(extension, "Deletion") or below(extension, "gleif:Deletion")
    if not mark or value_of(mark).lower() == "false":
        return None
    stamp = value_of(below(mark, "DeletedAt") or below(mark, "gleif:DeletedAt"))
    return local_date(stamp) or day.isoformat()


def _family(event: Incoming) -> str | None:
    """What an event is one of several spells of: the registration of an entity, or a level of exceptions."""
    if isinstance(event, Problem) or not event.id.startswith(_OURS):
        return None
    lei, _, what = event.id.removeprefix(_OURS).partition(":")
    if what.startswith(REGISTRATION):
        return f"{_OURS}{lei}:{REGISTRATION}"
    if what.startswith(EXCEPTION):
        return f"{_OURS}{lei}:{':'.join(what.split(':')[:2])}:"
    return None


def _stored(store: Store, position: int) -> dict[str, Any]:
    (record,) = store.read(after=position - 1, limit=1)
    plain: dict[str, Any] = json.loads(record.body)
    return plain | {"id": record.id}
