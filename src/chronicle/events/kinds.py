"""Every kind of event, the order of kinds within one day, and what events refer to.

``KINDS`` maps the stored name of a kind to its class. Stored names never change; a class may be renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from operator import attrgetter
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from attrs import evolve, fields, fields_dict

from chronicle.events.control import (
    ControlEnded,
    ControlGranted,
    ListingEnded,
    ListingStarted,
    MembershipEnded,
    MembershipStarted,
    RoleAppointed,
    RoleEnded,
)
from chronicle.events.deals import (
    DealAgreed,
    DealApproved,
    DealCompleted,
    DealProposed,
    DealTerminated,
    InvestmentMade,
    PartnershipAgreed,
    PartnershipEnded,
    ProjectReleased,
)
from chronicle.events.entities import (
    EntityDeclared,
    EntityDissolved,
    EntityFounded,
    EntityIdentified,
    EntityInsolvent,
    EntityReinstated,
    EntityRenamed,
)
from chronicle.events.envelope import (
    Effect,
    Event,
)
from chronicle.events.mergers import DemergerSplit, MergerAbsorbed, MergerConsolidated
from chronicle.events.records import (
    IdentityLinked,
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
)
from chronicle.events.stakes import (
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeAcquired,
    StakeDisposed,
    StakeObserved,
)
from chronicle.events.units import UnitClosed, UnitLaunched, UnitTransferred

# Kinds that only begin or end a tie: see ``TIES`` in ``engine/sense.py``.
_BEGINNINGS = (
    ListingStarted,
    ControlGranted,
    RoleAppointed,
    MembershipStarted,
    PartnershipAgreed,
    ProjectReleased,
)
_ENDS = (
    ListingEnded,
    ControlEnded,
    RoleEnded,
    MembershipEnded,
    PartnershipEnded,
    UnitClosed,
)

# What can still happen to an entity that has ended: its ties end, and its open deals are terminated.
ENDS_OF_TIES: tuple[type[Event], ...] = (*_ENDS, DealTerminated)

# The order of kinds whose windows are the same: beginnings before ends, the number of shares before the
# stakes that are measured by it, and observations after everything that can have led to what was seen.
# `after` on an event overrides this.
_RANKS: tuple[tuple[type[Event], ...], ...] = (
    # Ids and identities come before the events that refer to them.
    (EntityDeclared, IdentityLinked),
    (EntityFounded, EntityReinstated),
    (EntityRenamed, EntityIdentified),
    (UnitLaunched,),
    # A deal runs through its stages in this order; on completion its effects happen at once.
    (DealProposed,),
    (DealAgreed,),
    (DealApproved,),
    (DealCompleted,),
    (DealTerminated,),
    # The number of shares before the holdings of them.
    (SharesIssued, SharesCancelled, SharesRestructured),
    # A holder that buys and sells on one day bought first.
    (StakeAcquired, InvestmentMade),
    (StakeDisposed,),
    (UnitTransferred,),
    _BEGINNINGS,
    (DemergerSplit,),
    (MergerConsolidated, MergerAbsorbed),
    # An observation sees the day as it ended.
    (StakeObserved,),
    _ENDS,
    (EntityInsolvent,),
    (EntityDissolved,),
    (RecordCorrected, RecordRetracted, RecordConfirmed),
)

ORDER: Mapping[type[Event], int] = MappingProxyType(
    {kind: rank for rank, kinds in enumerate(_RANKS) for kind in kinds}
)

KINDS: Mapping[str, type[Event]] = MappingProxyType({event.kind: event for event in ORDER})


def plain_name(attribute: str) -> str:
    """The name of a field in files and records: ``from`` for the attribute ``from_``."""
    return attribute.rstrip("_")


@cache
def reference_fields(kind: str) -> tuple[tuple[str, str, str], ...]:
    """For each field of ``kind`` that refers to something: its attribute, what it refers to, and its shape.

    It refers to an ``entity``, a ``deal`` or an ``event``. Its shape is ``one`` id, ``many`` ids, or pairs of
    which only the first item is an id (``keys``) or both are (``pairs``).
    """
    event_class = KINDS[kind]
    hints = get_type_hints(event_class, include_extras=True)
    found = ((each.name, _reference(hints[each.name])) for each in fields(event_class) if each.name != "id")
    return tuple((name, *reference) for name, reference in found if reference)


def _reference(hint: object) -> tuple[str, str] | None:
    """What a type hint refers to, with its shape; None when it refers to nothing."""
    if get_origin(hint) is Annotated:
        return get_args(hint)[1], "one"
    arguments = get_args(hint)
    if get_origin(hint) is not tuple:
        return next(filter(None, map(_reference, arguments)), None)
    if get_origin(arguments[0]) is not tuple:
        inner = _reference(arguments[0])
        return (inner[0], "many") if inner else None
    key, value = get_args(arguments[0])
    reference = _reference(key)
    if not reference:
        return None
    return reference[0], "pairs" if _reference(value) else "keys"


def references(event: Event | Effect) -> Iterator[tuple[str, str, str]]:
    """What an event and its effects refer to, as (field, ``"entity"`` | ``"deal"`` | ``"event"``, id)."""
    if isinstance(event, Effect):
        read: Callable[[str], object] = dict(event.fields).get
    else:
        read = partial(getattr, event)
    for name, target, shape in reference_fields(event.kind):
        value = read(name)
        if value:
            for identifier in _flat(value, shape):
                yield name, target, identifier
    for effect in getattr(event, "effects", None) or ():
        yield from references(effect)


def entities_named_by(kind: str, attribute: str) -> Callable[[Any], tuple[str, ...]]:
    """The function that gives the ids of entities in a value of one field of a kind."""
    for name, target, shape in reference_fields(kind):
        if name == attribute and target == "entity":
            if shape == "one":
                return lambda value: (value,) if value else ()
            return lambda value: tuple(_flat(value, shape)) if value else ()
    return lambda _: ()


def own_entities(event: Event) -> Sequence[str]:
    """The ids of the entities that an event itself refers to; not those in its effects."""
    return _own_entities(event.kind)(event)


@cache
def _own_entities(kind: str) -> Callable[[Event], Sequence[str]]:
    named = [(name, shape) for name, target, shape in reference_fields(kind) if target == "entity"]
    ids = [attrgetter(name) for name, _ in named]
    if all(shape == "one" for _, shape in named):
        # Replay asks it of every event several times, and nearly all are of this sort.
        if len(ids) < 2:
            return lambda event: [found for each in ids if (found := each(event))]
        together = attrgetter(*(name for name, _ in named))
        return lambda event: [*filter(None, together(event))]
    shaped = [(getter, shape) for getter, (_, shape) in zip(ids, named, strict=True)]
    return lambda event: [
        found for getter, shape in shaped if (value := getter(event)) for found in _flat(value, shape)
    ]


def _flat(value: object, shape: str) -> Iterator[str]:
    """The ids in the value of a field of this shape."""
    if shape == "one":
        yield str(value)
        return
    assert isinstance(value, tuple)
    for item in value:
        if shape == "many":
            yield item
        else:
            yield item[0]
            if shape == "pairs":
                yield item[1]


def renamed(event: Event, names: Mapping[str, str]) -> Event:
    """``event`` with each entity id that is a key of ``names`` replaced by its value, in its effects too."""
    if not names:
        return event
    changed = _renamed_fields(event.kind, partial(getattr, event), names)
    return evolve(event, **changed) if changed else event


def _renamed_fields(kind: str, read: Callable[[str], Any], names: Mapping[str, str]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, target, shape in reference_fields(kind):
        value = read(name)
        if target == "entity" and value:
            changed[name] = _renamed_value(value, shape, names)
    effects = read("effects") if "effects" in fields_dict(KINDS[kind]) else None
    if effects:
        changed["effects"] = tuple(_renamed_effect(effect, names) for effect in effects)
    return changed


def _renamed_value(value: Any, shape: str, names: Mapping[str, str]) -> Any:
    if shape == "one":
        return names.get(value, value)
    if shape == "many":
        return tuple(names.get(item, item) for item in value)
    if shape == "keys":
        return tuple((names.get(key, key), item) for key, item in value)
    return tuple((names.get(key, key), names.get(item, item)) for key, item in value)


def _renamed_effect(effect: Effect, names: Mapping[str, str]) -> Effect:
    values = dict(effect.fields)
    values.update(_renamed_fields(effect.kind, values.get, names))
    return Effect(effect.kind, tuple(values.items()))
