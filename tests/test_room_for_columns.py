"""Room for the columns of tables: it is given out again, and never while somebody has what is in it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy
import pyarrow
import pytest

from chronicle.cli.workloads import made
from chronicle.engine.state import State
from chronicle.history import History
from chronicle.ledgers import vectors
from chronicle.ledgers.uniform import blank
from chronicle.ledgers.vectors import quick
from chronicle.ledgers.vectors.room import KeptRoom
from given import day
from kept_ledgers import kept


def address(array: Any) -> int:
    """Where in memory an array begins."""
    begin: int = array.__array_interface__["data"][0]
    return begin


@pytest.mark.parametrize("length", [70_000, 5_000_000])
def test_room_is_given_again_when_no_part_of_it_is_left(length: int) -> None:
    """Not while a view of a view is there."""
    room = KeptRoom()
    whole = room.give(numpy, length)
    begin = address(whole)
    part = whole[64:128].view(numpy.uint32)[3:]
    del whole
    assert list(room.free) == []
    another = room.give(numpy, length)
    assert address(another) != begin
    del part
    assert address(room.give(numpy, length)) == begin


def test_room_that_is_much_too_long_is_left_to_others() -> None:
    """What fits is the shortest that is long enough, and less than three times as long."""
    room = KeptRoom()
    long, fitting = room.give(numpy, 8 << 20), room.give(numpy, 5 << 20)
    wanted = address(fitting)
    del long, fitting
    assert address(room.give(numpy, 4 << 20)) == wanted
    assert len(room.give(numpy, 1 << 20)) < 4 << 20


def test_room_is_enough_for_somewhat_more_the_next_time() -> None:
    """A table of another day has more rows; what nobody writes to is only an address."""
    room = KeptRoom()
    given = room.give(numpy, 4 << 20)
    begin = address(given)
    del given
    assert address(room.give(numpy, 5 << 20)) == begin


class CountedRoom(KeptRoom):
    """Room that counts how many pieces it has made."""

    made = 0

    def _fitting(self, length: int) -> Any:
        piece = super()._fitting(length)
        self.made += piece is None
        return piece


def test_a_table_that_is_gone_has_left_its_room(tmp_path: Path) -> None:
    """How it is made is kept for the next, with nothing of its columns."""
    state = State(day("2010"), None, kept(History(made(600).events), tmp_path / "a.ledger"))
    with (
        patch.object(quick, "SMALL", 64),
        patch.object(vectors, "SOME", 1),
        patch.object(quick, "_KEPT", CountedRoom()) as room,
    ):
        table = pyarrow.table(state.table("holdings"))
        assert len(room.free) < room.made
        del table
        assert len(room.free) == room.made


def test_only_so_much_room_is_kept() -> None:
    """What was given back first goes first."""
    room = KeptRoom(16 << 20)
    given = [room.give(numpy, 4 << 20) for _ in range(4)]
    last = [address(each) for each in given[2:]]
    while given:
        del given[0]
    assert sum(room.free) <= 16 << 20
    again = [room.give(numpy, 4 << 20) for _ in range(2)]
    assert {address(each) for each in again} == set(last)


def test_no_two_threads_are_given_the_same_room() -> None:
    """Each finds in it what it wrote."""
    room = KeptRoom()

    def wrote(number: int) -> bool:
        mine = room.give(numpy, 70_000 + 1_000 * (number % 5))
        mine.fill(number % 251)
        return bool((mine == number % 251).all())

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(wrote, range(2_000)))


def test_a_table_that_somebody_has_is_not_written_over(tmp_path: Path) -> None:
    """Tables of many days, kept and let go in any order, say what each said at first."""
    ledger = kept(History(made(300).events), tmp_path / "a.ledger")
    chance, held = random.Random(7), list[tuple[Any, Any]]()
    with (
        patch.object(vectors, "MANY", 0),
        patch.object(vectors, "SOME", 0),
        patch.object(quick, "SMALL", 8),
        patch.object(quick, "_KEPT", KeptRoom()) as room,
    ):
        for _ in range(60):
            state = State(day(str(chance.randint(1995, 2030))), None, ledger)
            table = pyarrow.table(state.table(chance.choice(("holdings", "names", "deals", "roles"))))
            held.append((table, table.to_pylist()))
            if chance.random() < 0.7:
                del held[chance.randrange(len(held))]
        assert all(table.to_pylist() == said for table, said in held)
        before = len(room.free)
        held.clear()
        del table
        assert len(room.free) > before


def test_zeros_that_columns_share_are_zeros_of_any_length() -> None:
    """As many as are wanted, and nobody can write there."""
    for length in (0, 1, 70_000, 1_000_000, 5):
        zeros = blank(length)
        assert len(zeros) == length
        assert not any(zeros)
        assert zeros.readonly
