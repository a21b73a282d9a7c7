"""The ledger that somebody asks for, or has verified: there is always a word for why there is none."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import chronicle
from chronicle.cli import chronicle as command_line
from chronicle.cli.workloads import made
from chronicle.errors import UsageError
from chronicle.ledgers import keeping, places
from chronicle.ledgers.layout import LedgerFile
from chronicle.ledgers.places import only_writer
from chronicle.stores import open_store
from given import acquired
from kept_ledgers import beside, copied, kept_beside

SIZE = 300
MORE = [acquired(str(2020 + at), "company-1", "company-2", "1%") for at in range(SIZE // 10 + 1)]


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


def ran(*arguments: object) -> Any:
    """The result of a command line, with what it says on stderr set apart."""
    return CliRunner().invoke(command_line, [*map(str, arguments)])


# Asked for


_ASKS = """
import sys
import chronicle
from chronicle.ledgers import keeping

true = keeping.write


def write(*given):
    print("here", flush=True)
    sys.stdin.readline()
    true(*given)


keeping.write = write
chronicle.open(sys.argv[1], ledger=False).keep_ledger()
"""


def test_who_asks_while_another_process_makes_it_is_told_so(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once and with 4, in place of replaying all events first; a question has nothing to say of it."""
    beside(store).unlink()
    command = [sys.executable, "-c", _ASKS, str(store)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "here\n"
        with monkeypatch.context() as patch:
            patch.setattr(chronicle.History, "_all_replayed", None)
            second = ran("ledger", store)
        monkeypatch.setattr(keeping, "UNASKED", 1)
        with chronicle.open(store) as history:
            assert history.as_of("2009").holdings()
            assert history.notices == ()
        other.stdin.write("\n")
    assert (second.exit_code, second.stdout) == (4, "")
    assert second.stderr == (
        f'warning[C522]: ledger "{beside(store)}" cannot be kept: another process is making it\n'
        "  help: ask again when it has ended\n"
    )
    assert other.returncode == 0
    assert ran("ledger", store).exit_code == 0


def test_only_one_process_replays_for_a_ledger_that_is_asked_for(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finds the other only once its events are read stops there, and says so."""
    monkeypatch.setattr(keeping, "is_being_written", lambda _: False)
    monkeypatch.setattr(chronicle.History, "_all_replayed", None)
    with only_writer(beside(store)) as mine, chronicle.open(store, ledger=False) as history:
        assert mine
        assert history.keep_ledger() is None
        assert "another process is making it" in str(history.notices[0])


def test_a_lock_that_nobody_holds_is_not_another_process(store: Path) -> None:
    """One that was killed leaves the file, and the system lets go of it."""
    Path(f"{beside(store)}.lock").touch()
    assert not places.is_being_written(beside(store))
    assert ran("ledger", store).exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
def test_a_lock_that_another_user_left_is_no_hindrance(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may only be read, and is locked all the same; where none can be made, that is said."""
    open_file = os.open

    def of_another(path: Any, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(".lock") and flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return open_file(path, flags, mode)

    with only_writer(beside(store)):
        assert Path(f"{beside(store)}.lock").stat().st_mode & 0o444 == 0o444
    Path(f"{beside(store)}.lock").touch()
    monkeypatch.setattr(os, "open", of_another)
    with only_writer(beside(store)) as mine:
        assert mine
        assert places.is_being_written(beside(store))
        with only_writer(beside(store)) as other:
            assert not other
    with pytest.raises(PermissionError), only_writer(beside(store)):
        pass


def test_what_was_recorded_meanwhile_is_said(store: Path) -> None:
    """The ledger would not be that of the store as it is."""
    with chronicle.open(store, ledger=False) as history:
        assert history.events
        with chronicle.open(store, ledger=False) as other:
            other.append(MORE, declared=False)
        assert history.keep_ledger() is None
        assert "more was recorded meanwhile" in str(history.notices[0])


def test_what_is_recorded_while_it_is_made_is_not_in_it(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the ledger of the store as it was when it was begun, which a replay confirms."""
    beside(store).unlink()
    true = chronicle.History._all_replayed

    def replayed(history: chronicle.History) -> Any:
        with open_store(store) as other:
            other.append([chronicle.codec.to_record(event) for event in MORE[:3]])
        return true(history)

    with monkeypatch.context() as patch:
        patch.setattr(chronicle.History, "_all_replayed", replayed)
        with chronicle.open(store, ledger=False) as history:
            kept = history.keep_ledger()
            assert kept is not None
            assert kept.head.position == SIZE
    with chronicle.open(store) as history:
        assert history.kept_ledger is not None
        assert history.ledger_faults() == ()
        assert len(history.events) == SIZE + 3


def test_a_store_without_events_is_told_to_have_none(tmp_path: Path) -> None:
    """There is nothing to keep."""
    with open_store(tmp_path / "corp.db", create=True):
        pass
    result = ran("ledger", tmp_path / "corp.db")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "cannot be kept: the store has no events\n  help: record some: " in result.stderr


def test_a_store_in_memory_is_told_to_have_no_file() -> None:
    """Nor has it events."""
    result = ran("ledger", "memory:")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "a ledger cannot be kept: a store in memory has no file" in result.stderr


def test_a_store_that_was_closed_is_told_to_be(store: Path) -> None:
    """Who asks for its ledger hears of it."""
    history = chronicle.open(store)
    history.close()
    assert history.keep_ledger() is None
    assert "closed" in str(history.notices[0])


@pytest.mark.parametrize("drop", [(), ("--drop",)], ids=["made", "dropped"])
def test_event_files_have_no_ledger(drop: tuple[str, ...], tmp_path: Path) -> None:
    """A folder, a file and standard input are refused before they are read, with the way to a store."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "mill.yaml").write_text("what is no history")
    for source in (tmp_path / "events", tmp_path / "events" / "mill.yaml", "-"):
        result = ran("ledger", source, *drop)
        assert (result.exit_code, result.stdout) == (2, "")
        files = "FILES" if source == "-" else source
        assert result.stderr == (
            f'error[C509]: "{source}" is no store, and only a store has a ledger beside it\n'
            f"  help: record it: chronicle record {files} --into STORE\n"
        )


def test_a_history_of_files_has_no_ledger_in_python(root: Path) -> None:
    """Neither to be kept nor to be dropped."""
    history = chronicle.open(root / "events")
    for ask in (history.keep_ledger, history.drop_ledger):
        with pytest.raises(UsageError, match="a history without a store has no ledger on disk") as refused:
            ask()
        assert refused.value.code == "C509"


# Verified


def changed(ledger: Path) -> None:
    """Flip a bit in the middle."""
    content = bytearray(ledger.read_bytes())
    content[len(content) // 2] ^= 1
    ledger.write_bytes(content)


def changed_in_what_is_shared(ledger: Path) -> None:
    """Flip a bit in what the events share."""
    file = LedgerFile(ledger)
    content = bytearray(ledger.read_bytes())
    content[file._base + file._blocks["sharing.places"][1]] ^= 1
    ledger.write_bytes(content)


def cut(ledger: Path) -> None:
    """Leave half."""
    ledger.write_bytes(ledger.read_bytes()[: ledger.stat().st_size // 2])


def written_over(ledger: Path) -> None:
    """Something else."""
    ledger.write_bytes(b"rubbish" * 100)


DAMAGES = [changed, changed_in_what_is_shared, cut, written_over]


@pytest.mark.parametrize("damage", DAMAGES)
def test_verify_says_that_a_ledger_was_changed_and_records_are_intact(
    store: Path, damage: Callable[[Path], None]
) -> None:
    """It is a finding, with its path and the way to a new one; and it is not made anew here."""
    fine = ran("verify", store)
    damage(beside(store))
    before = beside(store).read_bytes()
    result = ran("verify", store)
    assert (result.exit_code, result.stdout) == (1, fine.stdout.splitlines(keepends=True)[0])
    assert result.stderr.startswith(f'warning[C524]: ledger "{beside(store)}" is not as it was written: ')
    assert "help: the records are intact; make it anew: chronicle ledger STORE" in result.stderr
    told = ran("verify", store, "--json")
    answer = json.loads(told.stdout)
    assert (told.exit_code, told.stderr) == (1, "")
    assert [problem["code"] for problem in answer["problems"]] == ["C524"]
    assert (answer["records"], answer["ledger"]["rows"]) == (SIZE, None)
    assert beside(store).read_bytes() == before
    assert ran("ledger", store).exit_code == 0
    assert ran("verify", store).stdout == fine.stdout


def stale(store: Path, _: pytest.MonkeyPatch) -> str:
    """More than a tenth came behind it."""
    with chronicle.open(store, ledger=False) as history:
        history.append(MORE, declared=False)
    return f"it was made of {SIZE} events, and the store has {SIZE + len(MORE)}"


def of_another_version(_: Path, patch: pytest.MonkeyPatch) -> str:
    """Chronicle is a newer one."""
    patch.setattr(keeping, "code_key", lambda: "newer")
    return "another version of Chronicle made it"


def of_another_format(store: Path, _: pytest.MonkeyPatch) -> str:
    """It was written by an older or a newer one."""
    content = bytearray(beside(store).read_bytes())
    content[16] = 9
    beside(store).write_bytes(content)
    return "it has format 9, and this version reads 5"


def a_folder(store: Path, _: pytest.MonkeyPatch) -> str:
    """It cannot be read."""
    beside(store).unlink()
    beside(store).mkdir()
    return "it is no plain file"


@pytest.mark.skipif(os.name == "nt", reason="a folder is another error there")
@pytest.mark.parametrize("make", [stale, of_another_version, of_another_format, a_folder])
def test_verify_says_why_a_ledger_was_not_compared(
    store: Path, make: Callable[[Path, pytest.MonkeyPatch], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one is stale or of another version is no finding, and no proof either."""
    why = make(store, monkeypatch)
    result = ran("verify", store)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1:] == [f'ledger "{beside(store)}": not compared: {why}']
    answer = json.loads(ran("verify", store, "--json").stdout)
    assert answer["ledger"] == {"file": str(beside(store)), "rows": None, "why": why}
    assert answer["problems"] == []


def test_a_stale_ledger_that_was_changed_is_a_finding(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what a disk did to it something is known, though nothing of it is compared."""
    stale(store, monkeypatch)
    changed(beside(store))
    result = ran("verify", store)
    assert (result.exit_code, "warning[C524]" in result.stderr) == (1, True)


def test_verify_proves_nothing_of_a_ledger_that_is_replaced_meanwhile(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and reading it may go."""
    true = keeping.LedgerKeeper.examined

    def gone(keeper: keeping.LedgerKeeper, *, whole: bool = False) -> Any:
        found = true(keeper, whole=whole)
        beside(store).unlink(missing_ok=True)
        return found

    monkeypatch.setattr(keeping.LedgerKeeper, "examined", gone)
    result = ran("verify", store)
    assert "not compared: it was replaced meanwhile" in result.stdout


# Whose it is


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_a_store_that_was_closed_to_others_closes_its_ledger(store: Path) -> None:
    """When it is next opened; and what the store does not say is not given to anybody."""
    for of_store, of_ledger, then in (
        (0o600, 0o644, 0o600),
        (0o640, 0o666, 0o640),
        (0o644, 0o600, 0o600),
        (0o600, 0o666, 0o600),
        (0o400, 0o644, 0o600),
    ):
        store.chmod(of_store)
        beside(store).chmod(of_ledger)
        with chronicle.open(store) as history:
            assert history.kept_ledger is not None
        assert stat.S_IMODE(beside(store).stat().st_mode) == then


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_a_group_that_is_not_that_of_the_store_reads_what_all_may(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the ledger cannot be given to the group of the store."""

    def refuses(*_: object) -> None:
        raise PermissionError

    true = Path.stat
    found = store.stat()
    theirs = found.st_gid + 1
    monkeypatch.setattr(places.os, "chown", refuses)
    for mode, then in ((0o640, 0o600), (0o644, 0o644), (0o660, 0o600)):
        store.chmod(mode)
        of_store = os.stat_result((stat.S_IFREG | mode, *found[1:5], theirs, *found[6:]))

        def seen(path: Path, of_store: os.stat_result = of_store, **how: Any) -> os.stat_result:
            return of_store if path == store else true(path, **how)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "stat", seen)
            with chronicle.open(store) as history:
                assert history.keep_ledger() is not None
        assert stat.S_IMODE(beside(store).stat().st_mode) == then


def test_a_ledger_beside_that_does_not_fit_is_not_told_of_where_the_one_in_the_cache_answers(
    store: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that nobody may write to it stays for ever; that it is made in the cache is said once."""
    written_over(beside(store))
    monkeypatch.setattr(keeping, "is_writable", lambda _: False)
    first = ran("as-of", "2009-06-30", "--from", store)
    assert "note[C521]" in first.stderr
    assert len([*cache.iterdir()]) == 1
    second = ran("as-of", "2009-06-30", "--from", store)
    assert (second.stdout, second.stderr) == (first.stdout, "")
    verified = ran("verify", store)
    assert (verified.exit_code, "as a replay makes them" in verified.stdout) == (1, True)
