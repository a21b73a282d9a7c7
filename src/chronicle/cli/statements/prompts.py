"""Questions on a terminal: completed by the Tab key, with what an answer may be, and lists to choose from."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from chronicle.errors import nearest, printable

if TYPE_CHECKING:
    from chronicle.codec import FieldOf


def prompted(question: str, words: Iterable[str] = ()) -> str:
    """The answer to a question, without blanks around it; the Tab key completes it to one of ``words``."""
    with _completing(list(words)):
        answer: str = click.prompt(question, default="", show_default=False)
    return answer.strip()


@contextmanager
def _completing(words: Sequence[str]) -> Iterator[None]:
    """Inside, the Tab key completes to one of these words, where the terminal can do so."""
    try:
        import readline
    except ImportError:
        yield
        return
    if not sys.stdin.isatty():
        yield
        return

    def complete(text: str, number: int) -> str | None:
        found = [word for word in words if word.startswith(text)]
        return found[number] if number < len(found) else None

    before = readline.get_completer(), readline.get_completer_delims()
    readline.set_completer(complete)
    readline.set_completer_delims("")
    with suppress(AttributeError):
        readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        readline.set_completer(before[0])
        readline.set_completer_delims(before[1])


def chosen(text: str, words: Sequence[str], what: str) -> str:
    """The one of the words that a text is or begins; empty where it is none, which is said."""
    if text in words:
        return text
    found = [word for word in words if text and word.startswith(text)]
    if len(found) == 1:
        return found[0]
    if text == "?" or found:
        click.echo(wrapped(f"  {what}: {', '.join(found or words)}"))
    elif text:
        near = nearest(text, words)
        click.echo(f'  no {what} "{printable(text)}"' + (f"; did you mean {near}?" if near else ""))
    return ""


_WIDTH = 80


def wrapped(text: str) -> str:
    """A text in lines of at most 80 columns."""
    return click.wrap_text(text, width=_WIDTH, subsequent_indent="  ")


def described_in_lines(meanings: Mapping[str, str]) -> None:
    """Print names, each with what it means beside it."""
    width = max(map(len, meanings))
    for name, meaning in meanings.items():
        first = f"  {name.ljust(width)}  "
        click.echo(click.wrap_text(meaning, _WIDTH, first, " " * len(first)))


def hint(field: FieldOf) -> str:
    """What the values of a field look like, in brackets; empty for a plain text."""
    from chronicle.codec.shapes import shape

    if shape(field.hint) == "word":
        return choice(get_args(field.hint))
    said = _hints().get(field.hint) or _OF_SHAPES.get(shape(field.hint))
    return f" ({said})" if said else ""


def choice(words: Sequence[str]) -> str:
    """Words to choose from, in brackets; ``?`` lists them where they are many."""
    return f" ({', '.join(words)})" if len(words) <= _MOST_WORDS else " (? for all)"


_MOST_WORDS = 4


def words_for(field: FieldOf) -> Sequence[str]:
    """The words that a field allows, if it allows only some."""
    from chronicle.codec.shapes import shape

    return get_args(field.hint) if shape(field.hint) == "word" else ()


def _hints() -> dict[Any, str]:
    from chronicle.dates import PartialDate
    from chronicle.events import DealId, EntityId, EventId
    from chronicle.values import Count, Money, Ratio, Share

    return {
        PartialDate: "2014, 2014-Q3, 2014-03, 2014-03-11~, [..2014-09]",
        Share: "60%, 3/8, 25-50%, >50%, ? for unknown",
        Money: "USD 800M, ~HKD 6.2bn, undisclosed",
        Count: "12500000, 12.5M",
        Ratio: "new:old, 2:1",
        bool: "yes or no",
        DealId: "the id of a deal",
        EntityId: "its id, such as acme-films",
        EventId: "the id of an event",
    }


SOURCE_HINTS: Final = {
    "publisher": "who published it: a newspaper, a register, a company",
    "title": "what it is called",
    "url": "https://..., doi:... or urn:...",
    "published": "2014-06-25, 2014-06",
}
"""What the first fields of a source look like."""

_OF_SHAPES = {
    "pairs": "id: value, id: value",
    "set": "field: value, field: value",
    "effect": "as YAML",
    "list": "as YAML: [{kind: unit.transferred, unit: ..., from: ..., to: ...}]",
}
