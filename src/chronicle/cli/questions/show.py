"""``chronicle show``: one event, deal, entity or source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import click
from attrs import evolve

from chronicle.cli import completion, days
from chronicle.cli.asked import Asked, day_option, reading
from chronicle.errors import NotFound, Problem, nearest, printable

if TYPE_CHECKING:
    from chronicle.dates import PartialDate
    from chronicle.history import History
    from chronicle.render.lookup.shown import ShownThing, What


@click.command(
    epilog="\b\nExamples:\n  chronicle show chinavision-stake\n  chronicle show asset-injection"
    "\n  chronicle show 'Alibaba Pictures' --as-of 2015\n  chronicle show Deadline"
)
@click.argument("word", metavar="ID", shell_complete=completion.everything)
@click.option(
    "--as",
    "what",
    type=click.Choice(["event", "deal", "entity", "source"]),
    help="What ID is, where several have it.",
)
@day_option
@reading
def show(asked: Asked, word: str, what: What | None, date: PartialDate | None) -> None:
    """One thing with all that is known of it. ID is that of an event, a deal or an entity; or a name, a
    title, or a part of the publisher, the title or the address of a source.

    An event is shown as in a file, with its place, its sources, what corrected it and what it changed; a
    deal with its stages, effects and events; an entity with its names over time, identifiers, status, what is
    so on a day, its first and last events; a source with the events that cite it.
    """
    from chronicle.cli.progress import waiting

    history = asked.history()
    with waiting("replaying"):
        found, also = _meant(history, asked, word, what)
        shown = _SHOW[found[0]](history, asked, found[1], date)
    asked.show(evolve(shown, also=also))


_Meant = tuple["What", str]


def _meant(history: History, asked: Asked, word: str, what: What | None) -> tuple[_Meant, tuple[str, ...]]:
    """What a word means, and what else has it as its id. Raises ``NotFound`` with the nearest."""
    resolver = history.resolver(asked.known, asked.recorded)
    if what is not None:
        if what == "event":
            history.position(word)
        id = resolver.deal(word) if what == "deal" else resolver.entity(word) if what == "entity" else word
        return (what, id), ()
    named: dict[What, bool] = {
        "event": history.has_event(word),
        "deal": history.names("deal", word),
        "entity": history.names("entity", word),
    }
    exact = [kind for kind, there in named.items() if there]
    if exact:
        return (exact[0], word), tuple(exact[1:])
    try:
        found = resolver.either(word)
    except NotFound as error:
        if history.cited(word, known=asked.known, recorded=asked.recorded):
            return ("source", word), ()
        raise _nowhere(history, word, error) from None
    return (found.kind, found.id), ()


def _nowhere(history: History, word: str, error: NotFound) -> NotFound:
    """The error for a word that nothing has: with the nearest event, where that of others is none."""
    near = nearest(word, history.event_ids())
    help = error.problems[0].help or ""
    if near and "did you mean" not in help:
        help = f"did you mean the event {near}?"
    return NotFound(
        Problem("C608", f'no event, deal, entity or source "{printable(word)}"', help=help or None)
    )


# What is shown


_Showing = Callable[["History", Asked, str, "PartialDate | None"], "ShownThing"]


def _event(history: History, asked: Asked, id: str, _: PartialDate | None) -> ShownThing:
    from chronicle.history.showing import event_shown

    return event_shown(history, id, asked.terms(history))


def _deal(history: History, asked: Asked, id: str, _: PartialDate | None) -> ShownThing:
    from chronicle.history.showing import deal_with_events

    return deal_with_events(history, id, asked.terms(history))


def _entity(history: History, asked: Asked, id: str, date: PartialDate | None) -> ShownThing:
    from chronicle.history.showing import entity_shown

    return entity_shown(history, id, date or days.today(), asked.terms(history))


def _source(history: History, asked: Asked, text: str, _: PartialDate | None) -> ShownThing:
    from chronicle.cli.questions.telling import telling
    from chronicle.render.lookup.source import sources_shown

    found = history.cited(text, known=asked.known, recorded=asked.recorded)
    if not found:
        message = f'no source has "{printable(text)}" in publisher, title or address'
        raise NotFound(Problem("C608", message))
    told = telling(history, asked)
    return sources_shown(text, found, told.events, told.teller, asked.terms(history))


_SHOW: Mapping[What, _Showing] = MappingProxyType(
    {"event": _event, "deal": _deal, "entity": _entity, "source": _source}
)
