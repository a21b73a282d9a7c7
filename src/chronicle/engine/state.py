"""The answer for one day (of valid time): what was so, what may have been so, and the events behind it.

A state looks its answers up in a ledger. It is immutable; two states are equal when they answer the
same for the same day.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from attrs import evolve, frozen

from chronicle.dates import DAWN, PartialDate
from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import Cell, Key, Ledger, Span
from chronicle.engine.resolver import Resolver
from chronicle.engine.tables import (
    Table,
    deals_table,
    entities_table,
    facts_table,
    holdings_table,
    units_table,
)
from chronicle.engine.views import Stage
from chronicle.errors import NotFound, Problem, absent
from chronicle.values import NOTHING, Share, more_than_whole


@frozen(eq=False)
class Fact:
    """A value on the day of a state. ``certain`` is false on a day inside the window of its begin or end.

    It is false as well when events make it doubtful whether the value still stands: those in ``doubted_by``.
    Facts are equal when view, key, value, certainty, since and events are: not when they end, which
    lies ahead of the day.
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


@frozen
class Holding:
    """A share of a right in a target. ``basis`` says whether a source gave it or it was worked out."""

    holder: str
    target: str
    right: str
    share: Share
    shares: int | None
    basis: views.Basis
    stale: bool
    certain: bool
    since: PartialDate
    events: tuple[str, ...]
    doubted_by: tuple[str, ...] = ()


@frozen
class Excess:
    """That more is held of a right in a target than there is: ``share``, or at least so if not ``exact``."""

    target: str
    right: str
    share: Share
    exact: bool
    holders: tuple[str, ...]


@frozen
class Unit:
    """A business unit and an owner of it."""

    unit: str
    owner: str
    certain: bool
    since: PartialDate
    events: tuple[str, ...]
    doubted_by: tuple[str, ...] = ()


@frozen
class Deal:
    """A deal and the stage that it has reached."""

    deal: str
    title: str
    stage: Stage
    parties: tuple[str, ...]
    binding: bool
    reason: str | None
    certain: bool
    since: PartialDate
    events: tuple[str, ...]
    doubted_by: tuple[str, ...] = ()


@frozen
class Entity:
    """An entity by the name that it had on the day.

    ``status`` is None where no event says that it was founded or ended. ``certain`` is about the
    name. ``identifiers`` are pairs (scheme, value) valid on the day; ``possible_identifiers`` those of
    them that are only possible.
    """

    entity: str
    name: str
    short: str | None
    type: str | None
    jurisdiction: str | None
    status: str | None
    identifiers: tuple[tuple[str, str], ...]
    certain: bool
    since: PartialDate
    events: tuple[str, ...]
    possible_identifiers: tuple[tuple[str, str], ...] = ()


