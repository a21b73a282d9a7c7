"""What a majority is where nothing else is said. It stands alone, since states name it as a default."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

MAJORITY: Final = Fraction(1, 2)
"""More than this is a majority."""
