"""Events to plain data and back: ``encode`` and ``decode``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from chronicle.codec import conversion
from chronicle.codec.diagnosis import Fault, diagnose
from chronicle.codec.preparation import is_whole, prepared
from chronicle.codec.shapes import fields_of
from chronicle.codec.upgrades import current_format
from chronicle.errors import ChronicleError, InvalidEvents, Place, Problem, printable
from chronicle.events import Event


def encode(event: Event) -> dict[str, object]:
    """An event as plain data, its fields in the order in which they are best read in a file.

    Fields that have their default are left out. Pairs are mappings; dates and amounts are the text in which
    they were stated. Raises ``InvalidEvents`` (C210) for an event made in code that has no plain form.
    """
    try:
        fields = conversion.unstructured(event)
    except ChronicleError:
        raise
    except Exception as error:
        message = f"{event.kind} cannot be written: {printable(str(error))[:200]}"
        help = "build it from typed values, or use decode"
        raise InvalidEvents(Problem("C210", message, help=help)) from error
    ordered = {field.name: fields[field.name] for field in fields_of(type(event)) if field.name in fields}
    head = {"kind": event.kind}
    return head | ordered if current_format() == 1 else {"format": str(current_format())} | head | ordered


def decode(plain: Mapping[str, object]) -> Event:
    """The event that plain data makes.

    Without an id it gets that of ``generated_id``; a declaration without a date holds from the first day. A
    field that is None counts as not given. An event in an old format is upgraded first. Raises
    ``InvalidEvents`` with every problem of the event, each with the path to its field as its place; an
    unknown format is such a problem (C502).
    """
    try:
        return conversion.structured(plain if is_whole(plain) else prepared(plain))
    except Exception:  # any exception means that the data makes no event; the diagnosis says why
        return _decoded_slowly(plain)


def _decoded_slowly(plain: Mapping[str, Any]) -> Event:
    """The event, when only nulls were in the way of ``decode``; else raises what ``diagnose`` finds."""
    faults = diagnose(plain)
    if faults:
        raise InvalidEvents(*(_placed(fault, plain) for fault in faults)) from None
    return conversion.structured(prepared(plain))


def _placed(fault: Fault, plain: object) -> Problem:
    """A problem whose place is the path from the event to the field, as callers here know no lines."""
    identifier = plain.get("id") if isinstance(plain, Mapping) else None
    event = f'event "{printable(identifier[:200])}"' if isinstance(identifier, str) else "event"
    way = printable(".".join(str(step)[:60] for step in fault.path))
    return evolve(fault.problem, place=Place(f"{event}: {way}" if way else event))
