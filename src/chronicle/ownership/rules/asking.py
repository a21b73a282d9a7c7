"""Asking by a rule of law: the version of the day is applied, and the answer says what decides."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from fractions import Fraction
from typing import Final

from attrs import frozen

from chronicle.errors import Problem, UsageError
from chronicle.ownership.rules.facts import OwnershipFacts, RuleQuestion
from chronicle.ownership.rules.table import RuleOfLaw, RuleVersion, rule_named
from chronicle.ownership.rules.verdicts import UNKNOWN_THEN, RuleAnswer, Verdict, strongest
from chronicle.values import NOTHING

ONLY_AS_RECORDED: Final = "by ownership as recorded here; not legal advice"
"""With what every reason ends."""

_SAID = 3  # reasons that are said; the rest are counted


@frozen
class Ruling:
    """The answer by a ``rule`` about ``target`` on ``day``, by the ``version`` of it in force on that day.

    ``version`` is None where the day is before the first one known. ``reason`` says in words what decides.
    ``persons`` has a verdict for each person asked about; by a rule of sanctions one for each listed person,
    or for those who are counted together.
    """

    rule: RuleOfLaw
    version: RuleVersion | None
    target: str
    day: datetime.date
    answer: RuleAnswer
    reason: str
    persons: tuple[Verdict, ...] = ()

    @property
    def decided_by(self) -> Verdict | None:
        """The verdict that decides: with its chains or its group. None where no version is known."""
        return strongest(self.persons) if self.persons else None

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events behind the verdicts that are as the answer is."""
        alike = (each for each in self.persons if each.answer == self.answer)
        return tuple(dict.fromkeys(event for each in alike for event in each.events))


def ruling(
    rule_name: str,
    day: datetime.date,
    facts: OwnershipFacts,
    target: str,
    *,
    listed: Collection[str] = (),
    acting_together: Collection[str] = (),
) -> Ruling:
    """What a rule says of ``target`` on ``day``: whether it counts as listed, or who owns it beneficially.

    ``listed`` are the ids of the listed persons, which a rule of sanctions needs; ``acting_together`` those
    of them who act in concert. The version in force on the day applies. Raises ``NotFound`` (C611) for an
    unknown rule, ``UsageError`` (C619) where listed persons are missing or have no meaning.
    """
    rule = rule_named(rule_name)
    _refuse_misused(rule, listed, acting_together)
    version = rule.on(day)
    if version is None:
        began = rule.versions[0].since
        reason = f"{rule.name} is known here as it stands since {began}, and {day} is before that"
        return Ruling(rule, None, target, day, UNKNOWN_THEN, f"{reason}; {ONLY_AS_RECORDED}")
    question = RuleQuestion(facts, target, tuple(listed), tuple(acting_together))
    verdicts = version.test.verdicts(question)
    answer = strongest(verdicts).answer
    reason = f"{_reason(answer, verdicts)}; {ONLY_AS_RECORDED}"
    return Ruling(rule, version, target, day, answer, reason, verdicts)


def _reason(answer: RuleAnswer, verdicts: tuple[Verdict, ...]) -> str:
    alike = sorted((each for each in verdicts if each.answer == answer), key=_most, reverse=True)
    said = [verdict.reason for verdict in alike[:_SAID]]
    if len(alike) > _SAID:
        said.append(f"and of {len(alike) - _SAID} more the answer is the same")
    return "; ".join(said)


def _most(verdict: Verdict) -> Fraction:
    """What those of a verdict have at most: who has much comes first."""
    return NOTHING if verdict.share is None else verdict.share.order[2]


def _refuse_misused(rule: RuleOfLaw, listed: Collection[str], acting: Collection[str]) -> None:
    if rule.of_sanctions and not listed:
        _refuse(
            f"{rule.name} asks about listed persons, and none is given",
            "name who is listed, as in --listed ann,ben",
        )
    if not rule.of_sanctions and listed:
        _refuse(f"{rule.name} asks about no listed persons", "leave out listed persons")
    if acting and not rule.asks_who_acts_together:
        _refuse(f"{rule.name} does not ask who acts together", "leave that out")
    strange = sorted(set(acting) - set(listed))
    if strange:
        _refuse(f"not listed, but said to act together: {', '.join(strange)}", "give them as listed, too")


def _refuse(message: str, help: str) -> None:
    raise UsageError(Problem("C619", message, help=help))
