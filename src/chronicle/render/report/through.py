"""What is held through others, on every day and by what was known on every day.

Effective shares are computed in Python, once for each set of holdings that ever stands: what the page shows
on a day is chosen among the results like any other fact.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from attrs import frozen

from chronicle.dates import DAWN
from chronicle.engine import views
from chronicle.engine.partial.rectangles import KnownBetween, Rectangle
from chronicle.engine.state import State
from chronicle.errors import InvalidValue, UsageError
from chronicle.render.words.figures import share_words

_MOST: Final = 4_000  # sets of holdings and days to look at, which takes some seconds
_WIDEST: Final = 300  # holdings on one day, beyond which chains may be too many to look for unasked

Pair = tuple[str, str]


@frozen(kw_only=True)
class HeldThrough(KnownBetween):
    """What a holder has of a target at last, from a day on and before another; None for no end.

    ``events`` are the ids of those behind it.
    """

    holder: str
    target: str
    share: str
    certain: bool
    events: tuple[str, ...]
    begin: datetime.date
    end: datetime.date | None


@frozen
class _Effective:
    share: str
    certain: bool
    events: tuple[str, ...]


_Found = Mapping[Pair, _Effective]


def held_through(
    history: Any, found: Sequence[Rectangle], known: Sequence[datetime.date]
) -> tuple[HeldThrough, ...] | None:
    """What is held through others; None where there are too many days and holdings to look at all of them."""
    held = [each for each in found if each.view in (views.HOLDINGS, views.UNITS)]
    if not any(_chained(held)):
        return ()
    edges = _edges(held)
    if len(edges) * len(known) > _MOST:
        return None
    asked: dict[tuple[int, ...], _Found] = {}
    runs: dict[tuple[Any, ...], list[list[Any]]] = {}
    for at, by in enumerate(known):
        for run in _runs(history, held, edges, by, asked):
            courses = runs.setdefault(run, [])
            if courses and courses[-1][1] == at:
                courses[-1][1] = at + 1
            else:
                courses.append([at, at + 1])
        if any(len(standing) > _WIDEST for standing in asked):
            return None
    return tuple(
        HeldThrough(
            holder=pair[0],
            target=pair[1],
            share=effective.share,
            certain=effective.certain,
            events=effective.events,
            begin=begin,
            end=end,
            known_from=known[first],
            known_until=known[last] if last < len(known) else None,
        )
        for (pair, effective, begin, end), courses in sorted(runs.items(), key=lambda item: item[0][0])
        for first, last in courses
    )


def _chained(held: Sequence[Rectangle]) -> Iterator[bool]:
    """Whether somebody who holds something is held."""
    targets = {each.key[1] for each in held if each.view == views.HOLDINGS}
    return (each.key[0] in targets for each in held if each.view == views.HOLDINGS)


def _edges(held: Iterable[Rectangle]) -> list[datetime.date]:
    """The days on which what is held may change, in order."""
    found = {DAWN}
    for each in held:
        found |= {each.possible_from, each.certain_from}
        found |= {edge for edge in (each.certain_until, each.possible_until) if edge is not None}
        found |= {doubt.since.earliest for doubt in each.doubts}
    return sorted(found)


def _runs(
    history: Any,
    held: Sequence[Rectangle],
    edges: Sequence[datetime.date],
    known: datetime.date,
    asked: dict[tuple[int, ...], _Found],
) -> Iterator[tuple[Pair, _Effective, datetime.date, datetime.date | None]]:
    """By what was known on a day: each pair with what it has, from a day on and before another."""
    seen = [(number, each) for number, each in enumerate(held) if each.known(known)]
    open_runs: dict[Pair, tuple[_Effective, datetime.date]] = {}
    for day, following in pairwise([*edges, None]):
        assert day is not None
        standing = tuple(2 * number + each.certain(day) for number, each in seen if each.possible(day))
        if standing not in asked:
            asked[standing] = _through(history.as_of(day, known)) if len(standing) <= _WIDEST else {}
        now = asked[standing]
        for pair, (effective, begin) in list(open_runs.items()):
            if now.get(pair) != effective:
                del open_runs[pair]
                yield pair, effective, begin, day
        for pair, effective in now.items():
            open_runs.setdefault(pair, (effective, day))
        if following is None:
            yield from ((pair, effective, begin, None) for pair, (effective, begin) in open_runs.items())


def _through(state: State) -> _Found:
    """What each holder has of each company through others on a day."""
    direct: defaultdict[Pair, set[str]] = defaultdict(set)
    for holding in state.holdings(right="equity"):
        direct[holding.holder, holding.target].update(holding.events)
    found: dict[Pair, _Effective] = {}
    for holder in dict.fromkeys(holder for holder, _ in direct):
        try:
            owned = state.owned(holder)
        except (InvalidValue, UsageError):  # no finite share, or too many without the extra `scale`
            continue
        for each in owned:
            pair = (holder, each.entity or "")
            if each.entity is not None and not direct.get(pair, set()).issuperset(each.events):
                found[pair] = _Effective(share_words(each.share), each.certain, each.events)
    return found
