"""Laws of knowledge, tried on random histories: an oracle of lists and loops, and what must never matter.

Every night, or when knowledge was touched, look 50,000 times instead of 400, with chance:

    HYPOTHESIS_PROFILE=nightly pytest tests/test_laws_of_knowledge.py
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chronicle import codec
from chronicle.dates import PartialDate, parse_date
from chronicle.engine.diff import Difference
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import in_order, replay
from chronicle.engine.state import Fact, State
from chronicle.events import KINDS, ORDER, Event, knowledge, with_effects
from chronicle.history import History
from chronicle.stores.memory import MemoryStore
from given import acquired
from histories import (
    DAYS,
    DAYS_APART,
    EVENTS,
    HISTORIES,
    HISTORIES_APART,
    KNOWN,
    may_be_taken_in_by_two,
    overlapping,
)
from oracle import told
from oracle_of_knowledge import as_known

ASKED = st.sampled_from((None, *KNOWN))
SOME_DAYS = st.sampled_from(DAYS)


def answer(state: State) -> dict[Any, list[Any]]:
    """What a state says of stakes, units and deals, in the form of the oracle."""
    found = defaultdict(list)
    for holding in state.holdings():
        share = "?" if holding.share.is_unknown else holding.share.value
        found["stake", holding.holder, holding.target].append((share, holding.certain))
    for unit in state.units():
        found["unit", unit.unit, unit.owner].append(("owned", unit.certain))
    for deal in state.deals():
        found["stage", deal.deal].append((f"deal.{deal.stage}", deal.certain))
    return found


# The answer


@pytest.mark.slow
@settings(max_examples=max(400, settings.default.max_examples))
@given(HISTORIES_APART, ASKED)
def test_every_answer_by_any_knowledge_is_that_of_the_oracle(
    events: list[Event], known: datetime.date | None
) -> None:
    """For every key, on every day, by what was known on any day: what may be so, and whether it surely is."""
    assume(not may_be_taken_in_by_two(events))
    history, logs = History(events), as_known(events, known)
    for day in DAYS_APART:
        assert answer(history.as_of(day, known)) == told(logs, day)


# No look-ahead


def everything_said(history: History, known: datetime.date | None) -> list[object]:
    """Every kind of answer by the knowledge of a day."""
    days = [DAYS[5], DAYS[len(DAYS) // 2], DAYS[-1]]
    said: list[object] = [history.timeline(known=known), history.conflicts(known), history.check(known)]
    said += [list(history.as_of(day, known).facts()) for day in days]
    said += [history.diff(one, two, known=(known, known)) for one, two in pairwise(days)]
    if any("a" in span.key for span in history.ledger(known)):
        said += [history.why("a", as_of=day, known=known) for day in days]
    return said


@pytest.mark.slow
@given(HISTORIES, st.sampled_from(KNOWN))
def test_what_became_known_later_changes_nothing_of_an_answer(
    events: list[Event], known: datetime.date
) -> None:
    """State, timeline, diff, why, conflicts and check are as if the later events were never recorded."""
    then = [event for event in events if knowledge(event).day <= known]
    assert everything_said(History(events), known) == everything_said(History(then), known)
    assert [fact for day in DAYS for fact in History(events).as_of(day, known).facts()] == [
        fact for day in DAYS for fact in History(then).as_of(day).facts()
    ]


@given(HISTORIES, st.integers(0, 14), ASKED)
def test_what_was_recorded_later_changes_nothing_of_an_answer(
    events: list[Event], cut: int, known: datetime.date | None
) -> None:
    """By what a store held on a day: as if it had stopped then, whatever was known by then or since."""
    years = [2020]
    store = MemoryStore(clock=lambda: datetime.datetime(years[-1], 1, 1, 12, tzinfo=datetime.UTC))
    store.append([codec.to_record(event) for event in events[:cut]])
    years.append(2021)
    store.append([codec.to_record(event) for event in events[cut:]])
    whole, first = History.from_store(store), History(events[:cut])
    for day in DAYS[::5]:
        held = whole.as_of(day, known, recorded="2020-06-30")
        assert list(held.facts()) == list(first.as_of(day, known).facts())


# What changed


def by_subject(state: State) -> dict[tuple[str, tuple[str, ...]], list[tuple[object, ...]]]:
    """The facts of a state by what they are about: a unit and not its owner, else their key."""
    found: dict[Any, list[Any]] = {}
    for fact in state.facts():
        subject = fact.key[:1] if fact.view == "units" else fact.key
        found.setdefault((fact.view, subject), []).append((fact.key, fact.value, fact.certain))
    return found


def shape(facts: tuple[Fact, ...]) -> list[tuple[object, ...]]:
    """What a difference compares of facts."""
    return [(fact.key, fact.value, fact.certain) for fact in facts]


@given(st.one_of(HISTORIES, HISTORIES_APART), SOME_DAYS, SOME_DAYS, ASKED, ASKED)
def test_a_diff_is_two_states_compared_key_by_key(
    events: list[Event],
    one: datetime.date,
    two: datetime.date,
    before: datetime.date | None,
    after: datetime.date | None,
) -> None:
    """Forwards and backwards, in time and in knowledge; where the oracle sees a change, so does the diff."""
    history = History(events)
    first, second = by_subject(history.as_of(one, before)), by_subject(history.as_of(two, after))
    found = history.diff(one, two, known=(before, after))
    subjects = [(difference.view, difference.key) for difference in found]
    expected = {key for key in {*first, *second} if first.get(key) != second.get(key)}
    assert len(set(subjects)) == len(subjects)
    assert set(subjects) == expected
    for difference in found:
        subject = difference.view, difference.key
        assert shape(difference.before) == first.get(subject, [])
        assert shape(difference.after) == second.get(subject, [])
    assert [(back.view, back.key) for back in history.diff(two, one, known=(after, before))] == subjects
    if may_be_taken_in_by_two(events) or overlapping(events):
        return
    old, new = told(as_known(events, before), one), told(as_known(events, after), two)
    stakes = {key for key in {*old, *new} if key[0] == "stake"}
    assert stakes_of(found) >= {key for key in stakes if old.get(key) != new.get(key)}


def stakes_of(found: tuple[Difference, ...]) -> set[tuple[str, ...]]:
    """The stakes that a diff tells of, as keys of the oracle."""
    return {("stake", *difference.key[:2]) for difference in found if difference.view == "holdings"}


@given(HISTORIES, SOME_DAYS, SOME_DAYS)
def test_every_difference_in_the_world_names_an_event(
    events: list[Event], one: datetime.date, two: datetime.date
) -> None:
    """No value changes by itself: its events are known ones, and none is named twice."""
    ids = {event.id for event in events}
    for difference in History(events).diff(one, two):
        assert set(difference.events) <= ids
        assert len(set(difference.events)) == len(difference.events)
        assert difference.events


# Why


def ends(history: History, known: datetime.date | None) -> set[str]:
    """Ids of the events that left nothing of a value: those after them owe nothing to it, nor name them."""
    resolved = history._resolved(known, None)
    found = {str(span.ended_by) for span in resolved.ledger if span.ends_in_nothing}
    return found | {said.id for event, said in resolved.announcements.items() if event in found}


@pytest.mark.slow
@given(HISTORIES_APART, ASKED)
def test_the_events_that_why_names_make_the_value(events: list[Event], known: datetime.date | None) -> None:
    """Replayed without all others, those apart that put an end to something, they come to the same value."""
    history = History(events)
    counted, ended = in_order(history._resolved(known, None).settled.events, ORDER), ends(history, known)
    for day in DAYS_APART[::4]:
        for view in ("holdings", "units", "deals"):
            for reason in history.why(as_of=day, view=view, known=known).reasons:
                named = {step.event.id: step.event for step in reason.steps}
                assert named.keys() <= {event.id for event in counted}
                alone = [named.get(each.id, each) for each in counted if each.id in ended | named.keys()]
                ledger = replay(with_effects(alone, KINDS), PROJECTORS)
                found = [(span.value, span.begin) for span in ledger.cell(view, reason.fact.key)]
                assert (reason.fact.value, reason.fact.since) in found


# Order


def with_an_order(events: list[Event]) -> list[Event]:
    """The same events, each with a window and a day of knowledge that no other has."""
    return [
        evolve(
            event,
            after=None,
            date=parse_date(
                f"[{(first := later(event.date.earliest, place))}..{max(first, event.date.latest)}]"
            ),
            known=PartialDate.of(later(datetime.date(2014, 1, 1), 40 * place)),
        )
        for event in events
        for place in [int(event.id[1:])]
    ]


def later(day: datetime.date, days: int) -> datetime.date:
    """A number of days after a day."""
    return day + datetime.timedelta(days)


def ties(events: tuple[Event, ...]) -> bool:
    """Whether window and kind leave the order of two events open: corrections may give both one date."""
    places = [(event.date.order, ORDER[type(event)]) for event in events]
    return len(set(places)) < len(places)


def claims(history: History, known: datetime.date | None) -> set[object]:
    """The conflicts of a history, whatever their order."""
    return {
        (
            conflict.fact,
            conflict.chosen,
            frozenset(conflict.others),
            frozenset(conflict.differ),
            conflict.rule,
        )
        for conflict in history.conflicts(known)
    }


def told_why(history: History, day: datetime.date, known: datetime.date | None) -> list[object]:
    """The reasons for all holdings, whatever the order of the claims against them."""
    return [
        (reason.fact, [evolve(step, conflicts=()) for step in reason.steps], set(reason.contradicted_by))
        for reason in history.why(as_of=day, known=known).reasons
    ]


@pytest.mark.slow
@given(HISTORIES, st.randoms(use_true_random=False), ASKED)
def test_the_order_of_recording_matters_only_where_nothing_else_does(
    events: list[Event], random: Any, known: datetime.date | None
) -> None:
    """Where dates, kinds and days of knowledge leave nothing open, shuffled events answer alike."""
    one = History(with_an_order(events))
    two = History(random.sample(one.events, len(events)))
    assume(not any(ties(one._resolved(day, None).visible.events) for day in (known, None)))
    assert one.timeline(known=known) == two.timeline(known=known)
    assert claims(one, known) == claims(two, known)
    assert set(one.check(known)) == set(two.check(known))
    for day in DAYS[::3]:
        assert list(one.as_of(day, known).facts()) == list(two.as_of(day, known).facts())
        assert told_why(one, day, known) == told_why(two, day, known)
    assert one.diff(DAYS[3], DAYS[-3], known=(known, None)) == two.diff(
        DAYS[3], DAYS[-3], known=(known, None)
    )


@pytest.mark.slow
@given(EVENTS, st.randoms(use_true_random=False))
def test_after_settles_what_dates_and_kinds_leave_open(events: list[Event], random: Any) -> None:
    """Each event of one window names the one before it, and the order of recording is free."""
    last: dict[Any, str] = {}
    chained = []
    for event in events:
        group = event.date.order
        chained.append(evolve(event, after=last.get(group), sources=()))
        last[group] = event.id
    one, two = History(chained), History(random.sample(chained, len(chained)))
    assert one.timeline() == two.timeline()
    for day in DAYS:
        assert list(one.as_of(day).facts()) == list(two.as_of(day).facts())


# What if


def open_deals(history: History) -> list[str]:
    """The deals that may still complete."""
    deals = history.as_of("9999-12-31").deals()
    return sorted({deal.deal for deal in deals if deal.stage not in ("completed", "terminated")})


@pytest.mark.slow
@given(HISTORIES_APART, ASKED)
def test_to_assume_leaves_the_base_equal_and_adds_up_in_any_order(
    events: list[Event], known: datetime.date | None
) -> None:
    """Whatever is assumed, on any day and by any knowledge: the base answers as before."""
    history = History(events)
    before = everything_said(history, known)
    more = acquired("2014-03-12", "y", "x", "1%", id="more")
    assumed = [history, history.assume(events=[more])]
    deals = open_deals(history)
    for place, deal in enumerate(deals):
        assumed.append(assumed[-1].assume(deal, on=f"2015-0{place + 1}-10"))
    other_way = history
    for place, deal in reversed([*enumerate(deals)]):
        other_way = other_way.assume(deal, on=f"2015-0{place + 1}-10")
    other_way = other_way.assume(events=[more])
    for day in (*DAYS[::6], "2016"):
        assert list(assumed[-1].as_of(day, known).facts()) == list(other_way.as_of(day, known).facts())
    assert open_deals(assumed[-1]) == []
    assert assumed[1].as_of("2016", known).share("y", "x") == more.share  # type: ignore[attr-defined]
    assert history.events == tuple(events)
    assert everything_said(history, known) == before
    assert everything_said(History(events), known) == before
