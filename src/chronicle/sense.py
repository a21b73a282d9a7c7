"""Where an event makes sense, and what it touches. The law of the order of replay is stated here, once.

Where the windows of events overlap, those orders are taken in which most events make sense (``order.py``):

- a begin finds its cell empty, or brings a record of its own, one that another event ends by name;
- an end finds what it ends; a sale is of no more than is held; a unit is handed over by its owner;
- a stage of a deal comes after the earlier and before the later stages that are told;
- a split or a cancellation finds a count of shares;
- an observation finds a value that it confirms; one that says "nothing" may come anywhere;
- nobody acts before being founded, or after being dissolved, absorbed or consolidated.

The first five are asked of one event and of what stands before it: ``SENSE``. The last sets two events in
order whatever stands: ``LIVES``. ``CONCERNS`` says which events are looked at together
at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Protocol

from chronicle import views
from chronicle.events import (
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
)
from chronicle.replay import Key
from chronicle.values import Count, Share, confirms

Thing = tuple[str, ...]
"""What events touch: a cell of a view by its name and the parts of its key, or less of them."""


class Standing(Protocol):
    """What stands before an event."""

    def get(self, view: str, key: Key) -> Any | None:
        """The value of one cell, or None."""

    def where(self, view: str, position: int, part: str) -> list[tuple[Key, Any]]:
        """The cells (key, value) of a view whose key has ``part`` at ``position``."""


Sense = Callable[[Any, Standing], bool]


# Ties: each begins and ends


def _role(event: RoleAppointed | RoleEnded) -> Thing:
    return views.ROLES, event.person, event.entity, event.role


def _membership(event: MembershipStarted | MembershipEnded) -> Thing:
    return views.MEMBERSHIPS, event.entity, event.group


def _listing(event: ListingStarted | ListingEnded) -> Thing:
    return views.LISTINGS, event.entity


def _control(event: ControlGranted | ControlEnded) -> Thing:
    return views.CONTROL, event.controller, event.target


def _partnership(event: PartnershipAgreed | PartnershipEnded) -> Thing:
    return views.PARTNERSHIPS, "+".join(sorted(set(event.parties)))


def _unit(event: UnitLaunched | UnitTransferred | UnitClosed) -> Thing:
    return views.UNITS, event.unit


def _some(before: Standing, thing: Thing) -> list[Key]:
    view, first, *others = thing
    return [key for key, _ in before.where(view, 0, first) if key[1 : 1 + len(others)] == tuple(others)]


def _starts_listing(event: ListingStarted, before: Standing) -> bool:
    return before.get(views.LISTINGS, (event.entity, event.exchange or "")) is None


def _ends_listing(event: ListingEnded, before: Standing) -> bool:
    return any(event.exchange in (None, key[1]) for key in _some(before, _listing(event)))


def _grants_control(event: ControlGranted, before: Standing) -> bool:
    return before.get(views.CONTROL, (event.controller, event.target, event.basis)) is None


def _ends_control(event: ControlEnded, before: Standing) -> bool:
    return any(event.basis in (None, key[2]) for key in _some(before, _control(event)))


def _agrees_partnership(event: PartnershipAgreed, before: Standing) -> bool:
    return before.get(views.PARTNERSHIPS, (_partnership(event)[1], event.subject)) is None


def _ends_partnership(event: PartnershipEnded, before: Standing) -> bool:
    return any(event.subject in (None, key[1]) for key in _some(before, _partnership(event)))


def _hands_over(event: UnitTransferred, before: Standing) -> bool:
    return before.get(views.UNITS, (event.unit, event.from_)) is not None


# Stakes


def _sells(event: StakeDisposed, before: Standing) -> bool:
    old = before.get(views.HOLDINGS, (event.holder, event.target, event.right))
    return _has(old, event.share, event.shares) and (event.holds is None or _keeps(old, event.holds))


def _buys(event: StakeAcquired, before: Standing) -> bool:
    if event.seller is None:
        return True
    old = before.get(views.HOLDINGS, (event.seller, event.target, event.right))
    return _has(old, event.share, event.shares)


def _has(old: views.Stake | None, share: Share | None, shares: Count | None) -> bool:
    """Whether so much can be sold of what is held."""
    if old is None or old.share.is_nothing:
        return False
    if shares is not None and old.shares is not None and shares.value > old.shares:
        return False
    most, least = old.share.maximum, None if share is None else share.minimum
    return most is None or least is None or least <= most


def _keeps(old: views.Stake | None, holds: Share) -> bool:
    most, least = None if old is None else old.share.maximum, holds.minimum
    return most is None or least is None or least <= most


def _observes(event: StakeObserved, before: Standing) -> bool:
    old = before.get(views.HOLDINGS, (event.holder, event.target, event.right))
    if event.lot is not None or event.ends is not None:
        return old is not None if event.holds.is_nothing else True
    if event.holds.is_nothing:
        return True
    if old is None or old.share.is_nothing or old.stale:
        return False
    count = None if event.shares is None else event.shares.value
    return confirms(event.holds, old.share, count, old.shares)


def _counts(event: SharesCancelled | SharesRestructured, before: Standing) -> bool:
    count = before.get(views.SHARES, (event.issuer,))
    return count is not None and count.total is not None


# Deals


_STAGES: Mapping[type[Event], tuple[str | None, ...]] = MappingProxyType(
    # What a deal may have come to before each of its stages.
    {
        DealProposed: (None, "terminated"),
        DealAgreed: (None, "proposed", "terminated"),
        DealApproved: ("proposed", "agreed", "approved"),
        DealCompleted: ("proposed", "agreed", "approved"),
        DealTerminated: ("proposed", "agreed", "approved"),
    }
)


def _follows(event: Any, before: Standing) -> bool:
    old = before.get(views.DEALS, (event.deal,))
    return (None if old is None else old.stage) in _STAGES[type(event)]


# Entities


def _status(entity: str, before: Standing) -> str | None:
    old = before.get(views.STATUS, (entity,))
    return None if old is None else old.status


def _splits(event: DemergerSplit, before: Standing) -> bool:
    owned = {key[1] for key, _ in before.where(views.HOLDINGS, 0, event.parent)}
    owned.update(key[0] for key, _ in before.where(views.UNITS, 1, event.parent))
    return owned.issuperset(thing for thing, _ in event.allocation)


SENSE: Mapping[type[Event], Sense] = MappingProxyType(
    {
        RoleAppointed: lambda event, before: before.get(views.ROLES, _role(event)[1:]) is None,
        RoleEnded: lambda event, before: before.get(views.ROLES, _role(event)[1:]) is not None,
        MembershipStarted: lambda event, before: (
            before.get(views.MEMBERSHIPS, _membership(event)[1:]) is None
        ),
        MembershipEnded: lambda event, before: (
            before.get(views.MEMBERSHIPS, _membership(event)[1:]) is not None
        ),
        ListingStarted: _starts_listing,
        ListingEnded: _ends_listing,
        ControlGranted: _grants_control,
        ControlEnded: _ends_control,
        PartnershipAgreed: _agrees_partnership,
        PartnershipEnded: _ends_partnership,
        UnitLaunched: lambda event, before: not _some(before, _unit(event)),
        UnitTransferred: _hands_over,
        UnitClosed: lambda event, before: bool(_some(before, _unit(event))),
        StakeAcquired: _buys,
        StakeDisposed: _sells,
        StakeObserved: _observes,
        SharesCancelled: _counts,
        SharesRestructured: _counts,
        DealProposed: _follows,
        DealAgreed: _follows,
        DealApproved: _follows,
        DealCompleted: _follows,
        DealTerminated: _follows,
        EntityFounded: lambda event, before: _status(event.entity, before) is None,
        EntityDissolved: lambda event, before: _status(event.entity, before) != "dissolved",
        EntityInsolvent: lambda event, before: _status(event.entity, before) != "dissolved",
        EntityReinstated: lambda event, before: _status(event.entity, before) in ("dissolved", "insolvent"),
        DemergerSplit: _splits,
    }
)
"""Whether an event makes sense, given what stands before it. A kind that is not here does so anywhere."""

BEGINS: frozenset[type[Event]] = frozenset(
    {RoleAppointed, MembershipStarted, ListingStarted, ControlGranted, PartnershipAgreed, UnitLaunched}
)
"""The kinds that may bring a record of their own to a cell in which another stands."""


# What events touch


def _together(event: PartnershipAgreed | PartnershipEnded) -> str:
    return "+".join(sorted(set(event.parties)))


def _invested(event: InvestmentMade) -> Key:
    return event.investor, event.project, "equity"


CONCERNS: Mapping[type[Event], tuple[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        **dict.fromkeys(
            (StakeAcquired, StakeDisposed, StakeObserved),
            (views.HOLDINGS, attrgetter("holder", "target", "right")),
        ),
        InvestmentMade: (views.HOLDINGS, _invested),
        **dict.fromkeys(
            (SharesIssued, SharesCancelled, SharesRestructured), (views.SHARES, attrgetter("issuer"))
        ),
        **dict.fromkeys((UnitLaunched, UnitTransferred, UnitClosed), (views.UNITS, attrgetter("unit"))),
        **dict.fromkeys((RoleAppointed, RoleEnded), (views.ROLES, attrgetter("person", "entity", "role"))),
        **dict.fromkeys(
            (MembershipStarted, MembershipEnded), (views.MEMBERSHIPS, attrgetter("entity", "group"))
        ),
        **dict.fromkeys((ListingStarted, ListingEnded), (views.LISTINGS, attrgetter("entity"))),
        **dict.fromkeys((ControlGranted, ControlEnded), (views.CONTROL, attrgetter("controller", "target"))),
        **dict.fromkeys((PartnershipAgreed, PartnershipEnded), (views.PARTNERSHIPS, _together)),
        **dict.fromkeys(
            (DealProposed, DealAgreed, DealApproved, DealCompleted, DealTerminated),
            (views.DEALS, attrgetter("deal")),
        ),
        EntityFounded: (views.NAMES, attrgetter("entity")),
        EntityRenamed: (views.NAMES, attrgetter("entity")),
        EntityIdentified: (views.IDENTIFIERS, attrgetter("entity", "scheme", "value")),
        **dict.fromkeys(
            (EntityDissolved, EntityInsolvent, EntityReinstated), (views.STATUS, attrgetter("entity"))
        ),
        ProjectReleased: (views.PROJECTS, attrgetter("project", "where")),
    }
)
"""What an event of each kind touches, whatever stands: a view, and a key in it or the first parts of one, as
a tuple or as the only part. Mergers and splits touch what their parties have: see ``order``."""


def touches(event: Event) -> tuple[Thing, ...]:
    """The things that an event touches by ``CONCERNS``, the other side of a sale and a status included."""
    kind = type(event)
    if kind not in CONCERNS:
        return ()
    view, key_of = CONCERNS[kind]
    key = key_of(event)
    thing = (view, *key) if isinstance(key, tuple) else (view, key)
    if kind is StakeAcquired or kind is StakeDisposed:
        other = event.seller if kind is StakeAcquired else event.buyer  # type: ignore[attr-defined]  # by kind
        return (thing,) if other is None else (thing, (view, other, *key[1:]))
    return (thing, (views.STATUS, key)) if kind is EntityFounded else (thing,)
