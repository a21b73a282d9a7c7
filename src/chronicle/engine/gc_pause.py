"""Pausing the collector of reference cycles while many objects are made and no cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """No search for reference cycles inside: in replay and reading it would take a third of the time.

    Freezing and unfreezing afterwards moves what was made to the oldest generation, where otherwise
    the next allocation would walk all of it. A program that has frozen objects of its own, or that
    runs without the collector, is left as it is.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
