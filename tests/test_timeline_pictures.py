"""A history as a picture of time: lanes, bands for imprecise dates, deals with their stages, years."""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chronicle import drawing
from chronicle.drawing import Box, LaidTimeline, TimelineBar, TimelineEvent, TimelineLane, laid_timeline
from chronicle.drawing.axis import Axis
from chronicle.events import Event
from chronicle.history import History
from given import acquired, declared, happened, proposed, retracted

SPACE = "{http://www.w3.org/2000/svg}"
_LABELS = ("A", "Alibaba Group acquires a stake in Alibaba Pictures, +60%", "阿里影业 " * 9, "")
_days = st.dates(datetime.date(1990, 1, 1), datetime.date(2030, 1, 1))


@st.composite
def timelines(draw: st.DrawFn) -> tuple[list[TimelineLane], list[TimelineEvent], list[TimelineBar]]:
    """Lanes with events on days, in windows, and with open sides."""
    lanes = [
        TimelineLane(f"l{at}", draw(st.sampled_from(_LABELS)), "company")
        for at in range(draw(st.integers(0, 6)))
    ]
    events = []
    for _ in range(draw(st.integers(0, 40)) if lanes else 0):
        first, last = sorted((draw(_days), draw(_days)))
        exact = draw(st.sampled_from(("day", "window", "by", "after", "ever")))
        events.append(
            TimelineEvent(
                draw(st.sampled_from(lanes)).id,
                None if exact in ("by", "ever") else first,
                None if exact in ("after", "ever") else first if exact == "day" else last,
                draw(st.sampled_from(_LABELS)),
            )
        )
    bars = [TimelineBar(lane.id, draw(_days), None) for lane in lanes[:1]]
    return lanes, events, bars


def marks_of(laid: LaidTimeline) -> list[tuple[Box, Box]]:
    """The shape and the label of each event."""
    return [
        (Box(mark.left - 4, mark.y - 4, mark.right - mark.left + 8, 8), mark.label) for mark in laid.marks
    ]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(timelines())
def test_no_label_lies_on_another_event(
    told: tuple[list[TimelineLane], list[TimelineEvent], list[TimelineBar]],
) -> None:
    """Neither on its label nor on its mark, and all of it is inside of the lane and of the picture."""
    lanes, events, bars = told
    laid = laid_timeline(lanes, events, bars)
    assert len(laid.marks) == len(events)
    boxes = {lane.id: box for lane, box in laid.lanes}
    for mark, (_, label) in zip(laid.marks, marks_of(laid), strict=True):
        lane = boxes[mark.event.lane]
        assert lane.y <= label.y
        assert label.y + label.height <= lane.y + lane.height
        assert label.x >= 0
        assert label.x + label.width <= laid.width
    for one, two in combinations(marks_of(laid), 2):
        assert not any(first.meets(second) for first in one for second in two if first.width and second.width)
    assert not [pair for pair in combinations(boxes.values(), 2) if pair[0].meets(pair[1])]
    ET.fromstring(drawing.timeline_svg(lanes, events, bars, title="t", description="d"))


@pytest.mark.parametrize(
    ("first", "last", "ticks"),
    [
        ("2014-03-11", "2014-06-01", ["Mar 2014", "Apr", "May", "Jun"]),
        ("2014-11-11", "2016-02-01", ["Jan 2015", "Apr", "Jul", "Oct", "Jan 2016"]),
        ("2004-11-11", "2015-08-01", [str(year) for year in range(2004, 2017)]),
        ("1890-11-11", "2015-08-01", [str(year) for year in range(1890, 2011, 10)]),
        ("0001-01-01", "9999-12-31", [str(year) for year in range(1000, 9001, 1000)]),
    ],
)
def test_years_stand_on_the_axis(first: str, last: str, ticks: list[str]) -> None:
    """Months where there is room for them; else years, as many as can be read."""
    days = [datetime.date.fromisoformat(day) for day in (first, last)]
    axis = Axis.over(days, 0, 900)
    assert [words for _, words, _ in axis.ticks()] == ticks
    places = [at for at, _, _ in axis.ticks()]
    assert all(two - one >= 55 for one, two in pairwise(places))


