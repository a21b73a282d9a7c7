"""The projectors of 0.1.0: as they were, or the present ones where nothing else changed.

Left out are the rules that came later: that a value which names an ended company is doubtful, and that it
may be open by which of two a company was absorbed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from attrs import evolve

from chronicle.engine import views
from chronicle.engine.earlier.holdings import HOLDINGS
from chronicle.engine.projectors import PROJECTORS as PROJECTORS_NOW
from chronicle.engine.replay import Before, Change, Handler, Projector
from chronicle.events import (
    EntityDissolved,
    EntityReinstated,
    Event,
    MergerAbsorbed,
    MergerConsolidated,
    ended_by,
    taker_of,
)

_OWNED = views.Ownership()


def _merged(event: MergerAbsorbed | MergerConsolidated, _: Before) -> Iterator[Change]:
    """The companies that merge are dissolved, and one that results from several is active."""
    how, words = ("absorbed", "by") if isinstance(event, MergerAbsorbed) else ("consolidated", "into")
    taker = taker_of(event)
    for entity in ended_by(event):
        yield _status(event, entity, views.Status("dissolved", f"{how} {words} {taker}"))
        if taker is not None:
            succession = views.Succession(how)  # type: ignore[arg-type]  # one of the two
            yield Change(views.LINEAGE, (entity, taker), "set", succession, event.date, event.id)
    if taker is not None and isinstance(event, MergerConsolidated):
        yield _status(event, taker, views.Status("active"))


def _status(event: Event, entity: str, status: views.Status) -> Change:
    return Change(views.STATUS, (entity,), "set", status, event.date, event.id)


def _units_merged(event: MergerAbsorbed | MergerConsolidated, before: Before) -> Iterator[Change]:
    """The units of the companies that merge move to the other."""
    taker = taker_of(event)
    # 0.1.0 moved the units twice for a company named twice, by two ids that turned out to be one entity.
    taken_in = (event.absorbed,) if isinstance(event, MergerAbsorbed) else event.predecessors
    for entity in taken_in:
        if taker is None or entity == taker:
            continue
        for (unit, _), _value in before.where(views.UNITS, 1, entity):
            made_from = ((views.UNITS, (unit, entity)),)
            yield Change(views.UNITS, (unit, taker), "set", _OWNED, event.date, event.id, made_from)
            yield Change(views.UNITS, (unit, entity), "end", None, event.date, event.id)


# By the name of a projector, the handlers that were other ones; None for kinds without a handler.
_OTHERWISE: Mapping[str, Mapping[type, Handler | None]] = MappingProxyType(
    {
        "entities": {MergerAbsorbed: _merged, MergerConsolidated: _merged},
        "units": {
            MergerAbsorbed: _units_merged,
            MergerConsolidated: _units_merged,
            EntityReinstated: None,
        },
    }
)

_NOTHING_DONE: Mapping[type, None] = MappingProxyType(
    dict.fromkeys((EntityDissolved, MergerAbsorbed, MergerConsolidated, EntityReinstated))
)


def _as_it_was(projector: Projector) -> Projector:
    if projector.name == HOLDINGS.name:
        return HOLDINGS
    otherwise = _OTHERWISE.get(projector.name, _NOTHING_DONE)
    table = {**projector.table, **otherwise}
    return evolve(projector, table={kind: each for kind, each in table.items() if each is not None})


PROJECTORS: tuple[Projector, ...] = tuple(map(_as_it_was, PROJECTORS_NOW))
"""The shipped projectors as they were in 0.1.0."""
