"""What several claims of one fact say together: its date, and the fields that each leaves to the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve, fields

from chronicle.dates import PartialDate, parse_date
from chronicle.events import ENVELOPE, Event
from chronicle.events.likeness import overlap
from chronicle.values import Share, confirms


def date_of_all(claims: Sequence[Event]) -> PartialDate:
    """The narrowest window that all claims allow; as written in a claim, if one has just this window."""
    earliest = max(claim.date.earliest for claim in claims)
    latest = min(claim.date.latest for claim in claims)
    stated = [
        claim.date for claim in claims if (claim.date.earliest, claim.date.latest) == (earliest, latest)
    ]
    if stated:
        return min(stated, key=lambda date: (date.approximate, date.uncertain, date.text))
    return parse_date(f"[{earliest}..{latest}]") if earliest < latest else PartialDate.of(earliest)


def date_of_most(ranked: Sequence[Event]) -> PartialDate:
    """The narrowest window that the first claim allows, and of the others each that overlaps with the rest.

    ``ranked`` are in the order of the policy: a claim of another time narrows nothing.
    """
    allowing = list(ranked[:1])
    for claim in ranked[1:]:
        if all(overlap(claim, each) for each in allowing):
            allowing.append(claim)
    return date_of_all(allowing)


def filled_in(chosen: Event, ranked: Sequence[Event], names: Iterable[str]) -> dict[str, Any]:
    """By name the fields that a claim leaves open, as the first of the others says that has one.

    A range of shares leaves open which of them it is: a share within it fills it in.
    """
    found: dict[str, Any] = {}
    for name in names:
        own = value = getattr(chosen, name)
        for each in ranked:
            said = getattr(each, name)
            if _says_more(name, said, value):
                value = said
        if value is not own:
            found[name] = value
    return found


def filled_from(chosen: Event, ranked: Sequence[Event]) -> Event:
    """The chosen claim of a stage, a founding or a name, with what it leaves open from the others.

    ``ranked`` are all claims of its kind by the policy, the chosen one first.
    """
    names = (each.name for each in fields(type(chosen)) if each.name not in ENVELOPE)
    given = filled_in(chosen, ranked, names)
    date = date_of_most(ranked)
    if date.order != chosen.date.order:
        given["date"] = date
    return evolve(chosen, **given) if given else chosen


def _says_more(name: str, said: object, than: object) -> bool:
    """Whether a value says what another one leaves open, without contradicting it."""
    if _is_open(name, said) or _is_open(name, than):
        return _is_open(name, than) and not _is_open(name, said)
    if not isinstance(said, Share) or not isinstance(than, Share):
        return False
    return not than.is_exact and said != than and confirms(than, said, rounded=False)


def _is_open(name: str, value: object) -> bool:
    """Whether a claim leaves a field open: it states nothing, or `?` for a share.

    That a deal has no effects is stated by an empty list of them.
    """
    if name == "effects":
        return value is None
    return value in (None, ()) or (isinstance(value, Share) and value.is_unknown)
