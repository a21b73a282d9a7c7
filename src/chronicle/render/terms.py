"""The terms of a question: the day of knowledge, the day of recording, and the assumptions."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any, Final

from attrs import field, frozen

from chronicle.dates import PartialDate
from chronicle.render.layout import clean
from chronicle.render.words.days import day_words, moment_words, short

Assumption = tuple[str, PartialDate]
"""A deal, and the date on which it is assumed to complete."""


@frozen
class Terms:
    """The terms of a question; by default all that is known and recorded, and no assumptions.

    ``recorded`` is a moment as text, as ``as_moment`` gives it. ``known_days`` gives the days on which
    anything became known, for the message about a day of knowledge before them; only an answer with nothing
    in it asks for them.
    """

    known: datetime.date | None = None
    recorded: str | None = None
    assumed: tuple[Assumption, ...] = ()
    known_days: Callable[[], Iterable[datetime.date]] = field(default=tuple, eq=False)

    def words(self) -> str:
        """The terms as the end of a title; empty for the default."""
        known = f", as known on {day_words(self.known)}" if self.known else ""
        recorded = f", as recorded by {moment_words(self.recorded)}" if self.recorded else ""
        return f"{known}{recorded}{assumed_words(self.assumed)}"

    def data(self) -> dict[str, Any]:
        """``known``; and ``recorded`` and ``assumed`` where they are given."""
        found: dict[str, Any] = {"known": None if self.known is None else self.known.isoformat()}
        if self.recorded is not None:
            found["recorded"] = self.recorded
        return found | assumed_data(self.assumed)

    def too_early(self) -> str:
        """The message for a day of knowledge before anything was known; else empty."""
        if self.known is None:
            return ""
        first = None
        for day in self.known_days():
            if day <= self.known:
                return ""
            first = day if first is None else min(first, day)
        if first is None:
            return ""
        return f"Nothing of this was known by then: the first of it became known on {day_words(first)}."


ASKED_PLAINLY: Final = Terms()
"""The default terms."""


@frozen
class Excerpt:
    """Which events of a timeline are shown: from when until when, in which order, how many are left out.

    ``ids`` says whether the page has the id of each.
    """

    since: PartialDate | None = None
    until: PartialDate | None = None
    more: int = 0
    ids: bool = False
    reverse: bool = False

    def words(self) -> str:
        """The period as the end of a sentence; empty where it is open on both sides."""
        since = "" if self.since is None else f" since {day_words(self.since.earliest)}"
        return since + ("" if self.until is None else f" until {day_words(self.until.latest)}")


EVERYTHING: Final = Excerpt()
"""All events, the oldest first."""


def assumed_words(assumed: tuple[Assumption, ...]) -> str:
    """The assumptions as the end of a title."""
    said = " and ".join(f"{clean(deal)} is completed ({short(on)})" for deal, on in assumed)
    return f", assuming that {said}" if said else ""


def assumed_data(assumed: tuple[Assumption, ...]) -> dict[str, Any]:
    """The assumptions as JSON data; empty when there are none."""
    return {"assumed": [{"deal": deal, "date": str(on)} for deal, on in assumed]} if assumed else {}
