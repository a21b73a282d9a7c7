"""Spells: for how long a registration had a state, or an entity gave a reason why it names no parent."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any, Final

from attrs import evolve, frozen

from chronicle.interop.registers import part

REGISTRATION: Final = "lei-registration:"
EXCEPTION: Final = "gleif-exception:"

Plain = dict[str, Any]


@frozen
class Spell:
    """The event that begins a spell, and that which ends one of a group; a state ends by ``until``."""

    begun: Plain
    over: Plain | None = None

    @property
    def value(self) -> str:
        """The state of a registration, or the group of those that give the reason."""
        return str(self.begun.get("group") or self.begun["value"])

    @property
    def until(self) -> str | None:
        """When it was over; None where it is not."""
        return self.begun.get("until") if self.over is None else str(self.over["date"])

    def events(self) -> Iterator[Plain]:
        """Its events as an edition states them again: the import says from when they were known."""
        for plain in (self.begun, self.over):
            if plain is not None:
                yield {name: value for name, value in plain.items() if name != "known"}

    def ended(self, day: str) -> Plain:
        """The event that ends it by a day."""
        kept = {name: self.begun[name] for name in ("entity", "group", "sources") if name in self.begun}
        id = self.begun["id"]
        over = {"id": f"{id}:ended", "kind": "membership.ended", "date": f"[..{day}]", "ends": id}
        return over | kept


def spells_of(told: Sequence[Plain], family: str) -> list[Spell]:
    """The spells of a family, given by the beginning of the ids of its events, in the order of telling."""
    corrected: dict[str, Plain] = {}
    for plain in told:
        if plain["kind"] == "record.corrected":
            corrected.setdefault(plain["target"], {}).update(plain["set"])
    found: dict[str, Spell] = {}
    for plain in told:
        if plain["id"].startswith(family) and not plain["kind"].startswith("record."):
            stands = {**plain, **corrected.get(plain["id"], {})}
            stands = {name: value for name, value in stands.items() if value is not None}
            if plain["kind"] == "membership.ended":
                if plain["ends"] in found:
                    found[plain["ends"]] = evolve(found[plain["ends"]], over=stands)
            else:
                found[plain["id"]] = Spell(stands)
    return list(found.values())


def replaced(
    told: Sequence[Spell], stated: Sequence[Plain], family: str, day: datetime.date, updated: str | None
) -> list[Spell]:
    """The spells after an edition of ``day`` that states these events, of which some are told already.

    ``updated`` is the last update of the record. An edition from before the last change changes nothing.
    """
    if family.endswith(REGISTRATION):
        return _registrations(told, stated, family, updated or day.isoformat())
    return _exceptions(told, stated, day)


def _registrations(told: Sequence[Spell], stated: Sequence[Plain], family: str, day: str) -> list[Spell]:
    last, state = told[-1], str(stated[-1]["value"])
    if last.value == state or day <= _last_of(last.begun["date"]):
        return list(told)
    following = {
        **{name: value for name, value in stated[-1].items() if name != "until"},
        "id": f"{family}{part(f'{state}:{day}')}",
        "date": day,
    }
    return [*told[:-1], Spell({**last.begun, "until": day}), Spell(following)]


def _exceptions(told: Sequence[Spell], stated: Sequence[Plain], day: datetime.date) -> list[Spell]:
    changed = max(str(plain.get("known", "")) for spell in told for plain in (spell.over or {}, spell.begun))
    if day.isoformat() < changed:
        return list(told)
    groups = {str(plain["group"]) for plain in stated}
    over = [
        evolve(spell, over=spell.ended(day.isoformat()))
        if spell.until is None and spell.value not in groups
        else spell
        for spell in told
    ]
    standing = {spell.value for spell in told if spell.until is None}
    return [*over, *(Spell(_again(plain, told, day)) for plain in stated if plain["group"] not in standing)]


def _again(plain: Plain, told: Sequence[Spell], day: datetime.date) -> Plain:
    """The beginning of a spell, of a reason that was given before as well: after that was over."""
    before = [spell for spell in told if spell.value == plain["group"]]
    if not before:
        return plain
    ended = datetime.date.fromisoformat(_last_of(str(before[-1].until)))
    first = min(ended + datetime.timedelta(days=1), day)
    id = f"{plain['id']}:{len(before) + 1}"
    return {**plain, "id": id, "date": f"[{first.isoformat()}..{day.isoformat()}]"}


def _last_of(date: str) -> str:
    return date.strip("[]").rpartition("..")[2]
