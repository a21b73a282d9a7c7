"""What happens to the ties of an entity that ended: one rule for many views.

Sources do not report that a director left because the company was absorbed, or that a listing ended with it.
So nothing ends: a value that names the entity is only possible from then on, until an event says more, and
certain again once the entity is reinstated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from chronicle.engine import views
from chronicle.engine.replay import Before, Change, Handler, Key
from chronicle.events import (
    EntityDissolved,
    EntityReinstated,
    Event,
    MergerAbsorbed,
    MergerConsolidated,
    ended_by,
)

Standing = Callable[[str, Before], Iterable[tuple[Key, Any]]]
"""A function that gives the cells (key, value) of a view that name an entity."""


def doubted(view: str, key: Key, value: Any, event: Event, entity: str) -> Change:
    """A change by which a value is only possible from ``event`` on, since ``entity`` ended with it."""
    return Change(view, key, "doubt", value, event.date, event.id, ((views.STATUS, (entity,)),))


def taken_before(entity: str, taker: str | None, before: Before) -> tuple[str, ...]:
    """Those that absorbed an entity by earlier events, where ``taker`` is another one; mostly empty."""
    status: views.Status | None = before.get(views.STATUS, (entity,))
    if taker is None or status is None or status.status != "dissolved":
        return ()
    lineage = before.where(views.LINEAGE, 0, entity)
    found = tuple(key[1] for key, succession in lineage if succession.how in ("absorbed", "consolidated"))
    return () if taker in found else found


def given_away(
    view: str, position: int, entity: str, takers: Iterable[str], before: Before
) -> list[tuple[Key, Any]]:
    """The cells of a view that a merger moved from an entity to one of ``takers``, with their last values."""
    mergers = (before.made_by(views.LINEAGE, (entity, taker)) for taker in takers)
    found = (cell for merger in mergers for cell in before.ended_by(view, position, entity, merger or ""))
    return list(dict(found).items())


def lifted(view: str, key: Key, value: Any, event: Event, entity: str) -> Change:
    """A change by which a value doubted for the end of ``entity`` is certain from ``event`` on."""
    return doubted(view, key, value, event, entity)._replace(operation="lift")


def departures(view: str, standing: Standing) -> Mapping[type, Handler]:
    """The handlers by which values of a view become doubtful when an entity ends, until it returns."""

    def departed(event: Event, before: Before) -> Iterator[Change]:
        for entity in ended_by(event):
            for key, value in standing(entity, before):
                yield doubted(view, key, value, event, entity)

    def returned(event: EntityReinstated, before: Before) -> Iterator[Change]:
        for key, value in standing(event.entity, before):
            yield lifted(view, key, value, event, event.entity)

    return MappingProxyType(
        {
            EntityDissolved: departed,
            MergerAbsorbed: departed,
            MergerConsolidated: departed,
            EntityReinstated: returned,
        }
    )


def in_key(view: str, *positions: int) -> Standing:
    """The cells of a view that have an entity at one of these positions of their key."""

    def standing(entity: str, before: Before) -> list[tuple[Key, Any]]:
        found = (cell for position in positions for cell in before.where(view, position, entity))
        return list(dict(found).items())

    return standing
