"""What was known on a day, worked out the simplest way there is: lists and loops over all events."""

from __future__ import annotations

import json
from contextlib import suppress

from chronicle import codec
from chronicle.errors import InvalidEvents
from oracle import by_date, in_turn, known, less, logs_of, plus

OPEN = ("deal.proposed", "deal.agreed", "deal.approved")
CONFIDENCE = {"rumoured": 0, None: 1, "reported": 1, "confirmed": 2}


def as_known(events, known):
    """For every stake, unit and deal, its values one after the other, by one day of knowledge."""
    logs, parties = logs_of(happened := ordered(counted(versions(events, known)))), {}
    for kind, fields, window in in_turn(happened):
        if kind.startswith("deal."):
            logs.setdefault(("stage", fields["deal"]), []).append((kind, window))
            parties["stage", fields["deal"]] = fields.get("parties") or parties.get(
                ("stage", fields["deal"]), ()
            )
        for key in parties if kind == "merger.absorbed" and fields["absorbed"] != fields["survivor"] else ():
            stage, begin, *doubt = logs[key][-1]
            if fields["absorbed"] in parties[key] and stage in OPEN:
                logs[key][-1] = (stage, begin, *doubt, window)
    return logs


def since(event):
    published = [source.published.latest for source in event.sources if source.published]
    return event.known.latest if event.known else min(published, default=event.date.latest)


def versions(events, known):
    """The events known on a day, as corrected by then: what was said later says what becomes of a record."""
    seen, said = [event for event in events if known is None or since(event) <= known], []
    for record in sorted(filter(target, seen), key=lambda each: (turn(each, seen), seen.index(each)))[::-1]:
        said = [*filter(None, [version(record, said)]), *said]
    return [*filter(None, (version(event, said) for event in seen))]


def target(event):
    return getattr(event, "target", None) if event.kind.startswith("record.") else None


def turn(record, seen):
    behind = [turn(other, seen) for other in seen if other.id == target(record)]
    said, dated = ((day.earliest, day.latest) for day in (record.known or record.date, record.date))
    latest = max([(said, dated), *(when for when, _ in behind)])
    return latest, 1 + max((n for _, n in behind), default=0)


def version(event, said):
    for record in (record for record in said if record.target == event.id):
        if record.kind == "record.retracted":
            return None
        with suppress(InvalidEvents):
            patch = {name: json.loads(text) for name, text in record.set}
            event = codec.decode(codec.encode(event) | patch)
    return event


def counted(events):
    """The events that count where sources disagree."""
    weights = [(CONFIDENCE[e.confidence], since(e), place) for place, e in enumerate(events)]
    kept = []
    for *_, place in sorted(weights, reverse=True):
        if not any(rivals(events[place], other) for other in kept):
            kept.append(events[place])
    told = {}
    for event in by_date([e for e in events if e in kept and e.kind.startswith("stake.")]):
        surest, held = told.get(stake := (event.holder, event.target), (None, 0))
        says = known(event.holds)
        if event.kind == "stake.observed" and surest and says in ("?", held):
            # Said again: it counts, and what is known is as sure as the surest who says so.
            told[stake] = max(surest, event, key=lambda each: CONFIDENCE[each.confidence]), held
        elif event.kind == "stake.observed" and outweighed(event, surest, held):
            kept.remove(event)
        else:
            change = plus if event.kind == "stake.acquired" else less
            told[stake] = event, change(held, known(event.share)) or 0 if event.holds is None else says
    return [event for event in events if event in kept]


def outweighed(event, surest, held):
    """Only a rumour is, by what is better known than itself."""
    return event.confidence == "rumoured" and surest and CONFIDENCE[surest.confidence] > 0 and held != "?"


def rivals(one, two):
    if one.id == two.after or one.after == two.id or subject(one) != subject(two) or not apart(one, two):
        return False
    if "stake.observed" in (one.kind, two.kind) and agree(one.holds, two.holds):
        return False
    if subject(one)[0] == "deal" or (one.deal is not None and one.deal == two.deal):
        return True
    overlap = one.date.latest >= two.date.earliest and two.date.latest >= one.date.earliest
    return overlap and None not in (one.holds, two.holds)


def agree(one, two):
    return None not in (one, two) and (one == two or one.is_unknown or two.is_unknown)


def apart(one, two):
    return subject(one) and subject(two) and not set(one.sources) & set(two.sources)


def subject(event):
    if event.sources and event.kind.startswith("stake."):
        return "stake", event.holder, event.target
    return ("deal", event.kind, event.deal) if event.sources and event.kind.startswith("deal.") else None


def ordered(events):
    """The events as they happened: by date, and what is said to come after another behind that."""
    placed, follows = by_date(events), {event.id: event.after for event in events}
    while late := [event for event in placed if early(event, [e.id for e in placed], follows)]:
        placed.remove(late[-1])
        placed.insert([e.id for e in placed].index(late[-1].after) + 1, late[-1])
    return placed


def early(event, placed, follows):
    way = [event.after]
    while way[-1] in follows and follows[way[-1]] not in way:
        way.append(follows[way[-1]])
    return event.after in follows and event.id not in way and event.after in placed[placed.index(event.id) :]
