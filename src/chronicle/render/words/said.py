"""Templates of events and views, filled in as lines of styled text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from chronicle.engine.replay import Key
from chronicle.engine.views import View
from chronicle.engine.views.view import parts_of
from chronicle.render.layout import PLAIN, STRONG, Line, clean, joined
from chronicle.render.words.figures import share_words
from chronicle.values import Share

Called = Callable[[str], str]
"""A function that gives what an entity is called, by its id."""


def filled(template: str, there: Callable[[str, str], bool], show: Callable[[str, str], Line]) -> Line:
    """A template with its fields filled in by ``show``; ``there`` says which fields are not empty.

    Both take the sort of a field and its name. An optional part with an empty field is left out.
    """
    line: Line = []
    for optional, steps in parts_of(template):
        if optional and not all(there(sort, name) for _, sort, name in steps if sort):
            continue
        for text, sort, name in steps:
            if text:
                line.append((text, PLAIN))
            if sort:
                line.extend(show(sort, name))
    return line


def said(view: View, template: str, key: Key, value: Any, called: Called) -> Line:
    """A template of a view, filled in by a key and a value. ``value`` may be None: then by the key alone."""
    read = partial(view.read, key=key, value=value)
    stated: list[str] = []

    def there(sort: str, name: str) -> bool:
        found = read(name)
        if sort == "+" and found and any(called(found) in text for text in stated):
            return False
        return found is not None and found is not False and found not in ("", ())

    def show(sort: str, name: str) -> Line:
        found = read(name)
        if sort == "?":
            return []
        if sort in "=*":
            stated.append(words(found))
            return [(stated[-1], PLAIN if sort == "=" else STRONG)]
        style = PLAIN if sort in ".+" else STRONG
        named: list[Line] = [
            [(called(each), style)] for each in (found if isinstance(found, tuple) else (found,))
        ]
        return joined(named, last=", ") if sort == "," else joined(named)

    return _merged(filled(template, there, show))


def _merged(line: Line) -> Line:
    """A line with neighbouring pieces of one style joined."""
    runs = ((style, pieces) for style, pieces in groupby(line, key=itemgetter(1)))
    return [("".join(text for text, _ in pieces), style) for style, pieces in runs]


def words(value: object) -> str:
    """A field in words: shares by ``share_words``, numbers with digits in groups, anything else as it is."""
    if value is None:
        return ""
    if isinstance(value, Share):
        return share_words(value)
    return f"{value:,}" if isinstance(value, int) else clean(str(value))


def plainly(line: Line) -> str:
    """A line without its styles."""
    return "".join(text for text, _ in line)
