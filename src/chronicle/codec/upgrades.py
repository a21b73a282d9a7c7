"""Upcasting: old formats of stored events, and the functions that upgrade them to the current one.

A stored event says in ``format`` in which format it was written; without it, in format 1. The function at
index 0 makes format 2 from format 1, and so on, from plain data to plain data. What a function does not
understand it leaves unchanged, for the diagnosis to report. No format is ever removed, since a store must
stay readable for ever. When a format is added, a frozen file with one event of every kind in the format
before goes to ``tests/data``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chronicle.errors import Problem, StoreError, shown

Upgrade = Callable[[dict[str, object]], dict[str, object]]

UPGRADES: tuple[Upgrade, ...] = ()


def current_format() -> int:
    """The number of the format in which events are written."""
    return 1 + len(UPGRADES)


def is_current(plain: Mapping[str, object]) -> bool:
    """Whether an event in plain data needs no upgrade."""
    return not UPGRADES and "format" not in plain


def upgraded(plain: Mapping[str, object]) -> dict[str, object]:
    """A stored event in the current format, without the key ``format``. ``plain`` is not changed.

    Raises ``StoreError`` (C502) for a format of a newer version, and for a ``format`` that is none.
    """
    event = dict(plain)
    stated = event.pop("format", "1")
    known = {str(number): number for number in range(1, current_format() + 1)}
    if not isinstance(stated, str) or stated not in known:
        raise StoreError(_unknown_format(stated, len(known)))
    for upgrade in UPGRADES[known[stated] - 1 :]:
        event = upgrade(event)
    return event


def _unknown_format(stated: object, newest: int) -> Problem:
    found = shown(stated) if isinstance(stated, str) else "none"
    return Problem(
        "C502",
        f"event in an unknown format: {found}",
        help=f"this version reads formats up to {newest}: install a newer one",
    )