@frozen(eq=False, repr=False)
class State:
    """What was so on ``as_of`` (a day), going by what was known on ``known`` (None: by all that is known).

    A day inside the window of a change has both values, the one before and the one after, each with
    ``certain`` false.

    Where a question names an entity or a deal it takes an id, a name or an identifier of the day, or of any
    day, or a title. What nobody is called raises ``NotFound`` (C601, C602) with what is nearest.
    """

    as_of: datetime.date
    known: datetime.date | None
    _ledger: Ledger
    _assumed: frozenset[str] = frozenset()
    _resolver: Resolver | None = None

    # What a view holds on the day

    @property
    def views(self) -> tuple[str, ...]:
        """The names of the views, those of your own projectors last."""
        return self._ledger.views

    @paused_collector()
    def view(self, view: str, **parts: str) -> tuple[Fact, ...]:
        """The facts of any view, that of your own projector too, in order of key.

        That a holder has nothing is known to ``share`` and ``beginning``, and is not in lists.
        ``parts`` narrow it down by the named parts of the key: ``view("roles", person="zhang-jiajia")``.
        Raises ``NotFound`` (C606) for a view that no projector writes and for a part that its key has not.
        """
        if view not in self._ledger.views:
            raise absent("C606", "view", view, self._ledger.views)
        wanted = {
            position: self._meant(view, position, part)
            for position, part in ((self._position(view, name), part) for name, part in parts.items())
        }
        return tuple(_listed(self._facts(view, wanted)))

    def beginning(self, view: str, *parts: str) -> tuple[Fact, ...]:
        """The facts of a view whose keys begin with ``parts``, in order of key.

        Raises ``NotFound`` (C606) for a view that no projector writes.
        """
        spans = self._ledger.spans(view, *self._key(view, parts))
        return tuple(fact for key in sorted({span.key for span in spans}) for fact in self._cell(view, key))

    def ended_by(self, view: str, key: Key) -> tuple[str, ...]:
        """Ids of the events by which values of a key came to their ends by the day, or may have."""
        ended = (
            span
            for span in self._ledger.cell(view, key)
            if span.certain_until is not None and span.certain_until <= self.as_of
        )
        return tuple(span.ended_by for span in ended if span.ended_by is not None)

    def _meant(self, view: str, position: int, part: str) -> str:
        """``part`` of a key as an id, where it is the name of an entity or a deal."""
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
            raise absent("C606", f'part of a key of the view "{view}"', name, names)
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
            if all(key[at] == self._ledger.names.get(other, other) for at, other in others)
        ]

    def _cell(self, view: str, key: Key) -> Iterator[Fact]:
        for span in self._ledger.cell(view, key):
            if span.possible(self.as_of):
                doubted_by = span.doubted_by(self.as_of) if span.doubts else ()
                yield Fact(self._with_basis(span), span.certain(self.as_of), doubted_by)

    def _with_basis(self, span: Span) -> Span:
        """The span of a fact: what rests on an assumption is assumed, however it was reckoned."""
        basis = getattr(span.value, "basis", None) if self._assumed else None
        if basis is None or self._assumed.isdisjoint(span.events):
            return span
        return evolve(span, value=span.value._replace(basis="assumed"))

    # Holdings

    def share(self, holder: str, target: str, right: str = "equity") -> Share | None:
        """What ``holder`` has of ``target``, or None for nothing. The unknown share is a share.

        Where a source says that nothing is held, it is the share 0 and not None.
        On a day inside the window of a change it is the value that begins last. Its ``certain`` is
        false whenever the day is not sure.
        """
        key = self._key(views.HOLDINGS, (holder, target, right))
        found = list(self._cell(views.HOLDINGS, key))
        return _share(found[-1]) if found else None

    def candidates(self, holder: str, target: str, right: str = "equity") -> tuple[Share | None, ...]:
        """Every answer that ``share`` could give on this day, oldest first; None stands for nothing."""
        key = self._key(views.HOLDINGS, (holder, target, right))
        found = list(self._course((views.HOLDINGS, key)))
        certain = any(fact.certain for fact in found if fact is not None)
        shares: list[Share | None] = []
        for fact in found:
            if fact is not None:
                shares.append(_share(fact))
            # Something that surely stands leaves no room for nothing, whatever the windows around it say.
            elif not certain and (not shares or shares[-1] is not None):
                shares.append(None)
        return tuple(shares)

    def _course(self, cell: Cell) -> list[Fact | None]:
        """What a cell may hold on the day, in order of replay: the facts, and None for the times between."""
        course = list(self._between(self._ledger.cell(*cell)))
        nothing = self._ledger.nothing_on(cell, self.as_of)
        if nothing is not None and nothing.first:
            course.insert(0, None)
        if nothing is not None and nothing.last:
            course.append(None)
        if nothing is not None and None not in course:
            course.insert(max(0, len(course) - 1), None)
        return course

    def _between(self, spans: Iterable[Span]) -> Iterator[Fact | None]:
        # Of the time before the first span nothing is known, so that there was nothing since the dawn.
        nothing_since: datetime.date | None = DAWN
        for span in spans:
            if nothing_since is not None and nothing_since <= self.as_of < span.certain_from:
                yield None
            if span.possible(self.as_of):
                doubted_by = span.doubted_by(self.as_of)
                yield Fact(span, span.certain(self.as_of), doubted_by)
                if doubted_by:
                    yield None
            nothing_since = span.certain_until if span.ends_in_nothing else None
        if nothing_since is not None and nothing_since <= self.as_of:
            yield None

    @paused_collector()
    def holdings(
        self, holder: str | None = None, target: str | None = None, right: str | None = None
    ) -> tuple[Holding, ...]:
        """The holdings on the day, by holder, target and right, those only possible included."""
        parts = {"holder": holder, "target": target, "right": right}
        return tuple(self._holding(fact) for fact in self._where(views.HOLDINGS, parts))

    def _holding(self, fact: Fact) -> Holding:
        holder, target, right = fact.key
        stake: views.Stake = fact.value
        return Holding(
            holder,
            target,
            right,
            *stake,
            fact.certain,
            fact.since,
            fact.events,
            fact.doubted_by,
        )

    def above_the_whole(self, *targets: str) -> tuple[Excess, ...]:
        """The rights of which more is certainly held on the day than there is: of ``targets``, or of all.

        Measured as ``check`` measures it: of a range its lower end counts, and a stale share not at all.
        """
        groups: defaultdict[tuple[str, str], list[Holding]] = defaultdict(list)
        for target in dict.fromkeys(targets) or (None,):
            for holding in self.holdings(target=target):
                if holding.certain and not holding.stale and holding.share.minimum:
                    groups[holding.target, holding.right].append(holding)
        found = (_excess(*what, held) for what, held in sorted(groups.items()))
        return tuple(excess for excess in found if excess is not None)

    # Units, deals, entities

    @paused_collector()
    def units(self, unit: str | None = None, owner: str | None = None) -> tuple[Unit, ...]:
        """The business units on the day and their owners, in order of unit."""
        found = self._where(views.UNITS, {"unit": unit, "owner": owner})
        return tuple(_unit(fact) for fact in found)

    @paused_collector()
    def deals(self, deal: str | None = None, stage: Stage | None = None) -> tuple[Deal, ...]:
        """The deals that had come up by the day, with the stage that each had reached."""
        found = self._where(views.DEALS, {"deal": deal})
        return tuple(_deal(fact) for fact in found if stage in (None, fact.value.stage))

    def entity(self, entity: str) -> Entity:
        """One entity, by its id or a name. Raises ``NotFound`` (C601) for one that no event introduces."""
        names = list(self._cell(views.NAMES, (entity,)))
        if not names and self._resolver is not None:
            entity = self._resolver.entity(entity, self.as_of)
            names = list(self._cell(views.NAMES, (entity,)))
        if names:
            return self._entity(entity, names[-1])
        if any(True for _ in self._ledger.cell(views.NAMES, (entity,))):
            raise _not_yet(entity, self.as_of)
        known = (key[0] for key in self._ledger.keys(views.NAMES))
        raise absent("C601", "entity", entity, known)

    @paused_collector()
    def find(self, word: str) -> tuple[Entity, ...]:
        """The entities that ``word`` means on the day, in order of id: by id, identifier or name.

        An identifier is given as its value or as ``scheme:value``, to the letter; a name, long or
        short, in upper or lower case. A ticker that was used again, or a name that moved on, means
        whoever had it on the day. None at all is no error.
        """
        scheme, _, value = word.partition(":")
        keys = list(self._ledger.where(views.IDENTIFIERS, 2, word))
        keys += [key for key in self._ledger.where(views.IDENTIFIERS, 2, value) if key[1] == scheme]
        found = {key[0] for key in keys for _ in self._cell(views.IDENTIFIERS, key)}
        folded = word.casefold()
        for key in self._ledger.keys(views.NAMES):
            names = (fact.value for fact in self._cell(views.NAMES, key))
            if key[0] == word or any(folded in _folded(name) for name in names):
                found.add(key[0])
        named = ((id, list(self._cell(views.NAMES, (id,)))) for id in sorted(found))
        return tuple(self._entity(id, names[-1]) for id, names in named if names)

    @paused_collector()
    def entities(self) -> tuple[Entity, ...]:
        """Every entity that has a name on the day, in order of id."""
        keys = sorted(self._ledger.keys(views.NAMES))
        named = ((key, list(self._cell(views.NAMES, key))) for key in keys)
        return tuple(self._entity(key[0], names[-1]) for key, names in named if names)

    def _entity(self, entity: str, name: Fact) -> Entity:
        kind = self._last(views.TYPES, (entity,)) or views.EntityKind("other")
        status = self._last(views.STATUS, (entity,))
        identifiers = self._where(views.IDENTIFIERS, {"entity": entity})
        return Entity(
            entity=entity,
            name=name.value.name,
            short=name.value.short,
            type=kind.type,
            jurisdiction=kind.jurisdiction,
            status=None if status is None else status.status,
            identifiers=tuple((fact.key[1], fact.key[2]) for fact in identifiers),
            certain=name.certain,
            since=name.since,
            events=name.events,
            possible_identifiers=tuple(
                (fact.key[1], fact.key[2]) for fact in identifiers if not fact.certain
            ),
        )

    def _last(self, view: str, key: Key) -> Any:
        found = list(self._cell(view, key))
        return found[-1].value if found else None

    # Ties

    def listings(self, entity: str | None = None) -> tuple[Fact, ...]:
        """Where shares trade on the day: keys (entity, exchange), values ``views.Listing``."""
        return self._where(views.LISTINGS, {"entity": entity})

    def control(self, controller: str | None = None, target: str | None = None) -> tuple[Fact, ...]:
        """Who controls whom on the day: keys (controller, target, basis)."""
        return self._where(views.CONTROL, {"controller": controller, "target": target})

    def roles(self, person: str | None = None, entity: str | None = None) -> tuple[Fact, ...]:
        """Who has which role on the day: keys (person, entity, role)."""
        return self._where(views.ROLES, {"person": person, "entity": entity})

    def partnerships(self, party: str | None = None) -> tuple[Fact, ...]:
        """Who does what together on the day: values ``views.Partnership``."""
        found = self._where(views.PARTNERSHIPS, {})
        if party is not None and self._resolver is not None:
            party = self._resolver.entity(party, self.as_of)
        return tuple(fact for fact in found if party is None or party in fact.value.parties)

    def projects(self, project: str | None = None) -> tuple[Fact, ...]:
        """Projects that are out on the day: keys (project, where), values ``views.Release``."""
        return self._where(views.PROJECTS, {"project": project})

    def memberships(self, entity: str | None = None, group: str | None = None) -> tuple[Fact, ...]:
        """Who belongs to which group on the day: keys (entity, group)."""
        return self._where(views.MEMBERSHIPS, {"entity": entity, "group": group})

    def shares(self, issuer: str) -> int | None:
        """How many shares ``issuer`` has in issue on the day, None where nobody has said."""
        count = self._last(views.SHARES, self._key(views.SHARES, (issuer,)))
        return None if count is None else count.total

    def _where(self, view: str, parts: dict[str, str | None]) -> tuple[Fact, ...]:
        if view not in self._ledger.views:
            return ()
        return self.view(view, **{name: part for name, part in parts.items() if part is not None})

    # As tables, for data frames

    def table(self, view: str) -> Table:
        """The facts of any view as a table, one a row: key, value, certainty, since, events.

        Its texts are categories to a data frame. Raises ``NotFound`` (C606) for a view that no projector
        writes.
        """
        if view not in self._ledger.views:
            raise absent("C606", "view", view, self._ledger.views)
        kept: Table | None = self._ledger.table(view, self.as_of, lambda: self.view(view))
        return facts_table(view, self.view(view)) if kept is None else kept

    def holdings_table(self) -> Table:
        """The holdings on the day as a table: ``polars.DataFrame(state.holdings_table())``."""
        return holdings_table(self.holdings())

    def units_table(self) -> Table:
        """The business units on the day and their owners as a table."""
        return units_table(self.units())

    def deals_table(self) -> Table:
        """The deals that had come up by the day as a table."""
        return deals_table(self.deals())

    def entities_table(self) -> Table:
        """The entities that have a name on the day as a table."""
        return entities_table(self.entities())

    # As a value

    def facts(self) -> tuple[Fact, ...]:
        """Every fact of every view on the day, view by view, in order of key; no holding of nothing."""
        return tuple(_listed(self._every_fact()))

    @paused_collector()
    def _every_fact(self) -> tuple[Fact, ...]:
        return tuple(fact for view in self._ledger.views for fact in self._facts(view, {}))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        same_question = (self.as_of, self.known) == (other.as_of, other.known)
        return same_question and self._every_fact() == other._every_fact()

    def __hash__(self) -> int:
        return hash((self.as_of, self.known))

    def __repr__(self) -> str:
        known = "" if self.known is None else f" known {self.known}"
        return (
            f"<State as of {self.as_of}{known}: {len(self.holdings())} holdings, "
            f"{len(self.units())} units, {len(self.deals())} deals>"
        )

    def _repr_html_(self) -> str:
        known = "" if self.known is None else f", as known on {self.known}"
        rows = "".join(_html_row(cells) for cells in self._table())
        head = "".join(f"<th>{name}</th>" for name in ("who", "what", "of", "sure", "since"))
        return (
            f"<table><caption>As of {self.as_of}{known}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _table(self) -> Iterator[tuple[str, ...]]:
        for holding in self.holdings():
            what = f"{holding.share} {holding.right}"
            yield (holding.holder, what, holding.target, _sure(holding.certain), str(holding.since))
        for unit in self.units():
            yield (unit.owner, "unit", unit.unit, _sure(unit.certain), str(unit.since))
        for deal in self.deals():
            yield (", ".join(deal.parties), deal.stage, deal.title, _sure(deal.certain), str(deal.since))


def _listed(facts: Iterable[Fact]) -> Iterator[Fact]:
    return (fact for fact in facts if views.is_listed(fact.view, fact.value))


def _folded(name: views.Name) -> tuple[str, ...]:
    return tuple(word.casefold() for word in (name.name, name.short) if word)


def _sure(certain: bool) -> str:
    return "certain" if certain else "possible"


def _html_row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _share(fact: Fact) -> Share:
    stake: views.Stake = fact.value
    return evolve(stake.share, certain=fact.certain)


def _excess(target: str, right: str, held: list[Holding]) -> Excess | None:
    total = sum((holding.share.minimum or NOTHING for holding in held), NOTHING)
    shares = [holding.share for holding in held]
    if not more_than_whole(total, shares):
        return None
    holders = tuple(holding.holder for holding in held)
    return Excess(target, right, Share.exact(total), all(share.is_exact for share in shares), holders)


def _unit(fact: Fact) -> Unit:
    unit, owner = fact.key
    return Unit(unit, owner, fact.certain, fact.since, fact.events, fact.doubted_by)


def _deal(fact: Fact) -> Deal:
    stage: views.DealStage = fact.value
    return Deal(fact.key[0], *stage, fact.certain, fact.since, fact.events, fact.doubted_by)


def _not_yet(entity: str, day: datetime.date) -> NotFound:
    return NotFound(Problem("C601", f'no name of "{entity}" is known for {day}', help="ask for a later day"))
