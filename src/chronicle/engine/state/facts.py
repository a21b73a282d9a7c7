"""The facts of a day, view by view, looked up in a ledger."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.resolver import Resolver
from chronicle.errors import NotFound, Problem, absent, nearest, printable

if TYPE_CHECKING:
    from chronicle.dates import PartialDate


@frozen(eq=False)
class Fact:
    """A value on the day of a state. ``certain`` is false on a day inside the window of its begin or end.

    It is also false when events make it doubtful whether the value still holds: those in ``doubted_by``.
    Facts are equal if view, key, value, certainty, since and events are; when they end does not matter, since
    that lies after the day.
    """

    span: Span
    certain: bool
    doubted_by: tuple[str, ...] = ()

    @property
    def view(self) -> str:
        """The name of the view."""
        return self.span.view

    @property
    def key(self) -> Key:
        """The key, whose parts ``views.KEYS`` names."""
        return self.span.key

    @property
    def value(self) -> Any:
        """The value."""
        return self.span.value

    @property
    def since(self) -> PartialDate:
        """The date of its begin."""
        return self.span.begin

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events that made it, causes first, and of those that make it doubtful."""
        found = self.span.events
        return tuple(dict.fromkeys((*found, *self.doubted_by))) if self.doubted_by else found

    def _answer(self) -> tuple[object, ...]:
        return self.view, self.key, self.value, self.certain, self.since, self.events

    def __eq__(self, other: object) -> bool:
        return self._answer() == other._answer() if isinstance(other, Fact) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._answer())


