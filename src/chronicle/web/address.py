"""What an address asks for: its parameters, read strictly, so that no misspelt one is dropped in silence."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

from attrs import evolve, field, frozen

from chronicle.dates import Day, PartialDate, as_day, parse_date, relative_date
from chronicle.errors import nearest, printable

MOST_PAGES: Final = 1_000_000
_DAYS: Final = ("as_of", "known", "since", "until", "from", "to", "known_from", "known_to")


class BadAddress(Exception):
    """An address that asks for nothing that there is: what is wrong with it, and what to write instead."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


@frozen(eq=False)
class PageAddress:
    """The parameters of an address, by name; days as dates. ``path`` is the address without them."""

    path: str
    given: Mapping[str, str]
    days: Mapping[str, PartialDate] = field(factory=dict)
    page: int = 1

    @classmethod
    def read(
        cls, path: str, parameters: Iterable[tuple[str, str]], allowed: Iterable[str], *, days: bool = True
    ) -> PageAddress:
        """The parameters of an address, of those that are allowed. Empty ones count as not given.

        Without ``days`` none of them is read as a day. Raises ``BadAddress`` for an unknown one, one given
        twice and a wrong number of a page, ``InvalidValue`` (C301, C308) for what is no day.
        """
        known, given = (*allowed, "last"), dict[str, str]()
        for name, value in parameters:
            if name not in known:
                near = nearest(name, known)
                if name == "recorded":
                    raise BadAddress(
                        "pages answer by known alone", "chronicle --recorded is for the command line"
                    )
                help = f"did you mean {near}?" if near else f"there are {', '.join(known)}"
                raise BadAddress(f'no parameter "{printable(name)}"', help)
            if name in given:
                raise BadAddress(f'the parameter "{name}" is given twice')
            if value.strip():
                given[name] = value.strip()
        found = {name: _day(name, text) for name, text in given.items() if days and name in _DAYS}
        return cls(path, given, found, _number(given.get("page", "1")))

    @property
    def as_of(self) -> Day:
        """The day that is asked for, else today."""
        return self.days.get("as_of", datetime.date.today())

    @property
    def known(self) -> PartialDate | None:
        """The day of knowledge, if one is asked for."""
        return self.days.get("known")

    def text(self, name: str) -> str | None:
        """A parameter as it was given."""
        return self.given.get(name)

    def link(self, path: str | None = None, keep: Iterable[str] | None = None, **more: str | None) -> str:
        """An address with these parameters, those of ``keep`` alone, and with ``more`` changed."""
        kept = self.given if keep is None else {k: v for k, v in self.given.items() if k in (*keep, "last")}
        asked = {name: value for name, value in {**kept, **more}.items() if value}
        return (self.path if path is None else path) + (f"?{urlencode(asked)}" if asked else "")

    def without_page(self) -> PageAddress:
        """The same question, at its first page."""
        return evolve(self, given={k: v for k, v in self.given.items() if k != "page"}, page=1)


def _day(name: str, text: str) -> PartialDate:
    found = relative_date(text, datetime.date.today()) or parse_date(text)
    if name != "since":
        as_day(found)
    return found


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= MOST_PAGES:
        return int(text)
    raise BadAddress(f'no page "{printable(text)}"', "pages are numbered from 1")
