"""Ids that turned out to mean what another id means, and where in a key they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from chronicle.engine.replay.changes import Key


class LinkedIds(dict[str, str]):
    """Ids that were linked to another, each with the id that stays.

    Entities are linked, and nothing else: a deal, a ticker or a role of the same spelling is another thing.
    ``of_entities`` has by view the positions in its keys at which ids of entities stand; in a view that is
    not there every part may be one.
    """

    __slots__ = ("_of_entities",)

    def __init__(
        self,
        names: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        of_entities: Mapping[str, Collection[int]] = MappingProxyType({}),
    ) -> None:
        super().__init__(names)
        self._of_entities = of_entities

    def part(self, view: str, position: int, part: str) -> str:
        """A part of a key of a view, by the id that stays if it is an entity."""
        if part not in self or position not in self._of_entities.get(view, (position,)):
            return part
        return self[part]

    def key(self, view: str, parts: Key) -> Key:
        """The parts, or the first parts, of a key of a view, entities by the ids that stay."""
        if not self:
            return parts
        return tuple(self.part(view, position, part) for position, part in enumerate(parts))


def linked(names: Mapping[str, str]) -> LinkedIds:
    """``names`` as they are, or as ids that may stand anywhere in a key."""
    return names if isinstance(names, LinkedIds) else LinkedIds(names)
