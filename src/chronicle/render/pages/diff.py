"""What changed: the answer of ``chronicle diff``."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from chronicle.engine import views
from chronicle.engine.diff import Difference
from chronicle.engine.diff.through_others import ThroughOthers
from chronicle.engine.state import Fact
from chronicle.engine.views import KEYS
from chronicle.engine.views.data import fact_data, key_data, names_data
from chronicle.events import Event
from chronicle.render.layout import (
    DIM,
    DOUBT,
    HEADING,
    PLAIN,
    STRONG,
    Line,
    Page,
    clean,
    left,
    page_width,
    wrap,
)
from chronicle.render.terms import Terms, assumed_words
from chronicle.render.words.days import day_words, short
from chronicle.render.words.facts import statement, subject_of
from chronicle.render.words.sentences import Teller
from chronicle.render.words.through_others import (
    through_change,
    through_data,
    through_rows,
    through_subject,
)

_COLUMNS: Final = ("how", "type", "view", "subject", "before", "after", "events", "subject_name")


@frozen(eq=False)
class Changes:
    """The differences between two sides, each a day with its own terms.

    ``events`` has each event by its id. With ``entity`` these are the differences that name it. Where what
    changed through others was not compared ``through`` is None; in a ``large`` history it never is of an
    entity.
    """

    differences: Sequence[Difference]
    days: tuple[datetime.date, datetime.date]
    terms: tuple[Terms, Terms]
    teller: Teller
    events: Mapping[str, Event]
    entity: str | None = None
    through: ThroughOthers | None = None
    large: bool = False

    def data(self) -> dict[str, Any]:
        """Each difference by its type, with the facts before and after it and the events that made it."""
        first, second = self.terms
        return {
            "from": self.days[0].isoformat(),
            "to": self.days[1].isoformat(),
            "known_from": first.data()["known"],
            "known_to": second.data()["known"],
            **{name: value for name, value in second.data().items() if name != "known"},
            "differences": [_data(difference, self) for difference in self.differences],
            "through_others": None if self.through is None else through_data(self.through),
        }

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each difference; those through others, in shares and in control, come last."""
        return _COLUMNS, self._rows()

    def _rows(self) -> Iterator[tuple[str, ...]]:
        yield from map(self._row, self.differences)
        if self.through is not None:
            yield from through_rows(self.through, self.called)

    def _row(self, difference: Difference) -> tuple[str, ...]:
        return (
            difference.how,
            type(difference).__name__,
            difference.view,
            clean(" ".join(difference.key)),
            self.values(difference.before),
            self.values(difference.after),
            clean(" ".join(difference.events)),
            self._subject_name(difference),
        )

    def _subject_name(self, difference: Difference) -> str:
        """What the subject is called; of a name, of which only the id is the subject, its entity."""
        if difference.view == views.NAMES:
            return self.called(difference.key[0])
        return _subject(difference, self)

    def lines(self) -> Iterator[str]:
        """A difference a line: how, type, view, subject, before, after, events, name of the subject."""
        for row in self._rows():
            yield "\t".join(row)

    def people(self, width: int) -> Page:
        """The differences by view, each with a sign and a word for how it differs, and with its events."""
        return Page(lambda: _page(self, page_width(width)))

    def called(self, entity: str) -> str:
        """What an entity is called on the later day."""
        return self.teller.name(entity, max(self.days))

    def values(self, facts: Sequence[Fact]) -> str:
        """What facts say, with "or" between those that exclude each other."""
        return " or ".join(statement(fact, self.called) + _doubt(fact) for fact in facts)


def _data(difference: Difference, compared: Changes) -> dict[str, Any]:
    about = key_data(difference.view, difference.key)
    return {
        "type": type(difference).__name__,
        "view": difference.view,
        "key": about,
        "how": difference.how,
        "before": [_side(fact, about) for fact in difference.before],
        "after": [_side(fact, about) for fact in difference.after],
        "events": list(difference.events),
        "names": names_data((difference.after or difference.before)[-1], compared.called),
    }


