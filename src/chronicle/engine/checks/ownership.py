"""Findings about who owns whom: loops of shares, and declarations that the chains do not bear out."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial

from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, involved, listed
from chronicle.engine.checks.periods import CertainDays, certain_stretch
from chronicle.engine.checks.stakes import of_right
from chronicle.engine.replay import Key, Span
from chronicle.errors import Problem
from chronicle.ownership import (
    Edge,
    Graph,
    LookThrough,
    Loop,
    TooManyTogether,
    Unbounded,
    bears_out,
    held_indirectly,
    loops_in,
    strong_components,
)
from chronicle.values import NOTHING, WHOLE, Share

_MANY = 1_000
"""Of more companies on one loop, or more days on which it changes, only the last day is looked at."""

_FEW = 40  # of so many companies it is computed whether a finite share exists


# Loops


def loops(examined: Examined) -> Iterator[Problem]:
    """C423 to C425: companies that hold shares of each other, on the first day on which they certainly do.

    C424 where nobody else holds any of them, C425 where more than the whole of one of them is held. A
    company that holds shares of itself is reported by C414.
    """
    by_right: defaultdict[str, dict[str, list[CertainDays]]] = defaultdict(dict)
    for key in examined.ledger.keys(views.HOLDINGS):
        for span in examined.ledger.cell(views.HOLDINGS, key):
            stretch = certain_stretch(span, WHOLE)
            if stretch is not None and not span.value.share.is_nothing:
                by_right[key[2]].setdefault(key[1], []).append(stretch)
    for right, held in sorted(by_right.items()):
        components = strong_components(held, partial(_holders_of, held))
        for component in components:
            if len(component) > 1:
                yield from _loops_of(right, {target: held[target] for target in sorted(component)})


def _holders_of(held: Mapping[str, Sequence[CertainDays]], target: str) -> Iterator[str]:
    return (each.span.key[0] for each in held.get(target, ()))


def _loops_of(right: str, held: Mapping[str, Sequence[CertainDays]]) -> Iterator[Problem]:
    """The loops among companies that hang together on some day or other.

    One is reported on the first day on which a company is on a loop of its sort.
    """
    inner = [each for stretches in held.values() for each in stretches if each.span.key[0] in held]
    days = sorted({each.first for each in inner})
    if len(days) > _MANY or len(held) > _MANY:
        days = days[-1:]
    told: defaultdict[str, set[str]] = defaultdict(set)
    for day, standing in _standing(held, days):
        for component in strong_components(held, partial(_holders_of, standing)):
            if len(component) > 1:
                code = _sort_of(component, standing)
                if not told[code].issuperset(component):
                    told[code].update(component)
                    edges = {target: _edges_of(standing[target]) for target in component}
                    yield _looped(loops_in(edges)[0], code, right, day)


def _standing(
    held: Mapping[str, Sequence[CertainDays]], days: Sequence[datetime.date]
) -> Iterator[tuple[datetime.date, Mapping[str, Sequence[CertainDays]]]]:
    """Each of ``days``, in order, with the stakes in each company that stand on it: one mapping, changed."""
    waiting = sorted(
        (each for stretches in held.values() for each in stretches),
        key=lambda each: each.first,
        reverse=True,
    )
    standing: dict[str, list[CertainDays]] = {target: [] for target in held}
    for day in days:
        for stretches in standing.values():
            stretches[:] = [each for each in stretches if each.last is None or day < each.last]
        while waiting and waiting[-1].first <= day:
            each = waiting.pop()
            if each.last is None or day < each.last:
                standing[each.span.key[1]].append(each)
        yield day, standing


def _sort_of(component: Sequence[str], standing: Mapping[str, Sequence[CertainDays]]) -> str:
    """The code of a loop: more than the whole of one is held, they own each other wholly, or neither."""
    members, closed = frozenset(component), True
    for target in component:
        total = sum((_least(each) for each in standing[target]), NOTHING)
        if total > WHOLE:
            return "C425"
        closed = closed and total == WHOLE and all(each.span.key[0] in members for each in standing[target])
    return "C424" if closed else "C423"


def _least(stretch: CertainDays) -> Fraction:
    least: Fraction | None = stretch.span.value.share.minimum
    return NOTHING if least is None else least


def _edges_of(stretches: Iterable[CertainDays]) -> tuple[Edge, ...]:
    return tuple(
        Edge.of(each.span.key[0], each.span.key[1], [each.span.value.share], events=each.span.events)
        for each in stretches
    )


def _looped(loop: Loop, code: str, right: str, day: datetime.date) -> Problem:
    members = listed(loop.members)
    what = "shares" + of_right(right)
    if code == "C424":
        message = f"{members} own each other wholly{of_right(right)} from {day}"
        help = "if somebody outside holds a part, add the stake; until then what they have belongs to nobody"
    elif code == "C425":
        too_much = f"and more than the whole of {listed(loop.above)} is held"
        message = f"{members} hold {what} of each other on {day}, {too_much}"
        until = (
            "there is no finite share"
            if len(loop.members) <= _FEW and loop.endless
            else "they are counted as stated"
        )
        help = f"correct the shares, or add the disposal that made room; until then {until}"
    else:
        message = f"{members} hold {what} of each other from {day}"
        help = "nothing is wrong if that is so: what one of them earns goes around until it has left the loop"
    return Problem(code, message, help=help, events=involved(loop.events[0], loop.events))


# Declarations


def declared_beyond_the_chains(examined: Examined) -> Iterator[Problem]:
    """C426: what is declared to be held through others, and the chains on its last day do not bring."""
    if views.CONTROL not in examined.ledger.views or views.HOLDINGS not in examined.ledger.views:
        return
    keys = [key for key in examined.ledger.keys(views.CONTROL) if held_indirectly(key[2])]
    if not keys:
        return
    newest = max((event.date.latest for event in examined.events), default=datetime.date.max)
    for key in keys:
        for span in examined.ledger.cell(views.CONTROL, key):
            stretch = certain_stretch(span, WHOLE)
            if stretch is not None:
                last = newest if stretch.last is None else stretch.last - datetime.timedelta(days=1)
                yield from _beyond(span, max(stretch.first, last), examined)


def _beyond(span: Span, day: datetime.date, examined: Examined) -> Iterator[Problem]:
    holder, target, basis = span.key
    right, declared = held_indirectly(basis) or "equity", span.value.share
    graph = _graph_on(day, right, examined)
    try:
        share = LookThrough(graph, holder, target).share
    except (Unbounded, TooManyTogether):  # the former is reported by C425
        return
    direct = next((edge for edge in graph.holders(target) if edge.holder == holder), None)
    if not bears_out(share, direct, declared):
        stated = "a share" if declared is None else str(declared)
        yield Problem(
            "C426",
            f"declared, and not borne out by the chains: {holder} is said to hold {stated} of "
            f"{target}{of_right(right)} through others ({basis}), and the chains on {day} bring {share}",
            help="add the stakes between them; the declaration itself is never counted",
            events=span.events,
        )


def _graph_on(day: datetime.date, right: str, examined: Examined) -> Graph:
    """The holdings of one right on a day, certain and possible ones."""

    def edges(position: int, entity: str) -> Iterator[Edge]:
        for key in examined.ledger.where(views.HOLDINGS, position, entity):
            spans = [span for span in examined.ledger.cell(views.HOLDINGS, key) if span.possible(day)]
            if key[2] == right and spans:
                yield _edge(key, spans, day)

    return Graph(lambda target: edges(1, target), lambda holder: edges(0, holder))


def _edge(key: Key, spans: Sequence[Span], day: datetime.date) -> Edge:
    certain = any(span.certain(day) for span in spans)
    shares: list[Share | None] = [span.value.share for span in spans]
    events = (event for span in spans for event in span.events)
    return Edge.of(key[0], key[1], shares if certain else [None, *shares], certain, events)
