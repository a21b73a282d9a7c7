"""Above which number no share can be: quickly, for all owners of a company or all that a holder has at once.

Every share counts with its high end. Of what comes to a loop a holder may have all but what others certainly
take, as long as no more than the whole is held of each of its companies; else there is no limit. So these
bounds are not below the most that ``most.py`` finds, and may be far above it.
"""

from __future__ import annotations

import numpy

from chronicle.ownership.register.arrays import Floats, Ints, Places, floats, ints, sums
from chronicle.ownership.register.certain import slack
from chronicle.ownership.register.order import Loops, Order
from chronicle.ownership.register.passes import Pass
from chronicle.ownership.register.table import EdgeTable


def highest_above(table: EdgeTable, target: int) -> tuple[Ints, Floats]:
    """All above a target, and above which number what each of them has of it cannot be."""
    nodes = table.upwards(target, table.every)
    return nodes, _highest(table, nodes, table.edges_among(nodes, table.every), target, upwards=True)


def highest_below(table: EdgeTable, holder: int) -> tuple[Ints, Floats]:
    """All below a holder, and above which number what the holder has of each of them cannot be."""
    nodes = table.downwards(holder, table.open)
    edges = table.edges_among(nodes, table.open)
    highest = _highest(table, nodes, edges[table.targets[edges] != holder], holder, upwards=False)
    if not table.above_among(nodes).any():
        highest = numpy.minimum(highest, 1.0)
    return nodes, highest


def _highest(table: EdgeTable, nodes: Ints, edges: Ints, begin: int, upwards: bool) -> Floats:
    places = Places(nodes)
    holders, targets = places(table.holders[edges]), places(table.targets[edges])
    order = Order.of(len(nodes), holders, targets)
    inner, labels = order.inner, order.labels
    looped = numpy.zeros(len(order.sizes), dtype=numpy.bool_)
    looped[labels[targets[inner]]] = True
    endless = numpy.zeros(len(order.sizes), dtype=numpy.bool_)
    endless[labels[table.above_among(nodes)]] = True
    outer = edges[~inner]
    above, below = labels[holders[~inner]], labels[targets[~inner]]
    highs = table.lows[outer] + table.rooms[outer]
    of_loop = numpy.where(endless[below], numpy.inf, _out_of_loop(table, edges[inner], outer, highs))
    weights = numpy.where(looped[below], of_loop, highs)
    # Of what comes to a loop a holder has no more than by its best share there, however many it has.
    by_pair = numpy.lexsort((-weights, above, below))
    above, below, weights = above[by_pair], below[by_pair], weights[by_pair]
    kept = numpy.ones(len(above), dtype=numpy.bool_)
    kept[1:] = (above[1:] != above[:-1]) | (below[1:] != below[:-1]) | ~looped[below[1:]]
    kept &= weights > 0
    first = int(labels[places(ints([begin]))][0])
    columns = above[kept], below[kept], weights[kept]
    return _passed(len(order.sizes), columns, first, upwards)[labels]


def _out_of_loop(table: EdgeTable, inner: Ints, outer: Ints, highs: Floats) -> Floats:
    """Which part of all that comes to a loop its holder by each of the ``outer`` edges cannot have more of.

    If ``m`` is the most that the holder has of any company of the loop, it is reached at one of which it
    holds some share ``h`` itself; others outside have at least ``l`` of that, and the rest brings ``m`` at
    most. So ``m <= h + (1 - h - l) m``, and ``m <= h / (h + l)``.
    """
    within = sums(table.targets[inner], table.lows[inner], table.size)
    targets = table.targets[outer]
    rounding = slack(table.starts[targets + 1] - table.starts[targets]) * 2
    others = numpy.maximum(0.0, table.totals[targets] - within[targets] - table.lows[outer] - rounding)
    return floats(highs / numpy.maximum(highs + others, 1e-300))


def _passed(size: int, columns: tuple[Ints, Ints, Floats], begin: int, upwards: bool) -> Floats:
    """What comes to each node from that where it begins, rounded up."""
    order = Order.of(size, columns[0], columns[1])
    every = numpy.arange(size, dtype=numpy.int64)
    passing = Pass(Loops.of(order, columns[2]), every, columns, upwards)
    right = numpy.zeros(size)
    right[passing.place(ints([begin]))] = 1.0
    with numpy.errstate(invalid="ignore"):
        values = passing.solved(right)
    up = 1.0 + (int(order.levels.max()) + 1) * float(slack(passing.counts).max()) * 2
    values = numpy.where(numpy.isnan(values), numpy.inf, values * up)  # nothing of what has no limit
    return floats(values[passing.place(every)])
