"""Tables: what data frames of four libraries read from them, and rows by day for a warehouse."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings

from chronicle import codec
from chronicle.engine import views
from chronicle.engine.tables import Column, Row, Table, rows_by_day
from chronicle.engine.tables.arrow import BATCH
from chronicle.errors import InvalidValue, NotFound, UsageError
from chronicle.events import Event
from chronicle.history import History
from given import acquired, disposed, happened, launched, proposed
from histories import DAYS, HISTORIES

EXAMPLE = (
    happened("entity.founded", "1999", entity="group", name="阿里巴巴", type="company"),
    happened("entity.identified", "2014", entity="group", scheme="lei", value="5493001NTNQJDH60PM02"),
    acquired("2014-03", "group", "film", "60%", id="bought"),
    acquired("2014-05-01", "fund", "film", ">1/3", id="range"),
    acquired("2014-06-01", "group", "fund", "?", id="unknown"),
    acquired("2014-07-01", "fund", "studio", shares="12.5M", id="counted"),
    launched("2014-08-01", "shop", "group", id="launched"),
    proposed("2014-09-01", "merger", id="proposed"),
)
HISTORY = History(EXAMPLE)


def _polars(table: Table) -> list[dict[str, Any]]:
    return pl.DataFrame(table).to_dicts()


def _pyarrow(table: Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pa.table(table).to_pylist()
    return rows


def _duckdb(stream: Table) -> list[dict[str, Any]]:
    found = duckdb.sql("SELECT * FROM stream")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def _pandas(table: Table) -> list[dict[str, Any]]:
    frame = pd.DataFrame.from_arrow(table).astype(object)
    rows: list[dict[str, Any]] = frame.where(frame.notna(), None).to_dict("records")
    return [{name: _list(value) for name, value in row.items()} for row in rows]


def _list(value: Any) -> Any:
    return list(value) if hasattr(value, "tolist") else value


READERS = (_polars, _pyarrow, _duckdb, _pandas)


def expected(table: Table) -> list[dict[str, Any]]:
    """What a frame of the table must hold: our own values, numbers to 18 places, tuples as lists."""
    return [{name: _framed(value) for name, value in row.items()} for row in table.to_dicts()]


def _framed(value: Any) -> Any:
    if isinstance(value, Fraction):
        return Decimal(round(value * 10**18)).scaleb(-18)
    return list(value) if isinstance(value, tuple) else value


# What is in them


def test_a_holding_is_a_row_with_its_exact_share_and_both_of_its_ends() -> None:
    """The text is exact; the ends are numbers to reckon with; the unknown has neither end."""
    rows = {
        row["holder"] + row["target"]: row for row in HISTORY.as_of("2014-12-31").holdings_table().to_dicts()
    }
    assert {name: rows["groupfilm"][name] for name in ("share", "minimum", "maximum", "minimum_open")} == {
        "share": "60%",
        "minimum": Fraction(3, 5),
        "maximum": Fraction(3, 5),
        "minimum_open": False,
    }
    assert (rows["fundfilm"]["share"], rows["fundfilm"]["minimum"]) == (">1/3", Fraction(1, 3))
    assert (rows["fundfilm"]["minimum_open"], rows["fundfilm"]["maximum_open"]) == (True, False)
    assert rows["groupfund"]["share"] == "?"
    assert [rows["groupfund"][end] for end in ("minimum", "maximum", "minimum_open")] == [None, None, None]
    assert rows["fundstudio"]["shares"] == 12_500_000


def test_a_partial_date_is_its_text_and_its_two_days() -> None:
    """Nothing is rounded: "2014-03" stays, and its window is there to reckon with."""
    row = HISTORY.as_of("2014-03-15").holdings_table().to_dicts()[0]
    window = (row["since"], row["since_earliest"], row["since_latest"], row["certain"])
    assert window == ("2014-03", datetime.date(2014, 3, 1), datetime.date(2014, 3, 31), False)


def test_units_deals_and_entities_have_tables_too() -> None:
    """Each answer of a state can be framed."""
    state = HISTORY.as_of("2014-12-31")
    assert [row["owner"] for row in state.units_table().to_dicts()] == ["group"]
    assert [row["parties"] for row in state.deals_table().to_dicts()] == [("group", "film")]
    entity = state.entities_table().to_dicts()[0]
    assert entity["name"] == "阿里巴巴"
    assert entity["identifiers"] == ("lei:5493001NTNQJDH60PM02",)


@pytest.mark.parametrize("view", HISTORY.as_of("2015").views)
def test_every_view_has_a_table_of_its_spans(view: str, root: Path) -> None:
    """A row for each span of a view, and every library reads the same rows from it."""
    lines = (root / "tests" / "data" / "every-kind-1.jsonl").read_text(encoding="utf-8").splitlines()
    history = History(codec.decode(json.loads(line)) for line in lines)
    table = history.spans_table(view)
    assert len(table) == len(history.spans(view=view))
    assert _polars(table) == expected(table)


def test_a_view_of_ones_own_has_a_table_of_keys_and_texts() -> None:
    """Of a user's own view nobody knows the parts: the key is a list, the value its text."""
    from chronicle.engine.replay import Change, Projector

    def seen(event: Any, _: Any) -> list[Change]:
        return [Change("seen", (event.holder, event.target), "set", 42, event.date, event.id)]

    history = History(EXAMPLE, [Projector("mine", ("seen",), {type(EXAMPLE[2]): seen})])
    assert _polars(history.spans_table("seen"))[0]["key"] == ["group", "film"]
    assert _polars(history.spans_table("seen"))[0]["value"] == "42"


