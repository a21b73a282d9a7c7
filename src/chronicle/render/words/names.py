"""What things are called on a day, for sentences, which use names instead of ids."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache, partial

from chronicle.engine import views
from chronicle.engine.state import State
from chronicle.render.layout import clean

Name = Callable[[str, datetime.date], str]
"""A function that gives the name of an entity, by its id, on a day."""


def namer(state_on: Callable[[datetime.date], State]) -> Name:
    """A function from entity and day to name, by the states of a history: ``namer(history.as_of)``.

    Each name is looked up once. An entity without a name on the day has its id.
    """
    state = cache(state_on)

    @cache
    def name(entity: str, day: datetime.date) -> str:
        return name_in(state(day), entity)

    return name


def name_in(state: State, entity: str) -> str:
    """The short name of an entity in a state, else its name, else its id; marked when only possible.

    What is no entity, as a part of a key of a view of your own may be, is itself.
    """
    found = state.cell(views.NAMES, entity)
    if not found:
        return clean(entity)
    value: views.Name = found[-1].value
    return called(value.short or value.name, found[-1].certain)


def names_of(state: State) -> Callable[[str], str]:
    """A function from an entity to its name in a state; each is looked up once."""
    return cache(partial(name_in, state))


def called(name: str, certain: bool) -> str:
    """A name as it is shown, marked when it is only possible that the entity had it on the day."""
    return clean(name) if certain else f"{clean(name)} (name possible)"


def by_id(entity: str, _: datetime.date) -> str:
    """The id in place of a name, where names cannot be looked up."""
    return clean(entity)
