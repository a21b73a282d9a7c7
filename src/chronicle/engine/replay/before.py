"""The values before an event, for projectors to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chronicle.engine.replay.changes import GOES_ON, ChangeLogs, Key


class Before:
    """The values of all cells of all views before an event, for projectors to read."""

    def __init__(self, changes: ChangeLogs) -> None:
        self._cells = changes.cells
        # Indexes by parts of keys, for the views that a projector looked through; and the new keys that are
        # not yet in these indexes.
        self._indexed: dict[str, dict[int, dict[str, list[Key]]]] = {}
        self.appeared: dict[str, list[Key]] = {}
        # Indexes by fields of values, for the views that a projector looked through.
        self.naming: dict[str, dict[str, dict[str, dict[Key, None]]]] = {}

    def get(self, view: str, key: Key) -> Any | None:
        """The value of one cell, or None for none."""
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
            indexes[position] = index_of(self._cells[view], position)
        return indexes[position].get(part, ())

    def naming_in(self, view: str, name: str, part: str) -> list[tuple[Key, Any]]:
        """The cells (key, value) of a view whose value has ``part`` in its field ``name``, a tuple."""
        cells, indexes = self._cells[view], self.naming.setdefault(view, {})
        if name not in indexes:
            indexes[name] = {}
            for key, log in cells.items():
                _note(indexes[name], key, getattr(log[-1].value, name, ()))
        found = ((key, cells[key][-1].value) for key in indexes[name].get(part, ()))
        # The value may have changed since the key was noted.
        return [(key, value) for key, value in found if part in getattr(value, name, ())]

    def ended_by(self, view: str, position: int, part: str, event: str) -> list[tuple[Key, Any]]:
        """The cells of a view that ``event`` ended and that are still empty, with their last values."""
        cells = self._cells[view]
        logs = ((key, cells[key][-2:]) for key in self._keys(view, position, part))
        return [(key, log[0].value) for key, log in logs if log[-1].value is None and log[-1].event == event]

    def made_by(self, view: str, key: Key) -> str | None:
        """The id of the event that last set or ended the value of a cell, or None."""
        log = self._cells[view].get(key, [])
        return next((change.event for change in reversed(log) if change.operation not in GOES_ON), None)

    def changed(self, view: str, key: Key, value: Any) -> None:
        """Note what a new value of a view in ``naming`` names. For replay only."""
        for name, index in self.naming[view].items():
            _note(index, key, getattr(value, name, ()))


def _note(index: dict[str, dict[Key, None]], key: Key, parts: Iterable[str]) -> None:
    for part in parts:
        index.setdefault(part, {})[key] = None


def index_of(keys: Iterable[Key], position: int) -> dict[str, list[Key]]:
    """The keys by their part at ``position``."""
    index: dict[str, list[Key]] = {}
    _add_to(index, keys, position)
    return index


def _add_to(index: dict[str, list[Key]], keys: Iterable[Key], position: int) -> None:
    for key in keys:
        index.setdefault(key[position], []).append(key)


class World(Before):
    """The values before an event, if some cells had the values of ``overlay`` (None for none)."""

    def __init__(self, base: Before, overlay: Mapping[Any, Any]) -> None:
        self._base = base
        self.overlay = overlay

    def get(self, view: str, key: Key) -> Any | None:
        """The value of one cell, or None for none."""
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
        """The cells (key, value) of a view whose value has ``part`` in its field ``name``, a tuple."""
        found = dict(self._base.naming_in(view, name, part))
        for (other, key), value in self.overlay.items():
            if other == view:
                found[key] = value
        return [(key, value) for key, value in found.items() if part in getattr(value, name, ())]

    def ended_by(self, view: str, position: int, part: str, event: str) -> list[tuple[Key, Any]]:
        """The cells of a view that ``event`` ended and that are still empty, without the overlay."""
        return self._base.ended_by(view, position, part, event)

    def made_by(self, view: str, key: Key) -> str | None:
        """The id of the event that last set or ended the value of a cell, without the overlay."""
        return self._base.made_by(view, key)
