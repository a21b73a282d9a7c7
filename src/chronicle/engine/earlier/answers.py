"""Which answers differ between two replays of one history, and by which events.

An answer is a value of a cell, since when, and on which days it is possible and certain. Where the answers of
a cell differ, its events are compared by what they do there: which values they begin, end or make doubtful.
An event that does something else has another answer. So has an event that does the same to a value made from
another one, since the value is part of what it begins.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from attrs import evolve

from chronicle.dates import DAWN
from chronicle.engine import views
from chronicle.engine.replay import GOES_ON, Bounds, Cell, Change, Ledger, Span

NEVER = datetime.date.min
_FOREVER = datetime.date.max

_Answer = tuple[Any, str]
_Days = tuple[tuple[datetime.date, datetime.date], ...]
_NO_DAYS: tuple[_Days, _Days] = (), ()


class ChangedFact(NamedTuple):
    """What an event does to a cell: it begins a value, ends the one that stood, or makes it doubtful.

    Between the two days it is open whether this has come about: possible from ``first``, inclusive, certain
    from ``last``, which is None if it never is.
    """

    cell: Cell
    does: Literal["begins", "ends", "doubts"]
    value: Any
    since: str
    first: datetime.date
    last: datetime.date | None


Effects = Mapping[str, frozenset[ChangedFact]]
"""By the id of an event, what it does in the cells whose answers differ."""


class Differing(NamedTuple):
    """Where two replays differ: the cells, and what each event does there by either.

    ``events`` maps the ids of the events with another answer to the cells of it.
    """

    cells: tuple[Cell, ...]
    earlier: Effects
    now: Effects
    events: Mapping[str, tuple[Cell, ...]]


def differing(earlier: Ledger, now: Ledger, uncounted: Set[str] = frozenset()) -> Differing:
    """Compare two ledgers of the same events, cell by cell, in the views of the earlier one.

    ``uncounted`` are the ids of the events that count in one of them only.
    """
    cells: list[Cell] = []
    found: defaultdict[str, dict[Cell, None]] = defaultdict(dict)
    effects: tuple[defaultdict[str, set[ChangedFact]], ...] = (defaultdict(set), defaultdict(set))
    guessed = _guessed(earlier), _guessed(now)
    for cell in _cells(earlier, now):
        spans = earlier.cell(*cell), now.cell(*cell)
        if _same(*spans):
            continue
        told = [_told(each, open_.get(cell, ())) for each, open_ in zip(spans, guessed, strict=True)]
        if told[1].answers in (told[0].answers, _answers_that_go_on(spans[0])):
            continue
        cells.append(cell)
        for all_effects, each in zip(effects, told, strict=True):
            for event, does in each.effects.items():
                all_effects[event] |= does
        for event in _named(told[0], told[1], uncounted):
            found[event].setdefault(cell)
    was, is_now = ({event: frozenset(does) for event, does in each.items()} for each in effects)
    return Differing(tuple(cells), was, is_now, {event: tuple(where) for event, where in found.items()})


def _cells(earlier: Ledger, now: Ledger) -> Iterator[Cell]:
    for view in earlier.views:
        for key in dict.fromkeys((*earlier.keys(view), *now.keys(view))):
            yield view, key


def _same(earlier: tuple[Span, ...], now: tuple[Span, ...]) -> bool:
    """Whether spans are the same by a quick comparison, which settles most cells."""
    if len(earlier) != len(now):
        return False
    return all(
        one.begin is two.begin
        and one.end is two.end
        and one.ended_by == two.ended_by
        and one.value == two.value
        and _as_dated(two)
        for one, two in zip(earlier, now, strict=True)
    )


def _as_dated(span: Span) -> bool:
    """Whether a span has just the dates of its begin and end as bounds, and no doubts."""
    return span._bounds is None and not span.doubts


# Answers


def said(view: str, value: Any) -> Any:
    """A value as it is compared: without the wording of a merger in the reason of a status."""
    if view == views.STATUS and value.reason and value.reason.startswith(("absorbed ", "consolidated ")):
        return value._replace(reason=None)
    return value


def _answer(span: Span) -> _Answer:
    return said(span.view, span.value), span.begin.text


def _answers(spans: Iterable[Span]) -> dict[_Answer, tuple[_Days, _Days]]:
    """The days on which each value, since each date, is possible, and those on which it is certain."""
    found: defaultdict[_Answer, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for span in spans:
        possible = _days(span.possible_from, span.possible_until)
        if possible:
            answer = found[_answer(span)]
            answer[0].extend(possible)
            answer[1].extend(_certain(span))
    return {answer: (_joined(possible), _joined(certain)) for answer, (possible, certain) in found.items()}


def _answers_that_go_on(spans: Sequence[Span]) -> dict[_Answer, tuple[_Days, _Days]]:
    """The answers of 0.1.0 if a value that is said again had gone on, as it does now.

    There it was only possible, and listed twice, while the day on which it was said again was open. It was
    the same value, so that no rule changed an answer.
    """
    bounds = [Bounds() for _ in spans]
    for place, (one, two) in enumerate(pairwise(spans)):
        again = one.end == two.begin and said(one.view, one.value) == said(two.view, two.value)
        if again and not one.doubts and not two.doubts and one.begin.latest != DAWN:
            day = max(two.begin.latest, bounds[place].possible_from or one.begin.earliest)
            bounds[place] = bounds[place]._replace(certain_until=day, possible_until=day)
            bounds[place + 1] = Bounds(day, day)
    made = (evolve(span, bounds=each) for span, each in zip(spans, bounds, strict=True))
    return _answers(made)


def _days(first: datetime.date, end: datetime.date | None) -> _Days:
    until = _FOREVER if end is None else end
    return ((first, until),) if first < until else ()


def _certain(span: Span) -> _Days:
    doubts = (
        (doubt.since.earliest, _FOREVER if doubt.until is None else doubt.until.latest)
        for doubt in span.doubts
    )
    return _without(_days(span.certain_from, span.certain_until), tuple(doubts))


def _joined(days: Iterable[tuple[datetime.date, datetime.date]]) -> _Days:
    found: list[tuple[datetime.date, datetime.date]] = []
    for first, end in sorted(days):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((first, end))
    return tuple(found)


# Events


class _ToldOf(NamedTuple):
    """What one replay says of a cell: the spans of each answer, the answers, and what each event does there.

    ``fleeting`` has the effects also on values that stood on no day.
    """

    saying: Mapping[_Answer, Sequence[Span]]
    answers: Mapping[_Answer, tuple[_Days, _Days]]
    effects: Mapping[str, set[ChangedFact]]
    fleeting: Mapping[str, set[ChangedFact]]

    def behind(self, answer: _Answer, days: _Days) -> set[str]:
        """The events that made an answer begin, end or doubtful, as far as this touches the days."""
        return {event for span in self.saying.get(answer, ()) for event in _behind(span, days)}

    def making(self, answer: _Answer) -> set[str]:
        """All events in the provenance of an answer, with those of the values that it was made from."""
        said_by = self.saying.get(answer, ())
        stand = (span for span in said_by if _days(span.possible_from, span.possible_until))
        return {event for span in stand for event in span.events}

    def does_otherwise(self, event: str, other: _ToldOf) -> bool:
        """Whether an event does something else here than there, also to values that stood on no day."""
        return self.effects.get(event) != other.effects.get(event) and (
            self.fleeting.get(event) != other.fleeting.get(event)
        )


def _guessed(ledger: Ledger) -> Mapping[Cell, Set[str]]:
    found: defaultdict[Cell, set[str]] = defaultdict(set)
    for guess in ledger.guesses:
        found[guess.view, guess.key].update(guess.events)
    return found


def _told(spans: Sequence[Span], guessed: Collection[str]) -> _ToldOf:
    saying: defaultdict[_Answer, list[Span]] = defaultdict(list)
    effects: defaultdict[str, set[ChangedFact]] = defaultdict(set)
    fleeting: defaultdict[str, set[ChangedFact]] = defaultdict(set)
    for span in spans:
        saying[_answer(span)].append(span)
        stands = bool(_days(span.possible_from, span.possible_until))
        for event, effect in _effects(span, guessed):
            fleeting[event].add(effect)
            if stands:
                effects[event].add(effect)
    return _ToldOf(saying, _answers(spans), effects, fleeting)


def _named(earlier: _ToldOf, now: _ToldOf, uncounted: Set[str]) -> set[str]:
    """The events that do something else in the answers that differ; for each answer at least one."""
    found: set[str] = set()
    touching = {event for told in (earlier, now) for event in told.fleeting}
    behind: list[tuple[_Answer, set[str]]] = []
    for answer in dict.fromkeys((*earlier.answers, *now.answers)):
        days = _apart(earlier.answers.get(answer, _NO_DAYS), now.answers.get(answer, _NO_DAYS))
        if days:
            if not uncounted.isdisjoint(touching):
                found.update(uncounted & (earlier.making(answer) | now.making(answer)))
            involved = earlier.behind(answer, days) | now.behind(answer, days)
            found.update(event for event in involved if earlier.does_otherwise(event, now))
            behind.append((answer, involved))
    for answer, involved in behind:
        if found.isdisjoint(involved):
            spans = (span for told in (earlier, now) for span in told.saying.get(answer, ()))
            found.update(map(begun_by, spans))
    return found


def _apart(one: tuple[_Days, _Days], two: tuple[_Days, _Days]) -> _Days:
    """The days on which an answer is possible, or certain, by the one and not by the other."""
    return tuple(
        part
        for days, others in (*zip(one, two, strict=True), *zip(two, one, strict=True))
        for part in _without(days, others)
    )


def _without(days: _Days, others: _Days) -> _Days:
    for first, end in others:
        days = tuple(
            part
            for low, high in days
            for part in (*_days(low, min(high, first)), *_days(max(low, end), high))
        )
    return days


def _behind(span: Span, apart: _Days) -> Iterator[str]:
    until = _FOREVER if span.possible_until is None else span.possible_until
    if any(first < until and end >= span.possible_from for first, end in apart):
        yield begun_by(span)
        yield from (doubt.event for doubt in span.doubts)
    if span.ended_by is not None and any(first <= until and end > span.possible_from for first, end in apart):
        yield span.ended_by


def begun_by(span: Span) -> str:
    """The id of the event that made a value, not of those that confirmed it."""
    if span._events is not None:
        return span._events[-1]
    log, index = log_of(span), span._last
    while index and log[index].operation in GOES_ON:
        index -= 1
    return log[index].event


def log_of(span: Span) -> Sequence[Change]:
    """All changes of the cell of a span, in the order of replay."""
    return span._changes.cells[span.view][span.key]


def _effects(span: Span, guessed: Collection[str]) -> Iterator[tuple[str, ChangedFact]]:
    """What each event does to a value. ``guessed`` are the events of the cell whose order is a guess."""
    cell, value, event = (span.view, span.key), said(span.view, span.value), begun_by(span)
    never = span.certain_until == NEVER
    # If only the time of the next event is open, that one is the event with another answer.
    sure = not never or (span.ended_by is not None and event not in guessed)
    certain = span.certain_from if sure else None
    yield event, ChangedFact(cell, "begins", value, span.begin.text, span.possible_from, certain)
    if span.ended_by is not None and span.ends_in_nothing and span.possible_until is not None:
        first = span.possible_from if never or span.certain_until is None else span.certain_until
        yield span.ended_by, ChangedFact(cell, "ends", None, "", first, span.possible_until)
    for doubt in span.doubts:
        until = None if doubt.until is None else doubt.until.latest
        yield doubt.event, ChangedFact(cell, "doubts", None, "", doubt.since.earliest, until)
