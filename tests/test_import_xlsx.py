"""Workbooks to events: the cells of a sheet as text, on the way of every other table."""

from __future__ import annotations

import datetime
import io
import sys
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.chart import BarChart

from chronicle.cli.group import chronicle
from chronicle.codec import encode
from chronicle.errors import InvalidEvents, Problem, UsageError
from chronicle.events import Event
from chronicle.interop import FORMATS
from chronicle.interop.incoming import Incoming
from chronicle.interop.reading import read_files
from chronicle.interop.tabular.guessing import draft
from chronicle.interop.tabular.mapping import TableMapping, mapping_of
from chronicle.interop.tabular.xlsx import sample
from chronicle.stores import open_store

RULE = {
    "kind": "stake.observed",
    "id": "{owner}-{day}",
    "date": "{day}",
    "holder": "{owner}",
    "target": "t",
    "holds": "{share}",
    "note": "{note}",
}
HEADER = ("owner", "day", "share", "note")
DAY = datetime.datetime(2014, 6, 30)


def mapping(rule: dict[str, object] | None = None, **more: object) -> TableMapping:
    """A mapping of stakes, which must be right."""
    made, faults = mapping_of({"events": [rule or RULE], "shares": "fraction", **more})
    assert faults == []
    assert made is not None
    return made


def workbook(path: Path, *rows: Sequence[object], **sheets: Sequence[Sequence[object]]) -> str:
    """The name of a workbook with these rows on its first sheet, and with further sheets."""
    book = Workbook()
    for title, lines in {"Sheet": rows, **sheets}.items():
        sheet = book[title] if title == "Sheet" else book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return str(path)


def read(name: str, rules: TableMapping | None = None) -> list[Incoming]:
    """What a workbook makes."""
    return list(read_files("xlsx", [name], rules or mapping()))


def events(found: list[Incoming]) -> list[dict[str, object]]:
    """The events among what was read, as plain data; there must be no problem."""
    assert [item for item in found if isinstance(item, Problem)] == []
    return [encode(item) for item in found if isinstance(item, Event)]