def _side(fact: Fact, about: Container[str]) -> dict[str, Any]:
    """A fact without the parts of its key that the difference has already."""
    data = fact_data(fact)
    view, key, value = data.pop("view"), data.pop("key"), data["value"]
    rest = {name: part for name, part in key.items() if name not in about} if view in KEYS else {}
    return data | {"value": rest | value if isinstance(value, dict) else value}


# The page


# The sign, the word and the style for each way to differ. The word alone says everything.
SIGNS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "began": ("+", "began", "green"),
        "ended": ("-", "ended", "red"),
        "changed": ("~", "changed", "cyan"),
        "less sure": ("?", "now possible", DOUBT),
        "surer": ("!", "now certain", "blue"),
    }
)


_WORD: Final = max(len(word) for _, word, _ in SIGNS.values())


_INDENT: Final = 2 + _WORD + 2


_RANK: Final = MappingProxyType({view: rank for rank, view in enumerate(views.VIEWS)})


def _doubt(fact: Fact) -> str:
    return "" if fact.certain else " (possible)"


def _page(compared: Changes, width: int) -> Iterator[Line]:
    whose = f"{compared.called(compared.entity)}: " if compared.entity else ""
    title = _title(compared)
    yield from wrap([(whose + (title if whose else title[:1].upper() + title[1:]), STRONG)], width)
    shown = sorted(
        _without_implied_types(compared.differences), key=lambda each: _RANK.get(each.view, len(_RANK))
    )
    for view, members in groupby(shown, key=lambda each: each.view):
        yield []
        yield [(clean(views.view_of(view).title), HEADING)]
        for difference in members:
            yield from _difference(difference, compared, width)
    if compared.through is not None:
        yield from _through(compared.through, compared, width)
    elif compared.entity is not None:
        yield []
        words = "What is owned and controlled through others is not compared in a history of this size."
        yield from wrap([(words, DOUBT)], width)
    yield []
    yield from wrap([(_count(shown, compared), DIM if shown else PLAIN)], width)


def _through(through: ThroughOthers, compared: Changes, width: int) -> Iterator[Line]:
    """What changed through others: shares at last, and who is controlled by whom."""
    for title, members in (("Owned at last", through.shares), ("Groups of control", through.control)):
        if members:
            yield []
            yield [(title, HEADING)]
        for each in members:
            said: Line = [
                (f"{through_subject(each, compared.called)}  ", PLAIN),
                (through_change(each), STRONG),
            ]
            yield from _changed(each.how, said, each.events, width)
    if not through.complete:
        yield []
        further = "" if compared.large else ": ask for one ENTITY"
        words = f"Through others more changed than was compared{further}."
        yield from wrap([(words, DOUBT)], width)


def _changed(how: str, said: Line, events: Sequence[str], width: int) -> Iterator[Line]:
    sign, word, style = SIGNS[how]
    room = max(20, width - _INDENT)
    first, *others = wrap(said, room)
    yield [(f"{sign} {left(word, _WORD)}  ", style), *first]
    yield from ([(" " * _INDENT, PLAIN), *other] for other in others)
    if events:
        for part in wrap([(f"by {clean(', '.join(events))}", DIM)], room):
            yield [(" " * _INDENT, PLAIN), *part]


def _title(compared: Changes) -> str:
    (first, second), (before, after) = compared.days, compared.terms
    recorded = Terms(recorded=after.recorded).words()
    if before.known != after.known:
        days = day_words(first) if first == second else f"{day_words(first)} and {day_words(second)}"
        return f"{days}, {_learning(before.known, after.known)}{recorded}"
    days = f"from {day_words(first)} to {day_words(second)}"
    known = Terms(known=after.known).words() + recorded
    if not after.assumed:
        return days + known
    days = f"on {day_words(second)}" if first == second else days
    return f"what would change {days}{known}{assumed_words(after.assumed)}"


