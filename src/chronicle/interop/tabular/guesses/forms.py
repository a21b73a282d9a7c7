"""The forms in which cells have dates, shares and numbers, seen in the cells themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from attrs import frozen

from chronicle.interop.tabular.cells import ISO, Dates, is_iso
from chronicle.interop.tabular.text.date_forms import fitting

_BARE = re.compile(r"[0-9]{1,8}(?:\.[0-9]+)?|[0-9]{4}-[0-9]{2}")
"""Cells that are dates only in a column that is called one."""


@lru_cache(maxsize=16_384)
def date_forms(cell: str) -> tuple[str, ...]:
    """The forms in which a cell is a date; none when it is no date."""
    return (ISO,) if is_iso(cell) else fitting(cell)


@frozen
class DatesSeen:
    """The forms of dates in some cells, the most frequent first, and how many cells are no date.

    ``doubtful`` is a cell that is a date in two forms, when no other cell says which of them is meant;
    ``clash`` are two cells that need different ones of these.
    """

    forms: tuple[str, ...]
    others: int = 0
    doubtful: str = ""
    clash: tuple[str, ...] = ()


def dates_seen(cells: Iterable[str]) -> DatesSeen:
    """The forms of all dates among the cells."""
    found = Counter(date_forms(cell) for cell in cells)
    sure = {forms[0] for forms in found if len(forms) == 1}
    chosen: Counter[str] = Counter()
    doubtful = ""
    clash: tuple[str, ...] = ()
    for forms, count in found.most_common():
        if not forms:
            continue
        decided = [form for form in forms if form in sure]
        chosen[(decided or forms)[0]] += count
        if len(forms) > 1 and _clashing(forms):
            seen = [cell for cell in dict.fromkeys(cells) if date_forms(cell) == forms]
            if not decided:
                doubtful = doubtful or next((cell for cell in seen if _differ(cell, forms)), "")
            elif len(decided) > 1:
                clash = clash or tuple(next(c for c in cells if date_forms(c) == (form,)) for form in decided)
    order = sorted(chosen, key=lambda form: (-chosen[form], form != ISO))
    return DatesSeen(tuple(order), found[()], doubtful, clash)


def _clashing(forms: Sequence[str]) -> bool:
    return "%m" in forms[0] and "%d" in forms[0] and len(forms) > 1


def _differ(cell: str, forms: Sequence[str]) -> bool:
    return len({Dates(formats=(form,), earliest=1, latest=9999).read(cell) for form in forms}) > 1


def is_bare(cell: str) -> bool:
    """Whether a cell is a mere number, which is a date only where the column is called so."""
    return bool(_BARE.fullmatch(cell))


_NUMBER = re.compile(
    r"(?:[<>=~≥≤]|USD|EUR|GBP|[$€£])* *-?[0-9]+(?:[.,'’ ][0-9]+)*(?: *[-–] *[<]?[0-9]+(?:[.,][0-9]+)*)? *%?"
)
# Three digits after a sign may be decimals or thousands, and decide nothing.
_COMMA = re.compile(
    r"[0-9]+(?:\.[0-9]{3})*,(?:[0-9]{1,2}|[0-9]{4,})(?![0-9,])|\b0,[0-9]+|\b[0-9]{1,3}\.[0-9]{3},[0-9]+"
)
_POINT = re.compile(
    r"[0-9]+(?:,[0-9]{3})*\.(?:[0-9]{1,2}|[0-9]{4,})(?![0-9.])|\b0\.[0-9]+|\b[0-9]{1,3},[0-9]{3}\.[0-9]+"
)


def is_number(cell: str) -> bool:
    """Whether a cell is a number, a range of numbers or a percentage."""
    return bool(_NUMBER.fullmatch(cell))


def decimal_signs(cells: Iterable[str]) -> dict[str, str]:
    """The words for the decimal signs of some numbers, each with the first cell that has it."""
    found: dict[str, str] = {}
    for cell in cells:
        if is_number(cell):
            if _COMMA.search(cell):
                found.setdefault("comma", cell)
            elif _POINT.search(cell):
                found.setdefault("point", cell)
    return found


@frozen
class SharesSeen:
    """How shares are written: the word for it, or none with two cells that say different things."""

    form: str
    apart: tuple[str, str] | None = None


def shares_seen(cells: Sequence[str]) -> SharesSeen:
    """Whether shares are percent or fractions."""
    numbers = {cell: _largest(cell) for cell in cells if is_number(cell)}
    signed = [cell for cell in numbers if "%" in cell]
    bare = {cell: value for cell, value in numbers.items() if "%" not in cell and value}
    small = next((cell for cell, value in bare.items() if value < 1), None)
    large = next((cell for cell, value in bare.items() if value > 1), None)
    if small and (large or signed):
        return SharesSeen("", (small, large or signed[0]))
    if large or signed:
        return SharesSeen("percent")
    # Ones alone may be all of a company, or one percent of it.
    return SharesSeen("fraction") if small or not bare else SharesSeen("", (next(iter(bare)), ""))


def _largest(cell: str) -> float:
    numbers = re.findall(r"[0-9]+(?:[.,][0-9]+)?", cell.replace("'", "").replace("’", ""))
    return max(float(each.replace(",", ".")) for each in numbers)
