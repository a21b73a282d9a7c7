"""Patterns for the names of files and sheets, whose parts count as cells of each row."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from chronicle.errors import InvalidValue, Problem, shown

_DIGITS: Final = MappingProxyType({"year": "[0-9]{4}", "month": "[0-9]{2}", "day": "[0-9]{2}"})
_PACKED = re.compile(r"\.gz$", re.IGNORECASE)
_TOKEN = re.compile(r"\{([A-Za-z_]\w*)\}|(\*)|(\?)|([^{}*?]+)|(.)")


def is_pattern(text: str) -> bool:
    """Whether a text is a pattern, and not the one name that it spells."""
    return any(mark in text for mark in "{}*?")


def base_of(path: str) -> str:
    """The name of a file without its folder, and without what says that it is compressed."""
    return _PACKED.sub("", path.replace("\\", "/").rpartition("/")[2])


def parts_of(name: str, pattern: str) -> dict[str, str] | None:
    """What stands in ``name`` for each ``{part}`` of a pattern; None when the name is not like it.

    ``*`` stands for any text and ``?`` for one character; ``{year}`` has four digits, ``{month}`` and
    ``{day}`` have two. Raises ``InvalidValue`` (C702) for what is no
    pattern.
    """
    found = _compiled(pattern).fullmatch(name)
    return None if found is None else found.groupdict()


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    made: list[str] = []
    for part, text, one, literal, brace in _TOKEN.findall(pattern):
        if brace or (part and f"(?P<{part}>" in "".join(made)):
            help = 'write a name with parts in braces, each with a name of its own: "owners_{year}.csv"'
            raise InvalidValue(Problem("C702", f"not a pattern of names: {shown(pattern)}", help=help))
        text_of_part = _DIGITS.get(part, ".+?")
        made.append(
            f"(?P<{part}>{text_of_part})" if part else ".*" if text else "." if one else re.escape(literal)
        )
    return re.compile("".join(made), re.IGNORECASE)
