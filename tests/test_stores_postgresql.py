"""What only the PostgreSQL store can go through: a server, many writers, roles, and hands behind its back."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from psycopg import sql

import postgresql_server
from chronicle.errors import AppendRefused, Damaged, StoreError, UsageError
from chronicle.stores import NewRecord, Record, Store, migrate_store, open_store
from chronicle.stores.group import Request
from chronicle.stores.postgresql import open_postgresql
from chronicle.stores.postgresql import tables as postgresql_tables
from chronicle.stores.record import GENESIS, Head, chained
from patience import until
from postgresql_server import connected

FIVE = [NewRecord(f"event-{number}", "entity.founded", b'{"n":%d}' % number) for number in range(1, 6)]
SIXTH = NewRecord("event-6", "k", b"{}")


@pytest.fixture
def url(postgresql_url: str) -> str:
    """A store of five records, in two appends, closed."""
    with open_store(postgresql_url, create=True) as store:
        store.append(FIVE[:2])
        store.append(FIVE[2:])
    return postgresql_url


@pytest.fixture
def owner(url: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner of the tables, past Chronicle, who finds them without their schema."""
    with closing(connected(url)) as connection:
        connection.execute(f"SET search_path = {schema_of(url)}")
        yield connection


def schema_of(url: str) -> str:
    return url.rpartition("schema=")[2]


def findings(url: str) -> list[str]:
    """What verify says."""
    with open_store(url, read_only=True) as store:
        return [f"{problem.code} {problem.message}" for problem in store.verify().problems]


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as caught:
        act()
    return f"{caught.value.code} {caught.value.problems[0].message}"


def numbered(name: str, count: int) -> list[NewRecord]:
    return [NewRecord(f"{name}-{number}", "k", b"{}") for number in range(count)]


def kill(connection: psycopg.Connection[Any], store: Store) -> None:
    """The server ends the connection of ``store``, as when it is restarted."""
    victim = store._connection.info.backend_pid
    connection.execute("SELECT pg_terminate_backend(%s, 5000)", (victim,))


# Kept


def test_what_was_acknowledged_is_there_after_reopening(url: str) -> None:
    """Another opening finds every record, the same head, and goes on where the first left off."""
    with open_store(url) as store:
        head = store.head()
        assert [NewRecord(*record[2:5]) for record in store.read()] == FIVE
        store.append([SIXTH], expected=5)
    with open_store(url, read_only=True) as store:
        assert [record.position for record in store.read(after=4)] == [5, 6]
        assert next(store.read(after=4)).chain.hex() == head.chain
        assert store.verify().intact


def test_every_text_comes_back(url: str) -> None:
    """Scripts, backslashes, tabs and carriage returns are kept, one at a time and in bulk."""
    bodies = ['{"影业":"ø\\u0000"}', "\\N", "\\.", "a\tb", "a\rb", "''\"%s{}", "\N{PILE OF POO}", " "]
    records = [NewRecord(f"文-{body.strip()[:2]!r}", "kind's", body.encode()) for body in bodies]
    with open_store(url) as store:
        for record in records[:4]:
            store.append([record])
        store.append(records[4:])
        assert [NewRecord(*record[2:5]) for record in store.read(after=5)] == records
        assert [store.get(record.id).body for record in records] == [record.body for record in records]
        assert store.verify().intact


def test_a_large_append_is_what_a_small_one_is(url: str) -> None:
    """Poured in piece by piece, it is all or nothing, kept once, and refused for the same reasons."""
    with open_store(url) as store:
        store.append([SIXTH])
        large = numbered("large", 1200)
        done = store.append([*large, large[7]], expected=6)
        assert (len(done.added), done.known, done.head.position) == (1200, 1, 1206)
        assert done.added == tuple(store.read(after=6))
        assert store.append(large).known == 1200
        store.append([NewRecord("event-7", "k", b"{}")])
        larger = numbered("larger", 1200)
        with pytest.raises(AppendRefused, match="expected 6, found 1207"):
            store.append(larger, expected=6)
        with pytest.raises(AppendRefused, match='event "event-3" is recorded with other content'):
            store.append([*larger, FIVE[2]._replace(body=b"{}")])
        assert store.append([*larger, *FIVE]).known == 5
        assert store.head().position == 2407
        assert store.verify().intact


def test_two_stores_of_one_database_know_nothing_of_each_other(url: str) -> None:
    """Each schema is a store of its own, with its own positions and its own turn."""
    other = postgresql_server.new_schema()
    with open_store(url) as store, open_store(other, create=True) as second:
        second.append([FIVE[0]])
        store.append([SIXTH])
        assert (store.head().position, second.head().position) == (6, 1)
        assert not second.wait(1, 0.05)
    postgresql_server.drop(other)