def test_without_a_day_there_is_an_axis() -> None:
    """An empty timeline is a picture too."""
    assert ET.fromstring(drawing.timeline_svg([], [], title="t", description="d")).get("role") == "img"


# Of a history

NAMES = (declared("group", "Alibaba Group", short="Alibaba"), declared("film", "ChinaVision"))
BOUGHT = acquired("2014-03", "group", "film", "60%", id="bought")
LISTED = happened("listing.started", "[..2013-05]", entity="film", exchange="HKEX")
DEAL = (
    proposed("2015-04", "injection", title="Asset injection", parties=["group", "film"]),
    happened("deal.completed", "2015-12-31", deal="injection"),
)
OTHER_DEAL = proposed("2016", "sale", title="Sale", parties=["group"])
SOMETIME = happened("role.appointed", "[0001..9999]", person="ma", entity="film", role="chair")


def picture(*events: Event, about: str | None = None) -> ET.Element:
    """The timeline of events as a picture."""
    history = History([*NAMES, *events])
    return ET.fromstring(history.timeline(about).svg("2014-05"))


def texts(root: ET.Element, look: str) -> list[str]:
    """The texts of what has a class, each in one line."""
    return [
        " ".join(line.text or "" for line in each.iter(f"{SPACE}tspan"))
        for each in root.iter(f"{SPACE}g")
        if (each.get("class") or "").startswith(look)
    ]


def shapes(root: ET.Element, look: str) -> int:
    """How many shapes of a class there are."""
    return sum(each.get("class") == look for each in root.iter())


def test_a_history_has_a_lane_for_each_whom_most_concerns_and_for_each_deal() -> None:
    """A month is a band, a day a dot, "by" an open band; deals are bars with their stages."""
    root = picture(BOUGHT, LISTED, *DEAL, OTHER_DEAL)
    assert texts(root, "heading") == ["ChinaVision", "Asset injection", "Sale"]
    assert texts(root, "event") == [
        "ChinaVision is listed on HKEX",
        "Alibaba acquires a stake in ChinaVision, +60%",
        "proposed, Apr 2015",
        "completed, 31 Dec 2015",
        "proposed, 2016",
    ]
    assert (shapes(root, "day"), shapes(root, "window"), shapes(root, "window open")) == (1, 3, 1)
    assert (shapes(root, "bar"), shapes(root, "bar open")) == (1, 1), "the second deal goes on"
    assert shapes(root, "today") == 1
    said = [each.text for each in root.iter(f"{SPACE}title")]
    assert "Mar 2014: Alibaba acquires a stake in ChinaVision, +60%" in said


def test_the_timeline_of_one_has_lanes_of_the_others() -> None:
    """What concerns it alone has its own lane."""
    root = picture(BOUGHT, LISTED, about="film")
    assert texts(root, "heading") == ["ChinaVision", "Alibaba"]
    assert "Timeline of ChinaVision" in root.findtext(f"{SPACE}title", "")


def test_what_has_no_date_is_counted_below() -> None:
    """And what is about records alone."""
    root = picture(BOUGHT, SOMETIME, retracted("2016", "bought"))
    notes = [each.text for each in root.iter(f"{SPACE}text") if each.get("class") == "note"]
    assert notes[1] == "2 events left out: without a date, or about records alone"


def test_of_very_many_events_the_first_are_shown() -> None:
    """Two hundred, and the picture says so."""
    many = [
        happened("listing.started", f"{year}", entity="film", exchange=f"X{year}")
        for year in range(1700, 2000)
    ]
    root = picture(*many)
    notes = [each.text for each in root.iter(f"{SPACE}text") if each.get("class") == "note"]
    assert notes[1] == "The first 200 of 300 events"
    assert len(texts(root, "event")) == 200
