"""What only the SQLite store can go through: files, other processes, and hands behind its back."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from zlib import crc32

import pytest

from chronicle.errors import AppendRefused, ChronicleError, Damaged, StoreError
from chronicle.stores import Appended, Head, NewRecord, Record, migrate_store, open_store
from chronicle.stores.group import GroupCommit, Outcome, Request
from chronicle.stores.sqlite import open_sqlite

FIVE = [NewRecord(f"event-{number}", "entity.founded", b'{"n":%d}' % number) for number in range(1, 6)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of five records, in two appends, closed."""
    path = tmp_path / "corp.db"
    with open_store(path, create=True) as store:
        store.append(FIVE[:2])
        store.append(FIVE[2:])
    return path


def behind_our_back(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    """Change the file as someone would who knows SQLite: takes the triggers away, and puts them back."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement, values)
    for _, statement in triggers:
        with suppress(sqlite3.OperationalError):  # when its table is gone
            connection.execute(statement)
    connection.close()


def findings(path: Path) -> list[str]:
    """What verify says."""
    with open_store(path, read_only=True) as store:
        return [f"{problem.code} {problem.message}" for problem in store.verify().problems]


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as caught:
        act()
    return f"{caught.value.code} {caught.value.problems[0].message}"


# Kept


def test_what_was_acknowledged_is_there_after_reopening(path: Path) -> None:
    """Another opening finds every record, the same head, and goes on where the first left off."""
    with open_store(path) as store:
        head = store.head()
        assert [NewRecord(*record[2:5]) for record in store.read()] == FIVE
        store.append([NewRecord("event-6", "k", b"{}")], expected=5)
    with open_store(path, read_only=True) as store:
        assert [record.position for record in store.read(after=4)] == [5, 6]
        assert next(store.read(after=4)).chain.hex() == head.chain
        assert store.verify().intact


def test_an_append_that_breaks_off_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure in the middle of a batch, even one of our own making, keeps none of it."""

    def broken(*_: object) -> list[Record]:
        made = [Record(6, "2026-01-01T00:00:00.000000Z", "event-6", "k", b"{}", 0, bytes(32))]
        return [*made, made[0]._replace(position=7)]

    with open_store(path) as store:
        monkeypatch.setattr("chronicle.stores.group.chained", broken)
        with pytest.raises(Damaged):
            store.append([NewRecord("event-6", "k", b"{}")])
        monkeypatch.undo()
        assert store.head().position == 5
        assert store.append([NewRecord("event-6", "k", b"{}")]).head.position == 6
        assert store.verify().intact


def test_two_writers_cannot_both_follow_the_same_head(path: Path) -> None:
    """Of two who saw position 5, the second is told so; after reading again, it succeeds."""
    with open_store(path) as one, open_store(path) as other:
        one.append([NewRecord("one", "k", b"{}")], expected=5)
        with pytest.raises(AppendRefused, match="expected 5, found 6"):
            other.append([NewRecord("other", "k", b"{}")], expected=5)
        other.append([NewRecord("other", "k", b"{}")], expected=other.head().position)
        assert [record.id for record in one.read(after=5)] == ["one", "other"]


def test_a_reader_is_not_disturbed_by_a_writer(path: Path) -> None:
    """While one process appends, another reads and verifies what was there."""
    with open_store(path) as writer, open_store(path, read_only=True) as reader:
        reading = reader.read()
        next(reading)
        writer.append([NewRecord("event-6", "k", b"{}")])
        assert [record.position for record in reading] == [2, 3, 4, 5]
        assert reader.verify().records == 6


def test_a_store_that_another_process_writes_to_is_busy(path: Path) -> None:
    """Who waits in vain for another writer is told so, and nothing is lost."""
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with open_sqlite(path, patience=0.01) as store:
        text = f'C508 store "{path}" is busy: another process is writing'
        assert refusal(lambda: store.append([NewRecord("event-6", "k", b"{}")])) == text
        writer.execute("ROLLBACK")
        writer.close()
        assert store.append([NewRecord("event-6", "k", b"{}")]).head.position == 6


def test_a_full_disk_refuses_the_batch_and_keeps_the_rest(path: Path) -> None:
    """An append for which there is no room is refused whole; with room again, it succeeds."""
    batch = [NewRecord(f"more-{number}", "k", b'"' + b"x" * 300 + b'"') for number in range(200)]
    with open_sqlite(path) as store:
        limit = store._connection.execute("PRAGMA max_page_count").fetchone()[0]
        store._connection.execute("PRAGMA max_page_count = 8")
        text = f'C507 store "{path}" cannot be read or written: database or disk is full'
        assert refusal(lambda: store.append(batch)) == text
        assert store.verify().records == 5
        store._connection.execute(f"PRAGMA max_page_count = {limit}")
        assert store.append(batch).head.position == 205
        assert store.verify().intact


class FailingDisk:
    """A connection whose disk fails at one commit, as SQLite reports a failed sync."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: object) -> object:
        if statement == "COMMIT":
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error
        return self._connection.execute(statement, *values)


def test_a_store_whose_disk_failed_takes_no_more(path: Path) -> None:
    """After a failed sync nothing is acknowledged any more, until the store is opened again."""
    more = [NewRecord("event-6", "k", b"{}")]
    with open_sqlite(path) as store:
        store._connection = FailingDisk(store._connection)
        assert refusal(lambda: store.append(more)).startswith("C507")
        store._connection = store._connection._connection
        text = f'C511 store "{path}" takes no more: the disk failed at an append'
        assert refusal(lambda: store.append(more)) == text
        assert refusal(lambda: store.restore(list(store.read()))) == text
        assert len(list(store.read())) == 5
    with open_store(path) as store:
        assert store.append(more).head.position == 6
        assert store.verify().intact


def test_a_log_left_behind_is_written_anew_before_anything_is_added(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stopped writer left in the log may not be on the disk: it is there before it is built upon."""
    with open_store(path) as store:
        store.append([NewRecord("event-6", "k", b"{}")])
        copy = tmp_path / "copy.db"
        for end in ("", "-wal"):
            Path(f"{copy}{end}").write_bytes(Path(f"{path}{end}").read_bytes())
    log = Path(f"{copy}-wal")
    before, synced = log.read_bytes(), []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    with open_store(copy) as store:
        assert synced == [log.stat().st_ino, tmp_path.stat().st_ino]
        assert log.read_bytes() == before
        assert store.head().position == 6


def test_looking_at_a_store_twice_takes_no_lock_away(path: Path) -> None:
    """A second handle of one process leaves the first its locks: nobody removes the log under its hands."""

    def elsewhere(program: str) -> str:
        whole = f"from chronicle.stores import open_store\nstore = open_store({str(path)!r})\n{program}"
        done = subprocess.run([sys.executable, "-c", whole], check=True, capture_output=True, text=True)
        return done.stdout

    with open_store(path) as store:
        open_store(path).close()
        elsewhere("store.close()")
        store.append([NewRecord("event-6", "k", b"{}")])
        assert elsewhere("print(store.head().position)") == "6\n"


def test_a_large_batch_with_known_ids_is_looked_up(path: Path) -> None:
    """A large append goes by the hope that all is new, and is right when it is not."""
    batch = [NewRecord(f"event-{number}", "entity.founded", b'{"n":%d}' % number) for number in range(1, 101)]
    with open_store(path) as store:
        done = store.append(batch)
        assert (len(done.added), done.known, done.head.position) == (95, 5, 100)
        assert store.append(batch, expected=7).known == 100
        other = [*batch[:60], batch[99]._replace(body=b"{}")]
        assert refusal(lambda: store.append(other)).startswith('C503 event "event-100"')
        assert store.verify().intact


def test_a_group_that_is_interrupted_fails_for_all(path: Path) -> None:
    """When the thread that commits for others is stopped, they are told, and may try again."""
    entered, go_on = Event(), Event()

    def commit(requests: Sequence[Request]) -> Sequence[Outcome]:
        entered.set()
        go_on.wait(30)
        raise KeyboardInterrupt

    group, told = GroupCommit(commit), []

    def write(name: str) -> None:
        try:
            group.append([NewRecord(name, "k", b"{}")], None)
        except BaseException as error:
            told.append(type(error).__name__)

    first = Thread(target=write, args=("a",))
    first.start()
    assert entered.wait(30)
    go_on.set()
    first.join(30)
    second = Thread(target=write, args=("b",))
    group._waiting.append(waiting := Request([NewRecord("c", "k", b"{}")], None))
    second.start()
    second.join(30)
    assert told == ["KeyboardInterrupt", "KeyboardInterrupt"]
    assert waiting.error is not None
    assert waiting.error.code == "C507"


def test_a_thread_that_is_stopped_while_it_waits_for_its_turn_appends_nothing() -> None:
    """What its thread does not want any more is not committed by the next one either."""
    group = GroupCommit(lambda requests: [Appended((), 0, Head(0, "")) for _ in requests])
    group._turn = Stopped()
    with pytest.raises(KeyboardInterrupt):
        group.append([NewRecord("a", "k", b"{}")], None)
    assert not group._waiting


class Stopped:
    """A turn that never comes: Ctrl-C is there first."""

    def __enter__(self) -> None:
        raise KeyboardInterrupt

    def __exit__(self, *_: object) -> None:
        """Never."""


def test_an_append_that_is_stopped_lets_others_write(path: Path) -> None:
    """Ctrl-C just after the right to write was given leaves no transaction behind."""
    with open_store(path) as store, open_sqlite(path, patience=0.05) as other:
        real = store._connection

        class Interrupting:
            in_transaction = property(lambda _: real.in_transaction)

            def execute(self, statement: str, *values: object) -> object:
                done = real.execute(statement, *values)
                if statement == "BEGIN IMMEDIATE":
                    raise KeyboardInterrupt
                return done

        store._connection = Interrupting()
        with pytest.raises(KeyboardInterrupt):
            store.append([NewRecord("event-6", "k", b"{}")])
        store._connection = real
        assert other.append([NewRecord("event-6", "k", b"{}")]).head.position == 6
        assert store.append([NewRecord("event-7", "k", b"{}")]).head.position == 7


def test_who_stops_verify_does_not_wait_for_the_rest(path: Path) -> None:
    """The part of SQLite, which takes long in a large file, is broken off as well."""
    interrupted = []

    class Examined:
        def interrupt(self) -> None:
            interrupted.append(True)

    def stop(*_: int) -> None:
        store._examining = Examined()
        raise KeyboardInterrupt

    with open_store(path) as store:
        with pytest.raises(KeyboardInterrupt):
            store.verify(stop)
        assert interrupted == [True]
        assert store.verify().intact


def test_the_file_says_what_it_is(path: Path) -> None:
    """The header has our mark and version; the log and the syncing are the safe ones."""
    with open_sqlite(path) as store:

        def setting(name: str) -> object:
            return store._connection.execute(f"PRAGMA {name}").fetchone()[0]

        assert setting("application_id").to_bytes(4, "big") == b"Chrn"
        assert setting("user_version") == 2
        assert setting("journal_mode") == "wal"
        assert setting("synchronous") == 2  # FULL


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "UPDATE records SET body = '{}' WHERE position = 3",
            "a record is never changed: record a correction",
        ),
        ("DELETE FROM records WHERE position = 5", "a record is never deleted: record a retraction"),
        (
            "INSERT OR REPLACE INTO records SELECT position, recorded_at, id, kind, '{}', checksum, chain "
            "FROM records WHERE position = 3",
            "a record is only added, at the next position: record a correction",
        ),
        (
            "INSERT INTO records SELECT position + 9, recorded_at, 'far', kind, body, checksum, chain "
            "FROM records WHERE position = 5",
            "a record is only added, at the next position: record a correction",
        ),
        (
            "INSERT OR REPLACE INTO records SELECT 6, recorded_at, id, kind, body, checksum, chain "
            "FROM records WHERE position = 5",
            "a record is only added, at the next position: record a correction",
        ),
        ("UPDATE head SET position = 4", "the head of a store only moves on"),
        ("DELETE FROM head", "the head of a store is never deleted"),
    ],
)
def test_the_file_itself_refuses_to_be_edited(path: Path, statement: str, message: str) -> None:
    """Whoever opens the file with another program is stopped by its triggers."""
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match=message):
        connection.execute(statement)
    connection.close()
    assert findings(path) == []


