"""Whether two events can tell one happening: one kind, parties and right, and amounts that can be the same.

Only of kinds that are counted: each purchase adds to the one before, each issue makes more shares, so that to
take one happening for two changes the answer. What merely states something (an observation, a name) is told
twice without harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from chronicle.events.deals import InvestmentMade
from chronicle.events.envelope import Event
from chronicle.events.stakes import (
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
    StakeAcquired,
    StakeDisposed,
)
from chronicle.values import Count, Money, Share

_TENTH: Final = Fraction(1, 10)
_SURELY: Final = 0.9001

# A number as it was stated, with all that says how exact it is: its decimals and its unit.
_NUMBER: Final = re.compile(r"~?(?:[A-Z]{3} )?[0-9,]+(?:\.([0-9]+))?(k|M|bn|tn| ?%)?")
_UNITS: Final = MappingProxyType(
    {"": Fraction(1), "k": Fraction(10**3), "M": Fraction(10**6), "bn": Fraction(10**9)}
    | {"tn": Fraction(10**12), "%": Fraction(1, 100)}
)

_Amount = Share | Money | Count


def overlap(one: Event, two: Event) -> bool:
    """Whether both can have been on one day."""
    return one.date.earliest <= two.date.latest and two.date.earliest <= one.date.latest


def publishers(event: Event) -> frozenset[str]:
    """Who tells an event: the publishers of its sources, however they are spaced and written."""
    return frozenset(_name(source.publisher) for source in event.sources if source.publisher is not None)


@lru_cache(maxsize=16_384)
def _name(publisher: str) -> str:
    return " ".join(publisher.casefold().split())


def independent(one: Event, two: Event) -> bool:
    """Whether each has a publisher, and nobody tells both."""
    first, second = publishers(one), publishers(two)
    told_apart = bool(first) and bool(second) and first.isdisjoint(second)
    return told_apart and set(one.sources).isdisjoint(two.sources)


def alike(one: Event, two: Event) -> bool:
    """Whether two events can tell one happening by their kind, parties, right, deal and amounts.

    Amounts can be the same within the digits in which they are stated, and within a tenth of the larger. A
    field that either leaves open is no difference. Of other kinds than those that are counted the answer is
    no. Dates and sources are not looked at.
    """
    compare = _COMPARED.get(type(one)) if type(one) is type(two) else None
    return compare is not None and _one_deal(one, two) and compare(one, two)


def mirrored(bought: StakeAcquired, sold: StakeDisposed) -> bool:
    """Whether a purchase and a sale can be two sides of one happening, one of them naming the other side."""
    return (
        (bought.target, bought.right) == (sold.target, sold.right)
        and bought.holder != sold.holder
        and (bought.seller is not None or sold.buyer is not None)
        and bought.seller in (None, sold.holder)
        and sold.buyer in (None, bought.holder)
        and _one_deal(bought, sold)
        and _same(bought, sold, ("share", "shares", "price"))
    )


def _one_deal(one: Event, two: Event) -> bool:
    return one.deal is None or two.deal is None or one.deal == two.deal


def _bought(one: StakeAcquired, two: StakeAcquired) -> bool:
    return _stake(one, two) and (one.seller is None or two.seller in (None, one.seller))


def _sold(one: StakeDisposed, two: StakeDisposed) -> bool:
    return _stake(one, two) and (one.buyer is None or two.buyer in (None, one.buyer))


def _stake(one: Any, two: Any) -> bool:
    """Of one stake, and both say what changed hands, or both what came of it: these are two questions."""
    return (
        (one.holder, one.target, one.right) == (two.holder, two.target, two.right)
        and ((_moved(one) and _moved(two)) or (one.holds is not None and two.holds is not None))
        and _same(one, two, ("share", "holds", "shares", "price"))
    )


def _moved(event: StakeAcquired | StakeDisposed) -> bool:
    return event.share is not None or event.shares is not None


def _invested(one: InvestmentMade, two: InvestmentMade) -> bool:
    parties = one.investor == two.investor and one.project == two.project
    return parties and _same(one, two, ("share", "amount"))


def _issued(one: SharesIssued, two: SharesIssued) -> bool:
    return (
        one.issuer == two.issuer and _same(one, two, ("shares", "total", "price")) and _subscribed(one, two)
    )


def _subscribed(one: SharesIssued, two: SharesIssued) -> bool:
    """Whether the subscribers of both can be those of one issue: no two counts of one, no more than all."""
    first, second = dict(one.subscribers), dict(two.subscribers)
    both = first.keys() & second.keys()
    if not all(can_be_same(first[each], second[each]) for each in both):
        return False
    taken = Count(sum(count.value for count in (second | first).values()))
    most = max((one.shares, two.shares), key=lambda count: count.value)
    return taken.value <= most.value or can_be_same(taken, most)


def _cancelled(one: SharesCancelled, two: SharesCancelled) -> bool:
    return one.issuer == two.issuer and _same(one, two, ("shares", "total"))


def _restructured(one: SharesRestructured, two: SharesRestructured) -> bool:
    return one.issuer == two.issuer and one.ratio.factor == two.ratio.factor


_COMPARED: Final[Mapping[type[Event], Callable[[Any, Any], bool]]] = MappingProxyType(
    {
        StakeAcquired: _bought,
        StakeDisposed: _sold,
        InvestmentMade: _invested,
        SharesIssued: _issued,
        SharesCancelled: _cancelled,
        SharesRestructured: _restructured,
    }
)

COUNTED: Final[frozenset[type[Event]]] = frozenset(_COMPARED)
"""The kinds of which one more changes the answer."""


# Amounts


def _same(one: Event, two: Event, names: tuple[str, ...]) -> bool:
    return all(
        can_be_same(first, second)
        for name in names
        for first, second in [(getattr(one, name), getattr(two, name))]
        if first is not None and second is not None
    )


def can_be_same(one: _Amount, two: _Amount) -> bool:
    """Whether two stated amounts can be one: their ranges meet, or they are apart by less than is said.

    That is by no more than half of the last digit of the less exact one, or by a tenth of the larger.
    Amounts in two currencies cannot be compared, and may be the same.
    """
    if isinstance(one, Money) and isinstance(two, Money) and one.currency != two.currency:
        return True
    (low, high), (other_low, other_high) = _ends(one), _ends(two)
    if high is not None and other_low is not None and high < other_low:
        smaller, larger = high, other_low
    elif other_high is not None and low is not None and other_high < low:
        smaller, larger = other_high, low
    else:
        return True
    # Fractions are exact and slow: most amounts are so near that the exact figures are no matter.
    if float(smaller) > _SURELY * float(larger):
        return True
    apart = larger - smaller
    return apart <= max(larger * _TENTH, _half_a_digit(one), _half_a_digit(two))


def reach(event: Event) -> tuple[str, float, float] | None:
    """The first amount of an event that is known, and how far one that can be the same may be from it.

    Not exact but quick: events of which the same amount reaches elsewhere are never ``alike``.
    """
    for name in ("share", "shares", "holds"):
        amount = getattr(event, name, None)
        if amount is not None:
            low, high = _ends(amount)
            if low is None or high is None:
                return None
            half = float(_half_a_digit(amount))
            return name, min(0.94 * float(low), low - half), max(1.06 * float(high), high + half)
    return None


def _ends(amount: _Amount) -> tuple[Fraction | None, Fraction | None]:
    if isinstance(amount, Count):
        return Fraction(amount.value), Fraction(amount.value)
    low, high = amount.minimum, amount.maximum
    return None if low is None else Fraction(low), None if high is None else Fraction(high)


def _half_a_digit(amount: _Amount) -> Fraction:
    return _half(str(amount))


@lru_cache(maxsize=16_384)
def _half(text: str) -> Fraction:
    """Half of the last digit that was stated; nothing for a fraction or a range, which are exact."""
    stated = _NUMBER.fullmatch(text)
    if stated is None:
        return Fraction(0)
    decimals: int = len(stated[1] or "")
    return _UNITS[(stated[2] or "").strip()] / Fraction(2 * 10**decimals)
