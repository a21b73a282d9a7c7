"""Commands that keep a store safe: backup, tail and migrate. ``test_seals.py`` has seal and verify."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pytest
from click.testing import CliRunner, Result

from chronicle.cli import chronicle as command
from chronicle.errors import AppendRefused, StoreError
from chronicle.stores import NewRecord, Record, batch, open_store
from chronicle.stores.backup import copied, copy_of, verify_copy
from patience import until


def founded(*names: str) -> list[NewRecord]:
    """A record for each company."""
    return [
        NewRecord(
            f"{name}-founded",
            "entity.founded",
            json.dumps(
                {
                    "date": "1998",
                    "entity": name,
                    "id": f"{name}-founded",
                    "kind": "entity.founded",
                    "name": name.title(),
                    "type": "company",
                },
                separators=(",", ":"),
                sort_keys=True,
            ).encode(),
        )
        for name in names
    ]


def many(first: int, last: int) -> list[NewRecord]:
    return founded(*(f"company-{number}" for number in range(first, last + 1)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of three companies."""
    path = tmp_path / "corp.db"
    with open_store(path, create=True) as store:
        store.append(founded("acme", "bolt", "cargo"))
    return path


def run(*arguments: str | Path, **settings: Any) -> Result:
    """Run ``chronicle`` with these arguments; anything but an orderly end fails the test."""
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], **settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def content(path: Path) -> list[Record]:
    """What is in a store."""
    with open_store(path, read_only=True) as store:
        return list(store.read())


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def no_progress(done: int, total: int) -> None:
    """Nobody looks on."""


