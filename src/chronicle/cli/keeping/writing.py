"""Writing a file that somebody named: whole or not at all, and never over a history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chronicle.errors import Problem, UsageError, printable

if TYPE_CHECKING:
    from chronicle.cli.asked import Asked

# The first bytes of every SQLite file.
_SQLITE = b"SQLite format 3\x00"


def refuse_source(asked: Asked, output: Path) -> None:
    """Refuse to write over the source, into its folder as an event file, or over any store."""
    from chronicle.stores.location import is_event_file

    source = Path(asked.source_named())
    is_source = output.exists() and source.exists() and output.samefile(source)
    beside = source.is_dir() and output.resolve().parent == source.resolve() and is_event_file(output)
    if is_source or beside or _is_store(output):
        message = f'"{printable(str(output))}" is a history or a part of one'
        raise UsageError(Problem("C742", message, help="write the export elsewhere"))


def _is_store(path: Path) -> bool:
    if not path.is_file():
        return False
    from chronicle.stores.sqlite.tables import APPLICATION_ID

    with path.open("rb") as file:
        head = file.read(100)
    return head.startswith(_SQLITE) and int.from_bytes(head[68:72], "big") == APPLICATION_ID


def write_file(chunks: Iterator[bytes], output: Path) -> int:
    """Write the file atomically, so that a reader sees the old or the new one; gives the number of bytes."""
    from chronicle.stores.drafts import drafted

    if output.exists() and not output.is_file():
        with output.open("wb") as device:
            return sum(device.write(chunk) for chunk in chunks)
    with drafted(output.resolve(), replace=True) as draft, draft.open("wb") as file:
        return sum(file.write(chunk) for chunk in chunks)


def say_written(size: int, output: Path) -> None:
    """Say on stderr what was written."""
    click.echo(f'wrote {size:,} bytes to "{printable(str(output))}"', err=True)
