"""The supplement of a ledger: what one process replayed of later events, no other replays."""

from __future__ import annotations

import datetime
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import chronicle
import histories
from chronicle.cli import chronicle as command_line
from chronicle.cli.workloads import made
from chronicle.engine import partial
from chronicle.engine.partial import PartialReplay
from chronicle.engine.state import State
from chronicle.engine.state.facts import FactsOfDay
from chronicle.engine.views import KEYS
from chronicle.errors import InvalidEvents
from chronicle.events import Event
from chronicle.history import History
from chronicle.ledgers import keeping, layout, places, vectors
from chronicle.ledgers.layout import LedgerFile
from chronicle.ledgers.places import supplement_of
from chronicle.ledgers.stored_log import StoredEvents
from chronicle.ledgers.supplements import writing
from chronicle.ledgers.supplements.by_year import began_by_year, happened
from given import absorbed, acquired, corrected, disposed, observed, retracted
from kept_ledgers import all_blocks, answers, assert_equal, assert_holdings_equal, beside
from test_ledgers_that_grow import appended, by_key, plain
from test_parts import GROUPS, WRITTEN, assert_keys_equal, everything, spread

KNOWN = st.sampled_from(histories.KNOWN)
SIZE = 300


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of the user is a folder of the test."""
    monkeypatch.setattr(places, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def at_once() -> Iterator[None]:
    """However little was replayed, a supplement is written."""
    with patch.multiple(writing, _ONE_IN=10**9, _TIMES=0), patch.object(keeping, "LEAST_REPLAYED", 1):
        yield


@pytest.fixture
def generous(at_once: None) -> Iterator[None]:  # the same, and more
    """However much was appended, or differs, only the parts of it are replayed."""
    with ExitStack() as stack:
        # Nor is any part too small to be looked for in the file.
        for module, names in ((keeping, ["_ONE_IN"]), (partial, ["_ONE_IN", "_MANY"])):
            for name in names:
                stack.enter_context(patch.object(module, name, 1))
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a few hundred events, and a ledger beside it that says what they share."""
    path = tmp_path_factory.mktemp("filled") / "corp.db"
    with chronicle.open(path, create=True) as history:
        history.append(made(SIZE).events, declared=False)
        history.keep_ledger()
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Path:
    """A copy of both for the test."""
    for path in (filled, beside(filled)):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path / filled.name


def supplement(store: Path) -> Path:
    """Where the supplement of the ledger of a store lies."""
    return supplement_of(beside(store))


def head_of_supplement(store: Path) -> int:
    """How many events the supplement and its ledger speak of."""
    return int(LedgerFile(supplement(store)).about["position"])


def as_plain(store: Path, day: str = "2033") -> History:
    """The history in a store, of which a new process says the same as one that replays everything."""
    history = chronicle.open(store)
    assert answers(history.as_of(day)) == answers(plain(store).as_of(day))
    assert_holdings_equal(plain(store).as_of(day), history.as_of(day))
    return history


def a_stake(store: Path) -> tuple[str, str]:
    """The holder and the target of some stake."""
    held = plain(store).as_of("2030").holdings()[0]
    return held.holder, held.target


