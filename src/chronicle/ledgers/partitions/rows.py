"""The spans of a replay as rows of an Arrow table, and out of it again.

A row is a span, unless ``what`` says otherwise: a time in which a cell may be empty, a cell without spans,
values that rest on a guess, ids that were linked, the corrections and the retraction of an event, ids that
events name, or a record that is broken.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, cast

from attrs import define, field

from chronicle.dates import PartialDate, Precision, parse_date
from chronicle.engine.declarations import Named
from chronicle.engine.knowledge import Visible
from chronicle.engine.replay import Bounds, Doubt, Guess, Key, Ledger, Log, Nothing, Span
from chronicle.engine.replay.spans import pieces
from chronicle.errors import InvalidValue, Problem
from chronicle.ledgers.values import likeness, of_text, to_text

SPAN: Final = "span"
NOTHING: Final = "nothing"
CELL: Final = "cell"
GUESS: Final = "guess"
LINK: Final = "link"
CORRECTED: Final = "corrected"
RETRACTED: Final = "retracted"
NAMED: Final = "named"
BROKEN: Final = "broken"

OF_CELLS: Final = (SPAN, NOTHING, CELL)
"""What is said of the cells of one view."""

# How many ids that events name stand in one row.
_AT_ONCE: Final = 1_000

_Days = tuple[datetime.date, datetime.date, datetime.date | None, datetime.date | None]
_Dated = tuple[str | None, datetime.date | None, datetime.date | None, str | None]
_NO_DATE: Final[_Dated] = (None, None, None, None)


class LedgerRow(NamedTuple):
    """A row of the table, in the order of its columns; dates are texts with their windows."""

    what: str
    view: str = ""
    key: Sequence[str] = ()
    turn: int | None = None
    position: int | None = None
    place: int | None = None
    value: str | None = None
    begin: str | None = None
    begin_earliest: datetime.date | None = None
    begin_latest: datetime.date | None = None
    begin_form: str | None = None
    end: str | None = None
    end_earliest: datetime.date | None = None
    end_latest: datetime.date | None = None
    end_form: str | None = None
    ended_by: str | None = None
    ends_in_nothing: bool | None = None
    possible_from: datetime.date | None = None
    certain_from: datetime.date | None = None
    certain_until: datetime.date | None = None
    possible_until: datetime.date | None = None
    bounded: bool | None = None
    doubts: Sequence[str] | None = None
    events: Sequence[str] | None = None
    known_from: datetime.date | None = None
    known_until: datetime.date | None = None


# As ``LedgerRow._make``, in a third of the time.
_row: Final[Callable[[Iterable[Any]], LedgerRow]] = partial(tuple.__new__, LedgerRow)


def rows_of(ledger: Ledger, positions: Mapping[str, int]) -> Iterator[LedgerRow]:
    """Everything that a ledger says, row by row.

    ``positions`` are those of the events, by id. Raises ``NotKept`` for a value that has no text.
    """
    for view in ledger.views:
        texts = _Texts()
        for key in sorted(ledger.keys(view)):
            yield from _cell(ledger, view, key, positions, texts)
    for guess in ledger.guesses:
        said = json.dumps([guess.events, guess.counted], separators=(",", ":"))
        yield LedgerRow(GUESS, guess.view, guess.key, value=said)
    for dropped, stays in ledger.names.items():
        yield LedgerRow(LINK, key=(dropped, stays))


def rows_of_statements(seen: Visible) -> Iterator[LedgerRow]:
    """Which events correct and retract which, as far as they are known."""
    for event, corrections in seen.corrections.items():
        yield LedgerRow(CORRECTED, key=(event,), events=corrections)
    for event, retraction in seen.retractions.items():
        yield LedgerRow(RETRACTED, key=(event,), events=(retraction,))


def rows_of_names(named: Named) -> Iterator[LedgerRow]:
    """The ids that events name."""
    for what, ids in (("entities", named.entities), ("deals", named.deals)):
        ordered = sorted(ids)
        for first in range(0, len(ordered), _AT_ONCE):
            yield LedgerRow(NAMED, key=tuple(ordered[first : first + _AT_ONCE]), value=what)


def broken(position: int, problem: Problem) -> LedgerRow:
    """The row of a record that makes no event."""
    said = [problem.code, problem.message, problem.help, str(problem.place or "")]
    return LedgerRow(BROKEN, position=position, value=json.dumps(said), events=problem.events)


def problem_of(row: LedgerRow) -> Problem:
    """The problem of a record that makes no event."""
    code, message, help, place = json.loads(row.value or "[]")
    where = f"{place}: " if place else ""
    return Problem(
        code, f"record {row.position}: {where}{message}", help=help, events=tuple(row.events or ())
    )


@define
class _Texts:
    """The texts of values and dates, of which most repeat themselves and take long to make."""

    values: dict[Any, str] = field(factory=dict)
    # By identity: dates that were parsed are shared, and the ledger keeps them while this is used.
    dates: dict[int, _Dated] = field(factory=dict)

    def of(self, value: Any) -> str:
        """The text of a value of the view. Raises ``NotKept``."""
        same = likeness(value)
        text = self.values.get(same)
        if text is None:
            text = self.values[same] = to_text(value)
        return text

    def date(self, date: PartialDate | None) -> _Dated:
        """A date as texts and days, in four columns."""
        if date is None:
            return _NO_DATE
        found = self.dates.get(id(date))
        if found is None:
            found = self.dates[id(date)] = _date(date)
        return found


def _cell(
    ledger: Ledger, view: str, key: Key, positions: Mapping[str, int], texts: _Texts
) -> list[LedgerRow]:
    log = ledger.log(view, key)
    if log is None:
        spans: Iterable[_SpanParts] = map(_parts, ledger.cell(view, key))
    else:
        spans = _plain_parts(ledger, view, key, log)
    rows = list[LedgerRow]()
    turn = position = None
    for value, begin, end, ended_by, in_nothing, days, bounded, doubts, events in spans:
        if turn is None:
            turn, position = begin.order, _first(events, positions)
        rows.append(
            _row(
                (
                    *(SPAN, view, key, turn, position, len(rows), texts.of(value)),
                    *texts.date(begin),
                    *texts.date(end),
                    *(ended_by, in_nothing),
                    *days,
                    *(bounded, doubts, events, None, None),
                )
            )
        )
    empty = list(ledger.nothing_in((view, key)))
    for each in empty:
        said = json.dumps([each.first, each.last])
        rows.append(
            LedgerRow(NOTHING, view, key, value=said, possible_from=each.low, possible_until=each.high)
        )
    return rows or [LedgerRow(CELL, view, key)]


def _first(events: Sequence[str], positions: Mapping[str, int]) -> int:
    """The first position of some events."""
    if len(events) == 1:
        return positions.get(events[0], 0)
    return min((positions.get(each, 0) for each in events), default=0)


_SpanParts = tuple[
    Any, PartialDate, PartialDate | None, str | None, bool, _Days, bool, Sequence[str] | None, Sequence[str]
]
"""What is said of a span, apart from its cell: its value, begin and end, what ended it, whether in nothing,
its days, whether the order has cut them, its doubts, and the events behind it."""


def _parts(span: Span) -> _SpanParts:
    days = span.possible_from, span.certain_from, span.certain_until, span.possible_until
    in_nothing = span.ended_by is not None and span.ends_in_nothing
    doubts = tuple(map(_doubt_text, span.doubts)) or None
    end = span.end, span.ended_by, in_nothing
    return span.value, span.begin, *end, days, span.bounded, doubts, span.events


def _plain_parts(ledger: Ledger, view: str, key: Key, log: Log) -> Iterator[_SpanParts]:
    """The same without a span for each, for a cell whose spans follow from its changes alone."""
    for _, last, begin, following in pieces(log):
        events = ledger.behind(view, key, last)
        if following is None:
            days = begin.earliest, begin.latest, None, None
            yield log[last].value, begin, None, None, False, days, False, None, events
        else:
            end = following.window
            until = begin.earliest, begin.latest, end.earliest, end.latest
            ended = following.event, following.value is None
            yield log[last].value, begin, end, *ended, until, False, None, events


def _date(date: PartialDate) -> _Dated:
    return date.text, date.earliest, date.latest, f"{date.precision}{'~' if date.approximate else ''}"


def _doubt_text(doubt: Doubt) -> str:
    ends = (None if date is None else list(map(str, _date(date))) for date in (doubt.since, doubt.until))
    return json.dumps([*ends, doubt.event])


# Out of the table again


class _Provenance(NamedTuple):
    """What a span needs from its replay: the events behind it, and whether it ended in nothing."""

    found: tuple[str, ...]
    in_nothing: bool

    def events(self, view: str, key: Key, last: int) -> tuple[str, ...]:  # noqa: ARG002  # as replay has it
        """The ids of the events behind the span, causes first."""
        return self.found

    def ends_in_nothing(self, view: str, key: Key, last: int) -> bool:  # noqa: ARG002
        """Whether the span ended without another value in its place."""
        return self.in_nothing


def span_of(row: LedgerRow, values: Callable[[str], Any] = of_text) -> Span:
    """The span of a row. ``values`` gives the value of a text."""
    days = row.possible_from, row.certain_from, row.certain_until, row.possible_until
    begin = _dated(row.begin, row.begin_earliest, row.begin_latest, row.begin_form)
    assert begin is not None
    return Span(
        row.view,
        tuple(row.key),
        values(row.value or ""),
        begin,
        _dated(row.end, row.end_earliest, row.end_latest, row.end_form),
        row.ended_by,
        cast("Any", _Provenance(tuple(row.events or ()), bool(row.ends_in_nothing))),
        row.place or 0,
        Bounds(*days) if row.bounded else None,
        doubts=tuple(map(_doubt, row.doubts or ())),
    )


def nothing_of(row: LedgerRow) -> Nothing:
    """The time in which a cell may be empty."""
    assert row.possible_from is not None
    return Nothing(row.possible_from, row.possible_until, *json.loads(row.value or "[]"))


def guess_of(row: LedgerRow) -> Guess:
    """The value that rests on a guess."""
    events, counted = json.loads(row.value or "[]")
    return Guess(row.view, tuple(row.key), tuple(events), counted)


def _dated(
    text: str | None, first: datetime.date | None, last: datetime.date | None, form: str | None
) -> PartialDate | None:
    if text is None or first is None or last is None or form is None:
        return None
    precision, approximate = cast("Precision", form.rstrip("~")), form.endswith("~")
    try:
        written = parse_date(text)
    except InvalidValue:
        return PartialDate(first, last, precision, approximate, text)
    said = written.earliest, written.latest, written.precision, written.approximate
    # Most dates are as their text says; parsed dates are shared.
    return (
        written
        if said == (first, last, precision, approximate)
        else PartialDate(first, last, precision, approximate, text)
    )


def _doubt(text: str) -> Doubt:
    since, until, event = json.loads(text)
    begin = _of_texts(since)
    assert begin is not None
    return Doubt(begin, _of_texts(until), event)


def _of_texts(parts: Sequence[str] | None) -> PartialDate | None:
    if parts is None:
        return None
    text, first, last, form = parts
    return _dated(text, datetime.date.fromisoformat(first), datetime.date.fromisoformat(last), form)
