"""Mergers and splits: entities that become other entities, n to m."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from chronicle.events.envelope import EntityId, Event


@frozen(kw_only=True, repr=False, eq=False)
class MergerAbsorbed(Event):
    """The survivor takes over the absorbed entity: its holdings and units move, and it ends.

    Where the source names no ``survivor``, what it held and owned stays where it was and is only possible
    from then on.
    """

    kind: ClassVar[str] = "merger.absorbed"
    about: ClassVar[tuple[str, ...]] = ("survivor", "absorbed")

    survivor: EntityId | None = None
    absorbed: EntityId


@frozen(kw_only=True, repr=False, eq=False)
class MergerConsolidated(Event):
    """Several predecessors become one successor: their holdings and units move, and they end.

    Where the source names no ``successor``, what they held and owned stays where it was and is only possible
    from then on.
    """

    kind: ClassVar[str] = "merger.consolidated"
    about: ClassVar[tuple[str, ...]] = ("successor",)

    predecessors: tuple[EntityId, ...]
    successor: EntityId | None = None


@frozen(kw_only=True, repr=False, eq=False)
class DemergerSplit(Event):
    """A parent passes units and holdings to successors.

    ``allocation`` says which unit, or which holding (by its target), goes to which successor. Whatever it
    does not name stays with the parent, which goes on.
    """

    kind: ClassVar[str] = "demerger.split"
    about: ClassVar[tuple[str, ...]] = ("parent",)

    parent: EntityId
    successors: tuple[EntityId, ...]
    allocation: tuple[tuple[EntityId, EntityId], ...] = ()
