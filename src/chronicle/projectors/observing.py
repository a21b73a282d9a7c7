"""What an observation does to a holding: it confirms what stands, or counts from its day on.

One with a ``lot`` speaks of one record of a register: of that lot of the holding, and not of the whole.
The lots of one publisher add up; those of another are another account of the whole.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from operator import add

from chronicle import views
from chronicle.events import StakeObserved
from chronicle.replay import Before, Change, Key, Operation
from chronicle.values import Share, confirms
from chronicle.views import Lot, Stake, of_lots

_Lots = tuple[Lot, ...]


def observed(event: StakeObserved, before: Before) -> tuple[Change, ...]:
    """The change of the holding that is seen; none for the end of a lot that does not stand."""
    key = (event.holder, event.target, event.right)
    old: Stake | None = before.get(views.HOLDINGS, key)
    if event.lot is not None:
        return _observed_lot(event, event.lot, key, old)
    if _nothing(event):
        return (_change(event, key, "end", None),)
    return (_of_the_whole(event, key, old),)


def _of_the_whole(event: StakeObserved, key: Key, old: Stake | None, lots: _Lots = ()) -> Change:
    """What is seen, taken as the whole of the holding; ``lots`` has the lot that the source calls it."""
    count = _count(event)
    # What is stale was measured by another number of shares: to see it is to bring it up to date.
    if old is not None and not old.stale and confirms(event.holds, old.share):
        if count in (None, old.shares):
            return _change(event, key, "confirm", _named(old, lots))
        if old.shares is None:
            counted = with_lots(old._replace(shares=count), old)
            return _change(event, key, "adjust", _named(counted, lots))
    return _change(event, key, "set", of_lots(Stake(event.holds, count), lots))


def _named(stake: Stake, lots: _Lots) -> Stake:
    """``stake`` as the lot that a source speaks of, unless its lots are known already."""
    if stake.lots:
        return stake
    return of_lots(stake, tuple(lot._replace(share=stake.share, shares=stake.shares) for lot in lots))


# Lots


def _observed_lot(event: StakeObserved, name: str, key: Key, old: Stake | None) -> tuple[Change, ...]:
    seen = Lot(name, _publisher(event), event.holds, _count(event))
    lots = () if old is None else old.lots
    # Whoever says which record an end ends speaks of that one, whoever publishes it.
    by_name = event.ends is not None and any(lot.name == name for lot in lots)
    if old is None or not lots or (lots[0].publisher != seen.publisher and not by_name):
        if not _nothing(event):
            return (_of_the_whole(event, key, old, (seen,)),)
        # Who ends a record of which no lot is known here ends what stands, unless that is another's.
        return () if lots else (_change(event, key, "end", None),)
    standing = next((lot for lot in lots if lot.name == name), None)
    rest = tuple(lot for lot in lots if lot is not standing)
    if _nothing(event):
        if standing is None:
            return ()
        return (_change(event, key, "adjust", _added_up(rest)) if rest else _change(event, key, "end", None),)
    if standing is not None and _seen_again(seen, standing):
        return (_change(event, key, "confirm", old),)
    stake = _added_up(tuple(sorted((*rest, seen))))
    return (_change(event, key, "adjust" if rest else "set", stake),)


def _seen_again(seen: Lot, standing: Lot) -> bool:
    return not standing.stale and confirms(seen.share, standing.share, seen.shares, standing.shares)


def _added_up(lots: _Lots) -> Stake:
    counts = [lot.shares for lot in lots if lot.shares is not None]
    stake = Stake(
        reduce(add, (lot.share for lot in lots)),
        sum(counts) if len(counts) == len(lots) else None,
        "derived" if len(lots) > 1 else "reported",
        any(lot.stale for lot in lots),
    )
    return of_lots(stake, lots)


def with_lots(
    stake: Stake, old: Stake | None, share_factor: Fraction | int = 1, count_factor: Fraction | int = 1
) -> Stake:
    """``stake``, which came out of ``old``, with its lots.

    The only lot is the whole of it. Of several each is measured anew by the factors; which of them was bought
    or sold nobody can tell, so they stay what they were last said to be, and count again as soon as one
    of them is seen to have changed.
    """
    if old is None or not old.lots:
        return stake
    lots = old.lots
    if len(lots) == 1:
        return of_lots(stake, (lots[0]._replace(share=stake.share, shares=stake.shares, stale=stake.stale),))
    return of_lots(stake, tuple(_measured(lot, share_factor, count_factor, stake.stale) for lot in lots))


def _measured(lot: Lot, share_factor: Fraction | int, count_factor: Fraction | int, stale: bool) -> Lot:
    share: Share = lot.share if share_factor == 1 else lot.share.scaled(share_factor)
    shares = None if lot.shares is None else int(lot.shares * count_factor)
    return lot._replace(share=share, shares=shares, stale=stale)


# What is seen


def _nothing(event: StakeObserved) -> bool:
    return event.holds.is_nothing or (_count(event) == 0 and event.holds.is_unknown)


def _count(event: StakeObserved) -> int | None:
    return None if event.shares is None else event.shares.value


def _publisher(event: StakeObserved) -> str:
    return (event.sources[0].publisher or "") if event.sources else ""


def _change(event: StakeObserved, key: Key, operation: Operation, stake: Stake | None) -> Change:
    return Change(views.HOLDINGS, key, operation, stake, event.date, event.id)
