"""A progress line on stderr, on a terminal, for whatever takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

from attrs import Factory, define

from chronicle.cli.exit import ended_in_order

Report = Callable[[int, int], None]
"""Called with how much is done and the total."""

PATIENCE = 1.0
"""Seconds before the line appears."""

_BAR = 30
_EVERY = 0.1


@contextmanager
def waiting(what: str) -> Iterator[Report]:
    """Show that ``what`` is going on inside. Gives a function to call with the progress.

    The line shows a bar once that was called, else the seconds. It is removed afterwards.
    """
    with _shown(what) as meter:
        yield meter.report


@contextmanager
def waiting_for_all(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """The same where one thing goes on after the other: the function is called with what it is as well.

    From when it is first called, what is temporary is deleted when the process is told to end (SIGTERM).
    """
    begun = False

    def report(what: str, done: int, total: int) -> None:
        nonlocal begun
        if not begun:
            begun = True
            stack.enter_context(ended_in_order())
        meter.report_of(what, done, total)

    with ExitStack() as stack, _shown(what) as meter:
        yield report


@contextmanager
def _shown(what: str) -> Iterator[_Meter]:
    meter = _Meter(what)
    if not sys.stderr.isatty():
        yield meter
        return
    thread = Thread(target=meter.draw, daemon=True)
    thread.start()
    try:
        yield meter
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

    def report_of(self, what: str, done: int, total: int) -> None:
        self.what, self.done, self.total = what, done, total

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
        """The text of the line after so many seconds."""
        if not self.total:
            return f"{self.what} ... {seconds:.0f} s"
        part = min(1.0, self.done / self.total)
        full = int(part * _BAR)
        return f"{self.what} [{'#' * full}{'-' * (_BAR - full)}] {part:4.0%}  {self.done:,} of {self.total:,}"
