"""Which person has which role in which company or on which project."""

from __future__ import annotations

from chronicle import views
from chronicle.events import RoleAppointed, RoleEnded
from chronicle.projectors import families
from chronicle.projectors.departures import departures, in_key
from chronicle.replay import Before, Change, Projector


def _appointed(event: RoleAppointed, _: Before) -> tuple[Change, ...]:
    key = (event.person, event.entity, event.role)
    return (Change(views.ROLES, key, "set", event.role, event.date, event.id),)


def _ended(event: RoleEnded, _: Before) -> tuple[Change, ...]:
    return (Change(views.ROLES, (event.person, event.entity, event.role), "end", None, event.date, event.id),)


ROLES = Projector(
    name="roles",
    views=(views.ROLES,),
    table={
        RoleAppointed: _appointed,
        RoleEnded: _ended,
        **departures(views.ROLES, in_key(views.ROLES, 0, 1)),
    },
    ignores=families.RECORDS
    | families.NAMING
    | families.FOUNDED
    | families.UNITS
    | families.STAKES
    | families.SHARES
    | families.CONTROL
    | families.LISTINGS
    | families.SPLITS
    | families.INVESTMENTS
    | families.DEALS
    | families.PARTNERSHIPS
    | families.PROJECTS
    | families.MEMBERSHIPS,
)
