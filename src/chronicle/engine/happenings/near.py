"""Happenings by their days and amounts, so that a claim need not be compared with most of them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import Factory, define, field

from chronicle.engine.happenings.found import OneHappening
from chronicle.events import (
    Event,
    publishers,
    reach,
)

# Of a claim: its first and last day (ordinals), its publishers, and the range of its amount.
_Outline = tuple[int, int, frozenset[str], tuple[str, float, float] | None]


# The most comparisons: so many for each claim of a cluster, or at least so many in all.
_COMPARED_WITH: Final = 200


_COMPARED_AT_LEAST: Final = 200_000


# The step of amounts on a logarithmic scale, and the most steps by which a range of amounts is filed.
_STEP: Final = math.log(1.2)


_MOST_STEPS: Final = 8


@define
class Near:
    """Happenings by their days and amounts, so that a claim need not be compared with most of them.

    ``size`` is the number of claims. Of very many with similar days and amounts not all are compared: then
    it is ``exhausted``, and finds no more.
    """

    size: int
    # Whether only amounts that changed hands are compared: what both sides hold afterwards is not the same.
    moved: bool = False
    _left: int = field(init=False)
    _outlines: dict[str, _Outline] = Factory(dict)
    _shelves: dict[str, _Shelves] = Factory(dict)

    @_left.default
    def _most(self) -> int:
        return max(_COMPARED_AT_LEAST, _COMPARED_WITH * self.size)

    @property
    def exhausted(self) -> bool:
        """Whether the limit of comparisons was exceeded."""
        return self._left < 0

    def add(self, happening: OneHappening) -> None:
        """Add a happening, found by its first claim: a claim that is one with it is one with that."""
        outline = self._outline(happening.claims[0])
        name = "" if outline[3] is None else outline[3][0]
        self._shelves.setdefault(name, _Shelves()).add(outline, happening)

    def to(self, claim: Event) -> list[OneHappening]:
        """The happenings that a claim may report."""
        found: list[OneHappening] = []
        if self.exhausted:
            return found
        outline = self._outline(claim)
        for name, shelves in self._shelves.items():
            # Amounts of two kinds cannot be compared.
            alike = outline[3] is not None and name == outline[3][0]
            for happening in shelves.near(outline, None if not alike else outline[3]):
                self._left -= 1
                if self._left < 0:
                    return []
                if not any(_elsewhere(outline, self._outline(told)) for told in happening.claims):
                    # The full comparison that follows takes about ten times as long.
                    self._left -= 10
                    found.append(happening)
        return found

    def _outline(self, claim: Event) -> _Outline:
        outline = self._outlines.get(claim.id)
        if outline is None:
            amount = reach(claim)
            if self.moved and amount is not None and amount[0] == "holds":
                amount = None
            first, last = claim.date.earliest.toordinal(), claim.date.latest.toordinal()
            outline = self._outlines[claim.id] = first, last, publishers(claim), amount
        return outline


@define
class _Shelf:
    """Happenings by the first day of each, and the longest window among them, in days."""

    days: list[int] = Factory(list)
    happenings: list[OneHappening] = Factory(list)
    longest: int = 0

    def add(self, first: int, last: int, happening: OneHappening) -> None:
        """Add one in its place."""
        place = bisect_right(self.days, first)
        self.days.insert(place, first)
        self.happenings.insert(place, happening)
        self.longest = max(self.longest, last - first)

    def near(self, first: int, last: int) -> Sequence[OneHappening]:
        """The happenings whose windows may overlap the days from ``first`` to ``last``, both inclusive."""
        return self.happenings[bisect_left(self.days, first - self.longest) : bisect_right(self.days, last)]


@define
class _Shelves:
    """Happenings that state one kind of amount, by amount; ``wide`` has those of almost any amount."""

    everything: _Shelf = Factory(_Shelf)
    wide: _Shelf = Factory(_Shelf)
    by_amount: defaultdict[int, _Shelf] = Factory(lambda: defaultdict(_Shelf))

    def add(self, outline: _Outline, happening: OneHappening) -> None:
        """Add a happening by the outline of its first claim."""
        first, last, _, amount = outline
        self.everything.add(first, last, happening)
        steps = _steps(amount)
        for shelf in [self.wide] if steps is None else [self.by_amount[step] for step in steps]:
            shelf.add(first, last, happening)

    def near(self, outline: _Outline, amount: tuple[str, float, float] | None) -> Iterable[OneHappening]:
        """The happenings whose windows may overlap an outline, and whose amounts may be near ``amount``."""
        first, last, _, _ = outline
        steps = _steps(amount)
        if steps is None:
            return self.everything.near(first, last)
        shelves = [self.wide, *(self.by_amount[step] for step in steps if step in self.by_amount)]
        return dict.fromkeys(each for shelf in shelves for each in shelf.near(first, last))


def _steps(amount: tuple[str, float, float] | None) -> range | None:
    """The steps that the range of an amount covers; None for almost any amount."""
    if amount is None or amount[1] <= 0:
        return None
    steps = range(math.floor(math.log(amount[1]) / _STEP), math.floor(math.log(amount[2]) / _STEP) + 1)
    return steps if len(steps) <= _MOST_STEPS else None


def _elsewhere(one: _Outline, two: _Outline) -> bool:
    """Whether two claims are certainly not one happening; it saves most full comparisons."""
    earliest, latest, by, amount = one
    other_earliest, other_latest, other_by, other = two
    if latest < other_earliest or other_latest < earliest or not by.isdisjoint(other_by):
        return True
    if amount is None or other is None or amount[0] != other[0]:
        return False
    return amount[2] < other[1] or other[2] < amount[1]
