"""Answers with several parts, which notebooks and data frames take as tables with names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chronicle.dates import DAWN, FOREVER, Day, Moment
from chronicle.engine.tables import Column, Table
from chronicle.events import KINDS, Event, references

if TYPE_CHECKING:
    from chronicle.engine.diff import Difference
    from chronicle.engine.why import Why
    from chronicle.history.questions import Questions
    from chronicle.render.words.sentences import Teller

T = TypeVar("T")

_SHOWN_OF_TIMELINE: Final = ("date", "what", "share", "money", "sources", "id")
_SHOWN_OF_DIFF: Final = ("how", "view", "subject_name", "before", "after", "events")


class Answers(tuple[T, ...]):
    """A tuple that notebooks show as a table, and that is one for data frames.

    It is equal to a plain tuple of the same, and is stored and copied as one.
    """

    _made: Callable[[tuple[T, ...]], Table]
    _shown: tuple[str, ...]

    @classmethod
    def of(cls, parts: Iterable[T], made: Callable[[Any], Table], shown: tuple[str, ...]) -> Answers[T]:
        """These parts; ``made`` makes a table of them, of which notebooks show the columns ``shown``."""
        found = cls(parts)
        found._made, found._shown = made, shown
        return found

    def table(self) -> Table:
        """The parts as a table with names: ``polars.DataFrame(history.timeline().table())``."""
        return self._made(self)

    def _repr_html_(self) -> str:
        return self.table().select(*self._shown)._repr_html_()

    def __reduce__(self) -> tuple[type[tuple[T, ...]], tuple[tuple[T, ...]]]:
        return tuple, (tuple(self),)


def timeline_of(
    events: Iterable[Event], history: Questions, known: Day | None, recorded: Moment | None
) -> Answers[Event]:
    """Events of a history as an answer."""
    return Answers.of(events, partial(_timeline_table, history, known, recorded), _SHOWN_OF_TIMELINE)


def differences_of(
    found: Iterable[Difference], history: Questions, day: datetime.date, known: Day | None
) -> Answers[Difference]:
    """What changed up to a day as an answer, with the names of that day."""
    return Answers.of(found, partial(_diff_table, history, day, known), _SHOWN_OF_DIFF)


def _teller(history: Questions, known: Day | None, recorded: Moment | None) -> Teller:
    from chronicle.render.words.names import namer
    from chronicle.render.words.sentences import Teller, titles_of

    titles = titles_of(iter(history.timeline(kinds=KINDS, known=known, recorded=recorded)))
    name = namer(partial(history.as_of, known=known, recorded=recorded))
    return Teller(name, titles, history.known_since)


def _timeline_table(
    history: Questions, known: Day | None, recorded: Moment | None, events: Sequence[Event]
) -> Table:
    from chronicle.render.words.days import speaking_day
    from chronicle.render.words.figures import money_words, share_figure
    from chronicle.render.words.sources import source_words

    teller = _teller(history, known, recorded)

    @cache
    def named(event: Event) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id for _, what, id in references(event) if what == "entity"))

    columns = (
        Column("id", "text", lambda event: event.id),
        Column("kind", "text", lambda event: event.kind),
        Column("date", "text", lambda event: str(event.date)),
        Column("earliest", "day", lambda event: _bounded(event.date.earliest)),
        Column("latest", "day", lambda event: _bounded(event.date.latest)),
        Column("known", "day", lambda event: history.known_since(event).day),
        Column("what", "text", teller.told),
        Column("share", "text", lambda event: share_figure(event) or None),
        Column("money", "text", lambda event: money_words(event) or None),
        Column("deal", "text", lambda event: event.deal),
        Column("confidence", "text", lambda event: event.confidence),
        Column("sources", "texts", lambda event: tuple(map(source_words, event.sources))),
        Column("entities", "texts", named),
        Column(
            "entity_names",
            "texts",
            lambda event: tuple(teller.name(each, speaking_day(event.date)) for each in named(event)),
        ),
    )
    return Table("events", columns, events)


def _bounded(day: datetime.date) -> datetime.date | None:
    """A day; None for an open side of a date."""
    return None if day in (DAWN, FOREVER) else day


def _diff_table(
    history: Questions, day: datetime.date, known: Day | None, found: Sequence[Difference]
) -> Table:
    from chronicle.render.pages.diff import Changes
    from chronicle.render.terms import ASKED_PLAINLY

    terms = (ASKED_PLAINLY, ASKED_PLAINLY)
    page = Changes(found, (day, day), terms, _teller(history, known, None), {})
    return _of_texts("differences", *page.rows())


def why_table(
    history: Questions, day: datetime.date, known: Day | None, recorded: Moment | None, why: Why
) -> Table:
    """The provenance of some facts as a table: a row for each event that makes or ends one."""
    from chronicle.render.pages.why import Explained
    from chronicle.render.terms import ASKED_PLAINLY

    nothing: Mapping[str, Any] = {}
    teller = _teller(history, known, recorded)
    page = Explained((why,), why.key, day, ASKED_PLAINLY, teller, nothing, nothing)
    return _of_texts("provenance", *page.rows())


def _of_texts(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    return Table(
        name, tuple(Column(each, "text", itemgetter(at)) for at, each in enumerate(columns)), tuple(rows)
    )
