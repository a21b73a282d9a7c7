"""What if: deals and events that are assumed, on any day and by any knowledge, and never recorded."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

import chronicle
from chronicle.dates import parse_date
from chronicle.errors import ChronicleError, InvalidEvents, NotFound, UsageError
from chronicle.events import Event
from chronicle.history import History
from chronicle.stores import open_store
from chronicle.stores.memory import MemoryStore
from given import acquired, corrected, disposed, happened, launched, proposed, retracted

MOVE = {"kind": "unit.transferred", "unit": "u", "from": "group", "to": "film"}
BUY = {"kind": "stake.acquired", "holder": "fund", "target": "film", "share": "10%"}


def some_events() -> list[Event]:
    """A unit, a stake, and two deals that are open, the second known later than the first."""
    return [
        launched("2013", "u", "group", id="made"),
        acquired("2014-03", "group", "film", "60%", id="bought"),
        proposed("2015-04-01", "injection", MOVE, id="proposed"),
        proposed("2015-06-01", "placing", BUY, id="placed"),
    ]


def ended(kind: str, **fields: Any) -> Event:
    """The injection comes to an end."""
    return happened(f"deal.{kind}", "2015-09-01", id="ended", deal="injection", **fields)


def owner(history: History, day: str = "2020", known: str | None = None) -> list[str]:
    """Who owns the unit."""
    return [unit.owner for unit in history.as_of(day, known).units("u")]


def share(history: History, holder: str, day: str = "2020", known: str | None = None) -> str:
    """What somebody holds of the film company."""
    return str(history.as_of(day, known).share(holder, "film"))


def answers(history: History) -> list[object]:
    """What a history says of several days, and all that it has."""
    days = ("2013", "2014", "2015-05", "2016", "2020")
    return [
        *(list(history.as_of(day, known).facts()) for day in days for known in ("2015-05", None)),
        history.events,
        history.timeline(),
        history.check(),
        history.conflicts(),
    ]


# A deal


def test_an_assumed_deal_does_what_it_would_do_on_its_day() -> None:
    """The unit moves on that day and not before, and the deal is completed."""
    assumed = History(some_events()).assume("injection", on="2016-06-30")
    assert (owner(assumed, "2016-06-29"), owner(assumed, "2016-06-30")) == (["group"], ["film"])
    stages = {deal.deal: deal.stage for deal in assumed.as_of("2020").deals()}
    assert stages == {"injection": "completed", "placing": "proposed"}


@pytest.mark.parametrize("day", ["2016-06-30", datetime.date(2016, 6, 30), parse_date("2016-06-30")])
def test_the_day_may_be_given_in_any_form(day: Any) -> None:
    """A text, a day, or a partial date: one answer."""
    assumed = History(some_events()).assume("injection", on=day)
    assert list(assumed.as_of("2020").facts()) == list(
        History(some_events()).assume("injection", on="2016-06-30").as_of("2020").facts()
    )


def test_a_deal_is_assumed_by_its_title_too() -> None:
    """As everywhere else that a deal is asked for; a title that nobody gave has the nearest one."""
    told = happened(
        "deal.proposed", "2015-04", deal="sale-1", title="Sale of the unit", parties=["group"], effects=[MOVE]
    )
    history = History([launched("2013", "u", "group"), told])
    assert owner(history.assume("sale of the unit", "2016")) == ["film"]
    with pytest.raises(NotFound, match="did you mean Sale of the unit"):
        history.assume("Sale of the units", "2016")


def test_an_assumed_deal_may_be_as_vague_as_any_event() -> None:
    """In "June 2016" the unit may be with either, and surely with the taker from its end."""
    assumed = History(some_events()).assume("injection", on="2016-06")
    on_the_15th = assumed.as_of("2016-06-15").units("u")
    assert [(unit.owner, unit.certain) for unit in on_the_15th] == [("film", False), ("group", False)]
    assert [unit.certain for unit in assumed.as_of("2016-06-30").units("u")] == [True]


def test_an_assumed_deal_in_the_past_counts_from_then() -> None:
    """A what-if may be asked of any day, and later events build on it."""
    history = History([*some_events(), disposed("2017", "fund", "film", "4%", id="sold")])
    assumed = history.assume("placing", on="2015-07-01")
    assert [share(assumed, "fund", day) for day in ("2015-06-30", "2015-07-01", "2018")] == [
        "None",
        "10%",
        "6%",
    ]


def test_what_the_latest_announcement_says_is_assumed() -> None:
    """Changed effects and corrected ones, as they are known."""
    narrowed = happened(
        "deal.agreed", "2015-05", id="agreed", deal="injection", effects=[{**MOVE, "to": "x"}]
    )
    assert owner(History([*some_events(), narrowed]).assume("injection", on="2016")) == ["x"]
    slip = corrected("2015-06", "proposed", {"effects": [{**MOVE, "to": "y"}]}, id="slip")
    assumed = History([*some_events(), slip]).assume("injection", on="2016")
    assert owner(assumed) == ["y"]
    assert owner(assumed, known="2015-05") == ["film"]


def test_a_retracted_end_leaves_the_deal_open() -> None:
    """It was not completed after all, and can be assumed."""
    history = History([*some_events(), ended("completed"), retracted("2016", "ended")])
    assert owner(history.assume("injection", on="2017")) == ["film"]


# What cannot be assumed


def test_an_unknown_deal_gets_the_nearest() -> None:
    """One clear error."""
    with pytest.raises(NotFound) as error:
        History(some_events()).assume("injektion", on="2016")
    assert str(error.value) == 'error[C602]: no deal "injektion"\n  help: did you mean injection?'


@pytest.mark.parametrize(
    "end", [ended("completed"), ended("terminated", reason="price")], ids=["done", "off"]
)
def test_a_deal_that_came_to_its_end_is_refused(end: Event) -> None:
    """What is done is done, what is off is off; the error says which, and the other deal is free."""
    history = History([*some_events(), end])
    with pytest.raises(UsageError) as error:
        history.assume("injection", on="2016")
    (problem,) = error.value.problems
    assert (problem.code, problem.help) == ("C603", "assume a deal that is still open")
    assert f'deal "injection" is {end.kind.split(".")[1]} already' in problem.message
    assert share(history.assume("placing", on="2016"), "fund") == "10%"


def test_a_deal_without_a_day_is_refused() -> None:
    """A what-if needs to know when."""
    with pytest.raises(UsageError) as error:
        History(some_events()).assume("injection")
    assert str(error.value).startswith('error[C603]: no day for deal "injection" to complete on\n  help: say')


@pytest.mark.parametrize("day", ["soon", "2016-13", ""])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    """As everywhere."""
    with pytest.raises(ChronicleError) as error:
        History(some_events()).assume("injection", on=day)
    assert error.value.code == "C301"


# Events


def test_events_can_be_assumed_as_values_and_as_plain_data() -> None:
    """Both in one go, with a deal or without."""
    plain = {**BUY, "date": "2016", "share": "3%", "holder": "other"}
    assumed = History(some_events()).assume(events=[acquired("2016", "x", "film", "2%", id="x"), plain])
    assert (share(assumed, "x"), share(assumed, "other"), owner(assumed)) == ("2%", "3%", ["group"])
    both = History(some_events()).assume("injection", on="2016", events=[plain])
    assert (share(both, "other"), owner(both)) == ("3%", ["film"])


def test_assumed_events_may_correct_and_retract() -> None:
    """What if it had been 59.32 %, what if it never was."""
    history = History(some_events())
    assert (
        share(history.assume(events=[corrected("2016", "bought", {"share": "59.32%"})]), "group") == "59.32%"
    )
    assert share(history.assume(events=[retracted("2016", "bought")]), "group") == "None"
    assert share(history, "group") == "60%"


def test_wrong_events_are_refused_with_all_that_is_wrong() -> None:
    """As when they are recorded."""
    history = History(some_events())
    with pytest.raises(InvalidEvents) as error:
        history.assume(events=[{"kind": "stake.aquired", "date": "2016"}, {**BUY, "date": "once"}])
    assert {problem.code for problem in error.value.problems} == {"C201", "C301"}
    with pytest.raises(InvalidEvents) as error:
        history.assume(events=[retracted("2016", "bougth")])
    assert error.value.code == "C213"


def test_to_assume_nothing_is_the_same_history() -> None:
    """Equal answers, and no store behind it."""
    history = History(some_events())
    assert answers(history.assume()) == answers(history)


# More than one


def test_what_ifs_stack() -> None:
    """A what-if of a what-if has both; each of them alone has its own."""
    history = History(some_events())
    first = history.assume("injection", on="2016")
    both = first.assume("placing", on="2017")
    assert (owner(both), share(both, "fund")) == (["film"], "10%")
    assert (owner(first), share(first, "fund")) == (["film"], "None")
    other_way = history.assume("placing", on="2017").assume("injection", on="2016")
    assert list(other_way.as_of("2020").facts()) == list(both.as_of("2020").facts())
    with pytest.raises(UsageError) as error:
        both.assume("injection", on="2018")
    assert error.value.code == "C603"


def test_a_deal_that_was_assumed_first_can_be_assumed_to_complete() -> None:
    """A what-if may propose it."""
    deal = proposed("2016", "merger", {**BUY, "share": "30%"}, id="merger")
    assumed = History(some_events()).assume(events=[deal]).assume("merger", on="2017")
    assert share(assumed, "fund") == "30%"


# Knowledge and recording


def test_an_assumption_looks_no_further_ahead_than_anybody_could() -> None:
    """Before the deal was known there is nothing to complete; assumed events hold by any knowledge."""
    history = History(some_events()).assume("injection", on="2016")
    assert owner(history, known="2015-03-31") == ["group"]
    assert history.as_of("2020", "2015-03-31").deals() == ()
    assert owner(history, known="2015-04-01") == ["film"]
    more = History(some_events()).assume(events=[acquired("2016", "x", "film", "2%")])
    assert share(more, "x", known="2010") == "2%"


class Clock:
    """A clock that says what it is told."""

    day = "2020-01-01"

    def __call__(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(f"{self.day}T12:00:00+00:00")


def test_a_what_if_of_a_store_is_not_recorded_and_can_be_asked_by_what_was(tmp_path: Path) -> None:
    """The file is byte by byte as before; what was recorded later is not part of the answer."""
    path, clock = tmp_path / "corp.db", Clock()
    with open_store(path, create=True, clock=clock) as store:
        history = History.from_store(store)
        history.append(some_events()[:3], declared=False)
        clock.day = "2021-06-30"
        history.append(some_events()[3:], declared=False)
    before = path.read_bytes()
    with chronicle.open(path) as history:
        assumed = history.assume("injection", on="2016").assume(events=[acquired("2016", "x", "film", "2%")])
        state = assumed.as_of("2020", recorded="2020-12-31")
        assert [unit.owner for unit in state.units("u")] == ["film"]
        assert [deal.deal for deal in state.deals()] == ["injection"]
        assert str(state.share("x", "film")) == "2%"
        assert [deal.deal for deal in assumed.as_of("2020", recorded="2021").deals()] == [
            "injection",
            "placing",
        ]
    assert path.read_bytes() == before


def test_a_what_if_takes_no_events_to_record() -> None:
    """It has no store; and closing it leaves the store of its base open."""
    store = MemoryStore()
    history = History.from_store(store)
    history.append(some_events(), declared=False)
    with history.assume("injection", on="2016") as assumed, pytest.raises(UsageError) as error:
        assumed.append([acquired("2016", "x", "film", "2%")])
    assert error.value.code == "C509"
    assert store.head().position == 4
    assert history.append([acquired("2016", "x", "film", "2%")], declared=False) == 1
    assert "x" not in {holding.holder for holding in assumed.as_of("2020").holdings()}


def test_the_base_is_as_it_was() -> None:
    """Whatever is assumed, and whatever the what-if is asked."""
    history = History(some_events())
    before = answers(history)
    assumed = history.assume("injection", on="2015-06").assume(events=[retracted("2016", "bought")])
    assert answers(assumed) != before
    assert answers(history) == before
    assert answers(History(some_events())) == before
