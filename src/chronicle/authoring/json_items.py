"""JSON Lines to items: one event a line. Numbers become the text in which they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from chronicle.authoring.nodes import Item, Node, Position, Step, Text
from chronicle.errors import Problem
from chronicle.errors.strict_json import TOKENS, RefusedJSON, decoder
from chronicle.stores.record import Record


class JsonItems:
    """Reads one file of JSON Lines, item by item; see ``Reader``.

    With ``places`` every item has its whole tree of nodes; without, which is faster, only the root.
    """

    def __init__(self, text: Text, places: bool = False) -> None:
        """Reads nothing before the first item is asked for."""
        self.problems: list[Problem] = []
        self.broken = False
        self._text = text
        self._places = places

    def __iter__(self) -> Iterator[Item]:
        """Read the file. Every problem is in ``problems``; none is raised."""
        for number, line in enumerate(self._text.lines):
            if line and not line.isspace():
                yield self._item(number, line)

    def _item(self, number: int, line: str) -> Item:
        start = Position(number, len(line) - len(line.lstrip()))
        node = Node({}, start, Position(number, len(line.rstrip())))
        try:
            plain = _decoded(line)
        except RefusedJSON as error:
            self._refuse(number, line, error)
        except json.JSONDecodeError as error:
            hint = "each line is one event, as one JSON object"
            self._refuse(
                number, line, RefusedJSON("C111", f"not JSON: {_words(error)}", hint, error.colno - 1)
            )
        else:
            if isinstance(plain, dict):
                node.plain = plain if _OF_A_RECORD.isdisjoint(plain) else _event(plain)
                return Item("events", _tree(line, number) if self._places else node)
            self._refuse(
                number, line, RefusedJSON("C111", "line is not a JSON object", "write {...}", start.column)
            )
        return Item("events", node, refused=True)

    def _refuse(self, number: int, line: str, error: RefusedJSON) -> None:
        column = error.column if error.column is not None else _last(error.token, line)
        place = self._text.place(Position(number, max(0, min(column, len(line)))), max(1, len(error.token)))
        self.problems.append(Problem(error.code, error.message, place, error.help))


# What a line that was exported from a store says of the record besides the event. An event is read as such.
_OF_A_RECORD: Final = frozenset(Record._fields) - {"id", "kind"}


def _event(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if key not in _OF_A_RECORD}


def _words(error: json.JSONDecodeError) -> str:
    return error.msg[:1].lower() + error.msg[1:]


_decoded: Final = decoder(whole=str, fraction=str)


def _last(token: str, line: str) -> int:
    """Where ``token`` stands for the last time: of a key given twice, that is the second one."""
    found = [match.start() for match in TOKENS.finditer(line) if match[0] == token]
    keys = [start for start in found if line[start + len(token) :].lstrip().startswith(":")]
    return (keys or found or [0])[-1]


def _tree(line: str, number: int) -> Node:
    """The nodes of a line that is valid JSON and not nested too deeply."""
    stack: list[_OpenValue] = []
    for token in TOKENS.finditer(line):
        start, end = Position(number, token.start()), Position(number, token.end())
        if token[0] in ("{", "["):
            stack.append(_OpenValue(token[0] == "{", start))
            continue
        node = stack.pop().closed(end) if token[0] in ("}", "]") else Node(_decoded(token[0]), start, end)
        if not stack:
            return node
        stack[-1].add(node)
    raise AssertionError("a line of JSON has an end")


class _OpenValue:
    """An object or an array that is not complete yet, and the key of an object that has no value yet."""

    def __init__(self, is_object: bool, start: Position) -> None:
        self.plain: dict[str, object] | list[object] = {} if is_object else []
        self.start = start
        self.children: dict[Step, Node] = {}
        self.keys: dict[Step, Node] = {}
        self.key: Node | None = None

    def add(self, node: Node) -> None:
        if isinstance(self.plain, list):
            self.children[len(self.plain)] = node
            self.plain.append(node.plain)
        elif self.key is None:
            self.key = node
        else:
            name = str(self.key.plain)
            self.plain[name] = node.plain
            self.children[name], self.keys[name] = node, self.key
            self.key = None

    def closed(self, end: Position) -> Node:
        return Node(self.plain, self.start, end, self.children, self.keys)
