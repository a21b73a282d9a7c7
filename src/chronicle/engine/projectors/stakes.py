"""The value of a holding before an event, and the changes that add to it or take from it."""

from __future__ import annotations

from fractions import Fraction

from chronicle.engine import views
from chronicle.engine.replay import Before, Change, Key, Operation
from chronicle.engine.views import Stake
from chronicle.events import (
    Event,
)
from chronicle.values import Count, Share

Cells = tuple[tuple[str, Key], ...]


UNKNOWN = Share.unknown()


NOTHING = Share.exact(0)


NO_CELLS: Cells = ()


# The value before. A stated share of zero is a value too, but it cannot be added to, diluted or moved.


def stake_of(before: Before, key: Key) -> Stake | None:
    """What is held in a cell before an event; None for nothing, also where zero is stated."""
    stake: Stake | None = before.get(views.HOLDINGS, key)
    return None if stake is None or stake.share.is_nothing else stake


def standing(before: Before, position: int, entity: str) -> list[tuple[Key, Stake]]:
    """The holdings other than zero that have an entity at a position of their key, with their values."""
    found = before.where(views.HOLDINGS, position, entity)
    return [(key, stake) for key, stake in found if not stake.share.is_nothing]


def anew(old: Stake | None) -> Operation:
    """The operation of a gain: "set" if nothing was held, since the value is then not made from another."""
    return "set" if old is None else "adjust"


def or_end(event: Event, key: Key, operation: Operation, stake: Stake, made_from: Cells = ()) -> Change:
    """The change to ``stake``, or the end of the holding if that is zero and not stated by a source.

    A share that is stated outright has precedence over a computed count of 0.
    """
    nothing = stake.share.is_nothing
    if nothing and _is_stated(event):
        return Change(views.HOLDINGS, key, "set", Stake(stake.share), event.date, event.id)
    if operation == "set" and stake.shares == 0 and not stake.share.is_unknown:
        stake = stake._replace(shares=None)
    if nothing or stake.shares == 0:
        return Change(views.HOLDINGS, key, "end", None, event.date, event.id)
    return Change(views.HOLDINGS, key, operation, stake, event.date, event.id, made_from)


def _is_stated(event: Event) -> bool:
    """Whether an event states that nothing is held, other than the end of a record."""
    holds: Share | None = getattr(event, "holds", None)
    return holds is not None and holds.is_nothing and event.ends is None and not getattr(event, "lot", None)


def base_of(issuer: str) -> Cells:
    """The cell of the number of shares, on which a share computed from a count depends."""
    return ((views.SHARES, (issuer,)),)


def not_below_nothing(share: Share) -> Share:
    """A share, with 0 instead of what is negative after subtraction."""
    # By the numerator: a comparison of fractions would take longer than the rest of a sale.
    if share.minimum is None or share.maximum is None or share.minimum.numerator >= 0:
        return share
    if share.maximum <= 0:
        return NOTHING
    return Share(Fraction(0), share.maximum, False, share.maximum_open, share.approximate)


def added(old: Stake | None, shares: Count) -> int | None:
    """The count after ``shares`` were added; None if it was not known before."""
    if old is not None and old.shares is None:
        return None
    return shares.value + (old.shares or 0 if old is not None else 0)


def taken(old: Stake | None, shares: Count) -> int | None:
    """The count after ``shares`` were removed; None if it was not known before."""
    if old is None or old.shares is None:
        return None
    return max(0, old.shares - shares.value)


def counted(count: int | None, total: int | None) -> Stake:
    """A stake known by count: with its share if the total number of shares is known."""
    if count is None or not total:
        return Stake(UNKNOWN, count)
    return Stake(Share.exact(Fraction(count, total)), count, "derived")


def number_of(shares: Count | None) -> int:
    """A count as a number, 0 for none."""
    return 0 if shares is None else shares.value


def recounted(old: Stake | None, moved: int, total: int | None) -> Stake:
    """A stake after ``moved`` shares were added, or removed where it is negative.

    Without a known total number of shares, a share is scaled as its own count changes.
    """
    if old is None:
        return counted(moved, total)
    if old.shares is not None:
        count = max(0, old.shares + moved)
        if total or not old.shares:
            return counted(count, total)
        return Stake(old.share.scaled(Fraction(count, old.shares)), count, "derived", old.stale)
    if not total:
        return Stake(UNKNOWN, None, "derived")
    share = not_below_nothing(old.share + Share.exact(Fraction(moved, total)))
    return Stake(share, None, "derived", old.stale)
