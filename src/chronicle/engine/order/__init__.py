"""The order of replay: the orders in which most events make sense, and only then the earliest day.

Events whose windows overlap and that touch the same things are ordered together (``plan.py``). Of all
orders that their windows allow, those in which most events make sense (``engine.sense``) are taken, and
among these, for events of one window: an end before a new beginning where something stood, and then the order
in one file or one append. What is the same in every order taken is certain; what is so only in some
is possible (``bounds.py``).

The search (``search.py``) goes by sets of events that have happened, and the values that then stand: two ways
to the same set and values are one, so that a group of k events costs at most 2 to the k steps and mostly far
fewer. A group with more than eight events at one time, or too many steps, keeps the order of its dates, and
nothing that it made is certain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from operator import not_

from chronicle.engine.arranged import Arranged, arrange
from chronicle.engine.order.component import said
from chronicle.engine.order.overlaps import candidates
from chronicle.engine.order.plan import Origin, Plan, ReplayTerms
from chronicle.engine.order.walk import Replayed, Walk
from chronicle.engine.replay import Projector, Replay
from chronicle.events import Event

__all__ = ["Origin", "ReplayTerms", "Replayed", "replay_in_order", "said"]


def replay_in_order(
    events: Sequence[Event],
    projectors: Sequence[Projector],
    shipped: Sequence[Projector],
    names: Mapping[str, str],
    terms: ReplayTerms | None = None,
    *,
    arranged: Arranged | None = None,
) -> Replayed:
    """Replay ``events``, given in order of position, in the order that makes most sense.

    ``shipped`` are those of the projectors that decide the order: a projector of your own has no influence on
    it. ``names`` are ids that were linked to another, with the id that stays. ``arranged`` has the same
    events, if they were arranged before.
    """
    terms = terms or ReplayTerms()
    arranged = arranged or arrange(events)
    own = frozenset([event.ends for event in arranged.natural if event.ends is not None])
    found = candidates(arranged, terms.doubtful)
    plain, compared = arranged.natural, list[Event]()
    if found.ids:
        chosen = [event.id in found.ids for event in arranged.natural]
        plain = [*compress(arranged.natural, map(not_, chosen))]
        compared = [*compress(arranged.natural, chosen)]
    deciding = Replay(shipped).handlers
    lives = found.lives
    unordered = {view for each in projectors if each not in shipped for view in each.views}
    while True:
        plan = Plan(compared, events, own, terms, lives)
        running = Replay(projectors, own, said)
        running.changes.unordered.update(unordered)
        walk = Walk(plan, running, deciding, found.deals)
        replayed = walk.result(plain, names)
        if walk.against <= lives.ignored and walk.loose <= lives.loose:
            return replayed
        # Lives that ordered events to their cost are ignored, and the replay is repeated.
        lives = lives.without(walk.against, walk.loose)
