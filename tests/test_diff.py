"""What changed between two states: every typed difference, how it changed, and by which events."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronicle.engine import diff
from chronicle.engine.diff import Difference, StakeChanged, UnitMoved
from chronicle.engine.replay import Change, Projector
from chronicle.events import Event, StakeAcquired
from chronicle.history import History
from given import (
    acquired,
    corrected,
    disposed,
    happened,
    launched,
    observed,
    proposed,
    retracted,
    transferred,
)
from test_parts import GROUPS, HISTORIES, spread

BOUGHT = acquired("2014-03-11", "group", "film", "60%", id="bought")
SOLD = disposed("2015-05-04", "group", "film", "10%", id="sold")


def told(differences: tuple[Difference, ...]) -> list[tuple[Any, ...]]:
    """Differences in short: type, key, how, events."""
    return [(type(each), each.key, each.how, each.events) for each in differences]


def changes(events: list[Event], first: str = "2013", second: str = "2016", **known: Any) -> list[Any]:
    """What changed in a history."""
    return told(History(events).diff(first, second, **known))


# Types


@pytest.mark.parametrize(
    ("kind", "fields", "found", "key"),
    [
        (
            "stake.acquired",
            {"holder": "a", "target": "b", "share": "5%"},
            diff.StakeChanged,
            ("a", "b", "equity"),
        ),
        ("unit.launched", {"unit": "u", "owner": "a"}, diff.UnitMoved, ("u",)),
        (
            "deal.proposed",
            {"deal": "d", "title": "D", "parties": ["a", "b"]},
            diff.DealAdvanced,
            ("d",),
        ),
        ("entity.renamed", {"entity": "a", "name": "A"}, diff.Renamed, ("a",)),
        ("entity.dissolved", {"entity": "a", "reason": "done"}, diff.StatusChanged, ("a",)),
        (
            "entity.identified",
            {"entity": "a", "scheme": "ticker", "value": "1060"},
            diff.Identified,
            ("a", "ticker", "1060"),
        ),
        ("merger.absorbed", {"survivor": "a", "absorbed": "b"}, diff.Succeeded, ("b", "a")),
        (
            "listing.started",
            {"entity": "a", "exchange": "HKEX", "ticker": "1060"},
            diff.Listed,
            ("a", "HKEX"),
        ),
        (
            "control.granted",
            {"controller": "a", "target": "b", "basis": "board"},
            diff.ControlChanged,
            ("a", "b", "board"),
        ),
        (
            "shares.issued",
            {"issuer": "a", "shares": "10", "total": "20"},
            diff.SharesCounted,
            ("a",),
        ),
        (
            "role.appointed",
            {"person": "p", "entity": "a", "role": "chair"},
            diff.RoleChanged,
            ("p", "a", "chair"),
        ),
        ("project.released", {"project": "p", "where": "China"}, diff.Released, ("p", "China")),
        ("membership.started", {"entity": "a", "group": "g"}, diff.MembershipChanged, ("a", "g")),
    ],
)
def test_every_view_has_its_type_of_difference(
    kind: str, fields: dict[str, Any], found: type[Difference], key: tuple[str, ...]
) -> None:
    """What an event began is one difference of the type of its view, about that key."""
    assert (found, key, "began", ("it",)) in changes([happened(kind, "2014", id="it", **fields)])


def test_a_partnership_has_its_type_of_difference() -> None:
    """Its key begins with those who are together."""
    event = happened("partnership.agreed", "2014", id="it", parties=["a", "b"], subject="films")
    ((found, key, how, events),) = changes([event])
    assert (found, key[-1], how, events) == (diff.PartnershipChanged, "films", "began", ("it",))


def test_every_view_that_is_shipped_has_a_type_or_is_plain() -> None:
    """No type belongs to two views, and each is a Difference."""
    types = [each for each in diff.DIFFERENCES.values() if each is not Difference]
    assert len(set(types)) == len(types)
    assert all(issubclass(each, Difference) for each in types)


def test_a_view_of_ones_own_has_plain_differences() -> None:
    """They come after those of the shipped views."""

    def counted(event: StakeAcquired, _: object) -> list[Change]:
        return [Change("purchases", (event.holder,), "set", 1, event.date, event.id)]

    mine = Projector(name="mine", views=("purchases",), table={StakeAcquired: counted})
    found = History([BOUGHT], [mine]).diff("2013", "2016")
    assert [(type(each), each.view) for each in found] == [
        (StakeChanged, "holdings"),
        (Difference, "purchases"),
    ]


# How


def test_what_began_changed_and_ended() -> None:
    """A purchase, a sale of some, and a sale of the rest, each with the event that made the difference."""
    gone = disposed("2016-02-01", "group", "film", "50%", id="gone")
    events = [BOUGHT, SOLD, gone]
    key = ("group", "film", "equity")
    assert changes(events, "2013", "2014") == [(StakeChanged, key, "began", ("bought",))]
    assert changes(events, "2014", "2015") == [(StakeChanged, key, "changed", ("sold",))]
    assert changes(events, "2015", "2016") == [(StakeChanged, key, "ended", ("gone",))]
    assert changes(events, "2013", "2015") == [(StakeChanged, key, "began", ("bought", "sold"))]
    assert changes(events, "2013", "2016") == []


def test_a_difference_has_the_facts_of_both_days() -> None:
    """What was, and what is."""
    (difference,) = History([BOUGHT, SOLD]).diff("2014", "2016")
    assert [str(fact.value.share) for fact in difference.before] == ["60%"]
    assert [str(fact.value.share) for fact in difference.after] == ["50%"]
    assert [fact.since.text for fact in difference.after] == ["2015-05-04"]


def test_a_day_that_is_not_sure_becomes_surer() -> None:
    """Bought "in March": possible on the 15th, certain on the 31st; the value is the same."""
    events = [acquired("2014-03", "group", "film", "60%", id="bought")]
    ((_, _, how, names),) = changes(events, "2014-03-15", "2014-04-01")
    assert (how, names) == ("surer", ("bought",))
    ((_, _, how, names),) = changes(events, "2014-04-01", "2014-03-15")
    assert (how, names) == ("less sure", ("bought",))


def test_a_stake_that_may_have_been_sold_is_less_sure() -> None:
    """Sold "in May": on the 15th it may be there or gone, by the sale."""
    events = [BOUGHT, disposed("2015-05", "group", "film", holds="0%", id="sold")]
    ((_, _, how, names),) = changes(events, "2015-04-30", "2015-05-15")
    assert (how, names) == ("less sure", ("sold",))
    ((_, _, how, names),) = changes(events, "2015-05-15", "2015-06-01")
    assert (how, names) == ("ended", ("sold",))


def test_a_unit_that_moves_is_one_difference() -> None:
    """Not one that ended and another that began."""
    events = [
        launched("2013", "u", "group", id="made"),
        transferred("2014-05", "u", "group", "film", id="moved"),
    ]
    (difference,) = History(events).diff("2013", "2016")
    assert told((difference,)) == [(UnitMoved, ("u",), "changed", ("moved",))]
    assert ([fact.key[1] for fact in difference.before], [fact.key[1] for fact in difference.after]) == (
        ["group"],
        ["film"],
    )


def test_a_stake_that_moves_with_a_merger_is_told_of_both_holders() -> None:
    """The one lost it, the other got it, both by the merger."""
    events = [
        acquired("2013", "old", "film", "60%", id="bought"),
        happened("merger.absorbed", "2014", id="merger", survivor="group", absorbed="old"),
    ]
    found = [each for each in changes(events) if each[0] is StakeChanged]
    assert [(key[0], how) for _, key, how, _ in found] == [("group", "began"), ("old", "ended")]
    assert all("merger" in names for *_, names in found)


def test_what_is_the_same_on_both_days_is_no_difference() -> None:
    """The same day twice, a sale that was undone, an observation that confirms: nothing changed."""
    assert changes([BOUGHT, SOLD], "2016", "2016") == []
    seen = observed("2015", "group", "film", "60%", id="seen")
    assert changes([BOUGHT, seen], "2014", "2016") == []
    back = acquired("2015-06", "group", "film", holds="60%", id="back")
    assert changes([acquired("2014", "group", "film", holds="60%"), SOLD, back], "2014", "2016") == []


def test_differences_stand_view_by_view_in_order_of_key() -> None:
    """Whatever the order of recording."""
    events = [
        launched("2014", "u", "group"),
        acquired("2014", "b", "film", "1%"),
        acquired("2014", "a", "film", "1%"),
        proposed("2014", "d"),
    ]
    keys = [("a", "film", "equity"), ("b", "film", "equity"), ("u",), ("d",)]
    assert [key for _, key, *_ in changes(events)] == keys
    assert [key for _, key, *_ in changes(events[::-1])] == keys


def test_backwards_the_same_events_made_the_difference() -> None:
    """From late to early a purchase ends and a sale is undone, by what is not there any more."""
    events = [BOUGHT, SOLD, launched("2014", "u", "group", id="made")]
    forth, back = changes(events), changes(events, "2016", "2013")
    assert [(type, key) for type, key, *_ in back] == [(type, key) for type, key, *_ in forth]
    assert [(how, names) for *_, how, names in back] == [("ended", ("bought", "sold")), ("ended", ("made",))]
    assert changes(events, "2015", "2014") == [
        (StakeChanged, ("group", "film", "equity"), "changed", ("sold",))
    ]


def test_a_deal_that_completes_advances_and_does_what_it_was_to_do() -> None:
    """The deal and the unit are two differences, both with the completion."""
    move = {"kind": "unit.transferred", "unit": "u", "from": "group", "to": "film"}
    events = [
        launched("2013", "u", "group"),
        proposed("2014", "d", move, id="proposed"),
        happened("deal.completed", "2015-06", id="done", deal="d"),
    ]
    assert changes(events, "2014", "2016") == [
        (UnitMoved, ("u",), "changed", ("done",)),
        (diff.DealAdvanced, ("d",), "changed", ("done",)),
    ]


def test_a_diff_shows_what_an_assumed_deal_would_change() -> None:
    """The same history with and without it, on one day."""
    move = {"kind": "unit.transferred", "unit": "u", "from": "group", "to": "film"}
    history = History([launched("2013", "u", "group"), proposed("2014", "d", move, id="proposed")])
    found = diff.difference(history.as_of("2016"), history.assume("d", on="2015").as_of("2016"))
    assert [(type(each), each.events) for each in found] == [
        (UnitMoved, ("assumed-d",)),
        (diff.DealAdvanced, ("assumed-d",)),
    ]


# In knowledge


def test_what_became_known_is_a_difference_in_knowledge_and_not_in_the_world() -> None:
    """One day, two days of knowledge: a sale that was reported a year later."""
    late = disposed("2014-06-01", "group", "film", "10%", id="late", known="2015-06-30")
    found = changes([BOUGHT, late], "2014", "2014", known=("2014", "2015"))
    assert found == [(StakeChanged, ("group", "film", "equity"), "changed", ("late",))]
    assert changes([BOUGHT, late], "2014", "2014", known=("2015", "2016")) == []


def test_a_correction_is_the_cause_of_the_difference_that_it_makes() -> None:
    """The event behind the value is the same, so that what was said of it is the cause."""
    events = [BOUGHT, corrected("2015", "bought", {"share": "59.32%"}, id="slip")]
    (difference,) = History(events).diff("2014", "2014", known=("2014", "2016"))
    assert (difference.how, difference.events) == ("changed", ("slip",))
    assert [str(fact.value.share) for fact in (*difference.before, *difference.after)] == ["60%", "59.32%"]


def test_a_correction_that_was_known_on_both_days_is_no_cause() -> None:
    """Only what was learned in between."""
    events = [
        BOUGHT,
        corrected("2015", "bought", {"share": "59%"}, id="first"),
        corrected("2016", "bought", {"share": "58%"}, id="second"),
    ]
    (difference,) = History(events).diff("2014", "2014", known=("2015", "2016"))
    assert difference.events == ("second",)
    (difference,) = History(events).diff("2014", "2014", known=("2014", "2016"))
    assert difference.events == ("first", "second")


def test_a_retraction_is_the_cause_of_the_end_that_it_makes() -> None:
    """The stake that never was ends in knowledge, by what withdrew it."""
    events = [BOUGHT, retracted("2015", "bought", id="withdrawn")]
    (difference,) = History(events).diff("2014", "2014", known=("2014", "2016"))
    assert (difference.how, difference.events) == ("ended", ("withdrawn",))


def test_a_sale_of_all_that_became_known_is_the_cause_of_the_end() -> None:
    """The purchase is behind what was held and no cause of its end."""
    late = disposed("2014-06-01", "group", "film", "60%", id="late", known="2015-06-30")
    found = changes([BOUGHT, late], "2014", "2014", known=("2014", "2015"))
    assert found == [(StakeChanged, ("group", "film", "equity"), "ended", ("late",))]


def test_a_retracted_end_is_a_cause_of_what_is_there_again() -> None:
    """It was sold, and then it turned out that it was not."""
    gone = disposed("2014-06-01", "group", "film", "60%", id="gone")
    events = [BOUGHT, gone, retracted("2015", "gone", id="withdrawn")]
    ((_, _, how, names),) = changes(events, "2014", "2014", known=("2014", "2016"))
    assert (how, names[-1]) == ("began", "withdrawn")


def test_a_diff_of_days_may_have_one_knowledge_each() -> None:
    """What a reader of 2014 would have said then, against what we say now of today."""
    events = [BOUGHT, SOLD, corrected("2016", "bought", {"share": "59%"}, id="slip")]
    (difference,) = History(events).diff("2014", "2015", known=("2014", None))
    assert (difference.how, difference.events) == ("changed", ("sold", "slip"))


def test_a_diff_is_of_days_that_can_be_read() -> None:
    """A history without changes has none, and partial dates stand for their ends."""
    assert History([]).diff("2014", "2015") == ()
    assert History([BOUGHT]).diff("2014-03", "2014") == ()


# Of one entity


@pytest.mark.slow
@given(HISTORIES, GROUPS, st.sampled_from([None, datetime.date(2014, 6, 30), datetime.date(2015, 1, 1)]))
def test_differences_of_one_entity_are_those_among_all_that_name_it(
    events: list[Event], groups: list[str], known: datetime.date | None
) -> None:
    """Whatever names it: the holder, the seat of a role, the party of a deal; by two days of knowledge."""
    history = History(spread(events, groups))
    everything = history.diff("2013-12-31", "2015-01-01", known=(known, None))
    resolver = history.resolver(None)
    for entity in history.entity_ids():
        one = resolver.entity(entity, datetime.date(2015, 1, 1))
        wanted = tuple(each for each in everything if each.names(one))
        found = history.diff("2013-12-31", "2015-01-01", entity=entity, known=(known, None))
        assert told(tuple(found)) == told(wanted)
