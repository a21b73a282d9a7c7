"""The sentences for events, by what a command was asked to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from chronicle.cli.asked import Asked
    from chronicle.events import Effect, Event
    from chronicle.history import History
    from chronicle.render.words.sentences import Teller


@frozen
class Telling:
    """What is needed to show events: the maker of sentences, events by id, and the effects of deals.

    ``events`` are as known, and as ``written`` where they are not known. ``effects`` are those that an event
    of a deal states, or, for a completion that states none, those announced last.
    """

    teller: Teller
    events: Mapping[str, Event]
    written: Mapping[str, Event]
    effects: Mapping[str, Sequence[Effect]]


def telling(history: History, asked: Asked, *others: Asked) -> Telling:
    """The sentences of ``history`` by the knowledge of ``asked``.

    A title of a deal that is not known by then is taken from the knowledge of ``others``. Of the rows of a
    replay there are no events to show, but their ids.
    """
    from chronicle.render.words.names import namer
    from chronicle.render.words.sentences import Teller, titles_of

    name = namer(partial(history.as_of, known=asked.known, recorded=asked.recorded))
    if not history.has_events:
        return Telling(Teller(name, {}), {}, {}, {})
    known = _all_events(history, asked)
    titles: dict[str, str] = {}
    for terms in others:
        titles |= titles_of(iter(_all_events(history, terms)))
    titles |= titles_of(iter(known))
    written = {event.id: event for event in history.events}
    return Telling(
        Teller(name, titles, history.known_since),
        written | {event.id: event for event in known},
        written,
        _effects(known),
    )


def _all_events(history: History, asked: Asked) -> tuple[Event, ...]:
    from chronicle.events import KINDS

    return history.timeline(kinds=KINDS, known=asked.known, recorded=asked.recorded)


def _effects(ordered: Sequence[Event]) -> dict[str, Sequence[Effect]]:
    """The effects that each event of a deal announces, and those of each completion."""
    from chronicle.events import announcements

    stated = (
        (event.id, getattr(event, "effects", None)) for event in ordered if event.kind.startswith("deal.")
    )
    found = {event: effects for event, effects in stated if effects is not None}
    for completion, said in announcements(ordered).items():
        found[completion] = said.effects or ()
    return found
