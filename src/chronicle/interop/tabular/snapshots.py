"""What the files of one import share, above all the snapshots of which one ends where the next begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from attrs import Factory, define

from chronicle.errors import Problem
from chronicle.events import Event
from chronicle.interop.tabular.renames import Renames
from chronicle.interop.tabular.rules import Rule
from chronicle.interop.tabular.spellings import Spellings

Plain = dict[str, Any]


class Trouble(NamedTuple):
    """A problem of a row, and the column that it is in; None when it concerns the whole row."""

    column: str | None
    problem: Problem


Made = Event | Trouble


@define
class Snapshot:
    """The rows of one rule in a snapshot and in the one before it, by key, as the fields of their events."""

    date: str = ""
    now: dict[tuple[object, ...], Plain] = Factory(dict)
    before: dict[tuple[object, ...], Plain] = Factory(dict)
    sources: object = None
    broken: bool = False
    lost: bool = False  # whether the last row had no date, so that it may belong to the next snapshot

    def lose(self) -> None:
        """Note that a row could not be read: its key, and the snapshot it belongs to, are unknown."""
        self.broken = self.lost = True

    def turn(self, date: str, vanished: Callable[[Snapshot, Plain], Made]) -> Iterator[Made]:
        """End the snapshot and begin another.

        Yields an event for every key that vanished since the last one.
        """
        if self.date:
            yield from self._ended(vanished)
        self.date, self.before, self.now = date, self.now, {}
        self.broken, self.lost = self.lost, False

    def _ended(self, vanished: Callable[[Snapshot, Plain], Made]) -> Iterator[Made]:
        gone = [plain for key, plain in self.before.items() if key not in self.now]
        if not self.broken:
            yield from (vanished(self, plain) for plain in gone)
            return
        # A key that is missing may be in a row that could not be read.
        self.now.update((key, plain) for key, plain in self.before.items() if key not in self.now)
        if gone:
            message = f"snapshot of {self.date} has rows that could not be read: nothing of it counts as gone"
            yield Trouble(None, Problem("C701", message, help="put the rows right and import again"))


@define
class AcrossFiles:
    """What all files of one import share: the snapshots of every rule that has some, and counts of rows.

    ``faulty`` are the rows, of all, that have a problem. ``joined`` are the events of which each is made of
    several rows, ``renames`` the old names of entities, ``spellings`` the texts of which ids were made.
    """

    snapshots: dict[Rule, Snapshot] = Factory(dict)
    joined: dict[Rule, dict[object, Plain]] = Factory(dict)
    renames: dict[Rule, Renames] = Factory(dict)
    spellings: Spellings = Factory(Spellings)
    rows: int = 0
    faulty: int = 0
