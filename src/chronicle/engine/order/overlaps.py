"""The events whose order may matter: found in one quick pass, since in most histories they are few.

Two events that concern the same and whose windows overlap are candidates, with everything else that concerns
that. So are deals with effects, mergers and splits, events with `after` and those that these name, and
events whose windows overlap a founding or an end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from operator import attrgetter
from typing import Any

from attrs import define, field, frozen

from chronicle.engine import views
from chronicle.engine.arranged import Arranged, concern_of, entities_in, hang_together
from chronicle.engine.order.lives import MERGERS, Lives, bound_by_lives, ending_in, lives_of, told_of
from chronicle.engine.order.touching import OF_DEALS, acting, possible_effects_of
from chronicle.events import (
    DealCompleted,
    Event,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    ended_by,
)

_STAKES = frozenset({StakeAcquired, StakeDisposed, StakeObserved})
_COUNTS = (SharesIssued, SharesCancelled, SharesRestructured)


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
    lives = lives_of(arranged.reaching)
    parties = _parties(arranged.reaching)
    named = _named_by_effects(arranged.reaching) if lives or parties else {}
    found = bound_by_lives(natural, arranged.reaching, lives, named)
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
    named_by: Sequence[Event] = ()
    if gathering.hot or parties:
        # Looked through once for both: who takes part in what, and who acts after the end.
        some = parties | ending_in(lives)
        named_by = [event for event in natural if not some.isdisjoint(acting(event))] if some else ()
        gathering.gather(parties, named_by, named)
    return Candidates(
        frozenset(found),
        told_of(natural if found else (), named_by, lives, any_orders=bool(lives or parties)),
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
            key = views.SHARES, target
            for order, past in windows[target] if key not in self.hot else ():
                if date.order < past and order < date.past:
                    self.hot.add(key)

    def _stakes_in(self, companies: Mapping[str, Any] | Set[Any]) -> Iterator[Any]:
        """The purchases, sales and observations of stakes in some companies."""
        if companies:
            holdings = self.arranged.holdings
            for key in [key for key in holdings.first if key[1] in companies]:
                for event in holdings.about(key):
                    if type(event) in _STAKES:
                        yield event

    def gather(
        self, parties: frozenset[str], named_by: Iterable[Event], named: Mapping[str, Set[str]]
    ) -> None:
        """Find everything that concerns what is hot, or a party, and what that in turn concerns.

        ``named_by`` has the events that name a party, and perhaps others; ``named`` has by deal the entities
        that its effects name.
        """
        hot, found, arranged = self.hot, self.found, self.arranged
        if parties:
            taken = [event for event in named_by if not parties.isdisjoint(acting(event))]
            deals = {deal for deal, names in named.items() if not parties.isdisjoint(names)}
            taken += (event for event in arranged.reaching if type(event) in OF_DEALS and event.deal in deals)
            found.update((event.id, event) for event in taken)
            self._heat(taken)
            found.update((event.id, event) for event in arranged.reaching if isinstance(event, MERGERS))
        counted = {event.issuer for event in arranged.reaching if isinstance(event, _COUNTS)}
        done: set[Any] = set()
        while done != hot:
            fresh = hot - done
            done |= fresh
            for key in fresh:
                found.update((event.id, event) for event in arranged.about(key))
            companies = {key[1] for key in fresh if key[0] == views.SHARES and len(key) == 2}
            # A change of the number of shares between two events about a stake changes the stake.
            hot.update(
                (views.SHARES, key[1])
                for key in fresh
                if key in arranged.holdings.first and key[1] in counted
            )
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
        if isinstance(event, MERGERS):
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
