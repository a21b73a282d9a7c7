"""The answer for one day of valid time: what was so, what may have been so, and the events behind it.

A state looks its answers up in a ledger. It is immutable; two states are equal when they give the same
answers for the same day and the same knowledge.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, get_args

from chronicle.engine import tables, views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.state.facts import Fact
from chronicle.engine.state.rules import RulesOfDay
from chronicle.engine.views import Stage
from chronicle.errors import NotFound, Problem, absent, named_by, one_of
from chronicle.errors.exports import exported
from chronicle.events import Right
from chronicle.ownership.majority import MAJORITY
from chronicle.values import Share, parse_share

if TYPE_CHECKING:
    from chronicle.engine.state.answers import Deal, Entity, Excess, Holding, Unit
    from chronicle.engine.state.graph import OwnershipGraph
    from chronicle.engine.state.owners import Declared, Effective, Group, Owner
    from chronicle.engine.tables import Table

__all__ = [
    "Deal",
    "Declared",
    "Effective",
    "Entity",
    "Excess",
    "Fact",
    "Group",
    "Holding",
    "Owner",
    "State",
    "Unit",
]


__getattr__ = exported(
    __name__,
    {
        "answers": ("Deal", "Entity", "Excess", "Holding", "Unit"),
        "owners": ("Declared", "Effective", "Group", "Owner"),
    },
)


class State(RulesOfDay):
    """What was so on the day ``as_of``, by what was known on the day ``known`` (None: by all that is known).

    A day inside the window of a change has both values, the one before and the one after, each with
    ``certain`` false.

    Where a question names an entity or a deal it takes an id, a name or an identifier of the day, or of any
    day, or a title. An unknown one raises ``NotFound`` (C601, C602) with the nearest.
    """

    __slots__ = ()

    # Units, deals, entities

    @paused_collector()
    def units(self, unit: str | None = None, owner: str | None = None) -> tuple[Unit, ...]:
        """The business units on the day and their owners, in order of unit."""
        from chronicle.engine.state.answers import unit_of

        found = self._where(views.UNITS, {"unit": unit, "owner": owner})
        return tuple(unit_of(fact) for fact in found)

    @paused_collector()
    def deals(self, deal: str | None = None, stage: Stage | None = None) -> tuple[Deal, ...]:
        """The deals known on the day, each with the stage that it has reached.

        Raises ``InvalidValue`` (C211) for a stage that no deal has.
        """
        from chronicle.engine.state.answers import deal_of

        found = self._where(views.DEALS, {"deal": deal})
        if stage is not None:
            one_of(stage, get_args(Stage))
        return tuple(deal_of(fact) for fact in found if stage in (None, fact.value.stage))

    def entity(self, entity: str) -> Entity:
        """One entity, by its id or a name. Raises ``NotFound`` (C601) if it has no name on the day."""
        named_by(entity)
        entity = self._ledger.names.get(entity, entity)
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

        An identifier is given as its value or as ``scheme:value``, in this spelling; a name, long or
        short, in any case. A ticker or a name that passed to another entity means the one that had it on
        the day. Empty if there is none.
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
        from chronicle.engine.state.answers import Entity

        kind = self._last(views.TYPES, (entity,)) or views.EntityKind("other")
        statuses = list(self._cell(views.STATUS, (entity,)))
        # Several events may give one identifier, each for a time of its own.
        identifiers: dict[tuple[str, str], bool] = {}
        for fact in self._where(views.IDENTIFIERS, {"entity": entity}):
            said = fact.key[1], fact.key[2]
            identifiers[said] = fact.certain or identifiers.get(said, False)
        return Entity(
            entity=entity,
            name=name.value.name,
            short=name.value.short,
            type=kind.type,
            jurisdiction=kind.jurisdiction,
            status=statuses[-1].value.status if statuses else None,
            identifiers=tuple(identifiers),
            certain=name.certain,
            since=name.since,
            events=name.events,
            possible_identifiers=tuple(each for each, certain in identifiers.items() if not certain),
            status_certain=all(fact.certain for fact in statuses),
        )

    # Ties

    def listings(self, entity: str | None = None) -> tuple[Fact, ...]:
        """Where shares are listed on the day: keys (entity, exchange), values ``views.Listing``."""
        return self._where(views.LISTINGS, {"entity": entity})

    def control(self, controller: str | None = None, target: str | None = None) -> tuple[Fact, ...]:
        """Who controls whom on the day: keys (controller, target, basis), values ``views.Control``."""
        return self._where(views.CONTROL, {"controller": controller, "target": target})

    def roles(self, person: str | None = None, entity: str | None = None) -> tuple[Fact, ...]:
        """Who has which role on the day: keys (person, entity, role)."""
        return self._where(views.ROLES, {"person": person, "entity": entity})

    def partnerships(self, party: str | None = None) -> tuple[Fact, ...]:
        """The partnerships on the day: keys (together, subject), values ``views.Partnership``."""
        found = self._where(views.PARTNERSHIPS, {})
        if party is not None and self._resolver is not None:
            party = self._resolver.entity(party, self.as_of)
        return tuple(fact for fact in found if party is None or party in fact.value.parties)

    def projects(self, project: str | None = None) -> tuple[Fact, ...]:
        """The projects released by the day: keys (project, where), values ``views.Release``."""
        return self._where(views.PROJECTS, {"project": project})

    def memberships(self, entity: str | None = None, group: str | None = None) -> tuple[Fact, ...]:
        """Who belongs to which group on the day: keys (entity, group)."""
        return self._where(views.MEMBERSHIPS, {"entity": entity, "group": group})

    def shares(self, issuer: str) -> int | None:
        """The number of shares that ``issuer`` has in issue on the day; None if it is unknown."""
        count = self._last(views.SHARES, self._key(views.SHARES, (issuer,)))
        return None if count is None else count.total

    # As tables, for data frames

    def table(self, view: str, *, names: bool = False, **parts: str) -> Table:
        """The facts of any view as a table, one per row: key, value, certainty, since, events.

        ``parts`` select by named parts of the key: ``table("holdings", holder="alibaba-group")``. Its texts
        are categories in a data frame. With ``names`` those of entities stand in the last columns;
        such a table is made of facts, and takes longer. Rows stand in the order of their keys; out of a
        ledger on disk those that were replayed beside it, after an append and by another day of knowledge,
        come last. Raises ``NotFound`` (C606) for a view that no projector writes and for an unknown part of
        its key.
        """
        if view not in self._ledger.views:
            raise absent("C606", "view", view, self._ledger.views)
        if names:
            return tables.named_facts_table(view, self.view(view, **parts), self.name)
        kept: Table | None = None
        if not parts:
            kept = self._ledger.table(view, self.as_of, lambda keys: self._listed(view, keys))
        return tables.facts_table(view, self.view(view, **parts)) if kept is None else kept

    def is_empty(self) -> bool:
        """Whether there is no fact at all on the day; of a large ledger not all facts are read for that."""
        return not any(len(self.table(view)) for view in self._ledger.views)

    def rows(self, view: str, *columns: str, **parts: str) -> list[tuple[Any, ...]]:
        """The rows of the table of a view as tuples: ``rows("holdings", "target", "share", holder="ann")``.

        ``columns`` are those of ``table``, all of them if none is given; ``parts`` select as there. Out of a
        ledger on disk nothing else is made. Raises ``NotFound`` (C606) as ``table`` and its ``select`` do.
        """
        # Ids are tried before names, since to find out what a name means takes longer.
        if parts and columns and not self._assumed:
            try:
                found = self._ledger.plain_rows(view, self.as_of, parts, columns)
            except KeyError:
                found = None
            if found:
                return found
        table = tables.facts_table(view, self.view(view, **parts)) if parts else self.table(view)
        return [*(table.select(*columns) if columns else table).rows()]

    def holdings_table(self) -> Table:
        """The holdings on the day as a table: ``polars.DataFrame(state.holdings_table())``."""
        return tables.holdings_table(self.holdings(), self.name)

    def units_table(self) -> Table:
        """The business units on the day and their owners as a table."""
        return tables.units_table(self.units(), self.name)

    def deals_table(self) -> Table:
        """The deals known on the day as a table."""
        return tables.deals_table(self.deals(), self.name)

    def entities_table(self) -> Table:
        """The entities that have a name on the day as a table."""
        return tables.entities_table(self.entities())

    def owners_table(self, target: str, *, ultimate: bool = True, right: Right = "equity") -> Table:
        """Who has ``target``, as ``owners`` gives them, as a table."""
        found = self.owners(target, ultimate=ultimate, right=right)
        return tables.owners_table(found, self._one(target), right, self.name)

    def owned_table(self, holder: str, *, right: Right = "equity") -> Table:
        """What ``holder`` has of others at last, as ``owned`` gives it, as a table."""
        return tables.owned_table(self.owned(holder, right=right), self._one(holder), right, self.name)

    def group_table(self, top: str, *, over: Fraction = MAJORITY, reached: bool = False) -> Table:
        """Whom ``top`` controls, as ``group`` gives them, as a table."""
        return tables.group_table(
            self.group(top, over=over, reached=reached), self.right_of_control, self.name
        )

    def loops_table(self, *, right: Right = "equity") -> Table:
        """The shares within the loops of a day, as a table."""
        return tables.loops_table(self.loops(right=right), right, self.name)

    # As a picture

    @paused_collector()
    def graph(
        self,
        entity: str | None = None,
        *,
        depth: int | None = None,
        least: Fraction | Share | str | None = None,
        most: int = 60,
    ) -> OwnershipGraph:
        """Holdings, business units and control on the day as a graph: ``state.graph().svg()`` is a picture.

        ``entity``, an id or a name, keeps what is around it, at most ``depth`` steps away. Holdings of less
        than ``least`` ("5%") are left out, and all but the nearest ``most`` entities; the picture says so.
        Raises ``NotFound`` (C601) for an unknown entity, ``InvalidValue`` (C302) if ``least`` is no share.
        """
        from chronicle.engine.state.graph import structure_of

        one = None if entity is None else self._one(entity)
        share = parse_share(least) if isinstance(least, str) else least
        limit = share.minimum if isinstance(share, Share) else share
        return structure_of(self, one, depth, limit, most)

    # As a value

    def __repr__(self) -> str:
        known = "" if self.known is None else f" known {self.known}"
        return (
            f"<State as of {self.as_of}{known}: {len(self.holdings())} holdings, "
            f"{len(self.units())} units, {len(self.deals())} deals>"
        )

    def _repr_html_(self) -> str:
        known = "" if self.known is None else f", as known on {self.known}"
        caption = f"As of {self.as_of}{known}"
        from chronicle.engine.state.html import html_table

        return html_table(caption, self.holdings(), self.units(), self.deals(), self._name_of)

    def _name_of(self, entity: str) -> views.Name | None:
        name: views.Name | None = self._last(views.NAMES, (entity,))
        return name


def _folded(name: views.Name) -> tuple[str, ...]:
    return tuple(word.casefold() for word in (name.name, name.short) if word)


def _not_yet(entity: str, day: datetime.date) -> NotFound:
    return NotFound(Problem("C601", f'no name of "{entity}" is known for {day}', help="ask for a later day"))
