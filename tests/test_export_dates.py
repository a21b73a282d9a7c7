"""Calendars and slides are valid for every date that is accepted, as the programs of others read them."""

from __future__ import annotations

import datetime
import json
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from chronicle.dates import DAWN, FOREVER, PartialDate
from chronicle.history import History
from chronicle.interop.exports import exported
from chronicle.interop.exports.material import material
from given import happened
from strategies import partial_dates

DATES = [
    "2014", "2014-03", "2014-03-11", "2014-Q3", "2014~", "2014-03-11?", "[2014..2015]", "[..2000]",
    "[2000..]", "0001", "0001-01-01", "0099-02", "[..0001-01-01]", "9999", "9999-12", "9999-12-30",
    "9999-12-31", "[9999-12-31..]", "2016-02-29",
]  # fmt: skip


def written(format: str, date: str) -> str:
    """The export of one event of a date, with a note and an address that need care."""
    source = {"publisher": "Gazette; of, all", "url": "https://example.org/a?b=c,d;e"}
    event = happened(
        "stake.acquired",
        date,
        id="bought",
        holder="a",
        target="b",
        share="1%",
        note="one\ntwo, three",
        sources=[source],
    )
    return b"".join(exported(format, material(History([event]), "2015"))).decode()


def timelinejs_faults(document: Any) -> list[str]:
    """What TimelineJS refuses or draws wrongly, by the rules of its documentation of JSON."""
    found = [] if document["events"] else ["no events"]
    for number, slide in enumerate(document["events"]):
        if "start_date" not in slide:
            found.append(f"slide {number} has no start_date")
        for name in ("start_date", "end_date"):
            found += [f"slide {number}, {name}: {fault}" for fault in _date_faults(slide.get(name))]
        if "end_date" in slide and _ordinal(slide["end_date"]) < _ordinal(slide["start_date"]):
            found.append(f"slide {number} ends before it begins")
        if not {"headline", "text"} & slide.get("text", {}).keys():
            found.append(f"slide {number} has no text")
        if "media" in slide and not slide["media"].get("url"):
            found.append(f"slide {number} has media without an address")
    ids = [slide["unique_id"] for slide in document["events"] if "unique_id" in slide]
    return found + ([] if len(ids) == len(set(ids)) else ["two slides have one unique_id"])


def _date_faults(date: dict[str, int] | None) -> list[str]:
    if date is None:
        return []
    faults = [f"unknown part {part}" for part in date.keys() - {"year", "month", "day"}]
    faults += [f"{part} is no whole number" for part, value in date.items() if type(value) is not int]
    faults += ["no year"] if "year" not in date else []
    faults += ["a day without a month"] if "day" in date and "month" not in date else []
    return faults or _no_day(date)


def _no_day(date: dict[str, int]) -> list[str]:
    try:
        _ordinal(date)
    except ValueError as error:
        return [str(error)]
    return []


def _ordinal(date: dict[str, int]) -> int:
    return datetime.date(date["year"], date.get("month", 1), date.get("day", 1)).toordinal()


@pytest.mark.parametrize("date", DATES)
def test_a_slide_of_every_date_keeps_the_rules_of_timelinejs(date: str) -> None:
    """A year of four digits, months and days that exist, and no end before its beginning."""
    assert timelinejs_faults(json.loads(written("timelinejs", date))) == []


@pytest.mark.parametrize(
    ("slide", "fault"),
    [
        ({"start_date": {"month": 3}}, "slide 0, start_date: no year"),
        ({"start_date": {"year": 2014, "month": 2, "day": 30}}, "day is out of range"),
        ({"start_date": {"year": 2014}, "end_date": {"year": 2013}}, "slide 0 ends before it begins"),
        ({"start_date": {"year": "2014"}}, "year is no whole number"),
    ],
)
def test_the_rules_of_timelinejs_find_what_breaks_them(slide: dict[str, Any], fault: str) -> None:
    """So that a document without a fault says something."""
    found = timelinejs_faults({"events": [slide | {"text": {"headline": "x"}}]})
    assert any(fault in each for each in found)


@pytest.mark.parametrize("date", DATES)
def test_an_entry_of_every_date_is_read_by_icalendar(date: str) -> None:
    """Without an error in any field, with a beginning before its end."""
    calendar = Calendar.from_ical(written("icalendar", date))
    assert [part.errors for part in calendar.walk() if part.errors] == []
    (entry,) = calendar.walk("VEVENT")
    assert entry["DTSTART"].dt < entry["DTEND"].dt
    assert "two, three" in entry["DESCRIPTION"]


@pytest.mark.parametrize(
    ("date", "first", "days"),
    [
        ("0001", "0001-01-01", 365),
        ("9999", "9999-01-01", 365),
        ("9999-12", "9999-12-01", 31),
        ("9999-Q4", "9999-10-01", 92),
    ],
)
def test_the_first_and_the_last_year_have_all_their_days(date: str, first: str, days: int) -> None:
    """No end of a year, a quarter or a month is open; only that of a range may be."""
    (entry,) = Calendar.from_ical(written("icalendar", date)).walk("VEVENT")
    begin, end = (entry[name].dt for name in ("DTSTART", "DTEND"))
    assert str(begin)[:10] == first
    assert round((end - begin).total_seconds() / 86_400) == days


@pytest.mark.parametrize("date", DATES)
def test_an_entry_of_every_date_is_read_by_ics(date: str) -> None:
    """Another reader, which computes an end where none is given."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it and what it is made of warn of their own code
        ics = pytest.importorskip("ics")
        (entry,) = ics.Calendar(written("icalendar", date)).events
        assert entry.begin < entry.end
        assert "two, three" in entry.description


@given(partial_dates(), st.sampled_from(["icalendar", "timelinejs"]))
def test_any_date_makes_a_valid_calendar_and_valid_slides(date: PartialDate, format: str) -> None:
    """Whatever its window; what has no date at all is left out."""
    text = written(format, str(date))
    undated = date.earliest == DAWN and date.latest == FOREVER
    if format == "timelinejs":
        assert timelinejs_faults(json.loads(text)) == (["no events"] if undated else [])
        return
    calendar = Calendar.from_ical(text)
    assert [part.errors for part in calendar.walk() if part.errors] == []
    assert all(entry["DTSTART"].dt < entry["DTEND"].dt for entry in calendar.walk("VEVENT"))
    assert len(calendar.walk("VEVENT")) == (0 if undated else 1)
