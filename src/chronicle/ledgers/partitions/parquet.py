"""Parquet files of records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chronicle.errors import Problem, UsageError, printable
from chronicle.ledgers.partitions import frames


def batches_of(path: Path) -> Iterator[Any]:
    """The records of a file, as record batches. Raises ``UsageError`` (C530) for what is none of Parquet."""
    wanted = frames.records_schema().names
    with _opened(path) as file:
        columns = [name for name in file.schema_arrow.names if name in wanted]
        yield from file.iter_batches(frames.RECORDS, columns=columns)


def length_of(path: Path) -> int:
    """The number of records in a file. Raises ``UsageError`` (C530) for what is none of Parquet."""
    with _opened(path) as file:
        return int(file.metadata.num_rows)


def _opened(path: Path) -> Any:
    arrow = frames.pyarrow()
    from pyarrow.parquet import ParquetFile

    try:
        return ParquetFile(path)
    except arrow.ArrowInvalid:
        message = f'"{printable(str(path))}" is no file of Parquet'
        raise UsageError(Problem("C530", message, help="name one that has a record a row")) from None
