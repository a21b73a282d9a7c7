"""The facts of a state, group by group: which there are (all, or those that name an entity), and how
each is said as JSON and as a row. One group is one view; the table is ``GROUPS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from attrs import frozen

from chronicle import views
from chronicle.state import Deal, Entity, Excess, Fact, Holding, State, Unit

Data = dict[str, Any]


@frozen(eq=False)
class Item:
    """One fact: ``subject`` has ``detail`` of ``object``, to the amount of ``value``; and its JSON."""

    what: str
    subject: str
    object: str
    detail: str
    value: str
    data: Data


@frozen(eq=False)
class Group:
    """The facts of one view: its key in JSON, which facts there are, and what each says."""

    name: str
    facts: Callable[[State, str | None], tuple[Any, ...]]
    item: Callable[[Any], Item]

    def items(self, state: State, entity: str | None) -> Iterator[Item]:
        """The facts of ``state``, or those that name ``entity``."""
        return map(self.item, self.facts(state, entity))


# Which facts there are


def excesses(state: State, entity: str | None) -> tuple[Excess, ...]:
    """Of what more is held than there is: of all, or of ``entity`` and what it holds."""
    if entity is None:
        return state.above_the_whole()
    return state.above_the_whole(entity, *(holding.target for holding in state.holdings(holder=entity)))


def holdings(state: State, entity: str | None) -> tuple[Holding, ...]:
    """What is held by ``entity``, and what is held of it."""
    if entity is None:
        return state.holdings()
    return _once(state.holdings(holder=entity), state.holdings(target=entity))


def units(state: State, entity: str | None) -> tuple[Unit, ...]:
    """The business units that ``entity`` owns, or that it is."""
    return state.units() if entity is None else _once(state.units(unit=entity), state.units(owner=entity))


def deals(state: State, entity: str | None) -> tuple[Deal, ...]:
    """The deals that ``entity`` is a party of."""
    return tuple(deal for deal in state.deals() if entity is None or entity in deal.parties)


def entities(state: State, entity: str | None) -> tuple[Entity, ...]:
    """``entity`` itself, when it has a name on the day."""
    if entity is None:
        return state.entities()
    return (state.entity(entity),) if state.view(views.NAMES, entity=entity) else ()


def of_view(view: str, *parts: str) -> Callable[[State, str | None], tuple[Fact, ...]]:
    """The facts of a view that have ``entity`` in one of these parts of their key."""

    def facts(state: State, entity: str | None) -> tuple[Fact, ...]:
        if entity is None:
            return state.view(view)
        return _once(*(state.view(view, **{part: entity}) for part in parts))

    return facts


def partnerships(state: State, entity: str | None) -> tuple[Fact, ...]:
    """The partnerships of ``entity``, and those about it."""
    return tuple(
        fact
        for fact in state.partnerships()
        if entity is None or entity in fact.value.parties or entity == fact.value.project
    )


def projects(state: State, entity: str | None) -> tuple[Fact, ...]:
    """The releases of ``entity``, or by it."""
    return tuple(
        fact for fact in state.projects() if entity is None or entity in (fact.key[0], *fact.value.by)
    )


def _once(*found: tuple[Any, ...]) -> tuple[Any, ...]:
    """What was found in two ways, each once."""
    return tuple(dict.fromkeys(fact for facts in found for fact in facts))


listings: Final = of_view(views.LISTINGS, "entity")
control: Final = of_view(views.CONTROL, "controller", "target")
roles: Final = of_view(views.ROLES, "person", "entity")
memberships: Final = of_view(views.MEMBERSHIPS, "entity", "group")
shares: Final = of_view(views.SHARES, "issuer")
statuses: Final = of_view(views.STATUS, "entity")
lineage: Final = of_view(views.LINEAGE, "predecessor", "successor")


# What each says


def _tail(fact: Any) -> Data:
    """How sure the fact is, since when it is so, and the events behind it."""
    return {"certain": fact.certain, "since": str(fact.since), "events": list(fact.events)}


def _holding(holding: Holding) -> Item:
    data = {
        "holder": holding.holder,
        "target": holding.target,
        "right": holding.right,
        "share": holding.share.to_json(),
        **_tail(holding),
        "shares": holding.shares,
        "basis": holding.basis,
        "stale": holding.stale,
    }
    return Item("holding", holding.holder, holding.target, holding.right, str(holding.share), data)


def _unit(unit: Unit) -> Item:
    return Item(
        "unit", unit.unit, unit.owner, "", "", {"unit": unit.unit, "owner": unit.owner, **_tail(unit)}
    )


def _deal(deal: Deal) -> Item:
    data = {
        "deal": deal.deal,
        "title": deal.title,
        "stage": deal.stage,
        "parties": list(deal.parties),
        **{name: value for name, value in _tail(deal).items() if name != "certain"},
        "certain": deal.certain,
        "binding": deal.binding,
        "reason": deal.reason,
    }
    return Item("deal", deal.deal, " ".join(deal.parties), deal.title, deal.stage, data)


def _entity(entity: Entity) -> Item:
    data = {
        "entity": entity.entity,
        "name": entity.name,
        "type": entity.type,
        "status": entity.status,
        "identifiers": [
            {"scheme": scheme, "value": value, "certain": (scheme, value) not in entity.possible_identifiers}
            for scheme, value in entity.identifiers
        ],
        **_tail(entity),
        "short": entity.short,
        "jurisdiction": entity.jurisdiction,
    }
    return Item("entity", entity.entity, entity.name, entity.type or "", entity.status or "", data)


def _listing(fact: Fact) -> Item:
    listing: views.Listing = fact.value
    data = {
        "entity": fact.key[0],
        "exchange": fact.key[1] or None,
        "ticker": listing.ticker,
        "ipo": listing.ipo,
        **_tail(fact),
        "raised": None if listing.raised is None else str(listing.raised),
        "price": None if listing.price is None else str(listing.price),
    }
    return Item("listing", fact.key[0], fact.key[1], listing.ticker or "", "ipo" if listing.ipo else "", data)


def _control(fact: Fact) -> Item:
    controller, target, basis = fact.key
    data = {"controller": controller, "target": target, "basis": basis, **_tail(fact)}
    return Item("control", controller, target, basis, "", data)


def _role(fact: Fact) -> Item:
    person, entity, role = fact.key
    return Item(
        "role", person, entity, role, "", {"person": person, "entity": entity, "role": role, **_tail(fact)}
    )


def _partnership(fact: Fact) -> Item:
    together: views.Partnership = fact.value
    data = {
        "parties": list(together.parties),
        "subject": together.subject,
        "project": together.project,
        **_tail(fact),
    }
    return Item("partnership", " ".join(together.parties), together.project or "", together.subject, "", data)


def _project(fact: Fact) -> Item:
    project, where = fact.key
    data = {"project": project, "where": where, "by": list(fact.value.by), **_tail(fact)}
    return Item("project", project, " ".join(fact.value.by), where, "released", data)


def _membership(fact: Fact) -> Item:
    entity, group = fact.key
    return Item("membership", entity, group, "", "", {"entity": entity, "group": group, **_tail(fact)})


def _share_count(fact: Fact) -> Item:
    total = fact.value.total
    data = {"issuer": fact.key[0], "total": total, **_tail(fact)}
    return Item("shares", fact.key[0], "", "", "?" if total is None else str(total), data)


def _succession(fact: Fact) -> Item:
    old, new = fact.key
    data = {"predecessor": old, "successor": new, "how": fact.value.how, **_tail(fact)}
    return Item("lineage", old, new, fact.value.how, "", data)


def excess_data(excess: Excess) -> Data:
    """That more is held than there is, as JSON."""
    return {
        "target": excess.target,
        "right": excess.right,
        "share": excess.share.to_json(),
        "at_least": not excess.exact,
        "holders": list(excess.holders),
    }


# The table, in the order of the JSON

GROUPS: Final[tuple[Group, ...]] = (
    Group("holdings", holdings, _holding),
    Group("units", units, _unit),
    Group("deals", deals, _deal),
    Group("entities", entities, _entity),
    Group("listings", listings, _listing),
    Group("control", control, _control),
    Group("roles", roles, _role),
    Group("partnerships", partnerships, _partnership),
    Group("projects", projects, _project),
    Group("memberships", memberships, _membership),
    Group("shares", shares, _share_count),
    Group("lineage", lineage, _succession),
)


# Views of projectors that are the user's own


def own_facts(state: State, entity: str | None) -> dict[str, list[Fact]]:
    """The facts of views that do not come with Chronicle, by view; those with ``entity`` in their key."""
    own = (view for view in state.views if view not in views.KEYS)
    found = {view: [fact for fact in state.view(view) if entity in (None, *fact.key)] for view in own}
    return {view: facts for view, facts in found.items() if facts}


def own_data(fact: Fact) -> Data:
    """A fact of a user's own view: its key, its value as far as JSON can say it, else as text."""
    return {"key": list(fact.key), "value": plain(fact.value), **_tail(fact)}


def own_item(fact: Fact) -> Item:
    """The same as a row."""
    subject, *others = fact.key
    value = fact.value
    text = value if isinstance(value, str) else "" if value is True else str(value)
    return Item(fact.view, subject, " ".join(others), "", text, own_data(fact))


def plain(value: Any) -> Any:
    """``value`` in terms of JSON: named tuples by name, tuples as lists, numbers as they are, else text."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        return (
            {name: plain(getattr(value, name)) for name in names}
            if names
            else [plain(item) for item in value]
        )
    if isinstance(value, (list, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    return str(value)
