"""``chronicle serve``: pages of a history in a browser."""

from __future__ import annotations

import click

from chronicle.cli.asked import Asked, source_option


@click.command(epilog="\b\nExamples:\n  chronicle serve\n  chronicle --from corp.db serve --port 0")
@source_option
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST", help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8014,
    show_default=True,
    metavar="N",
    help="The port; 0 for any that is free.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="A further name by which it may be asked, as behind a proxy; may be repeated.",
)
@click.option("--no-ledger", is_flag=True, help="Answer from the events alone.")
@click.pass_obj
def serve(asked: Asked, host: str, port: int, names: tuple[str, ...], no_ledger: bool) -> None:
    """Pages of a history in a browser: search, entities, events, any day, what changed, conflicts; and the
    same as JSON and CSV. Until Ctrl-C.

    Pages answer by any day of knowledge (known), not by what had been recorded (--recorded). It only reads,
    and follows its source: a page shows when files or the store have changed. There is no login: all of it
    can be read by everybody who reaches the address, which by default is this computer alone.
    """
    from chronicle.cli.progress import waiting_for_all
    from chronicle.web.served import Served
    from chronicle.web.server import serve as run

    with waiting_for_all("reading") as report:
        served = Served.of(asked.source_named(), ledger=not no_ledger, report=report)
    try:
        run(served, host, port, names=names, ready=_say)
    finally:
        served.close()


def _say(address: str, is_local: bool) -> None:
    """Print the address, and that others can reach it where they can."""
    click.echo(f"{address}  Ctrl-C ends it")
    if not is_local:
        click.echo("note: other computers may reach this, and there is no login", err=True)
