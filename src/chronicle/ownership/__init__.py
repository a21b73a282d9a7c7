"""Who owns whom: shares in, and out of them what reaches an owner at last, groups of control, and loops.

It knows no view, no state and no event: ``engine`` makes the edges of a day and asks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chronicle.errors.exports import exported

if TYPE_CHECKING:
    from chronicle.ownership.bases import (
        HELD_INDIRECTLY,
        INDIRECT_OF_UNKNOWN_KIND,
        bears_out,
        gives_control,
        held_indirectly,
    )
    from chronicle.ownership.bounds import Arrival
    from chronicle.ownership.chains import Chain
    from chronicle.ownership.closing import closing_loops, is_closed
    from chronicle.ownership.components import strong_components
    from chronicle.ownership.control import (
        ControlGraph,
        Controlled,
        Grant,
        Threshold,
        held_together,
    )
    from chronicle.ownership.graph import Edge, Graph
    from chronicle.ownership.loops import Loop, loops_in
    from chronicle.ownership.majority import MAJORITY
    from chronicle.ownership.shares import (
        LookThrough,
        Owned,
        Part,
        direct_owners,
        owned_below,
        ultimate_owners,
    )
    from chronicle.ownership.solve import TooManyTogether, Unbounded, arriving
    from chronicle.ownership.together import surely_too_many
    from chronicle.ownership.votes import VotesOrEquity, to_decide_by

__all__ = [
    "HELD_INDIRECTLY",
    "INDIRECT_OF_UNKNOWN_KIND",
    "MAJORITY",
    "Arrival",
    "Chain",
    "ControlGraph",
    "Controlled",
    "Edge",
    "Grant",
    "Graph",
    "LookThrough",
    "Loop",
    "Owned",
    "Part",
    "Threshold",
    "TooManyTogether",
    "Unbounded",
    "VotesOrEquity",
    "arriving",
    "bears_out",
    "closing_loops",
    "direct_owners",
    "gives_control",
    "held_indirectly",
    "held_together",
    "is_closed",
    "loops_in",
    "owned_below",
    "strong_components",
    "surely_too_many",
    "to_decide_by",
    "ultimate_owners",
]

__getattr__ = exported(
    __name__,
    {
        "bases": (
            "HELD_INDIRECTLY",
            "INDIRECT_OF_UNKNOWN_KIND",
            "bears_out",
            "gives_control",
            "held_indirectly",
        ),
        "bounds": ("Arrival",),
        "chains": ("Chain",),
        "closing": ("closing_loops", "is_closed"),
        "components": ("strong_components",),
        "control": ("ControlGraph", "Controlled", "Grant", "Threshold", "held_together"),
        "graph": ("Edge", "Graph"),
        "loops": ("Loop", "loops_in"),
        "majority": ("MAJORITY",),
        "shares": ("LookThrough", "Owned", "Part", "direct_owners", "owned_below", "ultimate_owners"),
        "solve": ("TooManyTogether", "Unbounded", "arriving"),
        "together": ("surely_too_many",),
        "votes": ("VotesOrEquity", "to_decide_by"),
    },
)
