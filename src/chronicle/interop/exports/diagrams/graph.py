"""Who owns what on a day, as a graph: entities by their names on that day, and the ties between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from attrs import frozen

from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import line


@frozen
class Arrow:
    """A tie from owner to owned, by number of node (from 1). ``certain`` is false for a possible one."""

    source: int
    target: int
    label: str
    certain: bool


@frozen
class Diagram:
    """A graph. Nodes are pairs (name on the day, type), in order of id; edges refer to them by number.

    ``entities`` has the id of each node, ``around`` says whether it is only what is around one of them.
    """

    title: str
    nodes: tuple[tuple[str, str], ...]
    edges: tuple[Arrow, ...]
    entities: tuple[str, ...]
    around: bool = False


_Tie = tuple[str, str, str, bool]
"""Owner, owned, label, and whether it is certain."""


def ownership(material: Material) -> Diagram:
    """Holdings, business units and control on the day of the material, or what is around its entity."""
    state = material.state
    ties = _around(material, [*_ties(material)])
    found = {entity for holder, target, _, _ in ties for entity in (holder, target)}
    entities = sorted(found if material.entity is None else {*found, material.entity})
    number = {entity: position for position, entity in enumerate(entities, 1)}
    name = material.name
    around = "" if material.entity is None else f" around {line(name(material.entity, state.as_of))}"
    return Diagram(
        f"Ownership on {state.as_of}{around}",
        tuple((line(name(entity, state.as_of)), material.type_of(entity)) for entity in entities),
        tuple(
            Arrow(number[holder], number[target], label, certain) for holder, target, label, certain in ties
        ),
        tuple(entities),
        material.entity is not None,
    )


def _ties(material: Material) -> Iterator[_Tie]:
    state = material.state
    for held in state.holdings():
        yield held.holder, held.target, _held(held.share, held.right), held.certain
    for unit in state.units():
        yield unit.owner, unit.unit, "unit", unit.certain
    for fact in state.control():
        yield fact.key[0], fact.key[1], f"control: {line(fact.key[2])}", fact.certain


def _around(material: Material, ties: list[_Tie]) -> list[_Tie]:
    """The ties at most ``depth`` away from the entity of the material, either way; without one all."""
    if material.entity is None:
        return ties
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for holder, target, _, _ in ties:
        beside[holder].add(target)
        beside[target].add(holder)
    away, edge = {material.entity: 0}, [material.entity]
    while edge:
        following = dict.fromkeys(near for far in edge for near in beside[far] if near not in away)
        away.update(dict.fromkeys(following, away[edge[0]] + 1))
        edge = [*following]
    depth = len(away) if material.depth is None else material.depth
    return [tie for tie in ties if tie[0] in away and min(away[tie[0]], away[tie[1]]) < depth]


def _held(share: object, right: str) -> str:
    return line(f"{share}" if right == "equity" else f"{share} {right}")