@pytest.mark.parametrize("table", ["UPDATE ON head", "INSERT ON records"])
def test_what_the_tables_swallow_is_not_acknowledged(path: Path, table: str) -> None:
    """A trigger that is not ours can ignore what is written; then nothing is said to be kept."""
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TRIGGER odd BEFORE {table} BEGIN SELECT RAISE(IGNORE); END")
    connection.close()
    text = f'C510 file of store "{path}" is damaged: its tables do not keep what they are given'
    batch = [NewRecord(f"more-{number}", "k", b"{}") for number in range(40)]
    with open_store(path) as store:
        for records in (batch, batch[:1]):
            assert refusal(lambda records=records: store.append(records)) == text
        assert len(list(store.read())) == 5


def test_a_record_in_front_of_the_first_is_noticed(path: Path) -> None:
    """Positions count from 1: what stands before that was not appended."""
    columns = "recorded_at, 'before', kind, body, checksum, chain FROM records WHERE position = 1"
    behind_our_back(path, f"INSERT INTO records SELECT 0, {columns}")
    assert findings(path) == [
        'C505 record 0 ("before") was changed after it was written: its checksum does not fit'
    ]


def test_a_store_without_its_guards_is_not_intact(path: Path) -> None:
    """Whoever takes the triggers away, or puts another one there, is noticed."""
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER records_are_never_deleted")
    connection.execute("CREATE TRIGGER odd AFTER INSERT ON records BEGIN DELETE FROM records; END")
    connection.close()
    wrong = "not as it was made: records_are_never_deleted, odd"
    assert findings(path) == [f'C510 file of store "{path}" is damaged: {wrong}']


