"""Pages of a ledger beside a store are proven when they are read; what is found late changes no answer."""

from __future__ import annotations

import mmap
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow
import pytest
from click.testing import CliRunner

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.cli.workloads import made
from chronicle.engine.state import State
from chronicle.errors import StoreError
from chronicle.history import History
from chronicle.ledgers import keeping, layout
from chronicle.ledgers.layout import LedgerFile, Unsound
from given import acquired
from kept_ledgers import all_blocks, answers, told

SIZE = 200
DAY = "2009-06-30"


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are so small that one of them seldom has two blocks."""
    monkeypatch.setattr(layout, "PAGE", 64)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of some hundred events with its ledger beside it."""
    path = tmp_path / "corp.db"
    with chronicle.open(path, create=True) as history:
        history.append(made(SIZE).events, declared=False)
        assert history.keep_ledger() is not None
    return path


def beside(store: Path) -> Path:
    """Where the ledger of a store lies."""
    return Path(f"{store}.ledger")


def blocks(store: Path) -> dict[str, tuple[int, int]]:
    """Where each block begins in the file, and its length, without the empty ones and what events share."""
    file = LedgerFile(beside(store))
    placed = {name: (file._base + start, length) for name, (_, start, length) in file._blocks.items()}
    return {name: at for name, at in placed.items() if at[1] and not name.startswith("sharing.")}


def flip(store: Path, *places: int) -> None:
    """Another bit at some places of the ledger of a store, in a new file."""
    whole = bytearray(beside(store).read_bytes())
    for place in places:
        whole[place] ^= 4
    draft = beside(store).with_suffix(".flipped")
    draft.write_bytes(whole)
    draft.replace(beside(store))


def middle(store: Path, block: str) -> int:
    """A place within a block."""
    start, length = blocks(store)[block]
    return start + length // 2


def said(history: History) -> list[str]:
    """The codes of what a history found worth a word."""
    return [notice.code for notice in history.notices]


def columns(state: State, view: str, *names: str) -> Any:
    """The facts of a day as columns."""
    table = state.table(view)
    return pyarrow.table(table.select(*names) if names else table).to_pylist()


def everything(history: History) -> Iterator[object]:
    """All sorts of answers, in an order in which blocks are first read in many ways."""
    state = history.as_of(DAY)
    yield columns(state, "holdings", "holder", "share")
    yield answers(state)
    for view in state.views:
        yield columns(state, view)
        yield [told(span) for span in history.spans(view=view)]
    yield history.entity_ids(), history.deal_ids(), tuple(history.ledger().guesses)
    yield [state.holdings(holder=each.holder) for each in state.holdings()[:5]]
    yield [state.holdings(target=each.target) for each in state.holdings()[:5]]
    yield state.find("company"), history.diff(DAY, "2012")


