"""Export to FollowTheMoney: an entity a line, links included, as OpenSanctions and Aleph read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from chronicle.dates import DAWN, FOREVER, PartialDate
from chronicle.engine import views
from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import data_line, encoded, json_text
from chronicle.interop.exports.ties import TieTold, ties
from chronicle.interop.followthemoney import CONTROL, INDIRECT, SCHEMES, SHARE, THINGS, UNIT
from chronicle.ownership import INDIRECT_OF_UNKNOWN_KIND, held_indirectly
from chronicle.values import Share

_SCHEMATA: Final = MappingProxyType(
    {"person": "Person", "government": "PublicBody", "association": "Organization", "index": "Organization"}
)
"""The schema of each type of entity. All others are companies, which can both own and be owned."""

_OF_ALL = ("leiCode", "registrationNumber", "taxNumber", "vatCode", "innCode", "ogrnCode", "dunsCode")
_OF_COMPANIES = ("cikCode", "kppCode", "ticker")
_OF_PEOPLE = ("passportNumber", "socialSecurityNumber")

_PEOPLE = frozenset({"Person"})
_OWNED = "Company"


def spans(material: Material) -> Iterator[bytes]:
    """Every entity, and every span of a view that ties two of them."""
    return encoded(json_text(entity) for entity in _entities(material))


def _entities(material: Material) -> Iterator[dict[str, Any]]:
    schemata = _schemata(material)
    ids = _ids(schemata)
    for entity in sorted(schemata):
        yield _entity(material, entity, schemata[entity]) | {"id": ids[entity]}
    for view in _tied():
        for cell in material.cells(view.name) if view.name in material.ledger.views else ():
            for number, tie in enumerate(ties(material, cell, undated=True)):
                made = _TIES.get(view.name, _link)(tie, schemata)
                if made is not None:
                    schema, properties = made
                    linked = {name: _linked(name, texts, ids) for name, texts in properties.items()}
                    yield _line(material, tie, number, schema, linked)


def _ids(entities: Iterable[str]) -> dict[str, str]:
    """The ids of entities in the file, each unique: without characters that the format does not allow."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for entity in sorted(entities, key=lambda entity: (_plain(entity) != entity, entity)):
        plain = _plain(entity)
        found[entity] = f"{plain}-{_digest([entity])[:8]}" if plain in taken else plain
        taken.add(plain)
    return found


def _plain(entity: str) -> str:
    """An id without characters that the format does not allow, and without the ``ftm:`` of an import."""
    return re.sub("[:_]", "-", entity.removeprefix("ftm:"))


def _linked(name: str, texts: list[str], ids: Mapping[str, str]) -> list[str]:
    return [ids[text] for text in texts] if name in _LINKS else texts


_LINKS: Final = frozenset(
    {
        *("owner", "asset", "director", "organization", "member"),
        *("subject", "object", "predecessor", "successor"),
    }
)


def _schemata(material: Material) -> dict[str, str]:
    """The schema of every entity.

    Whatever is owned becomes a company, the only schema that can own and be owned.
    """
    found = {
        key[0]: _SCHEMATA.get(material.type_of(key[0]), _OWNED) for key in material.ledger.keys(views.NAMES)
    }
    for view in _tied():
        first, second = _ends(view)
        for key in material.ledger.keys(view.name):
            for position in (first, second):
                found.setdefault(key[position], _OWNED)
            if view.name in (views.HOLDINGS, views.UNITS) and found[key[second]] not in _PEOPLE:
                found[key[second]] = _OWNED
    return found


def _ends(view: views.View) -> tuple[int, int]:
    """The positions in a key of the owner and of what is owned."""
    first, second, *_ = view.names
    return (second, first) if view.name == views.UNITS else (first, second)


