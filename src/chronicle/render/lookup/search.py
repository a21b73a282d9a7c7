"""What a search found: the answer of ``chronicle search``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from attrs import frozen

from chronicle.engine.replay import Span
from chronicle.engine.resolver.search import SearchHit
from chronicle.render.layout import DIM, PLAIN, STRONG, Line, Page, clean, columns, left, page_width, wrap
from chronicle.render.lookup.shown import days_words, window_data
from chronicle.render.terms import Terms

_COLUMNS: Final = ("what", "id", "type", "names", "identifiers")
_GAP: Final = 2
_WIDEST_ID: Final = 28
_NARROWEST_TEXT: Final = 36


@frozen(eq=False)
class SearchPage:
    """Entities and deals, those that fit best first. ``more`` says how many are left out."""

    found: Sequence[SearchHit]
    terms: Terms
    more: int = 0

    def data(self) -> dict[str, Any]:
        """Each with its names and identifiers, and the days of these."""
        return {**self.terms.data(), "found": list(map(_plain, self.found)), "more": self.more}

    def rows(self) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
        """A row for each."""
        return _COLUMNS, map(_row, self.found)

    def lines(self) -> Iterator[str]:
        """One a line, with the columns of ``rows``."""
        for each in self.found:
            yield "\t".join(_row(each))

    def people(self, width: int) -> Page:
        """The id and the type of each, and beside them its names and identifiers."""
        return Page(lambda: self._page(page_width(width)))

    def _page(self, width: int) -> Iterator[Line]:
        id_column = max((columns(clean(each.id)) for each in self.found), default=0)
        id_column = min(id_column, _WIDEST_ID)
        type_column = max((len(_type(each)) for each in self.found), default=0)
        for each in self.found:
            yield from _told(each, id_column, type_column, width)
        yield []
        count = len(self.found) + self.more
        said = f"{count:,} found{self.terms.words()}"
        said += f"; {self.more:,} more are not shown" if self.more else ""
        yield from wrap([(said, DIM)], width)


def _told(found: SearchHit, id_column: int, type_column: int, width: int) -> Iterator[Line]:
    id = clean(found.id)
    start = id_column + type_column + 2 * _GAP
    head: Line = [(left(id, id_column + _GAP), STRONG), (left(_type(found), type_column + _GAP), DIM)]
    if width - start < _NARROWEST_TEXT or columns(id) > id_column:
        start = 2 * _GAP
        yield from wrap([(f"{id}  ", STRONG), (_type(found), DIM)], width)
        head = [(" " * start, PLAIN)]
    for line in _lines(found):
        for part in wrap(line, width - start):
            yield [*head, *part]
            head = [(" " * start, PLAIN)]
    if columns("".join(text for text, _ in head)) and head[0][0].strip():
        yield head


def _lines(found: SearchHit) -> Iterator[Line]:
    """Each name on a line of its own, then the identifiers."""
    for span in found.names:
        days = days_words(span)
        yield [(name_words(span), PLAIN), (f"  {days}" if days and found.kind == "entity" else "", DIM)]
    if found.identifiers:
        yield [("; ".join(map(identifier_words, found.identifiers)), DIM)]


def _type(found: SearchHit) -> str:
    if found.kind == "deal":
        return f"deal, {found.type}" if found.type else "deal"
    return found.type or "undeclared"


def name_words(span: Span) -> str:
    """A name, and the short one in parentheses; or a title."""
    value = span.value
    short = getattr(value, "short", None)
    return clean(getattr(value, "name", None) or value.title) + (f" ({clean(short)})" if short else "")


def identifier_words(span: Span) -> str:
    """An identifier, and where it is over its days."""
    days = days_words(span) if span.end is not None else ""
    return f"{clean(span.key[1])} {clean(span.key[2])}" + (f" {days}" if days else "")


def _row(found: SearchHit) -> tuple[str, ...]:
    names = []
    for span in found.names:
        days = days_words(span) if found.kind == "entity" else ""
        names.append(name_words(span) + (f" [{days}]" if days else ""))
    identifiers = (f"{clean(span.key[1])}:{clean(span.key[2])}" for span in found.identifiers)
    return (found.kind, clean(found.id), found.type or "", "; ".join(names), " ".join(identifiers))


def _plain(found: SearchHit) -> dict[str, Any]:
    what: dict[str, Any] = {"what": found.kind, "id": found.id}
    what["type" if found.kind == "entity" else "stage"] = found.type
    if found.kind == "deal":
        return {**what, "titles": [span.value.title for span in found.names]}
    return {
        **what,
        "names": [{**_named(span), **window_data(span)} for span in found.names],
        "identifiers": [
            {"scheme": span.key[1], "value": span.key[2], **window_data(span)} for span in found.identifiers
        ],
    }


def _named(span: Span) -> dict[str, Any]:
    return {"name": span.value.name, "short": span.value.short, "lang": span.value.lang}
