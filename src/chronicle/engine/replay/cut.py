"""A ledger cut off: what it was before its later changes were made."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TypeVar

from attrs import evolve

from chronicle.engine.replay.changes import GOES_ON, Bounds, Cell, ChangeLogs, Log
from chronicle.engine.replay.ledger import Ledger

T = TypeVar("T")


def cut_off(ledger: Ledger, kept: Container[str], added: Ledger) -> Ledger:
    """``ledger``, of each cell only the changes before the first by an event not in ``kept``, and ``added``.

    Both were replayed, and have no cell in common that is left. A cell of which only some changes are left
    must have no bounds, other values and guesses: these would say what the later changes decided. Bounds by
    which a value goes on that was said again are cut off with the change that said so.
    """
    before, more = ledger._changes, added._changes
    changes = ChangeLogs()
    for view in ledger.views:
        logs = changes.cells[view]
        for key, log in before.cells[view].items() if view in before.cells else ():
            if log[0].event in kept:
                logs[key] = _cut(log, kept)
    changes.bounds.update(_left(before.bounds, changes))
    for view, key in before.again:
        if key in changes.cells[view] and len(changes.cells[view][key]) < len(before.cells[view][key]):
            changes.bounds[view, key] = _bounds_left(before.bounds[view, key], changes.cells[view][key])
        if key in changes.cells[view]:
            changes.again.add((view, key))
    changes.others.update(_left(before.others, changes))
    changes.nothing.update(_left(before.nothing, changes))
    changes.causes = {at: made for at, made in before.causes.items() if at[1] in changes.cells[at[0]]}
    changes.doubted = {(view, key) for view, key in before.doubted if key in changes.cells[view]}
    guesses = [guess for guess in ledger.guesses if guess.key in changes.cells[guess.view]]
    for view in ledger.views:
        changes.cells[view].update(more.cells.get(view, {}))
    changes.bounds.update(more.bounds)
    changes.again |= more.again
    changes.others.update(more.others)
    changes.nothing.update(more.nothing)
    changes.causes.update(more.causes)
    changes.doubted |= more.doubted
    return evolve(ledger, changes=changes, guesses=(*guesses, *added.guesses))


def _left(of_cells: Mapping[Cell, T], changes: ChangeLogs) -> dict[Cell, T]:
    return {(view, key): each for (view, key), each in of_cells.items() if key in changes.cells[view]}


def _bounds_left(bounds: Mapping[int, Bounds], log: Log) -> dict[int, Bounds]:
    """The bounds of what is left of a log, of which the last value stands."""
    left = {place: each for place, each in bounds.items() if place < len(log)}
    last = max((place for place, change in enumerate(log) if change.operation not in GOES_ON), default=0)
    if last in left:
        left[last] = left[last]._replace(certain_until=None, possible_until=None)
    return left


def _cut(log: Log, kept: Container[str]) -> Log:
    for place, change in enumerate(log):
        if change.event not in kept:
            return log[:place]
    return log