def problems(found: list[Incoming]) -> list[tuple[str, int, int]]:
    """The code, row and column of every problem."""
    told = [item for item in found if isinstance(item, Problem)]
    return [(item.code, item.place.line, item.place.column) for item in told if item.place]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a workbook may be written."""
    return tmp_path / "owners.xlsx"


def test_a_sheet_is_read_as_a_table(file: Path) -> None:
    """Days, parts of one and texts of a workbook make the events that they make in CSV."""
    name = workbook(file, HEADER, ("a", DAY, 0.1, "x"), ("b", datetime.date(2015, 1, 2), 1, None))
    assert events(read(name)) == [
        {
            "kind": "stake.observed", "id": "a-2014-06-30", "date": "2014-06-30",
            "holder": "a", "target": "t", "holds": "10%", "note": "x",
        },
        {
            "kind": "stake.observed", "id": "b-2015-01-02", "date": "2015-01-02",
            "holder": "b", "target": "t", "holds": "100%",
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (0.1, "0.1"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (2e20, "200000000000000000000"),
        (2010.0, "2010"),
        (123456789012345, "123456789012345"),
        (True, "TRUE"),
        (DAY, "2014-06-30"),
        (datetime.datetime(2014, 6, 30, 12, 15), "2014-06-30T12:15:00"),
        (datetime.time(12, 15), "12:15:00"),
        ("007", "007"),
        ('say "a, b"', 'say "a, b"'),
        ("a\nb", "a\nb"),
        ("#1", "#1"),
        ("Zoë 阿里 \N{GRINNING FACE}", "Zoë 阿里 \N{GRINNING FACE}"),
        ("a_x000D_\nb", "a\nb"),
        ("_x00E9_ _xD83D__xDE00_ _x005F_x000D_", "é \N{GRINNING FACE} _x000D_"),
    ],
)
def test_a_cell_is_the_text_of_what_it_holds(cell: object, text: str, file: Path) -> None:
    """Numbers have no noise of floats and no exponent, days no time, and texts stay as they are."""
    found = events(read(workbook(file, HEADER, ("a", 2014, 1, cell))))
    assert found[0]["note"] == text


def test_names_in_any_script_are_drafted_and_read(file: Path) -> None:
    """A workbook with any letter beyond ASCII ended in a traceback."""
    name = workbook(file, HEADER, ("Zoë", DAY, 0.1, None), ("阿里", DAY, 0.2, None))
    assert "Zoë,2014-06-30" in sample(io.BytesIO(file.read_bytes()), name)[0].read().decode()
    renamed = {"kind": "entity.renamed", "id": "{share}", "date": "{day}", "entity": "t", "name": "{owner}"}
    assert [each["name"] for each in events(read(name, mapping(renamed)))] == ["Zoë", "阿里"]


def test_half_a_character_is_a_finding(file: Path) -> None:
    """It stands as an escape in a cell; in a draft it has a mark in its place."""
    name = workbook(file, HEADER, ("a", DAY, 0.1, "é _xD800_"), ("b", DAY, 0.2, "x"))
    assert problems(read(name)) == [("C704", 2, 18)]
    assert len(read(name)) == 2
    assert "é ?" in sample(io.BytesIO(file.read_bytes()), name)[0].read().decode()


@given(st.decimals(min_value=0, max_value=1, places=12))
def test_a_part_of_one_that_somebody_typed_stays_exact(value: object) -> None:
    """A decimal of up to 15 digits comes out of its cell digit by digit."""
    book = Workbook()
    book.active.append([float(str(value))])
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    assert float(sample(stream, "b")[0].read()) == float(str(value))
    digits = sample(io.BytesIO(stream.getvalue()), "b")[0].read().decode().strip()
    assert digits == (f"{value:f}".rstrip("0").rstrip(".") or "0")


def test_numbers_have_the_point_of_the_mapping(file: Path) -> None:
    """Where the texts of a table have decimal commas, its numbers are not taken for thousands."""
    rule = {**RULE, "kind": "stake.acquired", "price": "EUR {note}"}
    name = workbook(file, HEADER, ("a", DAY, 0.125, 1.234), ("b", DAY, "0,5", "1.234,5"))
    found = events(read(name, mapping({key: rule[key] for key in rule if key != "note"}, decimal="comma")))
    assert [(event["holds"] if "holds" in event else event["price"]) for event in found] == ["12.5%", "50%"]
    assert [event["price"] for event in found] == ["EUR 1.234", "EUR 1234.5"]


def test_findings_have_the_row_of_the_sheet(file: Path) -> None:
    """Empty rows and cells of several lines do not move the rows below them."""
    rows = [
        HEADER, (), ("a", DAY, 0.1, "x\ny"), ("b", "soon", 0.1, None), ("c",),
        ("d", DAY, "half", None, "more"), ("e", DAY, "half"),
    ]  # fmt: skip
    found = read(workbook(file, *rows))
    assert problems(found) == [
        ("C301", 4, 3), ("C701", 5, 3), ("C701", 5, 4), ("C701", 6, 1), ("C302", 7, 14),
    ]  # fmt: skip
    last = found[-1]
    assert isinstance(last, Problem)
    assert last.place is not None
    assert last.place.excerpt == "e,2014-06-30,half,"


def test_a_mapping_may_name_the_sheet_and_the_columns(file: Path) -> None:
    """Without a name the first sheet is read; a sheet that is not there is an error with the nearest."""
    name = workbook(file, ("nothing",), Owners=[("a", DAY, 0.5)])
    rules = {"header": list(HEADER)}
    assert events(read(name, mapping(sheet="Owners", **rules)))[0]["holds"] == "50%"
    for title, help in {"Owner": "did you mean Owners?", "Past": "sheets are Sheet, Owners"}.items():
        (told,) = read(name, mapping(sheet=title, **rules))
        assert isinstance(told, Problem)
        assert (told.code, told.help) == ("C702", help)
    assert [code for code, *_ in problems(read(name))] == ["C703"] * 4


def test_what_is_no_workbook_is_one_error(file: Path) -> None:
    """A text, another archive and a workbook without rows are each refused once."""
    file.write_bytes(b"owner,day,share\n")
    assert [item.code for item in read(str(file)) if isinstance(item, Problem)] == ["C706"]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("some.txt", "text")
    with pytest.raises(InvalidEvents) as caught:
        list(FORMATS["xlsx"].reader()(io.BytesIO(file.read_bytes()), "some.xlsx", mapping()))
    assert str(caught.value.problems[0].headline()) == "some.xlsx: error[C706]: not a workbook"
    (told,) = read(workbook(file))
    assert isinstance(told, Problem)
    assert told.message == "table without a header"


def test_a_workbook_of_charts_has_no_table(file: Path) -> None:
    """Where no sheet has cells there is nothing to read."""
    book = Workbook()
    book.create_chartsheet("Chart").add_chart(BarChart())
    book.remove(book["Sheet"])
    book.save(file)
    (told,) = read(str(file))
    assert isinstance(told, Problem)
    assert told.message == "workbook without a sheet of cells"


def rewritten(file: Path, old: bytes, new: bytes) -> None:
    """Change the sheet inside a workbook."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(old, new) if name == sheet else data)


