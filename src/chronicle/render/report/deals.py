"""The deals of a report over time: each with its stages."""

from __future__ import annotations

from collections import defaultdict

from attrs import frozen

from chronicle.events import Event
from chronicle.render.layout import clean
from chronicle.render.report.material import Report
from chronicle.render.report.scale import Scale
from chronicle.render.words.days import short
from chronicle.render.words.sentences import titles_of

_OVER = ("deal.completed", "deal.terminated")
_STAGES = ("deal.proposed", "deal.agreed", "deal.approved", *_OVER)


@frozen
class StageTold:
    """A stage of a deal: the number of its event, its word and date, and where it lies on the scale."""

    event: int
    word: str
    date: str
    at: str
    wide: str
    exact: bool


@frozen
class Lane:
    """A deal over time: its title, its stages, and from where to where on the scale it was open."""

    title: str
    stages: tuple[StageTold, ...]
    begin: str
    end: str


def lanes(report: Report, scale: Scale) -> list[Lane]:
    """The deals of which a stage is told, in the order of their first stages."""
    staged: defaultdict[str, list[tuple[int, Event]]] = defaultdict(list)
    for at, event in enumerate(report.events):
        if event.kind in _STAGES and event.deal is not None:
            staged[event.deal].append((at, event))
    titles = titles_of(event for event in report.events)
    return [_lane(titles.get(deal, deal), told, scale) for deal, told in staged.items()]


def _lane(title: str, told: list[tuple[int, Event]], scale: Scale) -> Lane:
    first, (_, last) = told[0][1], told[-1]
    end = last.date.latest.toordinal() if last.kind in _OVER else scale.last
    return Lane(
        title=clean(title),
        stages=tuple(_stage(at, event, scale) for at, event in told),
        begin=scale.at(first.date.earliest.toordinal()),
        end=scale.at(end),
    )


def _stage(at: int, event: Event, scale: Scale) -> StageTold:
    first, last = event.date.earliest.toordinal(), event.date.latest.toordinal()
    return StageTold(
        event=at,
        word=event.kind.removeprefix("deal."),
        date=short(event.date),
        at=scale.at(first),
        wide=scale.wide(first, last),
        exact=first == last,
    )
