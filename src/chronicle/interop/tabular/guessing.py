"""A first draft of a mapping, from the header of a table and its first rows, to be corrected by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

from attrs import frozen

from chronicle.errors import InvalidEvents, Place, Problem
from chronicle.interop.tabular.cells import ISO, Dates
from chronicle.interop.tabular.header import header_of
from chronicle.interop.tabular.lines import Lines, StrayQuote

_SAMPLE: Final = 200

# Names of columns.
_START = re.compile(r"start|begin|since|from|join|notified|effective|opened|added", re.I)
_END = re.compile(r"\bend|_end|until|ceased|left|closed|\bto\b|removed|expir|thru|through", re.I)
_DATE = re.compile(r"date|year|day|period|time|as.?of", re.I)
_SHARE = re.compile(r"percent|pct|share|stake|owned|interest|%", re.I)
_HOLDER = re.compile(r"owner|holder|parent|shareholder|investor", re.I)
_TARGET = re.compile(r"target|company|subsidiary|offspring|plant|issuer|entity|asset", re.I)
_GROUP = re.compile(r"index|group|association|list\b", re.I)
_MEMBER = re.compile(r"ticker|symbol|member|constituent|isin", re.I)
_NAME = re.compile(r"name|title", re.I)
_ID = re.compile(r"\bid\b|_id|code|number|\bno\b|lei|cik|cert|ticker|symbol", re.I)

_FORMS: Final = (
    ISO,
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d-%b-%Y",
    "%Y-%m-%d %H:%M:%S",
)


@frozen
class _GuessedColumn:
    name: str
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)


def draft(stream: BinaryIO, name: str, delimiter: str | None = None) -> str:
    """A mapping as YAML, with comments on what was guessed and what must be filled in.

    Raises ``InvalidEvents`` (C706) when the file is not a table of text.
    """
    lines = Lines(stream, None)
    header, read = header_of(lines, name, delimiter)
    delimiter = read.delimiter
    rows = [row for row in islice(read, _SAMPLE) if not isinstance(row, StrayQuote)]
    columns = [
        _GuessedColumn(title, tuple(row[index].strip() if index < len(row) else "" for row in rows))
        for index, title in enumerate(header)
        if title
    ]
    if not columns:
        raise InvalidEvents(Problem("C706", "table without a header", Place(name), "name its columns"))
    return "\n".join(_draft(columns, name, delimiter)) + "\n"


def _draft(columns: Sequence[_GuessedColumn], name: str, delimiter: str) -> Iterator[str]:
    form = _form(columns)
    name = name.replace("\\", "/").rpartition("/")[2]
    yield f"# A draft from the header of {_comment(name)}. Look at every line before you import."
    yield f"# Columns: {', '.join(_comment(column.name) for column in columns)}"
    yield f"source: {{title: {_quoted(name)}}}     # who published this, so that answers can say so"
    if delimiter != ",":
        yield f"delimiter: {_WORDS[delimiter]}"
    yield f"dates: {{formats: [{_quoted(form)}], ends: exclusive}}     # inclusive, if an end is a last day"
    share = _first(columns, _SHARE, _is_number)
    if share:
        yield f"shares: {_share_form(share)}     # 60 is percent, 0.6 is fraction, 60% is stated"
    yield "events:"
    yield from _rule(columns, share)


def _rule(columns: Sequence[_GuessedColumn], share: _GuessedColumn | None) -> Iterator[str]:
    dated = [column for column in columns if _is_date(column)]
    start = _first(dated, _START) or _first(dated, _DATE) or (dated[0] if dated else None)
    end = _first([column for column in dated if column is not start], _END) or _empty_end(columns, start)
    rest = [column for column in columns if column not in (start, end, share)]
    date = f"{{{start.name}}}" if start else "2000     # which column has the date?"
    if share:
        holder = _keyed(rest, _HOLDER) or rest[:1]
        target = _keyed([column for column in rest if column not in holder], _TARGET) or rest[-1:]
        yield "  - kind: stake.observed"
        yield from _fields(date, holder=holder, target=target, holds=[share])
    elif end:
        member = _first(rest, _MEMBER) or _first(rest, _ID) or _first(rest, _NAME) or (rest or columns)[0]
        group = [column] if (column := _first([each for each in rest if each is not member], _GROUP)) else []
        yield "  - kind: membership.started"
        yield from _fields(date, entity=[member], group=group)
        yield f"    end: {_quoted(f'{{{end.name}}}')}"
        yield "    ends: membership.ended"
    else:
        entity = _first(rest, _ID) or _first(rest, _NAME) or (rest or columns)[0]
        name = _first(rest, _NAME) or entity
        yield "  - kind: entity.founded"
        yield from _fields(date, entity=[entity], name=[name])
        yield "    type: company"


def _fields(date: str, **fields: Sequence[_GuessedColumn]) -> Iterator[str]:
    keys = [column for columns in fields.values() for column in columns]
    template, _, comment = date.partition("     #")
    # The id must be different in each row, and the same in the next edition of the table.
    told = {_slot(column): None for column in keys if column not in fields.get("holds", ())}
    parts = [*told, *([template] if "{" in template else [])]
    yield f"    id: {_quoted('-'.join(parts))}"
    yield f"    date: {_quoted(template)}" + (f"     #{comment}" if comment else "")
    for name, columns in fields.items():
        if columns:
            yield f"    {name}: {_quoted('-'.join(_slot(column) for column in columns))}"
        else:
            yield f"    {name}: the-{name}     # which one?"


def _slot(column: _GuessedColumn) -> str:
    return f"{{{column.name}}}"


def _keyed(columns: Sequence[_GuessedColumn], meaning: re.Pattern[str]) -> list[_GuessedColumn]:
    """The column of a party: its id where there is one, else its name."""
    meant = [column for column in columns if meaning.search(column.name)]
    found = _first(meant, _ID) or _first(meant, _NAME) or (meant[0] if meant else None)
    return [found] if found else []


def _first(
    columns: Iterable[_GuessedColumn],
    meaning: re.Pattern[str],
    test: Callable[[_GuessedColumn], bool] = lambda _: True,
) -> _GuessedColumn | None:
    return next((column for column in columns if meaning.search(column.name) and test(column)), None)


def _empty_end(columns: Sequence[_GuessedColumn], start: _GuessedColumn | None) -> _GuessedColumn | None:
    """A column that is named like an end and is empty in the sample: nothing has ended yet."""
    return next(
        (
            column
            for column in columns
            if column is not start and _END.search(column.name) and not column.filled
        ),
        None,
    )


def _form(columns: Sequence[_GuessedColumn]) -> str:
    """The format that fits most cells of columns named like dates; of several the first in ``_FORMS``."""
    cells = [cell for column in columns if _called_date(column) for cell in column.filled]
    return max(_FORMS, key=lambda form: sum(_read(cells, form)))


def _called_date(column: _GuessedColumn) -> bool:
    return any(meaning.search(column.name) for meaning in (_DATE, _START, _END))


def _is_date(column: _GuessedColumn) -> bool:
    return _called_date(column) and any(_mostly(_read(column.filled, form)) for form in _FORMS)


def _read(cells: Iterable[str], form: str) -> list[bool]:
    dates = Dates(formats=(form,), earliest=1, latest=9999, spreadsheet=True)
    return [_reads(dates, cell) for cell in cells]


def _mostly(true: Sequence[bool]) -> bool:
    """Whether more than half are true, since some of the first cells may be bad."""
    return 2 * sum(true) > len(true)


def _reads(dates: Dates, cell: str) -> bool:
    try:
        dates.read(cell)
    except ValueError:
        return False
    return True


_NUMBER = re.compile(r"[<>=~ ]*[0-9]+([.,][0-9]+)?( *-[ <]*[0-9]+([.,][0-9]+)?)? *%?")


def _is_number(column: _GuessedColumn) -> bool:
    return _mostly([bool(_NUMBER.fullmatch(cell)) for cell in column.filled])


def _share_form(column: _GuessedColumn) -> str:
    if any("%" in cell for cell in column.filled):
        return "percent"
    numbers = [cell for cell in column.filled if _NUMBER.fullmatch(cell)]
    largest = max(float(re.sub(r"[^0-9.]", " ", cell.replace(",", ".")).split()[-1]) for cell in numbers)
    return "fraction" if largest <= 1 else "percent"


_WORDS = {";": "semicolon", "\t": "tab", "|": "bar", ",": "comma"}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join(text.split())
