"""A history as a picture of time: its events in lanes, one for each deal and each entity."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from chronicle import drawing
from chronicle.dates import DAWN, FOREVER
from chronicle.engine import views
from chronicle.engine.state import State
from chronicle.events import DealCompleted, DealTerminated, Event, references
from chronicle.render.terms import ASKED_PLAINLY, Terms
from chronicle.render.words.days import is_undated, short
from chronicle.render.words.figures import money_words, share_figure, share_is_unknown
from chronicle.render.words.names import name_in
from chronicle.render.words.sentences import Teller

MOST: Final = 200
"""How many events a picture has at most; of more, nobody could tell one from the other."""

_Lane = tuple[str, str]
"""What a lane is about, ``deal`` or ``entity``, and its id."""


@frozen(eq=False)
class TimelinePicture:
    """Events as a picture, with the names and types of entities by ``state``, the last one.

    ``about`` is the id of the entity that all of them concern. A line stands at ``day``.
    """

    events: Sequence[Event]
    teller: Teller
    state: State
    about: str | None = None
    terms: Terms = ASKED_PLAINLY
    day: datetime.date | None = None

    def svg(self) -> str:
        """The picture, a text of SVG: imprecise dates as bands, deals with their stages."""
        dated = [event for event in self.events if not is_undated(event.date) and self._has_lane(event)]
        shown = dated[:MOST]
        lanes = self._lanes(shown)
        placed = [self._marked(event, lane) for event, lane in lanes]
        return drawing.timeline_svg(
            [*self._headings(lane for _, lane in lanes)],
            placed,
            [*_bars(shown)],
            title=self._title(),
            description=". ".join(each.said for each in placed),
            day=self.day,
            notes=[*self._notes(len(shown), len(dated))],
        )

    def _title(self) -> str:
        about = "" if self.about is None else f" of {name_in(self.state, self.about)}"
        return f"Timeline{about}{self.terms.words()}"

    def _notes(self, shown: int, dated: int) -> Iterator[str]:
        yield f"{self._title()}. A dot is a day, a band an imprecise date, a bar a deal"
        if shown < dated:
            yield f"The first {shown} of {dated} events"
        if dated < len(self.events):
            many = len(self.events) - dated
            yield f"{many} event{'' if many == 1 else 's'} left out: without a date, or about records alone"

    # Lanes

    def _lanes(self, events: Sequence[Event]) -> list[tuple[Event, _Lane]]:
        """The lane of each event: its deal, else the one of those it concerns that most events concern."""
        often = Counter(entity for event in events if event.deal is None for entity in self._concerned(event))
        lanes = []
        for event in events:
            concerned = self._concerned(event)
            most = max(concerned, key=often.__getitem__, default="")
            lanes.append((event, ("entity", most) if event.deal is None else ("deal", event.deal)))
        return lanes

    def _has_lane(self, event: Event) -> bool:
        """Whether an event is of a deal or concerns an entity, and not records alone."""
        return event.deal is not None or bool(self._concerned(event))

    def _concerned(self, event: Event) -> list[str]:
        """Whom an event concerns: first what it is about; the one whom all is about only if nobody else."""
        about = [getattr(event, name) for name in event.about]
        entities = [id for _, what, id in references(event) if what == "entity"]
        found = [*dict.fromkeys([*(id for id in about if id in entities), *entities])]
        return [id for id in found if id != self.about] or found

    def _headings(self, lanes: Iterable[_Lane]) -> Iterator[drawing.TimelineLane]:
        """The lanes in order of their first events, deals last."""
        for what, id in sorted(dict.fromkeys(lanes), key=lambda lane: lane[0] == "deal"):
            if what == "deal":
                yield drawing.TimelineLane(_lane_id((what, id)), self.teller.titles.get(id, id), "deal")
            else:
                yield drawing.TimelineLane(_lane_id((what, id)), name_in(self.state, id), self._kind(id))

    def _kind(self, entity: str) -> str:
        found = self.state.cell(views.TYPES, entity)
        return found[-1].value.type if found else "other"

    # Events

    def _marked(self, event: Event, lane: _Lane) -> drawing.TimelineEvent:
        sentence = self._sentence(event)
        stage = event.kind.startswith("deal.")
        return drawing.TimelineEvent(
            _lane_id(lane),
            None if event.date.earliest == DAWN else event.date.earliest,
            None if event.date.latest == FOREVER else event.date.latest,
            f"{event.kind.removeprefix('deal.')}, {short(event.date)}" if stage else sentence,
            f"{short(event.date)}: {sentence}",
        )

    def _sentence(self, event: Event) -> str:
        share = "" if share_is_unknown(event) else share_figure(event)
        return ", ".join(filter(None, (self.teller.told(event), share, money_words(event))))


def _lane_id(lane: _Lane) -> str:
    return ":".join(lane)


def _bars(events: Sequence[Event]) -> Iterator[drawing.TimelineBar]:
    """How long each deal went on: from its first stage to its end, if it has one."""
    for deal in dict.fromkeys(event.deal for event in events if event.deal is not None):
        own = [event for event in events if event.deal == deal]
        ended = [event.date for event in own if isinstance(event, DealCompleted | DealTerminated)]
        begun = min(event.date.earliest for event in own)
        last = max((date.latest for date in ended), default=FOREVER)
        yield drawing.TimelineBar(
            _lane_id(("deal", deal)), None if begun == DAWN else begun, None if last == FOREVER else last
        )
