"""Pages of one thing, and those that lead to it: overview, search, entity, event, deal."""

from __future__ import annotations

from collections.abc import Sequence

from chronicle.engine.replay import Span
from chronicle.engine.resolver.search import SearchHit, entity_found
from chronicle.errors import InvalidEvents
from chronicle.events import KINDS
from chronicle.history import History
from chronicle.history.showing import is_large, size
from chronicle.render.behind import behind
from chronicle.render.forms import Answer
from chronicle.render.layout import clean
from chronicle.render.lookup.search import identifier_words, name_words
from chronicle.render.lookup.shown import ShownLine, ShownThing, days_words
from chronicle.render.words.days import day_words
from chronicle.render.words.said import plainly
from chronicle.web import answers
from chronicle.web.address import BadAddress, PageAddress
from chronicle.web.kinds import (
    ON_A_PAGE,
    Content,
    around,
    listed_events,
    pages_of,
    picture_of,
)
from chronicle.web.told import (
    KEPT,
    LinkedFacts,
    LinkedText,
    PageLinks,
    Pieces,
    linked,
    paged,
    sentence,
    source,
    why_possible_here,
)

# Overview


def overview(history: History, address: PageAddress, _: str) -> Content:
    """How much there is, and where to begin."""
    large = is_large(history)
    # All entities are found by no text; of a large history they have a page of their own.
    hits = () if large else history.search(None, known=address.known)
    first, last = paged(hits, address.page, ON_A_PAGE)
    return {
        "title": "What is here",
        "events": size(history),
        "entities": history.count_named("entity"),
        "deals": history.count_named("deal"),
        "listed": [_hit(hit, PageLinks(address)) for hit in hits[first:last]],
        "pages": pages_of(address, first, last, len(hits)),
    }


# Search


def search(history: History, address: PageAddress, _: str) -> Content:
    """What a text may mean."""
    text = address.text("q")
    hits = _found(history, text, address)
    first, last = paged(hits, address.page, ON_A_PAGE)
    links = PageLinks(address)
    return {
        "title": "Search" if text else "All entities",
        "by_today": address.known is not None and is_large(history),
        "q": text or "",
        "hits_found": [_hit(hit, links) for hit in hits[first:last]],
        "pages": pages_of(address, first, last, len(hits)),
    }


def _found(history: History, text: str | None, address: PageAddress) -> Sequence[SearchHit]:
    """What a text may mean; without a text all entities.

    Of a large history by all that is known, since the names of another day would take a replay of it.
    """
    if address.known is not None and not is_large(history):
        return history.search(text, known=address.known)
    index = history.search_index()
    return index.entities() if text is None else index.find(text)


def search_answer(history: History, address: PageAddress, _: str) -> Answer:
    """The same for programs. Raises ``BadAddress`` for what a large history has no quick answer to."""
    if address.known is not None and is_large(history):
        raise BadAddress("names by another day of knowledge take a replay of all", "leave known out")
    return answers.found(history, address.text("q"), address.known)


def _hit(hit: SearchHit, links: PageLinks) -> Content:
    return {
        "href": links.deal(hit.id) if hit.kind == "deal" else links.entity(hit.id),
        "id": hit.id,
        "type": f"deal, {hit.type}" if hit.kind == "deal" else hit.type or "undeclared",
        "names": [(name_words(each), _days_of(hit, each)) for each in hit.names],
        "identifiers": list(map(identifier_words, hit.identifiers)),
    }


def _days_of(hit: SearchHit, name: Span) -> str:
    return days_words(name) if hit.kind == "entity" else ""


# One entity


