"""Laws of replay, tried on random histories: an oracle without a ledger, order, and knowledge."""

from __future__ import annotations

import datetime
import zlib
from collections import defaultdict
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import strategies
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Before, Change, Projector, in_order
from chronicle.engine.views import KEYS
from chronicle.events import ORDER, Event, knowledge, references, renamed
from chronicle.history import History
from given import happened, ledger_of, state_on
from histories import APART, may_be_taken_in_by_two, set_apart
from oracle import answers

WHO = st.sampled_from("abcd")
SHARES = st.sampled_from(["5%", "10%", "20%", "30%", "60%", "1/3", "?"])
# Few dates, so that windows are the same, overlap and touch; a small year has all of it.
DATES = st.sampled_from(
    (
        *("2014", "2015", "2014-Q1", "2014-03", "2014-03~", "2014-04", "2014-12"),
        *("2014-03-01", "2014-03-11", "2014-03-31", "2014-04-01"),
        *("[2014-03-15..2014-04-15]", "[..2014-04]", "[2014-04..]"),
    )
)


def _happening(kind: str, fixed: dict[str, Any] | None = None, **fields: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries({"kind": st.just(kind), **fields}).map(
        lambda plain: {**plain, **(fixed or {})}
    )


def _apart(*names: str) -> Any:
    """Different entities under these names."""
    return st.permutations("abcd").map(lambda drawn: dict(zip(names, drawn, strict=False)))


def _with_parties(happening: Any, *names: str) -> Any:
    return st.tuples(happening, _apart(*names)).map(lambda pair: {**pair[0], **pair[1]})


_AMOUNTS = [{"share": SHARES}, {"holds": SHARES}, {"share": SHARES, "holds": SHARES}]
HAPPENINGS = st.one_of(
    *(_with_parties(_happening("stake.acquired", **amount), "holder", "target") for amount in _AMOUNTS),
    *(
        _with_parties(_happening("stake.acquired", **amount), "holder", "target", "seller")
        for amount in _AMOUNTS
    ),
    *(_with_parties(_happening("stake.disposed", **amount), "holder", "target") for amount in _AMOUNTS),
    *(
        _with_parties(_happening("stake.disposed", **amount), "holder", "target", "buyer")
        for amount in _AMOUNTS
    ),
    _with_parties(_happening("stake.disposed", {"holds": "0%"}), "holder", "target"),
    _with_parties(_happening("stake.observed", holds=SHARES), "holder", "target"),
    _happening("unit.launched", unit=st.sampled_from("uv"), owner=WHO),
    _happening("unit.transferred", unit=st.sampled_from("uv"), **{"from": WHO}, to=WHO),
    _happening("merger.absorbed", survivor=WHO, absorbed=WHO),
)
DEALS = st.sampled_from(["d", "e"])
STAGES = st.one_of(
    _happening(
        "deal.proposed",
        {"title": "D", "parties": ["a", "b"]},
        deal=DEALS,
        effects=st.lists(HAPPENINGS, max_size=3),
    ),
    _happening("deal.agreed", deal=DEALS),
    _happening("deal.completed", deal=DEALS),
    _happening("deal.completed", deal=DEALS, effects=st.lists(HAPPENINGS, max_size=2)),
)


def _events(dates: st.SearchStrategy[str], most: int = 12) -> Any:
    drawn = st.tuples(dates, st.one_of(HAPPENINGS, HAPPENINGS, STAGES))
    return st.lists(drawn, max_size=most).map(
        lambda listed: [
            happened(date=date, id=f"e{place}", **plain) for place, (date, plain) in enumerate(listed)
        ]
    )


HISTORIES = _events(DATES)
HISTORIES_APART = st.builds(set_apart, HISTORIES, st.permutations(range(len(APART))))


def _among_few(events: list[Event]) -> list[Event]:
    """The same events with ids of their own, all about a few entities and two deals, so that they meet."""
    return [
        _each_once(
            renamed(
                evolve(event, id=f"e{place}", deal=event.deal and "de"[_number(event.deal) % 2]),
                {name: "abcd"[_number(name) % 4] for _, what, name in references(event) if what == "entity"},
            )
        )
        for place, event in enumerate(events)
    ]


def _each_once(event: Event) -> Event:
    """The same event where several names became one: what it gives to each is said once."""
    pairs = {name: getattr(event, name, ()) for name in ("allocation", "subscribers")}
    return evolve(event, **{name: tuple(dict(given).items()) for name, given in pairs.items() if given})


def _number(text: str) -> int:
    return zlib.crc32(text.encode())


ANYTHING = st.lists(strategies.events(), max_size=10).map(_among_few)


def _days(events: list[Event]) -> list[datetime.date]:
    """The days on which an answer can change, and those beside them."""
    edges = {edge for event in events for edge in (event.date.earliest, event.date.latest)}
    steps = (datetime.timedelta(-1), datetime.timedelta(0), datetime.timedelta(1))
    inside = [edge for edge in edges if datetime.date.min < edge < datetime.date.max]
    return sorted({*edges, *(edge + step for edge in inside for step in steps)})


def _told(events: list[Event], day: datetime.date) -> dict[Any, list[Any]]:
    """What chronicle says, in the form of the oracle."""
    state, found = state_on(day.isoformat(), events), defaultdict(list)
    for holding in state.holdings():
        share = "?" if holding.share.is_unknown else holding.share.value
        found["stake", holding.holder, holding.target].append((share, holding.certain))
    for unit in state.units():
        found["unit", unit.unit, unit.owner].append(("owned", unit.certain))
    return found


@pytest.mark.slow
@given(HISTORIES_APART)
def test_every_answer_is_that_of_the_oracle(events: list[Event]) -> None:
    """On every day that matters, everything that may be so and whether it surely is."""
    assume(not may_be_taken_in_by_two(events))
    for day in _days(events):
        assert _told(events, day) == answers(events, day)


@pytest.mark.slow
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_the_input_counts_only_where_nothing_else_does(events: list[Event], random: Any) -> None:
    """Shuffled events replay alike as long as those of one window keep their order."""
    groups: dict[tuple[int, int], list[Event]] = defaultdict(list)
    for event in events:
        groups[event.date.order].append(event)
    shuffled = random.sample(events, len(events))
    waiting = {group: iter(members) for group, members in groups.items()}
    kept = [next(waiting[event.date.order]) for event in shuffled]
    assert in_order(kept, ORDER) == in_order(events, ORDER)
    assert list(ledger_of(kept).cell("holdings", ("a", "b", "equity"))) == list(
        ledger_of(events).cell("holdings", ("a", "b", "equity"))
    )
    assert state_on("2014-03-20", kept) == state_on("2014-03-20", events)


@pytest.mark.slow
@given(HISTORIES)
def test_what_is_certain_is_possible_and_answers_are_among_the_candidates(events: list[Event]) -> None:
    """share() gives one of its candidates, and nothing is a candidate wherever nothing is held."""
    ledger = ledger_of(events)
    for day in _days(events):
        assert all(span.possible(day) for span in ledger if span.certain(day))
        state = state_on(day.isoformat(), events)
        for holder in "abcd":
            for target in "abcd":
                candidates = state.candidates(holder, target)
                assert candidates
                assert state.share(holder, target) in candidates
                assert len(candidates) == 1 or not all(share and share.certain for share in candidates)


@given(HISTORIES)
def test_every_span_names_events_that_happened_and_ends_with_its_own(events: list[Event]) -> None:
    """No value without its events, each named once."""
    ids = {event.id for event in events}
    for span in ledger_of(events):
        assert span.events
        assert set(span.events) <= ids
        assert len(set(span.events)) == len(span.events)


def _watched(projector: Projector, made: list[tuple[Event, Projector, Change]]) -> Projector:
    """The same projector, whose changes are noted."""

    def watch(handler: Any) -> Any:
        def noting(event: Any, before: Before) -> list[Change]:
            changes = list(handler(event, before))
            made.extend((event, projector, change) for change in changes)
            return changes

        return noting

    return evolve(projector, table={kind: watch(handler) for kind, handler in projector.table.items()})


@pytest.mark.slow
@settings(max_examples=60)
@given(ANYTHING)
def test_every_change_keeps_the_contract(events: list[Event]) -> None:
    """A change is of a view of its projector, with a whole key, and has no value exactly when it ends one."""
    made: list[tuple[Event, Projector, Change]] = []
    ledger_of(events, projectors=[_watched(projector, made) for projector in PROJECTORS])
    for event, projector, change in made:
        assert change.view in projector.views
        assert len(change.key) == len(KEYS[change.view])
        assert (change.value is None) == (change.operation == "end")
        assert change.event == event.id
        assert change.window == event.date or change.window == getattr(event, "until", None)


@pytest.mark.slow
@settings(max_examples=60)
@given(ANYTHING)
def test_no_history_stops_replay_or_its_questions(events: list[Event]) -> None:
    """A fold over what already happened never fails, whatever it was, and every state can be shown."""
    history = History(events)
    for day in ("0001-01-01", "2014-06-30", "9999-12-31"):
        state = history.as_of(day)
        assert state == state_on(day, events)
        assert repr(state)
        assert state._repr_html_()
        assert [entity.entity for entity in state.entities()] == sorted({e.entity for e in state.entities()})
        for holding in state.holdings():
            assert holding.share in state.candidates(holding.holder, holding.target, holding.right)
    assert all(problem.message for problem in history.check())


@settings(max_examples=50)
@given(HISTORIES)
def test_a_share_held_is_never_below_nothing(events: list[Event]) -> None:
    """Whatever was sold, nobody holds less than nothing."""
    for span in ledger_of(events):
        if span.view == "holdings" and not span.value.share.is_unknown:
            assert span.value.share.minimum >= 0


# Knowledge

KNOWN = st.sampled_from(["2014-01", "2014-06-15", "2015", "2016-02-29"])
RECORDS = st.lists(
    st.one_of(
        st.tuples(st.just("record.retracted"), st.integers(0, 14), st.just({})),
        st.tuples(
            st.just("record.corrected"),
            st.integers(0, 14),
            st.sampled_from(
                [{"share": "7%"}, {"date": "2014-02"}, {"note": None}, {"target": "c"}, {"target": "e0"}]
            ),
        ),
    ),
    max_size=6,
)


def _said(drawn: list[tuple[str, int, dict[str, Any]]], known: list[str], many: int) -> list[Event]:
    """Corrections and retractions of events and of each other, known at various times."""
    result = []
    for place, ((kind, target, patch), day) in enumerate(zip(drawn, known, strict=False)):
        name = f"e{target}" if target < many else f"r{target - many}"
        fields = {"set": patch} if kind == "record.corrected" else {}
        result.append(
            happened(kind, "2014", id=f"r{place}", known=day, target=name, reason="news", **fields)  # type: ignore[arg-type]
        )
    return result


@pytest.mark.slow
@given(HISTORIES, RECORDS, st.lists(KNOWN, min_size=6, max_size=6), KNOWN)
def test_nothing_that_became_known_later_changes_an_answer(
    events: list[Event], drawn: Any, known: list[str], asked: str
) -> None:
    """An answer by the knowledge of a day is the same whether what came later is recorded or not."""
    everything = [*events, *_said(drawn, known, len(events))]
    limit = state_on(asked, []).as_of
    then = [event for event in everything if knowledge(event).day <= limit]
    for day in ("2014-03-20", "2014-12-31", "2016-12-31"):
        assert state_on(day, everything, known=asked) == state_on(day, then, known=asked)
        assert list(state_on(day, everything, known=asked).facts()) == list(state_on(day, then).facts())


@given(HISTORIES, RECORDS)
def test_no_chain_of_corrections_stops_replay(events: list[Event], drawn: Any) -> None:
    """Corrections of corrections, retractions of retractions, circles of both: there is always an answer."""
    everything = [*events, *_said(drawn, ["2015"] * 6, len(events))]
    assert state_on("2016", everything) == state_on("2016", everything)
