"""Workbooks of Excel, by openpyxl (the extra ``xlsx``): a sheet for each view, its header frozen.

Dates are dates where they are whole days, and texts are texts, whatever they begin with.
"""

from __future__ import annotations

import datetime
import re
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from chronicle.engine import views
from chronicle.engine.tables import Table
from chronicle.errors import Problem, UsageError, not_installed
from chronicle.interop.exports.columnar import read_back
from chronicle.interop.exports.delimited import facts_of, spans_of
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import data_line, json_text

_ROWS = 1_048_575  # of a sheet, its header left out
_LONGEST = 32_767  # characters of a cell
_TITLE = 31
_NO_TITLE = re.compile(r"[\[\]:*?/\\]|^'|'$")
_FIRST = datetime.date(1900, 3, 1)  # before, days of a sheet are not those of the calendar
_WHOLE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATED = frozenset({"since", "begin", "end"})


def facts(material: Material) -> Iterator[bytes]:
    """The facts of a day, a sheet for each view that has any."""
    return _workbook({view: facts_of(material, view) for view in _in_order(material)})


def spans(material: Material) -> Iterator[bytes]:
    """Every span, a sheet for each view that has any."""
    return _workbook({view: spans_of(material, view) for view in _in_order(material)})


def _in_order(material: Material) -> list[str]:
    """The views that were asked for, those that are asked most first."""
    asked = material.views_asked()
    return [view for view in dict.fromkeys((*views.VIEWS, *asked)) if view in asked]


def _workbook(tables: dict[str, Table]) -> Iterator[bytes]:
    openpyxl = _openpyxl()
    workbook = openpyxl.Workbook(write_only=True)
    filled = {view: table for view, table in tables.items() if len(table)}
    # A workbook without a sheet is none.
    for view, table in (filled or dict([*tables.items()][:1])).items():
        _fill(workbook, _title(view, workbook.sheetnames), table)
    with tempfile.TemporaryFile() as file:
        workbook.save(file)
        yield from read_back(file)


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise not_installed("openpyxl", "which writes workbooks", "xlsx") from None
    return openpyxl


def _title(view: str, others: list[str]) -> str:
    """A title of a sheet for a view: short enough, of allowed characters, and unlike the others."""
    title = _NO_TITLE.sub("_", data_line(view))[:_TITLE]
    taken = {other.casefold() for other in others}
    number = 2
    while title.casefold() in taken:
        title = f"{title[: _TITLE - 4]} {number}"
        number += 1
    return title


def _fill(workbook: Any, title: str, table: Table) -> None:
    if len(table) > _ROWS:
        message = f'{len(table):,} rows of "{table.name}" are more than a sheet can have'
        raise UsageError(Problem("C742", message, help="export csv or parquet, or one view of a day"))
    sheet = workbook.create_sheet(title)
    # Must stand before the first row.
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, name) for name in table.column_names])
    for row in table.rows():
        sheet.append([_cell(sheet, *each) for each in zip(table.column_names, row, strict=True)])


def _cell(sheet: Any, name: str, value: object) -> Any:
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, datetime.date):
        return _day(sheet, value)
    # A sheet has 15 digits, and a longer number would become another one.
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**15):
        return value
    if isinstance(value, str) and name in _DATED and _WHOLE.fullmatch(value):
        return _day(sheet, datetime.date.fromisoformat(value))
    return _text(sheet, _words(name, value))


def _words(name: str, value: object) -> str:
    """A value that is neither a number nor a day: a text, a list, or anything of a user's own view."""
    if isinstance(value, tuple):
        return (" " if name == "events" else "; ").join(map(str, value))
    return value if isinstance(value, str) else json_text(value)


def _day(sheet: Any, day: datetime.date) -> Any:
    return day if day >= _FIRST else _text(sheet, day.isoformat())


def _text(sheet: Any, text: str) -> Any:
    """A cell of text, which is no formula even if it begins with ``=``."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, data_line(text)[:_LONGEST])
    cell.data_type = "s"
    return cell
