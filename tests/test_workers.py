"""Worker processes: begun unasked for a large store, safe in every program, and gone whatever happens."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from operator import add
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import chronicle
from chronicle.cli import chronicle as command
from chronicle.cli.made_up import made
from chronicle.errors import StoreError
from chronicle.history import History, making, processors
from chronicle.ledgers.layout import LedgerFile
from chronicle.ledgers.partitions import workers
from chronicle.ledgers.partitions.workers import running
from chronicle.ledgers.places import only_writer
from chronicle.ledgers.sections import building
from chronicle.stores.memory import MemoryStore
from own_projectors import BY_TARGET
from patience import until
from test_cli_process import on_a_terminal
from test_sections import assert_same, by_one_process, never, stored
from worker_tasks import fails, fails_in_its_own_way, gives_what_cannot_be_told, killed

DAY = "2009-06-30"
TESTS = Path(__file__).parent


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store without a ledger, in a folder of its own."""
    (tmp_path / "stores").mkdir()
    return stored(tmp_path / "stores", made(300).events)


@pytest.fixture
def two_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every store is large, and there are two processors."""
    monkeypatch.setattr(making, "LARGE", 1)
    monkeypatch.setattr(processors, "processors", lambda: 2)


# The same in a program of its own.
FOR_ALL = (
    "from chronicle.history import making, processors; making.LARGE = 1; processors.processors = lambda: 2"
)


def running_program(*arguments: str, folder: Path, **more: Any) -> subprocess.Popen[str]:
    """A program in a session of its own, with warnings as errors, and a folder for what is temporary."""
    (folder / "temporary").mkdir(exist_ok=True)
    path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-W", "error", *arguments],
        env={**os.environ, "TMPDIR": str(folder / "temporary"), "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )


def said_by(*arguments: str, folder: Path, typed: str = "") -> tuple[str, str, int]:
    """What a program says when it is run to its end."""
    process = running_program(*arguments, folder=folder, stdin=subprocess.PIPE)
    out, err = process.communicate(typed, timeout=60)
    assert_nothing_is_left(process, folder)
    return out, err, process.returncode


def assert_nothing_is_left(process: subprocess.Popen[str], folder: Path) -> None:
    """Of a program that ended there is no process and no folder."""
    until(lambda: not is_there(process.pid))
    assert [*(folder / "temporary").iterdir()] == []


def is_there(session: int) -> bool:
    """Whether some process of a session that a program began is alive."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


# How many


