"""The structure of a day as a graph that can be drawn: holdings, business units and control."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Final

from attrs import frozen

from chronicle.dates import PartialDate
from chronicle.engine import views
from chronicle.engine.state.answers import Holding, Unit
from chronicle.engine.state.facts import Fact
from chronicle.errors import printable
from chronicle.values import NOTHING, brief_share

if TYPE_CHECKING:
    from chronicle.engine.state import State

from chronicle import drawing

OTHER: Final = "other"


@frozen
class OwnershipGraph:
    """Who owns whom on a day, as nodes and edges, and as a picture. ``centre`` is what it is drawn around.

    Notebooks show the picture. ``left_out`` is how many entities with ties are not in it.
    """

    as_of: datetime.date
    known: datetime.date | None
    nodes: tuple[drawing.Node, ...]
    edges: tuple[drawing.Edge, ...]
    centre: str | None
    left_out: int

    @property
    def title(self) -> str:
        """What the picture shows."""
        names = {node.id: node.label for node in self.nodes}
        around = "" if self.centre is None else f" around {names.get(self.centre, self.centre)}"
        known = "" if self.known is None else f", as known on {_in_words(self.known)}"
        return f"Ownership{around} on {_in_words(self.as_of)}{known}"

    @property
    def notes(self) -> tuple[str, ...]:
        """The lines below the picture: what it is, what is dashed, and how much is left out."""
        dashed = "" if all(edge.certain for edge in self.edges) else ". Dashed: possible, not certain"
        notes = [f"{self.title}{dashed}"]
        if self.left_out:
            many = len(self.nodes) + self.left_out
            notes.append(f"{len(self.nodes)} of {many} entities; {self.left_out} further away are left out")
        return tuple(notes)

    def svg(self) -> str:
        """The picture, a text of SVG."""
        layout = drawing.placed(self.nodes, self.edges)
        said = drawing.described(self.nodes, self.edges)
        return drawing.svg(
            layout, self.nodes, self.edges, title=self.title, description=said, notes=self.notes
        )

    def __repr__(self) -> str:
        return f"<OwnershipGraph on {self.as_of}: {len(self.nodes)} entities, {len(self.edges)} ties>"

    def _repr_svg_(self) -> str:
        return self.svg()


def _in_words(day: datetime.date) -> str:
    return PartialDate.of(day).words()


def structure_of(
    state: State, entity: str | None, depth: int | None, least: Fraction | None, most: int
) -> OwnershipGraph:
    """The graph of a day; ``entity`` is an id."""
    edges = [*_edges(state, least)]
    found = {end for edge in edges for end in (edge.source, edge.target)}
    nodes = [_node(state, each) for each in sorted(found if entity is None else {*found, entity})]
    drawn = drawing.neighbourhood(nodes, edges, entity, depth=depth, most=most)
    return OwnershipGraph(state.as_of, state.known, drawn.nodes, drawn.edges, drawn.centre, drawn.left_out)


def structure_near(state: State, entity: str, most: int) -> OwnershipGraph:
    """The graph of what has something of ``entity``, an id, or of which it has, and the ties between these.

    Nothing else of the state is looked at, so that of a register it is made in no time. ``left_out`` counts
    those next to it that are too many.
    """
    own = [*_told(state.holdings(holder=entity), state.units(owner=entity), state.control(controller=entity))]
    own += _told_towards(state, entity)
    ends = dict.fromkeys(end for edge in own for end in (edge.source, edge.target))
    kept = [entity, *[end for end in ends if end != entity][: most - 1]]
    nodes = [_node(state, each) for each in sorted(kept)]
    between = (edge for each in kept if each != entity for edge in _told_towards(state, each))
    drawn = dict.fromkeys(edge for edge in (*own, *between) if edge.source in kept and edge.target in kept)
    left_out = len({entity, *ends}) - len(kept)
    return OwnershipGraph(state.as_of, state.known, tuple(nodes), (*drawn,), entity, left_out)


def _told_towards(state: State, entity: str) -> Iterator[drawing.Edge]:
    """The ties of which an entity is the lower end."""
    return _told(state.holdings(target=entity), state.units(unit=entity), state.control(target=entity))


def _node(state: State, entity: str) -> drawing.Node:
    name = state.cell(views.NAMES, entity)
    kind = state.cell(views.TYPES, entity)
    label = (name[-1].value.short or name[-1].value.name) if name else entity
    return drawing.Node(entity, _line(label), kind[-1].value.type if kind else OTHER)


def _edges(state: State, least: Fraction | None) -> Iterator[drawing.Edge]:
    """The ties of the day, the largest first: which are nearest is decided by it where not all are drawn."""
    return _told(state.holdings(), state.units(), state.control(), least)


def _told(
    holdings: Iterable[Holding], units: Iterable[Unit], control: Iterable[Fact], least: Fraction | None = None
) -> Iterator[drawing.Edge]:
    """Holdings, units and control as ties."""
    held = sorted(holdings, key=lambda holding: (holding.holder, holding.target, holding.right))
    grouped = (
        (key, [*group])
        for key, group in groupby(held, key=lambda each: (each.holder, each.target, each.right))
    )
    counted = [(key, group) for key, group in grouped if _counts(group, least)]
    for (holder, target, right), group in sorted(counted, key=lambda each: (-_most(each[1]), each[0])):
        yield drawing.Edge(holder, target, _held(group, right), right, _sure(group))
    for unit in units:
        yield drawing.Edge(unit.owner, unit.unit, "unit", "unit", unit.certain)
    for fact in control:
        yield _control(fact)


def _counts(group: Iterable[Holding], least: Fraction | None) -> bool:
    """Whether a holding may be large enough to be drawn; one of unknown size may be."""
    return least is None or any(
        holding.share.maximum is None or holding.share.maximum >= least for holding in group
    )


def _most(group: Iterable[Holding]) -> Fraction:
    return max((holding.share.maximum or NOTHING for holding in group), default=NOTHING)


def _held(group: Iterable[Holding], right: str) -> str:
    """What is held in words: every share that is possible on the day."""
    shares = dict.fromkeys(
        "share unknown" if holding.share.is_unknown else brief_share(holding.share) for holding in group
    )
    kind = "" if right == "equity" else f" {right}"
    return f"{' or '.join(shares)}{kind}"


def _sure(group: list[Holding]) -> bool:
    return len(group) == 1 and group[0].certain


def _control(fact: Fact) -> drawing.Edge:
    controller, target, basis = fact.key
    label = _line(f"control: {basis}")
    return drawing.Edge(controller, target, label, f"control: {basis}", fact.certain)


def _line(text: str) -> str:
    """A text in one line, with stand-ins for what nobody sees and what turns others round."""
    return printable(" ".join(text.split()))
