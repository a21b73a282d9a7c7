"""Texts as they are compared in a search: without case, accents and widths, whatever the script."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Letters that Unicode does not take apart, though people type them without the stroke; and marks that
# people type as others.
_ALIKE: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        **dict.fromkeys("‘’ʼ`´", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‐‑‒–—", "-"),
    }
)

# Accents, and the vowel signs of Hebrew and Arabic. The marks of other scripts change what a word is: か is
# not が.
_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u064b-\u0652\u0670\u0640]+"
)


def folded(text: str) -> str:
    """``text`` without case, accents and widths, with single blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    # Again, since taking apart may give a letter with case, as the Kelvin sign does.
    together = unicodedata.normalize("NFC", plain.casefold().translate(_ALIKE))
    return " ".join(together.split())
