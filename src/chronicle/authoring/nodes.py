"""The tree of nodes into which both file formats are read: values, and where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from attrs import define, frozen

from chronicle.errors import Place, Problem

MOST_VALUES: Final = 100_000
"""How many values one item may have, to bound memory: a file is read item by item."""

MOST_PROBLEMS: Final = 1_000
"""How many problems of one file are shown."""

Step = str | int


class TextMark(Protocol):
    """A position in a text; ``line`` and ``column`` count from 0, in characters."""

    @property
    def line(self) -> int:
        """How many lines come before it."""

    @property
    def column(self) -> int:
        """How many characters of its line come before it."""


@frozen
class Position:
    """A mark in a text that was read without the YAML parser, which makes marks of its own."""

    line: int
    column: int


_NONE: Final[Mapping[Step, Any]] = MappingProxyType({})


@define(eq=False)
class Node:
    """One value of a file with its place.

    ``plain`` is what the codec takes: a text, a list, a dict, ``True``, ``False``, or ``None`` where nothing
    is given. ``children`` are the nodes within it, by key or by index; ``keys`` the nodes of the keys. Nearly
    all nodes are scalars, which share one empty mapping for both.
    """

    plain: object
    start: TextMark
    end: TextMark
    children: Mapping[Step, Node] = _NONE
    keys: Mapping[Step, Node] = _NONE


class Text:
    """The text of one file, and the places in it."""

    def __init__(self, name: str, text: str, lines: list[str] | None = None) -> None:
        """``name`` is the file as messages show it. ``lines`` are given for JSON Lines only.

        ``by_line`` says whether they were given.
        """
        self.by_line = lines is not None
        self.name = name
        self.text = text
        self._lines = lines

    @property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        if self._lines is None:
            self._lines = self.text.splitlines()
        return self._lines

    def place(self, mark: TextMark, length: int = 1) -> Place:
        """The place of ``length`` characters from ``mark`` on."""
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return Place(self.name, mark.line + 1, mark.column + 1, length, line)

    def place_of(self, node: Node) -> Place:
        """The place of a node: the part of it that is on its first line."""
        start, end = node.start, node.end
        if end.line == start.line:
            return self.place(start, max(1, end.column - start.column))
        line = self.lines[start.line].rstrip()
        return self.place(start, max(1, len(line) - start.column))


@define(eq=False)
class Item:
    """One item of a section, which becomes an event. ``refused`` when something in it could not be read."""

    section: str
    node: Node
    refused: bool = False


class Reader(Protocol):
    """Reads one file, item by item. After the last one, ``broken`` says whether the reading stopped early."""

    problems: list[Problem]
    broken: bool

    def __iter__(self) -> Iterator[Item]: ...


def follow(node: Node, path: tuple[Step, ...]) -> tuple[Node, Node | None]:
    """The node at the end of ``path`` and its key; where the path ends early, the last node on it."""
    key: Node | None = None
    for step in path:
        if step not in node.children:
            return node.keys.get(step, node), node.keys.get(step)
        key, node = node.keys.get(step), node.children[step]
    return node, key
