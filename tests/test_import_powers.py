"""What a mapping can say beyond single cells: names of files, rows put together, corrections."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chronicle.cli.group import chronicle
from chronicle.codec import encode
from chronicle.errors import Problem
from chronicle.events import Event
from chronicle.history import History
from chronicle.interop import FORMATS
from chronicle.interop.importing import import_events
from chronicle.interop.incoming import Incoming
from chronicle.interop.reading import read_files
from chronicle.interop.tabular.mapping import mapping_of
from chronicle.interop.tabular.rules import TableMapping
from chronicle.stores import open_store

STAKE = {
    "kind": "stake.observed",
    "date": "{day}",
    "holder": "{owner}",
    "target": "{plant}",
    "holds": "{share}",
}


def mapping(*rules: dict[str, Any], **more: object) -> TableMapping:
    """A mapping of rules and what else it says, which must be right."""
    made, faults = mapping_of({"events": list(rules), **more})
    assert made is not None, faults
    return made


def read(table: str, rules: TableMapping, name: str = "table.csv") -> list[Incoming]:
    """What a table makes."""
    return list(FORMATS["csv"].reader()(io.BytesIO(table.encode()), name, rules))


def events(found: list[Incoming]) -> list[dict[str, Any]]:
    """The events among what was read, as plain data; there must be no problem."""
    assert [item for item in found if isinstance(item, Problem)] == []
    return [encode(item) for item in found if isinstance(item, Event)]


def faults(**plain: object) -> list[tuple[object, ...]]:
    """The paths of all that is wrong with a mapping."""
    return [fault.path for fault in mapping_of(plain)[1]]


# The name of a file


@pytest.mark.parametrize(
    ("pattern", "name", "date"),
    [
        ("owners_{year}.csv", "data/owners_2016.csv", "2016-12-31"),
        ("{state}-{year}*", "AL-2016 (2).csv.gz", "2016-12-31"),
        ("*{year}.???", "EIA860_2016.csv", "2016-12-31"),
        ("OWNERS{year}.csv", "owners2016.csv", "2016-12-31"),
    ],
)
def test_a_date_may_stand_in_the_name_of_a_file(pattern: str, name: str, date: str) -> None:
    """The parts of the name of a file count as cells of each of its rows."""
    rules = mapping({**STAKE, "date": "{file.year}-12-31", "note": "of {file.name}"}, file=pattern)
    found = events(read("owner,plant,share\na,p,60%\nb,p,40%,\n", rules, name))
    assert [event["date"] for event in found] == [date, date]
    assert found[0]["note"].startswith("of ")


def test_a_snapshot_of_an_unknown_day_ends_by_the_next() -> None:
    """Who stood in it and not in the next one is gone by the day of that."""
    rules = mapping({**STAKE, "vanished": {"holds": "0%"}}, dates={"instead": {"": "unknown"}})
    found = events(read("day,owner,plant,share\n,a,p,60%\n2016-12-31,b,p,40%\n", rules))
    assert [(each["holder"], each["holds"], each["date"]) for each in found] == [
        ("a", "60%", "[0001..9999]"),
        ("b", "40%", "2016-12-31"),
        ("a", "0%", "2016-12-31"),
    ]


def test_years_in_the_names_of_files_are_one_series(tmp_path: Path) -> None:
    """Each file is one snapshot: who is not in the next one is gone."""
    for year, owner in {"2016": "a", "2017": "b"}.items():
        (tmp_path / f"owners_{year}.csv").write_text(f"owner,plant,share\n{owner},p,60%\n", encoding="utf-8")
    rules = mapping({**STAKE, "date": "{file.year}", "vanished": {"holds": "0%"}}, file="owners_{year}.csv")
    found = events(list(read_files("csv", sorted(map(str, tmp_path.iterdir())), rules)))
    assert [(event["date"], event["holder"], event["holds"]) for event in found] == [
        ("2016", "a", "60%"),
        ("2017", "b", "60%"),
        ("2017", "a", "0%"),
    ]


def test_a_file_of_another_name_is_a_finding(tmp_path: Path) -> None:
    """A file that is not called as the mapping says is not read, and that is said."""
    (tmp_path / "notes.csv").write_text("owner,plant,share\na,p,60%\n", encoding="utf-8")
    rules = mapping({**STAKE, "date": "{file.year}"}, file="owners_{year}.csv")
    found = list(read_files("csv", [str(tmp_path / "notes.csv")], rules))
    assert [item.code for item in found if isinstance(item, Problem)] == ["C702"]
    assert faults(events=[STAKE], file="{a}{a}") == [("file",)]
    assert faults(events=[STAKE], sheet="{a") == [("sheet",)]


# The header


def test_the_header_may_be_in_any_line() -> None:
    """Titles and blank lines above the header are passed over, and rows keep their own numbers."""
    rules = mapping(STAKE, header={"line": "4"})
    found = read("Owners,of plants\n\nx\nday,owner,plant,share\n2016,a,p,60%\nsoon,a,p,60%\n", rules)
    assert [item.place.line for item in found if isinstance(item, Problem) and item.place] == [6]
    assert len(found) == 2
    for line in ("0", "x", "-1"):
        assert faults(events=[STAKE], header={"line": line}) == [("header",)]


# Rows put together


SPLIT = {
    "kind": "demerger.split",
    "id": "split-{parent}-{day}",
    "date": "{day}",
    "parent": "{parent}",
    "successors": ["{successor}"],
    "join": "successors",
}


def test_rows_of_one_key_make_one_event() -> None:
    """A company that was split into three has a row for each, and one event with all three."""
    table = "day,parent,successor\n2014,a,x\n2015,b,y\n2014,a,z\n2014,a,x\n2014,a,w\n"
    found = events(read(table, mapping(SPLIT)))
    assert [(event["parent"], event["successors"]) for event in found] == [
        ("a", ["x", "z", "w"]),
        ("b", ["y"]),
    ]
    without = {key: value for key, value in SPLIT.items() if key != "id"}
    assert [event["successors"] for event in events(read(table, mapping(without)))] == [
        ["x", "z", "w"],
        ["y"],
    ]


def test_rows_that_are_joined_go_on_in_the_next_file(tmp_path: Path) -> None:
    """All files of one import are one table."""
    for name, row in {"1": "2014,a,x", "2": "2014,a,y"}.items():
        (tmp_path / name).write_text(f"day,parent,successor\n{row}\n", encoding="utf-8")
    found = events(list(read_files("csv", [str(tmp_path / "1"), str(tmp_path / "2")], mapping(SPLIT))))
    assert [event["successors"] for event in found] == [["x", "y"]]


def test_rows_of_one_key_that_differ_are_a_finding() -> None:
    """Of two days of one split the first is taken, and the other row is named."""
    table = "day,parent,successor\n2014,a,x\n2015,a,y\n"
    found = read(table, mapping({**SPLIT, "id": "split-{parent}"}))
    assert [
        (item.code, item.place.line, item.place.column)
        for item in found
        if isinstance(item, Problem) and item.place
    ] == [("C701", 3, 1)]
    assert [encode(item)["successors"] for item in found if isinstance(item, Event)] == [["x"]]


def test_only_lists_are_joined() -> None:
    """Rows are joined by a list that the rule fills, and have no end."""
    assert faults(events=[{**SPLIT, "join": "parent"}]) == [("events", 0, "join")]
    assert faults(events=[{**SPLIT, "end": "{day}", "ends": "unit.closed"}]) != []


# Unknown cells


def test_an_empty_cell_may_be_unknown() -> None:
    """Where the mapping says so an empty share is an unknown one, and an empty date any day."""
    rules = mapping(
        STAKE, shares={"form": "percent", "unknown": ["", "n/a"]}, dates={"instead": {"": "unknown"}}
    )
    found = events(read("day,owner,plant,share\n2016,a,p,\n,b,p,60\n2016,c,p,n/a\n", rules))
    assert [(event["date"], event["holds"]) for event in found] == [
        ("2016", "?"),
        ("[0001..9999]", "60%"),
        ("2016", "?"),
    ]


def test_an_end_of_unknown_day_is_an_end() -> None:
    """Whoever left, nobody knows when, holds possibly and not for certain."""
    rule = {**STAKE, "when": {"state": "left"}, "end": "{to}", "ends": {"holds": "0%"}}
    rules = mapping(rule, dates={"instead": {"": "[2016..2018]"}})
    found = events(read("day,owner,plant,share,to,state\n2016,a,p,60%,,left\n", rules))
    assert [event["date"] for event in found] == ["2016", "[2016..2018]"]


@pytest.mark.parametrize(
    "moment",
    ["2014-03-11T23:30:00-05:00", "2014-03-11 23:30", "2014-03-11T23:30:00.123Z", "2014-03-11T00:10:00+0900"],
)
def test_a_moment_keeps_its_own_day(moment: str) -> None:
    """By default, and in any time zone, the day that a moment shows is the day."""
    assert (
        events(read(f"day,owner,plant,share\n{moment},a,p,60%\n", mapping(STAKE)))[0]["date"] == "2014-03-11"
    )


# Corrections


def test_corrections_come_from_a_table() -> None:
    """A table of what was wrong corrects earlier events; its shares and dates are read like all others."""
    store = open_store("memory:")
    day = datetime.date(2020, 1, 1)
    first = mapping({**STAKE, "id": "{plant}-{owner}", "known": "2016"})
    import_events(read("day,owner,plant,share\n2016,a,p,60%\n", first), store, today=day)
    rule = {
        "kind": "record.corrected",
        "id": "fix-{event}-{told}",
        "date": "{told}",
        "target": "{event}",
        "set": {"holds": "{new share}", "date": "{new day}"},
        "reason": "{why}",
    }
    rules = mapping(rule, shares="percent", dates={"formats": ["iso", "%d.%m.%Y"]})
    table = "event,told,new share,new day,why\np-a,2017-03-01,50,,typing error\np-a,2018,,01.02.2016,found\n"
    import_events(read(table, rules), store, today=day)
    history = History.from_store(store)
    assert str(history.as_of("2017", known="2016-12-31").share("a", "p")) == "60%"
    assert str(history.as_of("2017").share("a", "p")) == "50%"
    assert history.as_of("2016-01-15").share("a", "p") is None
    assert faults(events=[{**rule, "set": {"kind": "x"}}]) == [("events", 0, "set", "kind")]


FIXES = """
source: {publisher: Register}
shares: percent
events:
  - kind: stake.observed
    id: "{key}"
    date: "2014"
    holder: ann
    target: mill
    holds: "{share}"
    when: {what: row}
  - kind: record.corrected
    id: "fix-{key}"
    date: "2016"
    target: "{key}"
    set: {holds: "{share}"}
    reason: wrong
    when: {what: fix}
