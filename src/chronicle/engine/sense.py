"""Where an event makes sense, and what it touches: the one definition for the order of replay.

Where the windows of events overlap, those orders are taken in which most events make sense (``order/``):

- a begin finds its cell empty, or begins a record of its own, which it names or another event ends by name;
- an end finds what it ends; a sale is of no more than is held; a unit is transferred by its owner;
- a stage of a deal comes after the earlier and before the later stages that events state;
- a split or a cancellation finds a number of shares;
- an observation finds a value that it confirms; one of zero may come anywhere;
- no entity acts before being founded, or after being dissolved, absorbed or consolidated.

The first five are decided by one event and the values before it: ``SENSE``. The last orders two events
whatever the values are: ``order/by_life.py``. ``CONCERNS`` decides which events are compared at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Protocol

from attrs import frozen

from chronicle.engine import views
from chronicle.engine.replay import Key
from chronicle.events import (
    KINDS,
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
from chronicle.values import Count, Share, confirms

Thing = tuple[str, ...]
"""What events touch: the name of a view, with a key of it or the first parts of one."""


class Standing(Protocol):
    """The values before an event."""

    def get(self, view: str, key: Key) -> Any | None:
        """The value of one cell, or None for none."""

    def where(self, view: str, position: int, part: str) -> list[tuple[Key, Any]]:
        """The cells (key, value) of a view whose key has ``part`` at ``position``."""


Sense = Callable[[Any, Standing], bool]


# Ties


@frozen(eq=False)
class TieRule:
    """What events of one kind begin and those of another end: a cell of a view.

    ``key_of`` gives the parts of the key that both kinds name: a tuple, or the only one where ``last`` adds
    another. ``last`` is the field of that other part: an end that leaves it empty ends all cells with the
    first parts. ``value_of`` gives the value of an event that begins a tie. A tie without a kind that ends it
    is not made doubtful by the end of an entity either.
    """

    view: str
    begins: type[Event]
    ends: type[Event] | None
    key_of: Callable[[Any], Any]
    value_of: Callable[[Any], Any]
    last: str = ""

    def parts(self, event: Event) -> Key:
        """The parts of the key that events of both kinds name."""
        found = self.key_of(event)
        return found if isinstance(found, tuple) else (found,)

    def key(self, event: Event) -> Key:
        """The whole key of an event."""
        if not self.last:
            return self.key_of(event)  # type: ignore[no-any-return]
        return (*self.parts(event), getattr(event, self.last) or "")

    def ended(self, event: Event, before: Standing) -> list[Key]:
        """The keys of the ties that an event ends, where it may leave out the last part."""
        first, *others = self.parts(event)
        last = getattr(event, self.last)
        standing = (key for key, _ in before.where(self.view, 0, first) if key[1:-1] == tuple(others))
        return [key for key in standing if last in (None, key[-1])]

    def makes_sense(self, event: Event, before: Standing) -> bool:
        """Whether a begin finds its cell empty, or an end what it ends."""
        if isinstance(event, self.begins):
            return before.get(self.view, self.key(event)) is None
        if self.last:
            return bool(self.ended(event, before))
        return before.get(self.view, self.key(event)) is not None


def together(event: PartnershipAgreed | PartnershipEnded) -> str:
    """One text for a set of parties, however they are listed."""
    return "+".join(sorted(set(event.parties)))


def _listing(event: ListingStarted) -> views.Listing:
    return views.Listing(event.ticker, event.ipo, event.raised, event.price)


_NO_SHARE = views.Control()


def _control(event: ControlGranted) -> views.Control:
    # Registers that state no share have millions of these: one value for all.
    return _NO_SHARE if event.share is None else views.Control(event.share)


def _partnership(event: PartnershipAgreed) -> views.Partnership:
    return views.Partnership(event.parties, event.subject, event.project)


def _is_so(_: MembershipStarted) -> bool:
    return True


TIES: tuple[TieRule, ...] = (
    TieRule(views.LISTINGS, ListingStarted, ListingEnded, attrgetter("entity"), _listing, "exchange"),
    TieRule(
        views.CONTROL,
        ControlGranted,
        ControlEnded,
        attrgetter("controller", "target"),
        _control,
        "basis",
    ),
    TieRule(
        views.ROLES,
        RoleAppointed,
        RoleEnded,
        attrgetter("person", "entity", "role"),
        attrgetter("role"),
    ),
    TieRule(views.PARTNERSHIPS, PartnershipAgreed, PartnershipEnded, together, _partnership, "subject"),
    TieRule(
        views.PROJECTS,
        ProjectReleased,
        None,
        attrgetter("project", "where"),
        lambda event: views.Release(event.by),
    ),
    TieRule(views.MEMBERSHIPS, MembershipStarted, MembershipEnded, attrgetter("entity", "group"), _is_so),
)
"""The ties. Their projectors, and their entries in the tables below, are made from this one."""


# Units


def _launches(event: UnitLaunched, before: Standing) -> bool:
    return not before.where(views.UNITS, 0, event.unit)


def _closes(event: UnitClosed, before: Standing) -> bool:
    return bool(before.where(views.UNITS, 0, event.unit))


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
    """Whether so much can be sold of a holding."""
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
    # The stages of a deal that may come before each stage; None for no stage.
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
    stakes = before.where(views.HOLDINGS, 0, event.parent)
    owned = {key[1] for key, stake in stakes if not stake.share.is_nothing}
    owned.update(key[0] for key, _ in before.where(views.UNITS, 1, event.parent))
    return owned.issuperset(thing for thing, _ in event.allocation)


SENSE: Mapping[type[Event], Sense] = MappingProxyType(
    {
        **{kind: tie.makes_sense for tie in TIES if tie.ends for kind in (tie.begins, tie.ends)},
        UnitLaunched: _launches,
        UnitTransferred: _hands_over,
        UnitClosed: _closes,
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
"""Whether an event makes sense, given the values before it. Kinds that are not here make sense anywhere."""

BEGINS: frozenset[type[Event]] = frozenset({UnitLaunched, *(tie.begins for tie in TIES if tie.ends)})
"""The kinds that may begin a record of their own in a cell in which another one stands."""


def is_own(event: Event, ended_by_name: Set[str]) -> bool:
    """Whether an event begins a record of its own: it names that, or another event ends it by name."""
    if type(event) not in BEGINS:
        return False
    return event.id in ended_by_name or getattr(event, "record", None) is not None


# What events touch


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
        **{kind: (tie.view, tie.key_of) for tie in TIES for kind in (tie.begins, tie.ends) if kind},
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
    }
)
"""What an event of each kind touches, whatever the values are: a view, and a function that gives a key in it
or the first parts of one, as a tuple or as the only part. Mergers and splits touch what their parties have:
see ``order``."""


def touches(event: Event) -> tuple[Thing, ...]:
    """The things that an event touches by ``CONCERNS``, with the other side of a sale and a status."""
    keys = [(view, key_of(event)) for view, key_of in touching(event.kind)]
    return tuple([(view, *key) for view, key in keys if key is not None])


@cache
def touching(name: str) -> tuple[tuple[str, Callable[[Any], Key | None]], ...]:
    """What events of a kind touch: views, each with what gives its key, or its first parts, of an event."""
    kind = KINDS[name]
    if kind not in CONCERNS:
        return ()
    view, key_of = CONCERNS[kind]
    if kind is StakeAcquired:
        return (view, key_of), (view, _of_seller)
    if kind is StakeDisposed:
        return (view, key_of), (view, _of_buyer)
    of_tuple = _as_tuple(key_of)
    return ((view, of_tuple), (views.STATUS, of_tuple)) if kind is EntityFounded else ((view, of_tuple),)


def _as_tuple(key_of: Callable[[Any], Any]) -> Callable[[Any], Key]:
    def key(event: Any) -> Key:
        found = key_of(event)
        return found if isinstance(found, tuple) else (found,)

    return key


def _of_seller(event: StakeAcquired) -> Key | None:
    return None if event.seller is None else (event.seller, event.target, event.right)


def _of_buyer(event: StakeDisposed) -> Key | None:
    return None if event.buyer is None else (event.buyer, event.target, event.right)
