"""Changes in, spans out. Knows no event class and no view: the order of replay, and what a span is.

Events go through the projectors in one total order. Each projector turns an event into changes of
cells, and replay keeps the changes of each cell. Between two changes of a cell lies a span: a value
that holds from one window to another. All spans of all views are the ledger, and every question is
a look-up in it.
"""

from __future__ import annotations

import datetime
import warnings
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from attrs import Factory, define, field, frozen

from chronicle.dates import PartialDate
from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import Problem, UsageError, absent, shown

Key = tuple[str, ...]

# set: a new value that owes nothing to the one before. adjust: a new value made from the one before.
# confirm: the same value, seen again. end: no value any more. doubt: the same value, only possible from here
# on. lift: what made it doubtful is undone.
Operation = Literal["set", "adjust", "confirm", "end", "doubt", "lift"]

GOES_ON = ("confirm", "doubt", "lift")
"""The operations by which a value goes on as it was."""


class Happening(Protocol):
    """What replay needs of an event."""

    @property
    def id(self) -> str:
        """Unique for ever."""

    @property
    def date(self) -> PartialDate:
        """When it was true."""

    @property
    def after(self) -> str | None:
        """The id of the event that it must follow."""

    @property
    def ends(self) -> str | None:
        """The id of the event whose beginning it ends."""


E = TypeVar("E", bound=Happening)


class Change(NamedTuple):
    """One event's effect on one cell of one view.

    ``value`` is None for ``end`` and only then. ``made_from`` names the other cells (view, key) that
    the value was worked out from. Of a ``doubt`` it names what makes the value doubtful, and a ``lift``
    undoes the doubts that name the same, or all when it names nothing.
    """

    view: str
    key: Key
    operation: Operation
    value: Any
    window: PartialDate
    event: str
    made_from: tuple[tuple[str, Key], ...] = ()


# The changes of one cell in the order of replay. They are all that replay keeps: spans are made when
# somebody asks, since most cells of a register are never asked for.
Log = list[Change]
Cell = tuple[str, Key]


class Bounds(NamedTuple):
    """Between which days a value may stand, and between which it surely does.

    Each is None where the windows of the changes say it. The two that begin are inclusive, the two that end
    exclusive. What is possible and never certain is certain until the first day of all.
    """

    possible_from: datetime.date | None = None
    certain_from: datetime.date | None = None
    certain_until: datetime.date | None = None
    possible_until: datetime.date | None = None


class Other(NamedTuple):
    """What a cell may hold besides what replay made of it, by another order that makes as much sense.

    It stands beside the change at ``place`` of the log; without an end of its own in ``bounds`` until the
    next change behind that. ``begin`` is the date as written, ``events`` made the value.
    """

    place: int
    value: Any
    begin: PartialDate
    events: tuple[str, ...]
    bounds: Bounds


class Nothing(NamedTuple):
    """That a cell may be empty from a day until another (exclusive; None: for ever).

    ``first`` where nothing stood before, ``last`` where nothing may stand in the end.
    """

    low: datetime.date
    high: datetime.date | None
    first: bool
    last: bool


@define
class _Changes:
    """Every change of every cell, and which changes of other cells a value was made from."""

    cells: defaultdict[str, dict[Key, Log]] = Factory(lambda: defaultdict(dict))
    # Where the order of replay says more, or less, than the windows of two changes: the bounds of the
    # value that begins with the change at an index of a log.
    bounds: defaultdict[Cell, dict[int, Bounds]] = Factory(lambda: defaultdict(dict))
    others: defaultdict[Cell, list[Other]] = Factory(lambda: defaultdict(list))
    # The views of which nothing is known but what one order makes: those of a user's own projectors.
    unordered: set[str] = Factory(set)
    # When a cell is empty by some order that makes as much sense as any.
    nothing: defaultdict[Cell, list[Nothing]] = Factory(lambda: defaultdict(list))
    # For the change at an index of a log: the logs, cut where they ended then, of what it was made from.
    causes: dict[tuple[str, Key, int], tuple[tuple[str, Key, int], ...]] = Factory(dict)
    # The cells that were ever doubted: few, so that all others need not be looked at.
    doubted: set[tuple[str, Key]] = Factory(set)

    def events(self, view: str, key: Key, last: int) -> tuple[str, ...]:
        """Ids of the events behind the value that stands after change ``last`` of a cell, causes first."""
        change = self.cells[view][key][last]
        if change.operation == "set" and not change.made_from:
            return (change.event,)
        found: dict[str, None] = {}
        seen: set[tuple[str, Key, int]] = set()
        # A stack and no recursion: a succession of companies may be longer than the interpreter's stack.
        stack: list[tuple[str, Key, int, bool]] = [(view, key, last, False)]
        while stack:
            view, key, index, causes_done = stack.pop()
            if causes_done:
                change = self.cells[view][key][index]
                # Who doubts a value, or no longer does, has not made it.
                if change.operation not in ("doubt", "lift"):
                    found.setdefault(change.event)
            elif (view, key, index) not in seen:
                seen.add((view, key, index))
                stack.append((view, key, index, True))
                # Reversed, so that the past of the cell itself comes before what other cells gave to it.
                behind = reversed(tuple(self._behind(view, key, index)))
                stack.extend((*cause, False) for cause in behind)
        return tuple(found)

    def ends_in_nothing(self, view: str, key: Key, last: int) -> bool:
        """Whether nothing comes in the place of the value that stands after change ``last`` of a cell."""
        return any(change.value is None for change in self.cells[view][key][last + 1 : last + 2])

    def _behind(self, view: str, key: Key, index: int) -> Iterator[tuple[str, Key, int]]:
        log = self.cells[view][key]
        operation = log[index].operation
        if operation not in ("set", "end") and index and log[index - 1].value is not None:
            yield view, key, index - 1
        yield from self.causes.get((view, key, index), ())


