"""Records that rows make directly are those of the events that a mapping makes of them, byte for byte."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronicle.cli.statements.mapping_file import read_mapping
from chronicle.codec import encode
from chronicle.dates import PartialDate
from chronicle.errors import ChronicleError, InvalidEvents, Problem
from chronicle.events import Event, references
from chronicle.interop import FORMATS, importing
from chronicle.interop.editions.days import EditionDays, decoded_record
from chronicle.interop.incoming import RowRead
from chronicle.interop.row_records import RowRecord
from chronicle.interop.summary import Summary
from chronicle.interop.tabular.csv import finish
from chronicle.interop.tabular.mapping import mapping_of
from chronicle.interop.tabular.rules import TableMapping
from chronicle.interop.tabular.snapshots import AcrossFiles
from chronicle.stores import NewRecord, Store, open_store

TODAY = datetime.date(2026, 11, 29)
DAYS = EditionDays(TODAY, None, None, as_written=False)
COLUMNS = ("entry", "owner", "plant", "from", "to", "share", "told")

RULES: tuple[dict[str, Any], ...] = (
    {
        "kind": "stake.observed",
        "date": "{from}",
        "holder": "{owner}",
        "target": "{plant}",
        "holds": "{share}",
    },
    {
        "kind": "stake.observed",
        "id": "entry-{entry}",
        "date": "{from}",
        "holder": "{owner}",
        "target": "{plant}",
        "holds": "{share}",
        "lot": "{entry}",
        "end": "{to}",
        "ends": {"holds": "0%"},
    },
    {
        "kind": "stake.acquired",
        "id": "{entry}-bought",
        "date": "{from}",
        "holder": "{owner}",
        "target": "{plant}",
        "share": "{share}",
        "shares": "{entry}",
        "right": "votes",
        "note": "100 % of {told}",
    },
    {
        "kind": "control.granted",
        "date": "{from}",
        "controller": "{owner}",
        "target": "{plant}",
        "basis": "{told}",
        "end": "{to}",
        "ends": {"kind": "control.ended", "note": "over"},
    },
    {
        "kind": "membership.started",
        "id": "m:{owner}:{from}",
        "date": "{from}",
        "entity": "{owner}",
        "group": "sp500",
        "known": "{told}",
        "end": "{to}",
        "ends": "membership.ended",
    },
    {"kind": "entity.declared", "entity": "{owner}", "name": "{owner}", "type": "company"},
    {"kind": "entity.declared", "date": "{from}", "entity": "{plant}", "name": "{told}", "type": "project"},
    {
        "kind": "entity.founded",
        "date": "{from}",
        "entity": "{plant}",
        "name": "{plant} {told}",
        "type": "company",
        "founders": ["{owner}", "{told}"],
    },
    {"kind": "entity.renamed", "date": "{from}", "entity": "{owner}", "name": "{told}", "was": "{plant}"},
    {
        "kind": "record.corrected",
        "date": "{from}",
        "target": "{entry}",
        "set": {"holds": "{share}", "date": "{to}", "target": "{plant}"},
        "reason": "{told}",
    },
    {"kind": "identity.linked", "date": "{from}", "a": "{owner}", "b": "{plant}"},
    {
        "kind": "merger.consolidated",
        "date": "{from}",
        "successor": "{plant}",
        "predecessors": ["{owner}", "{told}"],
        "join": ["predecessors"],
    },
    {
        "kind": "stake.observed",
        "date": "{from}",
        "holder": "{owner}",
        "target": "mill",
        "holds": "{share}",
        "vanished": {"holds": "0%"},
    },
    {
        "kind": "stake.disposed",
        "date": "{from}",
        "holder": "{owner}",
        "target": "{plant}",
        "share": "{share}",
        "apart": "{told}",
        "price": "{told}",
    },
    {
        "kind": "project.released",
        "date": "{from}",
        "project": "{plant}",
        "where": "{told}",
        "confidence": "{to}",
    },
    {
        "kind": "stake.observed",
        "date": "{from}",
        "holder": "{owner}",
        "target": "{plant}",
        "holds": "{share}",
        "end": "{to}",
        "ends": {"holds": "0%"},
    },
)

CONDITIONS: tuple[Mapping[str, Any], ...] = (
    {},
    {"when": {"told": "x"}},
    {"when": {"share": {"empty": "no"}}},
    {"when": {"owner": {"like": "a*", "not": "alma"}}},
)

SOURCES: tuple[Mapping[str, Any], ...] = (
    {},
    {"source": {"publisher": "Register", "published": "2015-03-01"}},
    {"source": {"publisher": "{told}", "title": "Owners 100%"}},
    {"source": {"publisher": "Register", "published": "{to}"}},
)

WAYS: tuple[Mapping[str, Any], ...] = (
    {},
    {"shares": "percent", "rest": "skip"},
    {"shares": {"form": "fraction", "unknown": ["", "n/a"]}, "empty": ["-"], "tellers": "yes"},
    {"decimal": "comma", "dates": {"formats": ["iso", "%d/%m/%Y"], "ends": "inclusive", "open": ["now"]}},
    {"dates": {"instead": {"": "unknown", "n/a": "[..1950]"}}, "values": {"told": {"x": "yes"}}},
)

CELLS: Mapping[str, Sequence[str]] = {
    "entry": ("1", "2", "31", "A-7"),
    "owner": ("a", "Alma", "alma ", "alma", "Ålma", "東芝", "a\\b", "100% x"),
    "plant": ("p", "mill", "P q", "p-q", "Ñ"),
    "from": ("2015-01-02", "2015", "2014-03~", "[2014..2015]"),
    "to": ("", "2016-01-02", "2016", "2015", "9999-12-31"),
    "share": ("60%", "60%", "0.5%", ">50%", "?"),
    "told": ("x", "2015-05-05", "USD 5M", "yes", "a b", "USD 5M"),
}
ODD: Mapping[str, Sequence[str]] = {
    "entry": ("", "3,5", "é", "x" * 210),
    "owner": ("", "-", "B-B", "b.b", '"q"'),
    "plant": ("", "-", "mill\n2"),
    "from": ("", "2/1/2015", "now", "1900-01-01", "soon"),
    "to": ("now", "2013", "n/a", "confirmed", "never"),
    "share": ("", "60", "0.5", "0,5", "n/a", "120%", "x"),
    "told": ("", "-", "y\tz", "\x07"),
}


@st.composite
def lists_of_rows(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """Rows of which most are good; in the others one cell is odd."""
    rows = []
    for odd in draw(st.lists(st.sampled_from([None, None, *COLUMNS]), max_size=12)):
        pools = [ODD if name == odd else CELLS for name in COLUMNS]
        row = (draw(st.sampled_from(pool[name])) for name, pool in zip(COLUMNS, pools, strict=True))
        rows.append(tuple(row))
    return rows


DAMAGE = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(["\n", "a,b\n", ",,,,,,\n", '"open,x\n', "1,2,3,4,5,6,7,\n", "\udcff,,,,,,\n"]),
    ),
    max_size=2,
)


@st.composite
def mappings(draw: st.DrawFn) -> TableMapping:
    """Any mapping of one to three rules."""
    rules = draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=3))
    plain = {
        "events": [{**rule, **draw(st.sampled_from(CONDITIONS))} for rule in rules],
        **draw(st.sampled_from(SOURCES)),
        **draw(st.sampled_from(WAYS)),
    }
    made, faults = mapping_of(plain)
    assert made is not None, faults
    return made


class Found(NamedTuple):
    """What is found of an event: its record, what the row states, what it names, and the row."""

    record: NewRecord
    plain: dict[str, Any]
    names: list[str]
    known: PartialDate | None
    sources: object
    row: RowRead | None


def of_event(event: Event, days: EditionDays, row: RowRead | None) -> Found:
    """What is found of an event that was made."""
    names = [id for _, target, id in references(event) if target == "entity"]
    record = decoded_record(event, days.stamp(event))
    return Found(record, encode(event), names, event.known, event.sources, row)


def of_record(record: RowRecord) -> Found:
    """What is found of an event of which only the record was made."""
    return Found(record.record, record.plain(), record.names, record.known, record.sources, record.row)


def found(
    table: bytes, rules: TableMapping, days: EditionDays, directly: bool
) -> tuple[list[Found | Problem | str], tuple[int, int], int]:
    """Everything that a table makes; how many rows there are and how many have problems; direct records."""
    across = AcrossFiles(as_records=days if directly else None)
    every: list[Found | Problem | str] = []
    direct = 0
    try:
        for item in FORMATS["csv"].reader()(io.BytesIO(table), "t.csv", rules, across):
            if isinstance(item, RowRecord):
                direct += 1
                every.append(of_record(item))
            else:
                every.append(of_event(item, days, across.row()) if isinstance(item, Event) else item)
        for item in finish("t.csv", rules, across):
            assert not isinstance(item, RowRecord)
            every.append(of_event(item, days, None) if isinstance(item, Event) else item)
    except InvalidEvents as error:
        every.append(str(error))
    return every, (across.rows, across.faulty), direct


def written(rows: Sequence[Sequence[str]], damage: Sequence[tuple[int, str]] = ()) -> bytes:
    """A table of rows; ``damage`` are lines that stand between them."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    lines = file.getvalue()
    for number, row in enumerate(rows):
        lines += "".join(line for at, line in damage if at == number)
        file = io.StringIO()
        csv.writer(file, lineterminator="\n").writerow(row)
        lines += file.getvalue()
    return lines.encode("utf-8", "surrogateescape")


