"""Columns from ready buffers as Arrow C streams: no object for a row, and texts by their numbers.

A text is a number in a dictionary of texts, which is not copied for a table. For ledgers
on disk.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from attrs import field, frozen

from chronicle.engine.tables.arrow import BATCH, FILL, bits, nanoarrow, types
from chronicle.engine.tables.by_pyarrow import imported_pyarrow, pyarrow_stream
from chronicle.engine.tables.table import Kind, Table

Bytes = Any
"""Anything with the buffer protocol: an ``array``, a ``memoryview``, an array of numpy."""


@frozen(repr=False, eq=False)
class Dictionary:
    """Texts by number: the offset of each (32 bits, one more than texts), and all of them in UTF-8."""

    starts: Bytes
    texts: Bytes
    size: int

    # By what made them.
    _arrays: dict[Any, Any] = field(factory=dict, init=False)

    def array(self, make: Callable[[Any, Bytes, Bytes, int], Any], arrow: Any) -> Any:
        """What ``make`` gives for the texts with a library of Arrow, which is made once."""
        if make not in self._arrays:
            self._arrays[make] = make(arrow, self.starts, self.texts, self.size)
        return self._arrays[make]


class Filled(NamedTuple):
    """A column of a batch.

    ``values`` are as in Arrow; for texts they are their numbers, for lists their offsets.
    ``present`` has a bit for each value, or is None if none is missing. ``items`` are the numbers of the
    texts of all lists, and ``size`` is how many.
    """

    kind: Kind
    length: int
    values: Bytes
    present: Bytes | None = None
    missing: int = 0
    dictionary: Dictionary | None = None
    items: Bytes | None = None
    size: int = 0


@frozen(repr=False, eq=False)
class CodedTable(Table):
    """A table whose texts go to data frames as numbers in a dictionary: as categories."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """As ``Table`` says."""
        kinds = [column.kind for column in self.columns]
        batches = list(self.filled())
        return stream_of(self.column_names, kinds, batches).__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """As ``Table`` says."""
        kinds = [column.kind for column in self.columns]
        return nanoarrow().c_schema(schema_of(self.column_names, kinds)).__arrow_c_schema__()

    def filled(self) -> Iterator[list[Filled]]:
        """The columns as buffers, ``BATCH`` rows at a time."""
        for batch in self.batches(BATCH):
            yield [_filled(column.kind, values) for column, values in zip(self.columns, batch, strict=True)]


def _filled(kind: Kind, values: list[Any]) -> Filled:
    present = [value is not None for value in values]
    missing = len(values) - sum(present)
    whole = Filled(kind, len(values), None, bits(present) if missing else None, missing)
    numbers: dict[str, int] = {}
    if kind == "text":
        codes = [0 if value is None else numbers.setdefault(value, len(numbers)) for value in values]
        return whole._replace(values=array("i", codes), dictionary=_dictionary(numbers))
    if kind == "texts":
        items = [text for value in values if value is not None for text in value]
        codes = [numbers.setdefault(text, len(numbers)) for text in items]
        begins = FILL[kind](values)[0]
        lists = whole._replace(values=begins, items=array("i", codes), size=len(codes))
        return lists._replace(dictionary=_dictionary(numbers))
    return whole._replace(values=FILL[kind](values)[0])


def _dictionary(numbers: Iterable[str]) -> Dictionary:
    starts, texts = FILL["text"](list(numbers))
    return Dictionary(starts, texts, len(starts) - 1)


def stream_of(names: Sequence[str], kinds: Sequence[Kind], batches: Sequence[Sequence[Filled]]) -> Any:
    """The stream of batches of columns: of pyarrow where a program has imported that, else of nanoarrow.

    Raises ``UsageError`` (C740) where there is neither.
    """
    given = imported_pyarrow()
    if given is not None:
        return pyarrow_stream(given, names, kinds, batches)
    arrow = nanoarrow()
    from nanoarrow.c_array_stream import CArrayStream

    of_table = _of_table(tuple(names), tuple(kinds))
    arrays = [
        arrow.c_array_from_buffers(
            of_table,
            batch[0].length,
            [None],
            null_count=0,
            children=[_array(arrow, each) for each in batch],
            # Nobody else has the columns, so they need not be copied.
            move=True,
        )
        for batch in batches
    ]
    return CArrayStream.from_c_arrays(arrays, of_table, validate=False)


def schema_of(names: Sequence[str], kinds: Sequence[Kind]) -> Any:
    """The nanoarrow type of a table of columns. Raises ``UsageError`` (C740)."""
    known = _types()
    return nanoarrow().struct({name: known[kind] for name, kind in zip(names, kinds, strict=True)})


@lru_cache(maxsize=256)
def _of_table(names: tuple[str, ...], kinds: tuple[Kind, ...]) -> Any:
    return nanoarrow().c_schema(schema_of(names, kinds))


@cache
def _types() -> dict[Kind, Any]:
    arrow = nanoarrow()
    text = arrow.dictionary(arrow.int32(), arrow.string())
    return {**types(arrow), "text": text, "texts": arrow.list_(text)}


def _held(arrow: Any, starts: Bytes, texts: Bytes, size: int) -> Any:
    """The texts of a dictionary as an array, of which columns have copies that share its buffers."""
    buffers = [None, starts, texts]
    return arrow.c_array_from_buffers(_string(), size, buffers, null_count=0, validation_level="none")


@cache
def _string() -> Any:
    arrow = nanoarrow()
    return arrow.c_schema(arrow.string())


@cache
def _of_kind(kind: Kind) -> Any:
    return nanoarrow().c_schema(_types()[kind])


def _array(arrow: Any, column: Filled) -> Any:
    buffers, children = [column.present, column.values], []
    if column.kind == "texts":
        items = Filled("text", column.size, column.items, dictionary=column.dictionary)
        children = [_array(arrow, items)]
    array = arrow.c_array_from_buffers(
        _of_kind(column.kind),
        column.length,
        buffers,
        null_count=column.missing,
        children=children,
        move=True,
        # The whole batch is looked at, in which texts have their dictionaries.
        validation_level="none",
    )
    if column.kind == "text" and column.dictionary is not None:
        from chronicle.engine.tables.arrow_arrays import give_dictionary

        give_dictionary(array, column.dictionary.array(_held, arrow))
    return array
