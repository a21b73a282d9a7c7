"""Who holds what share of whom, by 0.1.0: kept as it was, faults included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from chronicle.engine import views
from chronicle.engine.projectors.counting import total_after, total_before
from chronicle.engine.replay import Before, Change, Key, Operation, Projector
from chronicle.engine.views import Stake
from chronicle.events import (
    DemergerSplit,
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
from chronicle.values import Count, Share

Cells = tuple[tuple[str, Key], ...]

_UNKNOWN = Share.unknown()
_NOTHING = Share.exact(0)
_NO_CELLS: Cells = ()
# A seat on the board is not measured in shares, so issuing shares does not dilute it.
_MEASURED_IN_SHARES = frozenset({"equity", "votes", "profit"})


# Bought and sold


def _acquired(event: StakeAcquired, before: Before) -> tuple[Change, ...]:
    holder, target, right = event.holder, event.target, event.right
    key = (holder, target, right)
    old = before.get(views.HOLDINGS, key)
    if old is None and event.share is not None and event.holds is None and event.seller is None:
        # A short way for the most common event: a first stake without a seller.
        count = None if event.shares is None else event.shares.value
        return (Change(views.HOLDINGS, key, "set", Stake(event.share, count), event.date, event.id),)
    change = _gain(event, key, before, event.share, event.holds)
    if event.seller is None:
        return (change,)
    moved, made_from = event.share, _NO_CELLS
    if moved is None and event.holds is not None:
        moved = event.holds if old is None else _not_below_nothing(event.holds - old.share)
        made_from = ((views.HOLDINGS, key),)
    if moved is not None and moved.is_nothing:
        return (change,)
    # The seller's change comes first: what it is made from is what the holder had before.
    return (*_lose(event, (event.seller, target, right), before, moved, None, made_from=made_from), change)


def _disposed(event: StakeDisposed, before: Before) -> tuple[Change, ...]:
    key = (event.holder, event.target, event.right)
    changes = _lose(event, key, before, event.share, event.holds)
    if event.buyer is None:
        return changes
    moved, made_from = event.share, _NO_CELLS
    if moved is None and event.holds is not None:
        old = before.get(views.HOLDINGS, key)
        moved = _UNKNOWN if old is None else _not_below_nothing(old.share - event.holds)
        made_from = ((views.HOLDINGS, key),)
    if moved is not None and moved.is_nothing:
        return changes
    buyer = (event.buyer, event.target, event.right)
    return (_gain(event, buyer, before, moved, None, made_from=made_from), *changes)


def _gain(
    event: StakeAcquired | StakeDisposed,
    key: Key,
    before: Before,
    share: Share | None,
    holds: Share | None,
    *,
    made_from: Cells = _NO_CELLS,
) -> Change:
    """More of a target: to ``holds`` outright, else by ``share``, else by the count of the event.

    ``made_from`` are the cells from which ``share`` was computed.
    """
    old: Stake | None = before.get(views.HOLDINGS, key)
    count = _added(old, event.shares)
    if holds is not None:
        return Change(views.HOLDINGS, key, "set", Stake(holds, count), event.date, event.id)
    if share is None:
        stake = _recounted(old, _number(event.shares), total_before(key[1], before))
        return Change(views.HOLDINGS, key, "adjust", stake, event.date, event.id, _base(key[1]))
    stake = Stake(share, count) if old is None else Stake(old.share + share, count, "derived", old.stale)
    return Change(views.HOLDINGS, key, "adjust", stake, event.date, event.id, made_from)


def _lose(
    event: StakeAcquired | StakeDisposed,
    key: Key,
    before: Before,
    share: Share | None,
    holds: Share | None,
    *,
    made_from: Cells = _NO_CELLS,
) -> tuple[Change, ...]:
    """Less of a target: to ``holds`` outright, else by ``share``, else by the count of the event.

    A holder that was not known to hold any keeps none; ``check`` reports it.
    """
    old: Stake | None = before.get(views.HOLDINGS, key)
    count = _taken(old, event.shares)
    if holds is not None:
        return (_or_end(event, key, "set", Stake(holds, count)),)
    if old is None:
        return ()
    if share is None:
        stake = _recounted(old, -_number(event.shares), total_before(key[1], before))
        return (_or_end(event, key, "adjust", stake, _base(key[1])),)
    stake = Stake(_not_below_nothing(old.share - share), count, "derived", old.stale)
    return (_or_end(event, key, "adjust", stake, made_from),)


def _or_end(event: Event, key: Key, operation: Operation, stake: Stake, made_from: Cells = ()) -> Change:
    if stake.share.is_nothing or (stake.shares == 0 and stake.share.is_unknown):
        return Change(views.HOLDINGS, key, "end", None, event.date, event.id)
    return Change(views.HOLDINGS, key, operation, stake, event.date, event.id, made_from)


def _base(issuer: str) -> Cells:
    """The cell of the total number of shares, from which a share computed from a count is made as well."""
    return ((views.SHARES, (issuer,)),)


def _not_below_nothing(share: Share) -> Share:
    # By the numerator: a comparison of fractions would take longer than the rest of a sale.
    if share.minimum is None or share.maximum is None or share.minimum.numerator >= 0:
        return share
    if share.maximum <= 0:
        return _NOTHING
    return Share(Fraction(0), share.maximum, False, share.maximum_open, share.approximate)


def _added(old: Stake | None, shares: Count | None) -> int | None:
    if shares is None or (old is not None and old.shares is None):
        return None
    return shares.value + (old.shares or 0 if old is not None else 0)


def _taken(old: Stake | None, shares: Count | None) -> int | None:
    if old is None or old.shares is None or shares is None:
        return None
    return max(0, old.shares - shares.value)


def _counted(count: int | None, total: int | None) -> Stake:
    """A stake known by count: its share where the number of all shares is known too."""
    if count is None or not total:
        return Stake(_UNKNOWN, count)
    return Stake(Share.exact(Fraction(count, total)), count, "derived")


def _number(shares: Count | None) -> int:
    return 0 if shares is None else shares.value


def _recounted(old: Stake | None, moved: int, total: int | None) -> Stake:
    """A stake after ``moved`` shares were added, or removed where it is negative.

    Without a known total number of shares, a share is scaled as its own count changes.
    """
    if old is None:
        return _counted(moved, total)
    if old.shares is not None:
        count = max(0, old.shares + moved)
        if total or not old.shares:
            return _counted(count, total)
        return Stake(old.share.scaled(Fraction(count, old.shares)), count, "derived", old.stale)
    if not total:
        return Stake(_UNKNOWN, None, "derived")
    share = _not_below_nothing(old.share + Share.exact(Fraction(moved, total)))
    return Stake(share, None, "derived", old.stale)


def _observed(event: StakeObserved, before: Before) -> tuple[Change, ...]:
    key = (event.holder, event.target, event.right)
    old: Stake | None = before.get(views.HOLDINGS, key)
    count = None if event.shares is None else event.shares.value
    if old is not None and old.share == event.holds and not old.stale and count in (None, old.shares):
        return (Change(views.HOLDINGS, key, "confirm", old, event.date, event.id),)
    return (_or_end(event, key, "set", Stake(event.holds, count)),)


def _invested(event: InvestmentMade, before: Before) -> tuple[Change, ...]:
    key = (event.investor, event.project, "equity")
    old: Stake | None = before.get(views.HOLDINGS, key)
    share = _UNKNOWN if event.share is None else event.share
    stake = Stake(share) if old is None else Stake(old.share + share, None, "derived")
    return (Change(views.HOLDINGS, key, "adjust", stake, event.date, event.id),)


# The total number of shares changes


def _rebased(event: SharesIssued | SharesCancelled, before: Before) -> Iterator[Change]:
    """Every holding of the issuer, measured by the new number of shares."""
    old_total, new_total = total_before(event.issuer, before), total_after(event, before)
    subscribed: dict[str, int] = {}
    for holder, count in event.subscribers if isinstance(event, SharesIssued) else ():
        # Two subscribers may have turned out to be one entity.
        subscribed[holder] = subscribed.get(holder, 0) + count.value
    base = _base(event.issuer)
    for key, old in before.where(views.HOLDINGS, 1, event.issuer):
        if key[2] in _MEASURED_IN_SHARES:
            bought = subscribed.pop(key[0], 0) if key[2] == "equity" else 0
            new = _diluted(old, bought, old_total, new_total)
            if new != old:
                yield Change(views.HOLDINGS, key, "adjust", new, event.date, event.id, base)
    for holder, bought in subscribed.items():
        key = (holder, event.issuer, "equity")
        stake = _counted(bought, new_total)
        yield Change(views.HOLDINGS, key, "adjust", stake, event.date, event.id, base)


def _diluted(old: Stake, bought: int, old_total: int | None, new_total: int | None) -> Stake:
    """A holding after the number of shares changed, its holder having bought some of the new ones.

    A holding known by count is counted anew. One known only as a share is scaled where both numbers
    are known. Otherwise it stays as it was, marked stale.
    """
    count = None if old.shares is None else old.shares + bought
    if count is not None and new_total:
        return _counted(count, new_total)
    if old.share.is_unknown:
        return Stake(_UNKNOWN, count)
    if old_total and new_total:
        kept = old.share.scaled(Fraction(old_total, new_total))
        return Stake(kept + Share.exact(Fraction(bought, new_total)), None, "derived", old.stale)
    return Stake(_UNKNOWN if bought else old.share, count, old.basis, not bought)


def _restructured(event: SharesRestructured, before: Before) -> list[Change]:
    """A split changes counts and no shares of the whole. What is left of a fraction is paid out."""
    return [
        Change(
            views.HOLDINGS,
            key,
            "adjust",
            stake._replace(shares=int(stake.shares * event.ratio.factor)),
            event.date,
            event.id,
        )
        for key, stake in before.where(views.HOLDINGS, 1, event.issuer)
        if stake.shares is not None
    ]


# Mergers and splits


def _absorbed(event: MergerAbsorbed, before: Before) -> list[Change]:
    return list(_merged(event, before, (event.absorbed,), event.survivor))


def _consolidated(event: MergerConsolidated, before: Before) -> list[Change]:
    return list(_merged(event, before, event.predecessors, event.successor))


def _merged(
    event: Event, before: Before, predecessors: Iterable[str], successor: str | None
) -> Iterator[Change]:
    """What the predecessors held moves to the successor; what was held of them ends.

    Holdings among them, and of the successor itself, end with the merger. 0.1.0 could not say a successor
    without a name: then nothing moves.
    """
    gone = dict.fromkeys(predecessor for predecessor in predecessors if predecessor != successor)
    moving: dict[Key, list[Key]] = {}
    ending: dict[Key, None] = {}
    for predecessor in gone:
        for key, _ in before.where(views.HOLDINGS, 0, predecessor):
            ending.setdefault(key)
            if successor is not None and key[1] not in gone and key[1] != successor:
                moving.setdefault((successor, *key[1:]), []).append(key)
        for key, _ in before.where(views.HOLDINGS, 1, predecessor):
            ending.setdefault(key)
    for key, origins in moving.items():
        yield _gathered(event, before, key, origins)
    for key in ending:
        yield Change(views.HOLDINGS, key, "end", None, event.date, event.id)


def _gathered(event: Event, before: Before, key: Key, origins: Iterable[Key]) -> Change:
    stake: Stake | None = before.get(views.HOLDINGS, key)
    for origin in origins:
        moved: Stake = before.get(views.HOLDINGS, origin)  # type: ignore[assignment]  # origins stand
        stake = moved if stake is None else _joined(stake, moved)
    causes = tuple((views.HOLDINGS, origin) for origin in origins)
    return Change(views.HOLDINGS, key, "adjust", stake, event.date, event.id, causes)


def _joined(one: Stake, two: Stake) -> Stake:
    count = None if one.shares is None or two.shares is None else one.shares + two.shares
    return Stake(one.share + two.share, count, "derived", one.stale or two.stale)


def _split(event: DemergerSplit, before: Before) -> Iterator[Change]:
    for thing, successor in event.allocation:
        for key, _ in before.where(views.HOLDINGS, 0, event.parent):
            if key[1] == thing and successor != event.parent:
                yield _gathered(event, before, (successor, *key[1:]), (key,))
                yield Change(views.HOLDINGS, key, "end", None, event.date, event.id)


HOLDINGS = Projector(
    name="holdings",
    views=(views.HOLDINGS,),
    table={
        StakeAcquired: _acquired,
        StakeDisposed: _disposed,
        StakeObserved: _observed,
        InvestmentMade: _invested,
        SharesIssued: _rebased,
        SharesCancelled: _rebased,
        SharesRestructured: _restructured,
        MergerAbsorbed: _absorbed,
        MergerConsolidated: _consolidated,
        DemergerSplit: _split,
    },
)
