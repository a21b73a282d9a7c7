"""What events touch: the things that they share with others, what mergers move, and the effects of deals."""

from __future__ import annotations

from collections import defaultdict, deque
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
    own_entities_of,
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


def acting(event: Event) -> Sequence[str]:
    """The ids of the entities that an event names; not those in its effects, which may not exist yet."""
    return own_entities_of(event.kind)(event)


def touched_by(natural: Sequence[Event], deals: Mapping[str, list[int]]) -> list[tuple[sense.Thing, ...]]:
    """What each event touches, with its effects and with what mergers move."""
    found: list[tuple[sense.Thing, ...]] = []
    moving: list[int] = []
    following: list[Event] = []
    for index, event in enumerate(natural):
        found.append(sense.touches(event))
        if type(event) in _MOVING:
            moving.append(index)
    for indexes in deals.values():
        effects = possible_effects([natural[index] for index in indexes])
        following += effects
        for index in indexes:
            if isinstance(natural[index], DealCompleted) and effects:
                found[index] += _of_effects(effects)
                if any(isinstance(effect, _MOVING) for effect in effects):
                    moving.append(index)
    if moving:
        _add_moved(natural, following, deals, found, sorted(moving))
    return found


_MOVING = (MergerAbsorbed, MergerConsolidated, DemergerSplit)
# What events of an entity may write, though no sense of theirs asks for it.
_OF_ENTITIES = (views.NAMES, views.TYPES, views.STATUS, views.LINEAGE)


def begun_by(named: Sequence[Event], events: Iterable[Event]) -> Iterator[sense.Thing]:
    """The things in which the ``named`` events may begin something, themselves or by effects of their deals.

    ``events`` has those that state these effects.
    """
    completed = {event.deal for event in named if isinstance(event, DealCompleted)}
    staged: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events if completed else ():
        if type(event) in OF_DEALS and event.deal in completed:
            staged[event.deal or ""].append(event)
    effects = (effect for stages in staged.values() for effect in possible_effects(stages))
    for event in (*named, *effects):
        yield from sense.touches(event)
        yield from ((view, name) for name in acting(event) for view in _OF_ENTITIES)


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


_Things = defaultdict[str, dict[sense.Thing, None]]


def _add_moved(
    natural: Sequence[Event],
    following: Sequence[Event],
    deals: Mapping[str, list[int]],
    found: list[tuple[sense.Thing, ...]],
    moving: Sequence[int],
) -> None:
    """Add to mergers and splits what their parties have, or may come to have, and the cells it moves to.

    ``following`` are the effects that the deals may have.
    """
    held, of = _had((*natural, *following), found)
    handing = {index: _handed_over(natural, deals, index) for index in moving}
    by_giver: defaultdict[str, list[int]] = defaultdict(list)
    for index, pairs in handing.items():
        for giver in dict.fromkeys(giver for giver, _ in pairs):
            by_giver[giver].append(index)
    moved = {index: dict.fromkeys((*found[index], *_allotted(natural[index]))) for index in moving}
    queue, queued = deque(moving), set(moving)
    while queue:
        index = queue.popleft()
        queued.discard(index)
        # What one merger brings, another takes along or ends, even one that comes earlier by its date.
        for name in _move(handing[index], held, of, moved[index]):
            for other in by_giver.get(name, ()):
                if other not in queued and natural[index].date.order < natural[other].date.past:
                    queue.append(other)
                    queued.add(other)
    for index, things in moved.items():
        found[index] = tuple(things)


def _had(events: Iterable[Event], found: Sequence[tuple[sense.Thing, ...]]) -> tuple[_Things, _Things]:
    """What each company has by the events that say so, and the stakes that are held of each."""
    held: _Things = defaultdict(dict)
    of: _Things = defaultdict(dict)
    for touched in found:
        for thing in touched:
            if thing[0] == views.HOLDINGS:
                held[thing[1]].setdefault(thing)
                of[thing[2]].setdefault(thing)
    for event in events:
        for owner in _owners(event):
            held[owner].setdefault((views.UNITS, event.unit))  # type: ignore[attr-defined]  # only units have owners
        if isinstance(event, SharesIssued):
            # A subscriber holds shares, though an issue itself touches only their number.
            for subscriber, _ in event.subscribers:
                taken = (views.HOLDINGS, subscriber, event.issuer, "equity")
                held[subscriber].setdefault(taken)
                of[event.issuer].setdefault(taken)
    return held, of


def _allotted(event: Event) -> Iterator[sense.Thing]:
    """What a split passes on by name: it is compared with the end of that, also where the parent has none."""
    return ((views.STATUS, thing) for thing, _ in getattr(event, "allocation", ()))


def _handed_over(
    natural: Sequence[Event], deals: Mapping[str, list[int]], index: int
) -> list[tuple[str, str]]:
    """Which entity hands over to which by an event, or by the effects of its deal."""
    event = natural[index]
    effects = possible_effects([natural[other] for other in deals.get(event.deal or "", ())])
    return [pair for each in (event, *effects) for pair in _handing_over(each)]


def _move(
    pairs: Iterable[tuple[str, str]], held: _Things, of: _Things, things: dict[sense.Thing, None]
) -> set[str]:
    """Note in ``things`` what moves from givers to takers, and what is held of the givers.

    Gives the entities that come to have more by it, or of which more is held.
    """
    more: set[str] = set()
    for giver, taker in pairs:
        for thing in tuple(held[giver]):
            stake = thing[0] == views.HOLDINGS
            moved = (views.HOLDINGS, taker, *thing[2:]) if stake else thing
            things.update(dict.fromkeys((thing, moved)))
            if moved not in held[taker]:
                held[taker][moved] = None
                more.add(taker)
                if stake:
                    of[moved[2]].setdefault(moved)
                    more.add(moved[2])
        things.update(dict.fromkeys(of[giver]))
        things.setdefault((views.STATUS, giver))
        things.setdefault((views.STATUS, taker))
    return more


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
