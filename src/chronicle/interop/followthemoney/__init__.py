"""Import of FollowTheMoney entities as JSON Lines, as OpenSanctions and Aleph write them.

Things (companies, people, public bodies) become declared entities with their dates and identifiers; links
between them (ownership, directorship, membership, succession) become events. Every property may have several
values. A link without an end date may have ended all the same, so no event is made of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any, BinaryIO, Final, get_args

from attrs import frozen

from chronicle.errors import InvalidValue, Place, Problem, shown
from chronicle.events.entities import EntityType
from chronicle.interop.followthemoney.values import last_of, one_date, prefix_date, share_of_text, values
from chronicle.interop.incoming import Incoming
from chronicle.interop.registers import NOBODY_SAYS, ArrayItem, json_items, made, part, tidy
from chronicle.ownership import HELD_INDIRECTLY
from chronicle.values import Share, parse_share, range_around

THINGS = MappingProxyType(
    {
        "Company": "company",
        "Organization": "other",
        "LegalEntity": "company",
        "Person": "person",
        "PublicBody": "government",
        "Project": "project",
        **dict.fromkeys(("Asset", "Vessel", "Airplane", "Vehicle", "RealEstate", "Security"), "other"),
        **dict.fromkeys(("BankAccount", "CryptoWallet", "Thing"), "other"),
    }
)
"""The schemata that become entities, with the types of these."""

SCHEMES = MappingProxyType(
    {
        "leiCode": "lei",
        "registrationNumber": "registration-number",
        "idNumber": "id-number",
        "taxNumber": "tax-number",
        "vatCode": "vat",
        "innCode": "ru-inn",
        "ogrnCode": "ru-ogrn",
        "kppCode": "ru-kpp",
        "okpoCode": "ru-okpo",
        "cikCode": "cik",
        "dunsCode": "duns",
        "swiftBic": "bic",
        "isinCode": "isin",
        "ticker": "ticker",
        "passportNumber": "passport",
        "socialSecurityNumber": "social-security",
        "imoNumber": "imo",
        "mmsi": "mmsi",
        "callSign": "call-sign",
        "serialNumber": "serial-number",
        "icaoCode": "icao",
        "cadastralCode": "cadastral",
        "titleNumber": "title-number",
        "wikidataId": "wikidata",
        "opencorporatesUrl": "opencorporates",
        "previousName": "previous-name",
        "alias": "alias",
        "weakAlias": "weak-alias",
    }
)
"""The properties that become identifiers, each with its scheme."""

CONTROL: Final = "control: "
"""The beginning of the role of an ``UnknownLink`` that is control; its basis follows."""

INDIRECT: Final = "indirect"
"""The type of the ownership of what is held through others, beside its right."""

SHARE: Final = "share "
"""The beginning of the summary that states a share where the format has no property for it."""

UNIT: Final = "business unit"
"""The type of the ownership of a business unit."""

_RIGHTS = ("equity", "votes", "board", "profit")


def read(stream: BinaryIO, name: str) -> Iterator[Incoming]:
    """The events and problems of a file of entities, in the order of the file, one line at a time."""
    for item in json_items(stream, name):
        yield from (item,) if isinstance(item, Problem) else _events(item, item.place(name))


def _events(item: ArrayItem, place: Place) -> Iterator[Incoming]:
    value = item.value
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        yield Problem("C720", f"not an entity with an id: {shown(value)}", place)
        return
    schema, properties = tidy(value.get("schema")), value.get("properties")
    record = _EntityLine(
        value["id"], schema, properties if isinstance(properties, dict) else {}, value, place
    )
    make = _LINKS.get(schema, _thing if schema in THINGS else None)
    if make is None:
        yield record.left_out(f"schema {shown(schema)} makes no event")
    else:
        yield from make(record)


@frozen
class _EntityLine:
    """One line of the file: an entity or a link."""

    id: str
    schema: str
    properties: Mapping[str, Any]
    whole: Mapping[str, Any]
    place: Place

    def texts(self, *names: str) -> list[str]:
        """The values of the first of these properties that has any."""
        return values(self.properties, *names)

    def event(self, what: str, **plain: Any) -> Incoming:
        """One event of this line, known from the day on which the dataset first had it."""
        seen = one_date(values(self.whole, "first_seen"))
        address = next((text for text in self.texts("sourceUrl") if text.startswith("http")), None)
        source = {
            "publisher": next(iter(self.texts("publisher")), None) or self._datasets(),
            "title": f"{self.schema} {tidy(self.id)}",
            "url": address if address and " " not in address else None,
        }
        sources = [{name: value for name, value in source.items() if value}]
        identifier = self.event_id(what)
        return made(self.place, "C720", {"id": identifier, "known": seen, **plain, "sources": sources})

    def event_id(self, what: str) -> str:
        """The id of an event of this line, from the id of the line and ``what`` the event is about."""
        return f"{_id(self.id)}:{part(what)}"

    def _datasets(self) -> str | None:
        return ", ".join(sorted(values(self.whole, "datasets"))) or None

    def date(self, *names: str) -> str | None:
        """The first valid date among these properties: a day, a month or a year."""
        return next((date for name in names if (date := one_date(self.texts(name)))), None)

    def since(self) -> str:
        """When the link began; else by when it had been seen; else some time."""
        begun = self.date("startDate", "date")
        if begun is not None:
            return begun
        days = [self.date(name) for name in ("endDate", "retrievedAt", "modifiedAt")]
        stated = [last_of(day) for day in days if day] or [
            last_of(day) for day in [one_date(values(self.whole, "first_seen"))] if day
        ]
        return f"[..{min(stated)}]" if stated else NOBODY_SAYS

    def doubtful_dates(self) -> Iterator[Problem]:
        """A problem for each date that is not valid."""
        for name in ("startDate", "endDate", "date", *_DATES):
            for text in self.texts(name):
                if prefix_date(text) is None:
                    yield Problem("C721", f"{name} is no date: {shown(text)}", self.place)

    def left_out(self, message: str) -> Problem:
        """The problem (C724) of what makes no event."""
        return Problem("C724", message, self.place)

    def pairs(self, one: str, other: str) -> Iterator[tuple[int, str, str]]:
        """Every pair of the two ends of a link, as ids of entities, numbered from 0."""
        ends = product(self.texts(one), self.texts(other))
        return ((number, _id(left), _id(right)) for number, (left, right) in enumerate(ends))


_DATES = ("incorporationDate", "dissolutionDate", "birthDate", "deathDate")


def _id(identifier: str) -> str:
    return f"ftm:{part(identifier)}"


def _thing(record: _EntityLine) -> Iterator[Incoming]:
    entity, texts = _id(record.id), record.texts
    name = next(iter(texts("name")), "") or tidy(record.whole.get("caption")) or tidy(record.id)
    country = next(iter(texts("jurisdiction", "country", "mainCountry")), None)
    described = {"entity": entity, "name": name, "type": _type(record), "jurisdiction": country}
    yield from record.doubtful_dates()
    yield record.event("declared", kind="entity.declared", **described)
    begun = record.date("incorporationDate", "birthDate", "buildDate")
    ended = record.date("dissolutionDate", "deathDate")
    if begun:
        yield record.event("founded", kind="entity.founded", date=begun, **described)
    if ended:
        reason = "died" if record.schema == "Person" else "dissolved"
        yield record.event("dissolved", kind="entity.dissolved", date=ended, entity=entity, reason=reason)
    for property_name, scheme in SCHEMES.items():
        for value in texts(property_name):
            fields = {"entity": entity, "scheme": scheme, "value": value}
            yield record.event(f"{scheme}:{value}", kind="entity.identified", date=NOBODY_SAYS, **fields)
    for code in texts("leiCode"):
        # Sources that know its LEI then refer to the same entity.
        fields = {"a": f"lei:{part(code)}", "b": entity, "reason": "the LEI that the entity states"}
        yield record.event(f"linked:{code}", kind="identity.linked", date=NOBODY_SAYS, **fields)


def _type(record: _EntityLine) -> str:
    """The type of an entity: as its schema says, or as an export says beside one that says less."""
    stated = [text for text in record.texts("keywords") if text in get_args(EntityType)]
    return stated[0] if len(stated) == 1 and record.schema != "Person" else THINGS[record.schema]


def _ownership(record: _EntityLine) -> Iterator[Incoming]:
    yield from record.doubtful_dates()
    texts = record.texts("percentage")
    stated = [found for text in texts if (found := share_of_text(text)) is not None]
    for text in texts:
        if share_of_text(text) is None:
            yield Problem("C721", f"percentage is no share: {shown(text)}", record.place)
    share = range_around(stated) if stated else Share.unknown()
    if len(set(stated)) > 1:
        yield Problem("C722", f"several percentages: {shown(', '.join(texts))}", record.place)
    counts = [text for text in record.texts("sharesCount") if text.isdecimal()]
    types = record.texts("ownershipType")
    if types == [UNIT]:
        yield from _unit(record)
        return
    right = next((text for text in types if text in _RIGHTS), None)
    if _is_indirect(record):
        yield from _indirect(record, right or "equity", share if stated else None)
        return
    note = "; ".join(record.texts("role") or [text for text in types if text != right]) or None
    end = record.date("endDate")
    pairs = list(record.pairs("owner", "asset"))
    for number, holder, target in pairs:
        # Every record is a lot; the lots of one pair add up.
        tie = {"kind": "stake.observed", "holder": holder, "target": target, "lot": _id(record.id)}
        tie |= {} if right is None else {"right": right}
        count = counts[0] if len(counts) == 1 else None
        begun = {"date": record.since(), "holds": str(share), "shares": count, "note": note}
        yield record.event(f"held:{number}", **tie, **begun)
        if end:
            ends = record.event_id(f"held:{number}")
            yield record.event(f"ended:{number}", **tie, date=end, holds="0%", ends=ends)
    if not pairs:
        yield record.left_out("Ownership without an owner or an asset")


def _is_indirect(record: _EntityLine) -> bool:
    """Whether a record says that it is of what is held through others, and of nothing held directly."""
    said = " ".join((*record.texts("ownershipType"), *record.texts("role"))).casefold()
    return bool(_THROUGH_OTHERS.search(said)) and not _DIRECTLY.search(said)


# In the languages of Europe that have the word: indirectly, indirecte, indirekt, indiretto.
_THROUGH_OTHERS: Final = re.compile(r"\bindire(?:ct|kt|t)")
_DIRECTLY: Final = re.compile(r"\bdire(?:ct|kt|tt|t)(?:ly|a|e|o|er|es)?\b")


def _indirect(record: _EntityLine, right: str, share: Share | None) -> Iterator[Incoming]:
    """What is held through others, whose holdings are records of their own: a tie and no second holding."""
    said = (*record.texts("role"), *record.texts("ownershipType"))
    note = "; ".join(text for text in said if text not in (right, INDIRECT)) or None
    basis, stated = HELD_INDIRECTLY[right], share or _share_in_summary(record)
    pairs = list(record.pairs("owner", "asset"))
    for number, controller, target in pairs:
        tie = {"controller": controller, "target": target, "basis": basis}
        yield from _controlled(record, number, tie, {"share": stated and str(stated), "note": note})
    if not pairs:
        yield record.left_out("Ownership without an owner or an asset")


def _controlled(
    record: _EntityLine, number: int, tie: dict[str, str], more: Mapping[str, Any]
) -> Iterator[Incoming]:
    """Control from its start to its end. ``more`` are the fields that an end does not have."""
    begun = f"{tie['basis']}:{number}"
    granted = {"kind": "control.granted", "date": record.since(), "record": _id(record.id)}
    yield record.event(begun, **granted, **tie, **more)
    if end := record.date("endDate"):
        over = {"kind": "control.ended", "date": end, "ends": record.event_id(begun)}
        yield record.event(f"ended:{begun}", **over, **tie)


def _share_in_summary(record: _EntityLine) -> Share | None:
    """The share that a summary states, as an export has it where the format has no property for it."""
    for text in record.texts("summary"):
        if text.startswith(SHARE):
            try:
                return parse_share(text.removeprefix(SHARE))
            except InvalidValue:
                pass
    return None


def _unit(record: _EntityLine) -> Iterator[Incoming]:
    """A business unit of a company, as an export has it; where it went when that ended is another record."""
    end = record.date("endDate")
    for number, owner, unit in record.pairs("owner", "asset"):
        begun = record.event_id(f"started:{number}")
        yield record.event(
            f"started:{number}", kind="unit.launched", unit=unit, owner=owner, date=record.since()
        )
        if end:
            over = {"kind": "unit.closed", "unit": unit, "date": end, "reason": "no longer of this owner"}
            yield record.event(f"ended:{number}", **over, ends=begun)


def _tied(one: str, other: str, kinds: tuple[str, str], fields: tuple[str, str]) -> _Make:
    """The function that makes events of links that begin and end."""

    def make(record: _EntityLine) -> Iterator[Incoming]:
        yield from record.doubtful_dates()
        end, pairs = record.date("endDate"), list(record.pairs(one, other))
        extra = {"role": "; ".join(record.texts("role")) or "director"} if "role" in kinds[0] else {}
        for number, left, right in pairs:
            tie = {fields[0]: left, fields[1]: right, **extra}
            yield record.event(
                f"started:{number}", kind=kinds[0], date=record.since(), **tie, record=_id(record.id)
            )
            if end:
                ends = record.event_id(f"started:{number}")
                yield record.event(f"ended:{number}", kind=kinds[1], date=end, **tie, ends=ends)
        if not pairs:
            yield record.left_out(f"{record.schema} without {one} or {other}")

    return make


def _link(record: _EntityLine) -> Iterator[Incoming]:
    """Control, as an export has it. No other link says who has what of whom."""
    bases = [text.removeprefix(CONTROL) for text in record.texts("role") if text.startswith(CONTROL)]
    if not bases:
        yield record.left_out(f"schema {shown(record.schema)} makes no event")
        return
    share = _share_in_summary(record)
    for number, controller, target in record.pairs("subject", "object"):
        for basis in bases:
            tie = {"controller": controller, "target": target, "basis": basis}
            yield from _controlled(record, number, tie, {"share": share and str(share)})


def _succession(record: _EntityLine) -> Iterator[Incoming]:
    yield from record.doubtful_dates()
    pairs = list(record.pairs("predecessor", "successor"))
    for number, old, new in pairs:
        fields = {"entity": old, "successor": new, "reason": "succeeded"}
        yield record.event(f"succeeded:{number}", kind="entity.dissolved", date=record.since(), **fields)
    if not pairs:
        yield record.left_out("Succession without a predecessor or a successor")


_Make = Callable[[_EntityLine], Iterator[Incoming]]

_LINKS: Mapping[str, _Make] = MappingProxyType(
    {
        "Ownership": _ownership,
        "Directorship": _tied(
            "director", "organization", ("role.appointed", "role.ended"), ("person", "entity")
        ),
        "Membership": _tied(
            "member", "organization", ("membership.started", "membership.ended"), ("entity", "group")
        ),
        "Succession": _succession,
        "UnknownLink": _link,
    }
)