class Reading(NamedTuple):
    """How a table is read: the days of the edition, how many rows together, how many cells are kept."""

    days: EditionDays
    together: int
    kept: int


READINGS = st.builds(
    Reading,
    st.builds(
        EditionDays,
        st.just(TODAY),
        st.sampled_from([None, datetime.date(2015, 3, 1)]),
        st.just(None),
        st.booleans(),
    ),
    st.integers(1, 5),
    st.sampled_from([2, 8_192]),
)


@given(mappings(), lists_of_rows(), DAMAGE, READINGS)
def test_a_row_makes_the_records_of_its_events(
    rules: TableMapping, rows: list[tuple[str, ...]], damage: list[tuple[int, str]], how: Reading
) -> None:
    """Whatever the mapping and the rows: the same records, the same problems, of the same rows, in order."""
    table = written(rows, damage)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("chronicle.interop.tabular.csv.TOGETHER", how.together)
        patched.setattr("chronicle.interop.tabular.direct.fields.MOST_KEPT", how.kept)
        directly, counts, _ = found(table, rules, how.days, directly=True)
    plainly, others, _ = found(table, rules, how.days, directly=False)
    assert directly == plainly
    assert counts == others


class Edition(NamedTuple):
    """A table as it is imported: its rows, the day from which it is known, whether it is all there is."""

    rows: list[tuple[str, ...]]
    known: datetime.date | None
    withdrawn: bool
    dry_run: bool