@pytest.mark.usefixtures("at_once")
def test_what_one_process_replayed_the_next_does_not(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads no event and replays none, until something was appended again."""
    holder, target = a_stake(store)
    appended(store, observed("2031", holder, target, "3%"), acquired("2031", holder, "newcomer", "1%"))
    as_plain(store)
    assert head_of_supplement(store) == SIZE + 2
    monkeypatch.setattr(PartialReplay, "_replayed", _never)
    monkeypatch.setattr(StoredEvents, "_take_in_all", _never)
    monkeypatch.setattr(StoredEvents, "take_in", _never)
    history = chronicle.open(store)
    assert str(history.as_of("2032").share(holder, target)) == "3%"
    assert str(history.as_of("2032").share(holder, "newcomer")) == "1%"
    assert len(history.as_of("2032").table("holdings")) == len(history.as_of("2032").holdings())
    assert "newcomer" in history.entity_ids()
    assert history.notices == ()


def _never(*_: object) -> object:
    raise AssertionError


@pytest.mark.usefixtures("at_once")
def test_each_process_adds_to_what_was_there(store: Path) -> None:
    """The cells that were replayed before stay, but for those that are replayed again or are gone."""
    holder, target = a_stake(store)
    appended(store, observed("2031", holder, target, "3%", id="first"))
    as_plain(store)
    appended(store, acquired("2031", "company-1", "newcomer", "1%", id="second"))
    as_plain(store)
    appended(store, retracted("2032", "second"), disposed("2032", holder, target, holds="0%"))
    history = as_plain(store)
    assert history.as_of("2033").share("company-1", "newcomer") is None
    assert head_of_supplement(store) == SIZE + 4
    history = as_plain(store)
    assert history.entity_ids() == plain(store).entity_ids()
    assert history.supplement_faults() == ()
    assert_equal(plain(store).ledger(), history.ledger(), ())


@pytest.mark.usefixtures("at_once")
def test_tables_are_columns_of_both_files_and_of_what_was_replayed_last(store: Path) -> None:
    """No fact is made for a row of either file, whatever makes the columns."""
    holder, target = a_stake(store)
    appended(
        store,
        observed("2031", holder, target, "3%"),
        acquired("2031", "company-1", "newcomer", "1%", id="new"),
        acquired("2031", "company-2", "newcomer", "2%"),
    )
    as_plain(store)
    with chronicle.open(store) as history, patch.object(FactsOfDay, "_facts", _never):
        both = pyarrow.table(history.as_of("2032").table("holdings"))
        assert both.to_pylist()[-2:] != both.to_pylist()[:2]
    appended(store, retracted("2032", "new"), observed("2032", holder, target, "4%"))
    with patch.object(keeping, "LEAST_REPLAYED", 10**9), chronicle.open(store) as history:
        for many, day in product((vectors.MANY, 1), ("2031-06-30", "2033")):
            with patch.object(vectors, "MANY", many), patch.object(vectors, "SOME", many):
                found, wanted = (each.as_of(day).table("holdings") for each in (history, plain(store)))
                assert len(found) == len(wanted)
                assert by_key(found) == by_key(wanted)
                table = pyarrow.table(found)
                table.validate(full=True)
                keys = [(row["holder"], row["target"], row["right"]) for row in table.to_pylist()]
                assert keys == [row[:3] for row in found.rows()] == [each.key for each in found.each()]
                assert by_key(found.select("target", "share")) == by_key(wanted.select("target", "share"))
    registers = [each.as_of("2033").register() for each in (chronicle.open(store), plain(store))]
    assert registers[0].effective("company-2", "newcomer") == registers[1].effective("company-2", "newcomer")


@pytest.mark.usefixtures("at_once")
def test_it_says_what_later_events_share(store: Path) -> None:
    """What is appended next is replayed with those events that are in the supplement alone."""
    appended(store, acquired("2031", "newcomer", "company-1", "10%"))
    as_plain(store)
    appended(store, absorbed("2032", "newcomer", "company-2"))
    as_plain(store)
    first = plain(store).events[-2].id
    appended(store, corrected("2032", first, {"share": "20%"}))
    history = as_plain(store)
    asked = {"as_of": "2031-12-31"}
    assert history.why("newcomer", "company-1", **asked) == plain(store).why("newcomer", "company-1", **asked)
    assert history.supplement_faults() == ()


@pytest.mark.usefixtures("at_once")
def test_names_that_only_later_events_have_are_known(store: Path) -> None:
    """A name that is in the supplement alone may be used, and one that is nowhere is refused."""
    appended(store, acquired("2031", "newcomer", "company-1", "1%"))
    as_plain(store)
    with chronicle.open(store) as history:
        history.append([acquired("2032", "newcomer", "company-2", "1%")])
        with pytest.raises(InvalidEvents) as refused:
            history.append([acquired("2032", "newcomers", "company-2", "1%")])
        assert [problem.code for problem in refused.value.problems] == ["C204"]
        assert "newcomer" in str(refused.value.problems[0].help)


def test_little_that_was_replayed_is_not_written(store: Path) -> None:
    """To replay a few events takes no longer than to look for what another process replayed of them."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    as_plain(store)
    assert not supplement(store).exists()


def test_a_process_that_goes_on_writes_it_when_enough_came_again(store: Path) -> None:
    """Each time after twice what it cost so far, so that it is not written with each event."""
    written: list[int] = []
    write = writing.write

    def noted(out: Any, about: Any, blocks: Any) -> int:
        written.append(about["position"])
        return write(out, about, blocks)

    with patch.object(keeping, "LEAST_REPLAYED", 4), patch.object(writing, "write", noted):
        history = chronicle.open(store)
        for number in range(20):
            history.append([acquired("2032", f"company-{number}", f"new-{number}", "1%")], declared=False)
            history.ledger()
    assert len(written) > 1
    gaps = [later - earlier for earlier, later in pairwise(written)]
    assert gaps == sorted(gaps)
    assert as_plain(store).supplement_faults() == ()


@pytest.mark.usefixtures("at_once")
def test_a_ledger_that_is_made_anew_has_none(store: Path) -> None:
    """What was in it is in the ledger; and one that is left over is as none, and said nothing of."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    as_plain(store)
    left = supplement(store).read_bytes()
    assert chronicle.open(store).keep_ledger() is not None
    assert not supplement(store).exists()
    supplement(store).write_bytes(left)
    appended(store, acquired("2032", "company-1", "company-3", "1%"))
    assert as_plain(store).notices == ()
    assert head_of_supplement(store) == SIZE + 2


@pytest.mark.usefixtures("at_once")
def test_what_it_says_is_said_where_no_ledger_can_be_made(store: Path) -> None:
    """More was recorded meanwhile: who asked for a new ledger goes on from the old one and its supplement."""
    appended(store, acquired("2031", "company-1", "newcomer", "1%"))
    as_plain(store)
    history = chronicle.open(store)
    appended(store, acquired("2032", "company-1", "newcomer", "2%"))
    assert history.keep_ledger() is None
    assert str(history.as_of("2031-12-31").share("company-1", "newcomer")) == "1%"
    assert history.refresh() == 1
    assert answers(history.as_of("2033")) == answers(plain(store).as_of("2033"))


@pytest.mark.usefixtures("at_once")
def test_it_is_dropped_with_its_ledger(store: Path) -> None:
    """Both hold names of persons."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    as_plain(store)
    assert chronicle.open(store).drop_ledger() == (beside(store), supplement(store))
    assert not supplement(store).exists()


@pytest.mark.usefixtures("at_once")
def test_it_has_the_mode_of_the_store(store: Path) -> None:
    """Who may not read the store must not read what was replayed of it."""
    store.chmod(0o600)
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    as_plain(store)
    assert supplement(store).stat().st_mode & 0o777 == 0o600
    supplement(store).chmod(0o644)
    as_plain(store)
    assert supplement(store).stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="needs links and modes")
