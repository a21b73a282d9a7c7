"""What the reasons for facts are made from: the events behind them, and what was said of these."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from chronicle import events as kinds
from chronicle.dates import Day, Moment, as_day
from chronicle.engine.replay import Key, Ledger, Span
from chronicle.history.ledger_on_disk import LedgerOnDisk

if TYPE_CHECKING:
    from chronicle.engine.knowledge import Resolved
    from chronicle.engine.state import Fact
    from chronicle.engine.why import Evidence
    from chronicle.events import Event


class EvidenceHeld(LedgerOnDisk):
    """Events, and the evidence that they are for facts."""

    def _line(
        self, ledger: Ledger, key: Key, day: datetime.date, spans: tuple[Span, ...]
    ) -> tuple[Key, tuple[Fact, ...], tuple[Span, ...]]:
        """The line of succession that joins two companies on a day: its ends, its facts, and their spans.

        Without one, what there ever is: ``spans`` are those of the key itself.
        """
        from chronicle.engine.keys import joined

        line = joined(ledger, key, day)
        if line is not None:
            return *line, tuple(fact.span for fact in line[1])
        ever = None if spans else joined(ledger, key, datetime.date.max)
        # Until the last of its successions a line joins nothing.
        return (key, (), spans) if ever is None else (ever[0], (), (ever[1][-1].span,))

    def _evidence(self, spans: Iterable[Span], known: Day | None, recorded: Moment | None) -> Evidence:
        from chronicle.engine.why import Evidence

        resolved = self._resolved_about(spans, known, recorded)
        return Evidence(
            events=resolved.events,
            written=lambda event: self._some.events[self.position(event) - 1],
            corrections=resolved.visible.corrections,
            places=self._places,
            conflicts=resolved.conflicts,
            announcements=resolved.announcements,
            confirmed=self._confirmed(known, recorded),
        )

    def _confirmed(self, known: Day | None, recorded: Moment | None) -> Callable[[str], tuple[Event, ...]]:
        """A function that gives the editions, known and recorded by then, that state an event again."""
        day = None if known is None else as_day(known)

        @cache
        def seen(editions: tuple[str, ...]) -> tuple[Event, ...]:
            if not editions:
                return ()
            if recorded is not None:
                return self._visible(known, recorded).events
            from chronicle.engine.knowledge import visible

            return visible(self._some.with_statements_of(editions), day).events

        def confirmed(event: str) -> tuple[Event, ...]:
            editions = seen(tuple(each.id for each in self._some.may_confirm(event)))
            return tuple(
                each for each in editions if isinstance(each, kinds.RecordConfirmed) and event in each.targets
            )

        return confirmed

    def _resolved_about(self, spans: Iterable[Span], known: Day | None, recorded: Moment | None) -> Resolved:
        """What is known about some spans: of a history of which only parts were replayed, those parts."""
        ended = [span.ended_by for span in spans if span.ended_by is not None]
        behind = (*(event for span in spans for event in span.events), *ended)
        return self._resolved_of(behind, known, recorded)

    def _resolved_of(
        self, events: Iterable[str], known: Day | None, recorded: Moment | None = None
    ) -> Resolved:
        """What is known about some events: of a history of which only parts were replayed, their parts."""
        if recorded is not None:
            return self._resolved(known, recorded)
        day = None if known is None else as_day(known)
        self._read_in_without_sharing()
        if self._partial is not None and (day, None) not in self._answers:
            resolved = self._partial.resolved(dict.fromkeys(events), day)
            if resolved is not None:
                return resolved
        return self._resolved(known, None)

    def _resolved_concerning(
        self, things: Sequence[tuple[str, str]], known: Day | None, recorded: Moment | None
    ) -> Resolved:
        """What is known about some entities and deals; of a history that was not replayed, of their parts."""
        day = None if known is None else as_day(known)
        if things and recorded is None and (day, None) not in self._answers:
            self._read_in_without_sharing()
            resolved = None if self._partial is None else self._partial.concerning(things, day)
            if resolved is not None:
                return resolved
        return self._resolved(known, recorded)
