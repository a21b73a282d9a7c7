"""A replay in partitions: the rows of all of them are the ledger of the whole history, fact by fact."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chronicle
from chronicle import codec
from chronicle.cli.made_up import made
from chronicle.engine import knowledge
from chronicle.engine.event_log import EventLog
from chronicle.engine.partial.connected import (
    BINDS,
    COUNTED,
    FOUNDED,
    IF_COUNTED,
    IF_TURNING,
    TURNING,
    versions_of,
)
from chronicle.engine.partial.parts import Parts
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.replay import Ledger, Projector
from chronicle.engine.state import State
from chronicle.errors import StoreError, UsageError
from chronicle.events import Event, IdentityLinked
from chronicle.history import History
from chronicle.ledgers.partitions import frames, partitioned, partitioning, replay_partition, tells
from chronicle.ledgers.partitions.collected import Collected
from chronicle.ledgers.partitions.partitioning import Connected, NumbersByPosition, spread
from chronicle.ledgers.partitions.rows import BROKEN, LedgerRow, problem_of
from chronicle.ledgers.partitions.telling import told_by
from chronicle.stores.memory import MemoryStore
from chronicle.stores.record import Record
from given import absorbed, acquired, corrected, disposed, happened, issued, launched, observed, retracted
from kept_ledgers import answers, some_days
from own_projectors import BY_TARGET, LYING, OF_ALL
from test_parts import GROUPS, HISTORIES, KNOWN, assert_keys_equal, everything
from test_parts import spread as in_groups

NUMBERS = (1, 2, 7, 16)


def recorded(*appends: Sequence[Event]) -> list[Record]:
    """The records of events, each append at a time of its own."""
    years = [2020]
    store = MemoryStore(clock=lambda: datetime.datetime(years[-1], 1, 1, tzinfo=datetime.UTC))
    for events in appends:
        store.append([codec.to_record(event) for event in events])
        years.append(years[-1] + 1)
    return list(store.read())


def in_partitions(
    records: Sequence[Record],
    number: int,
    own: Sequence[Projector] = (),
    known: datetime.date | None = None,
) -> Collected:
    """What the rows of the partitions say together, by what was known on a day; None stands for all."""

    def batches() -> Iterable[Any]:
        return frames.record_batches(records)

    with pytest.MonkeyPatch.context() as patch:
        # So that not all that was corrected is looked at together.
        patch.setattr(partitioning, "_CHAINED", 2)
        found = partitioned(batches, tells(batches(), own), own)
    chosen, parts = found.partitions(number), found.parts()
    collected = Collected()
    for partition in range(number):
        some = [record for record in records if chosen.get(record.position) == partition]
        rows = (
            (*record, parts.get(record.position, 0))  # as replay lays them out
            for record in some
        )
        for batch in replay_partition(frames.batches(rows, frames.laid_out_schema()), own):
            now = next(some for earlier, some in frames.by_knowledge(batch) if not earlier)
            collected.take(now if known is None else frames.known_on(batch, known), partition)
    return collected


def ledger_of(
    records: Sequence[Record],
    number: int,
    own: Sequence[Projector] = (),
    known: datetime.date | None = None,
) -> Ledger:
    """The ledger that the rows of the partitions make."""
    views = [view for projector in (*PROJECTORS, *own) for view in projector.views]
    return in_partitions(records, number, own, known).ledger(views)


def assert_same(found: Ledger, wanted: Ledger) -> None:
    """Both say the same of every cell, and of every day on which anything changes."""
    assert found.views == wanted.views
    assert everything(found) == everything(wanted)
    assert dict(found.names) == dict(wanted.names)
    if not wanted.names:
        # A deal may have the id of an entity that is linked, and then is not looked up by it anywhere.
        assert_keys_equal(found, wanted)
    for day in some_days(wanted, 5):
        assert sorted(answers(State(day, None, found)), key=_place) == sorted(
            answers(State(day, None, wanted)), key=_place
        )


def _place(answer: tuple[Any, ...]) -> tuple[str, ...]:
    """A sort key: rows keep no order among the cells of a view."""
    return tuple(map(str, (answer[0], answer[1], answer[5], answer[6], answer[3])))


def assert_partitions_tell(history: History) -> None:
    """Any number of partitions tells what a plain replay of the history does."""
    records = recorded(history.events)
    wanted = History.from_store(_store(records), ledger=False).ledger()
    for number in NUMBERS:
        assert_same(ledger_of(records, number), wanted)


def _store(records: Sequence[Record]) -> MemoryStore:
    store = MemoryStore()
    store.restore(records)
    return store


# The law


@pytest.mark.slow
@settings(max_examples=max(100, settings.default.max_examples))
@given(HISTORIES, GROUPS, st.sampled_from(NUMBERS), st.integers(0, 12))
def test_random_histories_are_what_their_partitions_are(
    events: list[Event], groups: list[str], number: int, cut: int
) -> None:
    """Windows that overlap, sources that disagree, deals, mergers, corrections, in one append or in two."""
    history = in_groups(events, groups)
    records = recorded(*filter(None, (history[:cut], history[cut:])))
    wanted = History.from_store(_store(records), ledger=False).ledger()
    assert_same(ledger_of(records, number), wanted)


@pytest.mark.slow
@settings(max_examples=max(100, settings.default.max_examples))
@given(HISTORIES, GROUPS, KNOWN)
def test_parts_hold_by_any_day_of_knowledge(
    events: list[Event], groups: list[str], known: datetime.date
) -> None:
    """What was known earlier hangs together as what is known now, with all versions of what was corrected."""
    history = in_groups(events, groups)
    cells: dict[Any, Any] = {}
    guesses: set[Any] = set()
    for part in whole_parts(history):
        found, guessed = everything(knowledge.resolve(part, known, PROJECTORS).ledger)
        assert cells.keys().isdisjoint(found)
        cells.update(found)
        guesses |= guessed
    assert (cells, guesses) == everything(knowledge.resolve(history, known, PROJECTORS).ledger)


@pytest.mark.slow
@given(HISTORIES, GROUPS)
def test_records_say_the_parts_that_a_history_has(events: list[Event], groups: list[str]) -> None:
    """Not a part more, and none that is larger: what each says alone tells what all of them share."""
    history = [event for event in in_groups(events, groups) if not isinstance(event, IdentityLinked)]
    log = EventLog(history)
    parts = Parts(log)
    parts.catch_up()
    parts.add_versions(versions_of(log.with_statements_of(log.stated_about())))
    told = [[log.positions[event.id] - 1 for event in part] for part in whole_parts(history)]
    assert sorted(place for part in told for place in part) == [*range(len(history))]
    assert [parts.around(part[:1], len(history)) for part in told] == told


def test_what_does_not_bind_makes_no_part_larger() -> None:
    """Two units of one owner, and two stakes that are corrected to one value."""
    units = [launched("2014", unit, "group") for unit in ("films", "music")]
    stakes = [acquired("2014", "ann", target, "5%", id=target) for target in ("mill", "farm")]
    corrections = [corrected("2015", each.id, {"share": "7%"}, id=f"{each.id}-again") for each in stakes]
    found = whole_parts([*units, *stakes, *corrections])
    assert [len(part) for part in found] == [1, 1, 2, 2]


def whole_parts(history: Sequence[Event]) -> list[list[Event]]:
    """The parts of a history."""
    connected = Connected()
    places = {event.id: place for place, event in enumerate(history)}
    for some in (history, versions_of(history)):
        connected.take(told_by([places[event.id] for event in some], some))
    parts: dict[int, list[Event]] = {}
    for place, root in sorted(connected.parts().items()):
        parts.setdefault(root, []).append(history[place])
    return list(parts.values())


def test_shipped_histories_are_what_their_partitions_are(root: Path) -> None:
    """Every folder of events, with 1, 2, 7 and 16 partitions."""
    folders = [root / "events", *(path for path in (root / "events").iterdir() if path.is_dir())]
    for folder in folders:
        assert_partitions_tell(chronicle.open(folder))


@pytest.mark.parametrize("file", ["every-kind-1.jsonl", "every-kind-2.jsonl"])
def test_events_of_every_kind_are_what_their_partitions_are(root: Path, file: str) -> None:
    """Values of every class are among the rows."""
    lines = (root / "tests" / "data" / file).read_text("utf-8").splitlines()
    assert_partitions_tell(History(codec.decode(json.loads(line)) for line in lines))


@pytest.mark.slow
def test_the_histories_that_laws_were_made_for_are_what_their_partitions_are(root: Path) -> None:
    """All of them as one history would be another one: each by itself, in two partitions and in seven."""
    lines = (root / "tests" / "data" / "laws" / "histories.jsonl").read_text("utf-8").splitlines()
    for line in lines[::5]:
        records = recorded(list(map(codec.decode, json.loads(line)["events"])))
        wanted = History.from_store(_store(records), ledger=False).ledger()
        for number in (2, 7):
            assert_same(ledger_of(records, number), wanted)


@pytest.mark.slow
def test_a_made_up_register_is_what_its_partitions_are() -> None:
    """Stakes, units, deals with effects, roles, issues; and the partitions are of like size."""
    records = recorded(made(3_000).events)
    wanted = History.from_store(_store(records), ledger=False).ledger()
    assert_same(ledger_of(records, 7), wanted)


# What hangs together

STAKES = [
    acquired("2011", "ann", "mill", "10%", id="ann-mill"),
    acquired("2011", "bob", "mill", "10%", id="bob-mill"),
    acquired("2011", "ann", "shop", "10%", id="ann-shop"),
    acquired("2011", "bob", "farm", "10%", id="bob-farm"),
]
LINK = happened("identity.linked", "2012", "link", a="ann", b="bob", reason="the same")


@pytest.mark.parametrize(
    ("more", "together"),
    [
        ([acquired("2012", "ann", "mill", "5%", id="new")], {"ann-mill"}),
        ([disposed("2012", "ann", "mill", "5%", id="new", buyer="bob")], {"ann-mill", "bob-mill"}),
        ([issued("2012", "mill", "100", id="new")], {"ann-mill", "bob-mill"}),
        ([absorbed("2012", "cat", "ann", id="new")], {"ann-mill", "ann-shop"}),
        ([LINK], {"ann-mill", "ann-shop", "bob-mill", "bob-farm"}),
        ([observed("2012", "cat", "kiln", "5%", id="new")], set()),
        (
            [corrected("2012", "ann-shop", {"holder": "bob", "target": "farm"}, id="new")],
            {"ann-shop", "bob-farm"},
        ),
        ([acquired("2012", "ann", "kiln", "5%", id="new", after="bob-farm")], {"bob-farm"}),
        (
            [
                corrected("2012", "bob-mill", {"holder": "bob", "target": "farm"}, id="new"),
                corrected("2013", "new", {"target": "ann-shop"}, id="newer"),
            ],
            {"bob-mill", "bob-farm", "ann-shop", "newer"},
        ),
        ([retracted("2012", "bob-mill", id="new")], {"bob-mill"}),
    ],
)
def test_what_shares_something_is_of_one_part(more: list[Event], together: set[str]) -> None:
    """A stake is of its pair, an issue of all stakes in the company, a merger or a link of its parties."""
    history = [*STAKES, *more]
    (part,) = (part for part in whole_parts(history) if more[0] in part)
    assert {event.id for event in part} == {*together, more[0].id}
    wanted = knowledge.resolve(history, None, PROJECTORS).ledger
    for number in NUMBERS:
        assert_same(ledger_of(recorded(history), number), wanted)


HOW = [BINDS, BINDS, BINDS, IF_COUNTED, IF_TURNING, IF_TURNING, COUNTED, TURNING, FOUNDED]
SAID = st.tuples(st.integers(0, 9), st.sampled_from(HOW), st.integers(-6, 6), st.integers(0, 3))


@given(
    st.lists(SAID, max_size=40), st.sampled_from([1, 3, 1000]), st.sampled_from([1, 7, 2**33]), st.booleans()
)
def test_parts_are_those_found_one_by_one(
    said: list[tuple[int, int, int, int]], length: int, step: int, sparse: bool
) -> None:
    """Whatever records say, in batches of any length, of positions without gaps or with them."""
    # A record says its own id as well.
    rows = [(at, 0, 1000 + at, 0) for at in range(10)]
    rows += [(at, how, thing * 37, when) for at, how, thing, when in said]
    rows = [(at * step + (at > 4 and sparse), *more) for at, *more in rows]
    connected = Connected()
    for first in range(0, len(rows), length):
        some = [(*row, None) for row in rows[first : first + length]]
        for batch in frames.batches(some, frames.tells_schema()):
            connected.take(batch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitioning, "_AT_ONCE", length)
        assert dict(connected.parts()) == parts_one_by_one(rows)


def parts_one_by_one(rows: Sequence[tuple[int, ...]]) -> dict[int, int]:
    """The first position of the part of each, found by joining sets."""
    past: dict[int, int] = {}
    for _, how, thing, when in rows:
        if how == FOUNDED:
            past[thing] = max(when, past.get(thing, when))
    counted = {thing for _, how, thing, _ in rows if how == COUNTED}
    turning = {thing for _, how, thing, _ in rows if how == TURNING}
    turning |= {thing for _, how, thing, when in rows if how == IF_TURNING and when < past.get(thing, when)}
    sharing: dict[int, set[int]] = {}
    for at, how, thing, _ in rows:
        if (
            how == BINDS
            or (how == IF_COUNTED and thing in counted)
            or (how == IF_TURNING and thing in turning)
        ):
            sharing.setdefault(thing, set()).add(at)
    parts: list[set[int]] = []
    for some in sharing.values():
        touched = [part for part in parts if part & some]
        parts = [part for part in parts if not part & some] + [some.union(*touched)]
    return {at: min(part) for part in parts for at in part}


def test_a_hub_and_a_chain_are_one_part() -> None:
    """However long it is, and in whichever direction positions go."""
    generator = numpy.random.default_rng(1)
    for places in (numpy.arange(5000), numpy.arange(5000)[::-1], generator.permutation(5000)):
        roots = numpy.arange(5000, dtype=numpy.int32)
        partitioning._connect(roots, places[1:], places[:-1])
        assert not roots.any()
        roots = numpy.arange(5000, dtype=numpy.int32)
        partitioning._connect(roots, places[1:], numpy.repeat(places[:1], 4999))
        assert not roots.any()


def test_parts_are_spread_evenly() -> None:
    """The largest first, each to the emptiest partition; a part is never split."""
    parts = NumbersByPosition(numpy.arange(12), numpy.minimum(numpy.arange(12), 3))
    chosen = spread(parts, 4)
    assert len({chosen[position] for position in range(3, 12)}) == 1
    assert len(set(chosen.values())) == 4


# A user's own projector


@pytest.mark.parametrize("own", [BY_TARGET, OF_ALL])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_projector_of_a_user_is_replayed_in_partitions(own: Projector, number: int) -> None:
    """By the field that it names; one that names none has everything in one partition."""
    records = recorded(
        [*STAKES, acquired("2012", "eve", "mill", "1%"), acquired("2013", "eve", "kiln", "1%")]
    )
    wanted = History.from_store(_store(records), [own], ledger=False).ledger()
    assert_same(ledger_of(records, number, [own]), wanted)


def test_a_projector_without_a_key_says_that_it_needs_everything() -> None:
    """One that may read anything is named, so that nobody wonders where the other partitions are."""
    batches = frames.record_batches(recorded(STAKES))
    found = partitioned(lambda: frames.record_batches(recorded(STAKES)), tells(batches, [OF_ALL]), [OF_ALL])
    assert found.whole == "buying"
    assert set(found.partitions(7).values()) == {0}


def test_a_projector_that_breaks_its_promise_is_no_answer() -> None:
    """Cells that two partitions write are refused, and not merged."""
    with pytest.raises(StoreError, match="two partitions have") as refused:
        ledger_of(recorded(STAKES), 2, [LYING])
    assert refused.value.problems[0].code == "C531"


# What is broken


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"body": b"{"}, "C505"),
        ({"id": "other"}, "C505"),
        ({"body": b'{"id":"bob-mill","kind":"stake.acquired"}'}, "C505"),
    ],
)
def test_a_broken_record_is_a_row_of_its_own(broken: dict[str, Any], code: str) -> None:
    """It says where it is, and everything else is replayed."""
    records = recorded(STAKES)
    records[1] = records[1]._replace(**broken)
    rows = [
        LedgerRow(*row)
        for batch in replay_partition(frames.record_batches(records))
        for row in frames.rows_in(batch)
    ]
    (found,) = (problem_of(row) for row in rows if row.what == BROKEN)
    assert (found.code, found.message.startswith("record 2: ")) == (code, True)
    assert {tuple(row.key[:2]) for row in rows if row.view == "holdings"} == {
        ("ann", "mill"),
        ("ann", "shop"),
        ("bob", "farm"),
    }
    found_first = partitioned(lambda: frames.record_batches(records), tells(frames.record_batches(records)))
    assert list(found_first.faulty) == [2]


def test_records_without_proofs_are_taken_as_they_are() -> None:
    """From a table of others, which may have bodies as text, and no checksums."""
    records = recorded(STAKES)
    table = pyarrow.table(
        {
            "body": [record.body.decode() for record in records],
            "id": [record.id for record in records],
            "kind": [record.kind for record in records],
            "position": [record.position for record in records],
        }
    )
    wanted = knowledge.resolve(STAKES, None, PROJECTORS).ledger
    collected = Collected()
    for batch in replay_partition(table.to_batches()):
        collected.take(batch, 0)
    assert_same(collected.ledger(wanted.views), wanted)


def test_a_table_that_has_no_records_is_refused() -> None:
    """With the columns that are missing."""
    with pytest.raises(UsageError, match="it has no column position, body"):
        list(replay_partition(pyarrow.table({"id": ["a"], "kind": ["b"]}).to_batches()))


@pytest.mark.parametrize("missing", ["numpy", "pyarrow"])
def test_what_partitions_need_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that has it."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError) as refused:
        getattr(frames, missing)()
    assert (refused.value.problems[0].code, "parquet" in refused.value.problems[0].help) == ("C740", True)
