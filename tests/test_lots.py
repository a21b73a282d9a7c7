"""Records of a register about one stake: lots that add up, one told twice, one that takes another's place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import given as drawn
from hypothesis import strategies as st

from chronicle.engine import views
from chronicle.events import Event
from chronicle.history import History
from chronicle.values import Share, parse_share
from given import absorbed, acquired, disposed, happened, issued, observed

PAIR = ("bob", "acme")


def record(lot: str, date: str, holds: str, publisher: str | None = "Register", **fields: Any) -> Event:
    """A record of a register says what is held, each under an address of its own."""
    name = re.sub("[^a-z0-9]+", "-", f"{publisher}-{lot}-{date}-{holds}-{fields.get('right')}".casefold())
    sources = [] if publisher is None else [{"publisher": publisher, "url": f"https://example.org/{name}"}]
    return observed(date, *PAIR, holds, id=name.strip("-"), lot=lot, sources=sources, **fields)


def share_on(day: str, *events: Event, right: str = "equity") -> tuple[str, bool] | None:
    """What is held on a day, and whether that is certain."""
    found = History(events).as_of(day).holdings(*PAIR, right)
    return (str(found[-1].share), found[-1].certain) if found else None


def course(*events: Event, days: tuple[str, ...]) -> list[str | None]:
    """The shares on some days, whatever the order of the events, all of them certain."""
    told = []
    for order in permutations(events):
        answers = [share_on(day, *order) for day in days]
        assert all(answer is None or answer[1] for answer in answers)
        told.append([None if answer is None else answer[0] for answer in answers])
    assert all(each == told[0] for each in told)
    return told[0]


def doubts(*events: Event) -> list[str]:
    """The codes of what check finds."""
    return [problem.code for problem in History(events).check()]


# Lots add up


@pytest.mark.parametrize("publisher", ["Register", None])
def test_two_records_of_one_publisher_add_up(publisher: str | None) -> None:
    """As two interests of one record do; and both are behind the sum."""
    one, two = record("r1", "2019-05-01", "30%", publisher), record("r2", "2020-05-01", "20%", publisher)
    assert course(one, two, days=("2018", "2019-06-01", "2021")) == [None, "30%", "50%"]
    (holding,) = History([two, one]).as_of("2021").holdings()
    assert (holding.events, holding.basis, str(holding.since)) == ((one.id, two.id), "derived", "2020-05-01")
    assert History([one, two]).conflicts() == ()


def test_two_records_that_begin_together_add_up_without_a_moment_in_between() -> None:
    """30 and 20 % from one day."""
    one, two = record("r1", "2019-05-01", "30%"), record("r2", "2019-05-01", "20%")
    assert course(one, two, days=("2019-04-30", "2019-05-01")) == [None, "50%"]
    assert History([one, two]).conflicts() == ()


def test_an_update_of_one_lot_leaves_the_others() -> None:
    """20 % become 25, and then the other 30 become 10."""
    events = [
        record("r1", "2016-01-01", "30%"),
        record("r2", "2017-01-01", "20%"),
        record("r2", "2018-01-01", "25%"),
        record("r1", "2019-01-01", "10%"),
    ]
    days = ("2016-06-01", "2017-06-01", "2018-06-01", "2019-06-01")
    assert course(*events, days=days) == ["30%", "50%", "55%", "35%"]


def test_an_end_of_one_lot_leaves_the_others() -> None:
    """And the end of the last one ends the holding."""
    events = [
        record("r1", "2016-01-01", "30%"),
        record("r2", "2017-01-01", "20%"),
        record("r2", "2019-01-01", "0%"),
    ]
    assert course(*events, days=("2018", "2019-06-01")) == ["50%", "30%"]
    together = [
        record("r1", "2016-01-01", "30%"),
        record("r2", "2016-01-01", "20%"),
        record("r1", "2018-01-01", "0%"),
        record("r2", "2019-01-01", "0%"),
    ]
    assert course(*together, days=("2017", "2018-06-01", "2019-06-01")) == ["50%", "20%", None]


def test_an_end_that_names_its_beginning_ends_that_lot() -> None:
    """Though it does not name the lot."""
    one, two = record("r1", "2016-01-01", "30%"), record("r2", "2016-01-01", "20%")
    end = observed("2018-01-01", *PAIR, "0%", id="end", ends=one.id)
    assert course(one, two, end, days=("2017", "2019")) == ["50%", "20%"]


def test_an_end_of_a_lot_that_does_not_stand_changes_nothing() -> None:
    """Neither before it begins nor after it has ended."""
    one = record("r1", "2016-01-01", "30%")
    assert share_on("2019", one, record("r2", "2018-01-01", "0%")) == ("30%", True)


@pytest.mark.parametrize("seen", ["20%", "15-25%", "?", "~20%"])
def test_a_lot_that_is_seen_again_is_confirmed(seen: str) -> None:
    """The sum stands as long as it did, and all events are behind it."""
    events = [
        record("r1", "2016-01-01", "30%"),
        record("r2", "2017-01-01", "20%"),
        record("r2", "2018-01-01", seen),
    ]
    (holding,) = History(events).as_of("2019").holdings()
    assert (str(holding.share), str(holding.since)) == ("50%", "2017-01-01")
    assert holding.events == tuple(event.id for event in events)


@pytest.mark.parametrize("right", ["equity", "votes", "board", "profit"])
def test_lots_are_of_one_right(right: str) -> None:
    """Votes add up with votes."""
    events = [
        record("r1", "2016-01-01", "30%", right=right),
        record("r2", "2017-01-01", "20%", right=right),
        record("r3", "2017-01-01", "5%", right="votes" if right == "equity" else "equity"),
    ]
    assert share_on("2018", *events, right=right) == ("50%", True)


def test_counts_and_ranges_add_up() -> None:
    """A count where every lot has one; the ends of ranges."""
    counted = [
        record("r1", "2016-01-01", "30%", shares="300"),
        record("r2", "2017-01-01", "20%", shares="200"),
        record("r3", "2018-01-01", "5%"),
    ]
    assert [holding.shares for holding in History(counted).as_of("2017").holdings()] == [500]
    assert [holding.shares for holding in History(counted).as_of("2018").holdings()] == [None]
    ranges = [record("r1", "2016-01-01", "10-20%"), record("r2", "2017-01-01", ">5-10%")]
    assert share_on("2018", *ranges) == (">15-30%", True)
    unknown = [record("r1", "2016-01-01", "10-20%"), record("r2", "2017-01-01", "?")]
    assert share_on("2018", *unknown) == ("?", True)


@pytest.mark.parametrize(
    ("date", "day", "certain"),
    [("2017", "2017-06-01", False), ("2017-03", "2017-03-15", False), ("2017-03", "2017-04-01", True)],
)
def test_the_sum_is_as_sure_as_its_lots(date: str, day: str, certain: bool) -> None:
    """On a day inside of the window both may be so."""
    events = [record("r1", "2016-01-01", "30%"), record("r2", date, "20%")]
    assert share_on(day, *events) == ("50%", certain)


_LOTS = st.lists(
    st.tuples(
        st.sampled_from(["r1", "r2", "r3"]),
        st.integers(2001, 2009),
        st.sampled_from(["5%", "10%", "20%", "1/3"]),
    ),
    max_size=6,
    unique_by=lambda told: told[:2],
)


@drawn(_LOTS, st.randoms(use_true_random=False))
def test_what_is_held_is_what_was_last_said_of_each_lot(
    told: list[tuple[str, int, str]], random: Any
) -> None:
    """On every day, whatever the order of the events; here no two lots begin alike."""
    firsts = [
        (year, holds) for lot, year, holds in told if year == min(y for name, y, _ in told if name == lot)
    ]
    assume(len(set(firsts)) == len(firsts))
    events = [record(lot, f"{year}-01-01", holds) for lot, year, holds in told]
    random.shuffle(events)
    for day in range(2000, 2011):
        last = {lot: holds for lot, year, holds in sorted(told, key=lambda each: each[1]) if year <= day}
        found = History(events).as_of(f"{day}-06-01").holdings()
        total = sum(Fraction(parse_share(holds).value or 0) for holds in last.values())
        assert [holding.share.value for holding in found] == ([total] if last else [])
        assert all(holding.certain for holding in found)


# Not lots


@pytest.mark.parametrize("second", ["2019-05-01", "2019-05", "2019", "[2019-01..2019-06]"])
def test_records_that_begin_alike_are_one_lot_told_twice(second: str) -> None:
    """An equal share from the same time counts once."""
    one, two = record("r1", "2019-05-01", "30%"), record("r2", second, "30%")
    for events in ([one, two], [two, one]):
        assert share_on("2020", *events) == ("30%", True)
        assert "C419" not in doubts(*events)


def test_a_lot_told_twice_ends_with_the_later_of_its_records() -> None:
    """And not while one of them has no end."""
    one, two = record("r1", "2016-01-01", "30%"), record("r2", "2016-01-01", "30%")
    first, second = record("r1", "2018-01-01", "0%"), record("r2", "2019-01-01", "0%")
    assert course(one, two, first, days=("2017", "2018-06-01", "2020")) == ["30%", "30%", "30%"]
    assert course(one, two, first, second, days=("2017", "2018-06-01", "2020")) == ["30%", "30%", None]


def test_equal_shares_from_another_time_or_of_another_count_add_up() -> None:
    """They are not told twice."""
    assert share_on("2020", record("r1", "2018-05-01", "30%"), record("r2", "2019-05-01", "30%")) == (
        "60%",
        True,
    )
    counted = [
        record("r1", "2019-05-01", "30%", shares="300"),
        record("r2", "2019-05-01", "30%", shares="310"),
    ]
    assert share_on("2020", *counted) == ("60%", True)


def test_a_record_that_begins_while_one_with_an_end_runs_takes_its_place() -> None:
    """From its own begin; the later end of the other has no effect, and is no finding."""
    events = [
        record("r1", "2016-05-01", "30%"),
        record("r1", "2018-06-01", "0%"),
        record("r2", "2018-01-01", "60%"),
    ]
    days = ("2017", "2018-03-01", "2018-07-01", "2022")
    assert course(*events, days=days) == ["30%", "60%", "60%", "60%"]
    assert doubts(*events) == []
    assert History(events).conflicts() == ()
    (holding,) = History(events).as_of("2022").holdings()
    assert holding.events == (events[2].id,)


def test_an_end_by_name_comes_after_what_it_ends() -> None:
    """Once a record that changed on no stated day is closed, nothing of it is left, not even possibly."""
    first = record("r1", "[..2016-06-10]", "30%")
    changed = record("r1", "[2016-09-11..2018-06-10]", "10%")
    closed = record("r1", "2018-06-10", "0%", ends=changed.id)
    for events in ([first, changed, closed], [closed, changed, first]):
        assert course(*events, days=("2018-06-10", "2019")) == [None, None]
        assert doubts(*events) == []
        inside = History(events).as_of("2018-06-09").holdings()
        assert {(str(holding.share), holding.certain) for holding in inside} == {
            ("30%", False),
            ("10%", False),
        }


@pytest.mark.parametrize("day", ["2018-01-01", "2018-01", "2018"])
def test_a_record_that_begins_when_another_ends_follows_it(day: str) -> None:
    """The newest first, or the oldest: never both, never nothing."""
    events = [record("r2", day, "60%"), record("r1", "2016-05-01", "30%"), record("r1", day, "0%")]
    assert course(*events, days=("2017", "2019")) == ["30%", "60%"]
    assert doubts(*events) == []
    inside = History(events).as_of("2018-01-15").holdings()
    assert {str(holding.share) for holding in inside} <= {"30%", "60%"}


def told_on(history: History, *days: str) -> dict[str, list[tuple[str | None, bool]]]:
    """What may be held on some days, nothing included, and whether that is certain."""
    found = {}
    for day in days:
        state = history.as_of(day)
        held = [(str(each.share), each.certain) for each in state.holdings(*PAIR)]
        nothing = [(None, not held)] if None in state.candidates(*PAIR) else []
        found[day] = sorted((*held, *nothing), key=repr)
    return found


_OPEN_20, _OPEN_25, _NOTHING = ("20%", False), ("25%", False), (None, False)


@pytest.mark.parametrize(
    ("end", "begin", "days"),
    [
        # Each day with all that may be held by any days that the dates allow.
        (
            "2014",
            "2014-05",
            {
                "2014-02-01": [_OPEN_20, _NOTHING],
                "2014-05-15": [_OPEN_20, _OPEN_25, _NOTHING],
                "2014-05-31": [("25%", True)],
                "2015": [("25%", True)],
            },
        ),
        (
            "2014-05",
            "2014",
            {
                "2014-02-01": [_OPEN_20, _OPEN_25],
                "2014-05-30": [_OPEN_20, _OPEN_25, _NOTHING],
                "2014-06-15": [_OPEN_25, _NOTHING],
                "2014-12-31": [("25%", True)],
            },
        ),
        (
            "2014-05",
            "2014-05-11",
            {
                "2014-05-10": [_OPEN_20, _NOTHING],
                "2014-05-11": [("25%", True)],
                "2014-06": [("25%", True)],
            },
        ),
        ("2014", "2014", {"2014-06": [_OPEN_20, _OPEN_25], "2014-12-31": [("25%", True)]}),
    ],
)
def test_a_record_that_may_begin_before_another_ends(
    end: str, begin: str, days: dict[str, list[tuple[str | None, bool]]]
) -> None:
    """Of the first it is the end that comes first, and that end leaves the second alone."""
    events = [record("r1", "2012", "20%"), record("r1", end, "0%"), record("r2", begin, "25%")]
    for order in permutations(events):
        history = History(order)
        told = told_on(history, *days)
        for day, said in days.items():
            assert set(told[day]) >= set(said), day
            assert [each for each in told[day] if each[0] and each not in said] == [], day
        assert history.check() == ()


@pytest.mark.parametrize(
    ("end", "begin", "found"),
    [
        ("2014", "2014", []),
        ("2014-03", "2014-03", []),
        # The second may have begun and ended in January, while the first ran.
        ("2014-01", "2014", ["C419"]),
    ],
)
def test_a_record_that_takes_the_place_of_another_and_ends_in_the_same_window(
    end: str, begin: str, found: list[str]
) -> None:
    """It ends after its own beginning, though something stands that an end may end before it."""
    one, two = record("r1", "2012", "20%"), record("r2", begin, "25%")
    ended = [
        observed(
            date, *PAIR, "0%", id=f"end-of-{lot}", lot=lot, ends=begun.id, sources=[{"publisher": "Register"}]
        )
        for lot, date, begun in (("r1", end, one), ("r2", "2014", two))
    ]
    for order in permutations([one, two, *ended]):
        history = History(order)
        assert [str(history.as_of(day).share(*PAIR)) for day in ("2013", "2014-12-31", "2020")] == [
            "20%",
            "None",
            "None",
        ]
        assert [problem.code for problem in history.check()] == found


@pytest.mark.parametrize(
    ("second", "day", "said"),
    [
        # It may end after the first, whose place it then takes, or before it, and then it is beside it.
        (("2013", "2014"), "2013-12-31", ["25%", "45%"]),
        # It may begin before the first, which then takes its place.
        (("2012", "2013"), "2012-12-31", ["20%", "45%"]),
        # It certainly ends before the first one, or certainly after it.
        (("2013", "2014-02"), "2013-12-31", ["45%"]),
        (("2013", "2015"), "2013-12-31", ["25%"]),
    ],
)
def test_where_dates_leave_open_whether_a_record_takes_a_place_both_are_possible(
    second: tuple[str, str], day: str, said: list[str]
) -> None:
    """The first stands from June 2012 to March 2014: neither answer is called certain."""
    events = [
        record("r1", "2012-06", "20%"),
        record("r1", "2014-03", "0%"),
        record("r2", second[0], "25%"),
        record("r2", second[1], "0%"),
    ]
    for order in permutations(events):
        told = told_on(History(order), day)[day]
        assert [(share, certain) for share, certain in told if share] == [
            (share, len(said) == 1) for share in said
        ]
    assert share_on("2016", *events) is None


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        # The second takes the place of the first if it began later, and else is beside it.
        (("2014-03-31", None), ["14%", "9%"]),
        (("2015", "2014-03-31"), ["14%", "5%"]),
        (("2014-03-31", "2014-03-31"), ["5%", "14%", "9%"]),
        ((None, None), ["14%"]),
    ],
)
def test_two_records_that_stood_by_one_day_began_on_days_of_their_own(
    ends: tuple[str | None, str | None], said: list[str]
) -> None:
    """The register was read on that day, and says nothing of when they began."""
    events = [record("r1", "[..2013]", "5%"), record("r2", "[..2013]", "9%")]
    events += [record(f"r{number}", end, "0%") for number, end in enumerate(ends, 1) if end]
    for order in permutations(events):
        told = History(order).as_of("2014-02-01").holdings(*PAIR)
        assert sorted(str(each.share) for each in told) == sorted(said)
        assert all(each.certain for each in told) == (len(said) == 1)


def test_two_records_of_shares_that_nobody_knows_are_two() -> None:
    """What one of them says later says nothing of the other."""
    known = record("r1", "2016-01-01", "3%")
    events = [record("r1", "2014-01-01", "?"), record("r2", "2014", "?"), known]
    for order in permutations(events):
        assert share_on("2017", *order) == ("?", True)
    assert share_on("2017", *events, record("r2", "2016-06-01", "0%")) == ("3%", True)


_DAYS = [f"2012-{month:02}-01" for month in (1, 3, 5, 7, 9, 11)]
_Window = tuple[int, int]


def _windows(least: int) -> st.SearchStrategy[_Window]:
    """The first and the last of the days, by number, on which something may have been."""
    last = len(_DAYS) - 1
    return st.tuples(st.integers(least, last), st.integers(0, 2)).map(
        lambda drawn: (drawn[0], min(last, drawn[0] + drawn[1]))
    )


@st.composite
def _open_records(draw: Any) -> list[tuple[_Window, _Window | None]]:
    """When some records of one stake begin, and end if they do."""
    told = []
    for _ in range(draw(st.integers(2, 3))):
        begin = draw(_windows(0).filter(lambda window: window[0] < len(_DAYS) - 1))
        told.append((begin, draw(st.none() | _windows(begin[0] + 1))))
    return told


def _recorded(told: Any) -> list[Event]:
    """The records as events, each of a share of its own."""

    def date(window: _Window) -> str:
        first, last = (_DAYS[number] for number in window)
        return first if first == last else f"[{first}..{last}]"

    events = []
    for number, (begin, end) in enumerate(told):
        events.append(record(f"r{number}", date(begin), f"{10 + 3**number}%"))
        if end is not None:
            events.append(record(f"r{number}", date(end), "0%"))
    return events


def _exact(told: list[tuple[_Window, _Window | None]]) -> Iterator[tuple[Any, ...]]:
    """The records with every choice of days, where one window is one day, and what ends began before."""
    windows = sorted({window for each in told for window in each if window is not None})
    for days in product(*(range(first, last + 1) for first, last in windows)):
        chosen = {window: (day, day) for window, day in zip(windows, days, strict=True)}
        exact = tuple((chosen[begin], None if end is None else chosen[end]) for begin, end in told)
        if all(end is None or begin < end for begin, end in exact):
            yield exact


@drawn(_open_records())
def test_what_is_certain_of_records_is_so_on_all_days_that_their_dates_allow(
    told: list[tuple[_Window, _Window | None]],
) -> None:
    """Each choice of days is a history of its own, in which everything is certain."""
    choices = [History(_recorded(exact)) for exact in _exact(told)]
    assume(choices)
    history = History(_recorded(told))
    for day in (f"2012-{month:02}-15" for month in (1, 3, 5, 7, 9, 11)):
        shares = [(each.share, each.certain) for each in history.as_of(day).holdings(*PAIR)]
        if shares and all(certain for _, certain in shares):
            truth = {choice.as_of(day).share(*PAIR) for choice in choices}
            assert truth == {share for share, _ in shares}


def test_a_record_that_takes_a_place_with_a_range_does_not_confirm_what_ended() -> None:
    """The stake of 30 % is over, whatever lies in the range."""
    events = [record("r1", "2015-01-01", "30%"), record("r1", "2016-01-01", "0%")]
    wider = record("r2", "2016-01-01", "25-50%")
    assert course(*events, wider, days=("2015", "2016", "2020")) == ["30%", "25-50%", "25-50%"]
    assert course(events[0], record("r1", "2016-01-01", "25-50%"), days=("2015", "2016")) == ["30%", "30%"]


def test_records_follow_each_other_in_a_row() -> None:
    """Each replaces the one before while that still runs."""
    events = [
        record("r1", "2015-01-01", "10%"),
        record("r1", "2016-06-01", "0%"),
        record("r2", "2016-01-01", "20%"),
        record("r2", "2017-06-01", "0%"),
        record("r3", "2017-01-01", "30%"),
    ]
    assert course(*events, days=("2015", "2016-03-01", "2016-12-31", "2017-03-01", "2020")) == [
        "10%",
        "20%",
        "20%",
        "30%",
        "30%",
    ]


def test_only_one_is_replaced_and_a_lot_without_an_end_stays() -> None:
    """10 % have no end: they are a lot beside the 30 %, and beside the 60 % after these."""
    events = [
        record("r0", "2015-01-01", "10%"),
        record("r1", "2016-01-01", "30%"),
        record("r1", "2018-06-01", "0%"),
        record("r2", "2018-01-01", "60%"),
    ]
    assert course(*events, days=("2015", "2016", "2018-03-01", "2020")) == ["10%", "40%", "70%", "70%"]


def test_what_is_not_known_to_end_is_not_replaced() -> None:
    """By what was known before the end was, the records added up."""
    begun = [record("r1", "2016-05-01", "30%"), record("r2", "2018-01-01", "60%")]
    end = record("r1", "2018-06-01", "0%", known="2020")
    history = History([*begun, end])
    shares = [str(history.as_of("2018-03-01", known).share(*PAIR)) for known in ("2019", "2020")]
    assert shares == ["90%", "60%"]


@pytest.mark.parametrize(("second", "share"), [("2019-05-01", "50%"), ("2020-05-01", "50%"), ("2018", "30%")])
def test_records_of_different_publishers_are_claims(second: str, share: str) -> None:
    """They are two accounts of the whole: of one time, the policy decides; the later one counts."""
    one, two = record("r1", "2019-05-01", "30%"), record("x1", second, "50%", "Another")
    for events in ([one, two], [two, one]):
        answer = share_on("2022", *events)
        assert answer in (("30%", True), ("50%", True))
        if second != "2019-05-01":
            assert answer == (share, True)
    assert [len(conflict.others) for conflict in History([one, two]).conflicts()] == (
        [1] if second == "2019-05-01" else []
    )


def test_the_end_of_a_record_that_another_publisher_replaced_is_no_finding() -> None:
    """It ended what had begun, though 20 % of another account stood by then; ended once more, it is one."""
    events = [
        record("r1", "2016-01-01", "30%"),
        record("x1", "2018-01-01", "20%", "Another"),
        record("r1", "2019-01-01", "0%"),
    ]
    assert share_on("2020", *events) == ("20%", True)
    assert "C416" not in doubts(*events)
    assert doubts(*events, record("r1", "2020-01-01", "0%")).count("C416") == 1


def test_another_publisher_may_confirm_what_lots_add_up_to() -> None:
    """And the end of its record is no end of the others."""
    lots = [record("r1", "2018-05-01", "30%"), record("r2", "2019-05-01", "20%")]
    other = record("x1", "2020-05-01", "50%", "Another")
    assert share_on("2021", *lots, other) == ("50%", True)
    assert share_on("2022", *lots, other, record("x1", "2021-05-01", "0%", "Another")) == ("50%", True)
    assert share_on("2022", *lots, other, record("r1", "2021-05-01", "25%")) == ("45%", True)


# The whole, and its lots


def test_an_observation_without_a_lot_states_the_whole() -> None:
    """It confirms the sum, or replaces all lots."""
    lots = [record("r1", "2016-01-01", "30%"), record("r2", "2017-01-01", "20%")]
    (holding,) = History([*lots, observed("2018", *PAIR, "50%", id="seen")]).as_of("2019").holdings()
    assert (str(holding.since), holding.events[-1]) == ("2017-01-01", "seen")
    other = observed("2018", *PAIR, "40%")
    assert share_on("2019", *lots, other) == ("40%", True)
    assert share_on("2020", *lots, other, record("r1", "2019-06-01", "35%")) == ("35%", True)


def test_a_record_confirms_what_an_author_knows() -> None:
    """And its end ends it."""
    bought = acquired("2016-01-01", *PAIR, "59.32%", id="bought")
    seen, end = record("r1", "2017-01-01", "50-75%"), record("r1", "2019-01-01", "0%")
    (holding,) = History([bought, seen]).as_of("2018").holdings()
    assert (str(holding.share), str(holding.since)) == ("59.32%", "2016-01-01")
    assert share_on("2020", bought, seen, end) is None
    assert share_on("2020", bought, end) is None


def test_two_records_may_come_to_what_an_author_knows() -> None:
    """50 % bought, and 30 and 20 % seen: no doubt but that they were added up."""
    bought = acquired("2016-01-01", *PAIR, "50%")
    seen = [record("r1", "2017-01-01", "30%"), record("r2", "2017-01-01", "20%")]
    assert share_on("2018", bought, *seen) == ("50%", True)
    assert doubts(bought, *seen) == ["C419"]
    assert History([bought, *seen]).conflicts() == ()
    assert doubts(bought, record("r1", "2017-01-01", "30%")) == ["C407"]


def test_the_only_lot_goes_with_the_whole() -> None:
    """What is bought and sold is bought of it and sold of it."""
    seen, more = record("r1", "2016-01-01", "30%"), acquired("2017-01-01", *PAIR, "10%")
    confirmed = record("r1", "2018-01-01", "40%")
    (holding,) = History([seen, more, confirmed]).as_of("2019").holdings()
    assert (str(holding.share), str(holding.since)) == ("40%", "2017-01-01")
    assert share_on("2020", seen, more, record("r1", "2019-01-01", "0%")) is None
    assert share_on("2020", seen, disposed("2018-01-01", *PAIR, "30%")) is None


def test_of_several_lots_the_next_record_says_which_one_changed() -> None:
    """30 and 20 %, and 10 % bought: 60 %, and so it is when the register has it."""
    events = [
        record("r1", "2016-01-01", "30%"),
        record("r2", "2016-01-01", "20%"),
        acquired("2017-01-01", *PAIR, "10%"),
    ]
    assert share_on("2018", *events) == ("60%", True)
    assert share_on("2019", *events, record("r1", "2018-06-01", "40%")) == ("60%", True)
    sold = disposed("2018-06-01", *PAIR, "30%", buyer="carl")
    assert share_on("2019", *events, sold) == ("30%", True)


def test_lots_are_diluted_each() -> None:
    """1,000 shares become 2,000: 30 and 20 % are 15 and 10, and the end of one leaves the other."""
    events = [
        issued("2015-01-01", "acme", "1000", total="1000"),
        record("r1", "2016-01-01", "30%"),
        record("r2", "2016-01-01", "20%"),
        issued("2017-01-01", "acme", "1000", total="2000"),
    ]
    assert share_on("2018", *events) == ("25%", True)
    assert share_on("2020", *events, record("r2", "2019-01-01", "0%")) == ("15%", True)


def test_a_split_changes_the_counts_of_lots() -> None:
    """300 and 200 shares become 600 and 400."""
    events = [
        record("r1", "2016-01-01", "30%", shares="300"),
        record("r2", "2016-01-01", "20%", shares="200"),
        happened("shares.restructured", "2017-01-01", issuer="acme", ratio="2:1"),
        record("r2", "2019-01-01", "0%"),
    ]
    assert [holding.shares for holding in History(events).as_of("2018").holdings()] == [1000]
    assert [holding.shares for holding in History(events).as_of("2020").holdings()] == [600]


def test_a_stale_lot_is_brought_up_to_date_alone() -> None:
    """The sum stays stale until the last of them is."""
    events = [
        record("r1", "2016-01-01", "30%"),
        record("r2", "2016-01-01", "20%"),
        issued("2017-01-01", "acme", "1000"),
        record("r1", "2018-01-01", "30%"),
        record("r2", "2019-01-01", "18%"),
    ]
    found = [History(events).as_of(day).holdings()[0] for day in ("2017-06-01", "2018-06-01", "2019-06-01")]
    assert [(str(each.share), each.stale) for each in found] == [("50%", True), ("50%", True), ("48%", False)]


def test_a_merger_moves_the_whole_and_not_the_records() -> None:
    """Records of the absorbed are of another pair, and say nothing of the successor."""
    events = [
        record("r1", "2016-01-01", "30%"),
        record("r2", "2016-01-01", "20%"),
        absorbed("2017-01-01", "dora", "bob"),
    ]
    history = History([*events, record("r2", "2018-01-01", "0%")])
    assert str(history.as_of("2019").share("dora", "acme")) == "50%"
    assert share_on("2019", *events) is None


# What is shown


def test_added_lots_are_a_finding() -> None:
    """It names them, once for a holding."""
    events = [
        record("r1", "2016-01-01", "30%"),
        record("r2", "2017-01-01", "20%"),
        record("r1", "2018-01-01", "31%"),
    ]
    (problem,) = History(events).check()
    assert problem.code == "C419"
    assert problem.message == (
        "2 lots are added up: bob holds 50% of acme since 2017-01-01: r1 30% and r2 20%"
    )
    assert problem.events == (events[1].id, events[0].id)


def test_a_stake_of_lots_is_like_any_other() -> None:
    """Equal to one of the same size, with the same fields, and so in every answer and export."""
    stake = views.Stake(Share.exact(1), None, "derived")
    lots = views.seen(stake, (views.Lot("r1", "Register", Share.exact(1)),))
    assert (lots, hash(lots), tuple(lots), lots._fields) == (stake, hash(stake), tuple(stake), stake._fields)
    assert lots.lots != stake.lots
    assert repr(lots) == repr(stake)


def test_without_lots_nothing_is_remembered() -> None:
    """A stake that nobody told in records is the plain one."""
    history = History([acquired("2016", *PAIR, "30%"), observed("2017", *PAIR, "35%")])
    assert [span.value.lots for span in history.spans(*PAIR)] == [(), ()]
    assert type(history.spans(*PAIR)[0].value) is views.Stake
