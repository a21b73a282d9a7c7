"""What is so on a day, worked out the simplest way there is: lists and loops, no ledger, no projectors.

Knows stakes, units, absorptions and deals. A value is a fraction, "?", "owned" for a unit, None for nothing.
"""

from __future__ import annotations

from itertools import pairwise

from attrs import asdict

from chronicle.events import ORDER


def answers(events, day):
    """For every key, the values that may stand on ``day``, oldest first, and whether each surely does."""
    return told(logs_of(by_date(events)), day)


def told(logs, day):
    return {key: found for key, log in logs.items() if (found := list(on(day, log)))}


def logs_of(ordered):
    """For every key, its values one after the other and since when; ``ordered`` as they happened."""
    logs, now = {}, {}
    for kind, fields, window in in_turn(ordered):
        for key, value in consequences(kind, fields, now).items():
            # Who does not know what is held says nothing against it.
            confirmed = kind == "stake.observed" and value in (now.get(key), "?") and now.get(key) is not None
            if not confirmed and (value != now.get(key) or value is not None):
                logs.setdefault(key, []).append((value, window))
                now[key] = value
    return logs


def by_date(events):
    places = [(e.date.earliest, e.date.latest, ORDER[type(e)], place, e) for place, e in enumerate(events)]
    return [event for *_, event in sorted(places, key=lambda place: place[:4])]


def in_turn(ordered):
    announced = {}
    for event in ordered:
        fields = asdict(event, recurse=False)
        yield event.kind, fields, event.date
        if fields.get("effects") is not None:
            announced[event.deal] = event.effects
        ended = announced.pop(event.deal, ()) if event.kind in ("deal.completed", "deal.terminated") else ()
        for effect in ended if event.kind == "deal.completed" else ():
            yield effect.kind, dict(effect.fields), event.date


def on(day, log):
    for value, doubts, (first, surely, perhaps_over, over) in days_of(log):
        certain = surely <= day and (perhaps_over is None or day < perhaps_over)
        certain = certain and all(day < doubt.earliest for doubt in doubts)
        possible = first <= day and (over is None or day < over)
        if value is not None and (certain or possible):
            yield value, certain


def days_of(log):
    """Each value, its doubts, and from when it may stand, surely stands, may not and surely does not."""
    found = [
        (value, doubts, [begin.earliest, begin.latest, end and end.earliest, end and end.latest])
        for (value, begin, *doubts), (_, end, *_) in zip(log, [*log[1:], (None, None)], strict=True)
    ]
    for (one, doubts, days), (two, others, later) in pairwise(found):
        if one is not None and one == two and not doubts and not others:
            # It was so before and is so after, whenever it was said again.
            days[2:] = later[:2] = [max(later[1], days[0])] * 2
    return found


def plus(one, two):
    return "?" if "?" in (one, two) else (one or 0) + two or None


def less(one, two):
    return one if one is None else "?" if "?" in (one, two) else max(0, one - two) or None


def consequences(kind, fields, now):
    share, holds = (known(fields.get(name)) for name in ("share", "holds"))
    stake = ("stake", fields.get("holder"), fields.get("target"))
    old, buyer, seller = (now.get(stake), fields.get("buyer"), fields.get("seller"))
    if kind in ("stake.acquired", "stake.disposed"):
        change, back = (plus, less) if kind == "stake.acquired" else (less, plus)
        gained = holds if old is None else less(holds, old)
        moved = share if share is not None else gained if change is plus else less(old or "?", holds)
        new = {stake: change(old, share) if holds is None else holds or None}
        other = ("stake", seller or buyer, stake[2])
        return new | {other: back(now.get(other), moved)} if other[1] and moved else new
    if kind == "stake.observed":
        return {stake: holds or None}
    if kind == "unit.launched":
        return {("unit", fields["unit"], fields["owner"]): "owned"}
    if kind == "unit.transferred" and fields["from_"] != fields["to"]:
        return {
            ("unit", fields["unit"], fields["to"]): "owned",
            ("unit", fields["unit"], fields["from_"]): None,
        }
    if kind == "merger.absorbed" and fields["absorbed"] != fields["survivor"]:
        return merger(fields["absorbed"], fields["survivor"], now)
    return {}


def merger(gone, survivor, now):
    new = {}
    for (what, one, two), value in now.items():
        if value is not None and what == "unit" and two == gone:
            new |= {(what, one, gone): None, (what, one, survivor): "owned"}
        elif value is not None and what == "stake" and gone in (one, two):
            new[what, one, two] = None
            if two not in (gone, survivor):
                new[what, survivor, two] = plus(now.get((what, survivor, two)), value)
    return new


def known(share):
    return None if share is None else "?" if share.is_unknown else share.value
