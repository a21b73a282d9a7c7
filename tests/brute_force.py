"""What is so on each day, by trying every assignment of days and every order: slow, plain, and not replay.

A history is a list of events as plain data. Each way in which it can have happened is an order of its events,
with a day for each inside its window, never going back. Of all orders those count in which most events make
sense; where something stood, an end comes before a new beginning of the same window. Knows roles, stakes,
units, counts of shares, deals, mergers of both kinds, demergers, foundings and dissolutions, as far as the
laws need them.
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
        if not gone_by(other)
        and (_begins_anew(event, other, now) or _ends_both(event, other, now))
        and makes_sense(other, now, [each for each in rest if each is not other])
    )


def _begins_anew(event, end, now):
    """Whether an event gives a value to what stands, and would do so after an end of it as well."""
    ended = _emptied(end, now) & _begun(event, now)
    return bool(ended and ended & _begun(event, after(end, now)))


def _begun(event, now):
    return {key for key, value in changes(event, now).items() if value is not None and key[0] != "says"}


def _emptied(event, now):
    return {key for key, value in changes(event, now).items() if value is None and now.get(key) is not None}


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
        return {("deal", about["deal"])} | (
            cells_of(_bought(events), events) if kind == "deal.completed" else set()
        )
    if kind.startswith("shares."):
        return {("shares", about["issuer"])}
    if handing_over(event):
        return _moved_by(event, events)
    return {("status", about["entity"])}


def handing_over(event):
    """Which company hands over to which by a merger or a demerger, as pairs; none for other kinds."""
    if event["kind"] == "merger.absorbed":
        return [(event["absorbed"], event["survivor"])]
    if event["kind"] == "merger.consolidated":
        return [(gone, event["successor"]) for gone in event["predecessors"]]
    if event["kind"] == "demerger.split":
        return [(event["parent"], new) for new in event["successors"]]
    return []


def gone_by(event):
    """The companies that a merger ends."""
    return [] if event["kind"] == "demerger.split" else [gone for gone, _ in handing_over(event)]


def _moved_by(event, events):
    """The cells of what the parties of a merger have, or may have come to by other mergers."""
    cells, size = set(), -1
    for other in events:
        if not handing_over(other):
            cells |= {cell for cell in cells_of(other, events) if cell[0] in ("stake", "unit")}
            if other["kind"].startswith("unit."):
                owners = (other.get(name) for name in ("owner", "from", "to"))
                cells |= {("unit", other["unit"], owner) for owner in owners if owner}
    while size != len(cells):
        size = len(cells)
        for giver, taker in (pair for other in events for pair in handing_over(other)):
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
    if kind == "demerger.split":
        return _demerger(event, now)
    if handing_over(event):
        return _merger(event, now)
    if kind.startswith("deal."):
        return _deal(event, now)
    if kind == "entity.founded":
        return {("status", event["entity"]): "active"}
    if kind == "entity.dissolved":
        return {("status", event["entity"]): "dissolved"}
    if kind == "shares.issued":
        return _issue(event, now)
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


def _issue(event, now):
    """More shares: who holds a part of the old ones holds less of all, where both numbers are known."""
    count = ("shares", event["issuer"])
    new = {count: event["total"]}
    for key, value in now.items() if now.get(count) else ():
        if key[0] == "stake" and key[2] == event["issuer"] and value is not None:
            kept = value * now[count] / event["total"]
            new |= {} if kept == value else {key: kept}
    return new


def _merger(event, now):
    gone, stays = gone_by(event), handing_over(event)[0][1]
    new = dict.fromkeys((("status", each) for each in gone), "dissolved")
    if event["kind"] == "merger.consolidated":
        new["status", stays] = "active"
    for key, value in now.items():
        if value is None or key[0] not in ("stake", "unit"):
            continue
        of_gone = (key[1] if key[0] == "stake" else key[2]) in gone
        if of_gone and key[0] == "stake" and key[2] not in (*gone, stays):
            _gains(new, now, ("stake", stays, key[2]), value)
        elif of_gone and key[0] == "unit":
            new["unit", key[1], stays] = "owned"
        if of_gone or (key[0] == "stake" and key[2] in gone):
            new[key] = None
    return new


def _gains(new, now, key, share):
    new[key] = (new.get(key, now.get(key)) or Fraction(0)) + share


def _demerger(event, now):
    new = dict.fromkeys((("status", each) for each in event["successors"]), "active")
    for thing, taker in event["allocation"]:
        stake, unit = ("stake", event["parent"], thing), ("unit", thing, event["parent"])
        if now.get(stake) is not None:
            _gains(new, now, ("stake", taker, thing), now[stake])
            new[stake] = None
        if now.get(unit) is not None:
            new[unit], new["unit", thing, taker] = None, "owned"
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
    elif kind == "demerger.split":
        good = all(
            now.get(("stake", event["parent"], thing)) is not None
            or now.get(("unit", thing, event["parent"])) is not None
            for thing, _ in event["allocation"]
        )
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
    if handing_over(event):
        things = [thing for thing, _ in event.get("allocation", ())]
        return tuple(dict.fromkeys([*(name for pair in handing_over(event) for name in pair), *things]))
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
    )
    return tuple(event[name] for name in names if event.get(name)) + tuple(event.get("parties", ()))


def _alive(name, now, pending, event):
    # What is left of a company may come to its end when the company is gone.
    leaves = event["kind"] in ("role.ended", "unit.closed", "deal.terminated")
    if now.get(("status", name)) == "dissolved" and not leaves:
        return False
    founding = any(other["kind"] == "entity.founded" and other["entity"] == name for other in pending)
    return not founding or now.get(("status", name)) is not None
