"""Which fact the words of a command line mean: in which views to look, and for which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from chronicle import views
from chronicle.cli.entity import entity_meant, entity_or_deal_meant

if TYPE_CHECKING:
    import datetime

    from chronicle.dates import PartialDate
    from chronicle.history import History

# What a key of one part and of two parts may be, what is asked for most first. Of the first two lists all
# views that have it are told, of the third the first one.
_OF_ALL = (views.MEMBERSHIPS, views.LINEAGE)
_OF_AN_ENTITY = (views.NAMES, views.STATUS, views.LISTINGS, views.SHARES, views.PROJECTS, *_OF_ALL)
_OF_A_UNIT = (views.UNITS, *_OF_ALL)
_OF_TWO = (views.HOLDINGS, views.CONTROL, views.UNITS, views.ROLES, views.MEMBERSHIPS, views.LINEAGE)

# The parts of keys that are no entities, and so go by their text.
_TEXTS = ("right", "deal", "scheme", "value", "exchange", "basis", "role", "together", "subject", "where")


Cells = tuple[tuple[str, tuple[str, ...]], ...]
"""Views to look in, each with the key, or the first parts of one, to look for."""


def key_meant(
    history: History, key: tuple[str, ...], view: str | None, on: datetime.date, known: PartialDate | None
) -> tuple[tuple[str, ...], Cells]:
    """What the words of a command line ask for, by ids, and where to look for it.

    ``view`` is None where the words alone decide. Raises ``NotFound`` for a word that is no entity
    (C601) and no deal (C602).
    """
    if view is not None:
        found = _key(history, key, view, on, known)
        return found, ((view, found),)
    if len(key) == 1:
        return _of_one(history, key[0], on, known)
    found = _key(history, key, views.HOLDINGS, on, known)
    if len(key) > len(views.KEYS[views.HOLDINGS]) or history.spans(*found, view=views.HOLDINGS):
        return found, ((views.HOLDINGS, found),)
    others = (each for each in _OF_TWO if history.spans(*found, view=each))
    return found, ((next(others, views.HOLDINGS), found),)


def _of_one(
    history: History, word: str, on: datetime.date, known: PartialDate | None
) -> tuple[tuple[str, ...], Cells]:
    if history.spans(word, view=views.DEALS):
        return (word,), ((views.DEALS, (word,)),)
    entity, deal = entity_or_deal_meant(history, word, on, known)
    if entity is None:
        assert deal is not None
        return (deal,), ((views.DEALS, (deal,)),)
    fitting = _OF_A_UNIT if history.spans(entity, view=views.UNITS) else _OF_AN_ENTITY
    # What it came out of is as much of its lineage as what came out of it.
    origins = (key for key in history.ledger(known).where(views.LINEAGE, 1, entity))
    return (entity,), (
        *((view, (entity,)) for view in fitting),
        *((views.LINEAGE, key) for key in sorted(origins)),
    )


def _key(
    history: History, words: tuple[str, ...], view: str, on: datetime.date, known: PartialDate | None
) -> tuple[str, ...]:
    """The key that ``words`` write: ids for the names of entities, other parts as they are."""
    parts = views.KEYS.get(view)
    if parts is None:
        return words
    if len(words) > len(parts):
        said = " ".join(part.upper() for part in parts)
        raise click.UsageError(f"{len(words)} words are more than a key of {view} has: {said}")
    return tuple(
        word if part in _TEXTS else entity_meant(history, word, on, known)
        for word, part in zip(words, parts, strict=False)
    )