"""


@pytest.mark.parametrize(
    ("calls", "told", "share"),
    [
        ([["fix,k-1,30\nrow,k-1,20\n"]], None, "30%"),
        ([["fix,k-1,30\n", "row,k-1,20\n"]], None, "30%"),
        ([["row,k-1,20\n"], ["fix,k-1,30\n"]], None, "30%"),
        (
            [["row,k-1,20\nfix,k-9,30\n"]],
            ':3:1: error[C213]: correction of an unknown event: "k-9"',
            "20%",
        ),
        ([["row,k-1,20\n", "fix,k-11,30\n"]], "help: did you mean k-1?", "20%"),
        ([["fix,k-1,30\n"], ["row,k-1,20\n"]], "1 row: 0 whole, 1 with problems; 0 events, 0 new", "20%"),
    ],
)
def test_a_correction_of_what_is_not_there_is_a_finding(
    calls: list[list[str]], told: str | None, share: str, tmp_path: Path
) -> None:
    """With its row; what it corrects may stand before it or after it, in the store or in another file."""
    (tmp_path / "fixes.yaml").write_text(FIXES, encoding="utf-8")
    options = ["--mapping", str(tmp_path / "fixes.yaml"), "--into", str(tmp_path / "s.db"), "--known", "2015"]
    said = ""
    for call, tables in enumerate(calls):
        names = [str(tmp_path / f"{call}-{number}.csv") for number in range(len(tables))]
        for name, rows in zip(names, tables, strict=True):
            Path(name).write_text(f"what,key,share\n{rows}", encoding="utf-8")
        said += CliRunner().invoke(chronicle, ["import", "csv", *names, *options]).output
    assert (told is None) == ("C213" not in said), said
    assert told is None or told in said, said
    with open_store(tmp_path / "s.db") as store:
        assert str(History.from_store(store).as_of("2017").share("ann", "mill")) == share


# Old names beside new ones


RENAMED = {
    "kind": "entity.renamed",
    "date": "{day}",
    "entity": "bank:{cert}",
    "name": "{new}",
    "was": "{old}",
}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_an_old_name_is_that_from_the_beginning(order: tuple[int, ...]) -> None:
    """The first of the old names holds until the first renaming; each other old name is told already."""
    rows = ["2010,1,First,Second", "2015-03-01,1,Second,Third", "2012,2,Ann's Bank,Bob's Bank"]
    table = "day,cert,old,new\n" + "\n".join(rows[at] for at in order) + "\n"
    store = open_store("memory:")
    found = read(table, mapping(RENAMED, source={"publisher": "FDIC"}))
    assert {event["kind"]: event["sources"] for event in events(found)}.keys() == {
        "entity.renamed",
        "entity.declared",
    }
    import_events(found, store, today=datetime.date(2020, 1, 1))
    history = History.from_store(store)
    named = [(history.as_of(day).entity("bank:1").name) for day in ("2009", "2012", "2016")]
    assert named == ["First", "Second", "Third"]
    assert history.as_of("2011").entity("bank:2").name == "Ann's Bank"


PERSON = {
    "kind": "entity.declared",
    "id": "d-{cert}",
    "entity": "bank:{cert}",
    "name": "{new}",
    "type": "person",
}


@pytest.mark.parametrize(
    ("rules", "type"),
    [
        ([RENAMED], "company"),
        ([{**RENAMED, "type": "person"}], "person"),
        ([{**RENAMED, "type": "{what}"}], "fund"),
        ([RENAMED, PERSON], "person"),
        ([PERSON, {**RENAMED, "type": "{what}"}], "fund"),
        ([RENAMED, {**PERSON, "entity": "owner:{cert}"}], "company"),
    ],
)
def test_who_is_renamed_keeps_the_type(rules: list[dict[str, str]], type: str) -> None:
    """That of the rule, or of the rule that declares the same entity; else it is a company."""
    rules = [{**rule, "date": rule.get("date", "0001-01-01")} for rule in rules]
    table = "day,cert,old,new,what\n2010,1,Ann Low,Ann Moss,fund\n"
    told = [event for event in read(table, mapping(*rules)) if isinstance(event, Event)]
    assert History(told).as_of("2009").entity("bank:1").type == type
    assert History(told).as_of("2011").entity("bank:1").type == type


def test_old_names_that_do_not_follow_are_a_finding() -> None:
    """Where a row says another old name than the row before it made, a change is missing."""
    table = "day,cert,old,new\n2010,1,First,Second\n2015,1,Other,Third\n"
    found = read(table, mapping(RENAMED))
    told = [item for item in found if isinstance(item, Problem)]
    assert [(item.code, item.message) for item in told] == [
        ("C711", 'bank:1 was "Other" before 2015, and 2010 made it "Second"')
    ]
    assert told[0].place
    assert told[0].place.excerpt == "2015,1,Other,Third"
    assert read("day,cert,old,new\n2010,1,,Second\n", mapping(RENAMED))[1:] == []
    assert faults(events=[{**STAKE, "was": "{old}"}]) == [("events", 0, "was")]
