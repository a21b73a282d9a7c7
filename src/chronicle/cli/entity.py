"""Which entity a word on the command line means: an id, else a name or an identifier."""

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
    ids = history.entity_ids()
    if word in ids:
        return word
    names = _names(history, known)
    on_the_day = [(name, span.key[0]) for name, span in names if day is None or span.possible(day)]
    ever = [(name, span.key[0]) for name, span in names]
    later = [] if known is None else [(name, span.key[0]) for name, span in _names(history, None)]
    for candidates in ([(id, id) for id in ids], on_the_day, ever, later):
        meant = {id for name, id in candidates if name.casefold() == word.casefold()}
        if len(meant) > 1:
            message = f'several entities are called "{word}"'
            raise NotFound(Problem("C601", message, help=f"give the id: {' or '.join(sorted(meant))}"))
        if meant:
            return meant.pop()
    raise NotFound(Problem("C601", f'no entity "{word}"', help=_hint(word, ids, ever)))


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


def _hint(word: str, ids: Sequence[str], names: Iterable[tuple[str, str]]) -> str | None:
    # An id comes last, so that of an id and a name that are alike it is the one that is offered.
    by_folded = {name.casefold(): name for name in (*(name for name, _ in names), *ids)}
    near = nearest(word.casefold(), by_folded)
    if near:
        return f"did you mean {by_folded[near]}?"
    some = ", ".join(ids[:_SHOWN])
    return f"the history has {len(ids):,} entities, such as {some}" if ids else None


_SHOWN = 3
