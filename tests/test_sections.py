"""The ledger made in sections by several processes: it is the one that a single process makes."""

from __future__ import annotations

import json
import sys
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import chronicle
from chronicle import codec
from chronicle.cli import chronicle as command
from chronicle.cli.made_up import made
from chronicle.errors import StoreError, UsageError
from chronicle.events import Event, IdentityLinked
from chronicle.history import History, sources
from chronicle.ledgers.layout import Block, LedgerFile
from chronicle.ledgers.sections import building
from chronicle.ledgers.sections.building import NotInSections, write_in_sections
from chronicle.ledgers.sections.cells import NotJoined
from chronicle.ledgers.sections.joining import joined
from chronicle.ledgers.sections.laying import lay_down
from chronicle.ledgers.sections.stacked import as_met, in_order
from chronicle.ledgers.sections.tables import hashed_slots
from chronicle.ledgers.texts import NONE, slots_block
from chronicle.stores import open_store
from given import acquired, happened
from histories import HISTORIES, HISTORIES_APART
from own_projectors import BY_TARGET
from strategies import events
from test_stores_sqlite import behind_our_back
from worker_tasks import killed

EVERY_KIND = ("every-kind-1.jsonl", "every-kind-2.jsonl")


def stored(folder: Path, told: Iterable[Event]) -> Path:
    """A store with some events, and no ledger."""
    path = folder / "corp.db"
    with open_store(path, create=True) as store:
        store.append([codec.to_record(event) for event in told])
    return path


def by_one_process(store: Path) -> LedgerFile:
    """The ledger of a store as it is usually made."""
    with chronicle.open(store, ledger=False) as history:
        assert history.keep_ledger() is not None
    return LedgerFile(Path(f"{store}.ledger"))


def in_sections(store: Path, number: int) -> LedgerFile:
    """The same made in so many sections, all of them here."""
    path = store.with_suffix(f".{number}")
    with pytest.MonkeyPatch.context() as patch, path.open("wb") as out, open_store(store) as opened_store:
        patch.setattr(building, "_FOR_EACH", number)
        write_in_sections(out, dict, sources.StoredRecords(opened_store), 1, lambda *_: None)
    return LedgerFile(path)


def assert_same(one: LedgerFile, other: LedgerFile) -> None:
    """Both have the same blocks with the same numbers."""
    assert sorted(one) == sorted(other)
    assert [name for name, _ in one if one.numbers(name) != other.numbers(name)] == []
    assert one.about["views"] == other.about["views"]


def assert_same_in_sections(told: Sequence[Event], numbers: Iterable[int] = (1, 2, 5)) -> None:
    """The ledger of some events is the same however many sections it is made in."""
    if not told:
        return
    with tempfile.TemporaryDirectory() as folder:
        store = stored(Path(folder), told)
        whole = by_one_process(store)
        for number in numbers:
            if any(isinstance(event, IdentityLinked) for event in told):
                with pytest.raises(NotInSections):
                    in_sections(store, number)
            else:
                assert_same(whole, in_sections(store, number))


def without_links(told: Iterable[Event]) -> list[Event]:
    """Events but for those that say that two ids are of one."""
    return [event for event in told if not isinstance(event, IdentityLinked)]


def test_the_shipped_history_is_the_same_in_sections(root: Path) -> None:
    """Every number of every block, in one section, in a few and in more than there are parts."""
    assert_same_in_sections(chronicle.open(root / "events").events, (1, 2, 7, 40))


@pytest.mark.parametrize("file", EVERY_KIND)
def test_events_of_every_kind_are_the_same_in_sections(root: Path, file: str) -> None:
    """Values of every class are among them."""
    lines = (root / "tests" / "data" / file).read_text("utf-8").splitlines()
    assert_same_in_sections(without_links(codec.decode(json.loads(line)) for line in lines), (1, 3))


