"""The events whose order may matter: found in one quick pass, since in most histories they are few.

Two events that concern the same and whose windows overlap are candidates, with everything else that concerns
that. So are deals with effects, mergers and splits, events with `after` and those that these name, and
events whose windows overlap a founding or an end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from operator import attrgetter
from typing import Any

from attrs import define, field, frozen

from chronicle.engine.arranged import Arranged, concern_of, entities_in, hang_together
from chronicle.engine.order.plan import Lives
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

_STAKES = frozenset({StakeAcquired, StakeDisposed, StakeObserved})
_COUNTS = (SharesIssued, SharesCancelled, SharesRestructured)
_MERGERS = (MergerAbsorbed, MergerConsolidated, DemergerSplit)


@frozen
class Candidates:
    """The ids of the events whose order may matter.

    ``deals`` is true if any deal has effects.
    """

    ids: frozenset[str]
    lives: Lives
    deals: bool


def candidates(arranged: Arranged, doubtful: Set[str] = frozenset()) -> Candidates:
    """The candidates among events. ``doubtful`` are ids of events that are candidates in any case."""
    natural = arranged.natural
    lives = _lives(arranged.reaching)
    parties = _parties(arranged.reaching)
    named = _named_by_effects(arranged.reaching) if lives or parties else {}
    found = _bound_by_lives(natural, arranged.reaching, lives, named)
    contradicted = _contradicted(natural, lives) if found else frozenset[str]()
    gathering = _Gathering(arranged, set(arranged.overlapping), found)
    gathering.add_deals()
    gathering.add_counts()
    # What lives order is ordered with all that concerns the same, and so is what is doubtful.
    gathering.add([*found.values(), *(event for event in natural if event.id in doubtful)])
    following = [event for event in natural if event.after is not None]
    if following:
        followed = {event.after for event in following}
        gathering.add(event for event in natural if event.after is not None or event.id in followed)
    # The end of an entity makes its ties doubtful, so that they are ordered together with it.
    tied = _named_in(gathering.hot, arranged)
    parties |= {
        name
        for ending in lives.values()
        for event, does in ending
        if event.id in found or not tied.isdisjoint(ended_by(does))
        for name in ended_by(does)
    }
    if gathering.hot or parties:
        gathering.gather(parties, named)
    founded = frozenset(event.entity for event in arranged.reaching if type(event) is EntityFounded)
    return Candidates(
        frozenset(found),
        Lives(bool(lives or parties), founded, contradicted),
        any(gathering.effects.values()),
    )


def _named_in(hot: Set[Any], arranged: Arranged) -> Set[str]:
    """The entities between which ties are hot."""
    found: set[str] = set()
    for key in hot:
        if key in arranged.others.first:
            found.update(entities_in(key))
            found.update(*(getattr(event, "parties", ()) for event in arranged.others.about(key)))
    return found


@define
class _Gathering:
    """The state of the search: the keys of events in doubtful order (``hot``), and the candidates found."""

    arranged: Arranged
    hot: set[Any]
    found: dict[str, Event]
    # By the key of a deal, what its announced effects concern.
    effects: dict[Any, list[Any]] = field(factory=dict)

    def add(self, events: Iterable[Event]) -> None:
        """Add events that are candidates in any case, with everything that concerns the same."""
        self.found.update((event.id, event) for event in events)
        self._heat(self.found.values())

    def _heat(self, events: Iterable[Event]) -> None:
        self.hot.update(key for key in map(concern_of, events) if key is not None)

    def add_deals(self) -> None:
        """A deal that is hot makes what its effects concern hot, and the reverse."""
        visits: defaultdict[Any, list[Event]] = defaultdict(list)
        for event, _, other in self.arranged.sided:
            visits[other].append(event)
        for event in self.arranged.reaching:
            if type(event) in OF_DEALS:
                self._add_deal(event, visits)
        for key, events in visits.items():
            if key not in self.hot:
                both = sorted((*self.arranged.about(key), *events), key=_date_order)
                if hang_together(both):
                    self.hot.add(key)
        self._spread_by_deals()

    def _spread_by_deals(self) -> None:
        """Make hot what the effects of hot deals concern, and deals whose effects concern what is hot."""
        hot, size = self.hot, -1
        while size != len(hot):
            size = len(hot)
            for deal, keys in self.effects.items():
                if deal in hot or not hot.isdisjoint(keys):
                    hot.update((deal, *keys))

    def _add_deal(self, event: Any, visits: defaultdict[Any, list[Event]]) -> None:
        """Note what the effects of a deal concern; a deal with effects of other kinds is hot in any case."""
        deal = concern_of(event)
        keys = self.effects.setdefault(deal, [])
        for effect in possible_effects_of(event):
            key = concern_of(effect)
            if key is None or isinstance(effect, _COUNTS):
                self.hot.update(filter(None, (deal, key)))
            else:
                keys.append(key)
                keys.extend(_sides(effect))
        if isinstance(event, DealCompleted):
            for key in dict.fromkeys(keys):
                visits[key].append(event)

    def add_counts(self) -> None:
        """A change of the number of shares concerns every stake in the company."""
        windows: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for event in self.arranged.reaching:
            if isinstance(event, _COUNTS):
                windows[event.issuer].append((event.date.order, event.date.past))
        for event in self._stakes_in(windows):
            date, target = event.date, event.target
            for order, past in windows[target] if target not in self.hot else ():
                if date.order < past and order < date.past:
                    self.hot.add(target)

    def _stakes_in(self, companies: Mapping[str, Any] | Set[Any]) -> Iterator[Any]:
        """The purchases, sales and observations of stakes in some companies."""
        if companies:
            holdings = self.arranged.holdings
            for key in [key for key in holdings.first if key[1] in companies]:
                for event in holdings.about(key):
                    if type(event) in _STAKES:
                        yield event

    def gather(self, parties: frozenset[str], named: Mapping[str, Set[str]]) -> None:
        """Find everything that concerns what is hot, or a party, and what that in turn concerns.

        ``named`` has by deal the entities that its effects name.
        """
        hot, found, arranged = self.hot, self.found, self.arranged
        if parties:
            taken = [event for event in arranged.natural if _concerns_party(event, parties)]
            deals = {deal for deal, names in named.items() if not parties.isdisjoint(names)}
            taken += (event for event in arranged.reaching if type(event) in OF_DEALS and event.deal in deals)
            found.update((event.id, event) for event in taken)
            self._heat(taken)
            found.update((event.id, event) for event in arranged.reaching if isinstance(event, _MERGERS))
        counted = {event.issuer for event in arranged.reaching if isinstance(event, _COUNTS)}
        done: set[Any] = set()
        while done != hot:
            fresh = hot - done
            done |= fresh
            for key in fresh:
                found.update((event.id, event) for event in arranged.about(key))
            # The key of the number of shares is the company itself, a text.
            companies = {key for key in fresh if isinstance(key, str)}
            # A change of that number between two events about a stake changes the stake.
            hot.update(key[1] for key in fresh if key in arranged.holdings.first and key[1] in counted)
            found.update((event.id, event) for event in self._stakes_in(companies))
            for event, key, other in arranged.sided:
                if event.id in found or other in hot:
                    found[event.id] = event
                    hot.update((key, other))
            self._spread_by_deals()


_date_order = attrgetter("date.order")


def _sides(event: Event) -> Iterator[Any]:
    other = getattr(event, "seller", None) or getattr(event, "buyer", None)
    if other is not None:
        yield other, event.target, event.right  # type: ignore[attr-defined]  # only stakes have a side


def _parties(reaching: Sequence[Event]) -> frozenset[str]:
    """The parties of mergers and splits, with those in the effects of deals."""
    found: set[str] = set()
    for event in reaching:
        if isinstance(event, _MERGERS):
            found.update(acting(event))
        for effect in getattr(event, "effects", None) or ():
            if effect.kind.startswith(("merger.", "demerger.")):
                found.update(name for _, value in effect.fields for name in _texts(value))
    return frozenset(found)


def _named_by_effects(reaching: Sequence[Event]) -> Mapping[str, Set[str]]:
    """By deal, the texts in its announced effects, among them the entities that these name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for event in reaching:
        for effect in getattr(event, "effects", None) or ():
            found[event.deal or ""].update(name for _, value in effect.fields for name in _texts(value))
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)


