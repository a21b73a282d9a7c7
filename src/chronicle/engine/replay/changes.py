"""Changes of cells, and what replay keeps of them: logs, causes, bounds and doubts."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from attrs import Factory, define

from chronicle.dates import PartialDate

Key = tuple[str, ...]


# set: a new value, independent of the one before. adjust: a new value made from the one before.
# confirm: the same value, observed again. end: no value any more. doubt: the same value, only possible from
# here on. lift: the end of doubts.
Operation = Literal["set", "adjust", "confirm", "end", "doubt", "lift"]


GOES_ON = ("confirm", "doubt", "lift")
"""The operations that do not change the value."""


class Change(NamedTuple):
    """One event's effect on one cell of one view.

    ``value`` is None for ``end`` and only then. ``made_from`` names the other cells (view, key) from which
    the value was computed. For a ``doubt`` it names what makes the value doubtful, and a ``lift``
    ends the doubts that name the same, or all if it names nothing.
    """

    view: str
    key: Key
    operation: Operation
    value: Any
    window: PartialDate
    event: str
    made_from: tuple[tuple[str, Key], ...] = ()


# The changes of one cell in the order of replay. Replay keeps only these: spans are made on demand, since
# most cells of a register are never asked for.
Log = list[Change]


Cell = tuple[str, Key]


class Bounds(NamedTuple):
    """Between which days a value is possible, and between which it is certain.

    Each is None where the windows of the changes give it. Both ``_from`` are inclusive, both ``_until``
    exclusive. For a value that is never certain ``certain_until`` is ``datetime.date.min``.
    """

    possible_from: datetime.date | None = None
    certain_from: datetime.date | None = None
    certain_until: datetime.date | None = None
    possible_until: datetime.date | None = None


class Other(NamedTuple):
    """Another possible value of a cell, by another order that makes as much sense as the one of replay.

    It stands beside the change at ``place`` of the log; without an end of its own in ``bounds``, until the
    next change after that. ``begin`` is the date as written, ``events`` made the value.
    """

    place: int
    value: Any
    begin: PartialDate
    events: tuple[str, ...]
    bounds: Bounds


class Nothing(NamedTuple):
    """A time in which a cell may be empty: from ``low`` to ``high``, exclusive (None: without an end).

    ``first`` is true for the time before the first value, ``last`` if the cell may be empty in the end.
    """

    low: datetime.date
    high: datetime.date | None
    first: bool
    last: bool


@define
class ChangeLogs:
    """Every change of every cell, and which changes of other cells a value was made from."""

    cells: defaultdict[str, dict[Key, Log]] = Factory(lambda: defaultdict(dict))
    # Bounds, by the index of the change with which a value begins, where they differ from the windows of the
    # changes because of the order of replay.
    bounds: defaultdict[Cell, dict[int, Bounds]] = Factory(lambda: defaultdict(dict))
    # The cells of which a change on an open day says a value again: that alone makes bounds, too.
    again: set[Cell] = Factory(set)
    others: defaultdict[Cell, list[Other]] = Factory(lambda: defaultdict(list))
    # The views that are replayed in one order only: those of a user's own projectors.
    unordered: set[str] = Factory(set)
    # When a cell is empty by another order that makes as much sense.
    nothing: defaultdict[Cell, list[Nothing]] = Factory(lambda: defaultdict(list))
    # By a change (view, key, index in the log): the changes of other cells whose values it was made from.
    causes: dict[tuple[str, Key, int], tuple[tuple[str, Key, int], ...]] = Factory(dict)
    # The cells that were ever doubted: few, so that the others need no look at their doubts.
    doubted: set[tuple[str, Key]] = Factory(set)

    def open_doubts(self, cell: Cell) -> list[Change]:
        """The open doubts about the value of a cell; mostly none."""
        return _open_doubts(self.cells[cell[0]].get(cell[1], [])) if cell in self.doubted else []

    def events(self, view: str, key: Key, last: int) -> tuple[str, ...]:
        """Ids of the events in the provenance of the value after change ``last`` of a cell, causes first."""
        change = self.cells[view][key][last]
        if change.operation == "set" and not change.made_from:
            return (change.event,)
        found: dict[str, None] = {}
        seen: set[tuple[str, Key, int]] = set()
        # A stack instead of recursion: a succession of companies may exceed the interpreter's limit.
        stack: list[tuple[str, Key, int, bool]] = [(view, key, last, False)]
        while stack:
            view, key, index, causes_done = stack.pop()
            if causes_done:
                change = self.cells[view][key][index]
                # A doubt, or the end of one, did not make the value.
                if change.operation not in ("doubt", "lift"):
                    found.setdefault(change.event)
            elif (view, key, index) not in seen:
                seen.add((view, key, index))
                stack.append((view, key, index, True))
                # Reversed, so that the past of the cell itself comes before the other cells.
                behind = reversed(tuple(self._behind(view, key, index)))
                stack.extend((*cause, False) for cause in behind)
        return tuple(found)

    def ends_in_nothing(self, view: str, key: Key, last: int) -> bool:
        """Whether the value after change ``last`` of a cell ends without another value after it."""
        return any(change.value is None for change in self.cells[view][key][last + 1 : last + 2])

    def _behind(self, view: str, key: Key, index: int) -> Iterator[tuple[str, Key, int]]:
        log = self.cells[view][key]
        operation = log[index].operation
        if operation not in ("set", "end") and index and log[index - 1].value is not None:
            yield view, key, index - 1
        yield from self.causes.get((view, key, index), ())


# Doubts


class Doubt(NamedTuple):
    """That a value is only possible from a window on: until another one, or (None) until the value ends."""

    since: PartialDate
    until: PartialDate | None
    event: str

    def on(self, day: datetime.date) -> bool:
        """Whether the doubt may hold on ``day``."""
        return self.since.earliest <= day and (self.until is None or day < self.until.latest)


class OpenDoubts:
    """The open doubts about the value of a cell, while its changes are read in the order of replay."""

    def __init__(self) -> None:
        self.open: list[Change] = []
        self._closed: list[Doubt] = []

    def take(self, change: Change) -> None:
        """Read the next change: a value that is independent of the doubted one is not doubted."""
        if change.operation == "doubt":
            if all(change.made_from != doubt.made_from for doubt in self.open):
                self.open.append(change)
        elif change.operation != "adjust":
            lifted = [doubt for doubt in self.open if _lifts(change, doubt)]
            self.open = [doubt for doubt in self.open if doubt not in lifted]
            if change.value is not None and change.operation != "set":
                self._closed += [Doubt(doubt.window, change.window, doubt.event) for doubt in lifted]

    def of_span(self) -> tuple[Doubt, ...]:
        """The doubts about the span that ends here; a value made from it inherits the open ones."""
        closed, self._closed = self._closed, []
        return (*closed, *(Doubt(doubt.window, None, doubt.event) for doubt in self.open))


def doubts_in(log: Log) -> tuple[Doubt, ...]:
    """The doubts about the last value of a log."""
    doubts = OpenDoubts()
    for change in log:
        doubts.take(change)
    return doubts.of_span()


def _lifts(change: Change, doubt: Change) -> bool:
    return change.operation != "lift" or change.made_from in ((), doubt.made_from)


def _open_doubts(log: Log) -> list[Change]:
    doubts = OpenDoubts()
    for change in log:
        doubts.take(change)
    return doubts.open


def remember_causes(changes: ChangeLogs, change: Change) -> None:
    """Note from which values a change that was just logged is made, and give it their doubts."""
    if change.operation in ("doubt", "lift"):
        if change.operation == "doubt":
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


def _inherit_doubts(changes: ChangeLogs, change: Change) -> None:
    """Log after a change the doubts of the values from which it is made, as doubts of its own."""
    place = (change.view, change.key)
    for origin in change.made_from:
        if origin in changes.doubted and origin != place:
            for doubt in _doubts_before(changes.cells[origin[0]][origin[1]], change.event):
                changes.doubted.add(place)
                inherited = change._replace(operation="doubt", made_from=doubt.made_from, event=doubt.event)
                changes.cells[change.view][change.key].append(inherited)


def _doubts_before(log: Log, event: str) -> list[Change]:
    """The open doubts of a cell without the changes by an event."""
    return _open_doubts([change for change in log if change.event != event])
