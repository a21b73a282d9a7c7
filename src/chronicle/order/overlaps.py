"""The events whose order may matter: found in one quick pass, since in most histories they are few of many.

Two events that concern the same and whose windows overlap are candidates, and so is whatever else concerns
that. Deals with effects, mergers and splits, `after`, and what overlaps a founding or an end come besides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from attrs import define, field, frozen

from chronicle.dates import PartialDate
from chronicle.events import (
    NO_ACTS,
    ControlEnded,
    ControlGranted,
    DealAgreed,
    DealApproved,
    DealCompleted,
    DealProposed,
    DealTerminated,
    DemergerSplit,
    EntityDissolved,
    EntityFounded,
    EntityIdentified,
    EntityInsolvent,
    EntityReinstated,
    EntityRenamed,
    Event,
    InvestmentMade,
    ListingEnded,
    ListingStarted,
    MembershipEnded,
    MembershipStarted,
    MergerAbsorbed,
    MergerConsolidated,
    PartnershipAgreed,
    PartnershipEnded,
    ProjectReleased,
    RoleAppointed,
    RoleEnded,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    UnitClosed,
    UnitLaunched,
    UnitTransferred,
    ended_by,
    founded_by,
    revived_by,
)
from chronicle.order.touching import OF_DEALS, acting, possible_effects_of

_STAKES = frozenset({StakeAcquired, StakeDisposed, StakeObserved})
_COUNTS = (SharesIssued, SharesCancelled, SharesRestructured)
_MERGERS = (MergerAbsorbed, MergerConsolidated, DemergerSplit)


def _together(event: PartnershipAgreed | PartnershipEnded) -> object:
    return "+".join(sorted(set(event.parties)))


# What an event of each kind concerns, as coarse as is quick to tell: who touches the same concerns the same.
_CONCERN: Mapping[type[Event], Callable[[Any], Any]] = MappingProxyType(
    {
        **dict.fromkeys(_STAKES, attrgetter("holder", "target")),
        InvestmentMade: attrgetter("investor", "project"),
        **dict.fromkeys(_COUNTS, attrgetter("issuer")),
        **dict.fromkeys((UnitLaunched, UnitTransferred, UnitClosed), attrgetter("unit")),
        **dict.fromkeys((RoleAppointed, RoleEnded), attrgetter("person", "entity", "role")),
        **dict.fromkeys((MembershipStarted, MembershipEnded), attrgetter("entity", "group")),
        **dict.fromkeys((ListingStarted, ListingEnded), attrgetter("entity")),
        **dict.fromkeys((ControlGranted, ControlEnded), attrgetter("controller", "target")),
        **dict.fromkeys((PartnershipAgreed, PartnershipEnded), _together),
        **dict.fromkeys(
            (DealProposed, DealAgreed, DealApproved, DealCompleted, DealTerminated), attrgetter("deal")
        ),
        **dict.fromkeys(
            (EntityFounded, EntityRenamed, EntityDissolved, EntityInsolvent, EntityReinstated),
            attrgetter("entity"),
        ),
        EntityIdentified: attrgetter("entity", "scheme", "value"),
        ProjectReleased: attrgetter("project", "where"),
    }
)


@frozen
class Candidates:
    """The places of the events whose order may matter.

    ``mortal`` says whether anybody is founded or ends at all, ``founded`` who is founded some time, ``deals``
    whether any deal has effects.
    """

    places: list[int]
    mortal: bool
    founded: frozenset[str]
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
    _add_deals(natural, rare, hot)
    _add_counts(natural, rare, hot)
    parties = _parties(natural, rare)
    if doubtful:
        found.update(place for place, event in enumerate(natural) if event.id in doubtful)
        hot.update(filter(None, (_concern_of(natural[place]) for place in found)))
    if any(natural[place].after is not None for place in rare):
        targets = {natural[place].after for place in rare}
        found.update(place for place, event in enumerate(natural) if event.id in targets)
        found.update(place for place in rare if natural[place].after is not None)
        hot.update(filter(None, (_concern_of(natural[place]) for place in found)))
    if hot or parties:
        found |= _gathered(natural, hot, parties, pairs)
    deals = any(getattr(natural[place], "effects", None) for place in rare)
    founded = frozenset(name for place in rare for name in founded_by(natural[place]))
    return Candidates(sorted(found), bool(lives), founded, deals)


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
    _seen: dict[Any, int] = field(factory=dict)
    _effects: dict[str, list[Any]] = field(factory=dict)

    def over(self, natural: Sequence[Event]) -> None:
        """Go over the events."""
        hot, seen = self.hot, self._seen
        concern_of, reaching = _CONCERN, _REACHING
        for place, event in enumerate(natural):
            kind = type(event)
            concern = concern_of.get(kind)
            if concern is not None:
                key, date = concern(event), event.date
                last = seen.get(key, 0)
                # In the order of dates this overlaps one before it when the longest has not ended by then.
                if date.order < last:
                    hot.add(key)
                if date.past > last:
                    seen[key] = date.past
                if kind is StakeAcquired:
                    if event.seller is not None:  # type: ignore[attr-defined]  # of this kind
                        self._add_side(place, (event.seller, key[1]), date)  # type: ignore[attr-defined]  # as above
                elif kind is StakeDisposed and event.buyer is not None:  # type: ignore[attr-defined]  # of this kind
                    self._add_side(place, (event.buyer, key[1]), date)  # type: ignore[attr-defined]  # as above
            if kind in reaching or event.after is not None:
                self.rare.append(place)
                if kind in OF_DEALS:
                    self._add_deal(event)

    def _add_side(self, place: int, key: Any, date: PartialDate) -> None:
        self.pairs[place] = key
        self._add(key, date)

    def _add(self, key: Any, date: PartialDate) -> None:
        last = self._seen.get(key, 0)
        if date.order < last:
            self.hot.add(key)
        self._seen[key] = max(last, date.past)

    def _add_deal(self, event: Any) -> None:
        """A completion concerns what its effects do; one that brings about more is looked at in any case."""
        keys = self._effects.setdefault(event.deal, [])
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
        if event.deal in self.hot:
            self.hot.update(keys)


def _sides(event: Event) -> Iterator[Any]:
    other = getattr(event, "seller", None) or getattr(event, "buyer", None)
    if other is not None:
        yield other, event.target  # type: ignore[attr-defined]  # only stakes have a side


_REACHING: frozenset[type[Event]] = frozenset(
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


def _add_deals(natural: Sequence[Event], rare: Sequence[int], hot: set[Any]) -> None:
    """A deal whose order may matter takes its effects along, and what an effect shares takes the deal."""
    effects: defaultdict[str, set[Any]] = defaultdict(set)
    for place in rare:
        event = natural[place]
        if type(event) in OF_DEALS:
            for effect in possible_effects_of(event):
                effects[event.deal or ""].update(filter(None, (_concern_of(effect), *_sides(effect))))
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
    names = ("holder", "target", "seller", "buyer", "owner", "from_", "to", "entity", "investor")
    return any(getattr(event, name, None) in parties for name in names)
