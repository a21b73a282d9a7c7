"""``chronicle migrate``: bring a store up to the format of today."""

from __future__ import annotations

import click


@click.command(epilog="Example: chronicle migrate corp.db")
@click.argument("store", type=click.Path())
def migrate(store: str) -> None:
    """Bring STORE up to the format that this version of Chronicle writes; its records stay as they are.

    In PostgreSQL this makes the schema and its tables where there are none. Stores of older formats
    are read without it. Migrating again does nothing.
    """
    from chronicle.cli.progress import waiting
    from chronicle.stores import migrate_store

    with waiting("migrating"):
        before, after = migrate_store(store)
    if before == after:
        click.echo(f"store is of format {after} already")
    elif before:
        click.echo(f"store migrated: format {before} -> {after}")
    else:
        click.echo(f"store made: format {after}")
