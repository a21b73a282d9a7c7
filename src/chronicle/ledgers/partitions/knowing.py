"""The rows of a replay with the days of knowledge between which each was known just so.

What was known earlier differs from what is known now only in parts of which something became known later.
So on each day of knowledge only these parts are replayed, all together.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import define, field

from chronicle.engine.replay import Ledger
from chronicle.events import Event, IdentityLinked, knowledge
from chronicle.ledgers.partitions.rows import CORRECTED, LINK, RETRACTED, LedgerRow

Replayed = Callable[[Sequence[Event], datetime.date | None], tuple[Ledger, Iterable[LedgerRow]]]
"""Replays some events by what was known on a day (None: all), and gives the ledger and its rows."""


@define
class KnownRows:
    """The rows of all parts of a partition over the days of knowledge.

    ``told`` are the events in order of position, ``parts`` has for the id of each the number of its part.
    """

    told: Sequence[Event]
    parts: dict[str, int]
    _linked: int | None = field(default=None, init=False)
    _days: dict[int, set[datetime.date]] = field(factory=lambda: defaultdict(set), init=False)
    # By part the rows that stand on the day at which this is, and since when they were known so.
    _standing: dict[int, dict[LedgerRow, datetime.date]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        # A link says in one row which id is another, and not by which event: all that link are one part.
        linking = {self.parts[event.id] for event in self.told if isinstance(event, IdentityLinked)}
        if linking:
            self._linked = min(linking)
            for name, part in self.parts.items():
                if part in linking:
                    self.parts[name] = self._linked
        for event in self.told:
            self._days[self.parts[event.id]].add(knowledge(event).day)

    def rows(self, replayed: Replayed) -> Iterator[LedgerRow]:
        """The rows of all days of knowledge: those that are known now have no ``known_until``."""
        events = self._of_parts()
        for day, touched in sorted(self._earlier().items()):
            places = sorted(place for part in touched for place in events[part])
            some = [self.told[place] for place in places]
            found: defaultdict[int, list[LedgerRow]] = defaultdict(list)
            for part, row in self._with_parts(*replayed(some, day)):
                found[part].append(row)
            for part in touched:
                yield from self._take(part, found[part], day)
        last = {part: max(days) for part, days in self._days.items()}
        for part, row in self._with_parts(*replayed(self.told, None)):
            since = self._standing.get(part, {}).pop(row, last[part])
            yield row._replace(known_from=since)
        for part, rows in self._standing.items():
            yield from _over(rows, last[part])

    def _of_parts(self) -> Mapping[int, list[int]]:
        """The places of the events of each part."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place, event in enumerate(self.told):
            places[self.parts[event.id]].append(place)
        return places

    def _earlier(self) -> Mapping[datetime.date, list[int]]:
        """The parts of which something became known on each day, and something else later."""
        touched: defaultdict[datetime.date, list[int]] = defaultdict(list)
        for part, days in self._days.items():
            for day in sorted(days)[:-1]:
                touched[day].append(part)
        return touched

    def _take(self, part: int, found: Iterable[LedgerRow], day: datetime.date) -> Iterator[LedgerRow]:
        """Take the rows of a part from ``day`` on, and give those that are over."""
        before = self._standing.get(part, {})
        self._standing[part] = {row: before.pop(row, day) for row in found}
        yield from _over(before, day)

    def _with_parts(self, ledger: Ledger, rows: Iterable[LedgerRow]) -> Iterator[tuple[int, LedgerRow]]:
        """Each row with the part of the event that first changed its cell, or that states it."""
        for row in rows:
            if row.what == LINK:
                assert self._linked is not None
                yield self._linked, row
            elif row.what in (CORRECTED, RETRACTED):
                yield self.parts[(row.events or ())[0]], row
            else:
                yield self.parts[ledger.first_event(row.view, tuple(row.key))], row


def _over(rows: Mapping[LedgerRow, datetime.date], day: datetime.date) -> Iterator[LedgerRow]:
    return (row._replace(known_from=since, known_until=day) for row, since in rows.items())
