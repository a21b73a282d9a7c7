"""Who does what together with whom."""

from __future__ import annotations

from chronicle import views
from chronicle.events import PartnershipAgreed, PartnershipEnded
from chronicle.projectors import families
from chronicle.projectors.departures import departures
from chronicle.replay import Before, Change, Key, Projector


def _together(parties: tuple[str, ...]) -> str:
    """One text for a set of parties, however they are listed."""
    return "+".join(sorted(set(parties)))


def _agreed(event: PartnershipAgreed, _: Before) -> tuple[Change, ...]:
    key = (_together(event.parties), event.subject)
    partnership = views.Partnership(event.parties, event.subject, event.project)
    return (Change(views.PARTNERSHIPS, key, "set", partnership, event.date, event.id),)


def _ended(event: PartnershipEnded, before: Before) -> list[Change]:
    standing = before.where(views.PARTNERSHIPS, 0, _together(event.parties))
    return [
        Change(views.PARTNERSHIPS, key, "end", None, event.date, event.id)
        for key, _ in standing
        if event.subject in (None, key[1])
    ]


def _with(entity: str, before: Before) -> list[tuple[Key, views.Partnership]]:
    return before.naming_in(views.PARTNERSHIPS, "parties", entity)


PARTNERSHIPS = Projector(
    name="partnerships",
    views=(views.PARTNERSHIPS,),
    table={PartnershipAgreed: _agreed, PartnershipEnded: _ended, **departures(views.PARTNERSHIPS, _with)},
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
    | families.PROJECTS
    | families.ROLES
    | families.MEMBERSHIPS,
)