@pytest.mark.slow
def test_damage_in_any_block_is_found_by_who_reads_it(store: Path) -> None:
    """Every answer is that of a replay, whichever came first; it is said once, and a new ledger is there."""
    right = list(everything(chronicle.open(store, ledger=False)))
    found = set()
    for block, (start, length) in blocks(store).items():
        flip(store, *{start, start + length // 2, start + length - 1})
        history = chronicle.open(store)
        assert list(everything(history)) == right, block
        if said(history):
            found.add(block)
            assert said(history) == ["C521"]
        else:
            assert history.proven_ledger() is None
            history.keep_ledger()
        assert LedgerFile(beside(store)).is_whole()
        assert said(chronicle.open(store)) == []
    assert len(found) > len(blocks(store)) / 2


@pytest.mark.slow
def test_no_answer_suffers_from_bits_that_flip_anywhere(store: Path) -> None:
    """Several at a time, wherever they fall, through all questions."""
    right = list(everything(chronicle.open(store, ledger=False)))
    whole, dice = beside(store).read_bytes(), random.Random(8)
    for _ in range(40):
        beside(store).unlink()
        beside(store).write_bytes(whole)
        flip(store, *(dice.randrange(len(whole)) for _ in range(dice.randrange(1, 4))))
        history = chronicle.open(store)
        assert list(everything(history)) == right
        assert said(history) in ([], ["C521"])
        assert history.kept_ledger is None or said(chronicle.open(store)) == []


def test_a_question_proves_only_what_it_reads(store: Path) -> None:
    """Damage in what it does not read says nothing, and stays until somebody asks for that."""
    flip(store, middle(store, "events.bytes"))
    history = chronicle.open(store)
    assert columns(history.as_of(DAY), "holdings", "holder", "share")
    assert said(history) == []
    with pytest.raises(Unsound, match="it was changed"):
        all_blocks(LedgerFile(beside(store)))


def test_a_table_proves_only_the_rows_of_its_view(store: Path) -> None:
    """Of a block with the rows of all views it reads a part, and damage in the others is found by theirs."""
    right = columns(chronicle.open(store, ledger=False).as_of(DAY), "units")
    start, length = blocks(store)["rows.certain_from"]
    flip(store, start, start + length - 1)
    history = chronicle.open(store)
    assert columns(history.as_of(DAY), "holdings", "holder", "share")
    assert said(history) == []
    assert columns(history.as_of(DAY), "names")
    assert said(history) == ["C521"]
    assert columns(history.as_of(DAY), "units") == right


def test_numbers_are_the_same_after_their_pages_were_let_go(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a file gave out is read from the cache of the system once more, in parts and whole."""
    monkeypatch.setattr(layout, "PAGE", mmap.PAGESIZE)
    with chronicle.open(store) as history:
        history.keep_ledger()
    file, other = LedgerFile(beside(store)), LedgerFile(beside(store))
    for name, length in file:
        whole = file.numbers(name)
        said_before = whole.tobytes()
        middle = len(whole) // 2
        file.let_go()
        assert whole.tobytes() == other.part(name, 0, len(whole)).tobytes() == said_before
        assert file.part(name, middle, len(whole) + 1) == whole[middle:]
        assert other.part(name, 1, middle) == (whole[1:middle] if middle > 1 else whole[:0])
        assert whole.nbytes == length


def test_damage_that_is_found_in_the_middle_of_a_question_is_made_good(store: Path) -> None:
    """What was taken out before goes on to be read beside what was replayed."""
    right = chronicle.open(store, ledger=False).as_of(DAY)
    flip(store, middle(store, "events.bytes"))
    history = chronicle.open(store)
    state = history.as_of(DAY)
    holdings = state.holdings()
    assert said(history) == []
    assert [each.share for each in holdings] == [each.share for each in right.holdings()]
    assert [(each.since, each.events) for each in holdings] == [
        (each.since, each.events) for each in right.holdings()
    ]
    assert said(history) == ["C521"]
    assert LedgerFile(beside(store)).is_whole()


@pytest.mark.parametrize("block", ["rows.begin", "names.bytes", "cells.keys", "values.bytes"])
def test_damage_in_the_ledger_of_a_beginning_is_made_good(store: Path, block: str) -> None:
    """The rows of what came behind are replayed on what the ledger would have said."""
    with chronicle.open(store, ledger=False) as history:
        history.append([acquired("2009-01-01", "company-1", "company-2", "1%", id="one-more")])
    sound = chronicle.open(store)
    right = list(everything(sound))
    assert said(sound) == []
    flip(store, middle(store, block))
    history = chronicle.open(store)
    assert list(everything(history)) == right
    assert said(history) == ["C521"]
    assert said(chronicle.open(store)) == []
    assert chronicle.open(store).ledger_faults() == ()


@pytest.mark.parametrize("damaged", ["rows.begin", "rows.certain_from"])
def test_what_was_forged_does_not_mix_with_what_is_made_again(store: Path, damaged: str) -> None:
    """Rows that are proven and not those of the events are no ground for an answer: an error says so.

    So it is where the damage is in the same block, of which a part was given already.
    """
    file = LedgerFile(beside(store))
    forged = []
    for name, code, numbers in all_blocks(file):
        content = bytearray(memoryview(numbers).tobytes())
        if name == "rows.certain_from":
            content[0] ^= 1
        forged.append(layout.Block(name, code, memoryview(content).cast(code) if content else b""))
    draft = beside(store).with_suffix(".forged")
    with draft.open("wb") as out:
        layout.write(out, file.about, forged)
    draft.replace(beside(store))
    flip(store, middle(store, damaged))
    with pytest.raises(StoreError, match="says something else") as caught:
        list(everything(chronicle.open(store)))
    assert caught.value.problems[0].code == "C523"


def in_what_is_shared(store: Path) -> int:
    """A place in what the events share."""
    file = LedgerFile(beside(store))
    return int(file._base + file._blocks["sharing.places"][1])


def in_the_last_ids(store: Path) -> int:
    """A place in the ids of events, which most questions do not read."""
    return middle(store, "events.bytes")


@pytest.mark.parametrize("place", [in_what_is_shared, in_the_last_ids])
def test_the_command_proves_all_of_it(store: Path, place: Callable[[Path], int]) -> None:
    """Where a page is not as it was written, it says so and makes the ledger anew."""
    flip(store, place(store))
    done = CliRunner().invoke(command_line, ["ledger", str(store)])
    assert done.exit_code == 0
    assert "C521" in done.stderr
    assert LedgerFile(beside(store)).is_whole()
    assert "C521" not in CliRunner().invoke(command_line, ["ledger", str(store)]).stderr


@pytest.mark.parametrize("part", [0.5, 0.98], ids=("rows", "what events share"))
def test_a_ledger_is_read_back_once_it_was_written(
    tmp_path: Path, part: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a disk has made of a ledger just written is found at once, not by the first question."""
    write = keeping.write

    def damaging(file: BinaryIO, *said: Any) -> None:
        write(file, *said)
        file.seek(int(file.tell() * part))
        file.write(b"changed!")

    monkeypatch.setattr(keeping, "write", damaging)
    with chronicle.open(tmp_path / "corp.db", create=True) as history:
        history.append(made(SIZE).events, declared=False)
        assert history.keep_ledger() is None
        assert [problem.code for problem in history.notices] == ["C521"]
