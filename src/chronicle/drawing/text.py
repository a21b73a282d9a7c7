"""How wide a text is, before anybody has drawn it, and how to make it fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

SHORTENED: Final = "…"

# In parts of the size of the font, as wide as wide fonts of screens have them.
_WIDTHS: Final = {
    **dict.fromkeys("il|'.,:;!I ", 0.33),
    **dict.fromkeys('fjrt()[]{}/\\-"*', 0.43),
    **dict.fromkeys("mwMW@%—…", 0.97),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.74),
    **dict.fromkeys("GOQDHNU+<>=~", 0.82),
}
_USUAL: Final = 0.64
_DOUBLE: Final = 1.06


def width_of(text: str, size: float) -> float:
    """About how wide ``text`` is in a font of ``size``; wide characters, as of Chinese, count double."""
    return size * sum(map(_width, text))


def _width(character: str) -> float:
    found = _WIDTHS.get(character)
    if found is not None:
        return found
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Cf"):
        return 0.0
    return _DOUBLE if unicodedata.east_asian_width(character) in "WF" else _USUAL


def shortened(text: str, size: float, widest: float) -> str:
    """``text``, cut at its end with a sign of that if it is wider than ``widest``."""
    if width_of(text, size) <= widest:
        return text
    room = widest - width_of(SHORTENED, size)
    kept = 0
    while kept < len(text) and width_of(text[: kept + 1], size) <= room:
        kept += 1
    return text[:kept].rstrip() + SHORTENED


def in_lines(text: str, size: float, widest: float) -> tuple[str, ...]:
    """``text`` in one line or in two, the second shortened if it is still too wide."""
    text = " ".join(text.split())
    if width_of(text, size) <= widest:
        return (text,)
    first, second = _halves(text, size, widest)
    return (first, shortened(second, size, widest)) if second else (first,)


def _halves(text: str, size: float, widest: float) -> tuple[str, str]:
    """The two parts of a text: of nearly equal width if both fit, else the first as long as fits."""
    breaks = [*_breaks(text)]
    parts = [(text[:at].rstrip(), text[at:].lstrip()) for at in breaks]
    fitting = [pair for pair in parts if width_of(pair[0], size) <= widest]
    if not fitting:  # a word of its own that is too wide
        whole = shortened(text, size, widest)
        return whole, ""
    return min(fitting, key=lambda pair: max(width_of(pair[0], size), width_of(pair[1], size)))


def _breaks(text: str) -> Iterable[int]:
    """Where a text may be broken: at spaces, after hyphens, beside wide characters."""
    for at, (before, after) in enumerate(pairwise(text), 1):
        if after == " " or before == "-" or _wide(before) or _wide(after):
            yield at


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
