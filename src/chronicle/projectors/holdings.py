"""Who holds what share of whom: bought, sold, observed, diluted, moved by mergers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from chronicle import views
from chronicle.events import (
    DemergerSplit,
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
    ended_by,
)
from chronicle.projectors.counting import total_after, total_before
from chronicle.projectors.departures import doubted, given_away, lifted, taken_before
from chronicle.projectors.observing import observed, with_lots
from chronicle.replay import Before, Change, Key, Operation, Projector
from chronicle.values import Count, Share
from chronicle.views import Stake

Cells = tuple[tuple[str, Key], ...]

_UNKNOWN = Share.unknown()
_NOTHING = Share.exact(0)
_NO_CELLS: Cells = ()
# A seat on the board is not measured in shares, so issuing shares does not dilute it.
_MEASURED_IN_SHARES = frozenset({"equity", "votes", "profit"})


# What stands. Where a source said that nothing is held, that stands as well, but there is nothing that could
# grow, be diluted or move.


def _held(before: Before, key: Key) -> Stake | None:
    stake: Stake | None = before.get(views.HOLDINGS, key)
    return None if stake is None or stake.share.is_nothing else stake


def _standing(before: Before, position: int, entity: str) -> list[tuple[Key, Stake]]:
    found = before.where(views.HOLDINGS, position, entity)
    return [(key, stake) for key, stake in found if not stake.share.is_nothing]


def _anew(old: Stake | None) -> Operation:
    """What comes after nothing owes nothing to it."""
    return "set" if old is None else "adjust"


# Bought and sold


def _acquired(event: StakeAcquired, before: Before) -> tuple[Change, ...]:
    key = (event.holder, event.target, event.right)
    old: Stake | None = before.get(views.HOLDINGS, key)
    if old is not None and old.share.is_nothing:
        old = None
    change = _gain(event, key, before, event.share, event.holds, old=old)
    if event.seller is None:
        return (change,)
    moved, made_from = event.share, _NO_CELLS
    if moved is None and event.holds is not None:
        moved = event.holds if old is None else _not_below_nothing(event.holds - old.share)
        made_from = ((views.HOLDINGS, key),)
    if moved is not None and moved.is_nothing:
        return (change,)
    # The seller's change comes first: what it is made from is what the holder had before.
    seller = (event.seller, event.target, event.right)
    lost = _lose(event, seller, before, moved, None, old=_held(before, seller), made_from=made_from)
    return (*lost, change)


def _disposed(event: StakeDisposed, before: Before) -> tuple[Change, ...]:
    key = (event.holder, event.target, event.right)
    old = _held(before, key)
    changes = _lose(event, key, before, event.share, event.holds, old=old)
    if event.buyer is None:
        return changes
    moved, made_from = event.share, _NO_CELLS
    if moved is None and event.holds is not None:
        moved = _UNKNOWN if old is None else _not_below_nothing(old.share - event.holds)
        made_from = ((views.HOLDINGS, key),)
    if moved is not None and moved.is_nothing:
        return changes
    buyer = (event.buyer, event.target, event.right)
    gained = _gain(event, buyer, before, moved, None, old=_held(before, buyer), made_from=made_from)
    return (gained, *changes)


def _gain(
    event: StakeAcquired | StakeDisposed,
    key: Key,
    before: Before,
    share: Share | None,
    holds: Share | None,
    *,
    old: Stake | None,
    made_from: Cells = _NO_CELLS,
) -> Change:
    """More of a target: to ``holds`` outright, else by ``share``, else by the count of the event.

    ``old`` is what is held before. ``made_from`` are the cells that ``share`` was worked out from.
    """
    count = None if event.shares is None else _added(old, event.shares)
    if holds is not None:
        return Change(views.HOLDINGS, key, "set", Stake(holds, count), event.date, event.id)
    if share is None:
        stake = with_lots(_recounted(old, _number(event.shares), total_before(key[1], before)), old)
        return _or_end(event, key, _anew(old), stake, _base(key[1]))
    if old is None:
        return Change(views.HOLDINGS, key, "set", Stake(share, count), event.date, event.id, made_from)
    stake = with_lots(Stake(old.share + share, count, "derived", old.stale), old)
    return Change(views.HOLDINGS, key, "adjust", stake, event.date, event.id, made_from)


def _lose(
    event: StakeAcquired | StakeDisposed,
    key: Key,
    before: Before,
    share: Share | None,
    holds: Share | None,
    *,
    old: Stake | None,
    made_from: Cells = _NO_CELLS,
) -> tuple[Change, ...]:
    """Less of a target: to ``holds`` outright, else by ``share``, else by the count of the event.

    Somebody who was not known to hold any keeps none; ``check`` reports it.
    """
    count = None if event.shares is None else _taken(old, event.shares)
    if holds is not None:
        return (_or_end(event, key, "set", Stake(holds, count)),)
    if old is None:
        return ()
    if share is None:
        stake = with_lots(_recounted(old, -_number(event.shares), total_before(key[1], before)), old)
        return (_or_end(event, key, "adjust", stake, _base(key[1])),)
    stake = Stake(_not_below_nothing(old.share - share), count, "derived", old.stale)
    return (_or_end(event, key, "adjust", with_lots(stake, old), made_from),)


def _or_end(event: Event, key: Key, operation: Operation, stake: Stake, made_from: Cells = ()) -> Change:
    """``stake``, or the end of the holding where it is none: nobody holds zero shares.

    A share that is stated outright says more than the count that was worked out beside it.
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
    """Whether somebody says that nothing is held: not what was worked out, nor the end of a record."""
    holds: Share | None = getattr(event, "holds", None)
    return holds is not None and holds.is_nothing and event.ends is None and not getattr(event, "lot", None)


