"""Who owns what on a day, as a graph: entities by their names on that day, and the ties between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from attrs import frozen

from chronicle.engine.state import Fact, Holding, State, Unit
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

_Place = tuple[int, tuple[str, ...]]
"""A sort key of ties: the view, and the key in it."""


def ownership(material: Material) -> Diagram:
    """Holdings, business units and control on the day of the material, or what is around its entity."""
    state = material.state
    names = material.ledger.names
    one = None if material.entity is None else names.get(material.entity, material.entity)
    ties = _ties(state) if one is None else _around(state, one, material.depth)
    found = {entity for holder, target, _, _ in ties for entity in (holder, target)}
    entities = sorted(found if one is None else {*found, one})
    number = {entity: position for position, entity in enumerate(entities, 1)}
    name = material.name
    around = "" if one is None else f" around {line(name(one, state.as_of))}"
    return Diagram(
        f"Ownership on {state.as_of}{around}",
        tuple((line(name(entity, state.as_of)), material.type_of(entity)) for entity in entities),
        tuple(
            Arrow(number[holder], number[target], label, certain) for holder, target, label, certain in ties
        ),
        tuple(entities),
        one is not None,
    )


def _ties(state: State) -> list[_Tie]:
    """All ties of a day: holdings, units and control, each in order of key."""
    return [tie for _, tie in _placed(state.holdings(), state.units(), state.control())]


def _around(state: State, entity: str, depth: int | None) -> list[_Tie]:
    """The ties at most ``depth`` away from an entity, either way, in the same order.

    They are found from tie to tie, so that nothing else is looked up.
    """
    away, waiting, found = {entity: 0}, [entity], dict[_Place, list[_Tie]]()
    for each in waiting:  # it grows while it is read
        if depth is not None and away[each] >= depth:
            break
        near = defaultdict[_Place, list[_Tie]](list)
        for place, tie in _ties_of(state, each):
            near[place].append(tie)
            for end in tie[:2]:
                if end not in away:
                    away[end] = away[each] + 1
                    waiting.append(end)
        found.update(near)
    return [tie for place in sorted(found) for tie in found[place]]


def _ties_of(state: State, entity: str) -> Iterator[tuple[_Place, _Tie]]:
    """The ties that have an entity at one end, or at both."""
    yield from _placed(state.holdings(holder=entity), state.units(owner=entity), state.control(entity))
    above = _placed(state.holdings(target=entity), state.units(unit=entity), state.control(target=entity))
    yield from ((place, tie) for place, tie in above if tie[0] != entity)


def _placed(
    holdings: Iterable[Holding], units: Iterable[Unit], control: Iterable[Fact]
) -> Iterator[tuple[_Place, _Tie]]:
    for held in holdings:
        place = 0, (held.holder, held.target, held.right)
        yield place, (held.holder, held.target, _held(held.share, held.right), held.certain)
    for unit in units:
        yield (1, (unit.unit, unit.owner)), (unit.owner, unit.unit, "unit", unit.certain)
    for fact in control:
        controller, target, basis = fact.key
        yield (2, fact.key), (controller, target, f"control: {line(basis)}", fact.certain)


def _held(share: object, right: str) -> str:
    return line(f"{share}" if right == "equity" else f"{share} {right}")
