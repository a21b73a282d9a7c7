"""Where the ledger of a store is, whose file may be trusted, and how it is written."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from chronicle.stores.drafts import drafted, is_still
from chronicle.stores.location import is_address

_OWN_FOLDER: Final = 0o700
_OWN_FILE: Final = 0o600
# The file that is locked is empty; others lock it by opening it for reading.
_LOCK_FILE: Final = 0o644


def beside(location: str) -> Path | None:
    """The path of the ledger beside a store in a file; None for a store that is not in a file."""
    return None if location == "memory:" or is_address(location) else Path(f"{location}.ledger")


def supplement_of(ledger: Path) -> Path:
    """The path of what was replayed of later events, beside the ledger at a path."""
    return Path(f"{ledger}.supplement")


def in_cache(key: str) -> Path:
    """The path of the ledger for ``key`` in the user's cache, used where none can be beside the store."""
    return cache_folder() / f"{sha256(key.encode()).hexdigest()[:32]}.ledger"


def cache_folder() -> Path:
    """The folder of ledgers in the user's cache, at the place that the system has for it."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "chronicle" / "ledgers"


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, as far as its permissions say."""
    return os.access(folder, os.W_OK)


def is_plain_file(ledger: Path) -> bool:
    """Whether a file lies at a path, and no folder or pipe: who opens a pipe waits for a writer.

    Raises ``OSError`` where nothing is there.
    """
    return stat.S_ISREG(ledger.stat().st_mode)


def is_of_another(ledger: Path, store: Path | None) -> bool:
    """Whether a ledger belongs to a user who is neither this user, nor root, nor the owner of the store.

    In a folder that many may write to, anybody could put a ledger.
    """
    if not hasattr(os, "geteuid"):
        return False
    trusted = {os.geteuid(), 0}
    if store is not None:
        trusted.add(store.stat().st_uid)
    return ledger.stat().st_uid not in trusted


def close_to_others(ledger: Path, store: Path | None) -> None:
    """Have nobody read a ledger who may not read the store, as far as it is this user's to say.

    The store may have been closed to others since the ledger was written. A ledger in the cache is without
    ``store``, and its user's alone. What a link in its place leads to stays as it is. Raises ``OSError``
    where a file is not there.
    """
    if not hasattr(os, "geteuid") or ledger.is_symlink():
        return
    found = ledger.stat()
    mode = stat.S_IMODE(found.st_mode)
    allowed = mode & (stat.S_IRWXU | _mode(store, found.st_gid))
    if mode != allowed:
        with suppress(OSError):
            ledger.chmod(allowed)


def _mode(store: Path | None, group: int) -> int:
    """The mode of the ledger of a store: who may read the one may read the other. ``group`` is its own."""
    if store is None:
        return _OWN_FILE
    found = store.stat()
    mode = stat.S_IMODE(found.st_mode) & 0o666
    # Those of another group may what all others may.
    return mode if group == found.st_gid else mode & ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3


@contextmanager
def written_aside(path: Path, store: Path | None) -> Iterator[BinaryIO]:
    """A file to write a ledger into, which then replaces the one at ``path``.

    It can be read by those who can read the store. Raises ``OSError``.
    """
    if store is None:
        path.parent.mkdir(mode=_OWN_FOLDER, parents=True, exist_ok=True)
    with drafted(path, replace=True) as draft:
        descriptor = os.open(
            draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _OWN_FILE
        )
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            if store is not None and hasattr(os, "chown"):
                with suppress(OSError):
                    os.chown(draft, -1, store.stat().st_gid)
            draft.chmod(_mode(store, draft.stat().st_gid))


@contextmanager
def only_writer(path: Path) -> Iterator[bool]:
    """Whether no other process is writing the ledger at ``path``. Drafts of killed writers are deleted.

    The lock is on a file beside it, and is released by the system when the process ends. Raises ``OSError``
    where that file cannot be made.
    """
    lock = Path(f"{path}.lock")
    lock.parent.mkdir(mode=_OWN_FOLDER, parents=True, exist_ok=True)
    descriptor = _opened_lock(lock, os.O_CREAT)
    try:
        mine = _locked(descriptor) and is_still(lock, descriptor)
        if mine:
            for draft in path.parent.glob(f"{_escaped(path.name)}.*.new"):
                with suppress(OSError):
                    draft.unlink()
        try:
            yield mine
        finally:
            if mine:
                # Deleted while it is locked: a process that has it open then sees that it was replaced.
                with suppress(OSError):
                    lock.unlink()
    finally:
        os.close(descriptor)


def is_being_written(path: Path) -> bool:
    """Whether some process is writing the ledger at ``path`` at this moment, as far as can be seen."""
    try:
        descriptor = _opened_lock(Path(f"{path}.lock"))
    except OSError:
        return False
    try:
        return not _locked(descriptor)
    finally:
        os.close(descriptor)


def _opened_lock(lock: Path, create: int = 0) -> int:
    """The file to be locked; that of another user is opened for reading alone, which locks it as well."""
    try:
        return os.open(lock, os.O_RDWR | create, _LOCK_FILE)
    except PermissionError:
        if not lock.exists():
            raise
        return os.open(lock, os.O_RDONLY)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _locked(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
