"""Exports that other programs open: SQLite, Parquet, Arrow, and statements of beneficial ownership."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import libcovebods.jsonschemavalidate
import libcovebods.run_tasks
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcovebods.config import LibCoveBODSConfig
from libcovebods.data_reader import DataReader
from libcovebods.schema import SchemaBODS
from libcovebods.tasks.checks import legacy_checks, pre_record_checks, record_based_checks

import chronicle
from chronicle import codec
from chronicle.engine.replay import Change, Projector
from chronicle.errors import InvalidValue, UsageError
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop.bods import read
from chronicle.interop.bods.codes import REGISTERS
from chronicle.interop.exports import exported
from chronicle.interop.exports.material import material
from chronicle.interop.followthemoney import read as read_ftm
from given import acquired, disposed, happened, launched, observed
from histories import HISTORIES

STORY = (
    happened("entity.founded", "1999-09-09", entity="group", name="Group", type="company", jurisdiction="CN"),
    happened("entity.identified", "2014-01-01", entity="group", scheme="lei", value="5493001NTNQJDH60PM02"),
    happened("entity.founded", "1994", entity="film", name="ChinaVision", type="company"),
    happened("entity.declared", "0001-01-01", entity="jack-ma", name="Jack Ma", type="person"),
    happened(
        "stake.acquired",
        "2014-03",
        id="bought",
        holder="group",
        target="film",
        share="60%",
        sources=[{"publisher": "ECNS", "url": "https://example.org/deal", "published": "2014-03-12"}],
    ),
    happened("entity.renamed", "2014-06-05", entity="film", name="Alibaba Pictures"),
    acquired("2014-09-19", "jack-ma", "group", ">5%", id="founder", right="votes"),
    observed("2015-02-01", "group", "film", "~55%", id="seen"),
    disposed("2016-02-29", "group", "film", holds="0%", id="sold"),
    acquired("2017-01-02", "group", "film", "1/3", id="again"),
    acquired("2017-03-01", "fund", "film", "?", id="unknown"),
    happened(
        "control.granted", "2015-01-01", id="pact", controller="jack-ma", target="group", basis="a pact"
    ),
    happened("entity.dissolved", "2018-05-01", entity="fund", reason="wound up"),
)


def written(name: str, history: History, day: str = "2020-12-31", **asked: Any) -> bytes:
    """The bytes of an export."""
    of = asked.pop("of", None)
    return b"".join(exported(name, material(history, day, **asked), of))


@pytest.fixture
def every_kind() -> History:
    """One event of every kind, with every field."""
    path = Path(__file__).parent / "data" / "every-kind-2.jsonl"
    return History(codec.decode(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


# SQLite


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    """Opens an export of a history as SQLite."""
    connections = []

    def open_(history: History) -> sqlite3.Connection:
        path = tmp_path / f"{len(connections)}.sqlite"
        path.write_bytes(written("sqlite", history))
        connections.append(sqlite3.connect(path))
        return connections[-1]

    yield open_
    for connection in connections:
        connection.close()


def test_sqlite_answers_by_name_on_a_day(opened: Any) -> None:
    """Who opens the file asks for a day with names, without knowing what a span is."""
    found = opened(History(STORY)).execute(
        "SELECT holder_name, target_name, share, certain FROM holdings_on_day"
        " WHERE valid_from <= '2014-03-15' AND (valid_to IS NULL OR '2014-03-15' < valid_to)"
    )
    assert found.fetchall() == [("Group", "Alibaba Pictures", "60%", 0)]


def test_sqlite_has_what_holds_now(opened: Any) -> None:
    """The open ends are a view of their own."""
    found = opened(History(STORY)).execute("SELECT holder_name, share FROM holdings_now ORDER BY 1, 2")
    assert found.fetchall() == [("Group", "1/3"), ("Jack Ma", ">5%"), ("fund", "?")]


def test_sqlite_leads_from_a_span_to_its_events_and_their_sources(opened: Any) -> None:
    """Says who? is a join."""
    found = opened(History(STORY)).execute(
        "SELECT DISTINCT events.id, sources.publisher FROM holdings JOIN span_events ON span = holdings.id"
        " AND view = 'holdings' JOIN events ON events.id = span_events.event"
        " JOIN sources ON sources.event = events.id"
        " WHERE holder = 'group'"
    )
    assert ("bought", "ECNS") in found.fetchall()


def test_every_link_in_sqlite_leads_somewhere(opened: Any, every_kind: History) -> None:
    """Foreign keys hold for every kind of event, undeclared entities and projects included."""
    connection = opened(every_kind)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"entities", "events", "sources", "span_events", *every_kind.as_of("2020").views} <= tables
    links = {row[3]: row[2] for row in connection.execute("PRAGMA foreign_key_list(holdings)")}
    assert links == {"holder": "entities", "target": "entities", "ended_by": "events"}
    labels = [row[1] for row in connection.execute("PRAGMA table_info(entities)")]
    assert "name" in labels


def test_every_field_of_every_kind_is_in_sqlite(opened: Any, every_kind: History) -> None:
    """The JSON of a row is the whole event: which one it ends, that it stands apart, its lot."""
    found = opened(every_kind).execute("SELECT json FROM events ORDER BY position")
    assert [codec.decode(json.loads(row[0])) for row in found] == list(every_kind.events)


def test_views_of_ones_own_find_a_place_in_sqlite(opened: Any) -> None:
    """Even one that is called as a table of ours, or with quotes in its name."""

    def seen(event: Any, _: Any) -> list[Change]:
        key = ("film", 'a "part"')
        return [Change(view, key, "set", event.kind, event.date, event.id) for view in names]

    names = ("events", 'my "view"', "Holdings", "sqlite_stat1", "Events")
    history = History(STORY, [Projector("mine", names, {type(STORY[0]): seen})])
    connection = opened(history)
    for table in ("view_events", 'my "view"', "view_Holdings", "view_sqlite_stat1", "view_Events_2"):
        quoted = table.replace('"', '""')
        row = connection.execute(f'SELECT key, value FROM "{quoted}"').fetchone()
        assert (json.loads(row[0]), row[1]) == (["film", 'a "part"'], "entity.founded")


def test_a_count_that_sqlite_cannot_hold_is_refused(opened: Any) -> None:
    """Nothing is rounded, and no column has a text among its numbers."""
    history = History(
        [happened("stake.acquired", "2014", holder="a", target="b", shares="99999999999999999999")]
    )
    with pytest.raises(InvalidValue, match="C741"):
        opened(history)


@settings(max_examples=20)
@given(HISTORIES)
def test_whatever_happened_sqlite_holds_it(events: list[Event]) -> None:
    """Random histories make sound files, with a row for every span in which something is held."""
    history = History(events)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(written("sqlite", history))
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        count = connection.execute("SELECT count(*) FROM holdings").fetchone()[0]
    assert count == sum(not span.value.share.is_nothing for span in history.spans())


# Parquet and Arrow


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("parquet", lambda data: pyarrow.parquet.read_table(io.BytesIO(data))),
        ("arrow", lambda data: pa.ipc.open_stream(data).read_all()),
    ],
)
def test_a_warehouse_reads_rows_by_day_and_tables_of_a_day(name: str, read: Any) -> None:
    """Both forms have the rows of scd2 with real types; of a day, the tables of a state."""
    history = History(STORY)
    by_day = read(written(name, history)).to_pylist()
    found = [row for row in by_day if row["holder"] == "group"]
    assert [str(row["valid_from"]) for row in found][:3] == ["2014-03-01", "2014-03-31", "2015-02-01"]
    assert found[0]["certain"] is False
    holdings = read(written(name, history, "2014-12-31", of="facts"))
    assert holdings.to_pylist() == pa.table(history.as_of("2014-12-31").holdings_table()).to_pylist()
    for view in ("units", "deals", "names"):
        assert read(written(name, history, "2014-12-31", of="facts", view=view)).column_names


def test_a_day_has_no_parquet_of_a_view_without_a_table() -> None:
    """The error says which views have one."""
    with pytest.raises(UsageError, match=r"C742[\s\S]*holdings, units, deals, names"):
        written("parquet", History(STORY), of="facts", view="roles")


def test_without_pyarrow_parquet_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is said with the way to install it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"C740[\s\S]*chronicle-timeline\[parquet\]"):
        written("parquet", History(STORY))


# Beneficial ownership


@pytest.fixture(autouse=True)
def without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The validator asks a register of schemes for its list; here it has the one that we know."""
    for module in (legacy_checks, pre_record_checks, record_based_checks):
        if hasattr(module, "get_orgids_prefixes"):
            monkeypatch.setattr(module, "get_orgids_prefixes", lambda: sorted(REGISTERS))


