"""Entities: companies, people, units, projects, funds. How they begin, are named, and end."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from attrs import frozen

from chronicle.dates import PartialDate
from chronicle.events.envelope import EntityId, Event

EntityType = Literal[
    "company",
    "person",
    "unit",
    "project",
    "fund",
    "trust",
    "government",
    "association",
    "index",
    "other",
]


@frozen(kw_only=True, repr=False, eq=False)
class EntityDeclared(Event):
    """An id is given to an entity, with its name until an event renames it.

    An item under ``entities:`` of a file becomes such an event. It says nothing of when the entity was
    founded or whether it still exists, so it holds at all times.
    """

    kind: ClassVar[str] = "entity.declared"
    about: ClassVar[tuple[str, ...]] = ("entity",)

    entity: EntityId
    name: str
    type: EntityType
    short: str | None = None
    lang: str | None = None
    jurisdiction: str | None = None


IN_ENTITIES: Final = ("id", "name", "type", "short", "lang", "jurisdiction", "note", "sources")
"""The fields of an item under ``entities:``; its ``id`` is the ``entity`` of the event."""


@frozen(kw_only=True, repr=False, eq=False)
class EntityFounded(Event):
    """An entity comes into being under its first name."""

    kind: ClassVar[str] = "entity.founded"
    about: ClassVar[tuple[str, ...]] = ("entity",)

    entity: EntityId
    name: str
    type: EntityType
    jurisdiction: str | None = None
    founders: tuple[EntityId, ...] = ()


@frozen(kw_only=True, repr=False, eq=False)
class EntityRenamed(Event):
    """The same entity goes by another name from now on. Its id stays."""

    kind: ClassVar[str] = "entity.renamed"
    about: ClassVar[tuple[str, ...]] = ("entity",)

    entity: EntityId
    name: str
    lang: str | None = None
    short: str | None = None


@frozen(kw_only=True, repr=False, eq=False)
class EntityIdentified(Event):
    """A register or an exchange gives the entity an identifier.

    It is valid from ``date`` until ``until`` (exclusive).
    """

    kind: ClassVar[str] = "entity.identified"
    about: ClassVar[tuple[str, ...]] = ("entity", "scheme")

    entity: EntityId
    scheme: str
    value: str
    until: PartialDate | None = None


@frozen(kw_only=True, repr=False, eq=False)
class EntityDissolved(Event):
    """An entity ends. What it still holds is not removed; ``check`` reports it."""

    kind: ClassVar[str] = "entity.dissolved"
    about: ClassVar[tuple[str, ...]] = ("entity",)

    entity: EntityId
    reason: str
    successor: EntityId | None = None


@frozen(kw_only=True, repr=False, eq=False)
class EntityInsolvent(Event):
    """An insolvency proceeding reaches a stage (filed, administration, liquidation ...)."""

    kind: ClassVar[str] = "entity.insolvent"
    about: ClassVar[tuple[str, ...]] = ("entity",)

    entity: EntityId
    stage: str


@frozen(kw_only=True, repr=False, eq=False)
class EntityReinstated(Event):
    """An entity that was dissolved or insolvent is active again."""

    kind: ClassVar[str] = "entity.reinstated"
    about: ClassVar[tuple[str, ...]] = ("entity",)

    entity: EntityId
    reason: str
