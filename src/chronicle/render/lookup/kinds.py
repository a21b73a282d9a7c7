"""The kinds of event: the answer of ``chronicle kinds``, and one kind of ``chronicle explain``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from attrs import frozen

from chronicle.codec.kinds import Described, DescribedField
from chronicle.engine.projectors.moves import moves
from chronicle.engine.views import VIEWS
from chronicle.events import KINDS
from chronicle.render.layout import DIM, HEADING, PLAIN, STRONG, Line, Page, left, page_width, wrap

_COLUMNS: Final = ("kind", "family", "needed", "optional", "moves", "what")
_GAP: Final = 2
_NARROWEST_TEXT: Final = 24


@frozen(eq=False)
class Kinds:
    """Kinds of event, in the order in which they are shown: those of one family together."""

    kinds: Sequence[Described]

    def data(self) -> dict[str, Any]:
        """Each kind with its fields, the views that it moves, and its example."""
        return {"kinds": list(map(_plain, self.kinds))}

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each kind, with the fields of its own."""
        return _COLUMNS, map(_row, self.kinds)

    def lines(self) -> Iterator[str]:
        """A kind a line, with the columns of ``rows``."""
        for kind in self.kinds:
            yield "\t".join(_row(kind))

    def people(self, width: int) -> Page:
        """A line for each kind, by family."""
        return Page(lambda: self._page(page_width(width)))

    def _page(self, width: int) -> Iterator[Line]:
        column = max(len(each.kind) for each in self.kinds)
        for family, members in groupby(self.kinds, key=lambda each: each.family):
            yield [(family, HEADING)]
            for each in members:
                yield from _beside(each.kind, STRONG, [[(each.summary, PLAIN)]], column, width)
            yield []
        yield from wrap([("One of them in full: chronicle explain KIND", DIM)], width)


@frozen(eq=False)
class KindInFull(Kinds):
    """One kind of event with all that is to be known to write one; on the page its fields and an example."""

    def _page(self, width: int) -> Iterator[Line]:
        (kind,) = self.kinds
        yield [(kind.kind, HEADING)]
        for paragraph in kind.text.split("\n\n"):
            yield []
            yield from wrap([(" ".join(paragraph.split()), PLAIN)], width)
        own = [each for each in kind.fields if each.own or each.required]
        yield from _fields("Fields (* is needed)", own, width)
        yield from _fields("Fields of any event", [each for each in kind.fields if each not in own], width)
        yield []
        yield from wrap([("Moves: ", STRONG), (moved(kind.kind), PLAIN)], width)
        if kind.example:
            yield []
            yield [("Example", STRONG)]
            for line in kind.example.splitlines():
                yield [(f"  {line}", PLAIN)]


def _fields(title: str, fields: Sequence[DescribedField], width: int) -> Iterator[Line]:
    if not fields:
        return
    column = max(len(_marked(each)) for each in fields)
    yield []
    yield [(title, STRONG)]
    for each in fields:
        said: list[Line] = [[(each.meaning, PLAIN)]] if each.meaning else []
        yield from _beside(_marked(each), STRONG, [*said, [(each.holds, DIM)]], column, width)


def _marked(field: DescribedField) -> str:
    return f"{field.name}{'*' if field.required else ''}"


def _beside(word: str, style: str, lines: Sequence[Line], column: int, width: int) -> Iterator[Line]:
    """Lines to the right of a word; below it where there is little room."""
    start = column + 2 * _GAP
    if width - start < _NARROWEST_TEXT:
        start = 2 * _GAP
        yield [(" " * _GAP, PLAIN), (word, style)]
        head: Line = [(" " * start, PLAIN)]
    else:
        head = [(" " * _GAP, PLAIN), (left(word, column + _GAP), style)]
    for line in lines:
        for part in wrap(line, width - start):
            yield [*head, *part]
            head = [(" " * start, PLAIN)]


def moved(kind: str) -> str:
    """What an event of a kind moves, in words: titles of views."""
    titles = [VIEWS[view].title.lower() for view in moves(KINDS[kind])]
    if kind == "deal.completed":
        titles.append("all that its effects move")
    return ", ".join(titles) or "nothing of its own: it says what is known"


def _plain(kind: Described) -> dict[str, Any]:
    return {
        "kind": kind.kind,
        "family": kind.family,
        "text": kind.text,
        "fields": [
            {"name": e.name, "required": e.required, "meaning": e.meaning, "holds": e.holds, "own": e.own}
            for e in kind.fields
        ],
        "moves": list(moves(KINDS[kind.kind])),
        "example": kind.example,
    }


def _row(kind: Described) -> tuple[str, ...]:
    needed = [field.name for field in kind.fields if field.required]
    optional = [field.name for field in kind.fields if field.own and not field.required]
    return (
        kind.kind,
        kind.family,
        " ".join(needed),
        " ".join(optional),
        " ".join(moves(KINDS[kind.kind])),
        kind.summary,
    )
