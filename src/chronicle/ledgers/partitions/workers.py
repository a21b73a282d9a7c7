"""Worker processes that call functions, a bounded number at a time.

A worker is a new process of Python that is told by its standard input what to call, and answers by its
standard output. Nothing of the program that starts it is imported there, so that one without a guarded main
part runs once. It ends with its input, so also when the process that started it was killed.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import traceback
import weakref
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from io import BytesIO, StringIO
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Final

from attrs import Factory, define

from chronicle.errors import Problem, StoreError
from chronicle.ledgers.partitions.frames import use_memory_of_system

Run = Callable[[Iterable[Callable[[], Any]]], Iterator[Any]]
"""Calls some functions, and gives what they give, in any order."""

_WAITING: Final = 2
_PATIENCE: Final = 10.0
"""Seconds in which a worker that has nothing to do has to end."""


class WorkerEnded(StoreError):
    """A worker process was killed, or memory ran out (C532)."""


@contextmanager
def running(workers: int) -> Iterator[Run]:
    """What calls functions: this process, or workers of which each gets the next one.

    Workers are started anew and not forked: this process may have threads, such as that of the progress line
    and those of Arrow, and a lock that one of them holds would never open in a fork. This process calls all
    functions where it cannot start Python. Whatever the end, no worker is left. Raises ``RuntimeError`` in
    the main module of a program while a worker imports that, which it does for a projector defined there.
    """
    if _main_is_imported:
        message = "the main module starts workers while one imports it: guard this by __name__ == '__main__'"
        raise RuntimeError(message)
    if workers == 1 or not can_start_python():
        yield lambda tasks: (task() for task in tasks)
        return
    pool = _WorkerPool(workers)
    try:
        yield pool.run
        pool.end()
    except BaseException:
        pool.kill()
        raise


def can_start_python() -> bool:
    """Whether new processes of Python can be started: not where this one is a program that carries it."""
    name = os.path.basename(_python()).lower()
    return name.startswith(("python", "pypy")) and not getattr(sys, "frozen", False)


def _python() -> str:
    """The path of Python, or what the program that carries it has set for ``multiprocessing``."""
    from multiprocessing.spawn import get_executable

    return os.fsdecode(get_executable() or "")


# The process that has the functions to be called


@define
class _WorkerPool:
    most: int
    tasks: SimpleQueue[_Task | None] = Factory(SimpleQueue)
    workers: list[_WorkerProcess] = Factory(list)

    def run(self, tasks: Iterable[Callable[[], Any]]) -> Iterator[Any]:
        """No more than some are waiting at a time, so that memory is bounded."""
        answers = SimpleQueue[bytes | None]()
        waiting = 0
        for task in tasks:
            self.tasks.put((pickle.dumps(task), answers))
            waiting += 1
            if len(self.workers) < min(self.most, waiting):
                # Noted before it is started: whatever comes in between, it is ended.
                self.workers.append(_WorkerProcess(self.tasks))
                self.workers[-1].start()
            if waiting == self.most * _WAITING:
                yield _given(answers.get())
                waiting -= 1
        for _ in range(waiting):
            yield _given(answers.get())

    def end(self) -> None:
        """Have the workers end, which have nothing to do any more."""
        for _ in self.workers:
            self.tasks.put(None)
        for worker in self.workers:
            worker.end(_PATIENCE)

    def kill(self) -> None:
        """End the workers, whatever they do."""
        for worker in self.workers:
            worker.kill()
        for _ in self.workers:
            self.tasks.put(None)
        for worker in self.workers:
            worker.end(None)


_Task = tuple[bytes, "SimpleQueue[bytes | None]"]
"""What to call, and where its answer goes: None where the worker came to its end before."""


class _WorkerProcess:
    """A worker, and the thread that starts it and hands it one task after the other.

    Signals interrupt the main thread alone, so that no worker is started by halves. The end of this process
    does not wait for the thread, and kills the worker.
    """

    def __init__(self, tasks: SimpleQueue[_Task | None]) -> None:
        self._process = Future[subprocess.Popen[bytes]]()
        self.kill = weakref.finalize(self, _kill, self._process)
        self._thread = Thread(target=_start_and_hand_over, args=(self._process, tasks), daemon=True)

    def start(self) -> None:
        """Start the worker. Raises ``OSError`` where that cannot be done."""
        self._thread.start()
        self._process.result()

    def end(self, patience: float | None) -> None:
        """Wait for the end of a worker; one that takes longer than some seconds is killed."""
        if self._process.cancelled() or self._process.exception() is not None:
            return
        process = self._process.result()
        self._thread.join()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.kill.detach()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                _open(stream).close()


def _kill(process: Future[subprocess.Popen[bytes]]) -> None:
    """Kill a worker, or have it never started."""
    if not process.cancel() and process.exception() is None:
        process.result().kill()


def _started() -> subprocess.Popen[bytes]:
    """A new worker. Ctrl-C is only for the process that starts it, which then ends it. Raises ``OSError``."""
    # The options with which this Python was started, as ``multiprocessing`` passes them on.
    options: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    command = [_python(), *options, "-P", "-c", _PROGRAM]
    if sys.platform == "win32":
        group = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=group)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# The path where modules are found comes before any module of Chronicle. Where nothing comes, or not all of
# it, the process that started this one has come to its end meanwhile, and nobody wants to hear of it.
_PROGRAM: Final = """
import pickle, sys
try:
    sys.path[:], main = pickle.load(sys.stdin.buffer)
