"""Whether too many companies hold shares of each other for fractions, told by those that are nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from chronicle.ownership.components import strong_components
from chronicle.ownership.graph import Edge, Graph
from chronicle.ownership.solve import MOST_TOGETHER

_FIRST: Final = 500  # so many companies are looked at before it is asked for the first time


def surely_too_many(graph: Graph, holder: str, target: str) -> bool:
    """Whether fractions of what ``holder`` has of ``target`` cannot be computed, as few companies may show.

    Where it is true ``LookThrough`` raises ``TooManyTogether``, or that there is no finite share. Where it is
    false either may be. It looks at ever more companies above the target, and asks again when they have
    doubled: where very many hang together it reads no more than the nearest of them.
    """
    if holder == target:
        return False
    found: dict[str, tuple[Edge, ...]] = {holder: ()}
    waiting, seen, enough = [target], {holder, target}, _FIRST
    for company in waiting:  # it grows while it is read
        found[company] = graph.holders(company)
        new = dict.fromkeys(edge.holder for edge in found[company] if edge.holder not in seen)
        seen.update(new)
        waiting += new
        if len(found) > enough:
            enough *= 2
            if _reached_loop(found, holder):
                return True
    return False


def _reached_loop(found: Mapping[str, Sequence[Edge]], holder: str) -> bool:
    """Whether some companies are a loop of too many, of which something certainly reaches the holder.

    Others may belong to the loop too, which then is only larger.
    """

    def holders(company: str) -> Iterator[str]:
        return (
            edge.holder
            for edge in found[company]
            if edge.low and edge.holder != holder and edge.holder in found
        )

    companies = [company for company in found if company != holder]
    large = {
        company
        for component in strong_components(companies, holders)
        if len(component) > MOST_TOGETHER
        for company in component
    }
    return bool(large) and not large.isdisjoint(_surely_below(found, holder))


def _surely_below(found: Mapping[str, Sequence[Edge]], holder: str) -> set[str]:
    """The companies of which something certainly reaches the holder."""
    below: dict[str, list[str]] = {}
    for company, edges in found.items():
        for edge in edges:
            if edge.low:
                below.setdefault(edge.holder, []).append(company)
    waiting, sure = [holder], {holder}
    for each in waiting:
        new = [company for company in below.get(each, ()) if company not in sure]
        sure.update(new)
        waiting += new
    return sure
