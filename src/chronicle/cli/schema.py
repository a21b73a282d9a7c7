"""``chronicle schema``: the JSON Schema of event files."""

from __future__ import annotations

from typing import TextIO

import click


@click.command(epilog="Example: chronicle schema -o event-file.schema.json")
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    metavar="FILE",
    help="Write to a file instead of printing.",
)
def schema(output: TextIO) -> None:
    """Print the JSON Schema of event files, so that an editor completes and checks as you type.

    With the YAML language server, begin an event file with this line:

    \b
      # yaml-language-server: $schema=event-file.schema.json
    """
    from chronicle.authoring.sampling import schema_text

    click.echo(schema_text(), nl=False, file=output)
