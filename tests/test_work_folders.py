"""Folders for what is temporary: whose they are, when they go, and that none goes in which somebody works."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from chronicle.cli.exit import ended_in_order, exit_code
from chronicle.stores import work_folders
from chronicle.stores.work_folders import work_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders cannot be locked there")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the system for what is temporary is one of the test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def left(temporary: Path) -> Path:
    """A folder that was left behind, with something in it."""
    folder = temporary / "chronicle-work-records-left"
    (folder / "within").mkdir(parents=True)
    (folder / "within" / "records.arrow").write_text("what a history says")
    return folder


def test_a_folder_is_its_users_alone_and_goes_at_the_end(temporary: Path) -> None:
    """Whatever the end."""
    with work_folder("records") as folder:
        assert folder.parent == temporary
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "some").write_text("thing")
    assert [*temporary.iterdir()] == []
    with pytest.raises(ZeroDivisionError), work_folder("records"):
        raise ZeroDivisionError
    assert [*temporary.iterdir()] == []


def test_what_was_left_behind_is_deleted_and_what_is_held_is_not(left: Path, temporary: Path) -> None:
    """Also within one process, which may make two ledgers at a time."""
    with work_folder("records") as first, work_folder("sections") as second:
        assert not left.exists()
        with work_folder("records"):
            assert first.exists()
            assert second.exists()
    assert [*temporary.iterdir()] == []


def test_nothing_else_is_deleted(temporary: Path, tmp_path: Path) -> None:
    """Files, links, folders of other names, and those of other users."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    (temporary / "chronicle-work-link").symlink_to(tmp_path / "elsewhere")
    (temporary / "chronicle-work-file").touch()
    (temporary / "chronicle-ledgers").mkdir()
    before = sorted(path.name for path in temporary.iterdir())
    with work_folder("records"):
        pass
    assert sorted(path.name for path in temporary.iterdir()) == before
    assert (tmp_path / "elsewhere" / "kept").exists()


def test_the_folder_of_another_user_stays(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it could be deleted by who is root."""
    monkeypatch.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
    with work_folder("records"):
        assert left.exists()


def test_a_folder_that_is_taken_for_one_left_behind_is_made_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between making a folder and holding it another process may hold it, or have deleted it."""
    true, met = work_folders._held, list[str]()

    def held(folder: str) -> int | None:
        met.append(folder)
        if len(met) == 1:
            shutil.rmtree(folder)
        if len(met) == 2:
            other = true(folder)
            assert other is not None
            assert true(folder) is None
            os.close(other)
            return None
        return true(folder)

    monkeypatch.setattr(work_folders, "_held", held)
    with work_folder("records") as folder:
        assert [*map(os.path.exists, met)] == [False, False, True]
        assert str(folder) == met[2]


def test_where_folders_cannot_be_locked_they_are_made_and_stay(
    left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could tell which are still held."""
    import fcntl

    def refuses(*_: object) -> None:
        raise OSError(38, "no locks here")

    monkeypatch.setattr(fcntl, "flock", refuses)
    with work_folder("records") as folder:
        assert folder.exists()
    assert not folder.exists()
    assert left.exists()


_WORKS = """
import os, sys, tempfile
from pathlib import Path
from chronicle.stores.work_folders import work_folder
tempfile.tempdir = sys.argv[1]
for number in range(150):
    with work_folder("records") as folder:
        (folder / "one").write_text(str(number))
        (folder / "two").mkdir()
        if not number % 10 and not os.fork():
            # A process that is killed in the middle of its work.
            with work_folder("left") as other:
                (other / "one").write_text("left")
                os.kill(os.getpid(), 9)
        print((folder / "one").read_text() == str(number) and (folder / "two").exists())
"""


@pytest.mark.slow
def test_nobody_loses_a_folder_in_which_he_works(temporary: Path) -> None:
    """Several processes make and delete them all the time, and some are killed."""
    command = [sys.executable, "-W", "ignore", "-c", _WORKS, str(temporary)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = Counter(word for each in running for word in each.communicate(timeout=120)[0].split())
    assert told == {"True": 600}
    assert [each.returncode for each in running] == [0] * 4
    with work_folder("records"):
        pass
    assert [*temporary.iterdir()] == []


# Told to end


@pytest.fixture
def told_to_end() -> Iterator[list[str]]:
    """What was done by SIGTERM, which does not end the tests."""
    done: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: done.append("by another"))
    yield done
    signal.signal(signal.SIGTERM, before)


def test_a_signal_that_somebody_handles_is_left_alone(told_to_end: list[str]) -> None:
    """So it is with ``chronicle serve``, which ends in its own way."""
    with ended_in_order():
        os.kill(os.getpid(), signal.SIGTERM)
    assert told_to_end == ["by another"]


def test_a_process_that_is_told_to_end_does_so_once_it_has_tidied_up(
    temporary: Path, told_to_end: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the signal by which it ends, as those who sent it expect."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    killed = list[int]()
    monkeypatch.setattr(os, "kill", lambda _, number: killed.append(number))

    def run() -> None:
        with ended_in_order(), work_folder("records"):
            signal.raise_signal(signal.SIGTERM)

    assert exit_code(run) == 143
    assert [*temporary.iterdir()] == []
    assert killed == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_another_thread_handles_no_signal() -> None:
    """Only the main one can."""
    failed = list[BaseException]()

    def work() -> None:
        try:
            with ended_in_order():
                pass
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failed == []
