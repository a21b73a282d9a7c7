"""What deals do: their effects become events when the deal completes, and not before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chronicle.events.deals import DealAgreed, DealCompleted, DealProposed
from chronicle.events.envelope import Effect, Event

_OF_DEALS = frozenset({DealProposed, DealAgreed, DealCompleted})


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


def with_effects(ordered: Iterable[Event], kinds: Mapping[str, type[Event]]) -> list[Event]:
    """Events in the order of replay, each completion of a deal followed by what the deal does.

    That is what the completion itself says, else what was last announced for the deal. A deal that
    completes twice does its effects once.
    """
    announced: dict[str, tuple[Effect, ...]] = {}
    result: list[Event] = []
    for event in ordered:
        result.append(event)
        if type(event) not in _OF_DEALS:
            continue
        if isinstance(event, DealCompleted):
            proposed = announced.pop(event.deal, ())
            effects = proposed if event.effects is None else event.effects
            result.extend(happened(effect, event, kinds) for effect in effects)
        elif isinstance(event, DealProposed | DealAgreed) and event.effects is not None:
            announced[event.deal] = event.effects
    return result
