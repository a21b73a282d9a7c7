"""The replay along a history: single events as they come, and each group in the order found for it."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from attrs import define, evolve, field, frozen

from chronicle.dates import order_of
from chronicle.engine import sense, views
from chronicle.engine.order.bounds import Left, bases_of
from chronicle.engine.order.component import doubts_before
from chronicle.engine.order.course import as_date, course_of, days_of
from chronicle.engine.order.plan import Plan
from chronicle.engine.order.search import Found, Search
from chronicle.engine.order.spells import bound_by_their_own_ends
from chronicle.engine.order.touching import OF_DEALS, acting, deal_step
from chronicle.engine.replay import (
    GOES_ON,
    Bounds,
    Cell,
    Change,
    Guess,
    Handler,
    Ledger,
    Nothing,
    Other,
    Replay,
)
from chronicle.events import Event, InvestmentMade, StakeAcquired

# How many later events may be added to a group that can end in several ways, to decide between these.
_MOST_MORE = 6


@frozen
class Replayed:
    """The events in the order of replay, each completion followed by its effects, and the ledger."""

    ordered: tuple[Event, ...]
    ledger: Ledger


@define
class Walk:
    """The replay along the events in the order of their dates, where each group is ordered as a whole."""

    plan: Plan
    running: Replay
    deciding: Mapping[type, Handler]
    # Whether any deal has effects.
    deals: bool
    # The entities by whose lives events were ordered that would make more sense without, and the ids of those
    # that no life orders: they stand among some that make no sense anyway.
    against: set[str] = field(factory=set)
    loose: set[str] = field(factory=set)
    _plain: list[Event] = field(factory=list)
    # The others, each with its sort key: a group is replayed as a whole, though unrelated events lie between.
    _moved: list[tuple[int, Event]] = field(factory=list)
    _announced: dict[str, Event] = field(factory=dict)
    _open: list[tuple[Cell, int]] = field(factory=list)
    _ends: list[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._ends = list(self.plan.acts)

    def result(self, plain: Sequence[Event], names: Mapping[str, str]) -> Replayed:
        """Replay the events of the plan, with the ``plain`` ones, whose order does not matter, in between."""
        plan, groups = self.plan, self.plan.groups
        done: set[int] = set()
        taken = 0
        for index, event in enumerate(plan.natural):
            if index in done:
                continue
            if taken < len(plain) and plain[taken].date.order < plan.turns[index]:
                upto = bisect_left(plain, plan.turns[index], lo=taken, key=_date_order)
                self._take(plain[taken:upto])
                taken = upto
            if index in groups:
                done.update(self._order(groups[index], done))
            elif self._rests_on_nothing(event):
                self.running.take((event,))
                self._moved.append((plan.turns[index], event))
            else:
                self._note_senseless(index)
                noted = self.take_one(event, plan.turns[index])
                if event.date.earliest is not event.date.latest:
                    self._goes_on(noted, event)
            self._doubt_happenings()
        self._take(plain[taken:])
        return Replayed(self._in_turn(), self.running.ledger(names))

    def _in_turn(self) -> tuple[Event, ...]:
        """All events, by the first day on which each can have happened."""
        plain, result, taken = self._plain, list[Event](), 0
        orders = [event.date.order for event in plain]
        for turn, event in sorted(self._moved, key=itemgetter(0)):
            upto = bisect_left(orders, turn, lo=taken)
            if upto > taken:
                result.extend(plain[taken:upto])
                taken = upto
            result.append(event)
        result.extend(plain[taken:])
        return tuple(result)

    def _take(self, events: Sequence[Event]) -> None:
        """Replay events whose order does not matter: their changes are no guess."""
        staged = (
            [place for place, event in enumerate(events) if type(event) in OF_DEALS] if self.deals else ()
        )
        if staged:
            with_effects: list[Event] = []
            taken = 0
            for place in staged:
                with_effects.extend(events[taken : place + 1])
                with_effects.extend(self._effects(events[place]))
                taken = place + 1
            with_effects.extend(events[taken:])
            events = with_effects
        self.running.take(events)
        self._plain.extend(events)

    def _effects(self, event: Event) -> list[Event]:
        """The effects of an event of a deal; it also notes what was announced last."""
        effects, announced = deal_step(event, self._announced.get(event.deal or ""), self.plan.terms.told)
        if announced is None:
            self._announced.pop(event.deal or "", None)
        else:
            self._announced[event.deal or ""] = announced
        return effects

    def _order(self, members: list[int], done: set[int]) -> list[int]:
        members = [index for index in members if index not in done]
        search = Search(self.plan, self.running, self.deciding, members, self._announced)
        found = search.run()
        more = 0
        while found is not None and len(found.ends) > 1 and more < _MOST_MORE:
            later = self._further(found, members, done)
            if not later:
                break
            members, more = sorted({*members, *later}), more + len(later)
            longer = Search(self.plan, self.running, self.deciding, members, self._announced)
            following = longer.run()
            if following is None:
                break
            search, found = longer, following
        members = search.members
        if found is None:
            _Unordered(self, search).take()
        else:
            self._note_lives(search, found)
            _Ordered(self, search, found).take()
        return members

    def _note_lives(self, search: Search, found: Found) -> None:
        """Note whose lives put events in an order in which some make no sense.

        The search alone would not require that order. What makes no sense without these lives either says
        nothing against them, but is not ordered by them.
        """
        plan, members = self.plan, search.members
        ordered = {plan.natural[index].id for index in members} & plan.by_life
        if not ordered or found.sensible == len(members):
            return
        without = None if plan.separated(members) else evolve(search, values={}, free=True).run()
        if without is None or without.sensible > found.sensible:
            self.against.update(name for index in members for name in acting(plan.natural[index]))
        else:
            self.loose.update(ordered)

    def _rests_on_nothing(self, event: Event) -> bool:
        """Whether an event of no group is replayed as it is: no guess stands, and nothing is noted of it."""
        return (
            not self.running.doubtful
            and event.id not in self.plan.by_life
            and event.id not in self.plan.terms.doubtful
            and type(event) not in OF_DEALS
        )

    def _note_senseless(self, index: int) -> None:
        """The same for an event that is ordered by a life alone."""
        event = self.plan.natural[index]
        asked = sense.SENSE.get(type(event)) if event.id in self.plan.by_life else None
        if asked is None or event.id in self.plan.own or sense.is_own(event, self.plan.own):
            return
        if asked(event, self.running.before):
            return
        if self.plan.separated([index]):
            self.against.update(acting(event))
        else:
            self.loose.add(event.id)

    def _further(self, found: Found, members: list[int], done: set[int]) -> set[int]:
        """The next event that touches a thing in which the ends of the group differ, with its own group."""
        index = self.plan.later(found.apart(self.plan, members), members, done)
        return set() if index is None else self._between(index, members, done).difference(members, done)

    def _between(self, later: int, members: list[int], done: set[int]) -> set[int]:
        """What touches the same things up to a later event, and the ends of those who act in them.

        What is ordered together stays together: each is found with its own group.
        """
        found, size = {*members, later}, 0
        while size != len(found):
            size = len(found)
            for index in tuple(found):
                group = self.plan.groups.get(self.plan.group_of.get(index, -1), ())
                found.update(each for each in group if each not in done)
            low, high = min(found), max(found)
            touched = {thing for index in found for thing in self.plan.touched[index]}
            for thing in touched:
                found.update(index for index in self.plan.things.get(thing, ()) if low <= index <= high)
            for end in self._ends[bisect_left(self._ends, low) : bisect_right(self._ends, high)]:
                if not found.isdisjoint(self.plan.acts[end]):
                    found.update((end, *(act for act in self.plan.acts[end] if low <= act < end)))
        return found

    def take_one(self, event: Event, turn: int) -> list[tuple[Cell, int]]:
        """Replay one event with its effects, and give the place of each change: its cell and log index."""
        noted = self.running.take_noting(event)
        self._moved.append((turn, event))
        for effect in self._effects(event) if type(event) in OF_DEALS else ():
            noted.extend(self.running.take_noting(effect))
            self._moved.append((turn, effect))
        if event.id in self.plan.terms.doubtful:
            self._open.extend(noted)
        return noted

    def _goes_on(self, noted: Sequence[tuple[Cell, int]], event: Event) -> None:
        """Let go on what an event of no group says again, unless it is open how often it happened."""
        if event.id not in self.plan.terms.doubtful:
            for cell, index in noted:
                if cell not in self.running.doubtful:
                    self.running.goes_on(cell, index, event.date.latest)

    def _doubt_happenings(self) -> None:
        """Make possible only what was made by events of which it is open how often they happened."""
        changes = self.running.changes
        for cell, index in self._open:
            log = changes.cells[cell[0]][cell[1]]
            bounds = changes.bounds[cell]
            bounds[index] = bounds.get(index, Bounds())._replace(certain_until=datetime.date.min)
            # The other value of the cell, if it did not happen: the one before.
            self.running.doubtful[cell] = (log[index - 1].value if index else None,)
        self._open.clear()


def _date_order(event: Event) -> int:
    return event.date.order


@define
class _Ordered:
    """A group whose best orders are known: one is replayed, and all together give what is certain."""

    walk: Walk
    search: Search
    found: Found

    def take(self) -> None:
        """Replay the group, and bound the values that it leaves."""
        kept = self.found.kept()
        plan, members = self.search.plan, self.search.members
        bases = bases_of(self.walk.running, kept)
        doubts = {cell: doubts_before(self.walk.running, cell) for cell in bases}
        path = [place for place, _ in self.found.path(kept)]
        made: defaultdict[Cell, list[int]] = defaultdict(list)
        doubtful = self.walk.running.doubtful
        resting = set(doubtful)
        turn = 0
        for place in path:
            index = members[place]
            turn = max(turn, order_of(plan.first[index], plan.last[index]))
            for cell, change in self.walk.take_one(plan.natural[index], turn):
                made[cell].append(change)
        resting.update(doubtful)
        days = days_of(kept, [(plan.first[index], plan.last[index]) for index in members])
        order = tuple(plan.natural[members[place]].id for place in path)
        for cell in dict.fromkeys([*made, *bases]):
            if cell[0] == views.IDENTIFIERS and bound_by_their_own_ends(self.walk.running, cell, made[cell]):
                continue
            if cell in bases:
                left = Left(
                    self.walk.running,
                    self.search,
                    self.found,
                    cell,
                    bases[cell],
                    doubts[cell],
                    made.get(cell, []),
                    order,
                    earlier=doubtful.get(cell, ()) if cell in resting else None,
                )
                left.bound(course_of([(low, high, *left.in_node(node)) for low, high, node in days]))
            elif cell[0] not in views.KEYS:
                self._bound_own(cell, made[cell])
            elif cell not in doubtful:
                log = self.walk.running.changes.cells[cell[0]][cell[1]]
                for change in made[cell]:
                    self.walk.running.goes_on(cell, change, as_date(self.search.last_of(log[change].event)))

    def _bound_own(self, cell: Cell, made: Sequence[int]) -> None:
        """Bound the values of a user's own view: they change at some time within the windows of the group."""
        plan, members = self.search.plan, self.search.members
        low, high = min(plan.first[index] for index in members), max(plan.last[index] for index in members)
        never = None if len(self.found.best) == 1 else datetime.date.min
        for index in made:
            self.walk.running.changes.bounds[cell][index] = Bounds(as_date(low), as_date(high), never, None)


