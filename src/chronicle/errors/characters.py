"""Characters that are trouble in a text, by name, and the patterns made of them.

What a terminal obeys, what an editor does not show and what UTF-8 cannot write are said here once; each
pattern lists which of these it means, so that two that differ do so on purpose.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROLS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_LAYOUT: Final = "\t\n"
_RETURN: Final = "\r"
_LINE_ENDS_OF_UNICODE: Final = "\u2028\u2029"
_TURNS: Final = "\u202a-\u202e\u2066-\u2069"  # a terminal shows what follows in another direction
_MARKS_OF_DIRECTION: Final = "\u061c\u200e\u200f"  # without width, and of no effect but on their neighbours
_NO_CHARACTERS: Final = "\ufeff\ufffe\uffff"  # the mark of byte order, and what Unicode keeps free
_HALVES: Final = "\ud800-\udfff"  # of characters that UTF-16 writes in two parts

_OBEYED: Final = _CONTROLS + _RETURN + _LINE_ENDS_OF_UNICODE + _TURNS + _HALVES


def _any_of(*characters: str) -> re.Pattern[str]:
    return re.compile(f"[{''.join(characters)}]")


FORBIDDEN_IN_LINES: Final = _any_of(_OBEYED)
"""What no text of an event may have, also not a note, which may have tabs and line feeds."""

FORBIDDEN: Final = _any_of(_OBEYED, _LAYOUT)
"""What no text of one line may have."""

NOT_IN_DATA: Final = _any_of(_OBEYED, _LAYOUT, _NO_CHARACTERS)
"""What no text of one line can have in a file for programs. Marks of direction are letters of a name."""

UNSEEN: Final = _any_of(_OBEYED, _LAYOUT, _MARKS_OF_DIRECTION, _NO_CHARACTERS)
"""What nobody would see in a line of a file of another format."""

UNREADABLE: Final = _any_of(_CONTROLS, _LINE_ENDS_OF_UNICODE, _NO_CHARACTERS, _HALVES)
"""What no file of events may have, a comment neither. A return ends its lines, and what turns the direction
is refused only in a text, which ``FORBIDDEN`` tells.
"""
