"""Where the shares of an entity trade."""

from __future__ import annotations

from chronicle import views
from chronicle.events import ListingEnded, ListingStarted
from chronicle.projectors import families
from chronicle.projectors.departures import departures, in_key
from chronicle.replay import Before, Change, Projector


def _started(event: ListingStarted, _: Before) -> tuple[Change, ...]:
    key = (event.entity, event.exchange or "")
    listing = views.Listing(event.ticker, event.ipo, event.raised, event.price)
    return (Change(views.LISTINGS, key, "set", listing, event.date, event.id),)


def _ended(event: ListingEnded, before: Before) -> list[Change]:
    listed = before.where(views.LISTINGS, 0, event.entity)
    return [
        Change(views.LISTINGS, key, "end", None, event.date, event.id)
        for key, _ in listed
        if event.exchange is None or key[1] == event.exchange
    ]


LISTINGS = Projector(
    name="listings",
    views=(views.LISTINGS,),
    table={
        ListingStarted: _started,
        ListingEnded: _ended,
        **departures(views.LISTINGS, in_key(views.LISTINGS, 0)),
    },
    ignores=families.RECORDS
    | families.NAMING
    | families.FOUNDED
    | families.UNITS
    | families.STAKES
    | families.SHARES
    | families.CONTROL
    | families.SPLITS
    | families.INVESTMENTS
    | families.DEALS
    | families.PARTNERSHIPS
    | families.PROJECTS
    | families.ROLES
    | families.MEMBERSHIPS,
)
