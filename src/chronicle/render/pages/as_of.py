"""What was so on a day: the answer of ``chronicle as-of``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from attrs import evolve, frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.state import State
from chronicle.render import groups
from chronicle.render.behind import behind
from chronicle.render.groups import excess_data, own_groups
from chronicle.render.layout import (
    DIM,
    DOUBT,
    HEADING,
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
from chronicle.render.sections import FactLine, Question, sections
from chronicle.render.terms import ASKED_PLAINLY, Terms
from chronicle.render.words.days import day_words, short
from chronicle.render.words.names import called
from chronicle.render.words.owners import above_lines

_COLUMNS: Final = (
    "what",
    "subject",
    "object",
    "detail",
    "value",
    "certain",
    "since",
    "events",
    "minimum",
    "maximum",
    "shares",
    "subject_name",
    "object_name",
)


_PLAIN_COLUMNS: Final = 8


First = Callable[[], PartialDate | None]
"""What gives the date of the first event of a history; None where it has none."""


def _no_first() -> None:
    return None


@frozen(eq=False)
class AsOf:
    """A state, or the facts in it that name one ``entity`` (by id).

    ``first`` gives the date of the first event of the history, for the message about a day before it: only a
    day with no facts at all asks for it. ``terms`` are the days of knowledge and the assumptions of the
    question.
    """

    state: State
    entity: str | None = None
    first: First = _no_first
    terms: Terms = ASKED_PLAINLY

    def data(self) -> dict[str, Any]:
        """Every fact by its view; ``views`` has those of the user's own projectors.

        Of one entity, ``owners`` has who owns more than a quarter of it at last; null where they are too many
        to look for unasked.
        """
        known = self.state.known
        return {
            "as_of": self.state.as_of.isoformat(),
            "known": None if known is None else known.isoformat(),
            **{name: value for name, value in self.terms.data().items() if name != "known"},
            **{group.name: group.data() for group in groups.groups(self.state, self.entity)},
            "above_the_whole": [excess_data(each) for each in groups.excesses(self.state, self.entity)],
            "views": {group.name: group.data() for group in own_groups(self.state, self.entity)},
            **({} if self.entity is None else {"owners": behind(self.state, self.entity).data()}),
        }

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each fact. ``minimum`` and ``maximum`` are the ends of a share as fractions."""
        return _COLUMNS, self._rows()

    def lines(self) -> Iterator[str]:
        """A fact a line: what it is, subject, object, detail, value, certain or possible, since, events."""
        for row in self._rows():
            yield "\t".join(row[:_PLAIN_COLUMNS])

    def people(self, width: int) -> Page:
        """The facts in sections; those that are only possible are marked."""
        return as_of_page(self.state, self.entity, self.first, self.terms, width)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for group in (*groups.groups(self.state, self.entity), *own_groups(self.state, self.entity)):
            yield from group.rows(self.state.name)


# The page


_INDENT: Final = 2


_GAP: Final = 2


_WIDEST: Final = 96  # in wider lines the dates on the right are too far from their facts


_NARROWEST: Final = 20  # with less room beside it, the date goes on a line of its own


_INEXACT: Final = "the beginning or the end has no exact date"


_GONE: Final = "a company that it names is gone"


def as_of_page(state: State, entity: str | None, first: First, terms: Terms, width: int) -> Page:
    """The page of ``state``, or of the facts that name ``entity``.

    ``first`` gives the date of the first event.
    """
    return Page(lambda: _page(Question(state, entity), first, terms, min(page_width(width), _WIDEST)))


def _page(asked: Question, first: First, terms: Terms, width: int) -> Iterator[Line]:
    yield from _title(asked, terms, width)
    listed = list(sections(asked))
    for view, section, facts in listed:
        yield []
        yield [(clean(section.title or view.title), HEADING)]
        yield from _section(asked, facts, width)
        if view.name == views.HOLDINGS:
            yield from _above_the_whole(asked, section.of, width)
    if not listed:
        yield []
        yield from wrap([(_nothing(asked, first, terms), PLAIN)], width)
    unsure = [fact for _, _, facts in listed for fact in facts if not fact.certain]
    if unsure:
        yield []
        yield from wrap(_legend(unsure), width)


