"""What was so on each of many days, as one table for data frames."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given as tried_on
from hypothesis import strategies as st

import chronicle
from chronicle.engine.state.over_days import facts_over_days
from chronicle.engine.tables import Table
from chronicle.errors import NotFound, UsageError
from chronicle.events import Event
from chronicle.history import History
from given import acquired, declared, disposed, happened, launched, transferred
from test_replay_laws import ANYTHING, HISTORIES, _days

HISTORY = (
    declared("group", "Alibaba Group"),
    declared("film", "ChinaVision"),
    acquired("2014-03", "group", "film", "60%"),
    acquired("2015-01-31", "group", "bank", "5%"),
    disposed("2014-08-20", "group", "film", "10%"),
    launched("2014-02", "tickets", "group"),
    transferred("2014-12-31", "tickets", "group", "film"),
)


@pytest.mark.parametrize(
    ("start", "end", "every", "days"),
    [
        ("2014-01-31", "2014-03-31", "M", ["2014-01-31", "2014-02-28", "2014-03-31"]),
        ("2014-02-01", "2014-03-30", "M", ["2014-02-28"]),
        ("2014", "2014-Q2", "Q", ["2014-03-31", "2014-06-30"]),
        ("2012", "2014", "Y", ["2012-12-31", "2013-12-31", "2014-12-31"]),
        ("2014-03-01", "2014-03-16", "W", ["2014-03-02", "2014-03-09", "2014-03-16"]),
        ("2014-02-27", "2014-03-01", "D", ["2014-02-27", "2014-02-28", "2014-03-01"]),
        ("2014-02-27", "2014-02-27", "D", ["2014-02-27"]),
        ("2014-02-01", "2014-02-27", "M", []),
        ("9999-11-30", "9999-12-31", "M", ["9999-11-30", "9999-12-31"]),
        ("9999-12-25", "9999-12-31", "W", ["9999-12-26", "9999-12-31"]),
    ],
)
@pytest.mark.parametrize("view", ["holdings", "units", "deals", "names"])
def test_each_day_is_as_the_state_of_that_day(
    start: str, end: str, every: str, days: list[str], view: str
) -> None:
    """The rows of the table of each state, with the day in front; nothing between and nothing besides."""
    history = History(HISTORY)
    table = history.states(start, end, every, view=view)  # type: ignore[arg-type]
    expected = []
    for day in days:
        state = history.as_of(day)
        own = getattr(state, f"{view}_table")() if view != "names" else state.table("names", names=True)
        assert table.column_names == ("day", *own.column_names)
        expected += [(datetime.date.fromisoformat(day), *row) for row in own.rows()]
    assert [*table.rows()] == expected
    assert table.column_names[0] == "day"


def test_names_and_doubts_are_those_of_the_day() -> None:
    """A stake bought in March is possible in the middle of it."""
    rows = History(HISTORY).states("2014-03-09", "2014-03-31", "W").to_dicts()
    assert [(row["day"].day, row["share"], row["certain"]) for row in rows] == [
        (9, "60%", False),
        (16, "60%", False),
        (23, "60%", False),
        (30, "60%", False),
    ]
    assert rows[0]["holder_name"] == "Alibaba Group"


def test_only_what_was_known_counts() -> None:
    """By the knowledge of one day, for all days."""
    history = History(HISTORY)
    assert len(history.states("2014", "2015", "Y", known="2014-01-01")) == 0
    assert {row["share"] for row in history.states("2014", "2015", "Y", known="2014-04-01").to_dicts()} == {
        "60%"
    }


def test_what_cannot_be_asked_for() -> None:
    """Another period, days the wrong way round, and a view that nobody writes."""
    history = History(HISTORY)
    with pytest.raises(UsageError, match='no period "ME"'):
        history.states("2014", "2015", "ME")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no day lies between 2015-01-01"):
        history.states("2015", "2014")
    with pytest.raises(NotFound, match="no view"):
        history.states("2014", "2015", view="holding")


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_data_frames_take_it(library: str, root: object) -> None:
    """As they take every table: with days as days."""
    module = pytest.importorskip(library)
    table = chronicle.open(f"{root}/events").states("2014", "2015", "Q")
    if library == "polars":
        days = module.DataFrame(table)["day"].to_list()
    elif library == "pandas":
        days = module.DataFrame.from_arrow(table)["day"].tolist()
    else:
        days = module.table(table)["day"].to_pylist()
    assert days[0] == datetime.date(2014, 3, 31)
    assert days == [row[0] for row in table.rows()]


def _rows(table: Table) -> list[tuple[object, ...]]:
    """The rows as texts, since a share that is not certain equals one that is."""
    return [tuple(map(repr, row)) for row in table.rows()]


@pytest.mark.slow
@tried_on(st.one_of(ANYTHING, HISTORIES))
def test_on_every_day_that_matters_it_is_what_the_state_says(events: list[Event]) -> None:
    """Every view, with doubts, imprecise dates, names that change and ids that are linked."""
    history = History(events)
    days, ledger = _days(events), history.ledger()
    for view in ledger.views:
        expected = []
        for day in days:
            state = history.as_of(day)
            own = getattr(
                state, f"{view}_table", lambda of=state, of_view=view: of.table(of_view, names=True)
            )
            expected += [(repr(day), *row) for row in _rows(own())]
        assert _rows(facts_over_days(ledger, view, days, history.as_of)) == expected


def test_a_row_has_the_names_of_its_day() -> None:
    """Also where the stake stays as it is while a name changes."""
    events = [*HISTORY[:3], happened("entity.renamed", "2014-06-15", entity="film", name="Alibaba Pictures")]
    rows = History(events).states("2014-05", "2014-07", "M").to_dicts()
    assert [row["target_name"] for row in rows] == ["ChinaVision", "Alibaba Pictures", "Alibaba Pictures"]


def test_it_has_what_every_table_has() -> None:
    """Columns can be chosen, rows counted and read again, and what is assumed says so."""
    table = History(HISTORY).states("2014-03", "2014-12", "M")
    assert len(table) == len([*table.rows()]) == len([*table.each()]) == 10
    chosen = table.select("share", "day")
    assert [*chosen.rows()] == [(row["share"], row["day"]) for row in table.to_dicts()]
    assert [len(batch[0]) for batch in table.batches(4)] == [4, 4, 2]
    assert "10 rows of day, holder" in repr(table)
    assert table._repr_html_().count("<tr>") == 11
