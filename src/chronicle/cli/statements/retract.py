"""``chronicle retract``: withdraw an event by a new event."""

from __future__ import annotations

from typing import Any

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked
from chronicle.cli.statements.recording import Options, opened, state, stating


@click.command(
    epilog="\b\nExample:\n  chronicle retract rumour-of-2014 --into corp.db \\"
    "\n      --reason 'the paper took it back'"
)
@click.argument("event", metavar="ID", shell_complete=completion.events)
@stating
def retract(asked: Asked, event: str, **said: Any) -> None:
    """Withdraw the event ID. Nothing is deleted: the retraction is an event of its own, and counts from the
    day on which it became known. Asked by what was known before (--known), the event stands.

    The retraction is appended to the store that --into or --from names. For a history of files it is
    printed as YAML, to be pasted into one. A retraction and a correction can be retracted, too.
    """
    statement = Options(**said)
    history, store = opened(asked, statement.into)
    state(history, store, lambda dry: history.retract(event, **statement.said, dry_run=dry), statement)
