"""Answers as the commands give them: the same classes of ``render``, so that JSON and CSV are the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice, zip_longest
from typing import Final

from chronicle.dates import Day, PartialDate, as_day
from chronicle.engine import views
from chronicle.engine.keys import known_instead, meant
from chronicle.engine.keys import told as is_told
from chronicle.engine.resolver.search import SearchHit
from chronicle.errors import NotFound, Problem, printable
from chronicle.history import History
from chronicle.history.showing import (
    changes_shown,
    deal_with_events,
    entity_shown,
    event_shown,
    is_large,
    teller_of,
    telling_reasons,
    titles_told,
)
from chronicle.render.lookup.search import SearchPage
from chronicle.render.lookup.shown import ShownThing
from chronicle.render.pages.as_of import AsOf
from chronicle.render.pages.conflicts import Conflicts
from chronicle.render.pages.diff import Changes
from chronicle.render.pages.timeline import Timeline
from chronicle.render.pages.why import Around, Explained
from chronicle.render.terms import Terms
from chronicle.render.words.names import namer
from chronicle.render.words.sentences import Teller

Known = PartialDate | None

_LOOKED_AT: Final = 50
"""How many hits are looked at for a name that is the word itself; these come first."""


def terms(known: Known) -> Terms:
    """The terms of a question."""
    return Terms(known=None if known is None else as_day(known))


def teller(history: History, known: Known) -> Teller:
    """What tells a few events of a history, which need not be read as a whole for it."""
    return teller_of(history, terms(known))


def entity_meant(history: History, word: str, day: Day, known: Known) -> str:
    """The id of the entity that a word means. Raises ``NotFound`` (C601)."""
    return history.resolver(known).entity(quickly_meant(history, word), as_day(day))


def quickly_meant(history: History, word: str) -> str:
    """The id that a word means in a large history, looked up in its index; of another the word itself.

    Raises ``NotFound`` (C601), with where to search: to look for the nearest of very many names takes long.
    """
    if not is_large(history) or history.names("entity", word) or history.names("deal", word):
        return word
    found, wanted = history.search_index().find(word), word.casefold()
    same = {hit.id for hit in found[:_LOOKED_AT] if wanted in map(str.casefold, _called(hit))}
    if len(same) == 1:
        return same.pop()
    help = f"{len(found):,} have it in a name: search for it" if found else "search for a part of it"
    raise NotFound(Problem("C601", f'no entity "{printable(word)}"', help=help))


def _called(hit: SearchHit) -> Iterator[str]:
    for span in hit.names:
        if hit.kind == "deal":
            yield span.value.title
        else:
            yield from filter(None, (span.value.name, span.value.short))
    for span in hit.identifiers:
        yield from (span.key[2], f"{span.key[1]}:{span.key[2]}")


def as_of(history: History, day: Day, known: Known, entity: str | None) -> AsOf:
    """What was so on a day, as ``chronicle as-of`` answers."""
    chosen = None if entity is None else entity_meant(history, entity, day, known)
    return AsOf(history.as_of(day, known), chosen, terms=terms(known))


def timeline(
    history: History,
    known: Known,
    concerning: str | None = None,
    since: Day | None = None,
    until: Day | None = None,
) -> Timeline:
    """What happened, as ``chronicle timeline`` answers."""
    concerning = None if concerning is None else quickly_meant(history, concerning)
    events = history.timeline(concerning, since=since, until=until, known=known)
    return Timeline(
        events,
        history.position,
        namer(partial(history.as_of, known=known)),
        terms(known),
        history.known_since,
        titles_told(history, events, terms(known)),
    )


def conflicts(history: History, known: Known, entity: str | None = None) -> Conflicts:
    """Where sources disagree, as ``chronicle conflicts`` answers; of one entity only what concerns it."""
    if entity is not None:
        entity = quickly_meant(history, entity)
        return Conflicts(history.conflicts_about(entity, known), terms(known), teller(history, known))
    return Conflicts(history.conflicts(known), terms(known), teller(history, known))


def why(
    history: History, words: tuple[str, ...], view: str | None, asked: tuple[Day, bool], known: Known
) -> Explained:
    """Why something is so, as ``chronicle why`` answers; ``asked`` has the day, and whether it is taken.

    Raises ``NotFound`` as ``meant`` does.
    """
    day, today = as_day(asked[0]), asked[1]
    resolver = history.resolver(known)
    parts = (views.REFERS[part] for part in views.KEYS.get(view or views.HOLDINGS, ()))
    words = tuple(
        word if refers == "text" else quickly_meant(history, word)
        for word, refers in zip_longest(words, islice(parts, len(words)))
    )
    key, cells = meant(resolver, words, day, view)
    whys = tuple(history.why(*parts, as_of=day, view=each, known=known) for each, parts in cells)
    whys = tuple(each for each in whys if each.reasons or each.ended) or whys[:1]
    told = telling_reasons(history, whys, terms(known))
    found = (any(is_told(by, each, parts) for each, parts in cells) for by in resolver.ledgers())
    unknown = not next(found)
    instead = known_instead(resolver.ledger, key) if unknown else ()
    around = Around(instead, later=unknown and known is not None and next(found, False), today=today)
    return Explained(whys, key, day, terms(known), told.teller, told.written, told.effects, around)


def changes(
    history: History, days: tuple[PartialDate, PartialDate], known: tuple[Known, Known], entity: str | None
) -> Changes:
    """What changed between two days, as ``chronicle diff`` answers.

    In a large history what changed through others is left out, since it goes through everything.
    """
    sides = as_day(days[0]), as_day(days[1])
    word = None if entity is None else entity_meant(history, entity, sides[1], known[1])
    return changes_shown(history, history, sides, (terms(known[0]), terms(known[1])), word)


def found(history: History, text: str | None, known: Known) -> SearchPage:
    """What a text may mean, as ``chronicle search`` answers; also where it means nothing."""
    return SearchPage(history.search(text, known=known), terms(known))


def entity(history: History, word: str, day: Day, known: Known) -> ShownThing:
    """One entity with all that is known of it, as ``chronicle show`` answers."""
    return entity_shown(history, entity_meant(history, word, day, known), day, terms(known))


def deal(history: History, word: str, known: Known) -> ShownThing:
    """One deal with its stages, effects and events, as ``chronicle show`` answers."""
    return deal_with_events(history, history.resolver(known).deal(word), terms(known))


def event(history: History, id: str, known: Known) -> ShownThing:
    """One event as written and as corrected, as ``chronicle show`` does. Raises ``NotFound`` (C608)."""
    return event_shown(history, id, terms(known))