@pytest.mark.slow
def test_a_large_store_gets_its_ledger_from_several_processes_unasked(
    store: Path, two_for_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the one that a single process makes; with fewer events nobody begins a process."""
    monkeypatch.setattr(making, "LARGE", 301)
    with chronicle.open(store) as history:
        assert history.kept_ledger is None
    monkeypatch.setattr(making, "LARGE", 300)
    with chronicle.open(store) as history:
        assert history.kept_ledger is not None
        assert history.as_of(DAY).holdings()
    made_so = LedgerFile(Path(f"{store}.ledger"))
    assert_same(by_one_process(store), made_so)


def test_there_is_one_for_each_processor_but_no_more_than_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one alone where another could not be begun, or would have nothing to work with."""
    for number, wanted in ((1, 1), (3, 3), (64, 8)):
        monkeypatch.setattr(processors, "processors", lambda number=number: number)
        assert making.usual_workers() == wanted
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert making.usual_workers() == 1
    monkeypatch.setattr(sys, "frozen", False)
    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    assert making.usual_workers() == 1


@pytest.mark.parametrize("missing", ["pyarrow", "numpy"])
def test_without_what_they_need_one_process_makes_it(
    missing: str, store: Path, two_for_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asked for more."""
    monkeypatch.setitem(sys.modules, missing, None)
    with chronicle.open(store) as history:
        assert (history.kept_ledger, history.notices) == (None, ())


def test_nothing_is_begun_where_no_ledger_can_be_kept(
    store: Path, two_for_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one, in memory, with projectors of one's own, or with one process."""
    monkeypatch.setattr(building, "running", never)
    for options in ({"ledger": False}, {"projectors": [BY_TARGET]}, {"workers": 1}):
        with chronicle.open(store, **options) as history:
            assert history.kept_ledger is None
    in_memory = MemoryStore()
    with chronicle.open(store, ledger=False) as history:
        in_memory.append([chronicle.codec.to_record(event) for event in history.events])
    assert History.from_store(in_memory).kept_ledger is None


def test_who_finds_that_another_makes_it_begins_no_process(
    store: Path, two_for_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers alone, and has nothing to say about it."""
    monkeypatch.setattr(building, "running", never)
    with only_writer(Path(f"{store}.ledger")) as mine, chronicle.open(store) as history:
        assert mine
        assert (history.kept_ledger, history.notices) == (None, ())
        assert history.as_of(DAY).holdings()


@pytest.mark.parametrize(
    ("groups", "files", "given"),
    [
        ("0::/here/there", {"here/there/cpu.max": "max 100000", "here/cpu.max": "150000 100000"}, 2),
        ("0::/elsewhere", {"cpu.max": "100000 100000"}, 1),
        ("0::/", {"cpu.max": "1000 100000"}, 1),
        (
            "3:cpuset:/\n2:cpu,cpuacct:/here",
            {"cpu/here/cpu.cfs_quota_us": "300000", "cpu/here/cpu.cfs_period_us": "100000"},
            3,
        ),
        ("2:cpu:/", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 4),
        ("", {}, 4),
        (None, {}, 4),
    ],
    ids=["a limit above", "a limit of all", "less than one", "the old form", "none", "no group", "no Linux"],
)
def test_processors_are_those_that_one_may_use(
    groups: str | None,
    files: dict[str, str],
    given: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of four to which a process is bound, a container may be given fewer."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(processors, "_GROUPS", tmp_path)
    monkeypatch.setattr(processors, "_OWN_GROUPS", tmp_path / "groups")
    if groups is not None:
        (tmp_path / "groups").write_text(groups)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert processors.processors() == given


def test_the_shell_waits_for_no_process(
    store: Path, two_for_all: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever presses the tab key wants a word; and who verifies a store, its records."""
    monkeypatch.setattr(building, "running", never)
    words = f"chronicle --from {store} timeline ent"
    env = {"_CHRONICLE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "4"}
    assert CliRunner().invoke(command, [], prog_name="chronicle", env=env).exit_code == 0
    assert CliRunner().invoke(command, ["verify", str(store)]).exit_code == 0


# In any program


UNGUARDED = """
import chronicle
print("begun")
{prepared}
with chronicle.open({store!r}{options}) as history:
    print(history.kept_ledger is not None, history.notices, len(history.as_of("2009-06-30").holdings()) > 0)
"""


@pytest.mark.parametrize(
    ("how", "options"), [("file", ""), ("piped", ", workers=2"), ("-c", ""), ("-m", ", workers=2")]
)
@pytest.mark.slow
def test_a_program_without_a_guard_runs_once(how: str, options: str, store: Path, tmp_path: Path) -> None:
    """No worker imports it, wherever it comes from."""
    text = UNGUARDED.format(store=str(store), options=options, prepared="" if options else FOR_ALL)
    program = tmp_path / "program.py"
    program.write_text(text)
    arguments = {"file": [str(program)], "piped": ["-"], "-c": ["-c", text], "-m": ["-m", "program"]}[how]
    if how == "-m":
        arguments = [
            "-c",
            f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); "
            "runpy.run_module('program', run_name='__main__', alter_sys=True)",
        ]
    said = said_by(*arguments, folder=tmp_path, typed=text if how == "piped" else "")
    assert said == ("begun\nTrue () True\n", "", 0)


OWN = """
import sys
from pathlib import Path
import chronicle
from chronicle.engine.replay import Change, Projector
from chronicle.events import StakeAcquired
from chronicle.history.sources import records_at
from chronicle.ledgers.partitions.job import replay_into
def bought(event, before):
    key = (event.target,)
    yield Change("bought", key, "set", int(before.get("bought", key) or 0) + 1, event.date, event.id)
OWN = Projector("buying", ("bought",), {{StakeAcquired: bought}}, version="1", partition_key="target")
def main():
    for name, workers in (("one", 1), ("two", 2)):
        outcome = replay_into(Path({folder!r}) / name, records_at({store!r}), [OWN], workers=workers)
        print(outcome.said["rows"], len(sys.argv))
"""


@pytest.mark.slow
def test_projectors_of_the_main_module_are_found_by_workers(store: Path, tmp_path: Path) -> None:
    """They import it, as ``multiprocessing`` does; where it is not guarded, that is said and it ends."""
    text = OWN.format(folder=str(tmp_path), store=str(store))
    program = tmp_path / "program.py"
    program.write_text(f"{text}\nif __name__ == '__main__':\n    main()\n")
    out, err, code = said_by(str(program), "word", folder=tmp_path)
    assert (err, code) == ("", 0)
    assert re.fullmatch(r"(\d+ 2\n)\1", out)
    program.write_text(f"{text}\nmain()\n")
    for folder in ("one", "two"):
        (tmp_path / folder).rename(tmp_path / f"{folder}-before")
    out, err, code = said_by(str(program), folder=tmp_path)
    assert "guard this by __name__ == '__main__'" in err
    assert code == 1


DAEMON = """
import multiprocessing
import chronicle
from chronicle.ledgers.sections import building
from test_sections import never
def ask(store, options):
    {prepared}
    if not options:
        building.running = never
    with chronicle.open(store, **options) as history:
        kept = history.kept_ledger is not None
        print(kept, len(history.as_of("2009-06-30").holdings()) > 0, flush=True)
if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    for options in ({{}}, {{"workers": 2}}):
        process = spawn.Process(target=ask, args=({store!r}, options), daemon=True)
        process.start()
        process.join()
"""


@pytest.mark.slow
def test_a_worker_of_somebody_begins_none_unasked(store: Path, tmp_path: Path) -> None:
    """A daemonic process of ``multiprocessing`` is one of several already; who asks it gets more."""
    program = tmp_path / "program.py"
    program.write_text(DAEMON.format(store=str(store), prepared=FOR_ALL))
    assert said_by(str(program), folder=tmp_path) == ("False True\nTrue True\n", "", 0)


def test_what_functions_print_is_no_answer(tmp_path: Path) -> None:
    """It goes to standard error, and there is nothing to read."""
    program = (
        "from chronicle.ledgers.partitions.workers import running; from worker_tasks import prints\n"
        "with running(2) as run: print(*run([prints]))"
    )
    assert said_by("-c", program, folder=tmp_path) == ("read: ''\n", "said on standard output\n", 0)


@pytest.mark.slow
def test_functions_are_called_by_several_workers() -> None:
    """All that they give comes, and of many only some are waiting."""
    asked, most = 0, 0

    def tasks() -> Iterator[Any]:
        nonlocal asked
        for number in range(20):
            asked += 1
            yield partial(add, number, 1)

    given = list[int]()
    with running(3) as run:
        for each in run(tasks()):
            given.append(each)
            most = max(most, asked - len(given))
        assert [*run([partial(add, 40, 2)])] == [42]
    assert sorted(given) == [*range(1, 21)]
    assert most < 6


@pytest.mark.parametrize(
    ("task", "error", "words"),
    [
        (fails, ValueError, "the mill has burnt down"),
        (fails_in_its_own_way, RuntimeError, "unheard of"),
        (gives_what_cannot_be_told, TypeError, "no words for it"),
        (killed, StoreError, "a worker process came to a sudden end"),
    ],
)
def test_what_fails_in_a_worker_fails_here(task: Any, error: type[Exception], words: str) -> None:
    """With what it raised, and where; the other workers are ended."""
    with pytest.raises(error, match=words) as raised, running(2) as run:
        list(run([partial(time.sleep, 600), task]))
    assert task is killed or "in a worker process:" in raised.value.__notes__[0]


@pytest.mark.parametrize("begun", [b"", pickle.dumps((sys.path, {}))[:40]], ids=["nothing", "a part"])
def test_a_worker_that_is_told_nothing_ends_without_a_word(
    begun: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """The process that started it was ended between starting it and telling it what to do."""
    process = workers._started()
    out, _ = process.communicate(begun)
    assert (out, process.returncode, capfd.readouterr().err) == (b"", 1, "")


def test_an_interrupt_while_a_worker_is_started_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start comes to its end, and then the worker is ended."""
    started: list[subprocess.Popen[bytes]] = []
    start = workers._started

    def slow() -> subprocess.Popen[bytes]:
        time.sleep(0.1)
        started.append(start())
        return started[-1]

    def interrupted(worker: workers._WorkerProcess) -> None:
        worker._thread.start()
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "_started", slow)
    monkeypatch.setattr(workers._WorkerProcess, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), running(2) as run:
        list(run([partial(time.sleep, 600)]))
    assert [process.poll() for process in started] == [-signal.SIGKILL]


def test_what_keeps_a_worker_from_being_started_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever for a process that never was."""

    def fails_to_start() -> subprocess.Popen[bytes]:
        raise OSError("no more processes")

    monkeypatch.setattr(workers, "_started", fails_to_start)
    with pytest.raises(OSError, match="no more processes"), running(2) as run:
        list(run([partial(add, 1, 1)]))


def test_where_python_cannot_be_started_this_process_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that carries Python would be started again in its place."""
    monkeypatch.setattr(workers, "_python", lambda: "/usr/bin/mill")
    monkeypatch.setattr(workers, "_started", never)
    with running(2) as run:
        assert [*run([partial(add, 1, 1), os.getpid])] == [2, os.getpid()]


def test_a_worker_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has nothing to do has some seconds."""
    monkeypatch.setattr(workers, "_PATIENCE", 0.0)
    with running(2) as run:
        assert [*run([partial(add, 1, 1)])] == [2]
    assert threading.active_count() == 1 or not any(
        "_hand_over" in each.name for each in threading.enumerate()
    )


# Whatever the end


BUSY = f"""
import sys
{FOR_ALL}
from chronicle.ledgers.sections import building
from worker_tasks import sleeps
building._lay_section = sleeps
from chronicle.cli import main
sys.argv = ["chronicle", *sys.argv[1:]]
main()
"""


def is_busy(folder: Path) -> bool:
    """Whether a worker of a program is in the middle of its work."""
    return any((folder / "temporary").glob("*.busy"))


def forget_who_is_busy(folder: Path) -> None:
    """Take away what told that a worker is."""
    for path in (folder / "temporary").glob("*.busy"):
        path.unlink()


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", [("ledger", "{store}"), ("--from", "{store}", "as-of", "2009")], ids=["ledger", "as-of"]
)
def test_after_an_interrupt_nothing_is_left(line: tuple[str, ...], store: Path, tmp_path: Path) -> None:
    """Ctrl-C reaches all processes of a command at once: it ends with 130 and without a word."""
    asked = [word.format(store=store) for word in line]
    process = running_program("-c", BUSY, *asked, folder=tmp_path)
    until(lambda: is_busy(tmp_path))
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    forget_who_is_busy(tmp_path)
    assert (out, err.strip(), process.returncode) == ("", "", 130)
    assert_nothing_is_left(process, tmp_path)
    assert [*store.parent.iterdir()] == [store]


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", [("ledger", "{store}"), ("--from", "{store}", "as-of", "2009")], ids=["ledger", "as-of"]
)
def test_after_it_was_told_to_end_nothing_is_left(line: tuple[str, ...], store: Path, tmp_path: Path) -> None:
    """SIGTERM, as ``kill`` and ``timeout`` send it, reaches one process: it ends by that, without a word."""
    process = running_program("-c", BUSY, *(word.format(store=store) for word in line), folder=tmp_path)
    until(lambda: is_busy(tmp_path))
    process.terminate()
    out, err = process.communicate(timeout=60)
    forget_who_is_busy(tmp_path)
    assert (out, err, process.returncode) == ("", "", -signal.SIGTERM)
    assert_nothing_is_left(process, tmp_path)
    assert [*store.parent.iterdir()] == [store]


@pytest.mark.slow
def test_what_a_process_that_was_killed_left_is_deleted_by_the_next(store: Path, tmp_path: Path) -> None:
    """It has what the history says. What a process holds that is at work stays."""
    processes = [
        running_program("-c", BUSY, "ledger", str(each), folder=tmp_path)
        for each in (store, stored(tmp_path, made(300).events))
    ]
    folders = tmp_path / "temporary"
    until(lambda: len({path.name.partition(".")[0] for path in folders.glob("*.busy")}) == 2)
    assert len([*filter(Path.is_dir, folders.iterdir())]) == 4
    killed_one, busy_one = processes
    killed_one.kill()
    killed_one.communicate(timeout=60)
    until(lambda: not is_there(killed_one.pid))
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders.iterdir() if path.is_dir()} == {0o700}
    assert len([*filter(Path.is_dir, folders.iterdir())]) == 4
    other = tmp_path / "other"
    other.mkdir()
    environment = {**os.environ, "TMPDIR": str(folders)}
    command_of_next = [sys.executable, "-m", "chronicle", "ledger", "--workers", "2"]
    subprocess.run([*command_of_next, str(stored(other, made(60).events))], env=environment, check=True)
    assert len([*filter(Path.is_dir, folders.iterdir())]) == 2
    busy_one.terminate()
    busy_one.communicate(timeout=60)
    forget_who_is_busy(tmp_path)
    assert_nothing_is_left(busy_one, tmp_path)


@pytest.mark.slow
def test_workers_end_with_the_process_that_was_killed(store: Path, tmp_path: Path) -> None:
    """Nobody waits for what they do."""
    process = running_program("-c", BUSY, "ledger", str(store), folder=tmp_path)
    until(lambda: is_busy(tmp_path))
    process.kill()
    process.communicate(timeout=60)
    until(lambda: not is_there(process.pid))


AT_EXIT = f"""
import sys, threading, time
from pathlib import Path
{FOR_ALL}
from chronicle.ledgers.sections import building
from worker_tasks import sleeps
building._lay_section = sleeps
import chronicle, tempfile
threading.Thread(target=chronicle.open, args=(sys.argv[1],), daemon=True).start()
while not [*Path(tempfile.gettempdir()).glob("*.busy")]:
    time.sleep(0.02)
print("over")
"""


@pytest.mark.slow
def test_a_program_that_ends_does_not_wait_for_workers(store: Path, tmp_path: Path) -> None:
    """As ``chronicle serve`` does, whose history is opened by a thread of its own."""
    # That the folder goes only with the program is a warning to who looks for such.
    process = running_program("-W", "ignore::ResourceWarning", "-c", AT_EXIT, str(store), folder=tmp_path)
    out, err = process.communicate(timeout=60)
    forget_who_is_busy(tmp_path)
    assert (out, err, process.returncode) == ("over\n", "", 0)
    assert_nothing_is_left(process, tmp_path)


@pytest.mark.slow
def test_a_worker_that_is_killed_leaves_nothing(store: Path, tmp_path: Path) -> None:
    """The answer comes all the same, and that the ledger was not made so is said."""
    program = f"""
{FOR_ALL}
import chronicle
from chronicle.ledgers.sections import building
from worker_tasks import killed
building._lay_section = killed
history = chronicle.open({str(store)!r})
print([problem.code for problem in history.notices], len(history.as_of("2009-06-30").holdings()) > 0)
"""
    assert said_by("-c", program, folder=tmp_path) == ("['C522'] True\n", "", 0)


# What is shown


@pytest.mark.slow
def test_a_question_shows_on_a_terminal_that_the_ledger_is_made(store: Path, tmp_path: Path) -> None:
    """Reading, replaying and joining, each with how much of it is done."""
    program = f"""
import sys
{FOR_ALL}
from chronicle.cli import main, progress
progress.PATIENCE, progress._EVERY = 0, 0.001
sys.argv = ["chronicle", "--from", {str(store)!r}, "as-of", "2009"]
main()
"""
    written, code = on_a_terminal("-c", program, cwd=tmp_path)
    assert code == 0
    for stage in ("reading", "replaying", "joining"):
        assert f"\r{stage} [" in written