@pytest.mark.usefixtures("at_once")
def test_what_a_link_in_its_place_leads_to_stays_as_it_is(store: Path, tmp_path: Path) -> None:
    """Whoever may write beside the store could have the rights to any file of its reader taken away."""
    other = tmp_path / "letter.txt"
    other.write_text("dear ann")
    other.chmod(0o644)
    store.chmod(0o600)
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    supplement(store).symlink_to(other)
    assert [notice.code for notice in as_plain(store).notices] == ["C521"]
    assert (other.stat().st_mode & 0o777, other.read_text()) == (0o644, "dear ann")


@pytest.mark.usefixtures("at_once")
def test_a_folder_in_its_place_is_not_dropped(store: Path) -> None:
    """It is no file of Chronicle, and the ledger goes all the same."""
    supplement(store).mkdir()
    assert chronicle.open(store).drop_ledger() == (beside(store),)


def cut_short(file: Path) -> None:
    """The last bytes are missing."""
    file.write_bytes(file.read_bytes()[:-7])


def one_bit(file: Path) -> None:
    """One bit in the middle is another."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 8
    file.write_bytes(content)


def emptied(file: Path) -> None:
    """Nothing is left of it."""
    file.write_bytes(b"")


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("fault", [cut_short, one_bit, emptied])
def test_one_that_was_changed_is_not_believed(store: Path, fault: Callable[[Path], None]) -> None:
    """That is said, the answer comes from the events, and it is made anew."""
    holder, target = a_stake(store)
    appended(store, observed("2031", holder, target, "3%"))
    as_plain(store)
    fault(supplement(store))
    history = as_plain(store)
    assert [notice.code for notice in history.notices] == ["C521"]
    assert str(supplement(store)) in history.notices[0].message
    assert as_plain(store).notices == ()
    assert head_of_supplement(store) == SIZE + 1


def test_one_that_is_not_believed_is_made_anew_however_little_it_has(store: Path) -> None:
    """What several processes replayed bit by bit, the next one replays at once, and may find it little."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    with patch.object(keeping, "LEAST_REPLAYED", 1):
        as_plain(store)
    one_bit(supplement(store))
    assert [notice.code for notice in as_plain(store).notices] == ["C521"]
    assert as_plain(store).notices == ()
    assert head_of_supplement(store) == SIZE + 1