# Older formats


def test_a_store_of_an_older_format_is_read_and_brought_up_to_date(path: Path) -> None:
    """What an older Chronicle made is read as it is, and written to once it is brought up to date."""
    behind_our_back(
        path,
        "PRAGMA user_version = 1",
        "CREATE TRIGGER records_are_never_replaced BEFORE INSERT ON records WHEN EXISTS "
        "(SELECT 1 FROM records WHERE position = NEW.position OR id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'a record is never replaced: record a correction'); END",
    )
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER records_are_only_added")
    connection.close()
    with open_store(path, read_only=True) as store:
        head = store.head()
        assert store.verify().intact
    with pytest.raises(StoreError) as caught:
        open_store(path)
    assert str(caught.value) == (
        f'error[C515]: store "{path}" is of format 1; format 2 is written here\n'
        f"  help: bring it up to date: chronicle migrate {path}"
    )
    assert migrate_store(path) == (1, 2)
    assert migrate_store(path) == (2, 2)
    with open_store(path) as store:
        assert store.head() == head
        assert store.verify().intact
        assert store.append([NewRecord("event-6", "k", b"{}")]).head.position == 6


def test_a_migration_that_fails_leaves_the_store_as_it_was(path: Path) -> None:
    """A store whose tables are not those of its format is not half brought up to date."""
    behind_our_back(path, "PRAGMA user_version = 1")
    assert refusal(lambda: migrate_store(path)).startswith("C510")
    with open_store(path, read_only=True) as store:
        assert len(list(store.read())) == 5
    assert migrate_store("memory:") == (1, 1)


