"""One happening, several tellers: two papers that report one purchase do not make it two.

Events that are counted (each purchase adds to the one before, each issue makes more shares) are claims of one
happening when they are of the same kind, parties and right, their windows overlap, their amounts can be the
same, and they come from independent sources of which no publisher tells both. They are counted once: the
policy of claims decides where they differ, what one leaves open the others fill in, and the date is the
narrowest window that all allow. The notices of a buyer and of a seller are one happening too, and so are an
effect of a deal and an event of its own that tells the same. ``apart: yes`` keeps an event out of all this.

Nothing here depends on the order of events but the last word of the policy, recorded last.
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