# Doubts


class Doubt(NamedTuple):
    """That a value is only possible from a window on: until another one, or until the value itself ends."""

    since: PartialDate
    until: PartialDate | None
    event: str

    def on(self, day: datetime.date) -> bool:
        """Whether the value may be doubtful on ``day``."""
        return self.since.earliest <= day and (self.until is None or day < self.until.latest)


class _Doubts:
    """The doubts about the value of a cell, while its changes are gone through in the order of replay."""

    def __init__(self) -> None:
        self.open: list[Change] = []
        self._closed: list[Doubt] = []

    def take(self, change: Change) -> None:
        """Go on to the next change: one that owes nothing to the doubted value is not doubted."""
        if change.operation == "doubt":
            if all(change.made_from != doubt.made_from for doubt in self.open):
                self.open.append(change)
        elif change.operation != "adjust":
            lifted = [doubt for doubt in self.open if _lifts(change, doubt)]
            self.open = [doubt for doubt in self.open if doubt not in lifted]
            if change.value is not None and change.operation != "set":
                self._closed += [Doubt(doubt.window, change.window, doubt.event) for doubt in lifted]

    def of_span(self) -> tuple[Doubt, ...]:
        """The doubts about the span that ends here. What is made of it inherits those that are open."""
        closed, self._closed = self._closed, []
        return (*closed, *(Doubt(doubt.window, None, doubt.event) for doubt in self.open))


def _lifts(change: Change, doubt: Change) -> bool:
    return change.operation != "lift" or change.made_from in ((), doubt.made_from)


def _open_doubts(log: Log) -> list[Change]:
    doubts = _Doubts()
    for change in log:
        doubts.take(change)
    return doubts.open


