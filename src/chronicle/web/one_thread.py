"""A thread of its own for questions, which are asked one after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar

Answer = TypeVar("Answer")

_Work = tuple[Future[Any], Callable[[], Any]]


class OneThread:
    """Runs functions on one thread, in the order in which they come.

    The end of the process does not wait for it, as it would for a thread of an executor: a question about a
    large history may take half a minute, and Ctrl-C is not to.
    """

    def __init__(self, name: str) -> None:
        self._waiting: Final[SimpleQueue[_Work | None]] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, function: Callable[[], Answer]) -> Future[Answer]:
        """What will have the answer of a function, or what it raised."""
        future: Future[Answer] = Future()
        self._waiting.put((future, function))
        return future

    def end(self) -> None:
        """Take nothing more. What was submitted before is still run, while the process goes on."""
        self._waiting.put(None)

    def _run(self) -> None:
        while (work := self._waiting.get()) is not None:
            future, function = work
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = function()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(answer)
