"""The facts of a state, view by view: which there are (or which name an entity), as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from chronicle import views
from chronicle.state import Entity, Excess, Fact, State
from chronicle.views import View
from chronicle.views.data import cells, flat_data, sure_data

Data = dict[str, Any]


@frozen(eq=False)
class FactRow:
    """One fact: the cells of its row (what it is, subject, object, detail, value), and its JSON."""

    cells: tuple[str, ...]
    data: Data


def items(state: State, entity: str | None) -> Iterator[tuple[str, Iterator[FactRow]]]:
    """The facts of ``state``, or those that name ``entity``, by the names that they have in JSON."""
    for name in dict.fromkeys((*views.IN_DATA, *views.VIEWS)):
        if name == views.ENTITIES:
            yield name, map(_entity, entities(state, entity))
        elif not views.VIEWS[name].within:
            yield name, _items(views.VIEWS[name], state, entity)


def own_items(state: State, entity: str | None) -> dict[str, list[FactRow]]:
    """The same of the views that are the user's own, where there are any."""
    found = {view.name: list(_items(view, state, entity)) for view in own_views(state)}
    return {name: facts for name, facts in found.items() if facts}


def own_views(state: State) -> list[View]:
    """The views of projectors that do not come with Chronicle."""
    return [views.view_of(name) for name in state.views if name not in views.VIEWS]


def _items(view: View, state: State, entity: str | None) -> Iterator[FactRow]:
    return (FactRow(cells(view, fact), flat_data(fact)) for fact in facts_of(view, state, entity))


def facts_of(view: View, state: State, entity: str | None) -> tuple[Fact, ...]:
    """The facts of a view, or those that name ``entity``."""
    if view.name not in state.views:
        return ()
    if entity is None:
        return state.view(view.name)
    if view.entities or view.own:
        every = state.view(view.name)
        return tuple(fact for fact in every if entity in view.named(fact.key, fact.value))
    parts = tuple(view.key)
    found = (state.view(view.name, **{parts[at]: entity}) for at in view.names)
    return tuple(dict.fromkeys(fact for facts in found for fact in facts))


def excesses(state: State, entity: str | None) -> tuple[Excess, ...]:
    """Of what more is held than there is: of all, or of ``entity`` and what it holds."""
    if entity is None:
        return state.above_the_whole()
    return state.above_the_whole(entity, *(holding.target for holding in state.holdings(holder=entity)))


def excess_data(excess: Excess) -> Data:
    """That more is held than there is, as JSON."""
    return {
        "target": excess.target,
        "right": excess.right,
        "share": excess.share.to_json(),
        "at_least": not excess.exact,
        "holders": list(excess.holders),
    }


def entities(state: State, entity: str | None) -> tuple[Entity, ...]:
    """``entity`` itself, when it has a name on the day."""
    if entity is None:
        return state.entities()
    return (state.entity(entity),) if state.view(views.NAMES, entity=entity) else ()


def _entity(entity: Entity) -> FactRow:
    data = {
        "entity": entity.entity,
        "name": entity.name,
        "type": entity.type,
        "status": entity.status,
        "identifiers": [
            {"scheme": scheme, "value": value, "certain": (scheme, value) not in entity.possible_identifiers}
            for scheme, value in entity.identifiers
        ],
        **sure_data(entity),
        "short": entity.short,
        "jurisdiction": entity.jurisdiction,
    }
    return FactRow(("entity", entity.entity, entity.name, entity.type or "", entity.status or ""), data)
