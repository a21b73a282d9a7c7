"""The value nearest to one that an event names and that does not exist: to suggest what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import islice

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.checks.examined import Examined
from chronicle.engine.replay import Key, Span

Wanted = tuple[str | None, ...]
"""A key in which None stands for any part."""

# The least likeness, from 0 to 1, of each part of a key that shares no part exactly.
_ALIKE = 0.6
# A view with more cells is not searched by spelling; of the cells that share a name, so many are compared.
_COMPARED = 2_000
_SHARING = 500
# The parts of a key, from the first, that name an entity. A right or a role is shared by too many.
_NAMES = 2


def matches(key: Key, wanted: Wanted) -> bool:
    """Whether a key has all the parts that ``wanted`` states."""
    return all(part in (None, found) for part, found in zip(wanted, key, strict=True))


def meant(examined: Examined, view: str, wanted: Wanted, date: PartialDate) -> str | None:
    """The help "did you mean ...?" with what stands on ``date`` and is nearest to ``wanted``, or None."""
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
    """The keys that share a name with what is wanted, or have its two names swapped."""
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
    """How many parts differ, then how far in spelling, then how late in the key; then the key itself."""
    if _reversed(key, wanted):
        return 1, 0.0, 0, key
    apart = [at for at in _told(wanted) if key[at] != wanted[at]]
    spelled = sum(1 - _likeness(key, wanted, at) for at in apart)
    return len(apart), spelled, -min(apart, default=0), key
