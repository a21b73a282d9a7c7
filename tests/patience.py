"""How long tests wait: guards against what hangs, far above what anything takes, and no measure of speed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

PATIENCE = 60.0
"""Seconds after which what says nothing hangs, unless another time is given."""


def until(condition: Callable[[], object]) -> None:
    """Wait for something that happens in another process or thread. Raises ``TimeoutError`` if it hangs."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not so within {PATIENCE:g} seconds")
        time.sleep(0.02)


@contextmanager
def within(seconds: float = PATIENCE) -> Iterator[None]:
    """Raise ``TimeoutError`` when what is done inside takes longer, wherever it waits."""

    def give_up(_: int, __: FrameType | None) -> NoReturn:
        raise TimeoutError(f"not done within {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
