"""A replay in progress: events go through the projectors in one total order, and their changes are kept."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any, NamedTuple

from chronicle.dates import DAWN
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay.before import Before, World
from chronicle.engine.replay.changes import (
    GOES_ON,
    Bounds,
    Cell,
    Change,
    ChangeLogs,
    Log,
    Other,
    doubts_in,
    remember_causes,
)
from chronicle.engine.replay.ledger import Guess, Ledger
from chronicle.engine.replay.order import Happening
from chronicle.engine.replay.projector import Projector, handlers_of


class Beginning(NamedTuple):
    """A beginning that stands in a cell: the id of its event, the value, and the record that says so.

    ``adjusted`` is true if the value was made from the one before; ``record`` is None where no register says
    it.
    """

    event: str
    value: Any
    adjusted: bool
    record: str | None


Live = tuple[Beginning, ...]
"""The beginnings that stand in a cell, oldest first."""


def ends_itself(log: Log, place: int) -> bool:
    """Whether the event of a change says itself until when the value stands, as of an identifier."""
    following = log[place + 1] if place + 1 < len(log) else None
    return following is not None and following.value is None and following.event == log[place].event


def ending_its_own(event: Happening, change: Change, live: Live) -> tuple[Change | None, Live]:
    """The effect of a change on a cell with the beginnings ``live``, and the beginnings after it.

    An end with ``ends`` removes the beginning that it names and no other: if others stand, the value is then
    that of the newest, without what the ended one had added. What a record says later takes the place of what
    it said before. The change is None if it has no effect.
    """
    if change.value is not None:
        return change, _with(event, change, live)
    if event.ends is None or getattr(event, "lot", None) is not None or (live and live[-1].event == event.id):
        # The last: an identifier runs out by the event that gave it, whatever else that ends.
        return change, ()
    place = next((place for place, each in enumerate(live) if each.event == event.ends), None)
    if place is None:
        return None, live
    rest = _without(live, place)
    if not rest:
        return change, ()
    if rest[-1].value == live[-1].value:
        return None, rest
    return change._replace(operation="adjust", value=rest[-1].value), rest


def _with(event: Happening, change: Change, live: Live) -> Live:
    """The beginnings after a change that leaves a value."""
    if change.operation not in ("set", "adjust"):
        return live
    record: str | None = getattr(event, "record", None)
    kept = live if record is None else tuple(each for each in live if each.record != record)
    return (*kept, Beginning(event.id, change.value, change.operation == "adjust", record))


def _without(live: Live, place: int) -> Live:
    """The beginnings without one of them. Values that were made from it later stay, reduced by it.

    Such values have a method ``without(more, less)``: the value, reduced by the difference of the two.
    """
    before, ended, later = live[:place], live[place].value, list(live[place + 1 :])
    less = before[-1].value if before else None
    for number, begun in enumerate(later):
        if not begun.adjusted or not hasattr(begun.value, "without"):
            break
        later[number] = begun._replace(value=begun.value.without(ended, less))
    return (*before, *later)


class Replay:
    """A replay in progress: the values so far, and the events that come next.

    ``own`` are the ids of the beginnings that some event ends by name. ``said`` gives a value as answers
    compare it: one that an event says again goes on; without it, each begins anew. Raises ``UsageError``
    (C607) if two projectors write the same view.
    """

    def __init__(
        self,
        projectors: Sequence[Projector],
        own: Set[str] = frozenset(),
        said: Callable[[Any], Any] | None = None,
    ) -> None:
        self.handlers = handlers_of(projectors)
        self.changes = ChangeLogs()
        self.before = Before(self.changes)
        # The other possible values of the cells that depend on a guess.
        self.doubtful: dict[Cell, tuple[Any, ...]] = {}
        self.guesses: list[Guess] = []
        self.live: dict[Cell, Live] = {}
        self.own = own
        self.said = said
        self._views = tuple(dict.fromkeys(view for projector in projectors for view in projector.views))

    def take(self, ordered: Iterable[Happening]) -> None:
        """Replay events that are in the order of replay."""
        if self.own:
            self.take_with_care(ordered)
            return
        table, before, cells = self.handlers, self.before, self.changes.cells
        appeared, naming, keep, said = before.appeared, before.naming, self._keep, self.said
        for event in ordered:
            handler = table.get(type(event))
            if handler is None:
                continue
            # All changes of an event are computed before the first is made: they read the values before it.
            made = tuple(handler(event, before))
            for change in made:
                view, key, _, value, window, _, made_from = change
                if value is None or made_from or view in naming:
                    keep(change)
                    if value is not None and window.earliest is not window.latest:
                        self._said_again(change, made)
                    continue
                log = cells[view].get(key)
                if log is not None:
                    old = log[-1]
                    log.append(change)
                    if window.earliest is window.latest or said is None or old.window.latest == DAWN:
                        continue
                    if said(old.value) == said(value):
                        self._said_again(change, made)
                else:
                    cells[view][key] = [change]
                    if view in appeared:
                        appeared[view].append(key)

    def take_with_care(self, ordered: Iterable[Happening]) -> None:
        """The same where ends name what they end, or cells may depend on a guess."""
        for event in ordered:
            handler = self.handlers.get(type(event))
            if handler is not None:
                made = tuple(handler(event, self.before))
                self._take_made(event, made)
                for change in made if event.date.earliest is not event.date.latest else ():
                    self._said_again(change, made)

    def take_noting(self, event: Happening) -> list[tuple[Cell, int]]:
        """The same for one event. Gives the place of each of its changes: a cell and an index in its log."""
        handler = self.handlers.get(type(event))
        if handler is None:
            return []
        made = tuple(handler(event, self.before))
        cells = self.changes.cells
        if len(made) == 1 and not self.own and not made[0].made_from:
            # The common case: an event changes one cell, and no guess is involved.
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
            remember_causes(self.changes, change)

    # Values that are said again

    def _said_again(self, change: Change, made: Sequence[Change]) -> None:
        """Let go on what one of the changes ``made`` by an event of no group says again, in a wide window."""
        window, cell = change.window, (change.view, change.key)
        if self.said is None or change.value is None or window.earliest == window.latest:
            return
        log = self.changes.cells[change.view].get(change.key, ())
        if len(log) < 2 or log[-2].window.latest == DAWN:
            # Mostly nothing was said before, but by a declaration.
            return
        if len(made) > 1:
            own = (each for each in made if each.value is None and (each.view, each.key) == cell)
            if any(end.window.earliest < window.latest for end in own):
                # The event says itself until when, and that may come first.
                return
        # Mostly it was the last one.
        places = range(len(log) - 1, -1, -1)
        place = next((place for place in places if log[place] is change), None)
        if place is not None:
            self.goes_on(cell, place, window.latest)

    def goes_on(self, cell: Cell, place: int, last: datetime.date) -> None:
        """Let a value stand on that the change at ``place`` of a log says again, by the day ``last``.

        The value stands before that change and after it, so that nothing is in doubt while its day is open:
        what was said before counts until ``last``, and the change from then on. Not of a value that is only
        possible, by a guess or since its company is gone: to say it again ends that.
        """
        log = self.changes.cells[cell[0]][cell[1]]
        if self.said is None or not place or log[place].operation in GOES_ON:
            return
        if ends_itself(log, place) and log[place + 1].window.earliest < last:
            return
        before = place - 1
        while before and log[before].operation in GOES_ON:
            before -= 1
        old = log[before]
        if old.value is None or self.said(old.value) != self.said(log[place].value):
            return
        bounds = self.changes.bounds.get(cell, {})
        known, new = bounds.get(before, Bounds()), bounds.get(place, Bounds())
        if any((known.certain_until, known.possible_until, new.certain_until, new.possible_until)):
            return
        if old.window.latest == DAWN:
            # A declaration says no day: the name holds until the first event that gives one.
            return
        if cell in self.changes.doubted and (doubts_in(log) or doubts_in(log[:place])):
            return
        day = max(last, known.possible_from or old.window.earliest)
        bounds = self.changes.bounds[cell]
        bounds[before] = known._replace(certain_until=day, possible_until=day)
        bounds[place] = new._replace(possible_from=day, certain_from=day)
        self.changes.again.add(cell)

    def _ending_its_own(self, event: Happening, change: Change) -> Change | None:
        cell = change.view, change.key
        kept, self.live[cell] = ending_its_own(event, change, self.live.get(cell, ()))
        return kept

    def ledger(self, names: Mapping[str, str] = MappingProxyType({})) -> Ledger:
        """The ledger of the events so far.

        ``names`` maps ids that were linked to another to the id that stays.
        """
        return Ledger(self._views, self.changes, names, tuple(self.guesses))

    # Cells that depend on a guess

    def _otherwise(self, event: Happening, made: Sequence[Change]) -> dict[Cell, tuple[Any, ...]]:
        """For each cell that ``event`` changes and that depends on a guess: its other possible values."""
        touched: dict[Cell, set[Cell]] = {}
        # What only makes a value doubtful, or certain again, leaves the other values as they are.
        for change in (each for each in made if each.operation not in ("doubt", "lift")):
            read = {cell for cell in ((change.view, change.key), *change.made_from) if cell in self.doubtful}
            if read:
                touched[change.view, change.key] = read
        if not touched:
            return {}
        made_now = {(change.view, change.key): change.value for change in made}
        values: dict[Cell, dict[Any, None]] = {cell: {} for cell in touched}
        guesses = {guess for read in touched.values() for guess in read}
        # All guesses take their other values at once: a cell that depends on none of them stays the same.
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


def replay(
    ordered: Iterable[Happening],
    projectors: Sequence[Projector],
    names: Mapping[str, str] = MappingProxyType({}),
    said: Callable[[Any], Any] | None = None,
) -> Ledger:
    """The ledger that ``projectors`` make of events that are in the order of replay.

    ``names`` maps ids that events no longer use to the ids that they use instead, ``said`` is as in
    ``Replay``. Raises ``UsageError`` (C607) if two projectors write the same view.
    """
    running = Replay(projectors, said=said)
    with paused_collector():
        running.take(ordered)
    return running.ledger(names)
