"""Who does what together with whom."""

from __future__ import annotations

from chronicle import views
from chronicle.events import PartnershipAgreed, PartnershipEnded
from chronicle.projectors import families
from chronicle.replay import Before, Change, Projector


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


PARTNERSHIPS = Projector(
    name="partnerships",
    views=(views.PARTNERSHIPS,),
    table={PartnershipAgreed: _agreed, PartnershipEnded: _ended},
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
    | families.PROJECTS
    | families.ROLES
    | families.MEMBERSHIPS,
)
