"""Which facts some words mean: the views in which to look, and the key."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from chronicle.engine import views
from chronicle.engine.lineage import line_between
from chronicle.engine.replay import Key, Ledger
from chronicle.engine.resolver import Resolver
from chronicle.engine.state import Fact

# The views to search for a key of one word and of two, the most asked first. For one word all views that have
# it are meant, for two words the first one.
_BY_PAGE = views.in_order((views.NAMES, views.STATUS, *views.ON_PAGES))
_OF_AN_ENTITY = tuple(view.name for view in _BY_PAGE if view.alone)
_OF_TWO = tuple(view.name for view in _BY_PAGE if view.names[:2] == (0, 1))
_OF_A_UNIT = (views.UNITS, *(view for view in _OF_TWO if view in _OF_AN_ENTITY))

Sought = tuple[tuple[str, Key], ...]
"""Views to look in, each with the key, or the first parts of one, to look for."""


def meant(
    resolver: Resolver, words: Sequence[str], day: datetime.date, view: str | None = None
) -> tuple[Key, Sought]:
    """The key that ``words`` (ids, names, titles) write, by ids, and the cells in which to look for it.

    Without ``view`` the words alone decide: one word means a deal, the owner of a unit, or all that an entity
    has by itself; several mean the first view that has them, most often a stake. Raises ``NotFound`` for a
    word that is no entity (C601) and no deal (C602).
    """
    if view is None and len(words) == 1:
        return _of_one(resolver, words[0], day)
    key = resolver.key(view or views.HOLDINGS, words, day)
    if view is not None:
        return key, ((view, key),)
    fitting = (each for ledger in resolver.ledgers() for each in _fitting(ledger, key))
    return key, ((next(fitting, views.HOLDINGS), key),)


def told(ledger: Ledger, view: str, key: Key) -> bool:
    """Whether anything is known of a key, or of a line of succession between the two that it names."""
    lines = view == views.LINEAGE and joined(ledger, key, datetime.date.max)
    return bool(lines or ledger.spans(view, *key))


def joined(ledger: Ledger, key: Key, day: datetime.date) -> tuple[Key, tuple[Fact, ...]] | None:
    """The line of succession by ``day`` between the two entities of a key: its ends and its successions.

    The earlier end comes first. None if neither came out of the other.
    """
    for first, last in (key, key[::-1]) if len(key) == 2 else ():
        found = line_between(ledger, first, last, day)
        if found:
            return (first, last), found
    return None


def known_instead(ledger: Ledger, key: Key) -> Sought:
    """The cells with facts about those whom ``key`` names, where nothing is known of what was asked for.

    For two words, cells of any view that have both, in either order: a role instead of a stake, or a stake
    the other way round. For one word, cells whose key begins with it. Empty where there are none.
    """
    named = [key[:2], key[1::-1]] if len(key) > 1 else [key]
    shipped = (view for view in (*_OF_TWO, *_OF_AN_ENTITY) if view in ledger.views)
    cells = ((view, found) for view in dict.fromkeys(shipped) for found in named)
    return tuple(
        dict.fromkeys((view, span.key) for view, found in cells for span in ledger.spans(view, *found))
    )


def _of_one(resolver: Resolver, word: str, day: datetime.date) -> tuple[Key, Sought]:
    if resolver.is_deal(word) and any(ledger.spans(views.DEALS, word) for ledger in resolver.ledgers()):
        return (word,), ((views.DEALS, (word,)),)
    reference = resolver.either(word, day)
    key = (reference.id,)
    if reference.kind == "deal":
        return key, ((views.DEALS, key),)
    fitting = _OF_A_UNIT if _is_unit(resolver, key) else _OF_AN_ENTITY
    # Its lineage includes what it came from, where it is the second part of the key.
    origins = sorted(resolver.ledger.where(views.LINEAGE, 1, reference.id))
    return key, (*((view, key) for view in fitting), *((views.LINEAGE, origin) for origin in origins))


def _is_unit(resolver: Resolver, key: Key) -> bool:
    """Whether an entity has an owner, or is called a unit and got one that was not known by then."""
    if resolver.ledger.spans(views.UNITS, *key):
        return True
    # What is known by then to be something else needs no look at all that is known, which is a replay more.
    types = {span.value.type for span in resolver.ledger.spans(views.TYPES, *key)}
    return types <= {"unit"} and any(ledger.spans(views.UNITS, *key) for ledger in resolver.ledgers())


def _fitting(ledger: Ledger, key: Key) -> Iterator[str]:
    """The views that have something of a key; that of lineage also where a line of several hops joins two."""
    yield from (view for view in _OF_TWO if ledger.spans(view, *key))
    if joined(ledger, key, datetime.date.max):
        yield views.LINEAGE
