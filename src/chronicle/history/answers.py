"""Answers with several parts, which notebooks and data frames take as tables with names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chronicle import events as kinds
from chronicle.dates import DAWN, FOREVER, Day, Moment, as_day, as_moment
from chronicle.engine.tables import Column, Table

if TYPE_CHECKING:
    from chronicle.engine.conflicts import Conflict
    from chronicle.engine.diff import Difference
    from chronicle.engine.resolver.search import SearchHit
    from chronicle.engine.why import Why
    from chronicle.events import Event
    from chronicle.history.questions import Questions
    from chronicle.render.words.sentences import Teller

T = TypeVar("T")

_SHOWN_OF_TIMELINE: Final = ("date", "what", "share", "money", "sources", "id")
_SHOWN_OF_CONFLICTS: Final = ("fact_name", "differ", "counts", "claim", "sources", "rule", "event")
_SHOWN_OF_SEARCH: Final = ("what", "id", "type", "names", "identifiers")
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


class TimelineAnswer(Answers["Event"]):
    """Events in the order of replay: a tuple, a table, and a picture."""

    _picture: Callable[[Sequence[Event], datetime.date | None], str]

    def svg(self, day: Day | None = None) -> str:
        """A picture of these events over time, a text of SVG, with a line at ``day``.

        It has a lane for each deal and for each entity that most of them concern. Imprecise dates are bands.
        """
        return self._picture(self, None if day is None else as_day(day))


class AnswerTables:
    """Makes tables of the answers of a history, by what was known and recorded."""

    def __init__(self, history: Questions, known: Day | None, recorded: Moment | None = None) -> None:
        self.history, self.known, self.recorded = history, known, recorded

    def timeline(self, events: Iterable[Event], about: str | None) -> TimelineAnswer:
        """Events as an answer; ``about`` is the id of the entity that they all concern."""
        found = TimelineAnswer(events)
        found._made, found._shown = self._timeline_table, _SHOWN_OF_TIMELINE
        found._picture = partial(self._timeline_picture, about)
        return found

    def differences(self, found: Iterable[Difference], day: datetime.date) -> Answers[Difference]:
        """What changed up to a day as an answer, with the names of that day."""
        return Answers.of(found, partial(self._diff_table, day), _SHOWN_OF_DIFF)

    def conflicts(self, found: Iterable[Conflict]) -> Answers[Conflict]:
        """Conflicts as an answer, with a row for each claim."""
        return Answers.of(found, self._conflicts_table, _SHOWN_OF_CONFLICTS)

    def why(self, day: datetime.date, why: Why) -> Table:
        """The provenance of some facts as a table: a row for each event that makes or ends one."""
        from chronicle.render.pages.why import Explained
        from chronicle.render.terms import ASKED_PLAINLY

        nothing: Mapping[str, Any] = {}
        page = Explained((why,), why.key, day, ASKED_PLAINLY, self._teller(), nothing, nothing)
        return _of_texts("provenance", *page.rows())

    def _teller(self) -> Teller:
        from chronicle.render.words.names import namer
        from chronicle.render.words.sentences import Teller, titles_of

        asked: Any = {"known": self.known, "recorded": self.recorded}
        titles = titles_of(iter(self.history.timeline(kinds=kinds.KINDS, **asked)))
        return Teller(namer(partial(self.history.as_of, **asked)), titles, self.history.known_since)

    def _timeline_table(self, events: Sequence[Event]) -> Table:
        return Table("events", event_columns(self._teller()), events)

    def _timeline_picture(self, about: str | None, events: Sequence[Event], day: datetime.date | None) -> str:
        from chronicle.render.pictures import TimelinePicture
        from chronicle.render.terms import Terms

        last = self.history.as_of(FOREVER, self.known, self.recorded)
        terms = Terms(last.known, None if self.recorded is None else as_moment(self.recorded))
        return TimelinePicture(events, self._teller(), last, about, terms, day).svg()

    def _diff_table(self, day: datetime.date, found: Sequence[Difference]) -> Table:
        from chronicle.render.pages.diff import Changes
        from chronicle.render.terms import ASKED_PLAINLY

        page = Changes(found, (day, day), (ASKED_PLAINLY, ASKED_PLAINLY), self._teller(), {})
        return _of_texts("differences", *page.rows())

    def _conflicts_table(self, found: Sequence[Conflict]) -> Table:
        from chronicle.render.pages.conflicts import Conflicts
        from chronicle.render.terms import ASKED_PLAINLY

        return _of_texts("claims", *Conflicts(found, ASKED_PLAINLY, self._teller()).rows())


def found_answer(found: Iterable[SearchHit]) -> Answers[SearchHit]:
    """What a search found as an answer, with a row for each."""
    return Answers.of(found, _found_table, _SHOWN_OF_SEARCH)


def _found_table(found: Sequence[SearchHit]) -> Table:
    from chronicle.render.lookup.search import SearchPage
    from chronicle.render.terms import ASKED_PLAINLY

    return _of_texts("found", *SearchPage(found, ASKED_PLAINLY).rows())


def event_columns(teller: Teller) -> tuple[Column, ...]:
    """The columns of a table of events: what a file says of each, in words and with names."""
    from chronicle.render.words.days import speaking_day
    from chronicle.render.words.figures import money_words, share_figure
    from chronicle.render.words.sources import source_words

    @cache
    def named(event: Event) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id for _, what, id in kinds.references(event) if what == "entity"))

    def names(event: Event) -> tuple[str, ...]:
        return tuple(teller.name(each, speaking_day(event.date)) for each in named(event))

    return (
        Column("id", "text", lambda event: event.id),
        Column("kind", "text", lambda event: event.kind),
        Column("date", "text", lambda event: str(event.date)),
        Column("earliest", "day", lambda event: _bounded(event.date.earliest)),
        Column("latest", "day", lambda event: _bounded(event.date.latest)),
        Column("known", "day", lambda event: teller.known(event).day),
        Column("what", "text", teller.told),
        Column("share", "text", lambda event: share_figure(event) or None),
        Column("money", "text", lambda event: money_words(event) or None),
        Column("deal", "text", lambda event: event.deal),
        Column("confidence", "text", lambda event: event.confidence),
        Column("sources", "texts", lambda event: tuple(map(source_words, event.sources))),
        Column("entities", "texts", named),
        Column("entity_names", "texts", names),
    )


def _bounded(day: datetime.date) -> datetime.date | None:
    """A day; None for an open side of a date."""
    return None if day in (DAWN, FOREVER) else day


def _of_texts(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    return Table(
        name, tuple(Column(each, "text", itemgetter(at)) for at, each in enumerate(columns)), tuple(rows)
    )