def test_an_append_that_breaks_off_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure in the middle of a bulk, even one of our own making, keeps none of it."""

    def broken(records: object) -> Iterator[bytes]:
        yield b"PGCOPY\n\xff\r\n\0" + bytes(8)
        raise RuntimeError("broken")

    with open_store(url) as store:
        monkeypatch.setattr("chronicle.stores.postgresql.store.in_binary", broken)
        with pytest.raises(RuntimeError, match="broken"):
            store.append(numbered("more", 3))
        monkeypatch.undo()
        assert store.head().position == 5
        assert store.append(numbered("more", 3)).head.position == 8
        assert store.verify().intact


def test_what_is_acknowledged_is_on_disk_whatever_the_server_is_set_to(
    url: str, owner: psycopg.Connection[Any]
) -> None:
    """A database that is set to acknowledge early does not do so for a store."""
    owner.execute("CREATE TABLE seen (setting text)")
    owner.execute("CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  f"INSERT INTO {schema_of(url)}.seen VALUES (current_setting('synchronous_commit')); "
                  "RETURN NULL; END $$")  # fmt: skip
    owner.execute("CREATE TRIGGER zz AFTER INSERT ON records FOR EACH STATEMENT EXECUTE FUNCTION look()")
    with open_store(url) as store:
        for setting in ("off", "local", "remote_write", "on", "remote_apply"):
            store._connection.execute(f"SET synchronous_commit = {setting}")
            store.append([NewRecord(setting, "k", b"{}")])
    seen = [setting for (setting,) in owner.execute("SELECT setting FROM seen").fetchall()]
    assert seen == ["on", "on", "on", "on", "remote_apply"]


def test_a_reader_is_not_disturbed_by_a_writer(url: str) -> None:
    """While one appends, another reads and verifies what was there."""
    with open_store(url) as writer, open_store(url, read_only=True) as reader:
        reading = reader.read()
        next(reading)
        writer.append([SIXTH])
        assert [record.position for record in reading] == [2, 3, 4, 5]
        assert reader.verify().records == 6


def test_a_store_for_reading_takes_nothing(url: str) -> None:
    """Neither by append nor past it: the session itself is for reading only."""
    with open_store(url, read_only=True) as store:
        what = f'C507 store "{store.location}" was opened for reading only'
        assert refusal(lambda: store.append([SIXTH])) == what
        assert refusal(lambda: store.restore([])) == what
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            store._connection.execute(f"INSERT INTO {schema_of(url)}.format VALUES (2)")


# Many writers


def test_two_writers_cannot_both_follow_the_same_head(url: str) -> None:
    """Of two who saw position 5, the second is told so; after reading again, it succeeds."""
    with open_store(url) as one, open_store(url) as other:
        one.append([NewRecord("one", "k", b"{}")], expected=5)
        with pytest.raises(AppendRefused, match="expected 5, found 6"):
            other.append([NewRecord("other", "k", b"{}")], expected=5)
        other.append([NewRecord("other", "k", b"{}")], expected=other.head().position)
        assert [record.id for record in one.read(after=5)] == ["one", "other"]


def test_writers_who_race_for_a_position_get_it_once(url: str) -> None:
    """Eight handles that expect the same head, again and again: each position has one winner."""
    start, wins, losses = Barrier(8), [], []

    def write(name: str) -> None:
        with open_store(url) as store:
            for expected in range(5, 15):
                start.wait()
                try:
                    store.append([NewRecord(f"{name}-{expected}", "k", b"{}")], expected)
                    wins.append((expected + 1, f"{name}-{expected}"))
                except AppendRefused as conflict:
                    losses.append(conflict.code)
                start.wait()

    run([lambda name=name: write(name) for name in "abcdefgh"])
    with open_store(url) as store:
        assert losses == ["C504"] * 70
        assert wins == [(record.position, record.id) for record in store.read(after=5)]
        assert store.head().position == 15
        assert store.verify().intact


def run(acts: list[Callable[[], None]]) -> None:
    """Do all of it at once; whatever one of them raises is raised."""
    failed: list[BaseException] = []

    def done(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=done, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    if failed:
        raise failed[0]


def test_a_handle_that_others_overtake_stops_being_optimistic_and_begins_again(url: str) -> None:
    """Whoever finds the store moved on waits for a turn at once the next time, and hopes again when alone."""
    with open_store(url) as one, open_store(url) as other:
        one.append([NewRecord("a", "k", b"{}")])
        assert one._optimistic
        other.append([NewRecord("b", "k", b"{}")])
        one.append([NewRecord("c", "k", b"{}")])
        assert not one._optimistic
        one.append(numbered("d", 2))
        assert one._optimistic
        assert [record.id for record in one.read(after=5)] == ["a", "b", "c", "d-0", "d-1"]


def test_readers_see_every_position_in_its_order(url: str) -> None:
    """While three writers append one by one and in bulk, two readers never see a gap, and see the same."""
    total = 5 + 3 * 20 * 4
    seen: list[list[tuple[int, str]]] = [[], []]

    def write(name: str) -> None:
        with open_store(url) as store:
            for number in range(20):
                store.append([NewRecord(f"{name}-{number}", "k", b"{}")])
                store.append(numbered(f"{name}-{number}-of", 3))

    def follow(place: int) -> None:
        with open_store(url, read_only=True) as store:
            while len(seen[place]) < total:
                assert store.wait(len(seen[place]), 60)
                seen[place] += [(record.position, record.id) for record in store.read(len(seen[place]))]

    run([lambda name=name: write(name) for name in "abc"] + [lambda at=at: follow(at) for at in (0, 1)])
    assert [position for position, _ in seen[0]] == list(range(1, total + 1))
    assert seen[0] == seen[1]


def test_a_store_that_another_writes_to_is_busy(url: str, owner: psycopg.Connection[Any]) -> None:
    """Who waits in vain for another writer is told so, once and again, and nothing is lost."""
    with open_postgresql(url, patience=0.05) as store:
        text = f'C508 store "{store.location}" is busy: another process is writing'
        with owner.transaction():
            owner.execute("INSERT INTO records SELECT * FROM records WHERE false")
            for batch in ([SIXTH], [SIXTH], numbered("more", 3)):
                assert refusal(lambda batch=batch: store.append(batch)) == text
        assert store.append([SIXTH]).head.position == 6
        with owner.transaction():
            owner.execute("INSERT INTO records SELECT * FROM records WHERE false")
            assert refusal(lambda: store.append([NewRecord("event-7", "k", b"{}")])) == text
        assert store.append([NewRecord("event-7", "k", b"{}")]).head.position == 7


def test_who_waited_for_a_turn_goes_on_from_what_was_added_meanwhile(
    url: str, owner: psycopg.Connection[Any]
) -> None:
    """Also where the role is set to see the past for a whole transaction."""
    (added,) = following(url, 1)
    kept: list[int] = []
    with open_store(url) as store:
        store._connection.execute("SET default_transaction_isolation = 'repeatable read'")
        with owner.transaction():
            insert(owner, schema_of(url), [added])
            waiting = Thread(target=lambda: kept.append(store.append([SIXTH]).head.position))
            waiting.start()
            until_found(owner, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        waiting.join(timeout=60)
        assert kept == [7]
        assert store.verify().intact


def test_the_clock_that_is_ahead_pulls_the_others_along(url: str) -> None:
    """Recorded never goes backwards, whichever machine writes."""
    with (
        open_store(url, clock=lambda: datetime(2226, 1, 1, tzinfo=UTC)) as ahead,
        open_store(url) as behind,
    ):
        ahead.append([NewRecord("ahead", "k", b"{}")])
        behind.append([NewRecord("behind", "k", b"{}")])
        times = [record.recorded_at for record in behind.read(after=5)]
        assert times == ["2226-01-01T00:00:00.000000Z"] * 2


def test_a_replica_takes_no_records(url: str) -> None:
    """A server, or a session, that can only be read says so; it is no fault of the store."""
    with open_store(url) as store:
        store._connection.execute("SET default_transaction_read_only = on")
        for batch in ([SIXTH], numbered("more", 3)):
            told = refusal(lambda batch=batch: store.append(batch))
            assert "can only be read: cannot execute" in told
        store._connection.execute("SET default_transaction_read_only = off")
        assert store.append([SIXTH]).head.position == 6


def test_a_statement_that_the_server_breaks_off_keeps_nothing(
    url: str, owner: psycopg.Connection[Any]
) -> None:
    """The server said that it undid it, so the handle goes on."""
    with open_store(url) as store, owner.transaction():
        owner.execute("INSERT INTO records SELECT * FROM records WHERE false")
        store._connection.execute("SET statement_timeout = '50ms'")
        text = f'C507 store "{store.location}" cannot be read or written: canceling statement due to'
        assert refusal(lambda: store.append([SIXTH])).startswith(text)
    with open_store(url) as store:
        assert store.append([SIXTH]).head.position == 6


def test_an_id_that_no_index_can_hold_is_refused(url: str) -> None:
    """PostgreSQL has an end for what it can look up; nothing is kept, and the next one is."""
    digits = "".join(sha256(bytes([number])).hexdigest() for number in range(200))
    with open_store(url) as store:
        assert "index row requires" in refusal(lambda: store.append([NewRecord(digits, "k", b"{}")]))
        assert store.append([SIXTH]).head.position == 6


# A connection that is lost


def test_a_connection_lost_before_an_append_keeps_nothing_and_may_be_tried_again(
    url: str, owner: psycopg.Connection[Any]
) -> None:
    """The handle is out of use then; another one takes the same records."""
    with open_store(url) as store:
        store.append([SIXTH])
        kill(owner, store)
        assert refusal(lambda: store.append(numbered("more", 3))).startswith("C507 ")
        out_of_use = f'C511 store "{store.location}" takes no more: an append had no answer'
        assert refusal(lambda: store.append(numbered("more", 3))) == out_of_use
        assert refusal(lambda: store.restore(list_of(url)[:1])) == out_of_use
        assert "has lost its connection" in refusal(store.head)
    with open_store(url) as store:
        assert store.append(numbered("more", 3)).head.position == 9
        assert store.verify().intact


def list_of(url: str) -> list[Record]:
    with open_store(url, read_only=True) as store:
        return list(store.read())


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("count", [1, 3])
def test_a_connection_lost_around_the_commit_may_be_tried_again(
    url: str, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, committed: bool, count: int
) -> None:
    """Whether the commit was done when the connection broke or not: the same ids give one event each."""
    batch = numbered("more", count)
    with open_store(url) as store:
        real = store._connection.execute

        def breaking(query: object, *rest: object, **more: object) -> object:
            if query == "COMMIT":
                if committed:
                    # The end of a pipeline waits for the answers, of the one around it as well.
                    with store._connection.pipeline():
                        real("COMMIT")
                kill(owner, store)
            return real(query, *rest, **more)

        monkeypatch.setattr(store._connection, "execute", breaking)
        with pytest.raises(StoreError) as caught:
            store.append(batch)
        assert caught.value.code == "C507"
        help = "open it again; an append without an answer may be made again, nothing is kept twice"
        assert caught.value.problems[0].help == help
    with open_store(url) as store:
        assert store.head().position == (5 + count if committed else 5)
        done = store.append(batch)
        assert done.known == (count if committed else 0)
        assert done.head.position == 5 + count
        assert store.verify().intact


def test_other_threads_are_told_too(url: str, owner: psycopg.Connection[Any]) -> None:
    """Of eight threads that share a lost connection, none takes its append for kept."""
    answers: list[str] = []
    with open_store(url) as store:
        store.append([SIXTH])
        kill(owner, store)
        start = Barrier(8)

        def write(number: int) -> None:
            start.wait()
            answers.append(refusal(lambda: store.append([NewRecord(f"by-{number}", "k", b"{}")]))[:4])

        run([lambda number=number: write(number) for number in range(8)])
    assert len(answers) == 8
    assert set(answers) <= {"C507", "C511"}
    assert len(list_of(url)) == 6


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A server that a test may set up and stop as it likes."""
    started = postgresql_server.start()
    yield started
    started.cleanup()


