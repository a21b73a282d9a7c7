"""The page of ``why``: each value as a tree of its events, with the sources and corrections of each.

A value that has ended is shown with the event that ended it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from chronicle.engine import views
from chronicle.engine.conflicts import Conflict
from chronicle.engine.state import Fact
from chronicle.engine.why import Ending, Reason, Step, Why
from chronicle.events import DealCompleted, Effect, EntityDeclared, Event, knowledge
from chronicle.render.layout import DIM, DOUBT, PLAIN, STRONG, Line, Page, clean, page_width, wrap
from chronicle.render.pages.claims import claimed, said_by
from chronicle.render.pages.why import Explained
from chronicle.render.provenance import corrections_told, day_in_words, known_words, rivalry
from chronicle.render.tree import Branch, tree
from chronicle.render.words.days import day_words, short, since, stood, until
from chronicle.render.words.facts import statement, subject, subject_of
from chronicle.render.words.figures import money_words, share_figure, share_is_unknown
from chronicle.render.words.owners import effective_lines
from chronicle.render.words.sentences import Teller
from chronicle.render.words.sources import source_details, source_in_full
from chronicle.values import Source

_HOLDER_AND_TARGET = 2
_SHOWN = 5
_SOURCE = "green"
_CORRECTED = "cyan"


def why_page(explained: Explained, width: int) -> Page:
    """The page of the reasons for what was asked for, on a terminal of ``width`` columns."""
    return Page(lambda: _page(explained, page_width(width)))


def _page(explained: Explained, width: int) -> Iterator[Line]:
    reasons = [reason for why in explained.whys for reason in why.reasons]
    endings = list(endings_of(explained.whys))
    told = [*(reason.fact for reason in reasons), *(ending.fact for ending in endings)]
    one = told[0] if len({(fact.view, fact.key) for fact in told}) == 1 else None
    yield from wrap(why_title(one, explained), width)
    today = ", today" if explained.around.today else ""
    when = f"on {day_words(explained.as_of)}{today}{explained.terms.words()}"
    yield from wrap([(when, PLAIN)], width)
    for why in explained.whys:
        if why.effective is not None:
            yield []
            yield from effective_lines(why.effective, explained.called, width)
    if not reasons:
        yield []
        yield from wrap([(nothing_told(explained), PLAIN)], width)
        yield from _known_instead(explained, width)
    for reason in reasons:
        yield []
        yield from tree(_reason(reason, explained, one is not None), width)
    for ending in endings:
        yield []
        yield from tree(_ending(ending, explained, one is not None), width)


def endings_of(whys: Sequence[Why]) -> Iterator[Ending]:
    """The values that have ended, except units that went to another owner, whose events say so already."""
    told = {step.event.id for why in whys for reason in why.reasons for step in reason.steps}
    for why in whys:
        for ending in why.ended:
            if ending.fact.view != views.UNITS or ending.steps[-1].event.id not in told:
                yield ending


def why_title(fact: Fact | None, explained: Explained) -> Line:
    """What is explained: one fact, or what was asked for where there are several or none."""
    if fact is not None:
        return [
            ("Why: ", PLAIN),
            (f"{clean(views.view_of(fact.view).what)} of {subject_of(fact, explained.called)}", STRONG),
        ]
    return [("Why: ", PLAIN), (_asked(explained), STRONG)]


def _asked(explained: Explained) -> str:
    """What was asked for, where that is not one fact."""
    key = explained.key
    if len(explained.whys) > 1:
        return ", ".join(map(explained.called, key))
    view = explained.whys[0].view
    # Without a right every right is meant, and the one of a share in a company is not spelt out.
    key = explained.whys[0].key if view == views.LINEAGE else key
    whole = (*key, "equity") if view == views.HOLDINGS and len(key) == _HOLDER_AND_TARGET else key
    what = clean(views.view_of(view).what)
    if len(whole) == len(views.KEYS.get(view, ())) or view == views.UNITS:
        return f"{what} of {subject(view, whole, None, explained.called)}"
    return f"{what} of {', '.join(map(explained.called, key))}"


def nothing_told(explained: Explained) -> str:
    """Why there is nothing to explain: what is known instead, or that it became known later."""
    if explained.terms.too_early():
        return explained.terms.too_early()
    if explained.around.later:
        return (
            "Nothing was known of it by then; it became known later. Ask without --known, or by a later day."
        )
    said = explained.instead or "nothing is known of it"
    # Both days stand above.
    known = explained.terms.known
    said = said.replace(f"nothing on {explained.as_of}", "nothing on this day")
    said = said if known is None else said.replace(f", by what was known on {known}", "")
    return f"{said[:1].upper()}{clean(said[1:])}."


def _known_instead(explained: Explained, width: int) -> Iterator[Line]:
    """What may have been meant, each with the command that asks for it."""
    cells = explained.around.cells
    if not cells:
        return
    yield []
    yield [("Known instead:", PLAIN)]
    known = f" --known {explained.terms.known}" if explained.terms.known else ""
    for view, key in cells[:_SHOWN]:
        told = views.view_of(view)
        what = f"{clean(told.what)} of {subject(view, key, None, explained.called)}"
        named = shlex.join(key[at] for at in told.names)
        command = f"chronicle why {named} --view {view} --as-of {explained.as_of}{known}"
        yield from ([("  ", PLAIN), *part] for part in wrap([(what, STRONG)], width - 2))
        # Not wrapped, so that it can be copied.
        yield [("    ", PLAIN), (command, DIM)]
    if len(cells) > _SHOWN:
        yield [(f"  and {len(cells) - _SHOWN:,} more", DIM)]


def _reason(reason: Reason, explained: Explained, one: bool) -> Branch:
    fact = reason.fact
    sure: Line = [(", certain", PLAIN)] if fact.certain else [(", possible", DOUBT)]
    steps = [_step(step, fact, explained) for step in reason.steps]
    steps += _ends(reason.ending, fact, "may be over", explained)
    when = f"{since(fact.since)}{stood(fact, explained.as_of)}"
    return Branch((_head(fact, sure, when, explained, one),), tuple(steps))


def _ending(ending: Ending, explained: Explained, one: bool) -> Branch:
    """A value that is over, and the event that ended it."""
    when = ", ".join(filter(None, (since(ending.fact.since), until(ending.end))))
    head = _head(ending.fact, [], when, explained, one)
    return Branch((head,), tuple(_ends(ending.steps, ending.fact, "ended", explained)))


def _head(fact: Fact, sure: Line, when: str, explained: Explained, one: bool) -> Line:
    """What a fact says, with what it is about where the title does not say so."""
    what = f"{clean(views.view_of(fact.view).what)} of {subject_of(fact, explained.called)}: "
    label: Line = [] if one else [(what, PLAIN)]
    tail: Line = [(f", {when}", PLAIN)] if when else []
    return [*label, (statement(fact, explained.called), STRONG), *sure, *tail]


def _ends(steps: Sequence[Step], fact: Fact, said: str, explained: Explained) -> Iterator[Branch]:
    """The events by which a fact came to its end; the last is the end itself, and ``said`` to be that."""
    for step in steps:
        yield _step(step, fact, explained, said if step is steps[-1] else "")


# An event behind a value


def _step(step: Step, fact: Fact, explained: Explained, said: str = "") -> Branch:
    """An event, ``said`` to be what ended the fact where that is not empty."""
    event = step.event
    teller = explained.teller
    declared = isinstance(event, EntityDeclared)
    date = "" if declared else f"{short(event.date)}  "
    end: Line = [(f"{said}  ", DOUBT)] if said else []
    head: Line = [*end, (date, STRONG), *teller.sentence(event)]
    figures = [figure for figure in (share_figure(event), money_words(event)) if figure]
    if figures and not share_is_unknown(event):
        head.append((f"  {'  '.join(figures)}", STRONG))
    label = "effect: " if isinstance(event, DealCompleted) else "if completed: "
    effects: list[Line] = [
        [(label, DIM), *teller.effect(effect, event.date)]
        for effect in explained.effects.get(event.id, ())
        if fact.view == views.DEALS or concerns(effect, fact)
    ]
    note: list[Line] = [[(clean(event.note), DIM)]] if event.note else []
    return Branch((head, *effects, _known(step), *note), tuple(_below(step, explained)))


def concerns(effect: Effect, fact: Fact) -> bool:
    """Whether an effect names something in the key of the fact."""
    named = {value for _, value in effect.fields if isinstance(value, str)}
    return bool(named.intersection(fact.key))


def _known(step: Step) -> Line:
    place = f"{step.place.file}:{step.place.line}" if step.place else ""
    return [(" · ".join(filter(None, (known_words(step.event, step.knowledge), clean(place)))), DIM)]


def _below(step: Step, explained: Explained) -> Iterator[Branch]:
    for source in step.event.sources:
        yield _source(source)
    if not step.event.sources and not isinstance(step.event, EntityDeclared):
        yield Branch(([("no source", DOUBT)],))
    yield from _corrections(step, explained)
    for confirmation in step.confirmations:
        said = "; ".join(map(source_in_full, confirmation.sources)) or clean(confirmation.id)
        yield Branch(([("confirmed  ", _SOURCE), (said, PLAIN)], [(_known_from(confirmation), DIM)]))
    for conflict in step.conflicts:
        yield _conflict(conflict, explained.teller)


def _source(source: Source) -> Branch:
    below: list[Line] = [[(detail, DIM)] for detail in source_details(source)]
    return Branch(([("source  ", _SOURCE), (source_in_full(source), PLAIN)], *below))


def _corrections(step: Step, explained: Explained) -> Iterator[Branch]:
    if not step.corrections:
        return
    for changes, reason, tail in corrections_told(explained.written[step.event.id], step.corrections):
        head: Line = [("corrected  ", _CORRECTED), (changes, STRONG), (f": {reason}", PLAIN)]
        yield Branch((head, [(tail, DIM)]))


def _known_from(event: Event) -> str:
    return f"known from {day_in_words(knowledge(event).day)}"


def _conflict(conflict: Conflict, teller: Teller) -> Branch:
    losers = tuple(
        Branch(([(claimed(other, teller), STRONG)], [(said_by(other, teller), DIM)]))
        for other in conflict.others
    )
    label, words = rivalry(conflict)
    return Branch(([(f"{label}  ", DOUBT if conflict.differ else DIM), (words, PLAIN)],), losers)
