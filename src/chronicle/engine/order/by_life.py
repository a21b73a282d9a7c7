"""What the lives of entities order: nobody acts before being founded, or after being dissolved or merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from attrs import define

from chronicle.engine import sense
from chronicle.engine.order.touching import acting, possible_effects
from chronicle.events import (
    ENDS_OF_TIES,
    KINDS,
    NO_ACTS,
    DealCompleted,
    DemergerSplit,
    Event,
    MergerConsolidated,
    ended_by,
    founded_by,
    revived_by,
)

_LIVES: frozenset[type[Event]] = frozenset(
    kind for kind in KINDS.values() if kind.kind.startswith(("entity.", "merger.", "demerger."))
)

_MAKING = (MergerConsolidated, DemergerSplit)


@define
class ByLife:
    """Events by index, with the days on which each can be, and what the lives of entities say of their order.

    ``touched`` has the things that each event touches, ``deals`` the indexes of the events of each deal, and
    ``contradicted`` the entities whose life orders nothing.
    """

    natural: Sequence[Event]
    first: Sequence[int]
    last: Sequence[int]
    touched: Sequence[Sequence[sense.Thing]]
    deals: Mapping[str, Sequence[int]]
    contradicted: Set[str]

    def of_each(self) -> Mapping[str, list[tuple[int, Event]]]:
        """By entity, what founds, ends or brings it back."""
        found: defaultdict[str, list[tuple[int, Event]]] = defaultdict(list)
        for index, event in self._of_lives():
            for entity in dict.fromkeys((*founded_by(event), *ended_by(event), *revived_by(event))):
                found[entity].append((index, event))
        return found

    def pairs(self, loose: Set[str] = frozenset()) -> Iterator[tuple[int, int]]:
        """The pairs of events of which the first comes before the second, and only a life says so.

        ``loose`` are ids of events that are in no pair as the act of an entity.
        """
        founded: defaultdict[str, list[int]] = defaultdict(list)
        ended: defaultdict[str, list[int]] = defaultdict(list)
        revived: defaultdict[str, list[int]] = defaultdict(list)
        for index, event in self._of_lives():
            for entity in founded_by(event):
                founded[entity].append(index)
            for entity in ended_by(event):
                ended[entity].append(index)
            for entity in revived_by(event):
                revived[entity].append(index)
        # An entity that is founded once, ends once and is never reinstated is founded first.
        once = {
            name
            for name, where in founded.items()
            if len(where) == len(ended.get(name, ())) == 1
            and revived[name] == where
            and self.first[where[0]] <= self.last[ended[name][0]]
        }
        mortal = {
            name: where[0]
            for name, where in founded.items()
            if self._stated_once(name, where)
            and (name in once or self._surely(where[0], ended.get(name, ())))
        }
        # An entity that was reinstated, or may have ended before its founding, may act before and after that.
        ending = {
            name: where[0]
            for name, where in ended.items()
            if self._stated_once(name, where)
            and (name in once or all(self._begins_before(back, where[0]) for back in revived.get(name, ())))
        }
        if mortal or ending:
            yield from self._with_acts(mortal, ending, loose)

    def _of_lives(self) -> Iterator[tuple[int, Event]]:
        """What founds, ends or brings back an entity, with its index: for a deal that of its completion."""
        for index, event in enumerate(self.natural):
            if type(event) in _LIVES:
                yield index, event
        for indexes in self.deals.values():
            effects = possible_effects([self.natural[index] for index in indexes])
            for effect in effects:
                if type(effect) in _LIVES:
                    completions = (index for index in indexes if type(self.natural[index]) is DealCompleted)
                    yield from ((index, effect) for index in completions)

    def _stated_once(self, name: str, where: Sequence[int]) -> bool:
        """Whether one event begins or ends a life, and no deal: whether that had its effects is left open."""
        stated = len(where) == 1 and type(self.natural[where[0]]) in _LIVES
        return stated and name not in self.contradicted

    def _surely(self, first: int, others: Iterable[int]) -> bool:
        """Whether an event certainly comes before all of some others."""
        return all(self.last[first] < self.first[other] for other in others)

    def _begins_before(self, made: int, end: int) -> bool:
        """Whether what makes an entity or brings it back comes before its end.

        To come out of a merger or a split is an act, which comes before the end wherever it can. As the
        effect of a deal it is none: a deal is completed whenever it is.
        """
        if self.last[made] < self.first[end]:
            return True
        return isinstance(self.natural[made], _MAKING) and self.first[made] <= self.last[end]

    def _with_acts(
        self, mortal: Mapping[str, int], ending: Mapping[str, int], loose: Set[str]
    ) -> Iterator[tuple[int, int]]:
        """The pairs of a founding and an act, and of an act and an end."""
        for index, event in enumerate(self.natural):
            if isinstance(event, NO_ACTS) or event.id in loose:
                continue
            for entity in acting(event):
                birth, end = mortal.get(entity, index), ending.get(entity, index)
                if birth != index and self._only_by_life(birth, index):
                    yield birth, index
                if end != index and not isinstance(event, ENDS_OF_TIES) and self._only_by_life(index, end):
                    yield index, end

    def _only_by_life(self, one: int, two: int) -> bool:
        """Whether only the life of an entity orders two events: the search orders what touches the same."""
        may_swap = self.first[one] <= self.last[two] and self.first[two] <= self.last[one]
        return may_swap and set(self.touched[one]).isdisjoint(self.touched[two])
