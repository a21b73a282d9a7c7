"""An end and a new beginning on one day, in one month, in one file and in several."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import chronicle
from chronicle.engine.state import State
from chronicle.errors import Place, Problem
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop import bods, followthemoney
from given import absorbed, acquired, disposed, filed, happened, issued, launched, observed, transferred

CERTAIN, POSSIBLE, ABSENT = "certain", "possible", "absent"

ONE_FILE, TWO_FILES = "one file", "a file each"
TOLD = (ONE_FILE, TWO_FILES)

# Every order of so many events.
ORDERS = {count: tuple(permutations(range(count))) for count in (3, 4)}


def sure(found: Iterable[Any]) -> str:
    """Whether what was found on a day is certain, possible or absent; of one value, two are never certain."""
    answers = [each.certain for each in found]
    assert answers.count(True) <= 1
    return CERTAIN if True in answers else POSSIBLE if answers else ABSENT


def read(folder: Path, told: str, *events: Event) -> History:
    """The history of events in one file on disk, or in a file each."""
    files: Sequence[Sequence[Event]] = [events] if told == ONE_FILE else [(event,) for event in events]
    return chronicle.open(filed(folder, *files))


def history_of(told: str, *events: Event) -> History:
    """The same without a disk: events whose places are in one file, or in a file each."""
    files = ("0" if told == ONE_FILE else str(number) for number in range(len(events)))
    places = {event.id: Place(f"{file}.jsonl", 1, 1) for event, file in zip(events, files, strict=False)}
    return History(events, places=places)


def codes(history: History) -> set[str]:
    """The codes of what check finds."""
    return {problem.code for problem in history.check()}


def shares(history: History, day: str) -> list[tuple[str, bool]]:
    """What north may hold of the mill on a day."""
    return [(str(held.share), held.certain) for held in history.as_of(day).holdings("north", "mill")]


# Ends and begins again


class Tie(NamedTuple):
    """What begins, ends and begins anew: the events by a date each, and the new value where it stands."""

    begin: Callable[..., Event]
    end: Callable[..., Event]
    again: Callable[..., Event]
    stands: Callable[[State], Iterable[Any]]
    old: Callable[[State], Iterable[Any]]
    begins: bool = True


def tie(begin: str, end: str, key: dict[str, Any], view: str, **how: Any) -> Tie:
    """A tie without a value: the new one is as the old one was."""

    def begun(date: str, **fields: Any) -> Event:
        return happened(begin, date, **key, **how, **fields)

    def ended(date: str, **fields: Any) -> Event:
        return happened(end, date, **key, **fields)

    def stands(state: State) -> Iterable[Any]:
        return state.view(view)

    return Tie(begun, ended, begun, stands, stands)


def stakes(share: str) -> Callable[[State], Iterable[Any]]:
    """The holdings of north of just this share."""
    return lambda state: [held for held in state.holdings("north", "mill") if str(held.share) == share]


def ticker(value: str) -> Callable[[State], Iterable[Any]]:
    """The listings under a ticker."""
    return lambda state: [fact for fact in state.listings() if fact.value.ticker == value]


ROLE = {"person": "ann", "entity": "mill", "role": "director"}
CONTROL = {"controller": "north", "target": "mill"}
PLACE = {"entity": "mill", "group": "idx"}
PARTNERS = {"parties": ["north", "mill"]}
LISTED = {"entity": "mill", "exchange": "HKEX"}
CLOSED = {"reason": "closed"}
SALE = {"title": "Sale", "parties": ["north", "south"]}

REELECTED = {
    "role": tie("role.appointed", "role.ended", ROLE, "roles"),
    "membership": tie("membership.started", "membership.ended", PLACE, "memberships"),
    "control": tie("control.granted", "control.ended", {**CONTROL, "basis": "contract"}, "control"),
    "control-of-any-basis": tie("control.granted", "control.ended", CONTROL, "control", basis="contract"),
    "partnership": tie(
        "partnership.agreed", "partnership.ended", {**PARTNERS, "subject": "films"}, "partnerships"
    ),
    "partnership-in-all": tie(
        "partnership.agreed", "partnership.ended", PARTNERS, "partnerships", subject="films"
    ),
    "listing": Tie(
        lambda date, **more: happened("listing.started", date, **LISTED, ticker="0042", **more),
        lambda date, **more: happened("listing.ended", date, **LISTED, reason="moved", **more),
        lambda date, **more: happened("listing.started", date, **LISTED, ticker="0043", **more),
        ticker("0043"),
        ticker("0042"),
    ),
    "listing-wherever": Tie(
        lambda date, **more: happened("listing.started", date, **LISTED, ticker="0042", **more),
        lambda date, **more: happened("listing.ended", date, entity="mill", reason="moved", **more),
        lambda date, **more: happened("listing.started", date, **LISTED, ticker="0043", **more),
        ticker("0043"),
        ticker("0042"),
    ),
    "unit": Tie(
        lambda date, **more: launched(date, "shop", "north", **more),
        lambda date, **more: happened("unit.closed", date, unit="shop", **CLOSED, **more),
        lambda date, **more: launched(date, "shop", "south", **more),
        lambda state: state.units(owner="south"),
        lambda state: state.units(owner="north"),
    ),
    "deal": Tie(
        lambda date, **more: happened("deal.proposed", date, deal="sale", **SALE, **more),
        lambda date, **more: happened("deal.terminated", date, deal="sale", reason="called off", **more),
        lambda date, **more: happened("deal.agreed", date, deal="sale", **SALE, **more),
        lambda state: state.deals(stage="agreed"),
        lambda state: state.deals(stage="proposed"),
        False,
    ),
    "stake": Tie(
        lambda date, **more: acquired(date, "north", "mill", "60%", **more),
        lambda date, **more: disposed(date, "north", "mill", holds="0%", **more),
        lambda date, **more: acquired(date, "north", "mill", "10%", **more),
        stakes("10%"),
        stakes("60%"),
        False,
    ),
    "stake-sold-out": Tie(
        lambda date, **more: acquired(date, "north", "mill", "60%", **more),
        lambda date, **more: disposed(date, "north", "mill", "60%", **more),
        lambda date, **more: acquired(date, "north", "mill", "10%", **more),
        stakes("10%"),
        stakes("60%"),
        False,
    ),
}


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
@pytest.mark.parametrize("name", [name for name in REELECTED if name != "deal"])
def test_what_stood_ends_first_and_then_begins_anew(name: str, order: tuple[int, ...], told: str) -> None:
    """Ended and begun on one day, in any order of lines and files: the new one stands for certain."""
    case = REELECTED[name]
    events = case.begin("2010-01-01"), case.end("2014-03-11"), case.again("2014-03-11")
    history = history_of(told, *(events[place] for place in order))
    assert sure(case.old(history.as_of("2014-03-10"))) == CERTAIN
    for day in ("2014-03-11", "2015-01-01"):
        assert sure(case.stands(history.as_of(day))) == CERTAIN
        assert case.stands is case.old or sure(case.old(history.as_of(day))) == ABSENT
    assert not {"C408", "C416"} & codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
@pytest.mark.parametrize("name", [name for name in REELECTED if name != "deal"])
@pytest.mark.parametrize(
    "window",
    [
        ("2014-03", "2014-02-28", "2014-03-15", "2014-03-31"),
        ("2014-Q1", "2013-12-31", "2014-02-15", "2014-03-31"),
        ("2014", "2013-12-31", "2014-12-30", "2014-12-31"),
        ("[2014-02..2014-03]", "2014-01-31", "2014-03-30", "2014-03-31"),
    ],
)
def test_in_one_month_too_the_end_comes_first(
    window: tuple[str, str, str, str], name: str, order: tuple[int, ...], told: str
) -> None:
    """What stood for certain before the window is over in it and begins anew, certain from its last day."""
    date, before, inside, last = window
    case = REELECTED[name]
    events = case.begin("2010-01-01"), case.end(date), case.again(date)
    history = history_of(told, *(events[place] for place in order))
    assert sure(case.old(history.as_of(before))) == CERTAIN
    assert sure(case.old(history.as_of(inside))) == POSSIBLE
    assert sure(case.stands(history.as_of(inside))) == POSSIBLE
    assert sure(case.stands(history.as_of(last))) == CERTAIN
    assert case.stands is case.old or sure(case.old(history.as_of(last))) == ABSENT
    assert "C408" not in codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", REELECTED)
def test_what_did_not_stand_begins_and_then_ends(name: str, turned: bool, told: str, tmp_path: Path) -> None:
    """Begun and ended on one day: nothing of it is left in the evening, for certain."""
    case = REELECTED[name]
    events = case.begin("2014-03-11"), case.end("2014-03-11")
    history = read(tmp_path, told, *(events[::-1] if turned else events))
    for day in ("2014-03-10", "2014-03-11", "2015-01-01"):
        assert sure(case.old(history.as_of(day))) == ABSENT
    assert not {"C408", "C416"} & codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[4], ids=str)
@pytest.mark.parametrize("name", ["role", "membership", "control", "partnership", "listing", "unit"])
def test_ended_begun_and_ended_again_on_one_day(name: str, order: tuple[int, ...], told: str) -> None:
    """Two ends and a beginning between them: nothing stands in the evening."""
    case = REELECTED[name]
    events = (
        case.begin("2010-01-01"),
        case.end("2014-03-11"),
        case.again("2014-03-11"),
        case.end("2014-03-11"),
    )
    history = history_of(told, *(events[place] for place in order))
    assert sure(case.old(history.as_of("2014-03-10"))) == CERTAIN
    for day in ("2014-03-11", "2015-01-01"):
        assert sure(case.stands(history.as_of(day))) == ABSENT
    assert "C416" not in codes(history)


MOVED = {
    "listing": (
        happened("listing.started", "2010", "old", entity="mill", exchange="HKEX"),
        lambda date: happened("listing.ended", date, "end", entity="mill", reason="moved"),
        lambda date: happened("listing.started", date, "new", entity="mill", exchange="NYSE"),
    ),
    "control": (
        happened("control.granted", "2010", "old", controller="north", target="mill", basis="contract"),
        lambda date: happened("control.ended", date, "end", controller="north", target="mill"),
        lambda date: happened(
            "control.granted", date, "new", controller="north", target="mill", basis="votes"
        ),
    ),
    "partnership": (
        happened("partnership.agreed", "2010", "old", parties=["north", "mill"], subject="films"),
        lambda date: happened("partnership.ended", date, "end", parties=["north", "mill"]),
        lambda date: happened("partnership.agreed", date, "new", parties=["north", "mill"], subject="games"),
    ),
    "unit": (
        happened("unit.launched", "2010", "old", unit="shop", owner="north"),
        lambda date: happened("unit.closed", date, "end", unit="shop", reason="closed"),
        lambda date: happened("unit.launched", date, "new", unit="shop", owner="south"),
    ),
}
"""What stands, an end that does not say of which, and another beginning beside it."""


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
@pytest.mark.parametrize("date", ["2014-03-11", "2014-03"])
@pytest.mark.parametrize("name", MOVED)
def test_an_end_of_all_that_stood_leaves_another_that_begins_then(
    name: str, date: str, order: tuple[int, ...], told: str
) -> None:
    """Delisted without a word of where, and listed elsewhere on the day: the new listing stands."""
    old, end, new = MOVED[name]
    events = (old, end(date), new(date))
    history = history_of(told, *(events[place] for place in order))
    facts = [fact for fact in history.as_of("2015").facts() if fact.view not in ("names", "types", "status")]
    assert [(fact.events, fact.certain) for fact in facts] == [(("new",), True)]
    assert "C408" not in codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_a_deal_called_off_and_agreed_on_one_day(order: tuple[int, ...], told: str) -> None:
    """Proposed, called off, and proposed anew on that day: it is open."""
    case = REELECTED["deal"]
    events = case.begin("2010-01-01"), case.end("2014-03-11"), case.begin("2014-03-11")
    history = history_of(told, *(events[place] for place in order))
    for day in ("2014-03-10", "2014-03-11", "2015-01-01"):
        assert [(deal.stage, deal.certain) for deal in history.as_of(day).deals()] == [("proposed", True)]


# `ends`


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
@pytest.mark.parametrize("name", [name for name in REELECTED if name != "deal"])
def test_an_end_that_names_the_old_beginning_leaves_the_new_one(
    name: str, order: tuple[int, ...], told: str
) -> None:
    """Said in words what the law of the day says anyway."""
    case = REELECTED[name]
    events = (
        case.begin("2010-01-01", id="first"),
        case.end("2014-03-11", ends="first"),
        case.again("2014-03-11"),
    )
    history = history_of(told, *(events[place] for place in order))
    assert sure(case.old(history.as_of("2014-03-10"))) == CERTAIN
    for day in ("2014-03-11", "2015-01-01"):
        assert sure(case.stands(history.as_of(day))) == CERTAIN
    assert not {"C408", "C416"} & codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
@pytest.mark.parametrize("end", ["2014-03-11", "2014-03", "2014", "[2013..2014]"])
@pytest.mark.parametrize("name", [name for name, case in REELECTED.items() if case.begins and name != "unit"])
def test_an_end_that_names_its_beginning_leaves_another_that_began_before_it(
    name: str, end: str, order: tuple[int, ...], told: str
) -> None:
    """Begun in 2010 and again in 2012, and the first is over: the second stands on, for certain."""
    case = REELECTED[name]
    events = (
        case.begin("2010-01-01", id="first"),
        case.again("2012-01-01", id="second"),
        case.end(end, ends="first"),
    )
    history = history_of(told, *(events[place] for place in order))
    for day in ("2012-01-01", "2014-12-31", "2020-01-01"):
        assert sure(case.stands(history.as_of(day))) == CERTAIN
    assert "C408" not in codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
@pytest.mark.parametrize("name", [name for name, case in REELECTED.items() if case.begins and name != "unit"])
def test_an_end_that_names_the_later_beginning_leaves_the_earlier(
    name: str, order: tuple[int, ...], told: str
) -> None:
    """The second record of one tie is over, and the first stands on."""
    case = REELECTED[name]
    events = (
        case.begin("2010-01-01", id="first"),
        case.again("2012-01-01", id="second"),
        case.end("2014-03-11", ends="second"),
    )
    history = history_of(told, *(events[place] for place in order))
    for day in ("2010-01-01", "2014-03-11", "2020-01-01"):
        assert sure(case.old(history.as_of(day))) == CERTAIN
    assert not {"C408", "C416"} & codes(history)


@pytest.mark.parametrize("order", ORDERS[3], ids=str)
@pytest.mark.parametrize(("ended", "left"), [("first", "south"), ("second", "north")])
def test_a_closing_that_names_a_launch_leaves_the_other(
    ended: str, left: str, order: tuple[int, ...]
) -> None:
    """A unit with two records of its launch: the other owner has it on."""
    events = (
        launched("2010-01-01", "shop", "north", id="first"),
        launched("2012-01-01", "shop", "south", id="second"),
        happened("unit.closed", "2014-03-11", unit="shop", ends=ended, **CLOSED),
    )
    history = History([events[place] for place in order])
    assert [(unit.owner, unit.certain) for unit in history.as_of("2014-03-11").units()] == [(left, True)]


@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_an_end_of_one_purchase_leaves_the_other(order: tuple[int, ...]) -> None:
    """60 and 10 % were bought; that the 10 are over leaves the 60."""
    events = (
        acquired("2010-01-01", "north", "mill", "60%", id="first"),
        acquired("2012-01-01", "north", "mill", "10%", id="second"),
        disposed("2014-03-11", "north", "mill", holds="0%", ends="second"),
    )
    history = History([events[place] for place in order])
    assert shares(history, "2014-03-10") == [("70%", True)]
    assert shares(history, "2014-03-11") == [("60%", True)]


@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_an_end_without_a_name_ends_all_that_stood(order: tuple[int, ...]) -> None:
    """60 and 10 % were bought, and then nothing is held."""
    events = (
        acquired("2010-01-01", "north", "mill", "60%"),
        acquired("2012-01-01", "north", "mill", "10%"),
        disposed("2014-03-11", "north", "mill", holds="0%"),
    )
    history = History([events[place] for place in order])
    assert (shares(history, "2014-03-10"), shares(history, "2014-03-11")) == ([("70%", True)], [])


# Stakes


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("date", ["2014-03-11", "2014-03", "2014"])
def test_sold_in_part_and_bought_again(date: str, turned: bool, told: str, tmp_path: Path) -> None:
    """60 less 20 and 30 more are 70 in either order, and nothing is a guess."""
    events = (
        acquired("2012-01-05", "north", "mill", "60%"),
        disposed(date, "north", "mill", "20%"),
        acquired(date, "north", "mill", "30%"),
    )
    history = read(tmp_path, told, *(events[::-1] if turned else events))
    assert shares(history, "2013-12-31") == [("60%", True)]
    assert shares(history, "2014-12-31") == [("70%", True)]
    assert "C408" not in codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("date", "inside"), [("2014-03-11", None), ("2014-03", "2014-03-15")])
def test_sold_out_and_bought_again(
    date: str, inside: str | None, turned: bool, told: str, tmp_path: Path
) -> None:
    """60 % are sold and 10 bought in one day or month: 10 are left, in any order of lines and files."""
    events = (
        acquired("2012-01-05", "north", "mill", "60%"),
        disposed(date, "north", "mill", holds="0%"),
        acquired(date, "north", "mill", "10%"),
    )
    history = read(tmp_path, told, *(events[::-1] if turned else events))
    assert shares(history, "2014-02-28") == [("60%", True)]
    if inside is not None:
        assert shares(history, inside) == [("60%", False), ("10%", False)]
        possible = history.as_of(inside).candidates("north", "mill")
        assert [str(share) for share in possible] == ["60%", "0%", "10%"]
    for day in ("2014-03-31", "2015-12-31"):
        assert shares(history, day) == [("10%", True)]
    assert not {"C408", "C416"} & codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("turned", [False, True])
def test_more_is_sold_than_was_held_before_the_month(turned: bool, told: str, tmp_path: Path) -> None:
    """10 % stood, 30 were bought and 35 sold in one month: the purchase came first."""
    events = (
        acquired("2012-01-05", "north", "mill", "10%"),
        acquired("2014-03", "north", "mill", "30%"),
        disposed("2014-03", "north", "mill", "35%"),
    )
    history = read(tmp_path, told, *(events[::-1] if turned else events))
    assert shares(history, "2014-02-28") == [("10%", True)]
    assert [share for share, certain in shares(history, "2014-03-15") if not certain] == ["10%", "40%", "5%"]
    assert shares(history, "2014-03-31") == [("5%", True)]
    assert "C408" not in codes(history)


@pytest.mark.parametrize("order", ORDERS[3])
def test_of_two_purchases_the_one_in_the_window_of_the_sale_may_come_second(order: tuple[int, ...]) -> None:
    """20 % can be sold only after both purchases, of which either may be the first."""
    events = (
        acquired("[2014-03-03..2014-03-04]", "north", "mill", "10%"),
        acquired("[2014-03-04..2014-03-06]", "north", "mill", "10%"),
        disposed("[2014-03-04..2014-03-06]", "north", "mill", "20%"),
    )
    history = history_of("a file each", *(events[place] for place in order))
    assert shares(history, "2014-03-02") == []
    assert shares(history, "2014-03-03") == [("10%", False)]
    assert set(shares(history, "2014-03-05")) == {("10%", False), ("20%", False)}
    assert shares(history, "2014-03-06") == []


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("turned", [False, True])
def test_sold_out_and_bought_again_by_count(turned: bool, told: str, tmp_path: Path) -> None:
    """600 of 1,000 shares go and 100 come on one day."""
    events = (
        issued("2010-01-01", "mill", "1000", total="1000", subscribers={"north": "600"}),
        disposed("2014-03-11", "north", "mill", shares="600"),
        acquired("2014-03-11", "north", "mill", shares="100"),
    )
    history = read(tmp_path, told, *(events[::-1] if turned else events))
    assert shares(history, "2014-03-10") == [("60%", True)]
    assert shares(history, "2014-03-11") == [("10%", True)]


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
@pytest.mark.parametrize("date", ["2014-03-11", "2014-03"])
def test_a_unit_that_goes_away_and_comes_back(date: str, order: tuple[int, ...], told: str) -> None:
    """North hands it over and gets it back in one window: it is north's again."""
    events = (
        launched("2010-01-01", "shop", "north"),
        transferred(date, "shop", "north", "south"),
        transferred(date, "shop", "south", "north"),
    )
    history = history_of(told, *(events[place] for place in order))
    last = history.as_of("2014-03-31")
    assert [(unit.owner, unit.certain) for unit in last.units()] == [("north", True)]
    assert "C408" not in codes(history)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_merged_and_sold_by_the_survivor_on_one_day(order: tuple[int, ...], told: str) -> None:
    """What was taken over can be sold and handed on the same day."""
    stake = (
        acquired("2013-03-11", "south", "mill", "60%"),
        absorbed("2014-03-11", "north", "south"),
        disposed("2014-03-11", "north", "mill", "20%"),
    )
    history = history_of(told, *(stake[place] for place in order))
    assert shares(history, "2014-03-11") == [("40%", True)]
    unit = (
        launched("2010-01-01", "shop", "south"),
        absorbed("2014-03-11", "north", "south"),
        transferred("2014-03-11", "shop", "north", "quay"),
    )
    history = history_of(told, *(unit[place] for place in order))
    assert [(each.owner, each.certain) for each in history.as_of("2014-03-11").units()] == [("quay", True)]


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_issued_split_and_sold_on_one_day(order: tuple[int, ...], told: str) -> None:
    """600 of 1,000, then 2,400 of 4,000, of which 2,000 can be sold: nothing else makes sense."""
    events = (
        issued("2014-03-11", "mill", "1000", total="1000", subscribers={"north": "600"}),
        happened("shares.restructured", "2014-03-11", issuer="mill", ratio="4:1"),
        disposed("2014-03-11", "north", "mill", shares="2000"),
    )
    history = history_of(told, *(events[place] for place in order))
    assert shares(history, "2014-03-11") == [("10%", True)]


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_a_deal_of_one_day(order: tuple[int, ...], told: str) -> None:
    """Proposed, agreed and completed on one day, in any order of lines: it is done."""
    effect = {"kind": "stake.acquired", "holder": "north", "target": "mill", "share": "60%"}
    events = (
        happened("deal.proposed", "2014-03-11", deal="sale", **SALE, effects=[effect]),
        happened("deal.agreed", "2014-03-11", deal="sale"),
        happened("deal.completed", "2014-03-11", deal="sale"),
    )
    history = history_of(told, *(events[place] for place in order))
    assert shares(history, "2014-03-11") == [("60%", True)]
    assert [(deal.stage, deal.certain) for deal in history.as_of("2014-03-11").deals()] == [
        ("completed", True)
    ]


