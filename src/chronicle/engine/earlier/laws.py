"""Which rule changed what an event does: of several the most specific, and where it is documented."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import NamedTuple

from attrs import field, frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.earlier.answers import ChangedFact, Differing, log_of
from chronicle.engine.earlier.replaying import Earlier
from chronicle.engine.knowledge import Resolved
from chronicle.engine.replay import Cell, Change
from chronicle.events import Event, StakeObserved


class Law(NamedTuple):
    """Why an answer is another one: "for ...", and the section of docs/meanings.md about it."""

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
LINKED = Law("only entities are linked", "Smaller laws")
CORRECTIONS = Law("corrections go by their own date", "Smaller laws")


@frozen(eq=False)
class Laws:
    """What is known of two replays, to find the rule by which an event does something else."""

    earlier: Earlier
    now: Resolved
    differing: Differing
    # Computed once for each cell.
    _known_windows: dict[Cell, tuple[Set[str], Set[str]]] = field(factory=dict, init=False)
    _known_heirs: dict[Cell, Mapping[str, Law]] = field(factory=dict, init=False)

    def of(self, event: str, cell: Cell) -> Law:
        """The rule that changed what an event does to a cell."""
        return next(self._found(event, cell), None) or self._inherited(event) or SENSE

    def _found(self, event: str, cell: Cell) -> Iterator[Law]:
        """The rules that show in what an event does, the most specific first."""
        told = self.now.events.get(event)
        was, now = (
            [effect for effect in effects.get(event, ()) if effect.cell == cell]
            for effects in (self.differing.earlier, self.differing.now)
        )
        if told is not None and told != self.earlier.events.get(event, told):
            yield CORRECTIONS
        if self.earlier.ledger.names.key(*cell) != cell[1]:
            yield LINKED
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
        cells = [self._windows(cell) for cell in self.differing.events.get(told.id, ())]
        overlapping = any(told.id in found for found, _ in cells)
        if any(told.id in equal for _, equal in cells):
            ends = not self._ending.isdisjoint(self.differing.events[told.id])
            yield ONE_DAY if ends or told.date.earliest == told.date.latest else SENSE
        if overlapping or self._is_cut(told):
            yield SENSE

    @cached_property
    def _ending(self) -> frozenset[Cell]:
        """The cells in which something ends."""
        does = (effect for effects in self.differing.now.values() for effect in effects)
        return frozenset(effect.cell for effect in does if effect.does == "ends")

    def _windows(self, cell: Cell) -> tuple[Set[str], Set[str]]:
        """The events of a cell whose windows overlap another's, and those whose window equals another's."""
        if cell not in self._known_windows:
            dates = {event: self.now.events[event].date for event in self._events_of(cell)}
            self._known_windows[cell] = _overlapping(dates), _sharing(dates)
        return self._known_windows[cell]

    def _events_of(self, cell: Cell) -> Iterator[str]:
        logs = (change.event for log in self._logs(cell) for change in log)
        return (event for event in dict.fromkeys(logs) if event in self.now.events)

    def _logs(self, cell: Cell) -> Iterator[Sequence[Change]]:
        for ledger in (self.earlier.ledger, self.now.ledger):
            yield from (log_of(span) for span in ledger.cell(*cell)[:1])

    def _is_cut(self, told: Event) -> bool:
        """Whether an effect of an event comes about in a narrower window than the date of the event."""
        return any(
            effect.does != "doubts" and (effect.first, effect.last) != (told.date.earliest, told.date.latest)
            for effect in self.differing.now.get(told.id, ())
        )

    def _inherited(self, event: str) -> Law | None:
        """The rule that changed the value from which an event made its own, where the event does the same."""
        for cell in self.differing.events.get(event, ()):
            if cell not in self._known_heirs:
                self._known_heirs[cell] = self._heirs(cell)
            if event in self._known_heirs[cell]:
                return self._known_heirs[cell][event]
        return None

    def _heirs(self, cell: Cell) -> Mapping[str, Law]:
        """For each event of a cell the rule of the last one before it, or of what it was made from."""
        found: dict[str, Law] = {}
        for log in self._logs(cell):
            law: Law | None = None
            for change in log:
                for other in change.made_from:
                    laws = (self._own[each] for each in self._changed_in.get(other, ()) if each in self._own)
                    law = next(laws, law)
                law = self._own.get(change.event, law)
                if law is not None:
                    found.setdefault(change.event, law)
        return found

    @cached_property
    def _changed_in(self) -> Mapping[Cell, Sequence[str]]:
        """By cell the events that have another answer there."""
        found: defaultdict[Cell, list[str]] = defaultdict(list)
        for event, cells in self.differing.events.items():
            for cell in cells:
                found[cell].append(event)
        return found

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
        """Whether an observation confirmed a value, or led to another share than it states."""
        for cell in self.differing.events.get(seen.id, ()):
            for span in self.now.ledger.cell(*cell)[:1]:
                own = [change for change in log_of(span) if change.event == seen.id]
                if any(change.operation == "confirm" for change in own):
                    return True
                if any(change.value is not None and change.value.share != seen.holds for change in own):
                    return True
        return False


def _overlapping(dates: Mapping[str, PartialDate]) -> Set[str]:
    """The ids of the events whose windows overlap that of another."""
    found: set[str] = set()
    last: str | None = None
    for event in sorted(dates, key=lambda event: dates[event].earliest):
        if last is not None and dates[event].earliest <= dates[last].latest:
            found.update((event, last))
        if last is None or dates[event].latest > dates[last].latest:
            last = event
    return found


def _sharing(dates: Mapping[str, PartialDate]) -> Set[str]:
    """The ids of the events that have the same window as another."""
    count = Counter(date.order for date in dates.values())
    return {event for event, date in dates.items() if count[date.order] > 1}


def _is_none(effect: ChangedFact) -> bool:
    return effect.cell[0] == views.HOLDINGS and effect.does == "begins" and effect.value.share.is_nothing


def _is_late(effect: ChangedFact, told: Event) -> bool:
    """Whether a value is certain only after the last day of the event that makes it."""
    return effect.does == "begins" and effect.last is not None and effect.last > told.date.latest


def _has_no_shares(effect: ChangedFact) -> bool:
    return effect.cell[0] == views.HOLDINGS and effect.does == "begins" and effect.value.shares == 0
