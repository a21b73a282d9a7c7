"""Sources in few words: who said it, and when."""

from __future__ import annotations

from urllib.parse import urlsplit

from chronicle.render.layout import clean
from chronicle.render.words.days import short
from chronicle.values import Source


def source_words(source: Source) -> str:
    """A source in few words: "Deadline, 7 Sep 2015"."""
    said = clean(source.publisher or source.title or _host(source.url or ""))
    return f"{said}, {short(source.published)}" if source.published else said


def source_in_full(source: Source) -> str:
    """A source with its title: 'Deadline, 7 Sep 2015: "Alibaba Pictures Readies ..."'."""
    title = f": {clean(source.title)}" if source.title and source.publisher else ""
    return source_words(source) + title


def source_details(source: Source) -> list[str]:
    """What else is said of a source: its quote, its page, its address, the day on which it was read."""
    details = [
        f"“{clean(source.quote)}”" if source.quote else "",
        f"page {clean(source.page)}" if source.page else "",
        clean(source.url) if source.url else "",
        f"retrieved {short(source.retrieved)}" if source.retrieved else "",
    ]
    return [detail for detail in details if detail]


def _host(url: str) -> str:
    return urlsplit(url).netloc or url
