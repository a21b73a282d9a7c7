"""Dates as sources give them: every text form, its window, its order, its words, and what is refused."""

from __future__ import annotations

import calendar
import datetime
import pickle
import subprocess
import sys
import warnings

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from chronicle.dates import DAWN, FOREVER, PartialDate, as_day, duration_words, parse_date
from chronicle.errors import InvalidValue, shown
from effort import Beginning

day = datetime.date

years = st.integers(1, 9999)
year_texts = years.map("{:04}".format)
quarter_texts = st.builds("{:04}-Q{}".format, years, st.integers(1, 4))
numbered_quarter_texts = st.builds("{:04}-{}".format, years, st.integers(33, 36))
month_texts = st.builds("{:04}-{:02}".format, years, st.integers(1, 12))
day_texts = st.dates().map(str)
plain_texts = st.one_of(year_texts, quarter_texts, numbered_quarter_texts, month_texts, day_texts)
qualified_texts = st.builds(str.__add__, plain_texts, st.sampled_from("~?%"))


@st.composite
def range_texts(draw: st.DrawFn) -> str:
    first, last = sorted((draw(plain_texts), draw(plain_texts)), key=lambda text: parse_date(text).order)
    return draw(st.sampled_from([f"[{first}..{last}]", f"[..{last}]", f"[{first}..]"]))


date_texts = st.one_of(plain_texts, qualified_texts, range_texts())
dates = date_texts.map(parse_date)


def refusal(text: object) -> tuple[str, str, str | None]:
    """The code, the message and the help with which ``text`` is refused."""
    with pytest.raises(InvalidValue) as caught:
        parse_date(text)  # type: ignore[arg-type]
    (problem,) = caught.value.problems
    return problem.code, problem.message, problem.help


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision", "words"),
    [
        ("2014", day(2014, 1, 1), day(2014, 12, 31), "year", "2014"),
        ("0001", DAWN, day(1, 12, 31), "year", "1"),
        ("9999", day(9999, 1, 1), FOREVER, "year", "9999"),
        ("2014-Q3", day(2014, 7, 1), day(2014, 9, 30), "quarter", "third quarter of 2014"),
        ("2014-35", day(2014, 7, 1), day(2014, 9, 30), "quarter", "third quarter of 2014"),
        ("9999-Q4", day(9999, 10, 1), FOREVER, "quarter", "fourth quarter of 9999"),
        ("2014-03", day(2014, 3, 1), day(2014, 3, 31), "month", "March 2014"),
        ("2016-02", day(2016, 2, 1), day(2016, 2, 29), "month", "February 2016"),
        ("1900-02", day(1900, 2, 1), day(1900, 2, 28), "month", "February 1900"),
        ("2014-03-11", day(2014, 3, 11), day(2014, 3, 11), "day", "11 March 2014"),
        ("2014~", day(2014, 1, 1), day(2014, 12, 31), "year", "about 2014"),
        ("2014-03?", day(2014, 3, 1), day(2014, 3, 31), "month", "March 2014 (uncertain)"),
        ("2014-03%", day(2014, 3, 1), day(2014, 3, 31), "month", "about March 2014 (uncertain)"),
        ("2014-Q3~", day(2014, 7, 1), day(2014, 9, 30), "quarter", "about the third quarter of 2014"),
        ("[..2014]", DAWN, day(2014, 12, 31), "range", "by the end of 2014"),
        ("[..2014-09]", DAWN, day(2014, 9, 30), "range", "by September 2014"),
        ("[..2014-Q3]", DAWN, day(2014, 9, 30), "range", "by the third quarter of 2014"),
        ("[2014-09..]", day(2014, 9, 1), FOREVER, "range", "September 2014 or later"),
        ("[2014-03..2014-05]", day(2014, 3, 1), day(2014, 5, 31), "range", "between March and May 2014"),
        (
            "[2013-11..2014-01]",
            day(2013, 11, 1),
            day(2014, 1, 31),
            "range",
            "between November 2013 and January 2014",
        ),
        (
            "[2014-03-03..2014-03-11]",
            day(2014, 3, 3),
            day(2014, 3, 11),
            "range",
            "between 3 and 11 March 2014",
        ),
        (
            "[2014-03-03..2014-05-11]",
            day(2014, 3, 3),
            day(2014, 5, 11),
            "range",
            "between 3 March and 11 May 2014",
        ),
        ("[2013..2015]", day(2013, 1, 1), day(2015, 12, 31), "range", "between 2013 and 2015"),
        (
            "[2014-Q1..2014-Q3]",
            day(2014, 1, 1),
            day(2014, 9, 30),
            "range",
            "between the first and the third quarter of 2014",
        ),
        ("[2013..2014-03]", day(2013, 1, 1), day(2014, 3, 31), "range", "between 2013 and March 2014"),
        ("[2014-03..2014-03]", day(2014, 3, 1), day(2014, 3, 31), "range", "March 2014"),
    ],
)
def test_every_form_has_its_window_and_its_words(
    text: str, earliest: day, latest: day, precision: str, words: str
) -> None:
    """A date of each form covers the days that it says, and is told to people in English."""
    date = parse_date(text)
    assert (date.earliest, date.latest, date.precision) == (earliest, latest, precision)
    assert date.words() == words
    assert str(date) == date.text == text


