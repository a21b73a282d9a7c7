"""One happening, several tellers: what is taken as one, what stays two, and how it is said."""

from __future__ import annotations

import io
import shlex
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given as law
from hypothesis import settings
from hypothesis import strategies as st

from chronicle.cli import chronicle as command
from chronicle.engine import knowledge
from chronicle.engine.projectors import PROJECTORS
from chronicle.events import Event
from chronicle.history import History, open_history
from chronicle.interop import FORMATS
from chronicle.interop.importing import import_events
from chronicle.interop.tabular.mapping import mapping_of
from chronicle.stores import Store, open_store
from given import acquired, corrected, day, disposed, happened, issued, observed, written

MARCH, THE_11TH = "2014-03", "2014-03-11"


def by(*publishers: str, published: str | None = None) -> list[dict[str, str]]:
    """The sources of a claim."""
    dated = {} if published is None else {"published": published}
    return [{"publisher": publisher, **dated} for publisher in publishers]


def bought(id: str, date: str, publisher: str | None, share: str | None = "30%", **fields: Any) -> Event:
    """A publisher tells that north bought a part of the mill."""
    told = {} if publisher is None else {"sources": by(publisher)}
    return acquired(date, "north", "mill", share, id=id, **{**told, **fields})


def sold(id: str, date: str, publisher: str | None, share: str | None = "30%", **fields: Any) -> Event:
    """A publisher tells that south sold a part of the mill."""
    told = {} if publisher is None else {"sources": by(publisher)}
    return disposed(date, "south", "mill", share, id=id, **{**told, **fields})


SOUTH = acquired("2012-01-01", "south", "mill", "80%", id="south-before")


def share(*events: Event, holder: str = "north", on: str = "2015") -> str | None:
    """What a holder has of the mill."""
    found = History(events).as_of(on).share(holder, "mill")
    return None if found is None else str(found)


def codes(*events: Event) -> list[str]:
    """The codes of what check finds."""
    return [problem.code for problem in History(events).check()]


def counted(*events: Event) -> list[Event]:
    """The events that count."""
    return list(knowledge.resolve(events, None, PROJECTORS).settled.events)


# One purchase


def test_a_purchase_told_with_two_precisions_is_one() -> None:
    """It was in the narrowest window that both allow, and nothing of it is added twice."""
    events = [bought("one", MARCH, "Paper A"), bought("two", THE_11TH, "Paper B")]
    (holding,) = History(events).as_of("2015").holdings(holder="north")
    assert (str(holding.share), holding.certain, holding.since.text) == ("30%", True, THE_11TH)
    assert share(*events, on="2014-03-10") is None


def test_what_several_tell_is_shown_and_said_once() -> None:
    """`conflicts` has every claim, `check` one finding with what to do, `why` the other papers."""
    events = [
        bought("one", MARCH, "A"),
        bought("two", THE_11TH, "B"),
        bought("three", "2014-Q1", "C"),
        bought("four", "2014", "D"),
    ]
    history = History(events)
    (conflict,) = history.conflicts()
    assert (conflict.fact, conflict.once) == (("stake", "north", "mill", "equity"), True)
    assert {each.id for each in (conflict.chosen, *conflict.others)} == {"one", "two", "three", "four"}
    assert (conflict.differ, conflict.rule) == ((), "all agree; dated 2014-03-11, which all allow")
    (problem,) = history.check()
    assert (problem.code, problem.severity) == ("C417", "warning")
    assert problem.message.startswith("told by 4, counted once: ")
    assert (
        problem.help == "nothing to do if that is so; if these are separate, say `apart: yes` on one of them"
    )
    assert set(problem.events) == {"one", "two", "three", "four"}
    (reason,) = history.why("north", "mill", as_of="2015").reasons
    assert [step.conflicts for step in reason.steps] == [(conflict,)]
    assert reason.contradicted_by == ()


