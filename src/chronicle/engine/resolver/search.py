"""What a text may mean: every entity and deal that has it in a name, an identifier, an id or a title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from attrs import evolve, frozen

from chronicle.engine import views
from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.resolver.folding import folded

Rank = Literal[0, 1, 2, 3]
"""How well a text fits: it is the whole, it begins it, it begins a word of it, it is somewhere in it."""
_SOMEWHERE: Final = 3


@frozen
class SearchHit:
    """An entity or a deal that a search found.

    ``type`` is the type of the entity that is known last, or the last stage of the deal; None where nothing
    says it. ``names`` are all names that it ever had, oldest first, each with its days; of a deal its titles.
    ``identifiers`` are those that it ever had. ``begins`` says that a word of one of these begins so.
    """

    kind: Literal["entity", "deal"]
    id: str
    type: str | None
    names: tuple[Span, ...]
    identifiers: tuple[Span, ...] = ()
    begins: bool = True

    @property
    def called(self) -> str:
        """The name or the title that it had last, else its id."""
        if not self.names:
            return self.id
        value = self.names[-1].value
        return str(value.name if self.kind == "entity" else value.title)


def search(
    ledger: Ledger, text: str | None, entities: Sequence[str], deals: Sequence[str]
) -> list[SearchHit]:
    """The entities and deals of a ledger that have ``text``, those that it fits best first, then by id.

    Each word of ``text`` is somewhere in one name, identifier, id or title, whatever case, accents and
    widths. Without a text all entities. ``entities`` and ``deals`` are the ids that may be found; others are
    those that the ledger has names for.
    """
    if text is None:
        ids = {*entities, *(key[0] for key in ledger.keys(views.NAMES))}
        return [entity_found(ledger, id) for id in sorted(ids) if id not in ledger.names]
    wanted = SearchWords(folded(text))
    found: dict[tuple[Literal["entity", "deal"], str], int] = {}
    for kind, id, rank in _ranked(ledger, wanted, entities, deals):
        best = found.get((kind, id))
        found[kind, id] = rank if best is None else min(best, rank)
    best_first = sorted(found, key=lambda each: (found[each], each[0] == "deal", each[1]))
    hits = ((entity_found if kind == "entity" else deal_found)(ledger, id) for kind, id in best_first)
    return [evolve(hit, begins=found[hit.kind, hit.id] < _SOMEWHERE) for hit in hits]


def _ranked(
    ledger: Ledger, wanted: SearchWords, entities: Iterable[str], deals: Iterable[str]
) -> Iterator[tuple[Literal["entity", "deal"], str, int]]:
    """What fits, with its rank; an entity or a deal comes as often as something of it fits."""
    stays = ledger.names.get
    for id in entities:
        if (rank := wanted.rank(id)) is not None:
            yield "entity", stays(id, id), rank
    for key in wanted.keys(ledger, views.NAMES):
        for span in ledger.cell(views.NAMES, key):
            for name in (key[0], span.value.name, span.value.short):
                if name and (rank := wanted.rank(name)) is not None:
                    yield "entity", key[0], rank
    for id in deals:
        if (rank := wanted.rank(id)) is not None:
            yield "deal", id, rank
    for key in wanted.keys(ledger, views.DEALS):
        for span in ledger.cell(views.DEALS, key):
            if (rank := wanted.rank(span.value.title)) is not None:
                yield "deal", key[0], rank
    # A scheme and its value are two texts.
    for key in wanted.keys(ledger, views.IDENTIFIERS):
        ranks = [wanted.rank(key[2]), wanted.rank(f"{key[1]}:{key[2]}")]
        yield from (("entity", key[0], rank) for rank in ranks if rank is not None)


_WORD: Final = re.compile(r"[^\W_]+")


def _how_rare(run: str) -> tuple[bool, int]:
    return any(map(str.isdigit, run)), len(run)


class SearchWords:
    """The words that are looked for."""

    def __init__(self, text: str) -> None:
        self._text, self._words = text, text.split()
        # Its runs of letters and digits: a ledger may say where these cannot be, before anything is decoded.
        # First comes one that few texts may have: with a digit, else the longest.
        self._runs = sorted(set(_WORD.findall(text)), key=_how_rare, reverse=True)
        self.run = self._runs[0] if self._runs and self._runs[0].isascii() else ""

    def rank(self, text: str) -> Rank | None:
        """How well the words fit a text; None where they do not."""
        there = folded(text)
        if not self._words or not all(word in there for word in self._words):
            return None
        if there == self._text:
            return 0
        if there.startswith(self._text):
            return 1
        return 2 if re.search(rf"\b{re.escape(self._text)}", there) else 3

    def keys(self, ledger: Ledger, view: str) -> Iterable[Key]:
        """The keys of a view of names that may have all words in one text; of identifiers, in their texts."""
        like = self.in_several_texts if view == views.IDENTIFIERS else self.in_one_text
        return ledger.keys_like(view, like, self.run)

    def in_one_text(self, text: str) -> bool:
        """Whether a text, of which more may be said than is looked for, can have all words."""
        there = folded(text)
        return all(run in there for run in self._runs)

    def in_several_texts(self, text: str) -> bool:
        """The same of a text among others that have the words together."""
        return not self._runs or self._runs[0] in folded(text)


def entity_found(ledger: Ledger, id: str) -> SearchHit:
    """An entity by its id, with all names and identifiers that it ever had."""
    kinds = ledger.cell(views.TYPES, (id,))
    identifiers = [
        span for key in ledger.where(views.IDENTIFIERS, 0, id) for span in ledger.cell(views.IDENTIFIERS, key)
    ]
    type = kinds[-1].value.type if kinds else None
    return SearchHit("entity", id, type, ledger.cell(views.NAMES, (id,)), tuple(identifiers))


def deal_found(ledger: Ledger, id: str) -> SearchHit:
    """A deal by its id, with all titles that it ever had."""
    stages = ledger.cell(views.DEALS, (id,))
    titles: dict[str, Span] = {}
    for span in stages:
        titles.setdefault(span.value.title, span)
    return SearchHit("deal", id, stages[-1].value.stage if stages else None, tuple(titles.values()))