@pytest.mark.usefixtures("at_once")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.parametrize("of", [beside, supplement])
@pytest.mark.parametrize("make", [os.mkdir, getattr(os, "mkfifo", os.mkdir)])
def test_what_is_no_plain_file_is_not_opened(
    store: Path, make: Callable[[Path], None], of: Callable[[Path], Path]
) -> None:
    """Who opens a pipe would wait for a writer; and no folder is closed to others."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    there = of(store)
    there.unlink(missing_ok=True)
    make(there)
    there.chmod(0o755)
    history = as_plain(store)
    assert history.notices[0].code == "C521"
    assert history.notices[0].message.endswith(" is not used: it is no plain file")
    assert not there.is_dir() or there.stat().st_mode & 0o777 == 0o755


@pytest.mark.slow
@pytest.mark.usefixtures("at_once")
def test_every_bit_of_it_counts(store: Path) -> None:
    """Wherever one is another, or it is cut off, nothing of it is believed."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    as_plain(store)
    whole, wanted = supplement(store).read_bytes(), answers(plain(store).as_of("2033"))
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        content = bytearray(whole)
        content[place] ^= 1 << place % 8
        for changed in (content, whole[:place]):
            supplement(store).write_bytes(changed)
            history = chronicle.open(store)
            assert answers(history.as_of("2033")) == wanted
            assert [notice.code for notice in history.notices] == ["C521"]


@pytest.mark.usefixtures("at_once")
def test_one_of_events_that_are_not_in_the_store_is_as_none(store: Path, tmp_path: Path) -> None:
    """Another store may go on from the same ledger with other events."""
    other = tmp_path / "other.db"
    other.write_bytes(store.read_bytes())
    beside(other).write_bytes(beside(store).read_bytes())
    appended(store, acquired("2031", "company-1", "company-2", "1%", id="here"))
    as_plain(store)
    appended(other, acquired("2031", "company-1", "company-2", "2%", id="there"))
    supplement(other).write_bytes(supplement(store).read_bytes())
    assert as_plain(other).notices == ()


@pytest.mark.usefixtures("at_once")
def test_a_later_one_is_not_replaced_by_an_earlier(store: Path) -> None:
    """Two processes may have replayed different numbers of events."""
    holder, target = a_stake(store)
    appended(store, observed("2031", holder, target, "3%"))
    early = chronicle.open(store)
    appended(store, observed("2032", holder, target, "4%"))
    as_plain(store)
    early.ledger()
    assert head_of_supplement(store) == SIZE + 2
    assert early.notices == ()


