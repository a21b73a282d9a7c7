"""Replay: from changes to spans. It knows no event class and no view, only order and cells.

Events go through the projectors in one total order. Each projector turns an event into changes of
cells, and replay keeps the changes of each cell. Between two changes of a cell lies a span: a value
that holds from one window to another (a slowly changing dimension of type 2). All spans of all views are
the ledger, and every question is a look-up in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chronicle.errors.exports import exported

if TYPE_CHECKING:
    from chronicle.engine.replay.before import Before, World
    from chronicle.engine.replay.changes import (
        GOES_ON,
        Bounds,
        Cell,
        Change,
        Doubt,
        Key,
        Log,
        Nothing,
        Operation,
        Other,
        doubts_in,
    )
    from chronicle.engine.replay.ledger import Guess, Ledger
    from chronicle.engine.replay.linked import LinkedIds
    from chronicle.engine.replay.order import Happening, in_order
    from chronicle.engine.replay.projector import Handler, Projector
    from chronicle.engine.replay.running import Live, Replay, ending_its_own, ends_itself, replay
    from chronicle.engine.replay.spans import Piece, Span, pieces
    from chronicle.engine.replay.standing import Listed, StandingValue, with_doubts

__all__ = [
    "GOES_ON",
    "Before",
    "Bounds",
    "Cell",
    "Change",
    "Doubt",
    "Guess",
    "Handler",
    "Happening",
    "Key",
    "Ledger",
    "LinkedIds",
    "Listed",
    "Live",
    "Log",
    "Nothing",
    "Operation",
    "Other",
    "Piece",
    "Projector",
    "Replay",
    "Span",
    "StandingValue",
    "World",
    "doubts_in",
    "ending_its_own",
    "ends_itself",
    "in_order",
    "pieces",
    "replay",
    "with_doubts",
]

__getattr__ = exported(
    __name__,
    {
        "before": ("Before", "World"),
        "changes": (
            "GOES_ON",
            "Bounds",
            "Cell",
            "Change",
            "Doubt",
            "Key",
            "Log",
            "Nothing",
            "Operation",
            "Other",
            "doubts_in",
        ),
        "ledger": ("Guess", "Ledger"),
        "linked": ("LinkedIds",),
        "order": ("Happening", "in_order"),
        "projector": ("Handler", "Projector"),
        "running": ("Live", "Replay", "ending_its_own", "ends_itself", "replay"),
        "spans": ("Piece", "Span", "pieces"),
        "standing": ("Listed", "StandingValue", "with_doubts"),
    },
)
