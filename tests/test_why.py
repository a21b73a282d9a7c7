"""Why something is so: the chain of events, who says so and since when, what put it right, who disagrees."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import chronicle
from chronicle.engine.replay import Change, Projector
from chronicle.engine.why import Why
from chronicle.errors import NotFound
from chronicle.events import Event, StakeAcquired
from chronicle.history import History
from chronicle.stores.memory import MemoryStore
from given import (
    acquired,
    corrected,
    declared,
    disposed,
    happened,
    launched,
    observed,
    proposed,
    retracted,
    written,
)

BOUGHT = acquired("2014-03", "group", "film", "60%", id="bought")
SOLD = disposed("2015-05-04", "group", "film", "10%", id="sold")
MOVE = {"kind": "unit.transferred", "unit": "u", "from": "group", "to": "film"}


def why(events: list[Event], as_of: str = "2016", *key: str, **asked: Any) -> Why:
    """Why the group holds what it holds of the film company, or another question."""
    return History(events).why(*(key or ("group", "film")), as_of=as_of, **asked)


def steps(answer: Why) -> list[list[str]]:
    """The chain of events of each fact."""
    return [[step.event.id for step in reason.steps] for reason in answer.reasons]


def source(publisher: str, published: str) -> list[dict[str, str]]:
    """One source, as a file has it."""
    return [{"publisher": publisher, "published": published}]


# The chain


def test_a_value_leads_back_to_the_events_that_made_it() -> None:
    """Bought and then sold: both, causes first, and the value with its certainty."""
    answer = why([SOLD, BOUGHT])
    (reason,) = answer.reasons
    assert (answer.view, answer.key, answer.instead) == ("holdings", ("group", "film"), None)
    assert (str(reason.fact.value.share), reason.fact.certain) == ("50%", True)
    assert steps(answer) == [["bought", "sold"]]
    assert [step.event for step in reason.steps] == [BOUGHT, SOLD]


def test_without_a_day_it_is_asked_of_today() -> None:
    """What was sold by now has ended; what was bought later than today is not there."""
    history = History([BOUGHT, SOLD, acquired("2999", "group", "film", "1%", id="far")])
    today = history.why("group", "film", as_of=datetime.date.today())
    assert steps(history.why("group", "film")) == steps(today)
    assert today.reasons[0].fact.value.share.maximum == Fraction(1, 2)


def test_the_chain_goes_back_to_the_last_value_that_was_set_outright() -> None:
    """A result owes nothing to what came before it; later purchases build on it."""
    result = acquired("2015", "group", "film", holds="70%", id="result")
    more = acquired("2016-01-01", "group", "film", "1%", id="more")
    assert steps(why([BOUGHT, result])) == [["result"]]
    assert steps(why([BOUGHT, result, more])) == [["result", "more"]]


def test_an_observation_that_agrees_is_part_of_the_chain() -> None:
    """It says so too."""
    seen = observed("2015", "group", "film", "60%", id="seen")
    assert steps(why([BOUGHT, seen])) == [["bought", "seen"]]


def test_what_came_by_a_merger_has_the_events_of_both_holders() -> None:
    """The purchase by the company that is gone, then the merger."""
    events = [
        acquired("2013", "old", "film", "10%", id="of-old"),
        BOUGHT,
        happened("merger.absorbed", "2015", id="merger", survivor="group", absorbed="old"),
    ]
    (chain,) = steps(why(events))
    assert set(chain) == {"of-old", "bought", "merger"}
    assert chain[-1] == "merger"


def test_what_was_sold_down_to_a_rest_leads_back_to_what_the_seller_had() -> None:
    """The buyer got what the seller had and did not keep: without the purchase nobody could tell."""
    events = [BOUGHT, disposed("2015", "group", "film", holds="20%", id="rest", buyer="x")]
    answer = why(events, "2016", "x", "film")
    assert [str(reason.fact.value.share) for reason in answer.reasons] == ["40%"]
    assert steps(answer) == [["bought", "rest"]]
    result = acquired("2015", "x", "film", holds="40%", id="result", seller="group")
    assert steps(why([BOUGHT, result])) == [["bought", "result"]]
    second = acquired("2016", "x", "film", holds="50%", id="second", seller="group")
    assert steps(why([BOUGHT, result, second], "2017")) == [["bought", "result", "second"]]


def test_what_a_deal_did_leads_back_to_who_said_what_it_would_do() -> None:
    """The completion alone does not say: the latest announcement of the effects comes before it."""
    events = [
        launched("2013", "u", "group", id="made"),
        proposed("2014", "d", {**MOVE, "to": "x"}, id="first"),
        happened("deal.agreed", "2015-01", id="second", deal="d", effects=[MOVE]),
        happened("deal.completed", "2015-06", id="done", deal="d"),
    ]
    assert steps(why(events, "2016", "u", view="units")) == [["made", "second", "done"]]
    assert steps(why(events, "2016", "d", view="deals")) == [["first", "second", "done"]]
    own = happened("deal.completed", "2015-06", id="done", deal="d", effects=[{**MOVE, "to": "y"}])
    assert steps(why([*events[:3], own], "2016", "u", view="units")) == [["made", "done"]]


def test_a_day_inside_a_window_has_a_reason_for_each_value() -> None:
    """Sold "in May": on the 15th it may be one or the other, and each has its chain."""
    events = [BOUGHT, disposed("2015-05", "group", "film", "10%", id="sold")]
    answer = why(events, "2015-05-15")
    assert [(str(r.fact.value.share), r.fact.certain) for r in answer.reasons] == [
        ("60%", False),
        ("50%", False),
    ]
    assert steps(answer) == [["bought"], ["bought", "sold"]]


def test_a_key_without_its_last_parts_asks_for_all_of_them() -> None:
    """Equity and votes are two answers; the whole key asks for one, no key for the whole view."""
    votes = acquired("2014", "group", "film", "70%", id="votes", right="votes")
    other = acquired("2014", "x", "y", "1%", id="other")
    events = [BOUGHT, votes, other]
    assert steps(why(events)) == [["bought"], ["votes"]]
    assert steps(why(events, "2016", "group", "film", "votes")) == [["votes"]]
    assert steps(why(events, "2016", "group")) == [["bought"], ["votes"]]
    assert steps(History(events).why(as_of="2016")) == [["bought"], ["votes"], ["other"]]


# Every view


@pytest.mark.parametrize(
    ("view", "kind", "fields", "key"),
    [
        ("units", "unit.launched", {"unit": "u", "owner": "a"}, ("u",)),
        ("names", "entity.renamed", {"entity": "a", "name": "A"}, ("a",)),
        ("types", "entity.founded", {"entity": "a", "name": "A", "type": "company"}, ("a",)),
        ("status", "entity.dissolved", {"entity": "a", "reason": "done"}, ("a",)),
        ("identifiers", "entity.identified", {"entity": "a", "scheme": "lei", "value": "1"}, ("a", "lei")),
        ("deals", "deal.proposed", {"deal": "d", "title": "D", "parties": ["a", "b"]}, ("d",)),
        ("lineage", "merger.absorbed", {"survivor": "a", "absorbed": "b"}, ("b", "a")),
        ("listings", "listing.started", {"entity": "a", "exchange": "HKEX"}, ("a",)),
        ("control", "control.granted", {"controller": "a", "target": "b", "basis": "board"}, ("a", "b")),
        ("shares", "shares.issued", {"issuer": "a", "shares": "1", "total": "2"}, ("a",)),
        ("roles", "role.appointed", {"person": "p", "entity": "a", "role": "chair"}, ("p",)),
        ("partnerships", "partnership.agreed", {"parties": ["a", "b"], "subject": "films"}, ()),
        ("projects", "project.released", {"project": "p", "where": "China"}, ("p",)),
        ("memberships", "membership.started", {"entity": "a", "group": "g"}, ("a", "g")),
    ],
)
def test_every_view_can_be_asked_why(
    view: str, kind: str, fields: dict[str, Any], key: tuple[str, ...]
) -> None:
    """A name, a unit, a deal, a listing: each leads to the event that made it."""
    answer = History([happened(kind, "2014", id="it", **fields)]).why(*key, as_of="2016", view=view)
    assert (answer.view, steps(answer), answer.instead) == (view, [["it"]], None)


def test_a_view_of_ones_own_can_be_asked_why() -> None:
    """Why comes for nothing with a projector."""

    def counted(event: StakeAcquired, _: object) -> list[Change]:
        return [Change("purchases", (event.holder,), "set", 1, event.date, event.id)]

    mine = Projector(name="mine", views=("purchases",), table={StakeAcquired: counted})
    answer = History([BOUGHT], [mine]).why("group", as_of="2016", view="purchases")
    assert steps(answer) == [["bought"]]


def test_a_view_that_is_not_there_is_refused() -> None:
    """A slip gets the nearest."""
    with pytest.raises(NotFound) as error:
        why([BOUGHT], view="holding")
    assert str(error.value) == 'error[C606]: no view "holding"\n  help: did you mean holdings?'


# Who says so, since when, and where


def test_each_step_says_since_when_it_could_be_known() -> None:
    """By its source, by what the author says, or, assumed, by its own date."""
    events = [
        acquired("2014-01", "group", "film", "10%", id="a", sources=source("Post", "2014-02-03")),
        acquired("2014-02", "group", "film", "10%", id="b", known="2015-01"),
        acquired("2014-03", "group", "film", "10%", id="c"),
    ]
    (reason,) = why(events).reasons
    assert [(step.knowledge.day.isoformat(), step.knowledge.assumed) for step in reason.steps] == [
        ("2014-02-03", False),
        ("2015-01-31", False),
        ("2014-03-31", True),
    ]
    assert [step.event.sources[0].publisher for step in reason.steps if step.event.sources] == ["Post"]


def test_a_correction_does_not_change_since_when_an_event_could_be_known() -> None:
    """Its sources and date are put right, and it was known when it was."""
    slip = corrected("2016", "bought", {"date": "2013-01", "sources": source("Post", "2013-02")}, id="slip")
    (reason,) = why([BOUGHT, slip], "2016").reasons
    (step,) = reason.steps
    assert (step.event.date.text, step.knowledge.day.isoformat()) == ("2013-01", "2014-03-31")


YAML = """\
entities:
  - {id: group, name: The Group, type: company}
  - {id: film, name: Film Company, type: company}
