"""Errors of PostgreSQL as errors of Chronicle. Only for the store in this folder.

No error of Chronicle passes on a password from a message of libpq or the server, and none is chained to an
error of psycopg, so that a traceback shows only these messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from chronicle.errors import Damaged, Problem, StoreError, printable
from chronicle.stores.postgresql.tables import NOT_NEXT
from chronicle.stores.refusals import busy, cannot

AGAIN: Final = "open it again; an append without an answer may be made again, nothing is kept twice"
"""What to do when it is unknown whether an append was kept."""


@contextmanager
def reported(location: str) -> Iterator[None]:
    """Turns whatever psycopg raises inside into an error of Chronicle."""
    try:
        yield
    except psycopg.Error as error:
        raise _translated(location, error) from None
    except UnicodeDecodeError:
        raise Damaged(damaged(location, "it holds text that is not UTF-8")) from None


def damaged(location: str, reason: str) -> Problem:
    """The problem (C510) of tables that are not as Chronicle made them."""
    return Problem(
        "C510",
        f'store "{printable(location)}" is damaged: {printable(reason)}',
        help="restore a backup; nothing was repaired",
    )


def is_lost(error: BaseException, connection: psycopg.Connection[Any]) -> bool:
    """Whether it is unknown if a transaction was committed: the server did not confirm the rollback."""
    unsaid = isinstance(error, psycopg.Error) and error.sqlstate is None
    return unsaid or connection.info.transaction_status != TransactionStatus.IDLE


def is_not_next(error: psycopg.Error) -> bool:
    """Whether the tables refused records because the store has moved on, or has one of their ids."""
    return error.sqlstate == NOT_NEXT or isinstance(error, errors.UniqueViolation)


def _translated(location: str, error: psycopg.Error) -> StoreError:
    told = _reason(error)
    for kinds, answer in _ANSWERS:
        if isinstance(error, kinds):
            return answer(location, told)
    if error.sqlstate is None or isinstance(error, _GONE):
        return cannot(location, f"has lost its connection: {told}", help=AGAIN)
    return cannot(
        location, f"cannot be read or written: {told}", help="nothing was changed; look at the server"
    )


def _not_allowed(location: str, told: str) -> StoreError:
    help = "docs/scale.md has the roles: an owner, writers and readers"
    return cannot(location, f"does not allow that to this role: {told}", help=help)


def _only_read(location: str, told: str) -> StoreError:
    help = "a replica takes no records: give the address of the server that does"
    return cannot(location, f"can only be read: {told}", help=help)


def _damaged(location: str, told: str) -> StoreError:
    return Damaged(damaged(location, told))


_GONE = (errors.AdminShutdown, errors.CrashShutdown, errors.IdleSessionTimeout)

_ANSWERS: tuple[tuple[tuple[type[psycopg.Error], ...], Callable[[str, str], StoreError]], ...] = (
    ((errors.LockNotAvailable, errors.SerializationFailure, errors.DeadlockDetected), busy),
    ((errors.InsufficientPrivilege,), _not_allowed),
    ((errors.ReadOnlySqlTransaction,), _only_read),
    # The statements are fixed, so an error in one means that the tables were changed.
    ((errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction), _damaged),
    ((errors.IntegrityError, errors.DataError, errors.DataCorrupted, errors.IndexCorrupted), _damaged),
)


def _reason(error: psycopg.Error) -> str:
    """The message of the server, in one line."""
    said = error.diag.message_primary or str(error)
    return printable(said.strip().partition("\n")[0])