# Tampered with


FORGED = (
    'C506 record {} ("event-{}") does not follow from record {}: one of the two was changed or put in '
    "another's place, and its checksum made to fit"
)
CHANGED = 'C505 record {} ("event-{}") was changed after it was written: its checksum does not fit'


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE records SET body = '{\"n\":9}' WHERE position = 3"], [CHANGED.format(3, 3)]),
        (["UPDATE records SET kind = 'k' WHERE position = 1"], [CHANGED.format(1, 1)]),
        (["UPDATE records SET id = 'event-9' WHERE position = 5"], [CHANGED.format(5, 9)]),
        (["UPDATE records SET recorded_at = '2020' WHERE position = 2"], [CHANGED.format(2, 2)]),
        (["UPDATE records SET checksum = checksum + 1 WHERE position = 2"], [CHANGED.format(2, 2)]),
        (["DELETE FROM records WHERE position = 1"], ["C506 record 1 is missing"]),
        (["DELETE FROM records WHERE position = 3"], ["C506 record 3 is missing"]),
        (["DELETE FROM records WHERE position IN (2, 3)"], ["C506 records 2 to 3 are missing"]),
        (["DELETE FROM records WHERE position = 5"], ["C506 record 5 is missing"]),
        (["DELETE FROM records"], ["C506 records 1 to 5 are missing"]),
        (
            [
                "UPDATE records SET position = 99 WHERE position = 2",
                "UPDATE records SET position = 2 WHERE position = 4",
                "UPDATE records SET position = 4 WHERE position = 99",
            ],
            [
                'C506 record 2 ("event-4") was moved: it was written as record 4',
                'C506 record 4 ("event-2") was moved: it was written as record 2',
            ],
        ),
        (
            ["UPDATE records SET position = 6 WHERE position = 2"],
            [
                "C506 record 2 is missing",
                'C506 record 6 ("event-2") was moved: it was written as record 2',
                "C506 record 6 was added behind the end of the store, not by an append",
            ],
        ),
        (
            ["UPDATE head SET position = 4, chain = (SELECT chain FROM records WHERE position = 4)"],
            ["C506 record 5 was added behind the end of the store, not by an append"],
        ),
        (
            ["UPDATE head SET chain = zeroblob(32)"],
            ["C506 record 5 does not have the chain hash with which the store was left"],
        ),
        (
            ["UPDATE records SET chain = zeroblob(32) WHERE position = 2"],
            [FORGED.format(2, 2, 1)],
        ),
    ],
)
def test_verify_names_what_was_done_to_the_records(
    path: Path, statements: list[str], expected: list[str]
) -> None:
    """Changed, lost, added or moved: verify names the records, and reading them stops with an error."""
    behind_our_back(path, *statements)
    assert findings(path) == expected
    with open_store(path) as store:
        if "head" not in statements[0] or "zeroblob" in statements[0]:
            with pytest.raises(Damaged):
                list(store.read())
            with pytest.raises(Damaged):
                list(store.read_at(range(1, 6)))


