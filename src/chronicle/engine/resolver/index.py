"""All names of a ledger in one text, for many searches of a large one."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Final, overload

from attrs import evolve, field, frozen

from chronicle.engine import views
from chronicle.engine.replay import Ledger
from chronicle.engine.resolver.folding import folded
from chronicle.engine.resolver.search import SearchHit, deal_found, entity_found

_WHOLE, _BEGINNING, _WORD, _SOMEWHERE = range(4)
_RANKS: Final = 4


@frozen(eq=False)
class SearchIndex:
    """The names, identifiers, ids and titles of all entities and deals of a ledger, to be searched often.

    It finds what ``search`` finds, in the same order. ``_all`` has each text on a line of its own, those of
    one entity or deal together; ``_begins`` says where each line begins, and ``_owners`` whose it is.
    """

    _ledger: Ledger
    _ids: Sequence[str]
    _entities: int
    _all: str
    _begins: array[int]
    _owners: array[int]

    @classmethod
    def of(cls, ledger: Ledger, entities: Iterable[str], deals: Iterable[str]) -> SearchIndex:
        """The index of a ledger; ``entities`` and ``deals`` are ids that may be found without a name."""
        stays = ledger.names.get
        named: dict[str, set[str]] = {}
        for id in entities:
            named.setdefault(stays(id, id), set()).add(folded(id))
        for key, name in ledger.values(views.NAMES):
            texts = named.setdefault(key[0], {folded(key[0])})
            texts.update(folded(text) for text in (name.name, name.short) if text)
        for (entity, scheme, value), _ in ledger.values(views.IDENTIFIERS):
            named.setdefault(entity, set()).update((folded(value), folded(f"{scheme}:{value}")))
        titled = {id: {folded(id)} for id in deals}
        for key, stage in ledger.values(views.DEALS):
            titled.setdefault(key[0], set()).add(folded(stage.title))
        in_order = [*sorted(named.items()), *sorted(titled.items())]
        lines = [text for _, texts in in_order for text in texts]
        owners = (number for number, (_, texts) in enumerate(in_order) for _ in texts)
        begins = array("Q", chain([0], accumulate(len(line) + 1 for line in lines)))
        ids = [id for id, _ in in_order]
        return cls(ledger, ids, len(named), "\n".join([*lines, ""]), begins, array("I", owners))

    def find(self, text: str) -> FoundHits:
        """What ``text`` may mean, what it fits best first; each hit is made when it is looked at."""
        wanted = folded(text)
        words = wanted.split()
        ranked: list[list[int]] = [[] for _ in range(_RANKS)]
        if words:
            for owner, rank in self._found(wanted, words):
                ranked[rank].append(owner)
        begin = sum(map(len, ranked[:_SOMEWHERE]))
        return FoundHits(self, array("I", chain.from_iterable(ranked)), begin)

    def entities(self) -> FoundHits:
        """All entities, in order of id."""
        return FoundHits(self, array("I", range(self._entities)), self._entities)

    def _found(self, wanted: str, words: Sequence[str]) -> Iterable[tuple[int, int]]:
        """Whom the words fit, in order, each with its best rank."""
        everything, begins, owners = self._all, self._begins, self._owners
        rarest, several = min(words, key=everything.count), len(words) > 1
        begins_word = re.compile(rf"\b{re.escape(wanted)}").search
        before, best = -1, _RANKS
        at = everything.find(rarest)
        while at >= 0:
            line = bisect_right(begins, at) - 1
            text = everything[begins[line] : begins[line + 1] - 1]
            if not several or all(word in text for word in words):
                if text.startswith(wanted):
                    rank = _WHOLE if len(text) == len(wanted) else _BEGINNING
                else:
                    rank = _WORD if begins_word(text) else _SOMEWHERE
                if owners[line] == before:
                    best = min(best, rank)
                else:
                    if before >= 0:
                        yield before, best
                    before, best = owners[line], rank
            at = everything.find(rarest, begins[line + 1])
        if before >= 0:
            yield before, best

    def hit(self, number: int, begins: bool) -> SearchHit:
        """The entity or deal of this number; ``begins`` says that a word of it begins as the text does."""
        id, is_entity = self._ids[number], number < self._entities
        found = entity_found(self._ledger, id) if is_entity else deal_found(self._ledger, id)
        return evolve(found, begins=begins)


@frozen(eq=False)
class FoundHits(Sequence[SearchHit]):
    """What was found, in order; ``_begin`` of them begin a word."""

    _index: SearchIndex
    _numbers: array[int]
    _begin: int = field(default=0)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> SearchHit: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[SearchHit]: ...
    def __getitem__(self, place: int | slice) -> SearchHit | Sequence[SearchHit]:
        """A hit, or several."""
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        at = range(len(self))[place]
        return self._index.hit(self._numbers[at], at < self._begin)
