"""Mergers whose dates overlap: what stands for a time in one order only is possible, and never denied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product
from typing import Any

import pytest
from attrs import evolve

from chronicle.dates import parse_date
from chronicle.errors import Place
from chronicle.events import Event
from chronicle.history import History
from given import absorbed, acquired, day, disposed, happened, issued, launched, observed

Told = dict[tuple[str, str], set[tuple[str, bool]]]

DAYS = tuple(f"2020-03-{number:02}" for number in range(1, 8))
IN_THREE_DAYS = "[2020-03-01..2020-03-03]"


def apart(*events: Event) -> History:
    """The history of events that stand in a file each, whose order nobody chose."""
    return History(
        events, places={event.id: Place(f"{place}.jsonl", 1, 1) for place, event in enumerate(events)}
    )


def told(history: History, date: str) -> Told:
    """What each holder may hold of each company on a day, and whether it is certain."""
    found: Told = {}
    for held in history.as_of(date).holdings():
        found.setdefault((held.holder, held.target), set()).add((str(held.share), held.certain))
    return found


def consolidated(date: str, successor: str, *predecessors: str) -> Event:
    """Companies become a new one."""
    return happened("merger.consolidated", date, predecessors=list(predecessors), successor=successor)


def split_off(date: str, parent: str, successor: str, thing: str) -> Event:
    """A company passes what it holds of another to a new one."""
    return happened(
        "demerger.split", date, parent=parent, successors=[successor], allocation={thing: successor}
    )


# Each history with the value that one order alone leaves, and a day on which that may be so.
PASSING: dict[str, tuple[tuple[Event, ...], str, tuple[str, str, str]]] = {
    "a holder and what it holds, absorbed by one": (
        (
            observed("2020-01-01", "mill", "quay", "40%"),
            absorbed(IN_THREE_DAYS, "north", "quay"),
            absorbed(IN_THREE_DAYS, "north", "mill"),
        ),
        "2020-03-02",
        ("north", "quay", "40%"),
    ),
    "seen before the merger that brings more": (
        (
            observed("2020-01-01", "quay", "mill", "30%"),
            absorbed(IN_THREE_DAYS, "north", "quay"),
            observed(IN_THREE_DAYS, "north", "mill", "50%"),
        ),
        "2020-03-02",
        ("north", "mill", "80%"),
    ),
    "more of what is held already, before that is absorbed": (
        (
            acquired("2019", "north", "quay", "10%"),
            acquired("2019", "mill", "quay", "40%"),
            absorbed(IN_THREE_DAYS, "south", "quay"),
            absorbed(IN_THREE_DAYS, "north", "mill"),
        ),
        "2020-03-02",
        ("north", "quay", "50%"),
    ),
    "more of what is held already, before that is consolidated": (
        (
            acquired("2019", "north", "quay", "10%"),
            acquired("2019", "mill", "quay", "40%"),
            consolidated(IN_THREE_DAYS, "union", "quay", "south"),
            absorbed(IN_THREE_DAYS, "north", "mill"),
        ),
        "2020-03-02",
        ("north", "quay", "50%"),
    ),
    "more of what is held already by a demerger, before that is absorbed": (
        (
            acquired("2019", "north", "quay", "10%"),
            acquired("2019", "mill", "quay", "40%"),
            absorbed(IN_THREE_DAYS, "south", "quay"),
            split_off(IN_THREE_DAYS, "mill", "north", "quay"),
        ),
        "2020-03-02",
        ("north", "quay", "50%"),
    ),
    "taken over with its holder, before it is absorbed itself": (
        (
            acquired("2019", "mill", "quay", "40%"),
            absorbed("2020-02-01", "south", "mill"),
            absorbed("[2020-03-02..2020-03-05]", "north", "south"),
            absorbed("[2020-03-01..2020-03-06]", "union", "quay"),
        ),
        "2020-03-04",
        ("north", "quay", "40%"),
    ),
    "consolidated with its holder, before it is absorbed itself": (
        (
            acquired("2019", "mill", "quay", "40%"),
            absorbed("2020-02-01", "south", "mill"),
            consolidated("[2020-03-02..2020-03-05]", "north", "south", "port"),
            absorbed("[2020-03-01..2020-03-06]", "union", "quay"),
        ),
        "2020-03-04",
        ("north", "quay", "40%"),
    ),
    "split off from a holder to which it came, before it is absorbed itself": (
        (
            acquired("2019", "mill", "quay", "40%"),
            absorbed("2020-02-01", "south", "mill"),
            split_off("[2020-03-02..2020-03-05]", "south", "north", "quay"),
            absorbed("[2020-03-01..2020-03-06]", "union", "quay"),
        ),
        "2020-03-04",
        ("north", "quay", "40%"),
    ),
    "brought by a company that took in another, before a purchase": (
        (
            acquired("2019", "port", "quay", "20%"),
            absorbed("[2020-03-01..2020-03-02]", "mill", "south"),
            absorbed("[2020-03-01..2020-03-04]", "south", "port"),
            acquired("[2020-03-02..2020-03-06]", "north", "quay", "10%"),
            absorbed("[2020-03-05..2020-03-07]", "north", "mill"),
        ),
        "2020-03-05",
        ("north", "quay", "20%"),
    ),
    "measured by new shares, before it is sold": (
        (
            issued("2019-01-01", "quay", "1000", total="1000"),
            acquired("2019-02-01", "north", "quay", "60%"),
            issued(IN_THREE_DAYS, "quay", "1000", total="2000"),
            disposed(IN_THREE_DAYS, "north", "quay", holds="0%"),
        ),
        "2020-03-02",
        ("north", "quay", "30%"),
    ),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_stands_in_one_order_only_is_possible(name: str) -> None:
    """Between two events that overlap a value may stand which neither leaves in the end."""
    events, date, (holder, target, share) = PASSING[name]
    history = apart(*events)
    assert (share, False) in told(history, date)[holder, target]
    assert share in {str(each) for each in history.as_of(date).candidates(holder, target)}


# Of these not every assignment of days makes sense: nobody takes over, or splits off, what is gone.
IN_ORDER = (
    "split off from a holder to which it came, before it is absorbed itself",
    "brought by a company that took in another, before a purchase",
)


@pytest.mark.parametrize("name", [name for name in PASSING if name not in IN_ORDER])
def test_whatever_the_days_were_the_value_was_possible(name: str) -> None:
    """Each assignment of days gives values that the vague dates allow, and what is certain of these."""
    events, *_ = PASSING[name]
    vague = {date: told(apart(*events), date) for date in DAYS}
    for sharp in _with_exact_days(events):
        for date in DAYS:
            found = told(sharp, date)
            for pair in {*found, *vague[date]}:
                real, allowed = found.get(pair, set()), vague[date].get(pair, set())
                assert {share for share, _ in real} <= {share for share, _ in allowed}
                assert all((share, True) in real for share, certain in allowed if certain)


def _with_exact_days(events: Sequence[Event]) -> Iterator[History]:
    """The history by each day on which each event can have happened."""
    windows = [
        [date for date in DAYS if event.date.earliest <= day(date) <= event.date.latest] for event in events
    ]
    for dates in product(*(window or [None] for window in windows)):
        yield apart(
            *(
                event if date is None else evolve(event, date=parse_date(date))
                for event, date in zip(events, dates, strict=True)
            )
        )


@pytest.mark.parametrize("name", PASSING)
def test_no_order_of_files_denies_it(name: str) -> None:
    """The same is possible in whatever order the files are read."""
    events, date, _ = PASSING[name]
    answers = [told(apart(*order), date) for order in permutations(events)]
    assert all(answer == answers[0] for answer in answers)


# In one file


@pytest.mark.parametrize(("turned", "possible"), [(False, []), (True, [("40%", False)])])
def test_of_two_mergers_in_one_window_the_file_says_which_was_first(
    turned: bool, possible: list[tuple[str, bool]]
) -> None:
    """Quay was absorbed first, so that nothing of it came with the mill; or the mill was."""
    seen = observed("2020-01-01", "mill", "quay", "40%")
    mergers = absorbed(IN_THREE_DAYS, "north", "quay"), absorbed(IN_THREE_DAYS, "north", "mill")
    history = History([seen, *(mergers[::-1] if turned else mergers)])
    held = history.as_of("2020-03-02").holdings("north", "quay")
    assert [(str(each.share), each.certain) for each in held] == possible


@pytest.mark.parametrize(("turned", "last"), [(False, "50%"), (True, "80%")])
def test_of_a_merger_and_an_observation_in_one_window_the_file_says_which_was_first(
    turned: bool, last: str
) -> None:
    """Seen after the merger it is all that north has; seen before, the merger brought 30 % more."""
    brought = observed("2020-01-01", "quay", "mill", "30%")
    later = absorbed(IN_THREE_DAYS, "north", "quay"), observed(IN_THREE_DAYS, "north", "mill", "50%")
    history = History([brought, *(later[::-1] if turned else later)])
    assert told(history, "2020-03-03")["north", "mill"] == {(last, True)}


@pytest.mark.parametrize(("turned", "certain"), [(False, True), (True, False)])
def test_of_a_closing_and_the_end_of_the_owner_in_one_window_the_file_says_which_was_first(
    turned: bool, certain: bool
) -> None:
    """Closed after its owner was gone, the shop stood until it was launched anew; or it was closed before."""
    window = "[2020-03-01..2020-03-05]"
    gone, closed = happened("merger.absorbed", window, absorbed="south"), _closed(window)
    of_the_window = (closed, gone) if turned else (gone, closed)
    launches = launched("2020-03-01", "shop", "south"), launched("2020-03-04", "shop", "south")
    history = History([*of_the_window, *launches, _closed("[2020-03-04..2020-03-05]")])
    owners = [(unit.owner, unit.certain) for unit in history.as_of("2020-03-02").units()]
    assert owners == [("south", certain)]


def _closed(date: str) -> Event:
    return happened("unit.closed", date, unit="shop", reason="sold")


# What no longer is


@pytest.mark.parametrize(
    "gone",
    [lambda: absorbed(IN_THREE_DAYS, "south", "mill"), lambda: consolidated(IN_THREE_DAYS, "u", "mill")],
)
def test_a_stake_seen_in_the_window_of_a_merger_may_be_gone(gone: Callable[[], Any]) -> None:
    """Another share was seen in the days in which the company was absorbed: nothing may be left of it."""
    history = apart(
        acquired("2019", "north", "mill", "30%"), observed(IN_THREE_DAYS, "north", "mill", "50%"), gone()
    )
    assert told(history, "2020-03-02")["north", "mill"] == {("30%", False), ("50%", False)}
    assert None in history.as_of("2020-03-05").candidates("north", "mill")


def test_new_shares_between_a_sale_and_a_purchase_bring_nothing_back() -> None:
    """Bought and sold on one day, and bought again two days later: nothing is held when shares are issued."""
    history = History(
        [
            acquired("2020-03-01", "north", "mill", "10%"),
            disposed("2020-03-01", "north", "mill", "10%"),
            issued("2020-03-02", "mill", "1000", total="1000"),
            acquired("2020-03-03", "north", "mill", "10%"),
        ]
    )
    assert [told(history, date) for date in DAYS[:2]] == [{}, {}]
    assert told(history, "2020-03-03") == {("north", "mill"): {("10%", True)}}


def test_a_merger_takes_nothing_out_of_its_turn() -> None:
    """Bought and sold on one day, and a merger on the fourth: what others trade in between keeps its day."""
    history = History(
        [
            acquired("2019", "port", "mill", "10%"),
            acquired("2019", "port", "quay", "5%"),
            acquired("2020-03-01", "north", "mill", "10%"),
            disposed("2020-03-01", "north", "mill", "10%"),
            acquired("2020-03-02", "south", "quay", holds="50%"),
            acquired("2020-03-03", "north", "quay", "10%", seller="south"),
            absorbed("2020-03-04", "north", "port"),
        ]
    )
    assert told(history, "2020-03-03")["south", "quay"] == {("40%", True)}
    assert told(history, "2020-03-04")["north", "quay"] == {("15%", True)}


@pytest.mark.parametrize(
    "gone",
    [
        lambda: happened("entity.dissolved", "2020-03-02", entity="mill", reason="wound up"),
        lambda: absorbed("2020-03-02", "north", "mill"),
        lambda: consolidated("2020-03-02", "union", "mill", "south"),
    ],
)
def test_what_began_anew_is_in_doubt_once_the_company_is_gone(gone: Callable[[], Any]) -> None:
    """Delisted and listed anew on one day, gone on the next: it may be listed until it is delisted again."""
    history = apart(
        happened("listing.started", "2019", entity="mill", exchange="hk", ticker="1"),
        happened("listing.started", "2020-03-01", entity="mill", exchange="hk", ticker="2"),
        happened("listing.ended", "2020-03-01", entity="mill", exchange="hk", reason="moved"),
        gone(),
        happened("listing.ended", "2020-03-03", entity="mill", exchange="hk", reason="delisted"),
    )
    listed = [history.as_of(date).listings() for date in DAYS[:3]]
    assert [[each.certain for each in each_day] for each_day in listed] == [[True], [False], []]


@pytest.mark.parametrize(
    "made",
    [
        lambda: consolidated("[2020-03-01..2020-03-02]", "mill", "quay", "port"),
        lambda: happened("demerger.split", "[2020-03-01..2020-03-02]", parent="quay", successors=["mill"]),
    ],
)
def test_what_is_made_of_others_and_is_gone_in_the_same_days_was_there_in_between(
    made: Callable[[], Any],
) -> None:
    """Made of others, bought, sold in part, and dissolved within a few days: the rest stood for a time."""
    history = History(
        [
            disposed("[2020-03-01..2020-03-05]", "north", "mill", "10%"),
            happened("entity.dissolved", "[2020-03-01..2020-03-04]", entity="mill", reason="wound up"),
            made(),
            acquired("[2020-03-01..2020-03-05]", "north", "mill", "20%"),
            absorbed("[2020-03-03..2020-03-04]", "mill", "south"),
        ]
    )
    for date in DAYS[:3]:
        assert told(history, date)["north", "mill"] == {("10%", False), ("20%", False)}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_what_is_gone_itself_goes_to_neither_of_two(order: tuple[int, ...]) -> None:
    """Two are said to have taken over the quay, one of them with the mill, of which the quay had a part."""
    events = (
        acquired("2020-03-01", "quay", "mill", "10%"),
        absorbed("2020-03-01", "north", "quay"),
        consolidated("2020-03-01", "union", "quay", "mill"),
    )
    assert told(apart(*(events[place] for place in order)), "2020-03-01") == {}


def test_a_split_that_makes_no_sense_says_nothing_against_the_end_of_the_company() -> None:
    """Bought and absorbed within some days; of the shares that were split nobody knows how many there are."""
    history = History(
        [
            absorbed("[2020-03-01..2020-03-04]", "north", "mill"),
            acquired("[2020-03-01..2020-03-04]", "north", "mill", "10%"),
            happened("shares.restructured", "2020-03-01", issuer="mill", ratio="4:1"),
        ]
    )
    assert told(history, "2020-03-03") == {("north", "mill"): {("10%", False)}}
    assert told(history, "2020-03-04") == {}


@pytest.mark.parametrize("turned", [False, True])
def test_what_hangs_on_the_end_of_a_company_stays_with_it(turned: bool) -> None:
    """A director, appointed before one end or after it, and a shop: of both the end of the mill is part."""
    ann = {"person": "ann", "entity": "mill", "role": "director"}
    events = (
        happened("role.appointed", "[2020-03-01..2020-03-02]", **ann),
        absorbed("[2020-03-02..2020-03-03]", "north", "mill"),
        happened("role.ended", "2020-03-02", **ann),
        happened("role.ended", "2020-03-03", **ann),
        launched("[2020-03-03..2020-03-04]", "shop", "mill"),
    )
    history = apart(*events[:: -1 if turned else 1])
    roles = [history.as_of(date).view("roles") for date in DAYS[:3]]
    assert [[role.certain for role in each] for each in roles] == [[False], [False], []]
    assert [(unit.owner, unit.certain) for unit in history.as_of("2020-03-03").units()] == [("north", True)]


def test_a_split_that_makes_no_sense_cuts_no_merger() -> None:
    """Quay passes on a part of the mill that it never had: the mill may have been absorbed before that."""
    history = apart(
        absorbed("2020-03-01", "quay", "south"),
        observed("2020-03-01", "north", "mill", "10%"),
        absorbed("[2020-03-01..2020-03-02]", "north", "mill"),
        split_off("2020-03-02", "quay", "union", "mill"),
    )
    assert told(history, "2020-03-01")["north", "mill"] == {("10%", False)}