@frozen
class Span:
    """A value that a key has, from the window of its begin to the window of its end (exclusive).

    ``end`` is None while the value stands; ``ended_by`` is the id of the event that ended it. ``doubts``
    are the times in which it is only possible, though nothing ended it.
    """

    view: str
    key: Key
    value: Any
    begin: PartialDate
    end: PartialDate | None
    ended_by: str | None
    _changes: _Changes = field(eq=False, repr=False)
    _last: int = field(eq=False, repr=False)
    _bounds: Bounds | None = field(default=None, eq=False, repr=False)
    _events: tuple[str, ...] | None = field(default=None, eq=False, repr=False)
    doubts: tuple[Doubt, ...] = ()

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events that made the value, causes first, back to the last ones that set it outright."""
        if self._events is not None:
            return self._events
        return self._changes.events(self.view, self.key, self._last)

    @property
    def possible_from(self) -> datetime.date:
        """The first day on which the value may stand."""
        bound = None if self._bounds is None else self._bounds.possible_from
        return self.begin.earliest if bound is None else bound

    @property
    def certain_from(self) -> datetime.date:
        """The first day on which the value has surely begun."""
        bound = None if self._bounds is None else self._bounds.certain_from
        return self.begin.latest if bound is None else bound

    @property
    def certain_until(self) -> datetime.date | None:
        """The first day on which the value has perhaps ended; None while it stands."""
        bound = None if self._bounds is None else self._bounds.certain_until
        return bound if bound is not None or self.end is None else self.end.earliest

    @property
    def possible_until(self) -> datetime.date | None:
        """The first day on which the value has surely ended; None while it stands."""
        bound = None if self._bounds is None else self._bounds.possible_until
        return bound if bound is not None or self.end is None else self.end.latest

    @property
    def bounded(self) -> bool:
        """Whether the order of replay bounds it by other days than the windows of its begin and end."""
        return self._bounds is not None

    @property
    def ends_in_nothing(self) -> bool:
        """Whether the value came to an end without another one in its place."""
        return self._changes.ends_in_nothing(self.view, self.key, self._last)

    def certain(self, day: datetime.date) -> bool:
        """Whether the value surely stands on ``day``: begun by then at the latest, ended after it."""
        if self.doubts and self.doubted_by(day):
            return False
        if self._bounds is None:
            return self.begin.latest <= day and (self.end is None or day < self.end.earliest)
        until = self.certain_until
        return self.certain_from <= day and (until is None or day < until)

    def doubted_by(self, day: datetime.date) -> tuple[str, ...]:
        """Ids of the events that make the value only possible on ``day``."""
        return tuple(doubt.event for doubt in self.doubts if doubt.on(day))

    def possible(self, day: datetime.date) -> bool:
        """Whether the value may stand on ``day``; true of a certain one too."""
        if self._bounds is None:
            return self.begin.earliest <= day and (self.end is None or day < self.end.latest)
        until = self.possible_until
        return self.possible_from <= day and (until is None or day < until)


class Before:
    """What stands before an event: the values of all cells of all views, for projectors to read."""

    def __init__(self, changes: _Changes) -> None:
        self._cells = changes.cells
        # For the views that some projector looked through by a part of the key, from then on; and the keys
        # that had no cell before, until they are looked for.
        self._indexed: dict[str, dict[int, dict[str, list[Key]]]] = {}
        self.appeared: dict[str, list[Key]] = {}
        # For the views that some projector looked through by what their values name, from then on.
        self.naming: dict[str, dict[str, dict[str, dict[Key, None]]]] = {}

    def get(self, view: str, key: Key) -> Any | None:
        """The value of one cell, or None."""
        log = self._cells[view].get(key)
        return None if log is None else log[-1].value

    def where(self, view: str, position: int, part: str) -> list[tuple[Key, Any]]:
        """The cells (key, value) of a view whose key has ``part`` at ``position``, oldest key first."""
        cells = self._cells[view]
        found = ((key, cells[key][-1].value) for key in self._keys(view, position, part))
        return [(key, value) for key, value in found if value is not None]

    def _keys(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view, also of empty cells, that have ``part`` at ``position``."""
        indexes = self._indexed.setdefault(view, {})
        appeared = self.appeared.setdefault(view, [])
        for known, index in indexes.items() if appeared else ():
            _add_to(index, appeared, known)
        appeared.clear()
        if position not in indexes:
            indexes[position] = _index(self._cells[view], position)
        return indexes[position].get(part, ())

    def naming_in(self, view: str, name: str, part: str) -> list[tuple[Key, Any]]:
        """The cells (key, value) of a view whose value has ``part`` among the texts of its field ``name``."""
        cells, indexes = self._cells[view], self.naming.setdefault(view, {})
        if name not in indexes:
            indexes[name] = {}
            for key, log in cells.items():
                _note(indexes[name], key, getattr(log[-1].value, name, ()))
        found = ((key, cells[key][-1].value) for key in indexes[name].get(part, ()))
        # A value may have come to name others since the key was noted.
        return [(key, value) for key, value in found if part in getattr(value, name, ())]

    def ended_by(self, view: str, position: int, part: str, event: str) -> list[tuple[Key, Any]]:
        """The cells of a view that ``event`` ended and that are empty since, with what stood in them."""
        cells = self._cells[view]
        logs = ((key, cells[key][-2:]) for key in self._keys(view, position, part))
        return [(key, log[0].value) for key, log in logs if log[-1].value is None and log[-1].event == event]

    def made_by(self, view: str, key: Key) -> str | None:
        """The id of the event that gave a cell what stands in it, or emptied it, or None."""
        log = self._cells[view].get(key, [])
        return next((change.event for change in reversed(log) if change.operation not in GOES_ON), None)

    def changed(self, view: str, key: Key, value: Any) -> None:
        """Note what a new value of a view of ``naming`` names. For replay alone."""
        for name, index in self.naming[view].items():
            _note(index, key, getattr(value, name, ()))


def _note(index: dict[str, dict[Key, None]], key: Key, parts: Iterable[str]) -> None:
    for part in parts:
        index.setdefault(part, {})[key] = None


def _index(keys: Iterable[Key], position: int) -> dict[str, list[Key]]:
    index: dict[str, list[Key]] = {}
    _add_to(index, keys, position)
    return index


def _add_to(index: dict[str, list[Key]], keys: Iterable[Key], position: int) -> None:
    for key in keys:
        index.setdefault(key[position], []).append(key)


