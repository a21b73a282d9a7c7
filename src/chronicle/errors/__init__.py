"""Errors and findings. The lowest floor: it imports nothing of Chronicle.

A failed operation raises a ``ChronicleError`` that carries one or more ``Problem`` values. A finding about a
history is a ``Problem`` that is returned, never raised. Both say what is wrong, where, and what to do, and
both have a stable code (``CODES``) that ``chronicle explain CODE`` explains.
"""

from __future__ import annotations

import datetime
import os
import re
import unicodedata
import warnings
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from attrs import converters, evolve, field, frozen

# Every process begins here. What is only needed where there is a problem, or a text that is not plain, is
# imported and compiled then: the table of codes, the patterns of characters and of passwords.
if TYPE_CHECKING:
    from chronicle.errors.codes import Severity

# They have no width and change how their neighbours are written. Removing them would change words in Persian
# and in Indian scripts, and split composed emoji.
_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
_JOINING = re.compile("[\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}]")


def can_be_shown(character: str) -> bool:
    """Whether a terminal shows a character as text, and does not take it for a command."""
    return character.isprintable() or character in _JOINERS


def printable(text: str) -> str:
    """``text`` with a visible stand-in for each control character, which takes one column.

    So no text from a file can reach a terminal as an escape sequence.
    """
    if text.isprintable() or _JOINING.sub("", text).isprintable():
        return text
    return "".join(
        character if can_be_shown(character) else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def obeyed_hidden(text: str) -> str:
    """``text`` to the letter, but for a stand-in in place of what no text of an event may have."""
    if text.isprintable():
        return text
    from chronicle.errors.characters import FORBIDDEN_IN_LINES

    return FORBIDDEN_IN_LINES.sub("\N{REPLACEMENT CHARACTER}", text)


def without_passwords(text: str) -> str:
    """``text`` with ``***`` for each password in it.

    Finds the password of an address, ``scheme://user:password@host`` (also with one slash, as in a path), and
    ``password=...`` as addresses and connection strings have it. Where it is in doubt it hides.
    """
    if ":/" in text:
        text = _secret().in_web.sub(_hidden, _secret().in_store.sub(_hidden, text))
    if "=" in text:
        text = _secret().named.sub(_hidden_when_secret, _secret().in_query.sub(_hidden_when_secret, text))
    return text


class _Secrets(NamedTuple):
    """The patterns by which passwords are found."""

    in_web: re.Pattern[str]
    in_store: re.Pattern[str]
    in_query: re.Pattern[str]
    named: re.Pattern[str]


# In a web address the password comes before the first slash. In the address of a store it may be unescaped,
# with "/", "@" or a blank in it, and the address may have been cut off; digits alone are a port.
@cache
def _secret() -> _Secrets:
    return _Secrets(
        in_web=re.compile(
            r"\b(https?:/+[^\s/:@\"\[]*:)(?:[^\s/\"]*(@)|(?!\d{1,5}(?![\d…]))[^\s/\"]*)", re.IGNORECASE
        ),
        in_store=re.compile(
            r"(?<![a-z0-9+.-])((?!https?:)[a-z0-9+.-]{2,}:/+[^\s/:@?#\"\[]*:)"
            r"(?:.*(@)|(?!\d{1,5}(?![\d…]))[^\s\"]*)",
            re.IGNORECASE | re.DOTALL,
        ),
        in_query=re.compile(r"((?<=[?&])[\w%]+)(=)([^&\"]+)"),
        named=re.compile(
            r"(?<![\w%])([A-Za-z_][\w%]*|%[\w%]+)(\s*=\s*)('(?:[^'\\]|\\.)*(?:'|$)|[^\s&;\"]+)", re.ASCII
        ),
    )


_MOST_SAID = 10_000  # characters of a message


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}***{found[2] or ''}"


def _hidden_when_secret(found: re.Match[str]) -> str:
    from urllib.parse import unquote

    name = unquote(found[1]).lower()
    secret = "passw" in name or "pwd" in name or "secret" in name or "scram" in name
    return f"{found[1]}{found[2]}***" if secret else found[0]


