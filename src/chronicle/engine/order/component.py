"""The values while the orders of a group are tried out, with the doubts about them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from chronicle.dates import PartialDate
from chronicle.engine import sense, views
from chronicle.engine.replay import Cell, Change, Handler, Live, Replay, World, ending_its_own
from chronicle.events import Event


def is_none(value: Any) -> bool:
    """Whether a cell is empty, or has a stake of zero."""
    return value is None or (isinstance(value, views.Stake) and value.share.is_nothing)


def content(value: Any) -> Any:
    """A value as the search compares it: of a stake also its lots, and not how it was computed."""
    if isinstance(value, views.Stake):
        return value.share, value.shares, value.stale, value.lots
    return value


def said(value: Any) -> Any:
    """A value as it is compared in answers: of a stake without its lots and without how it was computed."""
    return (value.share, value.shares, value.stale) if isinstance(value, views.Stake) else value


LIVE = "live"
"""A view of the search only: which beginnings stand in a cell."""

DOUBTED = "doubted"
"""A view of the search only: by what the value of a cell is in doubt, as a set of open doubts."""


class OpenDoubt(NamedTuple):
    """What makes a value doubtful, and the event since whose date it does."""

    made_from: tuple[Cell, ...]
    window: PartialDate
    event: str


def doubts_before(running: Replay, cell: Cell) -> frozenset[OpenDoubt]:
    """The open doubts about a cell before the group."""
    return frozenset(
        OpenDoubt(doubt.made_from, doubt.window, doubt.event) for doubt in running.changes.open_doubts(cell)
    )


class Component(World):
    """The values while a group is tried out: those before it, and the changes of its events so far.

    ``ended_by_name`` has the things in which something begins that an event ends by name.
    """

    def __init__(
        self,
        running: Replay,
        overlay: Mapping[Any, Any],
        ended_by_name: Set[sense.Thing],
        *,
        doubting: bool = False,
    ) -> None:
        super().__init__(running.before, dict(overlay))
        self._running = running
        self._ended_by_name = ended_by_name
        self._doubting = doubting

    overlay: dict[Any, Any]

    def changed_by(self, event: Event, handlers: Mapping[type, Handler]) -> list[tuple[Cell, Any]]:
        """The cells that an event would change, each with the new value."""
        handler = handlers.get(type(event))
        if handler is None:
            return []
        return [((change.view, change.key), change.value) for change in handler(event, self)]

    def would_change(self, event: Event, handlers: Mapping[type, Handler]) -> bool:
        """Whether an event that ends another by name would change anything."""
        handler = handlers.get(type(event))
        made = () if handler is None else tuple(handler(event, self))
        return any(
            kept is not None or live != self._live((change.view, change.key))
            for change in made
            for kept, live in (ending_its_own(event, change, self._live((change.view, change.key))),)
        )

    def _live(self, cell: Cell) -> Live:
        held: Live = self.overlay.get((LIVE, cell), self._running.live.get(cell, ()))
        return held

    def _may_end_by_name(self, cell: Cell) -> bool:
        """Whether one of the beginnings that may stand in a cell is ended by name."""
        view, key = cell
        return any((view, *key[:length]) in self._ended_by_name for length in range(len(key) + 1))

    def after(self, event: Event, handlers: Mapping[type, Handler], known: dict[Any, Any]) -> Component:
        """The values after an event. ``known`` has the values of the group so far, by cell and content."""
        handler = handlers.get(type(event))
        if handler is None:
            return self
        made = tuple(handler(event, self))
        following = Component(self._running, self.overlay, self._ended_by_name, doubting=self._doubting)
        for change in made:
            cell = change.view, change.key
            kept: Any = change
            if self._running.own:
                kept, live = ending_its_own(event, change, self._live(cell))
                # Elsewhere only the value counts: no end takes away one beginning and leaves others.
                if self._may_end_by_name(cell):
                    following.overlay[LIVE, cell] = live
            if kept is None:
                continue
            if self._doubting:
                following._doubt(kept, self)
            if content(kept.value) == content(self._running.before.get(*cell)):
                following.overlay.pop(cell, None)
            else:
                # One object for each content, so that values compare equal by content.
                following.overlay[cell] = known.setdefault((cell, content(kept.value)), kept.value)
        return following

    def doubts(self, cell: Cell) -> frozenset[OpenDoubt]:
        """The open doubts about a cell."""
        known: frozenset[OpenDoubt] | None = self.overlay.get((DOUBTED, cell))
        return doubts_before(self._running, cell) if known is None else known

    def _doubt(self, change: Change, before: Component) -> None:
        """Note the doubts about a cell after a change, as ``replay`` does for the order that it takes."""
        cell = change.view, change.key
        found = self.doubts(cell)
        if change.operation == "doubt":
            if all(change.made_from != doubt.made_from for doubt in found):
                found |= {OpenDoubt(change.made_from, change.window, change.event)}
        elif change.operation == "lift":
            found = frozenset(doubt for doubt in found if change.made_from not in ((), doubt.made_from))
        else:
            found = found if change.operation == "adjust" else frozenset()
            found = found.union(*(before.doubts(origin) for origin in change.made_from if origin != cell))
        if found == doubts_before(self._running, cell):
            self.overlay.pop((DOUBTED, cell), None)
        else:
            self.overlay[DOUBTED, cell] = found
