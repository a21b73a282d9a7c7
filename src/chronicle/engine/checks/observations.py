"""Findings about observations of a holding that do not fit what replay gives at that point."""

from __future__ import annotations

from collections.abc import Iterator

from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, involved
from chronicle.engine.checks.stakes import of_right, rounded, stood_before
from chronicle.engine.replay import Key, Span
from chronicle.engine.views import Stake
from chronicle.errors import Problem
from chronicle.events import (
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
)
from chronicle.values import Share, contradicts


def observed_otherwise(examined: Examined) -> Iterator[Problem]:
    """C407: an observation differs from the value by replay; C415 where it is an assertion (``check``)."""
    for event in examined.ordered:
        if isinstance(event, StakeObserved):
            key = (event.holder, event.target, event.right)
            span = stood_before(examined, key, event.id)
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
    """Whether a value was made by observations only: then the next one shows a change, not a disagreement."""
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
    """The share observed of a holding in all the lots that are observed with the date of ``event``."""
    spans = (span for span in examined.ledger.cell(views.HOLDINGS, key) if span.begin == event.date)
    shares: list[Share] = [span.value.share for span in spans if span.value.lots]
    return shares[-1] if shares else event.holds


def _added_up(
    event: StakeAcquired | StakeDisposed, share: Share, holds: Share, examined: Examined
) -> Iterator[Problem]:
    """C407 for an event that states both what changed hands and the result, where these do not add up."""
    span = stood_before(examined, (event.holder, event.target, event.right), event.id)
    if span is None or span.value.stale:
        return
    before: Share = span.value.share
    sign, after = ("+", before + share) if isinstance(event, StakeAcquired) else ("-", before - share)
    if contradicts(holds, after):
        yield Problem(
            "C407",
            f"stated result disagrees: {event.holder} is said to hold {holds} of {event.target}"
            f"{of_right(event.right)} after {event.date}, where {before} {sign} {share} make {after}",
            help="correct `share` or `holds`, or add what happened before",
            events=involved(event.id, span.events),
        )


def _compared_with_nothing(event: StakeObserved, key: Key, examined: Examined) -> Iterator[Problem]:
    """A problem for an observation of a holding that had ended.

    A holding that no event named before agrees with all that is known, unless the observation is an
    assertion.
    """
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
    """A problem for an observation of a holding that was stated to be zero."""
    doubted = event.check or not _merely_observed(span, examined)
    if event.holds.minimum and doubted and span.begin.latest < event.date.earliest:
        yield _disagreement(event, str(event.holds), f"nothing since {span.begin}", span.events)


def _disagreement(event: StakeObserved, seen: str, replayed: str, behind: tuple[str, ...]) -> Problem:
    code, fault = ("C415", "assertion does not hold") if event.check else ("C407", "observed value disagrees")
    return Problem(
        code,
        f"{fault}: {event.holder} is seen to hold {seen} of {event.target}"
        f"{of_right(event.right)} on {event.date}, where the events before it make {replayed}",
        help="add what happened in between, or correct the event that is wrong; "
        f"until then {seen} counts from {event.date} on",
        events=involved(event.id, behind),
    )


def _difference(one: Share, two: Share) -> str:
    gap = one - two
    # Both are known, or they would not disagree.
    assert gap.minimum is not None
    assert gap.maximum is not None
    least = min(abs(gap.minimum), abs(gap.maximum))
    points = rounded(Share(least, least)).removesuffix("%")
    return f"{points} percentage points" if gap.is_exact else f"at least {points} percentage points"