def _safe_text(text: str) -> str:
    """The text of a problem: without passwords and control characters, and at most 10,000 characters long."""
    said = without_passwords(text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}…")
    return said if said.isprintable() else "\n".join(map(printable, said.split("\n")))


@frozen
class Place:
    """Where a problem is in a file.

    ``line`` and ``column`` count from 1, and ``line`` is 0 where only the file is known. ``length`` is the
    number of characters to underline; ``excerpt`` is the text of the line, empty when there is none to show.
    """

    file: str = field(converter=_safe_text)
    line: int = 0
    column: int = 0
    length: int = 1
    excerpt: str = ""

    def seen_from(self, folder: str) -> Place:
        """The same place with its path from ``folder`` on, if it is below that."""
        begin = folder if folder.endswith(("/", "\\")) else f"{folder}{os.sep}"
        return evolve(self, file=self.file.removeprefix(begin))

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


def _known_code(_: object, __: object, code: str) -> None:
    from chronicle.errors.codes import CODES

    if code not in CODES:
        raise LookupError(f"no code {code} in chronicle.errors.codes.CODES")


@frozen
class Problem:
    """One finding: a code, what is wrong, where, what to do, and the events involved (by id)."""

    code: str = field(validator=_known_code)
    message: str = field(converter=_safe_text)
    place: Place | None = None
    help: str | None = field(default=None, converter=converters.optional(_safe_text))
    events: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """``"error"``, ``"warning"`` or ``"note"``, from the table of codes."""
        from chronicle.errors.codes import CODES

        return CODES[self.code].severity

    def at(self, place: Place | None) -> Problem:
        """The same problem with this place, unless it has one already."""
        return self if self.place else evolve(self, place=place)

    def headline(self) -> str:
        """One line: ``file:line:column: error[C204]: what is wrong``."""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.severity}[{self.code}]: {self.message}"

    def __str__(self) -> str:
        return "\n".join([self.headline(), *self._below()])

    def _below(self) -> list[str]:
        if self.place and self.place.excerpt:
            return self._excerpt(self.place)
        return [f"  help: {self.help}"] if self.help else []

    def _excerpt(self, place: Place) -> list[str]:
        number = str(place.line)
        margin = " " * len(number)
        text, start, length = _around(place)
        hint = f" help: {self.help}" if self.help else ""
        return [
            f" {number} | {text}",
            f" {margin} | {' ' * start}{'^' * length}{hint}",
        ]


_EXCERPT_WIDTH = 100
_WIDE = ("W", "F")
_NO_WIDTH = ("Mn", "Me")