def test_a_larger_history_is_the_same_in_sections() -> None:
    """Mergers, deals with effects, corrections, partial dates, what was known late."""
    assert_same_in_sections(made(2_000).events, (3, 16))


@pytest.mark.slow
@given(HISTORIES)
def test_random_histories_are_the_same_in_sections(history: list[Event]) -> None:
    """Windows that overlap, sources that disagree, deals, mergers, corrections and retractions."""
    assert_same_in_sections(without_links(history))


@pytest.mark.slow
@given(HISTORIES_APART)
def test_random_histories_without_guesses_are_the_same_in_sections(history: list[Event]) -> None:
    """Each event in a window of its own."""
    assert_same_in_sections(without_links(history))


@pytest.mark.slow
@given(st.lists(events(), max_size=12, unique_by=lambda event: event.id))
def test_histories_of_events_of_any_kind_are_the_same_in_sections(history: list[Event]) -> None:
    """Texts in any script, shares of any form, amounts in any currency; links too."""
    assert_same_in_sections(history, (2,))


def test_sections_that_have_one_cell_are_not_joined(tmp_path: Path) -> None:
    """They were not whole parts of a history, so that rows of each would be wrong."""
    store = stored(tmp_path, [acquired("2010", "anna", "mill", "10%")])
    section, again = (tmp_path / name for name in ("section", "again"))
    for path in (section, again):
        lay_down(path, sources.StoredRecords(open_store(store)).batches())
    with pytest.raises(NotJoined):
        joined([LedgerFile(section), LedgerFile(again)], lambda _: None)


def told_of(name: str, total: str = "1000") -> list[Event]:
    """A history with doubts, guesses and times in which nothing may stand; that of another name is apart."""
    mill, anna, berta = (f"{name}-{word}" for word in ("mill", "anna", "berta"))
    return [
        happened("entity.founded", "2000", entity=mill, name="Mill", type="company"),
        happened("entity.renamed", "2002", entity=mill, name="Mill Works"),
        happened("entity.renamed", "2002-03", entity=mill, name="Old Mill"),
        happened("shares.issued", "2001", issuer=mill, shares="10", total=total),
        happened("role.appointed", "2003", person=anna, entity=mill, role="director"),
        happened("deal.proposed", "2004", deal=f"{name}-deal", title="Deal", parties=[anna, mill]),
        acquired("2010", anna, mill, "10%"),
        acquired("2011", anna, mill, holds="20%"),
        acquired("2012-03", berta, mill, "5%"),
        happened("stake.disposed", "2012-03", holder=berta, target=mill, share="5%"),
        acquired("2012-03", berta, mill, "7%"),
        happened("entity.dissolved", "2015", entity=mill, reason="closed"),
    ]


def test_what_is_alike_in_several_sections_is_written_once(tmp_path: Path) -> None:
    """Equal values, texts and dates; and each has doubts, guesses and views without cells of its own."""
    told = [event for name in ("one", "two", "three") for event in told_of(name)]
    store = stored(tmp_path, [*told[::2], *told[1::2]])
    whole, made_so = by_one_process(store), in_sections(store, 3)
    sizes = dict(whole)
    assert [name for name in ("doubts.row", "empty.cell", "guesses.bytes") if not sizes[name]] == []
    views = {name: rest for name, *rest in whole.about["views"]}
    assert views["listings"][1] == 0
    assert (views["holdings"][3], views["holdings"][6]) == (15, 5)
    assert_same(whole, made_so)


@pytest.mark.parametrize("large", ["one", "two", "three"])
def test_a_column_that_one_section_leaves_out_is_left_out(tmp_path: Path, large: str) -> None:
    """A number that no table can hold is in one of them."""
    totals = {name: str(10**30 if name == large else 1000) for name in ("one", "two", "three")}
    store = stored(tmp_path, [event for name, total in totals.items() for event in told_of(name, total)])
    whole = by_one_process(store)
    assert "column.shares.total" not in whole
    assert_same(whole, in_sections(store, 3))


