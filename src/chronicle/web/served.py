"""The history that is served: opened once, kept up to date, and asked by one thread.

A ``History`` keeps answers, reads events when they are first needed, and pauses the collector of cycles
while it replays: none of this is made for two questions at a time. So all questions are asked on one thread
of its own, one after the other. A lock would do the same, but leave waiting requests with a thread each, of
which there are only so many; and replay is work for one processor, so that two at a time would not be done
sooner.
"""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from attrs import define, evolve, field

from chronicle.engine import views
from chronicle.errors import ChronicleError, Problem, UsageError
from chronicle.history import History, open_history
from chronicle.render.groups import facts_of
from chronicle.stores.location import is_event_file, is_standard_input
from chronicle.web.one_thread import OneThread

Answer = TypeVar("Answer")

_SHORT: Final = 16
_PATIENCE: Final = 2
_NOBODY: Final = ""


_FileId = tuple[int, int] | None


@define(eq=False)
class Served:
    """A source and its history, as it was last read without errors.

    ``problems`` are those for which the source cannot be read since it changed: then the history is the last
    one that could be. ``events`` is how many it has.
    """

    source: str
    ledger: bool = True
    problems: tuple[Problem, ...] = field(default=(), init=False)
    read_at: datetime.datetime = field(init=False)
    events: int = field(default=0, init=False)
    _history: History = field(init=False)
    _state: str = field(init=False)
    _tried: str = field(init=False)
    # Which file the store was when it was opened, and when it was last looked at.
    _file: _FileId = field(default=None, init=False)
    _file_tried: _FileId = field(default=None, init=False)
    _thread: OneThread = field(init=False)
    _is_ready: bool = field(default=False, init=False)

    @classmethod
    def of(
        cls, source: str, *, ledger: bool = True, report: Callable[[str, int, int], None] = lambda *_: None
    ) -> Served:
        """The history of a source, opened; ``report`` is called as by ``History.from_store``.

        Raises what opening it raises, C509 for standard input.
        """
        if is_standard_input(source):
            message = "standard input is read once, and cannot be served"
            raise UsageError(Problem("C509", message, help="serve a folder, a file or a store"))
        served = cls(source, ledger)
        served._thread = OneThread("history")
        try:
            served._thread.submit(partial(served._open, report)).result()
        except BaseException:
            served.close()
            raise
        return served

    @property
    def name(self) -> str:
        """What the source is called on pages: its last part, without the folders above."""
        return Path(self.source).name or self.source

    @property
    def state(self) -> str:
        """A text that is another whenever the source is another."""
        return self._tried

    @property
    def has_ledger(self) -> bool:
        """Whether a ledger on disk has the values of the history."""
        return self._history.kept_ledger is not None

    async def ask(self, question: Callable[[History], Answer]) -> Answer:
        """The answer to a question, by the source as it is now. Raises what the question raises."""
        return await asyncio.wrap_future(self._thread.submit(partial(self._asked, question)))

    async def changed_since(self, state: str) -> bool:
        """Whether the source is another than it was in a state, without reading it."""
        return await asyncio.wrap_future(self._thread.submit(partial(self._is_other, state)))

    def close(self) -> None:
        """Close the history and end its thread; a question that takes long is not waited for."""
        with suppress(TimeoutError):
            self._thread.submit(self._close).result(_PATIENCE)
        self._thread.end()

    # On the thread of the history

    def _open(self, report: Callable[[str, int, int], None]) -> None:
        self._tried = self._state_of_files()
        self._file = self._file_tried = self._file_now()
        self._history = self._read(report)
        self._note()

    def _read(self, report: Callable[[str, int, int], None] = lambda *_: None) -> History:
        """The history of the source, which tells no folder above that of the source."""
        history = open_history(self.source, read_only=True, ledger=self.ledger, report=report)
        if os.path.isabs(self.source):
            history.tell_places_from(self._above)
        return history

    @property
    def _above(self) -> str:
        return os.path.dirname(self.source.rstrip(os.sep)) or os.sep

    def shown(self, problem: Problem) -> Problem:
        """A problem as pages tell it: without the folders above the source."""
        if not os.path.isabs(self.source):
            return problem
        begin = self._above.rstrip(os.sep) + os.sep
        return evolve(
            problem,
            message=problem.message.replace(begin, ""),
            help=problem.help and problem.help.replace(begin, ""),
            place=problem.place and problem.place.seen_from(begin),
        )

    def _made_ready(self) -> None:
        """Find out which facts name whom, which the first page of an entity would else wait for.

        After the first answer, which is mostly the first page: while somebody reads it.
        """
        state = self._history.as_of(datetime.date.today())
        for view in views.VIEWS.values():
            facts_of(view, state, _NOBODY)

    def _note(self) -> None:
        head = self._history.head
        if head is not None:
            self._tried = f"{head.position}-{head.chain[:_SHORT]}"
        self.events = len(self._history.events) if head is None else head.position
        self._state, self.problems = self._tried, ()
        self.read_at = datetime.datetime.now().astimezone()

    def _close(self) -> None:
        if hasattr(self, "_history"):
            self._history.close()

    def _asked(self, question: Callable[[History], Answer]) -> Answer:
        self._catch_up()
        if self.has_ledger and not self._is_ready:
            self._is_ready = True
            self._thread.submit(self._made_ready)
        return question(self._history)

    def _catch_up(self) -> None:
        """Read what is new in the source. With errors in it, note these and keep the history."""
        if self._history.head is not None:
            self._catch_up_with_store()
            return
        now = self._state_of_files()
        if now == self._tried:
            return
        self._tried = now
        if now == self._state:
            self.problems = ()
            return
        try:
            self._history = self._read()
        except ChronicleError as error:
            self.problems = tuple(map(self.shown, error.problems))
        else:
            self._note()

    def _catch_up_with_store(self) -> None:
        """Read what was appended; or all of it, where another file has taken the place of the store."""
        self._file_tried = now = self._file_now()
        if now == self._file:
            self.problems = ()
            if self._history.refresh():
                self._note()
            return
        try:
            found = self._read()
        except ChronicleError as error:
            self.problems = tuple(map(self.shown, error.problems))
        else:
            self._history.close()
            self._history, self._file = found, now
            self._note()

    def _is_other(self, state: str) -> bool:
        if self._history.head is None:
            return self._state_of_files() != state
        return state != self._tried or self._file_now() != self._file_tried or self._history.has_news()

    def _file_now(self) -> _FileId:
        """Which file the source is; None where there is none, and for a store on a server."""
        try:
            stat = os.stat(self.source)
        except OSError:
            return None
        return stat.st_dev, stat.st_ino

    def _state_of_files(self) -> str:
        """The names, sizes and times of change of the event files, in few characters."""
        found = hashlib.sha256()
        for file in _event_files(self.source):
            try:
                stat = os.stat(file)
            except OSError:
                continue
            found.update(f"{file}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
        return found.hexdigest()[:_SHORT]


def _event_files(source: str) -> Iterable[str]:
    if not os.path.isdir(source):
        return [source]
    try:
        return sorted(entry.path for entry in os.scandir(source) if is_event_file(entry.name))
    except OSError:
        return []
