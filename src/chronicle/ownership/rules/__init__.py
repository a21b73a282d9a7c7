"""Rules of law about ownership, each with the dates since which it is in force: ``ruling`` asks by one.

What each of them asks here, and what it leaves out, is in ``docs/rules.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chronicle.errors.exports import exported

if TYPE_CHECKING:
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

__getattr__ = exported(
    __name__,
    {
        "asking": ("ONLY_AS_RECORDED", "Ruling", "ruling"),
        "facts": ("OwnershipFacts",),
        "table": ("RULES", "RuleOfLaw", "RuleVersion", "rule_named"),
        "verdicts": ("RuleAnswer", "Verdict"),
    },
)
