"""Findings about names: an entity that events name and none declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chronicle.engine.checks.examined import listed
from chronicle.engine.declarations import brought_in
from chronicle.errors import Problem, nearest
from chronicle.events import Event, references


def undeclared(events: Sequence[Event]) -> Iterator[Problem]:
    """C518: an entity that nothing declares, once, with the events that name it.

    A file with such a name is refused; an import and ``append`` may allow it.
    """
    there = {id for event in events for what, id in brought_in(event) if what == "entity"}
    named: dict[str, dict[str, None]] = {}
    for event in events:
        for _, what, identifier in references(event):
            if what == "entity" and identifier not in there:
                named.setdefault(identifier, {})[event.id] = None
    for rank, (entity, by) in enumerate(named.items()):
        near = nearest(entity, there) if rank < _MOST_HELP else None
        yield Problem(
            "C518",
            f"nothing declares {entity}, which is named by {listed(by)}",
            help=f"did you mean {near}?" if near else "declare it, or correct the name",
            events=tuple(by),
        )


# A search for the nearest of many ids is slow, and a hundred undeclared entities are not misspellings.
_MOST_HELP = 20
