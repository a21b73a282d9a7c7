"""Entities that imported events name and that nothing declares: counted, and reported once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Final

from attrs import Factory, define, frozen

from chronicle.engine.declarations import brought_in
from chronicle.events import (
    EntityDeclared,
    EntityFounded,
    Event,
    IdentityLinked,
    references,
)
from chronicle.stores import Record, Store

MOST_NAMES: Final = 100_000
"""How many declared ids, and how many undeclared ones, an import remembers."""


@frozen
class Undeclared:
    """Entities that an import names and that nothing declares: how many, and the first three ids.

    ``capped`` says that there may be more, since at most ``MOST_NAMES`` are remembered.
    """

    count: int = 0
    capped: bool = False
    examples: tuple[str, ...] = ()


@define
class NamesSeen:
    """The ids of entities that events name and that nothing has declared so far.

    Only the last declared ids are remembered, since a register may declare millions. The others are looked up
    in the store at the end, which then has everything that was imported.
    """

    _named: set[str] = Factory(set)
    _declared: dict[str, None] = Factory(dict)  # the oldest first
    _full: bool = False
    _forgotten: bool = False
    _links: set[tuple[str, str]] = Factory(set)

    def note(self, event: Event) -> None:
        """Remember what an event names and declares."""
        if isinstance(event, IdentityLinked) and len(self._links) <= MOST_NAMES:
            self._links.add((event.a, event.b))
        self.note_ids(
            (id for what, id in brought_in(event) if what == "entity"),
            (id for _, target, id in references(event) if target == "entity"),
        )

    def note_ids(self, declared: Iterable[str], named: Iterable[str]) -> None:
        """Remember the ids of entities that an event declares, and of those that it names."""
        for id in declared:
            self._named.discard(id)
            self._declared[id] = None
            if len(self._declared) > MOST_NAMES:
                del self._declared[next(iter(self._declared))]
                self._forgotten = True
        for id in named:
            if id not in self._named and id not in self._declared:
                if len(self._named) < MOST_NAMES:
                    self._named.add(id)
                else:
                    self._full = True

    def undeclared(self, store: Store | None, complete: bool, before: int | None = None) -> Undeclared:
        """The ids that ``store`` does not declare either.

        ``complete``: it has everything that was imported. ``before`` is where the store ended before that;
        None where others wrote to it as well.
        """
        if self._forgotten and not complete:
            return Undeclared()  # ids that were forgotten may have been declared, so none is reported
        left = self._named
        if store is not None:
            if len(left) <= _FEW:
                left = {id for id in left if f"entity-declared-{id}" not in store}
            # What was imported is remembered, unless it declares too much.
            limit = None if self._forgotten or len(self._links) > MOST_NAMES else before
            links = list(self._links)
            # Declarations from other formats have other ids.
            for record in store.read(limit=limit) if left else ():
                if record.kind in _DECLARING or b'"effects"' in record.body:
                    left.difference_update(_declared_in(record))
                    if not left:
                        break
                elif record.kind == IdentityLinked.kind:
                    links.append(_linked_in(record))
            # Two ids of one entity are declared where one of them is.
            left.difference_update(*(link for link in links if len(left.intersection(link)) == 1))
        return Undeclared(len(left), self._full and bool(left), tuple(nsmallest(3, left)))


_FEW: Final = 1_000  # up to this number ids are also looked up one by one, before the store is read


_DECLARING: Final = (EntityDeclared.kind, EntityFounded.kind)


def _declared_in(record: Record) -> Iterator[str]:
    plain = json.loads(record.body)
    for each in (plain, *(plain.get("effects") or ())):
        if each["kind"] in _DECLARING:
            yield each["entity"]


def _linked_in(record: Record) -> tuple[str, str]:
    plain = json.loads(record.body)
    return plain["a"], plain["b"]