Handler = Callable[[Any, Before], Iterable[Change]]


def _frozen_table(table: Mapping[type, Handler]) -> Mapping[type, Handler]:
    if not isinstance(table, Mapping):
        raise _no_projector("table of a projector is no mapping", "write {EventClass: function}")
    return MappingProxyType(dict(table))


def _no_projector(message: str, help: str) -> UsageError:
    return UsageError(Problem("C607", message, help=help))


@frozen
class Projector:
    """A table from event class to a function of (event, ``Before``) that gives changes.

    ``views`` are the views that it writes and nobody else does. What its table does not name it leaves
    alone. ``ignores`` said so in 0.1.0 and says nothing any more. ``version`` is to change whenever the
    functions do: only with one is what they make kept on disk.
    """

    name: str
    views: tuple[str, ...]
    table: Mapping[type, Handler] = field(converter=_frozen_table)
    ignores: Set[type[Any]] = frozenset()
    version: str = ""

    def __attrs_post_init__(self) -> None:
        """Raises ``UsageError`` (C607) for what can never work: better now than at some event."""
        whose = f"projector {shown(self.name)}"
        if isinstance(self.views, str) or not all(isinstance(view, str) and view for view in self.views):
            raise _no_projector(f"views of {whose} are no tuple of names", 'write views=("my-view",)')
        if self.ignores:
            message = "Projector(ignores=...) says nothing any more: leave it out, the table says it all"
            warnings.warn(message, DeprecationWarning, stacklevel=3)
        for kind in self.table:
            if not isinstance(kind, type):
                help = "name the class of the event, such as StakeAcquired, and not its kind"
                raise _no_projector(f"{whose} names no class of event: {shown(kind)}", help)
        for kind, handler in self.table.items():
            if not callable(handler):
                message = f"{whose} has no function for {kind.__name__}: {shown(handler)}"
                raise _no_projector(message, "give a function of (event, before) that yields changes")


@frozen
class Guess:
    """Events of which several orders make as much sense, and the cell that rests on which one is taken.

    ``events`` are ids in the order that was taken. ``counted`` is false where there were too many orders to
    compare.
    """

    view: str
    key: Key
    events: tuple[str, ...]
    counted: bool = True


@frozen(eq=False)
class Ledger:
    """Every span of every view, by view and key. Spans of a key stand in the order of replay.

    ``names`` has the ids that turned out to be another's, with the id that stays: to ask by either is
    the same. ``guesses`` is what rests on an order that nothing settles.
    """

    views: tuple[str, ...]
    _changes: _Changes = field(repr=False)
    names: Mapping[str, str] = field(factory=dict, repr=False)
    guesses: tuple[Guess, ...] = field(default=(), repr=False)
    _spans: dict[tuple[str, Key], tuple[Span, ...]] = field(factory=dict, init=False, repr=False)
    _indexes: dict[tuple[str, int], dict[str, list[Key]]] = field(factory=dict, init=False, repr=False)

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; an unknown view has none."""
        return self._changes.cells[view].keys() if view in self._changes.cells else ()

    def where(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view that have ``part`` at ``position``."""
        part = self.names.get(part, part)
        index = self._indexes.get((view, position))
        if index is None:
            index = self._indexes[view, position] = _index(self.keys(view), position)
        return index.get(part, ())

    def spans(self, view: str, *parts: str) -> tuple[Span, ...]:
        """The spans of all keys of a view that begin with ``parts``.

        Raises ``NotFound`` (C606) for a view that no projector writes.
        """
        if view not in self.views:
            raise absent("C606", "view", view, self.views)
        parts = self._by_name(parts)
        keys = self.where(view, 0, parts[0]) if parts else self.keys(view)
        return tuple(span for key in keys if key[: len(parts)] == parts for span in self.cell(view, key))

    def cell(self, view: str, key: Key) -> tuple[Span, ...]:
        """The spans of one key; none for a key that is not there."""
        key = self._by_name(key)
        spans = self._spans.get((view, key))
        if spans is None:
            log = self._changes.cells[view].get(key, []) if view in self._changes.cells else []
            spans = self._spans[view, key] = tuple(_spans(log, self._changes))
        return spans

    def log(self, view: str, key: Key) -> Log | None:
        """The changes of a cell of which nothing else is to say: no bounds, no doubts, no other values.

        None where there is; ``pieces`` makes its spans otherwise.
        """
        changes, cell = self._changes, (view, self._by_name(key))
        told = changes.bounds, changes.others, changes.doubted, changes.nothing
        if view in changes.unordered or any(cell in each for each in told):
            return None
        return changes.cells[view].get(cell[1])

    def behind(self, view: str, key: Key, last: int) -> tuple[str, ...]:
        """Ids of the events behind the value that stands after change ``last`` of a cell, causes first."""
        return self._changes.events(view, key, last)

    def nothing_on(self, cell: Cell, day: datetime.date) -> Nothing | None:
        """That by some order that makes as much sense as any a cell is empty on ``day``, if that is so."""
        times = self.nothing_in(cell)
        on_the_day = (each for each in times if each.low <= day and (each.high is None or day < each.high))
        return next(on_the_day, None)

    def table(
        self,
        view: str,  # noqa: ARG002  # as a ledger says that has its spans as columns
        day: datetime.date,  # noqa: ARG002
        facts: Callable[[], Sequence[Any]],  # noqa: ARG002
    ) -> Any:
        """What stands in a view on a day as a table, where a ledger has it as columns; else None."""
        return None

    def nothing_in(self, cell: Cell) -> Iterable[Nothing]:
        """The times in which by some order that makes as much sense as any a cell is empty."""
        view, key = cell
        return self._changes.nothing.get((view, self._by_name(key)), ())

    def _by_name(self, parts: Key) -> Key:
        return tuple(self.names.get(part, part) for part in parts) if self.names else parts

    def __iter__(self) -> Iterator[Span]:
        """All spans, view by view and key by key."""
        for view in self.views:
            for key in self.keys(view):
                yield from self.cell(view, key)


class Piece(NamedTuple):
    """The changes of a cell by which one value stands: where they are in the log, and what follows."""

    first: int
    last: int
    begin: PartialDate
    following: Change | None


def pieces(log: Log) -> Iterator[Piece]:
    """The values of a cell one after the other: a value that goes on is one with the one before."""
    first = 0
    for last, change in enumerate(log):
        following = log[last + 1] if last + 1 < len(log) else None
        if change.value is None:
            first = last + 1
        elif following is None or following.operation not in GOES_ON:
            yield Piece(first, last, log[first].window, following)
            first = last + 1


def _spans(log: Log, changes: _Changes) -> Iterator[Span]:
    if not log:
        return
    cell = log[0].view, log[0].key
    bounds, others = changes.bounds.get(cell, {}), changes.others.get(cell, ())
    if log[0].view in changes.unordered:
        bounds = {**bounds, **_unordered_bounds(log)}
    waiting = deque(sorted(others, key=attrgetter("place")))
    doubts = _Doubts() if cell in changes.doubted else None
    seen = 0
    for first, last, begin, following in pieces(log):
        while waiting and waiting[0].place <= last:
            yield _other_span(log[waiting[0].place], waiting.popleft(), log, changes)
        if doubts is not None:
            for change in log[seen : last + 1]:
                doubts.take(change)
            seen = last + 1
        change = log[last]
        end, ended_by = (None, None) if following is None else (following.window, following.event)
        yield Span(
            change.view,
            change.key,
            change.value,
            begin,
            end,
            ended_by,
            changes,
            last,
            bounds.get(first),
            doubts=() if doubts is None else doubts.of_span(),
        )
    for other in waiting:
        yield _other_span(log[other.place], other, log, changes)


def _unordered_bounds(log: Log) -> dict[int, Bounds]:
    """The bounds of changes whose windows overlap, of which nobody knows what another order would make.

    Nothing that they make is certain, until a change comes that overlaps none of them.
    """
    bounds: dict[int, Bounds] = {}
    group: list[int] = []
    low = high = datetime.date.min
    for index, change in enumerate(log):
        if change.operation in GOES_ON:
            continue
        if group and change.window.earliest > high:
            _bound_group(group, low, high, bounds)
            group = []
        low = min(low, change.window.earliest) if group else change.window.earliest
        high = max(high, change.window.latest) if group else change.window.latest
        group.append(index)
    _bound_group(group, low, high, bounds)
    return bounds


def _bound_group(
    group: Sequence[int], low: datetime.date, high: datetime.date, bounds: dict[int, Bounds]
) -> None:
    if len(group) < 2:
        return
    before = group[0] - 1
    if before >= 0:
        bounds[before] = bounds.get(before, Bounds())._replace(certain_until=low, possible_until=high)
    for index in group[:-1]:
        bounds[index] = Bounds(None, None, datetime.date.min, high)
    bounds[group[-1]] = Bounds(None, None, datetime.date.min, None)


def _other_span(change: Change, other: Other, log: Log, changes: _Changes) -> Span:
    following = next((later for later in log[other.place + 1 :] if later.operation != "confirm"), None)
    end = None if following is None or other.bounds.possible_until is not None else following.window
    ended_by = None if following is None else following.event
    return Span(
        change.view,
        change.key,
        other.value,
        other.begin,
        end,
        ended_by,
        changes,
        other.place,
        other.bounds,
        other.events,
    )


def in_order(events: Iterable[E], ranks: Mapping[type, int]) -> list[E]:
    """``events``, given in order of position, in the order of replay.

    That is by (earliest, latest, rank of the kind, position). An event with ``after`` comes behind the
    event it names, directly when it would otherwise have come earlier. One that names no event here,
    or itself in a circle, keeps its place: ``check`` reports it.
    """
    width = 1 + max(ranks.values(), default=0)
    # The sort is stable, so position needs no place in the key.
    of = dict(ranks)
    ordered = sorted(events, key=lambda event: event.date.order * width + of[type(event)])
    if [event for event in ordered if event.after is not None]:
        return _follow(ordered)
    return ordered


def _follow(ordered: list[E]) -> list[E]:
    behind = _followers(ordered)
    waiting: defaultdict[str, list[E]] = defaultdict(list)
    placed: set[str] = set()
    result: list[E] = []
    for event in ordered:
        if event.after is not None and event.id in behind and event.after not in placed:
            waiting[event.after].append(event)
            continue
        queue = [event]
        while queue:
            head = queue.pop()
            result.append(head)
            placed.add(head.id)
            queue.extend(reversed(waiting.pop(head.id, [])))
    return result


def _followers(ordered: Sequence[E]) -> set[str]:
    """Ids of the events whose ``after`` can be followed: it names an event here, and leads into no circle
    that they are part of themselves.
    """
    after = {event.id: event.after for event in ordered}
    circular: set[str | None] = set()
    seen: set[str | None] = set()
    for start in after:
        path: list[str | None] = []
        current: str | None = start
        while current in after and current not in seen:
            seen.add(current)
            path.append(current)
            current = after[current]
        if current in path:
            circular.update(path[path.index(current) :])
    return {event for event, target in after.items() if target in after and event not in circular}


Live = tuple[tuple[str, Any, bool], ...]
"""The beginnings that stand in a cell, oldest first: the id of an event, the value that it made, and whether
it made it from the one before."""


def ending_its_own(event: Happening, change: Change, live: Live) -> tuple[Change | None, Live]:
    """What a change does to a cell in which ``live`` stand, and what stands then.

    An end with ``ends`` takes away the beginning that it names and no other: where others stand, the newest
    of them has the value that is left, without what the ended one had added. None for a change without
    effect.
    """
    if change.value is not None:
        begins = change.operation in ("set", "adjust")
        return change, (*live, (event.id, change.value, change.operation == "adjust")) if begins else live
    if event.ends is None or getattr(event, "lot", None) is not None:
        return change, ()
    place = next((place for place, each in enumerate(live) if each[0] == event.ends), None)
    if place is None:
        return None, live
    rest = _without(live, place)
    if not rest:
        return change, ()
    if rest[-1][1] == live[-1][1]:
        return None, rest
    return change._replace(operation="adjust", value=rest[-1][1]), rest


def _without(live: Live, place: int) -> Live:
    """The beginnings without one of them. What was added to it afterwards stays, without it.

    A value that can be added to says so by a method ``without(more, less)``: itself, without that by which
    the one is more than the other.
    """
    before, (_, ended, _), later = live[:place], live[place], list(live[place + 1 :])
    less = before[-1][1] if before else None
    for number, (event, value, adjusted) in enumerate(later):
        if not adjusted or not hasattr(value, "without"):
            break
        later[number] = (event, value.without(ended, less), adjusted)
    return (*before, *later)


