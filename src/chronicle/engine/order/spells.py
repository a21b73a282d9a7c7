"""What says itself until when it stands: identifiers, each with the day from which it had run out.

The end is no event of its own, so that no order of events says when it comes.
"""

from __future__ import annotations

from collections.abc import Sequence

from chronicle.dates import FOREVER
from chronicle.engine.replay import Bounds, Cell, Replay, ends_itself


def bound_by_their_own_ends(running: Replay, cell: Cell, made: Sequence[int]) -> bool:
    """Bound the values that a group gave a cell at the places ``made`` of its log; False if none ends itself.

    One that says until when it stands goes by its own dates. One that does not stands on, until one comes
    after it that does: where it is open which comes later, it is only possible from then on.
    """
    log = running.changes.cells[cell[0]].get(cell[1], [])
    begun = [place for place in made if log[place].value is not None]
    ending = [(log[place].window, log[place + 1].window) for place in begun if ends_itself(log, place)]
    if not ending:
        return False
    for place in begun:
        window = log[place].window
        if ends_itself(log, place):
            continue
        later = (end for begin, end in ending if min(begin.latest, end.latest) >= window.earliest)
        until = [max(end.earliest, window.earliest) for end in later]
        gone = [end.latest for begin, end in ending if begin.earliest > window.latest]
        stays = FOREVER if place + 1 < len(log) else None
        possible = min(gone, default=stays)
        running.changes.bounds[cell][place] = Bounds(None, None, min(until, default=possible), possible)
    return True
