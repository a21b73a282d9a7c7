"""The facts of a report as data: a row for each rectangle, which the page only has to choose among.

Days are numbers, as ``date.toordinal`` gives them, and None stands for no end. What rows have in common
stands once: statements, entities, events.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from attrs import define, field

from chronicle.dates import DAWN, PartialDate
from chronicle.engine import views
from chronicle.engine.partial.rectangles import Rectangle
from chronicle.engine.replay import Key
from chronicle.engine.views import View
from chronicle.engine.views.view import SURE
from chronicle.render.layout import clean
from chronicle.render.report.material import Report
from chronicle.render.report.through import GROUPS, SHARES, LookedThrough
from chronicle.render.words.days import short, since
from chronicle.render.words.said import said, words

# What names a fact for programs alone.
_UNSAID: Final = {views.DEALS: ("deal",), views.PARTNERSHIPS: ("together",)}
# What mostly goes without saying: a column of nothing else is left out.
_USUAL: Final = ("", "equity", "reported")
_FIGURES: Final = frozenset({"share", "shares", "total", "raised", "price"})
_OWN: Final = ("key", "value")

_NEVER: Final = datetime.date.max.toordinal() + 1
_LOOKED: Final = MappingProxyType(
    {
        SHARES: {
            "name": SHARES,
            "title": "Effective shares",
            "what": "effective share",
            "about": False,
            "columns": [
                ["holder", "Holder", "name"],
                ["target", "Target", "name"],
                ["share", "Effective", "figure"],
                ["directly", "Directly", "figure"],
            ],
        },
        GROUPS: {
            "name": GROUPS,
            "title": "Groups",
            "what": "control",
            "about": False,
            "columns": [
                ["head", "Head", "name"],
                ["member", "Member", "name"],
                ["share", "By", "figure"],
                ["at_last", "Effective", "figure"],
            ],
        },
    }
)
"""The views that look through holdings, which replay does not make."""

# A mark around the id of an entity in a text that is to be split again; no text of an event can have it.
_MARK: Final = "\x00"

Data = dict[str, Any]
Piece = str | int
"""A text, or the number of an entity, whose name goes there."""


@define
class ByNumber:
    """Things that stand once, by number."""

    _numbers: dict[Any, int] = field(factory=dict)

    def of(self, thing: Any) -> int:
        """The number of a thing, from 0."""
        return self._numbers.setdefault(thing, len(self._numbers))

    @property
    def things(self) -> list[Any]:
        """All of them, in order of number."""
        return list(self._numbers)


@define
class Facts:
    """The facts of a report as data."""

    _report: Report
    _entities: ByNumber = field(factory=ByNumber)
    _statements: ByNumber = field(factory=ByNumber)
    _cells: ByNumber = field(factory=ByNumber)
    _proofs: ByNumber = field(factory=ByNumber)
    _events: Mapping[str, int] = field(init=False)

    @_events.default
    def _in_order(self) -> Mapping[str, int]:
        return {event.id: at for at, event in enumerate(self._report.events)}

    def data(self) -> Data:
        """Everything that the page chooses among."""
        listed = [each for each in self._report.rectangles if views.is_listed(each.view, each.value)]
        shown = {name: views.view_of(name) for name in _in_reading_order(listed)}
        looked = [name for name in _LOOKED if any(each.view == name for each in self._report.looked.found)]
        through = list(self._through(len(shown), looked))
        columns = {
            name: _columns(view, [each for each in listed if each.view == name])
            for name, view in shown.items()
        }
        numbers = {name: at for at, name in enumerate(shown)}
        rows = [
            self._row(each, columns[each.view], numbers[each.view])
            for each in sorted(listed, key=lambda each: numbers[each.view])
        ]
        cells = [[at, *self._key(at, key, [*shown])] for at, key in self._cells.things]
        return {
            "views": [
                *(_view_data(view, columns[name]) for name, view in shown.items()),
                *(_LOOKED[name] for name in looked),
            ],
            "entities": self._entities.things,
            "cells": cells,
            "facts": [list(map(_unfrozen, each)) for each in self._statements.things],
            "proofs": [list(proof) for proof in self._proofs.things],
            "rows": [*rows, *through],
            "days": self._days(listed),
            "known": self._known(),
            "announced": self._announced(),
            "chosen": [self._entities.of(entity) for entity in self._report.chosen],
        }

    def entity(self, entity: str) -> int:
        """The number of an entity."""
        return self._entities.of(entity)

    def _key(self, at: int, key: Key, shown: Sequence[str]) -> list[Piece]:
        """A key with the numbers of its entities."""
        if at >= len(shown):
            return list(key)
        refers = tuple(views.view_of(shown[at]).key.values())
        parts = zip(key, (*refers, *("text" for _ in key)), strict=False)
        return [self._entities.of(part) if of == "entity" else part for part, of in parts]

    # A rectangle

    def _row(self, each: Rectangle, columns: Sequence[str], view: int) -> list[Any]:
        """Fact, since, its four days, its two days of knowledge, events, those of the end, doubts."""
        ended = () if each.ended_by is None else (each.ended_by,)
        doubts = [
            [
                _number(doubt.since.earliest),
                None if doubt.until is None else _number(doubt.until.latest),
                self._events[doubt.event],
            ]
            for doubt in each.doubts
            if doubt.event in self._events
        ]
        row = [
            self._statement(each, columns, view),
            since(each.begin).removeprefix("since "),
            _number(each.possible_from),
            _number(each.certain_from),
            _until(each.certain_until),
            _until(each.possible_until),
            _number(each.known_from),
            _until(each.known_until),
            self._proof(each.events),
            self._proof(ended),
        ]
        return [*row, doubts] if doubts else row

    def _proof(self, events: Iterable[str]) -> int:
        """The number of a list of events."""
        return self._proofs.of(tuple(self._events[event] for event in events if event in self._events))

    def _statement(self, each: Rectangle, columns: Sequence[str], at: int) -> int:
        """What a rectangle states: its cell, its columns, and in words what it is about and what it says."""
        view = views.view_of(each.view)
        shown = tuple(self._column(view, name, each) for name in columns)
        about = self._pieces(said(view, view.subject, each.key, each.value, _marked))
        says = self._pieces(said(view, view.says, each.key, each.value, _marked))
        kept = (_is_kept(view, each),) if _keep(view) else ()
        return self._statements.of((self._cells.of((at, each.key)), shown, about, says, *kept))

    def _column(self, view: View, name: str, each: Rectangle) -> Any:
        """A column of a fact: a text, the number of an entity, or those of several."""
        value = view.read(name, each.key, each.value)
        if view.own and name == "key":
            return ", ".join(map(clean, each.key))
        if view.key.get(name) == "entity":
            return self._entities.of(value)
        if name in view.entities and value is not None:
            several = value if isinstance(value, tuple) else (value,)
            return tuple(self._entities.of(entity) for entity in several)
        return _text(value)

    def _pieces(self, line: Iterable[tuple[str, str]]) -> tuple[Piece, ...]:
        """A line with numbers in place of the entities that it names."""
        parts = "".join(text for text, _ in line).split(_MARK)
        pieces = (self._entities.of(part) if at % 2 else part for at, part in enumerate(parts))
        return tuple(piece for piece in pieces if piece != "")

    def _through(self, first: int, names: Sequence[str]) -> Iterator[list[Any]]:
        """A row for each effective share and each member of a group, of views of their own."""
        for each in sorted(self._report.looked.found, key=lambda each: names.index(each.view)):
            pair = self._entities.of(each.one), self._entities.of(each.other)
            cell = self._cells.of((first + names.index(each.view), pair))
            about = (pair[0], " in " if each.view == SHARES else " over ", pair[1])
            fact = (cell, (*pair, each.share, each.beside), about, (_looked_words(each),))
            begin, end = _number(each.begin), _until(each.end)
            yield [
                self._statements.of(fact),
                "" if each.begin == DAWN else short(PartialDate.of(each.begin)),
                begin,
                begin if each.certain else _NEVER,
                end,
                end,
                _number(each.known_from),
                _until(each.known_until),
                self._proof(each.events),
                self._proof(()),
            ]

    # Days

    def _days(self, listed: Iterable[Rectangle]) -> list[list[int]]:
        """The days on which something of this changes, each with the event that it is the day of, or -1."""
        told: dict[datetime.date, int] = {}
        for at, event in enumerate(self._report.events):
            for edge in (event.date.latest, event.date.earliest):
                told.setdefault(edge, at)
        days = set(told)
        for each in listed:
            days.update(
                edge
                for edge in (each.possible_from, each.certain_from, each.certain_until, each.possible_until)
                if edge is not None
            )
        inside = sorted(day for day in days if DAWN < day < datetime.date.max)
        return [[_number(day), told.get(day, -1)] for day in inside]

    def _known(self) -> list[list[int]]:
        """The days on which something became known, each with the first event that did."""
        told: dict[datetime.date, int] = {}
        for at, event in enumerate(self._report.events):
            told.setdefault(self._report.known_since[event.id].day, at)
        for each in self._report.rectangles:
            told.setdefault(each.known_from, -1)
        days = sorted(day for day in told if day > DAWN) or sorted(told)
        return [[_number(day), told[day]] for day in days]

    def _announced(self) -> Data:
        """For each completion of a deal: from when to when it is known which event announced it."""
        found: Data = {}
        for id, at in self._events.items():
            for each in self._report.versions[id]:
                announced = self._events.get(each.announced_by or id, at)
                if announced != at:
                    course = found.setdefault(str(at), [])
                    course.append([_number(each.known_from), _until(each.known_until), announced])
        return found


def _looked_words(each: LookedThrough) -> str:
    """What an effective share, or a member of a group, says."""
    if each.view == GROUPS:
        return f"{each.share}; {each.beside} effective" if each.beside else each.share
    if each.beside == each.share:
        return each.share
    return f"{each.share}, {each.beside} of it directly" if each.beside else f"{each.share}, through others"


def _marked(entity: str) -> str:
    return f"{_MARK}{entity}{_MARK}"


def _number(day: datetime.date) -> int:
    return day.toordinal()


def _until(day: datetime.date | None) -> int | None:
    return None if day is None else day.toordinal()


def _unfrozen(part: Any) -> Any:
    return [_unfrozen(each) for each in part] if isinstance(part, tuple) else part


# Views


def _in_reading_order(listed: Sequence[Rectangle]) -> Iterator[str]:
    """The views that have anything, in the order of pages, those about entities last."""
    there = dict.fromkeys(each.view for each in listed)
    return (name for name in dict.fromkeys((*views.ON_PAGES, *views.VIEWS, *there)) if name in there)


def _columns(view: View, listed: Sequence[Rectangle]) -> tuple[str, ...]:
    """The fields of a view that have a column: but those for programs, and those that say nothing new."""
    if view.own:
        return _OWN
    fields = [name for name in view.order if name not in (*SURE, *_UNSAID.get(view.name, ()))]
    return tuple(name for name in fields if any(_says(view, name, each) for each in listed))


def _says(view: View, name: str, each: Rectangle) -> bool:
    value = view.read(name, each.key, each.value)
    return value != () and _text(value) not in _USUAL


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return words(value)


def _keep(view: View) -> str:
    """The field by which a page lists some facts of a view alone: open deals."""
    return next((section.keep for section in view.sections if section.keep), "")


def _is_kept(view: View, each: Rectangle) -> bool:
    return bool(view.read(_keep(view), each.key, each.value))


def _view_data(view: View, columns: Sequence[str]) -> Data:
    """A view for the page: its titles, the word for a fact, and its columns."""
    section = next((section for section in view.sections if section.keep), None)
    found: Data = {
        "name": view.name,
        "title": clean(view.title),
        "what": clean(view.what),
        "about": bool(view.within),
        "columns": [[name, name.replace("_", " ").capitalize(), _sort(view, name)] for name in columns],
    }
    if section is not None and section.title and not view.within:
        found["kept"] = section.title
    return found


def _sort(view: View, name: str) -> str:
    if view.key.get(name) == "entity" or name in view.entities:
        return "name"
    return "figure" if name in _FIGURES else "text"
