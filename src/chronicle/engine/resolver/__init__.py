"""Which entity or deal a word means: by id, else by name, identifier or title."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, get_args

from attrs import field, frozen

from chronicle.engine import views
from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.resolver.folding import folded
from chronicle.engine.resolver.search import SearchWords
from chronicle.errors import NotFound, Problem, absent_of_few, named_by, nearest, printable
from chronicle.events import Right


@frozen
class Reference:
    """The meaning of a word: the ``id`` of an entity or of a deal."""

    kind: Literal["entity", "deal"]
    id: str


@frozen(slots=False)
class Resolver:
    """The entities and deals that can be asked for, by one day of knowledge.

    ``entities`` gives the ids of all entities that some event names and ``deals`` those of all deals, each
    sorted, whatever day they became known on. ``ledger`` has their names by the day of knowledge, and
    ``later`` gives the ledger of all that is known: a name that became known later is understood too. ``has``
    says whether there is an ``"entity"`` or a ``"deal"`` of an id, where that is known without all of them.
    """

    entities: Callable[[], Sequence[str]]
    deals: Callable[[], Sequence[str]]
    ledger: Ledger
    later: Callable[[], Ledger] | None = field(default=None)
    has: Callable[[str, str], bool] | None = field(default=None)

    def entity(self, word: str, day: datetime.date | None = None) -> str:
        """The id of the entity that ``word`` means: its id, its name or identifier on ``day`` or on any day.

        Case does not matter. An id that was linked to another means the one that stays, by the day of
        knowledge. Raises ``NotFound`` (C601): with all ids if several entities have the name, else with the
        nearest name.
        """
        named_by(word)
        found = self._entity(word, day)
        if found is None:
            help = self._hint(_near(word, self._known_as()))
            raise NotFound(Problem("C601", f'no entity "{printable(word)}"', help=help))
        return self._stays(found)

    def deal(self, word: str) -> str:
        """The id of the deal that ``word`` means: its id or a title that it ever had.

        Raises ``NotFound`` (C602): with all ids if several deals have the title, else with the nearest one.
        """
        named_by(word, "C602")
        found = word if self.is_deal(word) else self._deal(word)
        if found is None:
            near = _near(word, [*(title for title, _ in self._titles), *self.deals()])
            help = f"did you mean {near}?" if near else _count("deal", self.deals())
            raise NotFound(Problem("C602", f'no deal "{printable(word)}"', help=help))
        return found

    def either(self, word: str, day: datetime.date | None = None) -> Reference:
        """The entity or the deal that ``word`` means. An id comes before a name and a name before a title.

        Raises ``NotFound`` (C601, or C602 if the nearest name is of a deal) with the nearest of both.
        """
        named_by(word)
        if self.is_deal(word) and not self.is_entity(word):
            return Reference("deal", word)
        entity = self._entity(word, day)
        if entity is not None:
            return Reference("entity", self._stays(entity))
        deal = self._deal(word)
        if deal is not None:
            return Reference("deal", deal)
        raise self._neither(word)

    def nothing_like(self, text: str) -> NotFound:
        """The error (C601) for a search that finds nothing, with the nearest names, ids and titles."""
        everything = (*self.deals(), *self.entities(), *(title for title, _ in self._titles))
        # A name is suggested rather than the id that is made of it.
        known = {
            each.casefold().replace("-", " "): each for each in (*everything, *(n for n, _ in self._names))
        }
        from difflib import get_close_matches

        near = [known[each] for each in get_close_matches(text.casefold()[:100], known, n=3, cutoff=0.6)]
        said = " or ".join(filter(None, (", ".join(near[:-1]), *near[-1:])))
        help = f"did you mean {said}?" if near else _count("entity", self.entities())
        return NotFound(Problem("C601", f'nothing is called "{printable(text)}"', help=help))

    def key(self, view: str, words: Sequence[str], day: datetime.date | None = None) -> Key:
        """``words`` as the first parts of a key of ``view``: with ids instead of names of entities and deals.

        The key of a view of your own is left as it is. Raises ``NotFound`` as ``entity`` and ``deal`` do.
        """
        parts = views.KEYS.get(view)
        if parts is None:
            return tuple(words)
        named = zip(words, parts, strict=False)
        return (*(self.part(part, word, day) for word, part in named), *words[len(parts) :])

    def part(self, part: str, word: str, day: datetime.date | None = None) -> str:
        """``word`` as one part of a key: an id if the part is an entity or a deal, else as it is.

        Raises ``NotFound``: C601 for an unknown entity, C602 for a deal, C610 for a right that there is not.
        """
        if part == "right" and word not in get_args(Right):
            raise absent_of_few("C610", "right", word, get_args(Right))
        refers = views.REFERS[part]
        if refers == "deal":
            return self.deal(word)
        return self.entity(word, day) if refers == "entity" else word

    def ledgers(self) -> Iterator[Ledger]:
        """The ledger of the day of knowledge, then, if that is another, the one of all that is known."""
        yield self.ledger
        if self.later is not None:
            yield self.later()

    def is_entity(self, word: str) -> bool:
        """Whether a word is the id of an entity."""
        return word in self._ids if self.has is None else self.has("entity", word)

    def is_deal(self, word: str) -> bool:
        """Whether a word is the id of a deal."""
        return word in self._deal_ids if self.has is None else self.has("deal", word)

    def _stays(self, id: str) -> str:
        return self.ledger.names.get(id, id)

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(self.entities())

    @cached_property
    def _deal_ids(self) -> frozenset[str]:
        return frozenset(self.deals())

    def _entity(self, word: str, day: datetime.date | None) -> str | None:
        if self.is_entity(word):
            return word
        return _only(word, "entities", "C601", self._names_of_entities(word, day))

    def _names_of_entities(self, word: str, day: datetime.date | None) -> Iterable[Sequence[tuple[str, str]]]:
        """Names with the ids that have them, in the order in which they are tried; each list when needed.

        Of names of a ledger those that may be ``word``, whatever the case.
        """
        yield [(id, id) for id in self.entities()]
        names = _names(self.ledger, SearchWords(folded(word)))
        if day is not None:
            yield [(name, span.key[0]) for name, span in names if span.possible(day)]
        yield [(name, span.key[0]) for name, span in names]
        if self.later is not None:
            yield [(name, span.key[0]) for name, span in _names(self.later(), SearchWords(folded(word)))]

    def _deal(self, word: str) -> str | None:
        return _only(word, "deals", "C602", self._names_of_deals(word))

    def _names_of_deals(self, word: str) -> Iterable[Sequence[tuple[str, str]]]:
        yield [(id, id) for id in self.deals()]
        yield _titles(self.ledger, SearchWords(folded(word)))
        if self.later is not None:
            yield _titles(self.later(), SearchWords(folded(word)))

    @cached_property
    def _names(self) -> Sequence[tuple[str, Span]]:
        return _names(self.ledger)

    @cached_property
    def _titles(self) -> Sequence[tuple[str, str]]:
        return _titles(self.ledger)

    def _neither(self, word: str) -> NotFound:
        """The error (C601 or C602) for an unknown word, with the nearest of all entities and deals."""
        entities = self._known_as()
        deals = [*(title for title, _ in self._titles), *self.deals()]
        near = _near(word, (*deals, *entities))
        if near in deals and near not in entities:
            return NotFound(Problem("C602", f'no deal "{printable(word)}"', help=f"did you mean {near}?"))
        return NotFound(Problem("C601", f'no entity "{printable(word)}"', help=self._hint(near)))

    def _known_as(self) -> list[str]:
        # Ids come last: if an id and a name are alike, the id is suggested.
        return [*(name for name, _ in self._names), *self.entities()]

    def _hint(self, near: str | None) -> str | None:
        if near:
            return f"did you mean {near}?"
        return _count("entity", self.entities())


_SHOWN = 3


def _count(what: str, ids: Sequence[str]) -> str | None:
    """How many entities or deals there are, and some of them; None where there are none."""
    if not ids:
        return None
    some = ids[:_SHOWN]
    many = {"entity": "entities", "deal": "deals"}[what] if len(ids) > 1 else what
    return f"the history has {len(ids):,} {many}, such as {', '.join(some)}"


def _only(word: str, what: str, code: str, lists: Iterable[Sequence[tuple[str, str]]]) -> str | None:
    """The id that has the name ``word`` in the first of ``lists`` (of names with ids) that has it.

    Case does not matter. Raises ``NotFound`` if several ids have it; None if none has.
    """
    for candidates in lists:
        meant = {id for name, id in candidates if name.casefold() == word.casefold()}
        if len(meant) > 1:
            message = f'several {what} are called "{printable(word)}"'
            raise NotFound(Problem(code, message, help=f"give the id: {' or '.join(sorted(meant))}"))
        if meant:
            return meant.pop()
    return None


def _titles(ledger: Ledger, like: SearchWords | None = None) -> list[tuple[str, str]]:
    """Every title that a deal ever has, with the id of the deal; with ``like`` those that may be it."""
    return [(span.value.title, span.key[0]) for span in _spans(ledger, views.DEALS, like)]


def _names(ledger: Ledger, like: SearchWords | None = None) -> list[tuple[str, Span]]:
    """Every name and identifier that an entity ever has, with the span in which it has it.

    With ``like`` those that may be it.
    """
    names = [
        (name, span)
        for span in _spans(ledger, views.NAMES, like)
        for name in (span.value.name, span.value.short)
        if name
    ]
    identifiers = [
        (word, span)
        for span in _spans(ledger, views.IDENTIFIERS, like)
        for word in (span.key[2], f"{span.key[1]}:{span.key[2]}")
    ]
    return names + identifiers


def _spans(ledger: Ledger, view: str, like: SearchWords | None) -> Iterable[Span]:
    keys = ledger.keys(view) if like is None else like.keys(ledger, view)
    return (span for key in keys for span in ledger.cell(view, key))


def _near(word: str, names: Iterable[str]) -> str | None:
    """The name nearest to ``word``, whatever its case; the last of those that differ only in case."""
    by_folded = {name.casefold(): name for name in names}
    near = nearest(word.casefold(), by_folded)
    return by_folded[near] if near else None
