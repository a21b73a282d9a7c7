"""Trees on pages, drawn with lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from attrs import frozen

from chronicle.render.layout import DIM, PLAIN, Line, wrap

_BRANCH: Final = "├─ "
_LAST: Final = "└─ "
_THROUGH: Final = "│  "
_BESIDE: Final = "   "
_HANGING: Final = "  "
_NARROWEST: Final = 20  # however deep the tree is
_LEVEL: Final = len(_THROUGH)
_ROOM: Final = 44  # columns that are left to a line of a deep tree

Node = TypeVar("Node")


@frozen
class Branch:
    """The lines of a node, and its children."""

    lines: tuple[Line, ...]
    children: tuple[Branch, ...] = ()


def tree(root: Branch, width: int) -> Iterator[Line]:
    """The lines of a tree, its root flush left, each line wrapped."""
    for line in root.lines:
        yield from wrap(line, width)
    yield from _branches(root.children, "", width)


def _branches(nodes: Sequence[Branch], before: str, width: int) -> Iterator[Line]:
    for index, node in enumerate(nodes):
        last = index == len(nodes) - 1
        beside = before + (_BESIDE if last else _THROUGH)
        head = before + (_LAST if last else _BRANCH)
        for line in _broken(node.lines, max(_NARROWEST, width - len(beside))):
            yield [(head, DIM), *line]
            head = beside
        yield from _branches(node.children, beside, width)


def _broken(lines: Sequence[Line], width: int) -> Iterator[Line]:
    for line in lines:
        first, *others = wrap(line, width, width - len(_HANGING))
        yield first
        yield from ([(_HANGING, PLAIN), *other] for other in others)


def deep_tree(
    first: Sequence[Node],
    below: Callable[[Node], Sequence[Node]],
    said: Callable[[Node], Line],
    width: int,
) -> Iterator[Line]:
    """The lines of a tree of any depth, without recursion: ``first`` and what is ``below`` each.

    Where a tree is deeper than a page is wide, lines say how many hops away they are instead.
    """
    deepest = max(2, (width - _ROOM) // _LEVEL)
    # The next one to tell stands last.
    waiting = [("", 1, node, last) for node, last in _from_last(first)]
    while waiting:
        before, hops, node, last = waiting.pop()
        deep = hops > deepest
        far = f"({hops:,} hops)  " if deep else ""
        beside = before if deep else before + (_BESIDE if last else _THROUGH)
        head = before + (_LAST if last else _BRANCH)
        for line in _broken([[(far, DIM), *said(node)]], max(_NARROWEST, width - len(head))):
            yield [(head, DIM), *line]
            head = before + (_BESIDE if last else _THROUGH)
        waiting += [(beside, hops + 1, each, end) for each, end in _from_last(below(node))]


def _from_last(nodes: Sequence[Node]) -> Iterator[tuple[Node, bool]]:
    """Nodes from the last one to the first, and of each whether it is the last."""
    return ((node, number == 0) for number, node in enumerate(reversed(nodes)))
