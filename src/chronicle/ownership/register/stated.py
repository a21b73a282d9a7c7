"""The columns of a register from those of a ledger: names by number, shares as decimals of 18 places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy

from chronicle.ownership.graph import Edge
from chronicle.ownership.register.arrays import Flags, Floats, Ints, distinct, floats, ints
from chronicle.values import NOTHING

_PLACES: Final = 10.0**18
_SMALL: Final = 0.01  # of a smaller share 18 places are fewer than the digits of a float


class StatedShares(NamedTuple):
    """Some of the holdings of one day, a row each, as buffers.

    ``holders``, ``targets`` and ``rights`` are numbers of names. ``minimum`` and ``maximum`` are integers of
    128 bits, ``known`` has a bit for each row that has them, or is None where all have; ``certain`` has
    one for each that certainly stands.
    """

    length: int
    holders: Any
    targets: Any
    rights: Any
    minimum: Any
    maximum: Any
    known: Any
    certain: Any


class RegisterColumns(NamedTuple):
    """The columns that ``Register.of_columns`` takes."""

    ids: Sequence[str]
    holders: Ints
    targets: Ints
    lows: Floats
    highs: Floats
    exactly: Callable[[int], Edge]


def stated_columns(
    batches: Iterable[StatedShares],
    name: Callable[[int], str],
    right: str,
    edge: Callable[[str, str], Edge | None],
    more: Iterable[Edge] = (),
) -> RegisterColumns:
    """The columns of the shares of one right, and of ``more`` edges.

    ``name`` gives a name by its number. ``edge`` gives the edge from a holder to a target as it is, and is
    only asked for what columns do not tell: what is not certain, what has several rows, very small shares.
    """
    parts = [_of_batch(batch, name, right) for batch in batches]
    holders, targets, lows, highs, told = (numpy.concatenate(each) for each in zip(*parts, strict=True))
    told &= ~_twice(holders, targets) & ((lows >= _SMALL) | (lows == 0)) & (highs >= _SMALL)
    asked = {(int(holders[row]), int(targets[row])) for row in numpy.flatnonzero(~told)}
    found = (edge(name(holder), name(target)) for holder, target in sorted(asked))
    beside = [each for each in (*found, *more) if each is not None and each.high > NOTHING]
    used = distinct(numpy.concatenate([holders[told], targets[told]]))
    numbers = {name(int(number)): place for place, number in enumerate(used)}
    for each in beside:
        numbers.setdefault(each.holder, len(numbers))
        numbers.setdefault(each.target, len(numbers))
    of_columns = int(told.sum())
    ids = list(numbers)
    all_holders = _followed(
        numpy.searchsorted(used, holders[told]), [numbers[each.holder] for each in beside]
    )
    all_targets = _followed(
        numpy.searchsorted(used, targets[told]), [numbers[each.target] for each in beside]
    )

    def exactly(row: int) -> Edge:
        if row >= of_columns:
            return beside[row - of_columns]
        found = edge(ids[all_holders[row]], ids[all_targets[row]])
        assert found is not None  # as it has a row
        return found

    return RegisterColumns(
        ids,
        all_holders,
        all_targets,
        numpy.append(lows[told], [float(each.low) for each in beside]),
        numpy.append(highs[told], [float(each.high) for each in beside]),
        exactly,
    )


def _twice(holders: Ints, targets: Ints) -> Flags:
    """Which rows are of a holder and a target that have several."""
    order = numpy.lexsort((holders, targets))
    same = (numpy.diff(holders[order]) == 0) & (numpy.diff(targets[order]) == 0)
    twice = numpy.zeros(len(order), dtype=numpy.bool_)
    twice[order[1:][same]] = twice[order[:-1][same]] = True
    return twice


def _followed(numbers: Ints, more: Sequence[int]) -> Ints:
    return numpy.concatenate([numbers, ints(more)])


def _of_batch(
    batch: StatedShares, name: Callable[[int], str], right: str
) -> tuple[Ints, Ints, Floats, Floats, Flags]:
    """Holders, targets, both ends, and whether the columns tell the share, of the rows of one right."""
    rights = ints(numpy.asarray(batch.rights))
    meant = [number for number in distinct(rights) if name(int(number)) == right]
    rows = numpy.flatnonzero(numpy.isin(rights, meant))
    known = _bits(batch.known, batch.length)
    lows = numpy.where(known, _decimals(batch.minimum), 0.0)
    highs = numpy.where(known, _decimals(batch.maximum), 1.0)
    return (
        ints(numpy.asarray(batch.holders))[rows],
        ints(numpy.asarray(batch.targets))[rows],
        numpy.maximum(lows[rows], 0.0),
        highs[rows],
        _bits(batch.certain, batch.length)[rows],
    )


def _bits(bits: Any, length: int) -> Flags:
    if bits is None:
        return numpy.ones(length, dtype=numpy.bool_)
    unpacked = numpy.unpackbits(numpy.frombuffer(bits, dtype=numpy.uint8), bitorder="little")
    return unpacked[:length].astype(numpy.bool_)


def _decimals(numbers: Any) -> Floats:
    """Decimals of 18 places as floats, off by two units in the last place at most if they are not small."""
    halves = numpy.frombuffer(numbers, dtype=numpy.uint64).reshape(-1, 2)
    return floats((halves[:, 0] + halves[:, 1].astype(numpy.int64) * 2.0**64) / _PLACES)
