"""The figures of an event; shares as stated, or rounded where computing them made long numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chronicle.events import Event
from chronicle.render.layout import clean
from chronicle.values import Money, Share, brief_share

_LONG_NUMBER: Final = re.compile(r"(?<![\w.,-])\d{5,}(?![\w-]|[.,]\d)")


def grouped(text: str) -> str:
    """``text`` with its long whole numbers in groups of three digits: "12,488,058,846"."""
    return _LONG_NUMBER.sub(lambda found: f"{int(found[0]):,}", text)


def share_words(share: Share) -> str:
    """A share in few characters: "59.32%", ">50%", "≈33.33%" for one that was rounded.

    One that is not nothing is never rounded to nothing, and one that is not the whole never to the whole.
    """
    return clean(brief_share(share))


# The fields that state a share, by kind, the preferred one first, with their signs.
_SHARES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "stake.acquired": (("share", "+"), ("holds", "=")),
        "stake.disposed": (("share", "-"), ("holds", "=")),
        "stake.observed": (("holds", "="),),
        "investment.made": (("share", ""),),
        "control.granted": (("share", ""),),
    }
)


def share_of(event: Event) -> tuple[str, Share] | None:
    """The share of an event with its sign: ``+`` or ``-`` for what changed hands, ``=`` for what is held.

    None where the event states no share.
    """
    for name, sign in _SHARES.get(event.kind, ()):
        share: Share | None = getattr(event, name)
        if share is not None:
            return sign, share
    return None


def share_figure(event: Event) -> str:
    """The same in a few characters: "+60%", "= >50%", "+?" for the unknown; else empty."""
    found = share_of(event)
    if found is None:
        return ""
    sign, share = found
    text = clean(str(share))
    return f"{sign}{text}" if not sign or text[0].isdigit() or share.is_unknown else f"{sign} {text}"


def share_is_unknown(event: Event) -> bool:
    """Whether the event has a share that is unknown."""
    found = share_of(event)
    return found is not None and found[1].is_unknown


def money_of(event: Event) -> Money | None:
    """The amount raised, invested or paid, where the event states one."""
    for name in ("raised", "amount", "price"):
        money: Money | None = getattr(event, name, None)
        if money is not None:
            return money
    return None


def money_figure(event: Event) -> str:
    """The same as it was stated; else empty."""
    money = money_of(event)
    return "" if money is None else clean(str(money))


def money_words(event: Event) -> str:
    """The same with digits in groups: "HKD 6,244,000,000"."""
    return grouped(money_figure(event))
