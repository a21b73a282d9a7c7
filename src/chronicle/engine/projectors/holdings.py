"""Who holds what share of whom: bought, sold, observed, diluted, moved by mergers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from chronicle.engine import views
from chronicle.engine.projectors.counting import total_after, total_before
from chronicle.engine.projectors.departures import doubted, given_away, lifted, taken_before
from chronicle.engine.projectors.observing import observed, with_lots
from chronicle.engine.projectors.stakes import (
    NO_CELLS,
    UNKNOWN,
    Cells,
    added,
    anew,
    base_of,
    counted,
    not_below_nothing,
    number_of,
    or_end,
    recounted,
    stake_of,
    standing,
    taken,
)
from chronicle.engine.replay import Before, Change, Key, Projector
from chronicle.engine.views import Stake
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
    taker_of,
)
from chronicle.values import Share

# A seat on the board is not measured in shares, so issuing shares does not dilute it.
_MEASURED_IN_SHARES = frozenset({"equity", "votes", "profit"})


# Bought and sold


def _acquired(event: StakeAcquired, before: Before) -> tuple[Change, ...]:
    key = (event.holder, event.target, event.right)
    old: Stake | None = before.get(views.HOLDINGS, key)
    if old is not None and old.share.is_nothing:
        old = None
    change = _gain(event, key, before, event.share, event.holds, old=old)
    if event.seller is None:
        return (change,)
    moved, made_from = event.share, NO_CELLS
    if moved is None and event.holds is not None:
        moved = event.holds if old is None else not_below_nothing(event.holds - old.share)
        made_from = ((views.HOLDINGS, key),)
    if moved is not None and moved.is_nothing:
        return (change,)
    # The seller's change comes first: what it is made from is what the holder had before.
    seller = (event.seller, event.target, event.right)
    lost = _lose(event, seller, before, moved, None, old=stake_of(before, seller), made_from=made_from)
    return (*lost, change)


def _disposed(event: StakeDisposed, before: Before) -> tuple[Change, ...]:
    key = (event.holder, event.target, event.right)
    old = stake_of(before, key)
    changes = _lose(event, key, before, event.share, event.holds, old=old)
    if event.buyer is None:
        return changes
    moved, made_from = event.share, NO_CELLS
    if moved is None and event.holds is not None:
        moved = UNKNOWN if old is None else not_below_nothing(old.share - event.holds)
        made_from = ((views.HOLDINGS, key),)
    if moved is not None and moved.is_nothing:
        return changes
    buyer = (event.buyer, event.target, event.right)
    gained = _gain(event, buyer, before, moved, None, old=stake_of(before, buyer), made_from=made_from)
    return (gained, *changes)


def _gain(
    event: StakeAcquired | StakeDisposed,
    key: Key,
    before: Before,
    share: Share | None,
    holds: Share | None,
    *,
    old: Stake | None,
    made_from: Cells = NO_CELLS,
) -> Change:
    """More of a target: to ``holds`` outright, else by ``share``, else by the count of the event.

    ``old`` is what is held before. ``made_from`` are the cells from which ``share`` was computed.
    """
    count = None if event.shares is None else added(old, event.shares)
    if holds is not None:
        return Change(views.HOLDINGS, key, "set", Stake(holds, count), event.date, event.id)
    if share is None:
        stake = with_lots(recounted(old, number_of(event.shares), total_before(key[1], before)), old)
        return or_end(event, key, anew(old), stake, base_of(key[1]))
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
    made_from: Cells = NO_CELLS,
) -> tuple[Change, ...]:
    """Less of a target: to ``holds`` outright, else by ``share``, else by the count of the event.

    A holder that was not known to hold any keeps none; ``check`` reports it.
    """
    count = None if event.shares is None else taken(old, event.shares)
    if holds is not None:
        return (or_end(event, key, "set", Stake(holds, count)),)
    if old is None:
        return ()
    if share is None:
        stake = with_lots(recounted(old, -number_of(event.shares), total_before(key[1], before)), old)
        return (or_end(event, key, "adjust", stake, base_of(key[1])),)
    stake = Stake(not_below_nothing(old.share - share), count, "derived", old.stale)
    return (or_end(event, key, "adjust", with_lots(stake, old), made_from),)


def _invested(event: InvestmentMade, before: Before) -> tuple[Change, ...]:
    key = (event.investor, event.project, "equity")
    old = stake_of(before, key)
    share = UNKNOWN if event.share is None else event.share
    stake = Stake(share) if old is None else with_lots(Stake(old.share + share, None, "derived"), old)
    return (Change(views.HOLDINGS, key, anew(old), stake, event.date, event.id),)


# The total number of shares changes


def _rebased(event: SharesIssued | SharesCancelled, before: Before) -> Iterator[Change]:
    """Every holding of the issuer, measured by the new number of shares."""
    old_total, new_total = total_before(event.issuer, before), total_after(event, before)
    subscribed: dict[str, int] = {}
    for holder, count in event.subscribers if isinstance(event, SharesIssued) else ():
        # Two subscribers may have turned out to be one entity.
        subscribed[holder] = subscribed.get(holder, 0) + count.value
    base = base_of(event.issuer)
    for key, old in standing(before, 1, event.issuer):
        if key[2] in _MEASURED_IN_SHARES:
            bought = subscribed.pop(key[0], 0) if key[2] == "equity" else 0
            new = _diluted(old, bought, old_total, new_total)
            if new != old:
                new = with_lots(new, old, Fraction(old_total, new_total) if old_total and new_total else 1)
                yield Change(views.HOLDINGS, key, "adjust", new, event.date, event.id, base)
    for holder, bought in subscribed.items():
        key = (holder, event.issuer, "equity")
        yield or_end(event, key, "set", counted(bought, new_total), base)


def _diluted(old: Stake, bought: int, old_total: int | None, new_total: int | None) -> Stake:
    """A holding after the number of shares changed, its holder having bought some of the new ones.

    A holding known by count is counted anew. One known only as a share is scaled where both numbers
    are known. Otherwise it stays as it was, marked stale.
    """
    count = None if old.shares is None else old.shares + bought
    if count is not None and new_total:
        return counted(count, new_total)
    if old.share.is_unknown:
        return Stake(UNKNOWN, count)
    if old_total and new_total:
        kept = old.share.scaled(Fraction(old_total, new_total))
        return Stake(kept + Share.exact(Fraction(bought, new_total)), None, "derived", old.stale)
    return Stake(UNKNOWN if bought else old.share, count, old.basis, not bought)


def _restructured(event: SharesRestructured, before: Before) -> list[Change]:
    """A split changes counts and no shares of the whole. What is left of a fraction is paid out."""
    totals = total_before(event.issuer, before), total_after(event, before)
    return [
        or_end(
            event,
            key,
            "adjust",
            with_lots(_exchanged(stake, event.ratio.factor, *totals), stake, count_factor=event.ratio.factor),
        )
        for key, stake in standing(before, 1, event.issuer)
        if stake.shares is not None
    ]


def _exchanged(stake: Stake, factor: Fraction, old_total: int | None, new_total: int | None) -> Stake:
    """A holding known by count after its shares were exchanged, each for ``factor`` new ones.

    Its share stays, unless it was computed from the count and a fraction was paid out.
    """
    assert stake.shares is not None
    exchanged = stake.shares * factor
    count = int(exchanged)
    if exchanged != count and stake._replace(stale=False) == counted(stake.shares, old_total) and new_total:
        return counted(count, new_total)
    return stake._replace(shares=count)


# Mergers and splits


def _merged(event: Event, before: Before) -> Iterator[Change]:
    """What the predecessors held moves to the successor; what was held of them ends.

    Holdings among them, and of the successor itself, end with the merger. If the successor is unknown,
    what they held stays and is only possible from then on.
    """
    predecessors, successor = ended_by(event), taker_of(event)
    moving: dict[Key, list[Key]] = {}
    ending: dict[Key, None] = {}
    for predecessor in predecessors:
        for key, stake in standing(before, 0, predecessor):
            if key[1] in predecessors or key[1] == successor:
                ending.setdefault(key)
            elif successor is None:
                yield doubted(views.HOLDINGS, key, stake, event, predecessor)
            else:
                ending.setdefault(key)
                moving.setdefault((successor, *key[1:]), []).append(key)
        for key, _ in standing(before, 1, predecessor):
            ending.setdefault(key)
    for key, origins in moving.items():
        moved = _gathered(event, before, key, origins)
        yield moved
        # An earlier report of the merger without a successor had made these holdings doubtful.
        for holder, *_ in origins:
            yield lifted(views.HOLDINGS, key, moved.value, event, holder)
    for key in ending:
        yield Change(views.HOLDINGS, key, "end", None, event.date, event.id)
    for predecessor in predecessors:
        yield from _taken_again(event, before, predecessor, successor)


def _taken_again(event: Event, before: Before, holder: str, taker: str | None) -> Iterator[Change]:
    """Where two are said to have absorbed a holder, what went to the one is possible with either."""
    others = taken_before(holder, taker, before)
    if taker is None or not others:
        return
    for (_, target, right), stake in given_away(views.HOLDINGS, 0, holder, others, before):
        if stake.share.is_nothing or target in (*others, taker) or _is_gone(target, event, before):
            continue
        for other in others:
            held = stake_of(before, (other, target, right))
            if held is not None:
                yield doubted(views.HOLDINGS, (other, target, right), held, event, holder)
        key = (taker, target, right)
        own = stake_of(before, key)
        joined = stake if own is None else _joined(own, stake)
        yield Change(views.HOLDINGS, key, anew(own), joined, event.date, event.id)
        yield doubted(views.HOLDINGS, key, joined, event, holder)


def _is_gone(company: str, event: Event, before: Before) -> bool:
    """Whether a company has ended before an event, or ends with it: nobody has a part of it any more."""
    status: views.Status | None = before.get(views.STATUS, (company,))
    return company in ended_by(event) or (status is not None and status.status == "dissolved")


def _reinstated(event: EntityReinstated, before: Before) -> list[Change]:
    held = before.where(views.HOLDINGS, 0, event.entity)
    return [lifted(views.HOLDINGS, key, stake, event, event.entity) for key, stake in held]


def _gathered(event: Event, before: Before, key: Key, origins: Iterable[Key]) -> Change:
    own = stake = stake_of(before, key)
    for origin in origins:
        moved: Stake = before.get(views.HOLDINGS, origin)  # type: ignore[assignment]  # origins stand
        stake = moved if stake is None else _joined(stake, moved)
    if stake is not None:
        # The lots of what moved belong to another pair, and are dropped.
        stake = with_lots(Stake(*stake), own)
    causes = tuple((views.HOLDINGS, origin) for origin in origins)
    return Change(views.HOLDINGS, key, anew(own), stake, event.date, event.id, causes)


def _joined(one: Stake, two: Stake) -> Stake:
    count = None if one.shares is None or two.shares is None else one.shares + two.shares
    return Stake(one.share + two.share, count, "derived", one.stale or two.stale)


def _split(event: DemergerSplit, before: Before) -> Iterator[Change]:
    for thing, successor in event.allocation:
        for key, _ in standing(before, 0, event.parent):
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
        MergerAbsorbed: _merged,
        MergerConsolidated: _merged,
        EntityReinstated: _reinstated,
        DemergerSplit: _split,
    },
)
