"""Columns from ready buffers as a stream of pyarrow, where a program has imported pyarrow itself.

To import nanoarrow takes as long as to make the columns of a million rows. It is for those who have no
pyarrow, or use polars or DuckDB; what comes out is the same.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chronicle.engine.tables.arrow import DIGITS, PLACES

if TYPE_CHECKING:
    from chronicle.engine.tables.buffers import Filled
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
    text = arrow.dictionary(arrow.int32(), arrow.string())
    types = {
        "text": text,
        "texts": arrow.list_(text),
        "integer": arrow.int64(),
        "flag": arrow.bool_(),
        "day": arrow.date32(),
        "number": arrow.decimal128(DIGITS, PLACES),
    }
    of_table = arrow.schema([(name, types[kind]) for name, kind in zip(names, kinds, strict=True)])
    arrays = ([_column(arrow, types, column) for column in batch] for batch in batches)
    made = [arrow.RecordBatch.from_arrays(columns, schema=of_table) for columns in arrays]
    return arrow.RecordBatchReader.from_batches(of_table, made)


def _column(arrow: Any, types: dict[str, Any], column: Filled) -> Any:
    buffers = [_buffer(arrow, column.present), _buffer(arrow, column.values)]
    if column.kind == "text":
        return _numbered(arrow, types["text"], column, buffers)
    children = []
    if column.kind == "texts":
        items = column._replace(length=column.size, missing=0)
        children = [_numbered(arrow, types["text"], items, [None, _buffer(arrow, column.items)])]
    return arrow.Array.from_buffers(
        types[column.kind], column.length, buffers, column.missing, children=children or None
    )


def _numbered(arrow: Any, kind: Any, column: Filled, buffers: list[Any]) -> Any:
    """Texts by their numbers, with the dictionary that has them."""
    starts, texts, size = bytes(4), b"", 0
    if column.dictionary is not None:
        starts, texts, size = column.dictionary.starts, column.dictionary.texts, column.dictionary.size
    held = arrow.Array.from_buffers(
        arrow.string(), size, [None, _buffer(arrow, starts), _buffer(arrow, texts)], 0
    )
    return arrow.DictionaryArray.from_buffers(kind, column.length, buffers, held, column.missing)


def _buffer(arrow: Any, numbers: Any) -> Any:
    return None if numbers is None else arrow.py_buffer(numbers)
