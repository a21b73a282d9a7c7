"""Findings about events that change nothing: what they end, complete or count was not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

from attrs import frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, ends_its_own, involved, listed
from chronicle.engine.checks.standing import Wanted, matches, meant
from chronicle.engine.replay import Span
from chronicle.engine.sense import together
from chronicle.errors import Problem, nearest
from chronicle.events import (
    ControlEnded,
    DealAgreed,
    DealApproved,
    DealCompleted,
    DealProposed,
    DealTerminated,
    EntityIdentified,
    EntityReinstated,
    Event,
    ListingEnded,
    MembershipEnded,
    PartnershipEnded,
    RoleEnded,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    UnitClosed,
)

# With more entities or deals than this, the one spelled most alike is not looked for.
_COMPARED = 2_000


def without_effect(examined: Examined) -> Iterator[Problem]:
    """C416: an event changes nothing, since what it ends, completes or counts was not there."""
    ended: dict[str, Event] = {}
    lots = set[tuple[str, ...]]()
    for event in examined.ordered:
        ending = _ENDINGS.get(type(event))
        if (ending is not None or _says_that_over(event)) and ends_its_own(event, examined):
            yield from _ended_before(event, ended.setdefault(event.ends or "", event), examined)
        elif ending is not None:
            yield from _ended_nothing(event, ending, examined)
        elif isinstance(event, EntityIdentified):
            yield from _ran_out_before(event)
        elif isinstance(event, EntityReinstated):
            yield from _reinstated_nothing(event, examined)
        elif isinstance(event, SharesIssued | SharesRestructured | SharesCancelled):
            yield from _counted_nothing(event, examined)
        elif isinstance(event, StakeAcquired | StakeDisposed):
            yield from _moved_nothing(event)
        elif isinstance(event, StakeObserved) and not event.holds.is_nothing:
            lots.add(_record(event))
        elif isinstance(event, StakeObserved) and event.lot is not None and _record(event) in lots:
            # The record had begun; since then the stake of another publisher may have replaced it.
            lots.remove(_record(event))
        elif isinstance(event, StakeObserved) and (event.lot or event.ends):
            yield from _ended_no_record(event, examined)
    yield from _never_announced(examined)


def _says_that_over(event: Event) -> bool:
    """Whether an event is the end of a whole record of a register: nothing is held, and no lot is named."""
    return isinstance(event, StakeObserved) and event.holds.is_nothing and event.lot is None


def _record(event: StakeObserved) -> tuple[str, ...]:
    return event.holder, event.target, event.right, event.lot or ""


def _ended_no_record(event: StakeObserved, examined: Examined) -> Iterator[Problem]:
    """C416 for the end of a record that had not begun, as when a register dates the end too early."""
    spans = examined.ledger.cell(views.HOLDINGS, (event.holder, event.target, event.right))
    if all(event.id != span.ended_by and event.id not in span.events for span in spans):
        yield _problem(
            event,
            f"nothing was known to be held under {event.lot or event.ends} then",
            "correct the date of the end, or that of the beginning",
            *([event.ends] if event.ends is not None and event.ends in examined.by_id else []),
        )


def _ended_before(event: Event, first: Event, examined: Examined) -> Iterator[Problem]:
    """C416 for an event whose ``ends`` names what begins only later, or what ``first`` had ended already."""
    begun = examined.by_id[event.ends or ""]
    if event.date.latest < begun.date.earliest:
        fault, help = f"begins only later ({begun.date})", "correct one of the two dates"
    elif not _overlap(first.date, event.date):
        fault = f"had ended already ({first.date})"
        help = "correct one of the two dates, or retract this event"
    else:
        # The one end of it, reported by one source or by several.
        return
    others = (begun.id,) if first is event else (begun.id, first.id)
    yield _problem(event, f'what it ends, "{begun.id}", {fault}', help, *others)


def _ran_out_before(event: EntityIdentified) -> Iterator[Problem]:
    if event.until is not None and event.until.latest < event.date.earliest:
        yield _problem(
            event,
            f"{event.scheme} {event.value} of {event.entity} had run out by then ({event.until})",
            "correct `date` or `until`",
        )


def _problem(event: Event, fault: str, help: str, *behind: str) -> Problem:
    return Problem(
        "C416",
        f"changes nothing: {event.kind} on {event.date}, since {fault}",
        help=help,
        events=involved(event.id, behind),
    )


# Ends


@frozen(eq=False)
class _EndOf:
    """What a kind of event ends: in which view, which parts of the key it names, and the words for a message.

    ``begun_by`` is the kind of event that would have begun it.
    """

    view: str
    wanted: Callable[[Any], Wanted]
    words: Callable[[Any], str]
    begun_by: str


def _told(text: str | None, words: str) -> str:
    return words.format(text) if text else ""


_ENDINGS: Mapping[type[Event], _EndOf] = MappingProxyType(
    {
        RoleEnded: _EndOf(
            views.ROLES,
            lambda event: (event.person, event.entity, event.role),
            lambda event: f"{event.person} was not known to be {event.role} of {event.entity}",
            "role.appointed",
        ),
        MembershipEnded: _EndOf(
            views.MEMBERSHIPS,
            lambda event: (event.entity, event.group),
            lambda event: f"{event.entity} was not known to be in {event.group}",
            "membership.started",
        ),
        ListingEnded: _EndOf(
            views.LISTINGS,
            lambda event: (event.entity, event.exchange),
            lambda event: f"{event.entity} was not known to be listed{_told(event.exchange, ' on {}')}",
            "listing.started",
        ),
        ControlEnded: _EndOf(
            views.CONTROL,
            lambda event: (event.controller, event.target, event.basis),
            lambda event: (
                f"{event.controller} was not known to control {event.target}{_told(event.basis, ' ({})')}"
            ),
            "control.granted",
        ),
        PartnershipEnded: _EndOf(
            views.PARTNERSHIPS,
            lambda event: (together(event), event.subject),
            lambda event: (
                f"{listed(event.parties)} were not known to be partners{_told(event.subject, ' ({})')}"
            ),
            "partnership.agreed",
        ),
        UnitClosed: _EndOf(
            views.UNITS,
            lambda event: (event.unit, None),
            lambda event: f"nobody was known to own {event.unit}",
            "unit.launched",
        ),
    }
)


def _ended_nothing(event: Event, ending: _EndOf, examined: Examined) -> Iterator[Problem]:
    view, wanted = ending.view, ending.wanted(event)
    if view not in examined.ledger.views:
        return
    keys = [key for key in examined.ledger.where(view, 0, wanted[0] or "") if matches(key, wanted)]
    if any(examined.ended(view, key, event.id) for key in keys):
        return
    spans = [span for key in keys for span in examined.ledger.cell(view, key)]
    if any(span.end is not None and _overlap(span.end, event.date) for span in spans):
        # Another source reported the same end already.
        return
    yield _problem(
        event,
        ending.words(event) + (" then" if spans else ""),
        _at_another_time(event, spans)
        or meant(examined, view, wanted, event.date)
        or f"add the {ending.begun_by} by which it began, or retract this event",
        *(
            identifier
            for span in spans[-1:]
            for identifier in (*span.events, span.ended_by or "")
            if identifier
        ),
    )


def _at_another_time(event: Event, spans: list[Span]) -> str | None:
    """The help for an end of what existed only at another time; None where it existed at no other time."""
    ended = [span.end for span in spans if span.end is not None and span.end.latest <= event.date.earliest]
    if ended:
        return f"it had ended already ({ended[-1]}): correct one of the two dates, or retract this event"
    begun = [span.begin for span in spans if span.begin.earliest >= event.date.latest]
    return f"it begins only later ({begun[0]}): correct one of the two dates" if begun else None


def _overlap(one: PartialDate, two: PartialDate) -> bool:
    return one.earliest <= two.latest and two.earliest <= one.latest


def _reinstated_nothing(event: EntityReinstated, examined: Examined) -> Iterator[Problem]:
    if views.STATUS not in examined.ledger.views:
        return
    before = examined.ended(views.STATUS, (event.entity,), event.id)
    if any(span.value.status != "active" for span in before):
        return
    near = _near(event.entity, views.STATUS, lambda status: status.status != "active", examined)
    yield _problem(
        event,
        f"{event.entity} was not known to be dissolved or insolvent",
        f"did you mean {near}?" if near else "add the entity.dissolved or entity.insolvent that came before",
    )


def _near(entity: str, view: str, is_it: Callable[[Any], bool], examined: Examined) -> str | None:
    """The entity spelled most like ``entity`` of those that ever had such a value; None where too many."""
    keys = list(islice(examined.ledger.keys(view), _COMPARED + 1))
    if len(keys) > _COMPARED:
        return None
    spans = (span for key in keys if key != (entity,) for span in examined.ledger.cell(view, key))
    return nearest(entity, dict.fromkeys(span.key[0] for span in spans if is_it(span.value)))


# Counts


def _counted_nothing(
    event: SharesIssued | SharesRestructured | SharesCancelled, examined: Examined
) -> Iterator[Problem]:
    """C416 for no share, or a split or a cancellation without a total of an unknown number of shares."""
    if views.SHARES not in examined.ledger.views:
        return
    if isinstance(event, SharesRestructured):
        nothing = (f"the ratio is {event.ratio}", "ratio") if event.ratio.factor == 1 else None
    elif event.total is not None:
        return
    else:
        done = "issued" if isinstance(event, SharesIssued) else "cancelled"
        nothing = None if event.shares.value else (f"no share is {done}", "shares")
    if nothing is not None:
        yield _problem(event, nothing[0], f"correct `{nothing[1]}`, or retract this event")
    elif not isinstance(event, SharesIssued):
        yield from _counted_unknown(event, examined)


def _counted_unknown(event: SharesRestructured | SharesCancelled, examined: Examined) -> Iterator[Problem]:
    issuer = event.issuer
    before = examined.ended(views.SHARES, (issuer,), event.id)
    if any(span.value.total is not None for span in before):
        return
    if isinstance(event, SharesRestructured) and _splits_a_holding(event, examined):
        return
    near = _near(issuer, views.SHARES, lambda count: count.total is not None, examined)
    yield _problem(
        event,
        f"nobody has said how many shares {issuer} had",
        f"did you mean {near}?" if near else "add the shares.issued with `total` that came before",
    )


def _splits_a_holding(event: SharesRestructured, examined: Examined) -> bool:
    keys = examined.ledger.where(views.HOLDINGS, 1, event.issuer)
    return any(examined.ended(views.HOLDINGS, key, event.id) for key in keys)


def _moved_nothing(event: StakeAcquired | StakeDisposed) -> Iterator[Problem]:
    share, count = event.share, event.shares
    no_share = share is None or share.is_nothing
    no_count = count is None or not count.value
    if event.holds is None and no_share and no_count:
        amount = "shares" if share is None else "share"
        yield _problem(
            event,
            f"nothing of {event.target} changes hands",
            f"correct `{amount}`, say `share: ?` for what nobody knows, or retract this event",
        )


# Deals


def _never_announced(examined: Examined) -> Iterator[Problem]:
    """C416 for an approval, completion or termination of a deal that no event proposes or agrees."""
    announced = {event.deal for event in examined.events if isinstance(event, DealProposed | DealAgreed)}
    for event in examined.events:
        if isinstance(event, DealApproved | DealCompleted | DealTerminated) and event.deal not in announced:
            near = nearest(event.deal, announced) if len(announced) <= _COMPARED else None
            yield _problem(
                event,
                f"nobody proposed or agreed the deal {event.deal}",
                f"did you mean {near}?" if near else "add the deal.proposed or deal.agreed that came before",
            )
