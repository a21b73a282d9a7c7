"""What happened, in order: the answer of ``chronicle timeline``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import field, frozen

from chronicle import codec
from chronicle.dates import DAWN, FOREVER
from chronicle.events import Event, Knowledge, knowledge, references
from chronicle.render.layout import (
    DIM,
    PLAIN,
    STRONG,
    Line,
    Page,
    clean,
    columns,
    left,
    line_columns,
    page_width,
    right,
    wrap,
)
from chronicle.render.reading_order import in_reading_order
from chronicle.render.terms import ASKED_PLAINLY, EVERYTHING, Excerpt, Terms, assumed_data
from chronicle.render.words.days import gutter, is_undated, speaking_day
from chronicle.render.words.figures import money_figure, money_words, share_figure, share_is_unknown
from chronicle.render.words.marks import MARKS, mark_of
from chronicle.render.words.names import Name, by_id
from chronicle.render.words.sentences import Teller, titles_of
from chronicle.render.words.sources import source_in_full, source_words

_COLUMNS: Final = (
    "position",
    "id",
    "kind",
    "date",
    "earliest",
    "latest",
    "known",
    "known_assumed",
    "what",
    "share",
    "holds",
    "shares",
    "money",
    "deal",
    "confidence",
    "note",
    "sources",
    "entities",
    "entity_names",
)


@frozen(eq=False)
class Timeline:
    """Events in the order in which they are shown.

    ``position`` gives the position of an event by its id, ``name`` what an entity is called on a day,
    ``known`` from which day an event could be known. ``terms`` are the days of knowledge and the assumptions
    of the question. ``titles`` are those of deals whose events are not all among ``events``; ``excerpt`` says
    which events were asked for.
    """

    events: tuple[Event, ...]
    position: Callable[[str], int]
    name: Name = by_id
    terms: Terms = ASKED_PLAINLY
    known: Callable[[Event], Knowledge] = knowledge
    titles: Mapping[str, str] = field(factory=dict)
    excerpt: Excerpt = EVERYTHING

    def data(self) -> dict[str, Any]:
        """Each event as in a file, with its id, position and the day from which it is known."""
        terms = assumed_data(self.terms.assumed)
        return {**terms, "events": [self._plain(event) for event in self._in_turn()]}

    def _plain(self, event: Event) -> dict[str, Any]:
        known = self.known(event)
        assumed = {"known_assumed": True} if known.assumed else {}
        head = {"id": event.id, "position": self.position(event.id)}
        return head | codec.encode(event) | {"known": known.day.isoformat()} | assumed

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each event, with its sentence. An open end of a date is an empty cell."""
        teller = self._teller()
        return _COLUMNS, (self._row(event, teller) for event in self._in_turn())

    def _row(self, event: Event, teller: Teller) -> tuple[str, ...]:
        known = self.known(event)
        return (
            str(self.position(event.id)),
            clean(event.id),
            event.kind,
            clean(str(event.date)),
            "" if event.date.earliest == DAWN else event.date.earliest.isoformat(),
            "" if event.date.latest == FOREVER else event.date.latest.isoformat(),
            known.day.isoformat(),
            "yes" if known.assumed else "no",
            teller.told(event),
            _field(event, "share"),
            _field(event, "holds"),
            _field(event, "shares"),
            money_figure(event),
            clean(event.deal or ""),
            event.confidence or "",
            clean(event.note or ""),
            _sources(event),
            *self._entities(event),
        )

    def _entities(self, event: Event) -> tuple[str, str]:
        """The ids of the entities that an event names, its effects too, and what they are called then."""
        ids = list(dict.fromkeys(id for _, what, id in references(event) if what == "entity"))
        names = (self.name(each, speaking_day(event.date)) for each in ids)
        return clean(" ".join(ids)), "; ".join(names)

    def lines(self) -> Iterator[str]:
        """An event a line: kind, date, id, what happened, share, money, sources."""
        teller = self._teller()
        for event in self._in_turn():
            yield "\t".join(
                (
                    event.kind,
                    clean(str(event.date)),
                    clean(event.id),
                    teller.told(event),
                    share_figure(event),
                    money_figure(event),
                    _sources(event),
                )
            )

    def people(self, width: int) -> Page:
        """The events along a line, with dates on the left and figures in columns on the right."""
        return timeline_page(self.events, self._teller(), self.terms, width, self.excerpt)

    def _in_turn(self) -> tuple[Event, ...]:
        return self.events[::-1] if self.excerpt.reverse else self.events

    def _teller(self) -> Teller:
        return Teller(self.name, {**self.titles, **titles_of(iter(self.events))})


