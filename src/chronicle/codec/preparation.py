"""What is done to plain data before it is read: upgraded, nulls removed, optional fields filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chronicle.codec.ids import generated_id
from chronicle.codec.upgrades import is_current, upgraded
from chronicle.dates import DAWN
from chronicle.events import EntityDeclared


def is_whole(plain: Mapping[str, Any]) -> bool:
    """Whether an event is in the current format and has the fields that its author may leave out."""
    return "id" in plain and "date" in plain and is_current(plain)


def prepared(plain: Mapping[str, Any]) -> dict[str, Any]:
    """An event as plain data in the current format, with an id and without nulls.

    A declaration without a date holds, and is known, from the first day. Raises ``StoreError`` (C502) for an
    unknown format.
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
    """``plain`` without keys whose value is None."""
    return {key: value for key, value in plain.items() if value is not None}
