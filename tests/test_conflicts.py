"""Sources that disagree: which claims are about the same fact, which one counts, what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from chronicle.engine.conflicts import Conflict, settle
from chronicle.events import Event
from chronicle.history import History
from given import acquired, corrected, disposed, happened, observed, proposed, retracted


def by(publisher: str, published: str | None = None) -> list[dict[str, str]]:
    """The one source of a claim."""
    return [{"publisher": publisher} | ({} if published is None else {"published": published})]


def claim(
    id: str, publisher: str, share: str | None = "60%", date: str = "2014-06-24", **fields: Any
) -> Event:
    """A source says what the group bought of the film company in the deal."""
    return acquired(
        date, "group", "film", share, id=id, **{"deal": "d", "sources": by(publisher, "2014-07-01"), **fields}
    )


def conflict_of(*events: Event, known: str | None = None) -> Conflict:
    """The only conflict of a history."""
    (conflict,) = History(events).conflicts(known)
    return conflict


def counting(*events: Event) -> list[str]:
    """Ids of the events that count."""
    return [event.id for event in settle(events).events]


# What is about the same fact


def test_two_sources_on_a_stake_in_one_deal_claim_the_same() -> None:
    """One bought 60 % and not 60 % and 59.32 %; the loser stays at hand."""
    first, second = claim("first", "Post"), claim("second", "Times", "59.32%")
    conflict = conflict_of(first, second)
    assert conflict.fact == ("stake", "group", "film", "equity")
    assert (conflict.chosen, conflict.others) == (second, (first,))
    assert conflict.differ == ("share",)
    assert str(History([first, second]).as_of("2015").share("group", "film")) == "59.32%"


@pytest.mark.parametrize(
    "other",
    [
        claim("second", "Times", "10%", deal="another"),
        claim("second", "Times", "10%", deal=None),
        claim("second", "Times", "10%", right="votes"),
        claim("second", "Post", "10%"),
        claim("second", "Times", "10%", sources=[]),
        claim("second", "Times", "10%", sources=[*by("Times"), *by("Post", "2014-07-01")]),
        claim("second", "Times", "10%", after="first"),
        acquired("2014-06-24", "x", "film", "10%", id="second", deal="d", sources=by("Times")),
        observed("2014-06-24", "group", "film", "10%", id="second", sources=by("Times")),
    ],
    ids=[
        "another deal",
        "no deal",
        "another right",
        "the same source",
        "no source",
        "a source in common",
        "one after the other",
        "another holder",
        "bought and held are two things",
    ],
)
def test_what_is_not_the_same_fact_adds_up(other: Event) -> None:
    """Both count, in either order of recording: only different sources on one fact can disagree."""
    first = claim("first", "Post")
    for events in ([first, other], [other, first]):
        assert set(counting(*events)) == {"first", "second"}
        assert settle(events).set_aside == {}


def held(id: str, publisher: str, date: str, holds: str, **fields: Any) -> Event:
    """A source says what the group holds after a purchase."""
    return acquired(date, "group", "film", holds=holds, id=id, sources=by(publisher, "2015"), **fields)


@pytest.mark.parametrize(
    ("date", "rivals"),
    [("2014-06", True), ("2014", True), ("2014-06-30", True), ("2014-07-01", False), ("2014-05", False)],
)
def test_two_results_in_windows_that_overlap_claim_the_same(date: str, rivals: bool) -> None:
    """What is held in June and on 30 June may be one fact; in June and in July it is two."""
    events = [held("first", "Post", "2014-06", "60%"), held("second", "Times", date, "50%")]
    assert counting(*events) == (["second"] if rivals else ["first", "second"])


def test_a_result_and_a_purchase_are_two_things() -> None:
    """Only results are compared by their windows: two purchases on a day add up."""
    events = [claim("first", "Post", deal=None), held("second", "Times", "2014-06-24", "50%")]
    assert counting(*events) == ["first", "second"]


def test_an_observation_that_agrees_is_no_rival() -> None:
    """It confirms what was bought, however sure it is of itself."""
    seen = observed(
        "2014-06", "group", "film", "60%", id="seen", sources=by("Times"), deal="d", confidence="confirmed"
    )
    bought = held("bought", "Post", "2014-06-24", "60%", deal="d")
    assert counting(bought, seen) == ["bought", "seen"]
    assert History([bought, seen]).conflicts() == ()


def stage(kind: str, id: str, publisher: str, date: str, **fields: Any) -> Event:
    """A source says that a deal reached a stage."""
    return happened(f"deal.{kind}", date, id=id, deal="d", sources=by(publisher, "2015"), **fields)


def test_two_sources_on_one_stage_of_a_deal_claim_the_same() -> None:
    """It was agreed once, on one of two days; that it was agreed and then completed is no contradiction."""
    first, second = (
        stage("agreed", "first", "Post", "2014-03-08"),
        stage("agreed", "second", "Times", "2014-03-11"),
    )
    done = stage("completed", "done", "Gazette", "2014-06-24")
    conflict = conflict_of(first, second, done)
    assert (conflict.fact, conflict.chosen.id, conflict.differ) == (
        ("deal", "d", "deal.agreed"),
        "second",
        ("day",),
    )
    assert [deal.since.text for deal in History([first, second]).as_of("2015").deals()] == ["2014-03-11"]
    assert [fact.events for fact in History([first, second, done]).as_of("2015").view("deals")] == [
        ("second", "done")
    ]


def test_two_sources_on_what_a_deal_would_do_claim_the_same() -> None:
    """Effects and day are told apart, and only the effects that count happen."""
    move = {"kind": "unit.transferred", "unit": "u", "from": "group", "to": "film"}
    first = proposed("2014-03", "d", id="first", sources=by("Post", "2014-03"))
    second = proposed("2014-04", "d", move, id="second", sources=by("Times", "2014-04"))
    third = proposed("2014-04", "d", {**move, "to": "x"}, id="third", sources=by("Gazette", "2014-05"))
    conflict = conflict_of(first, second, third)
    assert (conflict.chosen, conflict.others) == (third, (first, second))
    assert set(conflict.differ) == {"effects", "day"}
    history = History([first, second, third]).assume("d", on="2015")
    assert [unit.owner for unit in history.as_of("2016").units("u")] == ["x"]


def test_a_stage_is_what_all_say_of_it_whoever_says_it_last() -> None:
    """A later report that only names the deal takes back neither what it would do nor the day."""
    buys = {"kind": "stake.acquired", "holder": "group", "target": "film", "share": "60%"}
    said = {"title": "Purchase", "parties": ["group", "film"], "effects": [buys]}
    full = stage("agreed", "full", "Post", "2014-03-08", **said)
    brief = stage("agreed", "brief", "Times", "2014-03")
    done = stage("completed", "done", "Gazette", "2014-06-24")
    conflict = conflict_of(full, brief, done)
    assert (conflict.chosen, conflict.others, conflict.differ, conflict.once) == (brief, (full,), (), True)
    assert conflict.rule == "all agree; dated 2014-03-08, which all allow"
    history = History([full, brief, done])
    (deal,) = history.as_of("2014-03-08").deals()
    assert (deal.title, deal.parties, deal.certain) == ("Purchase", ("group", "film"), True)
    assert [str(held.share) for held in history.as_of("2015").holdings()] == ["60%"]


def test_how_a_deal_was_completed_stays_as_one_of_two_says() -> None:
    """Less than was agreed came about: a report that it was completed is no report that all of it did."""
    buys = {"kind": "stake.acquired", "holder": "group", "target": "film", "share": "60%"}
    agreed = stage("agreed", "agreed", "Post", "2014-03-08", effects=[buys])
    less = stage("completed", "less", "Gazette", "2014-06-24", effects=[{**buys, "share": "40%"}])
    brief = stage("completed", "brief", "Times", "2014-06")
    nothing = stage("completed", "nothing", "Herald", "2014-06-24", effects=[])
    for claims in ((less, brief), (brief, less)):
        (held,) = History([agreed, *claims]).as_of("2014-06-24").holdings()
        assert (str(held.share), held.certain) == ("40%", True)
    assert conflict_of(agreed, less, nothing).differ == ("effects",)
    assert History([agreed, less, nothing]).as_of("2015").holdings() == ()


def test_a_founding_and_a_new_name_are_what_all_say_of_them() -> None:
    """The narrowest window, the founders and the short name, whoever says them; not those of another name."""
    film = {"entity": "film", "name": "Film"}
    founded = [
        happened("entity.founded", date, id=id, **film, type="company", sources=by(publisher), **more)
        for id, date, publisher, more in (
            ("day", "2014-03-08", "Post", {"founders": ["ann"], "jurisdiction": "GB"}),
            ("year", "2014", "Times", {}),
        )
    ]
    state = History(founded).as_of("2014-03-08")
    assert (state.entity("film").jurisdiction, state.entity("film").certain) == ("GB", True)
    renamed = [
        happened("entity.renamed", date, id=id, entity="film", name=name, sources=by(publisher), **more)
        for id, date, name, publisher, more in (
            ("other", "2016-05", "Studios", "Gazette", {"short": "S"}),
            ("short", "2016-05-02", "Pictures", "Post", {"short": "P"}),
            ("last", "2016-05", "Pictures", "Times", {}),
        )
    ]
    called = History([*founded, *renamed]).as_of("2016-05-02").entity("film")
    assert (called.name, called.short, called.certain) == ("Pictures", "P", True)
    assert History([*founded, renamed[0], renamed[2]]).as_of("2017").entity("film").short is None


def test_two_sources_on_one_new_name_claim_the_same() -> None:
    """It was renamed once; two names far apart are two renamings."""
    names = [
        happened("entity.renamed", date, id=id, entity="film", name=name, sources=by(publisher, published))
        for id, date, name, publisher, published in (
            ("first", "2014-07", "Pictures", "Post", "2014-08"),
            ("second", "2014-08-21", "Pictures", "Times", "2014-09"),
            ("third", "2016", "Studios", "Gazette", "2016"),
        )
    ]
    conflict = conflict_of(*names)
    assert (conflict.chosen.id, [other.id for other in conflict.others]) == ("second", ["first"])
    assert conflict.differ == ("day",)
    assert counting(*names) == ["second", "third"]


# Which one counts


@pytest.mark.parametrize(
    ("one", "two", "chosen", "rule"),
    [
        ({"confidence": "confirmed"}, {"confidence": "reported"}, "first", "confirmed outweighs the others"),
        ({"confidence": "confirmed"}, {}, "first", "confirmed outweighs the others"),
        ({}, {"confidence": "rumoured"}, "first", "reported outweighs the others"),
        ({"confidence": "reported"}, {}, "second", "known last"),
        ({"confidence": "rumoured"}, {"confidence": "rumoured"}, "second", "known last"),
    ],
)
def test_the_more_confident_claim_counts_then_the_one_recorded_last(
    one: dict[str, str], two: dict[str, str], chosen: str, rule: str
) -> None:
    """Confidence beats all else; saying nothing of it is as good as "reported"."""
    conflict = conflict_of(claim("first", "Post", **one), claim("second", "Times", "59%", **two))
    assert (conflict.chosen.id, conflict.rule) == (chosen, rule)


def test_among_equals_the_claim_known_last_counts() -> None:
    """Whatever the order of recording: a later report has seen the earlier one."""
    early = claim("early", "Post", sources=by("Post", "2014-07-01"))
    late = claim("late", "Times", "59%", sources=by("Times", "2014-07-02"))
    for events in ([early, late], [late, early]):
        conflict = conflict_of(*events)
        assert (conflict.chosen.id, conflict.rule) == ("late", "known last")
    surer = claim("early", "Post", sources=by("Post", "2014-07-01"), confidence="confirmed")
    assert conflict_of(surer, late).chosen.id == "early"


def test_among_claims_of_one_day_the_one_recorded_last_counts() -> None:
    """Position decides when nothing else does."""
    one, two = claim("one", "Post"), claim("two", "Times", "59%")
    assert conflict_of(one, two).chosen.id == "two"
    assert conflict_of(two, one).chosen.id == "one"


def test_three_claims_are_one_conflict_with_the_losers_in_order_of_recording() -> None:
    """Share, amount and day are told apart; what a source leaves open is no disagreement."""
    claims = [
        claim("a", "Post", "60%", price="HKD 6bn"),
        claim("b", "Times", "59%", "2014-06-25", confidence="confirmed"),
        claim("c", "Gazette", "59%", price="HKD 6.2bn", shares="12.488bn"),
    ]
    conflict = conflict_of(*claims)
    assert (conflict.chosen.id, [other.id for other in conflict.others]) == ("b", ["a", "c"])
    assert set(conflict.differ) == {"share", "day"}
    assert settle(claims).set_aside == {"a": "b", "c": "b"}


def test_equal_claims_are_no_conflict_and_count_once() -> None:
    """Two papers that report the same purchase do not make it two."""
    claims = [claim("first", "Post"), claim("second", "Times")]
    assert History(claims).conflicts() == ()
    assert counting(*claims) == ["second"]
    assert str(History(claims).as_of("2015").share("group", "film")) == "60%"


def test_nothing_is_in_conflict_where_nobody_disagrees() -> None:
    """No claim is copied or left out."""
    events = [claim("first", "Post"), disposed("2015", "group", "film", "10%", sources=by("Times"))]
    settled = settle(events)
    assert (settled.events, settled.conflicts, dict(settled.set_aside)) == (tuple(events), (), {})
    assert settle([]).events == ()


# Observed against replayed


def seen_later(holds: str = "50%", **fields: Any) -> Event:
    """A source saw later what the group holds."""
    return observed("2015", "group", "film", holds, id="seen", sources=by("Times", "2015-02"), **fields)


def test_an_observation_that_disagrees_with_replay_is_a_conflict_and_counts_from_its_day() -> None:
    """Before it what was bought stands; the last event behind that is the other claim."""
    bought = claim("bought", "Post")
    more = acquired("2014-08", "group", "film", "5%", id="more", sources=by("Post"))
    conflict = conflict_of(bought, more, seen_later())
    assert (conflict.fact, conflict.chosen.id) == (("stake", "group", "film", "equity"), "seen")
    assert ([other.id for other in conflict.others], conflict.differ) == (["more"], ("share",))
    assert conflict.rule == "observed later"
    history = History([bought, more, seen_later()])
    shares = [str(history.as_of(day).share("group", "film")) for day in ("2014-12-31", "2015-12-31")]
    assert shares == ["65%", "50%"]


@pytest.mark.parametrize(
    "events",
    [
        [claim("bought", "Post"), seen_later("60%")],
        [claim("bought", "Post"), seen_later("?")],
        [claim("bought", "Post", "?"), seen_later()],
        [seen_later()],
        [claim("bought", "Post"), disposed("2014-12", "group", "film", holds="0%"), seen_later()],
    ],
    ids=["equal", "nobody knows", "nobody knew", "nothing before", "nothing left"],
)
def test_an_observation_without_another_value_before_it_is_no_conflict(events: list[Event]) -> None:
    """To agree, to know nothing, and to be the first to say are not to disagree."""
    assert History(events).conflicts() == ()


def test_a_rumour_does_not_outweigh_what_is_known_before_it() -> None:
    """Somebody surer has said what the group holds: the rumour is kept, and does not count."""
    bought = held("bought", "Post", "2014-06", "60%", confidence="confirmed")
    conflict = conflict_of(bought, seen_later(confidence="rumoured"))
    assert (conflict.chosen.id, [other.id for other in conflict.others]) == ("bought", ["seen"])
    assert conflict.rule == "confirmed outweighs the others"
    assert (
        str(History([bought, seen_later(confidence="rumoured")]).as_of("2016").share("group", "film"))
        == "60%"
    )


@pytest.mark.parametrize("confidence", [None, "reported", "confirmed"])
def test_a_later_observation_counts_whatever_is_known_before_it(confidence: str | None) -> None:
    """What was confirmed of June is no rival of what is seen in the year after."""
    bought = held("bought", "Post", "2014-06", "60%", confidence="confirmed")
    seen = seen_later(**({} if confidence is None else {"confidence": confidence}))
    assert counting(bought, seen) == ["bought", "seen"]
    assert str(History([bought, seen]).as_of("2016").share("group", "film")) == "50%"


# By what was known


def test_only_what_was_known_is_in_conflict() -> None:
    """Before the second report there was no disagreement, and the first one counted."""
    events = [
        claim("first", "Post", sources=by("Post", "2014-07-01")),
        claim("second", "Times", "59%", sources=by("Times", "2014-08-01")),
    ]
    history = History(events)
    assert history.conflicts("2014-07-31") == ()
    assert str(history.as_of("2014-12-31", "2014-07-31").share("group", "film")) == "60%"
    assert [conflict.chosen.id for conflict in history.conflicts("2014-08-01")] == ["second"]


def test_a_correction_can_settle_a_conflict_and_a_retraction_end_it() -> None:
    """As corrected and without what was withdrawn, by the knowledge of each day."""
    claims = [claim("first", "Post"), claim("second", "Times", "59%")]
    agreed = History([*claims, corrected("2015-01", "second", {"share": "60%"})])
    assert [len(agreed.conflicts(day)) for day in ("2014-12-31", "2015-01-31")] == [1, 0]
    alone = History([*claims, retracted("2015-01", "second")])
    assert [len(alone.conflicts(day)) for day in ("2014-12-31", "2015-01-31")] == [1, 0]
    assert str(alone.as_of("2015").share("group", "film")) == "60%"
