"""Statements of BODS 0.1 to 0.3 converted to 0.4, so that all other code reads one form.

Before 0.4 statements referred to statements, and a newer one named those that it replaced. ``Records``
follows these chains and gives each statement the id of its record: that of the first statement of its chain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from chronicle.interop.bods import codes

_TYPES = MappingProxyType(
    {
        "entityStatement": "entity",
        "personStatement": "person",
        "ownershipOrControlStatement": "relationship",
    }
)

# Codes that were renamed. ``_modern_code`` converts those that only lost their hyphens.
_RENAMED = MappingProxyType(
    {
        "influenceOrControl": "otherInfluenceOrControl",
        "otherInfluenceOrControlOfTrust": "otherInfluenceOrControl",
        "settlorOfTrust": "settlor",
        "trusteeOfTrust": "trustee",
        "protectorOfTrust": "protector",
        "beneficiaryOfTrust": "beneficiaryOfLegalArrangement",
        "individual": "legal",
        "noNotifiableOwners": "subjectExemptFromDisclosure",
    }
)

# Fields that were renamed in 0.4.
_FIELDS = MappingProxyType({"incorporatedInJurisdiction": "jurisdiction", "pepStatus": "politicalExposure"})


def is_older(statement: Mapping[str, Any]) -> bool:
    """Whether a statement has the shape of 0.1 to 0.3."""
    return "recordDetails" not in statement and ("statementID" in statement or "statementType" in statement)


class Records:
    """The records of statements of 0.1 to 0.3. It keeps the ids of each statement and of its record.

    ``earlier`` gives the record of a statement that is not in the files, or None.
    """

    def __init__(self, earlier: Callable[[str], str | None] = lambda _: None) -> None:
        self._record_of: dict[str, str] = {}
        self._earlier = earlier

    def record_of(self, statement: Any) -> Any:
        """The record of a statement, given by its id: the first statement of its chain."""
        if not isinstance(statement, str):
            return statement
        return self._record_of.get(statement) or self._earlier(statement) or statement

    def modern(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """A statement of 0.1 to 0.3 as one of 0.4. What cannot be converted stays, for the rules to find."""
        identifier: Any = statement.get("statementID")
        replaced = [each for each in _listed(statement.get("replacesStatements")) if isinstance(each, str)]
        record: Any = self.record_of(replaced[0]) if replaced else identifier
        record_type = _TYPES.get(str(statement.get("statementType")), statement.get("statementType"))
        if isinstance(identifier, str):
            self._record_of[identifier] = record
        for other in replaced:
            self._record_of.setdefault(other, record)
        kept = {
            name: statement[name]
            for name in ("statementDate", "annotations", "publicationDetails", "source")
            if name in statement
        }
        details = self._details(statement, str(record_type))
        subject = details["subject"] if record_type == "relationship" else record
        return {
            "statementId": identifier,
            "declarationSubject": subject if isinstance(subject, str) else record,
            **kept,
            "recordId": record,
            "recordType": record_type,
            "recordStatus": "updated" if replaced else "new",
            "recordDetails": details,
        }

    def _details(self, statement: Mapping[str, Any], record_type: str) -> dict[str, Any]:
        details: dict[str, Any] = {"isComponent": False}
        for name, value in statement.items():
            details[_FIELDS.get(name, name)] = value
        for name in _ENVELOPE:
            details.pop(name, None)
        if record_type == "entity":
            details["entityType"] = _entity_type(statement)
            details.pop("entitySubtype", None)
        elif record_type == "person":
            details.setdefault("personType", "knownPerson")
            names = [_with_modern(name, "type") for name in _listed(details.get("names"))]
            details["names"] = names
        else:
            self._relate(details)
        return details

    def _relate(self, details: dict[str, Any]) -> None:
        for end in ("subject", "interestedParty"):
            party = details.get(end)
            if isinstance(party, Mapping):
                details[end] = self._party(party)
        details["interests"] = [_interest(each) for each in _listed(details.get("interests"))]
        components = _listed(details.pop("componentStatementIDs", None))
        if components:
            details["componentRecords"] = [self.record_of(each) for each in components]

    def _party(self, party: Mapping[str, Any]) -> Any:
        for name in ("describedByEntityStatement", "describedByPersonStatement"):
            if party.get(name):
                return self.record_of(party[name])
        return _with_modern(party.get("unspecified", dict(party)), "reason")


_ENVELOPE = (
    "statementID",
    "statementType",
    "statementDate",
    "annotations",
    "publicationDetails",
    "source",
    "replacesStatements",
)


def _entity_type(statement: Mapping[str, Any]) -> Any:
    stated = statement.get("entityType")
    if not isinstance(stated, str):
        return stated or {}
    subtype = statement.get("entitySubtype")
    local = subtype.get("localTerm") if isinstance(subtype, Mapping) else None
    category = str(subtype.get("generalCategory", "")) if isinstance(subtype, Mapping) else ""
    found = _modern_code(category.partition("-")[2] or category)
    extra = {"subtype": found} if found in codes.SUBTYPES else {}
    return {"type": stated, **extra, **({"details": local} if local else {})}


def _interest(interest: Any) -> Any:
    if not isinstance(interest, Mapping):
        return interest
    modern = _with_modern(interest, "type")
    if "interestLevel" in modern:
        modern.setdefault("directOrIndirect", modern.pop("interestLevel"))
    share = modern.get("share")
    if isinstance(share, Mapping):
        modern["share"] = _share(share)
    return modern


def _share(share: Mapping[str, Any]) -> dict[str, Any]:
    """A share whose exclusive ends are numbers. Up to 0.3 an end could be a number with a flag beside it."""
    modern = dict(share)
    for end in ("minimum", "maximum"):
        exclusive = f"exclusive{end.capitalize()}"
        flag = modern.get(exclusive)
        if isinstance(flag, bool):
            del modern[exclusive]
            if flag and end in modern:
                modern[exclusive] = modern.pop(end)
    # Up to 0.3 an exact share was also given as both ends.
    if "exact" in modern and modern.get("minimum") == modern["exact"] == modern.get("maximum"):
        del modern["minimum"], modern["maximum"]
    return modern


def _with_modern(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {**value, name: _modern_code(value[name])} if isinstance(value.get(name), str) else dict(value)


def _modern_code(code: str) -> str:
    camel = re.sub(r"-([a-z])", lambda found: found[1].upper(), code)
    return _RENAMED.get(camel, camel)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