def test_a_server_that_stops_is_named_and_comes_back(server: Any) -> None:
    """A server stopped while a store is open, and started again: what was acknowledged is there."""
    url = postgresql_server.with_schema(postgresql_server.address_of(server), "stopped")
    with open_store(url, create=True) as store:
        store.append(FIVE)
        waiting = refusal_later(lambda: store.wait(5, 60))
        server.stop()
        assert refusal(lambda: store.append([SIXTH])).startswith("C507 ")
        assert refusal(store.head).startswith("C507 ")
        assert waiting()[:4] == "C507"
    assert "cannot be reached" in refusal(lambda: open_store(url))
    server.ensure_postgres_running()
    with open_store(url) as store:
        assert [NewRecord(*record[2:5]) for record in store.read()] == FIVE
        assert store.append([SIXTH]).head.position == 6
        assert store.verify().intact


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_what_may_not_be_on_the_replicas_is_not_acknowledged(server: Any, count: int) -> None:
    """A server whose wait for a replica is broken off commits, warns, and says yes; we do not."""
    url = postgresql_server.with_schema(postgresql_server.address_of(server), f"replica_{count}")
    with open_store(url, create=True) as store, closing(connected(url)) as owner:
        store.append(FIVE)
        expect_replicas(owner, "nobody")
        answer = refusal_later(lambda: store.append(numbered("more", count)))
        pid = store._connection.info.backend_pid
        until_found(owner, f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'SyncRep'")
        owner.execute("SELECT pg_cancel_backend(%s)", (pid,))
        assert answer() == (
            f'C507 store "{store.location}" may not have kept this everywhere: '
            "canceling wait for synchronous replication due to user request"
        )
        expect_replicas(owner, "")
        assert refusal(lambda: store.append([SIXTH])).startswith("C511 ")
        # To try again is to wait again: what is known here may not be there.
        expect_replicas(owner, "nobody")
        with open_store(url) as again:
            answer = refusal_later(lambda: again.append(numbered("more", count)))
            pid = again._connection.info.backend_pid
            until_found(owner, f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid} AND wait_event = 'SyncRep'")
            owner.execute("SELECT pg_cancel_backend(%s)", (pid,))
            assert "may not have kept this everywhere" in answer()
        expect_replicas(owner, "")
    with open_store(url) as store:
        assert store.append(numbered("more", count)).known == count


def expect_replicas(owner: psycopg.Connection[Any], names: str) -> None:
    owner.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
    owner.execute("SELECT pg_reload_conf()")
    until_found(owner, f"SELECT 1 WHERE current_setting('synchronous_standby_names') = '{names}'")
    # Every backend reads its settings between two statements; ours of the store has to as well.
    time.sleep(0.5)


def until_found(connection: psycopg.Connection[Any], query: str) -> None:
    """Wait until ``query`` finds something."""
    until(lambda: connection.execute(query).fetchone())


def refusal_later(act: Callable[[], object]) -> Callable[[], str]:
    """Begin something that will be refused; what is given waits for it and says how."""
    told: list[str] = []
    thread = Thread(target=lambda: told.append(refusal(act)))
    thread.start()
    time.sleep(0.3)

    def answer() -> str:
        thread.join(timeout=60)
        return told[0]

    return answer


# The tables defend themselves


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE records SET body = '{}'", "a record is never changed"),
        ("DELETE FROM records", "a record is never deleted"),
        ("TRUNCATE records", "a record is never deleted"),
        ("UPDATE head SET position = 3", "the head of a store only moves on"),
        ("DELETE FROM head", "the head of a store is one"),
        ("INSERT INTO head SELECT * FROM head", "the head of a store is one"),
        ("TRUNCATE head", "the head of a store is one"),
        (
            "INSERT INTO records SELECT * FROM records ON CONFLICT (position) DO UPDATE SET body = '[]'",
            "a record is never changed",
        ),
    ],
)
def test_even_the_owner_cannot_change_what_is_there(
    url: str, owner: psycopg.Connection[Any], statement: str, message: str
) -> None:
    """Not by mistake: whoever wants to must take a trigger away first."""
    with pytest.raises(psycopg.errors.RestrictViolation, match=message):
        owner.execute(statement)
    assert [NewRecord(*record[2:5]) for record in list_of(url)] == FIVE
    assert findings(url) == []


