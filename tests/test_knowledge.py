"""What was known on a day: sources, corrections, retractions, and ids that turn out to be one."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from chronicle.engine.knowledge import visible
from chronicle.engine.patches import patched
from chronicle.errors import InvalidEvents
from chronicle.events import Event, IdentityLinked, knowledge
from given import acquired, corrected, day, happened, launched, proposed, retracted, state_on

BOUGHT = acquired("2014-03", "group", "film", "60%", id="bought", known="2014-04-01")


def share_on(date: str, events: list[Event], known: str | None = None) -> str | None:
    """The share of the group in the film company, as text."""
    share = state_on(date, events, known).share("group", "film")
    return None if share is None else str(share)


def shares_by_knowledge(events: list[Event], *known: str) -> list[str | None]:
    """The same share on one late day, by what was known on several days."""
    return [share_on("2020", events, date) for date in known]


def source(published: str | None = None) -> dict[str, str]:
    """A source as a file has it."""
    return {"publisher": "Paper"} | ({} if published is None else {"published": published})


# From when an event is known


@pytest.mark.parametrize(
    ("fields", "first_known", "assumed"),
    [
        ({"known": "2015-01-02"}, "2015-01-02", False),
        ({"known": "2015-01"}, "2015-01-31", False),
        ({"known": "2015-01-02", "sources": [source("2014-01-01")]}, "2015-01-02", False),
        ({"sources": [source("2014-09-07")]}, "2014-09-07", False),
        ({"sources": [source("2014-09")]}, "2014-09-30", False),
        ({"sources": [source("2015-09-07"), source("2014-09-07"), source()]}, "2014-09-07", False),
        ({"sources": [source("2014"), source("2014-11")]}, "2014-11-30", False),
        ({"sources": [source()]}, "2014-03-31", True),
        ({}, "2014-03-31", True),
    ],
)
def test_an_event_is_known_from_what_is_said_else_from_its_sources_else_from_its_date(
    fields: dict[str, Any], first_known: str, assumed: bool
) -> None:
    """`known` first, then the earliest source, then the end of its own date, which is an assumption."""
    event = acquired("2014-03", "group", "film", "60%", **fields)
    found = knowledge(event)
    assert (found.day, found.assumed) == (day(first_known), assumed)


def test_an_event_counts_from_the_day_it_was_known() -> None:
    """A purchase of March that was reported on 1 April does not exist on 31 March, even looking back."""
    assert shares_by_knowledge([BOUGHT], "2014-03-31", "2014-04-01", "2014-04") == [None, "60%", "60%"]
    assert share_on("2020", [BOUGHT]) == "60%"


def test_a_partial_day_of_knowledge_counts_from_its_end() -> None:
    """Reported "in April" is surely known at the end of April."""
    events = [acquired("2014-03", "group", "film", "60%", known="2014-04")]
    assert shares_by_knowledge(events, "2014-04-15", "2014-04-29", "2014-04-30") == [None, None, "60%"]


def test_a_deal_discovered_a_year_later_changes_the_past() -> None:
    """As of the same day, the answer is another one once the sale is known."""
    sale = happened(
        "stake.disposed", "2014-06", id="sale", holder="group", target="film", share="10%", known="2015-06-30"
    )
    assert share_on("2014-12-31", [BOUGHT, sale], known="2014-12-31") == "60%"
    assert share_on("2014-12-31", [BOUGHT, sale], known="2015-06-30") == "50%"


# Corrections


def test_a_correction_acts_from_the_day_it_was_known() -> None:
    """Before it the old answer stands, as it was given then."""
    events = [BOUGHT, corrected("2015-01-10", "bought", {"share": "59.32%"})]
    assert shares_by_knowledge(events, "2015-01-09", "2015-01-10") == ["60%", "59.32%"]
    assert share_on("2014-04-01", events) == "59.32%"


def test_the_event_itself_is_never_edited() -> None:
    """What was written stays; the corrected version is another value."""
    events = [BOUGHT, corrected("2015", "bought", {"share": "59.32%"})]
    seen = visible(events).events
    assert events[0] is BOUGHT
    assert str(seen[0].share) == "59.32%"  # type: ignore[attr-defined]
    assert (seen[0].id, seen[0].date, seen[0].known) == (BOUGHT.id, BOUGHT.date, BOUGHT.known)
    assert [event.id for event in seen] == [event.id for event in events]


def test_a_corrected_date_moves_the_event() -> None:
    """A purchase dated a year too late happened when it happened."""
    events = [BOUGHT, corrected("2015", "bought", {"date": "2013-03"})]
    assert share_on("2013-12-31", events) == "60%"
    assert share_on("2013-12-31", events, known="2014-12-31") is None


def test_a_correction_may_take_a_field_away() -> None:
    """A price that was never stated goes."""
    priced = acquired("2014-03", "group", "film", "60%", id="bought", price="USD 800M")
    (event, _) = visible([priced, corrected("2015", "bought", {"price": None})]).events
    assert event.price is None  # type: ignore[attr-defined]


def test_corrections_of_different_fields_add_up() -> None:
    """One sets the share, another the price."""
    events = [
        BOUGHT,
        corrected("2015", "bought", {"share": "59%"}),
        corrected("2016", "bought", {"price": "USD 804M"}),
    ]
    event = visible(events).events[0]
    assert (str(event.share), str(event.price)) == ("59%", "USD 804M")  # type: ignore[attr-defined]


def test_the_newest_correction_of_a_field_wins() -> None:
    """Newest by when it was known, whatever the order of recording; by position on the same day."""
    first, second = (
        corrected(year, "bought", {"share": share}) for year, share in (("2015", "1%"), ("2016", "2%"))
    )
    assert shares_by_knowledge([BOUGHT, first, second], "2015", "2016") == ["1%", "2%"]
    assert shares_by_knowledge([BOUGHT, second, first], "2015", "2016") == ["1%", "2%"]
    again = corrected("2016", "bought", {"share": "3%"})
    assert shares_by_knowledge([BOUGHT, second, again], "2016") == ["3%"]
    assert shares_by_knowledge([BOUGHT, again, second], "2016") == ["2%"]


def test_a_correction_may_come_before_the_event_in_the_store() -> None:
    """Positions do not matter to what a correction means."""
    events = [corrected("2015", "bought", {"share": "59%"}), BOUGHT]
    assert shares_by_knowledge(events, "2014", "2015") == ["60%", "59%"]


def test_a_correction_of_a_correction() -> None:
    """What the correction says is put right itself, and the event follows."""
    events = [
        BOUGHT,
        corrected("2015", "bought", {"share": "1%"}, id="first"),
        corrected("2016", "first", {"set": {"share": "2%"}}, id="second"),
    ]
    assert shares_by_knowledge(events, "2014", "2015", "2016") == ["60%", "1%", "2%"]
    events.append(corrected("2017", "second", {"set": {"set": {"share": "3%"}}}))
    assert shares_by_knowledge(events, "2016", "2017") == ["2%", "3%"]


def test_a_correction_that_named_the_wrong_event() -> None:
    """Its target is put right: the one keeps its share, the other gets the new one."""
    events = [
        BOUGHT,
        acquired("2014-03", "group", "other", "30%", id="other", known="2014-04-01"),
        corrected("2015", "other", {"share": "1%"}, id="astray"),
        corrected("2016", "astray", {"target": "bought"}),
    ]
    assert shares_by_knowledge(events, "2015", "2016") == ["60%", "1%"]
    assert str(state_on("2020", events, "2015").share("group", "other")) == "1%"
    assert str(state_on("2020", events, "2016").share("group", "other")) == "30%"


def test_a_retracted_correction_gives_the_old_value_back() -> None:
    """From the day the retraction was known."""
    events = [
        BOUGHT,
        corrected("2015", "bought", {"share": "1%"}, id="wrong"),
        retracted("2016", "wrong"),
    ]
    assert shares_by_knowledge(events, "2014", "2015", "2016") == ["60%", "1%", "60%"]


def test_a_correction_is_undone_by_what_was_known_in_the_same_month() -> None:
    """A correction known "in March" counts from 31 March; its retraction of 20 March still undoes it."""
    events = [
        BOUGHT,
        corrected("2015-03", "bought", {"share": "1%"}, id="wrong", known="2015-03"),
        retracted("2015-03-20", "wrong", known="2015-03-20"),
    ]
    assert shares_by_knowledge(events, "2015-03-30", "2015-03-31", "2016") == ["60%", "60%", "60%"]
    assert shares_by_knowledge([BOUGHT, *reversed(events[1:])], "2016") == ["60%"]


# Retractions


def test_a_retracted_event_never_happened_from_the_day_that_was_known() -> None:
    """Before, it had."""
    events = [BOUGHT, retracted("2015-01-10", "bought")]
    assert shares_by_knowledge(events, "2015-01-09", "2015-01-10") == ["60%", None]
    assert share_on("2014-12-31", events) is None


def test_a_retraction_of_a_retraction_brings_the_event_back() -> None:
    """And a third one takes it away again."""
    events = [BOUGHT, retracted("2015", "bought", id="r1"), retracted("2016", "r1", id="r2")]
    assert shares_by_knowledge(events, "2014", "2015", "2016") == ["60%", None, "60%"]
    events.append(retracted("2017", "r2"))
    assert shares_by_knowledge(events, "2016", "2017") == ["60%", None]


def test_a_corrected_retraction_spares_the_event_it_named_wrongly() -> None:
    """The retraction was of another event."""
    events = [
        BOUGHT,
        acquired("2014-03", "group", "other", "30%", id="other", known="2014-04-01"),
        retracted("2015", "bought", id="astray"),
        corrected("2016", "astray", {"target": "other"}),
    ]
    assert shares_by_knowledge(events, "2015", "2016") == [None, "60%"]
    assert state_on("2020", events, "2016").share("group", "other") is None


def test_what_is_said_of_an_event_that_is_not_there_changes_nothing() -> None:
    """Neither a correction nor a retraction of an unknown id stops anything."""
    events = [BOUGHT, corrected("2015", "nobody", {"share": "1%"}), retracted("2015", "nobody")]
    assert shares_by_knowledge(events, "2016") == ["60%"]
    assert visible(events).problems == ()


def test_records_that_speak_of_each_other_or_themselves_come_to_an_end() -> None:
    """Circles and self-reference give some answer, and always the same."""
    events = [
        BOUGHT,
        retracted("2015", "r2", id="r1"),
        retracted("2016", "r1", id="r2"),
        retracted("2016", "self", id="self"),
        corrected("2016", "narcissus", {"reason": "vain"}, id="narcissus"),
    ]
    assert shares_by_knowledge(events, "2015", "2016") == ["60%", "60%"]


def test_a_retracted_completion_undoes_its_effects() -> None:
    """The deal was not done after all, and the unit is where it was."""
    effect = {"kind": "unit.transferred", "unit": "u", "from": "group", "to": "film"}
    events = [
        launched("2013", "u", "group"),
        proposed("2014", "d", effect),
        happened("deal.completed", "2015", id="done", deal="d"),
        retracted("2016", "done"),
    ]
    owner = {
        known: [unit.owner for unit in state_on("2020", events, known).units()] for known in ("2015", "2016")
    }
    assert owner == {"2015": ["film"], "2016": ["group"]}


# What a correction cannot do


@pytest.mark.parametrize(
    ("name", "text"), [("id", '"other"'), ("kind", '"stake.disposed"'), ("known", '"2013"')]
)
def test_a_correction_cannot_change_what_an_event_is_and_when_it_was_known(name: str, text: str) -> None:
    """C212 says to retract and record anew."""
    with pytest.raises(InvalidEvents) as error:
        patched(BOUGHT, ((name, text),))
    assert error.value.code == "C212"
    assert error.value.problems[0].events == ("bought",)
    assert f'a correction cannot change "{name}"' in str(error.value)
    assert "retract the event" in str(error.value)


def test_a_correction_of_when_it_was_known_is_refused_and_reported() -> None:
    """The event stays as it is, and the problem names both the correction and the event."""
    slip = corrected("2015", "bought", {"note": "2013"}, id="backdated")
    events = [BOUGHT, evolve(slip, set=(("known", '"2013"'),))]
    found = visible(events)
    assert found.events[0] == BOUGHT
    assert [(problem.code, problem.events) for problem in found.problems] == [
        ("C212", ("backdated", "bought"))
    ]


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"share": "six"}, "C302"),
        ({"share": None}, "C210"),
        ({"holder": None}, "C203"),
        ({"date": "once"}, "C301"),
        ({"unit": "u"}, "C202"),
        ({"right": "left"}, "C211"),
    ],
)
def test_a_correction_that_makes_no_event_is_left_out_and_reported(patch: dict[str, Any], code: str) -> None:
    """The event stays as it was, later corrections of it still count, and the problem is told."""
    events = [
        BOUGHT,
        corrected("2015", "bought", patch, id="wrong"),
        corrected("2016", "bought", {"price": "USD 1M"}, id="right"),
    ]
    found = visible(events)
    assert str(found.events[0].share) == "60%"  # type: ignore[attr-defined]
    assert str(found.events[0].price) == "USD 1M"  # type: ignore[attr-defined]
    assert {problem.code for problem in found.problems} == {code}
    assert all(problem.events == ("wrong", "bought") for problem in found.problems)


def test_a_correction_that_is_not_known_yet_is_not_reported_either() -> None:
    """By the knowledge of an earlier day there is nothing wrong."""
    events = [BOUGHT, corrected("2015", "bought", {"share": "six"})]
    assert visible(events, day("2014-12-31")).problems == ()


# Identity


def _linked(date: str, a: str, b: str, id: str = "link") -> Event:
    return happened("identity.linked", date, id=id, a=a, b=b, known=date)


def test_two_ids_that_are_one_entity_become_one() -> None:
    """From the day it was known, what both held is held by the id that stays."""
    events = [
        acquired("2014-03", "group", "film", "60%"),
        acquired("2014-04", "group", "chinavision", "5%"),
        _linked("2016", "film", "chinavision"),
    ]
    assert shares_by_knowledge(events, "2015", "2016") == ["60%", "65%"]
    assert str(state_on("2020", events, "2015").share("group", "chinavision")) == "5%"
    linked = state_on("2020", events, "2016")
    assert [holding.target for holding in linked.holdings()] == ["film"]
    # Who asks by the other id asks for the same entity.
    assert str(linked.share("group", "chinavision")) == "65%"
    assert linked.holdings(holder="group", target="chinavision") == linked.holdings(target="film")


def test_links_are_followed_through_each_other() -> None:
    """c is b and b is a, in whatever order that came out."""
    held = acquired("2014", "c", "film", "60%")
    for links in ([("a", "b"), ("b", "c")], [("b", "c"), ("a", "b")], [("a", "c"), ("a", "b"), ("b", "a")]):
        events = [held, *(_linked("2015", a, b, f"link-{place}") for place, (a, b) in enumerate(links))]
        assert [holding.holder for holding in state_on("2020", events).holdings()] == ["a"], links


def test_a_link_of_an_entity_with_itself_changes_nothing() -> None:
    """An entity is itself."""
    assert shares_by_knowledge([BOUGHT, _linked("2015", "group", "group")], "2016") == ["60%"]


def test_a_retracted_link_parts_the_two_again() -> None:
    """They were two after all."""
    events = [
        acquired("2014-03", "group", "film", "60%"),
        acquired("2014-04", "group", "chinavision", "5%"),
        _linked("2016", "film", "chinavision"),
        retracted("2017", "link"),
    ]
    assert shares_by_knowledge(events, "2015", "2016", "2017") == ["60%", "65%", "60%"]


def test_a_link_reaches_every_field_that_names_an_entity() -> None:
    """Lists, pairs, allocations and the effects of deals go by the id that stays."""
    effect = {"kind": "unit.transferred", "unit": "u", "from": "old", "to": "x"}
    events = [
        proposed("2014", "d", effect, parties=["old", "x"]),
        happened("shares.issued", "2014", issuer="old", shares="10", subscribers={"old": "5", "x": "5"}),
        happened(
            "demerger.split",
            "2014",
            parent="old",
            successors=["old", "x"],
            allocation={"old": "x", "u": "old"},
        ),
        happened("deal.terminated", "2014", deal="d", reason="none"),
        _linked("2015", "new", "old"),
    ]
    deal, issue, split, ended, link = visible(events).events
    assert deal.parties == ("new", "x")  # type: ignore[attr-defined]
    assert dict(deal.effects[0].fields)["from_"] == "new"  # type: ignore[attr-defined]
    assert issue.issuer == "new"  # type: ignore[attr-defined]
    assert [name for name, _ in issue.subscribers] == ["new", "x"]  # type: ignore[attr-defined]
    assert split.successors == ("new", "x")  # type: ignore[attr-defined]
    assert split.allocation == (("new", "x"), ("u", "new"))  # type: ignore[attr-defined]
    assert ended == events[3]
    assert isinstance(link, IdentityLinked)


def test_two_subscribers_that_are_one_get_what_both_bought() -> None:
    """No share is lost when two ids become one."""
    events = [
        happened(
            "shares.issued", "2014", issuer="film", shares="10", total="20", subscribers={"a": "2", "b": "3"}
        ),
        _linked("2015", "a", "b"),
    ]
    (holding,) = state_on("2020", events).holdings()
    assert (holding.holder, holding.shares, str(holding.share)) == ("a", 5, "25%")


def test_the_name_is_that_of_the_id_that_stays() -> None:
    """Both ids were declared with a name; the entity keeps the one of its own id, in either order."""
    new = happened("entity.declared", "0001-01-01", entity="new", name="New Name", type="company")
    old = happened("entity.declared", "0001-01-01", entity="old", name="Old Name", type="company")
    link = _linked("2015", "new", "old")
    for events in ([new, old, link], [old, new, link]):
        assert state_on("2020", events).entity("new").name == "New Name"
        assert state_on("2020", events, "2014").entity("old").name == "Old Name"
    assert state_on("2020", [old, link]).entity("new").name == "Old Name"


def test_without_records_the_events_are_as_they_were_written() -> None:
    """Nothing is copied where nothing was said."""
    events = [BOUGHT, acquired("2015", "a", "b", "1%")]
    seen = visible(events).events
    assert all(one is two for one, two in zip(seen, events, strict=True))


def test_long_chains_of_records_and_links_come_to_an_end() -> None:
    """Ten thousand retractions of retractions, and ten thousand ids of one entity: an answer all the same."""
    events = [BOUGHT, retracted("2015", "bought", id="r0")]
    events += [retracted("2015", f"r{number}", id=f"r{number + 1}") for number in range(9_999)]
    assert shares_by_knowledge(events[:-1], "2016") == [None]
    assert shares_by_knowledge(events, "2016") == ["60%"]
    links = [_linked("2015", f"x{number + 1}", f"x{number}", f"l{number}") for number in range(10_000)]
    held = acquired("2014", "x0", "film", "60%")
    assert [holding.holder for holding in state_on("2020", [held, *links]).holdings()] == ["x10000"]
