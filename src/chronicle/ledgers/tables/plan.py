"""How a table is made of the blocks of a ledger on disk: found out once, for the rows of any day."""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Final

from chronicle.engine.tables.arrow import EPOCH
from chronicle.engine.tables.buffers import Dictionary, Filled
from chronicle.engine.tables.columns import keys_of
from chronicle.engine.tables.table import Column, Kind
from chronicle.ledgers.columns import WIDE, block_name
from chronicle.ledgers.layout import Numbers
from chronicle.ledgers.reading import StoredRows
from chronicle.ledgers.rows import part_name
from chronicle.ledgers.tables.batch import StandingBatch
from chronicle.ledgers.texts import NONE
from chronicle.ledgers.uniform import blank, only_number
from chronicle.ledgers.vectors import StandingRows, Vector, Vectors, Wanted, Way

CERTAIN: Final = "certain"
"""The column that says whether each fact certainly holds."""

_LIST: Final = "texts"

Made = Callable[[StandingBatch], Filled]
"""What makes a column, of what was taken for it."""

_Get = Callable[[StandingBatch], Vector]


class TablePlan:
    """How each column of a table is made of some of the rows of a view.

    Each column says what it wants of the blocks, and is made when all of it was taken at once.
    """

    def __init__(self, stored: StoredRows, view: str, columns: Sequence[Column], vectors: Vectors) -> None:
        self._stored, self._place, self._vectors = stored, stored.views[view], vectors
        self._keys = {column.name: part for part, column in enumerate(keys_of(view))}
        self._wanted: dict[str, dict[str, Wanted | None]] = {}
        # The blocks of numbers with decimal places that are wanted.
        self._wide: list[str] = []
        self._made = [self._column(column) for column in columns]
        wanted = [(getattr(self, way), [*each.values()]) for way, each in self._wanted.items()]
        self._asked = vectors.asked(wanted)
        self._names = [(way, name) for way, each in self._wanted.items() for name in each]

    def filled(self, standing: StandingRows, day: datetime.date, vectors: Vectors) -> list[Filled]:
        """The columns of some rows that stand on a day, in the order of the table."""
        taken = dict(zip(self._names, vectors.taken(standing.rows, self._asked), strict=True))
        batch = StandingBatch(self._stored, day, standing, vectors, taken)
        return [make(batch) for make in self._made]

    def _column(self, column: Column) -> Made:
        if column.name in self._keys:
            return self._key(self._keys[column.name], column.kind)
        if column.name == CERTAIN:
            return _certain
        known = {"since": self._since, "events": self._events}
        if column.name in known:
            return known[column.name]()
        if column.name in ("since_earliest", "since_latest"):
            return self._day_of(column.name.replace("since_", "dates."))
        return _OF_VALUE[column.kind](self, column)

    # The ways from a row to what it says

    @cached_property
    def _of_rows(self) -> Way:
        """To itself, among those of the view."""
        return Way(None, -self._place.row)

    @cached_property
    def _of_cells(self) -> Way:
        """To its cell."""
        return Way(self._in_rows("rows.cell"))

    @cached_property
    def _of_values(self) -> Way:
        """To its value, among those of the view."""
        return Way(self._in_rows("rows.value"), -self._place.value)

    @cached_property
    def _of_begins(self) -> Way:
        """To the date of its begin."""
        return Way(self._in_rows("rows.begin"))

    # What is taken

    def _numbers(self, name: str) -> Numbers:
        return self._stored.file.numbers(name)

    def _in_rows(self, name: str, more: int = 0) -> Numbers:
        """A column of rows, of which only those of the view may be read, and some ``more``."""
        first = self._place.row
        found: Numbers = self._stored.uniform.known(
            ("of rows", self._place.name, name, more),
            lambda: self._stored.file.within(name, first, first + self._place.rows + more),
        )
        return found

    def _want(self, way: str, name: str, wanted: Wanted | None) -> _Get:
        """Have something taken, once for each ``name``; what is given finds it in a batch."""
        self._wanted.setdefault(way, {}).setdefault(name, wanted)
        return lambda batch: batch.taken[way, name]

    def _want_value(self, name: str, width: int = 0) -> _Get:
        return self._want("_of_values", name, Wanted(self._numbers(name), 0, width))

    def _places(self, way: str) -> _Get:
        return self._want(way, "", None)

    def _texts(self, name: str) -> Dictionary:
        def found() -> Dictionary:
            starts = self._numbers(f"{name}.starts")
            return Dictionary(starts, self._numbers(f"{name}.bytes"), len(starts) - 1)

        texts: Dictionary = self._stored.uniform.known(("texts", name), found)
        return texts

    def _same(self, texts: str, number: int) -> Made:
        """A text for each row, by its number among some: the only one in a dictionary of its own."""
        one: Dictionary = self._stored.uniform.known(("one", texts, number), lambda: self._one(texts, number))
        return lambda batch: Filled("text", batch.length, blank(4 * batch.length), dictionary=one)

    def _one(self, texts: str, number: int) -> Dictionary:
        first, last = self._numbers(f"{texts}.starts")[number : number + 2]
        return Dictionary(array("I", [0, last - first]), self._numbers(f"{texts}.bytes")[first:last], 1)

    # The columns

    def _key(self, part: int, kind: Kind) -> Made:
        """A part of the keys; in a user's own view each whole key as a list."""
        names = self._texts("names")
        if kind == _LIST:
            return self._lists(names, "cells.keys", "cells.keys_from", self._places("_of_cells"))
        place, name = self._place, part_name(part)
        numbers = self._in_rows(name)[place.row : place.row + place.rows]
        only = self._stored.uniform.known(("part", place.name, part), lambda: only_number(numbers))
        if only is not None:
            return self._same("names", only)
        found = self._want("_of_rows", name, Wanted(numbers))
        return lambda batch: Filled("text", batch.length, found(batch), dictionary=names)

    def _lists(self, texts: Dictionary, items: str, starts: str, places: _Get) -> Made:
        """The lists of texts at some places, of blocks that have the ``items`` and where each list begins."""
        held = self._vectors.held
        first, numbers = held(self._numbers(starts)), held(self._numbers(items))
        return lambda batch: _listed(texts, batch, batch.vectors.lists(first, numbers, places(batch)))

    def text(self, column: Column) -> Made:
        """A text that the values say, or none."""
        name = block_name(self._place.name, column)
        texts, only = self._texts(f"{name}.texts"), self._stored.uniform.number(name)
        if only == NONE:
            return lambda batch: _nothing("text", batch, 4)._replace(dictionary=texts)
        if only is not None:
            return self._same(f"{name}.texts", only)
        if self._stored.uniform.names_itself(name, f"{name}.texts"):
            numbers = self._places("_of_values")
        else:
            numbers = self._want_value(name)
            if not self._stored.uniform.known(("whole", name), lambda: self._says_everywhere(name)):
                return lambda batch: _said(texts, batch, numbers(batch))
        return lambda batch: Filled("text", batch.length, numbers(batch), dictionary=texts)

    def _says_everywhere(self, name: str) -> bool:
        """Whether each value of the view has a text in a column."""
        return self._vectors.unlike(self._numbers(name), NONE) is None

    def texts(self, column: Column) -> Made:
        """A list of texts that the values say."""
        name = block_name(self._place.name, column)
        texts, places = self._texts(f"{name}.texts"), self._places("_of_values")
        return self._present(name, self._lists(texts, name, f"{name}.from", places))

    def number(self, column: Column) -> Made:
        """A number of any kind, or a flag."""
        name, kind = block_name(self._place.name, column), column.kind
        width, uniform = _WIDTHS[kind], self._stored.uniform
        only = uniform.number(name)
        if f"{name}.present" in self._stored.file and uniform.number(f"{name}.present") == 0:
            return lambda batch: _nothing(kind, batch, width)
        if only == 0:
            return self._present(name, lambda batch: Filled(kind, batch.length, blank(width * batch.length)))
        block = name
        if kind == "number":
            # The least and the most of a share are mostly equal.
            block = next((each for each in self._wide if uniform.are_alike(each, name)), name)
            self._wide.append(block)
        numbers = self._want_value(block, WIDE if kind == "number" else 0)
        if kind == "flag":
            return self._present(
                name, lambda batch: Filled(kind, batch.length, batch.vectors.bits(numbers(batch)))
            )
        return self._present(name, lambda batch: Filled(kind, batch.length, numbers(batch)))

    def _present(self, name: str, make: Made) -> Made:
        """The same with a mark where a value of the column is missing."""
        name = f"{name}.present"
        if name not in self._stored.file:
            return make
        flags = self._want_value(name)
        return lambda batch: _marked(make(batch), batch, flags(batch))

    def _since(self) -> Made:
        texts = self._texts("dates")
        if self._stored.uniform.names_itself("dates.text", "dates"):
            numbers = self._places("_of_begins")
        else:
            numbers = self._want("_of_begins", "dates.text", Wanted(self._numbers("dates.text")))
        return lambda batch: Filled("text", batch.length, numbers(batch), dictionary=texts)

    def _day_of(self, name: str) -> Made:
        days = self._want("_of_begins", name, Wanted(self._numbers(name), EPOCH))
        return lambda batch: Filled("day", batch.length, days(batch))

    def _events(self) -> Made:
        texts, held = self._texts("events"), self._vectors.held
        starts = held(self._in_rows("rows.behind_from", 1))
        numbers, alone = held(self._numbers("rows.behind")), self._alone()
        items = None if alone is None else self._want("_of_rows", "alone", Wanted(alone))

        def made(batch: StandingBatch) -> Filled:
            one = None if items is None else items(batch)
            lists = batch.vectors.lists(starts, numbers, batch.rows, one)
            if batch.doubts:
                lists = batch.vectors.with_more(lists, batch.doubts)
            return _listed(texts, batch, lists)

        return made

    def _alone(self) -> Vector | None:
        """The event behind each row of the view, where there is but one."""
        first, last = self._place.row, self._place.row + self._place.rows
        starts, numbers = self._in_rows("rows.behind_from", 1), self._numbers("rows.behind")
        alone: Vector | None = self._stored.uniform.known(
            ("alone", self._place.name, type(self._vectors)),
            lambda: self._vectors.alone(starts[first : last + 1], numbers),
        )
        return alone


