"""Trees on pages, drawn with lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from chronicle.render.layout import DIM, PLAIN, Line, wrap

_BRANCH: Final = "├─ "
_LAST: Final = "└─ "
_THROUGH: Final = "│  "
_BESIDE: Final = "   "
_HANGING: Final = "  "
_NARROWEST: Final = 20  # however deep the tree is


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
