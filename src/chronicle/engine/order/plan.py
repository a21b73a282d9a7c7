"""Which events are ordered together, and between which days each of them can have happened."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from functools import cached_property
from itertools import accumulate, chain, compress, islice

from attrs import define, field, frozen

from chronicle.dates import order_of
from chronicle.engine import sense, views
from chronicle.engine.order.by_life import ByLife
from chronicle.engine.order.indexes import Union, in_turn
from chronicle.engine.order.lives import Lives
from chronicle.engine.order.touching import acting, begun_by, possible_effects, touched_by
from chronicle.events import ENDS_OF_TIES, KINDS, NO_ACTS, DealCompleted, Event, ended_by

Origin = Callable[[Event], Hashable]
"""The file or the append that an event comes from."""


@frozen
class ReplayTerms:
    """What is known of events besides their fields.

    ``origin`` gives the file or the append of an event: only within one of these the order of events is data.
    ``told`` maps the id of the completion of a deal to the places of the effects that separate events
    report, and ``doubtful`` are the ids of events of which it is open how often they happened: their effects
    are never certain.
    """

    origin: Origin = lambda _: None
    told: Mapping[str, frozenset[int]] = field(factory=dict)
    doubtful: frozenset[str] = frozenset()


_OF_DEALS: frozenset[type[Event]] = frozenset(
    kind for kind in KINDS.values() if kind.kind.startswith("deal.")
)


# What no life orders against what begins or ends it: what is no act, and what ends by itself with a company.
_NOT_ORDERED: frozenset[type[Event]] = frozenset({*NO_ACTS, *ENDS_OF_TIES, DealCompleted})


@define
class Plan:
    """The events by index in the order of their dates, between which days each can be, and the groups."""

    natural: Sequence[Event]
    by_position: Sequence[Event]
    own: Set[str]
    terms: ReplayTerms
    lives: Lives
    first: list[int] = field(init=False)
    last: list[int] = field(init=False)
    before: defaultdict[int, set[int]] = field(init=False)
    things: dict[sense.Thing, list[int]] = field(init=False)
    groups: dict[int, list[int]] = field(init=False)
    group_of: dict[int, int] = field(init=False)
    touched: list[tuple[sense.Thing, ...]] = field(init=False)
    position: dict[str, int] = field(init=False)
    deals: defaultdict[str, list[int]] = field(init=False)
    holders: dict[str, list[int]] = field(init=False)
    # By the end of an entity, the events in which it takes part: the end makes its ties doubtful.
    acts: Mapping[int, list[int]] = field(factory=dict, init=False)
    # The events that end an entity, themselves or by the effects of a deal.
    ending: Set[int] = field(factory=set, init=False)
    # A life and what may come before or after it.
    joined: list[tuple[int, int]] = field(factory=list, init=False)
    turns: list[int] = field(init=False)
    # Events whose ``after`` names one that is certainly later: they follow it, with their window unchanged.
    against: dict[int, int] = field(factory=dict, init=False)
    # Ids of events that are ordered only by the life of an entity.
    by_life: set[str] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self.first = [event.date.earliest.toordinal() for event in self.natural]
        self.last = [event.date.latest.toordinal() for event in self.natural]
        ids = {event.id for event in self.natural}
        of_the_plan = [event.id in ids for event in self.by_position] if ids else []
        self.position = {
            self.by_position[position].id: position
            for position in compress(range(len(of_the_plan)), of_the_plan)
        }
        # The place of each among all events, as the sort key of a date (with the windows after cutting).
        self.turns = [event.date.order for event in self.natural]
        self.before = defaultdict(set)
        self._note_touched()
        cut = self._tighten()
        self.things = defaultdict(list)
        for index, things in enumerate(self.touched):
            for thing in things:
                self.things[thing].append(index)
        self.holders = defaultdict(list)
        if any(thing[0] == views.SHARES for thing in self.things):
            for thing, indexes in self.things.items():
                if thing[0] == views.HOLDINGS and (views.SHARES, thing[2]) in self.things:
                    self.holders[thing[2]].extend(indexes)
        self._note_lives()
        self.groups = self._grouped(cut)

    @cached_property
    def ended_by_name(self) -> Set[sense.Thing]:
        """The things in which something begins that an event may end by name."""
        if not self.own:
            return frozenset()
        moved = (
            things for event, things in zip(self.natural, self.touched, strict=True) if event.id in self.own
        )
        named = [event for event in self.by_position if event.id in self.own]
        return frozenset((*chain.from_iterable(moved), *begun_by(named, self.by_position)))

    def _note_touched(self) -> None:
        self.deals = defaultdict(list)
        for index, event in enumerate(self.natural):
            if type(event) in _OF_DEALS:
                self.deals[event.deal or ""].append(index)
        self.touched = touched_by(self.natural, self.deals)

    # Windows cut by what must come before

    def _tighten(self) -> set[int]:
        """Cut windows by `after` and by lives, and give the indexes of the events whose windows were cut."""
        self._add_after()
        if self.lives.any:
            self._add_lives()
        if not self.before and not self.against:
            return set()
        order = in_turn(self.before)
        for index in order:
            # "Before" is transitive.
            self.before[index].update(
                *(self.before.get(each, ()) for each in tuple(self.before.get(index, ())))
            )
        firsts, lasts = list(self.first), list(self.last)
        turns, depths = list(self.first), [0] * len(self.first)
        for index in order:
            for earlier in self.before.get(index, ()):
                turns[index] = max(turns[index], turns[earlier])
                depths[index] = max(depths[index], depths[earlier] + 1)
                if self.first[earlier] <= self.last[index]:
                    self.first[index] = max(self.first[index], self.first[earlier])
        for index in reversed(order):
            for earlier in self.before.get(index, ()):
                if self.first[earlier] <= self.last[index]:
                    self.last[earlier] = min(self.last[earlier], self.last[index])
        for index, target in self.against.items():
            turns[index] = max(turns[index], turns[target])
            depths[index] = max(depths[index], depths[target] + 1)
        cut = [
            (firsts[index], lasts[index]) != (self.first[index], self.last[index])
            for index in range(len(firsts))
        ]
        return self._reorder(
            sorted(range(len(firsts)), key=lambda index: (turns[index], depths[index])), cut, turns
        )

    def _reorder(self, order: Sequence[int], cut: Sequence[bool], firsts: Sequence[int]) -> set[int]:
        """Sort everything by the windows that were cut, and give the new indexes of those."""
        places = {index: place for place, index in enumerate(order)}
        self.natural = [self.natural[index] for index in order]
        self.touched = [self.touched[index] for index in order]
        turns = (max(self.turns[index], order_of(firsts[index], self.last[index])) for index in order)
        self.turns = list(accumulate(turns, max))
        for deal, indexes in self.deals.items():
            self.deals[deal] = sorted(places[index] for index in indexes)
        self.first = [self.first[index] for index in order]
        self.last = [self.last[index] for index in order]
        before = self.before
        self.before = defaultdict(set)
        for index, earlier in before.items():
            self.before[places[index]] = {places[each] for each in earlier}
        return {place for place, index in enumerate(order) if cut[index]}

    def _add_after(self) -> None:
        following = [
            (index, event.after) for index, event in enumerate(self.natural) if event.after is not None
        ]
        places = {event.id: index for index, event in enumerate(self.natural)} if following else {}
        for index, after in following:
            target = places.get(after)
            # An event whose ``after`` cannot be followed kept its place in the order of dates.
            if target is not None and target < index:
                if self.first[target] <= self.last[index]:
                    self.before[index].add(target)
                else:
                    self.against[index] = target

    def _add_lives(self) -> None:
        """Order acts by lives: not before the founding, nor after dissolution or a merger."""
        lived = ByLife(self.natural, self.first, self.last, self.touched, self.deals, self.lives.ignored)
        for one, two in lived.pairs(self.lives.loose):
            self.before[two].add(one)
            self.by_life.update((self.natural[one].id, self.natural[two].id))

    def _may_swap(self, one: int, two: int) -> bool:
        """Whether the first can come before the second, and the second before the first."""
        return self.first[one] <= self.last[two] and self.first[two] <= self.last[one]

    # Groups

    def _grouped(self, cut: Iterable[int]) -> dict[int, list[int]]:
        """Groups by first index: overlapping events that touch the same, and events with cut windows."""
        union = Union()
        for thing, indexes in self.things.items():
            self._join_overlapping(indexes, union)
            if thing[0] == views.SHARES:
                self._join_with_holders(thing[1], indexes, union)
        for life, act in self.joined:
            union.join(life, act)
        for index in cut:
            union.root(index)
        self._close(union)
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for index in sorted(union.parents):
            groups[union.root(index)].append(index)
        self.group_of = {index: members[0] for members in groups.values() for index in members}
        return {members[0]: members for members in groups.values()}

    def _join_overlapping(self, indexes: Sequence[int], union: Union) -> None:
        if len(indexes) < 2:
            return
        first, last = self.first, self.last
        ordered = sorted(indexes, key=first.__getitem__)
        run, until = [ordered[0]], last[ordered[0]]
        for index in ordered[1:]:
            if first[index] <= until:
                run.append(index)
            else:
                union.join_all(run)
                run = [index]
            until = max(until, last[index])
        union.join_all(run)

    def _join_with_holders(self, issuer: str, counting: Sequence[int], union: Union) -> None:
        """Join a change of the number of shares with the stakes whose windows overlap it."""
        for index in self.holders.get(issuer, ()):
            for count in counting:
                if self._may_swap(index, count):
                    union.join(index, count)

    def _close(self, union: Union) -> None:
        """Add whatever touches the same things between two members of a group."""
        if not union.parents:
            return
        changed = True
        while changed:
            changed = False
            for indexes in self.things.values():
                changed = self._close_thing(indexes, union) or changed
            for issuer, stakes in self.holders.items():
                changed = self._close_counted(issuer, stakes, union) or changed
            for end, places in self.acts.items():
                changed = self._close_life(end, places, union) or changed

    def _close_thing(self, indexes: Sequence[int], union: Union) -> bool:
        """Join what touches a thing between the beginning of a group and its last member that touches it."""
        last: dict[int, int] = {}
        for index in indexes:
            if index in union.parents:
                last[union.root(index)] = index
        changed = False
        for root, end in last.items():
            between = indexes[bisect_left(indexes, root) : bisect_left(indexes, end)]
            for index in [index for index in between if union.parents.get(index) != root]:
                changed = union.join(index, end) or changed
        return changed

    def _close_counted(self, issuer: str, stakes: Sequence[int], union: Union) -> bool:
        """Join changes of the number of shares and the stakes between a group and such a change."""
        counts = self.things.get((views.SHARES, issuer), [])
        both = ((counts, sorted(stakes)), (stakes, counts))
        changed = False
        for members, others in both:
            last = {union.root(index): index for index in sorted(members) if index in union.parents}
            for root, end in last.items():
                for index in others[bisect_left(others, root) : bisect_left(others, end)]:
                    changed = union.join(index, end) or changed
        return changed

    def _note_lives(self) -> None:
        """Note what ends or brings back each entity, and what the entity takes part in."""
        if not self.lives.any:
            return
        lived = ByLife(
            self.natural, self.first, self.last, self.touched, self.deals, self.lives.ignored
        ).of_each()
        self.ending = {
            index for entity, events in lived.items() for index, event in events if entity in ended_by(event)
        }
        lives = {entity: [*dict.fromkeys(life for life, _ in events)] for entity, events in lived.items()}
        found: defaultdict[int, list[int]] = defaultdict(list)
        for index, event in enumerate(self.natural) if lives else ():
            following = self._in_effects(event)
            for entity in dict.fromkeys((*self._taking_part(event), *following)):
                for life in lives.get(entity, ()):
                    if life in self.ending:
                        found[life].append(index)
                    if entity in following:
                        if life != index and self._may_swap(life, index):
                            self.joined.append((life, index))
                    elif entity not in self.lives.contradicted and self._unordered_by_life(life, index):
                        self.joined.append((life, index))
        self.acts = dict(sorted(found.items()))

    def _taking_part(self, event: Event) -> Iterable[str]:
        """The entities that an event names; for a stage of a deal also its parties."""
        if event.deal is None or type(event) not in _OF_DEALS:
            return acting(event)
        staged = (self.natural[index] for index in self.deals[event.deal])
        return dict.fromkeys(name for stage in staged for name in getattr(stage, "parties", ()))

    def _in_effects(self, event: Event) -> Iterable[str]:
        """The entities that take part in the effects of a completion; none for other events."""
        if not isinstance(event, DealCompleted):
            return ()
        effects = possible_effects([self.natural[index] for index in self.deals[event.deal]])
        return dict.fromkeys(name for effect in effects for name in acting(effect))

    def _unordered_by_life(self, life: int, act: int) -> bool:
        """Whether the search must order a life and what may come before or after it.

        What a company leaves ends by itself, before the company or after.
        """
        # Nearly always the windows alone say so.
        if life == act or not self._may_swap(life, act) or type(self.natural[act]) in _NOT_ORDERED:
            return False
        return life not in self.before.get(act, ()) and act not in self.before.get(life, ())

    def _close_life(self, end: int, acts: Sequence[int], union: Union) -> bool:
        """Join what an entity takes part in between the beginning of a group and its end in that group.

        The end itself joins a group in which the entity takes part both before and after it.
        """
        place, known = bisect_left(acts, end), union.parents
        after = {union.root(index) for index in acts[place:] if index in known}
        changed = False
        for index in acts[:place] if after else ():
            if index in known and union.root(index) in after:
                changed = union.join(index, end) or changed
        if end in known:
            root = union.root(end)
            for index in acts[bisect_left(acts, root) : place]:
                changed = union.join(index, end) or changed
        return changed

    def separated(self, members: Sequence[int]) -> bool:
        """Whether only cut windows keep some events from others that touch the same: their dates overlap."""
        for index in members:
            date = self.natural[index].date
            others = {other for thing in self.touched[index] for other in self.things[thing]}
            for other in (self.natural[each].date for each in others.difference(members)):
                if other.order < date.past and date.order < other.past:
                    return True
        return False

    def later(self, things: Iterable[sense.Thing], members: Sequence[int], done: Set[int]) -> int | None:
        """The index of the next event that touches any of these things after the last member that does.

        It may come before other members, which touch other things. Those in ``done`` are not given; None for
        none.
        """
        last = {thing: index for index in sorted(members) for thing in self.touched[index]}
        end = max(members)
        found = (self._next(thing, last.get(thing, end), done) for thing in things)
        return min((each for each in found if each is not None), default=None)

    def _next(self, thing: sense.Thing, last: int, done: Set[int]) -> int | None:
        indexes = self.things.get(thing, [])
        following = islice(indexes, bisect_left(indexes, last + 1), None)
        return next((index for index in following if index not in done), None)