def faults(data: bytes, folder: Path) -> list[Any]:
    """What the validator of the standard finds: errors of the schema, and of the rules beyond it."""
    path = folder / "statements.json"
    path.write_bytes(data)
    reader, config = DataReader(str(path)), LibCoveBODSConfig()
    schema = SchemaBODS(reader, config)
    assert schema.schema_version == "0.4"
    errors = libcovebods.jsonschemavalidate.JSONSchemaValidator(schema).validate(reader)
    checked = libcovebods.run_tasks.process_additional_checks(
        reader, config, schema, libcovebods.run_tasks.TASK_CLASSES
    )
    return [*(error.json() for error in errors), *checked["additional_checks"]]


def statements(history: History, day: str = "2020-12-31") -> list[Any]:
    """The statements of an export."""
    found: list[Any] = json.loads(written("bods", history, day))
    return found


def series(history: History, holder: str, target: str) -> list[tuple[str, str, str, Any]]:
    """The statements about one holder and target: record, status, date, share."""
    return [
        (
            each["recordId"],
            each["recordStatus"],
            each["statementDate"],
            each["recordDetails"]["interests"][0].get("share"),
        )
        for each in statements(history)
        if (each["recordDetails"].get("interestedParty"), each["recordDetails"].get("subject"))
        == (holder, target)
    ]


