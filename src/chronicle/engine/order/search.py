"""The search for the orders of a group of events in which most of them make sense."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from attrs import define, field

from chronicle.engine import sense, views
from chronicle.engine.order.component import DOUBTED, LIVE, Component, content, is_none
from chronicle.engine.order.plan import Plan
from chronicle.engine.order.touching import ANNOUNCED, OF_DEALS, acting, deal_step
from chronicle.engine.order.turns import out_of_line
from chronicle.engine.replay import Cell, Handler, Replay
from chronicle.events import (
    ENDS_OF_TIES,
    NO_ACTS,
    Event,
    ended_by,
    founded_by,
)

_MOST_AT_ONCE = 8
_MOST_STEPS = 4_000


@define(eq=False)
class Arrangement:
    """A node of the search: a set of events that have happened (``mask``), and the values that then stand."""

    mask: int
    overlay: dict[Any, Any]
    score: int
    ways: list[tuple[Arrangement, int]] = field(factory=list)
    depth: int = 0


_SENSE = 1_000_000
_ENDING = 1_000


@define
class Search:
    """Finds the best orders of one group."""

    plan: Plan
    running: Replay
    handlers: Mapping[type, Handler]
    members: list[int]
    announced: Mapping[str, Event]
    # Whether no life orders anything: each event can be on any day of its date, and acts at any time.
    free: bool = False
    values: dict[Any, Any] = field(factory=dict)
    # Whether anything may be in doubt: else no doubt is looked for.
    doubting: bool = field(default=False, init=False)

    def run(self) -> Found | None:
        """The best orders, or None if there are too many to compare."""
        if self._most_at_once() > _MOST_AT_ONCE:
            return None
        count = len(self.members)
        needed = self._needed()
        self.doubting = self._may_doubt()
        level: dict[int, list[Arrangement]] = {0: [Arrangement(0, {}, 0)]}
        steps = 0
        for _ in range(count):
            following: dict[int, dict[frozenset[Any], Arrangement]] = defaultdict(dict)
            for mask, nodes in level.items():
                for place in range(count):
                    if mask >> place & 1 or needed[place] & ~mask:
                        continue
                    for node in nodes:
                        steps += 1
                        if steps > _MOST_STEPS:
                            return None
                        self._step(node, place, following[mask | 1 << place])
            level = {mask: list(nodes.values()) for mask, nodes in following.items() if nodes}
        ends = [node for nodes in level.values() for node in nodes]
        return Found(ends) if ends else None

    def _may_doubt(self) -> bool:
        """Whether something is in doubt before the group, or an entity ends in it."""
        if self.running.changes.doubted:
            return True
        return any(index in self.plan.ending for index in self.members)

    def first_of(self, event: str) -> int:
        """The first day, as an ordinal, on which an event of the group can have happened."""
        plan = self.plan
        return next(plan.first[index] for index in self.members if plan.natural[index].id == event)

    def last_of(self, event: str) -> int:
        """The last such day."""
        plan = self.plan
        return next(plan.last[index] for index in self.members if plan.natural[index].id == event)

    def _most_at_once(self) -> int:
        """The greatest number of windows of the group that share a day."""
        first, last = self._windows()
        # A begin as an even number, and an end as the odd one after it.
        days = [2 * day for day in first] + [2 * day + 1 for day in last]
        most = now = 0
        for day in sorted(days):
            if day & 1:
                now -= 1
            else:
                now += 1
                most = max(most, now)
        return most

    def _windows(self) -> tuple[list[int], list[int]]:
        """The first and the last day of each member."""
        if self.free:
            dates = [self.plan.natural[index].date for index in self.members]
            return [date.earliest.toordinal() for date in dates], [date.latest.toordinal() for date in dates]
        first, last = self.plan.first, self.plan.last
        return [first[index] for index in self.members], [last[index] for index in self.members]

    def _needed(self) -> list[int]:
        """For each member the mask of those that certainly come before it."""
        first, last = self._windows()
        earlier = [self._earlier(index) for index in self.members]
        needed: list[int] = []
        for here, index in enumerate(self.members):
            mask = 0
            for place, other in enumerate(self.members):
                by_date = last[place] < first[here] and index not in earlier[place]
                if place != here and (by_date or other in earlier[here]):
                    mask |= 1 << place
            needed.append(mask)
        return needed

    def _earlier(self, index: int) -> Collection[int]:
        """Which events come before a member whatever their dates are."""
        if not self.free:
            return self.plan.before.get(index, ())
        after = self.plan.natural[index].after
        return () if after is None else [each for each in self.members if self.plan.natural[each].id == after]

    def _step(self, node: Arrangement, place: int, following: dict[frozenset[Any], Arrangement]) -> None:
        event = self.plan.natural[self.members[place]]
        world = Component(self.running, node.overlay, self.plan.ended_by_name, doubting=self.doubting)
        pending = self._pending(node.mask, place)
        score = (
            node.score
            - _ENDING * self._comes_too_early(event, pending, node)
            - out_of_line(self.plan, self.members, place, pending)
        )
        good, world = self._through(event, world)
        score += _SENSE * (good and self._alive(event, node) and self._has_begun(event, node.mask))
        self._reach(node, place, score, world.overlay, following)

    def _through(self, event: Event, world: Component) -> tuple[bool, Component]:
        """Whether an event makes sense, and the values after it.

        The effects of a deal are part of its completion: they make sense together or not at all.
        """
        if type(event) not in OF_DEALS:
            return self._makes_sense(event, world), world.after(event, self.handlers, self.values)
        effects, saying = self._effects(event, world)
        good = True
        for step in (event, *effects):
            good = good and self._makes_sense(step, world)
            world = world.after(step, self.handlers, self.values)
        world.overlay[ANNOUNCED, (event.deal or "",)] = saying
        return good, world

    def _effects(self, event: Event, world: Component) -> tuple[list[Event], Event | None]:
        """The effects of an event of a deal, and what states the effects of the deal afterwards."""
        deal = event.deal or ""
        announced = world.overlay.get((ANNOUNCED, (deal,)), self.announced.get(deal))
        return deal_step(event, announced, self.plan.terms.told)

    def _reach(
        self,
        node: Arrangement,
        place: int,
        score: int,
        overlay: dict[Any, Any],
        following: dict[frozenset[Any], Arrangement],
    ) -> None:
        state = frozenset((cell, content(value)) for cell, value in overlay.items())
        known = following.get(state)
        if known is None:
            mask = node.mask | 1 << place
            following[state] = Arrangement(mask, overlay, score, [(node, place)], node.depth + 1)
        elif score > known.score:
            known.score, known.ways = score, [(node, place)]
        elif score == known.score:
            known.ways.append((node, place))

    def _makes_sense(self, event: Event, world: Component) -> bool:
        asked = sense.SENSE.get(type(event))
        if asked is None:
            return True
        if sense.is_own(event, self.plan.own):
            return True
        if not asked(event, world):
            return False
        return event.ends is None or world.would_change(event, self.handlers)

    def _has_begun(self, event: Event, mask: int) -> bool:
        """Whether what an event ends by name is not still to begin; a lot can end in what it was before."""
        if event.ends is None:
            return True
        left = (index for place, index in enumerate(self.members) if not mask >> place & 1)
        return all(self.plan.natural[index].id != event.ends for index in left)

    def _alive(self, event: Event, node: Arrangement) -> bool:
        """Whether no entity acts here before being founded or after its end."""
        if self.free or not self.plan.lives.any or isinstance(event, NO_ACTS):
            return True
        return not any(self._dead(name, event, node) for name in acting(event))

    def _dead(self, name: str, event: Event, node: Arrangement) -> bool:
        """Whether an entity acts here before being founded or after its end."""
        lives, cell = self.plan.lives, (views.STATUS, (name,))
        if name in lives.ignored:
            return False
        status = node.overlay.get(cell, self.running.before.get(*cell))
        if status is None:
            dead, since = name in lives.founded and name not in founded_by(event), 0
        else:
            dead = status.status == "dissolved" and not isinstance(event, ENDS_OF_TIES)
            since = self.plan.turns[self.members[0]]
        # What begins a life outside of the group, and before the event, may not have been replayed yet.
        return dead and (cell in node.overlay or not lives.begins_before(name, event, since))

    def _pending(self, mask: int, place: int) -> list[int]:
        """The members with the same window, as written, that have not happened yet."""
        date = self.plan.natural[self.members[place]].date
        window = date.earliest, date.latest
        return [
            other
            for other, index in enumerate(self.members)
            if other != place
            and not mask >> other & 1
            and (self.plan.natural[index].date.earliest, self.plan.natural[index].date.latest) == window
        ]

    def _comes_too_early(self, event: Event, pending: Sequence[int], node: Arrangement) -> int:
        """How many pending ends should come before an event: of what it begins anew, if that makes sense now.

        What a company had ends with it, and nothing of that begins anew: its end may come before or after.
        """
        if not pending:
            return 0
        world = Component(self.running, node.overlay, self.plan.ended_by_name)
        begun = self._begun(event, world)
        if not begun:
            return 0
        again = {cell for cell in begun if not is_none(world.get(*cell))}
        after: Component | None = None
        early = 0
        for place in pending:
            end = self.plan.natural[self.members[place]]
            ended = self._ended(end, world)
            if not ended or not self._alive(end, node):
                continue
            good, without = self._through(end, world)
            if not good:
                continue
            if isinstance(end, ENDS_OF_TIES) and ended.isdisjoint(again):
                # An end that ends everything would also end what begins here, besides what stands.
                after = after or self._through(event, world)[1]
                early += ended < self._ended(end, after)
            elif not ended.isdisjoint(again):
                # What only changes a value that stands finds none after the end, and begins nothing.
                begins = self._begun(event, without)
                early += not begins.isdisjoint(ended & again)
        return early

    def _given(self, event: Event, world: Component) -> Mapping[Cell, Any]:
        """The cells that an event would change, with its effects, each with the new value."""
        effects = self._effects(event, world)[0] if type(event) in OF_DEALS else ()
        given = dict(world.changed_by(event, self.handlers))
        for effect in effects:
            given.update(world.changed_by(effect, self.handlers))
            world = world.after(effect, self.handlers, self.values)
        return given

    def _begun(self, event: Event, world: Component) -> set[Cell]:
        """The cells to which an event would give a value, whether they have one or not."""
        return {cell for cell, value in self._given(event, world).items() if not is_none(value)}

    def _ended(self, event: Event, world: Component) -> set[Cell]:
        """The cells with a value that an event would empty; not of what a company had that ends with it."""
        effects = self._effects(event, world)[0] if type(event) in OF_DEALS else ()
        if any(ended_by(step) for step in (event, *effects)):
            return set()
        emptied = (cell for cell, value in self._given(event, world).items() if is_none(value))
        return {cell for cell in emptied if not is_none(world.get(*cell))}


@define
class Found:
    """The ways through a group that the search kept, with the best among them."""

    ends: list[Arrangement]

    @property
    def sensible(self) -> int:
        """How many events make sense in the best orders."""
        most = max(node.score for node in self.ends)
        return -(-most // _SENSE) if most > 0 else 0

    @property
    def best(self) -> list[Arrangement]:
        """The ends of the best orders."""
        most = max(node.score for node in self.ends)
        return [node for node in self.ends if node.score == most]

    def kept(self) -> list[Arrangement]:
        """Every node on the way of a best order, from the start on."""
        seen: dict[int, Arrangement] = {}
        stack = list(self.best)
        while stack:
            node = stack.pop()
            if id(node) not in seen:
                seen[id(node)] = node
                stack.extend(before for before, _ in node.ways)
        return sorted(seen.values(), key=lambda node: node.depth)

    def path(self, kept: Sequence[Arrangement]) -> list[tuple[int, Arrangement]]:
        """One best order: of several the one that agrees with the order of the dates for longest."""
        onward: defaultdict[int, list[tuple[int, Arrangement]]] = defaultdict(list)
        for node in kept:
            for before, place in node.ways:
                onward[id(before)].append((place, node))
        node, path = kept[0], []
        while onward[id(node)]:
            place, node = min(onward[id(node)], key=lambda each: each[0])
            path.append((place, node))
        return path

    def apart(self, plan: Plan, members: Sequence[int]) -> list[sense.Thing]:
        """The things in which the ends differ; for a stake also the number of shares, which changes it."""
        cells = {cell for node in self.ends for cell in node.overlay}
        differ = {
            cell for cell in cells if len({content(node.overlay.get(cell, _BASE)) for node in self.ends}) > 1
        }
        touched = {thing for index in members for thing in plan.touched[index]}
        found = [thing for thing in touched if any(_concerns(thing, cell) for cell in differ)]
        for view, key in differ:
            if view == views.HOLDINGS:
                found += [(view, *key), (views.SHARES, key[1])]
        return found


_BASE = "as before"


def _concerns(thing: sense.Thing, cell: Any) -> bool:
    view, key = cell
    if view in (LIVE, DOUBTED):
        view, key = key
    if view == ANNOUNCED:
        view = views.DEALS
    return bool(thing[0] == view and key[: len(thing) - 1] == thing[1:])
