"""A register: the shares of one right on one day, of very many companies, prepared for questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from math import fsum
from typing import Final

import numpy
from attrs import define

from chronicle.ownership.control import Threshold
from chronicle.ownership.graph import Edge
from chronicle.ownership.register.answers import Owners, Portfolio, Reached, Within, share_over
from chronicle.ownership.register.arrays import Floats, Ints, Places, distinct, floats, ints
from chronicle.ownership.register.certain import slack
from chronicle.ownership.register.highest import highest_above, highest_below
from chronicle.ownership.register.least import Least, Solution
from chronicle.ownership.register.most import most_below
from chronicle.ownership.register.stated import StatedShares, stated_columns
from chronicle.ownership.register.table import EdgeTable
from chronicle.ownership.shares import LookThrough
from chronicle.ownership.solve import TooManyTogether, Unbounded
from chronicle.values import NOTHING, WHOLE, Share

EXACT: Final = 2_000
"""Where so few edges hang together, a threshold that floats cannot decide is decided in fractions."""


@define(eq=False, slots=False)
class Register:
    """The shares of a register. What its first question prepares, in some seconds for millions, is kept.

    Numbers are floats of which it is proved how far they can be off; what they cannot tell is computed in
    fractions where few companies hang together. Questions raise ``Unbounded`` where companies hold so much
    of each other that no finite share exists (or, where very many hang together, none that floats can
    tell from infinite), and ``KeyError`` for an id that no edge has.
    """

    table: EdgeTable

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> Register:
        """The register of ``edges``, of which there is at most one from one holder to one target."""
        return cls(EdgeTable.of(edges))

    @classmethod
    def of_columns(
        cls,
        ids: Sequence[str],
        *,
        holders: Sequence[int],
        targets: Sequence[int],
        lows: Sequence[float],
        highs: Sequence[float],
        exactly: Callable[[int], Edge],
    ) -> Register:
        """The register of columns: places in ``ids``, the ends of shares as floats next to the exact ones.

        ``exactly`` gives the edge of a row, of which few are asked for.
        """
        return cls(
            EdgeTable.of_columns(
                ids,
                holders=ints(holders),
                targets=ints(targets),
                lows=floats(lows),
                highs=floats(highs),
                exactly=exactly,
            )
        )

    @classmethod
    def of_ledger(
        cls,
        batches: Iterable[StatedShares],
        name: Callable[[int], str],
        right: str,
        edge: Callable[[str, str], Edge | None],
        more: Iterable[Edge] = (),
    ) -> Register:
        """The register of one right, from the columns of a ledger: see ``stated_columns``."""
        stated = stated_columns(batches, name, right, edge, more)
        return cls.of_columns(**stated._asdict())

    def prepare(self) -> None:
        """Prepare what every question needs, which the first does otherwise."""
        _ = self._least, self.table.numbers, self.table.open

    @cached_property
    def _least(self) -> Least:
        return Least.of(self.table)

    def loops(self) -> tuple[tuple[str, ...], ...]:
        """The members of each loop of shares that are certainly more than nothing, the largest first."""
        order, ids = self._least.loops.order, self.table.ids
        looped = distinct(order.labels[order.targets[order.inner]])
        found = (order.members_of(int(component)) for component in looped)
        loops = (tuple(sorted(ids[member] for member in members)) for members in found)
        return tuple(sorted(loops, key=lambda members: (-len(members), members)))

    def effective(self, holder: str, target: str) -> Reached:
        """What ``holder`` has of ``target`` at last: the least and the most."""
        one, other = self.table.numbers[holder], self.table.numbers[target]
        if one == other:
            return _in_fractions(holder, Share.exact(1))
        try:
            found = self._in_floats(one, other)
        except Unbounded:
            exact = self.exactly(holder, target)
            if exact is None:
                raise
            return _in_fractions(holder, exact)
        if found.high.most == numpy.inf:
            exact = self.exactly(holder, target)
            return found if exact is None else _in_fractions(holder, exact)
        return found

    def _in_floats(self, holder: int, target: int) -> Reached:
        table, entity = self.table, self.table.ids[holder]
        found = self._least.below(holder, target)
        place = Places(found.nodes).of(target)
        low = Within(0.0, 0.0) if place is None else Within(*found.within(place))
        between = table.downwards(holder, table.open, table.upwards(target, table.open, holder))
        if not (table.rooms[table.edges_among(between, table.open)] > 0).any():
            return Reached(entity, low, low)
        least, most = most_below(table, holder, target)
        return Reached(entity, low, Within(max(low.least, least), max(low.least, most)), most < numpy.inf)

    def over(self, holder: str, target: str, threshold: Threshold) -> bool | None:
        """Whether ``holder`` has so much of ``target`` at last; None where that cannot be told.

        It cannot where ranges leave it open; and where floats are too near to the threshold and too many
        companies hang together to work it out in fractions.
        """
        found = self.effective(holder, target)
        told = found.over(threshold)
        if told is not None or found.low.most < threshold.share < found.high.least:
            return told
        exact = self.exactly(holder, target)
        return None if exact is None else share_over(exact, threshold)

    def exactly(self, holder: str, target: str, edges: int = EXACT) -> Share | None:
        """The exact share; None where more than so many edges hang together above the target.

        Raises ``Unbounded``.
        """
        table, numbers = self.table, self.table.numbers
        above = table.upwards(numbers[target], table.every, numbers[holder])
        if int((table.starts[above + 1] - table.starts[above]).sum()) > edges:
            return None
        try:
            return LookThrough(table.graph, holder, target).share
        except TooManyTogether:
            return None

    def owned_below(self, holder: str) -> Portfolio:
        """Every company of which ``holder`` has something at last, or may have, those with most first."""
        table, one = self.table, self.table.numbers[holder]
        found, lost, unbounded = self._least.all_below(one)
        nodes, highs = highest_below(table, one)
        value, off = self._spread_out(found)
        kept = (nodes != one) & ~numpy.isin(nodes, lost)
        return Portfolio(*self._ranked(nodes[kept], highs[kept], value, off), unbounded, lost)

    def ultimate_owners(self, target: str) -> Owners:
        """Everybody of whom no holder is known and who has something of ``target`` at last, or may have."""
        table, one = self.table, self.table.numbers[target]
        found, closed = self._least.above(one)
        value, off = self._spread_out(found)
        nodes, highs = highest_above(table, one)
        ends = (table.starts[nodes] == table.starts[nodes + 1]) & (nodes != one)
        owners, highs = nodes[ends], highs[ends]
        if not table.above_among(nodes).any():
            highs = numpy.minimum(highs, _beside(numpy.maximum(0.0, value[owners] - off[owners])))
        return Owners(
            *self._ranked(owners, highs, value, off),
            self._not_known(one, found),
            self._nobody(value, off, closed),
        )

    def _spread_out(self, found: Solution) -> tuple[Floats, Floats]:
        """What was found, by number of the entity; nothing for all others."""
        value, off = numpy.zeros(self.table.size), numpy.zeros(self.table.size)
        value[found.nodes] = found.values
        off[found.nodes] = found.off
        return value, off

    def _ranked(
        self, nodes: Ints, highs: Floats, value: Floats, off: Floats
    ) -> tuple[Sequence[str], Ints, Floats, Floats, Floats]:
        order = numpy.lexsort((nodes, -highs, -value[nodes]))
        nodes = nodes[order]
        return self.table.ids, nodes, value[nodes], off[nodes], highs[order]

    def _not_known(self, target: int, found: Solution) -> Within:
        nodes, starts = found.nodes, self.table.starts
        counts = starts[nodes + 1] - starts[nodes]
        open_to_others = (counts > 0) | (nodes == target)
        left = self.table.left[nodes][open_to_others]
        value, off = found.values[open_to_others], found.off[open_to_others]
        rounding = slack(counts[open_to_others])
        return _around(value * left, off * (left + rounding) + value * rounding)

    def _nobody(
        self, value: Floats, off: Floats, closed: tuple[Ints, ...]
    ) -> tuple[tuple[tuple[str, ...], Within], ...]:
        return tuple(
            (
                tuple(sorted(self.table.ids[member] for member in members)),
                _around(value[members], off[members]),
            )
            for members in closed
        )


def _in_fractions(entity: str, share: Share) -> Reached:
    low, high = (NOTHING, WHOLE) if share.is_unknown else (share.minimum, share.maximum)
    return Reached(entity, _near(low), _near(high), exact=share)


def _near(number: Fraction | None) -> Within:
    """The floats next to an exact number."""
    near = float(number or NOTHING)
    return Within(float(numpy.nextafter(near, 0.0)), float(numpy.nextafter(near, numpy.inf)))


def _beside(lows: Floats) -> Floats:
    """What the low ends of all others leave to each, rounded up."""
    return floats(numpy.maximum(0.0, 1.0 - (fsum(lows) - lows) + 1e-15))


def _around(values: Floats, off: Floats) -> Within:
    total = fsum(values)
    wrong = (fsum(off) + total * 1e-15) * (1 + 1e-12)
    return Within(max(0.0, total - wrong), total + wrong)
