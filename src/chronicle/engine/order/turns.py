"""The turn of events of one window that stand in one file: its lines are in order, but for some kinds."""

from __future__ import annotations

from collections.abc import Sequence

from chronicle.engine.order.plan import Plan
from chronicle.events import (
    EntityFounded,
    Event,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeObserved,
)

# These come first: the number of shares before the holdings of them.
_COUNTS = (SharesIssued, SharesCancelled, SharesRestructured)


def out_of_line(plan: Plan, members: Sequence[int], place: int, pending: Sequence[int]) -> int:
    """How many pending events of its window and file should come before an event, as they touch the same.

    ``place`` and ``pending`` are places among ``members``, which are indexes in the plan.
    """
    if not pending:
        return 0
    index = members[place]
    event = plan.natural[index]
    things = set(plan.touched[index])
    turn = _turn(plan, event)
    return sum(
        1
        for other in (members[each] for each in pending)
        if _turn(plan, plan.natural[other]) < turn
        and not _of_two_records(plan, event, plan.natural[other])
        and plan.terms.origin(plan.natural[other]) == plan.terms.origin(event)
        and (not things.isdisjoint(plan.touched[other]) or _wide(event, plan.natural[other]))
    )


def _turn(plan: Plan, event: Event) -> tuple[int, int]:
    """The sort key of an event in its window: its place in the file; some kinds go first or last."""
    one_day = event.date.earliest == event.date.latest
    if isinstance(event, EntityFounded) or (one_day and isinstance(event, _COUNTS)):
        rank = -1
    else:
        # An observation states the end of its day.
        rank = 1 if one_day and isinstance(event, StakeObserved) else 0
    return rank, plan.position[event.id]


def _of_two_records(plan: Plan, one: Event, two: Event) -> bool:
    """Whether both are of records of a register, and not of one: the order of its lines says nothing."""
    records = _record_of(plan, one), _record_of(plan, two)
    return None not in records and records[0] != records[1]


def _record_of(plan: Plan, event: Event) -> str | None:
    """The record of a register that an event names, as a lot or else; of an end that of what it ends."""
    named: str | None = getattr(event, "lot", None) or getattr(event, "record", None)
    if named is None and event.ends in plan.position:
        begun = plan.by_position[plan.position[event.ends]]
        named = getattr(begun, "lot", None) or getattr(begun, "record", None)
    return named


def _wide(one: Event, two: Event) -> bool:
    """Whether one changes the number of shares in which the other is a stake."""
    issuers = {getattr(event, "issuer", None) for event in (one, two)} - {None}
    targets = {getattr(event, "target", None) for event in (one, two)} - {None}
    return not issuers.isdisjoint(targets)