def test_a_record_behind_a_missing_one_is_not_read(path: Path) -> None:
    """What it follows from is not there, so nothing proves it; what lies before can be read."""
    behind_our_back(path, "DELETE FROM records WHERE position = 3")
    with open_store(path) as store:
        with pytest.raises(Damaged, match="record 3 is missing"):
            list(store.read_at([2, 4]))
        assert [record.position for record in store.read_at([1, 2, 5])] == [1, 2, 5]


def canonical(record: tuple[object, ...]) -> bytes:
    position, recorded_at, id, kind, body = record[:5]
    return f"{position}\n{recorded_at}\n{id}\n{kind}\n{body}".encode()


def test_a_checksum_made_to_fit_does_not_help(path: Path) -> None:
    """Whoever edits a record and recomputes its checksum is found by the chain, on verify and on reading."""
    connection = sqlite3.connect(path)
    row = connection.execute("SELECT * FROM records WHERE position = 3").fetchone()
    connection.close()
    forged = canonical((*row[:4], '{"n":9}'))
    behind_our_back(
        path,
        "UPDATE records SET body = '{\"n\":9}', checksum = ? WHERE position = 3",
        values=(crc32(forged),),
    )
    assert findings(path) == [FORGED.format(3, 3, 2)]
    with open_store(path) as store:
        assert refusal(lambda: list(store.read())) == FORGED.format(3, 3, 2)


def test_a_record_forged_whole_breaks_the_chain_behind_it(path: Path) -> None:
    """With checksum and chain of one record recomputed, the next record does not follow."""
    connection = sqlite3.connect(path)
    before, row = connection.execute("SELECT * FROM records WHERE position IN (2, 3)").fetchall()
    connection.close()
    forged = canonical((*row[:4], '{"n":9}'))
    values = (crc32(forged), sha256(before[6] + forged).digest())
    behind_our_back(
        path,
        "UPDATE records SET body = '{\"n\":9}', checksum = ?, chain = ? WHERE position = 3",
        values=values,
    )
    assert findings(path) == [FORGED.format(4, 4, 3)]


def test_a_record_put_behind_the_end_is_named(path: Path) -> None:
    """A record that no append wrote is found, even if its hashes fit, and nothing is added to it."""
    connection = sqlite3.connect(path)
    last = connection.execute("SELECT * FROM records WHERE position = 5").fetchone()
    connection.close()
    forged = (6, last[1], "event-6", "k", "{}")
    values = (*forged, crc32(canonical(forged)), sha256(last[6] + canonical(forged)).digest())
    behind_our_back(path, "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", values=values)
    text = "C506 record 6 was added behind the end of the store, not by an append"
    assert findings(path) == [text]
    with open_store(path) as store:
        assert refusal(lambda: store.append([NewRecord("event-7", "k", b"{}")])) == text


