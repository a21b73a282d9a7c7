"""What stands nearest to something that does not: for whoever slipped in a name, a role or a direction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import islice

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.checks.examined import Examined
from chronicle.engine.replay import Key, Span

Wanted = tuple[str | None, ...]
"""A key, some parts of which may be left open."""

# How much of a name must be the same where nothing else is.
_ALIKE = 0.6
# A view with more cells is not searched by spelling, and of more that share a name the first are compared.
_COMPARED = 2_000
_SHARING = 500
# The parts of a key that name somebody. A right or a role is shared by too many.
_NAMES = 2


def matches(key: Key, wanted: Wanted) -> bool:
    """Whether a key is as wanted."""
    return all(part in (None, found) for part, found in zip(wanted, key, strict=True))


def meant(examined: Examined, view: str, wanted: Wanted, date: PartialDate) -> str | None:
    """The question whether what stands on ``date`` and differs least from ``wanted`` was meant, or None."""
    near = _nearest(examined, view, wanted, date)
    if near is None:
        return None
    names = views.KEYS[view]
    apart = [at for at in _told(wanted) if near[at] != wanted[at]]
    if len(apart) == 1:
        return f"did you mean {_shown(near[apart[0]], names[apart[0]])}?"
    parts = (f"{names[at]}: {_shown(near[at], names[at])}" for at in apart)
    return f"did you mean {', '.join(parts)}?"


def _shown(part: str, name: str) -> str:
    if name == "together":
        return part.replace("+", " and ")
    return part or f"no {name}"


def _nearest(examined: Examined, view: str, wanted: Wanted, date: PartialDate) -> Key | None:
    for search in (_sharing, _spelled_like):
        keys = dict.fromkeys(key for key in search(examined, view, wanted) if not matches(key, wanted))
        standing = [
            key for key in keys if any(_may_stand(span, date) for span in examined.ledger.cell(view, key))
        ]
        if standing:
            return min(standing, key=lambda key: _distance(key, wanted))
    return None


def _may_stand(span: Span, date: PartialDate) -> bool:
    begun = span.possible_from <= date.latest
    over = span.possible_until is not None and span.possible_until <= date.earliest
    return begun and not over and views.is_listed(span.view, span.value)


def _sharing(examined: Examined, view: str, wanted: Wanted) -> Iterator[Key]:
    """The keys that have a part of what is wanted, or all of it the other way round."""
    ledger = examined.ledger
    for at in _told(wanted[:_NAMES]):
        yield from islice(ledger.where(view, at, wanted[at] or ""), _SHARING)
    yield from (key for key in ledger.where(view, 0, wanted[1] or "") if _reversed(key, wanted))


def _spelled_like(examined: Examined, view: str, wanted: Wanted) -> Iterator[Key]:
    """The keys every part of which is spelled much like what is wanted."""
    keys = list(islice(examined.ledger.keys(view), _COMPARED + 1))
    if len(keys) <= _COMPARED:
        yield from (key for key in keys if all(_likeness(key, wanted, at) >= _ALIKE for at in _told(wanted)))


def _told(wanted: Wanted) -> Iterable[int]:
    return [at for at, part in enumerate(wanted) if part is not None]


def _reversed(key: Key, wanted: Wanted) -> bool:
    return key[:2] == wanted[1::-1] and matches(key[2:], wanted[2:])


def _likeness(key: Key, wanted: Wanted, at: int) -> float:
    return SequenceMatcher(None, key[at].casefold(), str(wanted[at]).casefold()).ratio()


def _distance(key: Key, wanted: Wanted) -> tuple[int, float, int, Key]:
    """How many parts differ, then how far apart they are spelled, then how early in the key; then the key."""
    if _reversed(key, wanted):
        return 1, 0.0, 0, key
    apart = [at for at in _told(wanted) if key[at] != wanted[at]]
    spelled = sum(1 - _likeness(key, wanted, at) for at in apart)
    return len(apart), spelled, -min(apart, default=0), key
