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


def _host(url: str) -> str:
    return urlsplit(url).netloc or url
