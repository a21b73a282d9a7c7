"""Two versions of one event from a source: whether they agree, and in which fields they differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from attrs import Factory, define

from chronicle.codec.conversion import canonical_json
from chronicle.codec.ids import LONGEST
from chronicle.errors import shown
from chronicle.events import (
    NOT_CORRECTED,
)
from chronicle.stores import NewRecord, Record


@define
class PastImports:
    """What earlier imports recorded about one event: their corrections, and its retractions."""

    corrections: list[tuple[tuple[str, str], ...]] = Factory(list)
    turns: list[str] = Factory(list)  # ids of its retraction, of the retraction of that, and so on

    @property
    def retracted(self) -> bool:
        """Whether it is retracted now: each turn either retracts it or undoes that."""
        return len(self.turns) % 2 == 1


def said_of(value: object) -> str:
    """A value as a message quotes it."""
    return "nothing" if value is None else shown(value if isinstance(value, str) else canonical_json(value))


def current_edition(held: Record, past: PastImports | None) -> dict[str, Any]:
    """The recorded fields of an event, with the corrections of earlier imports."""
    plain: dict[str, Any] = json.loads(held.body)
    for patch in past.corrections if past else ():
        plain.update((name, json.loads(text)) for name, text in patch)
    return {name: value for name, value in plain.items() if value is not None}


# Fields that 0.1.0 did not have: they count as changed only where both contents have them.
_COMPARED_WHERE_BOTH: Final = frozenset({"ends", "lot", "record"})


# Fields that earlier imports did not set: they count as changed only where the recorded content has them.
_COMPARED_WHERE_RECORDED: Final = frozenset({"apart"})


def _changed(held: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """The fields in which two contents differ, without those that an older version could not have."""
    unsaid = (_COMPARED_WHERE_BOTH - (held.keys() & given.keys())) | (_COMPARED_WHERE_RECORDED - held.keys())
    names = (held.keys() | given.keys()) - unsaid
    return (name for name in sorted(names) if _differ(held.get(name), given.get(name)))


def _differ(held: object, given: object) -> bool:
    # The values that a correction sets are compared field by field.
    if isinstance(held, Mapping) and isinstance(given, Mapping):
        return any(_changed(held, given))
    return held != given


def say_the_same(first: NewRecord | Record, second: NewRecord) -> bool:
    """Whether two records of one event have the same content."""
    if first.body == second.body:
        return True
    return not any(_changed(json.loads(first.body), json.loads(second.body)))


def differences_of(held: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The fields in which two contents differ, with the values of ``given``; null where it has none."""
    names = [name for name in _changed(held, given) if name not in NOT_CORRECTED]
    return tuple((name, canonical_json(given.get(name))) for name in names)


def digest_of(number: int, patch: tuple[tuple[str, str], ...]) -> str:
    """A short hash that differs between the generated corrections of one event."""
    return sha256(canonical_json([number, patch]).encode()).hexdigest()[:12]


def derived_id(target: str, what: str, mark: str) -> str:
    """The deterministic id of a generated correction or retraction, which makes imports idempotent."""
    end = f".{what}-{mark}"
    if len(target) + len(end) <= LONGEST:
        return target + end
    short = sha256(target.encode()).hexdigest()[:12]
    return f"{target[: LONGEST - len(end) - 13].rstrip('-._:')}-{short}{end}"
