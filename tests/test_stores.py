"""The contract of a store, held by every one of them. A new store adds a line to ``STORES``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import postgresql_server
from chronicle.errors import AppendRefused, Damaged, InvalidValue, StoreError
from chronicle.stores import Head, NewRecord, Record, Store, open_store
from chronicle.stores.record import GENESIS, chained

STORES = {
    "memory": lambda _, clock: open_store("memory:", clock=clock),
    "sqlite": lambda folder, clock: open_store(folder / "corp.db", create=True, clock=clock),
    "postgresql": lambda _, clock: open_store(postgresql_server.new_schema(), create=True, clock=clock),
}

FOUNDED = NewRecord("acme-founded", "entity.founded", b'{"date":"1998","entity":"acme","name":"Acme"}')
BOUGHT = NewRecord("bolt-bought", "stake.acquired", '{"date":"2014-03","share":"60%","ø":"影业"}'.encode())
SOLD = NewRecord("bolt-sold", "stake.disposed", b'{"date":"2015","share":"10%"}')


class Clock:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with STORES[request.param](tmp_path, clock) as opened:
        yield opened


def ids(records: Iterator[Record]) -> list[str]:
    return [record.id for record in records]


def many(count: int) -> list[NewRecord]:
    return [
        NewRecord(f"event-{number}", "entity.founded", b'{"n":%d}' % number) for number in range(1, count + 1)
    ]


# Keeping


def test_an_empty_store_ends_before_the_first_record(store: Store) -> None:
    """A store in which nothing was recorded has nothing to read, and says so when verified."""
    assert store.head() == Head(0, "00" * 32)
    assert list(store.read()) == []
    assert store.verify().intact
    assert store.get("acme-founded") is None
    assert "acme-founded" not in store


def test_records_come_back_as_they_were_given_in_their_order(store: Store) -> None:
    """What was appended first is read first, with every byte of its body."""
    store.append([FOUNDED])
    store.append([SOLD, BOUGHT])
    read = list(store.read())
    assert [NewRecord(record.id, record.kind, record.body) for record in read] == [FOUNDED, SOLD, BOUGHT]
    assert [record.position for record in read] == [1, 2, 3]


def test_the_first_record_is_the_example_of_the_format(store: Store, root: Path) -> None:
    """Checksum and chain of the page on the format are those that a store makes."""
    record = store.append([FOUNDED]).added[0]
    page = (root / "docs" / "format.md").read_text(encoding="utf-8")
    assert f"checksum `{record.checksum}` and the chain hash `{record.chain.hex()}`" in page
    assert record.recorded_at in page
    assert record.body.decode() in page


def test_an_append_says_what_it_did(store: Store) -> None:
    """The answer of an append is what is new, how much was known before, and where the store ends."""
    store.append([FOUNDED])
    done = store.append([FOUNDED, BOUGHT])
    assert [record.id for record in done.added] == ["bolt-bought"]
    assert done.added == tuple(store.read(after=1))
    assert done.known == 1
    assert done.head == store.head() == Head(2, done.added[0].chain.hex())


def test_an_append_of_nothing_does_nothing(store: Store) -> None:
    """An empty batch leaves the store where it was, whatever was expected."""
    assert store.append([], expected=7).head == Head(0, "00" * 32)


def test_a_record_is_found_by_its_id(store: Store) -> None:
    """An id leads to its record, and one that is not there to none."""
    store.append([FOUNDED, BOUGHT])
    assert store.get("bolt-bought") == list(store.read())[1]
    assert "bolt-bought" in store
    assert store.get("bolt") is None
    assert "bolt" not in store
    assert 7 not in store
    assert store.get("\udc80") is None


def test_records_are_found_by_many_ids_at_once(store: Store) -> None:
    """Each id leads to its record, and those that are not there to none, however many are asked for."""
    many = [NewRecord(f"record-{number}", "note", b"{}") for number in range(1_200)]
    store.append([FOUNDED, *many, BOUGHT])
    found = store.get_all(["bolt-bought", "bolt", "\udc80", *(record.id for record in many)])
    assert found == {record.id: record for record in store.read(after=1)}
    assert store.get_all([]) == {}


def test_records_are_read_at_many_positions_at_once(store: Store) -> None:
    """Each position has its record, once and in order, and those that the store has not have none."""
    store.append([FOUNDED, *many(1_200), BOUGHT])
    every = list(store.read())
    assert list(store.read_at([1202, 7, 1, 7, 0, -3, 1203])) == [every[0], every[6], every[1201]]
    assert list(store.read_at(range(1, 1203, 2))) == every[::2]
    assert list(store.read_at(())) == []


@pytest.mark.parametrize("position", [1, 2])
@pytest.mark.parametrize(
    "change", [{"body": b"{}"}, {"chain": bytes(32)}, {"chain": None}, {"checksum": 1}, {"kind": None}]
)
def test_a_record_that_is_read_alone_is_verified(position: int, change: dict[str, object]) -> None:
    """Whatever is changed in a record, to read it at its position says so."""
    store = open_store("memory:")
    store.append([FOUNDED, BOUGHT, SOLD])
    store._records[position - 1] = store._records[position - 1]._replace(**change)
    with pytest.raises(Damaged):
        list(store.read_at([position]))


@pytest.mark.parametrize(
    ("after", "limit", "positions"),
    [
        (0, None, [1, 2, 3, 4, 5]),
        (3, None, [4, 5]),
        (1, 2, [2, 3]),
        (4, 9, [5]),
        (5, None, []),
        (99, None, []),
        (-1, 1, [1]),
        (0, 0, []),
        (0, -1, []),
    ],
)
def test_reading_starts_behind_a_position(
    store: Store, after: int, limit: int | None, positions: list[int]
) -> None:
    """A reader who has seen n goes on with n + 1, and takes as many as wanted."""
    store.append(many(5))
    assert [record.position for record in store.read(after, limit)] == positions


def test_a_reader_sees_the_store_as_it_was_when_reading_began(store: Store) -> None:
    """What is appended while someone reads is not part of that reading."""
    store.append([FOUNDED, BOUGHT])
    reading = store.read()
    assert next(reading).id == "acme-founded"
    store.append([SOLD])
    assert ids(reading) == ["bolt-bought"]
    assert ids(store.read(after=2)) == ["bolt-sold"]


def test_reading_goes_over_more_records_than_a_page(store: Store) -> None:
    """Five thousand records come back whole, from the start and from the middle."""
    store.append(many(5000))
    assert [record.position for record in store.read()] == list(range(1, 5001))
    assert [record.position for record in store.read(1999, 2002)] == list(range(2000, 4002))


# Idempotent


def test_recording_the_same_twice_changes_nothing(store: Store) -> None:
    """A writer who got no answer may simply try again, even with the position expected at first."""
    store.append([FOUNDED, BOUGHT], expected=0)
    before = list(store.read())
    again = store.append([FOUNDED, BOUGHT], expected=0)
    assert again.added == ()
    assert again.known == 2
    assert list(store.read()) == before


def test_the_same_record_twice_in_one_batch_is_kept_once(store: Store) -> None:
    """A batch that repeats itself is no conflict."""
    done = store.append([FOUNDED, BOUGHT, FOUNDED])
    assert ids(store.read()) == ["acme-founded", "bolt-bought"]
    assert done.known == 1


# Conflicts


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(AppendRefused) as caught:
        act()
    return str(caught.value)


def test_other_content_under_a_recorded_id_is_refused(store: Store) -> None:
    """An edited event is refused with its id, both contents and the way out; the rest of its batch too."""
    store.append([FOUNDED, BOUGHT])
    edited = BOUGHT._replace(body='{"date":"2014-03","share":"61%","ø":"影业"}'.encode())
    assert refused(lambda: store.append([SOLD, edited])) == (
        'error[C503]: event "bolt-bought" is recorded with other content\n'
        '  recorded: {"kind": "stake.acquired", "date": "2014-03", "share": "60%", "ø": "影业"}\n'
        '  refused:  {"kind": "stake.acquired", "date": "2014-03", "share": "61%", "ø": "影业"}\n'
        '  help: what is recorded stays: record a correction (kind record.corrected, target "bolt-bought")'
    )
    assert ids(store.read()) == ["acme-founded", "bolt-bought"]


def test_another_kind_under_a_recorded_id_is_refused(store: Store) -> None:
    """The kind is content too."""
    store.append([FOUNDED])
    text = refused(lambda: store.append([FOUNDED._replace(kind="entity.renamed")]))
    assert '"kind": "entity.founded"' in text
    assert '"kind": "entity.renamed"' in text


def test_every_conflict_of_a_batch_is_named(store: Store) -> None:
    """Whoever edited three events learns of all three at once."""
    store.append([FOUNDED, BOUGHT, SOLD])
    with pytest.raises(AppendRefused) as caught:
        store.append([record._replace(body=b"{}") for record in (FOUNDED, BOUGHT, SOLD)])
    assert [problem.events for problem in caught.value.problems] == [
        ("acme-founded",),
        ("bolt-bought",),
        ("bolt-sold",),
    ]


def test_a_long_content_is_cut_to_what_differs(store: Store) -> None:
    """Of a long event, a person is shown the fields that differ, and nothing that moves a cursor."""
    fields = {"note": "n" * 1000, "share": "60%", "\u009b2J": "gone"}
    store.append([NewRecord("long", "stake.observed", json.dumps(fields, ensure_ascii=False).encode())])
    fields["share"] = "61%"
    del fields["\u009b2J"]
    assert refused(
        lambda: store.append([NewRecord("long", "stake.observed", json.dumps(fields).encode())])
    ) == (
        'error[C503]: event "long" is recorded with other content\n'
        '  recorded: {"share": "60%", "\ufffd2J": "gone"}\n'
        '  refused:  {"share": "61%"}\n'
        '  help: what is recorded stays: record a correction (kind record.corrected, target "long")'
    )


def test_a_conflict_of_giants_is_still_a_short_message(store: Store) -> None:
    """A megabyte of difference, or a body that is no JSON, does not flood the screen."""
    store.append([NewRecord("giant", "k", b"[" * 100_000)])
    text = refused(lambda: store.append([NewRecord("giant", "k", b"]" * 1_000_000)]))
    assert len(text) < 1200
    assert "[[[[" in text
    assert "]]]]" in text


def test_one_id_with_two_contents_in_one_batch_is_refused(store: Store) -> None:
    """Two different events under one id contradict each other before anything is kept."""
    edited = FOUNDED._replace(body=b'{"date":"1999"}')
    assert refused(lambda: store.append([FOUNDED, BOUGHT, edited])) == (
        'error[C503]: event "acme-founded" is given twice with different content\n'
        '  first:  {"kind": "entity.founded", "date": "1998", "entity": "acme", "name": "Acme"}\n'
        '  second: {"kind": "entity.founded", "date": "1999"}\n'
        "  help: keep one of them, or give the other an id of its own"
    )
    assert store.head().position == 0


def test_a_writer_who_saw_less_than_there_is_must_read_again(store: Store) -> None:
    """An append that expects another head is refused, and says what it expected and what it found."""
    store.append(many(43))
    assert refused(lambda: store.append([FOUNDED], expected=41)) == (
        "error[C504]: store moved on (expected 41, found 43)\n"
        "  help: read the store again, and append again if it still holds"
    )
    assert "acme-founded" not in store
    assert store.append([FOUNDED], expected=43).head.position == 44


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (FOUNDED._replace(id=""), 'id of a record is empty or has a control character: ""'),
        (FOUNDED._replace(id="a\nb"), 'id of a record is empty or has a control character: "a\ufffdb"'),
        (FOUNDED._replace(id="a\udc80"), 'id of a record is empty or has a control character: "a\ufffd"'),
        (
            FOUNDED._replace(kind="a\x1b[2J"),
            'kind of a record is empty or has a control character: "a\ufffd[2J"',
        ),
        (FOUNDED._replace(body=b"{\n}"), 'body of record "acme-founded" is not one line of UTF-8 text'),
        (FOUNDED._replace(body=b""), 'body of record "acme-founded" is not one line of UTF-8 text'),
        (FOUNDED._replace(body=b"\xff"), 'body of record "acme-founded" is not one line of UTF-8 text'),
        (FOUNDED._replace(body=b"\0"), 'body of record "acme-founded" is not one line of UTF-8 text'),
    ],
)
def test_what_has_no_canonical_bytes_is_not_kept(store: Store, record: NewRecord, message: str) -> None:
    """A line break in a field would let two records share their canonical bytes."""
    with pytest.raises(InvalidValue) as caught:
        store.append([BOUGHT, record])
    assert caught.value.problems[0].message == message
    assert store.head().position == 0


# Time


def test_recorded_never_goes_backwards(store: Store, clock: Clock) -> None:
    """When the clock of the machine was set back, records get the time of the last one."""
    store.append([FOUNDED])
    clock.now -= timedelta(days=400)
    store.append([BOUGHT])
    clock.now = datetime(2026, 3, 1, 11, 0, 0, 7, tzinfo=timezone(timedelta(hours=1)))
    store.append([SOLD])
    assert [record.recorded_at for record in store.read()] == [
        "2026-03-01T09:30:00.000000Z",
        "2026-03-01T09:30:00.000000Z",
        "2026-03-01T10:00:00.000007Z",
    ]


@pytest.mark.parametrize("year", [1, 2024, 9999])
def test_every_year_of_the_calendar_has_a_text(store: Store, clock: Clock, year: int) -> None:
    """Recorded has one width from the year 1 to 9999, leap days included."""
    day = 29 if year == 2024 else 28
    clock.now = datetime(year, 2, day, tzinfo=UTC)
    assert store.append([FOUNDED]).added[0].recorded_at == f"{year:04}-02-{day}T00:00:00.000000Z"


# Verifying, closing, threads


def test_a_clock_beyond_the_calendar_is_refused(store: Store, clock: Clock) -> None:
    """A time that is before the year 1 or after 9999 in UTC has no text."""
    for year, hours in ((1, 5), (9999, -5)):
        clock.now = datetime(year, *((1, 1) if hours > 0 else (12, 31)), 23 * (hours < 0), tzinfo=zone(hours))
        with pytest.raises(StoreError, match="clock shows a time that no record can have") as caught:
            store.append([FOUNDED])
        assert caught.value.code == "C507"
    assert store.head().position == 0


def zone(hours: int) -> timezone:
    return timezone(timedelta(hours=hours))


def test_an_untouched_store_is_intact(store: Store) -> None:
    """Verify counts every record, says where the store ends, and keeps a watcher informed."""
    store.append(many(5001))
    seen: list[tuple[int, int]] = []
    result = store.verify(lambda done, total: seen.append((done, total)))
    assert result.intact
    assert result.records == 5001
    assert result.head == store.head()
    assert seen == [(5000, 5001), (5001, 5001)]


@pytest.mark.parametrize("change", [{"body": None}, {"chain": None}, {"checksum": "1"}, {"id": 7}])
def test_a_record_of_the_wrong_types_is_damage(change: dict[str, object]) -> None:
    """Whatever a damaged store hands back, even what is no text or bytes, is a finding and not a crash."""
    store = open_store("memory:")
    store.append([FOUNDED, BOUGHT])
    store._records[0] = store._records[0]._replace(**change)
    store._by_id["acme-founded"] = store._records[0]
    assert [problem.severity for problem in store.verify().problems][:1] == ["error"]
    with pytest.raises(Damaged):
        list(store.read())
    with pytest.raises(Damaged, match="was changed after it was written"):
        store.get("acme-founded")


def test_a_closed_store_says_so(store: Store) -> None:
    """Closing twice does no harm; using a closed store is refused in plain words."""
    store.close()
    store.close()
    for act in (
        store.head,
        store.verify,
        store.read,
        lambda: store.get("a"),
        lambda: store.get("\n"),
        lambda: store.get_all(["a"]),
        lambda: store.read_at([1]),
        lambda: store.get_all(["\n"]),
        lambda: 7 in store,
        lambda: store.append([FOUNDED]),
    ):
        with pytest.raises(StoreError, match="is closed") as caught:
            act()
        assert caught.value.code == "C507"


def test_threads_share_a_store(store: Store) -> None:
    """Four threads of one process append at once; nothing is lost and no position is given twice."""

    def write(name: str) -> None:
        for number in range(25):
            store.append(
                [NewRecord(f"{name}-{number}", "k", b"{}"), NewRecord(f"{name}-{number}-b", "k", b"{}")]
            )

    threads = [Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records = list(store.read())
    assert len({record.id for record in records}) == 200
    assert store.verify().intact
    assert all(
        second.id == f"{first.id}-b" for first, second in zip(records[::2], records[1::2], strict=True)
    )


def test_threads_that_append_at_once_each_get_their_own_answer(store: Store) -> None:
    """Of threads whose appends are committed together, the refusal of one does not touch the others."""
    store.append([FOUNDED])
    start, answers = Barrier(6), {}

    def write(number: int) -> None:
        wrong = FOUNDED._replace(body=b"{}") if number % 2 else NewRecord(f"event-{number}", "k", b"{}")
        start.wait()
        try:
            answers[number] = store.append([NewRecord(f"with-{number}", "k", b"{}"), wrong]).added
        except AppendRefused as conflict:
            answers[number] = conflict.code

    threads = [Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[number] for number in (1, 3, 5)] == ["C503"] * 3
    assert sorted(record.id for record in store.read(after=1)) == sorted(
        f"{word}-{number}" for number in (0, 2, 4) for word in ("with", "event")
    )
    assert {record for number in (0, 2, 4) for record in answers[number]} == set(store.read(after=1))


def test_a_store_that_grows_wakes_who_waits(store: Store) -> None:
    """Waiting ends when a record is there, and after the time when none comes."""
    assert not store.wait(0, 0.01)
    waiting = Thread(target=lambda: found.append(store.wait(0, 120)), daemon=True)
    found: list[bool] = []
    waiting.start()
    time.sleep(0.05)
    store.append([FOUNDED])
    waiting.join(timeout=60)
    assert found == [True]
    assert store.wait(0, 0)
    assert not store.wait(1, 0)


def test_closing_ends_waiting(store: Store) -> None:
    """Nobody waits on a closed store until his time is over."""
    told: list[str] = []

    def wait() -> None:
        with pytest.raises(StoreError) as caught:
            store.wait(0, 120)
        told.append(caught.value.code)

    waiting = Thread(target=wait, daemon=True)
    waiting.start()
    time.sleep(0.05)
    store.close()
    waiting.join(timeout=60)
    assert told == ["C507"]


# From another store


def origin(clock: Clock) -> Store:
    """A store in memory with five records, recorded at three times."""
    store = open_store("memory:", clock=clock)
    for batch in (many(2), many(4), many(5)):
        store.append(batch)
        clock.now += timedelta(seconds=1)
    return store


def test_restored_records_are_the_very_same(store: Store, clock: Clock) -> None:
    """Position, time, checksum and chain of another store are kept, and both end alike."""
    records = list(origin(clock).read())
    done = store.restore(records[:3])
    assert done == (tuple(records[:3]), 0, Head(3, records[2].chain.hex()))
    assert store.restore(records[3:]).added == tuple(records[3:])
    assert list(store.read()) == records
    assert store.verify().intact
    # And it goes on from there.
    assert store.append([FOUNDED]).head.position == 6
    assert store.verify().intact


def test_restoring_again_restores_only_what_is_new(store: Store, clock: Clock) -> None:
    """Who got no answer may simply try again, and a longer copy brings a shorter one up to date."""
    records = list(origin(clock).read())
    store.restore(records[:3])
    again = store.restore(records[1:])
    assert (again.added, again.known, again.head.position) == (tuple(records[3:]), 2, 5)
    assert store.restore(records).known == 5
    assert store.restore([]).head.position == 5
    assert list(store.read()) == records


def test_records_of_another_history_are_not_restored(store: Store, clock: Clock) -> None:
    """What does not go on from what is here, or contradicts it, is refused, and nothing is kept."""
    records = list(origin(clock).read())
    store.append([FOUNDED])
    for others, message in [
        (records, 'record 1 ("event-1") is of another history than the store'),
        (records[1:], 'record 2 ("event-2") is of another history than the store'),
        (records[2:], "records to restore begin at position 3, and the store ends at 1"),
    ]:
        with pytest.raises(AppendRefused) as caught:
            store.restore(others)
        assert (caught.value.code, caught.value.problems[0].message) == ("C512", message)
    assert store.head().position == 1


def forged(*parts: tuple[str, str]) -> list[Record]:
    """Records with proofs that fit, as no store would write them: an id and a time each."""
    head, made = Head(0, GENESIS.hex()), []
    for id, recorded_at in parts:
        made += chained([NewRecord(id, "k", b"{}")], head, recorded_at)
        head = Head(made[-1].position, made[-1].chain.hex())
    return made


EARLY, LATE = "2026-03-01T09:30:00.000000Z", "2026-03-02T09:30:00.000000Z"


@pytest.mark.parametrize(
    ("records", "code", "message"),
    [
        (forged(("a", LATE), ("b", EARLY)), "C512", f"recorded at {EARLY}, after one of {LATE}"),
        (forged(("a", "yesterday")), "C512", 'it was recorded at "yesterday"'),
        (forged(("a", "2026-02-30T09:30:00.000000Z")), "C512", "it was recorded at"),
        (forged(("a", EARLY), ("a", EARLY)), "C512", 'id "a"'),
        (forged(("a", EARLY), ("b\x07", EARLY)), "C206", "control character"),
        ([forged(("a", EARLY))[0]._replace(body=b"[]")], "C505", "was changed"),
        ([*forged(("a", EARLY)), forged(("a", EARLY), ("b", EARLY))[0]], "C506", "does not follow"),
        (forged(("a", EARLY), ("b", EARLY), ("c", EARLY))[::2], "C506", "record 2 is missing"),
    ],
)
def test_what_no_store_wrote_is_not_restored(
    store: Store, records: list[Record], code: str, message: str
) -> None:
    """Records are proven before any of them is kept."""
    with pytest.raises((AppendRefused, Damaged, InvalidValue)) as caught:
        store.restore(records)
    assert caught.value.code == code
    assert message in str(caught.value)
    assert store.head().position == 0


def test_a_restored_record_has_an_id_of_its_own(store: Store) -> None:
    """An id that is recorded already cannot come again at another position, though its chain fits."""
    records = forged(("a", EARLY), ("b", EARLY), ("a", EARLY))
    store.restore(records[:2])
    with pytest.raises(AppendRefused) as caught:
        store.restore(records[2:])
    message = 'record 3 cannot be restored: its id "a" is taken'
    assert (caught.value.code, caught.value.problems[0].message) == ("C512", message)
    late = forged(("a", EARLY), ("b", EARLY), ("c", "2026-02-01T09:30:00.000000Z"))
    with pytest.raises(AppendRefused, match="after one of"):
        store.restore(late[2:])
    assert store.head().position == 2


# The law


BATCHES = st.lists(
    st.tuples(
        st.lists(
            st.builds(
                NewRecord,
                st.sampled_from("abcdefgh"),
                st.just("k"),
                st.sampled_from([b"{}", b"{}", b"{}", b"[]"]),
            ),
            max_size=4,
        ),
        st.none() | st.integers(0, 6),
    ),
    max_size=6,
)


@pytest.mark.slow
@pytest.mark.parametrize("kind", STORES)
@settings(max_examples=60)
@given(batches=BATCHES)
def test_a_store_behaves_as_a_list_would(
    kind: str, tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[list[NewRecord], int | None]]
) -> None:
    """Whatever is appended in whatever batches, a store ends with what a plain list would hold."""
    model: dict[str, NewRecord] = {}
    with STORES[kind](tmp_path_factory.mktemp("law"), Clock()) as store:
        for batch, expected in batches:
            after = dict(model)
            fits = all(after.setdefault(record.id, record) == record for record in batch)
            fits = fits and (len(after) == len(model) or expected in (None, len(model)))
            try:
                store.append(batch, expected)
            except AppendRefused:
                assert not fits
            else:
                assert fits
                model = after
            assert [NewRecord(*record[2:5]) for record in store.read()] == list(model.values())
            assert store.head().position == len(model)
        assert store.verify().intact


def test_every_store_makes_the_same_chain(tmp_path: Path) -> None:
    """The same records, appended at the same times, have the same hashes in every kind of store."""
    heads = set()
    for make in STORES.values():
        with make(tmp_path, Clock()) as store:
            store.append([FOUNDED, BOUGHT])
            store.append([SOLD])
            heads.add(store.head())
    assert len(heads) == 1


@pytest.mark.parametrize("location", ["oracle://user:secret@host/corp", "mysql://x", "sqlite:///corp.db"])
def test_an_unknown_kind_of_store_is_refused_without_its_secrets(location: str) -> None:
    """An address that no store answers to is refused, and a password in it is not shown."""
    with pytest.raises(StoreError) as caught:
        open_store(location, create=True)
    scheme = location.partition(":")[0]
    assert str(caught.value) == (
        f'error[C507]: no kind of store is called "{scheme}"\n'
        "  help: give the path of a file, postgresql://..., or memory:"
    )


@pytest.mark.parametrize("location", ["host=h user=u password=s3cret", "postgres:h", "dbname = chronicle"])
def test_settings_of_a_server_make_no_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    """What libpq would understand is no path, and its password goes nowhere."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError) as caught:
        open_store(location, create=True)
    assert caught.value.code == "C507"
    assert "s3cret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
