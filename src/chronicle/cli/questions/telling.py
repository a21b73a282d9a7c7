"""The sentences for all events, by what a command was asked to use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chronicle.cli.asked import Asked
    from chronicle.events import Event
    from chronicle.history import History
    from chronicle.render.words.telling import Telling


def telling(history: History, asked: Asked, *others: Asked) -> Telling:
    """The sentences of ``history`` by the knowledge of ``asked``.

    A title of a deal that is not known by then is taken from the knowledge of ``others``. Of the rows of a
    replay there are no events to show, but their ids.
    """
    from chronicle.render.words.telling import telling_of, without_events

    name = partial(history.as_of, known=asked.known, recorded=asked.recorded)
    if not history.has_events:
        return without_events(name)
    return telling_of(
        _all_events(history, asked),
        history.events,
        name,
        history.known_since,
        [_all_events(history, terms) for terms in others],
    )


def _all_events(history: History, asked: Asked) -> tuple[Event, ...]:
    from chronicle.events import KINDS

    return history.timeline(kinds=KINDS, known=asked.known, recorded=asked.recorded)
