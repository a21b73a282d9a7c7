"""Who is owned or controlled from a top, by one measure or several, and how that is said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from attrs import define

from chronicle.ownership.control import ControlGraph, Controlled, Threshold, held_together
from chronicle.ownership.graph import Edge, Graph
from chronicle.ownership.rules.facts import OwnershipFacts
from chronicle.ownership.rules.verdicts import NO, OPEN, YES, Answer3
from chronicle.values import Share

_SHOWN: Final = 3  # steps at either end of a way

Members = Mapping[str, Controlled]
"""Who joined a group, by id, each after those through whom it joined."""


class Measure(NamedTuple):
    """One way to join a group: to be held by its members together for so much, or what is granted."""

    graph: ControlGraph
    threshold: Threshold


@define(eq=False, slots=False)
class RuleGroup:
    """All that belongs to ``tops`` by any of ``measures``; who belongs to them counts with what it holds."""

    facts: OwnershipFacts
    tops: tuple[str, ...]
    measures: tuple[Measure, ...]

    @cached_property
    def sure(self) -> Members:
        """Who belongs to them whatever the shares are."""
        return self._grown(certain=True)

    @cached_property
    def maybe(self) -> Members:
        """Who belongs to them by something that the shares can be."""
        return self._grown(certain=False)

    def holds(self, target: str) -> Answer3:
        """Whether ``target`` belongs to them."""
        if target in self.tops or target in self.sure:
            return YES
        return OPEN if target in self.maybe else NO

    def way(self, target: str) -> tuple[Controlled, ...]:
        """Those through whom ``target`` belongs to them, the nearest to a top first, itself last.

        It goes by who certainly belongs to them, where the target does. It is empty where it may not.
        """
        members = self.sure if target in self.sure else self.maybe
        way: list[Controlled] = []
        while target in members:
            way.append(members[target])
            target = members[target].through
        return tuple(reversed(way))

    def counted(self, graph: Graph, target: str) -> Share:
        """What they and all that belongs to them hold of ``target`` together."""
        return held_together(
            graph.holders(target),
            _but({*self.tops, *self.sure}, target),
            _but({*self.tops, *self.maybe}, target),
        )

    def steps(self, target: str) -> str:
        """In words how ``target`` belongs to them, and what leaves it open."""
        way = self.way(target)
        said = [_step(self.facts, each) for each in _ends(way)]
        if len(way) > len(said):
            said.insert(_SHOWN, f"and so on through {len(way) - len(said)} more")
        if target not in self.sure:
            said += [self._open(each) for each in way if each.entity not in self.sure][:1]
        return "; ".join(said)

    def _grown(self, certain: bool) -> Members:
        found: dict[str, Controlled] = {}
        size = -1
        while len(found) > size:  # who joined by one measure may bring others by another
            size = len(found)
            for measure in self.measures:
                for each in measure.graph.group((*self.tops, *found), measure.threshold):
                    if each.certain or not certain:
                        found.setdefault(each.entity, each)
        return found

    def _open(self, each: Controlled) -> str:
        doubts = [*_doubts(self.facts, each.edges)]
        doubts += [
            f"{self.facts.name_of(grant.controller)} has control of {self.facts.name_of(grant.target)}"
            for grant in each.grants
            if not grant.certain
        ]
        if doubts:
            return f"it is only possible that {' and that '.join(doubts)}"
        share = self.counted(self.measures[0].graph.graph, each.entity)
        thresholds = " or ".join(dict.fromkeys(str(measure.threshold) for measure in self.measures))
        return f"whether {said_part(share, self.facts.name_of(each.entity))} is {thresholds} is open"


def _ends(way: Sequence[Controlled]) -> Sequence[Controlled]:
    """A way, of which the middle is left out where it is long."""
    return way if len(way) <= 2 * _SHOWN else (*way[:_SHOWN], *way[-_SHOWN:])


def _but(members: Collection[str], target: str) -> Collection[str]:
    """Members without the target: what a company holds of itself makes it nobody's."""
    return {member for member in members if member != target}


def _step(facts: OwnershipFacts, each: Controlled) -> str:
    """How one company joined."""
    target = facts.name_of(each.entity)
    holders = list(dict.fromkeys(edge.holder for edge in each.edges if edge.holder != each.entity))
    said = []
    if holders:
        together = " together" if len(holders) > 1 else ""
        verb = "hold" if len(holders) > 1 else "holds"
        said.append(f"{facts.names(holders)}{together} {verb} {said_part(each.share, target)}")
    for grant in each.grants:
        said.append(f"{facts.name_of(grant.controller)} has control of {target} ({grant.basis})")
    return " and ".join(said)


def _doubts(facts: OwnershipFacts, edges: Iterable[Edge]) -> Iterator[str]:
    for edge in edges:
        if not edge.certain and not edge.out_of_date:
            yield f"{facts.name_of(edge.holder)} holds any of {facts.name_of(edge.target)}"


def doubtful(facts: OwnershipFacts, edges: Sequence[Edge]) -> str:
    """That some of the holdings are only possible, in words; empty where none is."""
    doubts = list(dict.fromkeys(_doubts(facts, edges)))
    return f"it is only possible that {' and that '.join(doubts[:2])}" if doubts else ""


def said_part(share: Share, whole: str) -> str:
    """A share of something, in a sentence."""
    return f"a share of {whole} that is not known" if share.is_unknown else f"{share} of {whole}"
