"""Worker processes that call functions, a bounded number at a time."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from chronicle.errors import Problem, StoreError
from chronicle.ledgers.partitions.frames import use_memory_of_system

Run = Callable[[Iterable[Callable[[], Any]]], Iterator[Any]]
"""Calls some functions, and gives what they give, in any order."""

_WAITING: Final = 2


class WorkerEnded(StoreError):
    """A worker process was killed, or memory ran out (C532)."""


@contextmanager
def running(workers: int) -> Iterator[Run]:
    """What calls functions: this process, or workers of which each gets the next one.

    Workers are started anew (``spawn``) and not forked: this process may have threads, such as that of the
    progress line and those of Arrow, and a lock that one of them holds would never open in a fork.
    """
    if workers == 1:
        yield lambda tasks: (task() for task in tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=use_memory_of_system) as pool:
        try:
            yield partial(_by_workers, pool, workers * _WAITING)
        except BrokenProcessPool:
            message = "a worker process came to a sudden end: it was killed, or memory ran out"
            help = "run the same again, with fewer workers or more partitions; it goes on where it was"
            raise WorkerEnded(Problem("C532", message, help=help)) from None
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _by_workers(pool: ProcessPoolExecutor, most: int, tasks: Iterable[Callable[[], Any]]) -> Iterator[Any]:
    """No more than so many are waiting at a time, so that memory is bounded."""
    waiting = set[Future[Any]]()
    for task in tasks:
        waiting.add(pool.submit(task))
        if len(waiting) >= most:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in done)
    for each in waiting:
        yield each.result()
