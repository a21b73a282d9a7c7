"""The facts of a state by view, all of them or those that name an entity, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from chronicle.engine import views
from chronicle.engine.state import Entity, Excess, Fact, State
from chronicle.engine.views import View
from chronicle.engine.views.data import cells, flat_data, sure_data
from chronicle.render.layout import clean

Data = dict[str, Any]


class FactGroup(NamedTuple):
    """The facts of a view, or entities, whose ``view`` is None, under their name in JSON."""

    name: str
    view: View | None
    facts: tuple[Any, ...]

    def data(self) -> list[Data]:
        """The facts as JSON data."""
        return [_entity(fact) if self.view is None else flat_data(fact) for fact in self.facts]

    def rows(self, name: Callable[[str], str | None]) -> Iterator[tuple[str, ...]]:
        """A row for each: view, subject, object, detail, value, certainty, since, events, amounts, names."""
        for fact in self.facts:
            own = _entity_cells(fact) if self.view is None else cells(self.view, fact)
            certain = fact.certain and (self.view is not None or fact.status_certain)
            sure = ("certain" if certain else "possible", str(fact.since), " ".join(fact.events))
            amount, names = _amount(self.view, fact), _names(self.view, fact, name)
            yield (*map(clean, (*own, *sure)), *amount, *map(clean, names))


def groups(state: State, entity: str | None) -> Iterator[FactGroup]:
    """The facts of ``state``, or those that name ``entity``, in the order of JSON."""
    for name in dict.fromkeys((*views.IN_DATA, *views.VIEWS)):
        if name == views.ENTITIES:
            yield FactGroup(name, None, entities(state, entity))
        elif not views.VIEWS[name].within:
            yield FactGroup(name, views.VIEWS[name], facts_of(views.VIEWS[name], state, entity))


def own_groups(state: State, entity: str | None) -> list[FactGroup]:
    """The same for views of the user's own projectors, those with facts."""
    found = (FactGroup(view.name, view, facts_of(view, state, entity)) for view in own_views(state))
    return [group for group in found if group.facts]


def own_views(state: State) -> list[View]:
    """The views of projectors that do not come with Chronicle."""
    return [views.view_of(name) for name in state.views if name not in views.VIEWS]


def facts_of(view: View, state: State, entity: str | None) -> tuple[Fact, ...]:
    """The facts of a view, or those that name ``entity``."""
    if view.name not in state.views:
        return ()
    if entity is None:
        return state.view(view.name)
    if view.entities or view.own:
        return state.naming(view.name, entity)
    parts = tuple(view.key)
    found = (state.view(view.name, **{parts[at]: entity}) for at in view.names)
    return tuple(dict.fromkeys(fact for facts in found for fact in facts))


def excesses(state: State, entity: str | None) -> tuple[Excess, ...]:
    """The rights of which more than the whole is held: of all targets, or of ``entity`` and what it holds."""
    if entity is None:
        return state.above_the_whole()
    return state.above_the_whole(entity, *(holding.target for holding in state.holdings(holder=entity)))


def excess_data(excess: Excess) -> Data:
    """An excess as JSON data."""
    return {
        "target": excess.target,
        "right": excess.right,
        "share": excess.share.to_json(),
        "at_least": not excess.exact,
        "holders": list(excess.holders),
    }


def entities(state: State, entity: str | None) -> tuple[Entity, ...]:
    """All entities, or ``entity`` alone, if it has a name on the day."""
    if entity is None:
        return state.entities()
    return (state.entity(entity),) if state.view(views.NAMES, entity=entity) else ()


def _entity(entity: Entity) -> Data:
    return {
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
        "status_certain": entity.status_certain,
    }


def _entity_cells(entity: Entity) -> tuple[str, ...]:
    return ("entity", entity.entity, entity.name, entity.type or "", entity.status or "")


def _names(view: View | None, fact: Any, name: Callable[[str], str | None]) -> tuple[str, str]:
    """The names of the subject and of the object of a fact; empty for what is no entity, or has no name."""
    if view is None:
        return fact.name, ""
    if view.own:
        return name(fact.key[0]) or "", ""
    subject, object, *_ = (_name(view, field, fact, name) for field in view.row)
    return subject, object


def _name(view: View, field: str, fact: Any, name: Callable[[str], str | None]) -> str:
    found = view.read(field, fact.key, fact.value) if field else None
    if field in view.entities:
        several = found if isinstance(found, tuple) else (found,)
        return "; ".join(name(each) or each for each in several if each is not None)
    return (name(found) or "") if view.key.get(field) == "entity" and found else ""


def _amount(view: View | None, fact: Any) -> tuple[str, str, str]:
    """The ends of a share as fractions, and the number of shares, where a view has them."""
    if view is None or "share" not in view.stated:
        return "", "", ""
    share, shares = fact.value.share, getattr(fact.value, "shares", None)
    stated = {} if share is None else share.to_json() or {}
    ends = (stated.get("exact", stated.get(end, "")) for end in ("min", "max"))
    return (*ends, "" if shares is None else str(shares))
