"""Pages that list: what was so on a day, what happened, what changed, and where sources disagree."""

from __future__ import annotations

import datetime
from typing import Any

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.replay import Ledger
from chronicle.history import History
from chronicle.history.showing import is_large, size
from chronicle.ledgers.supplements.by_year import began_by_year, happened
from chronicle.render.forms import Answer
from chronicle.render.layout import clean
from chronicle.render.pages.claims import claimed, said_by
from chronicle.render.pages.conflicts import fact_words
from chronicle.render.pages.diff import SIGNS, change_of
from chronicle.render.provenance import rivalry
from chronicle.render.words.days import day_words
from chronicle.render.words.facts import subject_of
from chronicle.render.words.said import plainly
from chronicle.render.words.sentences import Teller
from chronicle.render.words.through_others import through_change, through_subject
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
    LinkedFacts,
    LinkedText,
    PageLinks,
    happenings,
    paged,
    why_possible_here,
)

# A day


def as_of(history: History, address: PageAddress, _: str) -> Content:
    """What was so on a day."""
    asked = answers.as_of(history, address.as_of, address.known, address.text("entity"))
    facts = LinkedFacts(asked.state, asked.entity, PageLinks(address))
    shown, first, last, count = facts.sections(address.page, ON_A_PAGE)
    return {
        "title": f"As of {day_words(asked.state.as_of)}",
        "terms": asked.terms.words().removeprefix(", "),
        "sections": shown,
        "above": facts.above_the_whole(),
        "possible": why_possible_here(shown),
        "pages": pages_of(address, first, last, count),
        "picture": picture_of(asked.state, asked.entity, address),
        "about": None if asked.entity is None else facts.links.entity(asked.entity),
    }


def as_of_answer(history: History, address: PageAddress, _: str) -> Answer:
    """The same for programs."""
    return answers.as_of(history, address.as_of, address.known, address.text("entity"))


def as_of_picture(history: History, address: PageAddress, _: str) -> str:
    """The structure of a day, or what is around one entity, as SVG."""
    entity = address.text("entity")
    chosen = None if entity is None else answers.entity_meant(history, entity, address.as_of, address.known)
    return around(history, address, chosen)


# Events


def timeline_picture(history: History, address: PageAddress, _: str) -> str:
    """Events along a line of time, as SVG."""
    since, until = address.days.get("since"), address.days.get("until")
    found = history.timeline(address.text("entity"), since=since, until=until, known=address.known)
    return found.svg()


def timeline_answer(history: History, address: PageAddress, _: str) -> Any:
    """What happened, for programs."""
    since, until = address.days.get("since"), address.days.get("until")
    return answers.timeline(history, address.known, address.text("entity"), since, until)


def timeline(history: History, address: PageAddress, _: str) -> Content:
    """What happened, in order; of a large history what began or ended in a year, by its ledger."""
    if is_large(history) and address.text("entity") is None and history.kept_ledger is not None:
        return _years(history, history.ledger(), address)
    found = timeline_answer(history, address, "")
    return {
        "title": "Timeline",
        "years": (),
        **listed_events(found.events, answers.teller(history, address.known), address),
    }


def _years(history: History, ledger: Ledger, address: PageAddress) -> Content:
    years = began_by_year(ledger)
    since, until = address.days.get("since"), address.days.get("until")
    newest = PartialDate.of(datetime.date(max(years, default=datetime.date.today().year), 1, 1))
    first = (since or until or newest).earliest
    last = until.latest if until else first.replace(month=12, day=31)
    if last < first:
        raise BadAddress(f"no day lies between {first} and {last}", "give the earlier date as since")
    ids = happened(ledger, first, last)
    begin, end = paged(ids, address.page, ON_A_PAGE)
    events = history.several(ids[begin:end], address.known)
    links = [
        (str(year), f"{count:,}", address.link(page=None, since=str(year), until=str(year)))
        for year, count in years.items()
    ]
    return {
        "title": f"What began or ended from {day_words(first)} to {day_words(last)}",
        "years": links,
        "happenings": happenings(events, answers.teller(history, address.known), PageLinks(address)),
        "pages": pages_of(address, begin, end, len(ids)),
    }


