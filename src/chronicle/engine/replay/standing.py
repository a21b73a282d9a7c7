"""What stands on a day: values that may hold then, without the rest of their spans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from chronicle.engine.replay.changes import Key

Listed = Callable[[Any], bool]
"""Whether lists show a value; they leave out a share of zero, for one."""


class StandingValue(NamedTuple):
    """A value that may hold on a day, its key and its certainty.

    ``since`` is the date from which on it holds, ``events`` the ids of the events behind it, causes first,
    then those in ``doubted_by``, because of which it is uncertain. Both may be a ``partial`` that makes them:
    that takes longer than all the rest, and few callers ask.
    """

    key: Key
    value: Any
    certain: bool
    since: Any
    events: Any
    doubted_by: tuple[str, ...]


def with_doubts(found: tuple[str, ...], doubted_by: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of the events behind a value and of those that make it doubtful, each once."""
    return tuple(dict.fromkeys((*found, *doubted_by)))