EDITIONS = st.lists(
    st.builds(
        Edition,
        lists_of_rows(),
        st.sampled_from([None, datetime.date(2026, 1, 1), datetime.date(2027, 1, 1)]),
        st.booleans(),
        st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=3,
)


def imported(
    store: Store, rules: TableMapping, edition: Edition, directly: bool, batch: int
) -> tuple[Summary, list[Problem], list[tuple[str, str, bytes]]]:
    """What importing an edition says, and what the store has then."""
    days = EditionDays(TODAY, edition.known, rules.published({}), as_written=False)
    across = AcrossFiles(store, as_records=days if directly else None)
    refused: list[Problem] = []
    items = FORMATS["csv"].reader()(io.BytesIO(written(edition.rows)), "t.csv", rules, across)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(importing, "BATCH", batch)
        summary = importing.import_events(
            chain(items, finish("t.csv", rules, across)),
            store,
            today=TODAY,
            known=edition.known,
            published=rules.published({}),
            withdrawn=edition.withdrawn and bool(rules.rules[0].source),
            dry_run=edition.dry_run,
            decoded=True,
            row=across.row,
            refuse=refused.append,
        )
    return summary, refused, [record[2:5] for record in store.read()]


@given(mappings(), EDITIONS, st.integers(1, 6))
def test_an_import_of_records_is_one_of_events(
    rules: TableMapping, editions: list[Edition], batch: int
) -> None:
    """Edition by edition: the same records in the store, the same findings, the same numbers."""
    with open_store("memory:") as one, open_store("memory:") as other:
        for edition in editions:
            try:
                plainly = imported(other, rules, edition, directly=False, batch=batch)
            except ChronicleError as error:
                with pytest.raises(type(error)):
                    imported(one, rules, edition, directly=True, batch=batch)
                return
            assert imported(one, rules, edition, directly=True, batch=batch) == plainly


def test_of_the_days_of_a_source_that_of_the_first_row_counts() -> None:
    """Two rows make one event, and the edition is confirmed with the source of the first, made or not."""
    rules, _ = mapping_of({"events": [RULES[0]], "source": {"publisher": "Register", "published": "{to}"}})
    assert rules is not None
    rows = [("1", "a", "p", "2015", published, "60%", "x") for published in ("", "2016-01-02")]
    edition = Edition(rows, None, withdrawn=True, dry_run=False)
    with open_store("memory:") as one, open_store("memory:") as other:
        made = imported(one, rules, edition, directly=True, batch=5)
        assert made == imported(other, rules, edition, directly=False, batch=5)
    assert b'"sources":[{"publisher":"Register"}]' in made[2][-1][2]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5, 6, 7, 10, 13, 14])
