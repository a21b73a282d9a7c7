"""Numbers with a suffix for thousands, as in money and counts: ``6,244M``, ``12.488bn``."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_POWERS: Final = {"": 0, "k": 3, "M": 6, "bn": 9, "tn": 12}
AMOUNT: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
SUFFIX: Final = r"(?:k|M|bn|tn)?"


def exact_amount(number: str, suffix: str) -> Decimal:
    """The exact number that digits and a suffix write: 6244000000 for ``"6,244"`` and ``"M"``."""
    # Made from a text with an exponent, since multiplication rounds to the precision of the thread's
    # decimal context; then from plain digits, so that it prints as 800000000 and not as 8E+8.
    return Decimal(format(Decimal(f"{number.replace(',', '')}E{_POWERS[suffix]}"), "f"))
