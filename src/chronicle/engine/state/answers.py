"""The answers of a state: facts, holdings, units, deals and entities."""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.replay import Key, Span
from chronicle.engine.state.made_later import made_later
from chronicle.engine.views import Stage
from chronicle.values import NOTHING, Share, more_than_whole


@frozen(eq=False)
class Fact:
    """A value on the day of a state. ``certain`` is false on a day inside the window of its begin or end.

    It is also false when events make it doubtful whether the value still holds: those in ``doubted_by``.
    Facts are equal if view, key, value, certainty, since and events are; when they end does not matter, since
    that lies after the day.
    """

    span: Span
    certain: bool
    doubted_by: tuple[str, ...] = ()

    @property
    def view(self) -> str:
        """The name of the view."""
        return self.span.view

    @property
    def key(self) -> Key:
        """The key, whose parts ``views.KEYS`` names."""
        return self.span.key

    @property
    def value(self) -> Any:
        """The value."""
        return self.span.value

    @property
    def since(self) -> PartialDate:
        """The date of its begin."""
        return self.span.begin

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events that made it, causes first, and of those that make it doubtful."""
        found = self.span.events
        return tuple(dict.fromkeys((*found, *self.doubted_by))) if self.doubted_by else found

    def _answer(self) -> tuple[object, ...]:
        return self.view, self.key, self.value, self.certain, self.since, self.events

    def __eq__(self, other: object) -> bool:
        return self._answer() == other._answer() if isinstance(other, Fact) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._answer())


@made_later("since", "events")
@frozen
class Holding:
    """A share of a right in a target. ``basis`` says whether a source stated it or it was computed."""

    holder: str
    target: str
    right: str
    share: Share
    shares: int | None
    basis: views.Basis
    stale: bool
    certain: bool
    since: PartialDate
    events: tuple[str, ...]
    doubted_by: tuple[str, ...] = ()


@frozen
class Excess:
    """That more than the whole of a right is held: ``share`` in all, or at least that if not ``exact``."""

    target: str
    right: str
    share: Share
    exact: bool
    holders: tuple[str, ...]


@frozen
class Unit:
    """A business unit and an owner of it."""

    unit: str
    owner: str
    certain: bool
    since: PartialDate
    events: tuple[str, ...]
    doubted_by: tuple[str, ...] = ()


@frozen
class Deal:
    """A deal and the stage that it has reached."""

    deal: str
    title: str
    stage: Stage
    parties: tuple[str, ...]
    binding: bool
    reason: str | None
    certain: bool
    since: PartialDate
    events: tuple[str, ...]
    doubted_by: tuple[str, ...] = ()


@frozen
class Entity:
    """An entity by the name that it had on the day.

    ``status`` is None if no event founds or ends it. ``certain`` is about the
    name. ``identifiers`` are pairs (scheme, value) valid on the day; ``possible_identifiers`` those of
    them that are only possible.
    """

    entity: str
    name: str
    short: str | None
    type: str | None
    jurisdiction: str | None
    status: str | None
    identifiers: tuple[tuple[str, str], ...]
    certain: bool
    since: PartialDate
    events: tuple[str, ...]
    possible_identifiers: tuple[tuple[str, str], ...] = ()


def share_on(fact: Fact) -> Share:
    """The share of a holding, with the certainty of the holding on the day."""
    stake: views.Stake = fact.value
    return evolve(stake.share, certain=fact.certain)


def excess_of(target: str, right: str, held: list[Holding]) -> Excess | None:
    """The holdings of a right as an ``Excess`` if they add up to more than the whole; else None."""
    total = sum((holding.share.minimum or NOTHING for holding in held), NOTHING)
    shares = [holding.share for holding in held]
    if not more_than_whole(total, shares):
        return None
    holders = tuple(holding.holder for holding in held)
    return Excess(target, right, Share.exact(total), all(share.is_exact for share in shares), holders)


def unit_of(fact: Fact) -> Unit:
    """A fact of the view of units as a unit."""
    unit, owner = fact.key
    return Unit(unit, owner, fact.certain, fact.since, fact.events, fact.doubted_by)


def deal_of(fact: Fact) -> Deal:
    """A fact of the view of deals as a deal."""
    stage: views.DealStage = fact.value
    return Deal(fact.key[0], *stage, fact.certain, fact.since, fact.events, fact.doubted_by)
