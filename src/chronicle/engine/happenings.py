"""One happening, several tellers: two papers that report one purchase do not make it two.

Events that are counted (each purchase adds to the one before, each issue makes more shares) are claims of one
happening when they are of the same kind, parties and right, their windows overlap, their amounts can be the
same, and they come from independent sources of which no publisher tells both. They are counted once: the
policy of claims decides where they differ, what one leaves open the others fill in, and the date is the
narrowest window that all allow. The notices of a buyer and of a seller are one happening too, and so are an
effect of a deal and an event of its own that tells the same. ``apart: yes`` keeps an event out of all this.

Nothing here depends on the order of events but the last word of the policy, recorded last.
"""

from __future__ import annotations

import datetime
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from attrs import Factory, define, evolve, field, fields, frozen

from chronicle.dates import PartialDate, parse_date
from chronicle.engine.arranged import Arranged, arrange, hang_together
from chronicle.engine.conflicts import Conflict, told_once, weight
from chronicle.errors import Problem
from chronicle.events import (
    COUNTED,
    ENVELOPE,
    KINDS,
    DealCompleted,
    Event,
    InvestmentMade,
    SharesIssued,
    StakeAcquired,
    StakeDisposed,
    alike,
    announcements,
    happened,
    independent,
    mirrored,
    overlap,
    publishers,
    reach,
)
from chronicle.values import Count

_Stake = StakeAcquired | StakeDisposed
_STAKES = (StakeAcquired, StakeDisposed)
# A kind and what its events are about.
_Subject = tuple[type[Event], Any]

_SEPARATE: Final = "nothing to do if that is so; if these are separate, say `apart: yes` on one of them"
_SHOWN: Final = 5


@frozen
class Told:
    """Events of which each happening is there once, and what was found on the way.

    ``events`` stand in order of position. ``set_aside`` maps the id of each claim that does not count to the
    id of the one that does. ``doubtful`` are the ids of the events that count though it is open which claims
    tell them. ``effects`` has by the id of a completion of a deal the places of the effects that an event of
    its own tells.
    """

    events: tuple[Event, ...]
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[Problem, ...] = ()
    set_aside: Mapping[str, str] = field(factory=lambda: MappingProxyType({}))
    doubtful: frozenset[str] = frozenset()
    effects: Mapping[str, frozenset[int]] = field(factory=lambda: MappingProxyType({}))


@define(eq=False)
class _Happening:
    """Claims of one happening. ``other`` is the other side of it: the sales of a purchase, or the reverse."""

    claims: list[Event]
    other: _Happening | None = None


@define
class _Found:
    """What is worked out on the way: by id, the events that stand for others, and what they stand for."""

    positions: Mapping[str, int]
    known: Mapping[str, datetime.date]
    counted: dict[str, Event] = Factory(dict)
    set_aside: dict[str, str] = Factory(dict)
    conflicts: list[Conflict] = Factory(list)
    problems: list[Problem] = Factory(list)
    doubts: list[tuple[Event, Sequence[_Happening]]] = Factory(list)
    crowds: list[Sequence[Event]] = Factory(list)
    doubted: set[str] = Factory(set)
    doubtful: set[str] = Factory(set)

    def ranked(self, claims: Iterable[Event]) -> list[Event]:
        """The claims by the policy, the one that counts first."""
        return sorted(
            claims, key=lambda claim: weight(claim, self.positions[claim.id], self.known), reverse=True
        )

    def choice(self, claim: Event, taking: Sequence[_Happening]) -> _Happening:
        """Of the happenings that take a claim the one that it is counted with; of several, in doubt.

        Of claims about one stake in one deal there is no doubt: only the one that weighs most will count.
        """
        if len(taking) == 1:
            return taking[0]
        if _settled_by_their_deal(taking):
            heaviest = self.ranked(told for happening in taking for told in happening.claims)[0]
            return next(each for each in taking if heaviest in each.claims)
        ordered = sorted(taking, key=_first)
        self.leave_open(claim, ordered)
        return ordered[0]

    def leave_open(self, claim: Event, taking: Sequence[_Happening]) -> None:
        """Note that a claim can tell any of several happenings."""
        self.doubts.append((claim, taking))
        self.doubted.add(claim.id)

    def told(self, events: Sequence[Event], effects: Mapping[str, frozenset[int]]) -> Told:
        """All of it, with the events that are left of ``events``."""
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
            # Who follows or ends a claim that does not count means the one that does.
            named = {"after": kept.after, "ends": kept.ends}
            moved: dict[str, Any] = {
                name: self.set_aside[id] for name, id in named.items() if id in self.set_aside
            }
            yield evolve(kept, **moved) if moved else kept

    def _doubt(self, claim: Event, taking: Sequence[_Happening]) -> None:
        """C418: a claim that several happenings take."""
        claims = (told.id for happening in taking for told in happening.claims)
        self.doubtful.update(self.set_aside.get(told, told) for told in claims)
        named = [happening.claims[0].id for happening in taking]
        message = (
            f'"{claim.id}" may tell of the same as any of {_listed(named)}: '
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
            f"what {_listed(ids)} come to is only possible"
        )
        help = "give them narrower dates, or say `apart: yes` on those that are happenings of their own"
        self.problems.append(Problem("C418", message, help=help, events=tuple(ids[:_SHOWN])))