@frozen(eq=False, repr=False)
class FactsOfDay:
    """The values of all views on the day ``as_of``, by what was known on the day ``known`` (None: by all)."""

    as_of: datetime.date
    known: datetime.date | None
    _ledger: Ledger
    _assumed: frozenset[str] = frozenset()
    _resolver: Resolver | None = None

    # The facts of a view

    @property
    def views(self) -> tuple[str, ...]:
        """The names of the views, those of your own projectors last."""
        return self._ledger.views

    @paused_collector()
    def view(self, view: str, **parts: str) -> tuple[Fact, ...]:
        """The facts of a view, also of one of your own projector, in order of key.

        That a holder has nothing is given by ``share`` and ``beginning``, and is not in lists.
        ``parts`` select by named parts of the key: ``view("roles", person="zhang-jiajia")``.
        Raises ``NotFound`` (C606) for a view that no projector writes and for an unknown part of its key.
        """
        if view not in self._ledger.views:
            raise absent("C606", "view", view, self._ledger.views)
        wanted = {
            position: self._meant(view, position, part)
            for position, part in ((self._position(view, name), part) for name, part in parts.items())
        }
        return tuple(listed_facts(self._facts(view, wanted)))

    def _listed(self, view: str, keys: Collection[Key] | None) -> tuple[Fact, ...]:
        """The facts of some keys of a view, or of all, that lists have; in order of key."""
        if keys is None:
            return self.view(view)
        return tuple(listed_facts(fact for key in sorted(keys) for fact in self._cell(view, key)))

    @paused_collector()
    def naming(self, view: str, entity: str) -> tuple[Fact, ...]:
        """The facts of a view that name an entity, by its id, in key or value; in order of key.

        Empty for a view that no projector writes.
        """
        if view not in self._ledger.views:
            return ()
        entity = self._ledger.names.get(entity, entity)
        named = views.view_of(view).named
        keys = self._ledger.keys_naming(view, entity, named)
        return tuple(fact for fact in self._listed(view, [*keys]) if entity in named(fact.key, fact.value))

    def beginning(self, view: str, *parts: str) -> tuple[Fact, ...]:
        """The facts of a view whose keys begin with ``parts``, in order of key.

        Raises ``NotFound`` (C606) for a view that no projector writes.
        """
        spans = self._ledger.spans(view, *self._key(view, parts))
        return tuple(fact for key in sorted({span.key for span in spans}) for fact in self._cell(view, key))

    def of_subject(self, view: str, key: Key) -> tuple[Fact, ...]:
        """The facts that ``facts`` has of the keys of a view that begin with ``key``, ids alone, in order."""
        if view not in self._ledger.views:
            return ()
        return self._listed(view, [*self._ledger.beginning(view, key)])

    def cell(self, view: str, *key: str) -> tuple[Fact, ...]:
        """The facts of one key of a view, by ids alone: no part of the key is taken for a name."""
        return tuple(self._cell(view, key))

    def name(self, entity: str) -> str | None:
        """The name of an entity, by its id, on the day: the last one that is possible; None without any."""
        value: views.Name | None = self._last(views.NAMES, (entity,))
        return None if value is None else value.name

    def ended_by(self, view: str, key: Key) -> tuple[str, ...]:
        """Ids of the events by which values of a key ended by the day, or may have."""
        ended = (
            span
            for span in self._ledger.cell(view, key)
            if span.certain_until is not None and span.certain_until <= self.as_of
        )
        return tuple(span.ended_by for span in ended if span.ended_by is not None)

    def _meant(self, view: str, position: int, part: str) -> str:
        """``part`` of a key, as an id if it is the name of an entity or a deal."""
        if self._resolver is None or self._ledger.where(view, position, part):
            return part
        return self._resolver.part(views.KEYS[view][position], part, self.as_of)

    def _key(self, view: str, parts: Key) -> Key:
        if self._resolver is None or (parts and any(True for _ in self._ledger.cell(view, parts))):
            return parts
        return self._resolver.key(view, parts, self.as_of)

    def _position(self, view: str, name: str) -> int:
        names = views.KEYS.get(view, ())
        if name not in names:
            near = nearest(name, names)
            help = f"did you mean {near}?" if near else f"its parts are: {', '.join(names)}"
            message = f'the key of the view "{view}" has no part "{printable(name)}"'
            raise NotFound(Problem("C606", message, help=help if names else None))
        return names.index(name)

    def _facts(self, view: str, wanted: dict[int, str]) -> Iterator[Fact]:
        for key in sorted(self._keys(view, wanted)):
            yield from self._cell(view, key)

    def _keys(self, view: str, wanted: dict[int, str]) -> Iterable[Key]:
        if not wanted:
            return self._ledger.keys(view)
        (position, part), *others = wanted.items()
        found = self._ledger.where(view, position, part)
        return [
            key
            for key in found
            if all(key[at] == self._ledger.names.part(view, at, other) for at, other in others)
        ]

    def _cell(self, view: str, key: Key) -> Iterator[Fact]:
        for span in self._ledger.possible(view, key, self.as_of):
            doubted_by = span.doubted_by(self.as_of) if span.doubts else ()
            stated = self._with_basis(span) if self._assumed else span
            yield Fact(stated, span.certain(self.as_of), doubted_by)

    def _with_basis(self, span: Span) -> Span:
        """The span of a fact: its basis is ``assumed`` if an assumption is in its provenance."""
        basis = getattr(span.value, "basis", None)
        if basis is None or self._assumed.isdisjoint(span.events):
            return span
        return evolve(span, value=span.value._replace(basis="assumed"))

    def _where(self, view: str, parts: dict[str, str | None]) -> tuple[Fact, ...]:
        if view not in self._ledger.views:
            return ()
        return self.view(view, **{name: part for name, part in parts.items() if part is not None})

    def _last(self, view: str, key: Key) -> Any:
        found = list(self._cell(view, key))
        return found[-1].value if found else None

    # As a value

    def facts(self) -> tuple[Fact, ...]:
        """Every fact of every view on the day, view by view, in order of key; no holding of zero."""
        return tuple(listed_facts(self._every_fact()))

    @paused_collector()
    def _every_fact(self) -> tuple[Fact, ...]:
        return tuple(fact for view in self._ledger.views for fact in self._facts(view, {}))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FactsOfDay):
            return NotImplemented
        same_question = (self.as_of, self.known) == (other.as_of, other.known)
        return same_question and self._every_fact() == other._every_fact()

    def __hash__(self) -> int:
        return hash((self.as_of, self.known))


def listed_facts(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts that lists show: no holding of zero."""
    return (fact for fact in facts if views.is_listed(fact.view, fact.value))
