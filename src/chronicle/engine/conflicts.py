"""Conflicts between sources: what each says, which claim counts, and by which rule.

Two events are claims of the same fact when they come from different sources and speak of the same
stake in the same deal, of the same stage of the same deal, of the founding of the same entity, of the
same new name or of new names in windows that overlap, or each state what is held of the same stake in
windows that overlap. One of them counts, the others are kept and shown. Nothing is averaged and nothing is
deleted. A later observation is a change, not a rival; except that a rumour does not replace what is
better known.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
from operator import add, sub
from types import MappingProxyType
from typing import Any, TypeGuard

from attrs import Factory, define, frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.disagreements import words_of_difference
from chronicle.engine.filling import filled_from
from chronicle.engine.replay import Ledger, Span
from chronicle.events import (
    ORDER,
    Confidence,
    DealAgreed,
    DealApproved,
    DealCompleted,
    DealProposed,
    DealTerminated,
    EntityFounded,
    EntityRenamed,
    Event,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    knowledge,
)
from chronicle.events.likeness import overlap
from chronicle.values import NOTHING, Share, confirms, contradicts

# The policy, in full: the claim of the highest confidence counts; among equals the one known last, and then
# the one recorded last. An event without a confidence counts as reported.
CONFIDENCE: Mapping[Confidence | None, int] = MappingProxyType(
    {"confirmed": 2, "reported": 1, None: 1, "rumoured": 0}
)


_RULES = MappingProxyType({2: "confirmed", 1: "reported", 0: "rumoured"})


_Stake = StakeAcquired | StakeDisposed | StakeObserved


_STAKES = (StakeAcquired, StakeDisposed, StakeObserved)


_TRADES = (StakeAcquired, StakeDisposed)


_STAGES = (DealProposed, DealAgreed, DealApproved, DealCompleted, DealTerminated)


@frozen
class Conflict:
    """Claims of the same fact that do not agree.

    ``fact`` says what they are about, ``chosen`` is the event that counts, ``others`` do not, in order
    of position. ``differ`` names what they disagree on: share, count, amount, effects, day. ``rule``
    says why the chosen one counts. ``once`` says that they were joined as claims of one happening, in which
    case they may also agree in everything.
    """

    fact: tuple[str, ...]
    chosen: Event
    others: tuple[Event, ...]
    differ: tuple[str, ...]
    rule: str
    once: bool = False


@frozen
class Settled:
    """The events that count, in order of position, and the conflicts in which they were chosen.

    ``set_aside`` maps the id of each event that does not count to the id of the one that does. ``filled`` are
    the ids of those that count with something that others say.
    """

    events: tuple[Event, ...]
    conflicts: tuple[Conflict, ...]
    set_aside: Mapping[str, str]
    filled: frozenset[str] = frozenset()


def settle(
    events: Sequence[Event],
    known: Mapping[str, datetime.date] = MappingProxyType({}),
    related: Iterable[Sequence[Event]] | None = None,
) -> Settled:
    """Choose among claims of the same fact. ``events`` are in order of position, as known.

    ``known`` has, by the id of a corrected event, the day from which it could be known: that of the event as
    first recorded. If ``related`` is given, only events of one of its groups can be rivals.
    """
    told = [events] if related is None else related
    rivals = {fact: claims for fact, claims in _facts(told).items() if _may_rival(claims)}
    rumours = _facts_with_rumours(events)
    if not rivals and not rumours:
        return Settled(tuple(events), (), MappingProxyType({}))
    positions = {event.id: position for position, event in enumerate(events)}
    firsts = {fact: min(positions[claim.id] for claim in claims) for fact, claims in rivals.items()}
    facts = {fact: rivals[fact] for fact in sorted(rivals, key=firsts.__getitem__)} | rumours
    set_aside: dict[str, str] = {}
    filled: dict[str, Event] = {}
    conflicts: list[Conflict] = []
    for fact, claims in facts.items():
        ranked = sorted(claims, key=lambda claim: weight(claim, positions[claim.id], known), reverse=True)
        choices = _choices(ranked)
        for chosen, rumour in _outweighed_rumours([kept for kept, _ in choices]):
            next(others for kept, others in choices if kept is chosen).append(rumour)
        for chosen, others in choices:
            set_aside.update((other.id, chosen.id) for other in others)
            whole = _told_by_all(chosen, others)
            if whole is not chosen:
                filled[chosen.id] = whole
            conflicts.extend(_conflict(fact, chosen, others, positions, whole))
    # Mostly nothing was set aside: the events are the same ones, and stay arranged.
    kept = events
    if set_aside:
        kept = [filled.get(event.id, event) for event in events if event.id not in set_aside]
    return Settled(tuple(kept), tuple(conflicts), set_aside, frozenset(filled))


def _facts(related: Iterable[Sequence[Event]]) -> dict[tuple[str, ...], list[Event]]:
    facts: defaultdict[tuple[str, ...], list[Event]] = defaultdict(list)
    about = dict(_ABOUT)
    for events in related:
        for event in events:
            kind = type(event)
            # A claim without a source has no rival: see ``_independent``.
            if kind in about and event.sources and (kind not in _TRADES or _may_have_rival(event)):
                facts[about[kind](event)].append(event)
    return facts


def _may_have_rival(event: Any) -> bool:
    """Whether a purchase or a sale can be a rival claim at all: most of a register only add up."""
    return event.holds is not None or event.deal is not None


def _facts_with_rumours(events: Sequence[Event]) -> dict[tuple[str, ...], list[Event]]:
    """The stakes of which there are rumours, each with all events about it, also those without a source."""
    # By confidence first, which is fast: this looks at every event of a history.
    rumours = [event for event in events if event.confidence == "rumoured"]
    rumoured = {_stake(event) for event in rumours if _is_rumour(event)}
    found: dict[tuple[str, ...], list[Event]] = {}
    for event in events if rumoured else ():
        if isinstance(event, _STAKES) and _stake(event) in rumoured:
            found.setdefault(_stake(event), []).append(event)
    return {fact: claims for fact, claims in found.items() if len(claims) > 1}


def _is_rumour(event: Event) -> TypeGuard[StakeObserved]:
    return event.confidence == "rumoured" and isinstance(event, StakeObserved) and event.lot is None


def _stake(event: _Stake) -> tuple[str, ...]:
    return "stake", event.holder, event.target, event.right


def _stage(event: Any) -> tuple[str, ...]:
    return "deal", event.deal, event.kind


def _name(event: EntityRenamed) -> tuple[str, ...]:
    return "name", event.entity


def _founding(event: EntityFounded) -> tuple[str, ...]:
    return "founding", event.entity


_ABOUT: Mapping[type[Event], Callable[[Any], tuple[str, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(_STAKES, _stake),
        **dict.fromkeys(_STAGES, _stage),
        EntityFounded: _founding,
        EntityRenamed: _name,
    }
)


def _may_rival(claims: Sequence[Event]) -> bool:
    """Whether two of the claims can be about the same fact; most stakes have one event only."""
    if len(claims) < 2:
        return False
    if not isinstance(claims[0], _STAKES):
        return True
    return _several(claims, "holds") or _several(claims, "deal")


def _several(claims: Sequence[Event], name: str) -> bool:
    return sum(getattr(claim, name) is not None for claim in claims) > 1


def weight(
    claim: Event, position: int, known: Mapping[str, datetime.date] = MappingProxyType({})
) -> tuple[Any, ...]:
    """The sort key of a claim by the policy: the greatest counts.

    ``known`` has, by the id of a corrected event, the day from which it could be known.
    """
    day = known.get(claim.id) or knowledge(claim).day
    return CONFIDENCE[claim.confidence], day, position


def _choices(ranked: Sequence[Event]) -> list[tuple[Event, list[Event]]]:
    """Each claim that counts, with those that it sets aside; the claims of the greatest weight come first."""
    chosen: list[tuple[Event, list[Event]]] = []
    for claim in ranked:
        rival = next((others for kept, others in chosen if _same_fact(kept, claim)), None)
        if rival is None:
            chosen.append((claim, []))
        else:
            rival.append(claim)
    return chosen


def _outweighed_rumours(claims: Sequence[Event]) -> Iterator[tuple[Event, Event]]:
    """Rumours that differ from what is better known before them, each after the last claim that says so."""
    if not any(map(_is_rumour, claims)):
        return
    standing: Event | None = None
    held = _HeldByClaims()
    for claim in sorted(claims, key=lambda claim: (claim.date.order, ORDER[type(claim)])):
        if standing is not None and isinstance(claim, StakeObserved) and held.confirmed_by(claim):
            standing = max(standing, claim, key=lambda each: CONFIDENCE[each.confidence])
        elif standing is not None and _is_rumour(claim) and _better_known(standing, held):
            yield standing, claim
        else:
            held.take(claim)
            standing = claim


def _better_known(standing: Event, held: _HeldByClaims) -> bool:
    # A rumour of a share says more than an unknown share.
    return CONFIDENCE[standing.confidence] > CONFIDENCE["rumoured"] and not held.share.is_unknown


@define
class _HeldByClaims:
    """What is held by the claims so far: as far as it can be known before replay."""

    share: Share = Factory(partial(Share.exact, NOTHING))
    lots: dict[str, Share] = Factory(dict)

    def confirmed_by(self, claim: StakeObserved) -> bool:
        held = self.share if claim.lot is None else self.lots.get(claim.lot)
        return held is not None and confirms(claim.holds, held)

    def take(self, claim: Any) -> None:
        if isinstance(claim, StakeObserved) and claim.lot is not None:
            self.lots[claim.lot] = claim.holds
            self.share = reduce(add, self.lots.values())
        elif claim.holds is not None:
            self.share, self.lots = claim.holds, {}
        elif claim.share is None:
            self.share = Share.unknown()
        else:
            change = add if isinstance(claim, StakeAcquired) else sub
            self.share = change(self.share, claim.share)
            if self.share.maximum is not None and self.share.maximum < NOTHING:
                self.share = Share.exact(NOTHING)


def _told_by_all(chosen: Event, others: Sequence[Event]) -> Event:
    """What a claim says together with those that it sets aside: of a stage, a founding or one new name.

    Claims about a stake are left as they are: their figures belong together.
    """
    if isinstance(chosen, _STAKES):
        return chosen
    name = getattr(chosen, "name", None) if isinstance(chosen, EntityRenamed) else None
    same = [each for each in others if name is None or getattr(each, "name", None) == name]
    return filled_from(chosen, [chosen, *same]) if same else chosen


def _same_fact(one: Event, two: Event) -> bool:
    if one.after == two.id or two.after == one.id or not _independent(one, two):
        return False
    if isinstance(one, EntityRenamed) and isinstance(two, EntityRenamed):
        return one.name == two.name or overlap(one, two)
    if not isinstance(one, _STAKES) or not isinstance(two, _STAKES):
        return True
    if _of_one_register(one, two) or _one_confirms(one, two):
        return False
    if one.deal is not None and one.deal == two.deal:
        return True
    return one.holds is not None and two.holds is not None and overlap(one, two)


def _one_confirms(one: _Stake, two: _Stake) -> bool:
    """Whether one of them is an observation, and either agrees with the other, if less exactly.

    An observation is no rival of what it agrees with: replay takes the less exact one as a confirmation.
    """
    if one.holds is None or two.holds is None:
        return False
    seen = isinstance(one, StakeObserved) or isinstance(two, StakeObserved)
    if seen and one.holds == two.holds:
        # Whatever the share is, it confirms itself: of many who say the same, each is compared with each.
        return True
    return seen and (confirms(one.holds, two.holds) or confirms(two.holds, one.holds))


def _of_one_register(one: _Stake, two: _Stake) -> bool:
    """Whether they are records of one publisher, which add up; or one is the end of a record.

    Such an end says nothing about what others claim to be held.
    """
    lots = [each for each in (one, two) if isinstance(each, StakeObserved) and each.lot is not None]
    if any(each.holds.is_nothing for each in lots):
        return True
    return len(lots) == 2 and one.sources[0].publisher == two.sources[0].publisher


def _independent(one: Event, two: Event) -> bool:
    """Whether each has a source and they share none: two claims of one source mean two things."""
    first, second = set(one.sources), set(two.sources)
    return bool(first) and bool(second) and first.isdisjoint(second)


def _conflict(
    fact: tuple[str, ...],
    chosen: Event,
    others: Sequence[Event],
    positions: Mapping[str, int],
    whole: Event,
) -> Iterator[Conflict]:
    """The conflict of claims that differ in something, or that were taken together as ``whole``."""
    differ = words_of_difference(chosen, others)
    if not differ and any(map(_is_rumour, others)):
        # The rumour states a share that no field-by-field comparison shows: it differs from the sum so far.
        differ = ("share",)
    ordered = tuple(sorted(others, key=lambda other: positions[other.id]))
    if whole is not chosen:
        yield told_once(fact, chosen, ordered, whole.date)
    elif differ:
        yield Conflict(fact, chosen, ordered, differ, _rule(chosen, others))


def told_once(fact: tuple[str, ...], chosen: Event, others: Sequence[Event], date: PartialDate) -> Conflict:
    """Claims that were joined as one happening, dated ``date``, which all of them allow."""
    differ = words_of_difference(chosen, others)
    rule = _rule(chosen, others) if differ else "all agree"
    if date != chosen.date:
        rule += f"; dated {date}, which {'most' if 'day' in differ else 'all'} allow"
    return Conflict(fact, chosen, tuple(others), differ, rule, once=True)


def _rule(chosen: Event, others: Sequence[Event]) -> str:
    weight = CONFIDENCE[chosen.confidence]
    if all(CONFIDENCE[other.confidence] < weight for other in others):
        return f"{_RULES[weight]} outweighs the others"
    return "known last"


def contradicted(ledger: Ledger, events: Mapping[str, Event]) -> Iterator[Conflict]:
    """Observations that disagree with the value by replay. They count, from their day on.

    A value that was itself only observed may have changed since: a later observation of it is no
    disagreement.
    """
    for key in ledger.keys(views.HOLDINGS):
        spans = ledger.cell(views.HOLDINGS, key)
        for old, new, following in zip(spans, spans[1:], (*spans[2:], None), strict=False):
            observation = events.get(str(old.ended_by))
            if following is not None and following.value.lots and following.begin == new.begin:
                # One lot of several observed at the same time: not yet the whole observation.
                continue
            if isinstance(observation, StakeObserved) and _otherwise(old, new, events):
                others = (events[old.events[-1]],)
                yield Conflict(("stake", *key), observation, others, ("share",), "observed later")


def _otherwise(old: Span, new: Span, events: Mapping[str, Event]) -> bool:
    if old.value.stale or old.value.share.is_nothing or len(new.value.lots) > 1:
        # A stale share, which the observation brings up to date; or nothing was held; or one more lot.
        return False
    if old.end is not new.begin or not contradicts(new.value.share, old.value.share):
        return False
    return not all(isinstance(events.get(event), StakeObserved) for event in old.events)
