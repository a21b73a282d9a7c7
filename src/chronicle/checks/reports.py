"""Doubts about reporting: reported before it happened, told twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from attrs import fields

from chronicle.checks.examined import Examined, involved
from chronicle.errors import Problem
from chronicle.events import (
    ENVELOPE,
    DealAgreed,
    DealProposed,
    EntityDeclared,
    Event,
    IdentityLinked,
    RecordCorrected,
    RecordRetracted,
)
from chronicle.values import Source

# What is announced is proposed or agreed; what is corrected is no happening of that day.
_ANNOUNCED = (DealProposed, DealAgreed, EntityDeclared, IdentityLinked, RecordCorrected, RecordRetracted)

_FORETOLD = ("reported", "rumoured")


def reported_too_early(examined: Examined) -> Iterator[Problem]:
    """C409: a source was published before what it reports had happened.

    An event with a confidence below confirmed is not doubted again: its author says that it was foretold.
    """
    for event in examined.events:
        if isinstance(event, _ANNOUNCED) or event.confidence in _FORETOLD or not event.sources:
            continue
        source = next((source for source in event.sources if _before(source, event)), None)
        if source is not None:
            yield Problem(
                "C409",
                f"event later than the source that reports it: {event.kind} is dated {event.date}, "
                f"and {source.publisher or source.title or source.url} was published on {source.published}",
                help="correct a date; say `confidence: reported` of what was announced ahead, and "
                "deal.proposed or deal.agreed of what may not come about",
                events=(event.id,),
            )


def _before(source: Source, event: Event) -> bool:
    return source.published is not None and source.published.latest < event.date.earliest


def told_twice(examined: Examined) -> Iterator[Problem]:
    """C410: two events of one kind say the same of the same days."""
    # Few events share a kind, a window and what they are about, so only these are compared in full.
    alike: defaultdict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in examined.events:
        about = tuple(getattr(event, name, None) for name in event.about)
        alike[(event.kind, event.date.order, *about)].append(event)
    for events in alike.values():
        if len(events) > 1:
            yield from _same(events)


def _same(events: list[Event]) -> Iterator[Problem]:
    first: dict[tuple[object, ...], Event] = {}
    for event in events:
        told = tuple(getattr(event, name) for name in _own_fields(type(event)))
        original = first.setdefault(told, event)
        if original is not event:
            yield Problem(
                "C410",
                f'the same event twice: "{event.id}" says what "{original.id}" says, '
                f"{event.kind} on {event.date}",
                help="keep one and put both sources there; if both happened, tell them apart in a field",
                events=involved(event.id, (original.id,)),
            )


def _own_fields(kind: type[Event]) -> tuple[str, ...]:
    """The fields that say what happened, the deal included: not the id, sources and remarks."""
    return tuple(each.name for each in fields(kind) if each.name not in ENVELOPE or each.name == "deal")