_Life = tuple[Event, Event]
"""An event that founds, ends or brings back an entity, and what does so: itself, or an effect of it."""


def _lives(reaching: Sequence[Event]) -> Mapping[str, list[_Life]]:
    """The foundings, ends and reinstatements by entity."""
    lives: defaultdict[str, list[_Life]] = defaultdict(list)
    for event in reaching:
        if type(event) is EntityFounded:
            lives[event.entity].append((event, event))
        elif type(event) in _OTHER_LIVES:
            _note((event, event), lives)
    for life in _effects_of_lives(reaching):
        _note(life, lives)
    return lives


def _note(life: _Life, lives: defaultdict[str, list[_Life]]) -> None:
    for entity in dict.fromkeys((*ended_by(life[1]), *revived_by(life[1]))):
        lives[entity].append(life)


def _effects_of_lives(reaching: Sequence[Event]) -> Iterator[_Life]:
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
_OTHER_LIVES = frozenset({*_MERGERS, EntityDissolved, EntityReinstated})
_LIVES = frozenset({*_OTHER_LIVES, EntityFounded})
_KINDS_OF_LIVES = frozenset(name for name, kind in KINDS.items() if kind in _LIVES)


_NO_ACTS: frozenset[type[Event]] = frozenset(NO_ACTS)


def _bound_by_lives(
    natural: Sequence[Event],
    reaching: Sequence[Event],
    lives: Mapping[str, list[_Life]],
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
    # An event with ``after`` may stand behind later ones: then they are not sorted by their dates.
    if all(event.after is None for event in natural):
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


def _contradicted(natural: Sequence[Event], lives: Mapping[str, list[_Life]]) -> frozenset[str]:
    """The entities that certainly act before being founded or after their end: such a life orders nothing."""
    bounds = {entity: _bounds(entity, events) for entity, events in lives.items()}
    found: set[str] = set()
    for event in (each for each in natural if type(each) not in _NO_ACTS):
        order, past = event.date.order, event.date.past
        for entity in acting(event):
            begun, over = bounds.get(entity, (-1, 2**62))
            # Most acts certainly lie between: what is against them is not asked.
            if (past <= begun or order >= over) and any(
                _against(event, life, entity, lives[entity]) for life in lives[entity]
            ):
                found.add(entity)
    return frozenset(found)


def _bounds(entity: str, lives: Iterable[_Life]) -> tuple[int, int]:
    """No act is against any of some lives that ends after the first number and begins before the second."""
    begun, over = -1, 2**62
    for event, does in lives:
        if entity in founded_by(does):
            begun = max(begun, event.date.order)
        elif entity in ended_by(does):
            over = min(over, event.date.past)
    return begun, over


def _against(act: Event, life: _Life, entity: str, lives: Iterable[_Life]) -> bool:
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


def _concerns_party(event: Event, parties: frozenset[str]) -> bool:
    return not parties.isdisjoint(acting(event))
