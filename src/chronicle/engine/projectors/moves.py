"""Which views the events of a kind move, taken from the tables of the projectors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chronicle.engine import views
from chronicle.engine.projectors import PROJECTORS
from chronicle.engine.projectors.entities import ENTITIES
from chronicle.engine.sense import TIES
from chronicle.events import (
    DemergerSplit,
    EntityDeclared,
    EntityDissolved,
    EntityFounded,
    EntityIdentified,
    EntityInsolvent,
    EntityReinstated,
    EntityRenamed,
    Event,
    MergerAbsorbed,
    MergerConsolidated,
)

# The projector of entities writes five views, and no kind moves all of them.
_OF_ENTITIES: Final[Mapping[type[Event], tuple[str, ...]]] = MappingProxyType(
    {
        EntityDeclared: (views.NAMES, views.TYPES),
        EntityFounded: (views.NAMES, views.TYPES, views.STATUS),
        EntityRenamed: (views.NAMES,),
        EntityIdentified: (views.IDENTIFIERS,),
        EntityDissolved: (views.STATUS, views.LINEAGE),
        EntityInsolvent: (views.STATUS,),
        EntityReinstated: (views.STATUS,),
        MergerAbsorbed: (views.STATUS, views.LINEAGE),
        MergerConsolidated: (views.STATUS, views.LINEAGE),
        DemergerSplit: (views.STATUS, views.LINEAGE),
    }
)


# What else becomes doubtful, or certain again, with the life of an entity is not counted.
_LIVES: Final = (EntityDissolved, EntityReinstated)


def moves(kind: type[Event]) -> tuple[str, ...]:
    """The views that events of a kind write, in the order of the projectors.

    That other facts become doubtful once a company is gone is not counted.
    """
    ties = {tie.view: (tie.begins, tie.ends) for tie in TIES}
    found = list(_OF_ENTITIES.get(kind, ENTITIES.views)) if kind in ENTITIES.table else []
    for projector in PROJECTORS:
        if projector is ENTITIES or kind not in projector.table or kind in _LIVES:
            continue
        found += [view for view in projector.views if view not in ties or kind in ties[view]]
    return tuple(dict.fromkeys(found))
