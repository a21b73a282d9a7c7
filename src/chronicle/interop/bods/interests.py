"""Statements about relationships, as fields of events: observed shares, control, and the end of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from attrs import field, frozen

from chronicle.errors import InvalidValue
from chronicle.interop.bods.checks import Statement, listed, mapped
from chronicle.interop.bods.parties import Facts, record_id
from chronicle.interop.bods.rules import is_date
from chronicle.interop.registers import tidy
from chronicle.values import Share

RIGHTS: Final = MappingProxyType(
    {"shareholding": "equity", "votingRights": "votes", "appointmentOfBoard": "board"}
)
"""The interests that are shares, with their rights. All other interests are control."""

_GONE = "0%"
_HELD = "held"


class _Point(NamedTuple):
    """A value that holds from a day on: a share as text, held, or gone."""

    date: str
    value: str
    note: str


class InterestSeen(NamedTuple):
    """The value of a right or basis, since when, the id of the event that set it, and its lot."""

    value: str = _GONE
    since: str = ""
    by: str = ""
    lot: str | None = None


@frozen
class Tie:
    """What stood between two parties after a statement, by right or basis of control."""

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
    that it ends. A direct holding is a lot: one for each record and right.
    """
    date, closed = statement["statementDate"][:10], statement.get("recordStatus") == "closed"
    facts: Facts = dict(_placeholders(statement)) if before is None else {}
    stood = dict(before.values) if before else {}
    details = mapped(statement["recordDetails"])
    timelines = _timelines(details, date)
    # A statement without interests ends those of the statement before; a first one without any ends nothing.
    if not timelines and not closed and (before is None or stood.keys() == {_without_interests(details)}):
        timelines[_without_interests(details)] = [_Point(date, _HELD, "")]
    lots = _lots(statement)
    after: dict[str, InterestSeen] = {}
    for key in dict.fromkeys([*stood, *timelines]):
        standing = stood.get(key, InterestSeen())
        points = list(_learned(timelines.get(key, []), standing, before.date if before else "", date))
        value = points[-1].value if points else standing.value
        if value != _GONE and (closed or key not in timelines):
            points.append(_Point(date, _GONE, ""))
        for number, point in enumerate(points):
            slot = f"{key}:{number}"
            is_end = point.value == _GONE and standing.value != _GONE
            ends, lot = (standing.by, standing.lot) if is_end else (None, lots.get(key))
            facts[slot] = {**_fact(key, point, holder, target), "ends": ends, "lot": lot}
            standing = InterestSeen(point.value, point.date, named(slot), lot)
        after[key] = standing
    return facts, Tie(date, after)


def _lots(statement: Statement) -> dict[str, str]:
    """The lot of each right that is held directly, by right.

    Indirect holdings are no lots, so that they are never added to direct ones.
    """
    interests = [mapped(each) for each in listed(mapped(statement["recordDetails"]).get("interests"))]
    direct = {tidy(each.get("type")) for each in interests if each.get("directOrIndirect") != "indirect"}
    record = record_id(statement["recordId"])
    return {right: f"{record}:{right}" for kind, right in RIGHTS.items() if kind in direct}


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


def _timelines(details: Mapping[str, Any], date: str) -> dict[str, list[_Point]]:
    """The values over time by right or basis, from the dates of the interests.

    Several of one right add up.
    """
    interests = [mapped(interest) for interest in listed(details.get("interests"))]
    direct = {tidy(each.get("type")) for each in interests if each.get("directOrIndirect") != "indirect"}
    chained = bool(listed(details.get("componentRecords")))
    kept: defaultdict[str, list[tuple[str, str, Share | None, str]]] = defaultdict(list)
    for interest in interests:
        kind = tidy(interest.get("type")) or "unknownInterest"
        # The links of a chain are relationships of their own, so the whole chain is not a second holding.
        is_chain = interest.get("directOrIndirect") == "indirect" and (chained or kind in direct)
        right = None if is_chain else RIGHTS.get(kind)
        share = _share(mapped(interest.get("share")))
        key = right or (f"control:indirect {kind}" if is_chain and kind in RIGHTS else f"control:{kind}")
        start, end = _day(interest.get("startDate")) or date, _day(interest.get("endDate"))
        kept[key].append((start, end, share, _note(interest, share if right is None else None)))
    return {key: _timeline(key, spans) for key, spans in kept.items()}