def test_no_block_is_kept_while_the_next_one_is_made(tmp_path: Path) -> None:
    """So that never all of a large ledger is in memory."""
    store, section = stored(tmp_path, told_of("one")), tmp_path / "section"
    lay_down(section, sources.StoredRecords(open_store(store)).batches())
    taken, alive = dict[str, weakref.ref[Any]](), set[str]()

    def take(block: Block) -> None:
        alive.update(name for name, each in taken.items() if each() is not None)
        if block.name.startswith("rows.") and isinstance(block.numbers, memoryview):
            taken[block.name] = weakref.ref(block.numbers.obj)

    joined([LedgerFile(section)], take)
    assert (len(taken), alive) == (15, set())


@given(st.lists(st.integers(0, 5) | st.just(NONE), max_size=12))
def test_numbers_are_counted_as_they_are_met(met: list[int]) -> None:
    """One after the other, and what is never met has no place."""
    order, places = as_met(np.array(met, np.uint32), 6)
    expected = [*dict.fromkeys(number for number in met if number != NONE)]
    assert order.tolist() == expected
    assert places.tolist() == [expected.index(each) if each in expected else NONE for each in range(6)]


@given(st.integers(1, 5), st.sampled_from([1, 5, 2**21, 2**32 - 1]), st.randoms())
def test_keys_are_sorted_part_by_part(width: int, largest: int, random: Random) -> None:
    """However large the numbers of their names are, and the first of two that are equal stays the first."""
    keys = [[random.randint(0, largest) for _ in range(width)] for _ in range(20)]
    keys += [[*key[:-1], random.randint(0, largest)] for key in keys]
    found = in_order(np.array(keys, np.uint32)).tolist()
    assert found == sorted(range(len(keys)), key=keys.__getitem__)


@given(st.lists(st.sampled_from([str(each) for each in range(60_000) if crc32(b"%d" % each) % 64 > 60])))
def test_all_texts_find_their_slots_at_once(texts: list[str]) -> None:
    """As if one came after the other, where the hashes of many end alike, and one comes twice."""
    places = [*range(len(texts), 0, -1)]
    hashes = np.array([crc32(text.encode()) for text in texts], np.uint32)
    assert hashed_slots("x", hashes, np.array(places, np.uint32)).numbers == memoryview(
        slots_block("x", zip(texts, places, strict=True)).numbers
    )


# By several processes


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A store without a ledger."""
    return stored(tmp_path, made(300).events)


def opened(store: Path, **more: Any) -> History:
    """The history of a store, whose ledger two processes make."""
    return chronicle.open(store, workers=2, **more)


@pytest.mark.slow
def test_processes_make_the_ledger_before_a_large_store_is_asked(large: Path, tmp_path: Path) -> None:
    """They say how far they are, and nothing but the ledger is left."""
    heard = list[tuple[str, int, int]]()
    with opened(large, report=lambda *said: heard.append(said)) as history:
        assert history.kept_ledger is not None
        state = history.as_of("2009-06-30")
        assert state.holdings() == chronicle.open(large, ledger=False).as_of("2009-06-30").holdings()
    assert {what: (done, total) for what, done, total in heard}["joining"] == (1, 1)
    assert [*dict.fromkeys(what for what, _, _ in heard)] == ["reading", "replaying", "joining"]
    made_so = LedgerFile(Path(f"{large}.ledger"))
    left = {path.name for path in tmp_path.iterdir() if not path.name.startswith("corp.db-")}
    assert left == {"corp.db", "corp.db.ledger"}
    assert_same(by_one_process(large), made_so)


@pytest.mark.slow
def test_of_very_many_events_there_are_no_more_sections_than_files_may_be_open(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is larger then, and the ledger is the same."""
    monkeypatch.setattr(building, "_AT_ONCE", 10)
    monkeypatch.setattr(building, "_MOST", 3)
    heard = list[tuple[str, int, int]]()
    with opened(large, report=lambda *said: heard.append(said)) as history:
        assert history.kept_ledger is not None
    assert {total for what, _, total in heard if what == "replaying"} == {3}
    assert_same(by_one_process(large), LedgerFile(Path(f"{large}.ledger")))


