"""Another day of knowledge: the ledger of today cut off, and only the parts replayed that are out of turn."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from attrs import evolve
from benchmarks.peers import histories as of_peers
from hypothesis import given, settings
from hypothesis import strategies as st

import chronicle
from chronicle import codec
from chronicle.cli.made_up import made
from chronicle.dates import as_date, parse_date
from chronicle.engine import knowledge, partial
from chronicle.engine.event_log import EventLog
from chronicle.engine.order import Origin
from chronicle.engine.partial.in_turn import PartsInTurn, days_out_of_turn, parts_in_turn
from chronicle.engine.partial.parts import Parts
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger
from chronicle.engine.replay.cut import cut_off
from chronicle.events import EntityDeclared, Event, IdentityLinked, RecordCorrected, RecordRetracted
from chronicle.events import knowledge as known_from
from chronicle.history import History
from given import acquired, corrected, day, happened, issued, observed, retracted
from test_parts import GROUPS, HISTORIES, assert_keys_equal, everything, resolved, spread
from test_rectangles import SHIPPED

_CASES = Path(__file__).parent.parent.parent / "shared" / "data" / "cases"
_ONE_DAY = datetime.timedelta(days=1)


def in_turn(events: Sequence[Event]) -> PartsInTurn | None:
    """Which parts are out of turn; None where ids were linked, which reaches everywhere."""
    log = EventLog([*events])
    parts = Parts(log)
    parts.catch_up()
    return None if parts.linked else parts_in_turn(parts, log)


def cut(
    events: Sequence[Event], today: Ledger, found: PartsInTurn, by: datetime.date, origin: Origin
) -> Ledger:
    """The ledger by a day of knowledge: that of today cut off, with what is out of turn replayed."""
    out = found.out_of_turn(by)
    told = [events[place] for place in out]
    kept = {
        event.id
        for place, event in enumerate(events)
        if place not in set(out) and known_from(event).day <= by
    }
    return cut_off(today, kept, knowledge.resolve(told, by, PROJECTORS, origin).ledger)


def days_of(events: Iterable[Event]) -> list[datetime.date]:
    """The days on which something became known, and the day before the first."""
    days = sorted({known_from(event).day for event in events})
    return [day - _ONE_DAY for day in days[:1] if day > datetime.date.min] + days


def assert_cut(
    events: Sequence[Event], days: Iterable[datetime.date] | None = None, origin: Origin = lambda _: None
) -> int:
    """By every day of knowledge the ledger of today cut off is that of a full replay.

    Gives by how many days something was left of a history of which something was not known yet.
    """
    found, cuts = in_turn(events), 0
    if found is None:
        return 0
    today = knowledge.resolve(events, None, PROJECTORS, origin).ledger
    for by in days_of(events) if days is None else days:
        wanted = knowledge.resolve(events, by, PROJECTORS, origin).ledger
        ledger = cut(events, today, found, by, origin)
        assert everything(ledger) == everything(wanted), by
        assert_keys_equal(ledger, wanted)
        replayed = set(found.out_of_turn(by))
        left = [place for place in range(len(events)) if place not in replayed]
        seen = {found.known[place] <= by.toordinal() for place in left}
        cuts += seen == {True, False}
    return cuts


# The law


@st.composite
def _on_days_of_their_own(draw: st.DrawFn) -> list[Event]:
    """Histories in which few windows overlap, known at once or later, in any order."""
    events = spread(draw(HISTORIES), draw(GROUPS))
    places = range(len(events))
    order = draw(st.one_of(st.just([*places]), st.permutations(places)))
    return [_redated(event, place, draw) for event, place in zip(events, order, strict=True)]


def _redated(event: Event, place: int, draw: st.DrawFn) -> Event:
    known = draw(st.sampled_from((None, None, None, "2014-01-05", "2014-02-03", "2015")))
    fields: dict[str, Any] = {"known": known}
    if draw(st.integers(0, 9)):
        fields["date"] = f"2014-{1 + place // 20:02}-{1 + place % 20:02}"
    if draw(st.booleans()):
        fields |= {"confidence": None, "after": None}
    if draw(st.booleans()) and not isinstance(event, RecordCorrected | RecordRetracted):
        fields["sources"] = ()
    return evolve(event, **fields)


OWN_DAYS = _on_days_of_their_own()


@pytest.mark.slow
@settings(max_examples=max(200, settings.default.max_examples))
@given(st.one_of(OWN_DAYS, st.builds(spread, HISTORIES, GROUPS)))
def test_of_random_histories_today_cut_off_is_what_was_known(events: list[Event]) -> None:
    """By every day of knowledge: claims, deals, mergers, corrections and lives, early and late."""
    assert_cut(events)


@given(st.one_of(OWN_DAYS, st.builds(spread, HISTORIES, GROUPS)))
def test_what_is_seen_at_a_glance_is_what_asking_each_part_finds(events: list[Event]) -> None:
    """Of most parts numbers tell by which days they are out of turn; the events of the part say the same."""
    found = in_turn(events)
    for number, places in enumerate(found.places if found else ()):
        told = [(since, until) for since, until, part in found.between if part == number]
        assert told == days_out_of_turn([events[place] for place in places])


@pytest.mark.slow
def test_the_law_is_tried_on_histories_of_which_something_is_cut() -> None:
    """By more than a fifth of the days of knowledge: else the law would say little."""
    counted: list[tuple[int, int]] = []

    @settings(max_examples=100, database=None)
    @given(OWN_DAYS)
    def count(events: list[Event]) -> None:
        counted.append((assert_cut(events), len(days_of(events))))

    count()
    assert sum(cuts for cuts, _ in counted) > sum(days for _, days in counted) / 5


def known_soon(events: Iterable[Event], seed: int) -> list[Event]:
    """The same events, most of them known within a month, and some years later."""
    drawn = random.Random(seed)
    return [
        event
        if isinstance(event, EntityDeclared)
        else evolve(
            event,
            known=as_date(
                min(event.date.latest, day("2025-01-01"))
                + datetime.timedelta(drawn.randrange(30 if drawn.random() < 0.9 else 2000))
            ),
        )
        for event in events
    ]


@pytest.mark.parametrize("source", SHIPPED, ids=lambda path: path.name)
def test_of_a_shipped_history_the_same(source: Path) -> None:
    """As it is told, and told soon after it happened."""
    history = chronicle.open(source)
    assert_cut(history.events, origin=history._origin)
    assert_cut(known_soon(history.events, 1), origin=history._origin)


@pytest.mark.skipif(not _CASES.is_dir(), reason="the cases of others are not here: ../shared/data")
def test_of_the_cases_of_others_the_same() -> None:
    """Each told soon after it happened."""
    for file in sorted(_CASES.rglob("*.yaml")):
        if "mapping" in file.name or file.name == "comma-in-braces.yaml":
            continue
        history = chronicle.open(file)
        for seed in range(3):
            assert_cut(known_soon(history.events, seed), origin=history._origin)


def mixed(size: int, folder: Path) -> list[Event]:
    """The made-up history that peers are given: one event in ten is known years late."""
    of_peers.write(folder, size)
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [codec.decode(json.loads(line)) for line in lines]


@pytest.mark.slow
def test_of_made_histories_the_same(tmp_path: Path) -> None:
    """A thousand events each, by every tenth day of knowledge and by every third."""
    for events, step in ((mixed(1000, tmp_path), 10), (made(1000).events, 3)):
        days = days_of(events)[::step]
        assert assert_cut(events, days) > len(days) / 2


@pytest.mark.slow
def test_of_a_mixed_history_few_events_are_out_of_turn(tmp_path: Path) -> None:
    """Less than a tenth by any day, though one in ten became known years late."""
    events = mixed(5000, tmp_path)
    found = in_turn(events)
    assert found is not None
    assert max(len(found.out_of_turn(by)) for by in days_of(events)) < len(events) / 10


# What is out of turn


_EARLY = acquired("2011-05-01", "ann", "mill", holds="10%", id="early", known="2011-06")


@pytest.mark.parametrize(
    "later",
    [
        acquired("2011-05", "ann", "mill", "5%", known="2013"),
        acquired("2010", "ann", "mill", "5%", known="2013"),
        corrected("2013", "early", {"holds": "12%"}),
        retracted("2013", "early"),
        evolve(observed("2012", "ann", "mill", "30%", known="2013"), confidence="rumoured"),
        evolve(observed("2012", "ann", "mill", "30%", known="2013"), lot="one"),
        acquired("2012", "ann", "mill", holds="12%", deal="d", known="2013"),
    ],
    ids=["same time", "late", "corrected", "retracted", "rumour", "lot", "deal"],
)
def test_a_part_out_of_turn_is_replayed(later: Event) -> None:
    """From the day on which its first event was known until its last was."""
    assert days_out_of_turn([_EARLY, later]) == [(day("2011-06-30"), known_from(later).day)]


@pytest.mark.parametrize(
    "record",
    [
        happened("record.confirmed", "[2014-03-15..2014-04-15]", "said", targets=["other"], after="agreed"),
        retracted("[2014-03-15..2014-04-15]", "nothing", id="said", after="agreed", known="2015"),
    ],
    ids=["confirmed", "retracted"],
)
def test_what_is_said_to_stand_behind_something_counts_whatever_it_says(record: Event) -> None:
    """That which it stands behind happened before it, as far as both are known."""
    told = [
        happened("deal.agreed", "2014-04", "agreed", deal="d"),
        record,
        happened("deal.completed", "2013-07", deal="d", known="2015"),
    ]
    assert_cut(told)
    moved = happened("deal.agreed", "2014-04", "agreed", deal="d", after="said")
    assert_cut([evolve(record, after=None, known=parse_date("2016")), moved])


def test_what_retracts_a_confirmation_may_be_told_before_it() -> None:
    """The confirmation is of no part, and what retracts it twice is one."""
    said = happened("record.confirmed", "2014", "said", targets=["early"])
    assert_cut([retracted("2013", "said"), _EARLY, said, retracted("2015", "said")])


def test_of_names_and_stages_told_twice_one_counts_however_far_apart() -> None:
    """So that the later claim may take the earlier one out of the ledger."""
    for kind, fields in (
        ("entity.renamed", {"entity": "ann", "name": "Anna"}),
        ("entity.founded", {"entity": "ann", "name": "Ann", "type": "company"}),
        ("deal.agreed", {"deal": "d", "title": "D", "parties": ["a", "b"]}),
    ):
        told = [happened(kind, f"{year}-05-01", str(year), **fields) for year in (2011, 2012)]
        assert days_out_of_turn(told) == [(day("2011-05-01"), day("2012-05-01"))]


def test_what_became_known_as_it_happened_is_in_turn() -> None:
    """Also after a correction, once that is known."""
    told = [acquired(f"{year}-05-01", "ann", "mill", "1%", id=f"in-{year}") for year in range(2011, 2015)]
    assert days_out_of_turn(told) == []
    told.append(corrected("2012-06-01", "in-2011", {"share": "2%"}))
    assert days_out_of_turn(told) == [(day("2011-05-01"), day("2012-06-01"))]


def test_a_correction_of_what_was_not_known_yet_puts_nothing_out_of_turn() -> None:
    """Only while the event is known and not yet corrected; nor does one that says what was said already."""
    told = [acquired(f"{year}-05-01", "ann", "mill", "1%", id=f"in-{year}") for year in range(2011, 2015)]
    told.append(corrected("2013-08-01", "in-2013", {"share": "2%"}))
    assert days_out_of_turn(told) == [(day("2013-05-01"), day("2013-08-01"))]
    told.append(corrected("2013-09-01", "in-2012", {"share": "1%"}))
    assert days_out_of_turn(told) == [(day("2013-05-01"), day("2013-08-01"))]
    told.append(corrected("2013-10-01", "in-2012", {"share": "1.0%"}))
    assert days_out_of_turn(told) == [(day("2012-05-01"), day("2013-10-01"))]


def test_what_was_retracted_for_a_while_is_out_of_turn_meanwhile() -> None:
    """Before the retraction was known, and since it was retracted itself, everything is as today."""
    told = [acquired(f"{year}-05-01", "ann", "mill", "1%", id=f"in-{year}") for year in range(2011, 2015)]
    told += [retracted("2012-06-01", "in-2012", id="wrong"), retracted("2013-06-01", "wrong")]
    assert days_out_of_turn(told) == [(day("2012-06-01"), day("2013-06-01"))]


def test_what_a_moved_correction_makes_of_an_event_is_of_one_part_with_what_that_shares() -> None:
    """A correction turned out to be about another event, of which nothing else was said."""
    told = [
        acquired("2014", "ann", "mill", "5%", id="corrected-at-first"),
        acquired("2014", "bob", "farm", "5%", id="corrected-in-the-end"),
        acquired("2015-01", "eve", "farm", "5%"),
        corrected("2015-03", "corrected-at-first", {"holder": "eve"}, id="moved"),
        corrected("2016", "moved", {"target": "corrected-in-the-end"}),
    ]
    assert_cut(told)
    found = in_turn(told)
    assert found is not None
    assert found.places == [[0, 1, 2, 3, 4]]
    state = History(told).as_of("2017", known="2015-12-31")
    assert {(each.holder, each.target) for each in state.holdings()} == {
        ("bob", "farm"),
        ("eve", "farm"),
        ("eve", "mill"),
    }


def test_what_is_late_is_out_of_turn_until_it_is_known() -> None:
    """From the first event behind it on."""
    told = [acquired(f"{year}-05-01", "ann", "mill", "1%") for year in range(2011, 2015)]
    told.append(acquired("2012-06-01", "ann", "mill", "1%", known="2014-01-01"))
    assert days_out_of_turn(told) == [(day("2013-05-01"), day("2014-01-01"))]


# Questions


def replayed(history: History, ask: Callable[[], object]) -> int:
    """How many events are replayed for a question."""
    counted: list[int] = []

    def counting(events: Sequence[Event], *others: Any) -> knowledge.Resolved:
        counted.append(len(events))
        return resolve(events, *others)

    resolve = knowledge.resolve
    with patch.object(partial, "resolve", counting), patch.object(knowledge, "resolve", counting):
        ask()
    return sum(counted)


@pytest.mark.slow
def test_another_day_of_knowledge_replays_few_events_in_memory(tmp_path: Path) -> None:
    """Though half of the history is not known yet; and after late events as well."""
    events = mixed(3000, tmp_path)
    history = History(events[:-20])
    history.ledger()
    assert replayed(history, lambda: history.ledger("2009-06-30")) < len(events) / 8
    assert everything(history.ledger("2009-06-30")) == everything(resolved(events[:-20], day("2009-06-30")))


def test_after_late_events_the_same() -> None:
    """Of a history that grew since everything was replayed, by days before and after the new events."""
    stakes = [acquired(f"20{10 + number % 15}-05-01", "ann", f"mill-{number}", "1%") for number in range(80)]
    history = chronicle.open("memory:", create=True)
    history.append(stakes, declared=False)
    history.ledger()
    more = [
        acquired("2005-01-01", "ann", "mill-7", "2%", known="2013-01-01", id="late"),
        issued("2012-02-01", "mill-9", "100", known="2012-03-01"),
        retracted("2014", "late"),
    ]
    history.append(more, declared=False)
    for by in days_of(history.events):
        few = replayed(history, lambda by=by: history.ledger(by))  # type: ignore[misc]
        assert everything(history.ledger(by)) == everything(resolved(history.events, by)), by
        assert few < 60 or by < day("2010-05-01")


def test_linked_ids_are_replayed_as_a_whole() -> None:
    """They reach everywhere."""
    assert in_turn([_EARLY, IdentityLinked(id="l", date=parse_date("2012"), a="a", b="b", reason="")]) is None
