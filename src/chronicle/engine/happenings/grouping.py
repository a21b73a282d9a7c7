"""Claims of one kind that can be one happening, grouped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from attrs import Factory, define

from chronicle.engine import views
from chronicle.engine.arranged import Arranged
from chronicle.engine.happenings.found import (
    STAKES,
    FoundHappenings,
    OneHappening,
    narrowest_first,
    place_of,
    settled_by_their_deal,
)
from chronicle.engine.happenings.near import Near
from chronicle.events import (
    COUNTED,
    Event,
    InvestmentMade,
    alike,
    independent,
    overlap,
    publishers,
)

# A kind, and the fields in which claims of one happening must agree.
Subject = tuple[type[Event], Any]


@define
class Claims:
    """The claims that can be reported by others too, by what they are about and by position."""

    _arranged: Arranged
    _positions: Mapping[str, int]
    _found: dict[Subject, list[Event]] = Factory(dict)

    def claims(self, subject: Subject) -> Sequence[Event]:
        """The claims about one subject, by position."""
        if subject not in self._found:
            kind, about = subject
            # All events about one subject concern the same.
            claims = subjects_of(self._arranged.about(_concern_of(kind, about))).get(subject, [])
            self._found[subject] = sorted(claims, key=self.position)
        return self._found[subject]

    def place(self, subject: Subject) -> int:
        """The position of the first claim about a subject."""
        return self.position(self.claims(subject)[0])

    def position(self, claim: Event) -> int:
        """The position of a claim."""
        return self._positions[claim.id]


def subjects_of(events: Iterable[Event]) -> dict[Subject, list[Event]]:
    """The claims among ``events`` that others can report too, by what they are about."""
    found: dict[Subject, list[Event]] = {}
    for event in events:
        kind = type(event)
        if kind in _ABOUT and event.sources and not event.apart:
            found.setdefault((kind, _ABOUT[kind](event)), []).append(event)
    return found


# The fields in which claims of one happening agree, by fast functions: each event may be looked at.
_ABOUT: Final[Mapping[type[Event], Callable[[Event], Any]]] = MappingProxyType(
    {kind: attrgetter(*kind.about, *(("right",) if kind in STAKES else ())) for kind in COUNTED}
)


def subject_of(event: Event) -> Subject:
    """What a claim is about: its kind, and the fields in which claims of one happening agree."""
    return type(event), _ABOUT[type(event)](event)


def _concern_of(kind: type[Event], about: Any) -> Any:
    """What ``arranged.concern_of`` says of the events of one subject."""
    if kind is InvestmentMade:
        return *about, "equity"
    return about if kind in STAKES else (views.SHARES, about)


# Claims of one kind


def by_several(claims: Sequence[Event]) -> bool:
    """Whether the claims have several sources and publishers: two claims of one are two happenings."""
    sources = claims[0].sources
    first = publishers(claims[0])
    return any(claim.sources != sources and publishers(claim) != first for claim in claims)


def happenings_of(claims: Sequence[Event], found: FoundHappenings) -> Iterator[OneHappening]:
    """The happenings that claims of one subject report; claims without a publisher are left out."""
    told = [claim for claim in claims if publishers(claim)]
    for cluster in _clusters(told) if told else ():
        yield from _grouped(cluster, found)


def _clusters(claims: Sequence[Event]) -> Iterator[list[Event]]:
    """Claims connected by overlapping windows; those of two clusters never overlap."""
    ordered = sorted(claims, key=lambda claim: claim.date.order)
    cluster, latest = [ordered[0]], ordered[0].date.latest
    for claim in ordered[1:]:
        if latest < claim.date.earliest:
            yield cluster
            cluster = []
        cluster.append(claim)
        latest = max(latest, claim.date.latest)
    yield cluster


def _grouped(cluster: Sequence[Event], found: FoundHappenings) -> list[OneHappening]:
    """Each claim with all those with which it can be one happening; the narrowest dates are taken first."""
    if len(cluster) == 1:
        return [OneHappening([cluster[0]])]
    happenings: list[OneHappening] = []
    near = Near(len(cluster))
    for claim in sorted(cluster, key=narrowest_first):
        taking = [each for each in near.to(claim) if all(tell_one(claim, told) for told in each.claims)]
        if taking:
            found.choice(claim, taking).claims.append(claim)
        else:
            happening = OneHappening([claim])
            happenings.append(happening)
            near.add(happening)
    if near.exhausted:
        found.crowds.append(cluster)
    elif len(happenings) > 1:
        _leave_between_open(happenings, near, found)
    return happenings


def _leave_between_open(happenings: Sequence[OneHappening], near: Near, found: FoundHappenings) -> None:
    """Note each claim that is one with others, and could as well be one with a claim that those exclude."""
    for own in happenings:
        for claim in own.claims if len(own.claims) > 1 else ():
            others = [each for each in near.to(claim) if each is not own and claim.id not in found.doubted]
            taking = [each for each in others if any(tell_one(claim, told) for told in each.claims)]
            if taking and not settled_by_their_deal([own, *taking]):
                found.leave_open(claim, sorted([own, *taking], key=place_of))


def tell_one(one: Event, two: Event) -> bool:
    """Whether two claims of one kind report one happening."""
    # Claims of one stake in one deal are settled as conflicts, whatever their dates.
    settled = isinstance(one, STAKES) and one.deal is not None and one.deal == two.deal
    return not settled and may_be_one(one, two) and alike(one, two)


def may_be_one(one: Event, two: Event) -> bool:
    """Whether dates and sources of two claims allow that they report one happening."""
    in_turn = one.after == two.id or two.after == one.id
    return not in_turn and overlap(one, two) and independent(one, two)
