"""Who owns what on a day, as a graph: entities by their names on that day, and the ties between them."""

from __future__ import annotations

from attrs import frozen

from chronicle.interop.exports.material import Material
from chronicle.interop.exports.plain import line


@frozen
class Edge:
    """A tie from owner to owned, by number of node (from 1). ``certain`` is false for a possible one."""

    source: int
    target: int
    label: str
    certain: bool


@frozen
class Graph:
    """A graph. Nodes are pairs (name on the day, type), in order of id; edges refer to them by number."""

    title: str
    nodes: tuple[tuple[str, str], ...]
    edges: tuple[Edge, ...]


def ownership(material: Material) -> Graph:
    """Holdings, business units and control on the day of the material."""
    state = material.state
    ties = [
        *(
            (held.holder, held.target, _held(held.share, held.right), held.certain)
            for held in state.holdings()
        ),
        *((unit.owner, unit.unit, "unit", unit.certain) for unit in state.units()),
        *(
            (fact.key[0], fact.key[1], f"control: {line(fact.key[2])}", fact.certain)
            for fact in state.control()
        ),
    ]
    entities = sorted({entity for holder, target, _, _ in ties for entity in (holder, target)})
    number = {entity: position for position, entity in enumerate(entities, 1)}
    return Graph(
        f"Ownership on {state.as_of}",
        tuple((line(material.name(entity, state.as_of)), material.type_of(entity)) for entity in entities),
        tuple(
            Edge(number[holder], number[target], label, certain) for holder, target, label, certain in ties
        ),
    )


def _held(share: object, right: str) -> str:
    return line(f"{share}" if right == "equity" else f"{share} {right}")