def join(
    events: Sequence[Event],
    known: Mapping[str, datetime.date] = MappingProxyType({}),
    arranged: Arranged | None = None,
) -> Told:
    """Take claims of one happening together. ``events`` stand in order of position, as known.

    ``known`` has, by id, the day from which a corrected event could be known. ``arranged`` has the same
    events, if somebody has arranged them already.
    """
    arranged = arranged or arrange(events)
    doubled = [
        subject
        for key in arranged.overlapping
        for subject, claims in _subjects(arranged.about(key)).items()
        if len(claims) > 1 and hang_together(claims) and _by_several(claims)
    ]
    sided = [event for event, _, _ in arranged.sided if event.sources and not event.apart]
    if not doubled and not sided:
        return Told(tuple(events))
    found = _Found({event.id: position for position, event in enumerate(events)}, known)
    subjects = _Claims(arranged, found.positions)
    doubled.sort(key=subjects.place)
    sides = list(_sides(sided, subjects))
    wanted = dict.fromkeys((*doubled, *(subject for pair in sides for subject in pair)))
    happenings = {subject: list(_happenings(subjects.claims(subject), found)) for subject in wanted}
    _mirror(happenings, sides, found)
    for group in happenings.values():
        for happening in group:
            _count(happening, found)
    return found.told(events, {}) if found.counted or found.doubts or found.crowds else Told(tuple(events))


@define
class _Claims:
    """The claims that can have another teller, by what they are about and by position."""

    _arranged: Arranged
    _positions: Mapping[str, int]
    _found: dict[_Subject, list[Event]] = Factory(dict)

    def claims(self, subject: _Subject) -> Sequence[Event]:
        """The claims about one subject, by position."""
        if subject not in self._found:
            kind, about = subject
            # All that is about one subject concerns the same.
            key = (*about, "equity") if kind is InvestmentMade else about
            claims = _subjects(self._arranged.about(key)).get(subject, [])
            self._found[subject] = sorted(claims, key=self.position)
        return self._found[subject]

    def place(self, subject: _Subject) -> int:
        """The position of the first claim about a subject."""
        return self.position(self.claims(subject)[0])

    def position(self, claim: Event) -> int:
        """The position of a claim."""
        return self._positions[claim.id]


def _subjects(events: Iterable[Event]) -> dict[_Subject, list[Event]]:
    """The claims among some events that can have another teller, by what they are about."""
    found: dict[_Subject, list[Event]] = {}
    for event in events:
        kind = type(event)
        if kind in _ABOUT and event.sources and not event.apart:
            found.setdefault((kind, _ABOUT[kind](event)), []).append(event)
    return found


# What one happening cannot differ in, quickly: every event of a history may be asked.
_ABOUT: Final[Mapping[type[Event], Callable[[Event], Any]]] = MappingProxyType(
    {kind: attrgetter(*kind.about, *(("right",) if kind in _STAKES else ())) for kind in COUNTED}
)