def process(*arguments: str | Path, **settings: Any) -> subprocess.Popen[str]:
    """Start ``chronicle`` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "chronicle", *map(str, arguments)],
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=settings.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        text=True,
        **settings,
    )


# backup


def test_a_backup_is_the_same_store_in_another_file(path: Path, tmp_path: Path) -> None:
    """Every record as it is: position, time, contents and chain."""
    result = run("backup", path, tmp_path / "copy.db")
    with open_store(path) as store:
        head = store.head()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"copied 3 records (0 were there already); head of both 3 {head.chain}\n"
    assert content(tmp_path / "copy.db") == content(path)
    assert files(tmp_path) == ["copy.db", "corp.db"]


def test_an_earlier_copy_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    """Backing up again adds what came since; with nothing new it does nothing."""
    copy = tmp_path / "copy.db"
    run("backup", path, copy)
    with open_store(path) as store:
        store.append(founded("dune"))
    result = run("backup", path, copy)
    assert result.exit_code == 0
    assert result.stdout.startswith("copied 1 record (3 were there already); head of both 4 ")
    assert content(copy) == content(path)
    assert run("backup", path, copy).stdout.startswith("copied 0 records (4 were there already)")


def test_a_copy_of_an_empty_store_is_empty(tmp_path: Path) -> None:
    """And the next backup fills it."""
    path, copy = tmp_path / "corp.db", tmp_path / "copy.db"
    open_store(path, create=True).close()
    assert run("backup", path, copy).stdout.startswith(
        "copied 0 records (0 were there already); head of both 0 "
    )
    with open_store(path) as store:
        store.append(founded("acme"))
    assert run("backup", path, copy).stdout.startswith("copied 1 record (0 were there already)")


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (("acme", "wrong"), 'other.db": record 2 ("bolt-founded") is of another history'),
        (("wrong", "bolt", "cargo"), 'other.db": record 3 ("cargo-founded") is of another history'),
        (
            ("acme", "bolt", "cargo", "dune"),
            "is no earlier copy: it ends at position 4, the store to back up at 3",
        ),
    ],
    ids=["other-end", "other-past", "longer"],
)
def test_a_store_with_another_history_is_refused_and_kept(
    path: Path, tmp_path: Path, there: tuple[str, ...], said: str
) -> None:
    """A backup never overwrites anything."""
    other = tmp_path / "other.db"
    with open_store(other, create=True) as store:
        store.append(founded(*there))
    before = content(other)
    result = run("backup", path, other)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "error[C512]" in result.stderr
    assert said in result.stderr
    assert content(other) == before


def test_what_is_no_store_is_refused_and_kept(path: Path, tmp_path: Path) -> None:
    """Neither a file of something else nor a folder is written to, nor the store itself."""
    notes = tmp_path / "notes.txt"
    notes.write_text("to keep")
    link = tmp_path / "link.db"
    link.symlink_to(path)
    before = path.read_bytes()
    for into, exit_code, said in (
        (notes, 4, "error[C501]"),
        (tmp_path, 4, "error[C507]"),
        (
            tmp_path / "no" / "copy.db",
            4,
            f'error[C507]: store "{tmp_path / "no" / "copy.db"}" cannot be made',
        ),
        (path, 2, "a store is no copy of itself"),
        (link, 2, "a store is no copy of itself"),
        ("memory:", 2, "a copy in memory is gone"),
        (tmp_path / "copy.yaml", 2, "that is the name of an event file"),
    ):
        result = run("backup", path, into)
        assert (result.exit_code, result.stdout) == (exit_code, "")
        assert said in result.stderr
        assert ".new" not in result.stderr
    assert notes.read_text() == "to keep"
    assert path.read_bytes() == before
    assert files(tmp_path) == ["corp.db", "link.db", "notes.txt"]


def test_a_damaged_store_is_not_backed_up(path: Path, tmp_path: Path) -> None:
    """The record is named, and no copy of the damage is left behind."""
    path.write_bytes(path.read_bytes().replace(b'"Bolt"', b'"Volt"'))
    result = run("backup", path, tmp_path / "copy.db")
    assert (result.exit_code, result.stdout) == (4, "")
    assert 'error[C505]: record 2 ("bolt-founded") was changed' in result.stderr
    assert files(tmp_path) == ["corp.db"]


def test_a_damaged_copy_is_no_backup(path: Path, tmp_path: Path) -> None:
    """All of an earlier copy is read again, whatever is added to it; the message says where the damage is."""
    copy = tmp_path / "copy.db"
    for name, position in (("Acme", 1), ("Bolt", 2), ("Cargo", 3)):
        run("backup", path, copy)
        copy.write_bytes(copy.read_bytes().replace(f'"{name}"'.encode(), f'"{name[::-1]}"'.encode()))
        result = run("backup", path, copy)
        assert (result.exit_code, result.stdout) == (4, "")
        assert (
            f'error[C505]: in the copy "{copy}": record {position} ("{name.lower()}-founded") was changed'
            in (result.stderr)
        )
        copy.unlink()


def test_a_backup_is_the_store_as_of_the_moment_it_began(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others go on writing while it is copied; what they write is for the next backup."""
    monkeypatch.setattr(batch, "_MOST_RECORDS", 2)
    seen: list[tuple[int, int]] = []
    with open_store(path) as source, copy_of(source, tmp_path / "copy.db") as copy:
        before = source.head()

        def write(done: int, total: int) -> None:
            seen.append((done, total))
            source.append(founded(f"late-{done}"))

        assert copied(source, copy, write) == (3, before)
        assert copy.head() == before
        verify_copy(copy, no_progress)
    assert seen == [(2, 3), (3, 3)]
    assert content(tmp_path / "copy.db") == content(path)[:3]


