"""New events of files compared with recorded ones: is one that looks new the same with another date?

A generated id contains the date and the parties. After an edit of the date in a file, the event gets another
id, and recording the file again would put it into the store a second time.
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
    RecordConfirmed,
    RecordCorrected,
    RecordRetracted,
    overlap,
    plain_name,
    reference_fields,
)
from chronicle.values import Count, Money, Ratio, Share

# Kinds that are no happenings, so that they cannot be reported twice.
_NO_HAPPENINGS: Final = (EntityDeclared, IdentityLinked, RecordConfirmed, RecordCorrected, RecordRetracted)

_ANOTHER: Final = "if it is another event, give it an `id:` of its own, or record with --new"

# Amounts that do not say how much changed hands.
_NO_AMOUNT: Final = ("price",)


def recorded_otherwise(
    events: Iterable[Event], written: Sequence[Event], current: Sequence[Event], store: str
) -> tuple[Problem, ...]:
    """A problem for each new event with a generated id that looks like a recorded one.

    ``written`` are the events of the store as recorded, ``current`` the same as corrected and without those
    retracted; ``store`` is its name for the command line. C516 when only the date differs and the two can be
    of one day; C517, a warning, when the dates agree and only one party differs.
    """
    events = list(events)
    held = {event.id: event for event in written}
    new = [event for event in events if event.id not in held and _has_generated_id(event)]
    new = [event for event in new if not isinstance(event, _NO_HAPPENINGS)]
    if not new:
        return ()
    # A recorded event that the files still have is not one that was edited in them.
    given = {event.id for event in events}
    kinds = {event.kind for event in new}
    there: defaultdict[str, list[Event]] = defaultdict(list)
    for event in current:
        if event.kind in kinds and event.id not in given and _has_generated_id(held[event.id]):
            there[event.kind].append(event)
    found = (_likely(event, there[event.kind], store) for event in new)
    return tuple(problem for problem in found if problem is not None)


def _has_generated_id(event: Event) -> bool:
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
    """Whether both state an amount in the same field, or one of them states none."""
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
    """The fields that both give and in which they differ, without the envelope but with the deal."""
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
