"""What is so on each day, by trying every assignment of days and every order: slow, plain, and not replay.

A history is a list of events as plain data. Each way in which it can have happened is an order of its events,
with a day for each inside its window, never going back. Of all orders those count in which most events make
sense; where something stood, an end comes before a new beginning of the same window. Knows roles, stakes,
units, counts of shares, deals, mergers, foundings and dissolutions, as far as the laws need them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, permutations, product

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
                    if _turn(other, events) < _turn(event, events)
                    and cells_of(other, events) & cells_of(event, events)
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
    begun = {
        key
        for key, value in changes(event, now).items()
        if value is not None and now.get(key) is not None and key[0] != "says"
    }
    return sum(
        1
        for other in pending
        if (not begun.isdisjoint(_emptied(other, now)) or _ends_both(event, other, now))
        and makes_sense(other, now, [each for each in rest if each is not other])
    )


def _emptied(event, now):
    return {key for key, value in changes(event, now).items() if value is None and now.get(key) is not None}


def _ends_both(event, end, now):
    """Whether an end that takes whatever there is would take what stands, and what begins here beside it."""
    if end["kind"] != "unit.closed":
        return False
    stands = _emptied(end, now)
    return bool(stands) and stands < _emptied(end, after(event, now))


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
        return {("deal", about["deal"])} | (
            cells_of(_bought(events), events) if kind == "deal.completed" else set()
        )
    if kind.startswith("shares."):
        return {("shares", about["issuer"])}
    if kind == "merger.absorbed":
        gone, stays = about["absorbed"], about["survivor"]
        held = {other["target"] for other in events if other.get("holder") == gone}
        owners = ("owner", "from", "to")
        units = {other["unit"] for other in events if gone in [other.get(name) for name in owners]}
        return (
            {("stake", name, target) for name in (gone, stays) for target in held}
            | {("unit", unit) for unit in units}
            | {("status", gone), ("status", stays)}
        )
    return {("status", about["entity"])}


def _bought(events):
    effects = [event["effect"] for event in events if event.get("effect")]
    return effects[0] if effects else {"kind": "unit.none", "unit": ""}


def after(event, now):
    return now | changes(event, now)


def changes(event, now):
    kind = event["kind"]
    if kind == "role.appointed":
        return {("role", event["person"], event["entity"]): "director"}
    if kind == "role.ended":
        return {("role", event["person"], event["entity"]): None}
    if kind.startswith("stake."):
        return _stake(event, now)
    if kind == "unit.launched":
        return {("unit", event["unit"], event["owner"]): "owned"}
    if kind == "unit.transferred":
        return {("unit", event["unit"], event["from"]): None, ("unit", event["unit"], event["to"]): "owned"}
    if kind == "unit.closed":
        return {key: None for key in now if key[:2] == ("unit", event["unit"])}
    if kind == "merger.absorbed":
        return _merger(event, now)
    if kind.startswith("deal."):
        return _deal(event, now)
    if kind == "entity.founded":
        return {("status", event["entity"]): "active"}
    if kind == "entity.dissolved":
        return {("status", event["entity"]): "dissolved"}
    if kind == "shares.issued":
        return {("shares", event["issuer"]): event["total"]}
    if kind == "shares.restructured":
        count = now.get(("shares", event["issuer"]))
        return {} if count is None else {("shares", event["issuer"]): count * event["factor"]}
    raise AssertionError(kind)


def _stake(event, now):
    key = ("stake", event["holder"], event["target"])
    old = now.get(key) or Fraction(0)
    share, holds = event.get("share"), event.get("holds")
    if event["kind"] == "stake.observed":
        return {key: holds or None}
    if event["kind"] == "stake.acquired":
        new = {key: old + share}
        if event.get("seller"):
            other = ("stake", event["seller"], event["target"])
            new[other] = max(Fraction(0), (now.get(other) or Fraction(0)) - share) or None
        return new
    if holds is not None:
        return {key: holds or None}
    return {key: max(Fraction(0), old - share) or None}


def _merger(event, now):
    gone, stays = event["absorbed"], event["survivor"]
    new = {("status", gone): "dissolved"}
    for key, value in now.items():
        if value is None:
            continue
        if key[:2] == ("stake", gone):
            new[key] = None
            if key[2] != stays:
                taken = ("stake", stays, key[2])
                new[taken] = (now.get(taken) or Fraction(0)) + value
        elif key[0] == "stake" and key[2] == gone:
            new[key] = None
        elif key[0] == "unit" and key[2] == gone:
            new[key] = None
            new["unit", key[1], stays] = "owned"
    return new


def _deal(event, now):
    stage = event["kind"].removeprefix("deal.")
    new = {("deal", event["deal"]): stage}
    says = ("says", event["deal"])
    if stage in ("proposed", "agreed") and event.get("effect"):
        new[says] = tuple(sorted(event["effect"].items()))
    if stage == "terminated":
        new[says] = None
    if stage == "completed":
        new[says] = None
        if now.get(says):
            new |= changes(dict(now[says]), now)
    return new


def makes_sense(event, now, pending):
    """How many of what the event says make sense: one, and one more for the effect of a deal."""
    kind = event["kind"]
    alive = all(_alive(name, now, pending, event) for name in acting(event))
    if kind == "role.appointed":
        good = now.get(("role", event["person"], event["entity"])) is None
    elif kind == "role.ended":
        good = now.get(("role", event["person"], event["entity"])) is not None
    elif kind == "stake.acquired":
        seller = event.get("seller")
        good = not seller or (now.get(("stake", seller, event["target"])) or 0) >= event["share"]
    elif kind == "stake.disposed":
        held = now.get(("stake", event["holder"], event["target"]))
        good = held is not None and held >= (event.get("share") or 0) and held >= (event.get("holds") or 0)
    elif kind == "stake.observed":
        return int(
            event["holds"] == 0 or now.get(("stake", event["holder"], event["target"])) == event["holds"]
        )
    elif kind == "unit.launched":
        good = not any(key[:2] == ("unit", event["unit"]) and value for key, value in now.items())
    elif kind == "unit.closed":
        good = any(key[:2] == ("unit", event["unit"]) and value for key, value in now.items())
    elif kind == "unit.transferred":
        good = now.get(("unit", event["unit"], event["from"])) is not None
    elif kind.startswith("deal."):
        good = now.get(("deal", event["deal"])) in _BEFORE[kind.removeprefix("deal.")]
    elif kind == "entity.founded":
        good = now.get(("status", event["entity"])) is None
    elif kind == "entity.dissolved":
        good = now.get(("status", event["entity"])) != "dissolved"
    elif kind == "shares.restructured":
        good = now.get(("shares", event["issuer"])) is not None
    else:
        good = True
    return int(good and alive)


_BEFORE = {
    "proposed": (None, "terminated"),
    "agreed": (None, "proposed", "terminated"),
    "approved": ("proposed", "agreed", "approved"),
    "completed": ("proposed", "agreed", "approved"),
    "terminated": ("proposed", "agreed", "approved"),
}


def acting(event):
    if event["kind"] in ("stake.observed", "entity.founded", "entity.dissolved"):
        return ()
    names = (
        "person",
        "entity",
        "holder",
        "target",
        "seller",
        "buyer",
        "owner",
        "from",
        "to",
        "unit",
        "issuer",
        "survivor",
    )
    return tuple(event[name] for name in names if event.get(name)) + tuple(event.get("parties", ()))


def _alive(name, now, pending, event):
    # What is left of a company may come to its end when the company is gone.
    leaves = event["kind"] in ("role.ended", "unit.closed", "deal.terminated")
    if now.get(("status", name)) == "dissolved" and not leaves:
        return False
    founding = any(other["kind"] == "entity.founded" and other["entity"] == name for other in pending)
    return not founding or now.get(("status", name)) is not None
