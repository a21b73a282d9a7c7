"""What events touch: the things that they share with others, what mergers move, and the effects of deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chronicle.engine import sense, views
from chronicle.events import (
    KINDS,
    DealAgreed,
    DealCompleted,
    DealProposed,
    DealTerminated,
    DemergerSplit,
    Event,
    MergerAbsorbed,
    MergerConsolidated,
    SharesIssued,
    happened,
    references,
)

ANNOUNCED = "announced"
"""A view of the search only: which event stated the effects of a deal last."""

OF_DEALS = frozenset({DealProposed, DealAgreed, DealCompleted, DealTerminated})


def deal_step(
    event: Event, announced: Event | None, told: Mapping[str, frozenset[int]]
) -> tuple[list[Event], Event | None]:
    """The effects of an event of a deal, and the event that states the effects of the deal afterwards.

    ``told`` maps the id of a completion to the places of the effects that are left out, since separate events
    report them.
    """
    if isinstance(event, DealCompleted):
        saying = announced if event.effects is None else event
        effects = getattr(saying, "effects", None) or ()
        left_out = told.get(event.id, ())
        kept = (effect for place, effect in enumerate(effects) if place not in left_out)
        return [happened(effect, event, KINDS) for effect in kept], None
    if isinstance(event, DealTerminated):
        return [], None
    return [], event if getattr(event, "effects", None) is not None else announced


def acting(event: Event) -> Iterator[str]:
    """The ids of the entities that an event names; not those in its effects, which may not exist yet."""
    found = references(event)
    effects = getattr(event, "effects", None) or ()
    own = sum(1 for _ in references(event)) - sum(1 for effect in effects for _ in references(effect))
    return (name for _, (_, target, name) in zip(range(own), found, strict=False) if target == "entity")


def touched_by(natural: Sequence[Event], deals: Mapping[str, list[int]]) -> list[tuple[sense.Thing, ...]]:
    """What each event touches, with its effects and with what mergers move."""
    found: list[tuple[sense.Thing, ...]] = []
    moving: list[int] = []
    for index, event in enumerate(natural):
        found.append(sense.touches(event))
        if type(event) in _MOVING:
            moving.append(index)
    for indexes in deals.values():
        effects = possible_effects([natural[index] for index in indexes])
        for index in indexes:
            if isinstance(natural[index], DealCompleted) and effects:
                found[index] += _of_effects(effects)
                if any(isinstance(effect, _MOVING) for effect in effects):
                    moving.append(index)
    if moving:
        _add_moved(natural, deals, found, sorted(moving))
    return found


_MOVING = (MergerAbsorbed, MergerConsolidated, DemergerSplit)


def possible_effects(staged: Sequence[Event]) -> list[Event]:
    """Every effect that any event of a deal announces, as events of the completion; empty without one."""
    completion = next((event for event in staged if isinstance(event, DealCompleted)), None)
    if completion is None:
        return []
    announced = (effect for event in staged for effect in getattr(event, "effects", None) or ())
    return [happened(effect, completion, KINDS) for effect in announced]


def possible_effects_of(event: Event) -> list[Event]:
    """The effects that one event of a deal announces, as events on its own date."""
    announced = getattr(event, "effects", None)
    if not announced:
        return []
    completion = DealCompleted(id=event.id, date=event.date, deal=event.deal or "")
    return [happened(effect, completion, KINDS) for effect in announced]


def _of_effects(effects: Iterable[Event]) -> tuple[sense.Thing, ...]:
    return tuple(dict.fromkeys(thing for effect in effects for thing in sense.touches(effect)))


def _add_moved(
    natural: Sequence[Event],
    deals: Mapping[str, list[int]],
    found: list[tuple[sense.Thing, ...]],
    moving: Sequence[int],
) -> None:
    """Add to mergers and splits what their parties have, or may come to have, and the cells it moves to."""
    held: defaultdict[str, dict[sense.Thing, None]] = defaultdict(dict)
    of: defaultdict[str, dict[sense.Thing, None]] = defaultdict(dict)
    for touched in found:
        for thing in touched:
            if thing[0] == views.HOLDINGS:
                held[thing[1]].setdefault(thing)
                of[thing[2]].setdefault(thing)
    for event in natural:
        for owner in _owners(event):
            held[owner].setdefault((views.UNITS, event.unit))  # type: ignore[attr-defined]  # only units have owners
        if isinstance(event, SharesIssued):
            # A subscriber holds shares, though an issue itself touches only their number.
            for subscriber, _ in event.subscribers:
                taken = (views.HOLDINGS, subscriber, event.issuer, "equity")
                held[subscriber].setdefault(taken)
                of[event.issuer].setdefault(taken)
    for index in moving:
        event = natural[index]
        merged = [event, *possible_effects([natural[other] for other in deals.get(event.deal or "", ())])]
        things: dict[sense.Thing, None] = dict.fromkeys(found[index])
        for each in merged:
            for giver, taker in _handing_over(each):
                for thing in tuple(held[giver]):
                    moved = (views.HOLDINGS, taker, *thing[2:]) if thing[0] == views.HOLDINGS else thing
                    held[taker].setdefault(moved)
                    things.update(dict.fromkeys((thing, moved)))
                things.update(dict.fromkeys(of[giver]))
                things.setdefault((views.STATUS, giver))
                things.setdefault((views.STATUS, taker))
        found[index] = tuple(things)


def _owners(event: Event) -> tuple[str, ...]:
    return tuple(filter(None, (getattr(event, name, None) for name in ("owner", "from_", "to"))))


def _handing_over(event: Event) -> Iterator[tuple[str, str]]:
    if isinstance(event, MergerAbsorbed):
        yield event.absorbed, event.survivor or event.absorbed
    elif isinstance(event, MergerConsolidated):
        for predecessor in event.predecessors:
            yield predecessor, event.successor or predecessor
    elif isinstance(event, DemergerSplit):
        for successor in event.successors:
            yield event.parent, successor