# Differences


def diff_answer(history: History, address: PageAddress, _: str) -> Any:
    """What changed between two days, or two days of knowledge, for programs. Raises ``BadAddress``."""
    first, second = address.days.get("from"), address.days.get("to")
    known = address.days.get("known_from"), address.days.get("known_to")
    if known[1] is not None and known[0] is None:
        raise BadAddress("known_to needs known_from", "what was learned since which day?")
    if address.known is not None and known != (None, None):
        raise BadAddress("known is for both sides", "give it, or known_from and known_to")
    if known == (None, None):
        known = address.known, address.known
        if first is None or second is None:
            raise BadAddress("from and to are needed", "two days, or one and known_from")
    if known[0] != known[1] and is_large(history):
        message = f"what was learned of {size(history):,} events is not compared here"
        raise BadAddress(message, "ask the command line: chronicle diff --known-from")
    only = first or second
    if only is None:
        raise BadAddress("from is needed", "the day that is compared")
    return answers.changes(history, (first or only, second or only), known, address.text("entity"))


def diff(history: History, address: PageAddress, _: str) -> Content:
    """What changed; a form alone where no days are given."""
    if not {"from", "to", "known_from", "known_to"} & set(address.given):
        return {"title": "What changed", "changes": None, "forms": ()}
    found = diff_answer(history, address, "")
    links = PageLinks(address)
    first, last = paged(found.differences, address.page, ON_A_PAGE)
    groups: dict[str, list[Content]] = {}
    for each in found.differences[first:last]:
        title = clean(views.view_of(each.view).title)
        groups.setdefault(title, []).append(_difference(each, found, links))
    through = found.through
    if through is not None and last == len(found.differences):
        for title, members in (("Owned at last", through.shares), ("Groups of control", through.control)):
            if members:
                groups[title] = [
                    _row(
                        each.how,
                        through_subject(each, found.called),
                        through_change(each),
                        each.events,
                        links,
                    )
                    for each in members
                ]
    return {
        "title": "What changed",
        "changes": list(groups.items()),
        "complete": through is None or through.complete,
        "through": through is not None,
        "pages": pages_of(address, first, last, len(found.differences)),
    }


def _difference(each: Any, found: Any, links: PageLinks) -> Content:
    subject = subject_of((each.after or each.before)[-1], found.called)
    change = plainly(change_of(each, found))
    return _row(each.how, subject, change, each.events, links)


def _row(how: str, subject: str, change: str, events: Any, links: PageLinks) -> Content:
    sign, word, _ = SIGNS[how]
    return {
        "sign": sign,
        "word": word,
        "subject": subject,
        "change": change,
        "events": [(id, links.event(id)) for id in events],
    }


# Conflicts


def conflicts_answer(history: History, address: PageAddress, _: str) -> Any:
    """Where sources disagree, for programs."""
    return answers.conflicts(history, address.known, address.text("entity"))


def conflicts(history: History, address: PageAddress, _: str) -> Content:
    """Where sources disagree, and which claim counts."""
    found = conflicts_answer(history, address, "")
    links = PageLinks(address)
    first, last = paged(found.conflicts, address.page, ON_A_PAGE)
    return {
        "title": "Where sources disagree",
        "conflicts": [_conflict(each, found.teller, links) for each in found.conflicts[first:last]],
        "pages": pages_of(address, first, last, len(found.conflicts)),
    }


def _conflict(conflict: Any, teller: Teller, links: PageLinks) -> Content:
    label, words = rivalry(conflict)
    return {
        "about": fact_words(conflict, teller),
        "label": label,
        "words": words,
        "differ": bool(conflict.differ),
        "claims": [
            (LinkedText(claimed(event, teller), links.event(event.id)), said_by(event, teller))
            for event in (conflict.chosen, *conflict.others)
        ],
    }