def test_records_are_copied_in_batches_that_fit_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By number and by size, whichever is reached first."""
    monkeypatch.setattr(batch, "_MOST_BYTES", 250)
    source, copy = open_store("memory:"), open_store("memory:")
    source.append(many(1, 7))
    seen: list[int] = []
    copied(source, copy, lambda done, _: seen.append(done))
    assert seen == [3, 6, 7]
    assert list(copy.read()) == list(source.read())


def test_a_file_that_appeared_meanwhile_is_kept(path: Path, tmp_path: Path) -> None:
    """Two backups at once do not write over each other."""
    into = tmp_path / "copy.db"

    def back_up() -> None:
        with open_store(path) as source, copy_of(source, into) as copy:
            copied(source, copy, no_progress)
            into.write_text("first")

    with pytest.raises(StoreError, match="C507") as caught:
        back_up()
    assert f'"{into}" was made by another process meanwhile' in str(caught.value)
    assert into.read_text() == "first"
    assert files(tmp_path) == ["copy.db", "corp.db"]


def test_nothing_is_left_of_a_backup_that_was_stopped(path: Path, tmp_path: Path) -> None:
    """Ctrl-C in the middle: no file, no draft."""

    def back_up() -> None:
        with open_store(path) as source, copy_of(source, tmp_path / "copy.db") as copy:
            copied(source, copy, no_progress)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up()
    assert files(tmp_path) == ["corp.db"]


@pytest.mark.skipif(os.name != "posix", reason="no limits on the size of files")
def test_nothing_is_left_of_a_backup_that_found_no_room(tmp_path: Path) -> None:
    """On a full disk, here a limit on the size of files, it ends with an error."""
    path = tmp_path / "corp.db"
    with open_store(path, create=True) as store:
        store.append(many(1, 3_000))
    copy = tmp_path / "copy.db"
    line = shlex.join([sys.executable, "-m", "chronicle", "backup", str(path), str(copy)])
    # What measures the tests would find no room for its own file either.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    result = subprocess.run(
        ["sh", "-c", f"ulimit -f 200 && exec {line}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stdout) == (4, "")
    assert f'store "{copy}" cannot be read or written' in result.stderr
    assert "Traceback" not in result.stderr
    assert files(tmp_path) == ["corp.db"]


@pytest.mark.skipif(os.name != "posix", reason="rights of files are kept elsewhere")
@pytest.mark.parametrize(("rights", "of_copy"), [(0o600, 0o600), (0o400, 0o600), (0o444, 0o644)])
def test_a_copy_may_be_read_by_those_who_may_read_the_store(
    path: Path, tmp_path: Path, rights: int, of_copy: int
) -> None:
    """A store of one's own does not become readable for all by being backed up."""
    path.chmod(rights)
    assert run("backup", path, tmp_path / "copy.db").exit_code == 0
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == of_copy


def test_a_store_in_memory_can_be_copied_into_a_file(tmp_path: Path) -> None:
    """From Python any store goes into any other."""
    memory = open_store("memory:")
    memory.append(many(1, 5))
    with copy_of(memory, tmp_path / "copy.db") as copy:
        added, head = copied(memory, copy, no_progress)
    assert (added, head) == (5, memory.head())
    assert content(tmp_path / "copy.db") == list(memory.read())


def test_a_copy_that_lost_records_is_not_continued_behind_the_gap(tmp_path: Path) -> None:
    """What is there must be the very same; the error is that of restoring."""
    source, copy = open_store("memory:"), open_store("memory:")
    source.append(many(1, 3))
    copy.append(many(2, 3))
    with pytest.raises(AppendRefused, match="C512"):
        copied(source, copy, no_progress)
    assert len(list(copy.read())) == 2


# tail


