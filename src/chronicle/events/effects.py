"""The effects of deals, which become events when the deal completes, and not before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chronicle.events.deals import DealAgreed, DealCompleted, DealProposed, DealTerminated
from chronicle.events.envelope import Effect, Event

_STAGES_WITH_EFFECTS = frozenset({DealProposed, DealAgreed, DealCompleted, DealTerminated})

_Announcement = DealProposed | DealAgreed | DealCompleted


def happened(effect: Effect, completion: DealCompleted, kinds: Mapping[str, type[Event]]) -> Event:
    """The event that ``effect`` becomes: it has the id, date, sources and deal of ``completion``.

    ``kinds`` maps the names of kinds to their classes. Raises ``InvalidEvents`` when the fields of the effect
    do not make an event.
    """
    fields: dict[str, Any] = dict(effect.fields)
    return kinds[effect.kind](
        id=completion.id,
        date=completion.date,
        known=completion.known,
        sources=completion.sources,
        deal=completion.deal,
        confidence=completion.confidence,
        **fields,
    )


def with_effects(ordered: Sequence[Event], kinds: Mapping[str, type[Event]]) -> list[Event]:
    """The events in the order of replay, with the effects of each deal right after its completion.

    ``ordered`` are events in the order of replay. The effects are those that the completion gives itself,
    else those announced last for the deal. Those of a deal that completes twice happen once.
    """
    stated_by = announcements(ordered)
    if not stated_by:
        return list(ordered)
    result: list[Event] = []
    for event in ordered:
        result.append(event)
        if isinstance(event, DealCompleted) and event.id in stated_by:
            result.extend(happened(effect, event, kinds) for effect in stated_by[event.id].effects or ())
    return result


def announcements(ordered: Iterable[Event]) -> dict[str, _Announcement]:
    """By the id of each completion that has effects: the event that states them, itself or an earlier one."""
    last: dict[str, _Announcement] = {}
    found: dict[str, _Announcement] = {}
    for event in ordered:
        if type(event) not in _STAGES_WITH_EFFECTS:
            continue
        if isinstance(event, DealCompleted):
            announced = last.pop(event.deal, None)
            stating = announced if event.effects is None else event
            if stating is not None:
                found[event.id] = stating
        elif isinstance(event, DealTerminated):
            last.pop(event.deal, None)
        elif isinstance(event, DealProposed | DealAgreed) and event.effects is not None:
            last[event.deal] = event
    return found
