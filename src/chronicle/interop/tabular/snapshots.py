"""What the files of one import share, above all the snapshots of which one ends where the next begins."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from attrs import Factory, define

from chronicle.dates import FOREVER, parse_date
from chronicle.errors import Problem
from chronicle.events import KINDS, Event, plain_name
from chronicle.interop.corrections import HeldCorrections
from chronicle.interop.editions.days import EditionDays
from chronicle.interop.incoming import RowRead
from chronicle.interop.past import known_from
from chronicle.interop.tabular.renames import Renames
from chronicle.interop.tabular.rules import Rule
from chronicle.interop.tabular.spellings import Spellings
from chronicle.stores import Store

Plain = dict[str, Any]


class Trouble(NamedTuple):
    """A problem of a row, and the column that it is in; None when it concerns the whole row."""

    column: str | None
    problem: Problem


Made = Event | Trouble


Key = tuple[object, ...]
"""What a row of a snapshot is about: what is missing in the next snapshot has vanished."""


@define
class Snapshot:
    """The rows of one rule in a snapshot and in the one before it, by key, as the fields of their events.

    ``stored`` has what earlier imports recorded of the same rule. ``said`` gets the days from which what
    vanished by a later snapshot of the store is known, by the ids of its events.
    """

    stored: StoredSnapshots
    said: dict[str, datetime.date] = Factory(dict)
    date: str = ""
    now: dict[Key, Plain] = Factory(dict)
    before: dict[Key, Plain] = Factory(dict)
    sources: object = None
    known: datetime.date | None = None  # from when the snapshot is known, where the store had it already
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
        elif date:
            self.date, self.now = self.stored.nearest(date, later=False)
        self.date, self.before, self.now = date, self.now, {}
        self.broken, self.lost = self.lost, False

    def finish(self, vanished: Callable[[Snapshot, Plain], Made]) -> Iterator[Made]:
        """End the last snapshot, and compare it with the one that the store has after it."""
        later, rows = self.stored.nearest(self.date, later=True) if self.date else ("", {})
        if later:
            # Who is in this one too vanished only after it.
            still = [{**plain, "date": self.date} for key, plain in self.before.items() if key in self.now]
            yield from self.turn(later, vanished)
            self.now = rows
            # Who is gone by then is so by what both say: not before the later one was known.
            self.known = max(map(known_from, rows.values()), default=None)
            gone = [plain for plain in still if self.stored.has_gone(plain, later)]
            yield from (vanished(self, plain) for plain in gone)
        yield from self.turn("", vanished)

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
class StoredSnapshots:
    """The snapshots of a rule of which the rows were recorded by earlier imports.

    A row is known by its kind, its source, and the fields that the rule states for all rows.
    """

    store: Store | None
    rule: Rule
    constant: Plain

    def nearest(self, date: str, later: bool) -> tuple[str, dict[Key, Plain]]:
        """The date of the last snapshot before another, or of the first after it, and its rows by key.

        The date is empty where there is none.
        """
        asked = parse_date(date).order
        found = ""
        for plain in self._rows():
            order = parse_date(plain["date"]).order
            beyond = order > asked if later else order < asked
            nearer = not found or (order < parse_date(found).order) == later
            if beyond and nearer and plain["date"] != found:
                found = plain["date"]
        rows = (plain for plain in self._rows() if plain["date"] == found) if found else ()
        return found, {key: plain for plain in rows if (key := key_of(self.rule, plain))}

    def has_gone(self, plain: Plain, date: str) -> bool:
        """Whether the store says that a row has vanished by the snapshot of a date."""
        return self.store is not None and "id" in plain and f"{plain['id']}.gone-{date}" in self.store

    def _rows(self) -> Iterator[Plain]:
        if self.store is None:
            return
        for record in self.store.read():
            if record.kind == self.rule.kind and ".gone-" not in record.id and not record.id.endswith(".end"):
                plain: Plain = json.loads(record.body)
                if self._of_rule(plain):
                    yield plain

    def _of_rule(self, plain: Plain) -> bool:
        if not any(field.name == "id" for field in self.rule.fields) and self._says_gone(plain):
            return False
        sources = plain.get("sources") or [{}]
        given = (self.constant.get("sources") or [{}])[0]
        same = all(sources[0].get(name) == given[name] for name in ("publisher", "title") if name in given)
        stated = (name for name in self.constant if name not in ("kind", "id", "date", "sources", "known"))
        return same and all(plain.get(name) == self.constant[name] for name in stated)

    def _says_gone(self, plain: Plain) -> bool:
        """Whether an event says what is made of a key that has vanished."""
        return self.rule.vanished is not None and all(
            plain.get(name) == value for name, value in self.rule.vanished.fields
        )


def key_of(rule: Rule, plain: Plain) -> Key | None:
    """What a row is about; None where it does not say so."""
    about = (*(plain_name(name) for name in KINDS[rule.kind].about),)
    if any(name not in plain for name in about):
        return None
    return (*(plain[name] for name in about), plain.get("right"), plain.get("lot"))


def between(before: str, after: str) -> str:
    """The date of what was so in one snapshot and not in the next: after the first, by the second."""
    ended = parse_date(before).latest
    if ended == FOREVER:
        return after
    first, last = ended + timedelta(days=1), parse_date(after)
    if not first < last.latest or first == last.earliest:
        return after
    return f"[{first}..{last.latest}]"


@define
class AcrossFiles:
    """What all files of one import share: the snapshots of every rule that has some, and counts of rows.

    ``store`` is the one that is imported into. ``faulty`` are the rows, of all, that have a problem.
    ``joined`` are the events of which each is made of several rows, ``renames`` the old names of entities,
    ``corrections`` are held until the end, where a mapping makes some,
    ``said`` has the days from which some events are known, by their ids, whatever the day of the edition,
    ``spellings`` the texts of which ids were made. ``reading`` gives the row that is being read.
    ``as_records`` asks for records instead of events, known from these days, where rows make them directly.
    """

    store: Store | None = None
    snapshots: dict[Rule, Snapshot] = Factory(dict)
    joined: dict[Rule, dict[object, Plain]] = Factory(dict)
    renames: dict[Rule, Renames] = Factory(dict)
    spellings: Spellings = Factory(Spellings)
    corrections: HeldCorrections | None = None
    said: dict[str, datetime.date] = Factory(dict)
    rows: int = 0
    faulty: int = 0
    reading: Callable[[], RowRead | None] = lambda: None
    as_records: EditionDays | None = None

    def __attrs_post_init__(self) -> None:
        self.spellings.reading = self.row

    def row(self) -> RowRead | None:
        """The row that was read last, of any file."""
        return self.reading()