def test_a_workbook_that_is_damaged_further_down_gives_what_was_before(file: Path) -> None:
    """The rows above the damage are read, and one error says that there is some."""
    rows = [(f"o{number}", DAY, 0.5) for number in range(600)]
    name = workbook(file, HEADER, *rows)
    rewritten(file, b'r="501"', b'r="what"')
    found = read(name)
    assert [item.code for item in found if isinstance(item, Problem)] == ["C706"]
    assert len(found) == 500


def test_a_date_that_no_calendar_has_is_a_finding(file: Path) -> None:
    """A number that is shown as a date and is none makes a problem of its row, and no warning."""
    book = Workbook()
    for row in (HEADER, ("a", DAY, 0.5)):
        book.active.append(row)
    book.active["B2"].value = 99999999
    book.active["B2"].number_format = "yyyy-mm-dd"
    book.save(file)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert problems(read(str(file))) == [("C701", 2, 3)]
    assert heard == []


def test_what_a_sheet_says_of_its_size_is_not_believed(file: Path) -> None:
    """A sheet that claims to be one cell, or to end at the end of all sheets, is read as it is."""
    name = workbook(file, HEADER, ("a", DAY, 0.5))
    rewritten(file, b'ref="A1:D2"', b'ref="A1"')
    assert len(events(read(name))) == 1
    name = workbook(file, HEADER, ("a", DAY, 0.5))
    rewritten(file, b'ref="A1:D2"', b'ref="A1:XFD1048576"')
    assert len(events(read(name))) == 1


def test_empty_cells_on_the_right_are_none(file: Path) -> None:
    """Cells beyond the header in which nothing stands, only a format, belong to no table."""
    name = workbook(file, (*HEADER, ""), ("a", DAY, 0.5, "x", "", ""), ("b", DAY, 0.5, "", ""))
    assert len(events(read(name))) == 2


