"""Who owns whom in a register of millions of shares: by columns and sparse matrices, with certified bounds.

It needs numpy and scipy (the extra ``scale``), so that it is imported only when a register is asked about.
"""

from __future__ import annotations

from chronicle.ownership.register.answers import Owners, Portfolio, Reached, Within
from chronicle.ownership.register.asked import Register

__all__ = ["Owners", "Portfolio", "Reached", "Register", "Within"]