def _field(event: Event, name: str) -> str:
    """A field as it was stated; empty where this kind of event does not have it."""
    value = getattr(event, name, None)
    return "" if value is None else clean(str(value))


def _sources(event: Event) -> str:
    return "; ".join(map(source_words, event.sources))


# The page


_RULE: Final = "│"


_UNDATED: Final = "Undated"


_GAP: Final = 2


# A figure wider than its column goes below the sentence, so that one long value does not widen the column.
_WIDEST_SHARE: Final = 10


_WIDEST_MONEY: Final = 18


# From this width on, the family of an event is in words beside its mark; on narrower pages in a legend.
_ROOM_FOR_WORDS: Final = 96


_WORD: Final = 7


# With less room than this beside the figures, these go below the sentence.
_NARROWEST_SENTENCE: Final = 24


def timeline_page(
    events: Sequence[Event], teller: Teller, terms: Terms, width: int, excerpt: Excerpt = EVERYTHING
) -> Page:
    """The page of ``events`` on a terminal of ``width`` columns."""
    return Page(lambda: _page(events, teller, terms, page_width(width), excerpt))


def _page(
    events: Sequence[Event], teller: Teller, terms: Terms, width: int, excerpt: Excerpt
) -> Iterator[Line]:
    if not events:
        said = f"No events{excerpt.words()}{terms.words()}."
        yield from wrap([(" ".join(filter(None, (said, terms.too_early()))), PLAIN)], width)
        return
    frame = _frame(events, width, excerpt.ids)
    shown = _Shown()
    dated, undated = in_reading_order(events)
    if excerpt.reverse:
        dated.reverse()
        undated.reverse()
    for event in dated:
        yield from _told(event, teller, frame, shown)
    if undated:
        yield from [[]] if dated else []
        yield [(_UNDATED, STRONG)]
    for event in undated:
        yield from _told(event, teller, frame, shown)
    yield []
    yield from _foot(events, terms, frame, excerpt)


# The frame: how wide every column is


@frozen
class _Frame:
    width: int
    prefix: int
    gutter: int
    words: bool
    share: int
    money: int
    same_sources: bool
    ids: bool

    @property
    def text(self) -> int:
        """The column at which sentences begin."""
        return self.gutter + 2 * _GAP + 1 + (_WORD + _GAP if self.words else 0)

    @property
    def figures(self) -> int:
        """The columns that figures take on the right, with the gap before them."""
        return sum(column + _GAP for column in (self.share, self.money) if column)


def _frame(events: Sequence[Event], width: int, ids: bool) -> _Frame:
    # Undated events are under a heading of their own, without a date.
    rows = [row for event in events if not is_undated(event.date) for row in gutter(event.date)]
    prefix = max((len(prefix) for prefix, _, _ in rows), default=0)
    prefix += bool(prefix)
    sources = {event.sources for event in events}
    return _Frame(
        width=width,
        prefix=prefix,
        gutter=prefix + max((len(f"{year:4} {rest}".rstrip()) for _, year, rest in rows), default=0),
        words=width >= _ROOM_FOR_WORDS,
        share=_column(map(_share, events), _WIDEST_SHARE),
        money=_column(map(money_words, events), _WIDEST_MONEY),
        same_sources=len(sources) == 1 and len(events) > 1,
        ids=ids,
    )


def _column(figures: Iterable[str], widest: int) -> int:
    return max((size for size in map(columns, figures) if size <= widest), default=0)


# One event


class _Shown:
    """What the column of dates has shown: a repeated date or year is left out."""

    def __init__(self) -> None:
        self.date = ""
        self.year = ""  # the last year printed, which may be that of the end of a range
        self.began = ""  # the year in which the last event began


def _told(event: Event, teller: Teller, frame: _Frame, shown: _Shown) -> Iterator[Line]:
    dates, new_year = _dates(event, frame, shown)
    if new_year:
        yield [(" " * (frame.gutter + _GAP), PLAIN), (_RULE, DIM)]
    body = list(_body(event, teller, frame))
    mark = mark_of(event.kind)
    for index in range(max(len(dates), len(body))):
        date = dates[index] if index < len(dates) else ""
        line: Line = [(left(date, frame.gutter + _GAP), STRONG if index == 0 else PLAIN)]
        line.append((mark.symbol, mark.style) if index == 0 else (_RULE, DIM))
        if index < len(body):
            line.append((" " * _GAP, PLAIN))
            if frame.words:
                word = mark.word if index == 0 else ""
                line.append((left(word, _WORD + _GAP), mark.style if word else PLAIN))
            line.extend(body[index])
        yield line