def test_without_openpyxl_the_error_names_the_extra(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is said once, with the way to install it."""
    name = workbook(file, HEADER)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"C740[\s\S]*chronicle-timeline\[xlsx\]"):
        read(name)


def test_the_command_drafts_a_mapping_and_imports_by_it(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook has a draft as a table of text has one, and the draft imports it."""
    monkeypatch.chdir(tmp_path)
    workbook(file, ("company", "owner", "fraction owned", "from"), ("acme", "bob", 0.6, DAY))
    drafted = CliRunner().invoke(chronicle, ["import", "xlsx", "owners.xlsx", "--guess"])
    assert drafted.exit_code == 0
    (tmp_path / "map.yaml").write_text(drafted.output, encoding="utf-8")
    arguments = ["import", "xlsx", "owners.xlsx", "--mapping", "map.yaml", "--into", "s.db"]
    done = CliRunner().invoke(chronicle, arguments)
    assert done.exit_code == 0
    assert done.output.startswith("1 row: 1 whole, 0 with problems; 3 events, 3 new\nimported: 3 added,")
    with open_store("s.db") as store:
        assert [record.kind for record in store.read()][:1] == ["stake.observed"]
    file.write_text("text", encoding="utf-8")
    refused = CliRunner().invoke(chronicle, ["import", "xlsx", "owners.xlsx", "--guess"])
    assert refused.exit_code == 1
    assert "owners.xlsx: error[C706]: not a workbook" in refused.output


TABLE = (("company", "owner", "percent owned", "from"), *(("acme", f"owner {n}", 5, DAY) for n in range(9)))
NOTES = (("Owners of companies",), ("Read the notes",))
CODES = (("code", "meaning"), ("A", "active"))


@pytest.mark.parametrize(
    ("sheets", "line"),
    [
        ({"Cover": NOTES, "Owners": TABLE}, 'sheet: "Owners"     # left out: Cover'),
        ({"Codes": CODES, "Owners": TABLE, "Notes": NOTES}, 'sheet: "Owners"     # left out: Codes, Notes'),
        ({"Owners": TABLE, "Codes": CODES}, 'sheet: "Owners"     # left out: Codes'),
        (
            {"Cover": NOTES, "Owners 2015": TABLE, "Owners 2016": TABLE[:5]},
            'sheet: "Owners {year}"     # {sheet.year} is the year of a row; left out: Cover',
        ),
        ({"North": TABLE, "South": TABLE[:4]}, 'sheet: "North"     # of the same columns: South'),
    ],
)
def test_a_draft_is_made_of_the_sheet_that_is_a_table(
    sheets: dict[str, Any], line: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands before it; the draft names the sheet, those like it, and those that it leaves out."""
    monkeypatch.chdir(tmp_path)
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(file)
    drafted = CliRunner().invoke(chronicle, ["import", "xlsx", "owners.xlsx", "--guess"])
    assert line in drafted.output.splitlines()
    assert 'holds: "{percent owned}"' in drafted.output
    (tmp_path / "map.yaml").write_text(drafted.output, encoding="utf-8")
    arguments = ["import", "xlsx", "owners.xlsx", "--mapping", "map.yaml", "--dry-run"]
    done = CliRunner().invoke(chronicle, arguments)
    assert (done.exit_code, "0 with problems" in done.output) == (0, True), done.output


def test_a_table_below_titles_is_drafted_and_read(file: Path) -> None:
    """Titles above the header are passed over; rows may be wider than these, and shorter than the header."""
    rows = [("Form 860: owners",), (), ("as of", 2014), ("plant", "owner", "percent owned", "year", "note")]
    name = workbook(file, *rows, ("195", "Ann", 0.6, 2014), ("195", "Bob", 0.4, 2014, "x"))
    with open(name, "rb") as stream:
        table, sheets = sample(stream, "owners.xlsx")
        text = draft(table, "owners.xlsx", ",", sheets)
    assert "sheet:" not in text
    assert "header: {line: 4}" in text
    rule = {key: value for key, value in RULE.items() if key not in ("id", "note")}
    rule |= {"date": "{year}", "target": "{plant}", "holds": "{percent owned}"}
    found = events(read(name, mapping(rule, header={"line": "4"})))
    assert [(event["holder"], event["holds"]) for event in found] == [("ann", "60%"), ("bob", "40%")]


@pytest.mark.parametrize(
    ("number", "format", "text"),
    [
        (195, "00000", "00195"),
        (195.0, "0000", "0195"),
        (7, "000;-000", "007"),
        (195, "0", "195"),
        (12345, "000", "12345"),
    ],
)
def test_zeros_in_front_of_a_code_are_kept(file: Path, number: float, format: str, text: str) -> None:
    """A code that a workbook keeps as a number has the digits with which it is shown."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(("code", "name"))
    sheet.append((number, "x"))
    sheet["A2"].number_format = format
    book.save(file)
    rule = {"kind": "entity.declared", "entity": "bank:{code}", "name": "{name} {code}", "type": "company"}
    found = events(read(str(file), mapping(rule)))
    assert [(event["entity"], event["name"]) for event in found] == [(f"bank:{text}", f"x {text}")]


def test_the_year_of_a_sheet_is_a_cell_of_its_rows(file: Path) -> None:
    """Sheets that are called after years are read in turn, and one series of snapshots."""
    sheets = {
        "Owners 2016": [HEADER[:1], ("a",), ("b",)],
        "Owners 2017": [HEADER[:1], ("b",)],
        "Notes": [("x",)],
    }
    name = workbook(file, **sheets)
    rule = {**RULE, "id": "{owner}-{sheet.year}", "date": "{sheet.year}", "holds": "60%"}
    rule = {key: value for key, value in rule.items() if key != "note"} | {"vanished": {"holds": "0%"}}
    found = events(read(name, mapping(rule, sheet="owners {year}")))
    assert [(event["date"], event["holder"], event["holds"]) for event in found] == [
        ("2016", "a", "60%"),
        ("2016", "b", "60%"),
        ("2017", "b", "60%"),
        ("2017", "a", "0%"),
    ]
    none = read(name, mapping(rule, sheet="Holders {year}"))
    assert [item.code for item in none if isinstance(item, Problem)] == ["C702"]
