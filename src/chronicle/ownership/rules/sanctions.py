"""Rules of sanctions: whether a company counts as listed because of who owns or controls it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from chronicle.ownership.control import ControlGraph, Threshold
from chronicle.ownership.rules.facts import RuleQuestion
from chronicle.ownership.rules.groups import Measure, RuleGroup, said_part
from chronicle.ownership.rules.verdicts import NO, YES, Verdict

_NOT_SAID: Final = "no text of that day says whether what several listed persons hold is added together"


@frozen
class OwnedByListed:
    """The target belongs to the listed for so much, and who belongs to them counts as listed as well.

    ``together`` says whether what several listed persons hold is added together; else only that of those who
    act together is. None says that no text of the time says it: what is met only by all of them together
    cannot be told then. With ``by_control`` those whom they control count like those whom they own.
    """

    ownership: Threshold
    together: bool | None
    by_control: bool

    def verdicts(self, question: RuleQuestion) -> tuple[Verdict, ...]:
        """One for each listed person, or for those who are counted together."""
        if question.target in question.listed:
            name = question.facts.name_of(question.target)
            return (Verdict((question.target,), YES, f"{name} is listed itself"),)
        near = tuple(person for person in question.listed if person in question.above)
        found = [self._verdict(question, tops) for tops in self._tops(question, near)]
        if self.together is None and len(near) > 1:
            every = self._verdict(question, near)
            found.append(every.open_because(_NOT_SAID) if every.answer == YES else every)
        return tuple(found) or (Verdict((), NO, self._nothing(question)),)

    def _tops(self, question: RuleQuestion, near: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if self.together:
            yield from (near,) if near else ()
            return
        acting = tuple(person for person in near if person in question.acting_together)
        yield from ((person,) for person in near if person not in acting)
        yield from (acting,) if acting else ()

    def _verdict(self, question: RuleQuestion, tops: tuple[str, ...]) -> Verdict:
        facts, target = question.facts, question.target
        measures = [Measure(ControlGraph(facts.equity), self.ownership)]
        if self.by_control:
            measures.append(Measure(facts.control, Threshold()))
        group = RuleGroup(facts, tops, tuple(measures))
        share = group.counted(facts.equity, target)
        answer = group.holds(target)
        if answer == NO:
            return Verdict(tops, NO, self._too_little(question, tops, group), share)
        return Verdict(tops, answer, group.steps(target), share, group=group.way(target))

    def _too_little(self, question: RuleQuestion, tops: tuple[str, ...], group: RuleGroup) -> str:
        facts, target = question.facts, question.target
        share = group.counted(facts.equity, target)
        who = facts.names(tops)
        if group.maybe:
            who += f", with {facts.names(group.maybe)},"
        verb = "hold" if len(tops) > 1 else "holds"
        needed = f"{self.ownership} is needed"
        if self.by_control:
            needed += ", or control"
        return f"{who} {verb} {said_part(share, facts.name_of(target))}, and {needed}"

    def _nothing(self, question: RuleQuestion) -> str:
        return f"none of the listed holds or controls any of {question.facts.name_of(question.target)}"
