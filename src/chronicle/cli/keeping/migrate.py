"""``chronicle migrate``: bring a store to the current format."""

from __future__ import annotations

import click


@click.command(epilog="Example: chronicle migrate corp.db")
@click.argument("store", type=click.Path())
def migrate(store: str) -> None:
    """Upgrade STORE to the format of tables that this version of Chronicle writes. Its records, hashes and
    seals stay as they are.

    A store of an older format can be read without this, and must be migrated before anything is added. In
    PostgreSQL, the schema and the tables are made where there are none. Migrating again does nothing.
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
