"""R11: whatever the clock of the computer shows, what was recorded when never goes backwards.

A store stamps records by the clock of whoever writes. Clocks are set back, jump ahead, stand still and
live in zones. What then still holds, and what cannot, is in ``docs/reliability.md`` under "Clocks".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronicle import codec
from chronicle.errors import InvalidValue
from chronicle.events import Event
from chronicle.history import History
from chronicle.stores import Record, Store, open_store
from chronicle.stores.record import Head, NewRecord, chained
from given import happened

Reading = datetime
"""What a clock shows."""

Open = Callable[[], AbstractContextManager[Store]]


class Clock:
    """A clock that shows one thing after the other, and stands still in the end."""

    def __init__(self, *readings: Reading) -> None:
        self.readings = list(readings)

    def __call__(self) -> Reading:
        return self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]

    def show(self, reading: Reading) -> None:
        self.readings = [reading]


@pytest.fixture
def clock() -> Clock:
    return Clock(at("2024-02-28 12:00"))


@pytest.fixture(params=["memory", "SQLite", "PostgreSQL"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store of each kind, with the clock of the test."""
    places = {"memory": lambda: "memory:", "SQLite": lambda: tmp_path / "corp.db"}
    place = places.get(request.param, lambda: request.getfixturevalue("postgresql_url"))()
    with open_store(place, create=True, clock=clock) as opened:
        yield opened


