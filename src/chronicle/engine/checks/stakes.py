"""Findings about stakes: more given up than held, more held than the whole, lots added up, stale shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import NamedTuple, get_args

from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, ends_its_own, involved, listed
from chronicle.engine.checks.periods import CertainDays, Crowd, certain_stretch, crowds
from chronicle.engine.checks.standing import meant
from chronicle.engine.replay import Key, Span
from chronicle.engine.views import Stake
from chronicle.errors import Problem
from chronicle.events import (
    DemergerSplit,
    Event,
    Right,
    SharesCancelled,
    SharesIssued,
    StakeAcquired,
    StakeDisposed,
)
from chronicle.values import WHOLE, Share, contradicts, more_than_whole

_NEARLY_WHOLE = 0.999


# More given up than was held


class _Giving(NamedTuple):
    """What one holder gives up in one event: a share, or what it keeps, or a number of shares."""

    key: Key
    share: Share | None
    holds: Share | None
    shares: int | None


def disposed_of_more(examined: Examined) -> Iterator[Problem]:
    """C401: a holder gives up more than it held, or what it was not known to hold."""
    if views.HOLDINGS not in examined.ledger.views:
        return
    for event in examined.ordered:
        if isinstance(event, StakeAcquired | StakeDisposed):
            giving = _giving(event, examined)
            if giving is not None and not ends_its_own(event, examined):
                yield from _judged(event, giving, examined)
        elif isinstance(event, SharesCancelled):
            yield from _cancelled_more(event, examined)
        elif isinstance(event, DemergerSplit) and views.UNITS in examined.ledger.views:
            yield from _handed_out(event, examined)


def _giving(event: StakeAcquired | StakeDisposed, examined: Examined) -> _Giving | None:
    count = None if event.shares is None else event.shares.value
    if isinstance(event, StakeDisposed):
        return _Giving((event.holder, event.target, event.right), event.share, event.holds, count)
    if event.seller is None or event.seller == event.holder:
        return None
    moved = event.share
    if moved is None and event.holds is not None:
        before = stood_before(examined, (event.holder, event.target, event.right), event.id)
        moved = event.holds - before.value.share if before else event.holds
    return _Giving((event.seller, event.target, event.right), moved, None, count)


def _cancelled_more(event: SharesCancelled, examined: Examined) -> Iterator[Problem]:
    """C401 for more shares that are cancelled than there were, where no total says how many are left."""
    if event.total is not None or views.SHARES not in examined.ledger.views:
        return
    totals = [span.value.total for span in examined.ended(views.SHARES, (event.issuer,), event.id)]
    most = max((total for total in totals if total is not None), default=None)
    if most is not None and event.shares.value > most:
        yield Problem(
            "C401",
            f"more shares cancelled than there were: {event.shares.value:,} of {event.issuer} "
            f"on {event.date}, and there were {most:,}",
            help="correct the number, or add the shares.issued that is missing before it; "
            "until then none is left",
            events=(event.id,),
        )


def stood_before(examined: Examined, key: Key, event: str) -> Span | None:
    """The value of a cell before an event; the largest where a completion changed it several times."""
    spans = examined.ended(views.HOLDINGS, key, event)
    return max(spans, key=_largest, default=None)


def _largest(span: Span) -> Fraction:
    maximum: Fraction | None = span.value.share.maximum
    return WHOLE if maximum is None else maximum


def _judged(event: StakeAcquired | StakeDisposed, giving: _Giving, examined: Examined) -> Iterator[Problem]:
    holder, target, right = giving.key
    span = stood_before(examined, giving.key, event.id)
    what = f"{target}{of_right(right)}"
    if span is None:
        yield Problem(
            "C401",
            f"disposed of what was not held: {holder} gives up {_amount(giving)} of {what} on {event.date}, "
            "and nothing was known to be held",
            help=meant(examined, views.HOLDINGS, giving.key, event.date)
            or f"add the stake.acquired or stake.observed by which {holder} came to hold it",
            events=(event.id,),
        )
        return
    excess = _excess(giving, span.value)
    if excess:
        yield Problem(
            "C401",
            f"disposed of more than was held: {holder} {excess[0]} of {what} on {event.date} "
            f"and held {excess[1]}",
            help="correct the amount, or add the acquisition that is missing before it"
            + ("; until then nothing is left" if giving.holds is None else ""),
            events=involved(event.id, span.events),
        )


def _amount(giving: _Giving) -> str:
    if giving.share is not None and not giving.share.is_unknown:
        return str(giving.share)
    if giving.shares is not None:
        return f"{giving.shares:,} shares"
    return "a stake"


def _excess(giving: _Giving, held: Stake) -> tuple[str, str] | None:
    """What was given up or kept, and what was held, in words; None if the former is not more."""
    if giving.shares is not None and held.shares is not None and giving.shares > held.shares:
        return f"gives up {giving.shares:,} shares", f"{held.shares:,}"
    if giving.share is not None and _more(giving.share, held):
        return f"gives up {giving.share}", str(held.share)
    if giving.holds is not None and not held.stale and _more(giving.holds, held):
        return f"keeps {giving.holds}", str(held.share)
    return None


def _more(stated: Share, held: Stake) -> bool:
    """Whether ``stated`` is more than ``held`` for all values in their ranges, rounding aside."""
    rest = held.share - stated
    if rest.maximum is None or rest.maximum > 0 or (rest.maximum == 0 and not rest.maximum_open):
        return False
    return contradicts(stated, held.share)


def _handed_out(event: DemergerSplit, examined: Examined) -> Iterator[Problem]:
    for thing, successor in event.allocation:
        parent = event.parent
        cells = [(views.HOLDINGS, (parent, thing, right)) for right in get_args(Right)]
        moved = any(examined.ended(*cell, event.id) for cell in (*cells, (views.UNITS, (thing, parent))))
        if not moved and successor != parent:
            yield Problem(
                "C401",
                f"disposed of what was not held: {parent} hands {thing} to {successor} on {event.date}, "
                "and was not known to own or hold it",
                help=_had(parent, thing, event, examined)
                or f"add the unit.launched or stake.acquired by which {parent} came to have it",
                events=(event.id,),
            )


def _had(parent: str, thing: str, event: DemergerSplit, examined: Examined) -> str | None:
    """The help for a parent that hands out what it did not have: the nearest thing that it had, or None."""
    unit = meant(examined, views.UNITS, (thing, parent), event.date)
    return unit or meant(examined, views.HOLDINGS, (parent, thing, None), event.date)


# More held than the whole


def above_the_whole(examined: Examined) -> Iterator[Problem]:
    """C402: what is certainly held of one target on one day is more than the whole.

    Reported again for the day on which another holder raises the sum further.
    """
    groups: defaultdict[tuple[str, str], list[CertainDays]] = defaultdict(list)
    for key in examined.ledger.keys(views.HOLDINGS):
        for span in examined.ledger.cell(views.HOLDINGS, key):
            stretch = _weighed(span)
            if stretch is not None:
                groups[key[1], key[2]].append(stretch)
    for (target, right), stretches in groups.items():
        # Most targets stay far below the whole, and exact sums are slow.
        if sum(float(stretch.weight) for stretch in stretches) < _NEARLY_WHOLE:
            continue
        for crowd in crowds(stretches, _more_than_whole):
            yield _above(target, right, crowd)


def _weighed(span: Span) -> CertainDays | None:
    stake: Stake = span.value
    # A stale share was measured by another total number of shares: it cannot be added to the others.
    if stake.stale or not stake.share.minimum:
        return None
    return certain_stretch(span, stake.share.minimum)


def _more_than_whole(weight: Fraction, standing: Collection[CertainDays]) -> bool:
    return more_than_whole(weight, (stretch.span.value.share for stretch in standing))


def _above(target: str, right: str, crowd: Crowd) -> Problem:
    heaviest = sorted(crowd.spans, key=lambda span: -span.value.share.minimum)
    held = listed(f"{span.key[0]} {span.value.share}" for span in heaviest)
    total = Share(crowd.weight, crowd.weight)
    least = "" if all(span.value.share.is_exact for span in crowd.spans) else "at least "
    return Problem(
        "C402",
        f"shares of {target}{of_right(right)} add up to {least}{rounded(total)} on {crowd.day}: {held}",
        help="add the disposal that made room, or name the seller in the acquisition",
        events=involved(crowd.newest.events[-1], *(span.events for span in crowd.spans)),
    )


# Lots


def lots_added_up(examined: Examined) -> Iterator[Problem]:
    """C419: several records of one publisher were taken as lots of one holding, and added up."""
    for key in examined.ledger.keys(views.HOLDINGS):
        spans = (span for span in examined.ledger.cell(views.HOLDINGS, key) if _of_several_lots(span))
        most = max(spans, key=lambda span: len(span.value.lots), default=None)
        if most is not None:
            yield _lots(most)


def _of_several_lots(span: Span) -> bool:
    stood = span.end is None or span.begin.earliest < span.end.latest
    return stood and len(span.value.lots) > 1


def _lots(span: Span) -> Problem:
    holder, target, right = span.key
    stake: Stake = span.value
    lots = listed(f"{lot.name} {lot.share}" for lot in stake.lots)
    return Problem(
        "C419",
        f"{len(stake.lots)} lots are added up: {holder} holds {stake.share} of {target}{of_right(right)} "
        f"since {span.begin}: {lots}",
        help="nothing to do if these are separate stakes; if they are one stake, retract all records but one",
        events=involved(span.events[-1], span.events),
    )


# Stale


def stale(examined: Examined) -> Iterator[Problem]:
    """C412: the total number of shares changed by an unknown amount, and the share was not restated since."""
    for key in examined.ledger.keys(views.HOLDINGS):
        run: list[Span] = []
        for span in examined.ledger.cell(views.HOLDINGS, key):
            if span.value.stale:
                run.append(span)
            elif run:
                yield from _lasting(run, examined)
                run = []
        if run:
            yield from _lasting(run, examined)


def _lasting(run: list[Span], examined: Examined) -> Iterator[Problem]:
    first, end = run[0], run[-1].end
    if end is not None and end.earliest <= first.begin.latest:
        return
    holder, target, right = first.key
    cause = _issue(first, examined)
    until = "still stands" if end is None else f"stood until {end}"
    yield Problem(
        "C412",
        f"share is stale after an issue: the {first.value.share} of {holder} in {target}{of_right(right)} "
        f'was measured before "{cause.id}" ({cause.date}) changed the number of shares, and {until}',
        help="give the total before and after the issue, or add a stake.observed after it; "
        "until then the share is shown as stale",
        events=involved(cause.id, first.events),
    )


def _issue(span: Span, examined: Examined) -> Event:
    """The last change of the total number of shares behind a span; a merger may have moved it since."""
    behind = [examined.by_id[identifier] for identifier in reversed(span.events)]
    changed = (event for event in behind if any(map(_changes_number, examined.under(event.id))))
    return next(changed, behind[0])


def _changes_number(event: Event) -> bool:
    return isinstance(event, SharesIssued | SharesCancelled)


# Words


def of_right(right: str) -> str:
    """A right in brackets, for a message; empty for equity, the default."""
    return "" if right == "equity" else f" ({right})"


def rounded(share: Share) -> str:
    """A share with one exact value in percent, with at most two decimals."""
    assert share.value is not None
    percent = f"{float(share.value * 100):.2f}".rstrip("0").rstrip(".")
    return f"{percent}%"
