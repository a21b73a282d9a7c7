"""The search for the orders of a group of events in which most of them make sense."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from attrs import define, field

from chronicle.dates import PartialDate
from chronicle.engine import sense, views
from chronicle.engine.order.plan import Plan
from chronicle.engine.order.touching import ANNOUNCED, OF_DEALS, acting, deal_step
from chronicle.engine.order.turns import out_of_line
from chronicle.engine.replay import Cell, Change, Handler, Live, Replay, World, ending_its_own
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

    def _most_at_once(self) -> int:
        """The greatest number of windows of the group that share a day."""
        first, last = self.plan.first, self.plan.last
        # A begin as an even number, and an end as the odd one after it.
        days = [2 * first[index] for index in self.members] + [2 * last[index] + 1 for index in self.members]
        most = now = 0
        for day in sorted(days):
            if day & 1:
                now -= 1
            else:
                now += 1
                most = max(most, now)
        return most

    def _needed(self) -> list[int]:
        """For each member the mask of those that certainly come before it."""
        first, last = self.plan.first, self.plan.last
        needed: list[int] = []
        for index in self.members:
            mask = 0
            for place, other in enumerate(self.members):
                by_date = last[other] < first[index] and index not in self.plan.before.get(other, ())
                if other != index and (by_date or other in self.plan.before.get(index, ())):
                    mask |= 1 << place
            needed.append(mask)
        return needed

    def _step(self, node: Arrangement, place: int, following: dict[frozenset[Any], Arrangement]) -> None:
        event = self.plan.natural[self.members[place]]
        world = Component(self.running, node.overlay, doubting=self.doubting)
        pending = self._pending(node.mask, place)
        score = (
            node.score
            - _ENDING * self._comes_too_early(event, pending, node)
            - out_of_line(self.plan, self.members, place, pending)
        )
        steps = [event]
        if type(event) in OF_DEALS:
            cell = (ANNOUNCED, (event.deal or "",))
            announced = world.overlay.get(cell, self.announced.get(event.deal or ""))
            effects, saying = deal_step(event, announced, self.plan.terms.told)
            steps += effects
        # The effects of a deal are part of its completion: they make sense together or not at all.
        good = True
        for step in steps:
            good = good and self._makes_sense(step, world)
            world = world.after(step, self.handlers, self.values)
        good = good and self._alive(event, node)
        score += _SENSE * good
        if type(event) in OF_DEALS:
            world.overlay[cell] = saying
        self._reach(node, place, score, world.overlay, following)

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
        if type(event) in sense.BEGINS and event.id in self.plan.own:
            return True
        if not asked(event, world):
            return False
        return event.ends is None or world.would_change(event, self.handlers)

    def _alive(self, event: Event, node: Arrangement) -> bool:
        """Whether no entity acts here before being founded or after its end."""
        if not self.plan.lives.any or isinstance(event, NO_ACTS):
            return True
        ignored = self.plan.lives.ignored
        for name in acting(event):
            if name in ignored:
                continue
            status = node.overlay.get((views.STATUS, (name,)), self.running.before.get(views.STATUS, (name,)))
            over = status is not None and status.status == "dissolved" and not isinstance(event, ENDS_OF_TIES)
            unborn = status is None and name in self.plan.lives.founded and name not in founded_by(event)
            if over or unborn:
                return False
        return True

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
        world = Component(self.running, node.overlay)
        begun = self._begun(event, world)
        if not begun:
            return 0
        again = {cell for cell in begun if not _is_none(world.get(*cell))}
        after: Component | None = None
        early = 0
        for place in pending:
            end = self.plan.natural[self.members[place]]
            ended = set() if ended_by(end) else self._ended(end, world)
            if not ended or not (self._makes_sense(end, world) and self._alive(end, node)):
                continue
            if isinstance(end, ENDS_OF_TIES) and ended.isdisjoint(again):
                # An end that ends everything would also end what begins here, besides what stands.
                after = after or world.after(event, self.handlers, self.values)
                early += ended < self._ended(end, after)
            elif not ended.isdisjoint(again):
                # What only changes a value that stands finds none after the end, and begins nothing.
                begins = self._begun(event, world.after(end, self.handlers, self.values))
                early += not begins.isdisjoint(ended & again)
        return early

    def _begun(self, event: Event, world: Component) -> set[Cell]:
        """The cells to which an event would give a value, whether they have one or not."""
        return {cell for cell, value in world.changed_by(event, self.handlers) if not _is_none(value)}

    def _ended(self, event: Event, world: Component) -> set[Cell]:
        """The cells with a value that an event would empty."""
        emptied = (cell for cell, value in world.changed_by(event, self.handlers) if _is_none(value))
        return {cell for cell in emptied if not _is_none(world.get(*cell))}


def _is_none(value: Any) -> bool:
    """Whether a cell is empty, or has a stake of zero."""
    return value is None or (isinstance(value, views.Stake) and value.share.is_nothing)


def content(value: Any) -> Any:
    """A value as the search compares it: of a stake also its lots, and not how it was computed."""
    if isinstance(value, views.Stake):
        return value.share, value.shares, value.stale, value.lots
    return value


LIVE = "live"
"""A view of the search only: which beginnings stand in a cell."""

DOUBTED = "doubted"
"""A view of the search only: by what the value of a cell is in doubt, as a set of open doubts."""


class OpenDoubt(NamedTuple):
    """What makes a value doubtful, and the event since whose date it does."""

    made_from: tuple[Cell, ...]
    window: PartialDate
    event: str


def doubts_before(running: Replay, cell: Cell) -> frozenset[OpenDoubt]:
    """The open doubts about a cell before the group."""
    return frozenset(
        OpenDoubt(doubt.made_from, doubt.window, doubt.event) for doubt in running.changes.open_doubts(cell)
    )


class Component(World):
    """The values while a group is tried out: those before it, and the changes of its events so far."""

    def __init__(self, running: Replay, overlay: Mapping[Any, Any], *, doubting: bool = False) -> None:
        super().__init__(running.before, dict(overlay))
        self._running = running
        self._doubting = doubting

    overlay: dict[Any, Any]

    def changed_by(self, event: Event, handlers: Mapping[type, Handler]) -> list[tuple[Cell, Any]]:
        """The cells that an event would change, each with the new value."""
        handler = handlers.get(type(event))
        if handler is None:
            return []
        return [((change.view, change.key), change.value) for change in handler(event, self)]

    def would_change(self, event: Event, handlers: Mapping[type, Handler]) -> bool:
        """Whether an event that ends another by name would change anything."""
        handler = handlers.get(type(event))
        made = () if handler is None else tuple(handler(event, self))
        return any(
            kept is not None or live != self._live((change.view, change.key))
            for change in made
            for kept, live in (ending_its_own(event, change, self._live((change.view, change.key))),)
        )

    def _live(self, cell: Cell) -> Live:
        held: Live = self.overlay.get((LIVE, cell), self._running.live.get(cell, ()))
        return held

    def after(self, event: Event, handlers: Mapping[type, Handler], known: dict[Any, Any]) -> Component:
        """The values after an event. ``known`` has the values of the group so far, by cell and content."""
        handler = handlers.get(type(event))
        if handler is None:
            return self
        made = tuple(handler(event, self))
        following = Component(self._running, self.overlay, doubting=self._doubting)
        for change in made:
            cell = change.view, change.key
            kept: Any = change
            if self._running.own:
                kept, live = ending_its_own(event, change, self._live(cell))
                following.overlay[LIVE, cell] = live
            if kept is None:
                continue
            if self._doubting:
                following._doubt(kept, self)
            if content(kept.value) == content(self._running.before.get(*cell)):
                following.overlay.pop(cell, None)
            else:
                # One object for each content, so that values compare equal by content.
                following.overlay[cell] = known.setdefault((cell, content(kept.value)), kept.value)
        return following

    def doubts(self, cell: Cell) -> frozenset[OpenDoubt]:
        """The open doubts about a cell."""
        known: frozenset[OpenDoubt] | None = self.overlay.get((DOUBTED, cell))
        return doubts_before(self._running, cell) if known is None else known

    def _doubt(self, change: Change, before: Component) -> None:
        """Note the doubts about a cell after a change, as ``replay`` does for the order that it takes."""
        cell = change.view, change.key
        found = self.doubts(cell)
        if change.operation == "doubt":
            if all(change.made_from != doubt.made_from for doubt in found):
                found |= {OpenDoubt(change.made_from, change.window, change.event)}
        elif change.operation == "lift":
            found = frozenset(doubt for doubt in found if change.made_from not in ((), doubt.made_from))
        else:
            found = found if change.operation == "adjust" else frozenset()
            found = found.union(*(before.doubts(origin) for origin in change.made_from if origin != cell))
        if found == doubts_before(self._running, cell):
            self.overlay.pop((DOUBTED, cell), None)
        else:
            self.overlay[DOUBTED, cell] = found


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