def test_a_field_with_a_line_break_is_no_record(path: Path) -> None:
    """A line in a field makes canonical bytes ambiguous: refused though every hash was made to fit."""
    connection = sqlite3.connect(path)
    last = connection.execute("SELECT * FROM records WHERE position = 5").fetchone()
    connection.close()
    forged = (6, last[1], "event-6", "k\nk", "{}")
    chain = sha256(last[6] + canonical(forged)).digest()
    values = (*forged, crc32(canonical(forged)), chain)
    behind_our_back(path, "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", values=values)
    behind_our_back(path, "UPDATE head SET position = 6, chain = ?", values=(chain,))
    assert findings(path) == [CHANGED.format(6, 6)]
    with open_store(path) as store:
        assert refusal(lambda: list(store.read())) == CHANGED.format(6, 6)


def test_an_index_that_leads_astray_is_noticed(path: Path) -> None:
    """When the index of ids points to another record, neither get nor verify takes it for the right one."""
    behind_our_back(path, "UPDATE records SET id = 'event-9' WHERE position = 3")
    whole = path.read_bytes()
    # The index has the id and the table has it: put the table back, and the index alone is wrong.
    before, found, after = whole.rpartition(b"event-9entity.founded")
    assert found
    path.write_bytes(before + b"event-3entity.founded" + after)
    with open_store(path) as store:
        assert list(store.read())[2].id == "event-3"
        assert refusal(lambda: store.get("event-9")) == CHANGED.format(3, 9)
        codes = [problem.code for problem in store.verify().problems]
    assert codes
    assert set(codes) == {"C510"}


def test_text_that_is_no_text_any_more_names_its_record(path: Path) -> None:
    """A damaged byte that leaves a field without meaning in UTF-8 is a changed record, not a crash."""
    behind_our_back(path, "UPDATE records SET kind = CAST(x'ff41' AS TEXT) WHERE position = 4")
    assert findings(path) == [CHANGED.format(4, 4)]
    with open_store(path) as store:
        assert refusal(lambda: list(store.read())) == CHANGED.format(4, 4)
        assert refusal(lambda: store.get("event-4")) == CHANGED.format(4, 4)
        assert store.get("event-3") is not None


def test_a_damaged_record_is_neither_repeated_nor_built_upon(path: Path) -> None:
    """An append that meets damage at its own id or at the end of the store stops."""
    behind_our_back(path, "UPDATE records SET body = '{}' WHERE position IN (2, 5)")
    with open_store(path) as store:
        assert refusal(lambda: store.append([FIVE[1]])) == CHANGED.format(5, 5)
        assert store.head().position == 5


def test_reading_from_behind_a_missing_record_is_refused(path: Path) -> None:
    """The chain cannot be taken up at a record that is gone."""
    behind_our_back(path, "DELETE FROM records WHERE position = 3")
    with open_store(path) as store:
        assert refusal(lambda: list(store.read(after=3))) == "C506 record 3 is missing"


