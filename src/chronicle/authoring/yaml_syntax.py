"""Syntax errors of the YAML parser, in words for people who write event files."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import yaml

from chronicle.authoring.nodes import Position, Text, TextMark
from chronicle.errors import Place, Problem, printable


def syntax_problem(error: yaml.MarkedYAMLError, text: Text) -> Problem:
    """The problem (C103, or C104 for a tag, anchor or alias) for an error of the parser, with its place."""
    stated = error.problem or "cannot be read"
    mark = error.problem_mark or error.context_mark or Position(0, 0)
    if stated in _CLOSING and error.context_mark and error.context_mark.line == mark.line < len(text.lines):
        return Problem("C103", *_in_brackets(stated[-2], text, mark))
    if stated in _AT_CONTEXT and error.context_mark:
        mark = error.context_mark
    character = _character(text, mark)
    if stated == _NO_TOKEN:
        return Problem("C103", *_token_problem(character, text, mark))
    code, message, help = _WORDS.get(stated, ("C103", f"not YAML: {printable(stated)}", None))
    return Problem(code, message, text.place(_visible(text, mark)), help)


def _token_problem(character: str, text: Text, mark: TextMark) -> tuple[str, Place, str]:
    if character == "\t":
        return "tab where spaces are expected", text.place(mark), "indent with spaces"
    message = f'text starts with "{printable(character)}"'
    return message, text.place(mark), "put the text into quotes"


def _in_brackets(closing: str, text: Text, mark: TextMark) -> tuple[str, Place, str]:
    message = f'comma or "{closing}" expected here'
    return message, text.place(mark), "put a text with quotes, brackets or commas in it into double quotes"


def _character(text: Text, mark: TextMark) -> str:
    return text.lines[mark.line][mark.column : mark.column + 1] if mark.line < len(text.lines) else ""


def _visible(text: Text, mark: TextMark) -> TextMark:
    """The mark itself, or the end of the last line when the parser stopped after it."""
    if mark.line < len(text.lines) or not text.lines:
        return mark
    return Position(len(text.lines) - 1, len(text.lines[-1]))


_NO_TOKEN: Final = "found character that cannot start any token"

_INDENTED = (
    "give all keys of one mapping the same indentation; quote a text that has quotes or brackets in it"
)
_QUOTE_COLON = 'put a text with ": " in it into quotes; look at the indentation'
_CLOSE = "close it, and put commas between its items"

# The messages of the parser, and the code, message and help for each.
_WORDS = MappingProxyType(
    {
        "mapping values are not allowed in this context": ("C103", "a key cannot stand here", _QUOTE_COLON),
        "could not find expected ':'": ("C103", 'line without "key: value"', 'put ": " after the key'),
        "did not find expected key": ("C103", "not a key of this mapping", _INDENTED),
        "did not find expected '-' indicator": (
            "C103",
            "not an item of this list",
            "start each item with a dash, and give all its lines the same indentation",
        ),
        "did not find expected ',' or ']'": ("C103", "list in [ ] is not closed", _CLOSE),
        "did not find expected ',' or '}'": ("C103", "mapping in { } is not closed", _CLOSE),
        "did not find expected node content": (
            "C103",
            "value expected here",
            "put a text with brackets into quotes",
        ),
        "found unexpected end of stream": ("C103", "quote is not closed", "close it at the end of the text"),
        "block sequence entries are not allowed in this context": (
            "C103",
            "a list cannot start here",
            "start it on the next line, or put the text into quotes",
        ),
        "found unknown escape character": (
            "C103",
            "unknown escape after a backslash",
            "use single quotes, in which a backslash is a backslash",
        ),
        "found invalid Unicode character escape code": (
            "C103",
            "escape that is no character",
            "write the character itself",
        ),
        "did not find expected alphabetic or numeric character": (
            "C104",
            "anchor or alias",
            "put a text that starts with & or * into quotes",
        ),
        "found undefined tag handle": ("C104", "tag", "put a text that starts with ! into quotes"),
        "found incompatible YAML document": ("C103", "other version of YAML", "leave the line out"),
        "found unknown directive name": ("C103", "unknown directive", "leave the line out"),
        "found duplicate %YAML directive": ("C103", "directive given twice", "leave one of them out"),
        "did not find expected <document start>": (
            "C103",
            "text after the end of the document",
            "look at the indentation and the quotes before it",
        ),
        "did not find expected comment or line break": (
            "C103",
            "text right after | or >",
            "start the text on the next line",
        ),
    }
)

_CLOSING = frozenset({"did not find expected ',' or ']'", "did not find expected ',' or '}'"})

_AT_CONTEXT = _CLOSING | frozenset(
    {
        "could not find expected ':'",
        "found unexpected end of stream",
        "did not find expected alphabetic or numeric character",
    }
)
