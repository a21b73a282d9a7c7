"""Findings about reports: published before the event, stated twice, reported by several sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from attrs import fields

from chronicle.engine.checks.examined import Examined, involved
from chronicle.errors import Problem
from chronicle.events import (
    COUNTED,
    ENVELOPE,
    DealAgreed,
    DealCompleted,
    DealProposed,
    EntityDeclared,
    Event,
    IdentityLinked,
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    alike,
    mirrored,
    overlap,
)
from chronicle.values import Source

# Kinds whose date may lie after the publication: an announcement, and records about other events.
_ANNOUNCED = (
    DealProposed,
    DealAgreed,
    EntityDeclared,
    IdentityLinked,
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
)

_FORETOLD = ("reported", "rumoured")


def reported_too_early(examined: Examined) -> Iterator[Problem]:
    """C409: a source was published before the event that it reports.

    Left out are events with a confidence below confirmed: by it their author says that they were foretold.
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
                help="correct one of the dates; or if it was announced ahead, say `confidence: reported`, "
                "or make it a deal.proposed or deal.agreed where it may not come about",
                events=(event.id,),
            )


def _before(source: Source, event: Event) -> bool:
    return source.published is not None and source.published.latest < event.date.earliest


def told_twice(examined: Examined) -> Iterator[Problem]:
    """C410: two events of one kind say the same, with dates that can be the same day.

    An observation that agrees with one of another day is none: it confirms it.
    """
    # Few events share their kind and subject, so only these are compared in full.
    subjects: defaultdict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in examined.events:
        if not event.apart:
            subjects[(event.kind, *(getattr(event, name, None) for name in event.about))].append(event)
    for events in subjects.values():
        if len(events) > 1:
            yield from _same(events)
    yield from _mirrored(examined.events)
    yield from _of_deals(examined)


def _of_deals(examined: Examined) -> Iterator[Problem]:
    """C410 for an event that says the same as an effect of a deal, where both count."""
    effects = [
        effect
        for event in examined.events
        if isinstance(event, DealCompleted)
        for effect in examined.under(event.id)
        if type(effect) in COUNTED
    ]
    if not effects:
        return
    own: defaultdict[str | None, list[Event]] = defaultdict(list)
    for event in examined.events:
        if type(event) in COUNTED and event.deal is None and not event.apart:
            own[_company(event)].append(event)
    for effect in effects:
        for event in own.get(_company(effect), ()):
            if overlap(event, effect) and event.after != effect.id and _same_happening(event, effect):
                deal = effect.deal
                yield Problem(
                    "C410",
                    f'the same event twice: "{event.id}" says what the deal {deal} does by "{effect.id}"',
                    help=f"say `deal: {deal}` on it if it tells the same; if both happened, `apart: yes`",
                    events=involved(event.id, (effect.id,)),
                )


def _company(event: Event) -> str | None:
    """The company whose shares an event is about."""
    return next(filter(None, (getattr(event, name, None) for name in ("target", "issuer", "project"))), None)


def _same_happening(event: Event, effect: Event) -> bool:
    if isinstance(event, StakeAcquired) and isinstance(effect, StakeDisposed):
        return mirrored(event, effect)
    if isinstance(event, StakeDisposed) and isinstance(effect, StakeAcquired):
        return mirrored(effect, event)
    return alike(event, effect)


def _mirrored(events: Sequence[Event]) -> Iterator[Problem]:
    """C410 for a purchase and a sale that are two sides of one happening, where both count."""
    bought: defaultdict[tuple[str, ...], list[StakeAcquired]] = defaultdict(list)
    sold: defaultdict[tuple[str, ...], list[StakeDisposed]] = defaultdict(list)
    for event in events:
        if isinstance(event, StakeAcquired) and not event.apart:
            bought[event.holder, event.target, event.right].append(event)
        elif isinstance(event, StakeDisposed) and not event.apart:
            sold[event.holder, event.target, event.right].append(event)
    pairs = [
        (one, two)
        for (_, target, right), ones in bought.items()
        for one in ones
        if one.seller is not None
        for two in sold.get((one.seller, target, right), ())
    ]
    pairs += [
        (one, two)
        for (_, target, right), twos in sold.items()
        for two in twos
        if two.buyer is not None
        for one in bought.get((two.buyer, target, right), ())
    ]
    for one, two in dict.fromkeys(pairs):
        if overlap(one, two) and mirrored(one, two):
            yield Problem(
                "C410",
                f'the same event twice: "{two.id}" says of the seller what "{one.id}" says of the buyer',
                help="if it happened once, keep one that names both sides and has both sources, and retract "
                "the other; if both happened, say `apart: yes` on one of them; until then each counts",
                events=involved(two.id, (one.id,)),
            )


def _same(events: list[Event]) -> Iterator[Problem]:
    alike: defaultdict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.date.order):
        seen = event.date.order if isinstance(event, StakeObserved) else None
        alike[(seen, *(getattr(event, name) for name in _own_fields(type(event))))].append(event)
    for told in alike.values():
        # By what they end: two ends of two beginnings are two events.
        firsts: dict[str | None, Event] = {}
        for event in told:
            ends = tuple(firsts) if event.ends is None else (event.ends, None)
            near = (firsts[end] for end in ends if end in firsts and overlap(firsts[end], event))
            first = next(near, None)
            if first is None:
                firsts[event.ends] = event
                continue
            firsts.setdefault(event.ends, event)
            if event.after != first.id and first.after != event.id:
                yield _twice(first, event)


def _twice(first: Event, second: Event) -> Problem:
    when = f"on {second.date}" if first.date == second.date else f"on {first.date} and on {second.date}"
    return Problem(
        "C410",
        f'the same event twice: "{second.id}" says what "{first.id}" says, {second.kind} {when}',
        help="if it happened once, keep one with both sources and retract the other; if both happened, "
        "say `apart: yes` on one of them; until then each counts",
        events=involved(second.id, (first.id,)),
    )


def _own_fields(kind: type[Event]) -> tuple[str, ...]:
    """The fields that say what happened, with the deal, and without id, sources and remarks."""
    return tuple(each.name for each in fields(kind) if each.name not in ENVELOPE or each.name == "deal")


def told_as_one(examined: Examined) -> Iterator[Problem]:
    """C417, C418: claims are counted as one happening, or it is open which happening a claim reports."""
    yield from examined.doubts
