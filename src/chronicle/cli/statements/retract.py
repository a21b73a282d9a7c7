"""``chronicle retract``: withdraw an event, by an event of its own."""

from __future__ import annotations

from typing import Any

import click

from chronicle.cli.asked import Asked
from chronicle.cli.statements.recording import Options, opened, state, stating


@click.command(
    epilog="Example: chronicle retract rumour-of-2014 --reason 'the paper took it back' --into corp.db"
)
@click.argument("event", metavar="ID")
@stating
def retract(asked: Asked, event: str, **said: Any) -> None:
    """Withdraw the event ID. Nothing is deleted: the retraction is an event of its own.

    It counts from the day it was known: before that the event stands. It goes into the store given by
    --into, or by --from; for a history of files it is printed as YAML, for a file. A retraction can be
    retracted, and a correction too.
    """
    statement = Options(**said)
    history, store = opened(asked, statement.into)
    state(history, store, history.retract(event, **statement.said), statement)