@pytest.mark.parametrize("source", SOURCES, ids=["none", "dated", "told", "by row"])
def test_most_rules_make_their_records_directly(number: int, source: Mapping[str, Any]) -> None:
    """A good row of nearly every kind of rule makes no event on the way, with an end and without one."""
    row = {
        "entry": "1",
        "owner": "a",
        "plant": "p",
        "from": "2015",
        "to": "",
        "share": "60%",
        "told": "ownership",
    }
    # Fields of other types take another text from the same column.
    row["told"] = {4: "2016", 13: "yes"}.get(number, row["told"])
    row["to"] = {3: "2016", 4: "2017", 14: "confirmed"}.get(number, "")
    rule = {name: value for name, value in RULES[number].items() if number != 13 or name != "price"}
    rules, faults = mapping_of({"events": [rule], **source})
    assert rules is not None, faults
    if "{to}" in str(source) and number == 14:
        row["to"], rule["confidence"] = "2016", "confirmed"
        rules, faults = mapping_of({"events": [rule], **source})
        assert rules is not None, faults
    every, _, direct = found(written([[row[name] for name in COLUMNS]] * 3), rules, DAYS, directly=True)
    assert [each for each in every if not isinstance(each, Found)] == []
    # Which of several publishers tell one happening is said by each event, where the column does not say it.
    assert len(every) == (6 if number in (3, 4) else 3)
    assert direct == (0 if number == 13 and "publisher': '{" in str(source) else len(every))


@pytest.mark.parametrize("number", [8, 9, 11, 12])
def test_rows_that_hang_together_make_events(number: int) -> None:
    """Old names, corrections, rows that are joined and snapshots need the events of other rows."""
    rules, _ = mapping_of({"events": [RULES[number]]})
    assert rules is not None
    row = {"entry": "1", "owner": "a", "plant": "p", "from": "2015", "to": "", "share": "60%", "told": "new"}
    every, _, direct = found(written([[row[name] for name in COLUMNS]]), rules, DAYS, directly=True)
    assert every
    assert direct == 0


def test_a_file_that_breaks_off_gives_the_rows_before() -> None:
    """Rows wait to be read together, and are not lost where the file cannot be read to its end."""

    class Broken(io.BytesIO):
        def readinto(self, buffer: Any, /) -> int:
            if self.tell():
                raise OSError("device is gone")
            return super().readinto(buffer)

    rules, _ = mapping_of({"events": [RULES[0]]})
    assert rules is not None
    stream = Broken(written([["1", "a", "p", "2015", "", "60%", ""]] * 3))
    across = AcrossFiles(as_records=DAYS)
    made: list[object] = []
    reader = FORMATS["csv"].reader()(io.BufferedReader(stream), "t.csv", rules, across)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="gone"):
        made.extend(reader)
    assert len(made) == 3


def test_extracts_of_others_make_the_same_records(root: Path) -> None:
    """The tables that others publish, by the mappings that read them, with records and without."""
    data = root / "tests" / "data"
    for name in ("sp500", "fdic", "eia860", "nasdaq100"):
        tables = sorted((data / "others" / name).glob("*.csv"))
        assert tables
        for table in tables:
            rules = read_mapping(str(data / "mappings" / f"{name}.yaml"))
            direct = found(table.read_bytes(), rules, DAYS, directly=True)
            assert direct[:2] == found(table.read_bytes(), rules, DAYS, directly=False)[:2]
