"""The events whose order may matter: found in one quick pass, since in most histories they are few of many.

Two events that concern the same and whose windows overlap are candidates, and so is whatever else concerns
that. Deals with effects, mergers and splits, `after`, and what overlaps a founding or an end come besides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any

from attrs import define, field, frozen

from chronicle import sense
from chronicle.dates import PartialDate
from chronicle.events import (
    ENDS_OF_TIES,
    KINDS,
    NO_ACTS,
    DealAgreed,
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
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    ended_by,
    founded_by,
    revived_by,
)
from chronicle.order.plan import Lives
from chronicle.order.touching import OF_DEALS, acting, possible_effects_of

_STAKES = frozenset({StakeAcquired, StakeDisposed, StakeObserved})
_COUNTS = (SharesIssued, SharesCancelled, SharesRestructured)
_MERGERS = (MergerAbsorbed, MergerConsolidated, DemergerSplit)


# What an event of each kind concerns: who touches the same concerns the same.
_CONCERN: Mapping[type[Event], Callable[[Any], Any]] = MappingProxyType(
    {kind: key_of for kind, (_, key_of) in sense.CONCERNS.items()}
)


@frozen
class Candidates:
    """The places of the events whose order may matter.

    ``deals`` says whether any deal has effects.
    """

    places: list[int]
    lives: Lives
    deals: bool


def candidates(natural: Sequence[Event], doubtful: Set[str] = frozenset()) -> Candidates:
    """The candidates among ``natural``, which stand in the order of their dates.

    ``doubtful`` are ids of events that are candidates in any case.
    """
    sweep = _Sweep()
    sweep.over(natural)
    hot, rare, pairs = sweep.hot, sweep.rare, sweep.pairs
    lives = _lives(natural, rare)
    found = _bound_by_lives(natural, lives)
    contradicted = _contradicted(natural, lives) if found else frozenset[str]()
    _add_deals(sweep.effects, hot)
    _add_counts(natural, rare, hot)
    parties = _parties(natural, rare)
    if doubtful:
        found.update(place for place, event in enumerate(natural) if event.id in doubtful)
        hot.update(filter(None, (_concern_of(natural[place]) for place in found)))
    following = {event.after for event in natural if event.after is not None}
    if following:
        bound = (
            place for place, event in enumerate(natural) if event.after is not None or event.id in following
        )
        found.update(bound)
        hot.update(filter(None, (_concern_of(natural[place]) for place in found)))
    ending = ((natural[place], place) for places in lives.values() for place in places)
    # What is gone leaves its ties in doubt, so that they are looked at together with its end.
    parties |= {
        name
        for event, place in ending
        if place in found or not hot.isdisjoint(ended_by(event))
        for name in ended_by(event)
    }
    if hot or parties:
        found |= _gathered(natural, hot, parties, pairs)
    deals = any(sweep.effects.values()) or any(getattr(natural[place], "effects", None) for place in rare)
    founded = frozenset(name for place in rare for name in founded_by(natural[place]))
    return Candidates(sorted(found), Lives(bool(lives or parties), founded, contradicted), deals)


def _concern_of(event: Event) -> Any:
    concern = _CONCERN.get(type(event))
    return None if concern is None else concern(event)


@define
class _Sweep:
    """One pass in the order of dates: what two overlapping events concern is ``hot``."""

    hot: set[Any] = field(factory=set)
    # The places of kinds that reach further than one thing, and by place the second side of a sale.
    rare: list[int] = field(factory=list)
    pairs: dict[int, Any] = field(factory=dict)
    # By deal what its effects, as far as they were announced, concern.
    effects: dict[str, list[Any]] = field(factory=dict)
    _seen: dict[Any, int] = field(factory=dict)

    def over(self, natural: Sequence[Event]) -> None:
        """Go over the events."""
        hot, seen, table = self.hot, self._seen, _TABLE
        for place, event in enumerate(natural):
            key_of, turn = table[type(event)]
            if key_of is not None:
                key, date = key_of(event), event.date
                last = seen.get(key, 0)
                # In the order of dates this overlaps one before it when the longest has not ended by then.
                if date.order < last:
                    hot.add(key)
                if date.past > last:
                    seen[key] = date.past
            if turn:
                if turn == _RARE:
                    self._add_rare(place, event)
                else:
                    other = event.seller if turn == _BOUGHT else event.buyer  # type: ignore[attr-defined]  # by kind
                    if other is not None:
                        self.pairs[place] = (other, *key[1:])
                        self._add(self.pairs[place], date)

    def _add(self, key: Any, date: PartialDate) -> None:
        last = self._seen.get(key, 0)
        if date.order < last:
            self.hot.add(key)
        self._seen[key] = max(last, date.past)

    def _add_rare(self, place: int, event: Event) -> None:
        self.rare.append(place)
        if type(event) in OF_DEALS:
            self._add_deal(event)

    def _add_deal(self, event: Any) -> None:
        """A completion concerns what its effects do; one that brings about more is looked at in any case."""
        keys = self.effects.setdefault(event.deal, [])
        for effect in possible_effects_of(event):
            key = _concern_of(effect)
            if key is None or isinstance(effect, _COUNTS):
                self.hot.update(filter(None, (event.deal, key)))
            else:
                keys.append(key)
                keys.extend(_sides(effect))
        if isinstance(event, DealCompleted):
            for key in dict.fromkeys(keys):
                self._add(key, event.date)


def _sides(event: Event) -> Iterator[Any]:
    other = getattr(event, "seller", None) or getattr(event, "buyer", None)
    if other is not None:
        yield other, event.target, event.right  # type: ignore[attr-defined]  # only stakes have a side


# What the sweep does with a kind besides: it is rare and reaches further, or a sale may name its other side.
_RARE, _BOUGHT, _SOLD = 1, 2, 3

_REACHING = frozenset(
    {
        *_COUNTS,
        *_MERGERS,
        DealProposed,
        DealAgreed,
        DealCompleted,
        DealTerminated,
        EntityFounded,
        EntityDissolved,
        EntityReinstated,
    }
)

_TABLE: Mapping[type[Event], tuple[Callable[[Any], Any] | None, int]] = MappingProxyType(
    {
        **{kind: (_CONCERN.get(kind), _RARE if kind in _REACHING else 0) for kind in KINDS.values()},
        StakeAcquired: (_CONCERN[StakeAcquired], _BOUGHT),
        StakeDisposed: (_CONCERN[StakeDisposed], _SOLD),
    }
)


def _add_deals(effects: Mapping[str, Sequence[Any]], hot: set[Any]) -> None:
    """A deal whose order may matter takes its effects along, and what an effect shares takes the deal."""
    size = -1
    while size != len(hot):
        size = len(hot)
        for deal, keys in effects.items():
            if deal in hot or not hot.isdisjoint(keys):
                hot.update((deal, *keys))


def _add_counts(natural: Sequence[Event], rare: Sequence[int], hot: set[Any]) -> None:
    """A change of the number of shares reaches every stake in the company."""
    windows: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for place in rare:
        event = natural[place]
        if isinstance(event, _COUNTS):
            windows[event.issuer].append((event.date.order, event.date.past))
    if not windows:
        return
    for event in natural:
        if type(event) in _STAKES and event.target in windows:  # type: ignore[attr-defined]  # a stake has one
            date, target = event.date, event.target  # type: ignore[attr-defined]  # as above
            if any(date.order < past and order < date.past for order, past in windows[target]):
                hot.add(target)


def _parties(natural: Sequence[Event], rare: Sequence[int]) -> frozenset[str]:
    """Whoever is part of a merger or a split, those that a deal would bring about included."""
    found: set[str] = set()
    for place in rare:
        event = natural[place]
        if isinstance(event, _MERGERS):
            found.update(acting(event))
        for effect in getattr(event, "effects", None) or ():
            if effect.kind.startswith(("merger.", "demerger.")):
                found.update(name for _, value in effect.fields for name in _texts(value))
    return frozenset(found)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)


def _lives(natural: Sequence[Event], rare: Sequence[int]) -> Mapping[str, list[int]]:
    """The places of foundings, ends and returns, by entity."""
    lives: defaultdict[str, list[int]] = defaultdict(list)
    for place in rare:
        event = natural[place]
        for entity in dict.fromkeys((*ended_by(event), *revived_by(event))):
            lives[entity].append(place)
    return lives


def _bound_by_lives(natural: Sequence[Event], lives: Mapping[str, list[int]]) -> set[int]:
    """The places of foundings and ends, and of whatever an entity does that may have come on either side."""
    if not lives:
        return set()
    furthest = max(natural[place].date.past for places in lives.values() for place in places)
    found: set[int] = set()
    for place in range(bisect_left(natural, furthest, key=lambda event: event.date.order)):
        event = natural[place]
        if isinstance(event, NO_ACTS):
            continue
        if isinstance(event, EntityFounded) and not event.founders:
            continue
        for entity in acting(event):
            for life in lives.get(entity, ()):
                one, two = event.date, natural[life].date
                if life != place and one.order < two.past and two.order < one.past:
                    # The whole life tells whether the two are in order by it.
                    found.update((place, *lives[entity]))
    return found


def _contradicted(natural: Sequence[Event], lives: Mapping[str, list[int]]) -> frozenset[str]:
    """Who surely acts before being founded or after the end: such a life orders nothing."""
    found: set[str] = set()
    for event in natural:
        if not isinstance(event, NO_ACTS):
            for entity in acting(event):
                if any(_against(event, natural[life], entity) for life in lives.get(entity, ())):
                    found.add(entity)
    return frozenset(found)


def _against(act: Event, life: Event, entity: str) -> bool:
    if act is life:
        return False
    if entity in founded_by(life):
        return act.date.past <= life.date.order
    over = entity in ended_by(life) and not isinstance(act, ENDS_OF_TIES)
    return over and life.date.past <= act.date.order


def _gathered(
    natural: Sequence[Event], hot: set[Any], parties: frozenset[str], pairs: Mapping[int, Any]
) -> set[int]:
    """The places of all that concerns what is hot, or a party, and of what that in turn concerns.

    ``pairs`` are, by place, the seller or buyer of a stake with its target: the other thing that it concerns.
    """
    concern_of = _CONCERN
    found: set[int] = set()
    size = -1
    while size != len(hot):
        size = len(hot)
        for place, event in enumerate(natural):
            kind = type(event)
            concern = concern_of.get(kind)
            if concern is None:
                continue
            key = concern(event)
            # The company itself is hot where the number of its shares is.
            if key in hot or (kind in _STAKES and key[1] in hot):
                found.add(place)
        for place, pair in pairs.items():
            if place in found or pair in hot:
                found.add(place)
                hot.update((pair, _concern_of(natural[place])))
        if parties:
            taken = {place for place, event in enumerate(natural) if _concerns_party(event, parties)}
            hot.update(key for place in taken if (key := _concern_of(natural[place])) is not None)
            found |= taken
    if parties:
        found.update(place for place, event in enumerate(natural) if isinstance(event, _MERGERS))
    return found


def _concerns_party(event: Event, parties: frozenset[str]) -> bool:
    return any(name in parties for name in acting(event))
