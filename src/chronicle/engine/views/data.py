"""Facts as plain data: the one form from which every answer and every export is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

from chronicle.engine.views.table import KEYS, view_of
from chronicle.engine.views.view import Key, View
from chronicle.values import Share


def plain(value: Any) -> Any:
    """``value`` as JSON types: named tuples as mappings, shares by ``to_json``, others as lists or text."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Share):
        return value.to_json()
    names = getattr(value, "_fields", None)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, (tuple, list, Set)):
        return [plain(item) for item in (sorted(value, key=str) if isinstance(value, Set) else value)]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    return str(value)


def key_data(view: str, key: Key) -> dict[str, str | None] | list[str]:
    """A key, or the first parts of one, by the names of its parts; a plain list for a view of your own.

    A part that no source states, such as an exchange, is None.
    """
    names = KEYS.get(view)
    return (
        list(key) if names is None else {name: part or None for name, part in zip(names, key, strict=False)}
    )


def sure_data(fact: Any) -> dict[str, Any]:
    """Whether a fact is certain, since when it holds, and the events behind it."""
    return {"certain": fact.certain, "since": str(fact.since), "events": list(fact.events)}


def value_data(view: View, key: Key, value: Any) -> dict[str, Any]:
    """A value, under ``value``. Where a field of the view stands for it, its own fields are beside that."""
    if not view.as_value:
        return {"value": plain(value)}
    return {"value": view.read(view.as_value, key, value), **plain(value)}


def fact_data(fact: Any) -> dict[str, Any]:
    """A fact: view, key, value, whether it is certain, since when it holds, and the events behind it."""
    return {
        "view": fact.view,
        "key": key_data(fact.view, fact.key),
        **value_data(view_of(fact.view), fact.key, fact.value),
        **sure_data(fact),
    }


def flat_data(fact: Any) -> dict[str, Any]:
    """The same without nesting and without the view: the parts of its key and of its value side by side."""
    view = view_of(fact.view)
    key, value = key_data(fact.view, fact.key), plain(fact.value)
    parts: dict[str, Any] = {"key": key, "value": value} if isinstance(key, list) else dict(key)
    said = parts | (value if view.stated else {}) | sure_data(fact)
    return {name: said[name] for name in view.order}


def names_data(fact: Any, name: Callable[[str], str]) -> dict[str, str | list[str]]:
    """The names of the entities that a fact names, by the part of its key or the field of its value."""
    view = view_of(fact.view)
    parts = () if view.own else tuple(part for part, refers in view.key.items() if refers == "entity")
    found = ((part, view.read(part, fact.key, fact.value)) for part in (*parts, *view.entities))
    return {part: list(map(name, ids)) if isinstance(ids, tuple) else name(ids) for part, ids in found if ids}


def cells(view: View, fact: Any) -> tuple[str, ...]:
    """A fact as the cells of a row: the word for such a fact, subject, object, detail, value."""
    key, value = fact.key, fact.value
    return (view.one, *[_cell(view.read(name, key, value)) if name else "" for name in view.row])


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, tuple) else str(value)
