"""Events in the order of their dates and by what they concern: computed once for a question.

Most events of a register are the only ones about what they concern. A step that compares events with each
other (claims of one fact, reports of one happening, the order of replay) needs to look only at the others.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import define, field

from chronicle.engine import sense, views
from chronicle.engine.replay import in_order
from chronicle.events import (
    KINDS,
    ORDER,
    DealAgreed,
    DealCompleted,
    DealProposed,
    DealTerminated,
    DemergerSplit,
    EntityDissolved,
    EntityFounded,
    EntityReinstated,
    Event,
    InvestmentMade,
    MergerAbsorbed,
    MergerConsolidated,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
)

_IN_HOLDINGS = frozenset({StakeAcquired, StakeDisposed, StakeObserved, InvestmentMade})

_REACHING = frozenset(
    {
        SharesIssued,
        SharesCancelled,
        SharesRestructured,
        MergerAbsorbed,
        MergerConsolidated,
        DemergerSplit,
        DealProposed,
        DealAgreed,
        DealCompleted,
        DealTerminated,
        EntityFounded,
        EntityDissolved,
        EntityReinstated,
    }
)

# What else is noted of a kind: that it concerns more than one thing, or may name the other side of a sale.
_REACHES, _BOUGHT, _SOLD = 1, 2, 3
_NOTED: Mapping[type[Event], int] = MappingProxyType(
    {**dict.fromkeys(_REACHING, _REACHES), StakeAcquired: _BOUGHT, StakeDisposed: _SOLD}
)


def _in_view(view: str, key_of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Gives the key of what an event concerns, with its view unless that is a holding."""
    if view == views.HOLDINGS:
        return key_of
    # A founding begins both, a name and a status.
    named = views.NAMES if view == views.STATUS else view
    return lambda event: (named, key_of(event))


# What an event of each kind concerns: events that touch the same cells concern the same.
_CONCERN: Mapping[type[Event], Callable[[Any], Any]] = MappingProxyType(
    {kind: _in_view(view, key_of) for kind, (view, key_of) in sense.CONCERNS.items()}
)


def concern_of(event: Event) -> Any:
    """The key of what an event concerns; events with equal keys concern the same.

    That of a holding is its holder, target and right; that of anything else is a pair of a view and the key
    in it, which may be a text. None for a kind without one.
    """
    concern = _CONCERN.get(type(event))
    return None if concern is None else concern(event)


def entities_in(key: Any) -> tuple[str, ...]:
    """The entities that a key of ``concern_of`` names; none for a deal or a partnership."""
    view, within = key[0], key[1]
    if view in (views.DEALS, views.PARTNERSHIPS):
        return ()
    return (within,) if isinstance(within, str) else within


@define
class Concerned:
    """Events by what they concern: the first about each thing, and all where there are several."""

    first: dict[Any, Event] = field(factory=dict)
    several: dict[Any, list[Event]] = field(factory=dict)

    def about(self, key: Any) -> Sequence[Event]:
        """The events about one thing, in the order of their dates; empty for one that no event is about."""
        several = self.several.get(key)
        if several is not None:
            return several
        return (self.first[key],) if key in self.first else ()

    def overlaps(self, key: Any) -> bool:
        """Whether the windows of at least two events about one thing overlap."""
        return key in self.several and hang_together(self.several[key])

    def without(self, gone: Container[str], keys: Iterable[Any]) -> Concerned:
        """The same without the events whose ids are in ``gone``.

        ``keys`` must have all that these are about.
        """
        found = Concerned(dict(self.first), dict(self.several))
        for key in keys:
            left = [event for event in self.about(key) if event.id not in gone]
            found.first.pop(key, None)
            found.several.pop(key, None)
            if left:
                found.first[key] = left[0]
            if len(left) > 1:
                found.several[key] = left
        return found


def hang_together(events: Sequence[Event]) -> bool:
    """Whether the windows of at least two events overlap. ``events`` are in the order of their dates."""
    if len(events) == 2:
        one, two = events
        return two.date.order < one.date.past
    last = 0
    for event in events:
        # As long as none overlaps, the latest end is that of the event before.
        if event.date.order < last:
            return True
        last = event.date.past
    return False


@define
class Arranged:
    """Events in order of position, in the order of their dates (``natural``), and by what they concern.

    ``holdings`` has the stakes by holder, target and right, ``others`` the remaining events that concern
    anything. ``overlapping`` has the keys of both under which the windows of two events overlap. ``reaching``
    has the events of the kinds that concern more than one thing. ``sided`` has the purchases and sales that
    name the other side, each with the key of what it concerns and the same key for the other side.
    """

    events: Sequence[Event]
    natural: Sequence[Event]
    holdings: Concerned = field(factory=Concerned)
    others: Concerned = field(factory=Concerned)
    overlapping: frozenset[Any] = frozenset()
    reaching: list[Event] = field(factory=list)
    sided: list[tuple[Event, Any, Any]] = field(factory=list)

    def about(self, key: Any) -> Sequence[Event]:
        """The events that concern one thing, in the order of their dates."""
        return [*self.holdings.about(key), *self.others.about(key)]

    def related(self) -> Iterator[Sequence[Event]]:
        """Groups of events that concern the same, where two can be about one fact, by their dates or deal."""
        for key, events in self.holdings.several.items():
            if key in self.overlapping or [event for event in events if event.deal is not None]:
                yield events
        yield from self.others.several.values()

    def without(self, gone: Container[str], left: Sequence[Event]) -> Arranged:
        """The same without the events whose ids are in ``gone``; ``left`` has the others, by position."""
        if any(event.after is not None for event in self.natural):
            # An event that was placed after one that is gone has another place now.
            return arrange(left)
        concerned = [concern_of(event) for event in self.natural if event.id in gone]
        holdings, others = self.holdings.without(gone, concerned), self.others.without(gone, concerned)
        still = [key for key in concerned if key in self.overlapping]
        return Arranged(
            left,
            [event for event in self.natural if event.id not in gone],
            holdings,
            others,
            self.overlapping.difference(
                key for key in still if not holdings.overlaps(key) and not others.overlaps(key)
            ),
            [event for event in self.reaching if event.id not in gone],
            [each for each in self.sided if each[0].id not in gone],
        )


def arrange(events: Sequence[Event]) -> Arranged:
    """Arrange ``events``, which are in order of position."""
    natural = in_order(events, ORDER)
    found = Arranged(events, natural)
    rows = {
        kind: (
            _CONCERN.get(kind),
            *_tables(found.holdings if kind in _IN_HOLDINGS else found.others),
            _NOTED.get(kind, 0),
        )
        for kind in KINDS.values()
    }
    reaching, sided, overlapping = found.reaching, found.sided, set[Any]()
    for event in natural:
        key_of, first, several, noted = rows[type(event)]
        if key_of is not None:
            key = key_of(event)
            earlier = first.setdefault(key, event)
            # Most things are concerned by one event only.
            if earlier is not event:
                if key in several:
                    earlier = several[key][-1]
                    several[key].append(event)
                else:
                    several[key] = [earlier, event]
                # As in ``hang_together``, while both are at hand.
                if event.date.order < earlier.date.past:
                    overlapping.add(key)
        if noted:
            if noted == _REACHES:
                reaching.append(event)
                continue
            other = event.seller if noted == _BOUGHT else event.buyer  # type: ignore[attr-defined]  # by kind
            if other is not None:
                sided.append((event, key, (other, *key[1:])))
    found.overlapping = frozenset(overlapping)
    return found


def _tables(concerned: Concerned) -> tuple[dict[Any, Event], dict[Any, list[Event]]]:
    return concerned.first, concerned.several
