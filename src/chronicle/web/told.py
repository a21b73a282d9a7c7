"""Facts and events as pieces of text, in which the names of entities and the ids of events are links."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from attrs import field, frozen

from chronicle.engine import views
from chronicle.engine.replay import Key
from chronicle.engine.state import State
from chronicle.errors.characters import FORBIDDEN
from chronicle.events import Event, references
from chronicle.render.groups import excesses
from chronicle.render.layout import DIM, DOUBT, STRONG, Line, clean
from chronicle.render.pages.as_of import why_possible
from chronicle.render.sections import FactLine, Question, sections
from chronicle.render.words.days import day_before, short, speaking_day
from chronicle.render.words.figures import money_words, share_figure, share_is_unknown
from chronicle.render.words.marks import mark_of
from chronicle.render.words.names import names_of
from chronicle.render.words.owners import above_line
from chronicle.render.words.sentences import Teller
from chronicle.render.words.sources import source_in_full
from chronicle.values import Source
from chronicle.web.address import PageAddress

# A mark around the id of an entity in a text that is to be split again; no text of an event can have it.
_MARK: Final = "\x00"
assert FORBIDDEN.match(_MARK)

_LINKED: Final = ("http", "https")
KEPT: Final = ("as_of", "known")
"""The parameters that go along with links from page to page."""


@frozen
class LinkedText:
    """A text, where it leads to, how it is set, and its language, which is empty where it is not said."""

    text: str
    href: str = ""
    style: str = ""
    lang: str = ""


Pieces = tuple[LinkedText, ...]


@frozen
class FactItem:
    """A fact: its figure, what it says, since when, whether it is certain, and the events that made it.

    ``why`` is the address of the page that explains it. One that is ``doubted`` names a company that is gone.
    """

    figure: str
    said: Pieces
    since: str
    certain: bool
    events: tuple[tuple[str, str], ...]
    why: str
    under: LinkedText | None = None
    doubted: bool = False


@frozen
class FactSection:
    """Facts under a title, and how many there are; some of them may be on other pages."""

    title: str
    count: int
    facts: tuple[FactItem, ...]


@frozen
class SourceShown:
    """A source in words, and its address where that is one of the web."""

    words: str
    url: str
    details: tuple[str, ...] = ()


@frozen
class ListedEvent:
    """An event in a list."""

    id: str
    href: str
    date: str
    symbol: str
    family: str
    said: Pieces
    figures: tuple[str, ...]
    doubt: str
    sources: tuple[SourceShown, ...]


class _MarkedQuestion(Question):
    """A question in which each entity is called by its id between two marks."""

    def name(self, entity: str) -> str:
        """The id, marked."""
        return f"{_MARK}{entity}{_MARK}"


@frozen(eq=False)
class PageLinks:
    """Addresses of pages, with the days that were asked for."""

    address: PageAddress

    def entity(self, id: str) -> str:
        """The page of an entity."""
        return self.address.link(page("entity", id), KEPT)

    def event(self, id: str) -> str:
        """The page of an event."""
        return self.address.link(page("event", id), ("known",))

    def deal(self, id: str) -> str:
        """The page of a deal."""
        return self.address.link(page("deal", id), ("known",))

    def why(self, view: str, key: Key) -> str:
        """The page that explains what is said of a key."""
        return self.address.link("/why", KEPT, of=shlex.join(key), view=view)


_SUFFIXES: Final = (".json", ".csv", ".svg", ".html")


def page(what: str, id: str) -> str:
    """The path of a page of one thing. An id that ends as a form does gets the form of pages behind it."""
    return f"/{what}/{quote(id, safe='')}" + (".html" if id.endswith(_SUFFIXES) else "")


@frozen(eq=False)
class LinkedFacts:
    """The facts of a state, or those that name one entity, in sections."""

    state: State
    entity: str | None
    links: PageLinks
    _name: Callable[[str], str] = field(init=False)

    @_name.default
    def _names(self) -> Callable[[str], str]:
        return names_of(self.state)

    def sections(self, number: int, most: int) -> tuple[list[FactSection], int, int, int]:
        """The sections of a page of facts, the places of its first and last fact, and how many there are."""
        found = [
            (clean(section.title or view.title), lines)
            for view, section, lines in sections(_MarkedQuestion(self.state, self.entity))
        ]
        count = sum(len(lines) for _, lines in found)
        first, last = paged(range(count), number, most)
        shown, start = list[FactSection](), 0
        for title, lines in found:
            part = lines[max(0, first - start) : max(0, last - start)]
            if part:
                shown.append(FactSection(title, len(lines), tuple(map(self._fact, part))))
            start += len(lines)
        return shown, first, last, count

    def above_the_whole(self) -> list[Pieces]:
        """Of which companies more than the whole is held, each in a line."""
        found = excesses(self.state, self.entity)
        return [self.pieces(above_line(each, lambda id: f"{_MARK}{id}{_MARK}")) for each in found]

    def pieces(self, line: Line) -> Pieces:
        """A line with names and links in place of marked ids."""
        return tuple(piece for text, style in line for piece in self._split(text, style) if piece.text)

    def called(self, entity: str) -> LinkedText:
        """An entity by its name, as a link, unless it is asked for."""
        href = "" if entity == self.entity else self.links.entity(entity)
        return LinkedText(self._name(entity), href, lang=self._lang(entity))

    def _split(self, text: str, style: str) -> Iterator[LinkedText]:
        for at, part in enumerate(text.split(_MARK)):
            yield self.called(part) if at % 2 else LinkedText(part, style=_STYLES.get(style, ""))

    def _lang(self, entity: str) -> str:
        found = self.state.cell(views.NAMES, entity)
        return found[-1].value.tag if found else ""

    def _fact(self, line: FactLine) -> FactItem:
        return FactItem(
            figure=line.figure,
            said=self.pieces(line.said),
            since=line.since.removeprefix("since "),
            certain=line.certain,
            events=tuple((id, self.links.event(id)) for id in line.events),
            why=self.links.why(line.view, line.key),
            under=None if line.under is None else self.called(line.under),
            doubted=line.doubted,
        )


def why_possible_here(sections: Iterable[FactSection]) -> str:
    """Why some of the facts that are shown are only possible; empty where all are certain."""
    return why_possible(fact.doubted for each in sections for fact in each.facts if not fact.certain)


_STYLES: Final = {STRONG: "strong", DIM: "dim", DOUBT: "doubt"}


def happenings(events: Iterable[Event], teller: Teller, links: PageLinks) -> list[ListedEvent]:
    """Events as a list, in their order."""
    return [_happening(event, teller, links) for event in events]


def _happening(event: Event, teller: Teller, links: PageLinks) -> ListedEvent:
    mark = mark_of(event.kind)
    share = "" if share_is_unknown(event) else share_figure(event)
    return ListedEvent(
        id=event.id,
        href=links.event(event.id),
        date=short(event.date),
        symbol=mark.symbol,
        family=mark.word,
        said=sentence(event, teller, links),
        figures=tuple(filter(None, (share, money_words(event)))),
        doubt=event.confidence if event.confidence in ("reported", "rumoured") else "",
        sources=tuple(map(source, event.sources)),
    )


def sentence(event: Event, teller: Teller, links: PageLinks) -> Pieces:
    """The sentence of an event, with the names in it as links."""
    # The one before is for a sentence about a new name.
    days = day_before(event.date), speaking_day(event.date)
    entities = [id for _, what, id in references(event) if what == "entity"]
    named = {clean(teller.name(id, day)): links.entity(id) for day in days for id in entities}
    if event.deal is not None:
        named.setdefault(teller.titled(event.deal), links.deal(event.deal))
    return linked(teller.sentence(event), named)


def linked(line: Line, named: dict[str, str]) -> Pieces:
    """A line, in which each emphasized text that is a name leads to its page."""
    return tuple(
        LinkedText(text, named.get(text, "") if style == STRONG else "", _STYLES.get(style, ""))
        for text, style in line
        if text
    )


def source(given: Source) -> SourceShown:
    """A source in words; only addresses of the web become links."""
    url = given.url or ""
    is_linked = urlsplit(url).scheme.lower() in _LINKED
    details = (
        f"“{clean(given.quote)}”" if given.quote else "",
        f"page {clean(given.page)}" if given.page else "",
        "" if is_linked else clean(url),
    )
    return SourceShown(source_in_full(given), url if is_linked else "", tuple(filter(None, details)))


def paged(things: Sequence[object], number: int, most: int) -> tuple[int, int]:
    """The first and the last (exclusive) of the things on a page; none past the end."""
    first = min((number - 1) * most, len(things))
    return first, min(first + most, len(things))