@pytest.mark.parametrize(("order", "last"), [((0, 1, 2), "0043"), ((2, 1, 0), "0042")])
@pytest.mark.parametrize("date", ["2014-03-11", "2014-03"])
def test_what_began_ended_and_began_again_within_one_window(
    date: str, order: tuple[int, ...], last: str, tmp_path: Path
) -> None:
    """Two tickers of one day: the last one of the file; in a file each, either, and a guess."""
    case = REELECTED["listing"]
    events = case.begin(date), case.end(date), case.again(date)
    told = [events[place] for place in order]
    together = read(_folder(tmp_path, "one"), ONE_FILE, *told)
    apart = read(_folder(tmp_path, "two"), TWO_FILES, *told)
    assert _tickers(together, "2015-01-01") == [(last, True)]
    assert sorted(_tickers(apart, "2015-01-01")) == [("0042", False), ("0043", False)]
    assert ("C408" in codes(together), "C408" in codes(apart)) == (False, True)


def _tickers(history: History, day: str) -> list[tuple[str, bool]]:
    return [(fact.value.ticker, fact.certain) for fact in history.as_of(day).listings()]


# Where order within one file is data


def bought_and_told() -> tuple[Event, Event]:
    """5 % more, and "holds 30 %": together 35 or 30, as the one or the other came last."""
    return (
        acquired("2014-03", "north", "mill", holds="30%", id="holds"),
        acquired("2014-03", "north", "mill", "5%", id="more"),
    )


