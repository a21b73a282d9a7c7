"""The columns of some of the rows that stand on a day, as buffers for data frames."""

from __future__ import annotations

import datetime
from array import array
from bisect import bisect_left
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
from chronicle.ledgers.rows import DAYS, part_name
from chronicle.ledgers.texts import NONE
from chronicle.ledgers.uniform import blank, only_number
from chronicle.ledgers.vectors import Rows, Vector, Vectors, Wanted, Way

_LIST: Final = "texts"

Made = Callable[[], Filled]
"""What makes a column, of what was taken for it."""

_More = Sequence[tuple[int, Sequence[int]]]
"""What some rows, by their places, have besides."""


class StandingBatch:
    """The columns of some of the rows that stand on a day.

    Each column says what it wants of the blocks, and is made when all of it was taken at once.
    """

    def __init__(
        self, stored: StoredRows, view: str, day: datetime.date, rows: Rows, vectors: Vectors
    ) -> None:
        self._stored, self._place, self._day = stored, stored.views[view], day
        self._rows, self._vectors, self._length = rows, vectors, len(rows)
        self._keys = {column.name: part for part, column in enumerate(keys_of(view))}
        self._wanted: dict[str, dict[str, Wanted | None]] = {}
        self._taken: dict[tuple[str, str], Vector] = {}

    def filled(self, columns: Sequence[Column]) -> list[Filled]:
        """The columns."""
        made = [self._column(column) for column in columns]
        asked = [(getattr(self, way), [*wanted.values()]) for way, wanted in self._wanted.items()]
        taken = self._vectors.taken(self._rows, asked)
        for (way, wanted), found in zip(self._wanted.items(), taken, strict=True):
            self._taken.update(zip([(way, name) for name in wanted], found, strict=True))
        return [make() for make in made]

    def _column(self, column: Column) -> Made:
        if column.name in self._keys:
            return self._key(self._keys[column.name], column.kind)
        known = {"certain": self._sure, "since": self._since, "events": self._events}
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

    def _want(self, way: str, name: str, wanted: Wanted | None) -> Callable[[], Vector]:
        """Have something taken, once for each ``name``; what is given gives it, when all was taken."""
        self._wanted.setdefault(way, {}).setdefault(name, wanted)
        return lambda: self._taken[way, name]

    def _want_value(self, name: str, width: int = 0) -> Callable[[], Vector]:
        return self._want("_of_values", name, Wanted(self._numbers(name), 0, width))

    def _places(self, way: str) -> Callable[[], Vector]:
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
        return lambda: Filled("text", self._length, blank(4 * self._length), dictionary=one)

    def _one(self, texts: str, number: int) -> Dictionary:
        first, last = self._numbers(f"{texts}.starts")[number : number + 2]
        return Dictionary(array("I", [0, last - first]), self._numbers(f"{texts}.bytes")[first:last], 1)

    # The columns

    def _key(self, part: int, kind: Kind) -> Made:
        """A part of the keys; in a user's own view each whole key as a list."""
        names = self._texts("names")
        if kind == _LIST:
            cells, keys = self._places("_of_cells"), self._numbers("cells.keys")
            starts, lists = self._numbers("cells.keys_from"), self._vectors.lists
            return lambda: self._lists(names, lists(starts, keys, cells()))
        place, name = self._place, part_name(part)
        numbers = self._in_rows(name)[place.row : place.row + place.rows]
        only = self._stored.uniform.known(("part", place.name, part), lambda: only_number(numbers))
        if only is not None:
            return self._same("names", only)
        found = self._want("_of_rows", name, Wanted(numbers))
        return lambda: Filled("text", self._length, found(), dictionary=names)

    def _lists(self, texts: Dictionary, lists: tuple[Vector, Vector]) -> Filled:
        begins, items = lists
        return Filled(_LIST, self._length, begins, dictionary=texts, items=items, size=len(items))

    def text(self, column: Column) -> Made:
        """A text that the values say, or none."""
        name = block_name(self._place.name, column)
        texts, only = self._texts(f"{name}.texts"), self._stored.uniform.number(name)
        whole = Filled("text", self._length, None, dictionary=texts)
        if only == NONE:
            return lambda: self._nothing("text", 4)._replace(dictionary=texts)
        if only is not None:
            return self._same(f"{name}.texts", only)
        if self._stored.uniform.names_itself(name, f"{name}.texts"):
            numbers = self._places("_of_values")
            return lambda: whole._replace(values=numbers())
        numbers = self._want_value(name)
        if self._stored.uniform.known(("whole", name), lambda: self._says_everywhere(name)):
            return lambda: whole._replace(values=numbers())

        def made() -> Filled:
            found = self._vectors.unlike(numbers(), NONE)
            if found is None:
                return whole._replace(values=numbers())
            present, missing = self._vectors.bits(found), self._vectors.zeros(found)
            return whole._replace(
                values=self._vectors.without(numbers(), NONE), present=present, missing=missing
            )

        return made

    def _says_everywhere(self, name: str) -> bool:
        """Whether each value of the view has a text in a column."""
        return self._vectors.unlike(self._numbers(name), NONE) is None

    def texts(self, column: Column) -> Made:
        """A list of texts that the values say."""
        name = block_name(self._place.name, column)
        places, present = self._places("_of_values"), self._present(name)
        texts, starts = self._texts(f"{name}.texts"), self._numbers(f"{name}.from")
        numbers, lists = self._numbers(name), self._vectors.lists
        return lambda: present(self._lists(texts, lists(starts, numbers, places())))

    def number(self, column: Column) -> Made:
        """A number of any kind, or a flag."""
        name, kind = block_name(self._place.name, column), column.kind
        width, uniform = _WIDTHS[kind], self._stored.uniform
        only = uniform.number(name)
        if f"{name}.present" in self._stored.file and uniform.number(f"{name}.present") == 0:
            return lambda: self._nothing(kind, width)
        present = self._present(name)
        if only == 0:
            return lambda: present(Filled(kind, self._length, blank(width * self._length)))
        if kind == "number":
            # The least and the most of a share are mostly equal.
            name = next((each for each in self._wide if uniform.are_alike(each, name)), name)
            self._wide.append(name)
        numbers = self._want_value(name, WIDE if kind == "number" else 0)
        if kind == "flag":
            return lambda: present(Filled(kind, self._length, self._vectors.bits(numbers())))
        return lambda: present(Filled(kind, self._length, numbers()))

    @cached_property
    def _wide(self) -> list[str]:
        """The blocks of numbers with decimal places that are wanted."""
        return []

    def _nothing(self, kind: Kind, width: int) -> Filled:
        """A column in which every value is missing."""
        return Filled(kind, self._length, blank(width * self._length), blank(self._length), self._length)

    def _present(self, name: str) -> Callable[[Filled], Filled]:
        """What marks which values of a column are missing."""
        name = f"{name}.present"
        if name not in self._stored.file:
            return lambda filled: filled
        flags = self._want_value(name)
        return lambda filled: filled._replace(
            present=self._vectors.bits(flags()), missing=self._vectors.zeros(flags())
        )

    def _sure(self) -> Made:
        def made() -> Filled:
            days = [self._in_rows(f"rows.{name}") for name in DAYS]
            sure = self._vectors.sure(days, self._rows, self._day.toordinal())
            if self._doubts:
                flags = bytearray(sure)
                for place, _ in self._doubts:
                    flags[place] = 0
                sure = flags
            return Filled("flag", self._length, self._vectors.bits(sure))

        return made

    def _since(self) -> Made:
        texts = self._texts("dates")
        if self._stored.uniform.names_itself("dates.text", "dates"):
            numbers = self._places("_of_begins")
        else:
            numbers = self._want("_of_begins", "dates.text", Wanted(self._numbers("dates.text")))
        return lambda: Filled("text", self._length, numbers(), dictionary=texts)

    def _day_of(self, name: str) -> Made:
        days = self._want("_of_begins", name, Wanted(self._numbers(name), EPOCH))
        return lambda: Filled("day", self._length, days())

    def _events(self) -> Made:
        texts, starts = self._texts("events"), self._in_rows("rows.behind_from", 1)
        numbers, alone = self._numbers("rows.behind"), self._alone()

        items = None if alone is None else self._want("_of_rows", "alone", Wanted(alone))

        def made() -> Filled:
            lists = self._vectors.lists(starts, numbers, self._rows, None if items is None else items())
            return self._lists(texts, self._vectors.with_more(lists, self._doubts) if self._doubts else lists)

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

    @cached_property
    def _doubts(self) -> _More:
        """The rows that are in doubt on the day, by their places, each with the events that say so."""
        doubted = list[tuple[int, list[int]]]()
        for row in dict.fromkeys(self._numbers("doubts.row")):
            place = bisect_left(self._rows, row)
            found = [number for number, doubt in self._stored.doubts_of(row) if doubt.on(self._day)]
            if found and place < self._length and self._rows[place] == row:
                behind = set(self._stored.behind(row))
                more = [number for number in dict.fromkeys(found) if number not in behind]
                doubted.append((place, more))
        return doubted


_WIDTHS: Final[Mapping[Kind, int]] = MappingProxyType({"flag": 1, "integer": 8, "number": WIDE})
"""The bytes of a value in Arrow, or for a flag more than it has there."""

_OF_VALUE: Final[Mapping[Kind, Callable[[StandingBatch, Column], Made]]] = MappingProxyType(
    {
        "text": StandingBatch.text,
        "texts": StandingBatch.texts,
        **dict.fromkeys(("flag", "integer", "number"), StandingBatch.number),
    }
)
"""By kind, what makes a column of the values."""
