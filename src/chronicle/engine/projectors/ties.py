"""Ties, which only begin and end: listings, control, roles, partnerships, releases, memberships.

One projector for each line of ``sense.TIES``.
"""

from __future__ import annotations

from collections.abc import Mapping

from chronicle.engine import views
from chronicle.engine.projectors.departures import Standing, departures, in_key
from chronicle.engine.replay import Before, Change, Handler, Key, Projector
from chronicle.engine.sense import TIES, TieRule
from chronicle.events import Event


def _projector(tie: TieRule) -> Projector:
    return Projector(name=tie.view, views=(tie.view,), table=_table(tie))


def _table(tie: TieRule) -> Mapping[type, Handler]:
    view, value_of = tie.view, tie.value_of
    # The same key by the shortest call: these functions run for nearly every event of a register.
    key_of = tie.key if tie.last else tie.key_of

    def begun(event: Event, _: Before) -> tuple[Change, ...]:
        return (Change(view, key_of(event), "set", value_of(event), event.date, event.id),)

    def ended(event: Event, _: Before) -> tuple[Change, ...]:
        return (Change(view, key_of(event), "end", None, event.date, event.id),)

    def all_ended(event: Event, before: Before) -> list[Change]:
        keys = tie.ended(event, before)
        return [Change(view, key, "end", None, event.date, event.id) for key in keys]

    if tie.ends is None:
        return {tie.begins: begun}
    return {
        tie.begins: begun,
        tie.ends: all_ended if tie.last else ended,
        **departures(view, _standing(views.VIEWS[view])),
    }


def _standing(view: views.View) -> Standing:
    """The cells that name an entity: in their key, or, if the key has no entity, in the first such field."""
    if view.names:
        return in_key(view.name, *view.names)

    def with_party(entity: str, before: Before) -> list[tuple[Key, views.Partnership]]:
        return before.naming_in(view.name, view.entities[0], entity)

    return with_party


PROJECTORS = tuple(map(_projector, TIES))
