"""The events of many records, of which few are read one by one.

Of the records of a kind the first is read as it would be alone, and so is one with a field that none had
before. Of the others events are made of what stands in their fields, which is read once however often it
comes again. That is done only where it is certain that the same event is made; any other is read alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import compress
from operator import not_
from typing import Any, Final

from attrs import Factory, define

from chronicle.codec.ids import are_ids
from chronicle.codec.leaves import Reader
from chronicle.codec.many.body_form import BodyForm, FieldOfBody, form_with
from chronicle.codec.records import from_record
from chronicle.codec.upgrades import UPGRADES
from chronicle.events import Event
from chronicle.stores.record import NewRecord, Record

# How many records are taken apart at once.
_AT_ONCE: Final = 4_096
# How many records of a kind come until their form is learned, which costs as much as to read some, and how
# many of those that are taken apart at once are looked at for other fields in vain.
_FEWEST: Final = 64
_IN_VAIN: Final = 8
# How many values of one reader are remembered: a register names its companies ever again. Those of lists and
# mappings are longer, and few of them come again that do not come again soon.
_MOST_VALUES: Final = 2**18
_MOST_OF_JSON: Final = 2**13

_Records = Sequence[Record | NewRecord]
_Found = list[Event | None]


class _ReadValues(dict[str, object]):
    """What a reader made of texts, each of which is read when it is first asked for."""

    def __init__(self, reader: Reader, most: int, *, are_ids: bool) -> None:
        super().__init__()
        self._reader, self._most, self._are_ids = reader, most, are_ids

    def __missing__(self, text: str) -> object:
        value = self._reader(text)
        if len(self) >= self._most:
            self.clear()
        self[text] = value
        return value

    def of_all(self, texts: Sequence[str]) -> list[object]:
        """What the reader makes of some texts. Raises what it raises."""
        if self._are_ids:
            # Looked at together, which takes a fraction of the time.
            new = [text for text in {*texts} if text not in self]
            if are_ids(new):
                if len(self) + len(new) > self._most:
                    self.clear()
                self.update(zip(new, new, strict=True))
        return [*map(self.__getitem__, texts)]


@define
class EventReader:
    """Reads the events of many records. It learns the forms of their bodies as it meets them."""

    _forms: dict[str, BodyForm] = Factory(dict)  # by kind
    _met: defaultdict[str, int] = Factory(lambda: defaultdict(int))  # records of no form, by kind
    _values: dict[object, _ReadValues] = Factory(dict)

    def events(self, records: _Records) -> list[Event]:
        """The event of each record. Raises what ``from_record`` raises for the first that makes none."""
        found = self.certain_events(records)
        return [
            from_record(record) if event is None else event
            for record, event in zip(records, found, strict=True)
        ]

    def certain_events(self, records: _Records) -> list[Event | None]:
        """The event of each record of which it is certain; None for one that has to be read alone."""
        found = _Found()
        for start in range(0, len(records), _AT_ONCE):
            found += self._read(records[start : start + _AT_ONCE])
        return found

    def _read(self, records: _Records) -> _Found:
        found: _Found = [None] * len(records)
        if UPGRADES:
            # What an upgrade does may depend on anything.
            return found
        by_kind = defaultdict[str, list[int]](list)
        for place, record in enumerate(records):
            by_kind[record.kind].append(place)
        for kind, places in by_kind.items():
            form = self._forms.get(kind)
            others = places if form is None else self._take(form, records, places, found)
            self._met[kind] += len(others)
            if self._met[kind] >= _FEWEST:
                self._learn(records, others, found)
        return found

    def _learn(self, records: _Records, places: list[int], found: _Found) -> None:
        """Read records of one kind, none of which have its form, by what is learned of some of them."""
        in_vain = 0
        while places and in_vain < _IN_VAIN:
            first, *places = places
            found[first], form = self._widened(records[first])
            if form is None:
                in_vain += 1
            else:
                self._forms[records[first].kind] = form
                places = self._take(form, records, places, found)

    def _widened(self, record: Record | NewRecord) -> tuple[Event | None, BodyForm | None]:
        """The event of a record, and the form of its kind with its fields; None for what there is not."""
        try:
            event = from_record(record)
        except Exception:  # whatever is wrong is said when the record is read in its turn
            return None, None
        form = form_with(self._forms.get(record.kind), record.body)
        # A body may be written in another way: with blanks, with escapes, with a field that is given twice.
        if form is None or self._made(form, [record.id], form.taken_apart([record.body])) != [event]:
            return event, None
        return event, form

    def _take(self, form: BodyForm, records: _Records, places: list[int], found: _Found) -> list[int]:
        """Read those of the records at some places that have a form. Gives the places of the others."""
        rows = form.taken_apart([records[place].body for place in places])
        if not rows:
            return places
        ids = [records[place].id for place in places]
        others = list[int]()
        if form.ids_in(rows) != ids:
            fitting = [row[form.id] == id for row, id in zip(rows, ids, strict=True)]
            others += compress(places, map(not_, fitting))
            rows, ids = [*compress(rows, fitting)], [*compress(ids, fitting)]
            places = [*compress(places, fitting)]
        for place, event in zip(places, self._made(form, ids, rows), strict=True):
            found[place] = event
        return others

    def _made(self, form: BodyForm, ids: list[str], rows: Sequence[Sequence[str]]) -> _Found:
        """The events of these ids, of what stands in the fields of each; None where that is not certain."""
        if not ids:
            return []
        if are_ids(ids):
            try:
                columns = [
                    ids if at == form.id else self._values_of(form.fields[at]).of_all(texts)
                    for at, texts in enumerate(zip(*rows, strict=True))
                ]
                return [*map(form.make, *columns)]
            except Exception:  # any exception means that some row makes no event: each is read by itself
                pass
        read = [
            field.reader if at == form.id else self._values_of(field).__getitem__
            for at, field in enumerate(form.fields)
        ]
        return [_made_alone(form, read, row) for row in rows]

    def _values_of(self, field: FieldOfBody) -> _ReadValues:
        if field.key not in self._values:
            most = _MOST_OF_JSON if field.is_json else _MOST_VALUES
            self._values[field.key] = _ReadValues(field.reader, most, are_ids=field.is_id)
        return self._values[field.key]


def _made_alone(form: BodyForm, read: Sequence[Callable[[str], Any]], row: Sequence[str]) -> Event | None:
    try:
        return form.make(*(each(text) for each, text in zip(read, row, strict=True)))
    except Exception:  # any exception means that no event is certain
        return None