def test_tail_shows_the_last_records_a_line_each(path: Path) -> None:
    """Position, when it was recorded to the second, kind, date, and what happened."""
    with open_store(path) as store:
        store.append(many(4, 12))
    result = run("tail", path)
    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert [int(line.split()[0]) for line in lines] == list(range(3, 13))
    recorded = content(path)[-1].recorded_at
    assert lines[-1] == (
        f"    12  {recorded[:10]} {recorded[11:19]}Z  entity.founded        1998  "
        "Company-12 is founded (company)"
    )


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (("-n", "1"), [3]),
        (("-n", "0"), []),
        (("-n", "99"), [1, 2, 3]),
        (("--after", "1"), [2, 3]),
        (("--after", "3"), []),
        (("--after", "99"), []),
        (("--after", "0", "-n", "2"), [2, 3]),
        (("--after", "2", "-n", "2"), [3]),
    ],
    ids=str,
)
def test_tail_begins_where_it_is_asked_to(path: Path, options: tuple[str, ...], shown: list[int]) -> None:
    """So many from the end, or all behind a position, or both."""
    result = run("tail", path, *options, "--json")
    assert result.exit_code == 0
    assert [json.loads(line)["position"] for line in result.stdout.splitlines()] == shown


def test_tail_shows_what_events_say(root: Path, tmp_path: Path) -> None:
    """Sentences as timeline tells them, with figures; entities by their ids."""
    path = tmp_path / "corp.db"
    assert run("record", root / "events", "--into", path).exit_code == 0
    lines = run("tail", path, "-n", "99").stdout.splitlines()
    assert any(
        line.endswith("2015-03  alibaba-group acquires a stake in enlight  +8.8%  USD 380M") for line in lines
    )
    assert len(lines) == len(content(path))


def test_tail_has_a_form_for_programs(path: Path) -> None:
    """JSON Lines with the chain and the event as in a file, or tab-separated text."""
    record = content(path)[-1]
    result = run("tail", path, "-n", "1", "--json")
    assert json.loads(result.stdout) == {
        "position": 3,
        "recorded_at": record.recorded_at,
        "chain": record.chain.hex(),
        "event": json.loads(record.body),
    }
    assert run("tail", path, "-n", "1", "--plain").stdout.rstrip("\n").split("\t") == [
        "3",
        record.recorded_at,
        "1998",
        "entity.founded",
        "cargo-founded",
        "Cargo is founded (company)",
    ]


def test_nothing_in_a_record_reaches_the_terminal_as_a_command(tmp_path: Path) -> None:
    """No event has a control character in it: a record that has is refused, and shown with stand-ins."""
    path = tmp_path / "corp.db"
    with open_store(path, create=True) as store:
        evil = founded("acme")[0]
        store.append([evil._replace(body=evil.body.replace(b'"Acme"', rb'"A\u001b[31m\tc\u0085\u202eme"'))])
    for form in ((), ("--plain",), ("--json",)):
        result = run("tail", path, *form)
        assert (result.exit_code, result.stdout) == (1, "")
        assert 'record 1 ("acme-founded"): name: error[C309]' in result.stderr
        assert all(line.isprintable() for line in result.stderr.split("\n"))


