"""What changes in later statements of a record when one is read that lies before them.

The events of a statement say what it changed. A statement that is read late changes that: what it has begun
ends in the next one if that does not have it, and a change lies after it and not before. So the statements
after it are gone through once more, from what is known after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from chronicle.interop.bods.earlier import Plain, StatementTold
from chronicle.interop.bods.interests import (
    InterestSeen,
    Tie,
    fact_again,
    is_gone,
    key_of,
    latest,
    value_of,
)
from chronicle.interop.bods.parties import Facts, Party, between
from chronicle.interop.registers import part


def changes_in_later(
    facts: Facts,
    before: Tie | Party | None,
    after: Tie | Party,
    following: Sequence[StatementTold],
    *,
    again: bool,
    is_taken: Callable[[str], bool],
) -> Iterator[Plain]:
    """The events of ``following`` statements that are new or other than they were, with their envelopes.

    ``before`` and ``after`` are what was known before and after the statement that is read now; ``facts`` are
    its events, of which the declaration of an entity is taken that a later one has declared. A statement that
    the store had when the later ones were read, and that is read ``again``, changes nothing of them.
    ``is_taken`` says whether an event had this id before.
    """
    following = [each for each in following if each.events or each.first]
    if isinstance(after, Tie):
        if not again:
            stood = before if isinstance(before, Tie) else None
            yield from _of_tie(facts, stood, after, following, is_taken)
    else:
        _leave_to_later(facts, following)
        said = before.name if isinstance(before, Party) else ""
        if before is None and (declared := _declared(after, following)) is not None:
            del facts["declared"]
            yield {**declared, "name": after.name}
            said = declared["name"]
        if not again:
            yield from _names(said, after, following, is_taken)


def _of_tie(
    facts: Facts,
    before: Tie | None,
    after: Tie,
    following: Sequence[StatementTold],
    is_taken: Callable[[str], bool],
) -> Iterator[Plain]:
    said, stands = dict(before.values) if before else {}, dict(after.values)
    like = next((plain for plain in facts.values() if key_of(plain) is not None), None)
    date = after.date
    for later in following:
        told, first = _by_key(later.events), _by_key(later.first)
        like = next((events[-1] for events in told.values()), like)
        for key in dict.fromkeys([*told, *said, *stands]):
            now = {plain["id"]: plain for plain in told.get(key, ())}
            # What it said when it was first read has all its days.
            events = first.get(key) or list(now.values())
            undated = _undated_end(events, later.date)
            standing = stands.get(key, InterestSeen())
            if now:
                said[key] = InterestSeen(value_of(list(now.values())[-1]), lot=events[-1].get("lot"))
            found = said.get(key, InterestSeen())
            kept = _learned_again(events, standing.value, None if key not in stands else date, later.date)
            ends = value_of(kept[-1]) if kept else standing.value
            if ends != found.value:
                # It says as before the statement that is read now, which says otherwise: a change back.
                if like is None:
                    continue
                again = fact_again(key, found, standing, (date, later.date), like) | _envelope(later)
                kept = [again | {"id": ""}]
            kept = [
                plain if plain["id"] in now else {**plain, "id": _new_id(later, key, number, is_taken)}
                for number, plain in enumerate(kept)
            ]
            ids = {plain["id"] for plain in kept}
            yield from (_retraction(plain) for id, plain in now.items() if id not in ids)
            for place, plain in enumerate(kept):
                changed = _after(plain, standing, date, later.date) if place == 0 else dict(plain)
                if is_gone(changed) and standing.by:
                    changed["ends"] = standing.by
                    if plain["id"] == undated:
                        changed["date"] = between(max(date, standing.since), later.date)
                if changed != now.get(plain["id"]):
                    yield changed
                standing = InterestSeen(
                    value_of(changed), latest(changed["date"]), changed["id"], changed.get("lot")
                )
            stands[key] = standing
        date = later.date


def _by_key(events: Sequence[Plain]) -> dict[str, list[Plain]]:
    found: dict[str, list[Plain]] = {}
    for plain in events:
        if (key := key_of(plain)) is not None:
            found.setdefault(key, []).append(plain)
    return found


def _new_id(told: StatementTold, key: str, number: int, is_taken: Callable[[str], bool]) -> str:
    """An id for an event of a statement that no event had before."""
    ids = (f"bods:{part(told.statement)}:{part(f'{key}:{each}')}" for each in count(number))
    return next(id for id in ids if not is_taken(id))


def _learned_again(events: Sequence[Plain], value: str, date: str | None, later: str) -> list[Plain]:
    """The events of one right, basis or role that a statement of ``later`` still has after one of ``date``.

    That is what differs from ``value``, which stands by then: what is later, and what is last or only ended
    with the statement. All of it, where no statement before said anything of this (``date`` is None).
    """
    kept: list[Plain] = []
    ends_here = len(events) > 1 and is_gone(events[-1]) and latest(events[-1]["date"]) == later
    last = events[-2:] if ends_here else events[-1:]
    for plain in events:
        if value_of(plain) != value and (date is None or plain in last or latest(plain["date"]) > date):
            kept.append(plain)
            value = value_of(plain)
    return kept


def _undated_end(events: Sequence[Plain], date: str) -> str | None:
    """The id of the last end, if a statement of ``date`` does not say when it was, only that it was by then.

    Where it does not say either when what ended began, the end has the day of the statement.
    """
    end = events[-1] if events else None
    if end is None or not is_gone(end):
        return None
    begun_by = len(events) > 1 and events[-2]["date"].startswith("[") and end["date"] == date
    return end["id"] if end["date"].startswith("[") or begun_by else None


def _after(plain: Plain, stands: InterestSeen, date: str, later: str) -> Plain:
    """The first change in a statement, within the time since the one before."""
    changed = dict(plain)
    if plain["date"].startswith("["):
        changed["date"] = between(max(date, stands.since), later)
    elif latest(plain["date"]) <= stands.since:
        changed["date"] = max(later, stands.since)
    return changed


def changed_by(plain: Mapping[str, Any]) -> str:
    """The id of the event that one is about."""
    return str(plain["target"] if plain["kind"].startswith("record.") else plain["id"])


def _retraction(plain: Plain) -> Plain:
    """The retraction of what no statement says any more, from the day on which it was known."""
    return {
        "id": f"{plain['id']}:retracted",
        "kind": "record.retracted",
        "date": plain["known"],
        "target": plain["id"],
        "reason": "said by an earlier statement",
        **{name: plain[name] for name in ("known", "sources") if name in plain},
    }


# Names and lives


def _leave_to_later(facts: Facts, following: Sequence[StatementTold]) -> None:
    """Take out of ``facts`` the founding and the end that a later statement has told."""
    told = {plain["kind"] for each in following for plain in each.events}
    for slot, kind in (("founded", "entity.founded"), ("dissolved", "entity.dissolved")):
        if kind in told and facts.get(slot, {}).get("kind") == kind:
            del facts[slot]


def _declared(after: Party, following: Sequence[StatementTold]) -> Plain | None:
    """The declaration of an entity that a later statement has made; it has the name of the first one."""
    events = (plain for each in following for plain in each.events)
    declared = next((plain for plain in events if plain["kind"] == "entity.declared"), None)
    return declared if declared and declared["entity"] == after.entity else None


def _names(
    said: str, after: Party, following: Sequence[StatementTold], is_taken: Callable[[str], bool]
) -> Iterator[Plain]:
    """The changes of names in later statements, from the name in the one that is read now.

    ``said`` is the name that stood before them until now.
    """
    name, date = after.name, after.date
    for later in following:
        renamed = next((plain for plain in later.events if plain["kind"] == "entity.renamed"), None)
        said = renamed["name"] if renamed else said
        if said and said != name:
            ids = (f"bods:{part(later.statement)}:renamed{':again' * times}" for times in count())
            changed = renamed or {
                "id": next(id for id in ids if not is_taken(id)),
                "kind": "entity.renamed",
                "entity": after.entity,
                "name": said,
                "date": "[",
                **_envelope(later),
            }
            if changed["date"].startswith("["):
                changed = {**changed, "date": between(date, later.date)}
            if changed != renamed:
                yield changed
            name = said
        elif renamed is not None:
            yield _retraction(renamed)
        date = later.date


def _envelope(told: StatementTold) -> Plain:
    first = (told.events or told.first)[0]
    return {name: first[name] for name in ("known", "sources") if name in first}
