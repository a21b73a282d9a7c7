"""``chronicle search``: what a text may mean."""

from __future__ import annotations

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, reading


@click.command(
    epilog="\b\nExamples:\n  chronicle search chinavision\n  chronicle search 阿里"
    "\n  chronicle search hkex:1060"
)
@click.argument("text", metavar="[TEXT ...]", nargs=-1, shell_complete=completion.entities_and_deals)
@click.option("-n", "--number", type=click.IntRange(min=1), metavar="N", help="Show the first N only.")
@reading
def search(asked: Asked, text: tuple[str, ...], number: int | None) -> None:
    """Find entities and deals by TEXT: names of any day and in any script, identifiers, ids, titles of deals.
    Without TEXT, list all entities.

    Each word of TEXT must be somewhere in one of these; case, accents and widths do not matter. What fits
    best comes first. An identifier is a value or scheme:value.
    """
    from chronicle.cli.progress import waiting
    from chronicle.render.lookup.search import SearchPage

    history = asked.history()
    wanted = " ".join(text).strip() or None
    with waiting("searching"):
        found = history.search(wanted, known=asked.known, recorded=asked.recorded)
        if not found and wanted is not None:
            raise history.resolver(asked.known, asked.recorded).nothing_like(wanted)
    shown = found if number is None else found[:number]
    asked.show(SearchPage(shown, asked.terms(history), len(found) - len(shown)))