@given(date_texts)
def test_a_date_prints_as_it_was_written(text: str) -> None:
    """What is read is printed back to the letter, and reads as the same date again."""
    date = parse_date(text)
    assert str(date) == text
    assert parse_date(str(date)) == date
    assert hash(parse_date(str(date))) == hash(date)
    assert pickle.loads(pickle.dumps(date)) == date


@given(dates)
def test_a_window_is_never_empty(date: PartialDate) -> None:
    """The earliest day never comes after the latest one."""
    assert date.earliest <= date.latest
    assert type(date.earliest) is type(date.latest) is day


@given(dates, dates, dates)
def test_the_order_is_total(a: PartialDate, b: PartialDate, c: PartialDate) -> None:
    """Of two dates exactly one is earlier or they are equal, and the order carries over."""
    assert [a < b, a == b, a > b].count(True) == 1
    assert (a <= b) == (not a > b) == (a < b or a == b)
    assert (a >= b) == (not a < b)
    if a <= b <= c:
        assert a <= c


@given(st.lists(dates))
def test_dates_sort_by_their_windows_then_their_texts(some: list[PartialDate]) -> None:
    """Sorting goes by the first day, then the last day, then the text."""
    assert sorted(some) == sorted(some, key=lambda date: (date.earliest, date.latest, date.text))


@given(dates, dates)
def test_the_order_number_sorts_as_the_windows_do(a: PartialDate, b: PartialDate) -> None:
    """The integer that replay sorts by says the same as the two days."""
    assert (a.order < b.order) == ((a.earliest, a.latest) < (b.earliest, b.latest))
    assert (a.order == b.order) == ((a.earliest, a.latest) == (b.earliest, b.latest))


def test_the_order_is_total_for_dates_made_by_hand() -> None:
    """Even where the text does not tell two dates apart, one of them comes first."""
    date = parse_date("2014")
    other = evolve(date, precision="range")
    assert date != other
    assert (date < other) != (other < date)


def test_a_date_is_not_compared_with_anything_else() -> None:
    """A partial date and a day have no order: one must say which day is meant."""
    date = parse_date("2014")
    for compare in (date.__lt__, date.__le__, date.__gt__, date.__ge__):
        assert compare(day(2014, 1, 1)) is NotImplemented
    assert date != day(2014, 1, 1)
    with pytest.raises(TypeError):
        sorted([date, "2015"])  # type: ignore[type-var]


@given(years, st.integers(1, 12))
def test_a_month_ends_where_the_calendar_says(year: int, month: int) -> None:
    """The window of a month goes from the 1st to the day that the calendar module counts."""
    date = parse_date(f"{year:04}-{month:02}")
    assert date.earliest == day(year, month, 1)
    assert date.latest == day(year, month, calendar.monthrange(year, month)[1])


