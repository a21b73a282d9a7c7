"""Several reports of one happening: two newspapers that report one purchase do not make it two.

Events that are counted (each purchase adds to the one before, each issue makes more shares) are claims of one
happening when they are of the same kind, parties and right, their windows overlap, their amounts can be the
same, and they come from independent sources without a common publisher. They are counted once: the policy
for conflicts decides where they differ, what one leaves open is filled in from the others, and the date is
the narrowest window that all allow. The notices of a buyer and of a seller are one happening too, and so are
an effect of a deal and an event that reports the same. ``apart: yes`` keeps an event out of all this.

The order of events has no influence, except that the policy at last prefers what was recorded last.
"""

from __future__ import annotations

from chronicle.engine.happenings.deals import in_deals
from chronicle.engine.happenings.found import Told
from chronicle.engine.happenings.joining import join

__all__ = [
    "Told",
    "in_deals",
    "join",
]
