"""Statements about entities and persons, as fields of events: names, founding and end, identifiers."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from attrs import field, frozen

from chronicle.events.entities import EntityType
from chronicle.interop.bods import codes
from chronicle.interop.bods.annotations import name_since, stated_dates
from chronicle.interop.bods.checks import Statement, listed, mapped
from chronicle.interop.bods.papers import scheme_of
from chronicle.interop.bods.rules import is_date
from chronicle.interop.registers import part, tidy

Facts = dict[str, dict[str, Any]]
"""The events of one statement as plain fields, by slot: a name that is the same in every version of it."""

_TYPES: Mapping[str, str] = {
    "registeredEntity": "company",
    "legalEntity": "company",
    "arrangement": "other",
    "state": "government",
    "stateBody": "government",
}


_OTHER_TYPES = frozenset(get_args(EntityType)) - {"person"}

_Once = tuple[str, str] | None  # the date and id of an event that happens once in a life
_Known = tuple[Any, _Once]


@frozen
class Party:
    """What is known of an entity or a person after a statement about it."""

    entity: str
    name: str
    date: str
    founding: tuple[str, str] | None = None  # its date and the id of its event
    ending: tuple[str, str] | None = None
    identifiers: frozenset[tuple[str, str]] = field(factory=frozenset)
    # The id of the event that started the listing, by exchange.
    listings: Mapping[str, str] = field(factory=dict)


def event_id(statement: Statement, slot: str) -> str:
    """The id of an event that a statement makes: from the id of the statement and the slot."""
    return f"bods:{part(statement['statementId'])}:{part(slot)}"


def entity_id(statement: Statement) -> str:
    """The id of an entity: its LEI, else its number in a register, else that of its record.

    A person always has the id of its record.
    """
    found: dict[str, str] = {}
    if statement["recordType"] == "entity":
        for scheme, value in _identifiers(mapped(statement["recordDetails"])):
            if scheme == "lei" or scheme.upper() in codes.REGISTERS:
                found.setdefault(scheme, value)
    if "lei" in found:
        return f"lei:{part(found['lei'])}"
    for scheme, value in found.items():
        return f"{part(scheme)}:{part(value)}"
    return record_id(statement["recordId"])


def record_id(record: str) -> str:
    """The id of an entity that is known only by its record."""
    return f"bods:{part(record)}"


def party_facts(
    statement: Statement, entity: str, before: Party | None, named: Callable[[str], str]
) -> tuple[Facts, Party]:
    """The events of a statement about an entity or a person, and what is known after it.

    ``before`` is what was known before it. ``named`` gives the id of the event in a slot.
    """
    details, date = mapped(statement["recordDetails"]), statement["statementDate"][:10]
    person = statement["recordType"] == "person"
    name = _name(details, statement, person)
    jurisdiction = tidy(mapped(details.get("jurisdiction")).get("code")) or None
    described = {
        "entity": entity,
        "name": name,
        "type": "person" if person else _type(details),
        "jurisdiction": jurisdiction,
    }
    facts: Facts = {}
    if before is None:
        facts["declared"] = {"kind": "entity.declared", **described}
    elif before.name != name:
        since = name_since(statement) or between(before.date, date)
        facts["renamed"] = {"kind": "entity.renamed", "entity": entity, "name": name, "date": since}
    begin, end = ("birthDate", "deathDate") if person else ("foundingDate", "dissolutionDate")
    founded = {"kind": "entity.founded", **described}
    founding = _dated(
        facts, statement, "founded", founded, (details.get(begin), before.founding if before else None)
    )
    reason = "died" if person else "dissolved"
    dissolved = {"kind": "entity.dissolved", "entity": entity, "reason": reason}
    ending = _dated(
        facts, statement, "dissolved", dissolved, (details.get(end), before.ending if before else None)
    )
    record = [("bods", tidy(statement["recordId"]))] if before is None else []
    identifiers = frozenset([*record, *_identifiers(details)])
    for scheme, value in sorted(identifiers - (before.identifiers if before else frozenset())):
        facts[f"{scheme}:{value}"] = {
            "kind": "entity.identified",
            "entity": entity,
            "scheme": scheme,
            "value": value,
            "date": f"[..{date}]",
        }
    listings = _list(facts, _listings(details), entity, before, date, named=named)
    return facts, Party(entity, name, date, founding, ending, identifiers, listings)


def party_after(date: str, events: Iterable[Mapping[str, Any]]) -> Party:
    """What is known after the events of earlier statements of a record, the last of which is of ``date``."""
    entity, name = "", ""
    once: dict[str, tuple[str, str]] = {}
    identifiers: set[tuple[str, str]] = set()
    listings: dict[str, str] = {}
    for plain in events:
        kind = plain["kind"]
        entity = entity or plain.get("entity", "")
        if kind in ("entity.declared", "entity.renamed"):
            name = plain["name"]
        elif kind in ("entity.founded", "entity.dissolved"):
            once[kind] = plain["date"], plain["id"]
        elif kind == "entity.identified":
            identifiers.add((plain["scheme"], plain["value"]))
        elif kind == "record.corrected":
            moved = [what for what, (_, id) in once.items() if id == plain["target"]]
            once.update(dict.fromkeys(moved, (plain["set"]["date"], plain["target"])))
        elif kind == "listing.started":
            listings[plain.get("exchange", "")] = plain["id"]
        elif kind == "listing.ended":
            listings.pop(plain.get("exchange", ""), None)
    founding, ending = once.get("entity.founded"), once.get("entity.dissolved")
    return Party(entity, name, date, founding, ending, frozenset(identifiers), listings)


def between(earlier: str, later: str) -> str:
    """The date of a change between two statements: a window after the earlier one, up to the later one."""
    if later <= earlier:
        return later
    first = datetime.date.fromisoformat(earlier) + datetime.timedelta(days=1)
    return later if first.isoformat() == later else f"[{first.isoformat()}..{later}]"


_NAMES_OF_DAYS: Mapping[str, tuple[str, ...]] = {
    "founded": ("birthDate", "foundingDate"),
    "dissolved": ("deathDate", "dissolutionDate"),
}


def _dated(facts: Facts, statement: Statement, slot: str, plain: dict[str, Any], known: _Known) -> _Once:
    """Make, or correct, an event that happens once in a life; gives its date and id.

    ``known`` is the date that is stated now, and the date and id of the event made before, if any.
    """
    date, before = known
    stated = tidy(date)
    if not (is_date(stated) or (stated[:4].isdecimal() and len(stated) in (4, 7))):
        return before
    dates = stated_dates(statement)
    pointers = (f"/recordDetails/{name}" for name in _NAMES_OF_DAYS[slot])
    stated = next((dates[pointer] for pointer in pointers if pointer in dates), stated)
    if before is None:
        facts[slot] = {**plain, "date": stated}
        return stated, event_id(statement, slot)
    if before[0] != stated:
        facts[slot] = {"kind": "record.corrected", "target": before[1], "set": {"date": stated}}
    return stated, before[1]


def _name(details: Mapping[str, Any], statement: Statement, person: bool) -> str:
    if person:
        names = [mapped(name) for name in listed(details.get("names"))]
        names.sort(key=lambda name: name.get("type") != "legal")
        for name in names:
            parts = [tidy(name.get(each)) for each in ("givenName", "patronymicName", "familyName")]
            full = tidy(name.get("fullName")) or " ".join(filter(None, parts))
            if full:
                return full
    elif tidy(details.get("name")):
        return tidy(details.get("name"))
    unspecified = details.get("unspecifiedPersonDetails" if person else "unspecifiedEntityDetails")
    reason = tidy(mapped(unspecified).get("reason"))
    if reason:
        return f"unspecified: {reason}"
    for _, value in _identifiers(details):
        return value
    return f"unnamed {statement['recordType']} {tidy(statement['recordId'])}".strip()


def _type(details: Mapping[str, Any]) -> str:
    kind = mapped(details.get("entityType"))
    if kind.get("details") in _OTHER_TYPES:  # as exports write it
        return str(kind["details"])
    return "trust" if kind.get("subtype") == "trust" else _TYPES.get(str(kind.get("type")), "other")


def _identifiers(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for each in listed(details.get("identifiers")):
        scheme = scheme_of(mapped(each))
        value = tidy(mapped(each).get("id"))
        if scheme and value:
            found.append(("lei" if scheme == "XI-LEI" else scheme.lower(), value))
    return found


def _listings(details: Mapping[str, Any]) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The ticker and the identifiers of the security, by exchange."""
    found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    listing = mapped(details.get("publicListing"))
    if listing.get("hasPublicListing") is False:
        return found
    for each in map(mapped, listed(listing.get("securitiesListings"))):
        exchange = tidy(each.get("marketIdentifierCode")) or tidy(each.get("stockExchangeName"))
        security = mapped(each.get("security"))
        scheme, value = tidy(security.get("idScheme")), tidy(security.get("id"))
        found[exchange] = tidy(security.get("ticker")), [(scheme, value)] if scheme and value else []
    return found