def _around(place: Place) -> tuple[str, int, int]:
    """The line, cut to a readable width; the column at which to underline, from 0; and how many columns.

    The line may have a million characters, so it is cut before anything else.
    """
    start = max(0, place.column - 1)
    cut = max(0, start - _EXCERPT_WIDTH // 2) if len(place.excerpt) > _EXCERPT_WIDTH else 0
    line = place.excerpt[cut : cut + _EXCERPT_WIDTH]
    before, after = _untabbed(line[: start - cut]), _untabbed(line[start - cut :])
    meant = _untabbed(line[start - cut : start - cut + place.length])
    head = "…" if cut else ""
    tail = "…" if len(place.excerpt) > cut + _EXCERPT_WIDTH else ""
    return head + before + after + tail, _columns(head + before), max(1, _columns(meant))


def _untabbed(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _columns(text: str) -> int:
    """The columns that ``text`` takes in a terminal: two for a wide character, none for an accent."""
    if text.isascii():
        return len(text)
    return sum(_character_columns(character) for character in text)


def _character_columns(character: str) -> int:
    if character in _JOINERS or unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


_QUOTED = 60  # characters of a value that an error message quotes
_LOOKED_AT = 1_000  # characters of a value that are searched for passwords before it is cut


def shown(value: object) -> str:
    """``value`` as an error message quotes it: at most 60 characters, safe for a terminal.

    Passwords and control characters are hidden.
    """
    if not isinstance(value, str):
        # Only values that are always short: a list from a file may hold anything, of any length.
        short = isinstance(value, int) and value.bit_length() < 4 * _QUOTED
        known = short or value is None or isinstance(value, (float, datetime.date))
        return f"{value} ({type(value).__name__})" if known else f"a value of type {type(value).__name__}"
    said = without_passwords(value[:_LOOKED_AT])
    cut = "…" if len(said) > _QUOTED or len(value) > _LOOKED_AT else ""
    return f'"{printable(said[:_QUOTED])}{cut}"'


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The word of ``known`` closest to ``word``, or None when none is close."""
    from difflib import get_close_matches

    matches = get_close_matches(word[:100], list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


class ChronicleError(Exception):
    """An operation that failed. ``problems`` has at least one ``Problem``."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise TypeError("a ChronicleError needs at least one problem")
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    @property
    def code(self) -> str:
        """The code of the first problem."""
        return self.problems[0].code


class InvalidValue(ChronicleError, ValueError):
    """A text that is not a date, a share, an amount of money ..."""


class InvalidEvents(ChronicleError):
    """Files, lines or fields that do not make events. Carries all problems that were found."""


class UsageError(ChronicleError):
    """A call that has no meaning: arguments that exclude each other, a projector that is none."""

    exit_code = 2


class NotFound(ChronicleError, LookupError):
    """The entity, deal, event or source that was asked for does not exist."""

    exit_code = 3


def absent(code: str, what: str, word: str, known: Iterable[str]) -> NotFound:
    """The error for something that does not exist. Its help names the nearest of ``known``."""
    if not isinstance(word, str):  # asked for by a program
        return NotFound(Problem(code, f"no {what} {shown(word)}", help="give a text"))
    near = nearest(word, known)
    help = f"did you mean {near}?" if near else None
    return NotFound(Problem(code, f'no {what} "{printable(word)}"', help=help))


def absent_of_few(code: str, what: str, word: str, known: Iterable[str]) -> NotFound:
    """The error for something that does not exist, of few that do. Its help names the nearest, or all."""
    names = list(known)
    if nearest(word, names):
        return absent(code, what, word, names)
    help = f"there are {', '.join(names[:-1])} and {names[-1]}"
    return NotFound(Problem(code, f'no {what} "{printable(word)}"', help=help))


def one_of(word: object, allowed: Iterable[str]) -> None:
    """Raise ``InvalidValue`` (C211) for what is none of a few words."""
    words = list(allowed)
    if word not in words:
        help = f"write {', '.join(words[:-1])} or {words[-1]}"
        raise InvalidValue(Problem("C211", f"not one of the allowed words: {shown(word)}", help=help))


def named_by(word: object, code: str = "C601") -> None:
    """Raise ``NotFound`` for what is asked about as an entity, or as a deal (C602), and is no text."""
    if not isinstance(word, str):
        what = "deal" if code == "C602" else "entity"
        help = f"give the id of the {what}, or its name, as a text"
        raise NotFound(Problem(code, f"not the id or the name of a thing: {shown(word)}", help=help))


def not_installed(library: str, needed: str, extra: str) -> UsageError:
    """C740: a library of an extra is missing; ``needed`` says what for, with its verb."""
    message = f"{library} is not installed, {needed}"
    return UsageError(Problem("C740", message, help=f"pip install 'chronicle-timeline[{extra}]'"))


def reason_of(error: Exception) -> str:
    """Why the system refused a file, in lower case and without its path."""
    return (getattr(error, "strerror", None) or str(error)).lower()


class StoreError(ChronicleError):
    """A store that cannot be opened, read or written."""

    exit_code = 4


class AppendRefused(StoreError):
    """An append that the store refused.

    Its id is there with other content, or the store did not end at the expected position (optimistic
    concurrency).
    """


class Damaged(StoreError):
    """A record that is not as it was written, by its checksum or the chain."""


def __getattr__(name: str) -> Any:
    if name == "Conflict":
        warnings.warn("chronicle.errors.Conflict is AppendRefused now", DeprecationWarning, stacklevel=2)
        return AppendRefused
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
