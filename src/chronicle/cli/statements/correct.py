"""``chronicle correct``: correct fields of an event by a new event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked
from chronicle.cli.statements.recording import Options, opened, pairs, state, stating

if TYPE_CHECKING:
    from chronicle.events import Event


@click.command(
    epilog="\b\nExample:\n  chronicle correct first-report --set share=59.32% --reason 'the circular' \\"
    "\n      --source 'publisher=ECNS; published=2014-06-25'"
)
@click.argument("event", metavar="ID", shell_complete=completion.events)
@click.option(
    "--set",
    "fields",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A field and its right value; may be repeated.",
)
@click.option(
    "--unset", "dropped", multiple=True, metavar="FIELD", help="A field to remove; may be repeated."
)
@stating
def correct(asked: Asked, event: str, fields: tuple[str, ...], dropped: tuple[str, ...], **said: Any) -> None:
    """Correct fields of the event ID. Nothing is overwritten: the correction is an event of its own, and
    counts from the day on which it became known. Asked by what was known before (--known), the old value
    stands.

    The correction is appended to the store that --into or --from names. For a history of files it is
    printed as YAML, to be pasted into one. Write a value as it would stand in a file, a list with commas
    between its items (--set parties=acme,bolt), and what has fields of its own as JSON.
    """
    statement = Options(**said)
    given = _pairs(fields, dropped)
    history, store = opened(asked, statement.into)
    values = _values(history.event(event), given)
    if store is None and dropped:
        # What is wrong with the correction itself is said first.
        history.correct(event, values, **statement.said, dry_run=True)
        message = "a file of events has no way to take a field away"
        raise click.UsageError(f"{message}; use --into STORE")
    state(
        history, store, lambda dry: history.correct(event, values, **statement.said, dry_run=dry), statement
    )


def _pairs(fields: tuple[str, ...], dropped: tuple[str, ...]) -> dict[str, str | None]:
    """The fields and their values as texts, None for a field to remove."""
    given: dict[str, str | None] = {**pairs(fields, "; to take it away, use --unset {name}")}
    for name in dropped:
        if name.strip() in given:
            raise click.UsageError(f'field "{name.strip()}" is given twice')
        given[name.strip()] = None
    if not given:
        raise click.UsageError("nothing to correct: give --set FIELD=VALUE or --unset FIELD")
    return given


def _values(event: Event, given: dict[str, str | None]) -> dict[str, object]:
    """The values as they would be in a file."""
    from chronicle.codec import fields_of

    names = {field.name: field for field in fields_of(type(event))}
    values: dict[str, object] = {}
    for name, text in given.items():
        single = name not in names or names[name].reader is not None
        values[name] = text if text is None or single else _several(name, text)
    return values


def _several(name: str, text: str) -> object:
    """A value that is a list or a mapping: JSON, or the items of a list with commas between."""
    if text[0] not in "[{":
        return [item.strip() for item in text.split(",") if item.strip()]
    from chronicle.errors.strict_json import decoder

    try:
        return decoder()(text)
    except ValueError as error:
        raise click.UsageError(f'value of "{name}" begins like JSON and is none: {error}') from None
