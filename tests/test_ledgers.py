"""The ledger on disk: it says what the replayed one says, whatever the history."""

from __future__ import annotations

import copy
import io
import json
import pickle
import sys
import tempfile
from array import array
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from random import Random
from zlib import crc32

import numpy
import pyarrow
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import chronicle
from chronicle import codec
from chronicle.cli.workloads import made
from chronicle.engine.replay import Before, Change, Projector
from chronicle.engine.state import State
from chronicle.engine.tables import buffers, by_pyarrow
from chronicle.errors import ChronicleError, InvalidEvents, InvalidValue, NotFound
from chronicle.events import Event, StakeAcquired
from chronicle.history import History
from chronicle.interop import bods, gleif
from chronicle.ledgers import standing, vectors
from chronicle.ledgers.layout import LedgerFile, write
from chronicle.ledgers.texts import FoundTexts, slots_block, text_blocks
from chronicle.ledgers.values import NotKept
from chronicle.ledgers.vectors import quick
from chronicle.ledgers.vectors.plain import PlainVectors
from chronicle.ledgers.vectors.quick import NumpyVectors
from given import acquired, day, disposed, happened
from histories import HISTORIES, HISTORIES_APART
from kept_ledgers import assert_equal, assert_history_kept, assert_tables_equal, kept, some_days
from strategies import events
from test_real_data import EXTRACTS, SHARED, imported, needs_shared

STORES = ("0.1.0.db", "0.2.0.db", "format-1.db")

# The tables of others: the mapping of each, and where it lies.
TABLES = {
    "banks": ("fdic.yaml", "fdic/new_institutions_2000_2020.csv"),
    "power plants": ("eia860.yaml", "eia860/owners_2016_2019.csv"),
    "members of an index": ("sp500.yaml", "sp500/sp500_ticker_start_end.csv"),
}


def test_the_shipped_history_is_the_same_from_a_file(root: Path, tmp_path: Path) -> None:
    """Every span of every view, and every fact of every day on which something changes."""
    assert_history_kept(chronicle.open(root / "events"), tmp_path / "events.ledger")


@pytest.mark.parametrize("store", STORES)
def test_stores_of_every_version_are_the_same_from_a_file(root: Path, tmp_path: Path, store: str) -> None:
    """The frozen stores have events of every kind."""
    frozen = root / "tests" / "data" / "stores" / store
    assert_history_kept(chronicle.open(frozen, read_only=True), tmp_path / "store.ledger")


@pytest.mark.parametrize("file", ["every-kind-1.jsonl", "every-kind-2.jsonl"])
def test_events_of_every_kind_are_the_same_from_a_file(root: Path, tmp_path: Path, file: str) -> None:
    """Values of every class are among them."""
    lines = (root / "tests" / "data" / file).read_text("utf-8").splitlines()
    assert_history_kept(History(codec.decode(json.loads(line)) for line in lines), tmp_path / "kinds.ledger")