def entity(history: History, address: PageAddress, id: str) -> Content:
    """One entity: its names, what is so on a day, and its events."""
    known, day = address.known, address.as_of
    one = answers.entity_meant(history, id, day, known)
    state, ledger = history.as_of(day, known), history.ledger(known)
    facts = LinkedFacts(state, one, PageLinks(address))
    found = entity_found(ledger, one)
    told = answers.timeline(history, known, one)
    shown, _, last, count = facts.sections(1, ON_A_PAGE)
    owners = facts.pieces(behind(state, one).line(lambda each: f"\x00{each}\x00"))
    return {
        "title": facts.called(one).text,
        "lang": facts.called(one).lang,
        "id": one,
        "type": found.type or "declared nowhere",
        "names": [(name_words(each), days_words(each)) for each in found.names],
        "identifiers": [
            (f"{clean(each.key[1])} {clean(each.key[2])}", days_words(each)) for each in found.identifiers
        ],
        "day": day_words(state.as_of) + answers.terms(known).words(),
        "sections": shown,
        "above": facts.above_the_whole(),
        "possible": why_possible_here(shown),
        "count": count,
        "all_facts": address.link("/as-of", KEPT, entity=one) if last < count else "",
        "picture": picture_of(state, one, address),
        "owners": owners,
        "disputed": address.link("/conflicts", ("known",), entity=one),
        **listed_events(told.events, answers.teller(history, address.known), address),
    }


def entity_picture(history: History, address: PageAddress, id: str) -> str:
    """What is around an entity, as SVG."""
    one = answers.entity_meant(history, id, address.as_of, address.known)
    return around(history, address, one, depth=1)


def entity_answer(history: History, address: PageAddress, id: str) -> Answer:
    """All that is known of one entity, for programs."""
    return answers.entity(history, id, address.as_of, address.known)


# One event, one deal


def _shown(shown: ShownThing, address: PageAddress) -> Content:
    links = PageLinks(address)
    return {
        "title": shown.id,
        "kind": shown.what,
        "about": linked(shown.about, {}),
        "sources": [],
        "happenings": [],
        "pages": {},
        "parts": [
            (part.title, [_entry(each, links) for each in part.entries], part.verbatim)
            for part in shown.parts
            if part.entries or part.verbatim
        ],
    }


def _entry(entry: ShownLine, links: PageLinks) -> tuple[str, Pieces, str, str]:
    return entry.date, linked(entry.text, {}), entry.id, links.event(entry.id) if entry.id else ""


def event(history: History, address: PageAddress, id: str) -> Content:
    """One event: as written, as corrected, its sources, and what it changed."""
    known, links = address.known, PageLinks(address)
    shown = answers.event(history, id, known)
    try:
        counted = history.event(id, known)
    except InvalidEvents:  # it was retracted
        counted = history.as_written(id)
    told = sentence(counted, answers.teller(history, known), links)
    content = _shown(shown, address)
    return {
        **content,
        "about": told if not shown.plain["retracted"] else (*told, LinkedText(", retracted", style="doubt")),
        "sources": list(map(source, counted.sources)),
        "parts": [part for part in content["parts"] if part[0] != "Sources"],
    }


def event_answer(history: History, address: PageAddress, id: str) -> Answer:
    """The same for programs."""
    return answers.event(history, id, address.known)


def deal(history: History, address: PageAddress, id: str) -> Content:
    """One deal: its stages, effects and events."""
    known = address.known
    shown = answers.deal(history, id, known)
    content = _shown(shown, address)
    events = history.timeline(deal=shown.id, known=known)
    told = listed_events(events, answers.teller(history, known), address)
    return {
        **content,
        "title": plainly(shown.about[:1]) or shown.id,
        "about": (LinkedText(shown.id), *linked(shown.about[1:], {})),
        "parts": [part for part in content["parts"] if part[0] != "Events"],
        **told,
    }


def deal_picture(history: History, address: PageAddress, id: str) -> str:
    """The events of a deal along a line of time, as SVG."""
    return history.timeline(deal=id, kinds=KINDS, known=address.known).svg()


def deal_answer(history: History, address: PageAddress, id: str) -> Answer:
    """The same for programs."""
    return answers.deal(history, id, address.known)
