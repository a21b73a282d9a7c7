"""Findings about order: dates that leave it open, and `after` or `ends` that name no event or contradict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chronicle.engine import views
from chronicle.engine.checks.examined import Examined, listed
from chronicle.engine.replay import Guess, Key
from chronicle.engine.sense import BEGINS
from chronicle.errors import Problem, nearest
from chronicle.events import (
    DealAgreed,
    DealApproved,
    DealProposed,
    DealTerminated,
    EntityDeclared,
    EntityFounded,
    EntityReinstated,
    Event,
    InvestmentMade,
    MergerAbsorbed,
    MergerConsolidated,
    SharesCancelled,
    SharesIssued,
    SharesRestructured,
)

# With more events than this, the id spelled most alike is not looked for.
_COMPARED = 20_000


_ENDING_NOTHING: frozenset[type[Event]] = frozenset(
    {
        *BEGINS,
        *(DealProposed, DealAgreed, DealApproved, DealTerminated),
        *(EntityDeclared, EntityFounded, EntityReinstated),
        *(InvestmentMade, SharesIssued, SharesCancelled, SharesRestructured),
    }
)
"""Kinds of which no event ends what another began."""


# Guesses


def guessed(examined: Examined) -> Iterator[Problem]:
    """C408: several orders of some events make as much sense, and the answer depends on which is taken."""
    seen: set[tuple[str, ...]] = set()
    for guess in examined.ledger.guesses:
        events = [examined.by_id[identifier] for identifier in dict.fromkeys(guess.events)]
        if guess.events not in seen and not _found_elsewhere(guess, events):
            seen.add(guess.events)
            yield _guess(guess, events)


def _neighbours(events: list[Event]) -> tuple[str, str]:
    """The ids of two of the events whose windows overlap, as near to each other in the order as possible."""
    pairs = (
        (one, two)
        for apart in range(1, len(events))
        for one, two in zip(events, events[apart:], strict=False)
        if one.date.earliest <= two.date.latest and two.date.earliest <= one.date.latest
    )
    one, two = next(pairs, (events[0], events[-1]))
    return one.id, two.id


# An entity that is absorbed twice is a finding of its own (C420), and no order of the mergers mends it.
_LIVES = (views.STATUS, views.LINEAGE)


def _found_elsewhere(guess: Guess, events: list[Event]) -> bool:
    taking = [event for event in events if isinstance(event, MergerAbsorbed | MergerConsolidated)]
    return guess.view in _LIVES and len(taking) > 1


def _guess(guess: Guess, events: list[Event]) -> Problem:
    told = listed(f'"{event.id}" ({event.date})' for event in events)
    cell = _cell_words(guess.view, guess.key)
    fault = f"{told} may have come in another order, and {cell} depends on it"
    if not guess.counted:
        fault = f"{told} are too many at one time to compare their orders"
    first, last = _neighbours(events)
    return Problem(
        "C408",
        f"order is a guess: {fault}",
        help=f"give one a narrower date, or say which came later: `after: {first}` on {last}, if that is so, "
        f"or `after: {last}` on {first}; until then what depends on it is only possible",
        events=tuple(event.id for event in reversed(events)),
    )


def _cell_words(view: str, key: Key) -> str:
    if view == views.HOLDINGS:
        holder, target, right = key
        return f"what {holder} holds of {target}" + ("" if right == "equity" else f" ({right})")
    return f"the {views.view_of(view).what} of {', '.join(part for part in key if part)}"


# `after`


def not_followed(examined: Examined) -> Iterator[Problem]:
    """C411: `after` or `ends` names no event, or itself; `after` runs in a circle, or against the dates."""
    after = {event.id: event.after for event in examined.events if event.after is not None}
    for event in examined.events:
        if event.after is None:
            continue
        target = examined.by_id.get(event.after)
        if target is None:
            yield Problem(
                "C411",
                f'\'after\' names no event: "{event.id}" is said to follow "{event.after}"',
                help=_did_you_mean(event.after, examined),
                events=(event.id,),
            )
        elif target.id != event.id and event.date.latest < target.date.earliest:
            yield Problem(
                "C411",
                f"'after' goes against the dates: \"{event.id}\" ({event.date}) is said to follow "
                f'"{target.id}" ({target.date})',
                help="correct one of the two dates, or leave out `after`",
                events=(event.id, target.id),
            )
    yield from _ending_nothing(examined)
    for circle in _circles(after):
        yield _going_round(sorted(circle, key=lambda identifier: examined.positions.get(identifier, 0)))


def _ending_nothing(examined: Examined) -> Iterator[Problem]:
    for event in examined.events:
        if event.ends is not None and event.ends not in examined.by_id:
            yield Problem(
                "C411",
                f'\'ends\' names no event: "{event.id}" is said to end "{event.ends}"',
                help=_did_you_mean(event.ends, examined),
                events=(event.id,),
            )
        elif event.ends == event.id:
            yield Problem(
                "C411",
                f"'ends' names the event itself: \"{event.id}\"",
                help="name the event whose beginning it ends, or leave out `ends`",
                events=(event.id,),
            )
        elif event.ends is not None and type(event) in _ENDING_NOTHING:
            yield Problem(
                "C411",
                f"'ends' has no effect: \"{event.id}\" ({event.kind}) ends nothing",
                help="leave out `ends`, or say it of an event that ends something",
                events=(event.id, event.ends),
            )


def _did_you_mean(word: str, examined: Examined) -> str:
    near = nearest(word, examined.by_id) if len(examined.by_id) <= _COMPARED else None
    return f"did you mean {near}?" if near else "name the id of an event of this history"


def _circles(after: Mapping[str, str]) -> Iterator[list[str]]:
    done: set[str] = set()
    for start in after:
        path: dict[str, int] = {}
        current: str | None = start
        while current is not None and current not in done and current not in path:
            path[current] = len(path)
            current = after.get(current)
        if current in path:
            yield list(path)[path[current] :]
        done.update(path)


def _going_round(circle: list[str]) -> Problem:
    if len(circle) == 1:
        message = f"'after' names the event itself: \"{circle[0]}\""
    else:
        message = f"'after' runs in a circle: {listed(circle)} are each said to follow another of them"
    return Problem("C411", message, help="leave out one `after` of the circle", events=tuple(circle))
