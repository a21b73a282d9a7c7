"""The notes of ``check`` on changed answers: what 0.1.0 answered, and what is answered now."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Container, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from chronicle.dates import DAWN, FOREVER
from chronicle.engine import views
from chronicle.engine.earlier.answers import ChangedFact, Differing, differing
from chronicle.engine.earlier.laws import ONCE, Law, Laws
from chronicle.engine.earlier.replaying import Earlier
from chronicle.engine.knowledge import Resolved
from chronicle.engine.replay import Cell
from chronicle.errors import Problem


def notes(earlier: Earlier, now: Resolved, about: Container[str]) -> Iterator[Problem]:
    """C421 for each event among ``about`` whose answer a changed rule changed, in order of position."""
    uncounted = set(earlier.set_aside) ^ set(now.settled.set_aside)
    found = differing(earlier.ledger, now.ledger, uncounted)
    laws = Laws(earlier, now, found)
    for event in now.visible.events:
        if event.id in found.events and event.id in about:
            yield _note(event.id, found, laws)


def _note(event: str, found: Differing, laws: Laws) -> Problem:
    # The views that are asked for most come first, and cells that had a value then and have one now.
    changed = sorted(_changed(event, found), key=lambda each: (each[0][0] in _LAST, None in each))
    law = laws.of(event, changed[0][0])
    others = len(changed) - 1
    more = f"; {others} more of its answers differ{'s' if others == 1 else ''}" if others else ""
    return Problem(
        "C421",
        f"answer differs from 0.1.0, since {law.clause}: {_words(event, changed[0], law, laws)}{more}",
        help=f'see "{law.section}" in docs/meanings.md; if 0.1.0 was right: chronicle explain C421',
        events=(event,),
    )


_Changed = tuple[Cell, ChangedFact | None, ChangedFact | None]


def _words(event: str, changed: _Changed, law: Law, laws: Laws) -> str:
    cell, was, now = changed
    then = f'there "{event}" made {_subject(cell)} {_did(was)}'
    if event in laws.earlier.set_aside and event not in laws.now.settled.set_aside:
        then = f'there "{event}" was set aside for "{laws.earlier.set_aside[event]}"'
        return f"{then}; now {_subject(cell)} {_does(now)}"
    if event in laws.now.settled.set_aside and now is None:
        if was is None:
            then = f'there "{event}" counted by itself'
        how = "counted with" if law is ONCE else "set aside for"
        return f'{then}; now it is {how} "{laws.now.settled.set_aside[event]}"'
    return f"{then}; now it {_does(now)}"


def _changed(event: str, found: Differing) -> Iterator[_Changed]:
    """What an event did and does, cell by cell."""
    for cell in found.events[event]:
        was, now = (_in(cell, effects.get(event, frozenset())) for effects in (found.earlier, found.now))
        gone = [effect for effect in was if effect not in now] or was
        new = [effect for effect in now if effect not in was] or now
        yield cell, *min(_pairs(gone, new), key=_unlike)


def _in(cell: Cell, effects: frozenset[ChangedFact]) -> list[ChangedFact]:
    """What an event does in one cell: the last value that begins comes first."""
    own = [effect for effect in effects if effect.cell == cell]
    return sorted(own, key=lambda effect: (effect.does, effect.first, effect.last or FOREVER), reverse=True)


def _pairs(
    was: list[ChangedFact], now: list[ChangedFact]
) -> Iterator[tuple[ChangedFact | None, ChangedFact | None]]:
    return ((one, other) for one in was or (None,) for other in now or (None,))


def _unlike(pair: tuple[ChangedFact | None, ChangedFact | None]) -> tuple[bool, bool]:
    """How unlike two effects are, for sorting: two of one value are the clearest side by side."""
    was, now = pair
    if was is None or now is None:
        return False, False
    return was.does != now.does, was.value != now.value


# The views that come last where a merger or an issue changes others as well.
_LAST = frozenset({views.STATUS, views.LINEAGE, views.SHARES})

# In words


def _did(effect: ChangedFact | None) -> str:
    if effect is None:
        return "stay as it was"
    value = _value(effect)
    if effect.does == "begins":
        return f"be {value} from {_when(effect)} on" if value else f"begin {_on(effect)}"
    return f"end {_on(effect)}" if effect.does == "ends" else f"be only possible from {effect.first} on"


def _does(effect: ChangedFact | None) -> str:
    if effect is None:
        return "stays as it was"
    value = _value(effect)
    perhaps = "perhaps " if effect.last is None else ""
    if effect.does == "begins":
        return f"is {perhaps}{value} from {_when(effect)} on" if value else f"{perhaps}begins {_on(effect)}"
    return f"ends {_on(effect)}" if effect.does == "ends" else f"is only possible from {effect.first} on"


def _on(effect: ChangedFact) -> str:
    first, last = effect.first, effect.last
    if last in (None, first):
        return f"on {first}" if last == first else f"on {first} or later"
    if first == DAWN or last == FOREVER:
        return _open(first, FOREVER if last is None else last)
    return f"between {first} and {last}"


def _open(first: datetime.date, last: datetime.date) -> str:
    if first == DAWN:
        return "at some time" if last == FOREVER else f"by {last}"
    return f"on {first} or later"


def _when(effect: ChangedFact) -> str:
    return str(effect.first) if effect.last in (None, effect.first) else f"a day {_on(effect)}"


_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        views.HOLDINGS: "the stake of {0} in {1}",
        views.UNITS: "the ownership of {0} by {1}",
        views.DEALS: "the stage of {0}",
        views.NAMES: "the name of {0}",
        views.TYPES: "the kind of {0}",
        views.STATUS: "the status of {0}",
        views.IDENTIFIERS: "the {1} {2} of {0}",
        views.LINEAGE: "the succession of {1} to {0}",
        views.LISTINGS: "the listing of {0} on {1}",
        views.CONTROL: "the control of {0} over {1}",
        views.SHARES: "the number of shares of {0}",
        views.ROLES: "the role of {0} at {1} ({2})",
        views.PARTNERSHIPS: "the partnership of {0}",
        views.PROJECTS: "the release of {0} in {1}",
        views.MEMBERSHIPS: "the membership of {0} in {1}",
    }
)


def _subject(cell: Cell) -> str:
    view, key = cell
    right = f" ({key[2]})" if view == views.HOLDINGS and key[2] != "equity" else ""
    return _SUBJECTS[view].format(*(part or "an exchange" for part in key)) + right


def _stake(stake: views.Stake) -> str:
    share = "unknown" if stake.share.is_unknown else str(stake.share)
    return share if stake.shares is None else f"{share}, {stake.shares:,} shares"


# The words for the values; in the other views it is enough that a value begins.
_VALUES: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        views.HOLDINGS: _stake,
        views.DEALS: lambda value: str(value.stage),
        views.NAMES: lambda value: str(value.name),
        views.TYPES: lambda value: str(value.type),
        views.STATUS: lambda value: str(value.status),
        views.SHARES: lambda value: "unknown" if value.total is None else f"{value.total:,}",
    }
)


def _value(effect: ChangedFact) -> str:
    say = _VALUES.get(effect.cell[0])
    return say(effect.value) if say is not None and effect.value is not None else ""
