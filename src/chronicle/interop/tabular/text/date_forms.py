"""Forms of dates by their shapes: which of ``strptime`` a text may be written in."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_WORD = r"[A-Za-zÀ-ÿ]{3,9}\.?"
_TIME = r"[ T][0-9]{1,2}:[0-9]{2}"
_FORMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}": ("%d/%m/%Y", "%m/%d/%Y"),
        r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}": ("%d-%m-%Y", "%m-%d-%Y"),
        r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}": ("%d.%m.%Y",),
        r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}": ("%d/%m/%y", "%m/%d/%y"),
        r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2}": ("%d.%m.%y",),
        r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}": ("%Y/%m/%d",),
        r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}": ("%Y.%m.%d",),
        r"[0-9]{8}": ("%Y%m%d",),
        r"[0-9]{4}/[0-9]{1,2}": ("%Y/%m",),
        r"[0-9]{1,2}/[0-9]{4}": ("%m/%Y",),
        r"[0-9]{1,2}\.[0-9]{4}": ("%m.%Y",),
        rf"[0-9]{{1,2}}-{_WORD}-[0-9]{{4}}": ("%d-%b-%Y", "%d-%B-%Y"),
        rf"[0-9]{{1,2}}-{_WORD}-[0-9]{{2}}": ("%d-%b-%y",),
        rf"[0-9]{{1,2}} {_WORD} [0-9]{{4}}": ("%d %b %Y", "%d %B %Y"),
        rf"{_WORD} [0-9]{{1,2}}, [0-9]{{4}}": ("%b %d, %Y", "%B %d, %Y"),
        rf"{_WORD} [0-9]{{4}}": ("%b %Y", "%B %Y"),
        rf"{_WORD}-[0-9]{{2}}": ("%b-%y",),
        rf"[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}{_TIME}": ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"),
        rf"[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}{_TIME}:[0-9]{{2}}": (
            "%d/%m/%Y %H:%M:%S",
            "%m/%d/%Y %H:%M:%S",
        ),
        rf"[0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{4}}{_TIME}": ("%d.%m.%Y %H:%M",),
    }
)
_SHAPES: Final = tuple((re.compile(shape), forms) for shape, forms in _FORMS.items())


def family(text: str) -> tuple[str, ...]:
    """The forms of texts of this shape, whether or not this one is a date in them."""
    return next((forms for shape, forms in _SHAPES if shape.fullmatch(text)), ())


def fitting(text: str) -> tuple[str, ...]:
    """The forms in which a text is a date."""
    return tuple(form for form in family(text) if _fits(text, form))


def _fits(text: str, form: str) -> bool:
    try:
        datetime.datetime.strptime(text, form)
    except ValueError:
        return False
    return True
