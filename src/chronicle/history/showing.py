"""What is shown of a history by the command line and by pages, of which only what is shown is read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from chronicle.dates import Day
from chronicle.engine.resolver.search import deal_found, entity_found
from chronicle.errors import NotFound, Problem, printable
from chronicle.events import Event, RecordRetracted
from chronicle.render.words.names import namer
from chronicle.render.words.sentences import Teller, titles_of
from chronicle.render.words.telling import DealTitles, Telling, telling_some, without_events

if TYPE_CHECKING:
    from chronicle.engine.why import Why
    from chronicle.history import History
    from chronicle.render.lookup.shown import ShownThing
    from chronicle.render.pages.diff import Changes
    from chronicle.render.terms import Terms

LARGE: Final = 20_000
"""The number of events beyond which a question about one thing goes through no more than concerns it."""


def size(history: History) -> int:
    """How many events there are, without reading those of a store; rows of a replay have none."""
    if not history.has_events:
        return 0
    head = history.head
    return len(history.events) if head is None else head.position


def is_large(history: History) -> bool:
    """Whether a question about one thing leaves out what would go through all events."""
    return size(history) > LARGE


def teller_of(history: History, terms: Terms, *others: Terms) -> Teller:
    """What tells some events of a history, of which it reads no more than the deals that they belong to.

    A title of a deal that is not known by ``terms`` is taken from what is known by ``others``.
    """
    titles = DealTitles(*(partial(history.of_deal, **_by(each)) for each in (terms, *others)))
    return Teller(namer(partial(history.as_of, **_by(terms))), titles, history.known_since)


def telling_reasons(history: History, whys: Sequence[Why], terms: Terms) -> Telling:
    """What tells the events of some reasons."""
    return telling_some(
        [step.event for why in whys for step in why.steps],
        partial(history.of_deal, **_by(terms)),
        history.as_written,
        partial(history.as_of, **_by(terms)),
        history.known_since,
    )


def titles_told(history: History, events: Sequence[Event], terms: Terms) -> dict[str, str]:
    """The titles of the deals of some events, also where the events that give them are not among these."""
    named = titles_of(iter(events))
    titles = DealTitles(partial(history.of_deal, **_by(terms)))
    deals = dict.fromkeys(event.deal for event in events if event.deal is not None)
    return named | {deal: titles[deal] for deal in deals if deal not in named and deal in titles}


def events_told(history: History, events: Iterable[str], terms: Terms) -> Mapping[str, Event]:
    """Some events by their ids: as they are known, and as they were written where they are not."""
    wanted = [*dict.fromkeys(events)]
    known = {event.id: event for event in history.several(wanted, **_by(terms))}
    return {event: known.get(event) or history.as_written(event) for event in wanted}


def changes_shown(
    history: History,
    what_if: History,
    days: tuple[datetime.date, datetime.date],
    terms: tuple[Terms, Terms],
    entity: str | None,
) -> Changes:
    """What changed between two sides, the second of ``what_if``; of ``entity`` (an id) what concerns it.

    Of an entity in a large history what changed through others is left out, since it goes through everything.
    """
    from chronicle.render.pages.diff import Changes

    asked: dict[str, Any] = {
        "entity": entity,
        "known": (terms[0].known, terms[1].known),
        "recorded": terms[1].recorded,
        "what_if": what_if,
    }
    kept = history.diff(*days, **asked)
    large = is_large(history)
    through = None if large and entity is not None else history.diff_through_others(*days, **asked)
    before, after = terms
    if not history.has_events:
        by_rows = without_events(partial(history.as_of, **_by(after))).teller
        return Changes(kept, days, terms, by_rows, {}, entity, through)
    behind = [each.events for each in kept]
    if through is not None:
        behind += [*(each.events for each in through.shares), *(each.events for each in through.control)]
    events = events_told(what_if, chain.from_iterable(behind), after)
    return Changes(kept, days, terms, teller_of(what_if, after, before), events, entity, through, large)


def event_shown(history: History, id: str, terms: Terms) -> ShownThing:
    """One event as written and as corrected, with its corrections and what it changed.

    Raises ``NotFound`` (C608) for an id that does not exist or was not known by then.
    """
    from chronicle.render.lookup.event import OneEvent

    by = _by(terms)
    about = history.statements_about(id, **by)
    counted = next(iter(history.several([id], **by)), None)
    if counted is None and not any(isinstance(each, RecordRetracted) for each in about):
        message = f'event "{printable(id)}" was not known yet'
        raise NotFound(Problem("C608", message, help="ask by what was known later"))
    written = history.as_written(id)
    one = OneEvent(
        written=written,
        counted=counted,
        place=history.place(id),
        position=history.position(id),
        knowledge=history.known_since(written),
        statements=about,
        moved=history.moved_by(id, **by),
        teller=teller_of(history, terms),
    )
    return one.shown(terms)


def deal_with_events(history: History, id: str, terms: Terms) -> ShownThing:
    """One deal, by its id, with its stages, effects and events. Raises ``NotFound`` (C602)."""
    from chronicle.render.lookup.deal import deal_shown

    ledger = history.ledger(**_by(terms))
    events = history.timeline(deal=id, **_by(terms))
    told = teller_of(history, terms)
    return deal_shown(deal_found(ledger, id), ledger.cell("deals", (id,)), events, told, terms)


def entity_shown(history: History, id: str, day: Day, terms: Terms) -> ShownThing:
    """One entity, by its id, with all that is known of it and what is so on a day. Raises ``NotFound``."""
    from chronicle.render.lookup.entity import OneEntity

    ledger = history.ledger(**_by(terms))
    id = ledger.names.get(id, id)
    one = OneEntity(
        found=entity_found(ledger, id),
        status=ledger.cell("status", (id,)),
        events=history.timeline(id, **_by(terms)),
        state=history.as_of(day, **_by(terms)),
        teller=teller_of(history, terms),
    )
    return one.shown(terms)


def _by(terms: Terms) -> dict[str, Any]:
    return {"known": terms.known, "recorded": terms.recorded}