def test_every_flipped_byte_is_found_or_harmless(path: Path, tmp_path: Path) -> None:
    """Bytes of the file are turned over at random; there is a typed error, or an unchanged answer."""
    whole = path.read_bytes()
    with open_store(path) as store:
        answer = list(store.read())
    dice = random.Random(5)
    broken = tmp_path / "broken.db"
    found = 0
    for _ in range(250):
        place = dice.randrange(len(whole))
        copy = bytearray(whole)
        copy[place] ^= 1 << dice.randrange(8)
        broken.write_bytes(copy)
        try:
            with open_store(broken, read_only=True) as store:
                intact = store.verify().intact
                read = list(store.read())
                assert read == answer
                assert all(store.get(record.id) == record for record in answer) or not intact
        except ChronicleError:
            found += 1
    assert found > 10


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_torn_file_is_refused(path: Path, share: float) -> None:
    """A file cut anywhere gives a typed error."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    def read() -> None:
        with open_store(path) as store:
            list(store.read())
            if not store.verify().intact:
                raise Damaged(*store.verify().problems)

    assert refusal(read)[:4] in {"C501", "C506", "C510"}


def test_a_file_with_a_hole_is_reported_by_verify(path: Path) -> None:
    """A page of nothing in the middle is damage of the file, which verify returns like any other finding."""
    with open_store(path) as store:
        store.append([NewRecord(f"more-{number}", "k", b'"' + b"x" * 300 + b'"') for number in range(200)])
    whole = bytearray(path.read_bytes())
    half = len(whole) // 8192 * 4096
    whole[half : half + 4096] = bytes(4096)
    path.write_bytes(whole)
    with open_store(path, read_only=True) as store:
        result = store.verify()
    assert {problem.code for problem in result.problems} == {"C510"}
    assert result.problems[0].message.startswith(f'file of store "{path}" is damaged: ')


def test_a_damaged_name_of_a_table_is_damage(path: Path) -> None:
    """What SQLite quotes of a damaged file may be no text; that is damage of the file and not a crash."""
    whole = path.read_bytes()
    assert whole.count(b"CREATE TABLE records (") == 1
    path.write_bytes(whole.replace(b"CREATE TABLE records (", b"CREATE TABLE\xa0 rec\xa0rds("))
    text = f'C510 file of store "{path}" is damaged: it holds text that is not UTF-8'
    assert refusal(lambda: open_store(path)) == text


def test_a_store_without_its_tables_is_damaged(path: Path) -> None:
    """When the header is ours and the tables are not, the file is damaged."""
    behind_our_back(path, "DROP TABLE head")
    text = f'C510 file of store "{path}" is damaged: no such table: head'
    with open_store(path) as store:
        assert refusal(store.head) == text
        problems = [f"{problem.code} {problem.message}" for problem in store.verify().problems]
    gone = "head, head_only_moves_on, head_is_never_deleted"
    assert problems == [text, f'C510 file of store "{path}" is damaged: not as it was made: {gone}']


@pytest.mark.parametrize("change", ["DELETE FROM head", "UPDATE head SET chain = x'00'"])
def test_a_store_without_a_head_is_damaged(path: Path, change: str) -> None:
    """A store that cannot say where it ends is not read as if it were empty."""
    behind_our_back(path, change)
    with open_store(path) as store:
        assert (
            refusal(lambda: list(store.read()))
            == f'C510 file of store "{path}" is damaged: its head cannot be read'
        )


# Opening


def test_a_store_is_only_made_when_asked(tmp_path: Path) -> None:
    """Opening a store that is not there is refused, and leaves no file behind."""
    path = tmp_path / "corp.db"
    for act in (lambda: open_store(path), lambda: open_store(path, create=True, read_only=True)):
        assert refusal(act) == f'C507 store "{path}" does not exist'
    assert list(tmp_path.iterdir()) == []


def test_a_new_store_is_one_file(tmp_path: Path) -> None:
    """Making, writing, reading and closing leave the store and nothing beside it."""
    path = tmp_path / "corp.db"
    with open_store(path, create=True) as store:
        store.append(FIVE)
    with open_store(path, read_only=True) as store:
        list(store.read())
    assert list(tmp_path.iterdir()) == [path]


def test_making_a_store_again_opens_it(path: Path) -> None:
    """Create means: when there is none. What is there is kept."""
    with open_store(path, create=True) as store:
        assert store.head().position == 5


def test_of_two_who_make_a_store_one_is_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another process makes the store in the same moment, its store is the one that is used."""
    path = tmp_path / "corp.db"
    with open_store(tmp_path / "other.db", create=True) as other:
        other.append(FIVE)

    def just_before(draft: Path, name: Path) -> None:
        monkeypatch.undo()
        (tmp_path / "other.db").rename(path)
        name.hardlink_to(draft)

    monkeypatch.setattr("os.link", just_before)
    with open_store(path, create=True) as store:
        assert store.head().position == 5
    assert list(tmp_path.iterdir()) == [path]


def test_a_store_is_made_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems cannot link; the store is made all the same."""

    def no_links(*_: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr("os.link", no_links)
    with open_store(tmp_path / "corp.db", create=True) as store:
        store.append(FIVE)
    assert [file.name for file in tmp_path.iterdir()] == ["corp.db"]


def test_a_reader_who_may_not_write_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of his beside the store would keep its writers out."""
    may = os.access
    monkeypatch.setattr(os, "access", lambda name, mode: mode != os.W_OK and may(name, mode))
    with open_store(path, read_only=True) as store:
        assert store.verify().intact
        assert [file.name for file in path.parent.iterdir()] == ["corp.db"]
    with open_store(path) as writer, open_store(path, read_only=True) as store:
        writer.append([NewRecord("event-6", "k", b"{}")])
        assert store.wait(5, 10)


