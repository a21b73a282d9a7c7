"""Rules of beneficial owners: which natural persons own or control a company at last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from attrs import evolve, frozen

from chronicle.ownership.bounds import bounds
from chronicle.ownership.chains import Chain
from chronicle.ownership.control import Threshold
from chronicle.ownership.graph import Graph
from chronicle.ownership.majority import MAJORITY
from chronicle.ownership.rules.facts import OwnershipFacts, RuleQuestion
from chronicle.ownership.rules.groups import Measure, RuleGroup, doubtful, said_part
from chronicle.ownership.rules.verdicts import NO, OPEN, YES, Answer3, Verdict, judged, strongest
from chronicle.ownership.shares import LookThrough
from chronicle.ownership.solve import Unbounded
from chronicle.values import WHOLE

Ways = Callable[[RuleQuestion, str], Iterator[Verdict]]
"""The ways in which a person may meet a rule, each with its answer."""

_CHAINS = 20  # as many are listed with an answer


def asked_of_persons(question: RuleQuestion, ways: Ways) -> tuple[Verdict, ...]:
    """One verdict for each person who may own or control some of the target.

    Who is held by nobody known, and may be a person or have persons behind it, is asked about as if it were
    one: where it may meet the rule, the answer is that it cannot be told.
    """
    facts, target = question.facts, question.target
    if facts.type_of(target) == "person":
        return (Verdict((), NO, f"{facts.name_of(target)} is a person, whom nobody owns"),)
    if not question.above:
        return (Verdict((), OPEN, f"nobody is known to hold any of {facts.name_of(target)}"),)
    found = [strongest(ways(question, person)) for person in question.persons]
    ends = [strongest(ways(question, end)) for end in question.ends]
    for verdict in ends:
        if verdict.answer != NO:
            found.append(verdict.open_because(_behind(facts, *verdict.holders)))
    nobody = Verdict((), NO, f"no person is known above {facts.name_of(target)}")
    return tuple(found) or tuple(ends) or (nobody,)


def _behind(facts: OwnershipFacts, end: str) -> str:
    name = facts.name_of(end)
    if facts.type_of(end) is None:
        return f"the type of {name} is not known, so that it may be a person or have persons behind it"
    return f"nobody is known behind {name}"


@frozen
class OwnersThroughControl:
    """More of the target than a threshold, held by a person and by companies that the person controls.

    What they hold is added together. A person who controls the target meets the rule as well.
    """

    ownership: Threshold

    def verdicts(self, question: RuleQuestion) -> tuple[Verdict, ...]:
        """One for each person."""
        return asked_of_persons(question, self._ways)

    def _ways(self, question: RuleQuestion, person: str) -> Iterator[Verdict]:
        yield from held_by_controlled(question, person, self.ownership)
        yield in_control(question, person)


@frozen
class OwnersByProduct:
    """So much of the target at last: shares multiplied along each chain, and the chains added up.

    A person who controls the target meets the rule as well. With ``mixed`` so does one who controls companies
    that hold so much of it directly, and one who owns so much of a company that controls it.
    """

    ownership: Threshold
    mixed: bool

    def verdicts(self, question: RuleQuestion) -> tuple[Verdict, ...]:
        """One for each person."""
        controlling = cache(lambda company: in_control(question, company))

        def ways(question: RuleQuestion, person: str) -> Iterator[Verdict]:
            facts = question.facts
            for graph in question.graphs:
                yield multiplied(facts, graph, person, question.target, self.ownership)
            yield in_control(question, person)
            if self.mixed:
                yield from held_by_controlled(question, person, self.ownership)
                for graph in question.graphs:
                    for company in self._owned(question, graph, person):
                        owned = multiplied(facts, graph, person, company, self.ownership)
                        yield _owner_of_controller(owned, controlling(company))

        return asked_of_persons(question, ways)

    def _owned(self, question: RuleQuestion, graph: Graph, person: str) -> Iterator[str]:
        """The companies above the target of which a person may have enough."""
        above = graph.above(question.above, [person])
        try:
            most = bounds(above, [person]).high
        except Unbounded:  # then it is left to each of them to say so
            most = dict.fromkeys(question.above, WHOLE)
        for company in question.above:
            another = company != person and question.facts.type_of(company) != "person"
            if another and self.ownership.may_be_met(most[company], False):
                yield company


@frozen
class DomesticExempt:
    """As ``within`` says, except that a company of one country is exempt."""

    within: OwnersByProduct
    country: str

    def verdicts(self, question: RuleQuestion) -> tuple[Verdict, ...]:
        """One for each person; a single no where the target is exempt."""
        facts, target = question.facts, question.target
        country, name = facts.country_of(target), facts.name_of(target)
        if country == self.country:
            return (Verdict((), NO, f"{name} was formed in {self.country}, and such a company is exempt"),)
        found = self.within.verdicts(question)
        if country is not None:
            return found
        why = f"it is not known in which country {name} was formed"
        return tuple(each if each.answer == NO else each.open_because(why) for each in found)


def multiplied(
    facts: OwnershipFacts, graph: Graph, person: str, target: str, threshold: Threshold
) -> Verdict:
    """Whether what reaches a person at last of a target meets the threshold."""
    look = LookThrough(graph, person, target)
    who, what = facts.name_of(person), facts.name_of(target)
    try:
        share = look.share
    except Unbounded as unbounded:
        members = facts.names(unbounded.members)
        return Verdict(
            (person,), OPEN, f"no finite share exists, as too much is held of each other by {members}"
        )
    answer = judged(share, threshold)
    chains = look.chains(_CHAINS)[0]
    reason = f"at last {who} has {said_part(share, what)}"
    if any(len(chain.edges) > 1 for chain in chains):
        reason += " (shares multiplied along chains, chains added up)"
    if answer == OPEN:
        doubt = doubtful(facts, look.edges)
        reason += f", and whether that is {threshold} is open" + (f": {doubt}" if doubt else "")
    elif answer == NO:
        reason += f", and {threshold} is needed"
    return Verdict((person,), answer, reason, share, chains)


def controlled_by(facts: OwnershipFacts, top: str) -> RuleGroup:
    """Everyone controlled by one: by more than half of the votes, or in law or in fact."""
    return RuleGroup(facts, (top,), (Measure(facts.control, Threshold(MAJORITY)),))


def in_control(question: RuleQuestion, person: str) -> Verdict:
    """Whether a person controls the target."""
    facts, target = question.facts, question.target
    group = controlled_by(facts, person)
    answer = group.holds(target)
    share = group.counted(facts.control.graph, target)
    if answer == NO:
        return Verdict(
            (person,), NO, f"{facts.name_of(person)} has no control of {facts.name_of(target)}", share
        )
    controls = "may control" if answer == OPEN else "controls"
    reason = f"{facts.name_of(person)} {controls} {facts.name_of(target)}: {group.steps(target)}"
    return Verdict((person,), answer, reason, share, group=group.way(target))


def held_by_controlled(question: RuleQuestion, person: str, threshold: Threshold) -> Iterator[Verdict]:
    """Whether a person and the companies that the person controls hold enough of the target together."""
    facts, target = question.facts, question.target
    group = controlled_by(facts, person)
    for graph in question.graphs:
        share = group.counted(graph, target)
        answer = judged(share, threshold)
        edges = [edge for edge in graph.holders(target) if edge.holder in (person, *group.maybe)]
        holders = [edge.holder for edge in edges if edge.holder != target]
        through = [each for holder in holders for each in group.way(holder)]
        who = facts.name_of(person)
        if any(holder != person for holder in holders):
            who += ", with companies under the same control,"
        reason = f"{who} holds {said_part(share, facts.name_of(target))}"
        if answer == OPEN:
            doubt = doubtful(facts, [*edges, *(edge for each in through for edge in each.edges)])
            reason += f", and whether that is {threshold} is open" + (f": {doubt}" if doubt else "")
        elif answer == NO:
            reason += f", and {threshold} is needed"
        chains = tuple(Chain((edge,)) for edge in edges)
        yield Verdict((person,), answer, reason, share, chains, tuple(dict.fromkeys(through)))


def _owner_of_controller(owned: Verdict, controls: Verdict) -> Verdict:
    """Whether a person owns enough of a company, and this controls the target."""
    answer = _both(controls.answer, owned.answer)
    return evolve(owned, answer=answer, reason=f"{owned.reason}; {controls.reason}", group=controls.group)


def _both(one: Answer3, other: Answer3) -> Answer3:
    """The answer where two things must be so."""
    if NO in (one, other):
        return NO
    return OPEN if OPEN in (one, other) else YES
