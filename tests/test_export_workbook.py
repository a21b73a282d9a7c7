"""Exports to workbooks, read back: a sheet a view, days as days, and no text that is a formula."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import chronicle
from chronicle.history import History
from chronicle.interop.exports import exported
from chronicle.interop.exports.material import material
from given import written

TOLD = """
entities:
  - {id: north, name: "=HYPERLINK(1)", type: company}
  - {id: plus, name: "+1", type: company}
  - {id: minus, name: "-1", type: company}
  - {id: at, name: "@SUM(1)", type: company}
  - {id: mill, name: Mill Works, type: company}
events:
  - {id: e1, kind: stake.acquired, date: 2014-03-11, holder: north, target: mill, share: 60%}
  - {id: e2, kind: stake.acquired, date: 2014, holder: plus, target: mill, share: 1/3}
  - {id: e3, kind: stake.acquired, date: 1873-05-02, holder: minus, target: mill, shares: 1234567890123456789}
  - {id: e4, kind: stake.acquired, date: 1900-03-01, holder: at, target: mill, share: 1%}
  - {id: e5, kind: role.appointed, date: 2014-06-01~, person: north, entity: mill, role: chair}
"""


def workbook(history: History, *more: Any, day: str = "2015") -> Any:
    """The workbook of a history, as a program reads it."""
    data = b"".join(exported("xlsx", material(history, day), *more))
    return openpyxl.load_workbook(io.BytesIO(data))


def rows(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet, by the names of its columns."""
    head, *others = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in others]


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Names that a spreadsheet would compute, and dates of every sort."""
    return chronicle.open(written(tmp_path, TOLD))


def test_a_sheet_a_view_with_a_header_that_stays(history: History) -> None:
    """Views without facts have none; the header does not scroll away."""
    book = workbook(history)
    assert book.sheetnames == ["holdings", "names", "types", "roles"]
    assert {book[name].freeze_panes for name in book.sheetnames} == {"A2"}
    assert list(rows(book["holdings"])[0])[-2:] == ["holder_name", "target_name"]


def test_days_are_days_where_they_are_whole(history: History) -> None:
    """A year stays a year, about a day is none, and a day that sheets do not have is its text."""
    by_holder = {row["holder"]: row for row in rows(workbook(history)["holdings"])}
    assert by_holder["north"]["since"] == datetime.datetime(2014, 3, 11)
    assert by_holder["plus"]["since"] == "2014"
    assert by_holder["plus"]["since_latest"] == datetime.datetime(2014, 12, 31)
    assert by_holder["minus"]["since"] == "1873-05-02"
    assert by_holder["at"]["since"] == datetime.datetime(1900, 3, 1)
    (role,) = rows(workbook(history)["roles"])
    assert role["since"] == "2014-06-01~"


def test_numbers_are_numbers_unless_a_sheet_would_round_them(history: History) -> None:
    """Shares as fractions of 1, and truth as truth; a count of nineteen digits is kept as it is."""
    by_holder = {row["holder"]: row for row in rows(workbook(history)["holdings"])}
    assert by_holder["north"]["minimum"] == 0.6
    assert by_holder["north"]["certain"] is True
    assert by_holder["plus"]["share"] == "1/3"
    assert by_holder["minus"]["shares"] == "1234567890123456789"


def test_a_text_is_never_a_formula(history: History) -> None:
    """Whatever it begins with: no cell of the file is one."""
    data = b"".join(exported("xlsx", material(history, "2015")))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert sheets
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    names = {row["holder_name"] for row in rows(workbook(history)["holdings"])}
    assert names == {"=HYPERLINK(1)", "+1", "-1", "@SUM(1)"}


def test_spans_have_their_sheets_too(history: History) -> None:
    """With begin and end."""
    first = rows(workbook(history, "spans")["holdings"])[0]
    assert (first["holder"], first["begin"], first["end"]) == ("at", datetime.datetime(1900, 3, 1), None)


def test_a_history_without_facts_is_a_workbook_all_the_same() -> None:
    """With one sheet, and its header."""
    book = workbook(History([]))
    assert len(book.sheetnames) == 1
    assert rows(book[book.sheetnames[0]]) == []
