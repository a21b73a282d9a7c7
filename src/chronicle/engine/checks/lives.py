"""Findings about entities: acting before they begin, acting or holding after they end, holding themselves."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from types import MappingProxyType

from attrs import define, field, frozen

from chronicle.dates import FOREVER, PartialDate
from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, involved, listed
from chronicle.engine.replay import Span
from chronicle.errors import Problem
from chronicle.events import (
    ENDS_OF_TIES,
    NO_ACTS,
    ControlGranted,
    EntityFounded,
    Event,
    InvestmentMade,
    MergerAbsorbed,
    MergerConsolidated,
    SharesIssued,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    UnitLaunched,
    UnitTransferred,
    ended_by,
    revived_by,
    taker_of,
)

# Before it was founded


def acts_before_founded(examined: Examined) -> Iterator[Problem]:
    """C404: an event that names an entity lies wholly before its founding."""
    founded = _foundings(examined)
    for event, entity in _acts(examined):
        founding = founded.get(entity)
        if founding is not None and event.date.latest < founding.date.earliest:
            yield Problem(
                "C404",
                f"acts before it was founded: {entity} is part of {event.kind} on {event.date}, "
                f"and was founded on {founding.date}",
                help="correct one of the two dates, or name the predecessor that acted",
                events=(event.id, founding.id),
            )


def _foundings(examined: Examined) -> Mapping[str, EntityFounded]:
    """By entity, the founding with the earliest possible day: sources often state several."""
    found: dict[str, EntityFounded] = {}
    foundings = (event for event in examined.ordered if isinstance(event, EntityFounded))
    for event in sorted(foundings, key=lambda event: event.date.earliest):
        found.setdefault(event.entity, event)
    return found


def _acts(examined: Examined) -> Iterator[tuple[Event, str]]:
    """Each event with each entity that it names, once; the effects of a deal count as its completion."""
    seen: set[tuple[str, str]] = set()
    for event, entities in examined.entities:
        if isinstance(event, NO_ACTS):
            continue
        for entity in entities:
            if (event.id, entity) not in seen:
                seen.add((event.id, entity))
                yield event, entity


# After it ended


@define
class Life:
    """The events that ended an entity and those that reinstated it."""

    endings: list[Event] = field(factory=list)
    revivals: list[Event] = field(factory=list)
    _latest: list[datetime.date] = field(factory=list)
    _earliest: list[datetime.date] = field(factory=list)
    _reach: list[datetime.date] = field(factory=list)

    def settle(self) -> None:
        """Sort both and build the indexes; to be called once before any question."""
        self.endings.sort(key=lambda event: event.date.latest)
        self.revivals.sort(key=lambda event: event.date.earliest)
        self._latest = [event.date.latest for event in self.endings]
        self._earliest = [event.date.earliest for event in self.revivals]
        self._reach = list(accumulate((event.date.latest for event in self.revivals), max))

    def ended_before(self, date: PartialDate) -> Event | None:
        """The last ending certainly over when ``date`` begins; None if none, or if it may be reinstated."""
        index = bisect_left(self._latest, date.earliest)
        if not index:
            return None
        ending = self.endings[index - 1]
        return None if self.revived_between(ending.date, date.latest) else ending

    def revived_between(self, ending: PartialDate, day: datetime.date) -> bool:
        """Whether the entity may have been reinstated after ``ending`` and by ``day``, inclusive."""
        index = bisect_right(self._earliest, day)
        return bool(index) and self._reach[index - 1] >= ending.earliest


def lives_of(examined: Examined) -> Mapping[str, Life]:
    """By id, the endings and reinstatements of each entity that ended at least once."""
    lives: defaultdict[str, Life] = defaultdict(Life)
    for event in examined.ordered:
        for entity in ended_by(event):
            lives[entity].endings.append(event)
    for event in examined.ordered:
        for entity in revived_by(event):
            if entity in lives:
                lives[entity].revivals.append(event)
    for life in lives.values():
        life.settle()
    return lives


def acts_after_ended(examined: Examined) -> Iterator[Problem]:
    """C405: an event names or ends an entity that had been dissolved or absorbed, and was not reinstated."""
    lives = lives_of(examined)
    if not lives:
        return
    for event, entity in _acts(examined):
        life = lives.get(entity)
        if life is None or isinstance(event, ENDS_OF_TIES):
            continue
        ending = life.ended_before(event.date)
        if ending is not None and ending.id != event.id:
            yield Problem(
                "C405",
                f"acts after it was {end_word(ending)}: {entity} is part of {event.kind} on {event.date}, "
                f"and was {end_word(ending)} on {ending.date}",
                help="name the successor that acted, correct a date, or add entity.reinstated",
                events=(event.id, ending.id),
            )


def end_word(ending: Event) -> str:
    """How an entity ended, in one word."""
    if isinstance(ending, MergerAbsorbed):
        return "absorbed"
    return "consolidated" if isinstance(ending, MergerConsolidated) else "dissolved"


# Holding after it ended


def holds_after_ended(examined: Examined) -> Iterator[Problem]:
    """C413: a day after an entity ended, a value that names it still stands.

    It certainly holds stakes or owns units, or a tie of it has no stated end since.
    """
    lives = lives_of(examined)
    ties = _Ties(examined) if lives else None
    for entity, life in lives.items():
        for ending in life.endings:
            if ending.date.latest == FOREVER or ties is None:
                continue
            day = ending.date.latest + datetime.timedelta(days=1)
            if life.revived_between(ending.date, day):
                continue
            left = [span for span in ties.of(entity) if _is_left(span, ending, day)]
            if left:
                yield _left_behind(entity, ending, left)


def _is_left(span: Span, ending: Event, day: datetime.date) -> bool:
    if ending.id in span.doubted_by(day):
        # No event is missing where the value has an end, or is certain again later.
        told = span.end is not None or all(
            doubt.until is not None for doubt in span.doubts if doubt.event == ending.id
        )
        return span.possible(day) and not told
    owned = span.view in (views.HOLDINGS, views.UNITS)
    return owned and span.certain(day) and views.is_listed(span.view, span.value)


@frozen(eq=False)
class _Ties:
    """The spans that name an entity: what it holds and owns, and its ties to others."""

    examined: Examined

    def of(self, entity: str) -> Iterator[Span]:
        """The spans that name ``entity``, view by view, each once."""
        ledger = self.examined.ledger
        for view, positions in _NAMED_IN.items():
            keys = (key for position in positions for key in ledger.where(view, position, entity))
            for key in dict.fromkeys(keys):
                yield from ledger.cell(view, key)
        yield from self._shared.get(entity, ())

    @cached_property
    def _shared(self) -> Mapping[str, Sequence[Span]]:
        """By party, the spans of its partnerships and deals, whose keys do not name the parties."""
        found: defaultdict[str, list[Span]] = defaultdict(list)
        ledger = self.examined.ledger
        for view in (views.PARTNERSHIPS, views.DEALS):
            for key in ledger.keys(view):
                for span in ledger.cell(view, key):
                    for party in dict.fromkeys(span.value.parties):
                        found[party].append(span)
        return found


# By view, the positions in its key of entities whose end is checked.
_NAMED_IN: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        views.HOLDINGS: (0,),
        views.UNITS: (1,),
        views.LISTINGS: (0,),
        views.CONTROL: (0, 1),
        views.ROLES: (0, 1),
        views.MEMBERSHIPS: (0, 1),
    }
)


def _left_behind(entity: str, ending: Event, left: list[Span]) -> Problem:
    ends = dict.fromkeys(_ENDED_BY[span.view] for span in left)
    return Problem(
        "C413",
        f"{end_word(ending)}, but still holds: {entity} ended on {ending.date} "
        f"and has {listed(thing_held(span, entity) for span in left)}",
        help=f"add what became of it, such as {listed(ends)}",
        events=involved(ending.id, *(span.events for span in left)),
    )


# By view, the kind of event that would end what is left, or move it to another entity.
_ENDED_BY: Mapping[str, str] = MappingProxyType(
    {
        views.HOLDINGS: "stake.disposed",
        views.UNITS: "unit.transferred",
        views.LISTINGS: "listing.ended",
        views.CONTROL: "control.ended",
        views.ROLES: "role.ended",
        views.MEMBERSHIPS: "membership.ended",
        views.PARTNERSHIPS: "partnership.ended",
        views.DEALS: "deal.terminated",
    }
)


def thing_held(span: Span, entity: str) -> str:
    """What an entity has by a value that names it, in words."""
    if span.view == views.HOLDINGS:
        _, target, right = span.key
        share = span.value.share
        amount = "an unknown share" if share.is_unknown else str(share)
        return f"{amount} of {target}" + ("" if right == "equity" else f" ({right})")
    return _TOLD[span.view](span, entity)


def _of_control(span: Span, entity: str) -> str:
    controller, target, basis = span.key
    return f"control of {target} ({basis})" if controller == entity else f"{controller} in control ({basis})"


def _of_role(span: Span, entity: str) -> str:
    person, where, role = span.key
    return f"the role {role} in {where}" if person == entity else f"{person} as {role}"


def _of_membership(span: Span, entity: str) -> str:
    member, group = span.key
    return f"a place in {group}" if member == entity else f"the member {member}"


def _of_partnership(span: Span, entity: str) -> str:
    others = listed(party for party in span.value.parties if party != entity)
    return f"a partnership with {others} ({span.value.subject})"


_TOLD: Mapping[str, Callable[[Span, str], str]] = MappingProxyType(
    {
        views.UNITS: lambda span, _: f"the unit {span.key[0]}",
        views.LISTINGS: lambda span, _: f"a listing on {span.key[1]}" if span.key[1] else "a listing",
        views.CONTROL: _of_control,
        views.ROLES: _of_role,
        views.MEMBERSHIPS: _of_membership,
        views.PARTNERSHIPS: _of_partnership,
        views.DEALS: lambda span, _: f"the open deal {span.key[0]}",
    }
)


# Absorbed twice


def taken_in_by_two(examined: Examined) -> Iterator[Problem]:
    """C420: an entity merges into two others, without a reinstatement in between."""
    for entity, life in lives_of(examined).items():
        mergers = [(event, taker) for event in life.endings if (taker := taker_of(event)) is not None]
        for (first, one), (second, two) in pairwise(mergers):
            if one != two and not life.revived_between(first.date, second.date.latest):
                yield Problem(
                    "C420",
                    f"absorbed by two: {entity} is {end_word(first)} {_by(first)} {one} on {first.date} "
                    f"and {end_word(second)} {_by(second)} {two} on {second.date}",
                    help="retract one of the two, or add the entity.reinstated that lies between them; "
                    "until then what went to either is only possible",
                    events=involved(second.id, (first.id,)),
                )


def _by(event: Event) -> str:
    return "into" if isinstance(event, MergerConsolidated) else "by"


# Itself


def holds_itself(examined: Examined) -> Iterator[Problem]:
    """C414: an entity is on both sides of an event that needs two."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for event in examined.ordered:
        for doing, entity in _with_itself(event):
            found[doing, entity].append(event.id)
    for (doing, entity), identifiers in found.items():
        yield Problem(
            "C414",
            f"{doing} itself: {entity}",
            help="name the other side; for treasury shares this is right and can stay",
            events=involved(*identifiers[:1], identifiers),
        )


def _with_itself(event: Event) -> Iterator[tuple[str, str]]:
    match event:
        case StakeAcquired() | StakeDisposed() | StakeObserved() if event.holder == event.target:
            yield "holds", event.holder
        case SharesIssued() if event.issuer in dict(event.subscribers):
            yield "holds", event.issuer
        case StakeAcquired() if event.seller == event.holder:
            yield "buys from", event.holder
        case StakeDisposed() if event.buyer == event.holder:
            yield "sells to", event.holder
        case InvestmentMade() if event.investor == event.project:
            yield "invests in", event.investor
        case MergerAbsorbed() if event.survivor == event.absorbed:
            yield "absorbs", event.absorbed
        case ControlGranted() if event.controller == event.target:
            yield "controls", event.controller
        case UnitLaunched() if event.unit == event.owner:
            yield "owns", event.unit
        case UnitTransferred() if event.unit == event.to:
            yield "owns", event.unit
        case UnitTransferred() if event.from_ == event.to:
            yield "hands over to", event.from_
        case _:
            pass
