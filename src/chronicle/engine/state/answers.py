"""The answers of a state made of facts: holdings, units, deals and entities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.state.made_later import made_later
from chronicle.engine.views import Stage
from chronicle.values import NOTHING, Share, more_than_whole

if TYPE_CHECKING:
    from chronicle.engine.state.facts import Fact


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

    ``status`` is None if no event founds or ends it, and ``status_certain`` false if it is only possible.
    ``certain`` is about the name. ``identifiers`` are pairs (scheme, value) valid on the day;
    ``possible_identifiers`` those of them that are only possible.
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
    status_certain: bool = True


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
