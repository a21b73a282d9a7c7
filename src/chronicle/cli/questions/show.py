"""``chronicle show``: one event, deal, entity or source."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import click
from attrs import evolve

from chronicle.cli import completion
from chronicle.cli.asked import Asked, day_option, reading
from chronicle.errors import NotFound, Problem, nearest, printable

if TYPE_CHECKING:
    from chronicle.cli.questions.telling import Telling
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
    from chronicle.cli.questions.telling import telling

    history = asked.history()
    with waiting("replaying"):
        found, also = _meant(history, asked, word, what)
        shown = _SHOW[found[0]](_ToShow(history, asked, found[1], date, telling(history, asked)))
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
        "event": _is_event(history, word),
        "deal": word in history.deal_ids(),
        "entity": word in history.entity_ids(),
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


def _is_event(history: History, word: str) -> bool:
    try:
        history.position(word)
    except NotFound:
        return False
    return True


def _nowhere(history: History, word: str, error: NotFound) -> NotFound:
    """The error for a word that nothing has: with the nearest event, where that of others is none."""
    near = nearest(word, [event.id for event in history.events])
    help = error.problems[0].help or ""
    if near and "did you mean" not in help:
        help = f"did you mean the event {near}?"
    return NotFound(
        Problem("C608", f'no event, deal, entity or source "{printable(word)}"', help=help or None)
    )


# What is shown


class _ToShow(NamedTuple):
    history: History
    asked: Asked
    id: str
    date: PartialDate | None
    told: Telling


def _event(question: _ToShow) -> ShownThing:
    history, asked, id, _, told = question
    from chronicle.events import KINDS, RecordCorrected, RecordRetracted
    from chronicle.render.lookup.event import OneEvent

    seen = history.timeline(kinds=KINDS, known=asked.known, recorded=asked.recorded)
    counted = next((event for event in seen if event.id == id), None)
    about = [
        event for event in seen if isinstance(event, RecordCorrected | RecordRetracted) and event.target == id
    ]
    if counted is None and not any(isinstance(event, RecordRetracted) for event in about):
        message = f'event "{printable(id)}" was not known yet'
        raise NotFound(Problem("C608", message, help="ask by what was known later"))
    one = OneEvent(
        written=told.written[id],
        counted=counted,
        place=history.place(id),
        position=history.position(id),
        knowledge=history.known_since(told.written[id]),
        statements=about,
        moved=history.moved_by(id, known=asked.known, recorded=asked.recorded),
        teller=told.teller,
    )
    return one.shown(asked.terms(history))


def _deal(question: _ToShow) -> ShownThing:
    history, asked, id, _, told = question
    from chronicle.engine.resolver.search import deal_found
    from chronicle.render.lookup.deal import deal_shown

    ledger = history.ledger(asked.known, asked.recorded)
    events = history.timeline(deal=id, known=asked.known, recorded=asked.recorded)
    stages = ledger.cell("deals", (id,))
    return deal_shown(deal_found(ledger, id), stages, events, told.teller, asked.terms(history))


def _entity(question: _ToShow) -> ShownThing:
    history, asked, id, date, told = question
    from chronicle.engine.resolver.search import entity_found
    from chronicle.render.lookup.entity import OneEntity

    ledger = history.ledger(asked.known, asked.recorded)
    id = ledger.names.get(id, id)
    one = OneEntity(
        found=entity_found(ledger, id),
        status=ledger.cell("status", (id,)),
        events=history.timeline(id, known=asked.known, recorded=asked.recorded),
        state=asked.state(history, date),
        teller=told.teller,
    )
    return one.shown(asked.terms(history))


def _source(question: _ToShow) -> ShownThing:
    history, asked, text, _, told = question
    from chronicle.render.lookup.source import sources_shown

    found = history.cited(text, known=asked.known, recorded=asked.recorded)
    if not found:
        message = f'no source has "{printable(text)}" in publisher, title or address'
        raise NotFound(Problem("C608", message))
    return sources_shown(text, found, told.events, told.teller, asked.terms(history))


_SHOW = MappingProxyType({"event": _event, "deal": _deal, "entity": _entity, "source": _source})