def test_the_validator_of_the_standard_finds_nothing(tmp_path: Path, every_kind: History) -> None:
    """Schema and rules of BODS 0.4, as its publishers check them, for a story and for every kind of event."""
    assert faults(written("bods", History(STORY)), tmp_path) == []
    assert faults(written("bods", every_kind), tmp_path) == []


@pytest.mark.parametrize("source", ["events", "events/chinavision-2014"])
def test_the_validator_finds_nothing_in_shipped_histories(source: str, tmp_path: Path) -> None:
    """With all their entities, seats, units and films."""
    history = chronicle.open(Path(__file__).resolve().parent.parent / source)
    assert faults(written("bods", history, "2025-12-31"), tmp_path) == []


def test_the_validator_finds_nothing_in_lives_seats_and_papers(tmp_path: Path) -> None:
    """A person who is born, has a passport, sits on a board and dies; a trust; an indirect tie."""
    bob = happened("entity.founded", "1950-05", entity="bob", name="Bob", type="person")
    trust = happened("entity.founded", "2001", entity="trust", name="The Trust", type="trust")
    events = [
        bob,
        trust,
        happened("entity.identified", "1990", entity="bob", scheme="passport", value="X1"),
        happened("entity.identified", "1990", entity="bob", scheme="gbr-taxid", value="X2"),
        happened("entity.identified", "1990", entity="bob", scheme="wikidata", value="Q5"),
        happened("role.appointed", "2010", person="bob", entity="trust", role="Chairman"),
        happened("role.appointed", "2010", person="bob", entity="trust", role="director"),
        happened("control.granted", "2010", controller="bob", target="trust", basis="trustee"),
        happened("control.granted", "2010", controller="bob", target="trust", basis="indirect shareholding"),
        happened("control.granted", "2010", controller="bob", target="trust", basis="nominee"),
        happened("entity.dissolved", "2015", entity="bob", reason="died"),
        happened("entity.dissolved", "2016", entity="trust", reason="wound up"),
    ]
    history = History(events)
    assert faults(written("bods", history), tmp_path) == []
    (last,) = (
        each for each in statements(history) if each["recordStatus"] == "closed" and each["recordId"] == "bob"
    )
    assert last["recordDetails"]["deathDate"] == "2015"
    assert last["recordDetails"]["identifiers"] == [
        {"id": "X2", "scheme": "GBR-TAXID", "schemeName": "gbr-taxid"},
        {"id": "X1", "scheme": "XXX-PASSPORT", "schemeName": "passport"},
    ]


def test_the_validator_is_no_rubber_stamp(tmp_path: Path) -> None:
    """Statements out of order are found, so that the test above can fail."""
    broken = json.dumps(statements(History(STORY))[::-1]).encode()
    assert faults(broken, tmp_path) != []


