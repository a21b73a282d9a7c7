"""Stakes and shares: who holds what of whom, and how the number of shares itself changes."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from chronicle.events.envelope import EntityId, Event, incomplete
from chronicle.events.rights import Right
from chronicle.values import Count, Money, Ratio, Share

_SAY_HOW_MUCH = (
    "say share (what changed hands), holds (the result) or shares (a count); `share: ?` when undisclosed"
)


@frozen(kw_only=True, repr=False, eq=False)
class StakeAcquired(Event):
    """A holder gets more of a target: ``share`` is what it got, ``holds`` what it holds as a result.

    ``shares`` is the number of shares it got. The holding of a ``seller`` shrinks by as much.
    One of the three is needed. Raises ``InvalidEvents`` when none of them is given.
    """

    kind: ClassVar[str] = "stake.acquired"
    about: ClassVar[tuple[str, ...]] = ("holder", "target")

    holder: EntityId
    target: EntityId
    share: Share | None = None
    holds: Share | None = None
    shares: Count | None = None
    right: Right = "equity"
    seller: EntityId | None = None
    price: Money | None = None

    def __attrs_post_init__(self) -> None:
        if self.share is None and self.holds is None and self.shares is None:
            raise incomplete(self, "does not say how much", _SAY_HOW_MUCH)


@frozen(kw_only=True, repr=False, eq=False)
class StakeDisposed(Event):
    """A holder gives up some of a target: ``share`` is what it gave, ``holds`` what it keeps.

    ``shares`` is the number of shares it gave. The holding of a ``buyer`` grows by as much.
    One of the three is needed. Raises ``InvalidEvents`` when none of them is given.
    """

    kind: ClassVar[str] = "stake.disposed"
    about: ClassVar[tuple[str, ...]] = ("holder", "target")

    holder: EntityId
    target: EntityId
    share: Share | None = None
    holds: Share | None = None
    shares: Count | None = None
    right: Right = "equity"
    buyer: EntityId | None = None
    price: Money | None = None

    def __attrs_post_init__(self) -> None:
        if self.share is None and self.holds is None and self.shares is None:
            raise incomplete(self, "does not say how much", _SAY_HOW_MUCH)


@frozen(kw_only=True, repr=False, eq=False)
class StakeObserved(Event):
    """A source states what is held on a day, not how this came about.

    The observed value stands from then on. Where it differs from what replay gives, ``check`` warns; with
    ``check: yes`` it is an assertion, and ``check`` reports an error (C415). ``lot`` names the record of a
    register to which the stake belongs: such a stake is one lot, and the lots of one publisher for the same
    holder, target and right add up to the holding.
    """

    kind: ClassVar[str] = "stake.observed"
    about: ClassVar[tuple[str, ...]] = ("holder", "target")

    holder: EntityId
    target: EntityId
    holds: Share
    shares: Count | None = None
    right: Right = "equity"
    check: bool = False
    lot: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class SharesIssued(Event):
    """A company issues new shares.

    ``total`` is the number afterwards, ``subscribers`` are pairs of who got how many.
    """

    kind: ClassVar[str] = "shares.issued"
    about: ClassVar[tuple[str, ...]] = ("issuer",)

    issuer: EntityId
    shares: Count
    price: Money | None = None
    total: Count | None = None
    subscribers: tuple[tuple[EntityId, Count], ...] = ()


@frozen(kw_only=True, repr=False, eq=False)
class SharesCancelled(Event):
    """A company cancels shares of its own. ``total`` is the number afterwards."""

    kind: ClassVar[str] = "shares.cancelled"
    about: ClassVar[tuple[str, ...]] = ("issuer",)

    issuer: EntityId
    shares: Count
    total: Count | None = None


@frozen(kw_only=True, repr=False, eq=False)
class SharesRestructured(Event):
    """Every share becomes ``ratio`` shares (new : old): a split is 2:1, a consolidation 1:10."""

    kind: ClassVar[str] = "shares.restructured"
    about: ClassVar[tuple[str, ...]] = ("issuer",)

    issuer: EntityId
    ratio: Ratio
