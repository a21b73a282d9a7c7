"""Doubts about stakes: sold but not held, more than the whole, other than observed, stale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import NamedTuple, get_args

from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, ends_its_own, involved, listed
from chronicle.engine.checks.periods import Crowd, Stretch, certain_stretch, crowds
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
    StakeObserved,
)
from chronicle.values import WHOLE, Share, contradicts, more_than_whole

_NEARLY_WHOLE = 0.999


# More than was held


class _Giving(NamedTuple):
    """What one holder gives up in one event: a share, or a result, or a count."""

    key: Key
    share: Share | None
    holds: Share | None
    shares: int | None


def disposed_of_more(examined: Examined) -> Iterator[Problem]:
    """C401: somebody gives up more than was held, or what nobody knew to be held."""
    if views.HOLDINGS not in examined.ledger.views:
        return
    for event in examined.ordered:
        if isinstance(event, StakeAcquired | StakeDisposed):
            giving = _giving(event, examined)
            if giving is not None and not ends_its_own(event, examined):
                yield from _judged(event, giving, examined)
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
        before = _stood(examined, (event.holder, event.target, event.right), event.id)
        moved = event.holds - before.value.share if before else event.holds
    return _Giving((event.seller, event.target, event.right), moved, None, count)


def _stood(examined: Examined, key: Key, event: str) -> Span | None:
    """What stood in a cell before an event; the largest where a completion changed it several times."""
    spans = examined.ended(views.HOLDINGS, key, event)
    return max(spans, key=_largest, default=None)


def _largest(span: Span) -> Fraction:
    maximum: Fraction | None = span.value.share.maximum
    return WHOLE if maximum is None else maximum


def _judged(event: StakeAcquired | StakeDisposed, giving: _Giving, examined: Examined) -> Iterator[Problem]:
    holder, target, right = giving.key
    span = _stood(examined, giving.key, event.id)
    what = f"{target}{_of_right(right)}"
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
            help="correct the amount, or add the acquisition that is missing before it",
            events=involved(event.id, span.events),
        )


def _amount(giving: _Giving) -> str:
    if giving.share is not None and not giving.share.is_unknown:
        return str(giving.share)
    if giving.shares is not None:
        return f"{giving.shares:,} shares"
    return "a stake"


def _excess(giving: _Giving, held: Stake) -> tuple[str, str] | None:
    """What was given up (or kept) and what was held, in words, where the one is more than the other."""
    if giving.shares is not None and held.shares is not None and giving.shares > held.shares:
        return f"gives up {giving.shares:,} shares", f"{held.shares:,}"
    if giving.share is not None and _more(giving.share, held):
        return f"gives up {giving.share}", str(held.share)
    if giving.holds is not None and not held.stale and _more(giving.holds, held):
        return f"keeps {giving.holds}", str(held.share)
    return None


def _more(stated: Share, held: Stake) -> bool:
    """Whether ``stated`` is more than ``held`` whatever both are within their ranges, rounding aside."""
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
    """What a parent that hands out something else had."""
    unit = meant(examined, views.UNITS, (thing, parent), event.date)
    return unit or meant(examined, views.HOLDINGS, (parent, thing, None), event.date)


# Above the whole


def above_the_whole(examined: Examined) -> Iterator[Problem]:
    """C402: what is certainly held of one target on one day is more than there is of it.

    Said again when another holder makes it worse.
    """
    groups: defaultdict[tuple[str, str], list[Stretch]] = defaultdict(list)
    for key in examined.ledger.keys(views.HOLDINGS):
        for span in examined.ledger.cell(views.HOLDINGS, key):
            stretch = _weighed(span)
            if stretch is not None:
                groups[key[1], key[2]].append(stretch)
    for (target, right), stretches in groups.items():
        # Most targets are never near the whole, and exact sums are slow.
        if sum(float(stretch.weight) for stretch in stretches) < _NEARLY_WHOLE:
            continue
        for crowd in crowds(stretches, _more_than_whole):
            yield _above(target, right, crowd)


def _weighed(span: Span) -> Stretch | None:
    stake: Stake = span.value
    # A stale share was measured by another number of shares, so it cannot be added to the others.
    if stake.stale or not stake.share.minimum:
        return None
    return certain_stretch(span, stake.share.minimum)


def _more_than_whole(weight: Fraction, standing: Collection[Stretch]) -> bool:
    return more_than_whole(weight, (stretch.span.value.share for stretch in standing))


def _above(target: str, right: str, crowd: Crowd) -> Problem:
    heaviest = sorted(crowd.spans, key=lambda span: -span.value.share.minimum)
    held = listed(f"{span.key[0]} {span.value.share}" for span in heaviest)
    total = Share(crowd.weight, crowd.weight)
    least = "" if all(span.value.share.is_exact for span in crowd.spans) else "at least "
    return Problem(
        "C402",
        f"shares of {target}{_of_right(right)} add up to {least}{_rounded(total)} on {crowd.day}: {held}",
        help="add the disposal that made room, or name the seller in the acquisition",
        events=involved(crowd.newest.events[-1], *(span.events for span in crowd.spans)),
    )


# Other than observed


def observed_otherwise(examined: Examined) -> Iterator[Problem]:
    """C407: a source saw another value than replay had come to by then; C415 when it was asserted."""
    for event in examined.ordered:
        if isinstance(event, StakeObserved):
            key = (event.holder, event.target, event.right)
            span = _stood(examined, key, event.id)
            if span is not None and span.value.share.is_nothing:
                yield from _compared_with_zero(event, span, examined)
            elif span is not None:
                if event.check or not _merely_observed(span, examined):
                    yield from _compared(event, span, examined)
            elif event.holds.minimum:
                yield from _compared_with_nothing(event, key, examined)
        elif isinstance(event, StakeAcquired | StakeDisposed) and event.share and event.holds:
            yield from _added_up(event, event.share, event.holds, examined)


def _merely_observed(span: Span, examined: Examined) -> bool:
    """Whether nothing but observations made a value: a register that is read again shows what changed."""
    return all(isinstance(examined.by_id[event], StakeObserved) for event in span.events)


def _compared(event: StakeObserved, span: Span, examined: Examined) -> Iterator[Problem]:
    stake: Stake = span.value
    if stake.stale:
        return
    share, seen = event.holds, event.shares
    if event.lot is not None:
        lot = next((lot for lot in stake.lots if lot.name == event.lot), None)
        if lot is not None:
            stake = Stake(lot.share, lot.shares)
        elif stake.lots:
            return
        else:
            share, seen = _in_all(event, span.key, examined), None
    if contradicts(share, stake.share):
        said, replayed = str(share), str(stake.share)
        apart = _difference(share, stake.share)
    elif seen is not None and stake.shares is not None and seen.value != stake.shares:
        said, replayed = f"{seen.value:,} shares", f"{stake.shares:,}"
        apart = f"{abs(seen.value - stake.shares):,} shares"
    else:
        return
    yield _disagreement(event, said, f"{replayed} since {span.begin}, {apart} apart", span.events)


def _in_all(event: StakeObserved, key: Key, examined: Examined) -> Share:
    """What is seen of a holding in all the lots that are told of one day."""
    spans = (span for span in examined.ledger.cell(views.HOLDINGS, key) if span.begin == event.date)
    shares: list[Share] = [span.value.share for span in spans if span.value.lots]
    return shares[-1] if shares else event.holds


def _added_up(
    event: StakeAcquired | StakeDisposed, share: Share, holds: Share, examined: Examined
) -> Iterator[Problem]:
    """An event that says both what changed hands and what came of it."""
    span = _stood(examined, (event.holder, event.target, event.right), event.id)
    if span is None or span.value.stale:
        return
    before: Share = span.value.share
    sign, after = ("+", before + share) if isinstance(event, StakeAcquired) else ("-", before - share)
    if contradicts(holds, after):
        yield Problem(
            "C407",
            f"stated result disagrees: {event.holder} is said to hold {holds} of {event.target}"
            f"{_of_right(event.right)} after {event.date}, where {before} {sign} {share} make {after}",
            help="correct `share` or `holds`, or add what happened before",
            events=involved(event.id, span.events),
        )


def _compared_with_nothing(event: StakeObserved, key: Key, examined: Examined) -> Iterator[Problem]:
    """An observation of a holding that had ended. One of a holding never heard of agrees with all we know."""
    last = None
    for span in examined.ledger.cell(views.HOLDINGS, key):
        if span.begin == event.date:
            break
        last = span
    if last is not None and last.end is not None and last.end.latest < event.date.earliest:
        yield _disagreement(event, str(event.holds), f"nothing since {last.end}", (str(last.ended_by),))
    elif last is None and event.check:
        yield _disagreement(event, str(event.holds), "nothing", ())


def _compared_with_zero(event: StakeObserved, span: Span, examined: Examined) -> Iterator[Problem]:
    """An observation of a holding of which somebody had said that it is nothing."""
    doubted = event.check or not _merely_observed(span, examined)
    if event.holds.minimum and doubted and span.begin.latest < event.date.earliest:
        yield _disagreement(event, str(event.holds), f"nothing since {span.begin}", span.events)


def _disagreement(event: StakeObserved, seen: str, replayed: str, behind: tuple[str, ...]) -> Problem:
    code, fault = ("C415", "assertion does not hold") if event.check else ("C407", "observed value disagrees")
    return Problem(
        code,
        f"{fault}: {event.holder} is seen to hold {seen} of {event.target}"
        f"{_of_right(event.right)} on {event.date}, where the events before it make {replayed}",
        help="add what happened in between, or correct the event that is wrong",
        events=involved(event.id, behind),
    )


def _difference(one: Share, two: Share) -> str:
    gap = one - two
    # Both are known, or they would not disagree.
    assert gap.minimum is not None
    assert gap.maximum is not None
    least = min(abs(gap.minimum), abs(gap.maximum))
    points = _rounded(Share(least, least)).removesuffix("%")
    return f"{points} percentage points" if gap.is_exact else f"at least {points} percentage points"


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
        f"{len(stake.lots)} lots are added up: {holder} holds {stake.share} of {target}{_of_right(right)} "
        f"since {span.begin}: {lots}",
        help="nothing, if these are separate stakes; retract one of them if they are one stake",
        events=involved(span.events[-1], span.events),
    )


# Stale


def stale(examined: Examined) -> Iterator[Problem]:
    """C412: the number of shares changed under a share, by how much nobody knows, and nobody restated it."""
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
        f"share is stale after an issue: the {first.value.share} of {holder} in {target}{_of_right(right)} "
        f'was measured before "{cause.id}" ({cause.date}) changed the number of shares, and {until}',
        help="give the total before and after the issue, or add a stake.observed after it",
        events=involved(cause.id, first.events),
    )


def _issue(span: Span, examined: Examined) -> Event:
    """The last change of the number of shares behind a span; a merger may have moved it since."""
    behind = [examined.by_id[identifier] for identifier in reversed(span.events)]
    changed = (event for event in behind if any(map(_changes_number, examined.under(event.id))))
    return next(changed, behind[0])


def _changes_number(event: Event) -> bool:
    return isinstance(event, SharesIssued | SharesCancelled)


# Words


def _of_right(right: str) -> str:
    return "" if right == "equity" else f" ({right})"


def _rounded(share: Share) -> str:
    """An exact share in percent with at most two decimals."""
    assert share.value is not None
    percent = f"{float(share.value * 100):.2f}".rstrip("0").rstrip(".")
    return f"{percent}%"