@settings(max_examples=60)
@given(HISTORIES)
def test_whatever_happened_the_statements_are_valid(events: list[Event]) -> None:
    """Random histories make valid statements."""
    from tempfile import TemporaryDirectory

    data = written("bods", History(events))
    if json.loads(data):
        with TemporaryDirectory() as folder:
            assert faults(data, Path(folder)) == []


def test_a_stake_is_a_record_that_is_opened_updated_closed_and_opened_anew() -> None:
    """After "closed" no statement may use a record: the stake that is taken up again is another one."""
    found = series(History(STORY), "group", "film")
    assert [(status, date, share) for _, status, date, share in found] == [
        ("new", "2014-03-31", {"exact": 60}),
        ("updated", "2015-02-01", {"exact": 55}),
        ("closed", "2016-02-29", {"exact": 55}),
        ("new", "2017-01-02", {"exact": 33.333333333333}),
    ]
    assert len({record for record, *_ in found}) == 2


def test_ranges_keep_their_open_ends_and_the_unknown_is_said_in_words() -> None:
    """``>5%`` is an exclusive minimum; a share that nobody knows has no number."""
    assert series(History(STORY), "jack-ma", "group")[0][3] == {"exclusiveMinimum": 5, "maximum": 100}
    assert series(History(STORY), "fund", "film")[0][3] is None


def test_a_rounded_date_says_how_it_was_stated() -> None:
    """The standard has days only: the annotation keeps "2014-03"."""
    said = [
        note["description"] for each in statements(History(STORY)) for note in each.get("annotations", ())
    ]
    assert "stated as 2014-03; the last day of it stands here" in said


def test_entities_carry_names_identifiers_and_days() -> None:
    """An entity is stated anew when it is renamed, a person by the name that is known."""
    film = [each for each in statements(History(STORY)) if each["recordId"] == "film"]
    assert [each["recordDetails"]["name"] for each in film] == ["ChinaVision", "Alibaba Pictures"]
    assert [each["recordStatus"] for each in film] == ["new", "updated"]
    group = next(each for each in statements(History(STORY)) if each["recordId"] == "group")["recordDetails"]
    assert group["identifiers"] == [{"id": "5493001NTNQJDH60PM02", "scheme": "XI-LEI", "schemeName": "lei"}]
    assert (group["foundingDate"], group["jurisdiction"]["code"]) == ("1999-09-09", "CN")
    fund = [each for each in statements(History(STORY)) if each["recordId"] == "fund"]
    assert [(each["recordStatus"], each["recordDetails"].get("dissolutionDate")) for each in fund] == [
        ("new", None),
        ("closed", "2018-05-01"),
    ]


def test_nothing_after_the_day_of_the_export_is_stated() -> None:
    """As of 2015 the sale of 2016 is unknown to the statements."""
    assert all(each["statementDate"] <= "2015-06-30" for each in statements(History(STORY), "2015-06-30"))
    assert all(each["recordType"] != "relationship" for each in statements(History(STORY), "2013-12-31"))


def test_an_id_of_a_statement_stays_while_it_says_the_same() -> None:
    """Exported a year later, the old statements have the ids that they had."""
    before = {each["statementId"] for each in statements(History(STORY), "2015-06-30")}
    assert before < {each["statementId"] for each in statements(History(STORY), "2016-06-30")}


def _again(history: History) -> tuple[History, dict[str, str]]:
    """What an import of the statements of a history makes, and the ids that it gives to the entities."""
    found = list(read(io.BytesIO(written("bods", history)), "statements.json"))
    events = [each for each in found if isinstance(each, Event)]
    assert events == found
    again = History(events)
    ids = {key[2]: key[0] for key in again.ledger().keys("identifiers") if key[1] == "bods"}
    return again, ids


_DAYS = ("2014-03-01", "2014-06-30", "2015-01-15", "2016-02-29", "2016-12-31")
_SEEN = st.tuples(
    st.sampled_from(_DAYS),
    st.permutations("abc"),
    st.sampled_from(["60%", "8.9%", ">25%", "25-50%", "<=3.2%", "?", "0%"]),
    st.sampled_from(["equity", "votes", "board"]),
)


