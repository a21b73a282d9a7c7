"""The table of pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chronicle.web import lists, reasons, things
from chronicle.web.kinds import PageKind

_DAY: Final = ("as_of", "known")

PAGES: Final[Mapping[str, PageKind]] = MappingProxyType(
    {
        "": PageKind(
            template="overview",
            content=things.overview,
            parameters=(*_DAY, "entity", "page"),
            instead=(("what is so on a day", "/as-of"), ("what happened", "/timeline")),
        ),
        "as-of": PageKind(
            template="day",
            content=lists.as_of,
            answer=lists.as_of_answer,
            picture=lists.as_of_picture,
            parameters=(*_DAY, "entity", "page"),
            whole=True,
        ),
        "timeline": PageKind(
            template="timeline",
            content=lists.timeline,
            answer=lists.timeline_answer,
            picture=lists.timeline_picture,
            parameters=("known", "entity", "since", "until", "page"),
            whole=True,
            by_year=True,
        ),
        "entity": PageKind(
            template="entity",
            content=things.entity,
            answer=things.entity_answer,
            picture=things.entity_picture,
            parameters=(*_DAY, "page"),
            has_id=True,
        ),
        "event": PageKind(
            template="thing",
            content=things.event,
            answer=things.event_answer,
            parameters=("known",),
            has_id=True,
        ),
        "deal": PageKind(
            template="thing",
            content=things.deal,
            answer=things.deal_answer,
            picture=things.deal_picture,
            parameters=("known", "page"),
            has_id=True,
        ),
        "why": PageKind(
            template="why",
            content=reasons.why,
            answer=reasons.why_answer,
            parameters=("of", "view", *_DAY),
        ),
        "search": PageKind(
            template="search",
            content=things.search,
            answer=things.search_answer,
            parameters=("q", "known", "page"),
        ),
        "diff": PageKind(
            template="diff",
            content=lists.diff,
            answer=lists.diff_answer,
            parameters=("from", "to", "known", "known_from", "known_to", "entity", "page"),
            whole=True,
        ),
        "conflicts": PageKind(
            template="conflicts",
            content=lists.conflicts,
            answer=lists.conflicts_answer,
            parameters=("known", "entity", "page"),
            whole=True,
        ),
    }
)
"""Every kind of page by the first part of its path."""