def following(url: str, count: int = 2) -> list[Record]:
    """Records as the store would add them next."""
    last = list_of(url)[-1]
    new = numbered("by-hand", count)
    return chained(new, Head(last.position, last.chain.hex()), last.recorded_at)


def insert(connection: psycopg.Connection[Any], schema: str, records: list[Record]) -> None:
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(records))
    values = [field for record in records for field in record._replace(body=record.body.decode())]
    connection.execute(f"INSERT INTO {schema}.records VALUES {rows}", values)


FORGERIES: dict[str, Callable[[list[Record]], list[Record]]] = {
    "a gap": lambda records: records[1:],
    "a gap within": lambda records: [records[0], records[1]._replace(position=records[1].position + 1)],
    "another chain": lambda records: [records[0]._replace(chain=GENESIS), records[1]],
    "another chain at the end": lambda records: [records[0], records[1]._replace(chain=GENESIS)],
    "another body": lambda records: [records[0]._replace(body=b"[]"), records[1]],
    "an earlier time": lambda records: chained(
        [NewRecord(*records[0][2:5])], Head(5, BEFORE["chain"]), "2001-01-01T00:00:00.000000Z"
    ),
    "two lines": lambda records: chained(
        [NewRecord("two", "k", b"{}\n")], Head(5, BEFORE["chain"]), records[0].recorded_at
    ),
}
BEFORE: dict[str, str] = {}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_record_by_hand_must_follow_upon_the_last_one(
    url: str, owner: psycopg.Connection[Any], forgery: str
) -> None:
    """What is inserted past Chronicle has to be what Chronicle would have inserted."""
    BEFORE["chain"] = list_of(url)[-1].chain.hex()
    sound = following(url)
    with pytest.raises(psycopg.Error) as caught:
        insert(owner, schema_of(url), FORGERIES[forgery](sound))
    assert caught.value.sqlstate == postgresql_tables.NOT_NEXT
    insert(owner, schema_of(url), sound[::-1])
    assert list_of(url)[5:] == sound
    assert findings(url) == []


