"""Tables as Arrow C streams: buffers are filled here, and nanoarrow exports them.

Text is utf8, a list of texts list<utf8>, a day date32, a count int64, a number decimal128 with 18
places. Only this module and those beside it that import it use nanoarrow.
"""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chronicle.engine.tables.table import Column, Kind, Table
from chronicle.errors import InvalidValue, Problem, not_installed

if TYPE_CHECKING:
    from collections.abc import Mapping

BATCH: Final = 65_536
"""Rows in one batch of a stream."""

PLACES: Final = 18
"""Decimal places of a number."""
DIGITS = 38
EPOCH = datetime.date(1970, 1, 1).toordinal()
_LARGEST_INTEGER = 2**63 - 1
_LARGEST_NUMBER = 10**DIGITS - 1


def stream(table: Table) -> Any:
    """The nanoarrow stream of a table. Raises ``UsageError`` (C740) and ``InvalidValue`` (C741)."""
    arrow = nanoarrow()
    from nanoarrow.c_array_stream import CArrayStream

    of_table = schema(table.columns)
    batches = [_batch(arrow, of_table, table.columns, values) for values in table.batches(BATCH)]
    return CArrayStream.from_c_arrays(batches, of_table)


def schema(columns: Sequence[Column]) -> Any:
    """The nanoarrow schema of columns. Raises ``UsageError`` (C740)."""
    arrow = nanoarrow()
    return arrow.c_schema(arrow.struct({column.name: types(arrow)[column.kind] for column in columns}))


def nanoarrow() -> Any:
    """The library. Raises ``UsageError`` (C740) if it is not installed."""
    try:
        import nanoarrow
    except ImportError:
        raise not_installed("nanoarrow", "which hands tables to data frames", "arrow") from None
    return nanoarrow


def types(arrow: Any) -> Mapping[Kind, Any]:
    """The type that each kind of column has in Arrow."""
    return {
        "text": arrow.string(),
        "texts": arrow.list_(arrow.string()),
        "integer": arrow.int64(),
        "flag": arrow.bool_(),
        "day": arrow.date32(),
        "number": arrow.decimal128(DIGITS, PLACES),
    }


def _batch(arrow: Any, of_table: Any, columns: Sequence[Column], values: list[list[Any]]) -> Any:
    children = [
        _array(arrow, column, column_values) for column, column_values in zip(columns, values, strict=True)
    ]
    length = len(values[0])
    return arrow.c_array_from_buffers(of_table, length, [None], null_count=0, children=children)


def _array(arrow: Any, column: Column, values: list[Any]) -> Any:
    of_column = arrow.c_schema(types(arrow)[column.kind])
    present = [value is not None for value in values]
    validity = None if all(present) else bits(present)
    children = []
    if column.kind == "texts":
        inner = [text for value in values if value is not None for text in value]
        children = [_array(arrow, Column("item", "text", column.read), inner)]
    buffers = [validity, *FILL[column.kind](values)]
    missing = len(values) - sum(present)
    return arrow.c_array_from_buffers(of_column, len(values), buffers, null_count=missing, children=children)


def bits(flags: Sequence[bool]) -> bytes:
    """A bit for each flag, the first in the lowest bit of the first byte."""
    text = "".join("1" if flag else "0" for flag in reversed(flags))
    return int(text or "0", 2).to_bytes((len(flags) + 7) // 8, "little")


def _offsets(lengths: Sequence[int]) -> array[int]:
    return array("i", accumulate(lengths, initial=0))


def _text(values: list[str | None]) -> list[Any]:
    # Half of a surrogate pair is not a character and cannot be encoded in UTF-8.
    encoded = [b"" if value is None else value.encode("utf-8", "replace") for value in values]
    return [_offsets([len(each) for each in encoded]), b"".join(encoded)]


def _texts(values: list[tuple[str, ...] | None]) -> list[Any]:
    return [_offsets([0 if value is None else len(value) for value in values])]


def _integer(values: list[int | None]) -> list[Any]:
    for value in values:
        fits(value)
    return [array("q", (value or 0 for value in values))]


def fits(value: int | None) -> None:
    """Raises ``InvalidValue`` (C741) for a whole number outside 64 bits."""
    if value is not None and abs(value) > _LARGEST_INTEGER:
        raise _too_large("count")


def _flag(values: list[bool | None]) -> list[Any]:
    return [bits([bool(value) for value in values])]


def _day(values: list[datetime.date | None]) -> list[Any]:
    return [array("i", (0 if value is None else value.toordinal() - EPOCH for value in values))]


def _number(values: list[Fraction | None]) -> list[Any]:
    # The same number often stands in many rows, and to scale it takes long.
    known: dict[int, bytes] = {}
    for value in values:
        if id(value) not in known:
            known[id(value)] = scaled(value).to_bytes(16, "little", signed=True)
    return [b"".join([known[id(value)] for value in values])]


def scaled(value: Fraction | None) -> int:
    """A number in units of its last decimal place, rounded. Raises ``InvalidValue`` (C741) if too large."""
    if value is None:
        return 0
    scaled = round(value * 10**PLACES)
    if abs(scaled) > _LARGEST_NUMBER:
        raise _too_large("number")
    return scaled


def _too_large(what: str) -> InvalidValue:
    help = "export as JSON Lines or CSV, where numbers have no limit"
    return InvalidValue(Problem("C741", f"{what} is too large for a column of Arrow", help=help))


FILL: Final[Mapping[Kind, Callable[[list[Any]], list[Any]]]] = MappingProxyType(
    {
        "text": _text,
        "texts": _texts,
        "integer": _integer,
        "flag": _flag,
        "day": _day,
        "number": _number,
    }
)
"""By kind, the function that fills the buffers of a column, without the one of validity."""
