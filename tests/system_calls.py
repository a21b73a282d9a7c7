"""What a process asks of the disk, as ``strace`` sees it: so the library that everybody uses is watched.

A call can be made to fail, too. Only files of one folder are looked at.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from power_loss import Cut, Event, FolderSynced, Named, NotSynced, Synced, Unnamed, Wrote, told

_CALLS = (
    "openat,open,creat,close,lseek,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,"
    "sync_file_range,msync,link,linkat,unlink,unlinkat,rename,renameat,renameat2,dup,dup2,dup3"
)
_CALL = re.compile(r"\d+ +(\w+)\((.*)\) += (-?\d+|\?)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


@cache
def why_not() -> str | None:
    """Why system calls cannot be watched here; None when they can."""
    if shutil.which("strace") is None:
        return "strace is not on this machine"
    done = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return f"strace may not watch a process: {done.stderr.strip()}" if done.returncode else None


def watched(
    command: Sequence[str], trace: Path, inject: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` and write its calls to ``trace``; ``inject`` is a rule of strace for a failure."""
    rules = ["-e", f"trace={_CALLS}", *(["-e", f"inject={inject}"] if inject else [])]
    # Coverage of a process that is watched would be most of what is seen.
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.run(
        ["strace", "-f", "-qq", "-xx", "-s", "10000000", "-o", str(trace), *rules, *command],
        capture_output=True,
        text=True,
        check=False,
        env=surroundings,
    )


class Trace:
    """Makes events of traces, one process after the other, which work in ``folder``.

    ``log`` is the file to which a process writes what it was told, a line at a time.
    """

    def __init__(self, folder: Path, log: Path) -> None:
        self.events: list[Event] = []
        self.answers: list[str] = []
        self.syncs: Counter[str] = Counter()
        self.failed: int | None = None
        """The number of events before the first sync that failed."""
        self._folder = folder
        self._log = log
        self._files: dict[str, int] = {}
        self._numbers = itertools.count()
        self._open: dict[int, str | int] = {}
        self._places: dict[int, int] = {}

    def add(self, trace: Path) -> None:
        """The calls of one more process."""
        self._open = {}
        with trace.open(encoding="ascii") as lines:
            for line in lines:
                call = _CALL.match(line)
                if call:
                    self._call(call[1], call[2], call[3])
                else:
                    assert "<unfinished" not in line, f"two threads at once: {line[:200]}"

    def _call(self, name: str, arguments: str, answer: str) -> None:
        texts = [bytes.fromhex(text[0].replace("\\x", "")) for text in _TEXT.findall(arguments)]
        first = arguments.split(",", 1)[0]
        descriptor = int(first) if first.isdigit() else -1
        if name in {"fsync", "fdatasync"}:
            self.syncs[name] += 1
            self._sync(descriptor, failed=answer != "0")
        elif answer == "?" or int(answer) < 0:
            return
        elif name == "openat":
            self._opened(texts[0], arguments, int(answer))
        elif name == "close":
            self._open.pop(descriptor, None)
        elif descriptor in self._open:
            self._change(name, descriptor, arguments, texts, int(answer))
        elif name in {"link", "linkat"}:
            self._linked(texts)
        elif name in {"unlink", "unlinkat"}:
            self._unlinked(texts)
        elif name in {"rename", "renameat"}:
            self._linked(texts)
            self._unlinked(texts)
        else:
            ours = [text for text in texts if self._ours(text) is not None]
            assert not ours or name in {"open", "creat"}, f"a call that is not understood: {name} {ours}"

    def _ours(self, path: bytes) -> str | None:
        """The name of a file of the folder. That of shared memory is not one: no power loss leaves it."""
        place = Path(os.fsdecode(path))
        return place.name if place.parent == self._folder and not place.name.endswith("-shm") else None

    def _opened(self, path: bytes, arguments: str, descriptor: int) -> None:
        place = Path(os.fsdecode(path))
        if place == self._log:
            self._open[descriptor] = "log"
        elif place == self._folder:
            self._open[descriptor] = "folder"
        elif (name := self._ours(path)) is not None:
            if name not in self._files:
                assert "O_CREAT" in arguments, f"{name} was there before"
                self._name(name, next(self._numbers))
            self._open[descriptor] = self._files[name]
            self._places[descriptor] = 0
            if "O_TRUNC" in arguments:
                self.events.append(Cut(self._files[name], 0))

    def _name(self, name: str, file: int) -> None:
        self._files[name] = file
        self.events.append(Named(name, file))

    def _change(self, name: str, descriptor: int, arguments: str, texts: list[bytes], answer: int) -> None:
        file = self._open[descriptor]
        if file == "log" and name == "write":
            what, number = texts[0].decode().rsplit(maxsplit=1)
            self.answers.append(what)
            event = told(what, int(number))
            self.events.extend([event] if event is not None else [])
        elif isinstance(file, int):
            match name:
                case "lseek":
                    self._places[descriptor] = answer
                case "pwrite64":
                    self.events.append(Wrote(file, int(arguments.rsplit(",", 1)[1]), texts[0][:answer]))
                case "write":
                    self.events.append(Wrote(file, self._places[descriptor], texts[0][:answer]))
                    self._places[descriptor] += answer
                case "ftruncate":
                    self.events.append(Cut(file, int(arguments.rsplit(",", 1)[1])))
                case _:
                    raise AssertionError(f"a call that is not understood: {name}")

    def _sync(self, descriptor: int, failed: bool) -> None:
        file = self._open.get(descriptor)
        if failed and self.failed is None:
            self.failed = len(self.events)
        if file == "folder" and not failed:
            self.events.append(FolderSynced())
        elif isinstance(file, int):
            self.events.append(NotSynced(file) if failed else Synced(file))

    def _linked(self, texts: list[bytes]) -> None:
        old, new = (self._ours(text) for text in texts)
        if old is not None and new is not None:
            self._name(new, self._files[old])

    def _unlinked(self, texts: list[bytes]) -> None:
        name = self._ours(texts[0])
        if name in self._files:
            del self._files[name]
            self.events.append(Unnamed(name))
