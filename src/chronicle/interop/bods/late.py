"""What changes in later statements of a record when one is read that lies before them.

The events of a statement say what it changed. A statement that is read late changes that: what it has begun
ends in the next one if that does not have it, and a change lies after it and not before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chronicle.interop.bods.earlier import Plain, StatementTold
from chronicle.interop.bods.interests import InterestSeen, Tie, fact_again, key_of, latest, value_of
from chronicle.interop.bods.parties import Facts, Party, between
from chronicle.interop.registers import part


def changes_in_later(
    facts: Facts,
    before: Tie | Party | None,
    after: Tie | Party,
    following: Sequence[StatementTold],
    again: bool,
) -> Iterator[Plain]:
    """The events of ``following`` statements that are new or other than they were, with their envelopes.

    ``before`` and ``after`` are what was known before and after the statement that is read now; ``facts`` are
    its events, of which the declaration of an entity is taken that a later one has declared. A statement that
    the store had when the later ones were read, and that is read ``again``, changes nothing of them.
    """
    following = [each for each in following if each.events]
    if not following:
        return
    if isinstance(after, Tie):
        if again:
            return
        yield from _of_tie(before if isinstance(before, Tie) else None, after, following)
    else:
        if before is None:
            yield from _named(facts, after, following)
        if not again:
            yield from _moved_names(after, following)


def _of_tie(before: Tie | None, after: Tie, following: Sequence[StatementTold]) -> Iterator[Plain]:
    later = following[0]
    told: dict[str, list[Plain]] = {}
    for plain in later.events:
        if (key := key_of(plain)) is not None:
            told.setdefault(key, []).append(plain)
    left = dict(after.values)
    for key, events in told.items():
        stands = left.pop(key, InterestSeen())
        kept = [plain for plain in events if _is_learned(plain, plain is events[-1], stands, after.date)]
        yield from (_retraction(plain) for plain in events if plain not in kept)
        if not kept:
            left[key] = stands
        elif (first := _after(kept[0], stands, after.date, later.date)) != kept[0]:
            yield first
    for key, plain in _said_again(before, after, later, told):
        left[key] = InterestSeen(value_of(plain), later.date, plain["id"], plain.get("lot"))
        yield plain
    for each in following[1:]:
        for plain in each.events:
            begun = left.pop(key_of(plain) or "", InterestSeen()).by
            if begun and plain.get("ends") not in (None, begun):
                yield {**plain, "ends": begun}


def _is_learned(plain: Plain, is_last: bool, stands: InterestSeen, date: str) -> bool:
    """Whether a statement after one of ``date`` says this: what is later, and the last where it differs."""
    return latest(plain["date"]) > date or (is_last and value_of(plain) != stands.value)


def _after(plain: Plain, stands: InterestSeen, date: str, later: str) -> Plain:
    """The first change in the next statement: within the time between the two, ending what stands now."""
    changed = {**plain, **_within(plain, date, later)}
    if latest(plain["date"]) <= stands.since:
        changed["date"] = max(later, stands.since)
    if plain.get("ends") and stands.by:
        changed["ends"] = stands.by
    return changed


def _said_again(
    before: Tie | None, after: Tie, later: StatementTold, told: Mapping[str, Sequence[Plain]]
) -> Iterator[tuple[str, Plain]]:
    """What the next statement says as it was before this one, which says otherwise: a change back."""
    like = next(iter(told.values()), None)
    if like is None:
        return
    stood = before.values if before else {}
    for key in dict.fromkeys([*stood, *after.values]):
        found, stands = stood.get(key, InterestSeen()), after.values.get(key, InterestSeen())
        if key not in told and found.value != stands.value:
            plain = fact_again(key, found, stands, (after.date, later.date), like[0])
            plain["id"] = f"bods:{part(later.statement)}:{part(f'{key}:0')}"
            yield key, plain | _envelope(later)


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


def _within(plain: Plain, date: str, later: str) -> dict[str, Any]:
    return {"date": between(date, later)} if plain["date"].startswith("[") else {}


# Names


def _named(facts: Facts, after: Party, following: Sequence[StatementTold]) -> Iterator[Plain]:
    """The name of the first statement, where a later one has declared the entity, and its change."""
    events = (plain for each in following for plain in each.events)
    declared = next((plain for plain in events if plain["kind"] == "entity.declared"), None)
    if declared is None or declared["entity"] != after.entity:
        return
    del facts["declared"]
    yield {**declared, "name": after.name}
    if declared["name"] != after.name:
        later = following[0]
        yield {
            "id": f"bods:{part(later.statement)}:renamed",
            "kind": "entity.renamed",
            "entity": after.entity,
            "name": declared["name"],
            "date": between(after.date, later.date),
            **_envelope(later),
        }


def _moved_names(after: Party, following: Sequence[StatementTold]) -> Iterator[Plain]:
    for each in following:
        for plain in each.events:
            if plain["kind"] == "entity.renamed":
                changed = {**plain, **_within(plain, after.date, each.date)}
                if changed != plain:
                    yield changed
                return


def _envelope(told: StatementTold) -> Plain:
    first = told.events[0]
    return {name: first[name] for name in ("known", "sources") if name in first}
