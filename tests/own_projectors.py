"""Projectors of a user's own, in a module that other processes can import as well."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from chronicle.engine.replay import Before, Change, Projector
from chronicle.events import StakeAcquired


def _bought(event: StakeAcquired, before: Before) -> Sequence[Change]:
    """How often something was bought."""
    key = (event.target,)
    return [Change("bought", key, "set", int(before.get("bought", key) or 0) + 1, event.date, event.id)]


def _bought_of_all(event: StakeAcquired, before: Before) -> Sequence[Change]:
    """How often anything was bought."""
    bought = int(before.get("bought", ("all",)) or 0)
    return [Change("bought", ("all",), "set", bought + 1, event.date, event.id)]


def _fails(event: StakeAcquired, before: Before) -> Sequence[Change]:
    """Something goes wrong at every event."""
    raise ValueError(event.id)


def _kills(event: StakeAcquired, before: Before) -> Sequence[Change]:
    """The process that replays it is killed."""
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def _of_target(function: object) -> Projector:
    return Projector("buying", ("bought",), {StakeAcquired: function}, version="1", partition_key="target")  # type: ignore[dict-item]


BY_TARGET = _of_target(_bought)
LYING = _of_target(_bought_of_all)
FAILING = _of_target(_fails)
KILLING = _of_target(_kills)
OF_ALL = Projector("buying", ("bought",), {StakeAcquired: _bought_of_all})
"""It names no field by which to split the events."""


def executor() -> int:
    """The process of Spark itself, which has started the one that starts this one."""
    said = Path(f"/proc/{os.getppid()}/stat").read_text("utf-8")
    return int(said.rpartition(")")[2].split()[1])
