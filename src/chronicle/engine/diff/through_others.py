"""What changed between two states in what is owned and controlled through others, and by which events.

A stake in one company moves what its holders have of every company below it. Changes of a holding itself
are in ``diff``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from attrs import frozen

from chronicle.engine.state import State
from chronicle.ownership import Controlled, LookThrough, TooManyTogether, Unbounded, strong_components
from chronicle.values import Share

How = Literal["began", "ended", "changed", "surer", "less sure"]
Pair = tuple[str, str]

MOST: Final = 2_000
"""How many pairs of entities are compared; beyond it the answer says that it is not complete."""

_MOST_TOPS: Final = 300  # how many groups of control are compared
_MEMBERS: Final = 200_000  # about as many members of groups are looked at in all
_WORK: Final = 30_000  # about as many companies are looked at in all, those of a loop as often as it takes


@frozen
class EffectiveShareChanged:
    """What ``holder`` has of ``target`` at last, through others, is not what it was.

    ``before`` and ``after`` are None for nothing. ``events`` are the ids of those that made the difference.
    """

    holder: str
    target: str
    before: Share | None
    after: Share | None
    events: tuple[str, ...]

    @property
    def how(self) -> How:
        """Whether it began, ended, changed, or only became more or less certain."""
        both = self.before is not None and self.after is not None
        return "changed" if both and self.before != self.after else _how(self.before, self.after)


@frozen
class GroupChanged:
    """Whether ``top`` controls ``entity``, through others or not, is not what it was.

    ``before`` and ``after`` are None where it does not. ``events`` are as above.
    """

    top: str
    entity: str
    before: Controlled | None
    after: Controlled | None
    events: tuple[str, ...]

    @property
    def how(self) -> How:
        """Whether control began, ended, or became more or less certain."""
        return _how(self.before, self.after)


def _how(before: Share | Controlled | None, after: Share | Controlled | None) -> How:
    """How two sides differ that do not differ in their values."""
    if before is None:
        return "began"
    if after is None:
        return "ended"
    return "surer" if after.certain else "less sure"


class ThroughOthers(NamedTuple):
    """What changed in effective shares and in control, and whether that is all."""

    shares: tuple[EffectiveShareChanged, ...]
    control: tuple[GroupChanged, ...]
    complete: bool


def changed_through_others(
    before: State, after: State, changed: Mapping[Pair, Sequence[str]], entity: str | None = None
) -> ThroughOthers:
    """What changed through others where the ties ``changed``, from a holder to a target, did.

    ``changed`` has the ids of the events that changed each. ``entity`` (an id) keeps what names it.
    """
    compared = _Compared(before, after, changed)
    below = compared.below(dict.fromkeys(target for _, target in changed))
    pairs, complete = compared.pairs(below, entity)
    tops = compared.who_may_control(dict.fromkeys(each for tie in changed for each in tie))
    if entity is not None:
        concerned = {entity, *compared.who_may_control([entity])}
        tops = [top for top in tops if top in concerned]
    shares = (compared.share(*pair) for pair in pairs)
    control, all_groups = compared.groups(tops)
    return ThroughOthers(
        tuple(sorted((each for each in shares if each), key=lambda each: (each.target, each.holder))),
        tuple(
            sorted(
                (each for each in control if entity in (None, each.top, each.entity)),
                key=lambda each: (each.entity, each.top),
            )
        ),
        complete and all_groups,
    )


class _Compared(NamedTuple):
    """Two states, and the ties that are not the same in both."""

    first: State
    second: State
    changed: Mapping[Pair, Sequence[str]]

    def below(self, targets: Iterable[str]) -> list[str]:
        """Some companies and all below them, on either side."""
        sides = [state.graph_of("equity").below(targets) for state in (self.first, self.second)]
        return list(dict.fromkeys(company for side in sides for company in side))

    def above(self, targets: Iterable[str]) -> list[str]:
        """Some companies and all above them, on either side."""
        sides = [state.graph_of("equity").above(targets) for state in (self.first, self.second)]
        return list(dict.fromkeys(company for side in sides for company in side))

    def who_may_control(self, targets: Iterable[str]) -> list[str]:
        """Some entities and all above them, on either side, by whatever may give control."""
        found = dict.fromkeys(targets)
        waiting = list(found)
        for entity in waiting:  # it grows while it is read
            for above in self._right_above(entity):
                if above not in found:
                    found[above] = None
                    waiting.append(above)
        return waiting

    def _right_above(self, entity: str) -> Iterator[str]:
        for state in (self.first, self.second):
            for right in ("equity", "votes"):
                yield from (edge.holder for edge in state.graph_of(right).holders(entity))
            yield from (grant.controller for grant in state.grants_over(entity))

    def pairs(self, targets: Iterable[str], entity: str | None) -> tuple[list[Pair], bool]:
        """Who stands above which of ``targets``, as far as there are few, and whether that is all.

        What takes long is left out: targets above which very many hang together, and what follows when enough
        was looked at.
        """
        found: list[Pair] = []
        complete, work = True, _WORK
        for target in targets:
            if work <= 0:
                return found, False
            above = self.above([target])
            work -= len(above) // 2
            holders = [holder for holder in above if holder != target and entity in (None, holder, target)]
            if entity is not None and entity != target and entity not in above:
                continue
            cost = len(holders) * len(above)
            if cost <= work:
                cost += len(holders) * self._largest_loop(above) ** 3 // 10
            if cost > work or len(found) + len(holders) > MOST:
                complete = False
                continue
            work -= cost
            found += [(holder, target) for holder in holders]
        return found, complete

    def _largest_loop(self, companies: Collection[str]) -> int:
        """How many of some companies hang together in one loop at most, on either side."""
        inside = frozenset(companies)
        graphs = [state.graph_of("equity") for state in (self.first, self.second)]

        def holders(company: str) -> Iterator[str]:
            return (
                edge.holder for graph in graphs for edge in graph.holders(company) if edge.holder in inside
            )

        return max(map(len, strong_components(companies, holders)), default=0)

    def share(self, holder: str, target: str) -> EffectiveShareChanged | None:
        """How an effective share changed; None if it did not, or if it is a plain holding on both sides."""
        sides = [LookThrough(state.graph_of("equity"), holder, target) for state in (self.first, self.second)]
        try:
            shares = [None if side.share.is_nothing else side.share for side in sides]
        except (Unbounded, TooManyTogether):
            return None
        edges = [edge for side in sides for edge in side.edges]
        if all(edge.holder == holder and edge.target == target for edge in edges):
            return None
        one, two = shares
        if one == two and (one is None or two is None or one.certain == two.certain):
            return None
        events = self._events((edge.holder, edge.target) for edge in edges)
        return EffectiveShareChanged(
            holder, target, one, two, events or self._events_at({edge.target for edge in edges})
        )

    def groups(self, tops: Sequence[str]) -> tuple[list[GroupChanged], bool]:
        """How the groups of some tops changed, as far as few are in them, and whether that is all."""
        found, room = list[GroupChanged](), _MEMBERS
        for number, top in enumerate(tops):
            if number == _MOST_TOPS or room <= 0:
                return found, False
            groups = [self._group(top, state) for state in (self.first, self.second)]
            room -= sum(map(len, groups))
            found += self._changed(top, groups)
        return found, True

    def _group(self, top: str, state: State) -> Mapping[str, Controlled]:
        return {member.entity: member for member in state.control_graph().group([top])}

    def _changed(self, top: str, groups: Sequence[Mapping[str, Controlled]]) -> Iterator[GroupChanged]:
        for entity in dict.fromkeys((*groups[0], *groups[1])):
            one, two = groups[0].get(entity), groups[1].get(entity)
            if one is None or two is None or one.certain != two.certain:
                ties = [tie for group in groups for tie in _ties(entity, top, group)]
                events = self._events(ties) or self._events_on_all_ways(entity, groups)
                yield GroupChanged(top, entity, one, two, events)

    def _events(self, ties: Iterable[Pair]) -> tuple[str, ...]:
        """Ids of the events that changed some ties."""
        return tuple(dict.fromkeys(event for tie in ties for event in self.changed.get(tie, ())))

    def _events_on_all_ways(self, entity: str, groups: Iterable[Mapping[str, Controlled]]) -> tuple[str, ...]:
        """Ids of the events that changed a tie to an entity, or to any member through which it is one."""
        on_the_way = dict.fromkeys(
            each for group in groups for each in (entity, *_members_above(entity, group))
        )
        return self._events_at(on_the_way)

    def _events_at(self, targets: Collection[str]) -> tuple[str, ...]:
        """Ids of the events that changed any tie to some companies: what others have limits a range."""
        return self._events(tie for tie in self.changed if tie[1] in targets)


def _members_above(entity: str, group: Mapping[str, Controlled]) -> list[str]:
    """The members of a group who hold or control an entity, and those above them."""
    found: dict[str, None] = {entity: None}
    waiting = [entity]
    for each in waiting:  # it grows while it is read
        if each in group:
            above = [edge.holder for edge in group[each].edges]
            above += [grant.controller for grant in group[each].grants]
            waiting += [other for other in dict.fromkeys(above) if other not in found]
            found |= dict.fromkeys(above)
    return waiting


def _ties(entity: str, top: str, group: Mapping[str, Controlled]) -> Iterator[Pair]:
    """The ties of all members to an entity, and to each above it up to the top."""
    while entity != top and entity in group:
        member = group[entity]
        yield from ((edge.holder, edge.target) for edge in member.edges)
        yield from ((grant.controller, grant.target) for grant in member.grants)
        entity = member.through
