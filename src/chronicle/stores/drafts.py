"""Atomic files: written under another name, synced to disk, then renamed."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# The ends of names of the files that SQLite keeps beside an open file, and leaves when a process dies.
_BESIDE = ("", "-wal", "-shm", "-journal")


@contextmanager
def drafted(path: Path, replace: bool = False, suffix: str = "new") -> Iterator[Path]:
    """A name beside ``path`` to write a file under, which is renamed to ``path`` at the end.

    What was written is synced to disk before it is renamed. When anything is raised inside, no file is left
    behind. Raises ``OSError`` when the disk fails, and ``FileExistsError`` when there is a file at ``path``
    by then, unless ``replace``. ``suffix`` ends the name of the draft, by which drafts of a process that was
    killed can be told from those of others.
    """
    # Not with_name(), which raises a ValueError for a path without a name.
    draft = Path(f"{path}.{os.urandom(4).hex()}.{suffix}")
    try:
        yield draft
        if os.path.exists(f"{draft}-wal"):
            # SQLite could not copy its log on closing, and reports no error for that.
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
    """Name the draft ``path``.

    Raises ``FileExistsError`` when another process has made that file meanwhile.
    """
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
    # Opened for writing, since Windows syncs nothing otherwise.
    with path.open("r+b") as file:
        sync(file.fileno())


def sync(descriptor: int) -> None:
    """Write a file to its disk. Raises ``OSError`` when the disk fails."""
    if sys.platform == "darwin":
        # On macOS fsync leaves the data in the cache of the disk.
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable. Raises ``OSError`` when the disk fails.

    Does nothing where folders cannot be opened (Windows) or synced.
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


def is_still(path: str | Path, descriptor: int) -> bool:
    """Whether what is open is what is at ``path`` now: not where that was deleted or replaced since."""
    with suppress(OSError):
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    return False
