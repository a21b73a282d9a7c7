"""What a check is given: the events, their order, and the ledger that replay made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from attrs import evolve, frozen

from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.sense import touches
from chronicle.errors import Problem
from chronicle.events import (
    DealAgreed,
    DealCompleted,
    DealProposed,
    Event,
    references,
)

_SHOWN = 5


@frozen(eq=False)
class Examined:
    """A history under examination.

    ``events`` are as known now, in order of position. ``ordered`` are the same in the order of replay, where
    the completion of a deal is followed by its effects as events, which carry its id. ``ledger`` is what
    replay made of ``ordered``. ``doubts`` are the findings about claims that were joined into one happening
    before.
    """

    events: tuple[Event, ...]
    ordered: tuple[Event, ...]
    ledger: Ledger
    doubts: tuple[Problem, ...] = ()

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each event stands in ``events``, by id."""
        return {event.id: position for position, event in enumerate(self.events)}

    @cached_property
    def by_id(self) -> Mapping[str, Event]:
        """The events by id; a completion, not the effects that carry its id."""
        found: dict[str, Event] = {}
        for event in (*self.events, *self.ordered):
            found.setdefault(event.id, event)
        return found

    def under(self, identifier: str) -> Sequence[Event]:
        """The events with an id: one event, or the effects of the completion of a deal."""
        effects = self._effects.get(identifier)
        return effects if effects is not None else [self.by_id[identifier]]

    @cached_property
    def _effects(self) -> Mapping[str, Sequence[Event]]:
        found: defaultdict[str, list[Event]] = defaultdict(list)
        for event in self.ordered:
            if self.by_id[event.id] is not event:
                found[event.id].append(event)
        return found

    @cached_property
    def entities(self) -> Sequence[tuple[Event, tuple[str, ...]]]:
        """Each event in the order of replay, with the entities that it names, each once.

        The effects of a proposed or agreed deal are left out: they may name what does not exist before
        completion.
        """
        return [(event, tuple(dict.fromkeys(_named(event)))) for event in self.ordered]

    def ended(self, view: str, key: Key, event: str) -> Sequence[Span]:
        """The spans of a cell that an event ended, in the order of replay: the values before the event."""
        return self._ended.get((view, key, event), ())

    @cached_property
    def _ended(self) -> Mapping[tuple[str, Key, str], Sequence[Span]]:
        found: defaultdict[tuple[str, Key, str], list[Span]] = defaultdict(list)
        for span in self.ledger:
            if span.ended_by is not None:
                found[span.view, span.key, span.ended_by].append(span)
        return found


def _named(event: Event) -> Iterator[str]:
    if isinstance(event, DealProposed | DealAgreed | DealCompleted) and event.effects is not None:
        event = evolve(event, effects=None)
    return (identifier for _, target, identifier in references(event) if target == "entity")


Check = Callable[[Examined], Iterator[Problem]]


def ends_its_own(event: Event, examined: Examined) -> bool:
    """Whether the ``ends`` of an event names an event that touches the same cells."""
    begun = examined.by_id.get(event.ends or "")
    return begun is not None and not set(touches(begun)).isdisjoint(touches(event))


def listed(words: Iterable[str]) -> str:
    """``words`` as an enumeration for a sentence, shortened where there are many."""
    found = list(words)
    if len(found) > _SHOWN:
        return f"{', '.join(found[:_SHOWN])} and {len(found) - _SHOWN} more"
    return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))


def involved(first: str, *others: Iterable[str]) -> tuple[str, ...]:
    """The ids of the events of a problem, each once: the one to correct first, then its provenance."""
    return tuple(dict.fromkeys((first, *(identifier for group in others for identifier in group))))
