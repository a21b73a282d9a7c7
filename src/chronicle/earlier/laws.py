"""Which law changed what an event does: of several the one that says most, and where to read of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from attrs import frozen

from chronicle import views
from chronicle.earlier.answers import Differing, Effect, begun_by
from chronicle.earlier.replaying import Earlier
from chronicle.events import Event, StakeObserved, overlap
from chronicle.knowledge import Resolved
from chronicle.replay import Cell, Span


class Law(NamedTuple):
    """Why an answer is another one: "for ...", and the section of docs/meanings.md that tells of it."""

    clause: str
    section: str


SENSE = Law("what makes sense decides the order", "What makes sense decides")
ORDERS = Law("several orders make as much sense", "Several orders that make sense")
ONE_DAY = Law("on one day an end comes before a new beginning", "The same day, the same month")
ENDS = Law("an end ends its own beginning", "An end ends its own beginning")
ZERO = Law("zero that is stated is a fact", "Zero that is stated is a fact")
GONE = Law("what names a company that is gone is in doubt", "What a company that is gone leaves")
AGREES = Law("an observation that agrees confirms", "An observation that agrees")
LATER = Law("only claims of one time are rivals", "A later observation")
LOTS = Law("records of one publisher add up", "Lots")
ONCE = Law("several tell of one happening", "One happening, several tellers")
NO_ZERO = Law("nobody holds zero shares", "Smaller laws")
CORRECTIONS = Law("corrections go by their own date", "Smaller laws")


@frozen
class Laws:
    """What is known of two replays, to tell the law by which an event does something else."""

    earlier: Earlier
    now: Resolved
    differing: Differing

    def of(self, event: str, cell: Cell) -> Law:
        """The law that changed what an event does to a cell."""
        return next(self._found(event, cell), None) or self._inherited(event) or SENSE

    def _found(self, event: str, cell: Cell) -> Iterator[Law]:
        """The laws that are seen at work in what an event does, those that say most first."""
        told = self.now.events.get(event)
        was, now = (
            [effect for effect in effects.get(event, ()) if effect.cell == cell]
            for effects in (self.differing.earlier, self.differing.now)
        )
        if told is not None and told != self.earlier.events.get(event, told):
            yield CORRECTIONS
        if event in self._counted_once:
            yield ONCE
        if getattr(told, "lot", None) is not None:
            yield LOTS
        if told is not None and told.ends is not None:
            yield ENDS
        if (event in self.now.settled.set_aside) != (event in self.earlier.set_aside):
            yield LATER
        if any(effect.does == "doubts" for effect in now):
            yield GONE
        if any(_is_none(effect) for effect in now):
            yield ZERO
        if isinstance(told, StakeObserved) and self._confirms(told):
            yield AGREES
        if any(_is_none(effect) or _has_no_shares(effect) for effect in was):
            yield NO_ZERO
        if event in self._guessed or (told is not None and any(_is_late(effect, told) for effect in now)):
            yield ORDERS
        if told is not None:
            yield from self._by_order(told)

    def _by_order(self, told: Event) -> Iterator[Law]:
        others = [other for other in self._beside(told.id) if overlap(told, other)]
        if any(other.date.order == told.date.order for other in others):
            yield ONE_DAY if told.date.earliest == told.date.latest or self._ends_first(told.id) else SENSE
        if others or self._is_cut(told):
            yield SENSE

    def _ends_first(self, event: str) -> bool:
        """Whether it is the end of what stood before, among events of one month or year."""
        cells = self.differing.events.get(event, ())
        return any(effect.does == "ends" and effect.cell in cells for effect in self._all_effects)

    @cached_property
    def _all_effects(self) -> frozenset[Effect]:
        return frozenset(effect for does in self.differing.now.values() for effect in does)

    def _is_cut(self, told: Event) -> bool:
        """Whether what it does comes about in a narrower window than its date."""
        return any(
            effect.does != "doubts" and (effect.first, effect.last) != (told.date.earliest, told.date.latest)
            for effect in self.differing.now.get(told.id, ())
        )

    def _inherited(self, event: str) -> Law | None:
        """The law that changed what the value was made from: where the event itself does as before."""
        for cell in self.differing.events.get(event, ()):
            for span in (*self.now.ledger.cell(*cell), *self.earlier.ledger.cell(*cell)):
                if begun_by(span) == event:
                    for cause in span.events:
                        law = self._own.get(cause) if cause != event else None
                        if law is not None:
                            return law
            law = next((self._own[other.id] for other in self._beside(event) if other.id in self._own), None)
            if law is not None:
                return law
        return None

    @cached_property
    def _own(self) -> Mapping[str, Law]:
        found = (
            (event, next(self._found(event, cells[0]), None))
            for event, cells in self.differing.events.items()
        )
        return {event: law for event, law in found if law is not None}

    @cached_property
    def _counted_once(self) -> frozenset[str]:
        once = (conflict for conflict in self.now.settled.conflicts if conflict.once)
        told = {event.id for conflict in once for event in (conflict.chosen, *conflict.others)}
        return frozenset(told | self.now.doubtful)

    @cached_property
    def _guessed(self) -> frozenset[str]:
        return frozenset(event for guess in self.now.ledger.guesses for event in guess.events)

    def _confirms(self, seen: StakeObserved) -> bool:
        """Whether an observation is behind a value that another event made, or that is not what it says."""
        for span in self._spans(self.differing.events.get(seen.id, ())):
            if seen.id in span.events and (begun_by(span) != seen.id or span.value.share != seen.holds):
                return True
        return False

    def _beside(self, event: str) -> Iterator[Event]:
        """The other events that do something to the cells in which an event has another answer."""
        cells = self.differing.events.get(event, ())
        ids: dict[str, None] = {}
        for cell in cells:
            for span in (*self.earlier.ledger.cell(*cell), *self.now.ledger.cell(*cell)):
                ids.update(dict.fromkeys((*span.events, *filter(None, (span.ended_by,)))))
        return (self.now.events[each] for each in ids if each != event and each in self.now.events)

    def _spans(self, cells: Iterable[Cell]) -> Iterator[Span]:
        return (span for cell in cells for span in self.now.ledger.cell(*cell))


def _is_none(effect: Effect) -> bool:
    return effect.cell[0] == views.HOLDINGS and effect.does == "begins" and effect.value.share.is_nothing


def _is_late(effect: Effect, told: Event) -> bool:
    """Whether a value is certain only after the last day of the event that makes it."""
    return effect.does == "begins" and effect.last is not None and effect.last > told.date.latest


def _has_no_shares(effect: Effect) -> bool:
    return effect.cell[0] == views.HOLDINGS and effect.does == "begins" and effect.value.shares == 0
