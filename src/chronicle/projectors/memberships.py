"""Which entity belongs to which group: an index, an association."""

from __future__ import annotations

from chronicle import views
from chronicle.events import MembershipEnded, MembershipStarted
from chronicle.projectors import families
from chronicle.projectors.departures import departures, in_key
from chronicle.replay import Before, Change, Projector


def _started(event: MembershipStarted, _: Before) -> tuple[Change, ...]:
    return (Change(views.MEMBERSHIPS, (event.entity, event.group), "set", True, event.date, event.id),)


def _ended(event: MembershipEnded, _: Before) -> tuple[Change, ...]:
    return (Change(views.MEMBERSHIPS, (event.entity, event.group), "end", None, event.date, event.id),)


MEMBERSHIPS = Projector(
    name="memberships",
    views=(views.MEMBERSHIPS,),
    table={
        MembershipStarted: _started,
        MembershipEnded: _ended,
        **departures(views.MEMBERSHIPS, in_key(views.MEMBERSHIPS, 0, 1)),
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
    | families.ROLES,
)
