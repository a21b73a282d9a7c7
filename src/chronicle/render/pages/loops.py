"""Where companies hold shares of each other in circles: the answer of ``chronicle loops``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from attrs import Factory, field, frozen

from chronicle.engine.state import State
from chronicle.events import Right
from chronicle.ownership import Edge, Loop
from chronicle.render.layout import DIM, DOUBT, PLAIN, STRONG, Line, Page, clean, page_width, wrap
from chronicle.render.terms import Terms
from chronicle.render.tree import Branch, tree
from chronicle.render.words.days import day_words
from chronicle.render.words.names import names_of
from chronicle.render.words.owners import ARROW, Called, factor_text, figure, listed, loop_words

_COLUMNS: Final = (
    "loop",
    "holder",
    "target",
    "right",
    "share",
    "minimum",
    "maximum",
    "certain",
    "factor",
    "closed",
    "above",
    "events",
    "holder_name",
    "target_name",
)
_SHOWN: Final = 40


@frozen(eq=False)
class Circles:
    """The loops of one right on a day."""

    state: State
    loops: tuple[Loop, ...]
    right: Right
    terms: Terms
    called: Called = field(init=False, default=Factory(lambda self: names_of(self.state), takes_self=True))

    # As data

    def data(self) -> dict[str, Any]:
        """Each loop: its members, the shares within it, its factor."""
        return {
            "as_of": self.state.as_of.isoformat(),
            **self.terms.data(),
            "right": self.right,
            "loops": list(map(self._loop, self.loops)),
        }

    def _loop(self, loop: Loop) -> dict[str, Any]:
        return {
            "members": list(loop.members),
            "factor": factor_text(loop),
            "closed": loop.closed,
            "above": list(loop.above),
            "certain": loop.certain,
            "holdings": [
                {
                    "holder": edge.holder,
                    "target": edge.target,
                    "share": edge.share.to_json(),
                    "certain": edge.certain,
                    "events": list(edge.events),
                }
                for edge in loop.edges
            ],
            "events": list(loop.events),
            "names": [self.state.name(member) for member in loop.members],
        }

    # As a table

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each share within a loop; ``loop`` is the number of the loop."""
        return _COLUMNS, self._rows()

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for number, loop in enumerate(self.loops, start=1):
            for edge in loop.edges:
                yield self._row(number, loop, edge)

    def _row(self, number: int, loop: Loop, edge: Edge) -> tuple[str, ...]:
        ends = edge.share.to_json() or {}
        return (
            str(number),
            clean(edge.holder),
            clean(edge.target),
            self.right,
            edge.share.canonical(),
            *(ends.get("exact", ends.get(end, "")) for end in ("min", "max")),
            "certain" if edge.certain else "possible",
            factor_text(loop) or "",
            "yes" if loop.closed else "no",
            clean(" ".join(loop.above)),
            clean(" ".join(edge.events)),
            clean(self.state.name(edge.holder) or ""),
            clean(self.state.name(edge.target) or ""),
        )

    def lines(self) -> Iterator[str]:
        """A share within a loop a line, with the columns of ``rows``."""
        for row in self._rows():
            yield "\t".join(row)

    # As a page

    def people(self, width: int) -> Page:
        """A loop with the shares within it, one after the other."""
        return Page(lambda: self._page(page_width(width)))

    def _page(self, width: int) -> Iterator[Line]:
        by = "" if self.right == "equity" else f", by {self.right}"
        yield from wrap([("Loops", STRONG)], width)
        yield from wrap([(f"on {day_words(self.state.as_of)}{by}{self.terms.words()}", PLAIN)], width)
        if not self.loops:
            yield []
            yield from wrap(
                [(self.terms.too_early() or "No companies hold shares of each other in circles.", PLAIN)],
                width,
            )
        for loop in self.loops:
            yield []
            yield from tree(Branch(tuple(self._said(loop)), self._shares(loop)), width)

    def _said(self, loop: Loop) -> Iterator[Line]:
        doubt = "" if loop.certain else ", possible"
        yield [(loop_words(loop, self.called), STRONG), (doubt, DOUBT)]
        alone = len(loop.members) == 1
        if loop.closed:
            wholly = "it owns itself" if alone else "they own each other"
            yield [(f"{wholly} wholly: nobody outside has anything of {'it' if alone else 'them'}", PLAIN)]
        elif loop.endless:
            yield [("all that goes around comes back, or more: it has no factor", PLAIN)]
        elif loop.factor is None:
            yield [(f"{len(loop.members):,} companies: too many for a factor", DIM)]
        else:
            yield [(f"factor {factor_text(loop)}", DIM)]
        if loop.above:
            names = ", ".join(listed(loop.above, self.called))
            yield [("! ", DOUBT), (f"more than the whole is held of {names}, see `chronicle check`", PLAIN)]

    def _shares(self, loop: Loop) -> tuple[Branch, ...]:
        lines = [self._share(edge) for edge in loop.edges[:_SHOWN]]
        more = len(loop.edges) - _SHOWN
        if more > 0:
            lines.append([(f"{more:,} more shares", DIM)])
        return tuple(Branch((line,)) for line in lines)

    def _share(self, edge: Edge) -> Line:
        return [
            (f"{figure(edge.share)}  ", STRONG),
            (f"{self.called(edge.holder)}{ARROW}{self.called(edge.target)}", PLAIN),
            ("" if edge.certain else ", possible", DOUBT),
        ]
