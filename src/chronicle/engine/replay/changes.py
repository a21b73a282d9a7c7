"""Changes of cells, and what replay keeps of them: logs, causes, bounds and doubts."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from attrs import Factory, define

from chronicle.dates import PartialDate

Key = tuple[str, ...]


# set: a new value that owes nothing to the one before. adjust: a new value made from the one before.
# confirm: the same value, seen again. end: no value any more. doubt: the same value, only possible from here
# on. lift: what made it doubtful is undone.
Operation = Literal["set", "adjust", "confirm", "end", "doubt", "lift"]


GOES_ON = ("confirm", "doubt", "lift")
"""The operations by which a value goes on as it was."""


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
class ChangeLogs:
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


class OpenDoubts:
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
    doubts = OpenDoubts()
    for change in log:
        doubts.take(change)
    return doubts.open


def remember_causes(changes: ChangeLogs, change: Change) -> None:
    """Keep which values a change that was just logged is made from, and make it as doubtful as these are."""
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


def _inherit_doubts(changes: ChangeLogs, change: Change) -> None:
    """Log beside a change the doubts of the values that it is made from, as doubts of its own."""
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
