"""Doubts about order: dates that leave it open, and `after` that cannot be followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from chronicle import views
from chronicle.checks.examined import Examined, listed
from chronicle.dates import PartialDate
from chronicle.errors import Problem, nearest
from chronicle.events import (
    ORDER,
    Event,
    InvestmentMade,
    MergerAbsorbed,
    MergerConsolidated,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    UnitTransferred,
    references,
)
from chronicle.replay import Key, Span

# How many steps of `after` are followed from one event to another. Longer ones do not occur.
_STEPS = 64
# Above this many events the nearest id is not looked for.
_COMPARED = 20_000


# A guess


def guessed(examined: Examined) -> Iterator[Problem]:
    """C408: two changes of one cell may have come in the other order, and it would have made a difference."""
    neighbours = _Neighbours(examined)
    seen: set[tuple[str, str]] = set()
    for view in examined.ledger.views:
        for key in examined.ledger.keys(view):
            for first, second in neighbours.of(view, key):
                if (first.id, second.id) not in seen and not _settled(view, key, first, second, examined):
                    seen.add((first.id, second.id))
                    yield _guess(view, key, first, second)


def _guess(view: str, key: Key, first: Event, second: Event) -> Problem:
    return Problem(
        "C408",
        f'order is a guess: "{first.id}" ({first.date}) is taken to come before '
        f'"{second.id}" ({second.date}), and both change {_cell_words(view, key)}',
        help=f"give one a narrower date, or say it: `after: {first.id}`",
        events=(second.id, first.id),
    )


def _cell_words(view: str, key: Key) -> str:
    if view == views.HOLDINGS:
        holder, target, right = key
        return f"what {holder} holds of {target}" + ("" if right == "equity" else f" ({right})")
    return f"{view} of {', '.join(part for part in key if part)}"


@frozen
class _Neighbours:
    """Finds the neighbouring changes of a cell, different in value, whose windows overlap."""

    examined: Examined

    def of(self, view: str, key: Key) -> Iterator[tuple[Event, Event]]:
        """Pairs of events, in the order of replay."""
        spans = self.examined.ledger.cell(view, key)
        for before, span, following in zip((None, *spans), spans, (*spans[1:], None), strict=False):
            if before is not None and before.end is not None and _overlap(before.end, span.begin):
                # Ended by one event and begun again by another.
                yield from self._pair(before.ended_by, self._begun_by(span, before))
            if span.end is None or not _overlap(span.begin, span.end):
                continue
            if following is None or following.value != span.value or not self._adjoin(span, following):
                yield from self._pair(self._begun_by(span, before), span.ended_by)

    def _pair(self, first: str | None, second: str | None) -> Iterator[tuple[Event, Event]]:
        one, two = self.examined.by_id.get(first or ""), self.examined.by_id.get(second or "")
        if one is not None and two is not None and one.id != two.id:
            yield one, two

    def _begun_by(self, span: Span, before: Span | None) -> str | None:
        if before is not None and self._surely_adjoin(before):
            return before.ended_by
        made_by = (self.examined.by_id.get(identifier) for identifier in reversed(span.events))
        return next((event.id for event in made_by if event is not None and event.date == span.begin), None)

    def _adjoin(self, before: Span, span: Span) -> bool:
        """Whether the event that ended one span began the next."""
        return before.ended_by == self._begun_by(span, before)

    def _surely_adjoin(self, before: Span) -> bool:
        """Whether the event that ended a span left another value there, told without asking for its events.

        They may be many: each of a thousand purchases stands on all that came before it.
        """
        event = self.examined.by_id.get(before.ended_by or "")
        return before.view == views.HOLDINGS and event is not None and _leaves_some(event, before)


def _leaves_some(event: Event, before: Span) -> bool:
    if isinstance(event, SharesIssued | SharesCancelled | SharesRestructured | InvestmentMade):
        return True
    if isinstance(event, StakeObserved):
        return event.holds.value != 0
    if not isinstance(event, StakeAcquired | StakeDisposed):
        return False
    gains = event.holder if isinstance(event, StakeAcquired) else event.buyer
    if before.key[0] == gains:
        return True
    if isinstance(event, StakeDisposed) and event.holds is not None:
        return event.holds.value != 0
    rest = None if event.share is None else (before.value.share - event.share).maximum
    return rest is not None and rest > 0


def _overlap(one: PartialDate, two: PartialDate) -> bool:
    return one.earliest <= two.latest and two.earliest <= one.latest


def _settled(view: str, key: Key, first: Event, second: Event, examined: Examined) -> bool:
    """Whether something other than position says which came first, or it makes no difference in the end."""
    return (
        _settled_by_kind(view, first, second)
        or _follows(second, first, examined)
        or (view in _LIVES and _take_in(first) and _take_in(second))
        or (isinstance(first, UnitTransferred) and isinstance(second, UnitTransferred))
        or _two_lots(first, second)
        or (_adds(view, key, first, examined) and _adds(view, key, second, examined))
    )


# Who takes in what another took in already is a finding of its own, and no order makes it right.
_LIVES = (views.STATUS, views.LINEAGE)


def _take_in(event: Event) -> bool:
    return isinstance(event, MergerAbsorbed | MergerConsolidated)


def _settled_by_kind(view: str, first: Event, second: Event) -> bool:
    """Whether the kinds say it.

    On one day that is a rule. In a longer window it is one only where nothing can end before it began: one
    can well sell in March what is bought again in March.
    """
    in_order = ORDER.get(type(first), 0) < ORDER.get(type(second), 0)
    one_day = first.date.earliest == first.date.latest == second.date.earliest == second.date.latest
    return in_order and (one_day or view != views.HOLDINGS)


def _follows(second: Event, first: Event, examined: Examined) -> bool:
    event: Event | None = second
    for _ in range(_STEPS):
        if event is None or event.after is None:
            return False
        if event.after == first.id:
            return True
        event = examined.by_id.get(event.after)
    return False


def _two_lots(first: Event, second: Event) -> bool:
    """Whether they speak of two lots of a holding, which add up in whichever order."""
    lots = {each.lot for each in (first, second) if isinstance(each, StakeObserved)}
    return len(lots) == 2 and None not in lots


def _adds(view: str, key: Key, event: Event, examined: Examined) -> bool:
    """Whether an event only adds to a cell or takes from it. The order of two such is no matter."""
    if view == views.SHARES:
        return isinstance(event, SharesIssued | SharesCancelled) and event.total is None
    if view != views.HOLDINGS:
        return False
    touching = [each for each in examined.under(event.id) if _touches(key, each)]
    return bool(touching) and all(
        isinstance(each, InvestmentMade)
        or (isinstance(each, StakeAcquired | StakeDisposed) and each.holds is None)
        for each in touching
    )


def _touches(key: Key, event: Event) -> bool:
    entities = {identifier for _, target, identifier in references(event) if target == "entity"}
    if isinstance(event, StakeAcquired | StakeDisposed | StakeObserved | InvestmentMade):
        return entities.issuperset(key[:2])
    return not entities.isdisjoint(key[:2])


# `after`


def not_followed(examined: Examined) -> Iterator[Problem]:
    """C411: `after` names no event, runs in a circle, or goes against the dates."""
    after = {event.id: event.after for event in examined.events if event.after is not None}
    for event in examined.events:
        if event.after is None:
            continue
        target = examined.by_id.get(event.after)
        if target is None:
            yield Problem(
                "C411",
                f'\'after\' names no event: "{event.id}" is said to follow "{event.after}"',
                help=_did_you_mean(event.after, examined),
                events=(event.id,),
            )
        elif target.id != event.id and event.date.latest < target.date.earliest:
            yield Problem(
                "C411",
                f"'after' goes against the dates: \"{event.id}\" ({event.date}) is said to follow "
                f'"{target.id}" ({target.date})',
                help="correct one of the two dates, or leave out `after`",
                events=(event.id, target.id),
            )
    for circle in _circles(after):
        yield _going_round(sorted(circle, key=lambda identifier: examined.positions.get(identifier, 0)))


def _did_you_mean(word: str, examined: Examined) -> str:
    near = nearest(word, examined.by_id) if len(examined.by_id) <= _COMPARED else None
    return f"did you mean {near}?" if near else "name the id of an event of this history"


def _circles(after: Mapping[str, str]) -> Iterator[list[str]]:
    done: set[str] = set()
    for start in after:
        path: dict[str, int] = {}
        current: str | None = start
        while current is not None and current not in done and current not in path:
            path[current] = len(path)
            current = after.get(current)
        if current in path:
            yield list(path)[path[current] :]
        done.update(path)


def _going_round(circle: list[str]) -> Problem:
    if len(circle) == 1:
        message = f"'after' names the event itself: \"{circle[0]}\""
    else:
        message = f"'after' runs in a circle: {listed(circle)} are each said to follow another of them"
    return Problem("C411", message, help="leave out one `after` of the circle", events=tuple(circle))
