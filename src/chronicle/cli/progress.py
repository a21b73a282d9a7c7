"""A line on stderr for whatever takes longer than a second, when a person looks on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from attrs import Factory, define

Report = Callable[[int, int], None]
"""Called with how much is done and how much there is in all."""

PATIENCE = 1.0
"""Seconds without a word before the line appears."""

_BAR = 30
_EVERY = 0.1


@contextmanager
def waiting(what: str) -> Iterator[Report]:
    """Inside, ``what`` is going on. Who knows how far it is calls the report that this gives.

    The line shows a bar once there was a report, else the seconds. It is gone again afterwards.
    """
    meter = _Meter(what)
    if not sys.stderr.isatty():
        yield meter.report
        return
    thread = Thread(target=meter.draw, daemon=True)
    thread.start()
    try:
        yield meter.report
    finally:
        meter.over.set()
        thread.join()


@define
class _Meter:
    what: str
    done: int = 0
    total: int = 0
    over: Event = Factory(Event)

    def report(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def draw(self) -> None:
        started = time.monotonic()
        if self.over.wait(PATIENCE):
            return
        width = 0
        while not self.over.wait(_EVERY):
            line = self.line(time.monotonic() - started)
            sys.stderr.write("\r" + line.ljust(width))
            sys.stderr.flush()
            width = len(line)
        sys.stderr.write("\r" + " " * width + "\r")
        sys.stderr.flush()

    def line(self, seconds: float) -> str:
        """What stands on stderr after so many seconds."""
        if not self.total:
            return f"{self.what} ... {seconds:.0f} s"
        part = min(1.0, self.done / self.total)
        full = int(part * _BAR)
        return f"{self.what} [{'#' * full}{'-' * (_BAR - full)}] {part:4.0%}  {self.done:,} of {self.total:,}"
