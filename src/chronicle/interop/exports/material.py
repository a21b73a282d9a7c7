"""What exports are made of: events as written and as known, the ledger, the state on a day, and names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from attrs import field, frozen

from chronicle.dates import DAWN, FOREVER, Day, Moment
from chronicle.engine import views
from chronicle.engine.replay import Ledger, Span
from chronicle.engine.replay.later import Later
from chronicle.engine.state import State
from chronicle.errors import absent
from chronicle.events import Event, knowledge, references
from chronicle.values import Source

Tell = Callable[[Event], str]
"""A function that gives an event as a sentence."""


def begun_by(span: Span) -> datetime.date:
    """The first day by which a value has begun; of one that is certain on no day, the last of its begin."""
    until = span.certain_until
    return span.certain_from if until is None or span.certain_from < until else span.begin.latest


@frozen(eq=False)
class Material:
    """What an export can use.

    ``written`` are all events by position, uncorrected, with corrections and declarations. ``told`` are the
    events that happened, as known, in the order of replay. ``ledger`` has every span, ``state`` is the answer
    for a day. ``view`` limits facts and spans to one view, ``entity`` (an id) and ``depth`` a diagram to
    what is at most so many ties away. ``for_spreadsheets`` has CSV in which no cell can be a formula.
    """

    written: Sequence[Event]
    told: Sequence[Event]
    ledger: Ledger
    state: State
    view: str | None = None
    entity: str | None = None
    depth: int | None = None
    for_spreadsheets: bool = False
    _tell: Tell | None = None
    _names: dict[str, tuple[Span, ...]] = field(factory=dict, init=False, repr=False)
    _sources: dict[str, tuple[Source, ...]] = field(factory=dict, init=False, repr=False)
    _known: dict[str, datetime.date] = field(factory=dict, init=False, repr=False)

    def tell(self, event: Event) -> str:
        """An event as a sentence: by the function of the caller, else as ``plainly``."""
        return self.plainly(event) if self._tell is None else self._tell(event)

    def plainly(self, event: Event) -> str:
        """An event as its kind and the names of the entities that it names."""
        mentioned = (identifier for _, what, identifier in references(event) if what == "entity")
        names = ", ".join(dict.fromkeys(self.name(entity, event.date.latest) for entity in mentioned))
        what = event.kind.replace(".", " ")
        return f"{what}: {names}" if names else what

    def name(self, entity: str, day: datetime.date) -> str:
        """What an entity is called on ``day``: its short name, else its name, else its id.

        A name that is only possible on the day is marked.
        """
        found: Span | None = None
        for span in self._spans_of(entity):
            if span.possible(day):
                found = span
        if found is None:
            return entity
        name: views.Name = found.value
        return (name.short or name.name) + ("" if found.certain(day) else " (name possible)")

    def called(self, entity: str, day: datetime.date) -> str | None:
        """The name of an entity on ``day`` in full, without a mark; None where it has none."""
        found = [span for span in self._spans_of(entity) if span.possible(day)]
        return found[-1].value.name if found else None

    def _spans_of(self, entity: str) -> tuple[Span, ...]:
        spans = self._names.get(entity)
        if spans is None:
            spans = self._names[entity] = self.ledger.cell(views.NAMES, (entity,))
        return spans

    def type_of(self, entity: str) -> str:
        """The last known type of an entity: ``company``, ``person`` ...; ``other`` when none is known."""
        kind: views.EntityKind | None = self.last(views.TYPES, entity)
        return "other" if kind is None else kind.type

    def last(self, view: str, entity: str) -> Any:
        """The last value of an entity in a view whose key is one entity, or None."""
        spans = self.ledger.cell(view, (entity,))
        return spans[-1].value if spans else None

    def sources(self, span: Span) -> tuple[Source, ...]:
        """The sources of the last event behind a span, which made its value."""
        if not self._sources:
            self._sources.update((event.id, event.sources) for event in self.written)
        return self._sources.get(span.events[-1], ())

    @property
    def dated(self) -> tuple[Event, ...]:
        """The events that happened and whose date has at least one end."""
        return tuple(
            event for event in self.told if event.date.earliest > DAWN or event.date.latest < FOREVER
        )

    def known(self, event: Event) -> datetime.date:
        """From which day an event could be known, as it was written, without its corrections."""
        return self.known_by(event.id)

    def known_by(self, id: str) -> datetime.date:
        """From which day the event with this id could be known; the first day there is for effects."""
        if not self._known:
            self._known.update((written.id, knowledge(written).day) for written in self.written)
        return self._known.get(id, DAWN)

    def views_asked(self) -> tuple[str, ...]:
        """The one view that was asked for, or all.

        Raises ``NotFound`` (C606) for a view that does not exist.
        """
        if self.view is None:
            return self.ledger.views
        if self.view not in self.ledger.views:
            raise absent("C606", "view", self.view, self.ledger.views)
        return (self.view,)

    def cells(self, view: str) -> Iterator[tuple[Span, ...]]:
        """The spans of each key of a view, in order of key, without those in which nothing is held."""
        for key in sorted(self.ledger.keys(view)):
            cell = self.ledger.cell(view, key)
            listed = tuple(span for span in cell if views.is_listed(view, span.value))
            if listed:
                yield listed

    def spans(self) -> Iterator[Span]:
        """The spans of the view that was asked for, or of all views, in order of key."""
        for view in self.views_asked():
            for cell in self.cells(view):
                yield from cell


def material(
    history: Any,
    day: Day | None = None,
    *,
    known: Day | None = None,
    recorded: Moment | None = None,
    view: str | None = None,
    entity: str | None = None,
    depth: int | None = None,
    for_spreadsheets: bool = False,
    tell: Tell | None = None,
) -> Material:
    """What a history gives to exports, with the state on ``day``, by default today.

    ``known`` and ``recorded`` are as in ``History.as_of``; ``view`` limits facts and spans to one view,
    ``entity``, an id or a name, a diagram to what is around it.
    Raises ``NotFound``: C606 for a view that no projector writes, C601 for an unknown entity.
    """
    state = history.as_of(datetime.date.today() if day is None else day, known, recorded)
    one = None if entity is None else history.resolver(known, recorded).entity(entity, state.as_of)
    asked = Material(
        # Read when a format needs them: rows of a replay have none, and facts and spans need none.
        written=cast("Sequence[Event]", Later(lambda: history.written(known, recorded))),
        told=cast("Sequence[Event]", Later(lambda: history.timeline(known=known, recorded=recorded))),
        ledger=history.ledger(known, recorded),
        state=state,
        view=view,
        entity=one,
        depth=depth,
        for_spreadsheets=for_spreadsheets,
        tell=tell,
    )
    asked.views_asked()
    return asked