# Hands behind our back


def behind_our_back(url: str, *statements: str) -> None:
    """Change the tables as a superuser does who switches the triggers off."""
    with closing(connected(url)) as connection:
        connection.execute(f"SET search_path = {schema_of(url)}")
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE records SET body = '{}' WHERE position = 2", 'C505 record 2 ("event-2") was changed'),
        (
            "UPDATE records SET chain = '\\x00' WHERE position = 2",
            'C506 record 2 ("event-2") does not follow',
        ),
        ("DELETE FROM records WHERE position = 3", "C506 record 3 is missing"),
        ("DELETE FROM records WHERE position > 3", "C506 records 4 to 5 are missing"),
        ("UPDATE records SET position = 9 WHERE position = 5", "C506 record 9"),
        ("UPDATE head SET position = 4", "C506 record 5 was added behind the end"),
        ("UPDATE head SET chain = decode(repeat('00', 32), 'hex')", "C506 record 5 does not have the chain"),
        ("DELETE FROM head", "C510 store"),
        ("UPDATE head SET chain = ''", "C510 store"),
    ],
)
def test_damage_is_named(url: str, statement: str, finding: str) -> None:
    """Verify names the first bad record and what is wrong with it, and whoever reads stumbles over it."""
    behind_our_back(url, statement)
    assert findings(url)[0].startswith(finding)
    with open_store(url, read_only=True) as store:
        with pytest.raises(Damaged):
            list(store.read())
        with pytest.raises(Damaged):
            list(store.read_at(range(1, 6)))


@pytest.mark.parametrize("table", ["head", "format", "records"])
def test_a_store_that_lost_a_table_is_damaged(url: str, table: str) -> None:
    """And not taken for no store, over which another would be made."""
    behind_our_back(url, f"DROP TABLE {table}")
    for create in (False, True):
        told = refusal(lambda create=create: open_store(url, create=create))
        assert told.startswith("C510")
        assert told.endswith("one of its tables is missing")


def test_a_head_with_another_time_is_named(url: str) -> None:
    """Before the time in the head the tables take nothing, so it must be that of the last record."""
    behind_our_back(url, "UPDATE head SET recorded_at = 'zzzz'")
    assert [finding.rpartition(": ")[2] for finding in findings(url)] == ["the time in the head"]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM records WHERE position = 5", "UPDATE head SET position = 4", "DELETE FROM head"],
)
def test_nothing_is_added_to_a_damaged_end(url: str, statement: str) -> None:
    """An append would hide the damage."""
    behind_our_back(url, statement)
    with open_store(url) as store:
        for batch in ([SIXTH], numbered("more", 3)):
            with pytest.raises(Damaged):
                store.append(batch)
    assert findings(url) != []


def test_reading_from_behind_a_missing_record_is_refused(url: str) -> None:
    """The chain cannot be followed from a record that is not there; nor can anything without its tables."""
    behind_our_back(url, "DELETE FROM records WHERE position = 3")
    with open_store(url, read_only=True) as store:
        with pytest.raises(Damaged, match="record 3 is missing"):
            store.read(after=3)
        behind_our_back(url, "DROP TABLE head")
        with pytest.raises(Damaged) as caught:
            store.head()
        assert caught.value.code == "C510"
        assert "does not exist" in str(caught.value)


def test_text_that_is_none_any_more_is_damage(url: str) -> None:
    """A page of the disk gone bad may hold bytes that are no UTF-8; the record is named all the same."""
    behind_our_back(
        url,
        "DROP CAST IF EXISTS (bytea AS text)",
        "CREATE CAST (bytea AS text) WITHOUT FUNCTION",
        "UPDATE records SET kind = '\\xff41'::bytea::text WHERE position = 2",
        "UPDATE records SET body = '\\xff41'::bytea::text WHERE position = 4",
        "DROP CAST (bytea AS text)",
    )
    names = [name.partition(" was")[0] for name in findings(url)]
    assert names == ['C505 record 2 ("event-2")', 'C505 record 4 ("event-4")']
    with open_store(url) as store:
        with pytest.raises(Damaged, match=r"event-2.* was changed"):
            list(store.read())
        with pytest.raises(Damaged, match=r"event-4.* was changed"):
            list(store.read_at([1, 4]))
        with pytest.raises(Damaged, match="not UTF-8"):
            store.append([FIVE[1]])
        assert store.append([SIXTH]).head.position == 6