def _subject(event: Event) -> _Subject:
    return type(event), _ABOUT[type(event)](event)


# Claims of one kind


def _by_several(claims: Sequence[Event]) -> bool:
    """Whether not all are told by the same: what one publisher tells are as many happenings."""
    sources = claims[0].sources
    first = publishers(claims[0])
    return any(claim.sources != sources and publishers(claim) != first for claim in claims)


def _happenings(claims: Sequence[Event], found: _Found) -> Iterator[_Happening]:
    told = [claim for claim in claims if publishers(claim)]
    for cluster in _clusters(told) if told else ():
        yield from _grouped(cluster, found)


def _clusters(claims: Sequence[Event]) -> Iterator[list[Event]]:
    """Claims whose windows hang together; those of two clusters never overlap."""
    ordered = sorted(claims, key=lambda claim: claim.date.order)
    cluster, latest = [ordered[0]], ordered[0].date.latest
    for claim in ordered[1:]:
        if latest < claim.date.earliest:
            yield cluster
            cluster = []
        cluster.append(claim)
        latest = max(latest, claim.date.latest)
    yield cluster


def _grouped(cluster: Sequence[Event], found: _Found) -> list[_Happening]:
    """Each claim with those that it can be one with, all of them. The narrowest dates say what there is."""
    if len(cluster) == 1:
        return [_Happening([cluster[0]])]
    happenings: list[_Happening] = []
    near = _Near(len(cluster))
    for claim in sorted(cluster, key=_narrowest):
        taking = [each for each in near.to(claim) if all(_one(claim, told) for told in each.claims)]
        if taking:
            found.choice(claim, taking).claims.append(claim)
        else:
            happening = _Happening([claim])
            happenings.append(happening)
            near.add(happening)
    if near.exhausted:
        found.crowds.append(cluster)
    return happenings


# Of a claim: its first and last day, its publishers, and how far its amount reaches.
_Outline = tuple[int, int, frozenset[str], tuple[str, float, float] | None]
# How many claims may be compared with each of a cluster, on average, and in any case.
_COMPARED_WITH: Final = 200
_COMPARED_AT_LEAST: Final = 200_000
# Amounts are looked up in steps of so much, and those that reach over more than so many of them one by one.
_STEP: Final = math.log(1.2)
_MOST_STEPS: Final = 8


@define
class _Near:
    """Happenings by their days and amounts, so that a claim need not be compared with most of them.

    ``size`` is how many claims there are. Of very many that cannot be told apart by days and amounts not all
    are compared: then it is ``exhausted``, and gives no more.
    """

    size: int
    # The amount that both sides of a sale say is what moved, never what each holds in the end.
    moved: bool = False
    _left: int = field(init=False)
    _outlines: dict[str, _Outline] = Factory(dict)
    _shelves: dict[str, _Shelves] = Factory(dict)

    @_left.default
    def _most(self) -> int:
        return max(_COMPARED_AT_LEAST, _COMPARED_WITH * self.size)

    @property
    def exhausted(self) -> bool:
        """Whether there was more to compare than is worth it."""
        return self._left < 0

    def add(self, happening: _Happening) -> None:
        """Add a happening, which is found by the first of its claims: who is one with it is one with that."""
        outline = self._outline(happening.claims[0])
        name = "" if outline[3] is None else outline[3][0]
        self._shelves.setdefault(name, _Shelves()).add(outline, happening)

    def to(self, claim: Event) -> list[_Happening]:
        """The happenings of which a claim may be one."""
        found: list[_Happening] = []
        if self.exhausted:
            return found
        outline = self._outline(claim)
        for name, shelves in self._shelves.items():
            # Of two kinds of amounts neither says anything about the other.
            alike = outline[3] is not None and name == outline[3][0]
            for happening in shelves.near(outline, None if not alike else outline[3]):
                self._left -= 1
                if self._left < 0:
                    return []
                if not any(_elsewhere(outline, self._outline(told)) for told in happening.claims):
                    # To compare two claims in full takes so much longer.
                    self._left -= 10
                    found.append(happening)
        return found

    def _outline(self, claim: Event) -> _Outline:
        outline = self._outlines.get(claim.id)
        if outline is None:
            amount = reach(claim)
            if self.moved and amount is not None and amount[0] == "holds":
                amount = None
            first, last = claim.date.earliest.toordinal(), claim.date.latest.toordinal()
            outline = self._outlines[claim.id] = first, last, publishers(claim), amount
        return outline


