"""``chronicle verify``: prove that a store is what was recorded."""

from __future__ import annotations

import click


@click.command(epilog="Example: chronicle verify corp.db")
@click.argument("store", type=click.Path())
def verify(store: str) -> None:
    """Read all of STORE and prove that no record was changed, lost, added or moved.

    Prints the position and the chain hash of the last record. Kept elsewhere, they prove later that
    nobody wrote the whole store anew. Damage is named and never repaired; the exit code is then 4.
    """
    from chronicle.cli.progress import waiting
    from chronicle.errors import Damaged
    from chronicle.stores import open_store

    with open_store(store, read_only=True) as opened, waiting("verifying") as progress:
        result = opened.verify(progress)
    if not result.intact:
        raise Damaged(*result.problems)
    noun = "record" if result.records == 1 else "records"
    click.echo(f"{result.records:,} {noun} intact; head {result.head.position} {result.head.chain}")
