"""What an observation does to a holding: it confirms the value, or replaces it from its day on.

One with a ``lot`` is about one record of a register: about that lot of the holding, and not the whole.
The lots of one publisher add up; a record of another publisher is about the whole.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from operator import add

from chronicle.engine import views
from chronicle.engine.projectors.stakes import stake_of
from chronicle.engine.replay import Before, Change, Key, Operation
from chronicle.engine.views import Lot, Stake, seen
from chronicle.events import StakeObserved
from chronicle.values import Share, confirms

_Lots = tuple[Lot, ...]


def observed(event: StakeObserved, before: Before) -> tuple[Change, ...]:
    """The change of the holding that is observed; none for the end of a lot that is not known."""
    key = (event.holder, event.target, event.right)
    old = stake_of(before, key)
    if event.lot is not None:
        return _observed_lot(event, event.lot, key, old)
    if _nothing(event):
        # Zero is a fact where an author states it, and an end where a record ends.
        stated = event.holds.is_nothing and event.ends is None
        return (
            _change(event, key, "set", Stake(event.holds)) if stated else _change(event, key, "end", None),
        )
    return (_of_the_whole(event, key, old),)


def _of_the_whole(event: StakeObserved, key: Key, old: Stake | None, lots: _Lots = ()) -> Change:
    """The change by an observation of the whole holding; ``lots`` has the lot named by the source."""
    count, publisher = _count(event), _publisher(event)
    # A stale share was measured by another total number of shares: an observation replaces it.
    if old is not None and not old.stale and _agrees(event.holds, old, publisher):
        if count in (None, old.shares):
            return _change(event, key, "confirm", _named(old, lots))
        if old.shares is None:
            counted = seen(old._replace(shares=count), old.lots, old.seen_by)
            return _change(event, key, "adjust", _named(with_lots(counted, old), lots))
    return _change(event, key, "set", seen(Stake(event.holds, count), lots, publisher or None))


def _agrees(holds: Share, old: Stake, publisher: str) -> bool:
    return confirms(holds, old.share, rounded=not publisher or publisher != old.seen_by)


def _named(stake: Stake, lots: _Lots) -> Stake:
    """``stake`` with the lots that a source names, unless it has lots already."""
    if stake.lots or not lots:
        return stake
    named = tuple(lot._replace(share=stake.share, shares=stake.shares) for lot in lots)
    return seen(stake, named, stake.seen_by)


# Lots


def _observed_lot(event: StakeObserved, name: str, key: Key, old: Stake | None) -> tuple[Change, ...]:
    told = Lot(name, _publisher(event), event.holds, _count(event))
    lots = () if old is None else old.lots
    # An end whose ``ends`` names a record is about that record, whatever its publisher.
    by_name = event.ends is not None and any(lot.name == name for lot in lots)
    if old is None or not lots or (lots[0].publisher != told.publisher and not by_name):
        if not _nothing(event):
            return (_of_the_whole(event, key, old, (told,)),)
        # The end of a record without known lots ends the holding, unless that has lots of another publisher.
        return () if lots else (_change(event, key, "end", None),)
    standing = next((lot for lot in lots if lot.name == name), None)
    rest = tuple(lot for lot in lots if lot is not standing)
    if _nothing(event):
        if standing is None:
            return ()
        return (_change(event, key, "adjust", _added_up(rest)) if rest else _change(event, key, "end", None),)
    if standing is not None and _seen_again(told, standing):
        return (_change(event, key, "confirm", old),)
    stake = _added_up(tuple(sorted((*rest, told))))
    return (_change(event, key, "adjust" if rest else "set", stake),)


def _seen_again(told: Lot, standing: Lot) -> bool:
    # Both are from one publisher, so that rounding is no explanation of a difference.
    agree = confirms(told.share, standing.share, told.shares, standing.shares, rounded=False)
    return agree and not standing.stale


def _added_up(lots: _Lots) -> Stake:
    counts = [lot.shares for lot in lots if lot.shares is not None]
    stake = Stake(
        reduce(add, (lot.share for lot in lots)),
        sum(counts) if len(counts) == len(lots) else None,
        "derived" if len(lots) > 1 else "reported",
        any(lot.stale for lot in lots),
    )
    return seen(stake, lots, lots[0].publisher if len(lots) == 1 else None)


def with_lots(
    stake: Stake, old: Stake | None, share_factor: Fraction | int = 1, count_factor: Fraction | int = 1
) -> Stake:
    """``stake``, which was made from ``old``, with its lots.

    A single lot is the whole stake. Several are scaled by the factors. Which of them was bought
    or sold is unknown, so they keep their last stated amounts, and count again as soon as one
    of them is observed to have changed.
    """
    if old is None or not old.lots:
        return stake
    lots = old.lots
    if len(lots) == 1:
        only = lots[0]._replace(share=stake.share, shares=stake.shares, stale=stake.stale)
        return seen(stake, (only,), stake.seen_by)
    measured = tuple(_measured(lot, share_factor, count_factor, stake.stale) for lot in lots)
    return seen(stake, measured, stake.seen_by)


def _measured(lot: Lot, share_factor: Fraction | int, count_factor: Fraction | int, stale: bool) -> Lot:
    share: Share = lot.share if share_factor == 1 else lot.share.scaled(share_factor)
    shares = None if lot.shares is None else int(lot.shares * count_factor)
    return lot._replace(share=share, shares=shares, stale=stale)


# Observations


def _nothing(event: StakeObserved) -> bool:
    return event.holds.is_nothing or (_count(event) == 0 and event.holds.is_unknown)


def _count(event: StakeObserved) -> int | None:
    return None if event.shares is None else event.shares.value


def _publisher(event: StakeObserved) -> str:
    return (event.sources[0].publisher or "") if event.sources else ""


def _change(event: StakeObserved, key: Key, operation: Operation, stake: Stake | None) -> Change:
    return Change(views.HOLDINGS, key, operation, stake, event.date, event.id)
