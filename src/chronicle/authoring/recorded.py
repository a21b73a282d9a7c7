"""Events of files against those that a store has: is one that looks new the same with another date?

An id that was made up has the date and the parties in it. Who makes the date of an event more exact in a
file, and records the file again, gets another id, and the store would have both.
"""

from __future__ import annotations

import json
import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import fields

from chronicle import codec
from chronicle.errors import Problem
from chronicle.events import (
    ENVELOPE,
    NOT_CORRECTED,
    EntityDeclared,
    Event,
    IdentityLinked,
    RecordCorrected,
    RecordRetracted,
    overlap,
    plain_name,
    reference_fields,
)
from chronicle.values import Count, Money, Ratio, Share

# What is said of events and ids is no happening that could be told again.
_NO_HAPPENINGS: Final = (EntityDeclared, IdentityLinked, RecordCorrected, RecordRetracted)

_ANOTHER: Final = "if it is another event, give it an `id:` of its own, or record with --new"

# What was paid does not say what happened, only how much it cost.
_NO_AMOUNT: Final = ("price",)


def recorded_otherwise(
    events: Iterable[Event], written: Sequence[Event], current: Sequence[Event], store: str
) -> tuple[Problem, ...]:
    """Of each event with a made-up id that is new, the recorded one that it looks like.

    ``written`` are the events of the store as they were recorded, ``current`` the same as known now, without
    those that were retracted; ``store`` is what the store is called on the command line. C516 when only the
    date differs, and can be the same; C517, a warning, when only one party does.
    """
    events = list(events)
    held = {event.id: event for event in written}
    new = [event for event in events if event.id not in held and _has_made_up_id(event)]
    new = [event for event in new if not isinstance(event, _NO_HAPPENINGS)]
    if not new:
        return ()
    # What is in the files of this call as well is not what was edited there.
    given = {event.id for event in events}
    kinds = {event.kind for event in new}
    there: defaultdict[str, list[Event]] = defaultdict(list)
    for event in current:
        if event.kind in kinds and event.id not in given and _has_made_up_id(held[event.id]):
            there[event.kind].append(event)
    found = (_likely(event, there[event.kind], store) for event in new)
    return tuple(problem for problem in found if problem is not None)


def _has_made_up_id(event: Event) -> bool:
    return event.id == codec.generated_id(codec.encode(event))


def _likely(event: Event, there: Iterable[Event], store: str) -> Problem | None:
    warned = None
    for each in there:
        if not overlap(each, event) or not _comparable(each, event):
            continue
        differ = tuple(_differing(each, event))
        if not differ:
            return _other_date(event, each, store)
        if len(differ) == 1 and differ[0] in _parties(event.kind) and each.date.order == event.date.order:
            warned = warned or _other_party(event, each, differ[0])
    return warned


def _comparable(one: Event, two: Event) -> bool:
    """Whether both say how much in one way, or neither says it."""
    first, second = _amounts(one), _amounts(two)
    return not first or not second or bool(first & second)


def _amounts(event: Event) -> frozenset[str]:
    amounts = (Share, Count, Money, Ratio)
    return frozenset(
        each.name
        for each in fields(type(event))
        if each.name not in _NO_AMOUNT and isinstance(getattr(event, each.name), amounts)
    )


def _differing(one: Event, two: Event) -> Iterator[str]:
    """The fields that both give and in which they differ: what happened, and in which deal."""
    for each in fields(type(one)):
        if each.name in ENVELOPE and each.name != "deal":
            continue
        first, second = getattr(one, each.name), getattr(two, each.name)
        if first not in (None, ()) and second not in (None, ()) and first != second:
            yield each.name


def _parties(kind: str) -> tuple[str, ...]:
    return tuple(name for name, target, _ in reference_fields(kind) if target == "entity")


def _other_date(event: Event, there: Event, store: str) -> Problem:
    changed = {
        name: value
        for name, value in codec.encode(event).items()
        if name not in NOT_CORRECTED and codec.encode(there).get(name) != value
    }
    if changed:
        what = f"if it is, leave it out of the files, and: {_correction(there, changed, store)}"
    else:
        what = "if it is, it was corrected there already: leave it out of the files"
    message = f'"{event.id}" is new: is this "{there.id}" with another date?'
    return Problem("C516", message, help=f"{what}; {_ANOTHER}", events=(event.id, there.id))


def _correction(there: Event, changed: Mapping[str, Any], store: str) -> str:
    values = (
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in changed.items()
    )
    words = (word for value in values for word in ("--set", value))
    command = ("chronicle", "correct", there.id, *words, "--reason", "stated anew", "--into", store)
    return " ".join(map(shlex.quote, command))


def _other_party(event: Event, there: Event, party: str) -> Problem:
    name = plain_name(party)
    message = f'"{event.id}" is new: is this "{there.id}" with another {name}?'
    help = f"if it is, retract one of the two, or correct `{name}` of what is recorded"
    return Problem("C517", message, help=help, events=(event.id, there.id))
