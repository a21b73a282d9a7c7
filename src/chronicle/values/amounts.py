"""Numbers with a unit of thousands, as amounts of money and counts write them: ``6,244M``, ``12.488bn``."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_POWERS: Final = {"": 0, "k": 3, "M": 6, "bn": 9, "tn": 12}
AMOUNT: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
SUFFIX: Final = r"(?:k|M|bn|tn)?"


def exact_amount(number: str, suffix: str) -> Decimal:
    """The exact number that digits and a suffix write: ``exact_amount("6,244", "M")`` is 6244000000."""
    # From text with an exponent, not by multiplication, which would round to the context of the thread.
    # Then through plain digits, so that it prints as 800000000, not as 8E+8.
    return Decimal(format(Decimal(f"{number.replace(',', '')}E{_POWERS[suffix]}"), "f"))
