"""Strict JSON: every key once, no number that JSON does not have, no nesting without end.

``decoder`` makes a reader of texts. What it refuses and Python would take is a ``RefusedJSON``, from which a
caller may take the words or only the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

from chronicle.errors import shown

DEEPEST: Final = 50
"""How deep plain data may be nested. No field of an event goes deeper than four."""

# A text without its closing quote goes on to the end, so that no line takes longer than its length.
TOKENS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\]]|[^\s{}\[\],:"]+', re.DOTALL)
"""The parts of a text of JSON, without the commas and colons between them."""


class RefusedJSON(ValueError):
    """A text that is not taken: why, by code and message, and what helps.

    ``token`` is the key or the number that is refused, as it is written; ``column`` counts from 0 and is None
    where only the token is known.
    """

    def __init__(
        self, code: str, message: str, help: str, column: int | None = None, token: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.column = column
        self.token = token


def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs, as ``object_pairs_hook`` wants it. Raises C105 for a key given twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        written = json.dumps(twice, ensure_ascii=False)
        raise RefusedJSON("C105", f"key {shown(twice)} given twice", "give it once", token=written)
    return made


def no_number(text: str) -> NoReturn:
    """Refuse ``NaN`` or ``Infinity``, or whatever number a caller does not take: ``RefusedJSON`` C111."""
    help = "write the value as a text, or leave the key out"
    raise RefusedJSON("C111", f"{text} is not JSON", help, token=text)


def refuse_depth(text: str) -> None:
    """Raise ``RefusedJSON`` C107 for a text that is nested deeper than every reader is sure to follow."""
    if len(text) <= DEEPEST or text.count("{") + text.count("[") <= DEEPEST:
        return
    depth = 0
    for token in TOKENS.finditer(text):
        depth += (token[0] in ("{", "[")) - (token[0] in ("}", "]"))
        if depth > DEEPEST:
            message = f"nested deeper than {DEEPEST} levels"
            raise RefusedJSON("C107", message, "no event needs more than five", column=token.start())


def decoder(
    whole: Callable[[str], Any] = int, fraction: Callable[[str], Any] = float
) -> Callable[[str], Any]:
    """A reader of JSON that makes whole numbers and fractions of their text by these functions.

    The reader raises ``RefusedJSON`` for what is refused, ``json.JSONDecodeError`` for what is no JSON, and
    another ``ValueError`` for a number that is too long to be made.
    """
    decode = json.JSONDecoder(
        object_pairs_hook=each_key_once, parse_int=whole, parse_float=fraction, parse_constant=no_number
    ).decode

    def read(text: str) -> Any:
        refuse_depth(text)
        return decode(text)

    return read