def test_a_table_of_an_unknown_view_is_refused() -> None:
    """A typing error in the name of a view is named."""
    with pytest.raises(NotFound, match="C606"):
        HISTORY.spans_table("holding")


# What data frames make of them


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__[1:])
@pytest.mark.parametrize("name", ["holdings_table", "units_table", "deals_table", "entities_table"])
def test_data_frames_read_the_same_rows(read: Callable[[Table], list[dict[str, Any]]], name: str) -> None:
    """polars, pyarrow, DuckDB and pandas find in the Arrow stream what our own rows say."""
    table = getattr(HISTORY.as_of("2014-12-31"), name)()
    assert len(table) > 0
    assert read(table) == expected(table)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__[1:])
def test_an_empty_table_is_a_frame_without_rows(read: Callable[[Table], list[dict[str, Any]]]) -> None:
    """Before the first event there is nothing, and that is no error."""
    assert read(HISTORY.as_of("1900").holdings_table()) == []
    assert pl.DataFrame(HISTORY.as_of("1900").holdings_table()).columns[:3] == ["holder", "target", "right"]


def test_the_stream_has_the_types_that_a_warehouse_wants() -> None:
    """Days are days, lists are lists, numbers are exact decimals."""
    types = {field.name: str(field.type) for field in pa.table(HISTORY.as_of("2015").holdings_table()).schema}
    assert types["since_latest"] == "date32[day]"
    assert types["events"].startswith("list<")
    assert types["minimum"] == "decimal128(38, 18)"
    assert (types["shares"], types["certain"], types["holder"]) == ("int64", "bool", "string")
    assert pa.schema(HISTORY.as_of("2015").holdings_table()).names[0] == "holder"


@pytest.mark.slow
@settings(max_examples=100)
@given(HISTORIES)
def test_whatever_happened_data_frames_read_it(events: list[Event]) -> None:
    """For random histories, frames of all spans hold what our own rows say."""
    history = History(events)
    for view in (views.HOLDINGS, views.UNITS, views.DEALS):
        table = history.spans_table(view)
        assert _pyarrow(table) == expected(table)


@pytest.mark.slow
def test_a_table_of_more_rows_than_a_batch_comes_in_several() -> None:
    """Texts, lists, gaps and numbers stay in their rows beyond the first batch."""
    columns = (
        Column("number", "integer", lambda row: row),
        Column("text", "text", lambda row: None if row % 3 else f"№ {row}"),
        Column("list", "texts", lambda row: None if row % 5 else ("a",) * (row % 4)),
        Column("flag", "flag", lambda row: None if row % 7 else row % 2 == 0),
        Column("half", "number", lambda row: Fraction(-row, 2)),
        Column("day", "day", lambda row: datetime.date.fromordinal(row + 1)),
    )
    table = Table("numbers", columns, range(BATCH + 1000))
    assert pa.table(table)["number"].num_chunks == 2
    assert _pyarrow(table) == expected(table)


@pytest.mark.parametrize(
    ("kind", "value"), [("integer", 2**63), ("integer", -(10**30)), ("number", Fraction(10**25))]
)
def test_a_number_that_no_column_can_hold_is_refused(kind: Any, value: Any) -> None:
    """Nothing is cut to fit: the error says so and names formats without a limit."""
    table = Table("numbers", (Column("number", kind, lambda row: row),), (value,))
    with pytest.raises(InvalidValue, match="C741"):
        pl.DataFrame(table)


def test_half_characters_and_quotes_pass_through_a_frame() -> None:
    """No text of a source breaks the stream; what is no character at all becomes a question mark."""
    names = ('say "hi"', "a\nb", "\x00", "😀", "\ud800")
    table = Table("texts", (Column("name", "text", lambda row: row),), names)
    assert [row["name"] for row in _polars(table)] == ['say "hi"', "a\nb", "\x00", "😀", "?"]


