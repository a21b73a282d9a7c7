"""What a kind of page is, how its lists are paged, and which of them a large history does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from chronicle.drawing import MOST
from chronicle.engine import views
from chronicle.engine.state import State
from chronicle.engine.state.graph import structure_near
from chronicle.history import History
from chronicle.history.showing import is_large, size
from chronicle.render.forms import Answer
from chronicle.render.groups import facts_of
from chronicle.render.words.sentences import Teller
from chronicle.web.address import BadAddress, PageAddress
from chronicle.web.told import (
    PageLinks,
    happenings,
    paged,
)

Content = Mapping[str, Any]
"""What a template shows."""

IN_A_REPORT: Final = 3_000
"""The number of events up to which the overview is the report of all of them."""

ON_A_PAGE: Final = 100


@frozen(kw_only=True)
class PageKind:
    """A kind of page: its template and content, its answer for programs, its picture, its parameters."""

    template: str
    content: Callable[[History, PageAddress, str], Content]
    answer: Callable[[History, PageAddress, str], Answer] | None = None
    picture: Callable[[History, PageAddress, str], str] | None = None
    parameters: tuple[str, ...] = ()
    has_id: bool = False
    instead: tuple[tuple[str, str], ...] = ()
    """Where what it has not itself is found: words, and the path of a page."""

    whole: bool = False
    """Whether it goes through all of a history, unless it is asked for one entity."""

    by_year: bool = False
    """Whether of a large history with a ledger it shows a year at a time."""


def has_report(history: History) -> bool:
    """Whether the overview is the report: of a history that is not too long for it."""
    return size(history) <= IN_A_REPORT


def refuse_large(history: History, address: PageAddress, kind: PageKind, *, form: str | None) -> None:
    """Raise ``BadAddress`` for a page or a picture that would go through all of a large history."""
    whole = kind.whole or (form == "svg" and not kind.has_id)
    if kind.by_year and form is None and history.kept_ledger is not None:
        return
    if is_large(history) and whole and address.text("entity") is None:
        message = f"{size(history):,} events are too many for this page"
        raise BadAddress(message, "search for an entity, or ask the command line")


def listed_events(events: Any, teller: Teller, address: PageAddress) -> Content:
    """One page of a list of events, and the addresses of the pages before and after it."""
    first, last = paged(events, address.page, ON_A_PAGE)
    return {
        "happenings": happenings(events[first:last], teller, PageLinks(address)),
        "pages": pages_of(address, first, last, len(events)),
    }


def pages_of(address: PageAddress, first: int, last: int, count: int) -> Content:
    """Which of so many things are on this page, and the addresses of the one before and the one after."""
    at = address.page
    return {
        "first": first + 1,
        "last": last,
        "count": count,
        "before": address.link(page=str(at - 1) if at > 2 else None) if at > 1 else "",
        "after": address.link(page=str(at + 1)) if last < count else "",
    }


_TIES: Final = (views.HOLDINGS, views.UNITS, views.CONTROL)


def around(history: History, address: PageAddress, entity: str | None, depth: int | None = None) -> str:
    """The structure of a day as SVG, or what is around an entity; in a large history what is next to it."""
    state = history.as_of(address.as_of, address.known)
    if entity is not None and is_large(history):
        return structure_near(state, entity, MOST).svg()
    return state.graph(entity, depth=depth).svg()


def picture_of(state: State, entity: str | None, address: PageAddress) -> str:
    """The address of the picture of a page; empty where there is nothing to draw, or too much."""
    there = (facts_of(views.VIEWS[view], state, entity) for view in _TIES)
    if not any(there):
        return ""
    return address.without_page().link(address.path.removesuffix(".html") + ".svg")
