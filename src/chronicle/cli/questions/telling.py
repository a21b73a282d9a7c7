"""How the events of a history are told on the terms that a command was asked on."""

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
    """What is needed to tell of events: who tells them, each event by its id, what each deal does.

    ``events`` are as known, those not known as they were ``written``. ``effects`` are those that an
    event of a deal states, and for a completion that states none those last announced.
    """

    teller: Teller
    events: Mapping[str, Event]
    written: Mapping[str, Event]
    effects: Mapping[str, Sequence[Effect]]


def telling(history: History, asked: Asked, *others: Asked) -> Telling:
    """How ``history`` is told by what was known on the terms of ``asked``.

    Titles of deals that are not known by then are those known on the terms of ``others``.
    """
    from chronicle.render.words.names import namer
    from chronicle.render.words.sentences import Teller, titles_of

    known = _all_events(history, asked)
    titles: dict[str, str] = {}
    for terms in others:
        titles |= titles_of(iter(_all_events(history, terms)))
    titles |= titles_of(iter(known))
    name = namer(partial(history.as_of, known=asked.known, recorded=asked.recorded))
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
    """What each event of a deal announces, and what each completion that does something does."""
    from chronicle.events import announcements

    stated = (
        (event.id, getattr(event, "effects", None)) for event in ordered if event.kind.startswith("deal.")
    )
    found = {event: effects for event, effects in stated if effects is not None}
    for completion, said in announcements(ordered).items():
        found[completion] = said.effects or ()
    return found