@pytest.mark.parametrize(
    ("statements", "names"),
    [
        (["ALTER TABLE records DISABLE TRIGGER records_move_the_head"], "records_move_the_head"),
        (["DROP TRIGGER head_is_one ON head"], "head_is_one"),
        (["CREATE OR REPLACE FUNCTION take_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
          "AS $$ BEGIN RETURN NULL; END $$"], "writers_take_turns"),
        (["CREATE TRIGGER more AFTER INSERT ON head FOR EACH ROW EXECUTE FUNCTION only_move_on()"], "more"),
        (["CREATE RULE less AS ON INSERT TO records DO INSTEAD NOTHING"], "less"),
    ],
)  # fmt: skip
def test_triggers_that_are_not_as_they_were_made_are_named(
    url: str, owner: psycopg.Connection[Any], statements: list[str], names: str
) -> None:
    """Tables that no longer defend themselves are a finding, though the records are sound."""
    for statement in statements:
        owner.execute(statement)
    with open_store(url, read_only=True) as store:
        assert findings(url) == [f'C510 store "{store.location}" is damaged: not as it was made: {names}']


def test_a_table_that_swallows_records_is_not_believed(url: str, owner: psycopg.Connection[Any]) -> None:
    """An insert that keeps nothing is not acknowledged."""
    owner.execute("CREATE RULE less AS ON INSERT TO records DO INSTEAD NOTHING")
    with open_store(url) as store, pytest.raises(Damaged, match="do not keep what they are given"):
        store.append([SIXTH])


# Roles


@pytest.fixture
def roles(postgresql_url: str, root: Path) -> Iterator[Callable[[str], str]]:
    """The roles of ``docs/scale.md``, made by its very SQL: the URL of each by its name."""
    page = (root / "docs" / "scale.md").read_text(encoding="utf-8")
    schema = schema_of(postgresql_url)
    first, second = (block.partition("```")[0] for block in page.split("```sql\n")[1:3])

    def own(text: str) -> str:
        return text.replace("chronicle", schema).replace("corp_", f"{schema}_")

    def url(role: str) -> str:
        start, _, rest = postgresql_url.partition("://")
        return f"{start}://{schema}_{role}@{rest.partition('@')[2]}"

    with closing(connected(postgresql_url)) as connection:
        connection.execute(own(first))
        assert migrate_store(url("owner")) == (0, postgresql_tables.FORMAT_VERSION)
        with closing(connected(url("owner"))) as owner:
            owner.execute(own(second))
        yield url
        for role in ("owner", "writer", "reader"):
            connection.execute(f"DROP OWNED BY {schema}_{role}")
            connection.execute(f"DROP ROLE {schema}_{role}")


