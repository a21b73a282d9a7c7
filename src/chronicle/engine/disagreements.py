"""What two claims of one fact disagree on, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType

from chronicle.dates import PartialDate
from chronicle.events import (
    Event,
    StakeObserved,
)
from chronicle.values import Money, Share, disagree

# The fields in which claims may differ, with the word for each.
_COMPARED = MappingProxyType(
    {
        "share": "share",
        "holds": "share",
        "shares": "count",
        "price": "amount",
        "amount": "amount",
        "total": "total",
        "subscribers": "subscribers",
        "effects": "effects",
        "name": "name",
        "type": "type",
        "jurisdiction": "jurisdiction",
        "date": "day",
    }
)


def words_of_difference(chosen: Event, others: Sequence[Event]) -> tuple[str, ...]:
    """What the claim that counts and the others differ in: "day", "share", "amount" and so on, each once."""
    return tuple(dict.fromkeys(word for other in others for word in _differences(chosen, other)))


def _differences(one: Event, two: Event) -> Iterator[str]:
    """What two claims disagree on; a field that either leaves open is no disagreement."""
    for name, word in _COMPARED.items():
        first, second = getattr(one, name, None), getattr(two, name, None)
        # An observation says nothing about the day on which the value began.
        if word == "day" and isinstance(two, StakeObserved):
            continue
        if _is_open(name, first) or _is_open(name, second):
            continue
        # What the buyer holds afterwards and what the seller holds afterwards are two things.
        if name == "holds" and getattr(one, "holder", None) != getattr(two, "holder", None):
            continue
        if _disagree(first, second):
            yield word


def _is_open(name: str, value: object) -> bool:
    # That a deal has no effects is stated by an empty list of them.
    return value is None or (value == () and name != "effects")


def _disagree(first: object, second: object) -> bool:
    """Whether two values cannot both be right: "in June" and "on 24 June" can, 800M and HKD 6bn may."""
    match first, second:
        case PartialDate(), PartialDate():
            return first.latest < second.earliest or second.latest < first.earliest
        case Share(), Share():
            return disagree(first, second)
        case Money(), Money():
            return first.currency == second.currency and first != second
        case _:
            return first != second