def _listed(texts: Dictionary, batch: StandingBatch, lists: tuple[Vector, Vector]) -> Filled:
    begins, items = lists
    return Filled(_LIST, batch.length, begins, dictionary=texts, items=items, size=len(items))


def _certain(batch: StandingBatch) -> Filled:
    """Whether each row certainly holds."""
    sure = batch.sure
    if batch.doubts:
        flags = bytearray(batch.sure)
        for place, _ in batch.doubts:
            flags[place] = 0
        sure = flags
    return Filled("flag", batch.length, batch.vectors.bits(sure))


def _nothing(kind: Kind, batch: StandingBatch, width: int) -> Filled:
    """A column in which every value is missing."""
    length = batch.length
    return Filled(kind, length, blank(width * length), blank(length), length)


def _said(texts: Dictionary, batch: StandingBatch, numbers: Vector) -> Filled:
    """A column of texts by their numbers, of which some are none."""
    vectors, whole = batch.vectors, Filled("text", batch.length, numbers, dictionary=texts)
    found = vectors.unlike(numbers, NONE)
    if found is None:
        return whole
    return _marked(whole._replace(values=vectors.without(numbers, NONE)), batch, found)


def _marked(filled: Filled, batch: StandingBatch, flags: Vector) -> Filled:
    """A column of which some values are missing: those with no flag."""
    return filled._replace(present=batch.vectors.bits(flags), missing=batch.vectors.zeros(flags))


_WIDTHS: Final[Mapping[Kind, int]] = MappingProxyType({"flag": 1, "integer": 8, "number": WIDE})
"""The bytes of a value in Arrow, or for a flag more than it has there."""

_OF_VALUE: Final[Mapping[Kind, Callable[[TablePlan, Column], Made]]] = MappingProxyType(
    {
        "text": TablePlan.text,
        "texts": TablePlan.texts,
        **dict.fromkeys(("flag", "integer", "number"), TablePlan.number),
    }
)
"""By kind, what makes a column of the values."""
