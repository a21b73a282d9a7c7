"""A picture of what happened over time: a lane for each entity or deal, and a mark for each event."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from chronicle.drawing.axis import Axis
from chronicle.drawing.elements import MARGIN, MARKS, NOTE, OTHER_MARK, SMALL, head, notes_below, number, text
from chronicle.drawing.parts import Box
from chronicle.drawing.text import in_lines, width_of

_NAME_SIZE: Final = 13.0
_HEADING: Final = 190.0
_WIDTH: Final = 1000.0
_LINE: Final = 16.0
_LINE_OF_LABEL: Final = 14.0
_APART: Final = 8.0
_PAD: Final = 8.0
_TOP: Final = 34.0
_DOT: Final = 4.5
_WIDEST: Final = 290.0
_BESIDE: Final = 9.0
_BETWEEN: Final = 12.0


@frozen
class TimelineLane:
    """A lane of a timeline, with its heading. ``kind`` decides the mark: company, person ... or deal."""

    id: str
    label: str
    kind: str


@frozen
class TimelineEvent:
    """Something that happened on one of the days from ``first`` to ``last``; None where that side is open.

    ``said`` is the whole sentence, where that is more than the label.
    """

    lane: str
    first: datetime.date | None
    last: datetime.date | None
    label: str
    said: str = ""


@frozen
class TimelineBar:
    """What lasted in a lane, from one day to another, such as a deal; None while it goes on."""

    lane: str
    first: datetime.date | None
    last: datetime.date | None


@frozen
class Marked:
    """An event at its place: its window from ``left`` to ``right``, the middle of its row, and its label."""

    event: TimelineEvent
    left: float
    right: float
    y: float
    label: Box


@frozen
class LaidTimeline:
    """A timeline at its places: the box of each lane, the marks in it, and the whole size."""

    axis: Axis
    lanes: tuple[tuple[TimelineLane, Box], ...]
    marks: tuple[Marked, ...]
    width: float
    height: float


def laid_timeline(
    lanes: Sequence[TimelineLane], events: Sequence[TimelineEvent], bars: Sequence[TimelineBar] = ()
) -> LaidTimeline:
    """Where everything lies. No label is on another one, or on the mark of another event."""
    windows = [(each.first, each.last) for each in events] + [(each.first, each.last) for each in bars]
    days = [day for window in windows for day in window if day is not None]
    axis = Axis.over(days, MARGIN + _HEADING, _WIDTH - MARGIN)
    inside = defaultdict[str, list[TimelineEvent]](list)
    for event in events:
        inside[event.lane].append(event)
    y, found, marks = _TOP, [], list[Marked]()
    for lane in lanes:
        heading = len(_heading(lane)) * _LINE + 4
        below = y + _PAD / 2
        for row in _rows(axis, inside[lane.id]):
            tall = max(label.height for _, label in row) + _APART
            marks += [_marked(axis, event, label, below + tall / 2) for event, label in row]
            below += tall
        height = max(below - y, heading) + _PAD / 2
        found.append((lane, Box(MARGIN / 2, y, _WIDTH - MARGIN, height)))
        y += height
    right = max([_WIDTH, *(mark.label.x + mark.label.width + MARGIN for mark in marks)])
    wide = tuple((lane, Box(box.x, box.y, right - MARGIN, box.height)) for lane, box in found)
    return LaidTimeline(axis, wide, tuple(marks), round(right, 1), round(y + 12, 1))


def _heading(lane: TimelineLane) -> tuple[str, ...]:
    return in_lines(lane.label, _NAME_SIZE, _HEADING - 40)


_Row = list[tuple[TimelineEvent, Box]]


def _rows(axis: Axis, events: Sequence[TimelineEvent]) -> list[_Row]:
    """The events of a lane in rows, each with its label beside it, as high as there is room."""
    rows: list[_Row] = []
    taken: list[list[tuple[float, float]]] = []
    for event in sorted(events, key=lambda event: (_window(axis, event), event.label)):
        left, right = _window(axis, event)
        label = _label_beside(axis, event.label, left, right)
        begin, end = min(left - _DOT, label.x), max(right + _DOT, label.x + label.width)
        at = next((at for at, row in enumerate(taken) if _free(row, begin, end)), len(rows))
        if at == len(rows):
            rows.append([])
            taken.append([])
        rows[at].append((event, label))
        taken[at].append((begin, end))
    return rows


def _label_beside(axis: Axis, label: str, left: float, right: float) -> Box:
    """The place of a label on the right of what it is about, or on its left where only that has room."""
    lines = in_lines(label, SMALL, _WIDEST)
    wide = max(width_of(line, SMALL) for line in lines)
    x = right + _BESIDE
    if x + wide > axis.right and left - _BESIDE - wide >= axis.left:
        x = left - _BESIDE - wide
    return Box(round(x, 1), 0.0, round(wide, 1), len(lines) * _LINE_OF_LABEL)


def _free(row: Sequence[tuple[float, float]], begin: float, end: float) -> bool:
    return all(end + _BETWEEN <= first or last + _BETWEEN <= begin for first, last in row)


def _window(axis: Axis, event: TimelineEvent) -> tuple[float, float]:
    left = axis.left if event.first is None else axis.at(event.first)
    if event.last is None:
        return left, axis.right
    if event.first == event.last:
        return left, left
    return left, axis.at(event.last)


def _marked(axis: Axis, event: TimelineEvent, label: Box, y: float) -> Marked:
    left, right = _window(axis, event)
    return Marked(event, left, right, y, label.moved(0.0, y - label.height / 2))


def timeline_svg(
    lanes: Sequence[TimelineLane],
    events: Sequence[TimelineEvent],
    bars: Sequence[TimelineBar] = (),
    *,
    title: str,
    description: str,
    day: datetime.date | None = None,
    notes: Sequence[str] = (),
    style: bool = True,
    name: str = "timeline",
) -> str:
    """A timeline as a text of SVG: a dot for a day, a band for an imprecise date, a bar for what lasted.

    A line stands at ``day``. ``notes`` are lines that stand below. ``style`` is false where a page has
    ``STYLE`` already. ``name`` begins the ids in it.
    """
    laid = laid_timeline(lanes, events, bars)
    high = laid.height + NOTE * len(notes)
    return "\n".join(
        [
            *head((laid.width, high), title, description, style=style, name=name),
            *_lanes(laid),
            *_scale(laid),
            *_line_at(laid, day),
            *(_bar(laid, bar) for bar in bars),
            *(_mark(mark) for mark in laid.marks),
            *notes_below(notes, laid.height + 6),
            "</svg>\n",
        ]
    )


def _lanes(laid: LaidTimeline) -> Iterator[str]:
    for at, (lane, box) in enumerate(laid.lanes):
        kind = lane.kind if lane.kind in MARKS else "other"
        if at % 2 == 0:
            yield f'<rect class="lane" {_place(box)} rx="6"/>'
        first = box.y + _PAD / 2 + 15
        spans = "".join(
            f'<tspan x="{number(MARGIN + 22)}" y="{number(first + _LINE * at)}">{text(line)}</tspan>'
            for at, line in enumerate(_heading(lane))
        )
        yield (
            f'<g class="heading {kind}" data-lane="{text(lane.id)}"><title>{text(lane.label)}</title>'
            f'<g class="mark" transform="translate({number(MARGIN)} {number(first - 12)})">'
            f"{MARKS.get(kind, OTHER_MARK)}</g>"
            f'<text class="name" font-size="{number(_NAME_SIZE)}">{spans}</text></g>'
        )


def _scale(laid: LaidTimeline) -> Iterator[str]:
    for x, words, year in laid.axis.ticks():
        look = "year" if year else "month"
        yield f'<path class="tick {look}" d="M{number(x)} {number(_TOP - 6)}V{number(laid.height - 10)}"/>'
        yield (
            f'<text class="tick {look}" x="{number(x)}" y="{number(_TOP - 12)}" text-anchor="middle" '
            f'font-size="{SMALL}">{text(words)}</text>'
        )


def _line_at(laid: LaidTimeline, day: datetime.date | None) -> Iterator[str]:
    if day is not None and laid.axis.first <= day <= laid.axis.last:
        x, down = number(laid.axis.at(day)), number(laid.height - 10)
        yield f'<path class="today" d="M{x} {number(_TOP - 6)}V{down}"/>'


def _bar(laid: LaidTimeline, bar: TimelineBar) -> str:
    box = next((box for lane, box in laid.lanes if lane.id == bar.lane), None)
    if box is None:
        return ""
    left = laid.axis.left if bar.first is None else laid.axis.at(bar.first)
    right = laid.axis.right if bar.last is None else max(laid.axis.at(bar.last), left)
    look = "bar open" if bar.last is None else "bar"
    place = Box(left - 6, box.y + 3, right - left + 12, box.height - 6)
    return f'<rect class="{look}" {_place(place)} rx="6"/>'


def _mark(mark: Marked) -> str:
    said = f"<title>{text(mark.event.said or mark.event.label)}</title>"
    if mark.left == mark.right and mark.event.first == mark.event.last:
        shape = f'<circle class="day" cx="{number(mark.left)}" cy="{number(mark.y)}" r="{_DOT}"/>'
    else:
        wide = max(mark.right - mark.left, 2.0)
        place = Box(mark.left, mark.y - _DOT, wide, 2 * _DOT)
        shape = f'<rect class="{_openness(mark.event)}" {_place(place)} rx="{_DOT}"/>'
    first = mark.label.y + SMALL * 0.95
    words = "".join(
        f'<tspan x="{number(mark.label.x)}" y="{number(first + _LINE_OF_LABEL * at)}">{text(line)}</tspan>'
        for at, line in enumerate(in_lines(mark.event.label, SMALL, _WIDEST))
    )
    return f'<g class="event">{said}{shape}<text class="what" font-size="{SMALL}">{words}</text></g>'


def _openness(event: TimelineEvent) -> str:
    return "window open" if None in (event.first, event.last) else "window"


def _place(box: Box) -> str:
    return (
        f'x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}" height="{number(box.height)}"'
    )
