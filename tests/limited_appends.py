"""Appends to stores where there is not enough room, and to the same stores when there is again.

As a program, ``python limited_appends.py size FOLDER STEP`` limits the size of files, and
``disk FOLDER STEP`` fills the disk of FOLDER, which should be a small one, but for some room. Each time there
is STEP more. What became of it is printed as JSON: see ``Outcome``.
"""

from __future__ import annotations

import itertools
import json
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from chronicle.errors import StoreError
from chronicle.stores import open_store
from fifty_appends import BATCHES, append_all
from power_loss import STORE, Unsound, recovered

LAST = 20


class Outcome(NamedTuple):
    """What became of the appends to one store."""

    room: int
    acknowledged: int
    begun: int
    code: str | None
    recovered: int | str


def attempt(folder: Path, room: int, limit: Callable[[int], None], free: Callable[[], None]) -> Outcome:
    """Append until there is no more room, then with room."""
    folder.mkdir()
    path = folder / STORE
    numbers = {"made": 0, "began": 0, "acknowledged": 0}
    code = None
    limit(room)
    try:
        append_all(path, numbers.__setitem__, last=LAST)
    except StoreError as error:
        code = error.code
    finally:
        free()
    try:
        with open_store(path, create=not numbers["began"]):
            pass
        found: int | str = recovered(path, BATCHES)
    except (StoreError, Unsound) as error:
        found = str(error)
    return Outcome(room, numbers["acknowledged"], numbers["began"], code, found)


def small_files(folder: Path, step: int) -> Iterator[Outcome]:
    """Appends where no file may grow beyond a size; the system refuses to write behind it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    for size in itertools.count(0, step):
        outcome = attempt(folder / str(size), size, limit, partial(limit, hard))
        yield outcome
        if outcome.acknowledged == LAST:
            return


def small_disk(folder: Path, step: int) -> Iterator[Outcome]:
    """Appends on a disk with little room left."""
    filler = folder / "filler"
    for room in itertools.count(0, step):
        outcome = attempt(folder / "store", room, partial(fill, filler), filler.unlink)
        yield outcome
        if outcome.acknowledged == LAST:
            return
        shutil.rmtree(folder / "store")


def fill(filler: Path, left: int) -> None:
    """Take all room of the disk but ``left`` bytes."""
    with filler.open("wb", buffering=0) as file:
        with suppress(OSError):
            while file.write(bytes(4096)):
                pass
        file.truncate(max(0, file.tell() - left))


if __name__ == "__main__":
    kinds = {"size": small_files, "disk": small_disk}
    kind, folder, step = sys.argv[1:]
    json.dump([outcome._asdict() for outcome in kinds[kind](Path(folder), int(step))], sys.stdout)
