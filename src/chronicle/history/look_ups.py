"""What is looked up by a word: entities and deals, what one event moved, and who cites a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chronicle.dates import Day, Moment
from chronicle.engine.gc_pause import paused_collector
from chronicle.events import Event, RecordCorrected, RecordRetracted
from chronicle.history.answers import Answers, found_answer
from chronicle.history.ownership import OwnershipQuestions

if TYPE_CHECKING:
    from chronicle.engine.diff.one_event import Moved
    from chronicle.engine.resolver.search import SearchHit
    from chronicle.engine.resolver.sources import Cited


class LookUps(OwnershipQuestions):
    """The questions of ``OwnershipQuestions``, and those for what a word finds."""

    @paused_collector()
    def search(
        self, text: str | None = None, *, known: Day | None = None, recorded: Moment | None = None
    ) -> Answers[SearchHit]:
        """Every entity and deal that ``text`` may mean, what it fits best first; without a text all entities.

        Each word of it is looked for in the names of any day, in identifiers (as ``value`` or
        ``scheme:value``), ids and titles of deals, whatever case, accents and widths. Empty if there is none.
        The answer is a tuple; ``table()`` of it is for data frames.
        """
        from chronicle.engine.resolver.search import search

        ledger = self.ledger(known, recorded)
        if known is None and recorded is None:
            return found_answer(search(ledger, text, self.entity_ids(), self.deal_ids()))
        # Ids are there whatever the day, so that by less knowledge only those count which have a name.
        return found_answer(search(ledger, text, (), [key[0] for key in ledger.keys("deals")]))

    @paused_collector()
    def moved_by(
        self, event: str, *, known: Day | None = None, recorded: Moment | None = None
    ) -> tuple[Moved, ...]:
        """What an event changed, by its id: each fact that it began, ended or gave another value.

        Empty for one that confirms what stood, that does not count, or that was retracted. Raises
        ``NotFound`` (C608) for an id that does not exist.
        """
        self.position(event)
        from chronicle.engine.diff.one_event import moved_by

        resolved = self._resolved_of([event], known) if recorded is None else self._resolved(known, recorded)
        return moved_by(resolved.ledger, event, [each for each in resolved.ordered if each.id == event])

    @paused_collector()
    def statements_about(self, event: str, *, known: Day | None = None) -> tuple[Event, ...]:
        """The corrections and retractions of an event, by its id, in the order of replay.

        Raises ``NotFound`` (C608) for an id that does not exist.
        """
        self.position(event)
        told = self._resolved_of([event], known).told
        about = (each for each in told if isinstance(each, RecordCorrected | RecordRetracted))
        return tuple(each for each in about if each.target == event)

    def cited(
        self, text: str, *, known: Day | None = None, recorded: Moment | None = None
    ) -> tuple[Cited, ...]:
        """Every source with ``text`` in publisher, title or address, with the ids of the events that cite it.

        In the order of the first of these events. Retracted events are left out. Empty if there is none.
        """
        from chronicle.engine.resolver.sources import cited

        return cited(text, self._resolved(known, recorded).visible.events)