@define
class _Shelf:
    """Happenings by the first day of each, and the longest window among them."""

    days: list[int] = Factory(list)
    happenings: list[_Happening] = Factory(list)
    longest: int = 0

    def add(self, first: int, last: int, happening: _Happening) -> None:
        """Add one in its place."""
        place = bisect_right(self.days, first)
        self.days.insert(place, first)
        self.happenings.insert(place, happening)
        self.longest = max(self.longest, last - first)

    def near(self, first: int, last: int) -> Sequence[_Happening]:
        """Those whose windows may overlap one."""
        return self.happenings[bisect_left(self.days, first - self.longest) : bisect_right(self.days, last)]


@define
class _Shelves:
    """Happenings that say one kind of amount, by that amount; ``wide`` are those that may be almost any."""

    everything: _Shelf = Factory(_Shelf)
    wide: _Shelf = Factory(_Shelf)
    by_amount: defaultdict[int, _Shelf] = Factory(lambda: defaultdict(_Shelf))

    def add(self, outline: _Outline, happening: _Happening) -> None:
        """Add a happening by the outline of its first claim."""
        first, last, _, amount = outline
        self.everything.add(first, last, happening)
        steps = _steps(amount)
        for shelf in [self.wide] if steps is None else [self.by_amount[step] for step in steps]:
            shelf.add(first, last, happening)

    def near(self, outline: _Outline, amount: tuple[str, float, float] | None) -> Iterable[_Happening]:
        """Those whose windows may overlap that of an outline, and whose amounts may be near ``amount``."""
        first, last, _, _ = outline
        steps = _steps(amount)
        if steps is None:
            return self.everything.near(first, last)
        shelves = [self.wide, *(self.by_amount[step] for step in steps if step in self.by_amount)]
        return dict.fromkeys(each for shelf in shelves for each in shelf.near(first, last))


def _steps(amount: tuple[str, float, float] | None) -> range | None:
    """The steps of amounts that one reaches over; None for almost any."""
    if amount is None or amount[1] <= 0:
        return None
    steps = range(math.floor(math.log(amount[1]) / _STEP), math.floor(math.log(amount[2]) / _STEP) + 1)
    return steps if len(steps) <= _MOST_STEPS else None


def _elsewhere(one: _Outline, two: _Outline) -> bool:
    """Whether two claims are surely not one. It spares most of them from being compared in full."""
    earliest, latest, by, amount = one
    other_earliest, other_latest, other_by, other = two
    if latest < other_earliest or other_latest < earliest or not by.isdisjoint(other_by):
        return True
    if amount is None or other is None or amount[0] != other[0]:
        return False
    return amount[2] < other[1] or other[2] < amount[1]


def _narrowest(claim: Event) -> tuple[Any, ...]:
    return claim.date.latest - claim.date.earliest, claim.date.order, claim.id


def _one(one: Event, two: Event) -> bool:
    """Whether two claims of one kind tell one happening."""
    # What is claimed of one stake in one deal is settled as claims about that, whenever it was.
    settled = isinstance(one, _STAKES) and one.deal is not None and one.deal == two.deal
    return not settled and _may_be_one(one, two) and alike(one, two)


def _may_be_one(one: Event, two: Event) -> bool:
    in_turn = one.after == two.id or two.after == one.id
    return not in_turn and overlap(one, two) and independent(one, two)


def _settled_by_their_deal(taking: Sequence[_Happening]) -> bool:
    """Whether all are claims about one stake in one deal, of which one will be chosen."""
    claims = [claim for happening in taking for claim in happening.claims]
    deals = {claim.deal for claim in claims if claim.deal is not None}
    return isinstance(claims[0], _STAKES) and len(deals) == 1 and all(_deal(each) for each in taking)


