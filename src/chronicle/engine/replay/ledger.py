"""The ledger: all spans of all views. Every question is a look-up in it."""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from attrs import field, frozen

from chronicle.engine.replay.before import index_of
from chronicle.engine.replay.changes import Cell, ChangeLogs, Key, Log, Nothing
from chronicle.engine.replay.linked import LinkedIds, linked
from chronicle.engine.replay.spans import Span, spans_of
from chronicle.engine.replay.standing import Listed, StandingValue, with_doubts
from chronicle.errors import absent


@frozen
class Guess:
    """Events of which several orders make as much sense, and a cell whose value depends on the order.

    ``events`` are ids in the order that was taken. ``counted`` is false if there were too many orders to
    compare.
    """

    view: str
    key: Key
    events: tuple[str, ...]
    counted: bool = True


@frozen(eq=False)
class Ledger:
    """Every span of every view, by view and key. Spans of a key are in the order of replay.

    ``names`` maps ids that were linked to another to the id that stays; to ask by either is
    the same. ``guesses`` are the values that depend on an order that nothing decides.
    """

    views: tuple[str, ...]
    _changes: ChangeLogs = field(repr=False)
    names: LinkedIds = field(factory=LinkedIds, converter=linked, repr=False)
    guesses: tuple[Guess, ...] = field(default=(), repr=False)
    _spans: dict[tuple[str, Key], tuple[Span, ...]] = field(factory=dict, init=False, repr=False)
    _indexes: dict[tuple[str, int], dict[str, list[Key]]] = field(factory=dict, init=False, repr=False)
    _named: dict[str, dict[str, dict[Key, None]]] = field(factory=dict, init=False, repr=False)
    _sorted: dict[str, tuple[Sequence[Key], Sequence[int]]] = field(factory=dict, init=False, repr=False)

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; none for an unknown view."""
        return self._changes.cells[view].keys() if view in self._changes.cells else ()

    def in_order(self, view: str) -> tuple[Sequence[Key], Sequence[int]]:
        """The keys of a view, sorted, and of each the place that it has among ``keys``."""
        found = self._sorted.get(view)
        if found is None:
            keys = [*self.keys(view)]
            places = sorted(range(len(keys)), key=keys.__getitem__)
            found = self._sorted[view] = [keys[place] for place in places], array("I", places)
        return found

    def has(self, view: str, key: Key) -> bool:
        """Whether a key of a view is there, an empty one too."""
        return view in self._changes.cells and self.names.key(view, key) in self._changes.cells[view]

    def where(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view that have ``part`` at ``position``."""
        part = self.names.part(view, position, part)
        index = self._indexes.get((view, position))
        if index is None:
            index = self._indexes[view, position] = index_of(self.keys(view), position)
        return index.get(part, ())

    def keys_naming(
        self, view: str, entity: str, named: Callable[[Key, Any], Iterable[str]]
    ) -> Iterable[Key]:
        """The keys of a view of which some span names ``entity``, in its key or in its value.

        ``named`` gives the ids that a key and a value name; it is asked of every span once.
        """
        index = self._named.get(view)
        if index is None:
            index = self._named[view] = {}
            for key in self.keys(view):
                for span in self.cell(view, key):
                    for each in named(key, span.value):
                        index.setdefault(each, {})[key] = None
        return index.get(entity, {})

    def keys_like(self, view: str, like: Callable[[str], bool], run: str = "") -> Iterable[Key]:  # noqa: ARG002
        """The keys of a view that may have a text for which ``like`` is true, in them or in their values.

        Of texts in ASCII it is true only for those that have ``run``, in ASCII too, whatever the case.

        All keys, where the texts are not at hand; a ledger that has them in a table leaves out the others.
        """
        return self.keys(view)

    def values(self, view: str) -> Iterable[tuple[Key, Any]]:
        """Every value of a view with its key; quicker than all spans where values are at hand."""
        return ((key, span.value) for key in self.keys(view) for span in self.cell(view, key))

    def spans(self, view: str, *parts: str) -> tuple[Span, ...]:
        """The spans of all keys of a view that begin with ``parts``; with any, in order of key.

        Raises ``NotFound`` (C606) for a view that no projector writes.
        """
        if view not in self.views:
            raise absent("C606", "view", view, self.views)
        keys = sorted(self.beginning(view, self.names.key(view, parts))) if parts else self.keys(view)
        return tuple(span for key in keys for span in self.cell(view, key))

    def beginning(self, view: str, parts: Key) -> Iterable[Key]:
        """The keys of a view that begin with ``parts``, of which there is at least one."""
        return [key for key in self.where(view, 0, parts[0]) if key[: len(parts)] == parts]

    def cell(self, view: str, key: Key) -> tuple[Span, ...]:
        """The spans of one key; none for an unknown key."""
        key = self.names.key(view, key)
        spans = self._spans.get((view, key))
        if spans is None:
            log = self._changes.cells[view].get(key, []) if view in self._changes.cells else []
            spans = self._spans[view, key] = tuple(spans_of(log, self._changes))
        return spans

    def possible(self, view: str, key: Key, day: datetime.date) -> Iterable[Span]:
        """The spans of one key that may hold on a day; none for an unknown key."""
        # Ledgers that were not replayed here have no changes.
        log = self.log(view, key) if view in getattr(self._changes, "cells", ()) else None
        if log and _is_not_there(log, day):
            # Of what is not there yet, or no more, no spans are made.
            return ()
        return [span for span in self.cell(view, key) if span.possible(day)]

    def standing(
        self, view: str, day: datetime.date, wanted: Mapping[int, str], listed: Listed
    ) -> Iterable[StandingValue]:
        """The listed values of a view that may hold on a day, in order of key.

        ``wanted`` has by position the parts that keys must have.
        """
        keys = sorted(self._keys_with(view, wanted))
        return chain.from_iterable(standing_in(self.possible(view, key, day), day, listed) for key in keys)

    def _keys_with(self, view: str, wanted: Mapping[int, str]) -> Iterable[Key]:
        if not wanted:
            return self.keys(view)
        (position, part), *others = wanted.items()
        more = [(at, self.names.part(view, at, other)) for at, other in others]
        return [
            key for key in self.where(view, position, part) if all(key[at] == other for at, other in more)
        ]

    def log(self, view: str, key: Key) -> Log | None:
        """The changes of a cell whose spans follow from them alone: without bounds, doubts and other values.

        None for any other cell. ``pieces`` makes the spans of such a log.
        """
        changes, cell = self._changes, (view, self.names.key(view, key))
        if cell in changes.bounds or cell in changes.others or cell in changes.doubted:
            return None
        if cell in changes.nothing or view in changes.unordered:
            return None
        return changes.cells[view].get(cell[1])

    def said_again(self, view: str, key: Key) -> Log | None:
        """The changes of a cell whose bounds say only that a value goes on that was said again; else None."""
        changes, cell = self._changes, (view, self.names.key(view, key))
        if cell not in changes.again or cell in changes.others:
            return None
        more = cell in changes.doubted or cell in changes.nothing or view in changes.unordered
        return None if more else changes.cells[view].get(cell[1])

    def logs(self, view: str, keys: Iterable[Key]) -> Iterator[Log | None]:
        """What ``log`` says of some keys of a view, which must be there."""
        changes = self._changes
        if self.names or view in changes.unordered:
            return map(partial(self.log, view), keys)
        found = (changes.bounds, changes.others, changes.doubted, changes.nothing)
        more = {key for of_cells in found for name, key in of_cells if name == view}
        cells = changes.cells[view]
        if not more:
            return map(cells.__getitem__, keys)
        return (None if key in more else cells[key] for key in keys)

    def first_event(self, view: str, key: Key) -> str:
        """The id of the event that first changed a cell, which must be there."""
        return self._changes.cells[view][key][0].event

    def first_events(self, view: str, keys: Iterable[Key]) -> Iterator[str]:
        """The same of some cells of a view."""
        cells = self._changes.cells[view]
        return (cells[key][0].event for key in keys)

    def behind(self, view: str, key: Key, last: int) -> tuple[str, ...]:
        """Ids of the events in the provenance of the value after change ``last`` of a cell, causes first."""
        return self._changes.events(view, key, last)

    def nothing_on(self, cell: Cell, day: datetime.date) -> Nothing | None:
        """The time around ``day`` in which a cell is empty by an order that makes as much sense, or None."""
        times = self.nothing_in(cell)
        on_the_day = (each for each in times if each.low <= day and (each.high is None or day < each.high))
        return next(on_the_day, None)

    def table(
        self,
        view: str,  # noqa: ARG002  # as a ledger says that has its spans as columns
        day: datetime.date,  # noqa: ARG002
        facts: Callable[[Collection[Key] | None], Sequence[Any]],  # noqa: ARG002
        replaced: Collection[Key] = (),  # noqa: ARG002
        added: Collection[Key] = (),  # noqa: ARG002
    ) -> Any:
        """None; a ledger that has its spans as columns gives the values of a view on a day as a table.

        ``facts`` gives those of some keys, and those of all for None. The rows of the keys in ``replaced``
        are made of facts, and come last; so are those of the keys in ``added``, which it does not have.
        """
        return None

    def plain_rows(
        self,
        view: str,  # noqa: ARG002  # as a ledger says that has its spans as columns
        day: datetime.date,  # noqa: ARG002
        parts: Mapping[str, str],  # noqa: ARG002
        columns: tuple[str, ...],  # noqa: ARG002
    ) -> list[tuple[Any, ...]] | None:
        """None; a ledger that has its spans as columns gives some rows of the table of a view as tuples.

        ``parts`` has by name the parts that keys must have. Raises ``KeyError`` for an unknown view, part of
        its keys or column.
        """
        return None

    def nothing_in(self, cell: Cell) -> Iterable[Nothing]:
        """The times in which a cell is empty by an order that makes as much sense as the one of replay."""
        view, key = cell
        return self._changes.nothing.get((view, self.names.key(view, key)), ())

    def __iter__(self) -> Iterator[Span]:
        """All spans, view by view and key by key."""
        for view in self.views:
            for key in self.keys(view):
                yield from self.cell(view, key)


def standing_in(spans: Iterable[Span], day: datetime.date, listed: Listed) -> Iterator[StandingValue]:
    """What is listed of spans that may hold on a day."""
    for span in spans:
        if listed(span.value):
            doubted_by = span.doubted_by(day) if span.doubts else ()
            events = partial(_events, span, doubted_by)
            yield StandingValue(span.key, span.value, span.certain(day), span.begin, events, doubted_by)


def _events(span: Span, doubted_by: tuple[str, ...]) -> tuple[str, ...]:
    return with_doubts(span.events, doubted_by) if doubted_by else span.events


def _is_not_there(log: Log, day: datetime.date) -> bool:
    """Whether a cell of which nothing but its changes is to say is over by a day, or begins after it."""
    if log[-1].value is None and all(change.window.latest <= day for change in log):
        return True
    return all(change.window.earliest > day for change in log)
