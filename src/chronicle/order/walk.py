"""The walk along a history: plain events as they come, and each group in the order that was found for it."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence

from attrs import define, field, frozen

from chronicle import views
from chronicle.dates import order_of
from chronicle.events import Event, InvestmentMade, StakeAcquired
from chronicle.order.bounds import Left, as_date, bases_of, course_of, days_of
from chronicle.order.plan import Plan
from chronicle.order.search import Found, Search
from chronicle.order.touching import OF_DEALS, deal_step
from chronicle.replay import Bounds, Cell, Guess, Handler, Ledger, Other, Replay

# How many later events are looked at to tell apart what a group may have left behind.
_MOST_MORE = 6


@frozen
class Replayed:
    """The events in the order of replay, each completion followed by its effects, and the ledger."""

    ordered: tuple[Event, ...]
    ledger: Ledger


@define
class Walk:
    """The walk along the events in the order of their dates, which stops at each group to order it."""

    plan: Plan
    running: Replay
    deciding: Mapping[type, Handler]
    # Whether there is any deal with effects.
    deals: bool
    ordered: list[Event] = field(factory=list)
    # For each of these what it is sorted by in the end: a group is replayed in one piece, though others
    # happened in between that have nothing to do with it.
    turns: list[int] = field(factory=list)
    _announced: dict[str, Event] = field(factory=dict)
    _open: list[tuple[Cell, int]] = field(factory=list)

    def result(self, natural: Sequence[Event], places: Sequence[int], names: Mapping[str, str]) -> Replayed:
        """Replay ``natural``, of which the plan has those at ``places``."""
        left_out = frozenset(places)
        plain = [event for place, event in enumerate(natural) if place not in left_out] if places else natural
        plan, groups = self.plan, self.plan.groups
        done: set[int] = set()
        taken = 0
        for index, event in enumerate(plan.natural):
            if index in done:
                continue
            upto = bisect_left(plain, plan.turns[index], lo=taken, key=lambda other: other.date.order)
            self._take(plain[taken:upto])
            taken = upto
            if index in groups:
                done.update(self._order(groups[index], done))
            else:
                self.take_one(event, plan.turns[index])
            self._doubt_happenings()
        self._take(plain[taken:])
        return Replayed(self._in_turn(), self.running.ledger(names))

    def _in_turn(self) -> tuple[Event, ...]:
        if not self.plan.groups:
            return tuple(self.ordered)
        order = sorted(range(len(self.ordered)), key=self.turns.__getitem__)
        return tuple(self.ordered[place] for place in order)

    def _take(self, events: Sequence[Event]) -> None:
        """Replay events that no order touches: nothing that they change is a guess."""
        if self.deals:
            with_effects: list[Event] = []
            for event in events:
                with_effects.append(event)
                if type(event) in OF_DEALS:
                    with_effects.extend(self._effects(event))
            events = with_effects
        self.running.take(events)
        self.ordered.extend(events)
        self.turns.extend([event.date.order for event in events])

    def _effects(self, event: Event) -> list[Event]:
        """What the completion of a deal does. Keeps in mind what was last announced."""
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
            _Ordered(self, search, found).take()
        return members

    def _further(self, found: Found, members: list[int], done: set[int]) -> set[int]:
        """The next event that touches what the group may have left in several ways, and its own group."""
        things = found.apart(self.plan, members)
        index = self.plan.later(things, max(members))
        if index is None or index in done:
            return set()
        taken = {index}
        taken.update(self.plan.groups.get(self.plan.group_of.get(index, -1), ()))
        between = self._between(taken, members, done)
        return taken | between

    def _between(self, taken: set[int], members: list[int], done: set[int]) -> set[int]:
        """What touches the same things and lies between."""
        touched = {thing for index in (*members, *taken) for thing in self.plan.touched[index]}
        low, high = min(members), max(*taken, *members)
        found = {
            index for thing in touched for index in self.plan.things.get(thing, ()) if low <= index <= high
        }
        return found.difference(members, done)

    def take_one(self, event: Event, turn: int) -> list[tuple[Cell, int]]:
        """Replay one event with its effects, and say where its changes stand in their logs."""
        cells = self.running.changes.cells
        steps = [event, *(self._effects(event) if type(event) in OF_DEALS else ())]
        noted: list[tuple[Cell, int]] = []
        for step in steps:
            handler = self.running.handlers.get(type(step))
            touched = [] if handler is None else [change[:2] for change in handler(step, self.running.before)]
            lengths = {cell: len(cells[cell[0]].get(cell[1], ())) for cell in touched}
            self.running.take_with_care([step])
            for (view, key), length in lengths.items():
                now = len(cells[view].get(key, ()))
                noted.extend(((view, key), place) for place in range(length, now))
        if event.id in self.plan.terms.doubtful:
            self._open.extend(noted)
        self.ordered.extend(steps)
        self.turns.extend([turn] * len(steps))
        return noted

    def _doubt_happenings(self) -> None:
        """Nothing is certain that an event made of which it is open how often it happened."""
        changes = self.running.changes
        for cell, index in self._open:
            log = changes.cells[cell[0]][cell[1]]
            bounds = changes.bounds[cell]
            bounds[index] = bounds.get(index, Bounds())._replace(certain_until=datetime.date.min)
            # Whatever comes of it, it is not what stood before.
            self.running.doubtful[cell] = (log[index - 1].value if index else None,)
        self._open.clear()


@define
class _Ordered:
    """A group whose best orders are known: one is replayed, and all together say what is certain."""

    walk: Walk
    search: Search
    found: Found

    def take(self) -> None:
        """Replay the group and bound what it leaves."""
        kept = self.found.kept()
        plan, members = self.search.plan, self.search.members
        bases = bases_of(self.walk.running, kept)
        path = [place for place, _ in self.found.path(kept)]
        made: defaultdict[Cell, list[int]] = defaultdict(list)
        turn = 0
        for place in path:
            index = members[place]
            turn = max(turn, order_of(plan.first[index], plan.last[index]))
            for cell, change in self.walk.take_one(plan.natural[index], turn):
                made[cell].append(change)
        days = days_of(kept, [(plan.first[index], plan.last[index]) for index in members])
        order = tuple(plan.natural[members[place]].id for place in path)
        for cell in dict.fromkeys([*made, *bases]):
            if cell in bases:
                left = Left(
                    self.walk.running, self.search, self.found, cell, bases[cell], made.get(cell, []), order
                )
                left.bound(
                    course_of([(low, high, node.overlay.get(cell, bases[cell])) for low, high, node in days])
                )
            elif cell[0] not in views.KEYS:
                self._bound_own(cell, made[cell])

    def _bound_own(self, cell: Cell, made: Sequence[int]) -> None:
        """Bound what a view of the user's own has: it changes some time while the group does."""
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
        low, high = min(plan.first[i] for i in members), max(plan.last[i] for i in members)
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

    def _bound(self, cell: Cell, places: Sequence[int], days: tuple[int, int], *, settled: bool) -> None:
        running = self.walk.running
        log = running.changes.cells[cell[0]][cell[1]]
        bounds = running.changes.bounds[cell]
        low, high = as_date(days[0]), as_date(days[1])
        before = places[0] - 1
        while before > 0 and log[before].operation in ("confirm", "doubt"):
            before -= 1
        if before >= 0:
            bounds[before] = bounds.get(before, Bounds())._replace(certain_until=low, possible_until=high)
        for index in places[:-1]:
            bounds[index] = Bounds(None, None, datetime.date.min, high)
        last = places[-1]
        bounds[last] = Bounds(low, high, None if settled else datetime.date.min, None)
        if not settled:
            values = dict.fromkeys(log[index].value for index in places[:-1])
            others = [value for value in values if value not in (None, log[last].value)][-3:]
            running.doubtful[cell] = (*others, *([None] if log[last].value is not None else []))
            if log[last].value is None and others:
                change = log[places[-2]]
                beside = Bounds(low, low, datetime.date.min, None)
                running.changes.others[cell].append(
                    Other(last, others[-1], change.window, (change.event,), beside)
                )


def _only_adds(event: Event) -> bool:
    """Whether an event adds to one holding and no more: the order of such is no matter."""
    if isinstance(event, InvestmentMade):
        return True
    return (
        isinstance(event, StakeAcquired)
        and event.holds is None
        and event.seller is None
        and event.shares is None
    )