@pytest.mark.parametrize(("turned", "last"), [(False, "35%"), (True, "30%")])
def test_the_order_of_one_file_is_data(turned: bool, last: str, tmp_path: Path) -> None:
    """Of equal windows what stands later in the file came later."""
    events = bought_and_told()
    history = read(tmp_path, ONE_FILE, *(events[::-1] if turned else events))
    assert shares(history, "2014-03-31") == [(last, True)]
    assert shares(history, "2015-01-01") == [(last, True)]
    assert "C408" not in codes(history)


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_files_is_no_data(turned: bool, tmp_path: Path) -> None:
    """Told in two files: 30 and 35 % are possible for good, and `after` would settle it."""
    events = bought_and_told()
    history = read(tmp_path, TWO_FILES, *(events[::-1] if turned else events))
    for day in ("2014-03-31", "2020-01-01"):
        assert sorted(shares(history, day)) == [("30%", False), ("35%", False)]
    (doubt,) = [problem for problem in history.check() if problem.code == "C408"]
    assert set(doubt.events) == {"holds", "more"}
    assert "`after: " in (doubt.help or "")


@pytest.mark.parametrize(("later", "last"), [("more", "35%"), ("holds", "30%")])
def test_after_settles_what_files_leave_open(later: str, last: str, tmp_path: Path) -> None:
    """The help of C408 can be followed, both ways."""
    holds, more = (
        acquired("2014-03", "north", "mill", holds="30%", id="holds", **_after("holds", later)),
        acquired("2014-03", "north", "mill", "5%", id="more", **_after("more", later)),
    )
    history = read(tmp_path, TWO_FILES, holds, more)
    assert shares(history, "2014-03-31") == [(last, True)]
    assert "C408" not in codes(history)