@pytest.mark.slow
def test_the_command_has_processes_make_it(large: Path) -> None:
    """As many as there are processors, or as one says; ``verify`` finds it as a replay makes it."""
    result = CliRunner().invoke(command, ["ledger", str(large), "--workers", "2"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "made just now" in result.stdout
    verified = CliRunner().invoke(command, ["verify", str(large)])
    assert "as a replay makes them" in verified.stdout


@pytest.mark.slow
@pytest.mark.parametrize("task", ["_lay_section", "_join"])
def test_without_its_processes_the_answer_comes_all_the_same(
    large: Path, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one of them was killed is said, and nothing half made is left."""
    monkeypatch.setattr(building, task, killed)
    with opened(large) as history:
        assert history.kept_ledger is None
        assert [problem.code for problem in history.notices] == ["C522"]
        assert "sudden end" in history.notices[0].message
        assert history.as_of("2009-06-30").holdings()
    assert not Path(f"{large}.ledger").exists()


def never(*_: object) -> None:
    """Fails where no processes should be begun."""
    raise AssertionError


@pytest.mark.parametrize(
    ("missing", "extra"), [("pyarrow", "parquet"), ("numpy", "scale")], ids=["pyarrow", "numpy"]
)
def test_what_several_processes_need_is_named(
    large: Path, missing: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process needs neither."""
    for name in [each for each in sys.modules if each.startswith("chronicle.ledgers.sections")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError) as refused:
        opened(large)
    assert (refused.value.problems[0].code, extra in refused.value.problems[0].help) == ("C740", True)


def test_an_empty_store_has_no_ledger(tmp_path: Path) -> None:
    """Nor do several processes make one."""
    with opened(stored(tmp_path, ())) as history:
        assert (history.kept_ledger, history.notices) == (None, ())


def test_projectors_of_ones_own_are_run_by_one_process(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may read any cell."""
    monkeypatch.setattr(building, "running", never)
    with opened(large, projectors=[BY_TARGET]) as history:
        assert history.kept_ledger is None


def test_a_history_of_linked_ids_is_replayed_by_one_process(
    tmp_path: Path,
) -> None:
    """A link reaches everywhere."""
    link = happened("identity.linked", "2012", a="mill", b="mill-works")
    store = stored(tmp_path, [acquired("2010", "anna", "mill", "10%"), link])
    with opened(store) as history:
        assert history.kept_ledger is None
        assert history.notices == ()
        assert history.as_of("2013").share("anna", "mill-works").text == "10%"


@pytest.mark.slow
def test_a_store_that_was_changed_is_refused_as_ever(large: Path) -> None:
    """The record that is not as it was written is named."""
    behind_our_back(large, "UPDATE records SET body = body || ' ' WHERE position = 40")
    with pytest.raises(StoreError) as plain:
        chronicle.open(large, ledger=False)
    with pytest.raises(StoreError) as refused:
        opened(large)
    assert refused.value.problems == plain.value.problems


# The order of keys


def test_keys_come_in_the_order_of_the_events_that_first_told_them(tmp_path: Path) -> None:
    """By date, then by kind, then by position, whatever else was replayed between."""
    told = [
        acquired("2012", "anna", "mill", "10%"),
        acquired("2011-05", "berta", "mill", "10%"),
        acquired("2011-05", "carl", "mill", "10%"),
        happened("entity.founded", "2010", entity="mill", name="Mill", type="company"),
    ]
    store = stored(tmp_path, told)
    by_one_process(store)
    with chronicle.open(store) as history:
        assert [span.key[0] for span in history.spans()] == ["berta", "carl", "anna"]