@pytest.mark.usefixtures("at_once")
def test_who_does_not_get_the_lock_answers_and_writes_nothing(store: Path) -> None:
    """Another process is writing the ledger or its supplement."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    with places.only_writer(beside(store)) as mine:
        assert mine
        assert as_plain(store).notices == ()
    assert not supplement(store).exists()


@pytest.mark.usefixtures("at_once")
def test_where_it_cannot_be_written_that_is_said(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: the answer is right, and the next process replays the same."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))

    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(writing, "write", full)
    history = as_plain(store)
    assert [notice.code for notice in history.notices] == ["C522"]
    assert [path.name for path in store.parent.iterdir() if "supplement" in path.name] == []


@pytest.mark.usefixtures("at_once")
def test_beside_a_ledger_that_nobody_may_write_it_lies_in_the_cache(
    store: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a ledger does that is made there."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    monkeypatch.setattr(keeping, "is_writable", lambda _: False)
    as_plain(store)
    assert not supplement(store).exists()
    assert [path.suffix for path in cache.iterdir()] == [".supplement"]
    with patch.object(PartialReplay, "_replayed", _never):
        assert chronicle.open(store).as_of("2033").share("company-1", "company-2") is not None


@pytest.mark.usefixtures("at_once")
def test_the_later_of_two_is_used(store: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One beside a ledger that nobody may write anew, and the one in the cache that was replayed since."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    as_plain(store)
    monkeypatch.setattr(keeping, "is_writable", lambda _: False)
    appended(store, acquired("2032", "company-1", "company-3", "1%"))
    as_plain(store)
    assert head_of_supplement(store) == SIZE + 1
    with patch.object(PartialReplay, "_replayed", _never):
        assert chronicle.open(store).as_of("2033").share("company-1", "company-3") is not None
    assert len([*cache.iterdir()]) == 1


@pytest.mark.usefixtures("at_once")
def test_what_was_replayed_as_a_whole_is_no_base_of_one(store: Path) -> None:
    """Parts that were replayed since lie over a replay that no file has."""
    history = chronicle.open(store)
    with patch.object(partial, "_ONE_IN", 10**9):
        history.append([acquired("2031", "company-1", "company-2", "1%")])
        history.ledger()
        assert not history._unread
    history.append([acquired("2032", "company-3", "company-4", "1%")])
    history.ledger()
    assert not supplement(store).exists()
    as_plain(store)


@pytest.mark.usefixtures("at_once")
def test_verify_finds_one_that_says_something_else(store: Path) -> None:
    """Its hashes are right: who wrote it was wrong, or forged it."""
    holder, target = a_stake(store)
    appended(store, observed("2031", holder, target, "3%"))
    as_plain(store)
    assert chronicle.open(store).supplement_faults() == ()
    for block, fault in (("values.bytes", "holdings"), ("sharing.places", "sharing.places")):
        whole = supplement(store).read_bytes()
        file, changed = LedgerFile(supplement(store)), []
        for name, code, numbers in all_blocks(file):
            content = memoryview(numbers).tobytes()
            if name == block:
                content = content.replace(b"3", b"4") if block == "values.bytes" else bytes(len(content))
            changed.append(layout.Block(name, code, memoryview(content).cast(code) if content else b""))
        with Path(f"{store}.forged").open("wb") as out:
            layout.write(out, file.about, changed)
        Path(f"{store}.forged").replace(supplement(store))
        assert chronicle.open(store).supplement_faults() == (fault,)
        supplement(store).write_bytes(whole)


_WRITER = """
import sys
import chronicle
from chronicle.ledgers import keeping, layout

wanted, written = int(sys.argv[2]), 0
true = layout._Hashing.write


def write(self, part):
    global written
    written += 1
    if written == wanted:
        print("here", flush=True)
        sys.stdin.readline()
    true(self, part)


