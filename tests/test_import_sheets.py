"""What real sheets have besides values: percentages, merged cells, formulas that nobody computed."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from chronicle.errors import Problem
from chronicle.interop.tabular.guessing import draft
from chronicle.interop.tabular.text.sheet_marks import SheetMarks
from chronicle.interop.tabular.xlsx import sample
from test_import_xlsx import DAY, HEADER, RULE, events, file, mapping, problems, read

__all__ = ["file"]


def sheet_of(*rows: tuple[object, ...]) -> Worksheet:
    """A sheet of a new workbook with these rows below the header."""
    sheet = Workbook().active
    for row in (HEADER, *rows):
        sheet.append(row)
    return sheet


def saved(sheet: Worksheet, file: Path) -> str:
    """The name of the file of its workbook."""
    sheet.parent.save(file)
    return str(file)


# Percentages


@pytest.mark.parametrize("form", ["percent", "stated", "fraction"])
@pytest.mark.parametrize(
    ("format", "value", "share"),
    [
        ("0%", 0.25, "25%"),
        ("0.00%", 1 / 3, "33.3333333333333%"),
        ('0.0 %;[Red]-0.0 %;"none"', 0.005, "0.5%"),
        ("[$-407]0,0%", 1, "100%"),
        ("0%", "25%", "25%"),
    ],
)
def test_a_number_shown_as_a_percentage_is_one(
    format: str, value: object, share: str, form: str, file: Path
) -> None:
    """In whatever form the mapping says that plain numbers are: 0.25, shown as 25%, was 0.25%."""
    sheet = sheet_of(("a", DAY, value, None))
    sheet["C2"].number_format = format
    assert [each["holds"] for each in events(read(saved(sheet, file), mapping(shares=form)))] == [share]


@pytest.mark.parametrize("format", ["General", "0.00", '0.00" %"', "0.00\\%", "[<1]0.00", "_%0.00", "0*%"])
def test_a_sign_that_only_stands_beside_a_number_makes_no_percentage(format: str, file: Path) -> None:
    """A text in a format multiplies nothing."""
    sheet = sheet_of(("a", DAY, 25, None))
    sheet["C2"].number_format = format
    assert [each["holds"] for each in events(read(saved(sheet, file), mapping(shares="percent")))] == ["25%"]


def test_numbers_and_percentages_stand_in_one_column(file: Path) -> None:
    """A draft of such a table asks nothing, and each share is the one that is shown."""
    sheet = sheet_of(("a", DAY, 60, None), ("b", DAY, 0.25, None), ("c", DAY, "15%", None))
    sheet["C3"].number_format = "0.00%"
    name = saved(sheet, file)
    stream, _ = sample(io.BytesIO(file.read_bytes()), name)
    assert "shares: percent" in draft(stream, name, None)
    found = events(read(name, mapping(shares="percent", decimal="comma")))
    assert [each["holds"] for each in found] == ["60%", "25%", "15%"]


# Merged cells


def test_cells_that_are_merged_have_the_value_of_the_first(file: Path) -> None:
    """Of those below each other, in rows that have any other cell, and in the first column alone."""
    sheet = sheet_of(
        ("a", DAY, 0.1, "x"), (None, DAY, 0.2, None), (None, None, None, None), ("b", DAY, 0.3, None)
    )  # fmt: skip
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("D2:D3")
    sheet.merge_cells("D5:E5")
    rule = {"kind": "stake.observed", "id": "{owner}-{share}", "date": "{day}", "holder": "{owner}"}
    rule |= {"target": "t", "holds": "{share}", "note": "{note}"}
    found = events(read(saved(sheet, file), mapping(rule)))
    assert [(each["holder"], each["holds"], each.get("note")) for each in found] == [
        ("a", "10%", "x"), ("a", "20%", "x"), ("b", "30%", None),
    ]  # fmt: skip


# Formulas


def test_a_formula_that_was_never_computed_is_a_finding(file: Path) -> None:
    """An end that a program left to be computed was no end; where no rule looks it does not matter."""
    sheet = sheet_of(("a", DAY, "=1/4", None), ("b", DAY, 0.2, "=1+1"), ("c", "=TODAY()", 0.3, None))
    found = read(saved(sheet, file))
    assert problems(found) == [("C701", 2, 14), ("C701", 3, 18), ("C701", 4, 3)]
    assert all(isinstance(each, Problem) and "never computed" in each.message for each in found)
    rule = {"kind": "stake.observed", "date": "{day}", "holder": "{owner}", "target": "t", "holds": "{share}"}
    found = read(str(file), mapping(rule))
    assert problems(found) == [("C701", 2, 14), ("C701", 4, 3)]
    assert [item for item in found if not isinstance(item, Problem)] != []


def test_an_error_of_a_formula_is_a_finding(file: Path) -> None:
    """All whose name could not be looked up would be one owner; a mapping may say that there is none."""
    sheet = sheet_of(("#N/A", DAY, 0.1, None), ("a", DAY, 0.2, "#REF!"), ("b", DAY, 0.3, "#1"))
    name = saved(sheet, file)
    found = read(name)
    assert problems(found) == [("C701", 2, 1), ("C701", 3, 18)]
    assert [each.message for each in found if isinstance(each, Problem)] == [
        'error of a spreadsheet: #N/A (column "owner")',
        'error of a spreadsheet: #REF! (column "note")',
    ]
    assert problems(read(name, mapping(empty=["#REF!"]))) == [("C701", 2, 1)]
    only = {**RULE, "when": {"owner": {"not": "#N/A"}}}
    assert problems(read(name, mapping(only, rest="skip"))) == [("C701", 3, 18)]
    unread = {key: text for key, text in RULE.items() if key != "note"}
    assert problems(read(name, mapping(unread, values={"owner": {"#N/A": "nobody"}}))) == []


def test_a_formula_whose_text_is_empty_is_an_empty_cell(file: Path) -> None:
    """A spreadsheet writes that it is a text, and no character of it."""
    saved(sheet_of(("a", DAY, 0.1, '=IF(1,"","x")')), file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path = "xl/worksheets/sheet1.xml"
    assert b'<c r="D2"><f>' in parts[path]
    parts[path] = parts[path].replace(b'<c r="D2"><f>', b'<c r="D2" t="str"><f>')
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert [each.get("note") for each in events(read(str(file)))] == [None]


XML = (
    b'<x:sheetData><x:row r="1"><x:c r="A1"/><x:c r="B1" t="n"><x:v>1</x:v></x:c>'
    b'<x:c r="C1"><x:f>B1</x:f></x:c></x:row>'
    b'<x:row r="2"><x:c r="AA2"><x:f t="shared" si="0"/><x:v></x:v></x:c>'
    b'<x:c r="AB2" t="str"><x:f>""</x:f><x:v/></x:c>'
    b'<x:c t="b" r="AC2"><x:f>B1</x:f><x:v>0</x:v></x:c></x:row>'
    b'<x:row r="9"><x:c r="D9" s="1"><x:f>1</x:f></x:c></x:row></x:sheetData><x:mergeCells count="3">'
    b'<x:mergeCell ref="A2:A3"/><x:mergeCell ref="A4:C4"/><x:mergeCell ref="XFD2:XFD9" /></x:mergeCells>'
)


@given(st.integers(min_value=1, max_value=len(XML)), st.booleans())
def test_marks_are_the_same_however_a_sheet_is_cut(size: int, prefixed: bool) -> None:
    """A sheet is read some at a time, and may have a prefix before its tags."""
    text = XML if prefixed else XML.replace(b"x:", b"")
    marks = SheetMarks.of(text[at : at + size] for at in range(0, len(text), size))
    assert marks.merged == {2: [(0, 3), (16_383, 9)]}
    seen, found = 0, {}
    for row in range(1, 12):
        columns, seen = marks.never_computed(row, seen)
        found |= {row: columns} if columns else {}
    assert found == {1: {2}, 2: {26}, 9: {3}}


# Hidden sheets


def test_a_hidden_sheet_is_not_the_first(file: Path) -> None:
    """Lists to choose from stand hidden before the table; by its name it is read all the same."""
    sheet = sheet_of(("a", DAY, 0.1, None))
    lists = sheet.parent.create_sheet("Lists", 0)
    for row in (HEADER, ("hidden", datetime.date(2014, 1, 1), 0.5, None)):
        lists.append(row)
    lists.sheet_state = "hidden"
    name = saved(sheet, file)
    assert [each["holder"] for each in events(read(name))] == ["a"]
    assert [each["holder"] for each in events(read(name, mapping(sheet="Lists")))] == ["hidden"]
    assert sample(io.BytesIO(file.read_bytes()), name)[1].chosen == "Sheet"
