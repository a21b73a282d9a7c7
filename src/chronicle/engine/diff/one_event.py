"""What one event changed: the facts that it began, ended, or gave another value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.views import KEYS, view_of
from chronicle.events import Event, references


@frozen
class Moved:
    """A fact that an event changed: the span ``before`` it, which it ended, and the one that it began.

    One of the two may be None: nothing stood before, or nothing stands after.
    """

    view: str
    key: Key
    before: Span | None
    after: Span | None


def moved_by(ledger: Ledger, id: str, told: Sequence[Event]) -> tuple[Moved, ...]:
    """What the event ``id`` changed. ``told`` has it as it was replayed, with what a completion brings."""
    named = dict.fromkeys(word for event in told for _, _, word in references(event))
    found: list[Moved] = []
    for view in ledger.views:
        for key in _keys(ledger, view, named):
            spans = ledger.cell(view, key)
            before = next((span for span in spans if span.ended_by == id), None)
            after = next((span for span in spans if span.events and span.events[-1] == id), None)
            if before is not None or after is not None:
                found.append(Moved(view, key, before, after))
    return tuple(found)


def _keys(ledger: Ledger, view: str, named: Iterable[str]) -> Iterable[Key]:
    """The keys of a view that name one of these; all of a view that names others than in its keys."""
    if view not in KEYS or view_of(view).entities:
        return ledger.keys(view)
    return dict.fromkeys(
        key for at in range(len(KEYS[view])) for word in named for key in ledger.where(view, at, word)
    )
