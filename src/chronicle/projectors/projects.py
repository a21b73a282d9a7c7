"""Which projects have reached the public, and where."""

from __future__ import annotations

from chronicle import views
from chronicle.events import ProjectReleased
from chronicle.projectors import families
from chronicle.replay import Before, Change, Projector


def _released(event: ProjectReleased, _: Before) -> tuple[Change, ...]:
    key = (event.project, event.where)
    return (Change(views.PROJECTS, key, "set", views.Release(event.by), event.date, event.id),)


PROJECTS = Projector(
    name="projects",
    views=(views.PROJECTS,),
    table={ProjectReleased: _released},
    ignores=families.RECORDS
    | families.NAMING
    | families.LIVES
    | families.UNITS
    | families.STAKES
    | families.SHARES
    | families.CONTROL
    | families.LISTINGS
    | families.MERGERS
    | families.INVESTMENTS
    | families.DEALS
    | families.PARTNERSHIPS
    | families.ROLES
    | families.MEMBERSHIPS,
)
