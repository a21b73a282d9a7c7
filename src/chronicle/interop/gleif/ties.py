"""Level 2 and reporting exceptions of GLEIF to events: who consolidates whom, why no parent is named."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from chronicle.errors import Place, Problem
from chronicle.interop.gleif.dates import local_date
from chronicle.interop.gleif.nodes import NEVER, Node, NodeMaker, below, later_end, lei_id, many, value_of
from chronicle.interop.incoming import Incoming
from chronicle.interop.registers import NOBODY_SAYS, part

BASES: Final = MappingProxyType(
    {
        "IS_DIRECTLY_CONSOLIDATED_BY": "consolidation",
        "IS_ULTIMATELY_CONSOLIDATED_BY": "ultimate consolidation",
        "IS_FUND-MANAGED_BY": "fund management",
        "IS_SUBFUND_OF": "umbrella fund",
        "IS_FEEDER_TO": "master fund",
        "IS_INTERNATIONAL_BRANCH_OF": "international branch",
    }
)
"""The basis of control for each type of relationship. None of them is a share."""


def relationship_events(record: Node, place: Place) -> Iterator[Incoming]:
    """The events of a record of level 2: control from the beginning of the relationship to its end."""
    relationship, registration = record["Relationship"], record.get("Registration")
    child, parent = (_node_id(below(relationship, end)) for end in ("StartNode", "EndNode"))
    kind = value_of(below(relationship, "RelationshipType"))
    if not child or not parent or not kind:
        yield Problem("C720", "relationship without a start, an end or a type", place)
        return
    make = NodeMaker(f"{part(child)}:{part(kind)}:{part(parent)}", f"relationship {kind}", place)
    status = value_of(below(registration, "RegistrationStatus"))
    if status in NEVER:
        yield make.left_out(f"relationship that never was, its registration is {status}: {child}, {parent}")
        return
    registered = local_date(value_of(below(registration, "InitialRegistrationDate")))
    tie = {
        "controller": parent,
        "target": child,
        "basis": BASES.get(kind, kind.lower().replace("_", " ")),
    }
    ended = False
    periods = _periods(relationship, registration)
    for number, (start, end) in enumerate(periods):
        # Some issuers give the registration of the LEI here, years before the relationship began.
        known = registered if registered and later_end(registered) >= later_end(start) else None
        yield make.event(f"granted:{number}", kind="control.granted", **tie, date=start, known=known)
        if end:
            ended = True
            ends = make.event_id(f"granted:{number}")
            yield make.event(f"ended:{number}", kind="control.ended", **tie, date=end, ends=ends)
    if not ended and value_of(below(relationship, "RelationshipStatus")) == "INACTIVE":
        updated = local_date(value_of(below(registration, "LastUpdateDate")))
        date = f"[..{later_end(updated)}]" if updated else NOBODY_SAYS
        # Where there are several periods without an end, this ends all of them.
        only = make.event_id("granted:0") if len(periods) == 1 else None
        yield make.event("ended", kind="control.ended", **tie, date=date, ends=only)


def _node_id(node: Any) -> str:
    code, scheme = value_of(below(node, "NodeID")), value_of(below(node, "NodeIDType"))
    return f"{part(scheme or 'LEI')}:{part(code)}" if code else ""


def _periods(relationship: Any, registration: Any) -> list[tuple[str, str | None]]:
    """Beginning and end of the relationship.

    Accounting and filing periods only say that it existed by then.
    """
    nodes = many(below(relationship, "RelationshipPeriods"), "RelationshipPeriod")
    nodes = nodes or many(below(relationship, "Period"), "Period")
    stated = [(_period_of(node, "StartDate"), _period_of(node, "EndDate"), node) for node in nodes]
    own = [(start, end) for start, end, node in stated if _period_kind(node) == "RELATIONSHIP_PERIOD"]
    if own:
        return [(start or NOBODY_SAYS, end) for start, end in own]
    by = [start for start, _, _ in stated if start]
    registered = local_date(value_of(below(registration, "InitialRegistrationDate")))
    if not by and registered:
        by = [registered]
    return [(f"[..{later_end(min(by))}]" if by else NOBODY_SAYS, None)]


def _period_of(node: Any, name: str) -> str | None:
    return local_date(value_of(below(node, name)) or value_of(below(node, name[0].lower() + name[1:])))


def _period_kind(node: Any) -> str:
    return value_of(below(node, "PeriodType")) or value_of(below(node, "periodType"))


# Reporting exceptions


def exception_events(record: Node, place: Place) -> Iterator[Incoming]:
    """The events of a reporting exception: the entity joins the group of those that give this reason."""
    code = value_of(record.get("LEI"))
    category = value_of(record["ExceptionCategory"])
    nodes = many(record.get("ExceptionReason"), "ExceptionReason")
    reasons = [reason for reason in map(value_of, nodes) if reason]
    if not code or not category or not reasons:
        yield Problem("C720", "exception without an LEI, a category or a reason", place)
        return
    level = category.partition("_")[0]
    make = NodeMaker(part(code), f"reporting exception of {code}", place)
    for reason in dict.fromkeys(reasons):
        group = f"gleif-exception:{part(level)}:{part(reason.replace('_', '-'))}"
        yield make.event(group, kind="membership.started", date=NOBODY_SAYS, entity=lei_id(code), group=group)
