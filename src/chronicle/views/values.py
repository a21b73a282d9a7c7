"""What the cells of the views hold.

Named tuples, as replay makes one for nearly every event and a named tuple costs a third of a frozen
attrs object.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from chronicle.values import Money, Share

Basis = Literal["reported", "derived", "assumed"]
Stage = Literal["proposed", "agreed", "approved", "completed", "terminated"]
OPEN_STAGES: tuple[Stage, ...] = ("proposed", "agreed", "approved")


class Lot(NamedTuple):
    """One of the records that a holding is told in: its name, who publishes it, and what it says."""

    name: str
    publisher: str
    share: Share
    shares: int | None = None
    stale: bool = False


class Stake(NamedTuple):
    """What a holder has of a target. ``shares`` where it is known by count.

    ``stale`` says that the base changed under a share and nobody knows by how much.
    """

    share: Share
    shares: int | None = None
    basis: Basis = "reported"
    stale: bool = False

    def without(self, more: Stake, less: Stake | None) -> Stake:
        """This stake without that by which ``more`` is more than ``less`` (None: than nothing)."""
        share = more.share if less is None else more.share - less.share
        count = None
        if self.shares is not None and more.shares is not None:
            count = self.shares - (more.shares - (0 if less is None else less.shares or 0))
        return Stake(self.share - share, count, self.basis, self.stale)

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The lots that it is known to be made up of, by name; of most stakes nobody says."""
        return ()

    @property
    def seen_by(self) -> str | None:
        """The publisher who saw just this much; None where that has no name, or it came about otherwise."""
        return None


class StakeSeen(Stake):
    """A stake that remembers who saw it, and its lots, all of one publisher.

    This is how replay reckons and no part of the answer: it is no field, so that a stake is equal to one of
    the same size that remembers nothing, and is shown and exported as one.
    """

    lots: tuple[Lot, ...] = ()
    seen_by: str | None = None


def seen(stake: Stake, lots: tuple[Lot, ...] = (), by: str | None = None) -> Stake:
    """``stake``, made up of these lots, and seen by a publisher; the plain one when neither is known."""
    if not lots and by is None:
        return stake
    made = StakeSeen(*stake)
    made.lots, made.seen_by = lots, by
    return made


class Ownership(NamedTuple):
    """That a unit belongs to its owner."""

    basis: Basis = "reported"


class DealStage(NamedTuple):
    """How far a deal has come."""

    title: str
    stage: Stage
    parties: tuple[str, ...]
    binding: bool
    reason: str | None = None


class Name(NamedTuple):
    """What an entity is called."""

    name: str
    short: str | None = None
    lang: str | None = None


class EntityKind(NamedTuple):
    """What sort of entity it is, and under whose law."""

    type: str
    jurisdiction: str | None = None


class Status(NamedTuple):
    """Whether an entity exists: ``active``, ``insolvent`` or ``dissolved``, and why or in which stage."""

    status: Literal["active", "insolvent", "dissolved"]
    reason: str | None = None


class Succession(NamedTuple):
    """How one entity came out of another: ``absorbed``, ``consolidated``, ``split`` or ``dissolved``."""

    how: Literal["absorbed", "consolidated", "split", "dissolved"]


class Listing(NamedTuple):
    """That shares trade, and since which terms."""

    ticker: str | None = None
    ipo: bool = False
    raised: Money | None = None
    price: Money | None = None


class ShareCount(NamedTuple):
    """How many shares a company has in issue; None where it is not known any more."""

    total: int | None


class Partnership(NamedTuple):
    """Who does what together."""

    parties: tuple[str, ...]
    subject: str
    project: str | None = None


class Release(NamedTuple):
    """That a project is out, and by whom."""

    by: tuple[str, ...] = ()
