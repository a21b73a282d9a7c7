"""Backups: copies of a store in another one, record for record, either a new store or an older copy."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chronicle.errors import AppendRefused, Damaged, Problem, StoreError, printable
from chronicle.stores import open_store
from chronicle.stores.batch import batches
from chronicle.stores.drafts import drafted
from chronicle.stores.location import is_address
from chronicle.stores.protocol import Store
from chronicle.stores.record import Head
from chronicle.stores.verification import Progress


@contextmanager
def copy_of(source: Store, into: str | Path) -> Iterator[Store]:
    """The store at ``into`` to which ``source`` is to be copied: the one that is there, else a new one.

    A new file appears under its name at the end, unless anything was raised inside; it can be read by those
    who can read the file of ``source``. Raises ``StoreError`` as opening a store does.
    """
    path = Path(into)
    if is_address(into) or path.exists():
        with open_store(into, create=True) as copy:
            yield copy
        return
    try:
        with drafted(path) as draft:
            open_store(draft, create=True).close()
            _take_rights(draft, source)
            with open_store(draft) as copy:
                yield copy
    except FileExistsError:
        message = f'"{printable(str(path))}" was made by another process meanwhile'
        raise StoreError(Problem("C507", message, help="back up again: what is missing is added")) from None
    except StoreError as error:
        # Messages name the file that was asked for, not the draft, which is gone.
        raise type(error)(*(_worded(each, str(draft), str(path)) for each in error.problems)) from error


def copied(source: Store, copy: Store, progress: Progress) -> tuple[int, Head]:
    """Copy what ``copy`` lacks of ``source`` as it is now.

    Gives the number of records copied, and the head that both have then. Raises ``Damaged`` for a record of
    either that is not as it was written, and ``AppendRefused`` (C512) when ``copy`` is not an earlier state
    of ``source``.
    """
    head, held = source.head(), copy.head()
    if held.position > head.position:
        raise AppendRefused(_further(copy, held, head))
    # Starts with the last record that both should have: restoring it fails unless both are one history.
    start = max(0, held.position - 1)
    added = 0
    for batch in batches(source.read(start, head.position - start)):
        try:
            added += len(copy.restore(batch).added)
        except (AppendRefused, Damaged) as error:
            raise type(error)(*(_of_copy(problem, copy) for problem in error.problems)) from None
        progress(added, head.position - held.position)
    return added, head


def verify_copy(copy: Store, progress: Progress) -> None:
    """Read the whole copy and verify it. Raises ``Damaged``."""
    result = copy.verify(progress)
    if not result.intact:
        raise Damaged(*(_of_copy(problem, copy) for problem in result.problems))


def _take_rights(draft: Path, source: Store) -> None:
    """Give the new file the permissions of the file of ``source``; the owner can always read and write it."""
    if os.path.isfile(source.location):
        draft.chmod(stat.S_IMODE(os.stat(source.location).st_mode) | stat.S_IRUSR | stat.S_IWUSR)


def _further(copy: Store, held: Head, head: Head) -> Problem:
    return Problem(
        "C512",
        f'store "{printable(copy.location)}" is no earlier copy: it ends at position {held.position}, the '
        f"store to back up at {head.position}",
        help="back up into a new store",
    )


def _of_copy(problem: Problem, copy: Store) -> Problem:
    """The same problem, with the copy named in its message."""
    message = f'in the copy "{printable(copy.location)}": {problem.message}'
    return Problem(problem.code, message, problem.place, problem.help, problem.events)


def _worded(problem: Problem, draft: str, path: str) -> Problem:
    """The same problem, with the name of the draft replaced by that of the file."""
    message = problem.message.replace(printable(draft), printable(path))
    return Problem(problem.code, message, problem.place, problem.help, problem.events)
