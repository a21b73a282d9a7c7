"""What every store on disk or on a server refuses in the same words."""

from __future__ import annotations

from chronicle.errors import Problem, StoreError, printable


def cannot(location: str, why: str, help: str | None = None) -> StoreError:
    """C507: the store cannot do what was asked of it."""
    return StoreError(Problem("C507", f'store "{printable(location)}" {why}', help=help))


def not_a_store(location: str, why: str, help: str | None = None) -> StoreError:
    """C501: what is there is something else."""
    return StoreError(Problem("C501", f'"{printable(location)}" {why}', help=help))


def newer(location: str, found: int, newest: int) -> StoreError:
    """C502: the store has a format that only a newer version knows."""
    what = f"is of format {found}, newer than {newest}, the newest that is known here"
    return StoreError(
        Problem("C502", f'store "{printable(location)}" {what}', help="install a newer Chronicle")
    )


def busy(location: str, _: str) -> StoreError:
    """The error (C508) for a store to which another process wrote for longer than the timeout."""
    what = f'store "{printable(location)}" is busy: another process is writing'
    return StoreError(Problem("C508", what, help="try again in a moment"))


def no_more(location: str, why: str, help: str) -> StoreError:
    """The error (C511) after a failed write: it is unknown which earlier appends are durable."""
    return StoreError(Problem("C511", f'store "{printable(location)}" takes no more: {why}', help=help))
