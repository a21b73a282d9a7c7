"""What entities are: their names and identifiers, whether they exist, what they came from."""

from __future__ import annotations

from collections.abc import Iterator

from chronicle.engine import views
from chronicle.engine.projectors.departures import doubted, taken_before
from chronicle.engine.replay import Before, Change, Projector
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
    ended_by,
)

_ACTIVE = views.Status("active")


def _declared(event: EntityDeclared, _: Before) -> tuple[Change, ...]:
    key = (event.entity,)
    name = views.Name(event.name, event.short, event.lang)
    kind = views.EntityKind(event.type, event.jurisdiction)
    return (
        Change(views.NAMES, key, "set", name, event.date, event.id),
        Change(views.TYPES, key, "set", kind, event.date, event.id),
    )


def _founded(event: EntityFounded, _: Before) -> tuple[Change, ...]:
    key = (event.entity,)
    kind = views.EntityKind(event.type, event.jurisdiction)
    return (
        Change(views.NAMES, key, "set", views.Name(event.name), event.date, event.id),
        Change(views.TYPES, key, "set", kind, event.date, event.id),
        Change(views.STATUS, key, "set", _ACTIVE, event.date, event.id),
    )


def _renamed(event: EntityRenamed, _: Before) -> tuple[Change, ...]:
    name = views.Name(event.name, event.short, event.lang)
    return (Change(views.NAMES, (event.entity,), "set", name, event.date, event.id),)


def _identified(event: EntityIdentified, _: Before) -> Iterator[Change]:
    key = (event.entity, event.scheme, event.value)
    yield Change(views.IDENTIFIERS, key, "set", event.value, event.date, event.id)
    if event.until is not None:
        yield Change(views.IDENTIFIERS, key, "end", None, event.until, event.id)


def _status(event: Event, entity: str, status: views.Status) -> Change:
    return Change(views.STATUS, (entity,), "set", status, event.date, event.id)


def _succeeded(event: Event, old: str, new: str, succession: views.Succession) -> Change:
    return Change(views.LINEAGE, (old, new), "set", succession, event.date, event.id)


def _dissolved(event: EntityDissolved, _: Before) -> Iterator[Change]:
    yield _status(event, event.entity, views.Status("dissolved", event.reason))
    if event.successor is not None:
        yield _succeeded(event, event.entity, event.successor, views.Succession("dissolved"))


def _insolvent(event: EntityInsolvent, _: Before) -> tuple[Change, ...]:
    return (_status(event, event.entity, views.Status("insolvent", event.stage)),)


def _reinstated(event: EntityReinstated, _: Before) -> tuple[Change, ...]:
    return (_status(event, event.entity, views.Status("active", event.reason)),)


def _absorbed(event: MergerAbsorbed, before: Before) -> Iterator[Change]:
    by = (
        "absorbed by another company"
        if event.survivor is None
        else f"absorbed by {_name(event.survivor, before)}"
    )
    for absorbed in ended_by(event):
        yield from _merged(event, before, (absorbed, event.survivor), views.Succession("absorbed"), by)


def _consolidated(event: MergerConsolidated, before: Before) -> Iterator[Change]:
    new = event.successor
    into = "consolidated into another company" if new is None else f"consolidated into {_name(new, before)}"
    for predecessor in ended_by(event):
        yield from _merged(event, before, (predecessor, new), views.Succession("consolidated"), into)
    if new is not None:
        yield _status(event, new, _ACTIVE)


def _merged(
    event: Event, before: Before, pair: tuple[str, str | None], succession: views.Succession, reason: str
) -> Iterator[Change]:
    """The first of a pair merges into the second.

    Where another had absorbed it before, both are possible only.
    """
    old, new = pair
    others = taken_before(old, new, before)
    status: views.Status | None = before.get(views.STATUS, (old,))
    if new is None and status is not None and status.status == "dissolved":
        # Another source reported the merger already, maybe with the successor.
        return
    if others and status is not None and status.reason is not None:
        # Sorted by name, so that the order of the events does not matter.
        reason = ", or ".join(sorted({*status.reason.split(", or "), reason}))
    yield _status(event, old, views.Status("dissolved", reason))
    if new is not None:
        yield _succeeded(event, old, new, succession)
    for key in ((old, other) for other in (*others, new) if others and other is not None):
        value = before.get(views.LINEAGE, key) or succession
        yield doubted(views.LINEAGE, key, value, event, old)


def _name(entity: str, before: Before) -> str:
    """The name of an entity at the time of the event, else its id."""
    name: views.Name | None = before.get(views.NAMES, (entity,))
    return entity if name is None else name.short or name.name


def _split(event: DemergerSplit, _: Before) -> Iterator[Change]:
    for successor in dict.fromkeys(event.successors):
        yield _status(event, successor, _ACTIVE)
        yield _succeeded(event, event.parent, successor, views.Succession("split"))


ENTITIES = Projector(
    name="entities",
    views=(views.NAMES, views.TYPES, views.STATUS, views.IDENTIFIERS, views.LINEAGE),
    table={
        EntityDeclared: _declared,
        EntityFounded: _founded,
        EntityRenamed: _renamed,
        EntityIdentified: _identified,
        EntityDissolved: _dissolved,
        EntityInsolvent: _insolvent,
        EntityReinstated: _reinstated,
        MergerAbsorbed: _absorbed,
        MergerConsolidated: _consolidated,
        DemergerSplit: _split,
    },
)
