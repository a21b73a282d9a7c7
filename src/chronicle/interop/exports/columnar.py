"""Parquet and Arrow, by pyarrow (the extra ``parquet``): rows by day of a view, or the facts of a day."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Any

from chronicle.engine import views
from chronicle.engine.tables import Table
from chronicle.errors import Problem, UsageError, not_installed
from chronicle.interop.exports.delimited import by_day_table
from chronicle.interop.exports.material import Material

_CHUNK = 1 << 20


def parquet_by_day(material: Material) -> Iterator[bytes]:
    """A Parquet file of rows by day of one view."""
    return _parquet(by_day_table(material))


def parquet_facts(material: Material) -> Iterator[bytes]:
    """A Parquet file of the holdings, units, deals or entities of a day."""
    return _parquet(_facts(material))


def arrow_by_day(material: Material) -> Iterator[bytes]:
    """An Arrow IPC stream of rows by day of one view."""
    return _stream(by_day_table(material))


def arrow_facts(material: Material) -> Iterator[bytes]:
    """An Arrow IPC stream of the holdings, units, deals or entities of a day."""
    return _stream(_facts(material))


def _facts(material: Material) -> Table:
    view, state = material.view or views.HOLDINGS, material.state
    tables = {
        views.HOLDINGS: state.holdings_table,
        views.UNITS: state.units_table,
        views.DEALS: state.deals_table,
        views.NAMES: state.entities_table,
    }
    if view not in tables:
        message = f'no table of the view "{view}" on a day'
        help = f"a day has tables of {', '.join(tables)}; without --as-of there is one of every view"
        raise UsageError(Problem("C742", message, help=help))
    return tables[view]()


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise not_installed("pyarrow", "which writes Parquet and Arrow files", "parquet") from None
    return pyarrow


def _parquet(table: Table) -> Iterator[bytes]:
    arrow = _pyarrow().table(table)
    from pyarrow.parquet import write_table

    with tempfile.TemporaryFile() as file:
        write_table(arrow, file, compression="zstd")
        yield from read_back(file)


def _stream(table: Table) -> Iterator[bytes]:
    pyarrow = _pyarrow()
    arrow = pyarrow.table(table)
    with tempfile.TemporaryFile() as file:
        with pyarrow.ipc.new_stream(file, arrow.schema) as writer:
            writer.write_table(arrow)
        yield from read_back(file)


def read_back(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file from its beginning, in chunks."""
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk
