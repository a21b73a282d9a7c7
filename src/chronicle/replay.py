"""Changes in, spans out. Knows no event class and no view: the order of replay, and what a span is.

Events go through the projectors in one total order. Each projector turns an event into changes of
cells, and replay keeps the changes of each cell. Between two changes of a cell lies a span: a value
that holds from one window to another. All spans of all views are the ledger, and every question is
a look-up in it.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from attrs import Factory, define, field, frozen

from chronicle.collector import paused_collector
from chronicle.dates import PartialDate
from chronicle.errors import Problem, UsageError, absent

Key = tuple[str, ...]

# set: a new value that owes nothing to the one before. adjust: a new value made from the one before.
# confirm: the same value, seen again. end: no value any more. doubt: the same value, only possible from here
# on. lift: what made it doubtful is undone.
Operation = Literal["set", "adjust", "confirm", "end", "doubt", "lift"]

_GOES_ON = ("confirm", "doubt", "lift")


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


@define
class _Changes:
    """Every change of every cell, and which changes of other cells a value was made from."""

    cells: defaultdict[str, dict[Key, Log]] = Factory(lambda: defaultdict(dict))
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
    doubts: tuple[Doubt, ...] = ()

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events that made the value, causes first, back to the last ones that set it outright."""
        return self._changes.events(self.view, self.key, self._last)

    @property
    def ends_in_nothing(self) -> bool:
        """Whether the value came to an end without another one in its place."""
        following = self._changes.cells[self.view][self.key][self._last + 1 :][:1]
        return any(change.value is None for change in following)

    def certain(self, day: datetime.date) -> bool:
        """Whether the value surely stands on ``day``: begun by then at the latest, ended after it."""
        stands = self.begin.latest <= day and (self.end is None or day < self.end.earliest)
        return stands and not (self.doubts and self.doubted_by(day))

    def doubted_by(self, day: datetime.date) -> tuple[str, ...]:
        """Ids of the events that make the value only possible on ``day``."""
        return tuple(doubt.event for doubt in self.doubts if doubt.on(day))

    def possible(self, day: datetime.date) -> bool:
        """Whether the value may stand on ``day``; true of a certain one too."""
        return self.begin.earliest <= day and (self.end is None or day < self.end.latest)


class Before:
    """What stands before an event: the values of all cells of all views, for projectors to read."""

    def __init__(self, changes: _Changes) -> None:
        self._cells = changes.cells
        # For the views that some projector looked through by a part of the key, from then on.
        self.indexed: dict[str, dict[int, dict[str, list[Key]]]] = {}
        # For the views that some projector looked through by what their values name, from then on.
        self.naming: dict[str, dict[str, dict[str, dict[Key, None]]]] = {}

    def get(self, view: str, key: Key) -> Any | None:
        """The value of one cell, or None."""
        log = self._cells[view].get(key)
        return None if log is None else log[-1].value

    def where(self, view: str, position: int, part: str) -> list[tuple[Key, Any]]:
        """The cells (key, value) of a view whose key has ``part`` at ``position``, oldest key first."""
        cells, indexes = self._cells[view], self.indexed.setdefault(view, {})
        if position not in indexes:
            indexes[position] = _index(cells, position)
        found = ((key, cells[key][-1].value) for key in indexes[position].get(part, ()))
        return [(key, value) for key, value in found if value is not None]

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
        self.where(view, position, part)
        cells = self._cells[view]
        logs = ((key, cells[key][-2:]) for key in self.indexed[view][position].get(part, ()))
        return [(key, log[0].value) for key, log in logs if log[-1].value is None and log[-1].event == event]

    def made_by(self, view: str, key: Key) -> str | None:
        """The id of the event that gave a cell what stands in it, or emptied it, or None."""
        log = self._cells[view].get(key, [])
        return next((change.event for change in reversed(log) if change.operation not in _GOES_ON), None)

    def changed(self, view: str, key: Key, value: Any) -> None:
        """Note what a new value of a view of ``naming`` names. For replay alone."""
        for name, index in self.naming[view].items():
            _note(index, key, getattr(value, name, ()))

    def appeared(self, view: str, key: Key) -> None:
        """Note a key of an indexed view that had no cell before. For replay alone."""
        for position, index in self.indexed[view].items():
            index.setdefault(key[position], []).append(key)


def _note(index: dict[str, dict[Key, None]], key: Key, parts: Iterable[str]) -> None:
    for part in parts:
        index.setdefault(part, {})[key] = None


def _index(keys: Iterable[Key], position: int) -> dict[str, list[Key]]:
    index: dict[str, list[Key]] = {}
    for key in keys:
        index.setdefault(key[position], []).append(key)
    return index


Handler = Callable[[Any, Before], Iterable[Change]]


def _frozen_table(table: Mapping[type, Handler]) -> Mapping[type, Handler]:
    return MappingProxyType(dict(table))


@frozen
class Projector:
    """A table from event class to a function of (event, ``Before``) that gives changes.

    ``views`` are the views that it writes and nobody else does. ``ignores`` are the event classes
    that it knows and leaves alone: a new kind of event should make somebody decide.
    """

    name: str
    views: tuple[str, ...]
    table: Mapping[type, Handler] = field(converter=_frozen_table)
    ignores: Set[type[Any]] = frozenset()


@frozen(eq=False)
class Ledger:
    """Every span of every view, by view and key. Spans of a key stand in the order of replay.

    ``names`` has the ids that turned out to be another's, with the id that stays: to ask by either is
    the same.
    """

    views: tuple[str, ...]
    _changes: _Changes = field(repr=False)
    names: Mapping[str, str] = field(factory=dict, repr=False)
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

    def _by_name(self, parts: Key) -> Key:
        return tuple(self.names.get(part, part) for part in parts) if self.names else parts

    def __iter__(self) -> Iterator[Span]:
        """All spans, view by view and key by key."""
        for view in self.views:
            for key in self.keys(view):
                yield from self.cell(view, key)


def _spans(log: Log, changes: _Changes) -> Iterator[Span]:
    begin: PartialDate | None = None
    doubts = _Doubts() if log and (log[0].view, log[0].key) in changes.doubted else None
    for index, change in enumerate(log):
        begin = begin or change.window
        if doubts is not None:
            doubts.take(change)
        following = log[index + 1] if index + 1 < len(log) else None
        if change.value is None or (following is not None and following.operation in _GOES_ON):
            begin = begin if change.value is not None else None
            continue
        end, ended_by = (None, None) if following is None else (following.window, following.event)
        found = () if doubts is None else doubts.of_span()
        yield Span(change.view, change.key, change.value, begin, end, ended_by, changes, index, found)
        begin = None


def in_order(events: Iterable[E], ranks: Mapping[type, int]) -> list[E]:
    """``events``, given in order of position, in the order of replay.

    That is by (earliest, latest, rank of the kind, position). An event with ``after`` comes behind the
    event it names, directly when it would otherwise have come earlier. One that names no event here,
    or itself in a circle, keeps its place: ``check`` reports it.
    """
    width = 1 + max(ranks.values(), default=0)
    # The sort is stable, so position needs no place in the key.
    ordered = sorted(events, key=lambda event: event.date.order * width + ranks[type(event)])
    if any(event.after is not None for event in ordered):
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


def replay(
    ordered: Iterable[Happening],
    projectors: Sequence[Projector],
    names: Mapping[str, str] = MappingProxyType({}),
) -> Ledger:
    """The ledger that ``projectors`` make of events that stand in the order of replay.

    ``names`` are ids that events no longer use, with the ids that they use instead.
    Raises ``UsageError`` (C607) when two projectors write the same view.
    """
    table = _handlers(projectors)
    changes = _Changes()
    before = Before(changes)
    cells, indexed, naming = changes.cells, before.indexed, before.naming
    with paused_collector():
        for event in ordered:
            handler = table.get(type(event))
            if handler is None:
                continue
            # All changes of an event are worked out before the first is made, so that "before" means it.
            for change in tuple(handler(event, before)):
                view, key, operation, value, _, _, made_from = change
                logs = cells[view]
                log = logs.get(key)
                if operation == "lift" and (view, key) not in changes.doubted:
                    continue
                if log is not None:
                    if value is None and log[-1].value is None:
                        continue
                    log.append(change)
                elif value is None:
                    continue
                else:
                    logs[key] = [change]
                    if view in indexed:
                        before.appeared(view, key)
                if view in naming:
                    before.changed(view, key, value)
                if made_from:
                    _remember_causes(changes, change)
    views = tuple(dict.fromkeys(view for projector in projectors for view in projector.views))
    return Ledger(views, changes, names)


def _remember_causes(changes: _Changes, change: Change) -> None:
    if change.operation in ("doubt", "lift"):
        changes.doubted.add((change.view, change.key))
        return
    cells = changes.cells
    place = (change.view, change.key, len(cells[change.view][change.key]) - 1)
    logs = ((view, key, cells[view].get(key)) for view, key in change.made_from)
    changes.causes[place] = tuple(
        (view, key, len(log) - 1) for view, key, log in logs if log is not None and log[-1].value is not None
    )
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
