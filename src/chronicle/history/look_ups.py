"""What is looked up by a word: entities and deals, what one event moved, and who cites a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chronicle import events as kinds
from chronicle.dates import Day, Moment, as_day, as_moment
from chronicle.engine.gc_pause import paused_collector
from chronicle.errors import named_by
from chronicle.history.answers import Answers, found_answer
from chronicle.history.ownership import OwnershipQuestions

if TYPE_CHECKING:
    from chronicle.engine.conflicts import Conflict
    from chronicle.engine.diff.one_event import Moved
    from chronicle.engine.replay import Ledger
    from chronicle.engine.resolver.index import SearchIndex
    from chronicle.engine.resolver.search import SearchHit
    from chronicle.engine.resolver.sources import Cited
    from chronicle.events import Event


class LookUps(OwnershipQuestions):
    """The questions of ``OwnershipQuestions``, and those for what a word finds."""

    # The index that was made last, and the ledger of which it was made.
    _index: tuple[Ledger, SearchIndex] | None = None

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

        if text is not None:
            named_by(text)
        ledger = self.ledger(known, recorded)
        if known is None and recorded is None:
            return found_answer(search(ledger, text, self.entity_ids(), self.deal_ids()))
        # Ids are there whatever the day, so that by less knowledge only those count which have a name.
        return found_answer(search(ledger, text, (), [key[0] for key in ledger.keys("deals")]))

    @paused_collector()
    def search_index(self) -> SearchIndex:
        """What finds as ``search`` does by all that is known, made once for many searches."""
        from chronicle.engine.resolver.index import SearchIndex

        ledger = self.ledger()
        if self._index is None or self._index[0] is not ledger:
            self._index = ledger, SearchIndex.of(ledger, self.entity_ids(), self.deal_ids())
        return self._index[1]

    @paused_collector()
    def conflicts_about(self, entity: str, known: Day | None = None) -> tuple[Conflict, ...]:
        """Where sources disagree about ``entity``, an id or a name: the conflicts of which a claim names it.

        Of a history that was not replayed only what concerns it is. Raises ``NotFound`` (C601).
        """
        one = self.resolver(known).entity(entity)
        resolved = self._resolved_concerning([("entity", one)], known, None)
        id = resolved.visible.names.get(one, one)
        return tuple(
            conflict
            for conflict in resolved.conflicts
            if any(
                (what, named) == ("entity", id)
                for event in (conflict.chosen, *conflict.others)
                for _, what, named in kinds.references(event)
            )
        )

    def of_deal(
        self, deal: str, *, known: Day | None = None, recorded: Moment | None = None
    ) -> Sequence[Event]:
        """The events of a deal by its id, in the order of replay, as ``timeline`` gives those of every kind.

        Raises ``NotFound`` (C602) for an unknown one.
        """
        terms = None if known is None else as_day(known), None if recorded is None else as_moment(recorded)
        if terms in self._answers:
            return self._answers[terms].by_deal.get(deal, ())
        return self.timeline(deal=deal, kinds=kinds.KINDS, known=known, recorded=recorded)

    def several(
        self, events: Sequence[str], known: Day | None = None, recorded: Moment | None = None
    ) -> tuple[Event, ...]:
        """Some events by their ids, in this order, as corrected by what was known; without retracted ones.

        Raises ``NotFound`` (C608) for an id that does not exist.
        """
        for event in events:
            self.position(event)
        found = self._resolved_of(events, known, recorded).events
        return tuple(found[event] for event in events if event in found)

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

        resolved = self._resolved_of([event], known, recorded)
        return moved_by(resolved.ledger, event, [each for each in resolved.ordered if each.id == event])

    @paused_collector()
    def statements_about(
        self, event: str, *, known: Day | None = None, recorded: Moment | None = None
    ) -> tuple[Event, ...]:
        """The corrections and retractions of an event, by its id, in the order of replay.

        Raises ``NotFound`` (C608) for an id that does not exist.
        """
        self.position(event)
        told = self._resolved_of([event], known, recorded).told
        about = (each for each in told if isinstance(each, kinds.RecordCorrected | kinds.RecordRetracted))
        return tuple(each for each in about if each.target == event)

    def cited(
        self, text: str, *, known: Day | None = None, recorded: Moment | None = None
    ) -> tuple[Cited, ...]:
        """Every source with ``text`` in publisher, title or address, with the ids of the events that cite it.

        In the order of the first of these events. Retracted events are left out. Empty if there is none.
        """
        from chronicle.engine.resolver.sources import cited

        # What is cited needs no replay.
        return cited(text, self._visible(known, recorded).events)
