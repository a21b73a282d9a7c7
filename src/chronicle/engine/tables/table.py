"""A table: columns over rows. Plain Python until its Arrow stream is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple, Self

from attrs import frozen

from chronicle.errors import absent

# text: str · texts: list of str · integer: int · flag: bool · day: datetime.date
# number: Fraction or Decimal, exact here and in Arrow to 18 places
Kind = Literal["text", "texts", "integer", "flag", "day", "number"]

_SHOWN = 20


class Column(NamedTuple):
    """A column: its name, the kind of its values, and how a value is read from a row; None for no value."""

    name: str
    kind: Kind
    read: Callable[[Any], Any]


@frozen(repr=False, eq=False)
class Table:
    """Columns over rows, which can be read repeatedly. ``name`` says what a row is.

    Hand it to a data-frame library: ``polars.DataFrame(table)``, ``pandas.DataFrame.from_arrow(table)``,
    ``pyarrow.table(table)``, or name it in a query of DuckDB.
    """

    name: str
    columns: tuple[Column, ...]
    _rows: Sequence[Any]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def __len__(self) -> int:
        return len(self._rows)

    def select(self, *names: str) -> Self:
        """The same table with these columns only, in this order; the others are not computed.

        Raises ``NotFound`` (C606) for an unknown column.
        """
        columns = {column.name: column for column in self.columns}
        for name in names:
            if name not in columns:
                raise absent("C606", "column", name, columns)
        return self._with(tuple([columns[name] for name in names]))

    def _with(self, columns: tuple[Column, ...]) -> Self:
        """The same table with other columns."""
        return type(self)(self.name, columns, self._rows)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows as tuples of Python values, in the order of the columns."""
        reads = [column.read for column in self.columns]
        return (tuple(read(row) for read in reads) for row in self._rows)

    def each(self) -> Iterator[Any]:
        """What the rows are made of, from which each column reads its value."""
        return iter(self._rows)

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as mappings from the name of a column to its value."""
        return [dict(zip(self.column_names, row, strict=True)) for row in self.rows()]

    def batches(self, size: int) -> Iterator[list[list[Any]]]:
        """The values, column by column, of up to ``size`` rows at a time."""
        for start in range(0, len(self._rows), size):
            chunk = self._rows[start : start + size]
            yield [[column.read(row) for row in chunk] for column in self.columns]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as an Arrow C stream.

        Raises ``UsageError`` (C740) if nanoarrow is not installed,
        and ``InvalidValue`` (C741) for a number that no column of Arrow can hold.
        """
        from chronicle.engine.tables.arrow import stream

        return stream(self).__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The columns as an Arrow C schema. Raises ``UsageError`` (C740) if nanoarrow is not installed."""
        from chronicle.engine.tables.arrow import schema

        return schema(self.columns).__arrow_c_schema__()

    def __repr__(self) -> str:
        return f"<Table {self.name}: {len(self)} rows of {', '.join(self.column_names)}>"

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{escape(name)}</th>" for name in self.column_names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>"
            for row in islice(self.rows(), _SHOWN)
        )
        more = f"<caption>the first {_SHOWN} of {len(self)} rows</caption>" if len(self) > _SHOWN else ""
        return f"<table>{more}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: object) -> str:
    if value is None:
        return ""
    from html import escape

    return escape(", ".join(value) if isinstance(value, tuple) else str(value))
