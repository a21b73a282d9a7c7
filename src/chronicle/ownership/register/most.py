"""What reaches an owner at most: what is left of each company goes to those through whom most reaches it.

As ``bounds.py`` does it exactly: policy iteration, here in floats, and what it ends with is raised until it
is proved that nothing better exists. Companies that can hand everything on to each other for ever (an end
component of the choices, de Alfaro, Formal verification of probabilistic systems, 1997) are taken together
first: whatever comes to one of them can be brought to the best holder that any of them can have.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy

from chronicle.ownership.register.arrays import Flags, Floats, Ints, Places, ints, sums
from chronicle.ownership.register.certain import slack
from chronicle.ownership.register.least import Solution, solved_below
from chronicle.ownership.register.order import Loops, Order
from chronicle.ownership.register.passes import Pass
from chronicle.ownership.register.table import EdgeTable

_ROUNDS: Final = 60
_BETTER: Final = 1e-13  # what is better by a smaller part is not worth another choice
_RAISED: Final = (1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8)


class Choices(NamedTuple):
    """The equations of companies whose shares are ranges, in order of ``into``.

    Of each company ``into`` at least ``lows`` goes to each holder ``origin``, at most ``rooms`` above that,
    and together at most ``left`` above the low ends. ``limited`` says of which companies no more than the
    whole is handed on.
    """

    size: int
    into: Ints
    origin: Ints
    lows: Floats
    rooms: Floats
    left: Floats
    limited: Flags

    def best(self, values: Floats) -> Floats:
        """The shares that bring most, if so much reaches the owner of each company."""
        order = numpy.lexsort((-values[self.origin], self.into))
        rooms = self.rooms[order]
        more = numpy.clip(self.left[self.into] - _before(self.into, rooms), 0.0, rooms)
        shares = numpy.empty_like(self.lows)
        shares[order] = self.lows[order] + more
        return shares

    def worth(self, shares: Floats, values: Floats) -> Floats:
        """What reaches the owner of each company with these shares."""
        return sums(self.into, shares * values[self.origin], self.size)


def _before(into: Ints, rooms: Floats) -> Floats:
    """The sum of the rooms before each one, of the same company.

    By sums of twice as many at a time: one sum over all companies would carry the errors of one to the next.
    """
    total = rooms
    longest = int(numpy.bincount(into).max()) if len(into) else 0
    step = 1
    while step < longest:
        shifted = numpy.zeros_like(total)
        shifted[step:] = numpy.where(into[step:] == into[:-step], total[:-step], 0.0)
        total = total + shifted
        step *= 2
    before = numpy.zeros_like(total)
    before[1:] = numpy.where(into[1:] == into[:-1], total[:-1], 0.0)
    return before


def most_below(table: EdgeTable, holder: int, target: int) -> tuple[float, float]:
    """Between which numbers the most of ``target`` that reaches ``holder`` lies.

    The second may be infinite, where companies on the way stand above the whole and no bound is proved.
    """
    between = table.upwards(target, table.open, holder)
    nodes = table.downwards(holder, table.open, between)
    places = Places(nodes)
    one, other = places.of(holder), places.of(target)
    if one is None or other is None:
        return 0.0, 0.0
    choices, group = _choices(table, nodes, one, places)
    owner, asked = int(group[one]), int(group[other])
    shares, found = _iterated(choices, owner)
    low = found.within(asked)[0]
    proved = _proved(choices, owner, shares, found)
    if proved is not None:
        return min(low, float(proved[asked])), float(proved[asked])
    return low, 1.0 if choices.limited.all() else float("inf")


def _choices(table: EdgeTable, nodes: Ints, holder: int, places: Places) -> tuple[Choices, Ints]:
    """The equations of ``nodes``, and under which number each of them stands there."""
    edges = table.edges_among(nodes, table.open)
    origin, into = places(table.holders[edges]), places(table.targets[edges])
    used = into != holder
    edges, origin, into = edges[used], origin[used], into[used]
    lows, rooms = table.lows[edges], table.rooms[edges]
    limited = ~table.above_among(nodes)
    may = limited.copy()
    may[holder] = False
    limited[holder] = True
    joined = _circling((origin, into), lows, rooms, may, table.held[nodes])
    numbers, group = numpy.unique(joined, return_inverse=True)
    together = numbers >= len(nodes)
    into, origin = group[into], group[origin]
    kept = numpy.flatnonzero(~(together[into] & (into == origin)))
    kept = kept[numpy.argsort(into[kept], kind="stable")]
    free = together[into[kept]]
    left, whole = numpy.zeros(len(numbers)), numpy.ones(len(numbers), dtype=numpy.bool_)
    left[group], whole[group] = table.left[nodes], limited
    return Choices(
        len(numbers),
        into[kept],
        origin[kept],
        numpy.where(free, 0.0, lows[kept]),
        numpy.where(free, 1.0, rooms[kept]),
        numpy.where(together, 1.0, left),
        whole,
    ), ints(group)


def _circling(ends: tuple[Ints, Ints], lows: Floats, rooms: Floats, may: Flags, held: Ints) -> Ints:
    """For each node its own number, or one beyond them for all that can circle among each other.

    ``ends`` are holders and companies, ``may`` says which nodes come into question, ``held`` has the number
    of low ends above nothing of each. That the limit is not exact does no harm: what is taken together in
    vain gets a bound that is too high, and never one that is too low.
    """
    (origin, into), size = ends, len(may)
    while True:
        kept = may[origin] & may[into]
        order = Order.of(size, origin[kept], into[kept])
        inside = kept & (order.labels[origin] == order.labels[into])
        room = sums(into[inside], (lows + rooms)[inside], size)
        forced = numpy.bincount(into[inside & (lows > 0)], minlength=size)
        stays = may & (room >= 1.0 - 1e-12) & (forced == held)
        if (stays == may).all():
            return numpy.where(may, size + order.labels, numpy.arange(size))
        may = stays


def _iterated(choices: Choices, owner: int) -> tuple[Floats, Solution]:
    """The best shares of each company, by policy iteration, and what reaches the owner with them."""
    shares = choices.lows.copy()
    found = _solved(choices, owner, shares)
    for _ in range(_ROUNDS):
        if not numpy.isfinite(found.values).all():
            break
        better = choices.best(found.values)
        gain = choices.worth(better, found.values) - choices.worth(shares, found.values)
        rows = gain > _BETTER * found.values
        rows[owner] = False
        if not rows.any():
            break
        shares = numpy.where(rows[choices.into], better, shares)
        found = _solved(choices, owner, shares)
    return shares, found


def _solved(choices: Choices, owner: int, shares: Floats, right: Floats | None = None) -> Solution:
    """What reaches the owner with these shares; or the solution with another ``right`` side. By node."""
    used = numpy.flatnonzero(shares > 0)
    edges = choices.origin[used], choices.into[used], shares[used]
    loops = Loops.of(Order.of(choices.size, edges[0], edges[1]), shares[used], once=True)
    every = numpy.arange(choices.size, dtype=numpy.int64)
    passing = Pass(loops, every, edges)
    if right is None:
        _, values, off = solved_below(passing, owner)
    else:
        values = passing.solved(right[passing.nodes])
        off = numpy.full(choices.size, numpy.inf)
    lost = loops.unsolved[loops.order.labels[passing.nodes]]
    values, off = numpy.where(lost, numpy.inf, values), numpy.where(lost, numpy.inf, off)
    back = passing.place(every)
    return Solution(every, values[back], off[back])


def _proved(choices: Choices, owner: int, shares: Floats, found: Solution) -> Floats | None:
    """Numbers below which the most certainly lies: raised ones, of which no choice makes more; or None.

    A vector that the best choice does not raise is a super-solution of every choice, see ``certain.py``.
    """
    if not numpy.isfinite(found.values).all():
        return None
    counts = numpy.bincount(choices.into, minlength=choices.size)
    off = slack(counts)
    right = (counts + 8) * found.values + 1e-30
    chosen = shares
    for step in _RAISED:
        for _ in range(4):
            waning = _solved(choices, owner, chosen, right).values
            if not (numpy.isfinite(waning).all() and (waning > 0).all()):
                return None
            raised = found.values + step * waning
            if choices.limited.all():
                raised = numpy.minimum(raised, 1.0)
            raised[owner] = 1.0
            better = choices.best(raised)
            coming = choices.worth(better, raised)
            highest = numpy.zeros(choices.size)
            numpy.maximum.at(highest, choices.into, raised[choices.origin])
            holds = coming * (1 + off) + 1e-290 <= raised
            holds |= choices.limited & (highest <= raised)
            holds[owner] = True
            if holds.all():
                return raised
            chosen = numpy.where(~holds[choices.into], better, chosen)
    return None
