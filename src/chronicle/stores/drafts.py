"""Files that appear under their name only when they are whole: written beside it, synced, then named."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

# What SQLite puts beside a file while it is open, and leaves there when a process dies.
_BESIDE = ("", "-wal", "-shm", "-journal")


@contextmanager
def drafted(path: Path, replace: bool = False) -> Iterator[Path]:
    """A name beside ``path``, in the same folder, to write a file under; at the end it is called ``path``.

    What was written is synced to disk before it gets its name. When anything is raised inside, nothing
    is left behind. Raises ``OSError`` when the disk failed, and ``FileExistsError`` at the end when
    something is at ``path`` by then, unless ``replace``.
    """
    # Not with_name(), which refuses a path without a name in words of its own.
    draft = Path(f"{path}.{token_hex(4)}.new")
    try:
        yield draft
        if os.path.exists(f"{draft}-wal"):
            # SQLite could not copy its log on closing, which it does not tell.
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        _sync(draft)
        _give_name(draft, path, replace)
    finally:
        for end in _BESIDE:
            with suppress(OSError, ValueError):
                os.unlink(f"{draft}{end}")


def _give_name(draft: Path, path: Path, replace: bool) -> None:
    if replace:
        draft.replace(path)
    else:
        _link(draft, path)
    sync_folder(path.parent)


def _link(draft: Path, path: Path) -> None:
    """Name the draft, never instead of a file that somebody else put there meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems have no hard links.
        if path.exists():
            raise FileExistsError(str(path)) from None
        draft.rename(path)


def _sync(path: Path) -> None:
    # Open for writing, without which Windows syncs nothing.
    with path.open("r+b") as file:
        sync(file.fileno())


def sync(descriptor: int) -> None:
    """Have the system write a file to its disk. Raises ``OSError`` when the disk failed."""
    if sys.platform == "darwin":
        # There, fsync leaves it to the disk when it writes.
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make new names durable; where folders cannot be opened (Windows) or synced, the system sees to it.

    Raises ``OSError`` when the disk failed.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        sync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)
