"""Which entity or deal a word on the command line means: an id, else a name, an identifier or a title."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from chronicle import views
from chronicle.errors import NotFound, Problem, nearest

if TYPE_CHECKING:
    from chronicle.dates import PartialDate
    from chronicle.history import History
    from chronicle.replay import Span


def entity_meant(
    history: History, word: str, day: datetime.date | None = None, known: PartialDate | None = None
) -> str:
    """The id of the entity that ``word`` means: its id, its name or identifier on ``day`` or any day.

    A name that nobody knew on ``known`` still says who is meant. Upper and lower case are the same.
    Raises ``NotFound`` (C601), with all of them when several entities have the name, else with what is
    nearest.
    """
    found = _entity(history, word, day, known)
    if found is None:
        raise NotFound(Problem("C601", f'no entity "{word}"', help=_hint(history, word, known)))
    return found


def entity_or_deal_meant(
    history: History, word: str, day: datetime.date | None = None, known: PartialDate | None = None
) -> tuple[str | None, str | None]:
    """The id of the entity that ``word`` means, or of the deal: by its id or by a title it ever had.

    A pair of which one is None. An id comes before a name and a name before a title. Raises
    ``NotFound`` (C601, and C602 where only a deal comes near) with what is nearest of both.
    """
    if word not in history.entity_ids() and word in history.deal_ids():
        return None, word
    entity = _entity(history, word, day, known)
    if entity is not None:
        return entity, None
    deal = _deal(history, word, known)
    if deal is not None:
        return None, deal
    raise _neither(history, word, known)


def _entity(history: History, word: str, day: datetime.date | None, known: PartialDate | None) -> str | None:
    ids = history.entity_ids()
    if word in ids:
        return word
    names = _names(history, known)
    on_the_day = [(name, span.key[0]) for name, span in names if day is None or span.possible(day)]
    ever = [(name, span.key[0]) for name, span in names]
    later = [] if known is None else [(name, span.key[0]) for name, span in _names(history, None)]
    return _only(word, "entities", "C601", ([(id, id) for id in ids], on_the_day, ever, later))


def _deal(history: History, word: str, known: PartialDate | None) -> str | None:
    later = [] if known is None else _titles(history, None)
    ids = [(id, id) for id in history.deal_ids()]
    return _only(word, "deals", "C602", (ids, _titles(history, known), later))


def _only(word: str, what: str, code: str, lists: Iterable[Sequence[tuple[str, str]]]) -> str | None:
    """The id that ``word`` is a name of in the first list (of names with ids) that has it.

    Upper and lower case are the same. Raises ``NotFound`` where it is the name of several ids.
    """
    for candidates in lists:
        meant = {id for name, id in candidates if name.casefold() == word.casefold()}
        if len(meant) > 1:
            message = f'several {what} are called "{word}"'
            raise NotFound(Problem(code, message, help=f"give the id: {' or '.join(sorted(meant))}"))
        if meant:
            return meant.pop()
    return None


def _titles(history: History, known: PartialDate | None) -> list[tuple[str, str]]:
    """Every title that a deal ever has, with the id of the deal."""
    return [(span.value.title, span.key[0]) for span in history.spans(view=views.DEALS, known=known)]


def _neither(history: History, word: str, known: PartialDate | None) -> NotFound:
    """The error of a word that is nobody's, with the nearest of all entities and deals."""
    entities = _known_as(history, known)
    deals = [*(title for title, _ in _titles(history, known)), *history.deal_ids()]
    near = _near(word, (*deals, *entities))
    if near in deals and near not in entities:
        return NotFound(Problem("C602", f'no deal "{word}"', help=f"did you mean {near}?"))
    help = f"did you mean {near}?" if near else _some(history.entity_ids())
    return NotFound(Problem("C601", f'no entity "{word}"', help=help))


def _names(history: History, known: PartialDate | None) -> list[tuple[str, Span]]:
    """Every name and identifier that an entity ever has, with the span in which it has it."""
    names = [
        (name, span)
        for span in history.spans(view=views.NAMES, known=known)
        for name in (span.value.name, span.value.short)
        if name
    ]
    identifiers = [
        (word, span)
        for span in history.spans(view=views.IDENTIFIERS, known=known)
        for word in (span.key[2], f"{span.key[1]}:{span.key[2]}")
    ]
    return names + identifiers


def _hint(history: History, word: str, known: PartialDate | None) -> str | None:
    near = _near(word, _known_as(history, known))
    return f"did you mean {near}?" if near else _some(history.entity_ids())


def _known_as(history: History, known: PartialDate | None) -> list[str]:
    # An id comes last, so that of an id and a name that are alike it is the one that is offered.
    return [*(name for name, _ in _names(history, known)), *history.entity_ids()]


def _near(word: str, names: Iterable[str]) -> str | None:
    """The name nearest to ``word``, whatever its case; of those that are alike the last."""
    by_folded = {name.casefold(): name for name in names}
    near = nearest(word.casefold(), by_folded)
    return by_folded[near] if near else None


def _some(ids: Sequence[str]) -> str | None:
    return f"the history has {len(ids):,} entities, such as {', '.join(ids[:_SHOWN])}" if ids else None


_SHOWN = 3
