"""Which ties stand on which day, and what those who look through them can meet: structures as bits."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from chronicle.dates import DAWN
from chronicle.engine import views
from chronicle.engine.partial.rectangles import Rectangle

TIES: Final = (views.HOLDINGS, views.UNITS, views.CONTROL)
_BITS: Final = 3
_ALL: Final = 7


@frozen
class Structures:
    """Which of the ties ``held`` stand on a day, as bits: three for each, possible, certain, perhaps over.

    Two days with equal bits have equal effective shares and groups. ``on`` has the bits of each day on which
    they change, by all that is ever known.
    """

    held: Sequence[Rectangle]
    on: Mapping[datetime.date, int] = field(init=False)
    _possible: int = field(init=False)

    @on.default
    def _each_day(self) -> Mapping[datetime.date, int]:
        return {day: self._bits(day) for day in _edges(self.held)}

    @_possible.default
    def _first_bits(self) -> int:
        return sum(1 << _BITS * number for number in range(len(self.held)))

    def _bits(self, day: datetime.date) -> int:
        bits = 0
        for number, each in enumerate(self.held):
            if each.possible(day):
                over = each.certain_until is not None and each.certain_until <= day
                bits |= (1 + 2 * each.certain(day) + 4 * over) << _BITS * number
        return bits

    def by(self, known: datetime.date) -> int:
        """The bits of the ties that are known on a day."""
        return sum(_ALL << _BITS * number for number, each in enumerate(self.held) if each.known(known))

    def different(self, known: Iterable[datetime.date]) -> set[int]:
        """All that ever stands, by what is known on these days."""
        return {bits & mask for mask in map(self.by, known) for bits in self.on.values()}

    def many(self, structure: int) -> int:
        """How many ties a structure has."""
        return (structure & self._possible).bit_count()

    def below(self, structure: int) -> dict[str, int]:
        """For each holder, owner and controller the bits of all that may bear on what it has at last.

        These are the ties of everybody below it, in both directions.
        """
        down: defaultdict[str, set[str]] = defaultdict(set)
        beside: defaultdict[str, int] = defaultdict(int)
        for number, each in enumerate(self.held):
            if structure >> _BITS * number & 1:
                holder, target = ends(each)
                down[holder].add(target)
                beside[holder] |= _ALL << _BITS * number
                beside[target] |= _ALL << _BITS * number
        found = {}
        for holder in [*down]:
            bits = 0
            for entity in _reached(holder, down):
                bits |= beside[entity]
            found[holder] = bits & structure
        return found


def ends(each: Rectangle) -> tuple[str, str]:
    """Who holds, owns or controls, and whom."""
    one, other = each.key[:2]
    return (other, one) if each.view == views.UNITS else (one, other)


def _reached(holder: str, down: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {holder}, [holder]
    while waiting:
        further = down.get(waiting.pop(), set()) - seen
        seen |= further
        waiting += further
    return seen


def _edges(held: Iterable[Rectangle]) -> list[datetime.date]:
    """The days on which what is held may change, in order."""
    found = {DAWN}
    for each in held:
        found |= {each.possible_from, each.certain_from}
        found |= {edge for edge in (each.certain_until, each.possible_until) if edge is not None}
        found |= {doubt.since.earliest for doubt in each.doubts}
        found |= {doubt.until.latest for doubt in each.doubts if doubt.until is not None}
    return sorted(day for day in found if day < datetime.date.max)
