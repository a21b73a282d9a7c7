"""Views of ties between entities, other than holdings: deals, listings, control, roles and others."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from chronicle.engine.views.names import (
    CONTROL,
    DEALS,
    LISTINGS,
    MEMBERSHIPS,
    PARTNERSHIPS,
    PROJECTS,
    ROLES,
)
from chronicle.engine.views.view import SURE, Key, Mark, Section, View
from chronicle.values import Money, Share

Stage = Literal["proposed", "agreed", "approved", "completed", "terminated"]
OPEN_STAGES: tuple[Stage, ...] = ("proposed", "agreed", "approved")


class DealStage(NamedTuple):
    """The stage of a deal."""

    title: str
    stage: Stage
    parties: tuple[str, ...]
    binding: bool
    reason: str | None = None


class Listing(NamedTuple):
    """That shares are listed, and the terms at the start."""

    ticker: str | None = None
    ipo: bool = False
    raised: Money | None = None
    price: Money | None = None


class Control(NamedTuple):
    """That one entity controls another, and the share that its source states; None if it states none."""

    share: Share | None = None


class Partnership(NamedTuple):
    """The parties of a partnership, and its subject."""

    parties: tuple[str, ...]
    subject: str
    project: str | None = None


class Release(NamedTuple):
    """That a project was released, and by whom."""

    by: tuple[str, ...] = ()


def _parties(alone: bool) -> Any:
    return lambda _, deal: deal.parties if (len(deal.parties) < 2) == alone else ()


def _share_stated(_: Key, control: Control | None) -> Share | str | None:
    """The share that a source states for control, for a text."""
    if control is None or control.share is None:
        return None
    return "unknown" if control.share.is_unknown else control.share


VIEWS: Final = (
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
        value=Control,
        more={"stated": _share_stated},
        title="Control",
        what="control",
        subject="{controller} over {target} ({=basis})",
        says="in control[, share {=stated}]",
        sections=(Section(line="{.target} ({=basis})[, share {=stated}]", under="controller"),),
        one="control",
        row=("controller", "target", "basis", "share"),
        first=("controller", "target", "basis", *SURE),
        as_value="basis",
        difference="ControlChanged",
        family="control",
        mark=Mark("⚑", "control", "red"),
        alone=False,
    ),
    View(
        name=ROLES,
        key={"person": "entity", "entity": "entity", "role": "text"},
        value=str,
        title="Roles",
        what="role",
        subject="{person} at {entity}",
        says="{=role}",
        sections=(Section(line="{.person}, {=role}", under="entity"),),
        one="role",
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
        sections=(Section(line="{parties}: {=subject}[ ({+project})]"),),
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
        sections=(Section(line="{project}, {=where}[, by {.by}]"),),
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
        sections=(Section(line="{.entity}", under="group"),),
        one="membership",
        difference="MembershipChanged",
        family="membership",
        mark=Mark("⊖", "member", "bright_magenta"),
        alone=True,
    ),
)
