"""What a kind of page is, how its lists are paged, and which of them a large history does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from chronicle.history import History
from chronicle.render.forms import Answer
from chronicle.render.words.sentences import Teller
from chronicle.web.address import Address, BadAddress
from chronicle.web.told import (
    PageLinks,
    happenings,
    paged,
)

Content = Mapping[str, Any]
"""What a template shows."""

LARGE: Final = 20_000
"""The number of events beyond which no page goes through all of them."""

IN_A_REPORT: Final = 3_000
"""The number of events up to which the overview is the report of all of them."""

ON_A_PAGE: Final = 100


@frozen(kw_only=True)
class PageKind:
    """A kind of page: its template and what is in it, its answer for programs, and its parameters."""

    template: str
    content: Callable[[History, Address, str], Content]
    answer: Callable[[History, Address, str], Answer] | None = None
    parameters: tuple[str, ...] = ()
    has_id: bool = False
    whole: bool = False
    """Whether it goes through all of a history, unless it is asked for one entity."""


def size(history: History) -> int:
    """How many events there are, without reading those of a store."""
    head = history.head
    return len(history.events) if head is None else head.position


def is_large(history: History) -> bool:
    """Whether no page goes through all events."""
    return size(history) > LARGE


def has_report(history: History) -> bool:
    """Whether the overview is the report: of a history that is not too long for it."""
    return size(history) <= IN_A_REPORT


def refuse_large(history: History, address: Address, kind: PageKind) -> None:
    """Raise ``BadAddress`` for a page that would go through all of a large history."""
    if kind.whole and is_large(history) and address.text("entity") is None:
        message = f"{size(history):,} events are too many for this page"
        raise BadAddress(message, "search for an entity, or ask the command line")


def listed_events(events: Any, teller: Teller, address: Address) -> Content:
    """One page of a list of events, and the addresses of the pages before and after it."""
    first, last = paged(events, address.page, ON_A_PAGE)
    return {
        "happenings": happenings(events[first:last], teller, PageLinks(address)),
        "pages": pages_of(address, first, last, len(events)),
    }


def pages_of(address: Address, first: int, last: int, count: int) -> Content:
    """Which of so many things are on this page, and the addresses of the one before and the one after."""
    at = address.page
    return {
        "first": first + 1,
        "last": last,
        "count": count,
        "before": address.link(page=str(at - 1) if at > 2 else None) if at > 1 else "",
        "after": address.link(page=str(at + 1)) if last < count else "",
    }
