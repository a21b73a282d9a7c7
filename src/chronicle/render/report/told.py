"""The events of a report in words: each in every version in which it was ever known."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from chronicle.dates import DAWN
from chronicle.engine.conflicts import Conflict
from chronicle.engine.partial.rectangles import Disagreement, KnownBetween, Version
from chronicle.events import DealCompleted, Effect, EntityDeclared, Event, RecordConfirmed, references
from chronicle.render.layout import STRONG, Line, clean
from chronicle.render.pages.claims import claimed, said_by
from chronicle.render.pages.conflicts import fact_words
from chronicle.render.provenance import corrections_told, known_words, rivalry
from chronicle.render.report.material import Report
from chronicle.render.words.days import is_undated, short
from chronicle.render.words.figures import money_words, share_figure, share_is_unknown
from chronicle.render.words.marks import mark_of
from chronicle.render.words.sentences import Teller
from chronicle.render.words.sources import source_in_full, source_words
from chronicle.values import Source

_LINKED: Final = ("http", "https")

UNLISTED: Final = (EntityDeclared, RecordConfirmed)
"""The kinds of event that no timeline lists."""

Pieces = tuple[tuple[str, bool], ...]
"""Texts, each with whether it is emphasized."""


@frozen
class SourceTold:
    """A source with its number; ``url`` is empty where it is no address of the web."""

    number: int
    short: str
    words: str
    url: str
    details: tuple[str, ...]


@frozen(kw_only=True)
class ToldAs(KnownBetween):
    """An event in words, as it was known between two days."""

    date: str
    said: Pieces
    figures: tuple[str, ...]
    effects: tuple[tuple[str, Pieces], ...]
    note: str
    sources: tuple[SourceTold, ...]
    record: str
    corrections: tuple[tuple[str, str, str], ...]


@frozen(kw_only=True)
class Rivals(KnownBetween):
    """A conflict in words: what it is about, and each claim with who makes it and where its event stands."""

    about: str
    label: str
    words: str
    differ: bool
    claims: tuple[tuple[str, str, int | None], ...]


@frozen
class EventTold:
    """An event of the page: its number, its window, and how it was told over the days of knowledge."""

    number: int
    id: str
    family: str
    symbol: str
    earliest: int
    latest: int
    listed: bool
    undated: bool
    wordings: tuple[ToldAs, ...]
    rivals: tuple[Rivals, ...]

    @property
    def last(self) -> ToldAs:
        """As it was told last."""
        return self.wordings[-1]


@frozen(eq=False)
class Wordings:
    """The events of a report in words, and its sources by number."""

    _report: Report
    _numbers: dict[str, int] = field(init=False)
    _sources: dict[Source, int] = field(factory=dict, init=False)
    _titles: Mapping[str, Mapping[datetime.date, str]] = field(init=False)
    _tellers: dict[datetime.date, Teller] = field(factory=dict, init=False)
    _rivals: Mapping[str, list[Rivals]] = field(init=False)

    @_numbers.default
    def _in_order(self) -> dict[str, int]:
        return {event.id: at for at, event in enumerate(self._report.events)}

    @_titles.default
    def _titled(self) -> Mapping[str, Mapping[datetime.date, str]]:
        """By deal, the title that it had from a day of knowledge on."""
        found: defaultdict[str, dict[datetime.date, str]] = defaultdict(dict)
        for event in self._report.events:
            for version in self._report.versions[event.id]:
                title = getattr(version.event, "title", None)
                if version.event.deal and title:
                    found[version.event.deal][version.known_from] = title
        return found

    @_rivals.default
    def _by_event(self) -> Mapping[str, list[Rivals]]:
        found: defaultdict[str, list[Rivals]] = defaultdict(list)
        for each in self._report.disagreements:
            found[each.conflict.chosen.id].append(self._rivals_of(each))
        return found

    def events(self) -> list[EventTold]:
        """Every event, in the order in which they are read."""
        return [self._event(event) for event in self._report.events]

    def sources(self) -> list[SourceTold]:
        """Every source that ``events`` named, in order of number."""
        return [_source(source, number) for source, number in self._sources.items()]

    def conflicts(self) -> list[tuple[int | None, Rivals]]:
        """Every conflict, with the number of the event whose claim counts."""
        return [(self._numbers.get(id), each) for id, course in self._rivals.items() for each in course]

    def _event(self, event: Event) -> EventTold:
        mark = mark_of(event.kind)
        return EventTold(
            number=self._numbers[event.id],
            id=event.id,
            family=mark.word,
            symbol=mark.symbol,
            earliest=event.date.earliest.toordinal(),
            latest=event.date.latest.toordinal(),
            listed=not isinstance(event, UNLISTED),
            undated=is_undated(event.date) or event.date.latest == DAWN,
            wordings=tuple(self._wordings(event.id)),
            rivals=tuple(self._rivals.get(event.id, ())),
        )

    # Versions

    def _wordings(self, event: str) -> Iterator[ToldAs]:
        """An event in words, anew wherever its words change by what becomes known."""
        before: ToldAs | None = None
        for version in self._report.versions[event]:
            for start, end in self._cut(version):
                now = self._wording(version, start, end)
                if before is not None and evolve(now, known_from=before.known_from) == evolve(
                    before, known_until=now.known_until
                ):
                    before = evolve(before, known_until=now.known_until)
                    continue
                if before is not None:
                    yield before
                before = now
        if before is not None:
            yield before

    def _cut(self, version: Version) -> Iterator[tuple[datetime.date, datetime.date | None]]:
        """The days of knowledge of a version, cut where a name or a title that it tells changes."""
        edges = {version.known_from}
        for _, what, name in references(version.event):
            for each in self._report.names.of(name) if what == "entity" else ():
                edges |= {each.known_from, each.known_until or version.known_from}
        if version.event.deal is not None:
            edges |= set(self._titles.get(version.event.deal, {}))
        inside = sorted(edge for edge in edges if version.known(edge))
        yield from zip(inside, [*inside[1:], version.known_until], strict=True)

    def _wording(self, version: Version, start: datetime.date, end: datetime.date | None) -> ToldAs:
        event, teller = version.event, self._teller(start)
        figures = () if share_is_unknown(event) else tuple(filter(None, (share_figure(event),)))
        label = "effect" if isinstance(event, DealCompleted) else "if completed"
        written = self._report.written
        declared = isinstance(event, EntityDeclared)
        corrections = [written[each] for each in version.corrections]
        return ToldAs(
            known_from=start,
            known_until=end,
            date="" if declared else short(event.date),
            said=pieces([*teller.sentence(event), *_doubt(event)]),
            figures=(*figures, *filter(None, (money_words(event),))),
            effects=tuple(
                (label, pieces(teller.effect(effect, event.date))) for effect in self._effects(version, start)
            ),
            note=clean(event.note) if event.note else "",
            sources=tuple(_source(source, self._numbered(source)) for source in event.sources),
            record=self._record(event),
            corrections=tuple(corrections_told(written[event.id], corrections)),
        )

    def _record(self, event: Event) -> str:
        place = self._report.places.get(event.id)
        where = f" · {clean(place.file)}:{place.line}" if place else ""
        return known_words(event, self._report.known_since[event.id]) + where

    def _effects(self, version: Version, known: datetime.date) -> Sequence[Effect]:
        """The effects that an event of a deal states; of a completion without any, those announced."""
        stated: Sequence[Effect] | None = getattr(version.event, "effects", None)
        if stated is None and version.announced_by is not None:
            for each in self._report.versions.get(version.announced_by, ()):
                if each.known(known):
                    stated = getattr(each.event, "effects", None)
        return stated or ()

    def _rivals_of(self, each: Disagreement) -> Rivals:
        conflict: Conflict = each.conflict
        teller = self._teller(each.known_from)
        label, words = rivalry(conflict)
        return Rivals(
            known_from=each.known_from,
            known_until=each.known_until,
            about=fact_words(conflict, teller),
            label=label,
            words=words,
            differ=bool(conflict.differ),
            claims=tuple(
                (claimed(event, teller), said_by(event, teller), self._numbers.get(event.id))
                for event in (conflict.chosen, *conflict.others)
            ),
        )

    # By what was known

    def _teller(self, known: datetime.date) -> Teller:
        """What makes sentences by what was known on a day."""
        if known not in self._tellers:
            titles = {
                deal: course[max(since for since in course if since <= known)]
                for deal, course in self._titles.items()
                if min(course) <= known
            }
            names, since = self._report.names.by(known), self._report.known_since
            self._tellers[known] = Teller(names, titles, lambda event: since[event.id])
        return self._tellers[known]

    def _numbered(self, source: Source) -> int:
        alike = evolve(source, quote=None, page=None)
        return self._sources.setdefault(alike, len(self._sources) + 1)


def pieces(line: Line) -> Pieces:
    """A line of a page as texts that are emphasized or not."""
    return tuple((text, style == STRONG) for text, style in line)


def _doubt(event: Event) -> Iterable[tuple[str, str]]:
    return [(f" ({event.confidence})", "")] if event.confidence in ("reported", "rumoured") else []


def _source(source: Source, number: int) -> SourceTold:
    url = source.url or ""
    linked = urlsplit(url).scheme.lower() in _LINKED
    details = [
        f"“{clean(source.quote)}”" if source.quote else "",
        f"page {clean(source.page)}" if source.page else "",
        "" if linked else clean(url),
        f"retrieved {short(source.retrieved)}" if source.retrieved else "",
    ]
    return SourceTold(
        number,
        source_words(source),
        source_in_full(source),
        url if linked else "",
        tuple(filter(None, details)),
    )