def test_without_nanoarrow_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are plain Python until somebody asks for Arrow; then it says what to install."""
    monkeypatch.setitem(sys.modules, "nanoarrow", None)
    table = HISTORY.as_of("2015").holdings_table()
    assert table.to_dicts()
    with pytest.raises(UsageError, match=r"chronicle-timeline\[arrow\]"):
        table.__arrow_c_stream__()


def test_polars_needs_neither_pyarrow_nor_pandas_to_read_a_table(root: Path) -> None:
    """The small extra is enough: nanoarrow hands over, polars takes."""
    program = (
        "import sys; sys.modules['pyarrow'] = None; sys.modules['pandas'] = None; import polars, chronicle;"
        "state = chronicle.open('events').as_of('2015-05-01');"
        "print(polars.DataFrame(state.holdings_table())['target'].to_list()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "alibaba-pictures\n"


def test_nothing_of_arrow_is_loaded_before_it_is_asked_for(root: Path) -> None:
    """Who only asks for a day never waits for a data-frame library."""
    program = (
        "import sys, chronicle; chronicle.open('events').as_of('2015').holdings_table().to_dicts();"
        "print({'nanoarrow', 'pyarrow', 'polars'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


# How they look


def test_a_table_shows_itself_in_one_line_and_in_a_notebook() -> None:
    """Names are escaped in HTML, and a long table shows only its beginning."""
    table = HISTORY.as_of("2015").units_table()
    assert repr(table).startswith("<Table units: 1 rows of unit, owner, certain, since")
    hostile = Table("names", (Column("name", "text", lambda row: row),), ("<script>", None))
    assert "&lt;script&gt;" in hostile._repr_html_()
    assert "caption" not in hostile._repr_html_()
    long = Table("numbers", (Column("lists", "texts", lambda _: ("a", "b")),), range(30))
    assert "the first 20 of 30 rows" in long._repr_html_()
    assert "a, b" in long._repr_html_()


# Rows by day


@pytest.mark.slow
@settings(max_examples=200)
@given(HISTORIES)
def test_the_row_of_a_day_is_what_a_state_answers_for_it(events: list[Event]) -> None:
    """For every stake on every day there is one row at most, and it has the share and the certainty."""
    history = History(events)
    cells = defaultdict(list)
    for span in history.spans():
        cells[span.key].append(span)
    rows = {key: list(rows_by_day(spans)) for key, spans in cells.items()}
    for day in DAYS:
        state = history.as_of(day)
        for key, found in rows.items():
            standing = [row for row in found if _stands(row, day)]
            assert len(standing) <= 1
            held = state.holdings(*key)[-1:]
            stated = [(row.span.value.share, row.certain) for row in standing]
            assert stated == [(holding.share, holding.certain) for holding in held]


def _stands(row: Row, day: datetime.date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


@settings(max_examples=100)
@given(HISTORIES)
def test_rows_by_day_are_in_order_and_never_empty(events: list[Event]) -> None:
    """A warehouse that loads them finds neither an overlap nor a row without a day."""
    history = History(events)
    for key in {span.key for span in history.spans()}:
        rows = list(rows_by_day(history.spans(*key)))
        for row in rows:
            assert row.valid_to is None or row.valid_from < row.valid_to
        for before, after in pairwise(rows):
            assert before.valid_to is not None
            assert before.valid_to <= after.valid_from
            assert (before.span, before.certain, before.valid_to) != (
                after.span,
                after.certain,
                after.valid_from,
            )


def test_a_value_that_changed_on_the_day_of_its_begin_has_no_row() -> None:
    """Bought and sold on one day: on no day was it so in the evening."""
    history = History([acquired("2014-03-01", "a", "b", "10%"), disposed("2014-03-01", "a", "b", holds="0%")])
    assert len(history.spans("a", "b")) >= 1
    rows = list(rows_by_day(history.spans("a", "b")))
    assert [row.span.value.share.canonical() for row in rows if row.span.value.share.value] == []


def test_any_view_has_a_table_whose_texts_are_categories() -> None:
    """They say the same as the others, and each text goes over once."""
    history = History(
        [*EXAMPLE, happened("role.appointed", "2014", person="ann", entity="film", role="chair")]
    )
    state = history.as_of("2015")
    roles = pa.table(state.table("roles"))
    assert pa.types.is_dictionary(roles.schema.field("person").type)
    assert roles.column("person").to_pylist() == ["ann"]
    holdings = pa.table(state.table("holdings"))
    named = pa.table(state.holdings_table())
    assert holdings.to_pylist() == named.drop_columns(["holder_name", "target_name"]).to_pylist()
    assert holdings.schema.names == list(state.holdings_table().column_names)[:-2]
    assert pa.table(state.table("partnerships")).num_rows == 0
    assert pl.DataFrame(state.table("roles")).schema == pl.DataFrame(roles).schema
    with pytest.raises(NotFound, match="C606"):
        state.table("rolls")


def test_of_a_table_one_may_take_some_columns() -> None:
    """In the order in which they are named; none of the others is made."""
    table = History(EXAMPLE).as_of("2015").holdings_table().select("share", "holder")
    assert table.column_names == ("share", "holder")
    assert [holder for _, holder in table.rows()] == ["fund", "fund", "group", "group"]
    assert pa.table(table).schema.names == ["share", "holder"]
    with pytest.raises(NotFound, match="did you mean holder"):
        table.select("holders")
