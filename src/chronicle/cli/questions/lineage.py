"""``chronicle lineage``: what a company came out of, and what it became."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, reading
from chronicle.cli.days import day

if TYPE_CHECKING:
    from chronicle.dates import PartialDate


@click.command(
    epilog="\b\nExamples:\n  chronicle lineage alibaba-pictures"
    "\n  chronicle lineage alibaba-pictures --back --as-of 2014 --csv"
)
@click.argument("entity", shell_complete=completion.entities)
@click.option(
    "--as-of",
    "date",
    type=day,
    metavar="DATE",
    shell_complete=completion.days,
    help="Only what happened by this day; all if not given.",
)
@click.option("--back", is_flag=True, help="Only what it came out of.")
@click.option("--forward", is_flag=True, help="Only what it became.")
@reading
def lineage(asked: Asked, entity: str, date: PartialDate | None, back: bool, forward: bool) -> None:
    """What ENTITY (an id or a name) came out of and what it became, over any number of hops: mergers,
    splits, and what was dissolved into a successor, each with its events.

    A line goes forward in time: what split off a company before another was merged into it is no successor
    of the other. How two companies in one line hang together is told by `chronicle why`.
    """
    from chronicle.cli.progress import waiting
    from chronicle.render.pages.lineage import Descent
    from chronicle.render.words.names import namer
    from chronicle.render.words.sentences import Teller, titles_of

    history = asked.history()
    with waiting("replaying"):
        way: Literal["back", "forward"] | None = None if back == forward else "back" if back else "forward"
        found = history.lineage(entity, as_of=date, way=way, known=asked.known, recorded=asked.recorded)
    name = namer(partial(history.as_of, known=asked.known, recorded=asked.recorded))
    # Only tables have sentences of events, and only deals have titles; to read every event may take long.
    events = (
        history.timeline(known=asked.known, recorded=asked.recorded)
        if asked.form in ("csv", "plain") and history.deal_ids()
        else ()
    )
    teller = Teller(name, titles_of(iter(events)))
    asked.show(Descent(found, way, date is not None, asked.terms(history), teller))