def _entity(material: Material, entity: str, schema: str) -> dict[str, Any]:
    names = [span.value for span in material.ledger.cell(views.NAMES, (entity,))]
    full = [data_line(name.name) for name in names] or [entity]
    kind: views.EntityKind | None = material.last(views.TYPES, entity)
    properties: dict[str, list[str]] = {
        "name": [full[-1]],
        "previousName": [name for name in dict.fromkeys(full[:-1]) if name != full[-1]],
        "alias": list(dict.fromkeys(data_line(name.short) for name in names if name.short)),
        # Only the country: the format has few codes of subdivisions.
        "jurisdiction": []
        if kind is None or not kind.jurisdiction
        else [data_line(kind.jurisdiction)[:2].lower()],
        # What the schema does not say: a fund, a unit, a project is a company there.
        "keywords": [kind.type] if kind is not None and THINGS[schema] != kind.type else [],
        **_life(material, entity, schema),
    }
    for key in material.ledger.where(views.IDENTIFIERS, 0, entity):
        properties.setdefault(_identifier(schema, key[1], key[2]), []).append(data_line(key[2]))
    return _made(entity, schema, full[-1], properties)


def _identifier(schema: str, scheme: str, value: str) -> str:
    """The property for an identifier.

    Some registers also have names and states of an entry as identifiers.
    """
    if "name" in scheme:
        return "alias"
    if scheme == "lei-registration" or len(value) > _LONGEST_NUMBER:
        return "notes"
    own = {"Person": _OF_PEOPLE, _OWNED: _OF_COMPANIES}.get(schema, ())
    return next((name for name in (*_OF_ALL, *own) if SCHEMES[name] == scheme), "idNumber")


_LONGEST_NUMBER = 64


def _life(material: Material, entity: str, schema: str) -> dict[str, list[str]]:
    begin, end = ("birthDate", "deathDate") if schema in _PEOPLE else ("incorporationDate", "dissolutionDate")
    spans = material.ledger.cell(views.STATUS, (entity,))
    founded = [span.begin for span in spans[:1] if span.value.status == "active"]
    ended = [span.begin for span in spans[-1:] if span.value.status == "dissolved"]
    # The end is not lost where it is only known by when it was.
    over = [text for date in ended for text in _window(date)]
    last_days = [date.latest.isoformat() for date in ended if date.latest != FOREVER]
    return {begin: _prefix(*founded), end: over or last_days}


_Made = tuple[str, dict[str, list[str]]]
"""A schema, and the properties that the tie itself states."""


def _owned(owner: int, asset: int) -> Any:
    def made(tie: TieTold, schemata: dict[str, str]) -> _Made | None:
        if schemata[tie.key[asset]] in _PEOPLE:
            return None  # a person cannot be owned
        properties = {"owner": [tie.key[owner]], "asset": [tie.key[asset]]}
        return "Ownership", properties | _stake(tie)

    return made


def _stake(tie: TieTold) -> dict[str, list[str]]:
    if tie.view != views.HOLDINGS:
        return {"ownershipType": [UNIT]}
    stake: views.Stake = tie.value
    return {
        "percentage": [] if stake.share.is_unknown else [data_line(str(stake.share))],
        "sharesCount": [] if stake.shares is None else [str(stake.shares)],
        "ownershipType": [tie.key[2]],
    }


def _control(tie: TieTold, schemata: dict[str, str]) -> _Made:
    """Control is a link, but for what is held through others, where the target can be owned."""
    controller, target, basis = tie.key
    share: Share | None = tie.value.share
    right = None if basis.casefold() == INDIRECT_OF_UNKNOWN_KIND else held_indirectly(basis)
    if right is None or schemata[target] in _PEOPLE:
        ends = {"subject": [controller], "object": [target], "role": [data_line(f"{CONTROL}{basis}")]}
        return "UnknownLink", ends | _in_summary(share)
    owned = {"owner": [controller], "asset": [target], "ownershipType": [right, INDIRECT]}
    if share is None or share.is_unknown:
        return "Ownership", owned | _in_summary(share)
    return "Ownership", owned | {"percentage": [data_line(str(share))]}


