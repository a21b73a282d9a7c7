"""What a correction makes of an event: the same with other fields."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from chronicle.errors import InvalidEvents, Problem
from chronicle.events import NOT_CORRECTED, Event

Patch = tuple[tuple[str, str], ...]
"""Names of fields, each with a JSON text."""


def patched(event: Event, patch: Patch) -> Event:
    """``event`` with the fields of ``patch``: pairs of a name and a JSON text, where null removes the field.

    Raises ``InvalidEvents``: C212 for a field that a correction cannot change, and any problem of the patched
    event.
    """
    for name, _ in patch:
        if name in NOT_CORRECTED:
            message = f'a correction cannot change "{name}"'
            help = (
                "retract the event and record it anew: a correction keeps what happened and when it was known"
            )
            raise InvalidEvents(Problem("C212", message, help=help, events=(event.id,)))
    from chronicle import codec  # only for corrections, so that other questions start without it

    plain: dict[str, Any] = dict(codec.encode(event))
    for name, text in patch:
        value = json.loads(text)
        if value is None:
            plain.pop(name, None)
        else:
            plain[name] = value
    return codec.decode(plain)


def patched_again(event: Event, patch: Patch) -> Event:
    """As ``patched``; quicker for an event and a patch that were asked about before.

    To make a ledger on disk it is asked several times what the corrections of a history come to.
    """
    return _patched(_Same(event), patch)


class _Same(NamedTuple):
    """An event, and no other that is equal: which is quick to compare."""

    event: Event

    def __hash__(self) -> int:
        return id(self.event)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.event is self.event


@lru_cache(2**15)
def _patched(same: _Same, patch: Patch) -> Event:
    return patched(same.event, patch)