def test_a_reader_who_may_make_no_files_beside_the_store_reads_it_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though he may write to the file: SQLite could not make those by which it shares one."""
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda name, mode: (mode != os.W_OK or Path(name).is_file()) and may(name, mode)
    )
    with open_store(path, read_only=True) as store:
        assert store.verify().intact
        assert [file.name for file in path.parent.iterdir()] == ["corp.db"]


def test_a_store_opened_for_reading_refuses_to_write(path: Path) -> None:
    """Reading only means only reading: the file has the same bytes afterwards."""
    before = path.read_bytes()
    with open_sqlite(path, read_only=True) as store:
        assert refusal(lambda: store.append(FIVE)) == f'C507 store "{path}" was opened for reading only'
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            store._connection.execute("INSERT INTO head VALUES (2, 0, x'00')")
        assert len(list(store.read())) == 5
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["a?mode=memory.db", "a#b.db", "100%25.db", "影业 of.db", "a'b;.db"])
def test_a_path_is_a_path(tmp_path: Path, name: str) -> None:
    """Signs that mean something in an address mean nothing in the name of a file."""
    with open_store(str(tmp_path / name), create=True) as store:
        store.append(FIVE)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with open_store(tmp_path / name, read_only=True) as store:
        assert store.head().position == 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"events:\n  - kind: entity.founded\n", "it is no SQLite file"),
        (b"SQLite format 3\0" + b"\xff" * 500, "it is no SQLite file"),
        (b"SQLite format 3\0", "it is no SQLite file"),
    ],
)
@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_store_is_refused_and_kept(
    tmp_path: Path, content: bytes, reason: str, create: bool
) -> None:
    """A file of something else is neither read as a store nor overwritten by one."""
    path = tmp_path / "corp.db"
    path.write_bytes(content)
    assert refusal(lambda: open_store(path, create=create)) == f'C501 "{path}" is not a store: {reason}'
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    """Not every SQLite file is a store."""
    path = tmp_path / "photos.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE records (position)")
    connection.close()
    assert refusal(lambda: open_store(path, create=True)) == (
        f'C501 "{path}" is not a store: it is an SQLite file of something else'
    )


def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    """What a newer Chronicle wrote is not guessed at."""
    behind_our_back(path, "PRAGMA user_version = 3")
    with pytest.raises(StoreError) as caught:
        open_store(path)
    assert str(caught.value) == (
        f'error[C502]: store "{path}" is of format 3, newer than 2, the newest that is known here\n'
        "  help: install a newer Chronicle"
    )


def test_a_place_where_no_store_can_be_is_refused(tmp_path: Path) -> None:
    """A folder, a missing folder, a name that cannot be: each is refused in words."""
    assert (
        refusal(lambda: open_store(tmp_path)) == f'C507 store "{tmp_path}" cannot be opened: is a directory'
    )
    nowhere = tmp_path / "no" / "corp.db"
    assert refusal(lambda: open_store(nowhere, create=True)) == (
        f'C507 store "{nowhere}" cannot be made: no such file or directory'
    )
    assert refusal(lambda: open_store("a\0b", create=True)).startswith('C507 store "a\ufffdb" cannot be ')
    assert refusal(lambda: open_store("a\0b")).startswith('C507 store "a\ufffdb" cannot be ')


def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strict tables need SQLite 3.37; an older one says so at once."""
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 31, 1))
    assert "needs SQLite 3.37.0 or newer" in refusal(lambda: open_store(path))


# Without our code


def test_the_page_has_the_tables_as_they_are(path: Path, root: Path) -> None:
    """The tables on the page on the format are those in the file."""

    def columns(connection: sqlite3.Connection) -> list[object]:
        return [connection.execute(f"PRAGMA table_info({table})").fetchall() for table in ("records", "head")]

    page = (root / "docs" / "format.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```sql\n(.*?)```", page, flags=re.DOTALL)
    ours, theirs = sqlite3.connect(path), sqlite3.connect(":memory:")
    theirs.executescript(text)
    assert columns(ours) == columns(theirs)
    ours.close()
    theirs.close()
