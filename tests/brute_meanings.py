"""What each event does, where it makes sense, and what it makes doubtful: plain, and not replay.

An event is plain data, and what is so is a mapping from cells to values, with None for nothing. Beside the
cells that the laws compare there are some that nobody sees: what a deal says that it will do (``says``),
whose it is (``parties``), who has ended (``status``), and by whose end a cell is in doubt (``doubted``).
"""

from __future__ import annotations

from fractions import Fraction

UNSEEN = ("says", "parties", "status", "doubted")
"""The first part of the cells that the laws do not compare."""


def handing_over(event):
    """Which company hands over to which by a merger or a demerger, as pairs; none for other kinds.

    Where nobody says who takes over, a company is paired with itself.
    """
    if event["kind"] == "merger.absorbed":
        return [(event["absorbed"], event.get("survivor", event["absorbed"]))]
    if event["kind"] == "merger.consolidated":
        return [(gone, event.get("successor", gone)) for gone in event["predecessors"]]
    if event["kind"] == "demerger.split":
        return [(event["parent"], new) for new in event["successors"]]
    return []


def gone_by(event):
    """The companies that a merger ends."""
    return [] if event["kind"] == "demerger.split" else [gone for gone, _ in handing_over(event)]


def doing(event, now):
    """An event, and the effects that it has if it completes a deal."""
    if event["kind"] != "deal.completed":
        return [event]
    stated = event.get("effects") or now.get(("says", event["deal"])) or ()
    return [event, *map(dict, stated)]


def after(event, now):
    """What is so after an event, with its effects."""
    return now | changes(event, now)


def changes(event, now):
    """The cells to which an event gives a value or none, with its effects: also where that was so before."""
    new = {}
    for step in doing(event, now):
        made = _made_by(step, now | new)
        new |= made | _doubts(step, now | new, made)
    return new


def _made_by(event, now):
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
    if kind in ("entity.founded", "entity.reinstated"):
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
    unnamed = stays in gone
    new = dict.fromkeys((("status", each) for each in gone), "dissolved")
    if event["kind"] == "merger.consolidated" and not unnamed:
        new["status", stays] = "active"
    for key, value in now.items():
        if value is None or key[0] not in ("stake", "unit"):
            continue
        of_gone = (key[1] if key[0] == "stake" else key[2]) in gone
        among_them = key[0] == "stake" and key[2] in (*gone, stays)
        if of_gone and key[0] == "stake" and not among_them and not unnamed:
            _gains(new, now, ("stake", stays, key[2]), value)
        elif of_gone and key[0] == "unit" and not unnamed:
            new["unit", key[1], stays] = "owned"
        if (of_gone and (not unnamed or among_them)) or (key[0] == "stake" and key[2] in gone):
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
    stage, deal = event["kind"].removeprefix("deal."), event["deal"]
    new = {("deal", deal): stage}
    if event.get("parties"):
        new["parties", deal] = event["parties"]
    if stage in ("proposed", "agreed") and event.get("effects") is not None:
        new["says", deal] = tuple(tuple(sorted(effect.items())) for effect in event["effects"])
    if stage in ("completed", "terminated"):
        new["says", deal] = None
    return new


# What becomes doubtful


def _doubts(event, now, made):
    """Whose end makes which cells doubtful, after an event that makes some changes."""
    new = {}
    for cell, value in made.items():
        if cell[0] in UNSEEN or _goes_on(event, cell, now, value):
            continue
        new["doubted", *cell] = None
    for (kind, *origin), (_, *moved) in _moves(event, now, made):
        who = set(now.get(("doubted", kind, *origin)) or ()) - set(gone_by(event))
        kept = set(now.get(("doubted", kind, *moved)) or ()) if kind == "stake" else set()
        new["doubted", kind, *moved] = tuple(sorted(who | kept)) or None
    standing = {cell: value for cell, value in (now | made).items() if value is not None}
    for gone in _ended_by(event):
        for cell, value in standing.items():
            if cell[0] not in UNSEEN and _left_behind(event, gone, cell, value, standing):
                known = new.get(("doubted", *cell), now.get(("doubted", *cell))) or ()
                new["doubted", *cell] = tuple(sorted({*known, gone}))
    if event["kind"] == "entity.reinstated":
        for cell, who in now.items():
            if cell[0] == "doubted" and who:
                new[cell] = tuple(name for name in who if name != event["entity"]) or None
    return new


def _goes_on(event, cell, now, value):
    """Whether a stake is made from what stood before: it stays in doubt."""
    from_before = event.get("holds") is None and event["kind"] != "stake.observed"
    return cell[0] == "stake" and value is not None and now.get(cell) is not None and from_before


def _moves(event, now, made):
    """Which cell goes to which by a transfer, a merger or a demerger, as pairs."""
    if event["kind"] == "unit.transferred":
        yield ("unit", event["unit"], event["from"]), ("unit", event["unit"], event["to"])
    for giver, taker in handing_over(event) if event["kind"] != "demerger.split" else ():
        for cell in made:
            if cell[0] == "stake" and cell[1] == giver != taker and ("stake", taker, cell[2]) in made:
                yield cell, ("stake", taker, cell[2])
            if cell[0] == "unit" and cell[2] == giver != taker:
                yield cell, ("unit", cell[1], taker)
    for thing, taker in event.get("allocation", ()):
        for cell, moved in (
            (("stake", event["parent"], thing), ("stake", taker, thing)),
            (("unit", thing, event["parent"]), ("unit", thing, taker)),
        ):
            if now.get(cell) is not None:
                yield cell, moved


def _ended_by(event):
    return [event["entity"]] if event["kind"] == "entity.dissolved" else gone_by(event)


def _left_behind(event, gone, cell, value, standing):
    """Whether a cell is in doubt by the end of a company: its ties, and what nobody is said to take over."""
    if cell[0] == "role":
        return gone in cell
    if cell[0] == "deal":
        open_still = value in ("proposed", "agreed", "approved")
        return open_still and gone in standing.get(("parties", cell[1]), ())
    unnamed = (gone, gone) in handing_over(event)
    return unnamed and (cell[:2] == ("stake", gone) or (cell[0] == "unit" and cell[2] == gone))


# What makes sense


def makes_sense(event, now, pending):
    """Whether an event makes sense; with the effects of a deal, for they do so together or not at all."""
    if not all(_alive(name, now, pending, event) for name in acting(event)):
        return False
    for step in doing(event, now):
        if not _is_good(step, now):
            return False
        now = after(step, now) if step is not event else now | _made_by(step, now)
    return True


def _is_good(event, now):
    kind = event["kind"]
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
        good = event["holds"] == 0 or now.get(("stake", event["holder"], event["target"])) == event["holds"]
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
    elif kind == "entity.reinstated":
        good = now.get(("status", event["entity"])) == "dissolved"
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
    return good


_BEFORE = {
    "proposed": (None, "terminated"),
    "agreed": (None, "proposed", "terminated"),
    "approved": ("proposed", "agreed", "approved"),
    "completed": ("proposed", "agreed", "approved"),
    "terminated": ("proposed", "agreed", "approved"),
}


def acting(event):
    if event["kind"] in ("stake.observed", "entity.founded", "entity.dissolved", "entity.reinstated"):
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
