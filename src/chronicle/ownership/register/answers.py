"""What a register answers: numbers of which it is proved between which floats the exact ones lie."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import overload

import numpy
from attrs import field, frozen

from chronicle.ownership.control import Threshold
from chronicle.ownership.graph import share_between
from chronicle.ownership.register.arrays import Floats, Ints, ints
from chronicle.values import NOTHING, WHOLE, Share


@frozen
class Within:
    """Two floats between which an exact number certainly lies, both included."""

    least: float
    most: float

    @property
    def value(self) -> float:
        """The number in the middle."""
        return (self.least + self.most) / 2


@frozen
class Reached:
    """What an owner has of a company at last: ``low`` and ``high`` are the ends of the range of its share.

    ``entity`` is the owner, or the company, whichever was not asked for. ``sharp`` says whether ``high`` is
    the most that can be; else it only is not less than that. ``exact`` is the share where it was computed
    in fractions.
    """

    entity: str
    low: Within
    high: Within
    sharp: bool = True
    exact: Share | None = None

    @property
    def share(self) -> Share:
        """The exact share; where there are only floats, a range in which it certainly lies.

        It is the unknown share where no high end is proved.
        """
        if self.exact is not None:
            return self.exact
        if self.high.most == numpy.inf:
            return Share.unknown()
        low, high = Fraction(self.low.least), Fraction(self.high.most)
        return share_between((low, False), (high, False), approximate=True)

    def over(self, threshold: Threshold) -> bool | None:
        """Whether it reaches the threshold: None where it may and may not, or floats cannot tell."""
        if self.exact is not None:
            return share_over(self.exact, threshold)
        if self.low.least > threshold.share:
            return True
        return False if self.high.most < threshold.share else None


def share_over(share: Share, threshold: Threshold) -> bool | None:
    """Whether a share reaches a threshold; None where it may and may not."""
    low, low_open, high, high_open = NOTHING, False, WHOLE, False
    if share.minimum is not None and share.maximum is not None:
        low, low_open, high, high_open = (
            share.minimum,
            share.minimum_open,
            share.maximum,
            share.maximum_open,
        )
    if threshold.surely_met(low, low_open):
        return True
    return None if threshold.may_be_met(high, high_open) else False


@frozen(eq=False)
class Ranked(Sequence[Reached]):
    """What is reached of or by many, those with most first, as columns.

    ``entities`` are places in ``ids``; ``lows`` what is had at least and ``off`` how far that can be off;
    ``highs`` are not less than what is had at most, and need not be reached.
    """

    ids: Sequence[str] = field(repr=False)
    entities: Ints = field(repr=False)
    lows: Floats = field(repr=False)
    off: Floats = field(repr=False)
    highs: Floats = field(repr=False)

    def __len__(self) -> int:
        return len(self.entities)

    @overload
    def __getitem__(self, place: int) -> Reached: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Reached, ...]: ...
    def __getitem__(self, place: int | slice) -> Reached | tuple[Reached, ...]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        low, off = float(self.lows[place]), float(self.off[place])
        found = Within(max(0.0, low - off), low + off)
        high = Within(found.least, max(found.least, float(self.highs[place])))
        return Reached(self.ids[self.entities[place]], found, high, sharp=False)


@frozen(eq=False)
class Portfolio(Ranked):
    """The companies of which a holder has something at last, or may have.

    ``unbounded`` names loops of which, and below which, no finite share exists; these are left out.
    ``boundless`` are all companies in and below them, as places in ``ids``.
    """

    unbounded: tuple[tuple[str, ...], ...] = ()
    boundless: Ints = field(factory=lambda: ints([]), repr=False)


@frozen(eq=False)
class Owners(Ranked):
    """Everybody of whom no holder is known and to whom a company belongs at last, or may belong.

    ``not_known`` is what nobody is known to have of it, where every share is at its low end; ``nobody`` is
    what loops have of themselves, each with its members.
    """

    not_known: Within = Within(0.0, 0.0)
    nobody: tuple[tuple[tuple[str, ...], Within], ...] = ()
