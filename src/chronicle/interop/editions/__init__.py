"""Two versions of one event from a source: whether they agree, and in which fields they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from chronicle.codec.conversion import canonical_json
from chronicle.codec.ids import LONGEST
from chronicle.errors import shown
from chronicle.events import (
    NOT_CORRECTED,
)

Patch = tuple[tuple[str, str], ...]
"""Fields that a correction sets, each with its new value as JSON text."""


def said_of(value: object) -> str:
    """A value as a message quotes it."""
    return "nothing" if value is None else shown(value if isinstance(value, str) else canonical_json(value))


# Fields that 0.1.0 did not have: they count as changed only where both contents have them.
_COMPARED_WHERE_BOTH: Final = frozenset({"ends", "lot", "record"})


# Fields that earlier imports did not set: they count as changed only where the recorded content has them.
_COMPARED_WHERE_RECORDED: Final = frozenset({"apart"})


def _changed(held: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """The fields in which two contents differ, without those that an older version could not have."""
    unsaid = (_COMPARED_WHERE_BOTH - (held.keys() & given.keys())) | (_COMPARED_WHERE_RECORDED - held.keys())
    if _states_in_note(held, given):
        unsaid |= {"share"}
    names = (held.keys() | given.keys()) - unsaid
    unlike = sorted(name for name in names if held.get(name) != given.get(name))
    return (name for name in unlike if _differ(held.get(name), given.get(name), name))


def _states_in_note(held: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether control has its share in its note only, as earlier imports from BODS have it."""
    first = str(held.get("note") or "").partition(";")[0]
    return (
        held.get("kind") == "control.granted"
        and "share" not in held
        and first == f"share {given.get('share')}"
    )


def _differ(held: object, given: object, name: str) -> bool:
    if name == "sources":
        return _undated(held) != _undated(given)
    # The values that a correction sets are compared field by field.
    if isinstance(held, Mapping) and isinstance(given, Mapping):
        return any(_changed(held, given))
    return held != given


def _undated(sources: object) -> object:
    """Sources without the days that every edition has of its own."""
    if not isinstance(sources, list):
        return sources
    return [
        {name: value for name, value in each.items() if name not in _DAYS_OF_EDITIONS} for each in sources
    ]


_DAYS_OF_EDITIONS: Final = frozenset({"published", "retrieved"})


def differences_of(held: Mapping[str, Any], given: Mapping[str, Any]) -> Patch:
    """The fields in which two contents differ, with the values of ``given``; null where it has none."""
    names = [name for name in _changed(held, given) if name not in NOT_CORRECTED]
    return tuple((name, canonical_json(given.get(name))) for name in names)


def known_if_alike(held: bytes, given: bytes) -> bytes | None:
    """The day from which an event is known by its body ``held``, if ``given`` only differs in that day.

    None where they differ in more, and where there is no such day in one of them: then what they say must be
    compared.
    """
    # In a text these quotes have a backslash before them, so that this is the field.
    one, mark, known = held.partition(_KNOWN)
    other, _, again = given.partition(_KNOWN)
    if not mark or one != other:
        return None
    day, _, rest = known.partition(b'"')
    return day if rest == again.partition(b'"')[2] else None


_KNOWN: Final = b'"known":"'


def names_another(body: bytes) -> bool:
    """Whether an event names one before it, which may stand under another id on an earlier day."""
    return b'"ends":' in body or b'"after":' in body


def digest_of(number: int, patch: Patch) -> str:
    """A short hash that differs between the generated corrections of one event."""
    return sha256(canonical_json([number, patch]).encode()).hexdigest()[:12]


def derived_id(target: str, what: str, mark: str) -> str:
    """The deterministic id of a generated correction or retraction, which makes imports idempotent."""
    end = f".{what}-{mark}"
    if len(target) + len(end) <= LONGEST:
        return target + end
    short = sha256(target.encode()).hexdigest()[:12]
    return f"{target[: LONGEST - len(end) - 13].rstrip('-._:')}-{short}{end}"
