"""Sources: who published what, where and when."""

from __future__ import annotations

import re

from attrs import field, frozen

from chronicle.dates import PartialDate, parse_date
from chronicle.errors import InvalidValue, Problem, printable, shown


def _source_date(value: str | PartialDate | None) -> PartialDate | None:
    return value if value is None or isinstance(value, PartialDate) else parse_date(value)


_URL = re.compile(
    r"(?:https?://[^\s/]\S*|urn:[A-Za-z0-9][A-Za-z0-9-]*:\S+|doi:10\.[0-9]+/\S+|10\.[0-9]{4,9}/\S+)"
)


@frozen(kw_only=True)
class Source:
    """Who says so: at least one of ``publisher``, ``title`` and ``url``, and what else is known of it.

    ``published`` and ``retrieved`` are partial dates or their texts. ``url`` is an http or https address, a
    urn or a doi. Raises ``InvalidValue``: C301 for a date, C307 for any other field.
    """

    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    published: PartialDate | None = field(default=None, converter=_source_date)
    retrieved: PartialDate | None = field(default=None, converter=_source_date)
    quote: str | None = None
    page: str | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("publisher", "title", "url", "quote", "page"):
            _require_text(name, getattr(self, name))
        if self.publisher is None and self.title is None and self.url is None:
            raise _invalid("source without a name", "give a publisher, a title or a url")
        if self.url is not None and not (_URL.fullmatch(self.url) and printable(self.url) == self.url):
            help = "write an address with http://, https://, urn: or doi:"
            raise _invalid(f"not an address: {shown(self.url)}", help)

    def __str__(self) -> str:
        named = [part for part in (self.publisher, self.title) if part] or [self.url or ""]
        dated = [str(self.published)] if self.published else []
        return ", ".join([*named, *dated])


def _invalid(message: str, help: str) -> InvalidValue:
    return InvalidValue(Problem("C307", message, help=help))


def _require_text(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        message = f"{name} of a source is not a text: {shown(value)}"
        raise _invalid(message, f"write the {name} in quotes")
    if not value.strip():
        raise _invalid(f"{name} of a source is empty", f"write the {name} or leave it out")
