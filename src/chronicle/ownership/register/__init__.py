"""Who owns whom in a register of millions of shares: by columns and sparse matrices, with proved bounds.

It needs numpy and scipy (the extra ``scale``), so that it is imported only when a register is asked about.
Importing it raises ``UsageError`` (C740) where they are not installed.
"""

from __future__ import annotations

from importlib import import_module

from chronicle.errors import not_installed

try:
    import_module("scipy.sparse")
except ImportError:
    raise not_installed("scipy", "which solves the equations of a register", "scale") from None

from chronicle.ownership.register.answers import Owners, Portfolio, Reached, Within
from chronicle.ownership.register.asked import Register
from chronicle.ownership.register.stated import StatedShares

__all__ = ["Owners", "Portfolio", "Reached", "Register", "StatedShares", "Within"]
