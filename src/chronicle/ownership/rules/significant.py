"""Significant control by the Companies Act 2006: chains of majority stakes, without multiplication."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

from attrs import define, frozen

from chronicle.ownership.chains import Chain
from chronicle.ownership.control import Grant, Threshold, held_together
from chronicle.ownership.graph import Edge, Graph
from chronicle.ownership.rules.beneficial import asked_of_persons
from chronicle.ownership.rules.facts import OwnershipFacts, RuleQuestion
from chronicle.ownership.rules.groups import doubtful, said_part
from chronicle.ownership.rules.verdicts import NO, OPEN, YES, Answer3, Verdict, judged, strongest
from chronicle.values import Share

_COUNTRY: Final = "GB"
_MAJORITY: Final = Threshold()


@frozen
class SignificantControl:
    """More than a threshold of shares or votes, held directly or through a chain of majority stakes.

    What several companies at the end of such chains hold is added together, and nothing is multiplied. Who
    holds only through relevant legal entities does not meet the rule: these stand in the register instead.
    """

    threshold: Threshold

    def verdicts(self, question: RuleQuestion) -> tuple[Verdict, ...]:
        """One for each person."""
        entities = {
            entity
            for entity in question.above
            if question.facts.type_of(entity) != "person" and _keeps_a_register(question.facts, entity)
        }
        stakes = {entity: self._stakes(question, entity) for entity in entities}
        certainly = frozenset(each for each, stake in stakes.items() if stake.significant == YES)
        maybe = frozenset(each for each, stake in stakes.items() if stake.significant != NO)

        def ways(question: RuleQuestion, person: str) -> Iterator[Verdict]:
            if person in certainly and question.facts.type_of(person) is not None:
                name = question.facts.name_of(person)
                yield Verdict(
                    (person,), NO, f"{name} stands in the register itself, for those who are behind it"
                )
            else:
                yield self._stakes(question, person).registrable(certainly, maybe)

        return asked_of_persons(question, ways)

    def _stakes(self, question: RuleQuestion, holder: str) -> _MajorityStakes:
        return _MajorityStakes(question, holder, self.threshold)


def _keeps_a_register(facts: OwnershipFacts, entity: str) -> bool:
    """Whether an entity is taken to be subject to its own disclosure: by its country, or on an exchange."""
    return facts.country_of(entity) == _COUNTRY or facts.on_exchange(entity)


@define(eq=False, slots=False)
class _MajorityStakes:
    """What one holder has of a target, itself and through chains of majority stakes."""

    question: RuleQuestion
    holder: str
    threshold: Threshold

    @property
    def facts(self) -> OwnershipFacts:
        """What is known of the day."""
        return self.question.facts

    @property
    def target(self) -> str:
        """The company that is asked about."""
        return self.question.target

    @cached_property
    def sure(self) -> dict[str, Chain | None]:
        """Who is held by a majority at each step whatever the shares are, and by which last steps."""
        return self._below(self._surely, frozenset())

    @cached_property
    def maybe(self) -> dict[str, Chain | None]:
        """Who is held so by something that the shares can be."""
        return self._below(self._possibly, frozenset())

    @property
    def significant(self) -> Answer3:
        """Whether the holder meets the conditions, wherever the chains lead through."""
        return self._significant.answer

    def registrable(self, certainly: frozenset[str], maybe: frozenset[str]) -> Verdict:
        """The verdict, where ``certainly`` and those besides in ``maybe`` are relevant legal entities."""
        verdict = self._significant
        between = [each for each in self.maybe if each in maybe and each != self.holder]
        if verdict.answer == NO or not between:
            return verdict
        others = frozenset({self.holder})
        if self._has_interest(self._below(self._surely, maybe - others), certain=True):
            return verdict
        names = self.facts.names(between)
        if self._has_interest(self._below(self._possibly, certainly - others), certain=False):
            return verdict.open_because(f"what is held through {names} may stand in the register as theirs")
        reason = f"the chain stops at {names}, in the register instead"
        return Verdict((self.holder,), NO, reason, verdict.share, verdict.chains)

    @cached_property
    def _significant(self) -> Verdict:
        return strongest([*self._granted(), *(self._held(graph) for graph in self.question.graphs)])

    def _held(self, graph: Graph) -> Verdict:
        edges = graph.holders(self.target)
        share = held_together(edges, {self.holder, *self.sure}, {self.holder, *self.maybe})
        answer = judged(share, self.threshold)
        last = [edge for edge in edges if edge.holder in (self.holder, *self.maybe)]
        chains = tuple(self._chain(edge) for edge in last)
        who = self.facts.name_of(self.holder)
        through = [edge.holder for edge in last if edge.holder != self.holder]
        if through:
            who += f", with a majority stake in {self.facts.names(through)} or down to it,"
        reason = f"{who} holds {said_part(share, self.facts.name_of(self.target))}"
        if answer == OPEN:
            doubt = doubtful(self.facts, [edge for chain in chains for edge in chain.edges])
            reason += f", and whether that is {self.threshold} is open" + (f": {doubt}" if doubt else "")
        elif answer == NO:
            reason += f", and {self.threshold} is needed"
        return Verdict((self.holder,), answer, reason, share, chains)

    def _granted(self) -> Iterator[Verdict]:
        for grant in self.facts.controllers(self.target):
            if grant.controller in (self.holder, *self.maybe):
                sure = grant.certain and grant.controller in (self.holder, *self.sure)
                who, what = self.facts.name_of(grant.controller), self.facts.name_of(self.target)
                said = "has" if sure else "may have"
                yield Verdict(
                    (self.holder,), YES if sure else OPEN, f"{who} {said} control of {what} ({grant.basis})"
                )

    def _chain(self, last: Edge) -> Chain:
        chain = self.maybe.get(last.holder)
        return Chain((*(chain.edges if chain else ()), last))

    def _has_interest(self, members: dict[str, Chain | None], certain: bool) -> bool:
        for member in (self.holder, *members):
            held = [
                edge
                for graph in self.question.graphs
                for edge in graph.held(member)
                if edge.target == self.target
            ]
            if any(edge.surely_positive or not certain for edge in held):
                return True
            if any(
                grant.controller == member and (grant.certain or not certain)
                for grant in self.facts.controllers(self.target)
            ):
                return True
        return False

    def _below(self, majority: Callable[[Edge], bool], without: frozenset[str]) -> dict[str, Chain | None]:
        """Everybody reached by majority stakes, with the chain that leads there; not through ``without``."""
        found: dict[str, Chain | None] = {}
        graph = self.facts.control.graph
        waiting: list[tuple[str, tuple[Edge, ...]]] = [(self.holder, ())]
        certain = majority == self._surely
        for holder, edges in waiting:  # it grows while it is read
            steps: list[tuple[str, tuple[Edge, ...]]] = [
                (edge.target, (*edges, edge)) for edge in graph.held(holder) if majority(edge)
            ]
            steps += [(grant.target, edges) for grant in self._grants(holder) if grant.certain or not certain]
            for company, way in steps:
                if (
                    company not in found
                    and company not in without
                    and company not in (self.holder, self.target)
                ):
                    found[company] = Chain(way) if way else None
                    waiting.append((company, way))
        return found

    def _grants(self, holder: str) -> tuple[Grant, ...]:
        return tuple(self.facts.control.granted(holder))

    def _surely(self, edge: Edge) -> bool:
        return _MAJORITY.surely_met(edge.low, edge.low_open)

    def _possibly(self, edge: Edge) -> bool:
        share = self._alone(edge)
        high, high_closed = share.order[2:]
        return _MAJORITY.may_be_met(high, not high_closed)

    def _alone(self, edge: Edge) -> Share:
        edges = self.facts.control.graph.holders(edge.target)
        return held_together(edges, (edge.holder,), (edge.holder,))