layout._Hashing.write, keeping.LEAST_REPLAYED = write, 1
chronicle.open(sys.argv[1]).as_of("2033").holdings()
print("done", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("moment", [1, 2, 40, 90])
def test_a_writer_that_is_killed_leaves_what_was_there(store: Path, moment: int) -> None:
    """And what it left is cleared away by the next who writes one."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    as_plain(store)
    before = supplement(store).read_bytes()
    appended(store, acquired("2032", "company-1", "company-2", "1%"))
    command = [sys.executable, "-c", _WRITER, str(store), str(moment)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "here\n"
        writer.send_signal(signal.SIGKILL)
    assert len(list(store.parent.glob("corp.db.ledger.*.new"))) == 1
    assert supplement(store).read_bytes() == before
    assert as_plain(store).notices == ()
    assert sorted(path.name for path in store.parent.glob("corp.db.ledger*")) == [
        *("corp.db.ledger", "corp.db.ledger.supplement")
    ]
    assert head_of_supplement(store) == SIZE + 2


_ASKING = """
import sys
import chronicle
from chronicle.ledgers import keeping

keeping.LEAST_REPLAYED = 1
for number in range(6):
    with chronicle.open(sys.argv[1]) as history:
        event = {
            "kind": "stake.acquired",
            "id": f"{sys.argv[2]}-{number}",
            "date": "2032",
            "holder": "company-1",
            "target": f"target-{sys.argv[2]}-{number}",
            "share": "1%",
            "sources": [{"publisher": "Register", "published": "2032-12-31"}],
        }
        history.append([event], declared=False)
        print(len(history.as_of("2033").holdings(target=event["target"])), len(history.notices))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("at_once")
def test_several_that_append_and_ask_at_once_all_get_the_answer(store: Path) -> None:
    """Each reads what another has written, and writes it anew with its own."""
    commands = [[sys.executable, "-c", _ASKING, str(store), str(number)] for number in range(3)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    told = [each.communicate()[0].splitlines() for each in running]
    assert told == [["1 0"] * 6] * 3
    history = as_plain(store)
    assert head_of_supplement(store) == SIZE + 18
    assert (history.ledger_faults(), chronicle.open(store).supplement_faults()) == ((), ())


def test_verify_tells_of_it(store: Path) -> None:
    """Its rows as a replay makes them, or that it was changed, for which the records need not be."""
    appended(store, acquired("2031", "company-1", "company-2", "1%"))
    with patch.object(keeping, "LEAST_REPLAYED", 1):
        as_plain(store)
    told = CliRunner().invoke(command_line, ["verify", str(store)])
    assert told.exit_code == 0
    assert told.stdout.splitlines()[-1].startswith(f'supplement "{supplement(store)}": ')
    assert told.stdout.endswith(" rows, as a replay makes them\n")
    data = json.loads(CliRunner().invoke(command_line, ["verify", str(store), "--json"]).stdout)
    assert data["supplement"]["file"] == str(supplement(store))
    assert data["supplement"]["rows"] > 0
    one_bit(supplement(store))
    told = CliRunner().invoke(command_line, ["verify", str(store)])
    assert told.exit_code == 1
    assert "warning[C524]: supplement " in told.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("generous")
@given(WRITTEN, GROUPS, st.integers(2, 8), st.lists(st.integers(1, 3), max_size=3), KNOWN)
def test_any_history_with_supplements_answers_as_if_everything_were_replayed(
    events: list[Event], groups: list[str], end: int, steps: list[int], known: datetime.date
) -> None:
    """Each process goes on from what the last one wrote, by any day of knowledge."""
    history = spread(events, groups)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corp.db"
        with chronicle.open(path, create=True) as made_of:
            made_of.append([], declared=False)
        appended(path, *history[:end])
        with chronicle.open(path) as before:
            before.keep_ledger()
        for step in (*steps, len(history)):
            appended(path, *history[end : end + step])
            end += step
            # The first writes what it replayed, the second only reads that.
            for _ in range(2):
                _assert_says_the_same(path, known)
        with chronicle.open(path) as last:
            assert last.supplement_faults() == ()


def _parts_of_keys(state: State, view: str) -> Iterator[dict[str, str]]:
    """By name, each part of each key of a view on the day, alone and all together."""
    for fact in state.view(view):
        whole = dict(zip(KEYS.get(view, ()), fact.key, strict=False))
        yield from (part for part in (whole, *({name: whole[name]} for name in whole)) if part)


def _assert_says_the_same(path: Path, known: datetime.date) -> None:
    with chronicle.open(path) as found, plain(path) as fresh:
        for by in (None, known):
            ledger, wanted = found.ledger(by), fresh.ledger(by)
            assert everything(ledger) == everything(wanted)
            assert_keys_equal(ledger, wanted)
            assert began_by_year(ledger) == began_by_year(wanted)
            year = datetime.date(2014, 1, 1), datetime.date(2014, 12, 31)
            assert sorted(happened(ledger, *year)) == sorted(happened(wanted, *year))
            asked = [each.as_of("2014-06", known=by) for each in (found, fresh)]
            assert answers(asked[0]) == answers(asked[1])
            for view in wanted.views:
                tables = [json.dumps(each.table(view).to_dicts(), default=str) for each in asked]
                assert sorted(json.loads(tables[0]), key=str) == sorted(json.loads(tables[1]), key=str)
                for parts in _parts_of_keys(asked[1], view):
                    rows = [each.rows(view, "since", "events", **parts) for each in asked]
                    assert rows[0] == rows[1] != []
        assert_equal(fresh.ledger(), found.ledger(), ())
        assert found.entity_ids() == fresh.entity_ids()
        assert found.deal_ids() == fresh.deal_ids()
        assert found.check() == fresh.check()