def test_tail_reads_the_usual_source(path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By --from, by CHRONICLE_SOURCE; files have nothing recorded in them."""
    assert run("tail", "--from", path, "-n", "1").stdout == run("tail", path, "-n", "1").stdout
    assert run("--from", path, "tail", "-n", "1").stdout == run("tail", path, "-n", "1").stdout
    monkeypatch.setenv("CHRONICLE_SOURCE", str(path))
    assert len(run("tail").stdout.splitlines()) == 3
    for source in (root / "events", root / "events" / "entities.yaml"):
        result = run("tail", "--from", source)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "nothing is recorded in files" in result.stderr
        assert "error[C509]" in result.stderr


def test_tail_stops_at_damage(path: Path) -> None:
    """What comes before is shown, and the damaged record is named."""
    path.write_bytes(path.read_bytes().replace(b'"Bolt"', b'"Volt"'))
    result = run("tail", path, "--json")
    assert result.exit_code == 4
    assert [json.loads(line)["position"] for line in result.stdout.splitlines()] == [1]
    assert "error[C505]: record 2" in result.stderr


def read_lines(stream: IO[str], seen: list[str]) -> Thread:
    """Read a stream to its end in a thread of its own."""

    def read() -> None:
        seen.extend(stream)

    thread = Thread(target=read, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def following(path: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A process that follows the store, and the lines that it wrote so far."""
    seen: list[str] = []
    with process("tail", path, "--after", "0", "--follow", "--json") as tail:
        thread = read_lines(tail.stdout, seen)  # type: ignore[arg-type]
        until(lambda: len(seen) == 3)
        yield tail, seen
        tail.kill()
        thread.join()


def test_tail_follows_what_others_record(
    path: Path, following: tuple[subprocess.Popen[str], list[str]]
) -> None:
    """Every record once and in order, whoever writes it; Ctrl-C is how it ends, and no accident."""
    tail, seen = following

    def write(writer: int) -> None:
        with open_store(path) as store:
            for number in range(20):
                store.append(founded(f"company-{writer}-{number}"))

    writers = [Thread(target=write, args=(writer,)) for writer in range(3)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    until(lambda: len(seen) == 63)
    tail.send_signal(signal.SIGINT)
    assert tail.wait(timeout=60) == 0
    assert tail.stderr is not None
    assert tail.stderr.read() == "\n"
    found = [json.loads(line) for line in seen]
    assert [each["position"] for each in found] == list(range(1, 64))
    assert [each["chain"] for each in found] == [record.chain.hex() for record in content(path)]


def test_ctrl_c_while_nothing_comes_ends_it_as_well(
    following: tuple[subprocess.Popen[str], list[str]],
) -> None:
    """Most of its time it waits, and looks now and then whether somebody reads."""
    tail, seen = following
    time.sleep(1.2)
    tail.send_signal(signal.SIGINT)
    assert tail.wait(timeout=60) == 0
    assert tail.stderr is not None
    assert tail.stderr.read() == "\n"
    assert len(seen) == 3


@pytest.mark.skipif(
    not hasattr(__import__("select"), "poll"), reason="a closed pipe is found by writing only"
)
def test_tail_ends_when_nobody_reads_any_more(path: Path) -> None:
    """Into ``head``, it ends although nothing is recorded any more, quietly."""
    with process("tail", path, "--follow", "--plain") as tail:
        assert tail.stdout is not None
        shown = [tail.stdout.readline() for _ in range(3)]
        assert [line.split("\t")[0] for line in shown] == ["1", "2", "3"]
        tail.stdout.close()
        assert tail.wait(timeout=60) == 141
        assert tail.stderr is not None
        assert tail.stderr.read() == ""


def test_who_follows_on_a_system_without_poll_is_told_by_the_next_write(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one cannot ask whether somebody reads, and where the output is no file, it just goes on."""
    waits: list[int] = []

    def wait(_: object, after: int, seconds: float) -> bool:
        waits.append(after)
        if len(waits) == 2:
            raise KeyboardInterrupt
        return False

    monkeypatch.setattr("chronicle.stores.sqlite.SqliteStore.wait", wait)
    for _ in range(2):
        result = run("tail", path, "--follow", "--json")
        assert (result.exit_code, len(result.stdout.splitlines())) == (0, 3)
        assert waits == [3, 3]
        waits.clear()
        monkeypatch.delattr("select.poll", raising=False)


def test_without_follow_ctrl_c_is_what_it_is_elsewhere(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stops a listing gets the exit code of every other command for that."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chronicle.cli.keeping.tail._start", interrupted)
    assert run("tail", path).exit_code == 130
    assert run("tail", path, "--follow").exit_code == 0


# migrate


def test_a_store_of_an_older_format_is_migrated(tmp_path: Path) -> None:
    """Once; its records stay as they are, and doing it again does no harm."""
    old = Path(__file__).resolve().parent / "data" / "stores" / "format-1.db"
    path = tmp_path / "corp.db"
    path.write_bytes(old.read_bytes())
    before = content(path)
    result = run("migrate", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "store migrated: format 1 -> 2\n"
    assert content(path) == before
    assert run("migrate", path).stdout == "store is of format 2 already\n"
    assert run("verify", path).exit_code == 0


def test_a_new_store_needs_no_migration(path: Path, tmp_path: Path) -> None:
    """And what is no store gets none."""
    assert run("migrate", path).stdout == "store is of format 2 already\n"
    result = run("migrate", tmp_path / "none.db")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "error[C507]" in result.stderr


def test_tables_that_were_made_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """In PostgreSQL there may be none before."""
    monkeypatch.setattr("chronicle.stores.migrate_store", lambda _: (0, 2))
    assert run("migrate", "postgresql://host/database").stdout == "store made: format 2\n"


# PostgreSQL


def test_a_store_goes_to_postgresql_and_back(path: Path, tmp_path: Path, postgresql_url: str) -> None:
    """Into tables and out of them again, and more of it later: the same records, the same head."""
    back = tmp_path / "back.db"
    with open_store(path) as store:
        head = store.head()
    result = run("backup", path, postgresql_url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"copied 3 records (0 were there already); head of both 3 {head.chain}\n"
    assert run("backup", postgresql_url, back).exit_code == 0
    assert content(back) == content(path)
    with open_store(path) as store:
        store.append(founded("dune"))
    assert run("backup", path, postgresql_url).stdout.startswith("copied 1 record (3 were there already)")
    assert run("backup", postgresql_url, back).stdout.startswith("copied 1 record (3 were there already)")
    assert content(back) == content(path)
    with open_store(postgresql_url) as store:
        store.append(founded("echo"))
    assert "error[C512]" in run("backup", path, postgresql_url).stderr


def test_events_are_recorded_into_tables_that_are_made_for_them(root: Path, postgresql_url: str) -> None:
    """A store on a server is made like a file when something is recorded, and not for a dry run."""
    events = root / "events"
    assert "has no store in the schema" in run("record", events, "--into", postgresql_url, "--dry-run").stderr
    assert run("record", events, "--into", postgresql_url).stderr.startswith("recorded 29 events (0 were")
    assert run("record", events, "--into", postgresql_url).stderr.startswith("recorded 0 events (29 were")
    dry = run("record", events, "--into", postgresql_url, "--dry-run").stderr
    assert dry == "would record 0 events (29 are there already)\n"


def test_a_store_in_postgresql_is_sealed_and_verified(
    path: Path, tmp_path: Path, postgresql_url: str
) -> None:
    """The seal of a file holds for the same history in tables, and the other way round."""
    file = tmp_path / "corp.seal"
    run("backup", path, postgresql_url)
    assert run("seal", postgresql_url, "-o", file).exit_code == 0
    assert "nothing was added since" in run("verify", path, "--seal", file).stdout
    with open_store(postgresql_url) as store:
        store.append(founded("dune"))
    assert "1 record was added since" in run("verify", postgresql_url, "--seal", file).stdout


def test_tail_follows_a_store_in_postgresql(postgresql_url: str) -> None:
    """What several writers record at once arrives in one order, each record once."""
    seen: list[str] = []
    assert run("migrate", postgresql_url).stdout.startswith("store made: format ")
    assert "already" in run("migrate", postgresql_url).stdout

    def write(writer: int) -> None:
        with open_store(postgresql_url) as store:
            for number in range(10):
                store.append(founded(f"company-{writer}-{number}"))

    write(0)
    with process("tail", postgresql_url, "--after", "0", "--follow", "--json") as tail:
        thread = read_lines(tail.stdout, seen)  # type: ignore[arg-type]
        until(lambda: len(seen) == 10)
        writers = [Thread(target=write, args=(writer,)) for writer in (1, 2)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        until(lambda: len(seen) == 30)
        tail.send_signal(signal.SIGINT)
        assert tail.wait(timeout=60) == 0
        thread.join()
        assert tail.stderr is not None
        assert tail.stderr.read() == "\n"
    assert [json.loads(line)["position"] for line in seen] == list(range(1, 31))