class Replay:
    """A replay under way: what stands so far, and the events that come next.

    ``own`` are the ids of the beginnings that some event ends by name. Raises ``UsageError`` (C607) when two
    projectors write the same view.
    """

    def __init__(self, projectors: Sequence[Projector], own: Set[str] = frozenset()) -> None:
        self.handlers = _handlers(projectors)
        self.changes = _Changes()
        self.before = Before(self.changes)
        # What else the cells may hold whose value rests on a guess.
        self.doubtful: dict[Cell, tuple[Any, ...]] = {}
        self.guesses: list[Guess] = []
        self.live: dict[Cell, Live] = {}
        self.own = own
        self._views = tuple(dict.fromkeys(view for projector in projectors for view in projector.views))

    def take(self, ordered: Iterable[Happening]) -> None:
        """Take events that stand in the order of replay."""
        if self.own:
            self.take_with_care(ordered)
            return
        table, before, cells = self.handlers, self.before, self.changes.cells
        appeared, naming, keep = before.appeared, before.naming, self._keep
        for event in ordered:
            handler = table.get(type(event))
            if handler is None:
                continue
            # All changes of an event are worked out before the first is made, so that "before" means it.
            for change in tuple(handler(event, before)):
                view, key, _, value, _, _, made_from = change
                if value is None or made_from or view in naming:
                    keep(change)
                    continue
                log = cells[view].get(key)
                if log is not None:
                    log.append(change)
                else:
                    cells[view][key] = [change]
                    if view in appeared:
                        appeared[view].append(key)

    def take_with_care(self, ordered: Iterable[Happening]) -> None:
        """The same where ends name what they end, or cells may rest on a guess."""
        for event in ordered:
            handler = self.handlers.get(type(event))
            if handler is not None:
                self._take_made(event, tuple(handler(event, self.before)))

    def take_noting(self, event: Happening) -> list[tuple[Cell, int]]:
        """The same with one event. Gives where its changes stand: a cell and the place in its log of each."""
        handler = self.handlers.get(type(event))
        if handler is None:
            return []
        made = tuple(handler(event, self.before))
        cells = self.changes.cells
        if len(made) == 1 and not self.own and not made[0].made_from:
            # Mostly an event changes one cell, and no guess has a part in it.
            change = made[0]
            cell = change.view, change.key
            if cell not in self.doubtful:
                length = len(cells[change.view].get(change.key, ()))
                self._keep(change)
                log = cells[change.view].get(change.key, ())
                return [(cell, place) for place in range(length, len(log))]
        lengths = {(change.view, change.key): len(cells[change.view].get(change.key, ())) for change in made}
        self._take_made(event, made)
        return [
            ((view, key), place)
            for (view, key), length in lengths.items()
            for place in range(length, len(cells[view].get(key, ())))
        ]

    def _take_made(self, event: Happening, made: Sequence[Change]) -> None:
        others = self._otherwise(event, made) if self.doubtful else {}
        kept = [self._ending_its_own(event, change) for change in made] if self.own else made
        for change in kept:
            if change is not None:
                self._keep(change)
        if others:
            self._doubt(event, others)

    def _keep(self, change: Change) -> None:
        """Add a change to the log of its cell, if it has an effect."""
        view, key = change.view, change.key
        log = self.changes.cells[view].get(key)
        if change.value is None and (log is None or log[-1].value is None):
            return
        if log is not None:
            log.append(change)
        else:
            self.changes.cells[view][key] = [change]
            if view in self.before.appeared:
                self.before.appeared[view].append(key)
        if view in self.before.naming:
            self.before.changed(view, key, change.value)
        if change.made_from:
            _remember_causes(self.changes, change)

    def _ending_its_own(self, event: Happening, change: Change) -> Change | None:
        cell = change.view, change.key
        kept, self.live[cell] = ending_its_own(event, change, self.live.get(cell, ()))
        return kept

    def ledger(self, names: Mapping[str, str] = MappingProxyType({})) -> Ledger:
        """What replay made of the events so far. ``names`` are ids that turned out to be another's."""
        return Ledger(self._views, self.changes, names, tuple(self.guesses))

    # What rests on a guess

    def _otherwise(self, event: Happening, made: Sequence[Change]) -> dict[Cell, tuple[Any, ...]]:
        """For each cell that ``event`` changes and that rests on a guess: what else it may hold then."""
        touched: dict[Cell, set[Cell]] = {}
        for change in made:
            read = {cell for cell in ((change.view, change.key), *change.made_from) if cell in self.doubtful}
            if read:
                touched[change.view, change.key] = read
        if not touched:
            return {}
        made_now = {(change.view, change.key): change.value for change in made}
        values: dict[Cell, dict[Any, None]] = {cell: {} for cell in touched}
        guesses = {guess for read in touched.values() for guess in read}
        # Every guess turns out otherwise at once: what depends on none of them stays the same.
        for number in range(max(len(self.doubtful[guess]) for guess in guesses)):
            overlay = {
                guess: self.doubtful[guess][min(number, len(self.doubtful[guess]) - 1)] for guess in guesses
            }
            world = World(self.before, overlay)
            changed = {(each.view, each.key): each.value for each in self.handlers[type(event)](event, world)}
            for cell in touched:
                result = changed[cell] if cell in changed else world.get(*cell)
                if result != made_now[cell]:
                    values[cell].setdefault(result)
        return {cell: tuple(found) for cell, found in values.items()}

    def _doubt(self, event: Happening, others: Mapping[Cell, tuple[Any, ...]]) -> None:
        for cell, values in others.items():
            if not values:
                self.doubtful.pop(cell, None)
                continue
            self.doubtful[cell] = values
            log = self.changes.cells[cell[0]].get(cell[1])
            if not log:
                continue
            last = len(log) - 1
            while log[last].operation in GOES_ON and last:
                last -= 1
            self.changes.bounds[cell][last] = (
                self.changes.bounds[cell].get(last, Bounds())._replace(certain_until=datetime.date.min)
            )
            for value in values:
                if value is not None:
                    earliest = event.date.earliest
                    bounds = Bounds(earliest, earliest, datetime.date.min, None)
                    self.changes.others[cell].append(
                        Other(len(log) - 1, value, event.date, (event.id,), bounds)
                    )