def _dates(event: Event, frame: _Frame, shown: _Shown) -> tuple[list[str], bool]:
    """The rows for the column of dates, and whether a new year begins with this event."""
    if event.date.text == shown.date or is_undated(event.date):
        return [], False
    rows = gutter(event.date)
    new_year = bool(shown.date) and rows[0][1] != shown.began
    texts = []
    for prefix, year, rest in rows:
        texts.append(_row(prefix, "" if year == shown.year and rest else year, rest, frame))
        shown.year = year or shown.year
    shown.date, shown.began = event.date.text, rows[0][1]
    return texts, new_year


def _row(prefix: str, year: str, rest: str, frame: _Frame) -> str:
    """A row of the column of dates. Where the year is left out, the prefix takes its place."""
    if prefix and not year:
        prefix, year = "", f"{prefix:>4}"
    return f"{prefix:>{max(0, frame.prefix - 1)}}{' ' * bool(frame.prefix)}{year:4} {rest}".rstrip()


def _body(event: Event, teller: Teller, frame: _Frame) -> Iterator[Line]:
    room = frame.width - frame.text
    beside = room - frame.figures
    share, money = _share(event), money_words(event)
    fits = columns(share) <= frame.share and columns(money) <= frame.money and beside >= _NARROWEST_SENTENCE
    sentence = [*teller.sentence(event), *_doubt(event)]
    if (share or money) and fits:
        first, *others = wrap(sentence, beside)
        yield [*first, *_figures(first, share, money, frame)]
        yield from others
    else:
        yield from wrap(sentence, room)
        yield from wrap([("  ".join(filter(None, (share, money))), STRONG)], room) if share or money else ()
    yield from _details(event, teller, frame, room)


def _share(event: Event) -> str:
    return "" if share_is_unknown(event) else share_figure(event)


def _doubt(event: Event) -> Line:
    return [(f" ({event.confidence})", DIM)] if event.confidence in ("reported", "rumoured") else []


def _figures(sentence: Line, share: str, money: str, frame: _Frame) -> Line:
    """The columns on the right: the share, then the money."""
    pad = frame.width - frame.text - frame.figures - line_columns(sentence)
    line: Line = [(" " * pad, PLAIN)]
    if frame.share:
        line.append((" " * _GAP + right(share, frame.share), STRONG))
    if frame.money and money:
        line.append((" " * _GAP + right(money, frame.money), PLAIN))
    return line


def _details(event: Event, teller: Teller, frame: _Frame, room: int) -> Iterator[Line]:
    """The lines below the sentence: the id, effects, the note, the sources."""
    if frame.ids:
        yield from wrap([(clean(event.id), "cyan")], room)
    label = "effect: " if event.kind == "deal.completed" else "if completed: "
    for effect in getattr(event, "effects", None) or ():
        yield from _hanging(label, teller.effect(effect, event.date), room)
        label = " " * len(label)
    if event.note:
        yield from wrap([(clean(event.note), DIM)], room)
    if event.sources and not frame.same_sources:
        yield from wrap([("; ".join(map(source_words, event.sources)), f"{DIM} italic")], room)


def _hanging(label: str, line: Line, room: int) -> Iterator[Line]:
    """``line`` after a label, its further lines below its first."""
    for index, part in enumerate(wrap(line, room - len(label))):
        yield [(label if index == 0 else " " * len(label), DIM), *part]


# The foot


def _foot(events: Sequence[Event], terms: Terms, frame: _Frame, excerpt: Excerpt) -> Iterator[Line]:
    of = f" of {len(events) + excerpt.more:,}" if excerpt.more else ""
    count = f"{len(events):,}{of} event{'' if len(events) == 1 and not of else 's'}"
    count += f"{excerpt.words()}{terms.words()}"
    sources = events[0].sources if frame.same_sources else ()
    said = "; ".join(map(source_in_full, sources))
    tail: Line = [(f", all from {said}", DIM)] if said else []
    yield from wrap([(count, DIM), *tail], frame.width)
    if not frame.words:
        yield from _legend(events, frame.width)


def _legend(events: Sequence[Event], width: int) -> Iterator[Line]:
    """The marks on this page, with their meaning."""
    seen = {mark_of(event.kind) for event in events}
    line: Line = []
    for mark in dict.fromkeys(MARKS.values()):
        if mark in seen:
            entry: Line = [(mark.symbol, mark.style), (f" {mark.word}", DIM)]
            if line and line_columns(line) + _GAP + line_columns(entry) > width:
                yield line
                line = []
            line += [(" " * _GAP, PLAIN), *entry] if line else entry
    yield line
