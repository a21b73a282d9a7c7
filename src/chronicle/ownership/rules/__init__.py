"""Rules of law about ownership, each with the dates since which it is in force: ``ruling`` asks by one.

What each of them asks here, and what it leaves out, is in ``docs/rules.md``.
"""

from __future__ import annotations

from chronicle.ownership.rules.asking import ONLY_AS_RECORDED, Ruling, ruling
from chronicle.ownership.rules.facts import OwnershipFacts
from chronicle.ownership.rules.table import RULES, RuleOfLaw, RuleVersion, rule_named
from chronicle.ownership.rules.verdicts import RuleAnswer, Verdict

__all__ = [
    "ONLY_AS_RECORDED",
    "RULES",
    "OwnershipFacts",
    "RuleAnswer",
    "RuleOfLaw",
    "RuleVersion",
    "Ruling",
    "Verdict",
    "rule_named",
    "ruling",
]
