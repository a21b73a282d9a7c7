"""``chronicle backup``: a verified copy of a store."""

from __future__ import annotations

import os

import click

from chronicle.errors import printable
from chronicle.stores.location import is_event_file

_EPILOG = """\
\b
Examples:
  chronicle backup corp.db copies/corp.db
  chronicle backup "postgresql://host/database" corp.db
"""


@click.command(epilog=_EPILOG)
@click.argument("store", type=click.Path())
@click.argument("into", type=click.Path())
def backup(store: str, into: str) -> None:
    """Copy STORE into INTO, another store, with the same positions, times and chain, and verify the copy.

    Others may go on writing: the copy is the store as it was when the backup began. A new file appears only
    when it is complete. An earlier copy is brought up to date; any other store is refused and left alone.
    """
    from chronicle.cli.progress import waiting
    from chronicle.stores import open_store
    from chronicle.stores.backup import copied, copy_of, verify_copy

    _refuse(store, into)
    with open_store(store, read_only=True) as source, copy_of(source, into) as copy:
        with waiting("copying") as progress:
            added, head = copied(source, copy, progress)
        with waiting("verifying the copy") as progress:
            verify_copy(copy, progress)
    records = f"{added:,} record{'' if added == 1 else 's'}"
    known = head.position - added
    there = f"{known:,} {'was' if known == 1 else 'were'} there already"
    click.echo(f"copied {records} ({there}); head of both {head.position} {head.chain}")


def _refuse(store: str, into: str) -> None:
    if is_event_file(into):
        raise click.UsageError(
            f'a store cannot be called "{printable(into)}": that is the name of an event file'
        )
    if into == "memory:":
        raise click.UsageError("a copy in memory is gone when this ends; give the path of a file")
    if store == into or (os.path.exists(store) and os.path.exists(into) and os.path.samefile(store, into)):
        raise click.UsageError("a store is no copy of itself; give another path")
