"""``chronicle timeline``: what happened, in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from chronicle.cli import completion
from chronicle.cli.asked import Asked, date, day, reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chronicle.dates import PartialDate
    from chronicle.events import Event
    from chronicle.history import History


@click.command(
    epilog="\b\nExamples:\n  chronicle timeline alibaba-pictures --since 2015 --kind deal"
    "\n  chronicle timeline asset-injection"
)
@click.argument(
    "concerning", metavar="[ENTITY|DEAL]", required=False, shell_complete=completion.entities_and_deals
)
@click.option("--since", type=date, metavar="DATE", help="Only what may have happened on this date or later.")
@click.option("--until", type=day, metavar="DATE", help="Only what may have happened by this date.")
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    shell_complete=completion.kinds,
    help="Only events of this kind (stake.acquired) or family (stake); may be repeated.",
)
@reading
def timeline(
    asked: Asked,
    concerning: str | None,
    since: PartialDate | None,
    until: PartialDate | None,
    kinds: tuple[str, ...],
) -> None:
    """What happened, in order.

    With ENTITY (an id or a name) only what concerns it, its deals included; with DEAL (an id or a title)
    only what belongs to that deal. Dates are 2014, 2014-Q3, 2014-03 or 2014-03-11.

    On the right, +60% was bought, -60% was sold, and =60% is what is held after the event. Declarations of
    entities are not shown; --kind entity.declared lists them.
    """
    from chronicle.cli.progress import waiting
    from chronicle.render.pages.timeline import Timeline
    from chronicle.render.words.names import namer

    history = asked.history()
    with waiting("sorting"):
        events = history.timeline(
            concerning,
            since=since,
            until=until,
            kinds=_kinds(kinds) or None,
            known=asked.known,
            recorded=asked.recorded,
        )
    name = namer(partial(history.as_of, known=asked.known, recorded=asked.recorded))
    asked.show(
        Timeline(
            events,
            history.position,
            name,
            asked.terms(history),
            history.known_since,
            _titles(history, asked, events),
        )
    )


def _titles(history: History, asked: Asked, events: Sequence[Event]) -> dict[str, str]:
    """The titles of the deals of some events, also where the events that give them are not among these."""
    from chronicle.render.words.sentences import titles_of

    named = titles_of(iter(events))
    if all(event.deal is None or event.deal in named for event in events):
        return named
    return titles_of(iter(history.timeline(known=asked.known, recorded=asked.recorded)))


def _kinds(given: tuple[str, ...]) -> list[str]:
    """The kinds that are meant: a family stands for all its kinds."""
    from chronicle.events import KINDS

    families = {word: [kind for kind in KINDS if kind.startswith(f"{word}.")] for word in given}
    return [kind for word in given for kind in families[word] or [word]]
