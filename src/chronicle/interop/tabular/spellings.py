"""The texts of which ids of entities were made, so that two texts of one id are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, cast

from attrs import Factory, define

from chronicle.errors import Place, Problem, shown
from chronicle.interop.incoming import RowRead
from chronicle.interop.tabular.templates import Filling, Row, Slot, Template

MOST_TEXTS: Final = 100_000
"""How many texts an import remembers; beyond that, two texts with one id may pass unseen."""

_TOLD: Final = 10


class _Pair(NamedTuple):
    """Two texts that made one id, and the place of the row that had the second."""

    one: str
    other: str
    place: Place | None

    def row(self) -> str:
        """Where the second text is, as a message says it."""
        return "" if self.place is None else f" ({self.place.file}:{self.place.line})"


@define
class Spellings:
    """Which texts made which id. Case and blanks make no other text.

    ``reading`` gives the row that is being read.
    """

    reading: Callable[[], RowRead | None] = lambda: None
    _cells: dict[str, tuple[Callable[[object], str], object]] = Factory(dict)
    _pairs: dict[str, _Pair] = Factory(dict)

    def noting(self, filled: Filling, stated: Filling, indexes: Sequence[int]) -> Filling:
        """``filled``, the id of a template, with a note of what is ``stated`` where it is made.

        ``indexes`` are those of the cells of which both are made.
        """
        seen: dict[object, str] = {}
        key = _key(indexes)

        def text_of(cells: object) -> str:
            row = dict(zip(indexes, cells if isinstance(cells, tuple) else (cells,), strict=True))
            return " ".join((stated(cast(Row, row)) or "").split())

        def noted(row: Row) -> str | None:
            cells = key(row)
            if (known := seen.get(cells)) is not None:
                return known
            id = filled(row)
            if id is not None and len(seen) < MOST_TEXTS:
                seen[cells] = id
                self._note(id, text_of, cells)
            return id

        return noted

    def _note(self, id: str, text_of: Callable[[object], str], cells: object) -> None:
        # The texts themselves are only made where two rows with other cells have one id.
        first = self._cells.setdefault(id, (text_of, cells)) if len(self._cells) < MOST_TEXTS else None
        if first is None or (first[1] is cells and first[0] is text_of):
            return
        one, other = first[0](first[1]), text_of(cells)
        if one.casefold() != other.casefold() and id not in self._pairs:
            row = self.reading()
            self._pairs[id] = _Pair(one, other, None if row is None else row.place())

    def problems(self) -> Iterator[Problem]:
        """A warning (C710) that lists the first pairs of texts that make one id each, with their rows.

        Its place is the row that has the second text of the first pair.
        """
        if not self._pairs:
            return
        first, several = next(iter(self._pairs.values())), len(self._pairs) > 1
        listed = [
            f"{id} of {shown(_told(pair.one))} and {shown(_told(pair.other))}{pair.row() if several else ''}"
            for id, pair in list(self._pairs.items())[:_TOLD]
        ]
        more = len(self._pairs) - len(listed)
        count = f"{len(self._pairs):,} ids are" if several else "one id is"
        message = f"{count} made of two texts: {'; '.join(listed)}" + (f"; and {more:,} more" if more else "")
        help = "where these are two entities, make their ids of a column that tells them apart"
        yield Problem("C710", message, first.place, help)


def _key(indexes: Sequence[int]) -> Callable[[Row], object]:
    if len(indexes) == 1:
        only = indexes[0]
        return lambda row: row[only]
    return lambda row: tuple([row[index] for index in indexes])


def apart(template: Template) -> Template:
    """A template that keeps its cells apart, so that 1-2 and 3 is another text than 1 and 2-3."""
    parts = ((part, _BETWEEN) if isinstance(part, Slot) else (part,) for part in template.parts)
    return Template(tuple(part for pair in parts for part in pair))


_BETWEEN: Final = "\ue000"  # of private use, so that no name has it


def _told(text: str) -> str:
    return text.removesuffix(_BETWEEN).replace(_BETWEEN, " ")
