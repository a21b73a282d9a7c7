"""How many processors this process may use, of those that the computer has."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


def processors() -> int:
    """How many processors this process may use: those that it is bound to, or what its container is given."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(bound, math.ceil(min(_given(), default=bound))))


def _given() -> Iterator[float]:
    """What the control groups of Linux that this process is in are given, in processors."""
    lines = list[str]()
    with suppress(OSError):
        lines = _OWN_GROUPS.read_text("utf-8").splitlines()
    for line in lines:
        _, controllers, path = line.split(":", 2)
        group = PurePosixPath(path.lstrip("/"))
        for each in (group, *group.parents):
            with suppress(OSError, ValueError):
                if not controllers:
                    quota, period = (_GROUPS / each / "cpu.max").read_text("utf-8").split()
                    yield int(quota) / int(period)  # "max" is no number
                elif "cpu" in controllers.split(","):
                    folder = _GROUPS / "cpu" / each
                    quota, period = (
                        (folder / f"cpu.cfs_{what}_us").read_text("utf-8") for what in ("quota", "period")
                    )
                    if int(quota) > 0:
                        yield int(quota) / int(period)
