"""What stands nearest to something that does not: for whoever slipped in a name, a role or a direction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher

from chronicle import views
from chronicle.checks.examined import Examined
from chronicle.dates import PartialDate
from chronicle.replay import Key, Span

Wanted = tuple[str | None, ...]
"""A key, some parts of which may be left open."""

# How much of a name must be the same where nothing else is.
_ALIKE = 0.6
# Above this many cells of a view only those are compared that share a part of the key.
_COMPARED = 20_000


def matches(key: Key, wanted: Wanted) -> bool:
    """Whether a key is as wanted."""
    return all(part in (None, found) for part, found in zip(wanted, key, strict=True))


def meant(examined: Examined, view: str, wanted: Wanted, date: PartialDate) -> str | None:
    """The question whether what stands on ``date`` and differs least from ``wanted`` was meant, or None."""
    near = _nearest(examined, view, wanted, date)
    if near is None:
        return None
    names = views.KEYS[view]
    apart = [at for at, part in enumerate(wanted) if part not in (None, near[at])]
    if len(apart) == 1:
        return f"did you mean {_shown(near[apart[0]], names[apart[0]])}?"
    parts = (f"{names[at]}: {_shown(near[at], names[at])}" for at in apart)
    return f"did you mean {', '.join(parts)}?"


def _shown(part: str, name: str) -> str:
    if name == "together":
        return part.replace("+", " and ")
    return part or f"no {name}"


def _nearest(examined: Examined, view: str, wanted: Wanted, date: PartialDate) -> Key | None:
    keys = dict.fromkeys(key for key in _candidates(examined, view, wanted) if not matches(key, wanted))
    standing = [key for key in keys if any(map(_stands_on(date), examined.ledger.cell(view, key)))]
    return min(standing, key=lambda key: _distance(key, wanted), default=None)


def _stands_on(date: PartialDate) -> Callable[[Span], bool]:
    def stands(span: Span) -> bool:
        begun = span.begin.earliest <= date.latest
        ended = span.end is not None and span.end.latest <= date.earliest
        return begun and not ended and views.is_listed(span.view, span.value)

    return stands


def _candidates(examined: Examined, view: str, wanted: Wanted) -> Iterator[Key]:
    """The keys that share a part with what is wanted, have it the other way round, or are spelled like it."""
    ledger = examined.ledger
    for position, part in enumerate(wanted):
        if part is not None:
            yield from ledger.where(view, position, part)
    yield from (key for key in ledger.where(view, 0, wanted[1] or "") if _reversed(key, wanted))
    everything = list(ledger.keys(view))
    if len(everything) <= _COMPARED:
        yield from (
            key for key in everything if all(_likeness(key, wanted, at) >= _ALIKE for at in _told(wanted))
        )


def _told(wanted: Wanted) -> Iterable[int]:
    return [at for at, part in enumerate(wanted) if part is not None]


def _reversed(key: Key, wanted: Wanted) -> bool:
    return key[:2] == wanted[1::-1] and matches(key[2:], wanted[2:])


def _likeness(key: Key, wanted: Wanted, at: int) -> float:
    part = wanted[at]
    if part in (None, key[at]):
        return 1.0
    return SequenceMatcher(None, key[at].casefold(), str(part).casefold()).ratio()


def _distance(key: Key, wanted: Wanted) -> tuple[int, float, int, Key]:
    """How many parts differ, then how far apart they are spelled, then how early in the key; then the key."""
    if _reversed(key, wanted):
        return 1, 0.0, 0, key
    apart = [at for at in _told(wanted) if key[at] != wanted[at]]
    spelled = sum(1 - _likeness(key, wanted, at) for at in apart)
    return len(apart), spelled, -min(apart, default=0), key
