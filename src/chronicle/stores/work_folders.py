"""Folders for what is temporary, each held by the process that works in it.

A process that was killed leaves its folder behind, and in it what a history says. The next process of the
same user that makes one deletes those that nobody holds any more.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Final

from chronicle.stores.drafts import is_still

_PREFIX: Final = "chronicle-work-"

_UNLOCKED: Final = -1


@contextmanager
def work_folder(what: str) -> Iterator[Path]:
    """A folder for what is temporary, of this user alone, deleted at the end. Its name says ``what`` for.

    Those that were left behind are deleted first, where folders can be locked (not on Windows). Raises
    ``OSError`` where none can be made.
    """
    _delete_those_left()
    made, lock = _made(what)
    try:
        with made as folder:
            yield Path(folder)
    finally:
        if lock != _UNLOCKED:
            os.close(lock)


def _made(what: str) -> tuple[TemporaryDirectory[str], int]:
    """A new folder, and what holds it."""
    while True:
        made = TemporaryDirectory(prefix=f"{_PREFIX}{what}-", ignore_cleanup_errors=True)
        lock = _held(made.name)
        if lock is not None:
            return made, lock
        # Before it was held, another process took it for one that was left behind.
        made.cleanup()


def _held(folder: str) -> int | None:
    """Hold a folder until what is given is closed, or this process ends. None where another process does."""
    if sys.platform == "win32":
        return _UNLOCKED
    import fcntl

    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_still(folder, lock):
            return lock
    except BlockingIOError:
        pass
    except OSError:
        # On a file system without locks nobody can find out that it was left, and it stays.
        return lock
    os.close(lock)
    return None


def _delete_those_left() -> None:
    """Delete the folders of this user that no process holds."""
    with suppress(OSError), os.scandir(gettempdir()) as entries:
        for path in [entry.path for entry in entries if entry.name.startswith(_PREFIX)]:
            with suppress(OSError):
                _delete_if_left(path)


def _delete_if_left(folder: str) -> None:
    """Delete a folder if it is this user's and no process holds it. Raises ``OSError``."""
    if sys.platform == "win32":
        return
    import fcntl

    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(lock).st_uid == os.geteuid():
            # Held while it is deleted, so that nobody begins to work in it.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if is_still(folder, lock):
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
