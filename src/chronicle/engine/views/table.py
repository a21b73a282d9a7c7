"""The table of views, look-ups in it, and the description of a view that is the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from chronicle.engine.views import entities, stakes, ties
from chronicle.engine.views.names import HOLDINGS
from chronicle.engine.views.view import Key, Mark, Refers, Section, View


def is_listed(view: str, value: Any) -> bool:
    """Whether lists show a value: not a holding of zero."""
    return view != HOLDINGS or not value.share.is_nothing


_ALL: Final = {view.name: view for view in (*stakes.VIEWS, *entities.VIEWS, *ties.VIEWS)}
_FIRST: Final = "holdings units deals names types status identifiers lineage listings control shares roles"

VIEWS: Final[Mapping[str, View]] = MappingProxyType({name: _ALL[name] for name in (*_FIRST.split(), *_ALL)})
"""The views, in the order in which differences are given."""

OTHER: Final = Mark("•", "other", "white")
"""The mark of events that belong to no view of the table."""

KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {name: tuple(view.key) for name, view in VIEWS.items()}
)
"""The parts of the key of each view, by name."""

_TIES: Final = "roles partnerships projects memberships"
_DATA: Final = f"holdings units deals entities listings control {_TIES} shares lineage"
_PAGE: Final = "holdings control units deals listings shares partnerships roles projects memberships"
IN_DATA: Final = tuple(_DATA.split())
"""The order of JSON and of rows. A view that is not named in it comes after these."""

ON_PAGES: Final = (*_PAGE.split(), "status", "lineage")
"""The order of sections on a page. A view that is not named in it comes after these."""


def in_order(first: Iterable[str]) -> tuple[View, ...]:
    """The views in the order of ``first``, then the others in the order of the table."""
    named = (*first, *VIEWS)
    return tuple(VIEWS[name] for name in dict.fromkeys(named) if name in VIEWS)


@cache
def view_of(name: str) -> View:
    """The view of this name: from the table, or else the user's own, of which only the name is known."""
    return VIEWS.get(name) or View(
        name=name,
        own=True,
        key={"key": "text"},
        value=object,
        more={
            "parts": lambda key, _: key,
            "others": lambda key, _: key[1:],
            "value": lambda _, value: str(value),
            "worth": _worth,
        },
        title=name.capitalize(),
        what=name,
        subject="{,parts}",
        says="{=value}",
        sections=(Section(line="{,parts}[: {=worth}]"),),
        one=name,
        row=("key", "others", "", "worth"),
        difference="Difference",
        family=name,
        mark=OTHER,
        alone=False,
    )


def _refers() -> dict[str, Refers]:
    """By the name of a part what it refers to, the same in all views: a column of a name has one meaning."""
    found: dict[str, Refers] = {}
    for view in VIEWS.values():
        for name, refers in view.key.items():
            if found.setdefault(name, refers) != refers:
                raise TypeError(f"view {view.name!r} has a part of another kind than other views: {name}")
    return found


REFERS: Final[Mapping[str, Refers]] = MappingProxyType(_refers())
"""What a part of a key refers to, by its name."""


ENTITY_PARTS: Final[Mapping[str, frozenset[int]]] = MappingProxyType(
    {
        name: frozenset(at for at, part in enumerate(parts) if REFERS[part] == "entity")
        for name, parts in KEYS.items()
    }
)
"""By view, the positions in its keys at which ids of entities stand."""


def _worth(_: Key, value: Any) -> str:
    """The value of a user's own view as text; empty for True, which adds nothing to the key."""
    return value if isinstance(value, str) else "" if value is True else str(value)
