"""The faults of form of a statement, and which of them refuse it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chronicle.errors import shown
from chronicle.interop.bods.rules import DETAILS, STATEMENT, BrokenRule, faults

# A statement is refused when one of these is missing or wrong: no event can be made without it.
_ESSENTIAL = ("statementId", "recordId", "recordType", "recordDetails", "statementDate")
_ESSENTIAL_ENDS = ("subject", "interestedParty")


def faults_of(value: Any) -> Iterator[BrokenRule]:
    """Every break of the rules of form in a statement of 0.4."""
    if not isinstance(value, dict):
        yield BrokenRule("", "type", f"statement is not an object: {shown(value)}")
        return
    for fault in faults(value, STATEMENT, "statement"):
        yield BrokenRule(fault.path, fault.rule, fault.message.replace("statement.", "", 1))
    rule = DETAILS.get(str(value.get("recordType")))
    if rule is not None and isinstance(value.get("recordDetails"), dict):
        yield from faults(value["recordDetails"], rule, "recordDetails")


def is_essential(fault: BrokenRule) -> bool:
    """Whether a statement with this fault is refused. An id of a wrong length can still be used."""
    if fault.rule in ("minLength", "maxLength"):
        return False
    if fault.rule == "required":
        missing = fault.message.rpartition(" ")[2]
        wanted = _ESSENTIAL if fault.path == "statement" else _ESSENTIAL_ENDS
        return fault.path in ("statement", "recordDetails") and missing in wanted
    if fault.path in ("recordDetails.subject", "recordDetails.interestedParty"):
        return fault.rule == "oneOf"
    return fault.path in ("", *(f"statement.{name}" for name in _ESSENTIAL))