def test_a_writer_may_only_add(roles: Callable[[str], str]) -> None:
    """With the SQL of the page: it records as anybody, and can do nothing else, by SQL either."""
    url = roles("writer")
    with open_store(url) as store:
        store.append(FIVE[:1])
        store.append(FIVE[:3])
        assert store.append(FIVE).known == 3
        assert store.verify().intact
    schema = schema_of(url)
    with closing(connected(url)) as writer:
        for statement in (
            f"UPDATE {schema}.records SET body = '[]'",
            f"DELETE FROM {schema}.records",
            f"TRUNCATE {schema}.records",
            f"UPDATE {schema}.head SET position = 3",
            f"DELETE FROM {schema}.head",
            f"UPDATE {schema}.format SET version = 0",
            f"ALTER TABLE {schema}.records DISABLE TRIGGER ALL",
            f"DROP TABLE {schema}.records",
            f"CREATE TABLE {schema}.mine (id text)",
            "SET session_replication_role = replica",
            f"CREATE TEMP TABLE mine (LIKE {schema}.records); CREATE TRIGGER mine AFTER INSERT ON mine "
            f"REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {schema}.move_head()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                writer.execute(statement)
        sound = following(url)
        for forgery in (sound[1:], [sound[0]._replace(chain=GENESIS)]):
            with pytest.raises(psycopg.Error) as caught:
                insert(writer, schema, forgery)
            assert caught.value.sqlstate == postgresql_tables.NOT_NEXT
    assert [NewRecord(*record[2:5]) for record in list_of(url)] == FIVE


def test_a_reader_may_only_read(roles: Callable[[str], str]) -> None:
    """It reads, verifies and waits; what it appends is refused with the page on roles."""
    with open_store(roles("reader")) as reader, open_store(roles("writer")) as writer:
        writer.append(FIVE)
        assert reader.verify().intact
        assert [record.id for record in reader.read(after=3)] == ["event-4", "event-5"]
        found: list[bool] = []
        waiting = Thread(target=lambda: found.append(reader.wait(5, 60)))
        waiting.start()
        writer.append([SIXTH])
        waiting.join(timeout=60)
        assert found == [True]
        for batch in ([NewRecord("event-7", "k", b"{}")], numbered("more", 3)):
            with pytest.raises(StoreError) as caught:
                reader.append(batch)
            assert caught.value.code == "C507"
            assert "does not allow that to this role: permission denied for table records" in str(
                caught.value
            )
            assert "docs/scale.md" in str(caught.value)
        assert reader.head().position == 6


def test_a_role_without_rights_is_told_so(roles: Callable[[str], str], postgresql_url: str) -> None:
    """Who may not look into the schema, or make one, learns that, and not that there is nothing."""
    schema = schema_of(postgresql_url)
    with closing(connected(postgresql_url)) as connection:
        connection.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {schema}_reader")
    assert "does not allow that to this role" in refusal(lambda: open_store(roles("reader")))
    other = roles("reader").replace(f"schema={schema}", f"schema={schema}_other")
    assert "does not allow that to this role" in refusal(lambda: open_store(other, create=True))
    assert "does not allow that to this role" in refusal(lambda: migrate_store(other))


# Where there is no store


def test_nothing_is_made_unless_asked_for(postgresql_url: str) -> None:
    """Opening a schema without a store says how to make one; so does one opened for reading."""
    for asked in ({}, {"read_only": True}, {"read_only": True, "create": True}):
        with pytest.raises(StoreError) as caught:
            open_store(postgresql_url, **asked)
        assert caught.value.code == "C507"
        assert f'has no store in the schema "{schema_of(postgresql_url)}"' in str(caught.value)
        assert "chronicle migrate" in str(caught.value)
    assert migrate_store(postgresql_url) == (0, 1)
    assert migrate_store(postgresql_url) == (1, 1)
    with open_store(postgresql_url) as store:
        assert store.head() == Head(0, "00" * 32)


def test_those_who_make_the_same_store_at_once_make_one(postgresql_url: str) -> None:
    """Four processes that begin at the same time all get the store."""
    start = Barrier(4)

    def begin(name: str) -> None:
        start.wait()
        with open_store(postgresql_url, create=True) as store:
            store.append([NewRecord(name, "k", b"{}")])

    run([lambda name=name: begin(name) for name in "abcd"])
    assert sorted(record.id for record in list_of(postgresql_url)) == list("abcd")
    assert findings(postgresql_url) == []


def test_tables_of_something_else_are_left_alone(postgresql_url: str) -> None:
    """A schema with a table of one of our names that is not ours is no place for a store."""
    schema = schema_of(postgresql_url)
    with closing(connected(postgresql_url)) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.records (title text)")
        for act in (lambda: migrate_store(postgresql_url), lambda: open_store(postgresql_url, create=True)):
            assert refusal(act).startswith("C501 ")
        assert connection.execute(f"SELECT count(*) FROM {schema}.records").fetchone() == (0,)


def test_a_newer_format_is_refused(url: str, owner: psycopg.Connection[Any]) -> None:
    """Reading it in part would give wrong answers."""
    owner.execute("UPDATE format SET version = 9")
    for act in (lambda: open_store(url), lambda: open_store(url, read_only=True), lambda: migrate_store(url)):
        assert refusal(act).startswith("C502 ")
    with pytest.raises(StoreError, match="is of format 9, newer than 1, the newest that is known here"):
        open_store(url)


def test_an_older_format_is_read_and_migrated_before_it_is_written(
    url: str, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step of tomorrow, tried today: records stay what they are."""
    before = list_of(url)
    monkeypatch.setattr(postgresql_tables, "FORMAT_VERSION", 2)
    steps = {1: ("CREATE INDEX records_by_kind ON {schema}.records (kind)",)}
    monkeypatch.setattr(postgresql_tables, "_STEPS", {**postgresql_tables._STEPS, **steps})
    what = f'C515 store "{url}" is of format 1, older than 2, and can only be read'
    assert refusal(lambda: open_store(url)) == what
    assert refusal(lambda: open_store(url, create=True)) == what
    assert list_of(url) == before
    assert findings(url) == []
    assert migrate_store(url) == (1, 2)
    with open_store(url) as store:
        assert list(store.read()) == before
        assert store.append([SIXTH]).head.position == 6
    indexes = (
        f"SELECT 1 FROM pg_indexes WHERE schemaname = '{schema_of(url)}' AND indexname = 'records_by_kind'"
    )
    assert owner.execute(indexes).fetchone() == (1,)


def test_a_database_of_another_encoding_is_refused(url: str) -> None:
    """It could not hold every name, so it is refused before anything is recorded."""
    name = f"{schema_of(url)}_latin"
    with closing(connected(url)) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        try:
            start, _, query = url.partition("?")
            other = f"{start.rpartition('/')[0]}/{name}?{query}"
            assert refusal(lambda: open_store(other, create=True)).endswith(
                "is in a database of the encoding LATIN1, not UTF8"
            )
        finally:
            connection.execute(f"DROP DATABASE {name}")


# Addresses and secrets


SECRET = "s3cret"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://corp:s3cret@localhost:1/corp", "Connection refused"),
        ("postgresql://corp:s3cret@no-host.invalid/corp", "cannot be reached: "),
        ("postgresql://corp:s3%zzcret@localhost/corp", "not one that PostgreSQL understands"),
        ("postgresql://corp:s3cret@[::1/corp", "not one that PostgreSQL understands"),
        ("postgresql://corp:s3cret@localhost/corp?no_such=1", "not one that PostgreSQL understands"),
        ("postgresql://corp:s3/s3cret@localhost/corp", "a sign in it is not escaped"),
        ("postgresql://co/rp:s3cret@localhost/corp", "a sign in it is not escaped"),
        ("postgresql://corp:s3?s3cret@localhost/corp", "a sign in it is not escaped"),
        ("postgres://corp@localhost:1/corp?password=s3cret", "cannot be reached"),
        ("postgresql://corp:s3cret@localhost/corp?schema=Acme", 'a schema that cannot be called "Acme"'),
        ("postgresql://corp:s3cret@localhost/corp?schema=pg_acme", "a schema that cannot be called"),
        (
            "postgresql://corp:s3cret@localhost/corp?schema=a%22%3B--",
            'a schema that cannot be called "a";--"',
        ),
        ("postgresql://corp:s3cret@localhost/corp?schema=", "a schema that cannot be called"),
        ("postgresql://corp:s3cret@localhost/corp?schema=a&schema=b", "has two schemas"),
    ],
)
def test_a_wrong_address_is_refused_without_its_password(address: str, message: str) -> None:
    """Not in the message, not in what a traceback shows, not in what caused it."""
    with pytest.raises(StoreError) as caught:
        open_store(address, create=True)
    assert caught.value.code == "C507"
    assert message in str(caught.value)
    text = "".join(traceback.format_exception(caught.value))
    assert "s3" not in text.replace(address, "").replace(repr(address), "")
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_store_never_shows_its_password(url: str) -> None:
    """Neither its location nor its repr, nor what it says when it fails."""
    secret = f"{url}&password=s3cret"
    assert "s3cret" not in refusal(lambda: open_store(secret.replace("schema=", "schema=no_")))
    with open_store(secret) as store:
        assert store.location == f"{url}&password=***"
        assert SECRET not in repr(store)
        store.close()
        assert refusal(store.head) == f'C507 store "{url}&password=***" is closed'


def test_a_role_a_database_or_a_password_that_is_wrong_is_named(url: str) -> None:
    """The words of the server are passed on."""
    nobody = url.replace("postgresql://", "postgresql://nobody:s3cret@", 1).replace(
        "s3cret@postgres:@", "s3cret@"
    )
    if "CHRONICLE_TEST_POSTGRESQL" in os.environ:
        pytest.skip("a server of somebody else may let nobody in, or everybody")
    assert 'role "nobody" does not exist' in refusal(lambda: open_store(nobody))
    assert 'database "nowhere" does not exist' in refusal(
        lambda: open_store(url.replace("/postgres?", "/nowhere?"))
    )


def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever installed no more than Chronicle learns what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("chronicle.stores.postgresql")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("chronicle.stores.postgresql", raising=False)
    for act in (open_store, migrate_store):
        with pytest.raises(UsageError) as caught:
            act("postgresql://host/corp")
        assert caught.value.code == "C740"
        assert "pip install 'chronicle-timeline[postgresql]'" in str(caught.value)


# Waiting


def test_a_replica_that_wakes_nobody_is_asked_now_and_then(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where LISTEN is refused, as by a replica, waiting goes by looking."""
    monkeypatch.setattr("chronicle.stores.postgresql.store._LOOK", 0.05)
    with open_store(url, read_only=True) as reader, open_store(url) as writer:
        reader._statements.listen = sql.SQL("CREATE TABLE {}.never (id text)").format(
            sql.Identifier(schema_of(url))
        )
        assert not reader.wait(5, 0.1)
        assert reader._listener.on_replica
        writer.append([SIXTH])
        assert reader.wait(5, 10)


def test_waiting_goes_on_after_its_connection_was_lost(url: str, owner: psycopg.Connection[Any]) -> None:
    """Who waits is told, and may wait again."""
    with open_store(url, read_only=True) as store:
        assert not store.wait(5, 0.05)
        owner.execute("SELECT pg_terminate_backend(%s, 5000)", (store._listener.connection.info.backend_pid,))
        assert refusal(lambda: store.wait(5, 10)).startswith("C507 ")
        assert not store.wait(5, 0.05)


def test_two_threads_may_wait_at_once(url: str) -> None:
    """Both learn of one append."""
    found: list[bool] = []
    with open_store(url) as store, open_store(url) as writer:
        threads = [Thread(target=lambda: found.append(store.wait(5, 60))) for _ in range(2)]
        for thread in threads:
            thread.start()
        writer.append([SIXTH])
        for thread in threads:
            thread.join(timeout=60)
    assert found == [True, True]


def test_the_server_wakes_who_waits(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not by looking again that an append is seen: the next look would be too late."""
    monkeypatch.setattr("chronicle.stores.postgresql.store._LOOK", 300.0)
    found: list[bool] = []
    with open_store(url) as store, open_store(url) as writer:
        waiting = Thread(target=lambda: found.append(store.wait(5, 300)), daemon=True)
        waiting.start()
        until(lambda: store._listener.connection)
        time.sleep(0.2)
        writer.append([SIXTH])
        waiting.join(timeout=60)
        assert found == [True]


def test_of_a_group_only_the_one_is_refused_that_the_tables_cannot_keep(url: str) -> None:
    """An id too long for the index, appended together with others, does not keep them out."""
    digits = "".join(sha256(b"%d" % number).hexdigest() for number in range(60))
    group = [Request([NewRecord(id, "k", b"{}")], None) for id in ("before", digits)]
    with open_store(url) as store:
        store._group._waiting.extend(group)
        assert store.append([NewRecord("behind", "k", b"{}")]).head.position == 7
        assert [type(each.outcome or each.error).__name__ for each in group] == ["Appended", "StoreError"]
        assert store.verify().intact


def test_closing_ends_the_waiting_of_other_threads(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits on a closed store."""
    monkeypatch.setattr("chronicle.stores.postgresql.store._LOOK", 0.05)
    store = open_store(url)
    answer = refusal_later(lambda: store.wait(5, 60))
    store.close()
    assert "is closed" in answer()
