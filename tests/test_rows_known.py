"""Rows say what was known on any day, as a replay by that day does."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chronicle
from chronicle.errors import UsageError
from chronicle.events import Event, knowledge
from chronicle.history import History
from chronicle.history.sources import records_at
from chronicle.ledgers.partitions import frames, job, replay_partition
from chronicle.ledgers.partitions.job import replay_into
from chronicle.ledgers.partitions.rows import SPAN, LedgerRow
from given import absorbed, acquired, corrected, disposed, happened, issued, retracted
from own_projectors import BY_TARGET, OF_ALL
from test_partitions import NUMBERS, assert_same, ledger_of, recorded
from test_partitions import _store as store_of
from test_parts import GROUPS, HISTORIES, KNOWN
from test_parts import spread as in_groups
from test_rows_folders import run, stored

LATER = {"known": "2016"}
HISTORY = [
    acquired("2011", "ann", "mill", "10%", id="ann-mill"),
    acquired("2012", "ann", "mill", "5%", id="more", **LATER),
    disposed("2013", "ann", "mill", "1%", id="less"),
    acquired("2011", "bob", "farm", "10%", id="bob-farm"),
    corrected("2014", "bob-farm", {"share": "20%"}, id="slip"),
    acquired("2011", "eve", "kiln", "10%", id="eve-kiln"),
    retracted("2015", "eve-kiln", id="never"),
    acquired("2011", "fay", "shop", "10%", id="fay-shop"),
    happened("identity.linked", "2014", "link", a="fay", b="fritz", reason="the same"),
    acquired("2012", "fritz", "shop", "3%", id="fritz-shop"),
    issued("2012", "mine", "100", id="issue", **LATER),
    acquired("2011", "gus", "mine", "10%", id="gus-mine"),
    acquired("2011", "cat", "kiln", "7%", id="cat-kiln"),
    absorbed("2013", "dan", "cat", id="merger", **LATER),
]


def assert_known_alike(events: Sequence[Event], days: Sequence[datetime.date], number: int) -> None:
    """The rows of partitions say for each day of knowledge what a replay does."""
    records = recorded(events)
    history = History.from_store(store_of(records), ledger=False)
    for day in days:
        assert_same(ledger_of(records, number, known=day), history.ledger(known=day))


@pytest.mark.parametrize("number", NUMBERS)
def test_what_became_known_later_was_not_so_before(number: int) -> None:
    """A purchase, a correction, a retraction, a link, an issue and a merger, that day and the day before."""
    days = sorted({knowledge(event).day for event in HISTORY})
    before = [day - datetime.timedelta(days=1) for day in days]
    assert_known_alike(HISTORY, [*days, *before], number)


@pytest.mark.slow
@settings(max_examples=max(100, settings.default.max_examples))
@given(HISTORIES, GROUPS, st.sampled_from(NUMBERS), KNOWN)
def test_rows_of_random_histories_say_what_was_known(
    events: list[Event], groups: list[str], number: int, known: datetime.date
) -> None:
    """Windows that overlap, sources that disagree, deals, mergers, corrections."""
    assert_known_alike(in_groups(events, groups), [known], number)


@pytest.mark.parametrize("own", [BY_TARGET, OF_ALL])
def test_a_projector_of_a_user_is_known_by_days(own: object) -> None:
    """By the field that it names, and where all is one part."""
    records = recorded(HISTORY)
    history = History.from_store(store_of(records), [own], ledger=False)  # type: ignore[list-item]
    for day in sorted({knowledge(event).day for event in HISTORY}):
        found = ledger_of(records, 3, [own], day)  # type: ignore[list-item]
        assert_same(found, history.ledger(known=day))


def test_a_row_says_between_which_days_it_was_known() -> None:
    """Valid time on one side and knowledge on the other: a slowly changing dimension of both."""
    told = [
        acquired("2011", "ann", "mill", "10%", id="first", known="2011-05-01"),
        corrected("2014-03-01", "first", {"share": "20%"}, id="slip"),
    ]
    rows = [
        LedgerRow(*values)
        for batch in replay_partition(frames.record_batches(recorded(told)))
        for values in frames.rows_in(batch)
    ]
    assert [
        (row.possible_from, row.known_from, row.known_until, "20%" in (row.value or ""))
        for row in sorted(rows, key=lambda row: str(row.known_from))
        if row.what == SPAN and row.view == "holdings"
    ] == [
        (datetime.date(2011, 1, 1), datetime.date(2011, 5, 1), datetime.date(2014, 3, 1), False),
        (datetime.date(2011, 1, 1), datetime.date(2014, 3, 1), None, True),
    ]


# In a folder


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """The rows of the history in three buckets, beside the store."""
    replay_into(tmp_path / "rows", records_at(stored(tmp_path / "corp.db", HISTORY)), partitions=3)
    return tmp_path / "rows"


@pytest.mark.parametrize(
    "question",
    [
        ("as-of", "2015", "--known", "2013"),
        ("as-of", "2015", "--known", "2015", "--json"),
        ("as-of", "2015", "mill", "--known", "2015", "--plain"),
        ("owners", "mill", "--as-of", "2015", "--known", "2014", "--plain"),
        ("diff", "2011", "2015", "--known", "2014", "--plain"),
        ("diff", "2013", "--known-from", "2011", "--known-to", "2016", "--plain"),
        ("diff", "2013", "--known-from", "2013", "--known-to", "2016", "--json"),
        ("diff", "2013", "2016", "mill", "--known-from", "2014", "--known-to", "2015", "--json"),
        ("diff", "2013", "--known-from", "2014", "--json"),
        ("export", "scd2", "--known", "2013"),
        ("export", "csv", "--as-of", "2015", "--known", "2014"),
    ],
    ids=" ".join,
)
def test_rows_answer_by_a_day_of_knowledge(question: tuple[str, ...], rows: Path) -> None:
    """To the letter as the store does."""
    assert run("--from", rows, *question).stdout == run("--from", rows.parent / "corp.db", *question).stdout


def test_before_anything_was_known_nothing_was(rows: Path) -> None:
    """Nor anything for a day before all events."""
    assert "Nothing is known for this day" in run("--from", rows, "as-of", "2015", "--known", "2001").stdout
    assert "Nothing is known for this day" in run("--from", rows, "as-of", "1900").stdout


def test_today_nothing_is_read_of_what_was_known_earlier(rows: Path) -> None:
    """It lies in files of its own, which by another day of knowledge are missed."""
    for file in (rows / "_earlier").rglob("*.parquet"):
        file.write_bytes(b"")
    assert run("--from", rows, "as-of", "2015").stdout
    refused = run("--from", rows, "as-of", "2015", "--known", "2013", code=4)
    assert "is not as it was written" in refused.stderr


def test_many_days_of_knowledge_are_asked_one_after_the_other(rows: Path) -> None:
    """Only the last few are kept; the answers are the same."""
    history, store = chronicle.open(rows), chronicle.open(rows.parent / "corp.db")
    with store:
        for year in (*range(2005, 2018), 2011):
            asked = f"{year}-12-31"
            assert_same(history.ledger(known=asked), store.ledger(known=asked))


def test_of_a_large_part_it_is_said_that_earlier_days_take_long(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is replayed, and with the way to do without; and not where that way was taken."""
    monkeypatch.setattr(job, "LARGE", 2)
    store = rows.parent / "corp.db"
    said = run("replay", store, "--into", tmp_path / "all").stderr
    assert re.fullmatch(
        r"note: \d+ events hang together: what was known of them on each day takes long to replay; "
        r"--latest-only leaves it out\n",
        said,
    )
    assert not run("replay", store, "--into", tmp_path / "all").stderr
    assert not run("replay", store, "--into", tmp_path / "latest", "--latest-only").stderr


def test_without_what_was_known_earlier_it_cannot_be_asked(rows: Path) -> None:
    """With the way to have it."""
    run("replay", rows.parent / "corp.db", "--into", rows, "--partitions", "3", "--latest-only")
    assert not any((rows / "_earlier").rglob("*.parquet"))
    assert run("--from", rows, "as-of", "2015").stdout
    with pytest.raises(UsageError, match="were made without what was known earlier"):
        chronicle.open(rows).as_of("2015", known="2014")