def _base(issuer: str) -> Cells:
    """What a share that is worked out from a count is made from as well: the number of all shares."""
    return ((views.SHARES, (issuer,)),)


def _not_below_nothing(share: Share) -> Share:
    # By the numerator: comparing whole fractions would take longer than all the rest of a sale.
    if share.minimum is None or share.maximum is None or share.minimum.numerator >= 0:
        return share
    if share.maximum <= 0:
        return _NOTHING
    return Share(Fraction(0), share.maximum, False, share.maximum_open, share.approximate)


def _added(old: Stake | None, shares: Count) -> int | None:
    if old is not None and old.shares is None:
        return None
    return shares.value + (old.shares or 0 if old is not None else 0)


def _taken(old: Stake | None, shares: Count) -> int | None:
    if old is None or old.shares is None:
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
    """A stake after so many shares came, or went when ``moved`` is below zero.

    Where the number of all shares is not known, a share grows and shrinks as its own count does.
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


def _invested(event: InvestmentMade, before: Before) -> tuple[Change, ...]:
    key = (event.investor, event.project, "equity")
    old = _held(before, key)
    share = _UNKNOWN if event.share is None else event.share
    stake = Stake(share) if old is None else with_lots(Stake(old.share + share, None, "derived"), old)
    return (Change(views.HOLDINGS, key, _anew(old), stake, event.date, event.id),)


# The base changes


def _rebased(event: SharesIssued | SharesCancelled, before: Before) -> Iterator[Change]:
    """Every holding of the issuer, measured by the new number of shares."""
    old_total, new_total = total_before(event.issuer, before), total_after(event, before)
    subscribed: dict[str, int] = {}
    for holder, count in event.subscribers if isinstance(event, SharesIssued) else ():
        # Two subscribers may have turned out to be one entity.
        subscribed[holder] = subscribed.get(holder, 0) + count.value
    base = _base(event.issuer)
    for key, old in _standing(before, 1, event.issuer):
        if key[2] in _MEASURED_IN_SHARES:
            bought = subscribed.pop(key[0], 0) if key[2] == "equity" else 0
            new = _diluted(old, bought, old_total, new_total)
            if new != old:
                new = with_lots(new, old, Fraction(old_total, new_total) if old_total and new_total else 1)
                yield Change(views.HOLDINGS, key, "adjust", new, event.date, event.id, base)
    for holder, bought in subscribed.items():
        key = (holder, event.issuer, "equity")
        yield _or_end(event, key, "set", _counted(bought, new_total), base)


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
    totals = total_before(event.issuer, before), total_after(event, before)
    return [
        _or_end(
            event,
            key,
            "adjust",
            with_lots(_exchanged(stake, event.ratio.factor, *totals), stake, count_factor=event.ratio.factor),
        )
        for key, stake in _standing(before, 1, event.issuer)
        if stake.shares is not None
    ]


def _exchanged(stake: Stake, factor: Fraction, old_total: int | None, new_total: int | None) -> Stake:
    """A holding known by count after its shares were exchanged, each for ``factor`` new ones.

    Its share stays, unless it was worked out from the count and a fraction was paid out.
    """
    assert stake.shares is not None
    exchanged = stake.shares * factor
    count = int(exchanged)
    if exchanged != count and stake._replace(stale=False) == _counted(stake.shares, old_total) and new_total:
        return _counted(count, new_total)
    return stake._replace(shares=count)


# Mergers and splits


def _absorbed(event: MergerAbsorbed, before: Before) -> Iterator[Change]:
    return _merged(event, before, event.survivor)


def _consolidated(event: MergerConsolidated, before: Before) -> Iterator[Change]:
    return _merged(event, before, event.successor)


def _merged(event: Event, before: Before, successor: str | None) -> Iterator[Change]:
    """What the predecessors held moves to the successor; what was held of them is no more.

    Holdings among them, and of the successor itself, end with the merger. Where nobody says who the successor
    is, what they held stays and is only possible from then on.
    """
    predecessors = ended_by(event)
    moving: dict[Key, list[Key]] = {}
    ending: dict[Key, None] = {}
    for predecessor in predecessors:
        for key, stake in _standing(before, 0, predecessor):
            if key[1] in predecessors or key[1] == successor:
                ending.setdefault(key)
            elif successor is None:
                yield doubted(views.HOLDINGS, key, stake, event, predecessor)
            else:
                ending.setdefault(key)
                moving.setdefault((successor, *key[1:]), []).append(key)
        for key, _ in _standing(before, 1, predecessor):
            ending.setdefault(key)
    for key, origins in moving.items():
        moved = _gathered(event, before, key, origins)
        yield moved
        # Where somebody had told of the merger without a name, it was doubtful where all this went.
        for holder, *_ in origins:
            yield lifted(views.HOLDINGS, key, moved.value, event, holder)
    for key in ending:
        yield Change(views.HOLDINGS, key, "end", None, event.date, event.id)
    for predecessor in predecessors:
        yield from _taken_again(event, before, predecessor, successor)


def _taken_again(event: Event, before: Before, holder: str, taker: str | None) -> Iterator[Change]:
    """What went to one who took the holder in may as well have gone to the other who is said to have."""
    others = taken_before(holder, taker, before)
    if taker is None or not others:
        return
    for (_, target, right), stake in given_away(views.HOLDINGS, 0, holder, others, before):
        if stake.share.is_nothing or target in (*others, taker):
            continue
        for other in others:
            held = _held(before, (other, target, right))
            if held is not None:
                yield doubted(views.HOLDINGS, (other, target, right), held, event, holder)
        key = (taker, target, right)
        own = _held(before, key)
        joined = stake if own is None else _joined(own, stake)
        yield Change(views.HOLDINGS, key, _anew(own), joined, event.date, event.id)
        yield doubted(views.HOLDINGS, key, joined, event, holder)


def _reinstated(event: EntityReinstated, before: Before) -> list[Change]:
    held = before.where(views.HOLDINGS, 0, event.entity)
    return [lifted(views.HOLDINGS, key, stake, event, event.entity) for key, stake in held]


def _gathered(event: Event, before: Before, key: Key, origins: Iterable[Key]) -> Change:
    own = stake = _held(before, key)
    for origin in origins:
        moved: Stake = before.get(views.HOLDINGS, origin)  # type: ignore[assignment]  # origins stand
        stake = moved if stake is None else _joined(stake, moved)
    if stake is not None:
        # The records of what moved are of another pair, and so are their lots.
        stake = with_lots(Stake(*stake), own)
    causes = tuple((views.HOLDINGS, origin) for origin in origins)
    return Change(views.HOLDINGS, key, _anew(own), stake, event.date, event.id, causes)


def _joined(one: Stake, two: Stake) -> Stake:
    count = None if one.shares is None or two.shares is None else one.shares + two.shares
    return Stake(one.share + two.share, count, "derived", one.stale or two.stale)


def _split(event: DemergerSplit, before: Before) -> Iterator[Change]:
    for thing, successor in event.allocation:
        for key, _ in _standing(before, 0, event.parent):
            if key[1] == thing and successor != event.parent:
                yield _gathered(event, before, (successor, *key[1:]), (key,))
                yield Change(views.HOLDINGS, key, "end", None, event.date, event.id)


HOLDINGS = Projector(
    name="holdings",
    views=(views.HOLDINGS,),
    table={
        StakeAcquired: _acquired,
        StakeDisposed: _disposed,
        StakeObserved: observed,
        InvestmentMade: _invested,
        SharesIssued: _rebased,
        SharesCancelled: _rebased,
        SharesRestructured: _restructured,
        MergerAbsorbed: _absorbed,
        MergerConsolidated: _consolidated,
        EntityReinstated: _reinstated,
        DemergerSplit: _split,
    },
)
