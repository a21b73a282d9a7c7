"""Numbers, some of which must come before others, in an order in which they do."""

from __future__ import annotations

from collections.abc import Mapping


def in_turn(before: Mapping[int, set[int]]) -> list[int]:
    """The numbers in ``before``, each after those that must come before it.

    A circle is cut: of two numbers in it, each of which must come before the other, one no longer must.
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
