"""Level 1 of GLEIF to events: entities with their names, their registrations and their lives.

A golden copy says what is so now, and little of when it became so. Ids and contents of events are therefore
made only of what stays the same in the next golden copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from chronicle.errors import Place, Problem, shown
from chronicle.interop.gleif.dates import local_date
from chronicle.interop.gleif.nodes import (
    NEVER,
    Node,
    NodeMaker,
    attribute_of,
    below,
    later_end,
    lei_id,
    many,
    value_of,
)
from chronicle.interop.incoming import Incoming
from chronicle.interop.registers import NOBODY_SAYS, part

_CATEGORIES = MappingProxyType(
    {
        "FUND": "fund",
        "RESIDENT_GOVERNMENT_ENTITY": "government",
        "INTERNATIONAL_ORGANIZATION": "association",
        "SOLE_PROPRIETOR": "other",
    }
)
_INSOLVENCIES = MappingProxyType(
    {
        "BANKRUPTCY": "bankruptcy",
        "INSOLVENCY": "insolvency",
        "LIQUIDATION": "liquidation",
        "VOLUNTARY_ARRANGEMENT": "voluntary arrangement",
    }
)
_MERGERS = frozenset({"MERGERS_AND_ACQUISITIONS", "ABSORPTION"})
_SPLITS = frozenset({"DEMERGER", "SPINOFF", "BREAKUP"})
# Changes for which there is no kind of event: addresses, legal forms, other names.
_UNKEPT = frozenset(
    {
        "CHANGE_LEGAL_ADDRESS",
        "CHANGE_HQ_ADDRESS",
        "CHANGE_OTHER_NAMES",
        "CHANGE_LEGAL_FORM",
        "ACQUISITION_BRANCH",
        "TRANSFORMATION_BRANCH_TO_SUBSIDIARY",
        "TRANSFORMATION_SUBSIDIARY_TO_BRANCH",
        "TRANSFORMATION_UMBRELLA_TO_STANDALONE",
    }
)
_PREVIOUS = "PREVIOUS_LEGAL_NAME"


def entity_events(record: Node, place: Place) -> Iterator[Incoming]:
    """The events of a record of level 1."""
    code, entity = value_of(record.get("LEI")), record["Entity"]
    name = value_of(below(entity, "LegalName"))
    if not code or not name:
        yield Problem("C720", f"entity without {'a name' if code else 'an LEI'}", place)
        return
    registration = record.get("Registration")
    status = value_of(below(registration, "RegistrationStatus"))
    make = NodeMaker(part(code), f"LEI {code}", place)
    if status in NEVER:
        yield from _never(make, lei_id(code), status, entity)
        return
    yield from _LegalEntity(make, code, name, record).events()


def _never(make: NodeMaker, lei: str, status: str, entity: Any) -> Iterator[Incoming]:
    successors = _successors(entity)
    if status == "DUPLICATE" and successors:
        yield make.event(
            "duplicate",
            kind="identity.linked",
            date=NOBODY_SAYS,
            a=successors[0],
            b=lei,
            reason="two LEIs of one entity",
        )
    else:
        yield make.left_out(f"LEI that was never valid, its registration is {status}: {lei}")


def _successors(entity: Any) -> list[str]:
    nodes = many(below(entity, "SuccessorEntity"), "SuccessorEntity")
    codes = [value_of(below(node, "SuccessorLEI")) for node in nodes]
    old = value_of(below(below(entity, "SuccessorEntity"), "SuccessorLEI"))
    return list(dict.fromkeys(lei_id(code) for code in [*codes, old] if code))


class _LegalEntity:
    """One entity of level 1, converted to events."""

    def __init__(self, make: NodeMaker, code: str, name: str, record: Node) -> None:
        self._make, self._code, self._name = make, code, name
        self._entity, self._registration = record["Entity"], record.get("Registration")
        country = value_of(below(below(self._entity, "LegalAddress"), "Country"))
        self._country = value_of(below(self._entity, "LegalJurisdiction")) or country
        self._lei = lei_id(code)
        self._ended = False

    def events(self) -> Iterator[Incoming]:
        """Its declaration and founding under its first name, then what is known of its life."""
        happenings = many(below(self._entity, "LegalEntityEvents"), "LegalEntityEvent")
        renamings = [
            date for node in happenings if (date := self._happened(node, "CHANGE_LEGAL_NAME")) is not None
        ]
        others = many(below(self._entity, "OtherEntityNames"), "OtherEntityName")
        previous = [_other_name(node) for node in others if attribute_of(node, "type") == _PREVIOUS]
        # With one change and one previous name it is clear which name went when; else it is not.
        dated = len(renamings) == len(previous) == 1
        yield from self._beginnings(previous[0] if dated else self._name)
        if dated:
            yield self._make.event(
                "renamed", kind="entity.renamed", date=renamings[0], entity=self._lei, name=self._name
            )
        yield from self._other_names(dated)
        yield from self._registrations()
        for number, node in enumerate(happenings):
            yield from self._happening(node, number)
        yield from self._ending()

    def _date(self, node: Any, name: str) -> str | None:
        return local_date(value_of(below(node, name)), self._country)

    def _beginnings(self, name: str) -> Iterator[Incoming]:
        category = value_of(below(self._entity, "EntityCategory"))
        described = {
            "entity": self._lei,
            "name": name,
            "type": _CATEGORIES.get(category, "company"),
            "jurisdiction": value_of(below(self._entity, "LegalJurisdiction")),
        }
        language = attribute_of(below(self._entity, "LegalName"), "lang")
        yield self._make.event("declared", kind="entity.declared", **described, lang=language)
        stated = value_of(below(self._entity, "EntityCreationDate"))
        if stated:
            founded = self._date(self._entity, "EntityCreationDate")
            if founded is None:
                yield self._make.doubt(f"EntityCreationDate is no day: {shown(stated)}")
            else:
                yield self._make.event("founded", kind="entity.founded", date=founded, **described)
        yield self._identified("lei", self._code, self._since())
        authority = below(self._entity, "RegistrationAuthority")
        scheme = value_of(below(authority, "RegistrationAuthorityID"))
        number = value_of(below(authority, "RegistrationAuthorityEntityID"))
        if scheme and number:
            yield self._identified(scheme.lower(), number, f"[..{later_end(self._since())}]")

    def _since(self) -> str:
        return self._date(self._registration, "InitialRegistrationDate") or NOBODY_SAYS

    def _identified(self, scheme: str, value: str, date: str) -> Incoming:
        fields = {"entity": self._lei, "scheme": scheme, "value": value, "date": date}
        return self._make.event(f"{scheme}:{value}", kind="entity.identified", **fields)

    def _other_names(self, dated: bool) -> Iterator[Incoming]:
        """Names beside the legal one, as identifiers: they find the entity, and are its name on no day."""
        for field in ("OtherEntityName", "TransliteratedOtherEntityName"):
            for node in many(below(self._entity, f"{field}s"), field):
                kind, name = attribute_of(node, "type"), _other_name(node)
                if name and not (dated and kind == _PREVIOUS):
                    scheme = (kind or "OTHER_NAME").lower().replace("_", "-")
                    yield self._identified(scheme, name, NOBODY_SAYS)

    def _registrations(self) -> Iterator[Incoming]:
        """The state of the registration, which is not the state of the entity."""
        status = value_of(below(self._registration, "RegistrationStatus"))
        if not status:
            return
        updated = self._date(self._registration, "LastUpdateDate")
        over = updated if status != "ISSUED" else None
        yield self._registered("ISSUED", "issued", self._since(), over)
        if status != "ISSUED":
            since = updated or NOBODY_SAYS
            yield self._registered(status, f"{status}:{later_end(since)}", since, None)

    def _registered(self, status: str, what: str, date: str, until: str | None) -> Incoming:
        fields = {"entity": self._lei, "scheme": "lei-registration", "value": status}
        identifier = f"lei-registration:{what}"
        return self._make.event(identifier, kind="entity.identified", **fields, date=date, until=until)

    def _happened(self, node: Any, kind: str) -> str | None:
        """The date of a legal-entity event of this kind that took place."""
        if value_of(below(node, "LegalEntityEventType")) != kind:
            return None
        if attribute_of(node, "event_status") not in ("", "COMPLETED"):
            return None
        return self._date(node, "LegalEntityEventEffectiveDate")

    def _happening(self, node: Any, number: int) -> Iterator[Incoming]:
        kind = value_of(below(node, "LegalEntityEventType"))
        status = attribute_of(node, "event_status")
        date = self._date(node, "LegalEntityEventEffectiveDate")
        if kind in _UNKEPT or kind == "CHANGE_LEGAL_NAME":
            return
        if status not in ("", "COMPLETED") and not (status == "IN_PROGRESS" and kind in _INSOLVENCIES):
            yield self._make.left_out(f"legal-entity event that did not come about: {kind}, {status}")
        elif date is None:
            yield self._make.left_out(f"legal-entity event without a day: {kind}")
        else:
            known = self._date(node, "LegalEntityEventRecordedDate")
            yield from self._life(kind, f"{kind}:{number}", date, known)

    def _life(self, kind: str, what: str, date: str, known: str | None) -> Iterator[Incoming]:
        envelope = {"date": date, "known": known}
        successors = _successors(self._entity)
        inactive = value_of(below(self._entity, "EntityStatus")) == "INACTIVE"
        if kind in _INSOLVENCIES:
            stage = _INSOLVENCIES[kind]
            yield self._make.event(what, kind="entity.insolvent", entity=self._lei, stage=stage, **envelope)
        elif kind == "DISSOLUTION":
            yield from self._dissolved(what, "dissolution", **envelope)
        elif kind in _MERGERS and inactive and len(successors) == 1:
            self._ended = True
            yield self._make.event(
                what, kind="merger.absorbed", survivor=successors[0], absorbed=self._lei, **envelope
            )
        elif kind in _SPLITS | _MERGERS and successors:
            yield self._make.event(
                what, kind="demerger.split", parent=self._lei, successors=successors, **envelope
            )
        else:
            yield self._make.left_out(f"legal-entity event without the other party: {kind}")

    def _dissolved(self, what: str, reason: str, **envelope: Any) -> Iterator[Incoming]:
        self._ended = True
        successors: list[Any] = list(_successors(self._entity))
        for successor in successors or [None]:
            each = what if successor is None else f"{what}:{successor}"
            fields = {"entity": self._lei, "reason": reason, "successor": successor}
            yield self._make.event(each, kind="entity.dissolved", **fields, **envelope)

    def _ending(self) -> Iterator[Incoming]:
        """The end of an inactive entity for which there is no legal-entity event."""
        if self._ended or value_of(below(self._entity, "EntityStatus")) != "INACTIVE":
            return
        expired = self._date(self._entity, "EntityExpirationDate")
        updated = self._date(self._registration, "LastUpdateDate")
        date = expired or (f"[..{later_end(updated)}]" if updated else NOBODY_SAYS)
        reason = value_of(below(self._entity, "EntityExpirationReason")) or "inactive"
        yield from self._dissolved("dissolved", reason.lower().replace("_", " "), date=date)


def _other_name(node: Any) -> str:
    if isinstance(node, Mapping) and "$" not in node:
        return value_of(node.get("OtherEntityName")) or value_of(node.get("TransliteratedOtherEntityName"))
    return value_of(node)
