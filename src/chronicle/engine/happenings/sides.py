"""The notices of a buyer and of a seller: two sides of one happening."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from chronicle.engine.happenings.found import FoundHappenings, OneHappening, place_of
from chronicle.engine.happenings.grouping import Claims, Subject, may_be_one, subject_of
from chronicle.engine.happenings.near import Near
from chronicle.events import (
    Event,
    StakeAcquired,
    StakeDisposed,
    mirrored,
)

StakeMoved = StakeAcquired | StakeDisposed


def sides_of(sided: Iterable[Event], subjects: Claims) -> Iterator[tuple[Subject, Subject]]:
    """Each pair of subjects, purchase and sale, in which a claim of one names the holder of the other."""
    pairs: dict[tuple[Subject, Subject], None] = {}
    for event in sorted(sided, key=lambda each: (subjects.place(subject_of(each)), subjects.position(each))):
        subject = subject_of(event)
        kind = StakeDisposed if subject[0] is StakeAcquired else StakeAcquired
        opposite = (kind, (getattr(event, other_party(event)), *subject[1][1:]))  # type: ignore[arg-type]  # a stake
        if subjects.claims(opposite):
            pairs[(subject, opposite) if kind is StakeDisposed else (opposite, subject)] = None
    return iter(pairs)


def mirror(
    happenings: Mapping[Subject, Sequence[OneHappening]],
    sides: Iterable[tuple[Subject, Subject]],
    found: FoundHappenings,
) -> None:
    """Connect each sale with the purchase that is its other side; the narrowest dates come first."""
    purchases: defaultdict[Subject, list[OneHappening]] = defaultdict(list)
    for bought, sold in sides:
        purchases[sold].extend(happenings[bought])
    near: dict[Subject, Near] = {}
    for subject, sellers in purchases.items():
        near[subject] = Near(len(sellers) + len(happenings[subject]), moved=True)
        for purchase in sellers:
            near[subject].add(purchase)
    sales = [(sale, subject) for subject in purchases for sale in happenings[subject]]
    for sale, subject in sorted(sales, key=lambda each: place_of(each[0])):
        taking = [each for each in near[subject].to(sale.claims[0]) if _two_sides(each, sale)]
        free = [each for each in taking if each.other is None]
        if free:
            purchase = found.choice(sale.claims[0], free)
            purchase.other, sale.other = sale, purchase
        elif taking:
            # Each of the purchases has a sale already: this one may be the same as one of these.
            found.leave_open(sale.claims[0], sorted(taking, key=place_of))
            found.doubtful.update(each.id for each in sale.claims)
    for subject, compared in near.items():
        if compared.exhausted:
            both = (*purchases[subject], *happenings[subject])
            found.crowds.append([claim for happening in both for claim in happening.claims])


def _two_sides(purchase: OneHappening, sale: OneHappening) -> bool:
    pairs: list[tuple[Any, Any]] = [(bought, sold) for bought in purchase.claims for sold in sale.claims]
    return any(_named(bought, sold) for bought, sold in pairs) and all(
        may_be_one(bought, sold) and mirrored(_naming(bought, sold), sold) for bought, sold in pairs
    )


def _named(bought: Any, sold: Any) -> bool:
    return bought.seller is not None or sold.buyer is not None


def _naming(bought: Any, sold: Any) -> StakeAcquired:
    """The purchase, with the seller that another claim of the happening names."""
    named: StakeAcquired = bought if _named(bought, sold) else evolve(bought, seller=sold.holder)
    return named


def other_party(event: StakeMoved) -> str:
    """The field that names the other side of a purchase or a sale."""
    return "seller" if isinstance(event, StakeAcquired) else "buyer"
