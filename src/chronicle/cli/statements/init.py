"""``chronicle init``: begin a history with a sample that can be asked at once."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.command(epilog="\b\nExamples:\n  chronicle init\n  chronicle init my-history")
@click.argument("folder", default="events", type=click.Path())
@click.option(
    "--schema", is_flag=True, help="Write only the schema for editors, beside the files that are there."
)
def init(folder: str, schema: bool) -> None:
    """Begin a history in FOLDER (./events if not given): a small sample of invented companies, which
    reads without a finding, and the JSON Schema by which an editor completes and checks as you type.

    Nothing that is there is overwritten: a folder with anything in it is refused. To a history that is
    there, --schema adds the schema alone.
    """
    from chronicle.authoring import sampling

    if schema:
        path = sampling.add_schema(folder)
        click.echo("the schema is there already" if path is None else f"wrote {path}")
        click.echo(f"begin each event file with:\n  # yaml-language-server: $schema={sampling.SCHEMA_FILE}")
        return
    for path in sampling.begin(folder):
        click.echo(f"wrote {path}")
    click.echo("\nTry:")
    for command in _TRY:
        click.echo(f"  chronicle {_source(folder)}{command}")


_TRY = ("timeline", "as-of 2022-12-31", "why example-holdings example-films --as-of 2022")


def _source(folder: str) -> str:
    """The option that names the folder, where that is not the one which is read without it."""
    return "" if Path(folder) == Path("events") else f"--from {shlex.quote(folder)} "