def _title(asked: Question, terms: Terms, width: int) -> Iterator[Line]:
    state = asked.state
    said = evolve(terms, known=state.known).words()
    yield from wrap([(f"As of {day_words(state.as_of)}", STRONG), (said, PLAIN)], width)
    if asked.entity is not None:
        yield from wrap(_about(asked, asked.entity), width)
        owners = behind(state, asked.entity).line(asked.name)
        if owners:
            yield from wrap(owners, width)


def _about(asked: Question, entity: str) -> Line:
    """What the entity is: its name, type and status, and its identifiers."""
    for found in groups.entities(asked.state, entity):
        doubt = "" if found.status_certain else " (possible)"
        said = [found.type or "", found.jurisdiction or "", found.status and f"{found.status}{doubt}"]
        for identifier in found.identifiers:
            doubt = " (possible)" if identifier in found.possible_identifiers else ""
            said.append(f"{' '.join(identifier)}{doubt}")
        return [
            (called(found.name, found.certain), STRONG),
            ("".join(f", {clean(part)}" for part in said if part), DIM),
        ]
    return [(clean(entity), STRONG), (", which has no name yet", DIM)]


def why_possible(doubted: Iterable[bool]) -> str:
    """Why facts are only possible: for each of them whether it is since a company is gone."""
    return ", or ".join(sorted({_GONE if each else _INEXACT for each in doubted}))


def _legend(unsure: Sequence[FactLine]) -> Line:
    """The legend of the marks: why facts on the page are only possible."""
    reasons = why_possible(fact.doubted for fact in unsure)
    return [("?", DOUBT), (f" possible, not certain: {reasons}", DIM)]


def _nothing(asked: Question, first: First, terms: Terms) -> str:
    about = "" if asked.entity is None else f" about {asked.name(asked.entity)}"
    then = "" if asked.state.known is None else ", by what was known then"
    words = f"Nothing is known{about} for this day{then}."
    if terms.too_early():
        return terms.too_early()
    earliest = first() if asked.state.is_empty() else None
    if earliest is None or earliest.latest <= asked.state.as_of:
        return words
    return f"{words} The first event is dated {short(earliest)}."


# A section


def _section(asked: Question, facts: Sequence[FactLine], width: int) -> Iterator[Line]:
    figures = _column([fact.figure for fact in facts])
    for under, members in groupby(facts, key=lambda fact: fact.under):
        if under is not None:
            yield [(" " * _INDENT, PLAIN), (asked.name(under), STRONG)]
        for fact in members:
            yield from _fact(fact, next(figures), 0 if under is None else _INDENT, width)


def _above_the_whole(asked: Question, of: str, width: int) -> Iterator[Line]:
    """A line for each right of which the section lists more than the whole."""
    for excess in groups.excesses(asked.state, asked.entity):
        if of == "all" or (excess.target == asked.entity) == (of == "target"):
            yield from above_lines(excess, asked.name, width)


def _column(figures: Sequence[str]) -> Iterator[str]:
    """``figures`` in one width: numbers flush right, words flush left."""
    width = max(map(columns, figures))
    numbers = any(character.isdigit() for figure in figures for character in figure)
    return ((right if numbers else left)(figure, width) for figure in figures)


def _fact(fact: FactLine, figure: str, indent: int, width: int) -> Iterator[Line]:
    """The figure, the text, and flush right since when; further lines are indented below the first."""
    doubt: Line = [("  ", PLAIN)] if fact.certain else [("?", DOUBT), (" ", PLAIN)]
    head: Line = [(" " * indent, PLAIN), *doubt]
    if figure:
        head.append((figure + " " * _GAP, STRONG))
    start = line_columns(head)
    end = fact.since if fact.certain else f"possible {fact.since}".rstrip()
    when: Line = [(end, DIM if fact.certain else DOUBT)] if end else []
    room = width - start - (columns(end) + _GAP if end else 0)
    if room < _NARROWEST:
        first, *others = [*wrap(fact.said, width - start), *wrap(when, width - start)]
        yield [*head, *first]
    else:
        first, *others = wrap(fact.said, room)
        pad = " " * (room - line_columns(first) + _GAP)
        yield [*head, *first, (pad, PLAIN), *when] if end else [*head, *first]
    for other in others:
        yield [(" " * start, PLAIN), *other]