def _deal(happening: _Happening) -> str | None:
    return next((claim.deal for claim in happening.claims if claim.deal is not None), None)


# The notices of a buyer and of a seller


def _sides(sided: Iterable[Event], subjects: _Claims) -> Iterator[tuple[_Subject, _Subject]]:
    """Each pair of subjects, purchase and sale, of which some claim of one names the holder of the other."""
    pairs: dict[tuple[_Subject, _Subject], None] = {}
    for event in sorted(sided, key=lambda each: (subjects.place(_subject(each)), subjects.position(each))):
        subject = _subject(event)
        kind = StakeDisposed if subject[0] is StakeAcquired else StakeAcquired
        opposite = (kind, (getattr(event, _other_party(event)), *subject[1][1:]))  # type: ignore[arg-type]  # a stake
        if subjects.claims(opposite):
            pairs[(subject, opposite) if kind is StakeDisposed else (opposite, subject)] = None
    return iter(pairs)


def _mirror(
    happenings: Mapping[_Subject, Sequence[_Happening]],
    sides: Iterable[tuple[_Subject, _Subject]],
    found: _Found,
) -> None:
    """Give each sale the purchase that it is the other side of. The narrowest dates come first."""
    purchases: defaultdict[_Subject, list[_Happening]] = defaultdict(list)
    for bought, sold in sides:
        purchases[sold].extend(happenings[bought])
    near: dict[_Subject, _Near] = {}
    for subject, sellers in purchases.items():
        near[subject] = _Near(len(sellers) + len(happenings[subject]), moved=True)
        for purchase in sellers:
            near[subject].add(purchase)
    sales = [(sale, subject) for subject in purchases for sale in happenings[subject]]
    for sale, subject in sorted(sales, key=lambda each: _first(each[0])):
        taking = [each for each in near[subject].to(sale.claims[0]) if _two_sides(each, sale)]
        free = [each for each in taking if each.other is None]
        if free:
            purchase = found.choice(sale.claims[0], free)
            purchase.other, sale.other = sale, purchase
        elif taking:
            # The other side of each is another sale: this one may be that.
            found.leave_open(sale.claims[0], sorted(taking, key=_first))
            found.doubtful.update(each.id for each in sale.claims)
    for subject, compared in near.items():
        if compared.exhausted:
            both = (*purchases[subject], *happenings[subject])
            found.crowds.append([claim for happening in both for claim in happening.claims])


def _first(happening: _Happening) -> tuple[Any, ...]:
    return _narrowest(happening.claims[0])


def _two_sides(purchase: _Happening, sale: _Happening) -> bool:
    pairs: list[tuple[Any, Any]] = [(bought, sold) for bought in purchase.claims for sold in sale.claims]
    return any(_named(bought, sold) for bought, sold in pairs) and all(
        _may_be_one(bought, sold) and mirrored(_naming(bought, sold), sold) for bought, sold in pairs
    )


def _named(bought: Any, sold: Any) -> bool:
    return bought.seller is not None or sold.buyer is not None


def _naming(bought: Any, sold: Any) -> StakeAcquired:
    """The purchase, with the seller that another claim of the same names."""
    named: StakeAcquired = bought if _named(bought, sold) else evolve(bought, seller=sold.holder)
    return named


# What counts


def _count(happening: _Happening, found: _Found) -> None:
    other = happening.other
    claims = [*happening.claims, *(other.claims if other else ())]
    if len(claims) == 1:
        return
    date = _date(claims)
    ranked = found.ranked(claims)
    if other is not None and not _conflict(ranked, date, found).differ:
        # Where both sides agree nothing is to be weighed, and a purchase says more readily who has it now.
        ranked.sort(key=lambda claim: isinstance(claim, StakeDisposed))
    chosen = ranked[0]
    if not any(each is chosen for each in happening.claims):
        # The two sides are counted once: when it is the turn of the side that is kept.
        return
    kept = _filled(chosen, [each for each in ranked if type(each) is type(chosen)], date)
    counted = [kept] if other is None else _both(kept, _filled_other(ranked, chosen, date), ranked)
    found.counted.update((each.id, each) for each in counted)
    own = {each.id for each in counted}
    found.set_aside.update((each.id, kept.id) for each in claims if each.id not in own)
    _say(ranked, date, found)


