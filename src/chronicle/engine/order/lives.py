"""What founds, ends and brings back entities, and the acts whose place beside these has to be found out."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain
from operator import attrgetter

from attrs import Factory, evolve, field, frozen

from chronicle.engine.order.touching import OF_DEALS, acting, possible_effects_of
from chronicle.events import (
    ENDS_OF_TIES,
    KINDS,
    NO_ACTS,
    DealAgreed,
    DealApproved,
    DealCompleted,
    DealProposed,
    DealTerminated,
    DemergerSplit,
    EntityDissolved,
    EntityFounded,
    EntityReinstated,
    Event,
    MergerAbsorbed,
    MergerConsolidated,
    ended_by,
    founded_by,
    revived_by,
)

MERGERS = (MergerAbsorbed, MergerConsolidated, DemergerSplit)


@frozen
class Lives:
    """Whether any entity is founded or ends, when each begins, and whose life orders nothing.

    ``begun`` has by entity the beginnings that events tell of themselves, each as the ``order`` and the
    ``past`` of its date; ``founded`` are those that are founded so. The life of those orders nothing that
    certainly act before being founded or after their end (``contradicted``), and of those by whose lives
    events were ordered that would make more sense without (``against``). ``loose`` are ids of events that no
    life orders by itself, as they stand among some that make no sense in any order: the search weighs their
    lives like other sense.
    """

    any: bool
    founded: frozenset[str]
    begun: Mapping[str, Sequence[tuple[int, int]]]
    contradicted: frozenset[str]
    against: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    ignored: frozenset[str] = field(
        init=False, default=Factory(lambda self: self.contradicted | self.against, takes_self=True)
    )

    def begins_before(self, entity: str, event: Event, since: int = 0) -> bool:
        """Whether the entity certainly began before an event, and not before the time ``since``."""
        order = event.date.order
        return any(since <= begin and past <= order for begin, past in self.begun.get(entity, ()))

    def without(self, against: Set[str], loose: Set[str]) -> Lives:
        """The same where the lives of more entities, and for more events, order nothing."""
        return evolve(self, against=self.against | against, loose=self.loose | loose)


Life = tuple[Event, Event]
"""An event that founds, ends or brings back an entity, and what does so: itself, or an effect of it."""


def lives_of(reaching: Sequence[Event]) -> Mapping[str, list[Life]]:
    """The foundings, ends and reinstatements by entity."""
    lives: defaultdict[str, list[Life]] = defaultdict(list)
    for event in reaching:
        if type(event) is EntityFounded:
            lives[event.entity].append((event, event))
        elif type(event) in _OTHER_LIVES:
            _note((event, event), lives)
    for life in _effects_of_lives(reaching):
        _note(life, lives)
    return lives


def _note(life: Life, lives: defaultdict[str, list[Life]]) -> None:
    for entity in dict.fromkeys((*ended_by(life[1]), *revived_by(life[1]))):
        lives[entity].append(life)


def _effects_of_lives(reaching: Sequence[Event]) -> Iterator[Life]:
    """The effects of deals that found, end or bring back an entity, each with the completion of its deal."""
    stated: defaultdict[str, list[Event]] = defaultdict(list)
    for event in reaching:
        if type(event) in _STATING:
            # Few have such an effect: no event is made of the others.
            for effect in event.effects or ():  # type: ignore[attr-defined]  # by kind
                if effect.kind in _KINDS_OF_LIVES:
                    found = (each for each in possible_effects_of(event) if type(each) in _LIVES)
                    stated[event.deal or ""].extend(found)
                    break
    for event in reaching if stated else ():
        if type(event) is DealCompleted:
            for effect in stated.get(event.deal, ()):
                yield event, effect


_STATING: frozenset[type[Event]] = OF_DEALS - {DealTerminated}
_OTHER_LIVES = frozenset({*MERGERS, EntityDissolved, EntityReinstated})
_LIVES = frozenset({*_OTHER_LIVES, EntityFounded})
_KINDS_OF_LIVES = frozenset(name for name, kind in KINDS.items() if kind in _LIVES)


_NO_ACTS: frozenset[type[Event]] = frozenset(NO_ACTS)


def bound_by_lives(
    natural: Sequence[Event],
    reaching: Sequence[Event],
    lives: Mapping[str, list[Life]],
    named: Mapping[str, Set[str]],
) -> dict[str, Event]:
    """By id, foundings and ends, and the acts of an entity whose windows overlap one of these.

    Among them are completions of deals whose effects name the entity: ``named`` has their names by deal.
    """
    if not lives:
        return {}
    parties: dict[str, tuple[str, ...]] = {}
    windows = {
        entity: [(life.date.order, life.date.past, life) for life, _ in events]
        for entity, events in lives.items()
    }
    furthest = max(past for each in windows.values() for _, past, _ in each)
    found: dict[str, Event] = {}
    if _by_date(natural):
        natural = natural[: bisect_left(natural, furthest, key=_date_order)]
    for event in natural:
        if type(event) in _NO_ACTS or (type(event) is EntityFounded and not event.founders):
            continue
        # An approval names nobody, but ends the doubts about a deal of which a party has ended.
        approves = type(event) is DealApproved
        if approves and not parties:
            stated = (each for each in reaching if isinstance(each, DealProposed | DealAgreed))
            parties = {each.deal: each.parties for each in stated}
        if type(event) is DealCompleted:
            entities: Iterable[str] = {*acting(event), *named.get(event.deal, ())}
        else:
            entities = parties.get(event.deal or "", ()) if approves else acting(event)
        order, past = event.date.order, event.date.past
        for entity in entities:
            for begin, end, life in windows.get(entity, ()):
                if order < end and begin < past and life is not event:
                    # All events of the life are needed to decide the order of the two.
                    found[event.id] = event
                    found.update((each.id, each) for each, _ in lives[entity])
    return found


def ending_in(lives: Mapping[str, list[Life]]) -> Set[str]:
    """Who ends in some lives."""
    return {name for name, told in lives.items() if any(name in ended_by(does) for _, does in told)}


def told_of(
    natural: Sequence[Event],
    named_by: Sequence[Event],
    lives: Mapping[str, list[Life]],
    *,
    any_orders: bool,
) -> Lives:
    """What the search has to know of lives; ``any_orders`` says whether a life may order something.

    ``named_by`` has all events of ``natural`` that name somebody who ends, and perhaps others. Both may be
    empty where nothing is to be ordered.
    """
    begun = {
        entity: [
            (event.date.order, event.date.past)
            for event, does in events
            if event is does and entity in revived_by(event)
        ]
        for entity, events in lives.items()
    }
    founded = (entity for entity, events in lives.items() if any(map(_founds_itself, events)))
    return Lives(any_orders, frozenset(founded), begun, _contradicted(natural, named_by, lives))


def _founds_itself(life: Life) -> bool:
    return type(life[0]) is EntityFounded


def _contradicted(
    natural: Sequence[Event], named_by: Sequence[Event], lives: Mapping[str, list[Life]]
) -> frozenset[str]:
    """The entities that certainly act before being founded or after their end: such a life orders nothing."""
    bounds = {entity: _bounds(entity, events) for entity, events in lives.items()}
    found: set[str] = set()
    for event in chain(_before_the_last(bounds.values(), natural), named_by):
        order, past = event.date.order, event.date.past
        for entity in acting(event) if type(event) not in _NO_ACTS else ():
            begun, over = bounds.get(entity, (_NEVER_BEGUN, _NEVER_OVER))
            # Most acts certainly lie between: what is against them is not asked.
            if (past <= begun or order >= over) and any(
                _against(event, life, entity, lives[entity]) for life in lives[entity]
            ):
                found.add(entity)
    return frozenset(found)


_NEVER_BEGUN, _NEVER_OVER = -1, 2**62


def _before_the_last(bounds: Iterable[tuple[int, int]], natural: Sequence[Event]) -> Sequence[Event]:
    """All events that may certainly come before some founding: few come before the last one."""
    last = max((begun for begun, _ in bounds), default=_NEVER_BEGUN)
    return natural[: bisect_left(natural, last, key=_date_order)] if _by_date(natural) else natural


def _by_date(natural: Sequence[Event]) -> bool:
    """Whether the events are sorted by their dates: one with ``after`` may stand behind later ones."""
    return all(event.after is None for event in natural)


def _bounds(entity: str, lives: Iterable[Life]) -> tuple[int, int]:
    """No act is against any of some lives that ends after the first number and begins before the second."""
    begun, over = _NEVER_BEGUN, _NEVER_OVER
    for event, does in lives:
        if entity in founded_by(does):
            begun = max(begun, event.date.order)
        elif entity in ended_by(does):
            over = min(over, event.date.past)
    return begun, over


def _against(act: Event, life: Life, entity: str, lives: Iterable[Life]) -> bool:
    event, does = life
    if act is event:
        return False
    if entity in founded_by(does):
        return act.date.past <= event.date.order
    over = entity in ended_by(does) and not isinstance(act, ENDS_OF_TIES)
    if not over or act.date.order < event.date.past:
        return False
    return not any(entity in revived_by(does) and _between(event, back, act) for back, does in lives)


def _between(one: Event, two: Event, three: Event) -> bool:
    """Whether the second event may come after the first and before the third."""
    return one.date.order < two.date.past and two.date.order < three.date.past


_date_order = attrgetter("date.order")
