"""Statements about relationships, as fields of events: observed shares, control, roles, and their ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from attrs import field, frozen

from chronicle.dates import as_date
from chronicle.interop.bods.annotations import stated_dates
from chronicle.interop.bods.checks import Statement, listed, mapped
from chronicle.interop.bods.parties import Facts, between, record_id
from chronicle.interop.bods.rules import is_date
from chronicle.interop.bods.shares import (
    GONE,
    HELD,
    SHARE,
    DatedInterest,
    Point,
    afresh,
    is_open_or_again,
    open_timeline,
    share_of,
    stated_share,
    timeline,
)
from chronicle.interop.registers import part, tidy
from chronicle.ownership import HELD_INDIRECTLY, INDIRECT_OF_UNKNOWN_KIND, gives_control

RIGHTS: Final = MappingProxyType(
    {
        "shareholding": "equity",
        "votingRights": "votes",
        "appointmentOfBoard": "board",
        "rightsToProfitOrIncome": "profit",
    }
)
"""The interests that are shares, with their rights."""

ROLES: Final = MappingProxyType(
    {
        "boardMember": "board member",
        "boardChair": "board chair",
        "seniorManagingOfficial": "senior managing official",
    }
)
"""The interests that are roles. All others that are neither shares nor roles are control."""

UNKNOWN: Final = "unknownInterest"
"""The interest of which nobody says what it is: a stake of an unknown share."""

ROLE_STATED: Final = "role: "
"""The beginning of ``details`` that say how a role is called."""

BASIS_STATED: Final = "basis: "
"""The beginning of ``details`` that say what the basis of control is called."""

INDIRECT: Final = INDIRECT_OF_UNKNOWN_KIND
"""The basis of what is held through others, where nobody says what it is."""

_CONTROL = "control:"
_INDIRECT = "indirect "
_ROLE = "role:"


class InterestSeen(NamedTuple):
    """The value of a right, basis or role, since when at the latest, the id of its event, and its lot."""

    value: str = GONE
    since: str = ""
    by: str = ""
    lot: str | None = None


@frozen
class Tie:
    """What stood between two parties after a statement, by right, basis of control, or role."""

    date: str
    values: Mapping[str, InterestSeen] = field(factory=dict)


def unspecified(party: Any) -> str:
    """The reason why a party is not named; empty when it is named."""
    return tidy(mapped(party).get("reason")) or ("" if isinstance(party, str) else "unknown")


def tie_facts(
    statement: Statement, holder: str, target: str, before: Tie | None, named: Callable[[str], str]
) -> tuple[Facts, Tie]:
    """The events of a statement about a relationship, and what stands after it.

    ``before`` is what stood before it. ``named`` gives the id of the event in a slot. An end names the event
    that it ends. A holding is a lot, one for each record and right; control and roles name their record.
    """
    date, closed = statement["statementDate"][:10], statement.get("recordStatus") == "closed"
    facts: Facts = dict(_placeholders(statement)) if before is None else {}
    stood = dict(before.values) if before else {}
    details = mapped(statement["recordDetails"])
    timelines = _timelines(details, before, date)
    # A statement without interests ends those of the statement before; a first one without any ends nothing.
    if not timelines and not closed and (before is None or stood.keys() == {_without_interests(details)}):
        timelines[_without_interests(details)] = [Point("", _standing_without(details), "")]
    record = record_id(statement["recordId"])
    days = {latest(text): text for text in stated_dates(statement).values()}
    after: dict[str, InterestSeen] = {}
    for key in dict.fromkeys([*stood, *timelines]):
        standing = stood.get(key, InterestSeen())
        points = list(_learned(timelines.get(key, []), standing, before, date, is_new=key not in stood))
        value = points[-1].value if points else standing.value
        if value != GONE and (closed or key not in timelines):
            since = latest(points[-1].date) if points else standing.since
            # Nobody says when: at some time since it was last there.
            day = between(max(before.date if before else "", since), date)
            points.append(Point(day, GONE, ""))
        for number, point in enumerate(points):
            slot = f"{key}:{number}"
            is_end = point.value == GONE and standing.value != GONE
            ends, lot = (standing.by, standing.lot) if is_end else (None, _lot(record, key))
            dated = point._replace(day=days.get(point.date, point.date))
            follows = number and is_open_or_again(points[number - 1], point)
            told = {**_fact(key, dated, holder, target, record), "ends": ends, "lot": lot}
            facts[slot] = {**told, "after": standing.by} if follows else told
            standing = InterestSeen(point.value, latest(point.day), named(slot), lot)
        after[key] = standing
    return facts, Tie(date, after)


def tie_after(date: str, events: Iterable[Mapping[str, Any]]) -> Tie:
    """What stands after the events of earlier statements of a record, the last of which is of ``date``."""
    values: dict[str, InterestSeen] = {}
    for plain in events:
        key = key_of(plain)
        if key is not None:
            values[key] = InterestSeen(value_of(plain), latest(plain["date"]), plain["id"], plain.get("lot"))
    return Tie(date, values)


def key_of(plain: Mapping[str, Any]) -> str | None:
    """What an event of a relationship is about: its right, basis of control or role; None for all others."""
    kind = plain["kind"]
    if kind == "stake.observed":
        lot: str = plain.get("lot") or ""
        return UNKNOWN if lot.endswith(f":{part(UNKNOWN)}") else str(plain.get("right", "equity"))
    if kind.startswith("control."):
        return f"{_CONTROL}{plain['basis']}"
    return f"{_ROLE}{plain['role']}" if kind.startswith("role.") else None


def value_of(plain: Mapping[str, Any]) -> str:
    """What stands from an event of a relationship on, as a statement compares it."""
    if plain["kind"] == "stake.observed":
        return str(plain["holds"])
    if plain["kind"].endswith("ended"):
        return GONE
    if plain.get("share"):
        return f"{SHARE}{plain['share']}"
    # A role has it in the note, and so had control in imports by earlier versions.
    first: str = (plain.get("note") or "").partition(";")[0]
    return first if first.startswith(SHARE) else HELD


def is_gone(plain: Mapping[str, Any]) -> bool:
    """Whether an event of a relationship is an end."""
    return value_of(plain) == GONE


def fact_again(
    key: str, found: InterestSeen, stands: InterestSeen, days: tuple[str, str], like: Mapping[str, Any]
) -> dict[str, Any]:
    """The event of a statement that says ``found`` where ``stands`` is what the one before it says.

    ``days`` are the dates of the two statements; ``like`` is an event of the later one, which has the two
    parties.
    """
    holder = like.get("holder") or like.get("controller") or like["person"]
    target = like.get("target") or like["entity"]
    is_end = found.value == GONE
    note = found.value if found.value.startswith(SHARE) else ""
    point = Point(between(*days), found.value, note)
    lot = found.lot or stands.lot
    ends = stands.by if is_end else None
    return {**_fact(key, point, holder, target, _record_in(like)), "lot": lot, "ends": ends}


def _record_in(plain: Mapping[str, Any]) -> str:
    """The record that an event of a relationship names."""
    return str(plain.get("record") or str(plain.get("lot", "")).rpartition(":")[0])


def latest(date: str) -> str:
    """The last day of a date, which may be partial or a window."""
    return date if is_date(date) else as_date(date).latest.isoformat()


def _lot(record: str, key: str) -> str | None:
    """The lot of a right; None for what is no share."""
    return None if ":" in key else f"{record}:{part(key)}"


def _placeholders(statement: Statement) -> Iterator[tuple[str, dict[str, Any]]]:
    """An entity for each party that is not named, so that two such parties are never the same."""
    details = mapped(statement["recordDetails"])
    for end in ("subject", "interestedParty"):
        if not isinstance(details.get(end), str):
            name = f"unspecified: {unspecified(details.get(end))}"
            entity = placeholder_id(statement, end)
            yield end, {"kind": "entity.declared", "entity": entity, "name": name, "type": "other"}


def placeholder_id(statement: Statement, end: str) -> str:
    """The id of the entity for a party that is not named, at one end of a relationship."""
    return f"{record_id(statement['recordId'])}:{end.lower()}"


def _timelines(details: Mapping[str, Any], before: Tie | None, date: str) -> dict[str, list[Point]]:
    """The values over time by right, basis or role, from the dates of the interests.

    Several of one right add up. Those without a start had begun by the statement, of ``date``; and after the
    one before, if what stood after that was without them.
    """
    kept: defaultdict[str, list[DatedInterest]] = defaultdict(list)
    for interest in map(mapped, listed(details.get("interests"))):
        key, share = _key(interest), share_of(interest)
        start, end = _day(interest.get("startDate")), _day(interest.get("endDate"))
        kept[key].append(DatedInterest(start, end, share, _note(interest, key)))
    if kept.keys() & set(RIGHTS.values()):
        kept.pop(UNKNOWN, None)  # a stake of which the share is known is not made unknown by it
    timelines = {key: timeline(key, spans) for key, spans in kept.items()}
    for key, told in timelines.items():
        starts = {span.start for span in kept[key]}
        if "" in starts and len(starts) + len(told) > 2 and _is_open(told, key, before, date):
            timelines[key] = open_timeline(key, kept[key], before.date if before else "", date)
    return timelines


def _is_open(told: list[Point], key: str, before: Tie | None, date: str) -> bool:
    """Whether a value depends on when something began of which nobody says that, on a day before ``date``."""
    if before is None:
        return any("" < point.day < date for point in told)
    stood = [point.value for point in told if point.day <= before.date]
    known = before.values.get(key, InterestSeen())
    return known.since <= before.date and stood[-1:] != [known.value]


def unused_interest(details: Mapping[str, Any]) -> str:
    """Why an interest of unknown kind makes no event: it stands beside a known share; empty if none does."""
    keys = {_key(each) for each in map(mapped, listed(details.get("interests")))}
    beside = UNKNOWN in keys and keys & set(RIGHTS.values())
    return "interest of unknown kind beside a share" if beside else ""


def _key(interest: Mapping[str, Any]) -> str:
    """What an interest is: a right, a basis of control or a role.

    What is held indirectly is held through others, whose holdings are records of their own: it is a tie and
    no second holding.
    """
    kind, details = tidy(interest.get("type")) or UNKNOWN, _beside_share(interest)
    indirect = interest.get("directOrIndirect") == "indirect"
    if kind in RIGHTS:
        return f"{_CONTROL}{HELD_INDIRECTLY[RIGHTS[kind]]}" if indirect else RIGHTS[kind]
    if kind == UNKNOWN:
        return f"{_CONTROL}{INDIRECT}" if indirect else UNKNOWN
    if kind in ROLES:
        return _ROLE + (details.removeprefix(ROLE_STATED) if details.startswith(ROLE_STATED) else ROLES[kind])
    basis = details.removeprefix(BASIS_STATED) if details.startswith(BASIS_STATED) else kind
    # Control through others is not control of the one in between: the basis must not count as control.
    return _CONTROL + (f"{_INDIRECT}{basis}" if indirect and gives_control(basis) else basis)


def _beside_share(interest: Mapping[str, Any]) -> str:
    """The details of an interest without the share with which they begin, as exports write them."""
    details = tidy(interest.get("details"))
    return details if stated_share(interest) is None else details.partition(",")[2].strip()


def _without_interests(details: Mapping[str, Any]) -> str:
    """What a relationship without interests is: of unknown kind, or control, by why nobody is named."""
    reason = unspecified(details["interestedParty"])
    return f"{_CONTROL}{reason}" if reason else UNKNOWN


def _standing_without(details: Mapping[str, Any]) -> str:
    return HELD if unspecified(details["interestedParty"]) else "?"


def _learned(
    told: list[Point], standing: InterestSeen, before: Tie | None, date: str, *, is_new: bool
) -> Iterator[Point]:
    """The points that a statement adds, with their dates: those after the statement before, and what differs.

    Of what no statement before said anything all days count that are stated. What began on no stated day
    began at some time by the statement, and after the statement before if that did not have it.
    """
    value, since = standing.value, standing.since
    for point, following in pairwise((*told, None)):
        assert point is not None
        is_later = before is None or point.day > before.date or (is_new and point.day)
        if point.value != value and is_later:
            until = min(date, following.day) if following else date
            dated = point._replace(day=point.day or f"[..{until}]")
            yield from afresh(dated, value) if point.several else (dated,)
            value, since = point.value, point.day or until
    if told and told[-1].value != value:
        last = told[-1]
        day = last.day if last.day > since else max(date, since)
        if not last.day and before is not None:
            day = between(max(before.date, since), date)
        yield from afresh(last._replace(day=day), value) if last.several else (last._replace(day=day),)


def _fact(key: str, point: Point, holder: str, target: str, record: str) -> dict[str, Any]:
    common = {"target": target, "date": point.day, "note": point.note or None}
    is_end = point.value == GONE
    if key.startswith(_CONTROL):
        kind = "control.ended" if is_end else "control.granted"
        basis = key.removeprefix(_CONTROL)
        stated = {"share": point.value.removeprefix(SHARE)} if point.value.startswith(SHARE) else {}
        tie = {"kind": kind, "controller": holder, "basis": basis, **stated}
        return {**tie, **common, **_of(record, is_end)}
    if key.startswith(_ROLE):
        role = {"kind": "role.ended" if is_end else "role.appointed", "role": key.removeprefix(_ROLE)}
        common["entity"] = common.pop("target")
        return {**role, "person": holder, **common, **_of(record, is_end)}
    right = "equity" if key == UNKNOWN else key
    return {"kind": "stake.observed", "holder": holder, "right": right, "holds": point.value, **common}


def _of(record: str, is_end: bool) -> dict[str, str]:
    """The record, which an end need not name: it names the event that it ends."""
    return {} if is_end else {"record": record}


def _note(interest: Mapping[str, Any], key: str) -> str:
    details = tidy(interest.get("details"))
    said = ROLE_STATED if key.startswith(_ROLE) else BASIS_STATED
    return "" if details.startswith(said) or stated_share(interest) is not None else details


def _day(value: Any) -> str:
    return value if isinstance(value, str) and is_date(value) else ""