def _after(name: str, later: str) -> dict[str, str]:
    return {} if name != later else {"after": "more" if later == "holds" else "holds"}


def test_the_order_of_one_append_is_data_and_that_of_two_is_not() -> None:
    """One call of ``append`` tells in order; two calls tell nothing of which came first."""
    one, two = (chronicle.open("memory:", create=True) for _ in range(2))
    one.append(bought_and_told(), declared=False)
    for event in bought_and_told():
        two.append([event], declared=False)
    assert shares(one, "2015-01-01") == [("35%", True)]
    assert sorted(shares(two, "2015-01-01")) == [("30%", False), ("35%", False)]
    assert ("C408" in codes(one), "C408" in codes(two)) == (False, True)


@pytest.mark.parametrize("date", ["2014-03-11", "2014-03"])
@pytest.mark.parametrize(("turned", "total"), [(False, 4500), (True, 6000)])
def test_a_split_and_an_issue_in_one_window(turned: bool, total: int, date: str, tmp_path: Path) -> None:
    """Split 4:1 and 500 more: 4,500 or 6,000 as the file tells it, and either where two files do."""
    events = (
        happened("shares.restructured", date, issuer="mill", ratio="4:1"),
        issued(date, "mill", "500"),
    )
    first = issued("2010-01-01", "mill", "1000", total="1000")
    later = events[::-1] if turned else events
    together = read(_folder(tmp_path, "one"), ONE_FILE, first, *later)
    apart = read(_folder(tmp_path, "two"), TWO_FILES, first, *later)
    assert _counts(together, "2015-01-01") == [(total, True)]
    assert sorted(_counts(apart, "2015-01-01")) == [(4500, False), (6000, False)]
    assert ("C408" in codes(together), "C408" in codes(apart)) == (False, True)


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def _counts(history: History, day: str) -> list[tuple[int | None, bool]]:
    return [(fact.value.total, fact.certain) for fact in history.as_of(day).view("shares", issuer="mill")]


