"""Strong components of a directed graph: what lies on one loop with itself. Without recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_DONE = 2**62  # later than every number


def strong_components(nodes: Iterable[str], following: Callable[[str], Iterable[str]]) -> list[list[str]]:
    """The strong components of ``nodes``; one comes after every other that can be reached from it.

    ``following`` gives the nodes to which an edge leads. The way is that of Tarjan, Depth-first search and
    linear graph algorithms, 1972, with a stack of its own in place of recursion.
    """
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_nodes: list[str] = []
    found: list[list[str]] = []
    for root in nodes:
        if root in numbers:
            continue
        numbers[root] = lowest[root] = len(numbers)
        open_nodes.append(root)
        path = [(root, iter(following(root)))]
        while path:
            node, ahead = path[-1]
            for other in ahead:
                if other not in numbers:
                    numbers[other] = lowest[other] = len(numbers)
                    open_nodes.append(other)
                    path.append((other, iter(following(other))))
                    break
                lowest[node] = min(lowest[node], lowest[other])
            else:
                path.pop()
                if path:
                    before = path[-1][0]
                    lowest[before] = min(lowest[before], lowest[node])
                if lowest[node] == numbers[node]:
                    found.append(_closed(node, open_nodes, lowest))
    return found


def _closed(root: str, open_nodes: list[str], lowest: dict[str, int]) -> list[str]:
    """Take the component that ends with ``root`` off the open nodes."""
    component: list[str] = []
    while True:
        node = open_nodes.pop()
        lowest[node] = _DONE
        component.append(node)
        if node == root:
            return component[::-1]
