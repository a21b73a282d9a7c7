"""Happenings with their claims, which events stand for others, and what is open."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from attrs import Factory, define, evolve, field, frozen

from chronicle.dates import PartialDate
from chronicle.engine.conflicts import Conflict, told_once, weight
from chronicle.errors import Problem
from chronicle.events import (
    Event,
    InvestmentMade,
    StakeAcquired,
    StakeDisposed,
)

STAKES = (StakeAcquired, StakeDisposed)


SEPARATE: Final = "nothing to do if that is so; if these are separate, say `apart: yes` on one of them"


_SHOWN: Final = 5


@frozen
class Told:
    """Events among which each happening is there once, and what was found on the way.

    ``events`` are in order of position. ``set_aside`` maps the id of each claim that does not count to the id
    of the one that does. ``doubtful`` are the ids of the events that count though it is open which claims
    report them. ``effects`` maps the id of the completion of a deal to the places of the effects that
    separate events report.
    """

    events: tuple[Event, ...]
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[Problem, ...] = ()
    set_aside: Mapping[str, str] = field(factory=lambda: MappingProxyType({}))
    doubtful: frozenset[str] = frozenset()
    effects: Mapping[str, frozenset[int]] = field(factory=lambda: MappingProxyType({}))


@define(eq=False)
class OneHappening:
    """Claims of one happening. ``other`` is its other side: the sales of a purchase, or the reverse."""

    claims: list[Event]
    other: OneHappening | None = None


@define
class FoundHappenings:
    """The intermediate results: by id, the events that stand for others, and what they stand for."""

    positions: Mapping[str, int]
    known: Mapping[str, datetime.date]
    counted: dict[str, Event] = Factory(dict)
    set_aside: dict[str, str] = Factory(dict)
    conflicts: list[Conflict] = Factory(list)
    problems: list[Problem] = Factory(list)
    doubts: list[tuple[Event, Sequence[OneHappening]]] = Factory(list)
    crowds: list[Sequence[Event]] = Factory(list)
    doubted: set[str] = Factory(set)
    doubtful: set[str] = Factory(set)

    def ranked(self, claims: Iterable[Event]) -> list[Event]:
        """The claims by the policy, the one that counts first."""
        return sorted(
            claims, key=lambda claim: weight(claim, self.positions[claim.id], self.known), reverse=True
        )

    def choice(self, claim: Event, taking: Sequence[OneHappening]) -> OneHappening:
        """The happening with which a claim is counted, of those that it can report.

        If there are several, that is noted as open. There is no doubt among claims of one stake in one deal:
        only the one of the greatest weight will count.
        """
        if len(taking) == 1:
            return taking[0]
        if settled_by_their_deal(taking):
            heaviest = self.ranked(told for happening in taking for told in happening.claims)[0]
            return next(each for each in taking if heaviest in each.claims)
        ordered = sorted(taking, key=place_of)
        self.leave_open(claim, ordered)
        return ordered[0]

    def leave_open(self, claim: Event, taking: Sequence[OneHappening]) -> None:
        """Note that a claim can report any of several happenings."""
        self.doubts.append((claim, taking))
        self.doubted.add(claim.id)

    def told(self, events: Sequence[Event], effects: Mapping[str, frozenset[int]]) -> Told:
        """The result, with the events that are left of ``events``."""
        for claim, taking in self.doubts:
            self._doubt(claim, taking)
        for crowd in self.crowds:
            self._doubt_all(crowd)
        return Told(
            tuple(self._left(events)),
            tuple(self.conflicts),
            tuple(self.problems),
            MappingProxyType(self.set_aside),
            frozenset(self.doubtful),
            MappingProxyType(dict(effects)),
        )

    def _left(self, events: Sequence[Event]) -> Iterator[Event]:
        for event in events:
            if event.id in self.set_aside:
                continue
            kept = self.counted.get(event.id, event)
            # An event that follows or ends a claim that does not count refers to the one that does.
            named = {"after": kept.after, "ends": kept.ends}
            moved: dict[str, Any] = {
                name: self.set_aside[id] for name, id in named.items() if id in self.set_aside
            }
            yield evolve(kept, **moved) if moved else kept

    def _doubt(self, claim: Event, taking: Sequence[OneHappening]) -> None:
        """C418: a claim that can report several happenings."""
        claims = (told.id for happening in taking for told in happening.claims)
        self.doubtful.update(self.set_aside.get(told, told) for told in claims)
        told = (
            next(each for each in (*happening.claims, claim) if each is not claim) for happening in taking
        )
        named = [each.id for each in told]
        message = (
            f'"{claim.id}" may tell of the same as any of {listed_ids(named)}: '
            "what these come to is only possible"
        )
        help = "give it a narrower date, or say `apart: yes` on it if it is a happening of its own"
        self.problems.append(Problem("C418", message, help=help, events=(claim.id, *named)))

    def _doubt_all(self, crowd: Sequence[Event]) -> None:
        """C418: claims that were too many to compare them all."""
        ids = [claim.id for claim in crowd]
        self.doubtful.update(self.set_aside.get(each, each) for each in ids)
        message = (
            f"{len(ids)} claims of overlapping dates are too many to tell which of them tell the same: "
            f"what {listed_ids(ids)} come to is only possible"
        )
        help = "give them narrower dates, or say `apart: yes` on those that are happenings of their own"
        self.problems.append(Problem("C418", message, help=help, events=tuple(ids[:_SHOWN])))


def narrowest_first(claim: Event) -> tuple[Any, ...]:
    """A key to sort claims by: the narrowest window first, then by date and id."""
    return claim.date.latest - claim.date.earliest, claim.date.order, claim.id


def settled_by_their_deal(taking: Sequence[OneHappening]) -> bool:
    """Whether all are claims about one stake in one deal, of which one will be chosen."""
    claims = [claim for happening in taking for claim in happening.claims]
    deals = {claim.deal for claim in claims if claim.deal is not None}
    return isinstance(claims[0], STAKES) and len(deals) == 1 and all(_deal(each) for each in taking)


def _deal(happening: OneHappening) -> str | None:
    return next((claim.deal for claim in happening.claims if claim.deal is not None), None)


def place_of(happening: OneHappening) -> tuple[Any, ...]:
    """A key to sort happenings by: that of the first claim of each."""
    return narrowest_first(happening.claims[0])


def conflict_of(ranked: Sequence[Event], date: PartialDate, found: FoundHappenings) -> Conflict:
    """The claims of one happening as a conflict, in which the first by the policy counts."""
    chosen, others = ranked[0], sorted(ranked[1:], key=lambda claim: found.positions[claim.id])
    return told_once(_fact(chosen), chosen, others, date)


def say_counted_once(ranked: Sequence[Event], date: PartialDate, found: FoundHappenings) -> None:
    """Note that several claims report one happening: as a conflict, and as C417 unless that is open."""
    found.conflicts.append(conflict_of(ranked, date, found))
    if sum(claim.id not in found.doubted for claim in ranked) > 1:
        ids = sorted((claim.id for claim in ranked), key=lambda claim: found.positions[claim])
        message = (
            f"told by {len(ids)}, counted once: {listed_ids(ids)} are taken as one happening, dated {date}"
        )
        found.problems.append(Problem("C417", message, help=SEPARATE, events=tuple(ids)))


def _fact(event: Event) -> tuple[str, ...]:
    if isinstance(event, STAKES):
        return "stake", event.holder, event.target, event.right
    if isinstance(event, InvestmentMade):
        return "investment", event.investor, event.project
    return "shares", *(getattr(event, name) for name in event.about), event.kind


def listed_ids(ids: Iterable[str]) -> str:
    """Ids in quotes as an enumeration, shortened where there are many."""
    named = [f'"{each}"' for each in ids]
    if len(named) > _SHOWN:
        return f"{', '.join(named[:_SHOWN])} and {len(named) - _SHOWN} more"
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))
