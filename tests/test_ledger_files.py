"""The ledger beside a store: when it is made and used, what is said of one that does not fit."""

from __future__ import annotations

import datetime
import errno
import gc
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.cli.keeping import ledger as ledger_command
from chronicle.cli.workloads import made
from chronicle.engine.replay import Before, Change, Projector
from chronicle.errors import StoreError
from chronicle.events import StakeAcquired
from chronicle.history import History
from chronicle.ledgers import keeping, layout, places
from chronicle.ledgers.layout import LedgerFile, Unsound
from chronicle.stores.drafts import is_still
from given import acquired, day, observed
from kept_ledgers import all_blocks, answers, assert_equal, beside, copied, kept_beside, some_days

SIZE = 300
DAY = day("2009-06-30")
# More than the tenth up to which a ledger is gone on from.
MANY = [acquired(str(2020 + at), "company-1", "company-2", "1%") for at in range(SIZE // 10 + 1)]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of the user is a folder of the test."""
    monkeypatch.setattr(places, "cache_folder", lambda: tmp_path / "cache" / "ledgers")
    return tmp_path / "cache" / "ledgers"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a few hundred events, and the ledger beside it."""
    return kept_beside(tmp_path_factory.mktemp("filled") / "corp.db", made(SIZE).events)


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Path:
    """A copy of both for the test."""
    return copied(filled, tmp_path)


@pytest.fixture(scope="module")
def right(filled: Path) -> list[tuple[Any, ...]]:
    """The right answers of a day."""
    return answers(chronicle.open(filled, ledger=False).as_of(DAY))


def left_beside(store: Path) -> list[str]:
    """The ledger of a store and what else of one lies there."""
    return sorted(path.name for path in store.parent.glob(f"{store.name}.ledger*"))


def asked(store: Path, *projectors: Projector) -> History:
    """The history in a store, after a question."""
    history = chronicle.open(store, projectors)
    history.as_of(DAY)
    return history


def said(history: History) -> list[str]:
    """The codes of what a history found worth a word."""
    return [notice.code for notice in history.notices]


# When it is used


def test_a_ledger_that_fits_answers_and_no_event_is_read(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the first record, by which histories are told apart."""
    plain = chronicle.open(store, ledger=False)
    history = chronicle.open(store)
    read = []
    monkeypatch.setattr(history._store, "read", lambda *_, **__: read.append(1))
    assert answers(history.as_of(DAY)) == answers(plain.as_of(DAY))
    company = next(iter(plain.as_of(DAY).holdings())).holder
    assert history.as_of(DAY).holdings(company) == plain.as_of(DAY).holdings(company)
    assert history.as_of(DAY).entity(company) == plain.as_of(DAY).entity(company)
    assert history.diff("2004", DAY) == plain.diff("2004", DAY)
    assert history.spans(company) == plain.spans(company)
    assert history.entity_ids() == plain.entity_ids()
    assert history.deal_ids() == plain.deal_ids()
    assert repr(history) == repr(plain)
    assert history.head == plain.head
    assert read == []
    assert said(history) == []


def test_events_are_read_by_who_asks_for_them(store: Path) -> None:
    """The timeline, why, check, another day of knowledge and an assumption are as without a ledger."""
    plain, history = chronicle.open(store, ledger=False), chronicle.open(store)
    holding = plain.as_of(DAY).holdings()[0]
    key = holding.holder, holding.target
    assert history.why(*key, as_of=DAY) == plain.why(*key, as_of=DAY)
    assert history.timeline(holding.holder) == plain.timeline(holding.holder)
    assert history.events == plain.events
    assert history.check() == plain.check()
    assert history.as_of(DAY, known="2004") == plain.as_of(DAY, known="2004")
    more = acquired("2008", holding.holder, holding.target, "1%")
    assert history.assume(events=[more]).as_of(DAY) == plain.assume(events=[more]).as_of(DAY)


def test_small_stores_get_no_ledger_unasked(tmp_path: Path) -> None:
    """Replay is quicker than anybody would notice."""
    with chronicle.open(tmp_path / "corp.db", create=True) as history:
        history.append(made(SIZE).events, declared=False)
        history.as_of(DAY)
    asked(tmp_path / "corp.db").close()
    assert [path.name for path in tmp_path.iterdir()] == ["corp.db"]


def test_large_stores_get_one_with_the_first_question(
    store: Path, right: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next question is answered by it."""
    beside(store).unlink()
    monkeypatch.setattr(keeping, "UNASKED", SIZE)
    first = asked(store)
    assert first.kept_ledger is not None
    assert beside(store).exists()
    second = asked(store)
    assert second.kept_ledger is not None
    assert answers(first.as_of(DAY)) == answers(second.as_of(DAY)) == right


def test_who_wants_none_gets_none(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is neither read nor made."""
    beside(store).write_bytes(b"rubbish")
    monkeypatch.setattr(keeping, "UNASKED", 1)
    history = chronicle.open(store, ledger=False)
    history.as_of(DAY)
    assert said(history) == []
    assert beside(store).read_bytes() == b"rubbish"


def test_what_is_appended_is_in_the_next_answer(store: Path) -> None:
    """The ledger is that of the store before, and no longer used; not even by who had it open."""
    history, other = chronicle.open(store), chronicle.open(store)
    assert history.as_of("2021").share("company-1", "company-2") is None
    history.append([acquired("2020", "company-1", "company-2", "7%")], declared=False)
    assert str(history.as_of("2021").share("company-1", "company-2")) == "7%"
    assert other.as_of("2021").share("company-1", "company-2") is None
    assert other.refresh() == 1
    assert str(other.as_of("2021").share("company-1", "company-2")) == "7%"
    assert len(other.events) == SIZE + 1


def test_a_stale_ledger_is_said_and_made_anew(store: Path) -> None:
    """Once more than a tenth was appended, and only once: the next who asks has a new one."""
    with chronicle.open(store) as history:
        history.append(MANY, declared=False)
    first = asked(store)
    assert said(first) == ["C521"]
    assert f"it was made of {SIZE} events, and the store has {SIZE + len(MANY)}" in str(first.notices[0])
    second = asked(store)
    assert said(second) == []
    assert second.kept_ledger is not None
    assert second.kept_ledger.head == second.head
    assert second.kept_ledger.shares
    assert_equal(first.ledger(), second.ledger(), some_days(first.ledger(), 4))


# What does not fit


def test_a_ledger_of_another_history_is_not_used(store: Path, tmp_path: Path) -> None:
    """Though it lies beside the store, and has as many events."""
    other = tmp_path / "other.db"
    with chronicle.open(other, create=True) as history:
        history.append([evolve(event, note="other") for event in made(SIZE).events], declared=False)
        history.keep_ledger()
    shutil.copy(beside(other), beside(store))
    history = asked(store)
    assert said(history) == ["C521"]
    assert "of another history" in str(history.notices[0])
    assert asked(store).kept_ledger is not None


def test_a_ledger_of_another_version_is_not_used(
    store: Path, right: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What events mean may have changed since."""
    monkeypatch.setattr(keeping, "code_key", lambda: "newer")
    history = asked(store)
    assert "another version of Chronicle made it" in str(history.notices[0])
    assert answers(history.as_of(DAY)) == right
    assert asked(store).kept_ledger is not None


def spending(value: object, version: str = "") -> Projector:
    """A projector of a user's own."""

    def bought(event: StakeAcquired, _: Before) -> list[Change]:
        return [Change("spending", (event.holder,), "set", value, event.date, event.id)]

    return Projector("spending", ("spending",), {StakeAcquired: bought}, version=version)


def test_a_projector_of_ones_own_is_kept_by_its_version(store: Path) -> None:
    """With another version, or without the projector, the ledger is another one."""
    first = asked(store, spending("much", "1"))
    assert "other projectors" in str(first.notices[0])
    second = asked(store, spending("much", "1"))
    assert second.kept_ledger is not None
    assert answers(second.as_of(DAY)) == answers(first.as_of(DAY))
    third = asked(store, spending("more", "2"))
    assert said(third) == ["C521"]
    assert {fact.value for fact in third.as_of(DAY).view("spending")} == {"more"}


def test_a_projector_without_a_version_is_not_kept(store: Path) -> None:
    """Nobody could tell when it changed. The ledger that is there stays, for those without the projector."""
    history = asked(store, spending("much"))
    assert history.kept_ledger is None
    assert said(history) == []
    assert history.keep_ledger() is None
    assert said(history) == ["C522"]
    assert "a projector of your own has no version" in str(history.notices[0])
    assert asked(store).kept_ledger is not None


def test_values_that_are_not_plain_are_said_not_to_be_kept(store: Path) -> None:
    """The answer has them all the same."""
    history = asked(store, spending(1.5, "1"))
    assert said(history) == ["C521", "C522"]
    assert "a value of the type float" in str(history.notices[1])
    assert {fact.value for fact in history.as_of(DAY).view("spending")} == {1.5}


@pytest.mark.slow
def test_a_ledger_cut_anywhere_is_not_used(store: Path) -> None:
    """At every page of the disk, and beside it."""
    whole = beside(store).read_bytes()
    for cut in range(0, len(whole), 4096):
        for size in {cut, cut + 1, cut + 17} - {*range(len(whole), cut + 18)}:
            beside(store).write_bytes(whole[:size])
            with pytest.raises(Unsound):
                LedgerFile(beside(store))
    beside(store).write_bytes(whole + b"\0")
    with pytest.raises(Unsound, match="something was added"):
        LedgerFile(beside(store))


def test_a_question_that_a_ledger_answers_does_not_wait_for_what_replays_events(store: Path) -> None:
    """What stands on a day, as objects and as columns, comes without projectors, orders, stated files."""
    program = f"""
import sys, chronicle
state = chronicle.open({str(store)!r}).as_of("2030")
assert state.holdings() and state.table("holdings").__arrow_c_stream__()
print(*sorted(name for name in sys.modules if name.startswith("chronicle.")))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    needless = (
        "engine.projectors",
        "engine.knowledge",
        "engine.order",
        "engine.partial",
        "codec",
        "authoring",
        "events.kinds",
        "ownership.control",
        "ownership.rules.table",
        "errors.codes",
    )
    assert "chronicle.ledgers.kept" in result.stdout.split()
    assert not [name for name in needless if f"chronicle.{name}" in result.stdout.split()]


def test_a_cut_ledger_is_said_and_made_anew(store: Path, right: list[tuple[Any, ...]]) -> None:
    """The answer comes from the events."""
    whole = beside(store).read_bytes()
    for size in (0, 20, 4096, len(whole) // 2, len(whole) - 1):
        beside(store).write_bytes(whole[:size])
        history = asked(store)
        assert said(history) == ["C521"]
        assert answers(history.as_of(DAY)) == right
        assert asked(store).kept_ledger is not None


@pytest.mark.slow
@pytest.mark.parametrize("page", [layout.PAGE, 4096])
def test_no_flipped_bit_is_believed(store: Path, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """2,000 of them, each alone, wherever they fall: in the header, in the numbers, in the hashes."""
    monkeypatch.setattr(layout, "PAGE", page)
    with chronicle.open(store, ledger=False) as history:
        history.keep_ledger()
    whole = bytearray(beside(store).read_bytes())
    dice = random.Random(2_000)
    flipped = tmp = beside(store).with_suffix(".flipped")
    for bit in [*range(0, 512, 8), *(dice.randrange(8 * len(whole)) for _ in range(2_000))]:
        whole[bit // 8] ^= 1 << bit % 8
        tmp.write_bytes(whole)
        with pytest.raises(Unsound):
            all_blocks(LedgerFile(flipped))
        whole[bit // 8] ^= 1 << bit % 8
    tmp.write_bytes(whole)
    assert all_blocks(LedgerFile(flipped))


def test_flipped_bits_are_said_and_no_answer_suffers(store: Path, right: list[tuple[Any, ...]]) -> None:
    """Some dozens of them, through the whole way of a question."""
    whole = beside(store).read_bytes()
    dice = random.Random(24)
    for _ in range(24):
        place = dice.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[place] ^= 1 << dice.randrange(8)
        beside(store).write_bytes(flipped)
        history = chronicle.open(store)
        assert answers(history.as_of(DAY)) == right
        # Of what no answer has read so far, `chronicle ledger` finds it.
        assert said(history) == ["C521"] or (not said(history) and history.proven_ledger() is None)
        assert said(history) == ["C521"]


def test_rubbish_at_its_place_is_said(store: Path, right: list[tuple[Any, ...]]) -> None:
    """Another file, or one of a newer format."""
    whole = beside(store).read_bytes()
    for rubbish, why in (
        (b"rubbish" * 1_000, "it is no ledger"),
        (whole[:16] + b"\x09" + whole[17:], "it has format 9"),
    ):
        beside(store).write_bytes(rubbish)
        history = asked(store)
        assert why in str(history.notices[0])
        assert answers(history.as_of(DAY)) == right


def test_a_folder_at_its_place_is_said(store: Path, right: list[tuple[Any, ...]]) -> None:
    """It cannot be read, and nothing can take its place."""
    beside(store).unlink()
    (beside(store) / "something").mkdir(parents=True)
    history = asked(store)
    assert said(history) == ["C521", "C522"]
    assert answers(history.as_of(DAY)) == right


def test_the_file_of_somebody_else_is_not_believed(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that many write to, anybody may put a ledger beside a store."""
    monkeypatch.setattr(places.os, "geteuid", lambda: 4_711)
    theirs = beside(store).stat()
    monkeypatch.setattr(Path, "stat", _owned(beside(store), theirs, 4_712))
    history = asked(store)
    assert "the file of somebody else" in str(history.notices[0])


def _owned(path: Path, found: os.stat_result, owner: int) -> Callable[..., os.stat_result]:
    true = Path.stat
    theirs = os.stat_result((*found[:4], owner, *found[5:]))
    return lambda self, **how: theirs if self == path else true(self, **how)


# How it is written


def test_those_who_may_read_the_store_may_read_its_ledger(store: Path) -> None:
    """And nobody else."""
    for mode in (0o600, 0o640, 0o644, 0o664):
        store.chmod(mode)
        with chronicle.open(store) as history:
            history.keep_ledger()
        assert stat.S_IMODE(beside(store).stat().st_mode) == mode


def test_nothing_else_is_left_behind(store: Path) -> None:
    """No lock, no draft."""
    with chronicle.open(store) as history:
        history.keep_ledger()
    assert left_beside(store) == ["corp.db.ledger"]


def test_where_nobody_may_write_it_lies_in_the_cache(
    store: Path, cache: Path, right: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a store on a disk that is read-only; in a folder that is the user's alone."""
    beside(store).unlink()
    monkeypatch.setattr(keeping, "is_writable", lambda _: False)
    monkeypatch.setattr(keeping, "UNASKED", SIZE)
    first = asked(store)
    assert said(first) == []
    assert not beside(store).exists()
    (kept,) = cache.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    second = asked(store)
    assert second.kept_ledger is not None
    assert second.kept_ledger.file.path == kept
    assert answers(second.as_of(DAY)) == right
    assert second.drop_ledger() == (kept,)


def test_the_ledger_of_a_store_on_a_server_lies_in_the_cache(postgresql_url: str, cache: Path) -> None:
    """There is no file to lie beside; and two who ask for one history find the same."""
    with chronicle.open(postgresql_url, create=True) as history:
        history.append(made(SIZE).events, declared=False)
        kept = history.keep_ledger()
        assert kept is not None
        assert [Path(kept.path)] == list(cache.iterdir())
        assert postgresql_url not in Path(kept.path).read_bytes().decode("latin-1")
    with chronicle.open(postgresql_url) as history:
        assert history.kept_ledger is not None
        plain = chronicle.open(postgresql_url, ledger=False)
        assert answers(history.as_of(DAY)) == answers(plain.as_of(DAY))
        plain.close()


def test_without_room_the_answer_comes_all_the_same(
    store: Path, right: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full after any number of writes; what was there before stays, and no draft is left."""
    with chronicle.open(store) as history:
        history.append(MANY, declared=False)
    before = beside(store).read_bytes()
    monkeypatch.setattr(keeping, "write", full_after(0))
    for writes in range(0, 120, 7):
        monkeypatch.setattr(keeping, "write", full_after(writes))
        history = asked(store)
        assert said(history) == ["C521", "C522"]
        assert "no space left" in str(history.notices[1])
        assert answers(history.as_of(DAY)) == right
        assert beside(store).read_bytes() == before
        assert left_beside(store) == ["corp.db.ledger"]


class _Full:
    """A file on a disk that is full after so many writes."""

    def __init__(self, file: Any, writes: int) -> None:
        self._file, self._writes = file, writes

    def write(self, part: bytes) -> int:
        self._writes -= 1
        if self._writes < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return int(self._file.write(part))


def full_after(writes: int) -> Callable[..., None]:
    """Writing a ledger on a disk that is full after so many writes."""
    true = keeping.write
    if isinstance(true, _Limited):
        true = true.true
    return _Limited(true, writes)


class _Limited:
    def __init__(self, true: Any, writes: int) -> None:
        self.true, self._writes = true, writes

    def __call__(self, file: Any, *more: Any) -> None:
        self.true(_Full(file, self._writes), *more)


def test_of_two_writers_one_writes(store: Path, right: list[tuple[Any, ...]]) -> None:
    """Who does not get the lock answers without, and has nothing to say about it."""
    beside(store).write_bytes(b"rubbish")
    with places.only_writer(beside(store)) as mine:
        assert mine
        with places.only_writer(beside(store)) as also_mine:
            assert not also_mine
        history = asked(store)
        assert said(history) == ["C521"]
        assert answers(history.as_of(DAY)) == right
        assert beside(store).read_bytes() == b"rubbish"
    assert asked(store).keep_ledger() is not None
    assert asked(store).kept_ledger is not None


def test_a_lock_that_another_took_over_is_no_lock(store: Path) -> None:
    """Between opening the lock and locking it, who had it may have gone and taken the file along."""
    lock = Path(f"{beside(store)}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT)
    try:
        assert is_still(lock, descriptor)
        lock.unlink()
        assert not is_still(lock, descriptor)
        lock.touch()
        assert not is_still(lock, descriptor)
    finally:
        os.close(descriptor)


def test_a_store_that_was_closed_keeps_nothing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read can still be asked."""
    beside(store).unlink()
    monkeypatch.setattr(keeping, "UNASKED", 1)
    history = chronicle.open(store)
    history.close()
    assert history.as_of(DAY).holdings()
    assert not beside(store).exists()
    with pytest.raises(StoreError, match="C507"):
        history.refresh()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs a list of open files")
def test_a_history_that_was_closed_keeps_no_file_open(store: Path) -> None:
    """Though the collector of cycles has not come: a program may open very many, one after the other."""
    counts = []
    gc.disable()
    try:
        for _ in range(4):
            with chronicle.open(store) as history:
                assert history.as_of(DAY).holdings()
                assert history.kept_ledger is not None
            del history
            counts.append(len(list(Path("/proc/self/fd").iterdir())))
    finally:
        gc.enable()
    assert len({*counts}) == 1


_WRITER = """
import sys
import chronicle
from chronicle.ledgers import layout

wanted, written = int(sys.argv[2]), 0
true = layout._Hashing.write


def write(self, part):
    global written
    written += 1
    if written == wanted:
        print("here", flush=True)
        sys.stdin.readline()
    true(self, part)


layout._Hashing.write = write
chronicle.open(sys.argv[1], ledger=False).keep_ledger()
print("done", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
@pytest.mark.parametrize("moment", [1, 2, 40, 90, 139])
def test_a_writer_that_is_killed_leaves_the_old_ledger(
    store: Path, right: list[tuple[Any, ...]], moment: int
) -> None:
    """And what it left is cleared away by the next who writes one."""
    before = beside(store).read_bytes()
    command = [sys.executable, "-c", _WRITER, str(store), str(moment)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "here\n"
        # It holds the lock: whoever else wants to write does without.
        assert chronicle.open(store, ledger=False).keep_ledger() is None
        writer.send_signal(signal.SIGKILL)
    assert len(list(store.parent.glob("corp.db.ledger.*.new"))) == 1
    assert beside(store).read_bytes() == before
    history = asked(store)
    assert said(history) == []
    assert answers(history.as_of(DAY)) == right
    with chronicle.open(store, ledger=False) as again:
        assert again.keep_ledger() is not None
    assert left_beside(store) == ["corp.db.ledger"]


@pytest.mark.slow
def test_many_who_ask_at_once_all_get_the_answer(store: Path, right: list[tuple[Any, ...]]) -> None:
    """Each finds the ledger stale and wants to make it anew, while others read it."""
    beside(store).write_bytes(b"rubbish")
    program = (
        "import sys, chronicle\n"
        "for _ in range(6):\n"
        "    history = chronicle.open(sys.argv[1])\n"
        f"    print(len(history.as_of({str(DAY)!r}).facts()), len(history.notices))\n"
        "    history.keep_ledger()\n"
    )
    command = [sys.executable, "-c", program, str(store)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = [line.split() for each in running for line in each.communicate()[0].splitlines()]
    listed = len(chronicle.open(store, ledger=False).as_of(DAY).facts())
    assert [int(facts) for facts, _ in told] == [listed] * 24
    assert asked(store).kept_ledger is not None
    assert answers(asked(store).as_of(DAY)) == right


def test_who_asks_for_it_writes_it_once(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is large enough for a ledger unasked does not get one besides."""
    beside(store).unlink()
    monkeypatch.setattr(keeping, "UNASKED", 1)
    written: list[object] = []
    write = keeping.write
    monkeypatch.setattr(keeping, "write", lambda *given: (written.append(given), write(*given)))
    assert chronicle.open(store).keep_ledger() is not None
    assert len(written) == 1


def test_dropping_it_says_what_went(store: Path) -> None:
    """And a store without one has nothing to drop."""
    history = chronicle.open(store)
    assert history.drop_ledger() == (beside(store),)
    assert history.drop_ledger() == ()
    assert store.exists()


def test_a_store_in_memory_has_none() -> None:
    """There is nowhere to keep it."""
    history = chronicle.open("memory:", create=True)
    history.append([acquired("2020", "a", "b", "7%")], declared=False)
    assert history.keep_ledger() is None
    assert "no file beside which it could lie" in str(history.notices[0])


def test_the_ledger_is_held_against_a_replay(store: Path) -> None:
    """Block by block; one that was forged, hashes and all, is found."""
    assert chronicle.open(store).ledger_faults() == ()
    forge(store)
    forged = chronicle.open(store)
    assert forged.kept_ledger is not None
    assert forged.ledger_faults() == ("rows.value",)


def forge(store: Path) -> None:
    """Make the ledger of a store say something else, and all hashes anew."""
    file = LedgerFile(beside(store))
    blocks = []
    for name, _ in file:
        numbers = file.numbers(name)
        changed = bytearray(numbers.tobytes())
        if name == "rows.value":
            changed[0] ^= 1
        blocks.append(layout.Block(name, numbers.format, array(numbers.format, bytes(changed))))
    forged = beside(store).with_suffix(".forged")
    with forged.open("wb") as out:
        layout.write(out, dict(file.about), blocks)
    forged.replace(beside(store))


def test_a_store_without_a_ledger_has_no_fault_in_it(store: Path) -> None:
    """Nothing is proven, and nothing is wrong."""
    beside(store).unlink()
    assert chronicle.open(store).ledger_faults() == ()


# On the command line


def ran(*arguments: str) -> Any:
    """The result of a command line, with what it says on stderr set apart."""
    return CliRunner().invoke(command_line, arguments)


def test_a_command_says_on_stderr_what_did_not_fit(store: Path) -> None:
    """The answer stands on stdout, whole, and nothing else does."""
    plain = ran("--from", str(store), "as-of", "2009-06-30", "--json", "--no-ledger")
    beside(store).write_bytes(b"rubbish" * 100)
    first = ran("as-of", "2009-06-30", "--from", str(store), "--json")
    assert first.stdout == plain.stdout
    assert first.exit_code == 0
    assert first.stderr.startswith("note[C521]: ledger ")
    second = ran("as-of", "2009-06-30", "--from", str(store), "--json")
    assert (second.stdout, second.stderr) == (plain.stdout, "")


@pytest.mark.parametrize(
    "question", [("timeline",), ("diff", "2004", "2009"), ("check",), ("conflicts",), ("export", "csv")]
)
def test_every_question_has_the_same_answer_with_a_ledger(store: Path, question: tuple[str, ...]) -> None:
    """In the terminal as in Python."""
    kept = ran(*question, "--from", str(store))
    plain = ran(*question, "--from", str(store), "--no-ledger")
    assert (kept.stdout, kept.stderr, kept.exit_code) == (plain.stdout, plain.stderr, plain.exit_code)


def test_a_stake_is_shown_alike_with_a_ledger_and_without(tmp_path: Path) -> None:
    """Replay remembers who saw a stake and in which lots, a ledger on disk does not: nobody is told so."""
    path = tmp_path / "corp.db"
    source = {"publisher": "Register", "title": "List"}
    with chronicle.open(path, create=True) as history:
        history.append([observed("2016", "bob", "acme", "60%", sources=[source])], declared=False)
        history.keep_ledger()
    for ledger in (True, False):
        with chronicle.open(path, ledger=ledger) as history:
            (stake,) = history.as_of("2017").holdings()
            (span,) = history.spans("bob", "acme")
            assert "StakeSeen" not in f"{stake!r}{span!r}"
            assert repr(span.value) == "Stake(share=<Share 60%>, shares=None, basis='reported', stale=False)"


def test_the_command_makes_it_tells_it_and_drops_it(store: Path) -> None:
    """Its size, where the store ended, and how old it is."""
    beside(store).unlink()
    told = ran("ledger", str(store))
    with chronicle.open(store) as history:
        kept = history.kept_ledger
        assert kept is not None
        assert told.stdout == (
            f'ledger "{beside(store)}": {kept.rows:,} rows, {kept.size / 1e6:.1f} MB, made just now\n'
            f"head {SIZE} {kept.head.chain}\n"
        )
        data = json.loads(ran("ledger", str(store), "--json").stdout)
        assert (data["file"], data["size"]) == (str(beside(store)), kept.size)
        assert (data["position"], data["chain"]) == (SIZE, kept.head.chain)
    assert ran("ledger", str(store), "--drop").stdout == f'dropped "{beside(store)}"\n'
    assert ran("ledger", str(store), "--drop").stdout == "there is no ledger\n"
    assert json.loads(ran("ledger", str(store), "--drop", "--json").stdout) == {"dropped": []}
    assert store.exists()


def documented_blocks(root: Path) -> dict[str, re.Pattern[str]]:
    """The names of blocks that the page on the ledger has, each as what it stands for."""
    page = (root / "docs" / "ledger.md").read_text(encoding="utf-8")
    stands_for = {r"\*": "[a-z]+", "VIEW": r"\w+", "NAME": r"\w+", "PART": r"\d", "partN": r"part\d"}
    found, before = {}, ""
    for line in page.partition("| blocks | what |\n|---|---|\n")[2].partition("\n\n")[0].splitlines():
        for name in re.findall(r"`([^`]+)`", line.split("|")[1]):
            # A name that begins with a point leaves out what the one before it begins with.
            whole = f"{before}{name}" if name.startswith(".") else name
            before = before if whole != name else re.sub(r"\.texts\.\*$|(?<=^sharing)\.\w+$", "", name)
            pattern = re.escape(whole)
            for varying, any_of_them in stands_for.items():
                pattern = pattern.replace(varying, any_of_them)
            found[whole] = re.compile(pattern)
    return found


def test_the_page_has_the_format_and_every_block_of_a_ledger(root: Path, store: Path) -> None:
    """Whoever reads the file by the page finds what is there; whoever adds a block adds a line."""
    page = (root / "docs" / "ledger.md").read_text(encoding="utf-8")
    assert re.findall(r"^Format (\d+)\.", page, re.MULTILINE) == [str(layout.FORMAT)]
    written = [name for name, _ in LedgerFile(beside(store))]
    documented = documented_blocks(root)
    assert [name for name in written if not any(each.fullmatch(name) for each in documented.values())] == []
    assert [name for name, each in documented.items() if not any(map(each.fullmatch, written))] == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago"), (86_400 * 1_500, "1,500 days ago")],
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, words: str) -> None:
    """Nobody asks for the seconds of a day."""
    assert ledger_command._ago(datetime.timedelta(seconds=seconds)) == words


def test_the_command_says_why_there_is_none(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And ends with 4, as trouble with a store."""
    beside(store).unlink()
    monkeypatch.setattr(keeping, "write", full_after(3))
    result = ran("ledger", str(store))
    assert result.exit_code == 4
    assert "warning[C522]" in result.stderr


def test_verify_holds_the_ledger_against_a_replay(store: Path) -> None:
    """One that fits by all its hashes and says something else is damage."""
    intact = ran("verify", str(store))
    assert intact.stdout.splitlines()[1].startswith(f'ledger "{beside(store)}": ')
    assert json.loads(ran("verify", str(store), "--json").stdout)["ledger"]["file"] == str(beside(store))
    forge(store)
    result = ran("verify", str(store))
    assert (result.exit_code, result.stdout) == (4, intact.stdout.splitlines(keepends=True)[0])
    assert "error[C523]" in result.stderr