@pytest.mark.parametrize(
    ("first", "second", "window"),
    [
        (MARCH, THE_11TH, "2014-03-11"),
        ("2014", "2014-Q1", "2014-Q1"),
        ("[2014-03-05..2014-03-20]", "[2014-03-11..2014-05-01]", "[2014-03-11..2014-03-20]"),
        ("[2014-03..]", "[..2014-04]", "[2014-03-01..2014-04-30]"),
        ("[..2014-03-11]", "[2014-03-11..]", "2014-03-11"),
        ("[2014-03..]", "[2014-04..]", "[2014-04..]"),
        ("2014-03~", "2014-03", "2014-03"),
    ],
)
def test_the_date_is_the_narrowest_window_that_all_allow(first: str, second: str, window: str) -> None:
    """In the words of one of them where one has just that window, else as a range."""
    for events in permutations([bought("one", first, "A"), bought("two", second, "B")]):
        (told,) = counted(*events)
        assert told.date.text == window


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"share": "30%"}, {"share": "30%"}),
        ({"share": "30%"}, {"share": "33%"}),
        ({"share": "0.3%"}, {"share": "0.34%"}),
        ({"share": "30%"}, {"share": "25-50%"}),
        ({"share": "30%"}, {"share": "?"}),
        ({"share": "30%"}, {"share": "29.97%", "shares": "2,997"}),
        ({"share": "30%"}, {"share": None, "shares": "300"}),
        ({"share": None, "shares": "12.5bn"}, {"share": None, "shares": "12488058846"}),
        ({"share": None, "shares": "1"}, {"share": None, "shares": "1"}),
        ({"share": None, "holds": "60%"}, {"share": None, "holds": "59.32%"}),
        ({"price": "USD 800M"}, {"price": "USD 805M"}),
        ({"price": "USD 800M"}, {"price": "HKD 6.24bn"}),
        ({"price": "USD 800M"}, {"price": "undisclosed"}),
        ({"seller": "south"}, {}),
        ({"deal": "d"}, {}),
    ],
)
def test_amounts_that_can_be_the_same_are_those_of_one(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Rounded, near each other, in two currencies, or said by one alone."""
    before = acquired("2012-01-01", "south", "mill", "40%")
    events = [before, bought("one", MARCH, "A", **first), bought("two", THE_11TH, "B", **second)]
    assert len(counted(*events)) == 2
    assert codes(*events) == ["C417"]


@pytest.mark.parametrize(
    "second",
    [
        {"share": "20%"},
        {"share": "26%"},
        {"share": None, "holds": "30%"},
        {"right": "votes"},
        {"price": "USD 80M"},
        {"seller": "x"},
        {"deal": "another"},
        {"date": "2014-04"},
        {"apart": "yes"},
        {"after": "one"},
    ],
)
def test_what_cannot_be_the_same_is_two(second: dict[str, Any]) -> None:
    """Another amount, right, party, deal or time; or somebody says that it is a happening of its own."""
    fixed = {"price": "USD 800M", "seller": "south"}
    one = bought("one", MARCH, "A", **fixed, deal="d")
    two = bought("two", **{"date": THE_11TH, "publisher": "B", **fixed, **second})
    assert {event.id for event in counted(one, two)} == {"one", "two"}
    assert "C417" not in codes(one, two)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (by("A"), by("A")),
        (by("A"), by("a ")),
        (by("A"), []),
        ([], []),
        ([{"title": "Notice"}], [{"title": "Other notice"}]),
        (by("A"), by("B", "A")),
    ],
    ids=["same", "same in other letters", "none", "none at all", "only titles", "one tells both"],
)
def test_one_publisher_or_none_tells_two_and_check_asks(first: list[Any], second: list[Any]) -> None:
    """Both count, and C410 now also where the windows only overlap."""
    events = [bought("one", MARCH, None, sources=first), bought("two", THE_11TH, None, sources=second)]
    assert share(*events) == "60%"
    (problem,) = History(events).check()
    assert (problem.code, set(problem.events)) == ("C410", {"one", "two"})
    assert "`apart: yes`" in str(problem.help)
    apart = bought("two", THE_11TH, None, sources=second, apart="yes")
    assert codes(events[0], apart) == []


def test_an_observation_that_agrees_in_another_window_is_not_told_twice() -> None:
    """It confirms; two observations of one day are the same event twice."""
    seen = [observed(date, "north", "mill", "30%") for date in ("2014", "2014-06", "2014-06")]
    assert codes(*seen[:2]) == []
    assert codes(*seen) == ["C410"]


def test_the_policy_decides_where_claims_differ_and_the_others_fill_in() -> None:
    """The more confident share counts; seller and price come from who says them."""
    one = bought("one", MARCH, "A", "30%", confidence="confirmed")
    two = bought("two", THE_11TH, "B", "29.4%", seller="south", price="USD 8M")
    (conflict,) = History([one, two]).conflicts()
    assert (conflict.chosen, conflict.differ) == (one, ("share",))
    assert conflict.rule == "confirmed outweighs the others; dated 2014-03-11, which all allow"
    events = [SOUTH, one, two]
    assert (share(*events), share(*events, holder="south")) == ("30%", "50%")
    told = counted(*events)[-1]
    assert (told.id, str(told.price), told.seller) == ("one", "USD 8M", "south")


def test_who_follows_a_claim_that_does_not_count_follows_the_one_that_does() -> None:
    """`after` names a report, and means what it reports."""
    one, two = bought("one", "2014", "A"), bought("two", "2014", "B")
    later = bought("later", "2014", "A", None, holds="5%", after="one")
    assert share(one, two, later) == "5%"
    assert codes(one, two, later) == ["C417"]


def test_a_correction_says_that_it_is_another() -> None:
    """From the day that it was known; before it the two were taken as one."""
    events = [
        bought("one", MARCH, "A", sources=by("A", published="2014-03")),
        bought("two", THE_11TH, "B", sources=by("B", published="2014-03")),
        corrected("2016", "two", {"apart": "yes"}),
    ]
    history = History(events)
    assert str(history.as_of("2015", known="2015").share("north", "mill")) == "30%"
    assert str(history.as_of("2015").share("north", "mill")) == "60%"


def test_nothing_is_joined_before_it_was_known() -> None:
    """The month stands until the second paper has the day."""
    one = bought("one", MARCH, "A", sources=by("A", published="2014-04"))
    two = bought("two", THE_11TH, "B", sources=by("B", published="2014-06"))
    history = History([one, two])
    since = [history.as_of("2015", known=known).holdings()[0].since.text for known in ("2014-05", "2014-07")]
    assert since == [MARCH, THE_11TH]


# The other kinds


def test_a_split_told_by_two_papers_happens_once() -> None:
    """1,000 shares split 4:1 in May are 4,000, not 16,000."""
    before = issued("2013", "mill", "1,000", total="1,000")
    splits = [
        happened("shares.restructured", date, issuer="mill", ratio=ratio, sources=by(publisher))
        for date, ratio, publisher in (("2014-05", "4:1", "A"), ("2014-05-11", "8:2", "B"))
    ]
    state = History([before, *splits]).as_of("2015")
    assert [fact.value.total for fact in state.view("shares")] == [4000]
    other = happened("shares.restructured", "2014-05", issuer="mill", ratio="2:1", sources=by("C"))
    assert [fact.value.total for fact in History([before, *splits, other]).as_of("2015").view("shares")] == [
        8000
    ]


@pytest.mark.parametrize(
    ("kind", "subject", "first", "second", "is_one"),
    [
        ("stake.disposed", {"holder": "north", "target": "mill"}, {"share": "5%"}, {"share": "5.2%"}, True),
        ("stake.disposed", {"holder": "north", "target": "mill"}, {"share": "5%"}, {"share": "8%"}, False),
        ("stake.disposed", {"holder": "north", "target": "mill", "share": "5%"}, {"buyer": "x"}, {}, True),
        (
            "stake.disposed",
            {"holder": "north", "target": "mill", "share": "5%"},
            {"buyer": "x"},
            {"buyer": "y"},
            False,
        ),
        ("investment.made", {"investor": "north", "project": "film"}, {}, {}, True),
        ("investment.made", {"investor": "north", "project": "film"}, {"share": "5%"}, {}, True),
        (
            "investment.made",
            {"investor": "north", "project": "film"},
            {"amount": "USD 5M"},
            {"amount": "USD 9M"},
            False,
        ),
        ("shares.issued", {"issuer": "mill"}, {"shares": "10M"}, {"shares": "10.4M"}, True),
        ("shares.issued", {"issuer": "mill"}, {"shares": "10M"}, {"shares": "20M"}, False),
        ("shares.issued", {"issuer": "mill", "shares": "100"}, {"total": "900"}, {"total": "500"}, False),
        (
            "shares.issued",
            {"issuer": "mill", "shares": "100"},
            {"subscribers": {"x": "60"}},
            {"subscribers": {"y": "40"}},
            True,
        ),
        (
            "shares.issued",
            {"issuer": "mill", "shares": "100"},
            {"subscribers": {"x": "100"}},
            {"subscribers": {"y": "100"}},
            False,
        ),
        (
            "shares.issued",
            {"issuer": "mill", "shares": "100"},
            {"subscribers": {"x": "100"}},
            {"subscribers": {"x": "50"}},
            False,
        ),
        ("shares.cancelled", {"issuer": "mill"}, {"shares": "10"}, {"shares": "10"}, True),
        ("shares.cancelled", {"issuer": "mill"}, {"shares": "10"}, {"shares": "15"}, False),
        ("shares.restructured", {"issuer": "mill"}, {"ratio": "2:1"}, {"ratio": "3:1"}, False),
        ("unit.launched", {"unit": "u", "owner": "north"}, {}, {}, False),
    ],
)
def test_every_kind_that_is_counted_can_have_several_tellers(
    kind: str, subject: dict[str, Any], first: dict[str, Any], second: dict[str, Any], is_one: bool
) -> None:
    """Their amounts, other parties, subscribers and totals say whether it is one."""
    events = [
        happened(kind, "2014", "one", **subject, **first, sources=by("A")),
        happened(kind, THE_11TH, "two", **subject, **second, sources=by("B")),
    ]
    assert len(counted(*events)) == (1 if is_one else 2)
    assert ("C417" in codes(*events)) == is_one


def test_subscribers_that_two_papers_name_are_those_of_one_issue() -> None:
    """Each paper has one of them; both got shares, once."""
    before = issued("2013", "mill", "100", total="100")
    papers = [
        issued("2014", "mill", "100", subscribers={holder: "50"}, sources=by(publisher))
        for holder, publisher in (("x", "A"), ("y", "B"))
    ]
    state = History([before, *papers]).as_of("2015")
    assert [str(state.share(holder, "mill")) for holder in "xy"] == ["25%", "25%"]


# Groups


def test_a_claim_that_two_happenings_take_is_a_doubt() -> None:
    """One paper tells of two purchases, another of one in that year: which one, nobody knows."""
    events = [
        bought("march", "2014-03-11", "A"),
        bought("may", "2014-05-24", "A"),
        bought("year", "2014", "B"),
    ]
    for order in permutations(events):
        resolved = knowledge.resolve(order, None, PROJECTORS)
        assert len(resolved.settled.events) == 2
        assert len(resolved.doubtful) == 2
        (problem,) = History(order).check()
        assert (problem.code, problem.events[0]) == ("C418", "year")
        assert set(problem.events) == {"march", "may", "year"}
        assert share(*order) == "60%"


def test_claims_that_are_too_many_to_compare_are_only_possible() -> None:
    """Two papers with four hundred purchases of one year each: nobody can tell which of them are the same."""
    crowd = [bought(f"{paper}-{number}", "2014", paper) for number in range(400) for paper in ("a", "b")]
    alone = bought("alone", "2016", "A")
    resolved = knowledge.resolve([*crowd, alone], None, PROJECTORS)
    assert {event.id for event in resolved.settled.events} - {"alone"} <= resolved.doubtful
    assert "alone" not in resolved.doubtful
    assert resolved.doubts[-1].code == "C418"
    assert resolved.doubts[-1].message.startswith("800 claims of overlapping dates are too many")


def test_one_wide_claim_finds_the_one_of_many_that_it_can_be() -> None:
    """Of ninety purchases, one a month and each of another amount, the undated claim tells the second."""
    months = [f"{year}-{month:02}" for year in range(2000, 2008) for month in range(1, 13)]
    events = [bought(month, month, "A", f"{place + 1}%") for place, month in enumerate(months)]
    joined = knowledge.resolve([bought("told", "[..2009]", "B", "2%"), *events], None, PROJECTORS)
    assert joined.settled.set_aside == {"2000-02": "told"}
    assert not joined.doubtful


def test_a_claim_joins_only_a_group_of_which_it_overlaps_every_member() -> None:
    """The first and the last of a chain are two purchases, whatever lies between."""
    events = [
        bought("a", "[2014-03-01..2014-03-10]", "A"),
        bought("b", "[2014-03-08..2014-03-20]", "B"),
        bought("c", "[2014-03-18..2014-04-30]", "C"),
    ]
    for order in permutations(events):
        assert share(*order) == "60%"


@pytest.mark.parametrize(
    ("first", "between", "last"),
    [
        (("2014-03", "30%"), ("[2014-03-20..2014-04-10]", "30%"), ("2014-04", "30%")),
        ((THE_11TH, "30%"), (THE_11TH, "32%"), (THE_11TH, "34%")),
        ((THE_11TH, "30%"), (THE_11TH, "?"), (THE_11TH, "40%")),
    ],
)
def test_a_claim_between_two_happenings_is_a_doubt(
    first: tuple[str, str], between: tuple[str, str], last: tuple[str, str]
) -> None:
    """It can tell what the one tells or what the other does, and which is not for the ids to decide."""
    told = dict(zip("ABC", (first, between, last), strict=True))
    for ids in permutations("xyz"):
        events = [
            bought(id, date, paper, part) for id, (paper, (date, part)) in zip(ids, told.items(), strict=True)
        ]
        for order in permutations(events):
            held = History(order).as_of("2014-12-31").holdings("north", "mill")
            assert held
            assert not any(each.certain for each in held)
            (problem,) = History(order).check()
            assert (problem.code, problem.events[0]) == ("C418", ids[1])
            assert set(problem.events) == set(ids)


def test_a_share_that_one_paper_does_not_know_comes_from_the_other() -> None:
    """`?` leaves the share open, whichever of the two claims counts."""
    claims = bought("a", THE_11TH, "A"), bought("b", THE_11TH, "B", "?")
    for order in permutations(claims):
        assert share(*order) == "30%"


def test_a_share_within_the_range_of_the_other_paper_is_the_share() -> None:
    """A range leaves open which share it is, whichever claim counts; what only meets it does not."""
    claims = bought("a", THE_11TH, "A"), bought("b", THE_11TH, "B", "25-50%")
    narrower = bought("c", THE_11TH, "C", "29-40%")
    for order in permutations((*claims, narrower)):
        assert share(*order) == "30%"
    assert share(claims[0], bought("d", THE_11TH, "D", "?"), claims[1]) == "30%"
    assert share(bought("e", THE_11TH, "E", "20-30%"), bought("f", THE_11TH, "F", "25-50%")) == "25-50%"
    assert share(bought("g", THE_11TH, "G", "29.6%"), bought("h", THE_11TH, "H", "30%")) == "30%"


def test_claims_of_one_deal_stay_a_matter_of_that_deal() -> None:
    """They are settled as before, whenever they say it was; one that names no deal goes with them."""
    claims = [
        bought("a", "2014-06-24", "A", None, holds="30%", deal="d"),
        bought("b", "2014-06-25", "B", None, holds="30%", deal="d"),
        bought("c", "2014-06", "C", None, holds="30%"),
    ]
    for order in permutations(claims):
        assert [event.id for event in counted(*order)] != []
        assert share(*order) == "30%"
        assert "C418" not in codes(*order)
    assert History(claims[:2]).conflicts()[0].differ == ("day",)
    assert not History(claims[:2]).conflicts()[0].once


# Both sides


@pytest.mark.parametrize(
    ("buyer_says", "seller_says"),
    [
        ({"seller": "south"}, {}),
        ({}, {"buyer": "north"}),
        ({"seller": "south"}, {"buyer": "north"}),
        ({"seller": "south", "share": None, "holds": "30%"}, {}),
        ({"seller": "south"}, {"share": None, "holds": "50%"}),
        ({"seller": "south", "price": "USD 5M"}, {"holds": "50%"}),
        ({"seller": "south", "confidence": "rumoured"}, {"confidence": "confirmed"}),
        ({"seller": "south", "date": MARCH}, {"date": "2014"}),
        ({"seller": "south", "share": "?"}, {}),
        ({"seller": "south"}, {"share": "?"}),
        ({"seller": "south", "share": "25-50%"}, {}),
    ],
)
def test_the_notices_of_buyer_and_seller_are_one(
    buyer_says: dict[str, Any], seller_says: dict[str, Any]
) -> None:
    """North has 30 %, south 50 %, whoever names whom and whatever each adds."""
    notices = [
        bought("bought", **{"date": THE_11TH, "publisher": "Buyer", **buyer_says}),
        sold("sold", **{"date": THE_11TH, "publisher": "Seller", **seller_says}),
    ]
    for events in ([SOUTH, *notices], [*reversed(notices), SOUTH]):
        assert (share(*events), share(*events, holder="south")) == ("30%", "50%")
        assert codes(*events) == ["C417"]


@pytest.mark.parametrize(
    ("buyer_says", "seller_says"),
    [
        ({}, {}),
        ({"seller": "x"}, {}),
        ({"seller": "south"}, {"buyer": "x"}),
        ({"seller": "south", "right": "votes"}, {}),
        ({"seller": "south"}, {"share": "5%"}),
        ({"seller": "south"}, {"date": "2014-04"}),
        ({"seller": "south"}, {"publisher": "Buyer"}),
        ({"seller": "south"}, {"publisher": None}),
        ({"seller": "south"}, {"apart": "yes"}),
    ],
)
def test_two_notices_that_are_not_of_one_sale_stay_two(
    buyer_says: dict[str, Any], seller_says: dict[str, Any]
) -> None:
    """Nobody names the other, or something contradicts, or one publisher tells both."""
    notices = [
        bought("bought", **{"date": THE_11TH, "publisher": "Buyer", **buyer_says}),
        sold("sold", **{"date": THE_11TH, "publisher": "Seller", **seller_says}),
    ]
    assert {event.id for event in counted(SOUTH, *notices)} == {"south-before", "bought", "sold"}


def test_one_side_told_twice_and_the_other_once_are_one() -> None:
    """Two papers on the purchase, a notice of the seller: three tell it."""
    events = [
        SOUTH,
        bought("one", MARCH, "A"),
        bought("two", THE_11TH, "B", seller="south"),
        sold("three", "2014", "Seller"),
    ]
    for order in permutations(events):
        assert (share(*order), share(*order, holder="south")) == ("30%", "50%")
        (problem,) = History(order).check()
        assert problem.message.startswith("told by 3, counted once")


def test_a_sale_that_two_purchases_take_is_a_doubt() -> None:
    """It is counted with one of them, and not once more."""
    events = [
        SOUTH,
        bought("march", "2014-03-11", "A", seller="south"),
        bought("may", "2014-05-24", "A", seller="south"),
        sold("year", "2014", "Seller"),
    ]
    for order in permutations(events):
        assert (share(*order), share(*order, holder="south")) == ("60%", "20%")
        assert codes(*order) == ["C418"]


# Effects of deals


def deal(*effects: dict[str, Any], publisher: str = "A") -> list[Event]:
    """A deal that was agreed and completed."""
    return [
        happened("deal.agreed", "2014-01", "agreed", deal="d", effects=list(effects), sources=by(publisher)),
        happened("deal.completed", "2014-03-11", "completed", deal="d", sources=by(publisher)),
    ]


STAKE = {"kind": "stake.acquired", "holder": "north", "target": "mill", "share": "30%"}


@pytest.mark.parametrize(
    ("own", "total"),
    [
        ({"date": MARCH, "publisher": "B"}, "30%"),
        ({"date": MARCH, "publisher": "A", "deal": "d"}, "30%"),
        ({"date": MARCH, "publisher": None, "deal": "d"}, "30%"),
        ({"date": MARCH, "publisher": "A"}, "60%"),
        ({"date": MARCH, "publisher": None}, "60%"),
        ({"date": "2014-04", "publisher": "B", "deal": "d"}, "60%"),
        ({"date": MARCH, "publisher": "B", "share": "20%"}, "50%"),
        ({"date": MARCH, "publisher": "B", "deal": "d", "apart": "yes"}, "60%"),
    ],
)
def test_an_effect_of_a_deal_and_an_event_that_tells_the_same_are_one(
    own: dict[str, Any], total: str
) -> None:
    """By the deal that it names, or by independent publishers; it was on the day of completion then."""
    event = bought("own", **own)
    for events in ([*deal(STAKE), event], [event, *deal(STAKE)]):
        assert share(*events) == total
        assert ("C417" in codes(*events)) == (total == "30%")
        asked = total == "60%" and own["date"] == MARCH and not own.get("apart")
        assert ("C410" in codes(*events)) == asked
    if total == "30%":
        (holding,) = History([*deal(STAKE), event]).as_of("2015").holdings()
        assert (holding.events, holding.since.text) == (("own",), "2014-03-11")


def test_the_notice_of_the_seller_beside_the_effect_is_asked_about_too() -> None:
    """Nobody is named as publisher: both count, and somebody is asked whether they are one."""
    events = [SOUTH, *deal({**STAKE, "seller": "south"}), sold("sold", THE_11TH, None)]
    assert share(*events, holder="south") == "20%"
    (problem,) = [problem for problem in History(events).check() if problem.code == "C410"]
    assert problem.events == ("sold", "completed")
    assert problem.help == "say `deal: d` on it if it tells the same; if both happened, `apart: yes`"


def test_the_other_effects_of_a_deal_happen_all_the_same() -> None:
    """Only the one that is told otherwise is left out, and only once."""
    other = {**STAKE, "holder": "east", "share": "5%"}
    events = [*deal(STAKE, other, STAKE), bought("own", MARCH, "B")]
    assert (share(*events), share(*events, holder="east")) == ("60%", "5%")


@pytest.mark.parametrize("own", [{"publisher": "Seller"}, {"publisher": None, "deal": "d"}])
@pytest.mark.parametrize("says", [{}, {"share": None, "holds": "50%"}, {"buyer": "north"}])
def test_the_notice_of_the_seller_tells_the_effect_that_names_it(
    own: dict[str, Any], says: dict[str, Any]
) -> None:
    """The deal gave north a part of what south had, and south says so."""
    notice = sold("own", **{"date": MARCH, **own, **says})
    for events in (
        [SOUTH, *deal({**STAKE, "seller": "south"}), notice],
        [notice, *deal({**STAKE, "seller": "south"}), SOUTH],
    ):
        assert (share(*events), share(*events, holder="south")) == ("30%", "50%")
        assert codes(*events) == ["C417"]


def test_an_effect_is_not_told_before_its_deal_completes() -> None:
    """What was only agreed is no purchase: the event of its own stands alone."""
    assert share(deal(STAKE)[0], bought("own", MARCH, "B")) == "30%"
    assert codes(deal(STAKE)[0], bought("own", MARCH, "B")) == []


# Recorded, edited, and recorded again


def recorded(folder: Path, *events: str, options: tuple[str, ...] = ()) -> Result:
    """Record a file with these events into the store of the folder."""
    file = written(folder, ENTITIES + "".join(f"  - {event}\n" for event in events))
    return CliRunner().invoke(command, ["record", str(file), "--into", str(folder / "corp.db"), *options])


ENTITIES = (
    "entities:\n"
    "  - {id: north, name: North Holdings, type: company}\n"
    "  - {id: south, name: South Capital, type: company}\n"
    "  - {id: mill, name: Mill Works, type: company}\n"
    "events:\n"
)
FIRST = "{kind: stake.acquired, date: 2014-03, holder: north, target: mill, share: 40%}"
PRECISE = "{kind: stake.acquired, date: 2014-03-11, holder: north, target: mill, share: 40%}"


def test_an_event_whose_date_was_made_precise_is_not_recorded_twice(tmp_path: Path) -> None:
    """Refused with the command that does it, and that command does it."""
    recorded(tmp_path, FIRST)
    refused = recorded(tmp_path, PRECISE)
    assert refused.exit_code == 1
    asked = 'is this "2014-03-stake-acquired-north-mill" with another date?'
    assert asked in refused.stderr
    assert "`id:`" in refused.stderr
    assert "--new" in refused.stderr
    said = refused.stderr.replace("\n", " ")
    line = said[said.index("chronicle correct") : said.index("; if it is another")]
    corrected = CliRunner().invoke(command, shlex.split(line)[1:])
    assert corrected.exit_code == 0, corrected.stderr
    history = open_history(tmp_path / "corp.db")
    (holding,) = history.as_of("2015").holdings()
    assert (str(holding.share), holding.since.text) == ("40%", THE_11TH)
    again = recorded(tmp_path, PRECISE)
    assert (again.exit_code, "corrected there already" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("events", "options"),
    [
        ((PRECISE,), ("--new",)),
        ((PRECISE.replace("{", "{id: another, "),), ()),
        ((FIRST, PRECISE), ()),
        ((PRECISE.replace("40%", "20%"),), ()),
        ((PRECISE.replace("03-11", "04"),), ()),
        ((PRECISE.replace("share", "holds"),), ()),
        ((PRECISE.replace("mill,", "mill, right: votes,"),), ()),
        (("{kind: entity.founded, date: 2014-03, entity: mill, name: Mill, type: company}",), ()),
    ],
    ids=["--new", "id", "both in the files", "amount", "window", "result", "right", "kind"],
)
def test_what_is_another_event_is_recorded(
    tmp_path: Path, events: tuple[str, ...], options: tuple[str, ...]
) -> None:
    """It has an id, or differs, or the files have both, or the command line says so."""
    recorded(tmp_path, FIRST)
    result = recorded(tmp_path, *events, options=options)
    assert (result.exit_code, "C51" in result.stderr) == (0, False), result.stderr


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "{kind: role.appointed, date: 2014, person: south, entity: mill, role: director}",
            "{kind: role.appointed, date: 2014-05-02, person: south, entity: mill, role: director}",
        ),
        (
            "{kind: entity.renamed, date: 2014, entity: mill, name: Mills}",
            "{kind: entity.renamed, date: 2014-05-02~, entity: mill, name: Mills}",
        ),
        (
            "{kind: shares.issued, date: 2014-05, issuer: mill, shares: 100}",
            "{kind: shares.issued, date: '[2014-05-02..2014-07]', issuer: mill, shares: 100, total: 900}",
        ),
    ],
)
def test_every_kind_of_event_can_be_made_precise(tmp_path: Path, first: str, second: str) -> None:
    """A window that is moved, narrowed or widened is another date of the same event."""
    recorded(tmp_path, first)
    result = recorded(tmp_path, second)
    assert (result.exit_code, "C516" in result.stderr) == (1, True)


def test_what_was_retracted_is_in_nobodys_way(tmp_path: Path) -> None:
    """Its successor with a precise date is recorded as any event."""
    recorded(tmp_path, FIRST)
    store = str(tmp_path / "corp.db")
    line = ["retract", "2014-03-stake-acquired-north-mill", "--reason", "slip", "--into", store]
    assert CliRunner().invoke(command, line).exit_code == 0
    assert recorded(tmp_path, PRECISE).exit_code == 0


def test_all_the_same_with_another_party_is_a_warning(tmp_path: Path) -> None:
    """Both are recorded, and somebody is asked whether they are two."""
    recorded(tmp_path, FIRST)
    other = FIRST.replace("north", "south")
    for options, warned in (((), True), (("--new",), False)):
        result = recorded(tmp_path, other, options=("--dry-run", *options))
        assert (result.exit_code, "C517" in result.stderr) == (0, warned)


# Rows of a table


TABLE = b"id,day,publisher,share\na,2014-03,Paper A,30%\nb,2014-03-11,Paper B,30%\n"
PURCHASES = {
    "kind": "stake.acquired",
    "id": "{id}",
    "date": "{day}",
    "holder": "north",
    "target": "mill",
    "share": "{share}",
    "source": {"publisher": "{publisher}"},
}


def rows(**more: object) -> list[Event]:
    """The purchases that the rows of the table make."""
    mapping, faults = mapping_of({"events": [PURCHASES], **more})
    assert faults == []
    made = list(FORMATS["csv"].reader()(io.BytesIO(TABLE), "table.csv", mapping))
    return [each for each in made if isinstance(each, Event)]


def test_rows_of_one_table_are_never_taken_as_one_unless_the_mapping_says_so() -> None:
    """A column of publishers makes no papers of the rows; `tellers: yes` does."""
    assert share(*rows()) == "60%"
    assert share(*rows(tellers="yes")) == "30%"
    assert mapping_of({"events": [PURCHASES], "tellers": "perhaps"})[1] != []


def test_rows_that_were_imported_before_are_not_corrected() -> None:
    """Rows told apart are the same rows; that they are tellers after all is a correction."""
    before, told_apart = open_store("memory:"), open_store("memory:")
    steps: list[tuple[Store, list[Event], tuple[int, int]]] = [
        (before, rows(tellers="yes"), (2, 0)),
        (before, rows(), (0, 0)),
        (told_apart, rows(), (2, 0)),
        (told_apart, rows(), (0, 0)),
        (told_apart, rows(tellers="yes"), (0, 2)),
    ]
    for store, made, outcome in steps:
        summary = import_events(made, store, today=day("2016"))
        assert (summary.added, summary.corrected) == outcome
    assert str(History.from_store(told_apart).as_of("2015").share("north", "mill")) == "30%"


# The law


DATES = st.sampled_from(
    ["2014", "2014-Q1", MARCH, THE_11TH, "2014-03-24", "[2014-03-08..2014-04-02]", "2014-04", "[..2014-03]"]
)
KINDS = st.sampled_from(
    [
        ("stake.acquired", {"holder": "north", "target": "mill", "share": "10%"}),
        ("stake.acquired", {"holder": "north", "target": "mill", "share": "10%", "seller": "south"}),
        ("stake.acquired", {"holder": "north", "target": "mill", "share": "5%"}),
        ("stake.acquired", {"holder": "south", "target": "mill", "share": "10%"}),
        ("stake.disposed", {"holder": "south", "target": "mill", "share": "10%"}),
        ("stake.disposed", {"holder": "south", "target": "mill", "share": "10%", "buyer": "north"}),
        ("shares.restructured", {"issuer": "mill", "ratio": "2:1"}),
        ("shares.issued", {"issuer": "mill", "shares": "100"}),
    ]
)
CLAIMS = st.lists(
    st.tuples(DATES, KINDS, st.sampled_from([(), ("A",), ("B",), ("C",), ("A", "C")]), st.booleans()),
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=max(200, settings.default.max_examples))
@law(CLAIMS, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_files_changes_nothing(drawn: list[Any], random: Any) -> None:
    """The same events count, with the same dates and doubts, in whatever order they are read."""
    events = [
        happened(
            kind,
            date,
            f"e{number}",
            **fields,
            # Known one after the other, so that the policy never has to look at who was recorded last.
            sources=by(*publishers, published=f"2015-01-{number + 1:02}"),
            apart="yes" if apart and number % 3 == 0 else "no",
        )
        for number, (date, (kind, fields), publishers, apart) in enumerate(drawn)
    ]
    shuffled = list(events)
    random.shuffle(shuffled)
    one, two = (knowledge.resolve(each, None, PROJECTORS) for each in (events, shuffled))
    assert {event.id: event for event in one.settled.events} == {e.id: e for e in two.settled.events}
    assert one.doubtful == two.doubtful
    assert {frozenset(each.events) for each in one.doubts} == {frozenset(each.events) for each in two.doubts}


@pytest.mark.slow
@settings(max_examples=max(200, settings.default.max_examples))
@law(CLAIMS)
def test_what_is_joined_can_be_one(drawn: list[Any]) -> None:
    """Every claim counts or is set aside for one that counts, and dates only get narrower."""
    events = [
        happened(kind, date, f"e{number}", **fields, sources=by(*publishers))
        for number, (date, (kind, fields), publishers, _) in enumerate(drawn)
    ]
    settled = knowledge.resolve(events, None, PROJECTORS).settled
    kept = {event.id: event for event in settled.events}
    assert kept.keys() | settled.set_aside.keys() == {event.id for event in events}
    assert not kept.keys() & settled.set_aside.keys()
    for event in events:
        stands = kept[settled.set_aside.get(event.id, event.id)]
        assert event.date.earliest <= stands.date.earliest <= stands.date.latest <= event.date.latest
