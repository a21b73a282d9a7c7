"""What is so on each day, by trying every assignment of days and every order: slow, plain, and not replay.

A history is a list of events as plain data. Each way in which it can have happened is an order of its events,
with a day for each inside its window, never going back. Of all orders those count in which most events make
sense; where something stood, an end comes before a new beginning of the same window. Knows roles, stakes,
units, counts of shares, deals, mergers of both kinds, demergers, foundings, dissolutions and reinstatements,
as far as the laws need them; what each event does is said in ``brute_meanings``.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise, permutations, product

from brute_meanings import UNSEEN, after, changes, doing, gone_by, handing_over, makes_sense

FIRST = date(2014, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(6)]


def ways(events, in_line=False):
    """For each day of the calendar, the set of states (tuples of cells and values) by the best orders."""
    found = defaultdict(set)
    for states, order in _best(events, in_line):
        for days in _assignments(order):
            for day in DAYS:
                happened = sum(1 for each in days if each <= day)
                found[day].add(states[happened])
    return found


def all_make_sense(events):
    """Whether some order has every event make sense."""
    return any(score[0] == len(events) for score, _, _ in _orders(events, False))


def _best(events, in_line):
    orders = list(_orders(events, in_line))
    most = max(score for score, _, _ in orders)
    return [(states, order) for score, states, order in orders if score == most]


def _orders(events, in_line):
    for order in permutations(events):
        if not _feasible(order):
            continue
        now, states, sense, early, swapped = {}, [()], 0, 0, 0
        for place, event in enumerate(order):
            pending = [other for other in order[place + 1 :] if other["window"] == event["window"]]
            early += _too_early(event, pending, now, order[place:])
            if in_line:
                swapped += sum(
                    1
                    for other in pending
                    if _turn(other, events) < _turn(event, events) and _touch_the_same(other, event, events)
                )
            sense += makes_sense(event, now, order[place + 1 :])
            now = after(event, now)
            states.append(tuple(sorted((key, value) for key, value in now.items() if value is not None)))
        yield (sense, -early, -swapped), states, order


def _turn(event, events):
    """Of one file: as it is written; foundings and counts of shares come first, observations last."""
    one_day, kind = event["window"][0] == event["window"][1], event["kind"]
    first = kind == "entity.founded" or (one_day and kind.startswith("shares."))
    last = one_day and kind == "stake.observed"
    return last - first, events.index(event)


def _feasible(order):
    day = date.min
    for event in order:
        day = max(day, event["window"][0])
        if day > event["window"][1]:
            return False
    return all(
        order.index(_named(order, event["after"])) < place
        for place, event in enumerate(order)
        if event.get("after")
    )


def _named(order, identifier):
    return next(event for event in order if event["id"] == identifier)


def _assignments(order):
    spans = [
        [day for day in [date(2013, 1, 1), *DAYS] if low <= day <= high]
        for low, high in (e["window"] for e in order)
    ]
    for days in product(*spans):
        if all(one <= two for one, two in pairwise(days)):
            yield days


def _too_early(event, pending, now, rest):
    """How many ends that make sense by now should come first: of what begins anew, or began elsewhere."""
    return sum(
        1
        for other in pending
        if not any(gone_by(step) for step in doing(other, now))
        and (_begins_anew(event, other, now) or _ends_both(event, other, now))
        and makes_sense(other, now, [each for each in rest if each is not other])
    )


def _begins_anew(event, end, now):
    """Whether an event gives a value to what stands, and would do so after an end of it as well."""
    ended = _emptied(end, now) & _begun(event, now)
    return bool(ended and ended & _begun(event, after(end, now)))


def _begun(event, now):
    return {key for key, value in changes(event, now).items() if value is not None and key[0] not in UNSEEN}


def _emptied(event, now):
    ended = {key for key, value in changes(event, now).items() if value is None and key[0] not in UNSEEN}
    return {key for key in ended if now.get(key) is not None}


def _ends_both(event, end, now):
    """Whether an end that takes whatever there is would take what stands, and what begins here beside it."""
    if end["kind"] != "unit.closed":
        return False
    stands = _emptied(end, now)
    return bool(stands) and stands < _emptied(end, after(event, now))


def _touch_the_same(one, two, events):
    """Whether two events are about one cell, or one about the number of the shares that the other moves."""
    issuers, targets = ({each.get(name) for each in (one, two)} - {None} for name in ("issuer", "target"))
    return bool(issuers & targets or cells_of(one, events) & cells_of(two, events))


def cells_of(event, events):
    """What an event is about, whether it changes it or not; a merger is about what its parties may have."""
    kind, about = event["kind"], event
    if kind.startswith("role."):
        return {("role", about["person"], about["entity"])}
    if kind.startswith("stake."):
        others = [about[name] for name in ("seller", "buyer") if about.get(name)]
        return {("stake", name, about["target"]) for name in (about["holder"], *others)}
    if kind.startswith("unit."):
        return {("unit", about["unit"])}
    if kind.startswith("deal."):
        own = {("deal", about["deal"])}
        return own.union(*(cells_of(effect, events) for effect in effects_of(event, events)))
    if handing_over(event):
        return _moved_by(event, events)
    return {("shares", about["issuer"]) if kind.startswith("shares.") else ("status", about["entity"])}


def _moved_by(event, events):
    """The cells of what the parties of a merger have, or may have come to by other mergers."""
    cells, size = set(), -1
    every = [step for other in events for step in (other, *effects_of(other, events))]
    for other in every:
        if not handing_over(other) and not other["kind"].startswith("deal."):
            cells |= {cell for cell in cells_of(other, events) if cell[0] in ("stake", "unit")}
            if other["kind"].startswith("unit."):
                owners = (other.get(name) for name in ("owner", "from", "to"))
                cells |= {("unit", other["unit"], owner) for owner in owners if owner}
    while size != len(cells):
        size = len(cells)
        for giver, taker in (pair for other in every for pair in handing_over(other)):
            cells |= {("stake", taker, cell[2]) for cell in cells if cell[:2] == ("stake", giver)}
            cells |= {
                ("unit", cell[1], taker) for cell in cells if cell[0] == "unit" and cell[2:] == (giver,)
            }
    found = {("status", thing) for thing, _ in event.get("allocation", ())}
    for giver, taker in handing_over(event):
        found |= {("status", giver), ("status", taker)}
        for cell in cells:
            if cell[:2] == ("stake", giver):
                found |= {cell, ("stake", taker, cell[2])}
            elif cell[0] == "stake" and cell[2] == giver:
                found.add(cell)
            elif cell[0] == "unit" and cell[2:] == (giver,):
                found.add(cell[:2])
    return found


def effects_of(event, events):
    """What the completion of a deal may do: every effect that any event of the deal states."""
    if event["kind"] != "deal.completed":
        return []
    return [
        effect
        for other in events
        if other.get("deal") == event["deal"]
        for effect in other.get("effects") or ()
    ]