@given(years, st.integers(1, 4))
def test_a_quarter_is_its_three_months(year: int, quarter: int) -> None:
    """Both ways to write a quarter cover its three months."""
    months = [parse_date(f"{year:04}-{month:02}") for month in range(3 * quarter - 2, 3 * quarter + 1)]
    for text in (f"{year:04}-Q{quarter}", f"{year:04}-{32 + quarter}"):
        date = parse_date(text)
        assert (date.earliest, date.latest) == (months[0].earliest, months[-1].latest)
        assert date.text == text


@given(plain_texts, st.sampled_from("~?%"))
def test_a_qualifier_never_widens_the_window(text: str, qualifier: str) -> None:
    """Approximate and uncertain dates are shown as such, and cover the same days."""
    plain, qualified = parse_date(text), parse_date(text + qualifier)
    assert (plain.earliest, plain.latest) == (qualified.earliest, qualified.latest)
    assert plain.precision == qualified.precision
    assert (qualified.approximate, qualified.uncertain) == (qualifier in "~%", qualifier in "?%")
    assert (plain.approximate, plain.uncertain) == (False, False)


@given(date_texts)
def test_every_date_has_words(text: str) -> None:
    """The words of a date have no signs of the text form left in them."""
    words = parse_date(text).words()
    assert words
    assert not set(words) & set("~?%[]-.")


def test_a_date_cannot_be_changed() -> None:
    """A date that was read stays what it is."""
    with pytest.raises(FrozenInstanceError):
        parse_date("2014").text = "2015"  # type: ignore[misc]


def test_a_date_shows_what_it_is() -> None:
    """At the prompt a date is one short line."""
    assert repr(parse_date("2014-03~")) == "<PartialDate 2014-03~>"


# The oracle


