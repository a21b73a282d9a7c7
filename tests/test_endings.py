"""Ends with imprecise dates: what they leave certain, possible and absent, for all that ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from chronicle.cli import chronicle
from chronicle.engine.state import State
from chronicle.errors import UsageError
from chronicle.events import Event
from chronicle.history import History
from given import absorbed, acquired, disposed, filed, happened, issued, launched, observed, transferred

CERTAIN, POSSIBLE, ABSENT = "certain", "possible", "absent"


def sure(found: Iterable[Any]) -> str:
    """Whether what was found on a day is certain, possible or absent; of one value, two are never certain."""
    answers = [each.certain for each in found]
    assert answers.count(True) <= 1
    return CERTAIN if True in answers else POSSIBLE if answers else ABSENT


def codes(*events: Event) -> list[str]:
    """The codes of what check finds."""
    return [problem.code for problem in History(events).check()]


# Every ending


class Ending(NamedTuple):
    """Something that begins and ends: the events of it from two dates, and what stands between them."""

    events: Callable[[str, str], Sequence[Event]]
    stands: Callable[[State], str]


def tie(begin: str, end: str, shared: dict[str, Any], begun: dict[str, Any], ended: dict[str, Any]) -> Any:
    """The two events of a tie, made from two dates."""
    return lambda first, last: (
        happened(begin, first, **shared, **begun),
        happened(end, last, **shared, **ended),
    )


def held(holder: str, target: str = "mill") -> Callable[[State], str]:
    """Whether a holder has something of a target."""
    return lambda state: sure(state.holdings(holder, target))


ROLE = {"person": "ann", "entity": "mill", "role": "director"}
CONTROL = {"controller": "north", "target": "mill"}
PARTIES = {"parties": ["north", "mill"]}
CLOSED = {"reason": "closed"}

ENDINGS = {
    "role": Ending(tie("role.appointed", "role.ended", ROLE, {}, {}), lambda state: sure(state.roles())),
    "membership": Ending(
        tie("membership.started", "membership.ended", {"entity": "mill", "group": "index-50"}, {}, {}),
        lambda state: sure(state.memberships()),
    ),
    "listing": Ending(
        tie("listing.started", "listing.ended", {"entity": "mill", "exchange": "HKEX"}, {}, CLOSED),
        lambda state: sure(state.listings()),
    ),
    "listing-wherever": Ending(
        tie("listing.started", "listing.ended", {"entity": "mill"}, {"exchange": "HKEX"}, CLOSED),
        lambda state: sure(state.listings()),
    ),
    "control": Ending(
        tie("control.granted", "control.ended", {**CONTROL, "basis": "contract"}, {}, {}),
        lambda state: sure(state.control()),
    ),
    "control-of-any-basis": Ending(
        tie("control.granted", "control.ended", CONTROL, {"basis": "contract"}, {}),
        lambda state: sure(state.control()),
    ),
    "partnership": Ending(
        tie("partnership.agreed", "partnership.ended", {**PARTIES, "subject": "films"}, {}, {}),
        lambda state: sure(state.partnerships()),
    ),
    "partnership-in-all": Ending(
        tie("partnership.agreed", "partnership.ended", PARTIES, {"subject": "films"}, {}),
        lambda state: sure(state.partnerships()),
    ),
    "unit": Ending(
        tie("unit.launched", "unit.closed", {"unit": "shop"}, {"owner": "north"}, CLOSED),
        lambda state: sure(state.units()),
    ),
    "stake-of-nothing": Ending(
        lambda first, last: (
            acquired(first, "north", "mill", "60%"),
            disposed(last, "north", "mill", holds="0%"),
        ),
        held("north"),
    ),
    "stake-sold-out": Ending(
        lambda first, last: (
            acquired(first, "north", "mill", "60%"),
            disposed(last, "north", "mill", "60%"),
        ),
        held("north"),
    ),
    "stake-bought-from": Ending(
        lambda first, last: (
            acquired(first, "north", "mill", "60%"),
            acquired(last, "south", "mill", "60%", seller="north"),
        ),
        held("north"),
    ),
    "stake-sold-by-count": Ending(
        lambda first, last: (
            issued("1990-01-01", "mill", "1000", total="1000"),
            acquired(first, "north", "mill", shares="600"),
            disposed(last, "north", "mill", shares="600"),
        ),
        held("north"),
    ),
    "votes": Ending(
        lambda first, last: (
            acquired(first, "north", "mill", "60%", right="votes"),
            disposed(last, "north", "mill", "60%", right="votes"),
        ),
        held("north"),
    ),
    "deal": Ending(
        lambda first, last: (
            happened("deal.proposed", first, deal="sale", title="Sale", parties=["north", "south"]),
            happened("deal.terminated", last, deal="sale", reason="called off"),
        ),
        lambda state: sure(state.deals(stage="proposed")),
    ),
    "deal-completed": Ending(
        lambda first, last: (
            happened("deal.agreed", first, deal="sale", title="Sale", parties=["north", "south"]),
            happened("deal.completed", last, deal="sale"),
        ),
        lambda state: sure(state.deals(stage="agreed")),
    ),
    "life": Ending(
        lambda first, last: (
            happened("entity.founded", first, entity="mill", name="Mill", type="company"),
            happened("entity.dissolved", last, entity="mill", reason="wound up"),
        ),
        lambda state: sure(fact for fact in state.view("status") if fact.value.status == "active"),
    ),
    "absorbed-holder": Ending(
        lambda first, last: (acquired(first, "south", "mill", "60%"), absorbed(last, "north", "south")),
        held("south"),
    ),
    "absorbed-target": Ending(
        lambda first, last: (acquired(first, "south", "mill", "60%"), absorbed(last, "north", "mill")),
        held("south"),
    ),
    "absorbed-owner": Ending(
        lambda first, last: (launched(first, "shop", "south"), absorbed(last, "north", "south")),
        lambda state: sure(state.units(owner="south")),
    ),
    "consolidated-holder": Ending(
        lambda first, last: (
            acquired(first, "south", "mill", "60%"),
            happened("merger.consolidated", last, predecessors=["north", "south"], successor="both"),
        ),
        held("south"),
    ),
    "consolidated-owner": Ending(
        lambda first, last: (
            launched(first, "shop", "south"),
            happened("merger.consolidated", last, predecessors=["north", "south"], successor="both"),
        ),
        lambda state: sure(state.units(owner="south")),
    ),
    "identifier": Ending(
        lambda first, last: (
            happened("entity.identified", first, entity="mill", scheme="ticker", value="0042", until=last),
        ),
        lambda state: sure(state.view("identifiers")),
    ),
}

# Each by hand: what begins by the first date and ends by the second stands on these days as said. An end that
# can lie before the beginning is cut to it, and so is a beginning that can lie behind the end.
SPANS: dict[tuple[str, str], dict[str, str]] = {
    # A day begins, and ends of every precision.
    ("2012-03-05", "2014-03-11"): {
        "2012-03-04": ABSENT,
        "2012-03-05": CERTAIN,
        "2014-03-10": CERTAIN,
        "2014-03-11": ABSENT,
        "2020-01-01": ABSENT,
    },
    ("2012-03-05", "[..2014]"): {
        "2012-03-04": ABSENT,
        "2012-03-05": POSSIBLE,
        "2012-04-01": POSSIBLE,
        "2014-12-30": POSSIBLE,
        "2014-12-31": ABSENT,
        "2020-01-01": ABSENT,
    },
    ("2012-03-05", "[2014..]"): {
        "2012-03-04": ABSENT,
        "2012-03-05": CERTAIN,
        "2013-12-31": CERTAIN,
        "2014-01-01": POSSIBLE,
        "2020-01-01": POSSIBLE,
    },
    ("2012-03-05", "2014"): {
        "2012-03-05": CERTAIN,
        "2013-12-31": CERTAIN,
        "2014-01-01": POSSIBLE,
        "2014-12-30": POSSIBLE,
        "2014-12-31": ABSENT,
    },
    ("2012-03-05", "2014~"): {
        "2013-12-31": CERTAIN,
        "2014-01-01": POSSIBLE,
        "2014-12-30": POSSIBLE,
        "2014-12-31": ABSENT,
    },
    ("2012-03-05", "2014-Q2"): {
        "2014-03-31": CERTAIN,
        "2014-04-01": POSSIBLE,
        "2014-06-29": POSSIBLE,
        "2014-06-30": ABSENT,
    },
    ("2012-03-05", "2014-03"): {
        "2014-02-28": CERTAIN,
        "2014-03-01": POSSIBLE,
        "2014-03-30": POSSIBLE,
        "2014-03-31": ABSENT,
    },
    ("2012-03-05", "2014-03~"): {
        "2014-02-28": CERTAIN,
        "2014-03-01": POSSIBLE,
        "2014-03-30": POSSIBLE,
        "2014-03-31": ABSENT,
    },
    ("2012-03-05", "[2013-06..2014-03]"): {
        "2013-05-31": CERTAIN,
        "2013-06-01": POSSIBLE,
        "2014-03-30": POSSIBLE,
        "2014-03-31": ABSENT,
    },
    ("2012-03-05", "[0001..9999]"): {
        "2012-03-04": ABSENT,
        "2012-03-05": POSSIBLE,
        "2020-01-01": POSSIBLE,
    },
    # The end may lie before, on and after the beginning.
    ("2012-03-05", "2012"): {
        "2012-03-04": ABSENT,
        "2012-03-05": POSSIBLE,
        "2012-12-30": POSSIBLE,
        "2012-12-31": ABSENT,
    },
    ("2012-03-05", "2012-Q1"): {
        "2012-03-04": ABSENT,
        "2012-03-05": POSSIBLE,
        "2012-03-30": POSSIBLE,
        "2012-03-31": ABSENT,
    },
    ("2012-03-05", "2012-03"): {
        "2012-03-04": ABSENT,
        "2012-03-05": POSSIBLE,
        "2012-03-30": POSSIBLE,
        "2012-03-31": ABSENT,
    },
    ("2012-03-05", "[2011-06..2012-04]"): {
        "2012-03-04": ABSENT,
        "2012-03-05": POSSIBLE,
        "2012-04-29": POSSIBLE,
        "2012-04-30": ABSENT,
    },
    # The beginning is imprecise as well.
    ("2012-03", "2014"): {
        "2012-02-29": ABSENT,
        "2012-03-15": POSSIBLE,
        "2012-03-31": CERTAIN,
        "2013-12-31": CERTAIN,
        "2014-06-30": POSSIBLE,
        "2014-12-31": ABSENT,
    },
    ("2012-03", "[..2014]"): {
        "2012-02-29": ABSENT,
        "2012-03-01": POSSIBLE,
        "2012-04-01": POSSIBLE,
        "2014-12-30": POSSIBLE,
        "2014-12-31": ABSENT,
    },
    ("2012", "2012-06"): {
        "2011-12-31": ABSENT,
        "2012-01-01": POSSIBLE,
        "2012-05-31": POSSIBLE,
        "2012-06-15": POSSIBLE,
        "2012-06-30": ABSENT,
        "2012-12-31": ABSENT,
    },
    ("2012-06", "2012"): {
        "2012-05-31": ABSENT,
        "2012-06-01": POSSIBLE,
        "2012-06-30": POSSIBLE,
        "2012-12-30": POSSIBLE,
        "2012-12-31": ABSENT,
    },
    ("2012", "2012"): {
        "2011-12-31": ABSENT,
        "2012-01-01": POSSIBLE,
        "2012-12-30": POSSIBLE,
        "2012-12-31": ABSENT,
    },
    ("2012", "2012-06-15"): {
        "2011-12-31": ABSENT,
        "2012-01-01": POSSIBLE,
        "2012-06-14": POSSIBLE,
        "2012-06-15": ABSENT,
    },
    ("[2012-03..2012-09]", "[2012-06..2013-06]"): {
        "2012-02-29": ABSENT,
        "2012-03-01": POSSIBLE,
        "2012-05-31": POSSIBLE,
        "2012-09-30": POSSIBLE,
        "2013-06-29": POSSIBLE,
        "2013-06-30": ABSENT,
    },
    ("[2012..]", "2014-03-11"): {
        "2011-12-31": ABSENT,
        "2012-01-01": POSSIBLE,
        "2014-03-10": POSSIBLE,
        "2014-03-11": ABSENT,
    },
    ("[2012..]", "[..2014]"): {
        "2011-12-31": ABSENT,
        "2012-01-01": POSSIBLE,
        "2014-12-30": POSSIBLE,
        "2014-12-31": ABSENT,
    },
    ("[..2012]", "2014"): {
        "2000-01-01": POSSIBLE,
        "2012-12-30": POSSIBLE,
        "2012-12-31": CERTAIN,
        "2013-12-31": CERTAIN,
        "2014-06-30": POSSIBLE,
        "2014-12-31": ABSENT,
    },
    ("[0001..9999]", "2014-03-11"): {
        "2000-01-01": POSSIBLE,
        "2014-03-10": POSSIBLE,
        "2014-03-11": ABSENT,
        "2020-01-01": ABSENT,
    },
    ("[0001..9999]", "[0001..9999]"): {"2000-01-01": POSSIBLE, "2020-01-01": POSSIBLE},
}


@pytest.mark.parametrize("dates", SPANS, ids=" to ".join)
@pytest.mark.parametrize("name", ENDINGS)
def test_what_ends_stands_as_long_as_its_dates_allow(name: str, dates: tuple[str, str]) -> None:
    """Certain only where every day of the two dates says so, possible where one does, and else absent."""
    ending = ENDINGS[name]
    events = ending.events(*dates)
    for told in (events, events[::-1]):
        history = History(told)
        answers = {day: ending.stands(history.as_of(day)) for day in SPANS[dates]}
        assert answers == SPANS[dates]
        assert not {"C408", "C416"} & {problem.code for problem in history.check()}


@pytest.mark.parametrize("end", ["2011", "2011-03-05", "[..2011]", "2011-Q4", "2012-02", "[2010..2012-02]"])
@pytest.mark.parametrize(
    "name",
    [name for name in ENDINGS if not name.startswith(("absorbed", "consolidated", "life", "identifier"))],
)
def test_an_end_that_is_over_before_its_beginning_is_a_finding_and_ends_nothing(name: str, end: str) -> None:
    """It makes sense nowhere, and what begins later stands for certain."""
    ending = ENDINGS[name]
    events = ending.events("2012-03-05", end)
    history = History(events)
    days = ("2012-03-04", "2012-03-05", "2020-01-01")
    assert [ending.stands(history.as_of(day)) for day in days] == [ABSENT, CERTAIN, CERTAIN]
    assert any(events[-1].id in problem.events for problem in history.check())


# More than one end


def stood(name: str, *dates: tuple[str, str | None]) -> History:
    """A tie with several beginnings and ends: those of each pair of dates, an end of None left out."""
    events: list[Event] = []
    for begin, end in dates:
        events += ENDINGS[name].events(begin, end or "2050")[: None if end else 1]
    return History(events)


TIES = [
    "role",
    "membership",
    "listing",
    "control",
    "partnership",
    "unit",
    "stake-of-nothing",
    "stake-sold-out",
]


@pytest.mark.parametrize("name", TIES)
def test_of_two_ends_each_ends_what_only_it_can_end(name: str) -> None:
    """One end "in 2013", one "by 2014": were that of the first time, the other would end nothing."""
    history = stood(name, ("2012-03-05", "2013"), ("2014-03", "[..2014]"))
    days = {
        "2012-12-31": CERTAIN,
        "2013-06-30": POSSIBLE,
        "2013-12-31": ABSENT,
        "2014-02-28": ABSENT,
        "2014-03-15": POSSIBLE,
        "2014-12-30": POSSIBLE,
        "2014-12-31": ABSENT,
    }
    assert {day: ENDINGS[name].stands(history.as_of(day)) for day in days} == days


@pytest.mark.parametrize(
    ("end", "again", "days"),
    [
        ("2014", "2014", {"2013-12-31": CERTAIN, "2014-06-30": POSSIBLE, "2014-12-31": CERTAIN}),
        (
            "2014",
            "2014-Q2",
            {"2013-12-31": CERTAIN, "2014-01-01": POSSIBLE, "2014-05-15": POSSIBLE, "2014-06-30": CERTAIN},
        ),
        ("[..2014]", "2014-03-11", {"2012-03-05": POSSIBLE, "2014-03-10": POSSIBLE, "2014-03-11": CERTAIN}),
        ("2014-03", "2014", {"2014-02-28": CERTAIN, "2014-03-31": POSSIBLE, "2014-12-31": CERTAIN}),
        ("[0001..9999]", "2014-03-11", {"2012-03-05": POSSIBLE, "2014-03-11": CERTAIN}),
    ],
)
@pytest.mark.parametrize("name", [name for name in TIES if not name.startswith("stake")])
def test_what_begins_again_was_over_before(name: str, end: str, again: str, days: dict[str, str]) -> None:
    """A begin finds its cell empty, so that the end before it is cut to the day of the new beginning."""
    history = stood(name, ("2012-03-05", end), (again, None))
    assert {day: ENDINGS[name].stands(history.as_of(day)) for day in days} == days


def shares_on(history: History, day: str) -> list[tuple[str, bool]]:
    """What north may hold of the mill on a day."""
    return [(str(held.share), held.certain) for held in history.as_of(day).holdings("north", "mill")]


def test_two_sales_in_one_year_leave_nothing_after_both() -> None:
    """60 % less 20 in 2014 and 40 in June: 60, 40 or 20 or nothing, until the end of the year."""
    history = History(
        (
            acquired("2012-03-05", "north", "mill", "60%"),
            disposed("2014", "north", "mill", "20%"),
            disposed("2014-06", "north", "mill", "40%"),
        )
    )
    assert shares_on(history, "2013-12-31") == [("60%", True)]
    assert shares_on(history, "2014-02-01") == [("60%", False), ("40%", False)]
    assert shares_on(history, "2014-07-01") == [("20%", False)]
    assert shares_on(history, "2014-12-31") == []


def test_two_purchases_in_one_year_add_up_after_both() -> None:
    """10 % in 2014 and 15 in June: each may come first, and 25 are certain from the end of the year."""
    history = History((acquired("2014", "north", "mill", "10%"), acquired("2014-06", "north", "mill", "15%")))
    assert shares_on(history, "2014-03-01") == [("10%", False)]
    assert sorted(shares_on(history, "2014-06-30")) == [("15%", False), ("25%", False)]
    assert shares_on(history, "2014-12-31") == [("25%", True)]


# What comes after an end


# What the second date makes, which the first allows. Each by hand.
AFTER: dict[tuple[str, str], dict[str, str]] = {
    ("2014-03-11", "2014"): {
        "2014-02-01": ABSENT,
        "2014-03-10": ABSENT,
        "2014-03-11": POSSIBLE,
        "2014-06-30": POSSIBLE,
        "2014-12-30": POSSIBLE,
        "2014-12-31": CERTAIN,
    },
    ("2014-03-11", "[..2015]"): {
        "2014-03-10": ABSENT,
        "2014-03-11": POSSIBLE,
        "2015-12-30": POSSIBLE,
        "2015-12-31": CERTAIN,
    },
    ("2014-03-11", "[2015..]"): {"2014-12-31": ABSENT, "2015-01-01": POSSIBLE, "2020-01-01": POSSIBLE},
    ("2014-03-11", "2014-Q1"): {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2014-03-31": CERTAIN},
    ("2014-03-11", "2014-03"): {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2014-03-31": CERTAIN},
    ("2014-03-11", "2014~"): {"2014-03-10": ABSENT, "2014-06-30": POSSIBLE, "2014-12-31": CERTAIN},
    ("2014-03-11", "[2014-06..2014-09]"): {
        "2014-05-31": ABSENT,
        "2014-06-01": POSSIBLE,
        "2014-09-30": CERTAIN,
    },
    ("2014-03-11", "2014-03-11"): {"2014-03-10": ABSENT, "2014-03-11": CERTAIN},
    ("2014-03-11", "[0001..9999]"): {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2020-01-01": POSSIBLE},
    ("2014-03", "2014"): {
        "2014-02-28": ABSENT,
        "2014-03-01": POSSIBLE,
        "2014-12-30": POSSIBLE,
        "2014-12-31": CERTAIN,
    },
    ("2014", "2014"): {"2013-12-31": ABSENT, "2014-01-01": POSSIBLE, "2014-12-31": CERTAIN},
    ("2014", "2014-06-30"): {"2014-06-29": ABSENT, "2014-06-30": CERTAIN},
    ("2014", "2014-Q2"): {"2014-03-31": ABSENT, "2014-04-01": POSSIBLE, "2014-06-30": CERTAIN},
    ("2014-06", "[..2014-06]"): {"2014-05-31": ABSENT, "2014-06-01": POSSIBLE, "2014-06-30": CERTAIN},
}

PURCHASE = {"kind": "stake.acquired", "holder": "north", "target": "mill", "share": "60%"}


def agreed(date: str, *effects: dict[str, Any], deal: str = "buy") -> Event:
    """A deal is agreed, with what it would do."""
    parties = ["north", "south"]
    return happened("deal.agreed", date, deal=deal, title="Purchase", parties=parties, effects=list(effects))


def completed(date: str, deal: str = "buy") -> Event:
    """A deal is done."""
    return happened("deal.completed", date, deal=deal)


NEXT: dict[str, Ending] = {
    "effect-of-a-deal": Ending(lambda one, two: (agreed(one, PURCHASE), completed(two)), held("north")),
    "completed-deal": Ending(
        lambda one, two: (agreed(one, PURCHASE), completed(two)),
        lambda state: sure(state.deals(stage="completed")),
    ),
    "survivor": Ending(ENDINGS["absorbed-holder"].events, held("north")),
    "survivor-of-a-unit": Ending(
        ENDINGS["absorbed-owner"].events, lambda state: sure(state.units(owner="north"))
    ),
    "successor": Ending(ENDINGS["consolidated-holder"].events, held("both")),
    "successor-of-a-unit": Ending(
        ENDINGS["consolidated-owner"].events, lambda state: sure(state.units(owner="both"))
    ),
    "buyer": Ending(ENDINGS["stake-bought-from"].events, held("south")),
    "next-owner": Ending(
        lambda one, two: (launched(one, "shop", "south"), transferred(two, "shop", "south", "north")),
        lambda state: sure(state.units(owner="north")),
    ),
    "next-owner-by-a-deal": Ending(
        lambda one, two: (
            launched(one, "shop", "south"),
            agreed(
                "2010-01-01", {"kind": "unit.transferred", "unit": "shop", "from": "south", "to": "north"}
            ),
            completed(two),
        ),
        lambda state: sure(state.units(owner="north")),
    ),
    "dissolved": Ending(
        ENDINGS["life"].events,
        lambda state: sure(fact for fact in state.view("status") if fact.value.status == "dissolved"),
    ),
    "terminated": Ending(ENDINGS["deal"].events, lambda state: sure(state.deals(stage="terminated"))),
}


@pytest.mark.parametrize("dates", AFTER, ids=" then ".join)
@pytest.mark.parametrize("name", NEXT)
def test_what_an_end_leads_to_is_not_possible_before_what_it_ends(name: str, dates: tuple[str, str]) -> None:
    """Nothing of a completion before its agreement, nor of a survivor before there was something to take."""
    case = NEXT[name]
    events = case.events(*dates)
    for told in (events, events[::-1]):
        history = History(told)
        assert {day: case.stands(history.as_of(day)) for day in AFTER[dates]} == AFTER[dates]
        assert "C408" not in {problem.code for problem in history.check()}


# Deals


def test_a_deal_that_completed_in_the_year_of_its_agreement() -> None:
    """Agreed or completed, either is possible until the end of the year, and nothing is said before March."""
    history = History((agreed("2014-03-11", PURCHASE), completed("2014")))
    before, inside, after = (history.as_of(day) for day in ("2014-02-01", "2014-06-30", "2014-12-31"))
    assert (before.deals(), before.holdings()) == ((), ())
    assert sorted((deal.stage, deal.certain) for deal in inside.deals()) == [
        ("agreed", False),
        ("completed", False),
    ]
    assert [(str(stake.share), stake.certain) for stake in inside.holdings()] == [("60%", False)]
    assert [(deal.stage, deal.certain) for deal in after.deals()] == [("completed", True)]
    assert [(str(stake.share), stake.certain) for stake in after.holdings()] == [("60%", True)]
    assert "C408" not in {problem.code for problem in history.check()}


def test_every_stage_that_is_told_cuts_those_around_it() -> None:
    """A completion "in 2014" is not before an approval in June, and that not before an agreement in March."""
    history = History(
        (
            agreed("2014-03-11", PURCHASE),
            happened("deal.approved", "2014-06", deal="buy"),
            completed("2014"),
        )
    )
    answers = {
        day: sorted((deal.stage, deal.certain) for deal in history.as_of(day).deals())
        for day in ("2014-03-11", "2014-05-31", "2014-06-15", "2014-07-15", "2014-12-31")
    }
    assert answers == {
        "2014-03-11": [("agreed", True)],
        "2014-05-31": [("agreed", True)],
        "2014-06-15": [("agreed", False), ("approved", False), ("completed", False)],
        "2014-07-15": [("approved", False), ("completed", False)],
        "2014-12-31": [("completed", True)],
    }
    assert held("north")(history.as_of("2014-05-31")) == ABSENT
    assert held("north")(history.as_of("2014-06-15")) == POSSIBLE


EFFECTS = (
    PURCHASE,
    {"kind": "unit.transferred", "unit": "shop", "from": "south", "to": "north"},
    {"kind": "role.appointed", "person": "ann", "entity": "mill", "role": "director"},
    {"kind": "control.granted", "controller": "north", "target": "mill", "basis": "contract"},
    {"kind": "membership.started", "entity": "mill", "group": "index-50"},
    {"kind": "listing.ended", "entity": "mill", "exchange": "HKEX", "reason": "taken private"},
)


@pytest.mark.parametrize("turned", [False, True])
def test_all_that_a_deal_does_is_as_possible_as_its_completion(turned: bool) -> None:
    """A stake, a unit, a role, control, a membership, the end of a listing: at once, and not before March."""
    events = (
        launched("2010-01-01", "shop", "south"),
        happened("listing.started", "2010-01-01", entity="mill", exchange="HKEX"),
        agreed("2014-03-11", *EFFECTS),
        completed("2014"),
    )
    history = History(events[::-1] if turned else events)
    # Of each day: what the deal makes, and what it ends.
    for day, made, ended in (
        ("2014-03-10", ABSENT, CERTAIN),
        ("2014-03-11", POSSIBLE, POSSIBLE),
        ("2014-12-30", POSSIBLE, POSSIBLE),
        ("2014-12-31", CERTAIN, ABSENT),
    ):
        state = history.as_of(day)
        found = (state.holdings(), state.units(owner="north"), state.roles())
        assert [sure(each) for each in (*found, state.control(), state.memberships())] == [made] * 5
        assert [sure(state.units(owner="south")), sure(state.listings())] == [ended] * 2


@pytest.mark.parametrize(
    ("told", "on", "answers"),
    [
        (
            "2014-03-11",
            "2014",
            {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2014-12-30": POSSIBLE, "2014-12-31": CERTAIN},
        ),
        ("2014-03-11", "2014-03", {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2014-03-31": CERTAIN}),
        (
            "2014-03-11",
            "[2013..2014-06]",
            {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2014-06-30": CERTAIN},
        ),
        ("2014-03-11", "[2014..]", {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2020-01-01": POSSIBLE}),
        ("2014-03-11", "[..2014]", {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2014-12-31": CERTAIN}),
        ("2014-03-11", "2014-Q1", {"2014-03-10": ABSENT, "2014-03-11": POSSIBLE, "2014-03-31": CERTAIN}),
        ("2014", "2014-06-30", {"2014-06-29": ABSENT, "2014-06-30": CERTAIN}),
        ("2014", "2014", {"2013-12-31": ABSENT, "2014-01-01": POSSIBLE, "2014-12-31": CERTAIN}),
        ("2014-03", "2014-Q1", {"2014-02-28": ABSENT, "2014-03-01": POSSIBLE, "2014-03-31": CERTAIN}),
    ],
)
def test_a_deal_assumed_on_a_partial_date_completes_after_its_agreement(
    told: str, on: str, answers: dict[str, str]
) -> None:
    """The window that is assumed is cut by the agreement, as that of a completion that is told."""
    assumed = History((agreed(told, PURCHASE),)).assume("buy", on=on)
    assert {day: held("north")(assumed.as_of(day)) for day in answers} == answers
    assert {stake.basis for stake in assumed.as_of("2020").holdings()} == {"assumed"}
    assert "C408" not in {problem.code for problem in assumed.check()}


@pytest.mark.parametrize("on", ["2013", "2014-02", "2014-03-10", "[..2014-02]", "2013-Q4"])
def test_a_deal_is_not_assumed_before_its_agreement(on: str) -> None:
    """No day of the date can be after the agreement, and the earliest that can is named."""
    with pytest.raises(UsageError, match="2014-03-11"):
        History((agreed("2014-03-11", PURCHASE),)).assume("buy", on=on)


# Mergers


def test_a_merger_in_the_year_in_which_its_company_bought() -> None:
    """What the absorbed company came to have cuts the merger: not before 10 February."""
    events = (
        acquired("2014-02-10", "south", "mill", "60%"),
        launched("2014-02-01", "shop", "south"),
        absorbed("2014", "north", "south"),
    )
    history = History(events)
    answers = {
        day: [
            *(held(name)(history.as_of(day)) for name in ("south", "north")),
            *(sure(history.as_of(day).units(owner=name)) for name in ("south", "north")),
        ]
        for day in ("2014-02-05", "2014-02-15", "2014-12-30", "2014-12-31")
    }
    assert answers == {
        "2014-02-05": [ABSENT, ABSENT, CERTAIN, ABSENT],
        "2014-02-15": [POSSIBLE] * 4,
        "2014-12-30": [POSSIBLE] * 4,
        "2014-12-31": [ABSENT, CERTAIN, ABSENT, CERTAIN],
    }
    assert str(history.as_of("2014-12-31").share("north", "mill")) == "60%"


@pytest.mark.parametrize("merger", ["2014", "[..2014]", "[2014..2015]", "2014~"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_sale_by_the_survivor_comes_after_the_merger(turned: bool, merger: str) -> None:
    """North had nothing to sell before: the merger is cut to the days between purchase and sale."""
    events = (
        acquired("2014-02-10", "south", "mill", "60%"),
        launched("2014-02-01", "shop", "south"),
        absorbed(merger, "north", "south"),
        disposed("2014-05-10", "north", "mill", "20%"),
        transferred("2014-05-20", "shop", "north", "quay"),
    )
    history = History(events[::-1] if turned else events)

    def stakes(day: str) -> list[tuple[str, str, bool]]:
        return [(each.holder, str(each.share), each.certain) for each in history.as_of(day).holdings()]

    assert stakes("2014-02-15") == [("north", "60%", False), ("south", "60%", False)]
    assert stakes("2014-05-09") == [("north", "60%", False), ("south", "60%", False)]
    assert stakes("2014-05-10") == [("north", "40%", True)]
    assert stakes("2015-12-31") == [("north", "40%", True)]
    units = [(each.owner, each.certain) for each in history.as_of("2014-05-20").units()]
    assert units == [("quay", True)]


def test_a_sale_by_the_survivor_in_a_later_year_is_of_what_it_took_over() -> None:
    """A merger in 2014 and a sale in 2015: 40 % are left, for certain."""
    events = (
        acquired("2013-02-10", "south", "mill", "60%"),
        absorbed("2014", "north", "south"),
        disposed("2015-05-10", "north", "mill", "20%"),
    )
    history = History(events)
    found = [
        str(history.as_of(day).share("north", "mill")) for day in ("2013-12-31", "2014-12-31", "2015-12-31")
    ]
    assert found == ["None", "60%", "40%"]
    assert [held("north")(history.as_of(day)) for day in ("2014-06-30", "2014-12-31", "2015-05-10")] == [
        POSSIBLE,
        CERTAIN,
        CERTAIN,
    ]


def test_a_merger_in_a_year_adds_to_what_the_survivor_has() -> None:
    """10 % of its own and 60 taken over: 10 or 70 in the year, 70 from its end; by count as well."""
    events = (
        issued("2013-01-10", "mill", "1000", total="1000", subscribers={"north": "100", "south": "600"}),
        absorbed("2014", "north", "south"),
    )
    history = History(events)
    inside = history.as_of("2014-06-30").holdings()
    assert [(each.holder, str(each.share), each.shares, each.certain) for each in inside] == [
        ("north", "10%", 100, False),
        ("north", "70%", 700, False),
        ("south", "60%", 600, False),
    ]
    after = history.as_of("2014-12-31").holdings()
    assert [(each.holder, str(each.share), each.shares, each.certain) for each in after] == [
        ("north", "70%", 700, True)
    ]


@pytest.mark.parametrize(
    ("date", "answers"),
    [
        ("2014", {"2013-12-31": CERTAIN, "2014-01-01": POSSIBLE, "2020-01-01": POSSIBLE}),
        ("2014-03-11", {"2014-03-10": CERTAIN, "2014-03-11": POSSIBLE, "2020-01-01": POSSIBLE}),
        ("2014-Q2", {"2014-03-31": CERTAIN, "2014-04-01": POSSIBLE, "2020-01-01": POSSIBLE}),
        ("[2014..]", {"2013-12-31": CERTAIN, "2014-01-01": POSSIBLE, "2020-01-01": POSSIBLE}),
        ("[..2014]", {"2010-02-28": ABSENT, "2010-03-01": POSSIBLE, "2020-01-01": POSSIBLE}),
    ],
)
@pytest.mark.parametrize("how", ["entity.dissolved", "merger.absorbed", "merger.consolidated"])
def test_what_a_company_leaves_is_possible_from_the_first_day_on_which_it_may_be_gone(
    how: str, date: str, answers: dict[str, str]
) -> None:
    """Roles, listings, memberships, partnerships, control and open deals of a company that is gone."""
    gone = {
        "entity.dissolved": {"entity": "mill", "reason": "wound up"},
        "merger.absorbed": {"survivor": "north", "absorbed": "mill"},
        "merger.consolidated": {"predecessors": ["mill", "quay"], "successor": "both"},
    }[how]
    begun = "2010-03-01"
    history = History(
        (
            happened("role.appointed", begun, **ROLE),
            happened("listing.started", begun, entity="mill", exchange="HKEX"),
            happened("membership.started", begun, entity="mill", group="index-50"),
            happened("partnership.agreed", begun, parties=["mill", "tern"], subject="films"),
            happened("control.granted", begun, controller="mill", target="tern", basis="contract"),
            happened("control.granted", begun, controller="own", target="mill", basis="contract"),
            happened("deal.proposed", begun, deal="sale", title="Sale", parties=["mill", "own"]),
            happened(how, date, **gone),
        )
    )
    for day, answer in answers.items():
        state = history.as_of(day)
        found = (
            state.roles(),
            state.listings(),
            state.memberships(),
            state.partnerships(),
            state.control(controller="mill"),
            state.control(target="mill"),
            state.deals(),
        )
        assert [sure(each) for each in found] == [answer] * 7, day


def test_what_two_companies_leave_that_become_one(tmp_path: Path) -> None:
    """Holdings and the unit go to the new company; what else they had is possible, and each is a finding."""
    known = "2010-02-01"
    events = (
        happened("entity.declared", "2008", entity="c", name="Ceres Media", type="company"),
        acquired("2009-01-01", "own", "a", "80%"),
        acquired("2009-01-01", "own", "b", "70%"),
        acquired("2010-01-01", "a", "t", "30%"),
        acquired("2010-01-01", "b", "t", "40%"),
        acquired("2010-01-01", "b", "a", "10%"),
        happened("control.granted", known, controller="a", target="t", basis="contract"),
        happened("control.granted", known, controller="own", target="b", basis="contract"),
        happened("role.appointed", known, person="ann", entity="a", role="CEO"),
        happened("listing.started", known, entity="b", exchange="HKEX", ticker="0777"),
        happened("membership.started", known, entity="b", group="idx"),
        launched(known, "shop", "b"),
        happened("partnership.agreed", known, parties=["a", "t"], subject="distribution"),
        happened("deal.proposed", "2010-03-01", deal="d1", title="Sale of Tern", parties=["a", "own"]),
        happened("merger.consolidated", "2014-03-11", predecessors=["a", "b"], successor="c"),
    )
    history = History(events)
    state = history.as_of("2015")
    assert [(held.holder, str(held.share), held.certain) for held in state.holdings(target="t")] == [
        ("c", "70%", True)
    ]
    assert [(unit.owner, unit.certain) for unit in state.units()] == [("c", True)]
    for day, answer in (("2014-03-10", CERTAIN), ("2014-03-11", POSSIBLE), ("2020-01-01", POSSIBLE)):
        state = history.as_of(day)
        ties = (state.roles(), state.listings(), state.memberships(), state.partnerships())
        control = (state.control(controller="a"), state.control(controller="own"))
        assert [sure(each) for each in (*ties, *control, state.deals())] == [answer] * 7
    said = " ".join(problem.message for problem in history.check() if problem.code == "C413")
    for left in ("t (contract)", "ann as CEO", "distribution", "deal d1", "HKEX", "own in control", "idx"):
        assert left in said
    shown = CliRunner().invoke(chronicle, ["--from", str(filed(tmp_path, events)), "as-of", "2015"]).stdout
    assert "consolidated into Ceres Media" in shown


# Splits and cancellations


def counted(history: History, day: str) -> list[tuple[int | None, bool]]:
    """How many shares of the mill there may be on a day."""
    return [(fact.value.total, fact.certain) for fact in history.as_of(day).view("shares", issuer="mill")]


def stakes_of(history: History, day: str) -> list[tuple[int | None, str, bool]]:
    """What north may have of the mill on a day."""
    found = history.as_of(day).holdings("north", "mill")
    return [(held.shares, str(held.share), held.certain) for held in found]


@pytest.mark.parametrize(
    ("date", "inside", "last"),
    [
        ("2014-Q1", ("2014-01-20", "2014-02-15", "2014-03-30"), "2014-03-31"),
        ("2014", ("2014-01-20", "2014-02-15", "2014-12-30"), "2014-12-31"),
        ("2014-01", ("2014-01-20", "2014-01-30"), "2014-01-31"),
        ("[..2014]", ("2014-01-20", "2014-12-30"), "2014-12-31"),
        ("2014~", ("2014-01-20", "2014-12-30"), "2014-12-31"),
        ("[2013-06..2014-06]", ("2014-01-20", "2014-06-29"), "2014-06-30"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_split_comes_after_the_count_that_it_splits(
    turned: bool, date: str, inside: tuple[str, ...], last: str
) -> None:
    """A split 4:1 in the quarter or the year in which the shares were issued."""
    events = (
        issued("2014-01-20", "mill", "1000", total="1000", subscribers={"north": "600"}),
        happened("shares.restructured", date, issuer="mill", ratio="4:1"),
    )
    history = History(events[::-1] if turned else events)
    assert (counted(history, "2014-01-19"), stakes_of(history, "2014-01-19")) == ([], [])
    for day in inside:
        assert counted(history, day) == [(1000, False), (4000, False)]
        assert stakes_of(history, day) == [(600, "60%", False), (2400, "60%", False)]
    assert counted(history, last) == [(4000, True)]
    assert stakes_of(history, last) == [(2400, "60%", True)]


@pytest.mark.parametrize("date", ["[2014..]", "[0001..9999]"])
def test_a_split_that_nobody_dates_stays_possible(date: str) -> None:
    """After the shares were issued, and nobody knows when."""
    history = History(
        (
            issued("2014-01-20", "mill", "1000", total="1000", subscribers={"north": "600"}),
            happened("shares.restructured", date, issuer="mill", ratio="4:1"),
        )
    )
    assert counted(history, "2014-01-19") == []
    for day in ("2014-01-20", "2020-01-01"):
        assert counted(history, day) == [(1000, False), (4000, False)]
        assert stakes_of(history, day) == [(600, "60%", False), (2400, "60%", False)]


@pytest.mark.parametrize(
    ("date", "inside", "last"),
    [("2014", "2014-06-30", "2014-12-31"), ("2014-Q1", "2014-02-15", "2014-03-31")],
)
def test_a_cancellation_comes_after_the_count_that_it_lessens(date: str, inside: str, last: str) -> None:
    """200 of 1,000 are cancelled in the year in which they were issued: 600 become 75 %."""
    history = History(
        (
            happened("shares.cancelled", date, issuer="mill", shares="200"),
            issued("2014-01-20", "mill", "1000", total="1000", subscribers={"north": "600"}),
        )
    )
    assert counted(history, "2014-01-19") == []
    assert counted(history, inside) == [(1000, False), (800, False)]
    assert stakes_of(history, inside) == [(600, "60%", False), (600, "75%", False)]
    assert (counted(history, last), stakes_of(history, last)) == ([(800, True)], [(600, "75%", True)])


# Observations


@pytest.mark.parametrize(
    "date",
    ["2014", "[..2014]", "[2014..]", "2014-Q3", "[2014-05..2014-11]", "2014-08", "2014~", "2014-08-15"],
)
@pytest.mark.parametrize("turned", [False, True])
def test_an_observation_confirms_after_two_of_three_purchases(turned: bool, date: str) -> None:
    """10, 15 and 5 % are bought and 25 are observed: it saw what the first two had made."""
    events = (
        acquired("2014-01-10", "north", "mill", "10%"),
        observed(date, "north", "mill", "25%", id="seen", check="yes"),
        acquired("2014-06-10", "north", "mill", "15%"),
        acquired("2014-09-10", "north", "mill", "5%"),
    )
    history = History(events[::-1] if turned else events)
    answers = {
        day: [(share, certain) for _, share, certain in stakes_of(history, day)]
        for day in ("2014-01-09", "2014-03-01", "2014-06-30", "2014-12-31")
    }
    assert answers == {
        "2014-01-09": [],
        "2014-03-01": [("10%", True)],
        "2014-06-30": [("25%", True)],
        "2014-12-31": [("30%", True)],
    }
    assert not {"C407", "C408"} & {problem.code for problem in history.check()}
    assert "seen" in history.as_of("2014-12-31").holdings()[0].events


def test_an_observation_in_the_year_of_two_purchases_confirms_both() -> None:
    """25 % observed "in 2014" agree once 10 and 15 are bought, and are not added to."""
    history = History(
        (
            acquired("2014-01-10", "north", "mill", "10%"),
            observed("2014", "north", "mill", "25%", check="yes"),
            acquired("2014-06-10", "north", "mill", "15%"),
        )
    )
    shares = [stakes_of(history, day)[0][1:] for day in ("2014-03-01", "2014-06-30", "2014-12-31")]
    assert shares == [("10%", True), ("25%", True), ("25%", True)]


# Ends that match nothing


def test_every_end_that_matches_nothing_names_the_nearest_that_stands() -> None:
    """Six slips, six findings, and all that was begun stands."""
    begun, over = "2010-01-01", "2014-03-11"
    events = (
        happened("role.appointed", begun, **ROLE),
        happened("role.ended", over, person="ann", entity="mill", role="Director"),
        happened("listing.started", begun, entity="mill", exchange="HKEX", ticker="0042"),
        happened("listing.ended", over, entity="mill", exchange="SEHK", reason="delisted"),
        happened("control.granted", begun, **CONTROL, basis="contract"),
        happened("control.ended", over, controller="mill", target="north", basis="contract"),
        happened("membership.started", begun, entity="mill", group="idx"),
        happened("membership.ended", over, entity="mill", group="idx-100"),
        happened("partnership.agreed", begun, **PARTIES, subject="films"),
        happened("partnership.ended", over, **PARTIES, subject="film"),
        launched(begun, "shop", "north"),
        happened("unit.closed", over, unit="shop-two", reason="closed"),
    )
    history = History(events)
    helps = [problem.help or "" for problem in history.check() if problem.code == "C416"]
    assert len(helps) == 6
    for near in ("director", "HKEX", "north", "idx", "films", "shop"):
        assert any(near in help for help in helps), near
    state = history.as_of("2020")
    ties = (state.roles(), state.listings(), state.control(), state.memberships(), state.partnerships())
    assert [sure(each) for each in (*ties, state.units())] == [CERTAIN] * 6


def test_a_cancelled_count_is_a_share_of_what_is_left() -> None:
    """A fraction stays exact: 600 of 900."""
    history = History(
        (
            issued("2014-01-20", "mill", "1000", total="1000", subscribers={"north": "600"}),
            happened("shares.cancelled", "2014", issuer="mill", shares="100"),
        )
    )
    share = history.as_of("2014-12-31").share("north", "mill")
    assert share is not None
    assert share.value == Fraction(2, 3)


# Longer courses, each by hand


def owners(history: History, day: str) -> list[tuple[str, bool]]:
    """Who may own the shop on a day, by name."""
    return sorted((unit.owner, unit.certain) for unit in history.as_of(day).units("shop"))


def holders(history: History, day: str) -> list[tuple[str, str, bool]]:
    """Who may hold what on a day, by name."""
    return sorted((held.holder, str(held.share), held.certain) for held in history.as_of(day).holdings())


def test_a_unit_that_is_handed_over_and_closed_in_one_year() -> None:
    """Only its owner hands it over, so that the closing came last."""
    history = History(
        (
            launched("2010-01-01", "shop", "north"),
            happened("unit.closed", "2014", unit="shop", **CLOSED),
            transferred("2014", "shop", "north", "south"),
        )
    )
    assert owners(history, "2013-12-31") == [("north", True)]
    assert owners(history, "2014-06-30") == [("north", False), ("south", False)]
    assert owners(history, "2014-12-31") == []


def test_a_unit_that_goes_through_two_hands_in_one_year() -> None:
    """From north "in 2014", and on in its first quarter: south had it by the end of March."""
    history = History(
        (
            launched("2010-01-01", "shop", "north"),
            transferred("2014", "shop", "north", "south"),
            transferred("2014-Q1", "shop", "south", "quay"),
        )
    )
    assert owners(history, "2013-12-31") == [("north", True)]
    assert owners(history, "2014-02-15") == [("north", False), ("quay", False), ("south", False)]
    assert owners(history, "2014-03-31") == [("quay", True)]


def test_a_demerger_in_the_year_of_what_it_allots() -> None:
    """A unit and a stake that the parent came to have in February go to the child after that."""
    history = History(
        (
            launched("2014-02-01", "shop", "parent"),
            acquired("2014-02-01", "parent", "mill", "60%"),
            happened(
                "demerger.split",
                "2014",
                parent="parent",
                successors=["child"],
                allocation={"shop": "child", "mill": "child"},
            ),
        )
    )
    assert (owners(history, "2014-01-31"), holders(history, "2014-01-31")) == ([], [])
    assert owners(history, "2014-02-15") == [("child", False), ("parent", False)]
    assert holders(history, "2014-02-15") == [("child", "60%", False), ("parent", "60%", False)]
    assert owners(history, "2014-12-31") == [("child", True)]
    assert holders(history, "2014-12-31") == [("child", "60%", True)]


def test_an_end_of_all_listings_in_the_year_of_a_second_one() -> None:
    """The first is over for certain; the second only if the end came after it, and that is a guess."""
    history = History(
        (
            happened("listing.started", "2010-01-01", entity="mill", exchange="HKEX"),
            happened("listing.started", "2014-06-10", entity="mill", exchange="NYSE"),
            happened("listing.ended", "2014", entity="mill", **CLOSED),
        )
    )
    answers = {
        day: [(fact.key[1], fact.certain) for fact in history.as_of(day).listings()]
        for day in ("2013-12-31", "2014-03-01", "2014-06-10", "2014-12-31", "2020-01-01")
    }
    assert answers == {
        "2013-12-31": [("HKEX", True)],
        "2014-03-01": [("HKEX", False)],
        "2014-06-10": [("HKEX", False), ("NYSE", False)],
        "2014-12-31": [("NYSE", False)],
        "2020-01-01": [("NYSE", False)],
    }
    assert "C408" in {problem.code for problem in history.check()}


def test_an_end_by_name_leaves_each_of_the_others_possible() -> None:
    """Which of two earlier beginnings is the newer is open, also behind a third one that is over."""
    history = History(
        [
            _listed("A", "2014", id="first"),
            _listed("B", "[2014-01-01..2014-11-30]", id="second"),
            _listed("C", "[2014-01-01..2014-10-31]", id="third"),
            happened("listing.ended", "2014", entity="mill", exchange="NYSE", reason="merger", ends="third"),
        ]
    )
    listings = history.as_of("2015-06-30").listings()
    assert {(fact.value.ticker, fact.certain) for fact in listings} == {("A", False), ("B", False)}


def _listed(ticker: str, date: str, id: str) -> Event:
    return happened("listing.started", date, id=id, entity="mill", exchange="NYSE", ticker=ticker)


def test_a_split_and_an_issue_in_one_year_leave_two_counts() -> None:
    """4,500 or 6,000 shares, and 40 % or 8/15 of them, for good; 4,000 or 1,000 before the issue."""
    history = History(
        (
            issued("2010-01-01", "mill", "1000", total="1000", subscribers={"north": "600"}),
            happened("shares.restructured", "2014", issuer="mill", ratio="4:1"),
            issued("2014-06", "mill", "500"),
        )
    )
    assert counted(history, "2013-12-31") == [(1000, True)]
    assert sorted(counted(history, "2014-03-01")) == [(1000, False), (4000, False)]
    for day in ("2014-12-31", "2020-01-01"):
        assert sorted(counted(history, day)) == [(4500, False), (6000, False)]
        assert holders(history, day) == [("north", "40%", False), ("north", "8/15", False)]
    assert "C408" in {problem.code for problem in history.check()}


def test_a_guess_lasts_until_the_next_event_that_sets_the_value() -> None:
    """30 or 35 % since 2014, and the 33 that are observed in 2016 are certain again."""
    history = History(
        (
            acquired("2014", "north", "mill", holds="30%"),
            acquired("2014-06", "north", "mill", "5%"),
            observed("2016-01-01", "north", "mill", "33%"),
        )
    )
    for day in ("2014-12-31", "2015-12-31"):
        assert holders(history, day) == [("north", "30%", False), ("north", "35%", False)]
    assert holders(history, "2016-01-01") == [("north", "33%", True)]


def test_a_merger_takes_over_what_was_subscribed() -> None:
    """South subscribed shares and went up in north, which sold more than its own: it sold after that."""
    history = History(
        (
            issued("2013", "mill", "1000", total="1000", subscribers={"north": "300", "south": "400"}),
            absorbed("[2014-01-02..2014-01-03]", "north", "south"),
            disposed("[2014-01-01..2014-01-02]", "north", "mill", shares="500"),
        )
    )
    assert stakes_of(history, "2014-01-01") == [(300, "30%", True)]
    assert stakes_of(history, "2014-01-03") == [(200, "20%", True)]
    assert [problem.code for problem in history.check()] == []


def test_two_counts_leave_what_is_sold_later_open_too() -> None:
    """1,000 or 1,500 shares in January, and two sales in overlapping weeks: a third or a half, for good."""
    history = History(
        (
            issued("2014-01-01", "mill", "1000", total="1000", subscribers={"north": "600"}),
            issued("[2014-01-01..2014-01-02]", "mill", "500", subscribers={"north": "500"}),
            disposed("[2014-01-03..2014-01-06]", "north", "mill", shares="300"),
            disposed("[2014-01-05..2014-01-06]", "north", "mill", shares="300"),
        )
    )
    assert sorted(stakes_of(history, "2015")) == [(500, "1/3", False), (500, "50%", False)]


def test_a_guess_lasts_however_much_overlaps_later() -> None:
    """10 or 25 % since 2014, and two purchases each spring since: possible, until one sets it outright."""
    springs = [
        acquired(window.format(year), "north", "mill", share)
        for year in range(2015, 2021)
        for window, share in (("[{0}-03..{0}-06]", "1%"), ("[{0}-05..{0}-07]", "2%"))
    ]
    guess = (
        acquired("2014-03", "north", "mill", holds="10%"),
        acquired("2014", "north", "mill", holds="25%"),
    )
    history = History((*guess, *springs))
    for place, year in enumerate(range(2015, 2021), start=1):
        answers = {
            (str(held.share), held.certain) for held in history.as_of(f"{year}").holdings("north", "mill")
        }
        assert answers == {(f"{10 + 3 * place}%", False), (f"{25 + 3 * place}%", False)}
    seen = observed("[2021-03..2021-05]", "north", "mill", "60%", id="seen")
    bought = acquired("[2021-04..2021-06]", "north", "mill", "5%", after="seen")
    history = History((*guess, *springs, seen, bought))
    assert holders(history, "2021-12-31") == [("north", "65%", True)]


@pytest.mark.parametrize(
    ("events", "named"),
    [
        ([("2014-03", {"holds": "10%"}), ("2014", {"holds": "25%"}), ("2014-05", {"holds": "35%"})], "bc"),
        ([("2014-03", {"share": "1%"}), ("2014", {"share": "2%"}), ("2014-05", {"holds": "35%"})], "bc"),
        (
            [("[2013..2014-03]", {"share": "1%"}), ("2014", {"share": "2%"}), ("2014-11", {"holds": "9%"})],
            "bc",
        ),
        ([("2014", {"holds": "10%"}), ("2014-03", {"holds": "25%"}), ("2015", {"share": "1%"})], "ab"),
    ],
)
def test_the_help_of_a_guess_names_the_two_whose_order_settles_it(
    events: list[tuple[str, dict[str, str]]], named: str
) -> None:
    """Not two of the same months whose order is no matter: to follow it, either way, ends the doubt."""
    told = {id: (date, part) for id, (date, part) in zip("abc", events, strict=True)}

    def history(**after: str) -> History:
        return History(
            [
                acquired(
                    date, "north", "mill", id=id, **part, **({"after": after[id]} if id in after else {})
                )
                for id, (date, part) in told.items()
            ]
        )

    (problem,) = history().check()
    assert (problem.code, set(problem.events)) == ("C408", set(named))
    one, two = named
    assert f"`after: {one}` on {two}" in (problem.help or "")
    assert f"`after: {two}` on {one}" in (problem.help or "")
    for follows in ({one: two}, {two: one}):
        settled = history(**follows)
        assert not settled.check()
        assert [held.certain for held in settled.as_of("2016").holdings()] == [True]


def test_a_guess_that_a_merger_carries_on_is_named_where_it_is() -> None:
    """South's 20 or 30 % went to north, which bought twice in one spring: south's two reports are named."""
    events = (
        acquired("2014-03", "south", "mill", holds="20%", id="march"),
        observed("2014", "south", "mill", "30%", id="year"),
        absorbed("2015", "north", "south"),
        acquired("[2016-03..2016-06]", "north", "mill", "1%"),
        acquired("[2016-05..2016-07]", "north", "mill", "2%"),
    )
    (problem,) = [problem for problem in History(events).check() if problem.code == "C408"]
    assert set(problem.events) == {"march", "year"}


def test_after_cuts_a_window_on_both_sides() -> None:
    """The 5 % of June came after the 30: these are cut to the end of June, and 35 are certain from then."""
    history = History(
        (
            acquired("2014", "north", "mill", holds="30%", id="first"),
            acquired("2014-06", "north", "mill", "5%", after="first"),
        )
    )
    assert holders(history, "2014-05-31") == [("north", "30%", False)]
    assert holders(history, "2014-06-30") == [("north", "35%", True)]


def test_what_the_new_company_sells_comes_after_the_consolidation() -> None:
    """It had nothing before: consolidated and sold out by the end of May."""
    history = History(
        (
            acquired("2014-02-10", "south", "mill", "60%"),
            happened("merger.consolidated", "2014", predecessors=["south", "quay"], successor="both"),
            disposed("2014-05", "both", "mill", "60%"),
        )
    )
    for day in ("2014-02-15", "2014-05-15"):
        assert holders(history, day) == [("both", "60%", False), ("south", "60%", False)]
    assert (holders(history, "2014-05-31"), holders(history, "2014-12-31")) == ([], [])


def test_a_purchase_by_the_survivor_in_the_year_of_its_merger_adds_up() -> None:
    """10 of its own, 60 taken over and 5 bought are 75 in any order."""
    history = History(
        (
            acquired("2010-01-01", "south", "mill", "60%"),
            acquired("2010-01-01", "north", "mill", "10%"),
            absorbed("2014", "north", "south"),
            acquired("2014-06", "north", "mill", "5%"),
        )
    )
    assert holders(history, "2013-12-31") == [("north", "10%", True), ("south", "60%", True)]
    assert holders(history, "2014-12-31") == [("north", "75%", True)]


def test_an_insolvency_in_a_year_is_over_with_the_return_in_may() -> None:
    """Nobody is reinstated who was not insolvent, so that the insolvency is cut to the end of May."""
    history = History(
        (
            happened("entity.founded", "2010-01-01", entity="mill", name="Mill", type="company"),
            happened("entity.insolvent", "2014", entity="mill", stage="opened"),
            happened("entity.reinstated", "2014-05", entity="mill", reason="closed"),
        )
    )
    answers = {
        day: sorted({(fact.value.status, fact.certain) for fact in history.as_of(day).view("status")})
        for day in ("2013-12-31", "2014-03-01", "2014-05-31")
    }
    assert answers == {
        "2013-12-31": [("active", True)],
        "2014-03-01": [("active", False), ("insolvent", False)],
        "2014-05-31": [("active", True)],
    }


def test_a_role_in_a_life_of_imprecise_dates() -> None:
    """By 2012 and not before the company was founded; possible from the year in which it was dissolved."""
    history = History(
        (
            happened("role.appointed", "[..2012]", **ROLE),
            happened("entity.founded", "2010", entity="mill", name="Mill", type="company"),
            happened("entity.dissolved", "2014", entity="mill", reason="wound up"),
        )
    )
    days = {
        "2009-12-31": ABSENT,
        "2010-06-01": POSSIBLE,
        "2012-12-31": CERTAIN,
        "2013-12-31": CERTAIN,
        "2014-06-01": POSSIBLE,
        "2020-01-01": POSSIBLE,
    }
    assert {day: sure(history.as_of(day).roles()) for day in days} == days


def test_a_sale_of_what_was_never_held_takes_nothing_from_a_life() -> None:
    """The mill bought in March 2014 and was founded by then, though what it sold in June nobody had seen."""
    history = History(
        (
            happened("entity.founded", "2014", entity="mill", name="Mill", type="company"),
            acquired("2014-03-05", "mill", "quay", "10%"),
            disposed("2014-06-10", "mill", "port", "5%"),
        )
    )
    days = {"2014-03-04": POSSIBLE, "2014-03-05": CERTAIN, "2014-06-10": CERTAIN}
    assert {day: sure(history.as_of(day).view("status", entity="mill")) for day in days} == days


# What an effect needs, and the event that brings it about.
NEEDED: dict[str, tuple[Event, dict[str, Any]]] = {
    "split": (
        issued("2014-03-11", "mill", "1000", total="1000"),
        {"kind": "shares.restructured", "issuer": "mill", "ratio": "4:1"},
    ),
    "cancellation": (
        issued("2014-03-11", "mill", "1000", total="1000"),
        {"kind": "shares.cancelled", "issuer": "mill", "shares": "100"},
    ),
    "end-of-a-role": (
        happened("role.appointed", "2014-03-11", **ROLE),
        {"kind": "role.ended", **ROLE},
    ),
    "end-of-a-unit": (
        launched("2014-03-11", "shop", "north"),
        {"kind": "unit.closed", "unit": "shop", **CLOSED},
    ),
    "transfer": (
        launched("2014-03-11", "shop", "north"),
        {"kind": "unit.transferred", "unit": "shop", "from": "north", "to": "south"},
    ),
    "sale": (
        acquired("2014-03-11", "north", "mill", "60%"),
        {"kind": "stake.disposed", "holder": "north", "target": "mill", "share": "10%"},
    ),
    "sale-of-all": (
        acquired("2014-03-11", "north", "mill", "60%"),
        {"kind": "stake.disposed", "holder": "north", "target": "mill", "holds": "0%"},
    ),
    "purchase-from": (
        acquired("2014-03-11", "north", "mill", "60%"),
        {
            "kind": "stake.acquired",
            "holder": "south",
            "target": "mill",
            "share": "10%",
            "seller": "north",
        },
    ),
    "end-of-a-listing": (
        happened("listing.started", "2014-03-11", entity="mill", exchange="HKEX"),
        {"kind": "listing.ended", "entity": "mill", **CLOSED},
    ),
    "end-of-control": (
        happened("control.granted", "2014-03-11", **CONTROL, basis="contract"),
        {"kind": "control.ended", **CONTROL},
    ),
    "end-of-a-membership": (
        happened("membership.started", "2014-03-11", entity="mill", group="idx"),
        {"kind": "membership.ended", "entity": "mill", "group": "idx"},
    ),
    "end-of-a-partnership": (
        happened("partnership.agreed", "2014-03-11", **PARTIES, subject="films"),
        {"kind": "partnership.ended", **PARTIES},
    ),
    "demerger": (
        launched("2014-03-11", "shop", "mill"),
        {"kind": "demerger.split", "parent": "mill", "successors": ["quay"], "allocation": {"shop": "quay"}},
    ),
}


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("turned", [False, True])
def test_a_completion_comes_after_what_its_effect_needs(name: str, turned: bool) -> None:
    """Agreed in 2013, completed "in 2014": not before 11 March, when there was something to end or move."""
    needed, effect = NEEDED[name]
    events = (agreed("2013-01-01", effect), needed, completed("2014"))
    history = History(events[::-1] if turned else events)
    answers = {
        day: sorted((deal.stage, deal.certain) for deal in history.as_of(day).deals())
        for day in ("2014-03-10", "2014-03-11", "2014-12-30", "2014-12-31")
    }
    either = [("agreed", False), ("completed", False)]
    assert answers == {
        "2014-03-10": [("agreed", True)],
        "2014-03-11": either,
        "2014-12-30": either,
        "2014-12-31": [("completed", True)],
    }


@pytest.mark.parametrize("turned", [False, True])
def test_two_deals_about_one_stake_in_one_year(turned: bool) -> None:
    """One buys in the second quarter, the other sells in the year: not before the first is done."""
    sale = {"kind": "stake.disposed", "holder": "north", "target": "mill", "share": "60%"}
    events = (
        agreed("2013-01-01", PURCHASE),
        agreed("2013-01-01", sale, deal="sell"),
        completed("2014-Q2"),
        completed("2014", "sell"),
    )
    history = History(events[::-1] if turned else events)
    assert holders(history, "2014-03-31") == []
    for day in ("2014-04-01", "2014-07-01"):
        assert holders(history, day) == [("north", "60%", False)]
    assert holders(history, "2014-12-31") == []
    stages = [(deal.stage, deal.certain) for deal in history.as_of("2014-03-31").deals("sell")]
    assert stages == [("agreed", True)]


def test_who_is_founded_and_dissolved_in_one_year_was_founded_first() -> None:
    """What such a company does lies between, and is in doubt once it is gone, whatever the windows allow."""
    history = History(
        [
            happened("entity.founded", "2014-01-01", entity="mill", name="Mill", type="company"),
            happened("entity.dissolved", "2014", entity="mill", reason="wound up"),
            happened("role.appointed", "[2014..2015]", person="ann", entity="mill", role="director"),
        ]
    )
    assert sure(history.as_of("2013").roles("ann")) == ABSENT
    assert sure(history.as_of("2016").roles("ann")) == POSSIBLE
    (span,) = history.spans("ann", "mill", view="roles")
    assert (str(span.possible_from), str(span.certain_from)) == ("2014-01-01", "2014-12-31")


def test_what_a_company_buys_when_it_is_reinstated_is_sold_by_who_had_it() -> None:
    """The purchase is ordered with the return of the buyer, and both among all else about that stake."""
    history = History(
        [
            happened("entity.insolvent", "2013-05", entity="quay", stage="opened"),
            happened("entity.reinstated", "2014", entity="quay", reason="all were paid"),
            acquired("2014-03-31", "north", "mill", "10%"),
            acquired("2014-04-01", "quay", "mill", "5%", seller="north"),
        ]
    )
    found = history.as_of("2015")
    assert [str(found.share(holder, "mill")) for holder in ("north", "quay")] == ["5%", "5%"]
    assert [each.certain for each in found.holdings(target="mill")] == [True, True]


def test_what_is_ordered_by_a_founding_stands_among_what_concerns_the_founded() -> None:
    """A purchase of the year of the founding is ordered with it, and both with a name of the day before."""
    history = History(
        [
            acquired("2014", "quay", "mill", "5%", seller="north"),
            happened("entity.renamed", "2014-03-31", entity="quay", name="Quay"),
            happened("entity.founded", "2014-04-01", entity="quay", name="Quayside", type="company"),
        ]
    )
    assert [span.value.name for span in history.spans("quay", view="names")] == ["Quay", "Quayside"]
