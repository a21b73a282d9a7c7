"""What deals do: their effects become events when the deal completes, and not before."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from chronicle.events.deals import DealAgreed, DealCompleted, DealProposed, DealTerminated
from chronicle.events.envelope import Effect, Event

_OF_DEALS = frozenset({DealProposed, DealAgreed, DealCompleted, DealTerminated})

_Announcement = DealProposed | DealAgreed | DealCompleted


def happened(effect: Effect, completion: DealCompleted, kinds: Mapping[str, type[Event]]) -> Event:
    """The event that an effect becomes when its deal completes: on that day, by the same sources.

    ``kinds`` is the table of kinds. Raises ``InvalidEvents`` when the fields do not add up to an event.
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


def with_effects(
    ordered: Sequence[Event],
    kinds: Mapping[str, type[Event]],
    told: Mapping[str, Container[int]] = MappingProxyType({}),
) -> list[Event]:
    """Events in the order of replay, each completion of a deal followed by what the deal does.

    That is what the completion itself says, else what was last announced for the deal. A deal that
    completes twice does its effects once. ``told`` has by the id of a completion the places of those effects
    that an event of its own tells: they are left out.
    """
    sayings = announcements(ordered)
    if not sayings:
        return list(ordered)
    result: list[Event] = []
    for event in ordered:
        result.append(event)
        if isinstance(event, DealCompleted) and event.id in sayings:
            result.extend(
                happened(effect, event, kinds)
                for place, effect in enumerate(sayings[event.id].effects or ())
                if place not in told.get(event.id, ())
            )
    return result


def announcements(ordered: Iterable[Event]) -> dict[str, _Announcement]:
    """By the id of each completion that has effects: the event that says which, itself or an earlier one."""
    last: dict[str, _Announcement] = {}
    found: dict[str, _Announcement] = {}
    for event in ordered:
        if type(event) not in _OF_DEALS:
            continue
        if isinstance(event, DealCompleted):
            announced = last.pop(event.deal, None)
            saying = announced if event.effects is None else event
            if saying is not None:
                found[event.id] = saying
        elif isinstance(event, DealTerminated):
            last.pop(event.deal, None)
        elif isinstance(event, DealProposed | DealAgreed) and event.effects is not None:
            last[event.deal] = event
    return found