def _edtf_days(text: str) -> tuple[day, day]:
    """First and last day of a date as the package edtf reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from edtf import parse_edtf

        found = parse_edtf(text)
    return day(*found.lower_strict()[:3]), day(*found.upper_strict()[:3])


@given(st.one_of(year_texts, month_texts, day_texts), st.sampled_from(["", "~", "?", "%"]))
def test_windows_agree_with_edtf(text: str, qualifier: str) -> None:
    """Years, months and days cover the days that another reader of EDTF finds, qualified or not."""
    date = parse_date(text + qualifier)
    assert (date.earliest, date.latest) == _edtf_days(text + qualifier)


@given(numbered_quarter_texts)
def test_quarters_agree_with_edtf(text: str) -> None:
    """The numbers 33 to 36 are the quarters of EDTF level 2."""
    date = parse_date(text)
    assert (date.earliest, date.latest) == _edtf_days(text)


# Refusals


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        (
            "",
            'date is empty: ""',
            "write a year, quarter, month or day: 2014, 2014-Q3, 2014-03, 2014-03-11",
        ),
        (" 2014", 'white space around a date: " 2014"', "write 2014"),
        ("2014\n", 'white space around a date: "2014\N{REPLACEMENT CHARACTER}"', "write 2014"),
        ("2014-3", 'not a date: "2014-3"', "did you mean 2014-03?"),
        ("2014-3-1", 'not a date: "2014-3-1"', "did you mean 2014-03-01?"),
        ("2014/03/11", 'not a date: "2014/03/11"', "did you mean 2014-03-11?"),
        ("20140311", 'not a date: "20140311"', "did you mean 2014-03-11?"),
        ("11/03/2014", 'not a date: "11/03/2014"', "did you mean 2014-03-11 or 2014-11-03?"),
        ("31/03/2014", 'not a date: "31/03/2014"', "did you mean 2014-03-31?"),
        ("03/2014", 'not a date: "03/2014"', "did you mean 2014-03?"),
        ("March 2014", 'not a date: "March 2014"', "did you mean 2014-03?"),
        ("11 March 2014", 'not a date: "11 March 2014"', "did you mean 2014-03-11?"),
        ("Mar. 11, 2014", 'not a date: "Mar. 11, 2014"', "did you mean 2014-03-11?"),
        ("Q3 2014", 'not a date: "Q3 2014"', "did you mean 2014-Q3?"),
        ("2014q3", 'not a date: "2014q3"', "did you mean 2014-Q3?"),
        ("2014-Q5", 'no such quarter: "2014-Q5"', "quarters run from Q1 to Q4"),
        ("2014-13", 'no such month: "2014-13"', "months run from 01 to 12, quarters from Q1 to Q4"),
        ("2014-35-01", 'no such month: "2014-35-01"', "months run from 01 to 12, quarters from Q1 to Q4"),
        ("2014-02-30", 'no such day: "2014-02-30"', "February 2014 has 28 days"),
        ("2016-02-30~", 'no such day: "2016-02-30~"', "February 2016 has 29 days"),
        ("2014-04-00", 'no such day: "2014-04-00"', "April 2014 has 30 days"),
        ("0000", 'no such year: "0000"', "years run from 0001 to 9999"),
        ("-0044", 'no such year: "-0044"', "years run from 0001 to 9999"),
        ("12014", 'no such year: "12014"', "years run from 0001 to 9999"),
        (
            "2014-03-11T00:00:00Z",
            'moment instead of a day: "2014-03-11T00:00:00Z"',
            "write the day where it happened, such as 2014-03-11: "
            "the same moment is another day in another time zone",
        ),
        (
            "2014-21",
            'season instead of a date: "2014-21"',
            "write a quarter or a range, such as 2014-Q3 or [2014-06..2014-08]",
        ),
        (
            "spring 2014",
            'season instead of a date: "spring 2014"',
            "write a quarter or a range, such as 2014-Q3 or [2014-06..2014-08]",
        ),
        ("201X", 'digits left open: "201X"', "write [2010..2019]"),
        ("2014-XX", 'digits left open: "2014-XX"', "write 2014"),
        ("2014-03-XX", 'digits left open: "2014-03-XX"', "write 2014-03"),
        ("２０１４", 'date has characters that only look right: "２０１４"', "write 2014"),
        ("2014–03", 'date has characters that only look right: "2014–03"', "write 2014-03"),
        ("c. 2014", 'not a date: "c. 2014"', "did you mean 2014~?"),
        ("2014?~", 'not a date: "2014?~"', "did you mean 2014%?"),
        ("by 2014-09", 'not a date: "by 2014-09"', "did you mean [..2014-09]?"),
        ("before 2014-09", 'not a date: "before 2014-09"', "did you mean [..2014-08-31]?"),
        ("since 2014", 'not a date: "since 2014"', "did you mean [2014..]?"),
        ("after 2014", 'not a date: "after 2014"', "did you mean [2015-01-01..]?"),
        ("after 9999", 'not a date: "after 9999"', None),
        ("2014-W11", 'not a date: "2014-W11"', "did you mean [2014-03-10..2014-03-16]?"),
        ("2014-W11-2", 'not a date: "2014-W11-2"', "did you mean 2014-03-11?"),
        ("2014-W60", 'not a date: "2014-W60"', None),
        ("2014-070", 'not a date: "2014-070"', "did you mean 2014-03-11?"),
        ("2014-366", 'not a date: "2014-366"', None),
        (
            "2014-03/2014-05",
            'not a date: "2014-03/2014-05"',
            "for a day somewhere between two dates write [2014-03..2014-05]",
        ),
        ("2014/..", 'not a date: "2014/.."', "for a day somewhere between two dates write [2014..]"),
        ("2013-2014", 'not a date: "2013-2014"', "did you mean [2013..2014]?"),
        (
            "[2014-3..2014-05]",
            'not a date: "[2014-3..2014-05]"',
            "for a day somewhere between two dates write [2014-03..2014-05]",
        ),
        (
            "[2014-03 .. 2014-05]",
            'not a date: "[2014-03 .. 2014-05]"',
            "for a day somewhere between two dates write [2014-03..2014-05]",
        ),
        (
            "[2014~..2015]",
            'not a date: "[2014~..2015]"',
            "for a day somewhere between two dates write [2014..2015]",
        ),
        (
            "{2014,2015}",
            'not a date: "{2014,2015}"',
            "for a day somewhere between two dates write [2014..2015]",
        ),
        (
            "[2014-02-30..]",
            'range with an end that is no date: "[2014-02-30..]"',
            "February 2014 has 28 days",
        ),
        ("[2014-05..2014-03]", 'range runs backwards: "[2014-05..2014-03]"', "write the earlier end first"),
        ("[..]", 'range without ends: "[..]"', "write one end at least, as [..2014-09] or [2014-09..]"),
        (
            "[2014-03..2014-05]~",
            'range that is approximate or uncertain: "[2014-03..2014-05]~"',
            "write [2014-03..2014-05]",
        ),
        (
            2014,
            "date is not a text: 2014 (int)",
            "write a year, quarter, month or day: 2014, 2014-Q3, 2014-03, 2014-03-11, in quotes",
        ),
        (
            ["2014"],
            "date is not a text: a value of type list",
            "write a year, quarter, month or day: 2014, 2014-Q3, 2014-03, 2014-03-11, in quotes",
        ),
    ],
)
def test_what_is_no_date_is_refused_with_the_nearest_form(
    text: object, message: str, help: str | None
) -> None:
    """A text outside the forms is refused, and its help names the form that was probably meant."""
    general = "write a year, quarter, month or day: 2014, 2014-Q3, 2014-03, 2014-03-11"
    assert refusal(text) == ("C301", message, help or general)


@given(st.one_of(st.text(max_size=70), st.text(alphabet="0123456789-/.[]~?%QTXW ", max_size=30)))
def test_any_text_is_a_date_or_one_error(text: str) -> None:
    """No text ends in anything but a date that prints as it was written, or a C301 with help."""
    try:
        assert str(parse_date(text)) == text
    except InvalidValue as error:
        refused = error
    else:
        return
    assert refused.code == "C301"
    assert refused.problems[0].help


@pytest.mark.parametrize("text", ["9" * 10_000_000, "[" * 10_000_000, "2014-" * 2_000_000])
def test_a_giant_text_is_refused_at_once(text: str) -> None:
    """Ten million characters are not looked at, and the message quotes sixty of them."""
    _, message, _ = refusal(Beginning(text))
    assert message == f'not a date: "{text[:60]}…"'


def test_a_message_cannot_write_to_the_terminal() -> None:
    """Control characters of a file are shown as stand-ins, never sent on."""
    _, message, _ = refusal("\x1b[2J")
    assert "\x1b" not in message
    assert shown(None) == "None (NoneType)"


# Days


def test_a_day_becomes_a_partial_date() -> None:
    """A calendar day is the date of that day and no other."""
    assert PartialDate.of(day(2014, 3, 11)) == parse_date("2014-03-11")
    assert PartialDate.of(day(14, 3, 1)) == parse_date("0014-03-01")


@pytest.mark.parametrize("make", [PartialDate.of, as_day])
def test_a_moment_is_no_day(make: object) -> None:
    """A datetime is refused: without a place nobody knows which day it is."""
    with pytest.raises(InvalidValue) as caught:
        make(datetime.datetime(2014, 3, 11, 23, 0))  # type: ignore[operator]
    (problem,) = caught.value.problems
    assert problem.code == "C301"
    assert problem.message == "moment instead of a day: 2014-03-11 23:00:00"
    assert problem.help == "give a datetime.date: the same moment is another day in another time zone"


def test_a_day_must_be_a_day() -> None:
    """A number of days is not a day."""
    with pytest.raises(InvalidValue, match="not a day: 5"):
        PartialDate.of(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014", day(2014, 12, 31)),
        ("2014-Q3", day(2014, 9, 30)),
        ("2014-03", day(2014, 3, 31)),
        ("2014-03-11", day(2014, 3, 11)),
        ("2014~", day(2014, 12, 31)),
        ("[2014-03..2014-05]", day(2014, 5, 31)),
        ("[..2014-09]", day(2014, 9, 30)),
        ("9999", FOREVER),
    ],
)
def test_as_of_a_partial_date_is_as_of_its_end(text: str, expected: day) -> None:
    """As of 2014 is as of the last day of 2014."""
    assert as_day(text) == as_day(parse_date(text)) == as_day(expected) == expected


@given(dates.filter(lambda date: not date.text.endswith("..]") and date.latest < FOREVER))
def test_as_of_is_the_latest_day(date: PartialDate) -> None:
    """Whatever its form, a date that ends is asked for at its end."""
    assert as_day(date) == as_day(str(date)) == date.latest


def test_as_of_needs_an_end() -> None:
    """A range that is open at its end has no last day to ask for."""
    with pytest.raises(InvalidValue) as caught:
        as_day("[2014-09..]")
    (problem,) = caught.value.problems
    assert problem.code == "C308"
    assert problem.message == 'date without an end: "[2014-09..]"'
    assert problem.help == "write one day, such as 2014-09-30"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (day(2014, 1, 1), day(2015, 4, 1), "1 year 3 months"),
        (day(2014, 1, 1), day(2015, 4, 20), "1 year 3 months"),
        (day(2014, 1, 1), day(2016, 1, 20), "2 years"),
        (day(2014, 3, 11), day(2014, 3, 12), "1 day"),
        (day(2014, 3, 11), day(2014, 4, 2), "22 days"),
        (day(2014, 3, 11), day(2014, 5, 12), "2 months 1 day"),
        (day(2012, 2, 29), day(2013, 2, 28), "11 months 30 days"),
        (day(2014, 3, 11), day(2014, 3, 11), "0 days"),
    ],
)
def test_the_time_between_two_days_in_words(first: day, last: day, words: str) -> None:
    """How long something lasted is said in its two largest units, rounded down."""
    assert duration_words(first, last) == words


@pytest.mark.parametrize(
    ("date", "last", "words"),
    [
        ("2014-03", day(2015, 6, 15), "1 year 2 to 3 months"),
        ("2014-03", day(2015, 6, 30), "1 year 3 months"),
        ("2014-03", day(2014, 5, 15), "1 to 2 months"),
        ("2014-03", day(2014, 4, 10), "10 days to 1 month"),
        ("2014-03", day(2014, 3, 31), "up to 30 days"),
        ("2014", day(2016, 12, 31), "2 years to 2 years 11 months"),
        ("[2013-01-01..2014-01-01]", day(2016, 1, 1), "2 to 3 years"),
        ("[2014-12-01..2015-02-01]", day(2015, 12, 1), "10 months to 1 year"),
        ("[..2015-04]", day(2015, 6, 30), "2 months or longer"),
        ("[..2015-04]", day(2015, 4, 30), ""),
    ],
)
def test_the_time_since_a_partial_date_is_a_range(date: str, last: day, words: str) -> None:
    """What began somewhere in a window has stood for the shortest to the longest time that it allows."""
    window = parse_date(date)
    assert duration_words(window.earliest, last, window.latest) == words


@pytest.mark.parametrize("latest", [None, day(2015, 1, 1)])
def test_what_begins_later_has_not_lasted(latest: day | None) -> None:
    """A beginning that may lie after the last day is a mistake of the caller."""
    with pytest.raises(ValueError, match="2015-01-01 is after 2014-06-01"):
        duration_words(day(2015, 1, 1) if latest is None else day(2014, 1, 1), day(2014, 6, 1), latest)


def test_full_days_and_years_need_no_calendar() -> None:
    """A history of full days starts without the library that knows the lengths of months."""
    code = (
        "import sys; from chronicle.dates import parse_date, as_day; "
        "parse_date('2014-03-11').words(); as_day('2014'); print('pendulum' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_the_same_text_is_read_once() -> None:
    """Ten million events share the days of a few years: the same text gives the very same date."""
    assert parse_date("2014-03") is parse_date("2014-03")