@define
class _Unordered:
    """A group with too many orders: replayed by its dates, and nothing that it made is certain."""

    walk: Walk
    search: Search

    def take(self) -> None:
        """Replay the group in the order of its dates."""
        plan, running = self.search.plan, self.walk.running
        members = self.search.members
        dates = [plan.natural[index].date for index in members]
        low, high = min(date.earliest for date in dates), max(date.latest for date in dates)
        made: defaultdict[Cell, list[int]] = defaultdict(list)
        turn = 0
        for index in members:
            turn = max(turn, order_of(plan.first[index], plan.last[index]))
            for cell, place in self.walk.take_one(plan.natural[index], turn):
                made[cell].append(place)
        order = tuple(plan.natural[index].id for index in members)
        adding = all(_only_adds(plan.natural[index]) for index in members)
        for cell, places in made.items():
            self._bound(cell, places, (low, high), settled=adding)
            if not adding:
                running.guesses.append(Guess(*cell, order, counted=False))

    def _bound(
        self, cell: Cell, places: Sequence[int], days: tuple[datetime.date, datetime.date], *, settled: bool
    ) -> None:
        running = self.walk.running
        log = running.changes.cells[cell[0]][cell[1]]
        places = [place for place in places if log[place].operation not in GOES_ON]
        if not places:
            return
        bounds = running.changes.bounds[cell]
        low, high = days
        before = places[0] - 1
        while before > 0 and log[before].operation in GOES_ON:
            before -= 1
        if before >= 0:
            bounds[before] = bounds.get(before, Bounds())._replace(certain_until=low, possible_until=high)
        bounds.update(dict.fromkeys(places[:-1], Bounds(None, None, datetime.date.min, high)))
        last = places[-1]
        bounds[last] = Bounds(low, high, None if settled else datetime.date.min, None)
        if not settled:
            self._leave_open(cell, [*([before] if before >= 0 else []), *places], high)

    def _leave_open(self, cell: Cell, places: Sequence[int], high: datetime.date) -> None:
        """Note that each value of the group may be the one in the end, and that there may be none."""
        running = self.walk.running
        log = running.changes.cells[cell[0]][cell[1]]
        last = log[places[-1]].value
        open_to: dict[Any, Change] = {}
        for change in (log[place] for place in places[:-1]):
            if change.value is not None:
                open_to.setdefault(change.value, change)
        open_to.pop(last, None)
        for value, change in [*open_to.items()][-_MOST_LEFT:]:
            bounds = Bounds(high, high, datetime.date.min, None)
            running.changes.others[cell].append(
                Other(places[-1], value, change.window, (change.event,), bounds)
            )
        running.changes.nothing[cell].append(Nothing(high, None, False, True))
        running.doubtful[cell] = (*[*open_to][-_MOST_LEFT:], *([None] if last is not None else []))


# How many of the values within a group are kept as possible values after it.
_MOST_LEFT = 4


def _only_adds(event: Event) -> bool:
    """Whether an event only adds to one holding: the order of such events does not matter."""
    if isinstance(event, InvestmentMade):
        return True
    return (
        isinstance(event, StakeAcquired)
        and event.holds is None
        and event.seller is None
        and event.shares is None
    )
