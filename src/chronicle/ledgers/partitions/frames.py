"""The Arrow tables of a partitioned replay: records in, what they share, rows out. Only here is pyarrow."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice, repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple

from chronicle.errors import Problem, UsageError, not_installed
from chronicle.stores.record import GENESIS, Record

BATCH: Final = 20_000
"""Rows in one batch."""

RECORDS: Final = 5_000
"""Records in one batch: some wait for each worker, in memory."""


def pyarrow() -> Any:
    """The library. Raises ``UsageError`` (C740) if it is not installed."""
    try:
        import pyarrow
    except ImportError:
        raise not_installed("pyarrow", "which carries records and rows", "parquet") from None
    return pyarrow


def use_memory_of_system() -> None:
    """Have tables of this process take their memory from the system, and give it back at once.

    Arrow keeps what it freed for its next tables. Of a process that turns tables into objects, and these into
    tables, that is memory that each of the two had at its time.
    """
    arrow = pyarrow()
    arrow.set_memory_pool(arrow.system_memory_pool())


def give_memory_back() -> None:
    """Give the memory back to the system that Arrow keeps for its next tables, where few of them come."""
    pyarrow().default_memory_pool().release_unused()


def numpy() -> Any:
    """The library. Raises ``UsageError`` (C740) if it is not installed."""
    try:
        import numpy
    except ImportError:
        raise not_installed("numpy", "which finds out what hangs together", "parquet") from None
    return numpy


_TEXT: Final = "string"
_RECORDS: Final[Mapping[str, str]] = {
    "position": "int64",
    "recorded_at": _TEXT,
    "id": _TEXT,
    "kind": _TEXT,
    "body": "binary",
    "checksum": "int64",
    "chain": "binary",
}
_PROOFS: Final = ("checksum", "chain")
_REQUIRED: Final = ("position", "id", "kind", "body")
_TELLS: Final[Mapping[str, str]] = {
    "position": "int64",
    "how": "int8",
    "thing": "int64",
    "when": "int64",
    "text": _TEXT,
}
_ROWS: Final[Mapping[str, str]] = {
    "what": _TEXT,
    "view": _TEXT,
    "key": "list<string>",
    "turn": "int64",
    "position": "int64",
    "place": "int32",
    "value": _TEXT,
    **{
        f"{end}{more}": kind
        for end in ("begin", "end")
        for more, kind in (("", _TEXT), ("_earliest", "date32"), ("_latest", "date32"), ("_form", _TEXT))
    },
    "ended_by": _TEXT,
    "ends_in_nothing": "bool",
    **dict.fromkeys(("possible_from", "certain_from", "certain_until", "possible_until"), "date32"),
    "bounded": "bool",
    "doubts": "list<string>",
    "events": "list<string>",
    **dict.fromkeys(("known_from", "known_until"), "date32"),
}

ROW: Final = tuple(_ROWS)
"""The names of the columns of a row."""

PART: Final = "part"
"""The column that says which records hang together."""


@cache
def records_schema() -> Any:
    """The columns of records. The last two prove them, and may be missing, as may ``recorded_at``."""
    return _schema(_RECORDS)


@cache
def laid_out_schema() -> Any:
    """The columns of records of a partition: those of records, and the part to which each belongs."""
    return records_schema().append(pyarrow().field(PART, pyarrow().int64()))


@cache
def tells_schema() -> Any:
    """The columns of what records say of what they share."""
    return _schema(_TELLS)


@cache
def rows_schema() -> Any:
    """The columns of rows."""
    return _schema(_ROWS)


def _schema(columns: Mapping[str, str]) -> Any:
    arrow = pyarrow()
    kinds = {
        _TEXT: arrow.string(),
        "binary": arrow.binary(),
        "bool": arrow.bool_(),
        "date32": arrow.date32(),
        "int8": arrow.int8(),
        "int32": arrow.int32(),
        "int64": arrow.int64(),
        "list<string>": arrow.list_(arrow.string()),
    }
    return arrow.schema([(name, kinds[kind]) for name, kind in columns.items()])


def batches(rows: Iterable[Sequence[Any]], schema: Any) -> Iterator[Any]:
    """Rows, each a sequence of values in the order of the columns, as record batches."""
    arrow, some = pyarrow(), list[Sequence[Any]]()
    for row in rows:
        some.append(row)
        if len(some) == BATCH:
            yield _batch(arrow, some, schema)
            some = []
    if some:
        yield _batch(arrow, some, schema)


def _batch(arrow: Any, rows: Sequence[Sequence[Any]], schema: Any) -> Any:
    columns = zip(*rows, strict=True)
    arrays = [arrow.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
    return arrow.RecordBatch.from_arrays(arrays, schema=schema)


def record_batches(records: Iterable[Record]) -> Iterator[Any]:
    """Records of a store as record batches."""
    return batches(records, records_schema())


def proven_batches(records: Iterable[Record]) -> Iterator[Any]:
    """Records that were proven as record batches, without their proofs, which nobody has to compute again."""
    arrow, schema = pyarrow(), records_schema()
    kinds = schema.types[: -len(_PROOFS)]
    records = iter(records)
    while some := [*islice(records, RECORDS)]:
        columns = [
            *(arrow.array([*map(itemgetter(at), some)], kind) for at, kind in enumerate(kinds)),
            *(arrow.nulls(len(some), kind) for kind in schema.types[len(kinds) :]),
        ]
        yield arrow.RecordBatch.from_arrays(columns, schema=schema)


class RecordColumns(NamedTuple):
    """The columns of some records, as Python values. Those without a checksum have None for it."""

    position: list[int]
    recorded_at: list[str]
    id: list[str]
    kind: list[str]
    body: list[bytes]
    checksum: list[int | None]
    chain: list[bytes | None]

    def records(self) -> list[Record]:
        """The records; without a proof those that carry none."""
        recorded_at, checksum, chain = (
            [each or default for each in column] if any(column) else repeat(default)
            for column, default in ((self.recorded_at, ""), (self.checksum, 0), (self.chain, GENESIS))
        )
        return [*map(Record, self.position, recorded_at, self.id, self.kind, self.body, checksum, chain)]


def record_columns(batch: Any) -> RecordColumns:
    """The columns of the records of a batch.

    Raises ``UsageError`` (C530) for a batch without a column that records need.
    """
    names = _names_of_records(batch)
    # Column by column, since a record a time costs several times as much.
    columns: list[list[Any]] = [
        batch.column(name).to_pylist()
        if name in names and batch.column(name).null_count < batch.num_rows
        else [None] * batch.num_rows
        for name in _RECORDS
    ]
    found = RecordColumns(*columns)
    if {*map(type, found.body)} == {bytes}:
        return found
    return found._replace(body=[*map(_bytes, found.body)])


def _bytes(body: bytes | str | None) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def without_proofs(batch: Any) -> Any:
    """The records of a batch that were proven, without checksums, so that these are not computed again."""
    proofs = [name for name in _PROOFS if name in batch.schema.names]
    return as_records(batch.drop_columns(proofs))


def joined(records: Iterable[Any], length: int) -> Iterator[Any]:
    """Record batches as fewer, of about some length each."""
    some, together = list[Any](), 0
    for batch in records:
        some.append(batch)
        together += len(batch)
        if together >= length:
            yield from _as_one(some)
            some, together = [], 0
    yield from _as_one(some)


def _as_one(batches: Sequence[Any]) -> Sequence[Any]:
    found = pyarrow().Table.from_batches(batches, records_schema()).combine_chunks().to_batches()
    return [each for each in found if len(each)]


def among(batches: Iterable[Any], ids: Collection[str], positions: Collection[int]) -> Iterator[Any]:
    """The records of batches that have one of some ids or positions."""
    arrow = pyarrow()
    from pyarrow import compute

    some, at = arrow.array([*ids], arrow.string()), arrow.array([*positions], arrow.int64())
    for batch in batches:
        by_id = compute.is_in(batch.column("id").cast(some.type), value_set=some)
        by_position = compute.is_in(batch.column("position").cast(at.type), value_set=at)
        yield batch.filter(compute.or_(by_id, by_position))
        # Of each batch little is kept, and Arrow would keep the room of all of them.
        give_memory_back()


def in_order(batches: Sequence[Any]) -> Any:
    """All records of some batches as one batch, each position once, in order."""
    arrow, np, rows = pyarrow(), numpy(), pyarrow().Table.from_batches(batches, records_schema())
    positions = rows.column("position").to_numpy()
    if not (positions[1:] > positions[:-1]).all():
        rows = rows.take(arrow.array(np.unique(positions, return_index=True)[1]))
    found = rows.combine_chunks().to_batches()
    return found[0] if found else arrow.RecordBatch.from_pylist([], records_schema())


def parts_in(batch: Any) -> list[int]:
    """The part of each record of a batch; all are of one where it does not say."""
    return batch.column(PART).to_pylist() if PART in batch.schema.names else [0] * batch.num_rows


def _names_of_records(batch: Any) -> list[str]:
    names: list[str] = batch.schema.names
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        message = f"no table of records: it has no column {', '.join(missing)}"
        help = f"name the columns {', '.join(_RECORDS)}; the last two and recorded_at may be left out"
        raise UsageError(Problem("C530", message, help=help))
    return names


def as_records(batch: Any, schema: Any = None) -> Any:
    """A batch with the columns of records in their order and types; those that it lacks are empty.

    Raises ``UsageError`` (C530) as ``record_columns`` does.
    """
    arrow, schema = pyarrow(), schema or records_schema()
    _names_of_records(batch)
    columns = [
        batch.column(field.name).cast(field.type)
        if field.name in batch.schema.names
        else arrow.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return arrow.RecordBatch.from_arrays(columns, schema=schema)


def by_view(rows: Any, of_cells: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """The rows of each view that has cells, and last, under no name, those that are of no cell."""
    pyarrow()
    from pyarrow import compute

    cells = compute.is_in(rows.column("what"), value_set=pyarrow().array(of_cells))
    some = rows.filter(cells)
    for view in some.column("view").unique().to_pylist():
        yield view, some.filter(compute.equal(some.column("view"), view))
    yield "", rows.filter(compute.invert(cells))


def by_knowledge(rows: Any) -> Iterator[tuple[bool, Any]]:
    """The rows of what is known now, and after True those of what was known earlier, where there are any."""
    pyarrow()
    from pyarrow import compute

    now = compute.is_null(rows.column("known_until"))
    yield False, rows.filter(now)
    earlier = rows.filter(compute.invert(now))
    if earlier.num_rows:
        yield True, earlier


def known_on(batch: Any, day: datetime.date) -> Any:
    """The rows of a table that were known on a day; those that say no day of knowledge always are."""
    by = pyarrow().scalar(day, pyarrow().date32())
    from pyarrow import compute

    since, until = batch.column("known_from"), batch.column("known_until")
    known = compute.fill_null(compute.less_equal(since, by), True)
    return batch.filter(compute.and_(known, compute.fill_null(compute.greater(until, by), True)))


def parts_of_keys(rows: Any) -> list[str]:
    """Every part of the keys of some rows, once."""
    from pyarrow import compute

    parts: list[str] = compute.list_flatten(rows.column("key")).unique().to_pylist()
    return parts


def values_of_spans(rows: Any) -> list[str]:
    """Every value that spans among some rows have, once."""
    from pyarrow import compute

    spans = rows.filter(compute.equal(rows.column("what"), "span"))
    values: list[str] = spans.column("value").unique().to_pylist()
    return values


def with_cells(rows: Any, parts: Sequence[str]) -> Any:
    """Of the rows of a view those of every cell that has all of some parts, at any places of its key."""
    pyarrow()
    from pyarrow import compute

    for part in parts:
        rows = rows.take(_places_with(rows.column("key"), part, compute))
    return rows


def with_cells_naming(rows: Any, id: str) -> Any:
    """Of the rows of a view those of every cell that has an id in its key, or a value with such a text."""
    arrow = pyarrow()
    from pyarrow import compute

    text = json.dumps(id, ensure_ascii=False)  # as values are written
    stated = compute.fill_null(compute.match_substring(rows.column("value"), text), False)
    keys = compute.binary_join(rows.column("key"), "\n")
    of_values = compute.indices_nonzero(compute.is_in(keys, value_set=keys.filter(stated)))
    of_keys = _places_with(rows.column("key"), id, compute)
    return rows.take(arrow.concat_arrays([of_keys.cast(arrow.uint64()), of_values]).unique())


def _places_with(keys: Any, part: str, compute: Any) -> Any:
    """At which places of a column of keys a part is in one."""
    keys = keys.combine_chunks()
    return compute.list_parent_indices(keys).filter(compute.equal(compute.list_flatten(keys), part)).unique()


def with_text(batch: Any) -> Any:
    """The rows of a batch of which the column ``text`` says something."""
    pyarrow()
    from pyarrow import compute

    return batch.filter(compute.is_valid(batch.column("text")))


def columns_by_kind(batches: Sequence[Any]) -> Iterator[tuple[int, Any, Any, Any]]:
    """What records say of what they share, kind by kind: arrays of positions, of things and of when."""
    np, told = numpy(), pyarrow().Table.from_batches(batches, tells_schema())
    how, *columns = (told.column(name).to_numpy() for name in ("how", "position", "thing", "when"))
    for kind in np.unique(how).tolist():
        position, thing, when = (column[how == kind] for column in columns)
        yield kind, position, thing, when


def rows_in(batch: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a batch as tuples of Python values, in the order of the columns."""
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)