def _list(
    facts: Facts,
    listings: Mapping[str, tuple[str, list[tuple[str, str]]]],
    entity: str,
    before: Party | None,
    date: str,
    *,
    named: Callable[[str], str],
) -> Mapping[str, str]:
    """Make the listings that began and ended; gives those that stand, each with the id of its beginning."""
    since = f"[..{date}]" if before is None else between(before.date, date)
    stood = before.listings if before else {}
    stands: dict[str, str] = {}
    for exchange, (ticker, securities) in listings.items():
        stands[exchange] = stood.get(exchange) or named(f"listed:{exchange}")
        if exchange not in stood:
            plain = {"entity": entity, "exchange": exchange, "ticker": ticker, "date": since}
            facts[f"listed:{exchange}"] = {"kind": "listing.started", **plain}
            for scheme, value in securities:
                identified = {"entity": entity, "scheme": scheme, "value": value, "date": since}
                facts[f"{scheme}:{value}"] = {"kind": "entity.identified", **identified}
    for exchange in sorted(stood.keys() - set(listings)):
        plain = {"entity": entity, "exchange": exchange, "date": since, "reason": "listed no longer"}
        facts[f"unlisted:{exchange}"] = {"kind": "listing.ended", **plain, "ends": stood[exchange]}
    return stands