@pytest.mark.slow
def test_the_histories_that_laws_were_made_for_are_the_same_from_a_file(root: Path, tmp_path: Path) -> None:
    """Orders, ends, lots and tellers: what is hard to replay is hard to keep."""
    lines = (root / "tests" / "data" / "laws" / "histories.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        history = History(map(codec.decode, json.loads(line)["events"]))
        assert_history_kept(history, tmp_path / "law.ledger")


@pytest.mark.parametrize("case", sorted((SHARED / "cases").rglob("*.yaml")), ids=lambda case: case.stem)
def test_what_others_met_is_the_same_from_a_file(case: Path, tmp_path: Path) -> None:
    """Small files, each after a public report."""
    try:
        history = chronicle.open(case)
    except InvalidEvents:
        pytest.skip("not a history by itself")
    assert_history_kept(history, tmp_path / "case.ledger")


@pytest.mark.parametrize("folder", [EXTRACTS, pytest.param(SHARED, marks=needs_shared)])
@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.slow
def test_real_registers_are_the_same_from_a_file(table: str, folder: Path, tmp_path: Path) -> None:
    """Memberships of an index, banks, power plants."""
    mapping, file = TABLES[table]
    history = imported(mapping, folder / file)
    from_file = kept(history, tmp_path / "register.ledger")
    assert_equal(history.ledger(), from_file, some_days(history.ledger(), 3))


@pytest.mark.parametrize("samples", [EXTRACTS, pytest.param(SHARED, marks=needs_shared)])
@pytest.mark.slow
def test_what_registers_publish_is_the_same_from_a_file(samples: Path, tmp_path: Path) -> None:
    """Statements of BODS and records of GLEIF: every sample, each a history of its own."""
    readers = {"bods": (bods, "*.json"), "gleif": (gleif, "*")}
    kept_of = 0
    for folder, (reader, pattern) in readers.items():
        for file in sorted((samples / folder).rglob(pattern)):
            try:
                found = list(reader.read(io.BytesIO(file.read_bytes()), file.name))
            except (ChronicleError, IsADirectoryError):
                continue
            events = {event.id: event for event in found if isinstance(event, Event)}
            assert_history_kept(History(events.values()), tmp_path / "register.ledger")
            kept_of += 1
    assert kept_of >= (6 if samples == EXTRACTS else 41)


@pytest.mark.slow
@given(HISTORIES)
def test_random_histories_are_the_same_from_a_file(history: list[Event]) -> None:
    """Windows that overlap, sources that disagree, deals, mergers, corrections and retractions."""
    with tempfile.TemporaryDirectory() as folder:
        assert_history_kept(History(history), Path(folder) / "random.ledger")


@pytest.mark.slow
@given(HISTORIES_APART)
def test_random_histories_without_guesses_are_the_same_from_a_file(history: list[Event]) -> None:
    """Each event in a window of its own."""
    with tempfile.TemporaryDirectory() as folder:
        assert_history_kept(History(history), Path(folder) / "random.ledger")


@pytest.mark.slow
@given(st.lists(events(), max_size=12, unique_by=lambda event: event.id))
def test_histories_of_events_of_any_kind_are_the_same_from_a_file(history: list[Event]) -> None:
    """Texts in any script, shares of any form, amounts in any currency."""
    with tempfile.TemporaryDirectory() as folder:
        assert_history_kept(History(history), Path(folder) / "random.ledger")


@pytest.fixture(params=["loops", "numpy"])
def by_any_means(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns by plain loops, and by numpy a few rows at a time."""
    least = 0 if request.param == "numpy" else sys.maxsize
    monkeypatch.setattr(vectors, "MANY", least)
    monkeypatch.setattr(vectors, "SOME", least)
    monkeypatch.setattr(standing, "AT_ONCE", 7)
    # Room that is given out again, and columns that are gathered in several steps.
    monkeypatch.setattr(quick, "SMALL", 8)
    monkeypatch.setattr(quick, "AT_A_TIME", 3)
    # Lists of several items between those of one, however many there are.
    monkeypatch.setattr(quick, "FEW_IN", 1)


@pytest.mark.slow
@pytest.mark.usefixtures("by_any_means")
def test_tables_are_the_same_with_numpy_and_without(root: Path, tmp_path: Path) -> None:
    """Doubts, missing texts, lists, amounts: in whole columns, a few rows at a time."""
    lines = (root / "tests" / "data" / "laws" / "histories.jsonl").read_text("utf-8").splitlines()
    histories = [History(map(codec.decode, json.loads(line)["events"])) for line in lines[::5]]
    for history in (*histories, History(made(300).events), chronicle.open(root / "events")):
        ledger = history.ledger()
        assert_tables_equal(ledger, kept(history, tmp_path / "a.ledger"), some_days(ledger, 3))


@pytest.mark.usefixtures("by_any_means")
def test_a_doubt_is_in_the_columns(tmp_path: Path) -> None:
    """A role at a company that is gone is only possible, and who says so stands among the events."""
    history = History(
        [
            happened("role.appointed", "2010", "ann", person="ann", entity="mill", role="director"),
            happened("role.appointed", "2010", "bob", person="bob", entity="shop", role="director"),
            happened("merger.absorbed", "2014-03-11", "gone", absorbed="mill"),
        ]
    )
    state = State(day("2015"), None, kept(history, tmp_path / "doubt.ledger"))
    found = pyarrow.table(state.table("roles")).to_pylist()
    assert [(row["person"], row["certain"], row["events"]) for row in found] == [
        ("ann", False, ["ann", "gone"]),
        ("bob", True, ["bob"]),
    ]


def test_a_count_too_large_for_a_column_is_said_so(tmp_path: Path) -> None:
    """As every table says it, and only by who asks for that table."""
    history = History([happened("shares.issued", "2014", issuer="mill", shares="1", total=str(10**30))])
    state = State(day("2015"), None, kept(history, tmp_path / "large.ledger"))
    assert state.shares("mill") == 10**30
    with pytest.raises(InvalidValue, match="C741"):
        pyarrow.table(state.table("shares"))


def test_an_empty_history_has_a_ledger_too(tmp_path: Path) -> None:
    """Nothing is known, and that is an answer."""
    assert_history_kept(History([]), tmp_path / "empty.ledger")


def test_a_view_that_has_nothing_is_a_table_without_rows(tmp_path: Path) -> None:
    """Also in a file that has no column for the parts of keys, since no view has a row."""
    nothing = History([disposed("2014", "ann", "mill", "5%")])
    something = History([acquired("2014", "ann", "mill", "5%")])
    for name, history in (("nothing", nothing), ("something", something)):
        state = State(day("2016"), None, kept(history, tmp_path / name))
        assert {view: pyarrow.table(state.table(view)).num_rows for view in state.views} == {
            view: len(history.as_of("2016").view(view)) for view in state.views
        }
        assert state.is_empty() == (name == "nothing")


def own(value: object, view: str = "spending") -> Projector:
    """A projector of a user's own, which writes ``value`` for every stake that is bought."""

    def bought(event: StakeAcquired, before: Before) -> list[Change]:
        return [Change(view, (event.holder, *event.target.split("-")), "set", value, event.date, event.id)]

    return Projector("own", (view,), {StakeAcquired: bought})


@pytest.mark.parametrize("value", ["much", True, 3, ("a", ("b", None)), "", Decimal("1.50"), Fraction(1, 3)])
def test_views_of_ones_own_are_kept_where_their_values_are_plain(tmp_path: Path, value: object) -> None:
    """Keys of any length, and values of texts, numbers and flags."""
    history = History([acquired("2014", "a", "b", "10%"), acquired("2015", "a", "b-c", "10%")], [own(value)])
    assert_history_kept(history, tmp_path / "own.ledger")


def test_a_table_is_the_same_with_and_without_pyarrow(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a program has imported it, columns are handed over by it and not by nanoarrow."""
    lines = (root / "tests" / "data" / "every-kind-2.jsonl").read_text("utf-8").splitlines()
    history = History([codec.decode(json.loads(line)) for line in lines], [own(("much", "more"))])
    ledger, tables = kept(history, tmp_path / "ledger"), []
    for found in (by_pyarrow.imported_pyarrow, lambda: None):
        monkeypatch.setattr(buffers, "imported_pyarrow", found)
        states = [State(at, None, ledger) for at in (day("1000-01-01"), *some_days(ledger, 3))]
        tables.append([pyarrow.table(state.table(view)) for state in states for view in state.views])
    for first, second in zip(*tables, strict=True):
        first.validate(full=True)
        assert first.schema.equals(second.schema, check_metadata=True)
        assert first.equals(second)
        assert first.to_pylist() == second.to_pylist()


@pytest.mark.parametrize("value", [1.5, frozenset("a"), object(), {"a": 1}])
def test_values_that_no_text_stands_for_are_not_kept(tmp_path: Path, value: object) -> None:
    """Better no ledger than one that answers something else."""
    history = History([acquired("2014", "a", "b", "10%")], [own(value)])
    with pytest.raises(NotKept):
        kept(history, tmp_path / "own.ledger")


def test_a_holding_is_read_without_its_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is behind a holding is read when somebody asks for it, and is part of it wherever it goes."""
    history = History([acquired("2014", "bona", "film", "60%"), acquired("2015", "bona", "film", "10%")])
    ledger = kept(history, tmp_path / "a.ledger")
    (wanted,) = history.as_of("2016").holdings()
    (found,) = State(day("2016"), None, ledger).holdings("bona")
    (another,) = State(day("2016"), None, ledger).holdings()
    with monkeypatch.context() as patches:
        patches.setattr(ledger.stored, "behind", None)
        assert (found.holder, found.share, found.certain) == (wanted.holder, wanted.share, wanted.certain)
        with pytest.raises(TypeError):
            assert found.events
    assert found.events == another.events == wanted.events
    assert found == another == wanted
    assert hash(found) == hash(wanted)
    assert repr(found) == repr(wanted)
    assert pickle.loads(pickle.dumps(copy.copy(found))) == evolve(another) == wanted


def test_a_table_of_a_few_rows_does_not_wait_for_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is imported for many rows; where it is there already, a few hundred are made with it."""
    monkeypatch.delitem(sys.modules, "numpy")
    assert isinstance(vectors.vectors(vectors.MANY - 1), PlainVectors)
    monkeypatch.undo()
    assert isinstance(vectors.vectors(vectors.SOME), NumpyVectors)
    assert isinstance(vectors.vectors(vectors.SOME - 1), PlainVectors)


@given(
    st.lists(st.sampled_from([1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 2, 5]), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_lists_of_which_most_have_one_item_are_those_that_are_read_one_by_one(
    lengths: list[int], chance: Random
) -> None:
    """Whichever are asked for, with lists of nothing and of several items among them."""
    starts, items = array("I", accumulate(lengths, initial=0)), array("I", range(7, 7 + sum(lengths)))
    rows = numpy.array(sorted(chance.sample(range(len(lengths)), chance.randint(1, len(lengths)))))
    alone = NumpyVectors().alone(memoryview(starts), memoryview(items))
    if alone is None:
        assert not sum(lengths)
        return
    begins, found = NumpyVectors().lists(memoryview(starts), memoryview(items), rows, alone[rows])
    one_by_one = PlainVectors().lists(memoryview(starts), memoryview(items), rows.tolist())
    assert [begins.tolist(), found.tolist()] == [[*each] for each in one_by_one]


def test_a_text_that_every_row_has_is_alone_in_its_dictionary(tmp_path: Path) -> None:
    """So that no column of its number is made, with numpy or without."""
    history = History([acquired("2010", "ann", "mill", "60%"), acquired("2011", "bob", "shop", "5%")])
    state = State(day("2012"), None, kept(history, tmp_path / "a.ledger"))
    table = pyarrow.table(state.table("holdings"))
    right = table["right"].chunk(0)
    assert right.dictionary.to_pylist() == ["equity"]
    assert [table[name].to_pylist() for name in ("holder", "right")] == [["ann", "bob"], ["equity"] * 2]


def test_a_text_is_found_by_its_hash_and_nothing_else_is(tmp_path: Path) -> None:
    """Of many texts, and of those whose hashes end alike, each has its own number, and another has none."""
    alike = [text for text in map(str, range(40_000)) if crc32(text.encode()) % 4_096 == 7]
    texts = sorted({"", "\ud800", "é", *alike, *map(str, range(1_000))})
    with (tmp_path / "texts").open("wb") as out:
        slots = slots_block("names", ((text, number) for number, text in enumerate(texts)))
        write(out, {}, [*text_blocks("names", texts), slots])
    found = FoundTexts(LedgerFile(tmp_path / "texts"), "names")
    assert [found.number(text) for text in texts] == list(range(len(texts)))
    assert [found.number(text) for text in ("nobody", "é ", "40001")] == [None, None, None]
    assert list(found.all()) == texts


def test_rows_are_found_by_names_too_and_what_is_not_there_is_said(root: Path, tmp_path: Path) -> None:
    """The name of a company is taken for its id, and an unknown view, part or column is refused."""
    opened = chronicle.open(root / "events")
    state = State(day("2015-05-01"), None, kept(opened, tmp_path / "ledger"), frozenset(), opened.resolver())
    wanted = [("alibaba-pictures", "60%"), ("enlight", "8.8%")]
    for holder in ("alibaba-group", "Alibaba Group", "alibaba group"):
        assert state.rows("holdings", "target", "share", holder=holder) == wanted
        assert [*state.table("holdings", holder=holder).select("target", "share").rows()] == wanted
    with pytest.raises(NotFound, match="nobody"):
        state.rows("holdings", "target", holder="nobody")
    for asked in (("holding", "target"), ("holdings", "targets")):
        with pytest.raises(NotFound, match="C606"):
            state.rows(*asked, holder="alibaba-group")
    with pytest.raises(NotFound, match="C606"):
        state.rows("holdings", "target", holders="alibaba-group")
    # A view of which nothing is told.
    assert state.rows("shares") == state.rows("shares", "issuer") == []
