"""``chronicle as-of``: what was so on a day."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, reading
from chronicle.cli.days import DaysCommand, day

if TYPE_CHECKING:
    from chronicle.dates import PartialDate
    from chronicle.history import History


@click.command(
    "as-of",
    cls=DaysCommand,
    epilog="\b\nExamples:\n  chronicle as-of 2015-04-30"
    "\n  chronicle as-of 2014-12-31 alibaba-pictures --known 2014-06-30",
)
@click.argument("date", type=day, shell_complete=completion.days)
@click.argument("entity", required=False, shell_complete=completion.entities)
@reading
def as_of(asked: Asked, date: PartialDate, entity: str | None) -> None:
    """What was so on DATE: who held what, which units sat where, which deals were open.

    DATE is a day of valid time; 2014 or 2014-03 stands for its last day. With ENTITY (an id or a name) only
    what concerns it. What is certain stands plain, what is only possible has a question mark.
    """
    from chronicle.cli.progress import waiting
    from chronicle.dates import as_day
    from chronicle.render.pages.as_of import AsOf

    history = asked.history()
    with waiting("replaying"):
        state = history.as_of(date, asked.known, asked.recorded)
        resolver = history.resolver(asked.known, asked.recorded)
        chosen = None if entity is None else resolver.entity(entity, as_day(date))
    asked.show(AsOf(state, chosen, partial(_first, asked, history), asked.terms(history)))


def _first(asked: Asked, history: History) -> PartialDate | None:
    """The date of the first event; rows have none."""
    events = history.timeline(known=asked.known, recorded=asked.recorded) if history.has_events else ()
    return events[0].date if events else None
