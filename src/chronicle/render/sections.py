"""The sections of the page of a state, each a view told for people: the table ``SECTIONS``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from attrs import frozen

from chronicle import views
from chronicle.dates import PartialDate
from chronicle.render import groups
from chronicle.render.figures import share_words
from chronicle.render.layout import DIM, PLAIN, STRONG, Line, clean, joined
from chronicle.render.names import name_in
from chronicle.state import Holding, State


@frozen(eq=False)
class Asked:
    """The state to tell, or what in it names ``entity``."""

    state: State
    entity: str | None

    def name(self, entity: str) -> str:
        """What an entity is called on the day."""
        return name_in(self.state, entity)

    def named(self, entity: str, style: str = STRONG) -> Line:
        """The same as a line."""
        return [(self.name(entity), style)]

    def all_named(self, entities: Iterable[str], style: str = STRONG) -> Line:
        """Several entities in one enumeration."""
        return joined([self.named(entity, style) for entity in entities])


@frozen(eq=False)
class Told:
    """A fact on the page: the figure in front, what is said, and the entity that it stands under."""

    said: Line
    certain: bool
    since: PartialDate
    figure: str = ""
    under: str | None = None
    doubted: bool = False


def told(fact: Any, said: Line, figure: str = "", under: str | None = None) -> Told:
    """``said`` of a fact, as sure as the fact is."""
    return Told(said, fact.certain, fact.since, figure, under, bool(fact.doubted_by))


def _holdings(asked: Asked) -> Iterator[Told]:
    if asked.entity is None:
        for holding in asked.state.holdings():
            yield _holding(asked, holding, holding.target, under=holding.holder)


def _held_by_it(asked: Asked) -> Iterator[Told]:
    if asked.entity is not None:
        for holding in asked.state.holdings(holder=asked.entity):
            yield _holding(asked, holding, holding.target)


def _holders_of_it(asked: Asked) -> Iterator[Told]:
    if asked.entity is not None:
        for holding in asked.state.holdings(target=asked.entity):
            yield _holding(asked, holding, holding.holder)


def _holding(asked: Asked, holding: Holding, other: str, under: str | None = None) -> Told:
    right = "" if holding.right == "equity" else f" ({holding.right})"
    count = "" if holding.shares is None else f", {holding.shares:,} shares"
    doubts = [
        "share unknown" if holding.share.is_unknown else "",
        "" if holding.basis == "reported" else holding.basis,
        "from before shares were issued" if holding.stale else "",
    ]
    dim = "".join(f", {doubt}" for doubt in doubts if doubt)
    said = [*asked.named(other, PLAIN if under else STRONG), (right + count, PLAIN), (dim, DIM)]
    return told(holding, said, "" if holding.share.is_unknown else share_words(holding.share), under)


def _control(asked: Asked) -> Iterator[Told]:
    for fact in groups.control(asked.state, asked.entity):
        controller, target, basis = fact.key
        yield told(fact, [*asked.named(target, PLAIN), (f" ({clean(basis)})", PLAIN)], under=controller)


def _units(asked: Asked) -> Iterator[Told]:
    for unit in sorted(groups.units(asked.state, asked.entity), key=lambda unit: (unit.owner, unit.unit)):
        yield told(unit, asked.named(unit.unit, PLAIN), under=unit.owner)


def _deals(asked: Asked) -> Iterator[Told]:
    for deal in groups.deals(asked.state, asked.entity):
        if deal.stage in views.OPEN_STAGES:
            between = ", between " if len(deal.parties) > 1 else ", by "
            parties = [(between, PLAIN), *asked.all_named(deal.parties, PLAIN)] if deal.parties else []
            yield told(deal, [(clean(deal.title), STRONG), *parties], deal.stage)


def _listings(asked: Asked) -> Iterator[Told]:
    for fact in groups.listings(asked.state, asked.entity):
        listing: views.Listing = fact.value
        said = [
            fact.key[1],
            listing.ticker or "",
            "IPO" if listing.ipo else "",
            f"raised {listing.raised}" if listing.raised else "",
            f"at {listing.price} a share" if listing.price else "",
        ]
        terms = "".join(f", {clean(part)}" for part in said if part)
        yield told(fact, [*asked.named(fact.key[0]), (terms, PLAIN)])


def _shares(asked: Asked) -> Iterator[Told]:
    for fact in groups.shares(asked.state, asked.entity):
        total = fact.value.total
        count = "unknown" if total is None else f"{total:,}"
        yield told(fact, asked.named(fact.key[0]), count)


def _partnerships(asked: Asked) -> Iterator[Told]:
    for fact in groups.partnerships(asked.state, asked.entity):
        together: views.Partnership = fact.value
        said = [*asked.all_named(together.parties), (f": {clean(together.subject)}", PLAIN)]
        if together.project and asked.name(together.project) not in together.subject:
            said += [(f" ({asked.name(together.project)})", PLAIN)]
        yield told(fact, said)


def _roles(asked: Asked) -> Iterator[Told]:
    for fact in sorted(groups.roles(asked.state, asked.entity), key=lambda fact: (fact.key[1], fact.key[0])):
        person, entity, role = fact.key
        yield told(fact, [*asked.named(person, PLAIN), (f", {clean(role)}", PLAIN)], under=entity)


def _projects(asked: Asked) -> Iterator[Told]:
    for fact in groups.projects(asked.state, asked.entity):
        project, where = fact.key
        by: Line = [(", by ", PLAIN), *asked.all_named(fact.value.by, PLAIN)] if fact.value.by else []
        yield told(fact, [*asked.named(project), (f", {clean(where)}", PLAIN), *by])


def _memberships(asked: Asked) -> Iterator[Told]:
    found = groups.memberships(asked.state, asked.entity)
    for fact in sorted(found, key=lambda fact: (fact.key[1], fact.key[0])):
        entity, group = fact.key
        yield told(fact, asked.named(entity, PLAIN), under=group)


def _in_trouble(asked: Asked) -> Iterator[Told]:
    for fact in groups.statuses(asked.state, asked.entity):
        status: views.Status = fact.value
        if status.status != "active":
            reason = f": {clean(status.reason)}" if status.reason else ""
            yield told(fact, [*asked.named(fact.key[0]), (reason, PLAIN)], status.status)


def _lineage(asked: Asked) -> Iterator[Told]:
    for fact in groups.lineage(asked.state, asked.entity):
        old, new = fact.key
        yield told(fact, [*asked.named(old), (" → ", PLAIN), *asked.named(new)], fact.value.how)


SECTIONS: Final[tuple[tuple[str, Callable[[Asked], Iterator[Told]]], ...]] = (
    ("Holdings", _holdings),
    ("Holds", _held_by_it),
    ("Held by", _holders_of_it),
    ("Control", _control),
    ("Business units", _units),
    ("Open deals", _deals),
    ("Listings", _listings),
    ("Shares in issue", _shares),
    ("Partnerships", _partnerships),
    ("Roles", _roles),
    ("Released", _projects),
    ("Memberships", _memberships),
    ("Dissolved or insolvent", _in_trouble),
    ("Succession", _lineage),
)


def own_sections(asked: Asked) -> Iterator[tuple[str, list[Told]]]:
    """The views of projectors that are the user's own: their keys, and their values as text."""
    for view, facts in groups.own_facts(asked.state, asked.entity).items():
        yield clean(view).capitalize(), [_own(asked, fact) for fact in facts]


def _own(asked: Asked, fact: Any) -> Told:
    value = clean(groups.own_item(fact).value)
    key = [asked.named(part) for part in fact.key]
    return told(fact, [*joined(key, last=", "), (f": {value}" if value else "", PLAIN)])
