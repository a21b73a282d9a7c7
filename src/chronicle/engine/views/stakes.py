"""Views of what is held: stakes, business units, and numbers of shares.

A value is a named tuple: replay makes one for nearly every event, and it costs a third of a frozen attrs
object.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from chronicle.engine.views.names import (
    HOLDINGS,
    SHARES,
    UNITS,
)
from chronicle.engine.views.view import SURE, Key, Mark, Section, View
from chronicle.values import Share

Basis = Literal["reported", "derived", "assumed"]


class Lot(NamedTuple):
    """One of the records of which a holding consists: its name, its publisher, and what it states."""

    name: str
    publisher: str
    share: Share
    shares: int | None = None
    stale: bool = False


class Stake(NamedTuple):
    """What a holder has of a target. ``shares`` is None if the count is not known.

    ``stale`` is true if the total number of shares changed since by an unknown amount.
    """

    share: Share
    shares: int | None = None
    basis: Basis = "reported"
    stale: bool = False

    def without(self, more: Stake, less: Stake | None) -> Stake:
        """This stake, reduced by the difference of ``more`` and ``less`` (None: by ``more``)."""
        share = more.share if less is None else more.share - less.share
        count = None
        if self.shares is not None and more.shares is not None:
            count = self.shares - (more.shares - (0 if less is None else less.shares or 0))
        return Stake(self.share - share, count, self.basis, self.stale)

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The known lots of the stake, by name; mostly none are known."""
        return ()

    @property
    def seen_by(self) -> str | None:
        """The publisher that observed just this stake; None if without a name or if not observed."""
        return None


class StakeSeen(Stake):
    """A stake with its publisher and its lots, all of one publisher.

    Replay needs these; they are no part of the answer. They are not fields of the tuple, so that such a stake
    is equal to a plain one of the same size, and is shown and exported like one.
    """

    lots: tuple[Lot, ...] = ()
    seen_by: str | None = None

    def __repr__(self) -> str:
        return repr(Stake(*self))


def seen(stake: Stake, lots: tuple[Lot, ...] = (), by: str | None = None) -> Stake:
    """``stake`` with these lots, observed by a publisher; unchanged if neither is known."""
    if not lots and by is None:
        return stake
    made = StakeSeen(*stake)
    made.lots, made.seen_by = lots, by
    return made


class Ownership(NamedTuple):
    """That a unit belongs to its owner."""

    basis: Basis = "reported"


class ShareCount(NamedTuple):
    """The number of shares that a company has in issue; None if it is not known any more."""

    total: int | None


def _right(key: Key, _: Any) -> str | None:
    """The right, or None for equity, the default."""
    return None if key[2] == "equity" else key[2]


def _amount(_: Key, stake: Stake) -> Share | str:
    return "share unknown" if stake.share.is_unknown else stake.share


def _figure(_: Key, stake: Stake) -> Share | None:
    return None if stake.share.is_unknown else stake.share


def _count(_: Key, count: ShareCount) -> int | str:
    return "unknown" if count.total is None else count.total


_STAKE: Final = "[, {=shares} shares]"
_DOUBTS: Final = "[, {=reckoned}][, stale: the number of shares has changed{?stale}]"

VIEWS: Final = (
    View(
        name=HOLDINGS,
        key={"holder": "entity", "target": "entity", "right": "text"},
        value=Stake,
        more={
            "other_right": _right,
            "amount": _amount,
            "figure": _figure,
            "unknown": lambda _, stake: stake.share.is_unknown,
            "reckoned": lambda _, stake: None if stake.basis == "reported" else stake.basis,
        },
        title="Holdings",
        what="stake",
        subject="{holder} in {target}[ ({=other_right})]",
        says=f"{{=amount}}{_STAKE}{_DOUBTS}",
        sections=tuple(
            Section(
                title=title,
                line=f"{{{other}}}[ ({{=other_right}})]{_STAKE}",
                dim=f"[, share unknown{{?unknown}}]{_DOUBTS}",
                figure="{=figure}",
                under=under,
                of=of,
            )
            for title, other, under, of in (
                ("Holdings", ".target", "holder", "all"),
                ("Holds", "target", "", "holder"),
                ("Held by", "holder", "", "target"),
            )
        ),
        one="holding",
        row=("holder", "target", "right", "share"),
        first=("holder", "target", "right", "share", *SURE, "shares"),
        difference="StakeChanged",
        family="stake",
        mark=Mark("◉", "stake", "green"),
        alone=False,
    ),
    View(
        name=UNITS,
        key={"unit": "entity", "owner": "entity"},
        value=Ownership,
        title="Business units",
        what="owner",
        subject="{unit}",
        says="{owner}",
        sections=(Section(line="{.unit}", under="owner"),),
        one="unit",
        first=("unit", "owner", *SURE),
        difference="UnitMoved",
        # A unit that moves is one difference, not two: so the owner is not part of its subject.
        about=1,
        family="unit",
        mark=Mark("❖", "unit", "blue"),
        alone=False,
    ),
    View(
        name=SHARES,
        key={"issuer": "entity"},
        value=ShareCount,
        more={
            "count": _count,
            "told": lambda _, count: "?" if count.total is None else count.total,
        },
        title="Shares in issue",
        what="number of shares",
        subject="{issuer}",
        says="{=count}",
        sections=(Section(line="{issuer}", figure="{=count}"),),
        one="shares",
        row=("issuer", "", "", "told"),
        difference="SharesCounted",
        family="shares",
        mark=Mark("✱", "shares", "bright_green"),
        alone=True,
    ),
)
