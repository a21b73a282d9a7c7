"""``chronicle timeline``: what happened, in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, reading
from chronicle.cli.days import date, day

if TYPE_CHECKING:
    from chronicle.dates import PartialDate


@click.command(
    epilog="\b\nExamples:\n  chronicle timeline alibaba-pictures --since 2015 --kind deal"
    "\n  chronicle timeline asset-injection"
)
@click.argument(
    "concerning", metavar="[ENTITY|DEAL ...]", nargs=-1, shell_complete=completion.entities_and_deals
)
@click.option(
    "--since",
    type=date,
    metavar="DATE",
    shell_complete=completion.days,
    help="Only what may have happened on this date or later.",
)
@click.option(
    "--until",
    type=day,
    metavar="DATE",
    shell_complete=completion.days,
    help="Only what may have happened by this date.",
)
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    shell_complete=completion.kinds,
    help="Only events of this kind (stake.acquired) or family (stake); may be repeated.",
)
@click.option("--ids", is_flag=True, help="Show the id of each event.")
@click.option(
    "-n", "--last", type=click.IntRange(min=1), metavar="N", help="Only the last N events, the newest."
)
@click.option("--first", type=click.IntRange(min=1), metavar="N", help="Only the first N events, the oldest.")
@click.option("--reverse", is_flag=True, help="The newest first.")
@reading
def timeline(
    asked: Asked,
    *,
    concerning: tuple[str, ...],
    since: PartialDate | None,
    until: PartialDate | None,
    kinds: tuple[str, ...],
    ids: bool,
    last: int | None,
    first: int | None,
    reverse: bool,
) -> None:
    """What happened, in order.

    With ENTITY (an id or a name) only what concerns it, its deals included; with DEAL (an id or a title)
    only what belongs to that deal; with several what concerns any of them. Dates are 2014, 2014-Q3, 2014-03,
    2014-03-11, or counted from today, such as last-year and 30-days-ago.

    On the right, +60% was bought, -60% was sold, and =60% is what is held after the event. Declarations of
    entities are not shown; --kind entity.declared lists them.
    """
    if first is not None and last is not None:
        raise click.UsageError("--first and --last exclude each other")
    from chronicle.cli.progress import waiting
    from chronicle.history.showing import titles_told
    from chronicle.render.pages.timeline import Timeline
    from chronicle.render.reading_order import first_or_last
    from chronicle.render.terms import Excerpt
    from chronicle.render.words.names import namer

    history = asked.history()
    with waiting("sorting"):
        events = history.timeline(
            concerning or None,
            since=since,
            until=until,
            kinds=_kinds(kinds) or None,
            known=asked.known,
            recorded=asked.recorded,
        )
    chosen = first_or_last(events, first, last)
    terms = asked.terms(history)
    name = namer(partial(history.as_of, known=asked.known, recorded=asked.recorded))
    asked.show(
        Timeline(
            chosen,
            history.position,
            name,
            terms,
            history.known_since,
            titles_told(history, chosen, terms),
            Excerpt(since, until, len(events) - len(chosen), ids, reverse),
        )
    )


def _kinds(given: tuple[str, ...]) -> list[str]:
    """The kinds that are meant: a family stands for all its kinds."""
    from chronicle.events import KINDS

    families = {word: [kind for kind in KINDS if kind.startswith(f"{word}.")] for word in given}
    return [kind for word in given for kind in families[word] or [word]]
