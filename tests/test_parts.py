"""The parts of a history: each can be replayed alone, and only those are in which something differs."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import chronicle
import histories
import test_order_law
import test_replay_laws
from chronicle import codec
from chronicle.cli.made_up import made
from chronicle.engine import knowledge, partial, views
from chronicle.engine.arranged import arrange
from chronicle.engine.event_log import EventLog
from chronicle.engine.order.overlaps import candidates
from chronicle.engine.partial import PartialReplay
from chronicle.engine.partial import parts as parts_of_histories
from chronicle.engine.partial.parts import Parts
from chronicle.engine.partial.shared import shared_by
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Before, Change, Ledger, Projector
from chronicle.engine.state import State
from chronicle.errors import NotFound
from chronicle.events import (
    KINDS,
    Event,
    IdentityLinked,
    RecordCorrected,
    RecordRetracted,
    StakeAcquired,
    references,
    renamed,
)
from chronicle.history import History
from chronicle.history.held import _KEPT_LEDGERS
from chronicle.stores import open_store
from chronicle.stores.memory import MemoryStore
from given import (
    absorbed,
    acquired,
    corrected,
    day,
    declared,
    happened,
    issued,
    observed,
    retracted,
    transferred,
)
from kept_ledgers import assert_holdings_equal, some_days, told

WRITTEN = st.one_of(
    histories.HISTORIES,
    test_replay_laws.HISTORIES,
    test_order_law.histories().map(lambda plain: list(map(test_order_law.decoded, plain))),
)
HISTORIES = st.one_of(WRITTEN, WRITTEN, test_replay_laws.ANYTHING)
# Which event is about which of several groups of entities: those of one group may be of one part.
GROUPS = st.lists(st.sampled_from(("", "", "-1", "-2")), min_size=1, max_size=12)
CUTS = st.lists(st.integers(0, 12), max_size=3)
KNOWN = st.sampled_from(histories.KNOWN)


def spread(events: Sequence[Event], groups: Sequence[str]) -> list[Event]:
    """The same events about several groups of entities, deals and units, some about those of two groups."""
    return [_in_group(event, groups[place % len(groups)], place) for place, event in enumerate(events)]


def _in_group(event: Event, group: str, place: int) -> Event:
    if not group or isinstance(event, RecordCorrected | RecordRetracted):
        return event
    shared = "a" if place % 2 else None
    named = (name for _, what, name in references(event) if what == "entity" and name != shared)
    moved = renamed(event, {name: f"{name}{group}" for name in named})
    of_group: dict[str, Any] = {"deal": moved.deal + group} if moved.deal else {}
    if hasattr(moved, "unit"):
        of_group["unit"] = f"{moved.unit}{group}"
    return evolve(moved, **of_group)


def resolved(events: Sequence[Event], known: datetime.date | None = None) -> Ledger:
    """The ledger of a replay of everything."""
    return knowledge.resolve(events, known, PROJECTORS).ledger


def everything(ledger: Ledger) -> tuple[dict[Any, Any], set[Any]]:
    """All that a ledger says of each cell of which it says anything, and what rests on a guess."""
    cells = {}
    for view in ledger.views:
        for key in ledger.keys(view):
            said = list(map(told, ledger.cell(view, key))), list(ledger.nothing_in((view, key)))
            if any(said):
                cells[view, key] = said
    return cells, {(guess.view, guess.key, guess.events, guess.counted) for guess in ledger.guesses}


def parts_of(events: Sequence[Event]) -> Iterator[list[Event]]:
    """The events part by part."""
    parts = Parts(EventLog(list(events)))
    parts.catch_up()
    seen = knowledge.visible(events)
    parts.add_versions(event for event in seen.events if event.id in seen.corrections)
    left = set(range(len(events)))
    while left:
        part = parts.around([min(left)], len(events))
        assert part is not None
        assert left.issuperset(part)
        left.difference_update(part)
        yield [events[place] for place in part]


def assert_keys_equal(found: Ledger, wanted: Ledger) -> None:
    """Both have the same keys, and find them by each of their parts."""
    for view in wanted.views:
        keys = sorted(wanted.keys(view))
        assert sorted(found.keys(view)) == keys
        assert all(found.has(view, key) for key in keys)
        for position in range(min(map(len, keys), default=0)):
            for part in {key[position] for key in keys} | {"nobody"}:
                assert sorted(found.where(view, position, part)) == sorted(wanted.where(view, position, part))


def shared_in(parts: Parts, length: int) -> dict[Any, list[int]]:
    """All that the first events share, each thing with their places."""
    return {shared: list(places) for shared, places in parts.sharing(length)}


@given(HISTORIES, st.sampled_from((2, 50_000)))
def test_what_many_events_share_is_what_each_of_them_does(events: list[Event], at_once: int) -> None:
    """Events that are taken in many at a time share what they do when each is taken in alone."""
    many, growing = Parts(EventLog(events)), EventLog()
    with patch.object(parts_of_histories, "_AT_ONCE", at_once):
        many.catch_up()
    alone = Parts(growing)
    for event in events:
        growing.add([event])
        alone.catch_up()
    for length in range(len(events) + 1):
        assert shared_in(many, length) == shared_in(alone, length)
    assert (many.counted, many.turning, many.founded) == (alone.counted, alone.turning, alone.founded)
    assert (many.linked, set(many.early)) == (alone.linked, set(alone.early))


def test_what_many_events_share_is_what_each_does_of_every_kind() -> None:
    """The same for events of every kind: things that they share, and no others."""
    lines = (Path(__file__).parent / "data" / "every-kind-2.jsonl").read_text(encoding="utf-8").splitlines()
    events = [codec.decode(json.loads(line)) for line in lines]
    parts = Parts(EventLog(events))
    parts.catch_up()
    each = [{*shared_by(event)} for event in events]
    assert {type(event) for event in events} == {*KINDS.values()}
    assert shared_in(parts, len(events)) == {
        thing: [place for place, shared in enumerate(each) if thing in shared] for thing in {*chain(*each)}
    }


# The law


@pytest.mark.slow
@settings(max_examples=max(200, settings.default.max_examples))
@given(HISTORIES, GROUPS)
def test_a_history_is_what_its_parts_are(events: list[Event], groups: list[str]) -> None:
    """The ledgers of its parts, each replayed alone, have what the ledger of the whole has, and no more."""
    history = spread(events, groups)
    if not any(isinstance(event, IdentityLinked) for event in history):
        assert_is_what_its_parts_are(history)


def assert_is_what_its_parts_are(events: Sequence[Event]) -> None:
    """The ledgers of the parts of a history have what the ledger of the whole has, and no more."""
    cells: dict[Any, Any] = {}
    guesses: set[Any] = set()
    for part in parts_of(events):
        found, guessed = everything(resolved(part))
        assert cells.keys().isdisjoint(found)
        cells.update(found)
        guesses |= guessed
    assert (cells, guesses) == everything(resolved(events))


@pytest.mark.parametrize("proposed", ["2015-07", "2013"])
@pytest.mark.parametrize("effects", [{}, {"effects": []}])
def test_what_a_deal_may_do_to_a_company_is_of_the_part_of_the_deal(
    proposed: str, effects: dict[str, Any]
) -> None:
    """The deal may have been completed before the company that its effects name was founded."""
    bought = {"kind": "stake.acquired", "holder": "bob", "target": "mill", "share": "10%"}
    assert_is_what_its_parts_are(
        [
            happened("entity.founded", "2012-05-05", entity="bob", name="Bob", type="company"),
            happened("deal.completed", "[..2014-04]", deal="sale", **effects),
            happened("deal.proposed", proposed, deal="sale", title="Sale", parties=["ann"], effects=[bought]),
        ]
    )


def test_another_part_decides_nothing_where_an_event_was_moved_by_after() -> None:
    """Such an event stands behind later ones, and what overlaps a merger is found there all the same."""
    told = [
        absorbed("2014-01-01", "south", "mill"),
        acquired("2014-01-02", "ann", "mill", "5%", id="first"),
        acquired("2014", "south", "mill", "5%", seller="bob", after="first"),
        acquired("2014-04", "ann", "mill", "5%"),
        happened("deal.completed", "2014-01-05", deal="farm"),
        acquired("2014-03-01", "ann", "mill", "5%"),
        acquired("2014-04-01", "bob", "mill", "5%", deal="shop"),
        happened("deal.terminated", "2014-01-08", deal="shop", reason="price"),
    ]
    beside = everything(resolved(told))[0]
    del beside["deals", ("farm",)]
    assert everything(resolved([event for event in told if event.deal != "farm"]))[0] == beside


def test_another_part_decides_nothing_where_it_has_an_end_by_name() -> None:
    """Beginnings of one cell in turn are told apart only where an end may take one of them away."""
    told = [
        happened("entity.declared", "2000", entity="mill", name="Mill", type="company"),
        transferred("1999", "cinema", "mill", "south"),
        transferred("1999", "cinema", "mill", "south"),
        happened("merger.consolidated", "2000", predecessors=["mill"]),
    ]
    ended = happened("entity.insolvent", "2000", entity="ann", stage="liquidation", ends="farm")
    assert everything(resolved([*told, ended]))[0].items() >= everything(resolved(told))[0].items()


def test_an_end_by_name_elsewhere_adds_no_value_where_a_company_comes_back() -> None:
    """Who comes back makes certain again what is not open; what is open has the values that it had."""

    def record(id: str, date: str, lot: str, **more: Any) -> Event:
        return happened("stake.observed", date, id, holder="a", target="b", holds="20%", lot=lot, **more)

    events = [
        record("first", "2015", "l1"),
        record("second", "2014-Q1", "l2", sources=[{"publisher": "Times"}]),
        record("third", "2014-03", "l3"),
        happened("entity.reinstated", "[2014-04..]", "back", entity="a", reason="court"),
    ]
    over = happened("membership.ended", "2014-Q1", "over", entity="c", group="d", ends="first")
    found = [History(each).spans("a", view="holdings") for each in (events, [*events, over])]
    assert [str(span) for span in found[0]] == [str(span) for span in found[1]]


def test_a_deal_and_a_company_of_one_id_are_two_things() -> None:
    """What is ordered of the one is not what concerns the other, nor what others hold of it."""
    told = [
        happened("deal.proposed", "2014", deal="mill", title="Sale", parties=["ann", "bob"]),
        happened("deal.agreed", "2014-05", deal="mill"),
        happened("entity.renamed", "2001", entity="mill", name="Old Mill"),
        acquired("2003", "south", "mill", "5%"),
        happened("entity.dissolved", "2019", entity="mill", reason="over"),
    ]
    assert candidates(arrange(told)).ids == {told[0].id, told[1].id}
    elsewhere = [evolve(event, deal="sale") if event.deal else event for event in told]
    assert everything(resolved(told))[0].keys() - everything(resolved(elsewhere))[0].keys() == {
        ("deals", ("mill",))
    }


BEGINNINGS = (
    (happened("entity.founded", "2014-03-01", entity="bob", name="Bob", type="company"),),
    (
        happened("entity.dissolved", "2010", entity="bob", reason="over"),
        happened("entity.reinstated", "2014-03-01", entity="bob", reason="court"),
    ),
)


@pytest.mark.parametrize("beginning", BEGINNINGS, ids=["founded", "reinstated"])
def test_who_begins_in_an_open_year_acts_later_in_it(beginning: tuple[Event, ...]) -> None:
    """A sale in November is to somebody who is there since March, though the stake may be of any day."""
    sold = [
        observed("2014", "ann", "mill", "10%"),
        acquired("2014-11", "bob", "mill", shares="250", seller="ann"),
    ]
    cells, guesses = everything(resolved([*beginning, *sold]))
    assert not guesses
    assert {cell: cells[cell] for cell in cells if cell[0] == "holdings"} == everything(resolved(sold))[0]


def test_another_part_decides_nothing_where_one_acts_before_being_founded() -> None:
    """That an end elsewhere overlaps an act says nothing of a life that orders nothing."""
    told = [
        transferred("2014-03-31", "shop", "ann", "bob"),
        happened("unit.launched", "[..2014-04]", unit="shop", owner="ann"),
        happened("entity.founded", "2015-07", entity="shop", name="Shop", type="company"),
    ]
    elsewhere = [
        happened("entity.insolvent", "2014-04-01", entity="mill", stage="liquidation"),
        absorbed("[2014-03-15..2014-04-15]", "south", "mill"),
    ]
    beside, guesses = everything(resolved([*told, *elsewhere]))
    alone = everything(resolved(told))
    assert alone[1] == guesses
    assert {cell: said for cell, said in beside.items() if cell in alone[0]} == alone[0]


def test_a_unit_with_shares_is_ordered_as_one_and_counted_as_the_other() -> None:
    """When it was launched says nothing of the number of its shares, though the dates overlap."""
    counted = [
        happened("shares.restructured", "2014", issuer="shop", ratio="2:1"),
        happened(
            "deal.completed",
            "2014-03",
            deal="sale",
            after="nothing",
            effects=[{"kind": "stake.disposed", "holder": "bob", "target": "shop", "share": "1/3"}],
        ),
    ]
    launched = happened("unit.launched", "2014-03-31", unit="shop", owner="ann")
    assert everything(resolved([launched, *counted]))[0].items() >= everything(resolved(counted))[0].items()


@pytest.mark.slow
def test_the_law_is_tried_on_histories_of_several_parts() -> None:
    """More than a third of the histories fall into parts: else the law would say little."""
    counted: list[int] = []

    @settings(max_examples=100, database=None)
    @given(HISTORIES, GROUPS)
    def count(events: list[Event], groups: list[str]) -> None:
        counted.append(sum(1 for _ in parts_of(spread(events, groups))))

    count()
    assert sum(1 for parts in counted if parts > 1) > len(counted) / 3


def test_what_a_corrected_record_was_about_is_replayed_when_that_is_retracted(tmp_path: Path) -> None:
    """It counts again: in a history that goes on, and by a ledger on disk that was made before."""
    told = [
        acquired("2013", "ann", "mill", "10%", id="stays"),
        *(acquired("2013", f"holder-{number}", f"target-{number}", "1%") for number in range(40)),
        retracted("2014", "stays", id="wrong"),
        corrected("2014", "wrong", {"target": "goes"}),
        acquired("2013", "ann", "farm", "10%", id="goes"),
    ]
    with chronicle.open(tmp_path / "corp.db", create=True) as history:
        history.append(told, declared=False)
        assert history.as_of("2016").share("ann", "farm") is None
        history.keep_ledger()
    later = retracted("2012", "wrong")
    with chronicle.open(tmp_path / "corp.db") as history, chronicle.open("memory:", create=True) as other:
        other.append(told, declared=False)
        assert other.as_of("2016").share("ann", "farm") is None
        for each in (history, other):
            each.append([later], declared=False)
            for known in (None, "2013", "2014-12-31"):
                assert each.ledger(known).cell("holdings", ("ann", "farm", "equity")) == resolved(
                    [*told, later], None if known is None else day(known)
                ).cell("holdings", ("ann", "farm", "equity"))
            assert str(each.as_of("2016").share("ann", "farm")) == "10%"


@pytest.mark.slow
@settings(max_examples=max(200, settings.default.max_examples))
@given(HISTORIES, GROUPS, CUTS, KNOWN)
def test_what_was_replayed_in_parts_is_what_a_replay_of_everything_is(
    events: list[Event], groups: list[str], cuts: list[int], known: datetime.date
) -> None:
    """After each append, and by any day of knowledge."""
    history = spread(events, groups)
    first, *later = sorted((*cuts, 0, len(history)))
    log = EventLog(history[:first])
    replay = PartialReplay(log, PROJECTORS, lambda _: None, resolved(log.events), len(log))
    with patch.object(partial, "_ONE_IN", 1):
        for cut in later:
            log.events += history[len(log) : cut]
            for by in (None, known):
                found = replay.ledger(by)
                if found is not None:
                    wanted = resolved(log.events, by)
                    assert everything(found) == everything(wanted)
                    assert_keys_equal(found, wanted)
                    for when in some_days(wanted, 5):
                        assert_holdings_equal(State(when, None, wanted), State(when, None, found))


@pytest.mark.slow
@given(WRITTEN, GROUPS, st.integers(0, 12), KNOWN)
def test_reasons_are_the_same_from_parts(
    events: list[Event], groups: list[str], cut: int, known: datetime.date
) -> None:
    """Why each fact is so, with its events, rivals and corrections, after an append."""
    history = spread(events, groups)
    store = open_store("memory:")
    grown = History.from_store(store)
    for piece in (history[:cut], history[cut:]):
        store.append([codec.to_record(event) for event in piece])
        grown.refresh()
        grown.ledger()
    fresh = History.from_store(store)
    with patch.object(partial, "_ONE_IN", 1):
        for by in (None, known):
            for view, key in everything(fresh.ledger(by))[0]:
                asked: dict[str, Any] = {"as_of": "2014-06", "view": view, "known": by}
                assert grown.why(*key, **asked) == History.from_store(store).why(*key, **asked)


@pytest.mark.slow
@given(WRITTEN, GROUPS, st.integers(0, 12), KNOWN)
def test_what_is_assumed_and_what_was_recorded_by_a_day_are_the_same_from_parts(
    events: list[Event], groups: list[str], cut: int, known: datetime.date
) -> None:
    """A what-if leaves the history as it is, and so does what it learns of the parts."""
    history = spread(events, groups)
    years = [2020]
    store = MemoryStore(clock=lambda: datetime.datetime(years[-1], 1, 1, 12, tzinfo=datetime.UTC))
    store.append([codec.to_record(event) for event in history[:cut]])
    grown = History.from_store(store)
    with patch.object(partial, "_ONE_IN", 1):
        for by in (None, known):
            grown.ledger(by)
        more = [event for event in history[cut:] if not isinstance(event, RecordCorrected | RecordRetracted)]
        assumed = (of.assume(events=more).ledger(known) for of in (grown, History.from_store(store)))
        assert everything(next(assumed)) == everything(next(assumed))
        years.append(2021)
        store.append([codec.to_record(event) for event in history[cut:]])
        grown.refresh()
        for by in (None, known):
            fresh = History.from_store(store)
            assert everything(grown.ledger(by)) == everything(fresh.ledger(by))
            held = grown.ledger(by, recorded="2020-06-30")
            assert everything(held) == everything(History.from_store(store).ledger(by, recorded="2020-06-30"))


# What hangs together


def replayed_with(events: Sequence[Event], more: Sequence[Event]) -> set[str]:
    """The ids of the events that are replayed when some more come."""
    log = EventLog([*events])
    replay = PartialReplay(log, PROJECTORS, lambda _: None, resolved(events), len(log))
    log.events += more
    with (
        patch.object(partial, "_ONE_IN", 1),
        patch.object(partial, "resolve", wraps=knowledge.resolve) as watched,
    ):
        assert replay.ledger() is not None
    return {event.id for event in watched.call_args.args[0]}


_TO_BOB = {"holder": "bob", "target": "farm"}
FOUNDED = {"entity": "ann", "name": "Ann", "type": "company"}
STAKES = [
    acquired("2011", "ann", "mill", "10%", id="ann-mill"),
    acquired("2011", "bob", "mill", "10%", id="bob-mill"),
    acquired("2011", "ann", "shop", "10%", id="ann-shop"),
    acquired("2011", "bob", "farm", "10%", id="bob-farm"),
]


@pytest.mark.parametrize(
    ("more", "replayed"),
    [
        (acquired("2012", "ann", "mill", "5%", id="new"), {"ann-mill"}),
        (acquired("2012", "ann", "mill", "5%", id="new", seller="bob"), {"ann-mill", "bob-mill"}),
        (issued("2012", "mill", "100", id="new"), {"ann-mill", "bob-mill"}),
        (absorbed("2012", "cat", "ann", id="new"), {"ann-mill", "ann-shop"}),
        (absorbed("2012", "mill", "cat", id="new"), {"ann-mill", "bob-mill"}),
        (
            happened("entity.founded", "2012", "new", **FOUNDED),
            {"ann-mill", "ann-shop"},
        ),
        (happened("entity.founded", "2010", "new", **FOUNDED), set()),
        (corrected("2012", "ann-shop", {"share": "20%"}, id="new"), {"ann-shop"}),
        (
            corrected("2012", "ann-shop", {"holder": "bob", "target": "farm"}, id="new"),
            {"ann-shop", "bob-farm"},
        ),
        (retracted("2012", "bob-mill", id="new"), {"bob-mill"}),
        (acquired("2012", "ann", "kiln", "5%", id="new", after="bob-farm"), {"bob-farm"}),
        (declared("ann", "Ann", id="new"), set()),
    ],
    ids=lambda value: value.kind if isinstance(value, Event) else " ".join(sorted(value)) or "nothing",
)
def test_only_what_an_event_touches_is_replayed(more: Event, replayed: set[str]) -> None:
    """A stake is of its pair, a number of shares of all stakes in the company, a merger of its parties."""
    assert replayed_with(STAKES, [more]) == {*replayed, "new"}


def test_a_late_event_costs_the_same_however_many_there_are() -> None:
    """Of a thousand and of ten thousand events the same few are replayed."""
    more = observed("2004-05", "company-3", "company-4", "7%", id="new")
    assert max(len(replayed_with(made(size).events, [more])) for size in (1_000, 10_000)) < 20


def test_a_part_to_which_events_come_one_by_one_is_replayed_once_for_each() -> None:
    """The first is replayed with and without what is new; from then on the part as it was is at hand."""
    log = EventLog([*STAKES])
    replay = PartialReplay(log, PROJECTORS, lambda _: None, resolved(STAKES), len(log))
    with (
        patch.object(partial, "_ONE_IN", 1),
        patch.object(partial, "resolve", wraps=knowledge.resolve) as watched,
    ):
        for year in ("2014", "2013", "2012"):
            log.events.append(issued(year, "mill", "100", id=f"in-{year}"))
            found = replay.ledger()
            assert found is not None
            assert everything(found) == everything(resolved(log.events))
    assert [len(call.args[0]) for call in watched.call_args_list] == [2, 3, 4, 5]


# Where everything is replayed


def _watched(_: StakeAcquired, __: Before) -> tuple[Change, ...]:
    return ()


@pytest.mark.parametrize("projectors", [(), (Projector("own", ("own",), {StakeAcquired: _watched}),)])
def test_an_append_is_answered_whatever_the_projectors(projectors: tuple[Projector, ...]) -> None:
    """Projectors of a user may read anything, so that with them everything is replayed."""
    history = chronicle.open("memory:", projectors, create=True)
    history.append(STAKES, declared=False)
    assert str(history.as_of("2013").share("ann", "mill")) == "10%"
    history.append([acquired("2012", "ann", "mill", "5%")], declared=False)
    assert str(history.as_of("2013").share("ann", "mill")) == "15%"


def test_links_of_ids_reach_everywhere() -> None:
    """Once two ids turn out to be one entity, everything is replayed."""
    log = EventLog([*STAKES])
    replay = PartialReplay(log, PROJECTORS, lambda _: None, resolved(STAKES), len(log))
    log.events.append(happened("identity.linked", "2012", "link", a="ann", b="bob", reason="the same"))
    assert replay.ledger() is None


def test_too_much_of_a_history_is_replayed_as_a_whole() -> None:
    """Where it would take longer part by part."""
    log = EventLog([*STAKES])
    replay = PartialReplay(log, PROJECTORS, lambda _: None, resolved(STAKES), len(log))
    log.events.append(issued("2012", "mill", "100", id="new"))
    assert replay.ledger() is None


def test_after_many_appends_everything_is_replayed_again() -> None:
    """What was replayed part by part takes more memory than what was replayed at once."""
    log = EventLog([acquired("2011", "ann", f"mill-{number}", "10%") for number in range(16)])
    replay = PartialReplay(log, PROJECTORS, lambda _: None, resolved(log.events), len(log))
    found = []
    for number in range(3):
        log.events.append(acquired("2012", "bob", f"mill-{number}", "10%"))
        found.append(replay.ledger() is not None)
    assert found == [True, True, False]
    replay.begin_anew(resolved(log.events))
    assert replay.ledger() is not None


def test_a_state_stays_as_it_was_when_more_is_appended() -> None:
    """What was answered before an append is still what was so by what was known then."""
    with patch.object(partial, "_ONE_IN", 1):
        history = chronicle.open("memory:", create=True)
        history.append(STAKES, declared=False)
        states = [history.as_of("2015")]
        for year in ("2012", "2013", "2014"):
            history.append([acquired(year, "ann", "mill", "5%")], declared=False)
            states.append(history.as_of("2015"))
    shares = [str(state.share("ann", "mill")) for state in states]
    assert shares == ["10%", "15%", "20%", "25%"]
    assert all(len(one.facts()) == len(two.facts()) for one, two in pairwise(states))
    assert day("2015") == states[0].as_of


@pytest.mark.slow
@given(HISTORIES, GROUPS, st.none() | KNOWN)
def test_what_concerns_one_is_found_in_the_parts_that_name_it(
    written: list[Event], groups: list[str], known: str | None
) -> None:
    """The timeline of an entity or a deal is that of a history that was replayed as a whole, in its order."""
    events = spread(written, groups)
    whole, in_parts = History(events), History(events)
    in_parts.ledger()
    asked = [
        *({"entity": each} for each in whole.entity_ids()),
        *({"deal": each} for each in whole.deal_ids()),
    ]
    with patch.object(partial, "_ONE_IN", 1):
        for words in asked:
            in_parts._answers.clear()
            assert _timeline(in_parts, words, known) == _timeline(whole, words, known)


def _timeline(history: History, words: dict[str, str], known: str | None) -> object:
    try:
        return history.timeline(**words, kinds=KINDS, known=known)
    except NotFound as error:
        return error.problems


def test_of_many_days_of_knowledge_only_the_last_are_kept() -> None:
    """A history that is asked for years by what was known on any day does not grow by each of them."""
    history = History(made(400).events)
    history.ledger()
    for year in range(1995, 2025):
        history.as_of("2010", known=str(year))
        history.resolver(str(year))
    assert len(history._resolvers) <= 2 * _KEPT_LEDGERS + 1


@given(WRITTEN, st.sampled_from(["2013", "2014-06", "2015", "2030"]))
def test_facts_that_name_one_are_those_among_all(written: list[Event], on: str) -> None:
    """Of every view, for every entity, in the order of all of them."""
    history = History(written)
    state = history.as_of(on)
    for view in state.views:
        facts, named = state.view(view), views.view_of(view).named
        for entity in (*history.entity_ids(), "nobody"):
            found = tuple(fact for fact in facts if entity in named(fact.key, fact.value))
            assert state.naming(view, entity) == found
