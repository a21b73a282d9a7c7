"""Which record goes to which partition: whole parts of the history, as evenly as they allow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, ValuesView
from functools import partial
from heapq import heapify, heapreplace
from mmap import mmap
from types import MappingProxyType
from typing import Any, Final

from attrs import define, field, frozen

from chronicle.engine.partial.connected import BINDS, COUNTED, FOUNDED, IF_COUNTED, IF_TURNING, TURNING
from chronicle.engine.replay import Projector
from chronicle.ledgers.partitions import frames
from chronicle.ledgers.partitions.telling import ABOUT, FAULTY, told_of_versions
from chronicle.ledgers.partitions.workers import Run

Fetch = Callable[[Collection[str], Collection[int]], Iterable[Any]]
"""A function that gives batches of the records that have one of some ids or positions."""


@frozen(eq=False)
class NumbersByPosition(Mapping[int, int]):
    """A number for each of some positions, side by side in two arrays of which the first is sorted."""

    positions: Any
    numbers: Any

    def at(self, positions: Any, missing: int) -> Any:
        """An array of the numbers of some positions, with one for each that has none."""
        np = frames.numpy()
        if not len(self.positions):
            return np.full(len(positions), missing)
        places = _places(self.positions, positions).clip(0, len(self.positions) - 1)
        return np.where(self.positions[places] == positions, self.numbers[places], missing)

    def __getitem__(self, position: int) -> int:
        place = int(self.positions.searchsorted(position))
        if place == len(self.positions) or self.positions[place] != position:
            raise KeyError(position)
        return int(self.numbers[place])

    def __iter__(self) -> Iterator[int]:
        return iter(self.positions.tolist())

    def __len__(self) -> int:
        return len(self.positions)

    def values(self) -> ValuesView[int]:
        """The numbers, in the order of the positions."""
        return _NumbersView(self)


class _NumbersView(ValuesView[int]):
    _mapping: NumbersByPosition

    def __iter__(self) -> Iterator[int]:
        return iter(memoryview(self._mapping.numbers))


# What is said lies in so many slices by its things, and about so much is looked at together: to sort takes
# several times the memory of what is sorted, and many numbers take longer each than few.
_SLICES: Final = 256
_AT_ONCE: Final = 2**17

# What is kept of what is said, by how it binds.
_KEPT: Final[Mapping[int, Sequence[str]]] = MappingProxyType(
    {
        BINDS: ("things", "positions"),
        IF_COUNTED: ("things", "positions"),
        IF_TURNING: ("things", "positions", "when"),
        COUNTED: ("things",),
        TURNING: ("things",),
        FOUNDED: ("things", "when"),
    }
)


@define
class Connected:
    """What was said of all events by their positions, and the parts that follow from it.

    All of it are arrays of numbers side by side, by how it binds, after the places where their slices begin.
    """

    _said: dict[int, list[tuple[Any, ...]]] = field(init=False)
    # Batches of what was said last.
    _last: list[Any] = field(factory=list, init=False)

    @_said.default
    def _nothing(self) -> dict[int, list[tuple[Any, ...]]]:
        empty = frames.numpy().empty(0, "q")
        return {how: [_in_slices(*(empty for _ in columns))] for how, columns in _KEPT.items()}

    def take(self, batch: Any) -> None:
        """Take in a batch of what records say."""
        self._last.append(batch)
        if sum(map(len, self._last)) >= _AT_ONCE:
            self._put_away()

    def _put_away(self) -> None:
        for how, positions, things, when in frames.columns_by_kind(self._last):
            if how in _KEPT:
                columns = {"things": things, "positions": _narrow(positions), "when": when}
                self._said[how].append(_in_slices(*(columns[name] for name in _KEPT[how])))
        self._last.clear()

    def parts(self) -> NumbersByPosition:
        """For each position the first position of its part. Every event said at least its own id.

        What was said is let go of.
        """
        np = frames.numpy()
        self._put_away()
        positions = _distinct([_distinct([at]) for _, _, at in self._said[BINDS]]).astype(np.int64)
        roots = np.arange(len(positions), dtype=np.int32)
        length = sum(len(things) for some in self._said.values() for _, things, *_ in some)
        step = max(1, _SLICES * _AT_ONCE // max(length, 1))
        pairs = [
            [_places(positions, at) for at in _pairs(*self._binding(first, first + step))]
            for first in range(0, _SLICES, step)
        ]
        self._said.clear()
        ones, others = (np.concatenate(some) for some in zip(*pairs, strict=True))
        _connect(roots, ones, others)
        return NumbersByPosition(positions, positions[roots])

    def _binding(self, first: int, end: int) -> tuple[Any, Any]:
        """The things in some slices by which events hang together, and the positions of these."""
        np, end = frames.numpy(), min(end, _SLICES)
        said = {
            how: [
                np.concatenate([columns[at][columns[0][first] : columns[0][end]] for columns in some])
                for at in range(1, len(some[0]))
            ]
            for how, some in self._said.items()
        }
        held = _are_in(said[IF_COUNTED][0], _distinct(said[COUNTED]))
        things, positions, when = said[IF_TURNING]
        early = _early(_of_each(np.minimum, things, when), _of_each(np.maximum, *said[FOUNDED]))
        named = _are_in(things, _distinct([*said[TURNING], early]))
        return tuple(
            np.concatenate(column)
            for column in zip(
                said[BINDS], _where(held, *said[IF_COUNTED]), _where(named, things, positions), strict=True
            )
        )


def _in_slices(things: Any, *columns: Any) -> tuple[Any, ...]:
    """Where each slice begins, and columns in which all that is of one stands together."""
    np = frames.numpy()
    # The numbers of things are as if by chance, so that all slices are of about one size.
    slices = things.astype(np.uint8)
    order = np.argsort(slices, kind="stable")
    begins = np.append(0, np.cumsum(np.bincount(slices, minlength=_SLICES)))
    return begins, *(_in_own_room(column, order) for column in (things, *columns))


def _in_own_room(column: Any, order: Any) -> Any:
    """A column in some order, in memory that goes back to the system as soon as nobody needs it."""
    np = frames.numpy()
    room = np.frombuffer(mmap(-1, max(column.nbytes, 1)), column.dtype, len(column))
    return np.take(column, order, out=room, mode="clip")


def _early(named: tuple[Any, Any], founded: tuple[Any, Any]) -> Any:
    """Which entities may act before they are founded: by name the first time, and the last founding."""
    np, (names, when), (those, past) = frames.numpy(), named, founded
    if not len(those):
        return those
    places = np.minimum(those.searchsorted(names), len(those) - 1)
    return names[(those[places] == names) & (when < past[places])]


def _of_each(choose: Any, things: Any, when: Any) -> tuple[Any, Any]:
    """Each thing once, sorted, and of all that is said of when the one that is chosen."""
    np = frames.numpy()
    order = np.argsort(things)
    things = things[order]
    begins = np.flatnonzero(_begins(things))
    return things[begins], choose.reduceat(when[order], begins) if len(things) else when


def _narrow(positions: Any) -> Any:
    """Positions in half the room, where they are not larger than that."""
    np = frames.numpy()
    fits = len(positions) and positions.min() >= 0 and positions.max() < 2**32
    return positions.astype(np.uint32) if fits else positions


def _places(positions: Any, some: Any) -> Any:
    """At which places of all positions some of them are."""
    whole = len(positions) and positions[-1] - positions[0] + 1 == len(positions)
    return (some - positions[0] if whole else positions.searchsorted(some)).astype("i")


def _distinct(arrays: Sequence[Any]) -> Any:
    """The numbers of some arrays, each once, sorted."""
    np = frames.numpy()
    numbers = np.concatenate(arrays)
    # Not by np.unique, of which some versions are slow with many numbers that are all different.
    numbers.sort()
    return numbers[_begins(numbers)]


def _begins(numbers: Any) -> Any:
    """Of each of some numbers that are sorted whether it is another than the one before."""
    return frames.numpy().append(True, numbers[1:] != numbers[:-1])[: len(numbers)]


def _are_in(numbers: Any, among: Any) -> Any:
    """Of each number whether it is among others, which are sorted."""
    np = frames.numpy()
    if not len(among):
        return np.zeros(len(numbers), bool)
    return among[np.minimum(among.searchsorted(numbers), len(among) - 1)] == numbers


def _where(chosen: Any, *columns: Any) -> tuple[Any, ...]:
    return tuple(column[chosen] for column in columns)


def _pairs(things: Any, at: Any) -> tuple[Any, Any]:
    """Pairs of positions of events with the same thing: all of these hang together by them."""
    np = frames.numpy()
    order = np.argsort(things)
    things, at = things[order], at[order]
    begins = _begins(things)
    first = at[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    return _where(first != at, first, at)


def _connect(roots: Any, ones: Any, others: Any) -> None:
    """Let places hang together with others. ``roots`` has for each the first of its part, then as before."""
    np = frames.numpy()
    while True:
        ones, others = roots[ones], roots[others]
        ones, others = _where(ones != others, ones, others)
        if not len(ones):
            return
        # Of those that are not yet done, less than half are left after two rounds.
        np.minimum.at(roots, np.maximum(ones, others), np.minimum(ones, others))
        while not np.array_equal(below := roots[roots], roots):
            roots[:] = below


def _one_by_one(tasks: Iterable[Callable[[], Any]]) -> Iterator[Any]:
    return (task() for task in tasks)


@define
class _RowsOfChains:
    """Records that are about events, and these, which are read a few chains at a time."""

    _fetch: Fetch
    _rows: Any = None

    def add(self, ids: Collection[str], positions: Collection[int]) -> None:
        """Take in the records with one of some ids or positions."""
        if ids or positions:
            found = map(frames.as_records, self._fetch(ids, positions))
            self._rows = frames.in_order([*found, *([] if self._rows is None else [self._rows])])
            frames.give_memory_back()

    def chains(self, about: Iterable[tuple[int, str]]) -> Iterator[Any]:
        """Batches of some whole chains, in order of position.

        ``about`` says of positions about which events they are.
        """
        np = frames.numpy()
        positions = self._rows.column("position").to_numpy()
        places = {id: place for place, id in enumerate(self._rows.column("id").to_pylist())}
        linked = [(position, places[target]) for position, target in about if target in places]
        roots = np.arange(len(positions))
        if linked:
            records, targets = map(np.array, zip(*linked, strict=True))
            _connect(roots, positions.searchsorted(records), targets)
        order = np.argsort(roots, kind="stable")
        begins = np.flatnonzero(_begins(roots[order]))
        # So many at a time, and then to the end of the chain.
        cuts = begins[np.flatnonzero(_begins(begins // _CHAINED))].tolist()
        for first, end in zip(cuts, [*cuts[1:], len(order)], strict=True):
            yield self._rows.take(frames.pyarrow().array(np.sort(order[first:end])))


# About how many events of chains are made at once.
_CHAINED: Final = 4_096


@define
class Partitioning:
    """What all records said of what they share, and the partitions that follow from it.

    A user's own projector that names no ``partition_key`` may read any cell: with it everything is one
    partition, and ``whole`` is its name.
    """

    _projectors: Sequence[Projector] = ()
    _connected: Connected = field(factory=Connected, init=False)
    # The positions of records that are about an event, each with the id of that.
    _about: list[tuple[int, str]] = field(factory=list, init=False)
    _parts: NumbersByPosition | None = field(default=None, init=False)
    # The positions of records that make no event, each with why.
    faulty: dict[int, str] = field(factory=dict, init=False)

    @property
    def whole(self) -> str:
        """The name of a projector for which everything has to be one partition; empty for none."""
        return next((each.name for each in self._projectors if not each.partition_key), "")

    @property
    def largest(self) -> int:
        """The number of records in the largest part."""
        parts = self.parts()
        places = _places(parts.positions, parts.numbers)
        return int(frames.numpy().bincount(places, minlength=1).max())

    def take(self, batch: Any) -> None:
        """Take in a batch of what records say."""
        with_text = frames.with_text(batch)
        for position, how, _, _, text in frames.rows_in(with_text):
            if how == ABOUT:
                self._about.append((position, text))
            elif how == FAULTY:
                self.faulty[position] = text
        self._connected.take(batch)

    def settle(self, fetch: Fetch, run: Run = _one_by_one) -> None:
        """Take in the versions that corrections make of events, once all batches were taken in.

        What a correction makes of an event may hang together with others than the event did.
        """
        about, wanted = {*self._about}, {target for _, target in self._about}
        rows = _RowsOfChains(fetch)
        rows.add(wanted, {position for position, _ in about})
        while about:
            found = set[tuple[int, str]]()
            tasks = (partial(told_of_versions, some, self._projectors) for some in rows.chains(about))
            for told, more in run(tasks):
                self._connected.take(told)
                found |= more
            # A corrected correction may be about another event.
            if found <= about:
                return
            about |= found
            rows.add({target for _, target in found} - wanted, ())
            wanted |= {target for _, target in found}

    def partitions(self, number: int) -> NumbersByPosition:
        """For each position of a record the number of its partition, from 0."""
        return spread(self.parts(), number)

    def parts(self) -> NumbersByPosition:
        """For each position of a record the first position of its part."""
        if self._parts is None:
            found = self._connected.parts()
            if self.whole:
                found.numbers[:] = found.positions[:1]
            self._parts = found
        return self._parts


def spread(parts: NumbersByPosition, partitions: int) -> NumbersByPosition:
    """For each position the number of its partition: whole parts, the largest first, each to the emptiest.

    The same parts are always spread in the same way.
    """
    np = frames.numpy()
    roots = _places(parts.positions, parts.numbers)
    sizes = np.bincount(roots)
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)].astype("i")
    chosen = np.empty(len(sizes), "i")
    emptiest = [(0, number) for number in range(partitions)]
    heapify(emptiest)
    places = memoryview(chosen)
    for place, more in zip(memoryview(order), memoryview(sizes[order]), strict=True):
        size, number = emptiest[0]
        places[place] = number
        heapreplace(emptiest, (size + more, number))
    return NumbersByPosition(parts.positions, chosen[roots])


def partitioned(
    batches: Callable[[], Iterable[Any]],
    said: Iterable[Any],
    projectors: Sequence[Projector] = (),
    run: Run = _one_by_one,
) -> Partitioning:
    """How to split the records that ``batches`` gives whenever it is called.

    ``said`` is what they say of what they share; ``run`` does what takes long.
    """
    found = Partitioning(projectors)
    for batch in said:
        found.take(batch)
    found.settle(lambda ids, positions: frames.among(batches(), ids, positions), run)
    return found