def _in_summary(share: Share | None) -> dict[str, list[str]]:
    return {} if share is None else {"summary": [data_line(f"{SHARE}{share}")]}


def _role(tie: TieTold, schemata: dict[str, str]) -> _Made | None:
    person, organization, role = tie.key
    if schemata[organization] in _PEOPLE:
        return None
    return "Directorship", {"director": [person], "organization": [organization], "role": [data_line(role)]}


def _member(tie: TieTold, schemata: dict[str, str]) -> _Made | None:
    if schemata[tie.key[1]] in _PEOPLE:
        return None
    return "Membership", {"member": [tie.key[0]], "organization": [tie.key[1]]}


def _succession(tie: TieTold, _: dict[str, str]) -> _Made:
    return "Succession", {"predecessor": [tie.key[0]], "successor": [tie.key[1]], "role": [tie.value.how]}


def _link(tie: TieTold, _: dict[str, str]) -> _Made:
    """A tie for which the format has no schema: its two ends, and what the view calls it."""
    view = views.view_of(tie.view)
    first, second = (tie.key[at] for at in _ends(view))
    return "UnknownLink", {"subject": [first], "object": [second], "role": [view.what]}


_TIES: Final = MappingProxyType(
    {
        views.HOLDINGS: _owned(0, 1),
        views.UNITS: _owned(1, 0),
        views.CONTROL: _control,
        views.ROLES: _role,
        views.MEMBERSHIPS: _member,
        views.LINEAGE: _succession,
    }
)
"""The function that converts a tie of each view; a tie of any other view is a link."""


def _tied() -> list[views.View]:
    """The views that tie two entities, in the order of the file."""
    return [view for view in views.in_order(_TIES) if view.names[1:]]


def _line(
    material: Material, tie: TieTold, number: int, schema: str, properties: dict[str, list[str]]
) -> dict[str, Any]:
    sources = material.sources(tie.span)
    period = {"date": _prefix(tie.begin)} if schema == "Succession" else _period(tie)
    more = {
        **period,
        "recordId": [tie.span.events[-1]],
        "publisher": [data_line(source.publisher) for source in sources if source.publisher],
        "sourceUrl": [source.url for source in sources if source.url and source.url.startswith("http")],
    }
    identity = f"{schema.lower()}-{_digest([tie.view, *tie.key, str(number)])[:40]}"
    return _made(identity, schema, schema, properties | more)


def _period(tie: TieTold) -> dict[str, list[str]]:
    ends = [] if tie.end is None else _window(tie.end)
    by = tie.begin.earliest == DAWN < tie.begin.latest != FOREVER
    seen = [tie.begin.latest.isoformat()] if by else []
    return {"startDate": _window(tie.begin), "endDate": ends, "retrievedAt": seen}


def _window(date: PartialDate) -> list[str]:
    """A date as the format has it; where it has no such window, the first and the last day of it."""
    if date.earliest == DAWN or date.latest == FOREVER or date.precision in ("day", "month", "year"):
        return _prefix(date)
    return [date.earliest.isoformat(), date.latest.isoformat()]


def _made(identity: str, schema: str, caption: str, properties: dict[str, list[str]]) -> dict[str, Any]:
    stated = {name: values for name, values in properties.items() if values}
    return {"id": identity, "caption": caption, "schema": schema, "properties": stated}


def _digest(parts: list[str]) -> str:
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _prefix(*dates: PartialDate) -> list[str]:
    """Dates as the format has them: the year, month or day that contains the whole window of each."""
    return [text for date in dates if (text := _common(date))]


def _common(date: PartialDate) -> str:
    if date.earliest == DAWN or date.latest == FOREVER:
        return ""
    first, last = date.earliest.isoformat(), date.latest.isoformat()
    return next((first[:length] for length in _PREFIXES if first[:length] == last[:length]), "")


_PREFIXES = (10, 7, 4)  # characters of a day, a month and a year