def at(text: str, hours: float = 0) -> Reading:
    """A time on a clock that is so many hours east of Greenwich."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone(timedelta(hours=hours)))


def founded(number: int) -> Event:
    return happened(
        "entity.founded", "1998", f"founded-{number}", entity=f"company-{number}", name="Acme", type="company"
    )


def record(store: Store, clock: Clock, *readings: Reading) -> list[Record]:
    """Record one event at each reading of the clock, and give all records of the store."""
    before = store.head().position
    for number, reading in enumerate(readings, before + 1):
        clock.show(reading)
        store.append([codec.to_record(founded(number))])
    return list(store.read())


def times(records: Sequence[Record]) -> list[str]:
    return [each.recorded_at for each in records]


def known(store: Store, day: str) -> int:
    """How many events a history of the store had by the end of a day."""
    return len(History.from_store(store).written(recorded=day))


# The clock goes backwards


@pytest.mark.parametrize(
    ("ahead", "back"),
    [
        ("2024-03-01 09:30:00.000001", "2024-03-01 09:30"),
        ("2024-03-01 09:30", "2024-03-01 08:30"),
        ("2024-03-01 00:00", "2024-02-29 23:59:59.999999"),
        ("2025-03-01", "2024-03-01"),
        ("9999-12-31 23:59:59.999999", "0001-01-01"),
    ],
)
def test_a_clock_that_is_set_back_takes_no_record_back(
    store: Store, clock: Clock, ahead: str, back: str
) -> None:
    """Who records after the clock was set back records at the time of the record before."""
    records = record(store, clock, at(ahead), at(back))
    assert times(records)[1] == times(records)[0]
    assert store.verify().intact
    assert known(store, ahead[:10]) == 2


def test_a_store_that_is_opened_again_remembers_its_last_time(tmp_path: Path) -> None:
    """What is remembered is the last record, not the clock of a process."""
    for reading in ("2024-03-01 09:30", "2023-01-01 00:00"):
        with open_store(tmp_path / "corp.db", create=True, clock=Clock(at(reading))) as store:
            store.append([codec.to_record(founded(store.head().position + 1))])
            assert times(list(store.read()))[-1] == "2024-03-01T09:30:00.000000Z"


def test_a_clock_that_jumps_a_year_ahead_and_back_moves_days_of_recording_once(
    store: Store, clock: Clock, results: Callable[..., None]
) -> None:
    """The limit: what was recorded after the jump counts as recorded on the day that the clock jumped to,
    until the true time has come that far. What was recorded before it stays where it was."""
    records = record(
        store,
        clock,
        at("2024-03-01 09:00"),
        at("2025-03-01 09:00"),  # wrong by a year
        at("2024-03-01 09:02"),  # put right
        at("2024-09-01 12:00"),
        at("2025-03-02 12:00"),
    )
    assert times(records) == [
        "2024-03-01T09:00:00.000000Z",
        *["2025-03-01T09:00:00.000000Z"] * 3,
        "2025-03-02T12:00:00.000000Z",
    ]
    assert known(store, "2024-02-29") == 0
    assert [known(store, day) for day in ("2024-03-01", "2024-12-31", "2025-02")] == [1, 1, 1]
    assert [known(store, day) for day in ("2025-03-01", "2025-03-02", "9999")] == [4, 5, 5]
    backwards = sum(first > second for first, second in pairwise(times(records)))
    assert backwards == 0
    kinds = {"MemoryStore": "memory", "SqliteStore": "SQLite", "PostgresqlStore": "PostgreSQL"}
    done = "a clock a year ahead and back"
    results("R11", store=kinds[type(store).__name__], done=done, backwards=backwards)


def test_many_events_in_one_microsecond_keep_their_order(store: Store, clock: Clock) -> None:
    """The position says what came first; times may be equal."""
    records = record(store, clock, *[at("2024-03-01 09:30:00.000001")] * 5)
    assert len(set(times(records))) == 1
    assert [each.position for each in records] == [1, 2, 3, 4, 5]
    assert [event.id for event in History.from_store(store).events] == [each.id for each in records]


# Zones


def test_summer_time_that_ends_repeats_no_hour(store: Store, clock: Clock) -> None:
    """At three o'clock it is two o'clock again; in UTC, which is what is kept, an hour has gone by."""
    records = record(
        store, clock, at("2024-10-27 02:30", 2), at("2024-10-27 02:30", 1), at("2024-10-27 02:31", 1)
    )
    assert times(records) == [f"2024-10-27T{clock}:00.000000Z" for clock in ("00:30", "01:30", "01:31")]


def test_a_day_of_recording_is_one_of_utc(store: Store, clock: Clock) -> None:
    """In Shanghai it was the first of March already. The store, the same for all, says leap day."""
    record(store, clock, at("2024-03-01 07:59:59.999999", 8), at("2024-03-01 08:00", 8))
    assert known(store, "2024-02-29") == 1
    assert known(store, "2024-03-01") == 2


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set here")
def test_a_clock_without_a_zone_shows_the_time_of_this_computer(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As everywhere in Python; our own clock always says its zone."""
    monkeypatch.setenv("TZ", "CST-8")
    time.tzset()
    try:
        records = record(store, clock, datetime(2024, 3, 1, 7, 30))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert times(records) == ["2024-02-29T23:30:00.000000Z"]


# Days that are not like others


def test_a_leap_day_is_a_day_of_recording(store: Store, clock: Clock) -> None:
    """Up to its last microsecond; and February of a leap year ends with it."""
    record(
        store,
        clock,
        at("2024-02-28 23:59:59.999999"),
        at("2024-02-29 00:00"),
        at("2024-02-29 23:59:59.999999"),
    )
    record(store, clock, at("2024-03-01 00:00"))
    assert [known(store, day) for day in ("2024-02-28", "2024-02-29", "2024-02", "2024-Q1")] == [1, 3, 3, 4]
    with pytest.raises(InvalidValue) as caught:
        known(store, "2023-02-29")
    assert caught.value.code == "C301"


