"""One thing with all that is known of it, in parts: the frame of every answer of ``chronicle show``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal

from attrs import frozen

from chronicle.engine.replay import Span
from chronicle.engine.views import view_of
from chronicle.events import Event
from chronicle.render.layout import (
    DIM,
    PLAIN,
    STRONG,
    Line,
    Page,
    clean,
    columns,
    left,
    page_width,
    wrap,
)
from chronicle.render.terms import Terms
from chronicle.render.words.days import short, since, until
from chronicle.render.words.figures import share_figure, share_is_unknown
from chronicle.render.words.said import Called, plainly, said
from chronicle.render.words.sentences import Teller
from chronicle.render.words.sources import source_in_full
from chronicle.values import Source

_COLUMNS: Final = ("part", "date", "text", "id")
_GAP: Final = 2
_WIDEST_DATE: Final = 28
_NARROWEST_TEXT: Final = 30

What = Literal["event", "deal", "entity", "source"]


@frozen
class ShownLine:
    """A line of a part: what it says, since when or on which date, and the id of the event that says it."""

    text: Line
    date: str = ""
    id: str = ""


@frozen
class ShownPart:
    """A part of what is shown: entries, or lines that stand as they are."""

    title: str
    entries: Sequence[ShownLine] = ()
    verbatim: str = ""


@frozen(eq=False)
class ShownThing:
    """One thing: what it is, its id, a sentence about it, and the parts. ``plain`` is all of it as JSON data.

    ``also`` are the other things that have the same id.
    """

    what: What
    id: str
    about: Line
    parts: Sequence[ShownPart]
    plain: dict[str, Any]
    terms: Terms
    also: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """What it is, its id, and all that is known of it."""
        return {"what": self.what, "id": self.id, **self.terms.data(), **self.plain}

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each entry of each part."""
        return _COLUMNS, self._rows()

    def _rows(self) -> Iterator[tuple[str, ...]]:
        yield (self.what, "", plainly(self.about), clean(self.id))
        for part in self.parts:
            for entry in part.entries:
                yield (part.title.lower(), entry.date, plainly(entry.text), clean(entry.id))

    def lines(self) -> Iterator[str]:
        """An entry a line, with the columns of ``rows``."""
        for row in self._rows():
            yield "\t".join(row)

    def people(self, width: int) -> Page:
        """The parts one below the other, dates on the left."""
        return Page(lambda: self._page(page_width(width)))

    def _page(self, width: int) -> Iterator[Line]:
        yield from wrap([(clean(self.id), STRONG), (f"  {self.what}", DIM)], width)
        yield from wrap(self.about, width) if self.about else ()
        if self.terms.words():
            yield from wrap([(self.terms.words().removeprefix(", "), DIM)], width)
        for part in self.parts:
            if not part.entries and not part.verbatim:
                continue
            yield []
            yield from wrap([(part.title, STRONG)], width)
            yield from _entries(part.entries, width)
            yield from ([(f"  {line}", PLAIN)] for line in part.verbatim.splitlines())
        if self.also:
            yield []
            said = ", ".join(f"{each} (show it with --as {each})" for each in self.also)
            yield from wrap([(f"Of this id there is also: {said}", DIM)], width)


# What the parts are made of


def told(events: Iterable[Event], teller: Teller) -> list[ShownLine]:
    """An entry for each event: its date, its sentence with the share, its id."""
    entries = []
    for event in events:
        figure = "" if share_is_unknown(event) else share_figure(event)
        line = [*teller.sentence(event), (f"  {figure}" if figure else "", STRONG)]
        entries.append(ShownLine(line, short(event.date), event.id))
    return entries


def says(span: Span, called: Called) -> str:
    """What a span says of its subject."""
    view = view_of(span.view)
    return plainly(said(view, view.says, span.key, span.value, called))


def source_line(source: Source) -> Line:
    """A source in full, with its address."""
    named = source.publisher or source.title
    return [(source_in_full(source), PLAIN), (f"  {clean(source.url)}" if source.url and named else "", DIM)]


def days_words(span: Span) -> str:
    """From when until when a span stands; empty for always."""
    ended = "" if span.end is None else until(span.end)
    return ", ".join(filter(None, (since(span.begin), ended)))


def window_data(span: Span) -> dict[str, Any]:
    """The same as JSON data."""
    return {"since": str(span.begin), "until": None if span.end is None else str(span.end)}


# The page


def _entries(entries: Sequence[ShownLine], width: int) -> Iterator[Line]:
    column = max((columns(each.date) for each in entries), default=0)
    column = min(column, _WIDEST_DATE)
    start = _GAP + (column + _GAP if column else 0)
    if width - start < _NARROWEST_TEXT:
        column, start = 0, 2 * _GAP
    for each in entries:
        head: Line = [(" " * start, PLAIN)]
        if columns(each.date) > column:
            yield [(" " * _GAP + each.date, DIM)]
        elif column:
            head = [(" " * _GAP, PLAIN), (left(each.date, column + _GAP), DIM)]
        id = clean(each.id)
        line = [*each.text, (f"  {id}" if id else "", DIM)]
        for part in wrap(line, width - start):
            yield [*head, *part]
            head = [(" " * start, PLAIN)]