except (EOFError, pickle.UnpicklingError):
    sys.exit(1)
from chronicle.ledgers.partitions.workers import work
work(main)
"""


def _start_and_hand_over(started: Future[subprocess.Popen[bytes]], tasks: SimpleQueue[_Task | None]) -> None:
    """Start a worker, unless nobody wants it any more, and hand it tasks until there is none."""
    if not started.set_running_or_notify_cancel():
        return
    try:
        process = _started()
    except Exception as error:  # whatever it is: somebody waits for the process
        started.set_exception(error)
        return
    started.set_result(process)
    _hand_over(process, tasks)


def _hand_over(process: subprocess.Popen[bytes], tasks: SimpleQueue[_Task | None]) -> None:
    """Hand tasks to a worker, one at a time, and each answer to whom it is for."""
    told, answered = _open(process.stdin), _open(process.stdout)
    with suppress(OSError):
        told.write(pickle.dumps(([*map(_from_here, sys.path)], _main_module())))
        told.flush()
    for task, answers in iter(tasks.get, None):
        answer = None
        # Whatever goes wrong: somebody waits for an answer, and none is one.
        with suppress(Exception):
            _send(told, task)
            answer = _received(answered)
        answers.put(answer)
    with suppress(OSError):
        _send(told, b"")


def _given(answer: bytes | None) -> Any:
    """What a function gave. Raises what it raised, and ``WorkerEnded`` where there is no answer."""
    if answer is None:
        message = "a worker process came to a sudden end: it was killed, or memory ran out"
        help = "run the same again, with fewer workers or more partitions; it goes on where it was"
        raise WorkerEnded(Problem("C532", message, help=help))
    given, error, where = pickle.loads(answer)
    if error is not None:
        error.add_note(where)
        raise error
    return given


def _from_here(entry: str) -> str:
    return entry or os.getcwd()


def _main_module() -> dict[str, Any]:
    """How the main module of this program is imported, as ``multiprocessing`` does it."""
    main = sys.modules["__main__"]
    name, path = getattr(getattr(main, "__spec__", None), "name", None), getattr(main, "__file__", None)
    if name is not None:
        return {"sys_argv": sys.argv, "init_main_from_name": name}
    return {} if path is None else {"sys_argv": sys.argv, "init_main_from_path": os.path.abspath(path)}


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(len(data).to_bytes(_LENGTH, "little"))
    stream.write(data)
    stream.flush()


def _received(stream: IO[bytes]) -> bytes | None:
    """The next data of a stream; None at its end."""
    length = stream.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    data = stream.read(int.from_bytes(length, "little"))
    return data if len(data) == int.from_bytes(length, "little") else None


_LENGTH: Final = 8


# The worker


def work(main: dict[str, Any]) -> None:
    """Call what this process is told to call, until it is told to end. It ends when its input does.

    What functions print goes to standard error: by standard output only answers go.
    """
    tasks = SimpleQueue[bytes]()
    # Where nobody is there any more to be answered, this process ends as well.
    with suppress(BrokenPipeError), os.fdopen(os.dup(1), "wb") as answers:
        with suppress(OSError):
            os.dup2(2, 1)
        Thread(target=_listen, args=(sys.stdin.buffer, tasks), daemon=True).start()
        sys.stdin = StringIO()
        use_memory_of_system()
        while task := tasks.get():
            _send(answers, _answer(task, main))


def _listen(stream: IO[bytes], tasks: SimpleQueue[bytes]) -> None:
    """Note every task that comes. Without the process that has the tasks nobody waits for an answer."""
    while (task := _received(stream)) is not None:
        tasks.put(task)
        if not task:
            return
    os._exit(1)


def _answer(task: bytes, main: dict[str, Any]) -> bytes:
    """What a function gave, or what it raised and where."""
    try:
        return pickle.dumps((_TaskReader(BytesIO(task), main).load()(), None, ""))
    except BaseException as error:
        where = "in a worker process:\n" + "".join(traceback.format_exception(error))
        try:
            return pickle.dumps((None, error, where))
        except Exception:
            return pickle.dumps((None, RuntimeError(repr(error)), where))


class _TaskReader(pickle.Unpickler):
    """Reads a function, and imports the main module of the program first if the function is of that."""

    def __init__(self, task: BytesIO, main: dict[str, Any]) -> None:
        super().__init__(task)
        self._main = main

    def find_class(self, module: str, name: str) -> Any:
        """What has a name in a module."""
        if module == "__main__" and self._main:
            _import_main(self._main)
            self._main.clear()
        return super().find_class(module, name)


_main_is_imported = False


def _import_main(main: dict[str, Any]) -> None:
    global _main_is_imported  # noqa: PLW0603
    from multiprocessing.spawn import prepare

    _main_is_imported = True
    try:
        prepare(main)
    finally:
        _main_is_imported = False
