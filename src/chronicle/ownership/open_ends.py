"""Of which companies the most can be reached, where some shares leave out the ends of their ranges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import groupby

from chronicle.ownership.graph import Edge
from chronicle.values import NOTHING, WHOLE


def reaching_the_most(
    above: Mapping[str, Sequence[Edge]], owners: Collection[str], most: Mapping[str, Fraction]
) -> frozenset[str]:
    """The companies of which some shares within the ranges bring the ``owners`` the ``most``.

    Of such a company there is a best choice of shares that leaves nothing to companies of which the most is
    not reached, and that leads to an owner: what is handed on in a circle for ever arrives nowhere.
    """
    reaching = frozenset(company for company, value in most.items() if value)
    while True:
        below: dict[str, list[str]] = {}
        for company in reaching:
            if company not in owners:
                for holder in _sharing(above[company], most, reaching):
                    below.setdefault(holder, []).append(company)
        led = list(owners)
        found = set(led)
        for holder in led:  # it grows while it is read
            for company in below.get(holder, ()):
                if company not in found:
                    found.add(company)
                    led.append(company)
        if found == reaching | set(owners):
            return frozenset(found)
        reaching = frozenset(found)


def _sharing(edges: Sequence[Edge], most: Mapping[str, Fraction], reaching: Collection[str]) -> list[str]:
    """The holders who can have something in a best choice that leaves nothing to others than ``reaching``.

    None of them if there is no such choice, within the ends that are left out. Who brings nothing is
    left out.
    """
    left = WHOLE - sum((edge.low for edge in edges), NOTHING)
    sharing: list[str] = []
    if left <= NOTHING:  # the shares are counted as they are stated
        sharing += [edge.holder for edge in edges if edge.low]
    else:
        ordered = sorted(edges, key=lambda edge: most[edge.holder], reverse=True)
        for value, alike in groupby(ordered, key=lambda edge: most[edge.holder]):
            group = list(alike)
            if left and not value:  # whatever they have brings nothing, and there is room for it
                break
            chosen = _chosen(group, left, reaching)
            if chosen is None:
                return []
            sharing += chosen
            left = max(NOTHING, left - _room(group))
    wanted = [holder for holder in sharing if most[holder]]
    return wanted if all(holder in reaching for holder in wanted) else []


def _chosen(group: Sequence[Edge], left: Fraction, reaching: Collection[str]) -> list[str] | None:
    """The holders, of some who bring alike, who can have something where so much is ``left`` for them.

    None if an end that is left out forbids it.
    """
    if not left:  # all of them have their low ends
        return None if any(edge.low_open for edge in group) else [edge.holder for edge in group if edge.low]
    if _room(group) <= left:  # all of them have their high ends
        return None if any(edge.high_open for edge in group) else [edge.holder for edge in group]
    inside = [edge for edge in group if edge.holder in reaching]
    others = [edge for edge in group if edge.holder not in reaching]
    room = _room(inside)
    if any(edge.surely_positive for edge in others) or room < left:
        return None
    if room == left and any(edge.high_open for edge in inside):
        return None
    return [edge.holder for edge in inside]


def _room(edges: Sequence[Edge]) -> Fraction:
    return sum((edge.high - edge.low for edge in edges), NOTHING)
