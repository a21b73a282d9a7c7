"""The sentences for events, by what was known on a day and recorded by a time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from attrs import frozen

from chronicle.engine.state import State
from chronicle.errors import NotFound
from chronicle.events import Effect, Event, Knowledge, announcements
from chronicle.render.words.names import namer
from chronicle.render.words.sentences import Teller, titles_of


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


class DealTitles(Mapping[str, str]):
    """The titles of deals, each looked up when it is first needed.

    Each of ``ways`` gives the events of a deal by its id, and raises ``NotFound`` for one that is not known;
    the first by which there is a title counts.
    """

    def __init__(self, *ways: Callable[[str], Sequence[Event]]) -> None:
        self._ways = ways
        self._found: dict[str, str] = {}

    def __getitem__(self, deal: str) -> str:
        """The last title of a deal. Raises ``KeyError`` for one without."""
        ways = iter(() if deal in self._found else self._ways)
        while deal not in self._found:
            events_of = next(ways, None)
            if events_of is None:
                raise KeyError(deal)
            with suppress(NotFound):
                self._found |= titles_of(iter(events_of(deal)))
        return self._found[deal]

    def __iter__(self) -> Iterator[str]:
        """The deals whose titles were looked up."""
        return iter(self._found)

    def __len__(self) -> int:
        """How many titles were looked up."""
        return len(self._found)


def telling_of(
    known: Sequence[Event],
    written: Iterable[Event],
    state_on: Callable[[datetime.date], State],
    known_since: Callable[[Event], Knowledge],
    others: Iterable[Sequence[Event]] = (),
) -> Telling:
    """What tells events: those ``known``, in order of replay, and all as ``written``.

    A title of a deal that is not among those known is taken from ``others``, which were known at other times.
    """
    titles: dict[str, str] = {}
    for events in others:
        titles |= titles_of(iter(events))
    titles |= titles_of(iter(known))
    by_id = {event.id: event for event in written}
    return Telling(
        Teller(namer(state_on), titles, known_since),
        by_id | {event.id: event for event in known},
        by_id,
        _effects(known),
    )


def telling_some(
    told: Sequence[Event],
    events_of: Callable[[str], Sequence[Event]],
    as_written: Callable[[str], Event],
    state_on: Callable[[datetime.date], State],
    known_since: Callable[[Event], Knowledge],
) -> Telling:
    """What tells the events ``told`` alone, as they are known, without the others of a history.

    ``events_of`` gives the events of a deal, as for ``DealTitles``, and ``as_written`` an event by its id.
    """
    deals = dict.fromkeys(event.deal for event in told if event.deal is not None)
    effects: dict[str, Sequence[Effect]] = {}
    for deal in deals:
        effects |= _effects(events_of(deal))
    return Telling(
        Teller(namer(state_on), DealTitles(events_of), known_since),
        {event.id: event for event in told},
        {event.id: as_written(event.id) for event in told},
        effects,
    )


def without_events(state_on: Callable[[datetime.date], State]) -> Telling:
    """What tells of the rows of a replay, of which there are no events to show, but their ids."""
    return Telling(Teller(namer(state_on), {}), {}, {}, {})


def _effects(ordered: Sequence[Event]) -> dict[str, Sequence[Effect]]:
    """The effects that each event of a deal announces, and those of each completion."""
    stated = (
        (event.id, getattr(event, "effects", None)) for event in ordered if event.kind.startswith("deal.")
    )
    found = {event: effects for event, effects in stated if effects is not None}
    for completion, said in announcements(ordered).items():
        found[completion] = said.effects or ()
    return found
