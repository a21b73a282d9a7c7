"""The ledger made in sections by several processes: it is the one that a single process makes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

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
from chronicle.ledgers.layout import LedgerFile
from chronicle.ledgers.sections import building
from chronicle.ledgers.sections.building import NotInSections, write_in_sections
from chronicle.ledgers.sections.cells import NotJoined
from chronicle.ledgers.sections.joining import joined
from chronicle.ledgers.sections.laying import lay_down
from chronicle.stores import open_store
from given import acquired, happened
from histories import HISTORIES, HISTORIES_APART
from own_projectors import BY_TARGET
from strategies import events
from test_stores_sqlite import behind_our_back

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
        joined([LedgerFile(section), LedgerFile(again)])


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
    assert [(what, done == total) for what, done, total in heard][-1] == ("replaying", True)
    assert {"reading", "replaying"} == {what for what, _, _ in heard}
    made_so = LedgerFile(Path(f"{large}.ledger"))
    left = {path.name for path in tmp_path.iterdir() if not path.name.startswith("corp.db-")}
    assert left == {"corp.db", "corp.db.ledger"}
    assert_same(by_one_process(large), made_so)


@pytest.mark.slow
def test_the_command_has_processes_make_it(large: Path) -> None:
    """As many as there are processors, or as one says; ``verify`` finds it as a replay makes it."""
    result = CliRunner().invoke(command, ["ledger", str(large), "--workers", "2"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "made just now" in result.stdout
    verified = CliRunner().invoke(command, ["verify", str(large)])
    assert "as a replay makes them" in verified.stdout


def killed(*_: object) -> None:
    """Comes to a sudden end, as a process does for want of memory."""
    os._exit(9)


@pytest.mark.slow
def test_without_its_processes_the_answer_comes_all_the_same(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one of them was killed is said, and nothing half made is left."""
    monkeypatch.setattr(building, "_lay_section", killed)
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
