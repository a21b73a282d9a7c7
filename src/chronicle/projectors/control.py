"""Who controls whom, and by what."""

from __future__ import annotations

from chronicle import views
from chronicle.events import ControlEnded, ControlGranted
from chronicle.projectors import families
from chronicle.projectors.departures import departures, in_key
from chronicle.replay import Before, Change, Projector


def _granted(event: ControlGranted, _: Before) -> tuple[Change, ...]:
    key = (event.controller, event.target, event.basis)
    return (Change(views.CONTROL, key, "set", event.basis, event.date, event.id),)


def _ended(event: ControlEnded, before: Before) -> list[Change]:
    controlled = before.where(views.CONTROL, 0, event.controller)
    return [
        Change(views.CONTROL, key, "end", None, event.date, event.id)
        for key, _ in controlled
        if key[1] == event.target and event.basis in (None, key[2])
    ]


CONTROL = Projector(
    name="control",
    views=(views.CONTROL,),
    table={
        ControlGranted: _granted,
        ControlEnded: _ended,
        **departures(views.CONTROL, in_key(views.CONTROL, 0, 1)),
    },
    ignores=families.RECORDS
    | families.NAMING
    | families.FOUNDED
    | families.UNITS
    | families.STAKES
    | families.SHARES
    | families.LISTINGS
    | families.SPLITS
    | families.INVESTMENTS
    | families.DEALS
    | families.PARTNERSHIPS
    | families.PROJECTS
    | families.ROLES
    | families.MEMBERSHIPS,
)
