"""The ledger of a store made before its first question, by several processes where that is sooner."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from chronicle.errors import StoreError, not_installed

if TYPE_CHECKING:
    from chronicle.ledgers.keeping import LedgerKeeper
    from chronicle.ledgers.kept import KeptFile
    from chronicle.ledgers.partitions.first_pass import Report

LARGE: Final = 300_000
"""From so many events on several processes make a ledger unasked: of fewer, one has done it as soon."""

# One process reads all records and joins all sections, for which more would only wait, each with its memory.
_MOST: Final = 8


def made_by_workers(keeper: LedgerKeeper, workers: int | None, report: Report) -> KeptFile | None:
    """The ledger of a store, made now by so many processes; None where it is not made so.

    Where nobody says how many, those of ``usual_workers`` make that of a large store. Raises ``UsageError``
    (C740) for several, if asked for, without pyarrow or numpy, and what reading the store raises.
    """
    if not keeper.able or keeper.has_own_projectors:
        return None
    if workers is None:
        workers = usual_workers() if _is_large(keeper) else 1
    if workers == 1:
        return None
    from chronicle.history.sources import StoredRecords
    from chronicle.ledgers.partitions.frames import pyarrow

    pyarrow()
    try:
        from chronicle.ledgers.sections.building import made_in_sections
    except ImportError:
        raise not_installed("numpy", "which joins what several processes made", "scale") from None
    return made_in_sections(keeper, StoredRecords(keeper.store), workers, report)


def _is_large(keeper: LedgerKeeper) -> bool:
    # Who reads the records of a broken store says what is wrong with it.
    with suppress(StoreError):
        return keeper.store.head().position >= LARGE
    return False


def usual_workers() -> int:
    """How many processes make the ledger of a large store, where nobody says how many: one a processor.

    One alone where pyarrow or numpy is missing, where this process cannot start Python, and where it is one
    of several already, which ``multiprocessing`` has started and ends.
    """
    from importlib.util import find_spec

    if not (find_spec("pyarrow") and find_spec("numpy")):
        return 1
    from chronicle.history.processors import processors
    from chronicle.ledgers.partitions.workers import can_start_python

    return min(_MOST, processors()) if can_start_python() and not _is_worker() else 1


def _is_worker() -> bool:
    """Whether this is a worker of ``multiprocessing``, or imports the main module to become one."""
    from multiprocessing import current_process

    process = current_process()
    return process.daemon or bool(getattr(process, "_inheriting", False))
