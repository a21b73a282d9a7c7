"""Doubts about entities: acting before they begin, acting or holding after they end, holding themselves."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate

from attrs import define, field

from chronicle import views
from chronicle.checks.examined import Examined, involved, listed
from chronicle.dates import FOREVER, PartialDate
from chronicle.errors import Problem
from chronicle.events import (
    ControlGranted,
    DemergerSplit,
    EntityDeclared,
    EntityDissolved,
    EntityFounded,
    EntityIdentified,
    EntityReinstated,
    EntityRenamed,
    Event,
    IdentityLinked,
    InvestmentMade,
    MergerAbsorbed,
    MergerConsolidated,
    RecordCorrected,
    RecordRetracted,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
    UnitLaunched,
    UnitTransferred,
)
from chronicle.replay import Span

# These speak of an entity and need nothing done by it: a name may be given, or a stake be seen, at any time.
_NO_ACTS = (
    EntityDeclared,
    EntityRenamed,
    EntityIdentified,
    IdentityLinked,
    RecordCorrected,
    RecordRetracted,
    StakeObserved,
)

# Before it was founded


def acts_before_founded(examined: Examined) -> Iterator[Problem]:
    """C404: an event names an entity that was founded only later."""
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
    """Of each entity the founding that can be the earliest: sources often know several."""
    found: dict[str, EntityFounded] = {}
    foundings = (event for event in examined.ordered if isinstance(event, EntityFounded))
    for event in sorted(foundings, key=lambda event: event.date.earliest):
        found.setdefault(event.entity, event)
    return found


def _acts(examined: Examined) -> Iterator[tuple[Event, str]]:
    """Each event with each entity that it names, once; the effects of a deal count as its completion."""
    seen: set[tuple[str, str]] = set()
    for event, entities in examined.entities:
        if isinstance(event, _NO_ACTS):
            continue
        for entity in entities:
            if (event.id, entity) not in seen:
                seen.add((event.id, entity))
                yield event, entity


# After it ended


@define
class _Life:
    """The events that ended an entity and those that brought it back."""

    endings: list[Event] = field(factory=list)
    revivals: list[Event] = field(factory=list)
    _latest: list[datetime.date] = field(factory=list)
    _earliest: list[datetime.date] = field(factory=list)
    _reach: list[datetime.date] = field(factory=list)

    def settle(self) -> None:
        """Sort both, so that questions are look-ups."""
        self.endings.sort(key=lambda event: event.date.latest)
        self.revivals.sort(key=lambda event: event.date.earliest)
        self._latest = [event.date.latest for event in self.endings]
        self._earliest = [event.date.earliest for event in self.revivals]
        self._reach = list(accumulate((event.date.latest for event in self.revivals), max))

    def ended_before(self, date: PartialDate) -> Event | None:
        """The last ending that was surely over when ``date`` began, unless the entity may have come back."""
        index = bisect_left(self._latest, date.earliest)
        if not index:
            return None
        ending = self.endings[index - 1]
        return None if self.revived_between(ending.date, date.latest) else ending

    def revived_between(self, ending: PartialDate, day: datetime.date) -> bool:
        """Whether the entity may have come back after ``ending`` and by ``day``."""
        index = bisect_right(self._earliest, day)
        return bool(index) and self._reach[index - 1] >= ending.earliest


def _lives(examined: Examined) -> Mapping[str, _Life]:
    """The lives of the entities that ended at least once."""
    lives: defaultdict[str, _Life] = defaultdict(_Life)
    for event in examined.ordered:
        for entity in _ended_by(event):
            lives[entity].endings.append(event)
    for event in examined.ordered:
        for entity in _revived_by(event):
            if entity in lives:
                lives[entity].revivals.append(event)
    for life in lives.values():
        life.settle()
    return lives


def _ended_by(event: Event) -> tuple[str, ...]:
    if isinstance(event, EntityDissolved):
        return (event.entity,)
    if isinstance(event, MergerAbsorbed):
        return () if event.absorbed == event.survivor else (event.absorbed,)
    if isinstance(event, MergerConsolidated):
        return tuple(name for name in event.predecessors if name != event.successor)
    return ()


def _revived_by(event: Event) -> tuple[str, ...]:
    if isinstance(event, EntityReinstated | EntityFounded):
        return (event.entity,)
    if isinstance(event, MergerConsolidated):
        return (event.successor,)
    if isinstance(event, DemergerSplit):
        return event.successors
    return ()


def acts_after_ended(examined: Examined) -> Iterator[Problem]:
    """C405: an event names an entity that had been dissolved or absorbed, and was not reinstated."""
    lives = _lives(examined)
    if not lives:
        return
    for event, entity in _acts(examined):
        life = lives.get(entity)
        if life is None or entity in _ended_by(event):
            continue
        ending = life.ended_before(event.date)
        if ending is not None and ending.id != event.id:
            yield Problem(
                "C405",
                f"acts after it was {_end_word(ending)}: {entity} is part of {event.kind} on {event.date}, "
                f"and was {_end_word(ending)} on {ending.date}",
                help="name the successor that acted, correct a date, or add entity.reinstated",
                events=(event.id, ending.id),
            )


def _end_word(ending: Event) -> str:
    if isinstance(ending, MergerAbsorbed):
        return "absorbed"
    return "consolidated" if isinstance(ending, MergerConsolidated) else "dissolved"


# Gone, and still holding


def holds_after_ended(examined: Examined) -> Iterator[Problem]:
    """C413: a day after an entity ended it certainly holds stakes or owns units."""
    for entity, life in _lives(examined).items():
        for ending in life.endings:
            if ending.date.latest == FOREVER:
                continue
            day = ending.date.latest + datetime.timedelta(days=1)
            if life.revived_between(ending.date, day):
                continue
            left = [span for span in _belongings(entity, examined) if span.certain(day)]
            if left:
                yield _left_behind(entity, ending, left)


def _belongings(entity: str, examined: Examined) -> Iterator[Span]:
    for view, position in ((views.HOLDINGS, 0), (views.UNITS, 1)):
        for key in examined.ledger.where(view, position, entity):
            yield from examined.ledger.cell(view, key)


def _left_behind(entity: str, ending: Event, left: list[Span]) -> Problem:
    return Problem(
        "C413",
        f"{_end_word(ending)}, but still holds: {entity} ended on {ending.date} "
        f"and has {listed(map(_thing, left))}",
        help="add the event by which it passed on, such as stake.disposed or unit.transferred",
        events=involved(ending.id, *(span.events for span in left)),
    )


def _thing(span: Span) -> str:
    if span.view == views.UNITS:
        return f"the unit {span.key[0]}"
    _, target, right = span.key
    share = span.value.share
    amount = "an unknown share" if share.is_unknown else str(share)
    return f"{amount} of {target}" + ("" if right == "equity" else f" ({right})")


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
        case StakeAcquired() if event.seller == event.holder:
            yield "buys from", event.holder
        case StakeDisposed() if event.buyer == event.holder:
            yield "sells to", event.holder
        case InvestmentMade() if event.investor == event.project:
            yield "invests in", event.investor
        case MergerAbsorbed() if event.survivor == event.absorbed:
            yield "absorbs", event.survivor
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
