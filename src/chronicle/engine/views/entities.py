"""Views of what entities are: names, types, status, identifiers, and succession."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from chronicle.engine.views.names import (
    ENTITIES,
    IDENTIFIERS,
    LINEAGE,
    NAMES,
    STATUS,
    TYPES,
)
from chronicle.engine.views.view import Mark, Section, View


class Name(NamedTuple):
    """The name of an entity."""

    name: str
    short: str | None = None
    lang: str | None = None

    @property
    def tag(self) -> str:
        """Its language as a page may say it (BCP 47); empty where nothing says it so."""
        return self.lang if self.lang is not None and _LANGUAGE.fullmatch(self.lang) else ""


_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class EntityKind(NamedTuple):
    """The type of an entity, and its jurisdiction."""

    type: str
    jurisdiction: str | None = None


class Status(NamedTuple):
    """Whether an entity exists: ``active``, ``insolvent`` or ``dissolved``, with the reason or the stage."""

    status: Literal["active", "insolvent", "dissolved"]
    reason: str | None = None


class Succession(NamedTuple):
    """How one entity came from another: ``absorbed``, ``consolidated``, ``split`` or ``dissolved``."""

    how: Literal["absorbed", "consolidated", "split", "dissolved"]


_ENTITY: Final = Mark("◦", "entity", "white")

VIEWS: Final = (
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
        sections=(Section(line="{predecessor} → {successor}", figure="{=how}"),),
        one="lineage",
        row=("predecessor", "successor", "how", ""),
        difference="Succeeded",
        family="entity",
        mark=_ENTITY,
        alone=True,
    ),
)