def _learning(first: datetime.date | None, second: datetime.date | None) -> str:
    begin = "what is known now" if first is None else f"what was known on {day_words(first)}"
    end = "what is known now" if second is None else f"what was known on {day_words(second)}"
    return f"from {begin} to {end}"


def _without_implied_types(differences: Sequence[Difference]) -> Iterator[Difference]:
    """All differences, except changes of the type of an entity that itself appears or disappears."""
    whole = {each.key for each in differences if each.view == views.NAMES and each.how in ("began", "ended")}
    return (each for each in differences if each.view != views.TYPES or each.key not in whole)


def _difference(difference: Difference, compared: Changes, width: int) -> Iterator[Line]:
    sign, word, style = SIGNS[difference.how]
    head: Line = [(f"{sign} {left(word, _WORD)}  ", style)]
    room = max(20, width - _INDENT)
    said: Line = [(f"{_subject(difference, compared)}  ", PLAIN), *change_of(difference, compared)]
    first, *others = wrap(said, room)
    yield [*head, *first]
    for other in others:
        yield [(" " * _INDENT, PLAIN), *other]
    for line in _causes(difference, compared):
        for part in wrap(line, room):
            yield [(" " * _INDENT, PLAIN), *part]


def _subject(difference: Difference, compared: Changes) -> str:
    return subject_of((difference.after or difference.before)[-1], compared.called)


def change_of(difference: Difference, compared: Changes) -> Line:
    """What a fact was and what it is now, in one line."""
    old = compared.values(difference.before)
    new = compared.values(difference.after)
    if difference.how == "began":
        return [(new, STRONG)]
    if difference.how == "ended":
        return [("was ", PLAIN), (old, STRONG)]
    if difference.how != "changed" and len(difference.after) == 1:
        before, after = ("possible", "certain") if difference.how == "surer" else ("certain", "possible")
        return [(statement(difference.after[0], compared.called), STRONG), (f", {before} → {after}", PLAIN)]
    if old == new and len(difference.before) == len(difference.after) == 1:
        return [("; ".join(_details(difference, compared)), STRONG)]
    return [(old, STRONG), (" → ", PLAIN), (new, STRONG)]


def _details(difference: Difference, compared: Changes) -> Iterator[str]:
    """The fields in which two values with the same text differ, such as the parties of a deal."""
    old, new = difference.before[-1].value, difference.after[-1].value
    names = getattr(new, "_fields", ())
    for name in names:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name}: {_part(before, compared)} → {_part(after, compared)}"
    if not names:
        yield f"{_part(old, compared)} → {_part(new, compared)}"


def _part(value: object, compared: Changes) -> str:
    if isinstance(value, tuple):
        return ", ".join(compared.called(str(item)) for item in value) or "nobody"
    if value is None:
        return "nothing"
    return clean(str(value)) if not isinstance(value, bool) else "yes" if value else "no"


def _causes(difference: Difference, compared: Changes) -> Iterator[Line]:
    for identifier in difference.events:
        event = compared.events.get(identifier)
        if event is None:
            # Rows of a replay say which events, and not what these say.
            yield [(f"[{clean(identifier)}]", DIM)]
            continue
        sentence = [(text, DIM) for text, _ in compared.teller.sentence(event)]
        yield [(f"{short(event.date)}  ", DIM), *sentence, (f"  [{clean(event.id)}]", DIM)]
    if not difference.events:
        dates = dict.fromkeys(fact.since for fact in (*difference.after, *difference.before))
        said = " and ".join(map(short, dates))
        how = "has passed" if difference.how == "surer" else "does not say on which day"
        yield [(f"no new event: {said} {how}", DIM)]


def _count(shown: Sequence[Difference], compared: Changes) -> str:
    if not shown:
        early = compared.terms[1].too_early()
        return " ".join(filter(None, ("No differences.", early)))
    return f"{len(shown):,} difference{'' if len(shown) == 1 else 's'}"