def _conflict(ranked: Sequence[Event], date: PartialDate, found: _Found) -> Conflict:
    chosen, others = ranked[0], sorted(ranked[1:], key=lambda claim: found.positions[claim.id])
    return told_once(_fact(chosen), chosen, others, date)


def _say(ranked: Sequence[Event], date: PartialDate, found: _Found) -> None:
    """That several tell one happening: as a conflict, and as a finding (C417) unless that is in doubt."""
    found.conflicts.append(_conflict(ranked, date, found))
    if sum(claim.id not in found.doubted for claim in ranked) > 1:
        ids = sorted((claim.id for claim in ranked), key=lambda claim: found.positions[claim])
        message = f"told by {len(ids)}, counted once: {_listed(ids)} are taken as one happening, dated {date}"
        found.problems.append(Problem("C417", message, help=_SEPARATE, events=tuple(ids)))


def _fact(event: Event) -> tuple[str, ...]:
    if isinstance(event, _STAKES):
        return "stake", event.holder, event.target, event.right
    if isinstance(event, InvestmentMade):
        return "investment", event.investor, event.project
    return "shares", *(getattr(event, name) for name in event.about), event.kind


def _date(claims: Sequence[Event]) -> PartialDate:
    """The narrowest window that all claims allow, in the words of one of them where one has just that."""
    earliest = max(claim.date.earliest for claim in claims)
    latest = min(claim.date.latest for claim in claims)
    stated = [
        claim.date for claim in claims if (claim.date.earliest, claim.date.latest) == (earliest, latest)
    ]
    if stated:
        return min(stated, key=lambda date: (date.approximate, date.uncertain, date.text))
    return parse_date(f"[{earliest}..{latest}]") if earliest < latest else PartialDate.of(earliest)


def _filled(chosen: Event, ranked: Sequence[Event], date: PartialDate) -> Event:
    """The chosen claim, with what it leaves open as the others of its kind say it."""
    given: dict[str, Any] = {"date": date}
    for name in _fields(type(chosen)):
        if getattr(chosen, name) in (None, ()):
            said = (getattr(each, name) for each in ranked)
            given[name] = next((value for value in said if value not in (None, ())), getattr(chosen, name))
    if isinstance(chosen, SharesIssued):
        given["subscribers"] = _subscribers(chosen, ranked)
    return evolve(chosen, **given)


def _fields(kind: type[Event]) -> tuple[str, ...]:
    return ("deal", "after", *(each.name for each in fields(kind) if each.name not in ENVELOPE))


def _subscribers(chosen: SharesIssued, ranked: Sequence[Any]) -> tuple[tuple[str, Count], ...]:
    found = dict(chosen.subscribers)
    for each in ranked:
        for subscriber, count in each.subscribers:
            found.setdefault(subscriber, count)
    return tuple(found.items())


def _filled_other(ranked: Sequence[Event], chosen: Event, date: PartialDate) -> Event:
    """What the other side says, its claims taken together."""
    others = [each for each in ranked if type(each) is not type(chosen)]
    return _filled(others[0], others, date)


_SHARED: Final = ("share", "shares", "price", "deal")


def _both(kept: Any, other: Any, ranked: Sequence[Event]) -> list[Event]:
    """A purchase and the sale that is its other side, as one event that names both parties.

    As two, each of one party, where the other side says what it holds in the end: one event has one such.
    """
    shared = {name: next(filter(None, (getattr(each, name) for each in ranked)), None) for name in _SHARED}
    if other.holds is None:
        return [evolve(kept, **shared, **{_other_party(kept): other.holder})]
    return [evolve(each, **shared, **{_other_party(each): None}) for each in (kept, other)]