def _without_interests(details: Mapping[str, Any]) -> str:
    """The basis of control for a relationship without interests: unspecified, or why nobody is named."""
    return f"control:{unspecified(details['interestedParty']) or 'unknownInterest'}"


def _timeline(key: str, spans: list[tuple[str, str, Share | None, str]]) -> list[_Point]:
    days = sorted({day for start, end, _, _ in spans for day in (start, end) if day})
    points: list[_Point] = []
    for day in days:
        standing = [span for span in spans if span[0] <= day and not ("" < span[1] <= day)]
        value = _GONE
        if standing:
            value = _HELD if key.startswith("control:") else _sum(span[2] for span in standing)
        notes = "; ".join(dict.fromkeys(span[3] for span in standing if span[3]))
        if not points or points[-1].value != value:
            points.append(_Point(day, value, notes))
    return points


def _sum(shares: Iterator[Share | None]) -> str:
    total: Share | None = None
    for share in shares:
        stated = Share.unknown() if share is None else share
        total = stated if total is None else total + stated
    assert total is not None
    excess = total.maximum is not None and total.maximum > 1
    return "?" if excess else str(total)


def _learned(timeline: list[_Point], standing: InterestSeen, cut: str, date: str) -> Iterator[_Point]:
    """The points that a statement adds: those after ``cut``, and one where the last value differs."""
    value, since = standing.value, standing.since
    for point in timeline:
        if point.date > cut and point.value != value:
            yield point
            value, since = point.value, point.date
    if timeline and timeline[-1].value != value:
        last = timeline[-1]
        yield last._replace(date=last.date if last.date > since else max(date, since))


def _fact(key: str, point: _Point, holder: str, target: str) -> dict[str, Any]:
    if key.startswith("control:"):
        kind = "control.ended" if point.value == _GONE else "control.granted"
        plain = {"kind": kind, "controller": holder, "basis": key.removeprefix("control:")}
    else:
        plain = {"kind": "stake.observed", "holder": holder, "right": key, "holds": point.value}
    return {**plain, "target": target, "date": point.date, "note": point.note or None}


def _note(interest: Mapping[str, Any], share: Share | None) -> str:
    stated = f"share {share}" if share is not None else ""
    return "; ".join(filter(None, (stated, tidy(interest.get("details")))))


def _share(share: Mapping[str, Any]) -> Share | None:
    """The share that a mapping of percentages states; None when it states none, or an impossible one."""
    exact = _part(share.get("exact"))
    if exact is not None:
        return Share.exact(exact)
    closed_low, open_low = _part(share.get("minimum")), _part(share.get("exclusiveMinimum"))
    closed_high, open_high = _part(share.get("maximum")), _part(share.get("exclusiveMaximum"))
    low = closed_low if closed_low is not None else open_low
    high = closed_high if closed_high is not None else open_high
    if low is None and high is None:
        return None
    try:
        return Share(
            Fraction(0) if low is None else low,
            Fraction(1) if high is None else high,
            low is not None and closed_low is None,
            high is not None and closed_high is None,
        )
    except InvalidValue:
        return None


def _part(percent: Any) -> Fraction | None:
    if isinstance(percent, bool) or not isinstance(percent, (int, Decimal)):
        return None
    return Fraction(percent) / 100 if 0 <= percent <= 100 else None


def _day(value: Any) -> str:
    return value if isinstance(value, str) and is_date(value) else ""
