"""What plain data goes through before it is read: brought up to date, nulls out, what may lack put in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chronicle.codec.ids import generated_id
from chronicle.codec.upgrades import is_current, upgraded
from chronicle.dates import DAWN
from chronicle.events import EntityDeclared


def is_whole(plain: Mapping[str, Any]) -> bool:
    """Whether an event is in the format of today and has what its author may leave out."""
    return "id" in plain and "date" in plain and is_current(plain)


def prepared(plain: Mapping[str, Any]) -> dict[str, Any]:
    """An event as plain data, in the format of today, with an id, and without what is given as null.

    A declaration without a date holds and is known from the first day, for it claims nothing of when.
    Raises ``StoreError`` C502 for a format that nobody knows.
    """
    current = plain if is_current(plain) else upgraded(plain)
    event = _given(current)
    for name in ("sources", "effects"):
        if isinstance(items := event.get(name), (list, tuple)):
            event[name] = [_given(item) if isinstance(item, Mapping) else item for item in items]
    if event.get("kind") == EntityDeclared.kind and "date" not in event:
        event = {"date": DAWN.isoformat(), "known": DAWN.isoformat(), **event}
    if "id" not in event:
        event["id"] = generated_id(event)
    return event


def _given(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if value is not None}
