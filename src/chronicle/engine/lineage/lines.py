"""How lines of succession are found in a ledger: each company is looked at once, and a circle ends."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Final, NamedTuple, get_args

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.lineage.answer import Hop, Way
from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.state import Fact
from chronicle.errors import one_of

_WAYS: Final[tuple[Way, Way]] = ("forward", "back")
_FIRST: Final = -(2**40)  # before every day, on either way


class _Passage(NamedTuple):
    """A succession as seen from one end: where it leads, and its window, in days of the way that is gone.

    On the way back days count backwards. ``ends`` is true where the predecessor ended by it.
    """

    fact: Fact
    far: str
    start: int
    stop: int
    ends: bool


_Passages = Callable[[str], Sequence[_Passage]]


class _Met(NamedTuple):
    """A step that can be gone, and the number of hops to its near end."""

    step: _Passage
    hops: int


class _Reach(NamedTuple):
    """What can be reached from a company.

    ``since`` has the first day on which each company can be, ``met`` every step that can be gone, and
    ``first`` the one by which each company is reached first.
    """

    since: dict[str, int]
    met: list[_Met]
    first: dict[str, _Passage]


def lineage_of(ledger: Ledger, entity: str, day: datetime.date, ways: Iterable[Way]) -> tuple[Hop, ...]:
    """Every succession before or after ``entity`` (an id) by ``day``; on each way the nearest first.

    Raises ``InvalidValue`` (C211) for another way than back and forward.
    """
    entity = ledger.names.get(entity, entity)
    ways = tuple(ways)
    for way in ways:
        one_of(way, get_args(Way))
    return tuple(hop for way in ways for hop in _hops(ledger, entity, day, way))


def line_between(ledger: Ledger, first: str, last: str, day: datetime.date) -> tuple[Fact, ...]:
    """The successions by ``day`` on any line from ``first`` to ``last`` (ids), in order of date.

    Empty if the last did not come out of the first.
    """
    first, last = ledger.names.get(first, first), ledger.names.get(last, last)
    forward, back = (_steps_in(ledger, day, way) for way in _WAYS)
    until = _reached(last, back).since
    since = _reached(first, forward).since if first in until and first != last else {}
    found = (
        step.fact
        for near in since
        if near in until
        for step in forward(near)
        if step.far in until and max(since[near], step.start) <= min(-until[step.far], step.stop)
    )
    return tuple(sorted(found, key=_in_time))


def _hops(ledger: Ledger, entity: str, day: datetime.date, way: Way) -> Iterator[Hop]:
    steps = _steps_in(ledger, day, way)
    reach, sure = _reached(entity, steps), _sure(entity, steps, way)
    for step, hops in sorted(reach.met, key=lambda met: (met.hops, _in_time(met.step.fact))):
        again = reach.first.get(step.far) is not step
        yield Hop(step.fact, way, hops + 1, (step.fact.key, step.fact.since) in sure, again)


def _reached(entity: str, steps: _Passages) -> _Reach:
    """What can be reached from ``entity``.

    A step is left out if it certainly comes before the day on which its near end can be reached.
    """
    reach = _Reach({}, [], {})
    best: dict[str, tuple[int, int]] = {entity: (_FIRST, 0)}
    waiting = [(_FIRST, 0, entity)]
    while waiting:
        day, hops, near = heappop(waiting)
        if near in reach.since:
            continue
        reach.since[near] = day
        for step in steps(near):
            if step.stop < day:
                continue
            reach.met.append(_Met(step, hops))
            reached = (max(day, step.start), hops + 1)
            if step.far not in reach.since and (step.far not in best or reached < best[step.far]):
                best[step.far], reach.first[step.far] = reached, step
                heappush(waiting, (*reached, step.far))
    return reach


def _sure(entity: str, steps: _Passages, way: Way) -> set[tuple[Key, PartialDate]]:
    """The key and date of every step that a line of certain steps in a certain order leads to.

    Of two successions of a company the one by which it ended comes last, whatever their dates say.
    """
    best: dict[str, int] = {entity: _FIRST}
    found: set[tuple[Key, PartialDate]] = set()
    waiting = [(_FIRST, entity)]
    while waiting:
        day, near = heappop(waiting)
        if day > best[near]:
            continue
        for step in steps(near):
            ordered = day < step.start or day == _FIRST or (step.ends and way == "forward")
            if not (step.fact.certain and ordered and step.stop >= day):
                continue
            found.add((step.fact.key, step.fact.since))
            reached = _FIRST if step.ends and way == "back" else step.stop
            if step.far not in best or reached < best[step.far]:
                best[step.far] = reached
                heappush(waiting, (reached, step.far))
    return found


def _steps_in(ledger: Ledger, day: datetime.date, way: Way) -> _Passages:
    """A function that gives the successions of a company by ``day``, on the way that is gone."""
    known: dict[str, Sequence[_Passage]] = {}
    position = 0 if way == "forward" else 1

    def steps(entity: str) -> Sequence[_Passage]:
        found = known.get(entity)
        if found is None:
            keys = sorted(ledger.where(views.LINEAGE, position, entity))
            facts = (fact for key in keys for fact in _successions(ledger.cell(views.LINEAGE, key), day))
            found = known[entity] = [_step(fact, way) for fact in facts]
        return found

    return steps


def _step(fact: Fact, way: Way) -> _Passage:
    begin = fact.span.begin
    first, last = begin.earliest.toordinal(), begin.latest.toordinal()
    ends = fact.value.how != "split"
    if way == "forward":
        return _Passage(fact, fact.key[1], first, last, ends)
    return _Passage(fact, fact.key[0], -last, -first, ends)


def _successions(spans: Sequence[Span], day: datetime.date) -> Iterator[Fact]:
    """Each time that one company came out of another by ``day``: it may have done so more than once.

    A succession that is told again in an overlapping window is the same one.
    """
    for number, span in enumerate(spans):
        if span.possible(day):
            yield Fact(span, span.certain(day), span.doubted_by(day) if span.doubts else ())
        elif span.possible_from <= day and not any(_overlap(span, other) for other in spans[number + 1 :]):
            until = span.certain_until
            yield Fact(span, until is None or span.certain_from < until)


def _overlap(span: Span, other: Span) -> bool:
    return span.begin.earliest <= other.begin.latest and other.begin.earliest <= span.begin.latest


def _in_time(fact: Fact) -> tuple[object, ...]:
    return fact.since.latest, fact.since.earliest, fact.key
