"""Values as sources state them: shares, money, counts of shares, ratios, and the sources themselves.

Every value is frozen and hashable, keeps the text in which it was stated, and is exact: fractions, decimals
and integers, never floats. An unknown value is said to be unknown; it is never zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chronicle.errors.exports import exported

if TYPE_CHECKING:
    from chronicle.values.agreement import confirms, contradicts, disagree, range_around
    from chronicle.values.counts import Count, Ratio, parse_count, parse_ratio
    from chronicle.values.currencies import CURRENCIES
    from chronicle.values.money import Money, parse_money
    from chronicle.values.share_texts import ROUNDED, brief_share, parse_share
    from chronicle.values.shares import NOTHING, UNKNOWN, WHOLE, Share, more_than_whole
    from chronicle.values.sources import Source

__all__ = [
    "CURRENCIES",
    "NOTHING",
    "ROUNDED",
    "UNKNOWN",
    "WHOLE",
    "Count",
    "Money",
    "Ratio",
    "Share",
    "Source",
    "brief_share",
    "confirms",
    "contradicts",
    "disagree",
    "more_than_whole",
    "parse_count",
    "parse_money",
    "parse_ratio",
    "parse_share",
    "range_around",
]

__getattr__ = exported(
    __name__,
    {
        "agreement": ("confirms", "contradicts", "disagree", "range_around"),
        "counts": ("Count", "Ratio", "parse_count", "parse_ratio"),
        "currencies": ("CURRENCIES",),
        "money": ("Money", "parse_money"),
        "share_texts": ("ROUNDED", "brief_share", "parse_share"),
        "shares": ("NOTHING", "UNKNOWN", "WHOLE", "Share", "more_than_whole"),
        "sources": ("Source",),
    },
)