class World(Before):
    """What would stand before an event, had some cells the values of ``overlay`` (None for nothing)."""

    def __init__(self, base: Before, overlay: Mapping[Any, Any]) -> None:
        self._base = base
        self.overlay = overlay

    def get(self, view: str, key: Key) -> Any | None:
        """The value of one cell, or None."""
        cell = view, key
        return self.overlay[cell] if cell in self.overlay else self._base.get(view, key)

    def where(self, view: str, position: int, part: str) -> list[tuple[Key, Any]]:
        """The cells (key, value) of a view whose key has ``part`` at ``position``, oldest key first."""
        found = dict(self._base.where(view, position, part))
        for (other, key), value in self.overlay.items():
            if other == view and key[position] == part:
                found[key] = value
        return [(key, value) for key, value in found.items() if value is not None]

    def naming_in(self, view: str, name: str, part: str) -> list[tuple[Key, Any]]:
        """The cells (key, value) of a view whose value has ``part`` among the texts of its field ``name``."""
        found = dict(self._base.naming_in(view, name, part))
        for (other, key), value in self.overlay.items():
            if other == view:
                found[key] = value
        return [(key, value) for key, value in found.items() if part in getattr(value, name, ())]

    def ended_by(self, view: str, position: int, part: str, event: str) -> list[tuple[Key, Any]]:
        """The cells of a view that ``event`` ended and that are empty since: of those before the overlay."""
        return self._base.ended_by(view, position, part, event)

    def made_by(self, view: str, key: Key) -> str | None:
        """The id of the event that gave a cell what stood in it before the overlay, or emptied it."""
        return self._base.made_by(view, key)


def replay(
    ordered: Iterable[Happening],
    projectors: Sequence[Projector],
    names: Mapping[str, str] = MappingProxyType({}),
) -> Ledger:
    """The ledger that ``projectors`` make of events that stand in the order of replay.

    ``names`` are ids that events no longer use, with the ids that they use instead.
    Raises ``UsageError`` (C607) when two projectors write the same view.
    """
    running = Replay(projectors)
    with paused_collector():
        running.take(ordered)
    return running.ledger(names)


def _remember_causes(changes: _Changes, change: Change) -> None:
    if change.operation in ("doubt", "lift"):
        changes.doubted.add((change.view, change.key))
        return
    cells = changes.cells
    causes: list[tuple[str, Key, int]] = []
    for view, key in change.made_from:
        log = cells[view].get(key)
        if log is not None and log[-1].value is not None:
            causes.append((view, key, len(log) - 1))
    place = (change.view, change.key, len(cells[change.view][change.key]) - 1)
    changes.causes[place] = tuple(causes)
    if changes.doubted:
        _inherit_doubts(changes, change)


def _inherit_doubts(changes: _Changes, change: Change) -> None:
    """What was made from a doubtful value is as doubtful, from its own begin on."""
    place = (change.view, change.key)
    for origin in change.made_from:
        if origin in changes.doubted and origin != place:
            for doubt in _doubts_before(changes.cells[origin[0]][origin[1]], change.event):
                changes.doubted.add(place)
                inherited = change._replace(operation="doubt", made_from=doubt.made_from, event=doubt.event)
                changes.cells[change.view][change.key].append(inherited)


def _doubts_before(log: Log, event: str) -> list[Change]:
    """The doubts that are open in a cell, by what stood there before an event had to do with it."""
    return _open_doubts([change for change in log if change.event != event])


def _handlers(projectors: Sequence[Projector]) -> dict[type, Handler]:
    owners: dict[str, str] = {}
    table: defaultdict[type, list[Handler]] = defaultdict(list)
    for projector in projectors:
        for view in projector.views:
            if view in owners:
                message = f'projectors "{owners[view]}" and "{projector.name}" both write the view "{view}"'
                raise UsageError(Problem("C607", message, help="give your own view another name"))
            owners[view] = projector.name
        for kind, handler in projector.table.items():
            table[kind].append(handler)
    return {kind: _together(handlers) for kind, handlers in table.items()}


def _together(handlers: Sequence[Handler]) -> Handler:
    """One handler for several: all of them see what stood before the event, none what the others changed."""
    if len(handlers) == 1:
        return handlers[0]
    return lambda event, before: [change for handler in handlers for change in handler(event, before)]