@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_what_stood_only_possibly_leaves_the_order_of_a_day_open(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    """Listed some day in 2014, delisted and listed anew on 11 March: either ticker may be the last."""
    case = REELECTED["listing"]
    events = case.begin("2014"), case.end("2014-03-11"), case.again("2014-03-11")
    history = read(tmp_path, TWO_FILES, *(events[place] for place in order))
    for day in ("2014-12-31", "2020-01-01"):
        assert sure(case.old(history.as_of(day))) == POSSIBLE
        assert sure(case.stands(history.as_of(day))) == POSSIBLE
    assert "C408" in codes(history)


# Readers

FTM = (
    {"id": "mill", "schema": "Company", "properties": {"name": ["Mill Works"]}},
    {"id": "ann", "schema": "Person", "properties": {"name": ["Ann Low"]}},
)


def ftm(*records: dict[str, Any]) -> History:
    """The history of lines of FollowTheMoney, a company and a person before them."""
    lines = "\n".join(json.dumps(record) for record in (*FTM, *records))
    found = list(followthemoney.read(io.BytesIO(lines.encode()), "owners.ftm.json"))
    return History([event for event in found if not isinstance(event, Problem)])


def owns(record: str, percentage: str, start: str, *end: str) -> dict[str, Any]:
    """A record of a share with its dates."""
    pair = {"owner": ["ann"], "asset": ["mill"], "percentage": [percentage]}
    return {
        "id": record,
        "schema": "Ownership",
        "properties": {**pair, "startDate": [start], "endDate": [*end]},
    }


def held_by_ann(history: History, day: str) -> list[tuple[str, bool]]:
    """What Ann holds of the mill on a day."""
    return [(str(held.share), held.certain) for held in history.as_of(day).holdings()]


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_lines_of_owners_does_not_matter(turned: bool) -> None:
    """20 % until the day from which it is 25."""
    records = (owns("o2", "20", "2012-03-11", "2014-03-11"), owns("o3", "25", "2014-03-11"))
    history = ftm(*(records[::-1] if turned else records))
    assert held_by_ann(history, "2012-03-10") == []
    assert held_by_ann(history, "2013-12-31") == [("20%", True)]
    assert held_by_ann(history, "2014-03-10") == [("20%", True)]
    assert held_by_ann(history, "2014-03-11") == [("25%", True)]
    assert held_by_ann(history, "2015-12-31") == [("25%", True)]
    assert "C408" not in codes(history)


@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_three_records_of_one_share_follow_each_other(order: tuple[int, ...]) -> None:
    """20, 25 and 30 %, each until the day of the next, the last one given up in 2018."""
    records = (
        owns("o2", "20", "2012-03-11", "2014-03-11"),
        owns("o3", "25", "2014-03-11", "2016-03-11"),
        owns("o1", "30", "2016-03-11", "2018-03-11"),
    )
    history = ftm(*(records[place] for place in order))
    days = ("2013-12-31", "2014-03-11", "2015-12-31", "2016-03-11", "2018-03-10", "2018-03-11")
    assert [held_by_ann(history, day) for day in days] == [
        [("20%", True)],
        [("25%", True)],
        [("25%", True)],
        [("30%", True)],
        [("30%", True)],
        [],
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_lines_of_owners_does_not_matter_in_a_month(turned: bool) -> None:
    """20 % until March 2014 and 25 from then: either in the month, 25 from its end."""
    records = (owns("o2", "20", "2012-03-11", "2014-03"), owns("o3", "25", "2014-03"))
    history = ftm(*(records[::-1] if turned else records))
    assert held_by_ann(history, "2014-02-28") == [("20%", True)]
    assert {share for share, _ in held_by_ann(history, "2014-03-15")} >= {"20%", "25%"}
    assert {certain for _, certain in held_by_ann(history, "2014-03-15")} == {False}
    assert held_by_ann(history, "2014-03-31") == [("25%", True)]
    assert held_by_ann(history, "2015-12-31") == [("25%", True)]


@pytest.mark.parametrize("turned", [False, True])
def test_a_director_of_a_register_who_is_reelected(turned: bool) -> None:
    """Two records of one post, the second from the day on which the first is over."""

    def sits(record: str, start: str, *end: str) -> dict[str, Any]:
        post = {"director": ["ann"], "organization": ["mill"], "role": ["director"]}
        return {
            "id": record,
            "schema": "Directorship",
            "properties": {**post, "startDate": [start], "endDate": [*end]},
        }

    records = sits("d1", "2010-01-01", "2014-03-11"), sits("d2", "2014-03-11")
    history = ftm(*(records[::-1] if turned else records))
    days = ("2009-12-31", "2014-03-10", "2014-03-11", "2020-01-01")
    answers = [sure(history.as_of(day).roles()) for day in days]
    assert answers == [ABSENT, CERTAIN, CERTAIN, CERTAIN]


def statement(record: str, kind: str, **details: Any) -> dict[str, Any]:
    """A statement of beneficial ownership, as one publisher makes them."""
    return {
        "statementId": f"{kind}-{record}-2020-01-10-new".ljust(32, "0"),
        "statementDate": "2020-01-10",
        "declarationSubject": "rec-acme",
        "recordId": record,
        "recordType": kind,
        "recordStatus": "new",
        "recordDetails": {"isComponent": False, **details},
        "publicationDetails": {
            "publicationDate": "2024-01-01",
            "bodsVersion": "0.4",
            "publisher": {"name": "Demo"},
        },
    }


def interest(record: str, share: int, start: str, end: str | None = None) -> dict[str, Any]:
    """A record of one direct shareholding of Bob in Acme."""
    dates = {"startDate": start} if end is None else {"startDate": start, "endDate": end}
    held = {"type": "shareholding", "directOrIndirect": "direct", "share": {"exact": share}, **dates}
    return statement(record, "relationship", subject="rec-acme", interestedParty="rec-bob", interests=[held])


PARTIES = (
    statement(
        "rec-acme",
        "entity",
        entityType={"type": "registeredEntity"},
        name="Acme Ltd",
        identifiers=[{"id": "01234567", "scheme": "GB-COH"}],
    ),
    statement(
        "rec-bob",
        "person",
        personType="knownPerson",
        names=[{"type": "legal", "fullName": "Bob Example"}],
        birthDate="1970-01",
    ),
)


def declared(*records: dict[str, Any]) -> History:
    """The history of a file of statements."""
    data = json.dumps([*PARTIES, *records]).encode()
    found = list(bods.read(io.BytesIO(data), "statements.json"))
    assert [each for each in found if isinstance(each, Problem)] == []
    return History([event for event in found if not isinstance(event, Problem)])


def held_by_bob(history: History, *days: str) -> list[list[tuple[str, bool]]]:
    """What Bob holds of Acme on some days."""
    return [held_by_ann(history, day) for day in days]


@pytest.mark.parametrize("turned", [False, True])
def test_statements_that_tell_the_newest_first(turned: bool) -> None:
    """30 % until the day from which it is 60, the record of the 60 first or last."""
    records = interest("r2", 60, "2018-01-01"), interest("r1", 30, "2016-05-01", "2018-01-01")
    history = declared(*(records[::-1] if turned else records))
    found = held_by_bob(history, "2016-04-30", "2016-05-01", "2017-12-31", "2018-01-01", "2019-12-31")
    assert found == [[], [("30%", True)], [("30%", True)], [("60%", True)], [("60%", True)]]


@pytest.mark.parametrize("turned", [False, True])
def test_a_record_that_begins_while_one_with_a_known_end_runs_out_takes_its_place(turned: bool) -> None:
    """30 % until June and 60 from January: 60 from January, and on after June."""
    records = interest("r1", 30, "2016-05-01", "2018-06-01"), interest("r2", 60, "2018-01-01")
    history = declared(*(records[::-1] if turned else records))
    found = held_by_bob(history, "2017-12-31", "2018-01-01", "2018-03-01", "2018-07-31", "2022-12-31")
    assert found == [[("30%", True)], *([("60%", True)] for _ in range(4))]


@pytest.mark.parametrize("order", ORDERS[3], ids=str)
def test_three_records_each_taking_the_place_of_the_one_before(order: tuple[int, ...]) -> None:
    """30 %, 60 from the very day of its end, and 20 while the 60 still run out."""
    records = (
        interest("r1", 30, "2016-05-01", "2018-01-01"),
        interest("r2", 60, "2018-01-01", "2020-06-01"),
        interest("r3", 20, "2020-01-01"),
    )
    history = declared(*(records[place] for place in order))
    found = held_by_bob(history, "2017-12-31", "2018-01-01", "2019-12-31", "2020-03-01", "2022-12-31")
    assert found == [
        [("30%", True)],
        [("60%", True)],
        [("60%", True)],
        [("20%", True)],
        [("20%", True)],
    ]


def test_an_observation_of_the_day_sees_it_as_it_ended() -> None:
    """Sold, bought again and seen on one day: what was seen is what is left."""
    events = (
        acquired("2012-01-05", "north", "mill", "60%"),
        observed("2014-03-11", "north", "mill", "10%", id="seen"),
        acquired("2014-03-11", "north", "mill", "10%"),
        disposed("2014-03-11", "north", "mill", holds="0%"),
    )
    for order in permutations(events):
        history = History(order)
        assert shares(history, "2014-03-10") == [("60%", True)]
        assert shares(history, "2014-03-11") == [("10%", True)]
        assert "C407" not in codes(history)
