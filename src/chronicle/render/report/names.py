"""What entities are called, on any day and by what was known on any day, from rectangles."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence

from chronicle.engine import views
from chronicle.engine.partial.rectangles import Rectangle
from chronicle.render.layout import clean
from chronicle.render.words.names import Name, called


class KnownNames:
    """The names of entities over the days and over the days of knowledge."""

    def __init__(self, found: Iterable[Rectangle]) -> None:
        self._names: defaultdict[str, list[Rectangle]] = defaultdict(list)
        for each in found:
            if each.view == views.NAMES:
                self._names[each.key[0]].append(each)

    def of(self, entity: str) -> Sequence[Rectangle]:
        """The names that an entity ever has, by whatever is known."""
        return self._names.get(entity, ())

    def name(self, entity: str, day: datetime.date, known: datetime.date | None) -> str:
        """The short name of an entity on a day, else its name, else its id; marked when only possible."""
        found = [each for each in self.of(entity) if each.known(known) and each.possible(day)]
        if not found:
            return clean(entity)
        last: views.Name = found[-1].value
        return called(last.short or last.name, found[-1].certain(day))

    def by(self, known: datetime.date | None) -> Name:
        """A function from entity and day to name, by what was known on one day."""
        return lambda entity, day: self.name(entity, day, known)