events:
  - id: bought
    kind: stake.acquired
    date: 2014-03
    holder: group
    target: film
    share: 60%
"""


def test_each_step_from_a_file_has_its_place(tmp_path: Path) -> None:
    """The line of the event; one that comes from a store or is assumed has none."""
    history = chronicle.open(written(tmp_path, YAML))
    assumed = history.assume(events=[acquired("2015", "group", "film", "1%", id="more")])
    (reason,) = assumed.why("group", "film", as_of="2016").reasons
    places = [step.place and (Path(step.place.file).name, step.place.line) for step in reason.steps]
    assert places == [("history.yaml", 5), None]
    stored = History.from_store(MemoryStore())
    stored.append(history.events)
    (reason,) = stored.why("group", "film", as_of="2016").reasons
    assert [step.place for step in reason.steps] == [None]


# Corrections and contradictions


def test_a_step_shows_the_event_as_corrected_and_what_put_it_right() -> None:
    """Oldest correction first; by earlier knowledge neither is there."""
    first = corrected("2015", "bought", {"share": "59%"}, id="first")
    second = corrected("2016-02-01", "bought", {"share": "59.32%"}, id="second")
    events = [BOUGHT, second, first]
    (reason,) = why(events).reasons
    (step,) = reason.steps
    assert (str(step.event.share), step.event.id) == ("59.32%", "bought")  # type: ignore[attr-defined]
    assert [correction.id for correction in step.corrections] == ["first", "second"]
    (reason,) = why(events, known="2014").reasons
    assert (reason.steps[0].event, reason.steps[0].corrections) == (BOUGHT, ())


def test_a_correction_that_was_withdrawn_is_no_part_of_the_answer() -> None:
    """It changed nothing."""
    slip = corrected("2015", "bought", {"share": "59%"}, id="slip")
    (reason,) = why([BOUGHT, slip, retracted("2016", "slip")]).reasons
    assert [(step.event, step.corrections) for step in reason.steps] == [(BOUGHT, ())]


def test_why_shows_the_claim_that_lost() -> None:
    """With the conflict in which the chosen one won; a claim that agrees is none."""
    claims = [
        acquired("2014-06", "group", "film", share, id=id, deal="d", sources=source(publisher, "2014-07"))
        for id, share, publisher in (("a", "60%", "Post"), ("b", "59%", "Times"))
    ]
    (reason,) = why(claims).reasons
    assert [step.event.id for step in reason.steps] == ["b"]
    assert [conflict.rule for conflict in reason.steps[0].conflicts] == ["known last"]
    assert reason.contradicted_by == (claims[0],)
    (reason,) = why([BOUGHT]).reasons
    assert (reason.contradicted_by, reason.steps[0].conflicts) == ((), ())


def test_why_shows_what_an_observation_contradicts() -> None:
    """From its day on it counts, and the replayed value is the other claim."""
    seen = observed("2015", "group", "film", "50%", id="seen")
    (reason,) = why([BOUGHT, seen]).reasons
    assert (steps(why([BOUGHT, seen])), reason.contradicted_by) == ([["seen"]], (BOUGHT,))
    assert why([BOUGHT, seen], "2014").reasons[0].contradicted_by == ()


# Instead


@pytest.mark.parametrize(
    ("as_of", "known", "instead"),
    [
        ("2014-02-28", None, "nothing on 2014-02-28; it begins March 2014"),
        ("2016", None, "nothing on 2016-12-31; it ended 4 May 2015"),
        ("2016", "2014-03-30", "nothing is known of it, by what was known on 2014-03-30"),
        (
            "2014-02-28",
            "2014",
            "nothing on 2014-02-28, by what was known on 2014-12-31; it begins March 2014",
        ),
    ],
    ids=["before", "after", "known too early", "before, by earlier knowledge"],
)
def test_without_a_value_why_says_what_is_known_around_that_day(
    as_of: str, known: str | None, instead: str
) -> None:
    """Before it began, after it ended, or before anybody could know."""
    gone = disposed("2015-05-04", "group", "film", "60%", id="gone")
    answer = why([BOUGHT, gone], as_of, known=known)
    assert (answer.reasons, answer.instead) == ((), instead)


def test_of_what_never_was_nothing_is_known() -> None:
    """No events, no such key."""
    nothing = [declared("group", "Group"), declared("film", "Film")]
    assert why(nothing, "2016").instead == "nothing is known of it"
    with pytest.raises(NotFound, match='no entity "nobody"'):
        why([BOUGHT], "2016", "nobody")


def test_between_two_times_why_names_the_next_one() -> None:
    """Sold out, then bought anew."""
    events = [
        BOUGHT,
        disposed("2015-05-04", "group", "film", "60%", id="gone"),
        acquired("2017-01-02", "group", "film", "5%", id="again"),
    ]
    assert why(events, "2016").instead == "nothing on 2016-12-31; it begins 2 January 2017"
    assert steps(why(events, "2018")) == [["again"]]


def test_why_by_what_a_store_held() -> None:
    """Nothing recorded later has a part in the answer."""
    history = History.from_store(MemoryStore())
    history.append([BOUGHT], declared=False)
    assert history.why("group", "film", as_of="2016", recorded="2000").instead == "nothing is known of it"
    assert steps(history.why("group", "film", as_of="2016", recorded="9999")) == [["bought"]]
