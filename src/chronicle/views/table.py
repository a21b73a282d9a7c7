"""The table of views: all that is said of each. Who lists, tells, exports or compares facts goes by it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chronicle.values import Share
from chronicle.views.values import (
    OPEN_STAGES,
    DealStage,
    EntityKind,
    Listing,
    Name,
    Ownership,
    Partnership,
    Release,
    ShareCount,
    Stake,
    Status,
    Succession,
)
from chronicle.views.view import SURE, Key, Mark, Section, View

HOLDINGS = "holdings"
UNITS = "units"
DEALS = "deals"
NAMES = "names"
TYPES = "types"
STATUS = "status"
IDENTIFIERS = "identifiers"
LINEAGE = "lineage"
LISTINGS = "listings"
CONTROL = "control"
SHARES = "shares"
ROLES = "roles"
PARTNERSHIPS = "partnerships"
PROJECTS = "projects"
MEMBERSHIPS = "memberships"
ENTITIES = "entities"
"""No view, but what lists have in the place of names, types, status and identifiers."""


# What is worked out of a key and a value


def _right(key: Key, _: Any) -> str | None:
    """The right, where it is not the one that a share in a company is."""
    return None if key[2] == "equity" else key[2]


def _amount(_: Key, stake: Stake) -> Share | str:
    return "share unknown" if stake.share.is_unknown else stake.share


def _figure(_: Key, stake: Stake) -> Share | None:
    return None if stake.share.is_unknown else stake.share


def _count(_: Key, count: ShareCount) -> int | str:
    return "unknown" if count.total is None else count.total


def _parties(alone: bool) -> Any:
    return lambda _, deal: deal.parties if (len(deal.parties) < 2) == alone else ()


# The table

_ENTITY: Final = Mark("◦", "entity", "white")
_STAKE: Final = "[, {=shares} shares]"
_DOUBTS: Final = "[, {=reckoned}][, from before shares were issued{?stale}]"

VIEWS: Final[Mapping[str, View]] = MappingProxyType(
    {
        view.name: view
        for view in (
            View(
                name=HOLDINGS,
                key={"holder": "entity", "target": "entity", "right": "text"},
                value=Stake,
                more={
                    "other_right": _right,
                    "amount": _amount,
                    "figure": _figure,
                    "unknown": lambda _, stake: stake.share.is_unknown,
                    "reckoned": lambda _, stake: None if stake.basis == "reported" else stake.basis,
                },
                title="Holdings",
                what="stake",
                subject="{holder} in {target}[ ({=other_right})]",
                says=f"{{=amount}}{_STAKE}{_DOUBTS}",
                sections=tuple(
                    Section(
                        title=title,
                        line=f"{{{other}}}[ ({{=other_right}})]{_STAKE}",
                        dim=f"[, share unknown{{?unknown}}]{_DOUBTS}",
                        figure="{=figure}",
                        under=under,
                        of=of,
                    )
                    for title, other, under, of in (
                        ("Holdings", ".target", "holder", "all"),
                        ("Holds", "target", "", "holder"),
                        ("Held by", "holder", "", "target"),
                    )
                ),
                one="holding",
                row=("holder", "target", "right", "share"),
                first=("holder", "target", "right", "share", *SURE, "shares"),
                difference="StakeChanged",
                family="stake",
                mark=Mark("◉", "stake", "green"),
                alone=False,
            ),
            View(
                name=UNITS,
                key={"unit": "entity", "owner": "entity"},
                value=Ownership,
                title="Business units",
                what="owner",
                subject="{unit}",
                says="{owner}",
                sections=(Section(title="Business units", line="{.unit}", under="owner"),),
                one="unit",
                row=("unit", "owner", "", ""),
                first=("unit", "owner", *SURE),
                difference="UnitMoved",
                # A unit that moves is one difference and not two: its owner is not part of what it is about.
                about=1,
                family="unit",
                mark=Mark("❖", "unit", "blue"),
                alone=False,
            ),
            View(
                name=DEALS,
                key={"deal": "deal"},
                value=DealStage,
                entities=("parties",),
                more={
                    "called": lambda key, deal: key[0] if deal is None else deal.title,
                    "party": _parties(alone=True),
                    "several": _parties(alone=False),
                    "open": lambda _, deal: deal.stage in OPEN_STAGES,
                },
                title="Deals",
                what="stage",
                subject="{=called}",
                says="{=stage}",
                sections=(
                    Section(
                        title="Open deals",
                        line="{*title}[, by {.party}][, between {.several}]",
                        figure="{=stage}",
                        keep="open",
                    ),
                ),
                one="deal",
                row=("deal", "parties", "title", "stage"),
                first=("deal", "title", "stage", "parties", "since", "events"),
                difference="DealAdvanced",
                family="deal",
                mark=Mark("◊", "deal", "yellow"),
                alone=False,
            ),
            View(
                name=NAMES,
                key={"entity": "entity"},
                value=Name,
                title="Names",
                what="name",
                subject="{=entity}",
                says="{=name}[ ({=short})]",
                sections=(),
                within=ENTITIES,
                difference="Renamed",
                family="entity",
                mark=_ENTITY,
                alone=True,
            ),
            View(
                name=TYPES,
                key={"entity": "entity"},
                value=EntityKind,
                title="Kinds of entity",
                what="kind",
                subject="{entity}",
                says="{=type}[, {=jurisdiction}]",
                sections=(),
                within=ENTITIES,
                difference="Difference",
                family="entity",
                mark=_ENTITY,
                alone=False,
            ),
            View(
                name=STATUS,
                key={"entity": "entity"},
                value=Status,
                more={"trouble": lambda _, status: status.status != "active"},
                title="Founded and dissolved",
                what="status",
                subject="{entity}",
                says="{=status}[: {=reason}]",
                sections=(
                    Section(
                        title="Dissolved or insolvent",
                        line="{entity}[: {=reason}]",
                        figure="{=status}",
                        keep="trouble",
                    ),
                ),
                within=ENTITIES,
                difference="StatusChanged",
                family="entity",
                mark=_ENTITY,
                alone=True,
            ),
            View(
                name=IDENTIFIERS,
                key={"entity": "entity", "scheme": "text", "value": "text"},
                value=str,
                title="Identifiers",
                what="identifier",
                subject="{entity}, {=scheme}",
                says="{=value}",
                sections=(),
                within=ENTITIES,
                difference="Identified",
                family="entity",
                mark=_ENTITY,
                alone=False,
            ),
            View(
                name=LINEAGE,
                key={"predecessor": "entity", "successor": "entity"},
                value=Succession,
                title="Succession",
                what="succession",
                subject="{predecessor} → {successor}",
                says="{=how}",
                sections=(Section(title="Succession", line="{predecessor} → {successor}", figure="{=how}"),),
                one="lineage",
                row=("predecessor", "successor", "how", ""),
                difference="Succeeded",
                family="entity",
                mark=_ENTITY,
                alone=True,
            ),
            View(
                name=LISTINGS,
                # An exchange that no source names is "".
                key={"entity": "entity", "exchange": "text"},
                value=Listing,
                more={"floated": lambda _, listing: "ipo" if listing.ipo else ""},
                title="Listings",
                what="listing",
                subject="{entity}[ on {=exchange}]",
                says="listed[, as {=ticker}][, IPO{?ipo}]",
                sections=(
                    Section(
                        title="Listings",
                        line="{entity}[, {=exchange}][, {=ticker}][, IPO{?ipo}][, raised {=raised}]"
                        "[, at {=price} a share]",
                    ),
                ),
                one="listing",
                row=("entity", "exchange", "ticker", "floated"),
                first=("entity", "exchange", "ticker", "ipo", *SURE),
                difference="Listed",
                family="listing",
                mark=Mark("▴", "listing", "bright_blue"),
                alone=True,
            ),
            View(
                name=CONTROL,
                key={"controller": "entity", "target": "entity", "basis": "text"},
                value=str,
                title="Control",
                what="control",
                subject="{controller} over {target} ({=basis})",
                says="in control",
                sections=(Section(title="Control", line="{.target} ({=basis})", under="controller"),),
                one="control",
                row=("controller", "target", "basis", ""),
                difference="ControlChanged",
                family="control",
                mark=Mark("⚑", "control", "red"),
                alone=False,
            ),
            View(
                name=SHARES,
                key={"issuer": "entity"},
                value=ShareCount,
                more={
                    "count": _count,
                    "told": lambda _, count: "?" if count.total is None else count.total,
                },
                title="Shares in issue",
                what="number of shares",
                subject="{issuer}",
                says="{=count}",
                sections=(Section(title="Shares in issue", line="{issuer}", figure="{=count}"),),
                one="shares",
                row=("issuer", "", "", "told"),
                difference="SharesCounted",
                family="shares",
                mark=Mark("✱", "shares", "bright_green"),
                alone=True,
            ),
            View(
                name=ROLES,
                key={"person": "entity", "entity": "entity", "role": "text"},
                value=str,
                title="Roles",
                what="role",
                subject="{person} at {entity}",
                says="{=role}",
                sections=(Section(title="Roles", line="{.person}, {=role}", under="entity"),),
                one="role",
                row=("person", "entity", "role", ""),
                difference="RoleChanged",
                family="role",
                mark=Mark("♙", "role", "white"),
                alone=False,
            ),
            View(
                name=PARTNERSHIPS,
                key={"together": "text", "subject": "text"},
                value=Partnership,
                more={"asked": lambda key, partnership: key[1] if partnership is None else None},
                entities=("parties", "project"),
                title="Partnerships",
                what="partnership",
                subject="[{parties}][{=asked}]",
                says="{=subject}",
                sections=(Section(title="Partnerships", line="{parties}: {=subject}[ ({+project})]"),),
                one="partnership",
                row=("parties", "project", "subject", ""),
                first=("parties", "subject", "project", *SURE),
                difference="PartnershipChanged",
                family="partnership",
                mark=Mark("✦", "partner", "magenta"),
                alone=False,
            ),
            View(
                name=PROJECTS,
                key={"project": "entity", "where": "text"},
                value=Release,
                more={"out": lambda _, __: "released"},
                entities=("by",),
                title="Released",
                what="release",
                subject="{project} in {=where}",
                says="released[ by {by}]",
                sections=(Section(title="Released", line="{project}, {=where}[, by {.by}]"),),
                one="project",
                row=("project", "by", "where", "out"),
                difference="Released",
                family="project",
                mark=Mark("▸", "project", "cyan"),
                alone=True,
            ),
            View(
                name=MEMBERSHIPS,
                key={"entity": "entity", "group": "entity"},
                value=bool,
                title="Memberships",
                what="membership",
                subject="{entity} in {group}",
                says="member",
                sections=(Section(title="Memberships", line="{.entity}", under="group"),),
                one="membership",
                row=("entity", "group", "", ""),
                difference="MembershipChanged",
                family="membership",
                mark=Mark("⊖", "member", "bright_magenta"),
                alone=True,
            ),
        )
    }
)