def test_events_on_leap_days_and_at_both_ends_of_time_come_back_from_a_store(store: Store) -> None:
    """Dates of events are texts to a store: it takes the first day there is and the last."""
    days = ("0001-01-01", "0004-02-29", "2000-02-29", "2024-02-29", "9999-12-31")
    events = [
        happened(
            "entity.founded",
            day,
            f"founded-{number}",
            entity=f"company-{number}",
            name="Acme",
            type="company",
            known=day,
        )
        for number, day in enumerate(days)
    ]
    store.append([codec.to_record(event) for event in events])
    history = History.from_store(store)
    assert history.events == tuple(events)
    assert [str(event.date) for event in history.timeline()] == list(days)
    assert len(history.written(known="0001-01-01")) == 1
    assert len(history.written(known="2024-02-28")) == 3
    assert len(history.written(known="9999-12-31")) == 5
    for wrong in ("0000-01-01", "1900-02-29", "10000-01-01"):
        with pytest.raises(InvalidValue) as caught:
            history.written(known=wrong)
        assert caught.value.code == "C301"


def test_a_clock_may_show_the_first_year_and_the_last(store: Store, clock: Clock) -> None:
    """Years have four digits, so the order of the texts is the order of the times."""
    records = record(store, clock, at("0001-01-01"), at("0999-06-15"), at("9999-12-31 23:59:59.999999"))
    assert times(records) == [
        "0001-01-01T00:00:00.000000Z",
        "0999-06-15T00:00:00.000000Z",
        "9999-12-31T23:59:59.999999Z",
    ]
    assert [
        known(store, day) for day in ("0001-01-01", "0999-06-14", "0999-06-15", "9999-12-30", "9999")
    ] == [*(1, 1, 2, 2, 3)]
    assert store.verify().intact


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60", "2016-12-31 23:59:60"])
def test_a_leap_second_is_no_date(text: str) -> None:
    """Dates of events are days or longer; what is refused says so."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  # that it is one of ours is what is tested
        happened("entity.founded", text, "founded", entity="acme", name="Acme", type="company")
    assert getattr(caught.value, "code", None) == "C301"


def test_a_leap_second_that_another_program_wrote_stays_in_its_place(store: Store, clock: Clock) -> None:
    """Our clocks never show second 60. Restored from elsewhere it is a text, and stands where it belongs."""
    head = Head(0, bytes(32).hex())
    restored: list[Record] = []
    for number, moment in enumerate(("23:59:59.999999", "23:59:60.500000"), 1):
        (made,) = chained([NewRecord(*codec.to_record(founded(number)))], head, f"2016-12-31T{moment}Z")
        restored.append(made)
        head = Head(made.position, made.chain.hex())
    store.restore(restored)
    records = record(store, clock, at("2016-12-31 23:59:59.999999"), at("2017-01-01 00:00"))
    assert [each[11:16] + each[16:19] for each in times(records)] == [
        "23:59:59",
        "23:59:60",
        "23:59:60",
        "00:00:00",
    ]
    assert times(records) == sorted(times(records))
    assert [known(store, day) for day in ("2016-12-30", "2016-12-31", "2017-01-01")] == [0, 3, 4]


# Any clock at all


READINGS = st.lists(
    st.datetimes(
        datetime(2, 1, 1),
        datetime(9998, 12, 31),
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    ),
    min_size=1,
    max_size=12,
)


@given(READINGS, st.dates())
def test_what_was_recorded_by_a_day_is_what_stood_first_in_the_store(
    readings: list[Reading], day: date
) -> None:
    """Under any clock: times never fall, and who asks by a later day sees as much or more."""
    clock = Clock(*readings)
    with open_store("memory:", clock=clock) as store:
        for number in range(len(readings)):
            store.append([codec.to_record(founded(number))])
        latest: list[datetime] = []
        for reading in readings:
            latest.append(max([reading.astimezone(UTC), *latest[-1:]]))
        records = list(store.read())
        assert [datetime.fromisoformat(each) for each in times(records)] == latest
        assert times(records) == sorted(times(records))
        history = History.from_store(store)
        by_then = history.written(recorded=day)
        assert by_then == history.events[: sum(moment.date() <= day for moment in latest)]
        assert store.verify().intact
