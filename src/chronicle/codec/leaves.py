"""The single values of plain data: texts, ids, booleans, words, dates and amounts.

Each reader takes a value of plain data and gives the typed value, or raises a ``ChronicleError`` that says
what is wrong. Both the fast conversion and the diagnosis use them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from chronicle.codec.ids import LONGEST, is_id, slug
from chronicle.dates import PartialDate, parse_date
from chronicle.errors import InvalidEvents, Problem, nearest, shown
from chronicle.errors.characters import FORBIDDEN, FORBIDDEN_IN_LINES
from chronicle.errors.strict_json import DEEPEST
from chronicle.events import DealId, EntityId, EventId
from chronicle.values import Count, Money, Ratio, Share, parse_count, parse_money, parse_ratio, parse_share

Path = tuple[str | int, ...]
"""The keys and indexes that lead from the whole to a value in it."""

Reader = Callable[[Any], object]

# Nobody needs a list of more words than this in one line of help.
_FEW_WORDS = 12


def refused(code: str, message: str, help: str) -> InvalidEvents:
    """The error for one value."""
    return InvalidEvents(Problem(code, message, help=help))


def shape_of(value: object) -> str:
    """What type of data ``value`` is, in a word for messages."""
    for kinds, word in _SHAPES:
        if isinstance(value, kinds):
            return word
    return type(value).__name__


_SHAPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "text"),
    (bool, "boolean"),
    ((int, float), "number"),
    (Mapping, "mapping"),
    ((list, tuple), "list"),
    (type(None), "nothing"),
)


def not_a_text(value: object) -> InvalidEvents:
    """The error (C109) for another value where a text is expected."""
    found = shape_of(value)
    if isinstance(value, (bool, int, float)):
        written = _written(value)
        return refused("C109", f"{found} where a text is expected: {written}", f'write "{written}"')
    return refused("C109", f"{found} where a text is expected", "write one text")


def _written(value: float) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return repr(value)[:60]
    except ValueError:  # more digits than Python turns into text
        return "a number of thousands of digits"


def one_line(value: Any) -> str:
    """A text of one line, not empty. Raises C109 for another value, C309 for a text that is not allowed."""
    return _text(value, FORBIDDEN)


def lines(value: Any) -> str:
    """A text that may have several lines: a note, a quote, a reason. Raises C109 and C309."""
    return _text(value, FORBIDDEN_IN_LINES)


def _text(value: Any, forbidden: re.Pattern[str]) -> str:
    if not isinstance(value, str):
        raise not_a_text(value)
    if not value or value.isspace():
        raise refused("C309", "text is empty", "write the text or leave the field out")
    # Nearly every text is printable, and isprintable() is faster than a regular expression.
    if not value.isprintable() and (found := forbidden.search(value)):
        character = f"U+{ord(found[0]):04X}"
        raise refused("C309", f"text with a control character ({character}): {shown(value)}", "take it out")
    return value


def any_id(value: Any) -> str:
    """An id. Raises C109, and C206, whose help gives the id that was probably meant."""
    if not isinstance(value, str):
        raise not_a_text(value)
    if is_id(value):
        return value
    if len(value) > LONGEST:
        raise refused("C206", f"id longer than {LONGEST} characters: {shown(value)}", "shorten it")
    likely = slug(value)
    forms = "an id is lower-case letters and digits, with single - . _ : between them"
    raise refused("C206", f"not an id: {shown(value)}", f"write {likely}" if likely else forms)


# Most ids occur in many events. The cache gives the same string object for each, which also makes the
# look-ups of replay faster. Errors are not cached.
recurring_id = lru_cache(maxsize=65_536)(any_id)


def truth(value: Any) -> bool:
    """A boolean, or one of the texts true, false, yes, no. Raises C306."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value in _TRUTHS:
            return _TRUTHS[value]
        raise refused("C306", f"not yes or no: {shown(value)}", "write yes or no")
    raise refused("C306", f"{shape_of(value)} where yes or no is expected", "write yes or no")


_TRUTHS = MappingProxyType({"true": True, "yes": True, "false": False, "no": False})


def word_of(allowed: tuple[str, ...]) -> Reader:
    """The reader of a field that takes one of the words in ``allowed``. The reader raises C109 and C211."""
    words = {word: word for word in allowed}

    def word(value: Any) -> str:
        if not isinstance(value, str):
            raise not_a_text(value)
        if value in words:
            return words[value]
        raise refused("C211", f"not one of the allowed words: {shown(value)}", _meant(value, allowed))

    return word


def _meant(value: str, allowed: tuple[str, ...]) -> str:
    listed = f"write {', '.join(allowed[:-1])} or {allowed[-1]}"
    near = nearest(value, allowed)
    if near is None:
        return listed
    return f"did you mean {near}?" if len(allowed) > _FEW_WORDS else f"did you mean {near}? {listed}"


def first_not_plain(value: object) -> tuple[Path, InvalidEvents] | None:
    """Where a value holds something that is not plain data, with the error; None when all of it is plain.

    Raises nothing, and is not recursive: nesting deeper than ``DEEPEST`` is an error (C107), not a
    ``RecursionError``.
    """
    waiting: list[tuple[Path, object]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if len(path) > DEEPEST:
            return path[:1], refused("C107", f"nested deeper than {DEEPEST} levels", "write it flat")
        if isinstance(item, Mapping):
            waiting += [((*path, str(key)), part) for key, part in item.items()]
        elif isinstance(item, (list, tuple)):
            waiting += [((*path, index), part) for index, part in enumerate(item)]
        elif isinstance(item, str):
            if error := _error_of(lines, item):
                return path, error
        elif item is not None and not isinstance(item, bool):
            return path, not_a_text(item)
    return None


def _error_of(read: Reader, value: object) -> InvalidEvents | None:
    try:
        read(value)
    except InvalidEvents as error:
        return error
    return None


def _stated(parse: Callable[[str], object]) -> Reader:
    """The reader of a value that is given as a text. It raises C109, and what ``parse`` raises."""

    def read(value: Any) -> object:
        if not isinstance(value, str):
            raise not_a_text(value)
        return parse(value)

    return read


READERS: Mapping[object, Reader] = MappingProxyType(
    {
        str: one_line,
        bool: truth,
        EntityId: recurring_id,
        DealId: recurring_id,
        EventId: any_id,
        PartialDate: _stated(parse_date),
        Share: _stated(parse_share),
        Money: _stated(parse_money),
        Count: _stated(parse_count),
        Ratio: _stated(parse_ratio),
    }
)
"""The reader of each type of single value."""
