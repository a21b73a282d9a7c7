"""Columns from ready buffers as a stream of pyarrow, where a program has imported pyarrow itself.

To import nanoarrow takes as long as to make the columns of a million rows. It is for those who have no
pyarrow, or use polars or DuckDB; what comes out is the same.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from chronicle.engine.tables.arrow import DIGITS, PLACES

if TYPE_CHECKING:
    from chronicle.engine.tables.buffers import Bytes, Filled
    from chronicle.engine.tables.table import Kind

_NEEDED = ("Array", "DictionaryArray", "RecordBatch", "RecordBatchReader", "py_buffer")


def imported_pyarrow() -> Any:
    """The library where it is imported already, and wholly; else None. It is never imported here."""
    found = sys.modules.get("pyarrow")
    return found if all(hasattr(found, name) for name in _NEEDED) else None


def pyarrow_stream(
    arrow: Any, names: Sequence[str], kinds: Sequence[Kind], batches: Sequence[Sequence[Filled]]
) -> Any:
    """The reader of batches of columns, which has the protocol of Arrow streams."""
    of_table = _of_table(arrow, tuple(names), tuple(kinds))
    arrays = ([_column(arrow, column) for column in batch] for batch in batches)
    made = [arrow.RecordBatch.from_arrays(columns, schema=of_table) for columns in arrays]
    return arrow.RecordBatchReader.from_batches(of_table, made)


@lru_cache(maxsize=256)
def _of_table(arrow: Any, names: tuple[str, ...], kinds: tuple[Kind, ...]) -> Any:
    types = _types(arrow)
    return arrow.schema([(name, types[kind]) for name, kind in zip(names, kinds, strict=True)])


@cache
def _types(arrow: Any) -> dict[Kind, Any]:
    text = arrow.dictionary(arrow.int32(), arrow.string())
    return {
        "text": text,
        "texts": arrow.list_(text),
        "integer": arrow.int64(),
        "flag": arrow.bool_(),
        "day": arrow.date32(),
        "number": arrow.decimal128(DIGITS, PLACES),
    }


def _column(arrow: Any, column: Filled) -> Any:
    buffers, of = [_buffer(arrow, column.present), _buffer(arrow, column.values)], _types(arrow)
    if column.kind == "text":
        return _numbered(arrow, column, buffers)
    children = None
    if column.kind == "texts":
        items = column._replace(length=column.size, missing=0)
        children = [_numbered(arrow, items, [None, _buffer(arrow, column.items)])]
    return arrow.Array.from_buffers(
        of[column.kind], column.length, buffers, column.missing, children=children
    )


def _numbered(arrow: Any, column: Filled, buffers: list[Any]) -> Any:
    """Texts by their numbers, with the dictionary that has them."""
    dictionary = column.dictionary
    held = _held(arrow, bytes(4), b"", 0) if dictionary is None else dictionary.array(_held, arrow)
    of = _types(arrow)["text"]
    return arrow.DictionaryArray.from_buffers(of, column.length, buffers, held, column.missing)


def _held(arrow: Any, starts: Bytes, texts: Bytes, size: int) -> Any:
    buffers = [None, _buffer(arrow, starts), _buffer(arrow, texts)]
    return arrow.Array.from_buffers(arrow.string(), size, buffers, 0)


def _buffer(arrow: Any, numbers: Any) -> Any:
    return None if numbers is None else arrow.py_buffer(numbers)
