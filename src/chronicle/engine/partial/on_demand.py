"""A ledger by another day of knowledge, of which only what somebody asks about is replayed."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Protocol

from attrs import field, frozen

from chronicle.engine import views
from chronicle.engine.partial.shared import HELD, OWNED, SET, Shared
from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.replay.patched import ComposedLedger
from chronicle.engine.replay.standing import Listed, StandingValue

# What is asked of each entity on the way to owners, though most events that name it are about other things:
# by which sort of what is shared the events are found that say it.
_ON_THE_WAY: Final[Mapping[tuple[str, int], str]] = MappingProxyType(
    {(views.HOLDINGS, 1): HELD, (views.UNITS, 0): views.UNITS, (views.UNITS, 1): OWNED}
)


class PartsReplayed(Protocol):
    """What replays the parts of a history that were not replayed yet."""

    def sharing(self, things: Iterable[Shared]) -> tuple[Ledger, Ledger] | None:
        """The parts that share some things: as they are by all that is known, and by the day of knowledge.

        Only those with something that became known later, and not those that were given before; None where
        there are none. Raises ``TooMuch``.
        """

    def count(self, thing: Shared) -> int:
        """How many events share something."""

    def binds(self, thing: Shared) -> bool:
        """Whether events hang together by what they share."""


class TooMuch(Exception):
    """So much of a history would be replayed in parts that a replay of all of it is quicker."""


@frozen(eq=False)
class OnDemandLedger(ComposedLedger):
    """The ledger by another day of knowledge, where what is known today is at hand as ``base``.

    For each entity and deal that is asked about its parts are replayed, once, if something in them became
    known later. Of what goes through all cells ``whole`` is asked, the ledger by a replay of everything that
    differs.
    """

    base: Ledger = field(kw_only=True)
    _parts: PartsReplayed = field(kw_only=True)
    _make: Callable[[], Ledger] = field(kw_only=True)
    _made: list[Ledger] = field(factory=list, init=False, repr=False)
    _asked: set[Shared] = field(factory=set, init=False, repr=False)
    _patches: defaultdict[str, dict[Key, Ledger]] = field(
        factory=lambda: defaultdict(dict), init=False, repr=False
    )
    _by_part: defaultdict[tuple[str, int, str], list[Key]] = field(
        factory=lambda: defaultdict(list), init=False, repr=False
    )

    @property
    def whole(self) -> Ledger:
        """The ledger with every cell."""
        if not self._made:
            self._made.append(self._make())
        return self._made[0]

    def keys(self, view: str) -> Iterable[Key]:
        """Every key of a view; an unknown view has none."""
        return self.whole.keys(view)

    def keys_like(self, view: str, like: Callable[[str], bool], run: str = "") -> Iterable[Key]:
        """The keys of a view that may have a text for which ``like`` is true."""
        return self.whole.keys_like(view, like, run)

    def table(
        self,
        view: str,
        day: Any,
        facts: Callable[[Collection[Key] | None], Sequence[Any]],
        replaced: Collection[Key] = (),
        added: Collection[Key] = (),
    ) -> Any:
        """As ``Ledger`` says."""
        return self.whole.table(view, day, facts, replaced, added)

    def beginning(self, view: str, parts: Key) -> Iterable[Key]:
        """The keys of a view that begin with ``parts``."""
        if len(parts) == len(views.KEYS.get(view, ())):
            return [parts] if self.has(view, parts) else []
        return super().beginning(view, parts)

    def standing(
        self, view: str, day: datetime.date, wanted: Mapping[int, str], listed: Listed
    ) -> Iterable[StandingValue]:
        """As ``Ledger`` says."""
        if not wanted:
            return self.whole.standing(view, day, wanted, listed)
        return super().standing(view, day, wanted, listed)

    def where(self, view: str, position: int, part: str) -> Sequence[Key]:
        """The keys of a view that have ``part`` at ``position``."""
        names = views.KEYS.get(view, ())
        refers = views.REFERS[names[position]] if position < len(names) else ""
        things: list[Shared] = [(refers, part)]
        sort = _ON_THE_WAY.get((view, position))
        if sort is not None:
            things = self._by_itself((sort, (part,) if sort == views.UNITS else part), part)
        if refers not in ("entity", "deal") or not self._settled(things):
            return self.whole.where(view, position, part)
        patched = self._patches[view]
        kept = (key for key in self.base.where(view, position, part) if key not in patched)
        return [*kept, *self._by_part.get((view, position, part), ())]

    def keys_naming(
        self, view: str, entity: str, named: Callable[[Key, Any], Iterable[str]]
    ) -> Iterable[Key]:
        """The keys of a view of which some span names ``entity``, in its key or in its value."""
        if not self._settled([("entity", entity)]):
            return self.whole.keys_naming(view, entity, named)
        patched = self._patches[view]
        kept = (key for key in self.base.keys_naming(view, entity, named) if key not in patched)
        new = (
            key
            for key, ledger in patched.items()
            if any(entity in named(key, span.value) for span in ledger.cell(view, key))
        )
        return [*kept, *new]

    def _holding(self, view: str, key: Key) -> Ledger:
        """The ledger that has a cell."""
        if not self._settled(self._of_cell(view, key)):
            return self.whole
        return self._patches[view].get(key, self.base)

    def _of_cell(self, view: str, key: Key) -> Collection[Shared]:
        """What all events share that a cell comes of: one entity or deal in its key, else the cell itself."""
        names = views.KEYS.get(view, ())
        if view == views.NAMES:
            # Names are asked for on every page, also those of who is named very often.
            return self._by_itself((view, key), key[0])
        if view == views.HOLDINGS:
            return self._of_holding(key)
        if view == views.UNITS:
            return self._by_itself((view, key[:1]), key[0])
        things = [
            (views.REFERS[name], part)
            for name, part in zip(names, key, strict=False)
            if views.REFERS[name] in ("entity", "deal")
        ]
        if not things:
            return [(view, key[:length]) for length in range(1, len(key) + 1)]
        known = next((thing for thing in things if thing in self._asked), None)
        return [known or min(things, key=self._parts.count)]

    def _of_holding(self, key: Key) -> list[Shared]:
        """What all events share that a holding comes of: they are about stakes in the same."""
        holder: Shared = ("entity", key[0])
        return [holder] if holder in self._asked else self._by_itself((HELD, key[1]), key[1])

    def _by_itself(self, shared: Shared, entity: str) -> list[Shared]:
        """What events share that a cell of an entity comes of, without the others that name the entity.

        All of them where events hang together by naming it, as of one that merges.
        """
        whole: Shared = ("entity", entity)
        return [whole] if whole in self._asked or self._parts.binds(whole) else [shared, (SET, entity)]

    def _settled(self, things: Collection[Shared]) -> bool:
        """Whether the parts with some things are as they were known; False where all is replayed instead."""
        if self._made:
            return False
        new = [thing for thing in things if thing not in self._asked]
        if not new:
            return True
        try:
            found = self._parts.sharing(new)
        except TooMuch:
            self._made.append(self._make())
            return False
        self._asked.update(new)
        if found is not None:
            self._add(*found)
        return True

    def _add(self, gone: Ledger, replayed: Ledger) -> None:
        """Take the cells of ``replayed`` in the place of those of ``gone``."""
        for ledger in (gone, replayed):
            for view in ledger.views:
                for key in ledger.keys(view):
                    self._patch(view, key, replayed)

    def _patch(self, view: str, key: Key, ledger: Ledger) -> None:
        before, there = self._patches[view].get(key), ledger.has(view, key)
        was_there = before is not None and before.has(view, key)
        self._patches[view][key] = ledger
        if there and not was_there:
            for position, part in enumerate(key):
                self._by_part[view, position, part].append(key)
        elif was_there and not there:
            for position, part in enumerate(key):
                self._by_part[view, position, part].remove(key)

    def __iter__(self) -> Iterator[Span]:
        """All spans, view by view and key by key."""
        return iter(self.whole)
