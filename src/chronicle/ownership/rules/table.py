"""The rules of law: since when each is in force, what it asks, and where its wording stands."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Final, Protocol

from attrs import frozen

from chronicle.errors import absent_of_few
from chronicle.ownership.control import Threshold
from chronicle.ownership.rules.beneficial import DomesticExempt, OwnersByProduct, OwnersThroughControl
from chronicle.ownership.rules.facts import RuleQuestion
from chronicle.ownership.rules.sanctions import OwnedByListed
from chronicle.ownership.rules.significant import SignificantControl
from chronicle.ownership.rules.verdicts import Verdict

_HALF_REACHED: Final = Threshold(Fraction(1, 2), reached=True)
_OVER_HALF: Final = Threshold(Fraction(1, 2))
_QUARTER_REACHED: Final = Threshold(Fraction(1, 4), reached=True)
_OVER_QUARTER: Final = Threshold(Fraction(1, 4))


class RuleTest(Protocol):
    """What a version of a rule asks."""

    def verdicts(self, question: RuleQuestion) -> tuple[Verdict, ...]:
        """At least one: of each person, or of the listed who are counted together."""
        ...


@frozen
class RuleVersion:
    """A rule as it stands from the day ``since`` to the day ``until``, both included; None: still in force.

    ``says`` is what it asks in plain words, ``source`` the title of the text that has its wording.
    """

    since: datetime.date
    until: datetime.date | None
    says: str
    source: str
    test: RuleTest


@frozen
class RuleOfLaw:
    """A rule by its ``name``, with its ``versions``, the oldest first.

    ``of_sanctions`` says that it asks about listed persons; else it asks who the beneficial owners are.
    ``asks_who_acts_together`` says that it adds up what those hold who act in concert, and only that.
    """

    name: str
    title: str
    of_sanctions: bool
    versions: tuple[RuleVersion, ...]
    asks_who_acts_together: bool = False

    def on(self, day: datetime.date) -> RuleVersion | None:
        """The version that is in force on a day; None for a day before the first one that is known here."""
        in_force = [version for version in self.versions if version.since <= day]
        return in_force[-1] if in_force else None


RULES: Final = (
    RuleOfLaw(
        "us-ofac-50",
        "50 percent rule of the Office of Foreign Assets Control of the United States",
        True,
        (
            RuleVersion(
                datetime.date(2008, 2, 14),
                datetime.date(2014, 8, 12),
                "one listed person owns at least 50 %, directly or through companies that count as listed",
                "OFAC, Guidance on Entities Owned by Persons Whose Property and Interests in Property"
                " Are Blocked (14 February 2008)",
                OwnedByListed(_HALF_REACHED, together=False, by_control=False),
            ),
            RuleVersion(
                datetime.date(2014, 8, 13),
                None,
                "listed persons together own at least 50 %, directly or through companies that count as"
                " listed",
                "OFAC, Revised Guidance on Entities Owned by Persons Whose Property and Interests in"
                " Property Are Blocked (13 August 2014), 79 FR 47726; FAQ 398 to 402",
                OwnedByListed(_HALF_REACHED, together=True, by_control=False),
            ),
        ),
    ),
    RuleOfLaw(
        "eu-sanctions",
        "Ownership and control in restrictive measures of the European Union",
        True,
        (
            RuleVersion(
                datetime.date(2013, 4, 30),
                datetime.date(2022, 4, 7),
                "a listed person owns more than 50 %, or controls it; of several together it is not said",
                "Council of the European Union, document 9068/13; EU Best Practices for the effective"
                " implementation of restrictive measures",
                OwnedByListed(_OVER_HALF, together=None, by_control=True),
            ),
            RuleVersion(
                datetime.date(2022, 4, 8),
                datetime.date(2024, 7, 2),
                "listed persons together own more than 50 %, or control it",
                "European Commission, FAQ on asset freeze and the prohibition to make funds and economic"
                " resources available, question 8 (8 April 2022)",
                OwnedByListed(_OVER_HALF, together=True, by_control=True),
            ),
            RuleVersion(
                datetime.date(2024, 7, 3),
                None,
                "listed persons together own at least 50 %, or control it",
                "Council of the European Union, Update of the EU Best Practices for the effective"
                " implementation of restrictive measures (3 July 2024)",
                OwnedByListed(_HALF_REACHED, together=True, by_control=True),
            ),
        ),
    ),
    RuleOfLaw(
        "uk-ofsi",
        "Ownership and control in financial sanctions of the United Kingdom",
        True,
        (
            RuleVersion(
                datetime.date(2020, 12, 31),
                None,
                "one listed person, or several who act together, own more than 50 %, or control it",
                "OFSI, UK financial sanctions general guidance, chapter on ownership and control; for one"
                " regime regulation 7 of S.I. 2019/855",
                OwnedByListed(_OVER_HALF, together=False, by_control=True),
            ),
        ),
        asks_who_acts_together=True,
    ),
    RuleOfLaw(
        "eu-aml",
        "Beneficial owners by the law of the European Union against money laundering",
        False,
        (
            RuleVersion(
                datetime.date(2017, 6, 26),
                datetime.date(2027, 7, 9),
                "a person holds more than 25 %, directly or through companies under the person's control,"
                " or has control",
                "Directive (EU) 2015/849, Article 3 point 6, as amended by Directive (EU) 2018/843",
                OwnersThroughControl(_OVER_QUARTER),
            ),
            RuleVersion(
                datetime.date(2027, 7, 10),
                None,
                "a person has at least 25 %, multiplied along chains and added up, or has control, or both"
                " by turns",
                "Regulation (EU) 2024/1624, Articles 51 to 54",
                OwnersByProduct(_QUARTER_REACHED, mixed=True),
            ),
        ),
    ),
    RuleOfLaw(
        "uk-psc",
        "People with significant control over a company of the United Kingdom",
        False,
        (
            RuleVersion(
                datetime.date(2016, 4, 6),
                None,
                "a person holds more than 25 % of shares or votes, directly or through a chain of majority"
                " stakes that no relevant legal entity interrupts, or has control",
                "Companies Act 2006, section 790C and Schedule 1A",
                SignificantControl(_OVER_QUARTER),
            ),
        ),
    ),
    RuleOfLaw(
        "us-cta",
        "Beneficial owners by the Corporate Transparency Act of the United States",
        False,
        (
            RuleVersion(
                datetime.date(2024, 1, 1),
                datetime.date(2025, 3, 25),
                "a person has at least 25 %, multiplied along chains and added up, or substantial control",
                "31 CFR 1010.380(d)",
                OwnersByProduct(_QUARTER_REACHED, mixed=False),
            ),
            RuleVersion(
                datetime.date(2025, 3, 26),
                None,
                "a person has at least 25 %, multiplied along chains and added up, or substantial control; a"
                " company formed in the United States is exempt",
                "31 CFR 1010.380(d) as amended by the interim final rule of 26 March 2025, 90 FR 13688",
                DomesticExempt(OwnersByProduct(_QUARTER_REACHED, mixed=False), "US"),
            ),
        ),
    ),
)
"""Every rule that can be asked by, each with the dates since which it is in force."""


def rule_named(name: str) -> RuleOfLaw:
    """The rule with this name. Raises ``NotFound`` (C611), naming the nearest, or all."""
    for rule in RULES:
        if rule.name == name:
            return rule
    raise absent_of_few("C611", "rule", name, [rule.name for rule in RULES])
