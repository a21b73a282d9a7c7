"""A file system for SQLite that keeps what was asked of the disk, and fails when it is told to.

``Recorder.watching`` lets a store run on it by way of ``apsw``. What Python itself does with the names of the
folder (the store is made as a draft and then named) is kept too.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest

import apsw_connection
from power_loss import Cut, Event, FolderSynced, Named, NotSynced, Synced, Unnamed, Wrote, told

Fault = Callable[[str], int | None]
"""Asked at every "write" and "sync"; gives the result code to fail with, or None."""

_counter = itertools.count()


class Recorder(apsw.VFS):
    """The file system of one folder. Syncs are written down and not waited for.

    Of a write that fails, the share ``done`` is done all the same.
    """

    def __init__(self, folder: Path, fault: Fault | None = None, done: float = 0.0) -> None:
        self.name = f"recorder-{next(_counter)}"
        super().__init__(self.name, "")
        self.folder = folder
        self.fault = fault or (lambda _: None)
        self.done = done
        self.events: list[Event] = []
        self._files: dict[str, int] = {}
        self._numbers = itertools.count()
        self._unsynced: set[str] = set()
        for path in sorted(folder.iterdir()):
            # What is there at the start is on the disk.
            self.named(path.name)
            file = self._files[path.name]
            self.events += [Wrote(file, 0, path.read_bytes()), Synced(file)]
        self.events.append(FolderSynced())

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - the name of apsw
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        made = path is not None and not os.path.exists(path)
        file = RecordedFile(self, name, flags)
        if path is not None and made:
            self.named(os.path.basename(path))
            # SQLite syncs the folder at the first sync of a log that it made.
            self._unsynced.add(os.path.basename(path))
        return file

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(name, syncdir)
        self.unnamed(os.path.basename(name))
        if syncdir:
            self.events.append(FolderSynced())

    def tell(self, what: str, number: int) -> None:
        """Keep what the appender was told."""
        event = told(what, number)
        assert event is not None
        self.events.append(event)

    def named(self, name: str, file: int | None = None) -> None:
        self._files[name] = next(self._numbers) if file is None else file
        self.events.append(Named(name, self._files[name]))

    def unnamed(self, name: str) -> None:
        if self._files.pop(name, None) is not None:
            self.events.append(Unnamed(name))

    def number(self, name: str) -> int:
        return self._files[name]

    def synced(self, name: str, file: int) -> None:
        """A sync, which may be told to fail, and of the folder when the file is new."""
        code = self.fault("sync")
        if code is not None:
            self.events.append(NotSynced(file))
            raise apsw.exception_for(code)
        self.events.append(Synced(file))
        if name in self._unsynced:
            self._unsynced.discard(name)
            self.events.append(FolderSynced())

    @contextmanager
    def watching(self, settings: Mapping[str, str]) -> Iterator[None]:
        """Inside, ``sqlite3.connect`` leads here and the names that Python gives in the folder are kept."""
        with pytest.MonkeyPatch.context() as patch:

            def connect(database: str, timeout: float = 5.0, **_: object) -> apsw_connection.Connection:
                return apsw_connection.Connection(database, self.name, timeout, settings)

            patch.setattr(sqlite3, "connect", connect)
            self._watch_names(patch)
            yield

    def _watch_names(self, patch: pytest.MonkeyPatch) -> None:
        opened, linked, unlinked, replaced, synced = os.open, os.link, os.unlink, os.replace, os.fsync

        def ours(path: Any) -> str | None:
            place = Path(os.fsdecode(path)) if isinstance(path, (str, bytes, os.PathLike)) else None
            return place.name if place is not None and place.parent == self.folder else None

        def open(path: Any, flags: int, *rest: Any, **options: Any) -> int:
            made = flags & os.O_CREAT and not os.path.exists(path)
            descriptor = opened(path, flags, *rest, **options)
            if made and (name := ours(path)):
                self.named(name)
            return descriptor

        def link(source: Any, target: Any, **options: Any) -> None:
            linked(source, target, **options)
            if (old := ours(source)) and (new := ours(target)):
                self.named(new, self._files[old])

        def unlink(path: Any, **options: Any) -> None:
            unlinked(path, **options)
            if name := ours(path):
                self.unnamed(name)

        def replace(source: Any, target: Any, **options: Any) -> None:
            replaced(source, target, **options)
            if (old := ours(source)) and (new := ours(target)):
                self.named(new, self._files[old])
                self.unnamed(old)

        def fsync(file: Any) -> None:
            descriptor = file if isinstance(file, int) else file.fileno()
            status = os.fstat(descriptor)
            name = "." if os.path.samestat(status, os.stat(self.folder)) else None
            for each in self._files:
                if os.path.samestat(status, os.stat(self.folder / each)):
                    name = each
            if name is None:
                synced(descriptor)
                return
            if self.fault("sync") is not None:
                self.events.extend([NotSynced(self._files[name])] if name != "." else [])
                raise OSError(5, "Input/output error")
            self.events.append(FolderSynced() if name == "." else Synced(self._files[name]))

        for name, function in (
            ("open", open),
            ("link", link),
            ("unlink", unlink),
            ("replace", replace),
            ("fsync", fsync),
        ):
            patch.setattr(os, name, function)


class RecordedFile(apsw.VFSFile):
    """A file of which every write, cut and sync is kept."""

    def __init__(self, recorder: Recorder, name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._recorder = recorder
        self._name = os.path.basename(path) if path is not None else None
        super().__init__("", name, flags)

    @property
    def _number(self) -> int:
        assert self._name is not None
        return self._recorder.number(self._name)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        if self._name is None:
            super().xWrite(data, offset)
            return
        content = bytes(data)
        code = self._recorder.fault("write")
        if code is not None:
            content = content[: int(len(content) * self._recorder.done)]
        if content:
            super().xWrite(content, offset)
            self._recorder.events.append(Wrote(self._number, offset, content))
        if code is not None:
            raise apsw.exception_for(code)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        super().xTruncate(size)
        if self._name is not None:
            self._recorder.events.append(Cut(self._number, size))

    def xSync(self, _: int) -> None:  # noqa: N802
        if self._name is not None:
            self._recorder.synced(self._name, self._number)
