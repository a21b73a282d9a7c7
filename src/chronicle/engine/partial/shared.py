"""What events share, by which they hang together: of one event, and of many at a time, column by column."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from operator import attrgetter
from typing import Any, Final

from attrs import fields_dict

from chronicle.engine import sense, views
from chronicle.engine.order.touching import possible_effects_of
from chronicle.events import (
    KINDS,
    DemergerSplit,
    EntityDeclared,
    EntityDissolved,
    EntityFounded,
    EntityReinstated,
    Event,
    IdentityLinked,
    MergerAbsorbed,
    MergerConsolidated,
    RecordCorrected,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    reference_fields,
    references,
)

COUNTS = (SharesIssued, SharesCancelled, SharesRestructured)
TURNS = (MergerAbsorbed, MergerConsolidated, DemergerSplit, EntityDissolved, EntityReinstated)

Shared = tuple[str, Any]
"""Something that events may share: of what sort it is, and which."""

# The sorts of what is shared. Events that name an entity, or a stake in it, share that only if ``Parts``
# lists it; the cells of a view have its name as their sort, as in ``sense.CONCERNS``.
ENTITY: Final = "entity"
EVENT: Final = "event"
HELD: Final = "held"
OWNED: Final = "owned"  # who owns units, by which these do not hang together
# What a correction sets, as it stands there, which may be the id of an entity or a deal. By it events are
# found that named somebody for a while; they do not hang together by it.
SET: Final = "set"

NOT_BINDING: Final = frozenset({OWNED, SET})
"""The sorts of what events share by which they never hang together."""

_WITH_EFFECTS: Final = frozenset(kind for kind in KINDS.values() if "effects" in fields_dict(kind))
NOTED: Final = frozenset({*COUNTS, *TURNS, *_WITH_EFFECTS, EntityFounded, IdentityLinked})
"""The kinds of event that may bind others which share something with them."""


def founds(event: Event, entity: str) -> bool:
    """Whether an event founds or declares an entity, and so is no act of it."""
    return isinstance(event, EntityDeclared) or (isinstance(event, EntityFounded) and event.entity == entity)


def entities_of(event: Event) -> Iterator[str]:
    """The ids of the entities that an event names."""
    return (name for _, what, name in references(event) if what == "entity")


# What an event shares


def shared_by(event: Event) -> list[Shared]:
    """Whatever an event may share with others, besides being one that others name."""
    shared = _shared_alone(event)
    if event.deal is not None:
        for effect in possible_effects_of(event):
            shared += _shared_alone(effect)
    return shared


def _shared_alone(event: Event) -> list[Shared]:
    """What an event shares without its effects."""
    plain, more = _reader(event.kind)
    found: list[Shared] = [(sort, which) for sort, of in plain if (which := of(event)) is not None]
    if more is not None:
        found += more(event)
    return found


_One = Callable[[Any], Any]
"""What gives one thing that an event shares, or None."""

_Several = Callable[[Any], Iterable[Shared]]
"""What gives further things."""


@cache
def _reader(kind: str) -> tuple[tuple[tuple[str, _One], ...], _Several | None]:
    """What events of a kind share: sorts, each with what gives a thing of it, and what gives further things.

    These are the entities, deals and events that an event names, and what it touches.
    """
    named, event_class = reference_fields(kind), KINDS[kind]
    found: list[tuple[str, _One]] = [
        (sort, attrgetter(name)) for name, sort, shape in named if shape == "one"
    ]
    for view, key_of in sense.touching(kind):
        found.append((view, key_of))
        if view == views.HOLDINGS:
            found.append((HELD, partial(_part_of, key_of, 1)))
        elif view == views.UNITS:
            owners = (name for name, sort, _ in named if sort == ENTITY and name != "unit")
            found += [(OWNED, partial(_owner, attrgetter(name))) for name in owners]
    if event_class is EntityDeclared:
        found.append((views.NAMES, lambda event: (event.entity,)))
    if event_class in COUNTS:
        found.append((HELD, attrgetter("issuer")))
    if event_class is RecordCorrected:
        return tuple(found), _set_by
    several = any(shape != "one" for _, _, shape in named)
    return tuple(found), _all_named if several else None


def _part_of(key_of: _One, place: int, event: Event) -> str | None:
    key = key_of(event)
    return None if key is None else key[place]


def _owner(of: _One, event: Any) -> str | None:
    owner: str | None = of(event)
    return None if owner == event.unit else owner


def _all_named(event: Event) -> list[Shared]:
    return [(sort, which) for _, sort, which in references(event)]


def _set_by(correction: RecordCorrected) -> Iterator[Shared]:
    """All that a correction may put into an event, in whichever version of it."""
    for _, text in correction.set:
        for value in _texts_in(json.loads(text)):
            yield SET, value


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.items() if isinstance(value, dict) else value:
            yield from _texts_in(list(each) if isinstance(each, tuple) else each)


# What many events share


def shared_in_columns(
    events: Sequence[Event], first: int = 0
) -> Iterator[tuple[str, Iterable[Any], Sequence[int]]]:
    """What many events share: sorts, each with things and for each of these the place of the event with it.

    Places count from ``first``.

    That is what ``shared_by`` says of each of them, in another order. A thing may be None, which is none.
    """
    places_of: defaultdict[Any, list[int]] = defaultdict(list)
    for place, event in enumerate(events, first):
        places_of[type(event)].append(place)
    for event_class, places in places_of.items():
        told = [events[place - first] for place in places]
        plain, more = _reader(event_class.kind)
        for sort, of in plain:
            yield sort, map(of, told), places
        if more is not None or event_class in _WITH_EFFECTS:
            further: defaultdict[str, list[tuple[Any, int]]] = defaultdict(list)
            for place, event in zip(places, told, strict=True):
                for sort, which in _further(event, more):
                    further[sort].append((which, place))
            for sort, pairs in further.items():
                yield sort, [which for which, _ in pairs], [place for _, place in pairs]


def _further(event: Event, more: _Several | None) -> list[Shared]:
    """What an event shares besides the things of which each is one field, or is made of some."""
    found = [*more(event)] if more is not None else []
    if event.deal is not None:
        for effect in possible_effects_of(event):
            found += _shared_alone(effect)
    return found
