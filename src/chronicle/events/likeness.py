"""Whether two events can report one happening: the same kind, parties and right, and compatible amounts.

Only counted kinds are compared: each purchase adds to the one before and each issue makes more shares, so
that one happening counted twice would change the answer. What merely states a value (an observation, a name)
can be reported twice without harm.
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

# A number as it was stated: its decimals and its unit say how exact it is.
_NUMBER: Final = re.compile(r"~?(?:[A-Z]{3} )?[0-9,]+(?:\.([0-9]+))?(k|M|bn|tn| ?%)?")
_UNITS: Final = MappingProxyType(
    {"": Fraction(1), "k": Fraction(10**3), "M": Fraction(10**6), "bn": Fraction(10**9)}
    | {"tn": Fraction(10**12), "%": Fraction(1, 100)}
)

_Amount = Share | Money | Count


def overlap(one: Event, two: Event) -> bool:
    """Whether both events can have happened on one day."""
    return one.date.earliest <= two.date.latest and two.date.earliest <= one.date.latest


def publishers(event: Event) -> frozenset[str]:
    """The publishers of an event's sources, in lower case and with single spaces."""
    return frozenset(_name(source.publisher) for source in event.sources if source.publisher is not None)


@lru_cache(maxsize=16_384)
def _name(publisher: str) -> str:
    return " ".join(publisher.casefold().split())


def independent(one: Event, two: Event) -> bool:
    """Whether each event has a publisher, and no publisher and no source belongs to both."""
    first, second = publishers(one), publishers(two)
    other_publishers = bool(first) and bool(second) and first.isdisjoint(second)
    return other_publishers and set(one.sources).isdisjoint(two.sources)


def alike(one: Event, two: Event) -> bool:
    """Whether two events can report one happening, by their kind, parties, right, deal and amounts.

    Amounts can be the same within the digits in which they are stated, and within a tenth of the larger. A
    field that either leaves open is no difference. For kinds that are not counted the answer is no. Dates and
    sources are not compared.
    """
    compare = _COMPARED.get(type(one)) if type(one) is type(two) else None
    return compare is not None and _one_deal(one, two) and compare(one, two)


def mirrored(bought: StakeAcquired, sold: StakeDisposed) -> bool:
    """Whether a purchase and a sale can be two sides of one happening. At least one must name the other."""
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
    """Whether two events can report one change of one stake.

    Both must say what changed hands, or both what is held afterwards: one figure cannot be compared with the
    other.
    """
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
    """Whether the subscribers of both can be those of one issue.

    So if no subscriber has two different counts, and all together have no more than was issued.
    """
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
"""The kinds that are counted: an event more of the same changes the answer."""


# Amounts


def _same(one: Event, two: Event, names: tuple[str, ...]) -> bool:
    return all(
        can_be_same(first, second)
        for name in names
        for first, second in [(getattr(one, name), getattr(two, name))]
        if first is not None and second is not None
    )


def can_be_same(one: _Amount, two: _Amount) -> bool:
    """Whether two stated amounts can be one amount: their ranges meet, or the gap between them is small.

    Small is at most half of the last digit of the less exact one, or a tenth of the larger. Amounts in two
    currencies cannot be compared, and may be the same.
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
    # Fractions are exact and slow. Most amounts are so near that floats decide it.
    if float(smaller) > _SURELY * float(larger):
        return True
    apart = larger - smaller
    return apart <= max(larger * _TENTH, _half_a_digit(one), _half_a_digit(two))


def reach(event: Event) -> tuple[str, float, float] | None:
    """The field of the first known amount of an event, and bounds for amounts that can be the same.

    Quick, and wider than ``can_be_same``: events whose bounds for one field do not overlap are never
    ``alike``. None for an event without an amount, and for a range with an open end.
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
    """Half of the last stated digit; zero for a fraction or a range, which are exact."""
    stated = _NUMBER.fullmatch(text)
    if stated is None:
        return Fraction(0)
    decimals: int = len(stated[1] or "")
    return _UNITS[(stated[2] or "").strip()] / Fraction(2 * 10**decimals)
