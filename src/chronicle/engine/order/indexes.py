"""Indexes of events, without the events: disjoint sets of them, and an order in which each has its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field


@define
class Union:
    """Disjoint sets of indexes."""

    parents: dict[int, int] = field(factory=dict)

    def root(self, index: int) -> int:
        """The least index of the set of an index; an index without a set begins one."""
        parents = self.parents
        parent = parents.setdefault(index, index)
        while parent != parents[parent]:
            parents[parent] = parents[parents[parent]]
            parent = parents[parent]
        parents[index] = parent
        return parent

    def join_all(self, indexes: Sequence[int]) -> None:
        """Make one set of the sets of several indexes; a single one begins none."""
        if len(indexes) < 2:
            return
        if self.parents.keys().isdisjoint(indexes):
            self.parents.update(dict.fromkeys(indexes, min(indexes)))
        else:
            for index in indexes[1:]:
                self.join(index, indexes[0])

    def join(self, one: int, two: int) -> bool:
        """Make one set of the sets of two indexes; true if they were two."""
        first, second = self.root(one), self.root(two)
        self.parents[max(first, second)] = min(first, second)
        return first != second


def in_turn(before: Mapping[int, set[int]]) -> list[int]:
    """The indexes in ``before``, each after those that must come before it.

    A circle is cut: of two indexes in it, each of which must come before the other, one no longer must.
    """
    order: dict[int, None] = {}
    under_way: set[int] = set()
    for start in sorted(before):
        stack = [(start, False)]
        while stack:
            index, done = stack.pop()
            if done:
                under_way.discard(index)
                order.setdefault(index)
            elif index not in order and index not in under_way:
                under_way.add(index)
                stack.append((index, True))
                for earlier in sorted(before.get(index, ())):
                    if earlier in under_way:
                        before[index].discard(earlier)
                    elif earlier not in order:
                        stack.append((earlier, False))
    return list(order)