def _other_party(event: _Stake) -> str:
    return "seller" if isinstance(event, StakeAcquired) else "buyer"


def _listed(ids: Iterable[str]) -> str:
    named = [f'"{each}"' for each in ids]
    if len(named) > _SHOWN:
        return f"{', '.join(named[:_SHOWN])} and {len(named) - _SHOWN} more"
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))


# Effects of deals


def in_deals(
    events: Sequence[Event],
    ordered: Sequence[Event],
    known: Mapping[str, datetime.date] = MappingProxyType({}),
) -> Told:
    """Leave the effects of deals to the events of their own that tell the same.

    ``events`` are those that count, in order of position, and ``ordered`` the same in the order of replay. An
    event that names the deal tells its effect, whoever tells it; one that names none must come from others.
    """
    effects = list(_effects(ordered))
    if not effects:
        return Told(tuple(events))
    named = (
        subject for _, effect in effects for subject in (_subject(effect), _other_side(effect)) if subject
    )
    subjects: dict[_Subject, list[Event]] = {subject: [] for subject in named}
    for event in events:
        if type(event) in COUNTED and not event.apart and _subject(event) in subjects:
            subjects[_subject(event)].append(event)
    found = _Found({event.id: position for position, event in enumerate(events)}, known)
    told: defaultdict[str, set[int]] = defaultdict(set)
    for place, effect in effects:
        for subject in filter(None, (_subject(effect), _other_side(effect))):
            own = [each for each in subjects[subject] if _tells(each, effect)]
            if own:
                told[effect.id].add(place)
                _count_own(own, effect, subjects[subject], found)
                break
    return found.told(events, {completion: frozenset(places) for completion, places in told.items()})


def _effects(ordered: Sequence[Event]) -> Iterator[tuple[int, Event]]:
    """The effects of deals that completed, as events, each with its place: those that are counted."""
    for event, saying in _completions(ordered):
        for place, effect in enumerate(saying.effects or ()):
            if KINDS[effect.kind] in COUNTED:
                yield place, happened(effect, event, KINDS)


def _completions(ordered: Sequence[Event]) -> Iterator[tuple[DealCompleted, Any]]:
    sayings = announcements(ordered)
    if sayings:
        for event in ordered:
            if isinstance(event, DealCompleted) and event.id in sayings:
                yield event, sayings[event.id]


def _tells(own: Event, effect: Event) -> bool:
    same = own.deal == effect.deal or independent(own, effect)
    return same and overlap(own, effect) and (alike(own, effect) or _opposite(own, effect))


def _opposite(own: Event, effect: Event) -> bool:
    if isinstance(own, StakeDisposed) and isinstance(effect, StakeAcquired):
        return mirrored(effect, own)
    return isinstance(own, StakeAcquired) and isinstance(effect, StakeDisposed) and mirrored(own, effect)


def _other_side(effect: Event) -> _Subject | None:
    """The subject of the other side of an effect that names it, and says nothing that only one side can."""
    if not isinstance(effect, _STAKES) or effect.holds is not None:
        return None
    named: str | None = getattr(effect, _other_party(effect))
    kind = StakeDisposed if isinstance(effect, StakeAcquired) else StakeAcquired
    return None if named is None else (kind, (named, effect.target, effect.right))


def _count_own(own: Iterable[Event], effect: Event, left: list[Event], found: _Found) -> None:
    """Count the event of its own for the effect; another effect cannot be told by it too."""
    kept = found.choice(effect, [_Happening([each]) for each in own]).claims[0]
    left.remove(kept)
    ranked = found.ranked((kept, effect))
    date = _date(ranked)
    if type(kept) is type(effect):
        found.counted[kept.id] = evolve(_filled(ranked[0], ranked, date), **_envelope(kept))
    else:
        (found.counted[kept.id],) = _both(evolve(kept, date=date), effect, ranked)
    _say(ranked, date, found)


def _envelope(event: Event) -> dict[str, Any]:
    own = {name: getattr(event, name) for name in ENVELOPE if name not in ("date", "deal")}
    return {**own, "deal": event.deal}
