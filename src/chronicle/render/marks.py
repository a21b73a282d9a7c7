"""A mark, a word and a colour for each family of events.

Every mark is one column wide in every script (East Asian width neutral), and the word says the same
as the colour, so that nothing hangs on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen


@frozen
class Mark:
    """How a family of events shows: a symbol, a word of at most seven letters, the name of a style."""

    symbol: str
    word: str
    style: str


_ENTITY = Mark("◦", "entity", "white")
_MERGER = Mark("⋈", "merger", "bright_red")
_RECORD = Mark("✎", "record", "bright_black")

MARKS: Mapping[str, Mark] = MappingProxyType(
    {
        "entity": _ENTITY,
        "identity": _RECORD,
        "record": _RECORD,
        "unit": Mark("❖", "unit", "blue"),
        "stake": Mark("◉", "stake", "green"),
        "shares": Mark("✱", "shares", "bright_green"),
        "control": Mark("⚑", "control", "red"),
        "listing": Mark("▴", "listing", "bright_blue"),
        "merger": _MERGER,
        "demerger": _MERGER,
        "investment": Mark("✚", "invest", "bright_cyan"),
        "deal": Mark("◊", "deal", "yellow"),
        "partnership": Mark("✦", "partner", "magenta"),
        "project": Mark("▸", "project", "cyan"),
        "role": Mark("♙", "role", "white"),
        "membership": Mark("⊖", "member", "bright_magenta"),
    }
)


def mark_of(kind: str) -> Mark:
    """The mark of a kind of event, by the family that its name begins with."""
    return MARKS[kind.split(".", maxsplit=1)[0]]