@settings(max_examples=100)
@given(st.lists(_SEEN, max_size=8, unique_by=lambda seen: (seen[0], *seen[1][:2], seen[3])))
def test_imported_again_the_statements_make_the_same_state(seen: list[Any]) -> None:
    """Where dates are days, who held what on any day comes back from the statements."""
    history = History(
        [observed(date, *parties[:2], holds, right=right) for date, parties, holds, right in seen]
    )
    again, ids = _again(history)
    for day in (*_DAYS, "2014-03-02", "2015-06-30", "2020-12-31"):
        held = {(h.holder, h.target, h.right, h.share.canonical()) for h in history.as_of(day).holdings()}
        found = {(h.holder, h.target, h.right, h.share.canonical()) for h in again.as_of(day).holdings()}
        told = {(ids[holder], ids[target], *rest) for holder, target, *rest in held if "0%" not in rest}
        assert {each for each in found if "0%" not in each} == told


_OTHERS = Path(__file__).resolve().parents[2] / "shared" / "data" / "bods"


@pytest.mark.skipif(not _OTHERS.is_dir(), reason="the statements of others are not beside the repository")
def test_the_statements_of_others_survive_import_and_export(tmp_path: Path) -> None:
    """The examples of the standard and of its validator: imported, exported, valid, and the same state."""
    exports = 0
    for path in sorted(_OTHERS.glob("*/*.json")):
        with path.open("rb") as stream:
            history = History(each for each in read(stream, path.name) if isinstance(each, Event))
        data = written("bods", history, "2025-12-31")
        if not json.loads(data):
            continue
        assert faults(data, tmp_path) == [], path.name
        again = History(each for each in read(io.BytesIO(data), path.name) if isinstance(each, Event))
        held = [
            [(h.holder, h.target, h.right, h.share) for h in each.as_of("2025-12-31").holdings()]
            for each in (history, again)
        ]
        assert held[0] == held[1], path.name
        exports += 1
    assert exports > 15


@settings(max_examples=100)
@given(st.lists(_SEEN, max_size=8, unique_by=lambda seen: (seen[0], *seen[1][:2])))
def test_imported_again_followthemoney_entities_make_the_same_state(seen: list[Any]) -> None:
    """An end date is the day on which it is over, on the way out as on the way in."""
    history = History([observed(date, *parties[:2], holds) for date, parties, holds, _ in seen])
    entities = list(read_ftm(io.BytesIO(written("ftm", history)), "entities.json"))
    again = History(each for each in entities if isinstance(each, Event))
    for day in (*_DAYS, "2014-03-02", "2015-06-30", "2020-12-31"):
        held = {(f"ftm:{h.holder}", f"ftm:{h.target}", h.share) for h in history.as_of(day).holdings()}
        found = {(h.holder, h.target, h.share) for h in again.as_of(day).holdings()}
        assert {each for each in found if not each[2].is_nothing} == {
            each for each in held if not each[2].is_nothing
        }


def test_exported_imported_and_exported_the_records_are_the_same() -> None:
    """An imported entity keeps the record that it came from, its number in a register and its names."""
    first = History(STORY)
    again, ids = _again(first)
    assert ids["group"] == "lei:5493001ntnqjdh60pm02"
    described = [
        [
            (each["recordId"], each["recordDetails"].get("name"), each["recordDetails"].get("identifiers"))
            for each in statements(history)
            if each["recordType"] == "entity" and each["recordStatus"] == "new"
        ]
        for history in (first, again)
    ]
    assert sorted(described[0], key=str) == sorted(described[1], key=str)


def test_what_is_above_the_whole_has_no_share_in_the_standard() -> None:
    """The standard ends at 100: more than that is a finding of ours, said in words there."""
    history = History(
        [acquired("2014", "a", "b", "70%"), acquired("2015", "a", "b", "70%"), launched("2015", "u", "a")]
    )
    [_, (_, _, _, share)] = series(history, "a", "b")
    assert share is None


def test_nobody_owns_a_person() -> None:
    """A stake in a person, which is a mistake, is not stated."""
    person = happened("entity.declared", "0001-01-01", entity="jack", name="Jack", type="person")
    found = statements(History([person, acquired("2014", "a", "jack", "10%")]))
    assert [each["recordType"] for each in found] == ["person"]
