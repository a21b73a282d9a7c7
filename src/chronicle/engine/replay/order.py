"""The order of replay by dates, ranks and positions, and by ``after``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from chronicle.dates import PartialDate


class Happening(Protocol):
    """What replay needs to know of an event."""

    @property
    def id(self) -> str:
        """Unique and never changed."""

    @property
    def date(self) -> PartialDate:
        """When it happened."""

    @property
    def after(self) -> str | None:
        """The id of the event that it must follow."""

    @property
    def ends(self) -> str | None:
        """The id of the event whose beginning it ends."""


E = TypeVar("E", bound=Happening)


def in_order(events: Iterable[E], ranks: Mapping[type, int]) -> list[E]:
    """``events``, given in order of position, in the order of replay.

    They are sorted by (earliest, latest, rank of the kind, position). An event with ``after`` comes after the
    event it names, directly if it would otherwise have come earlier. One whose ``after`` names no event here,
    or is part of a circle, keeps its place: ``check`` reports it.
    """
    width = 1 + max(ranks.values(), default=0)
    # The sort is stable, so the key needs no position.
    of = dict(ranks)
    ordered = sorted(events, key=lambda event: event.date.order * width + of[type(event)])
    if [event for event in ordered if event.after is not None]:
        return _follow(ordered)
    return ordered


def _follow(ordered: list[E]) -> list[E]:
    behind = _followers(ordered)
    waiting: defaultdict[str, list[E]] = defaultdict(list)
    placed: set[str] = set()
    result: list[E] = []
    for event in ordered:
        if event.after is not None and event.id in behind and event.after not in placed:
            waiting[event.after].append(event)
            continue
        queue = [event]
        while queue:
            head = queue.pop()
            result.append(head)
            placed.add(head.id)
            queue.extend(reversed(waiting.pop(head.id, [])))
    return result


def _followers(ordered: Sequence[E]) -> set[str]:
    """Ids of the events whose ``after`` can be followed: it names an event here, and is in no circle."""
    after = {event.id: event.after for event in ordered}
    circular: set[str | None] = set()
    seen: set[str | None] = set()
    for start in after:
        path: list[str | None] = []
        current: str | None = start
        while current in after and current not in seen:
            seen.add(current)
            path.append(current)
            current = after[current]
        if current in path:
            circular.update(path[path.index(current) :])
    return {event for event, target in after.items() if target in after and event not in circular}
