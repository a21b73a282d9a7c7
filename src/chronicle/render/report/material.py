"""What a report is made of: the rectangles of a history and the words for its events."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from attrs import evolve, field, frozen

from chronicle.dates import Day, Moment
from chronicle.engine import views
from chronicle.engine.partial.rectangles import Disagreement, Rectangle, Rectangles, Version
from chronicle.errors import Place
from chronicle.events import KINDS, Event, Knowledge, references
from chronicle.render.reading_order import in_reading_order
from chronicle.render.report.names import KnownNames
from chronicle.render.report.through import Looked, looked_through

_TIES: Final = (views.HOLDINGS, views.CONTROL, views.UNITS)


@frozen(eq=False)
class Report:
    """A history, or what is around some of its entities, as a page.

    ``chosen`` are the ids of these entities; of none, all of the history. ``events`` are those that the page
    tells, in the order in which they are read, and ``written`` has each as it was written, by its id. A
    holding in its picture reaches ``least`` on some day. ``looked`` has the effective shares and groups, or
    says why they are left out.
    """

    chosen: tuple[str, ...]
    rectangles: tuple[Rectangle, ...]
    events: tuple[Event, ...]
    versions: Mapping[str, Sequence[Version]]
    disagreements: tuple[Disagreement, ...]
    written: Mapping[str, Event]
    known_since: Mapping[str, Knowledge]
    places: Mapping[str, Place]
    names: KnownNames = field(repr=False)
    opens: datetime.date | None = None
    least: Fraction | None = None
    looked: Looked = field(factory=Looked)

    @property
    def day(self) -> datetime.date:
        """The day on which the page opens: by default the last one on which something may have happened."""
        if self.opens is not None:
            return self.opens
        days = (event.date.latest for event in self.events if event.date.latest < datetime.date.max)
        return max(days, default=datetime.date.min)

    def html(self) -> str:
        """The page, as one file that needs no other. Raises ``UsageError`` (C740) without jinja2."""
        from chronicle.render.report.page import html

        return html(self)


def report_of(
    history: Any,
    entities: Sequence[str] = (),
    *,
    depth: int = 1,
    least: Fraction | None = None,
    opens: datetime.date | None = None,
    known: Day | None = None,
    recorded: Moment | None = None,
) -> Report:
    """The report of a history, or of some ``entities`` (ids or names) and what is ``depth`` ties around them.

    It ``opens`` on this day, by default on the last one. In its picture are no holdings that never reach
    ``least``. By ``known`` and ``recorded`` it says nothing of
    what became known or was recorded later. Raises ``NotFound`` (C601) for an unknown entity.
    """
    resolver = history.resolver(known, recorded)
    chosen = tuple(dict.fromkeys(resolver.entity(entity) for entity in entities))
    found: Rectangles = history.rectangles(known, recorded)
    near = _near(found.rectangles, chosen, depth - 1) if chosen else None
    listed = tuple(each for each in found.rectangles if near is None or near & set(_named(each)))
    behind = {event for each in listed for event in _behind(each, found)}
    about = near or set()
    versions = {
        id: course
        for id, course in found.versions.items()
        if near is None or id in behind or any(_about(version.event, about) for version in course)
    }
    named = _all_named(listed, versions.values())
    names = [each for each in found.rectangles if each.view == views.NAMES and each.key[0] in named]
    if near is not None:
        kept = set(map(id, listed))
        listed = tuple(each for each in found.rectangles if id(each) in kept or _is_name_of(each, named))
    written = {event.id: event for event in history.events}
    disagreements = tuple(each for each in found.disagreements if each.conflict.chosen.id in versions)
    # Of rivals it tells from when they were known, though they may be about something else.
    rivals = (event.id for each in disagreements for event in each.conflict.others)
    return Report(
        chosen=chosen,
        rectangles=listed,
        events=_told(history.timeline(kinds=KINDS, known=known, recorded=recorded), versions),
        versions=versions,
        disagreements=disagreements,
        written=written,
        known_since={id: history.known_since(written[id]) for id in dict.fromkeys((*versions, *rivals))},
        places={id: place for id in versions if (place := history.place(id)) is not None},
        names=KnownNames(names),
        opens=opens,
        least=least,
        looked=_looked(history, found, near, recorded),
    )


def _looked(history: Any, found: Rectangles, near: set[str] | None, recorded: Moment | None) -> Looked:
    """The effective shares by or of the entities that are near, and the groups with any of them."""
    every = looked_through(history, found.rectangles, found.days, recorded)
    if near is None:
        return every
    return evolve(every, found=tuple(each for each in every.found if near & {each.one, each.other}))


def _is_name_of(each: Rectangle, named: set[str]) -> bool:
    return each.view == views.NAMES and each.key[0] in named


def _named(each: Rectangle) -> tuple[str, ...]:
    return views.view_of(each.view).named(each.key, each.value)


def _all_named(listed: Iterable[Rectangle], versions: Iterable[Sequence[Version]]) -> set[str]:
    found = {name for each in listed for name in _named(each)}
    for course in versions:
        for version in course:
            found.update(name for _, what, name in references(version.event) if what == "entity")
    return found


def _near(found: Iterable[Rectangle], chosen: Iterable[str], ties: int) -> set[str]:
    """The entities that are at most so many ties of ownership or control away from the chosen ones."""
    beside: dict[str, set[str]] = {}
    for each in found:
        if each.view in _TIES:
            one, other = each.key[:2]
            beside.setdefault(one, set()).add(other)
            beside.setdefault(other, set()).add(one)
    near = set(chosen)
    for _ in range(ties):
        near |= {other for one in near for other in beside.get(one, ())}
    return near


def _behind(each: Rectangle, found: Rectangles) -> Iterable[str]:
    """The ids of the events that made and ended a value, and of those that announced or corrected these."""
    ended = () if each.ended_by is None else (each.ended_by,)
    for event in (*each.events, *ended, *(doubt.event for doubt in each.doubts)):
        yield event
        for version in found.versions.get(event, ()):
            yield from version.corrections
            if version.announced_by is not None:
                yield version.announced_by


def _about(event: Event, entities: set[str]) -> bool:
    return any(what == "entity" and name in entities for _, what, name in references(event))


def _told(timeline: Iterable[Event], versions: Mapping[str, Sequence[Version]]) -> tuple[Event, ...]:
    """The events in the order of reading; those that were retracted stand at the place of their date."""
    told = [event for event in timeline if event.id in versions]
    standing = {event.id for event in told}
    for id, course in versions.items():
        if id not in standing:
            event = course[-1].event
            later = (at for at, other in enumerate(told) if other.date.order > event.date.order)
            told.insert(next(later, len(told)), event)
    dated, undated = in_reading_order(told)
    return (*dated, *undated)
