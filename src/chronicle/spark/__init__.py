"""One replay over many machines, on Spark: records in, rows out, as ``replay_partition`` makes them.

Spark splits and moves tables; what events mean is said where it always is. A first, small job asks each
record what it shares with others; from that the driver knows which hang together, and sends whole parts to
one task. The workers need Chronicle installed, as they do pyarrow.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from chronicle.engine.replay import Projector
from chronicle.errors import InvalidEvents, Problem, not_installed
from chronicle.ledgers.partitions import Partitioning, frames, replay_partition, tells

PARTITIONS: Final = 16
"""The number of partitions, where nobody says how many."""

_MEND: Final = "mend it at its source, or set it aside with quarantine=True"


def replay(
    df: Any,
    projectors: Sequence[Projector] = (),
    *,
    partitions: int = PARTITIONS,
    quarantine: bool = False,
    known: bool = True,
) -> Any:
    """The rows of a replay of the records in a data frame of Spark, as a data frame.

    ``df`` has the columns of records, and the result those of rows (docs/partitions.md). A user's own
    ``projectors`` without a ``partition_key`` may read anything: with one of them all goes to one task.
    ``quarantine`` sets records aside that make no event; each then is a row of its own. With ``known`` there
    are rows of every day of knowledge. Raises ``InvalidEvents`` (C534) for records that make no event, and
    ``UsageError`` (C740) without pyspark.
    """
    functions = _functions()
    found = Partitioning(projectors)
    said = df.mapInArrow(_partial(tells, projectors), _ddl(frames.tells_schema())).collect()
    for batch in frames.batches(map(tuple, said), frames.tells_schema()):
        found.take(batch)
    if found.faulty and not quarantine:
        problems = (
            Problem("C534", f"record {position} makes no event: {why}", help=_MEND)
            for position, why in sorted(found.faulty.items())
        )
        raise InvalidEvents(*problems)
    found.settle(lambda ids, positions: _among(df, ids, positions))
    chosen, parts = found.partitions(partitions), found.parts()
    places = [*zip(chosen, chosen.values(), parts.values(), strict=True)]
    places += [(position, 0, 0) for position in found.faulty]
    place = df.sparkSession.createDataFrame(places, f"position bigint, partition int, {frames.PART} bigint")
    placed = df.join(functions.broadcast(place), "position").repartition(partitions, "partition")
    replayed = partial(replay_partition, known=known)
    return placed.mapInArrow(_partial(replayed, projectors), _ddl(frames.rows_schema()))


def _functions() -> Any:
    try:
        from pyspark.sql import functions
    except ImportError:
        raise not_installed("pyspark", "on which a replay runs", "spark") from None
    return functions


def _partial(
    function: Callable[[Iterable[Any], Sequence[Projector]], Iterator[Any]], projectors: Sequence[Projector]
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    # Spark looks at how many arguments a function has, so that functools.partial will not do.
    return lambda batches: function(batches, projectors)


def _among(df: Any, ids: Collection[str], positions: Collection[int]) -> Iterator[Any]:
    """Batches of the records that have one of some ids or positions."""
    session, functions = df.sparkSession, _functions()
    for name, kind, wanted in (("id", "string", ids), ("position", "bigint", positions)):
        if wanted:
            some = session.createDataFrame([(each,) for each in sorted(wanted)], f"{name} {kind}")
            rows = df.join(functions.broadcast(some), name, "left_semi").collect()
            if rows:
                yield from frames.pyarrow().Table.from_pylist([row.asDict() for row in rows]).to_batches()


def _ddl(schema: Any) -> str:
    """The columns of an Arrow schema as Spark writes them."""
    return ", ".join(f"`{field.name}` {_KINDS[str(field.type)]}" for field in schema)


_KINDS: Final = {
    "string": "string",
    "bool": "boolean",
    "date32[day]": "date",
    "int8": "tinyint",
    "int32": "int",
    "int64": "bigint",
}
_KINDS.update({f"list<{name}: string>": "array<string>" for name in ("item", "element")})
