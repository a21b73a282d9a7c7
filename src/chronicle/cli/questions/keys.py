"""Which facts the words of a command line mean: the views to search, and the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chronicle.engine import views

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from chronicle.dates import PartialDate
    from chronicle.engine.replay import Ledger
    from chronicle.history import History

# The views to search for a key of one word and of two, the most asked first. For one word all views that have
# it are shown, for two words the first one.
_BY_PAGE = views.in_order((views.NAMES, views.STATUS, *views.ON_PAGES))
_OF_AN_ENTITY = tuple(view.name for view in _BY_PAGE if view.alone)
_OF_TWO = tuple(view.name for view in _BY_PAGE if view.names[:2] == (0, 1))
_OF_A_UNIT = (views.UNITS, *(view for view in _OF_TWO if view in _OF_AN_ENTITY))

Cells = tuple[tuple[str, tuple[str, ...]], ...]
"""Views to look in, each with the key, or the first parts of one, to look for."""


def key_meant(
    history: History, key: tuple[str, ...], view: str | None, on: datetime.date, known: PartialDate | None
) -> tuple[tuple[str, ...], Cells]:
    """The key that the words of a command line write, by ids, and the cells in which to look.

    Without ``view`` the words alone decide. Raises ``NotFound`` for a word that is no entity (C601) and no
    deal (C602).
    """
    if view is not None:
        found = _key(history, key, view, on, known)
        return found, ((view, found),)
    if len(key) == 1:
        return _of_one(history, key[0], on, known)
    found = _key(history, key, views.HOLDINGS, on, known)
    fitting = (each for by in _ledgers(history, known) for each in _OF_TWO if by.spans(each, *found))
    return found, ((next(fitting, views.HOLDINGS), found),)


def known_later(history: History, cells: Cells, known: PartialDate | None) -> bool:
    """Whether what is asked for became known only after the day of knowledge."""
    if known is None:
        return False
    ledger = history.ledger()
    return any(ledger.spans(view, *parts) for view, parts in cells)


def known_instead(ledger: Ledger, key: tuple[str, ...]) -> Cells:
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


def _ledgers(history: History, known: PartialDate | None) -> Iterator[Ledger]:
    """The ledger of the day of knowledge, then that of all that is known."""
    yield history.ledger(known)
    if known is not None:
        yield history.ledger()


def _of_one(
    history: History, word: str, on: datetime.date, known: PartialDate | None
) -> tuple[tuple[str, ...], Cells]:
    if any(ledger.spans(views.DEALS, word) for ledger in _ledgers(history, known)):
        return (word,), ((views.DEALS, (word,)),)
    meant = history.resolve(word, on, known)
    if meant.kind == "deal":
        return (meant.id,), ((views.DEALS, (meant.id,)),)
    entity = meant.id
    is_unit = any(ledger.spans(views.UNITS, entity) for ledger in _ledgers(history, known))
    fitting = _OF_A_UNIT if is_unit else _OF_AN_ENTITY
    # Its lineage includes what it came from, where it is the second part of the key.
    origins = (key for key in history.ledger(known).where(views.LINEAGE, 1, entity))
    return (entity,), (
        *((view, (entity,)) for view in fitting),
        *((views.LINEAGE, key) for key in sorted(origins)),
    )


def _key(
    history: History, words: tuple[str, ...], view: str, on: datetime.date, known: PartialDate | None
) -> tuple[str, ...]:
    """The key that ``words`` write: ids for the names of entities, other parts unchanged."""
    parts = views.KEYS.get(view)
    if parts is None:
        return words
    if len(words) > len(parts):
        said = " ".join(part.upper() for part in parts)
        raise click.UsageError(f"{len(words)} words are more than a key of {view} has: {said}")
    return history.resolver(known).key(view, words, on)
