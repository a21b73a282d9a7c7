"""The edges of the day: who holds how much of whom directly, as ``ownership`` needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, get_args

from chronicle import ownership
from chronicle.engine import views
from chronicle.engine.replay import Key
from chronicle.engine.state.holdings import HoldingsOfDay
from chronicle.errors import absent_of_few
from chronicle.events import Right
from chronicle.values import NOTHING, WHOLE, Share

if TYPE_CHECKING:
    from chronicle.engine.state.facts import Fact
    from chronicle.ownership import ControlGraph, Edge, Grant, Graph

_BOARD: Final = "right to appoint a majority of the board"
_UNITS_ARE_WHOLE: Final = (Share.exact(WHOLE),)


class EdgesOfDay(HoldingsOfDay):
    """The holdings of the day and the owners of units, as graphs of one right each, and who has control.

    A share is a range where it is stated as one, between nothing and the whole where it is unknown, between
    nothing and itself where it is only possible. The owner of a business unit has all of it.
    """

    __slots__ = ("_control", "_graphs")

    # By right, made when the first is asked for.
    _graphs: dict[str, Graph]
    # Made when it is first asked for.
    _control: ControlGraph

    def _one(self, word: str) -> str:
        """The id of the entity that a word means."""
        meant = word if self._resolver is None else self._resolver.entity(word, self.as_of)
        return self._ledger.names.get(meant, meant)

    def graph_of(self, right: str) -> Graph:
        """The edges of one right. Raises ``NotFound`` (C610) for an unknown one."""
        if right not in get_args(Right):
            raise absent_of_few("C610", "right", right, get_args(Right))
        if not hasattr(self, "_graphs"):
            object.__setattr__(self, "_graphs", {})
        if right not in self._graphs:
            self._graphs[right] = ownership.Graph(
                lambda target: self._edges(1, target, right), lambda holder: self._edges(0, holder, right)
            )
        return self._graphs[right]

    def right_of_control(self, target: str) -> Right:
        """The right that counts for control of an entity, by its id: votes where any are stated."""
        held = self._ledger.where(views.HOLDINGS, 1, target) if views.HOLDINGS in self._ledger.views else ()
        edges = (self._edge(key) for key in held if key[2] == "votes")
        return "votes" if any(edge is not None and edge.high > NOTHING for edge in edges) else "equity"

    def few_above(self, target: str, right: Right = "equity", *, most: int, looped: int) -> bool:
        """Whether at most ``most`` entities have something of ``target``, an id, directly or through others.

        And at most ``looped`` of them hold shares of each other: then its owners are found in no time.
        """
        above: dict[str, tuple[Edge, ...]] = {}
        graph, waiting = self.graph_of(right), [target]
        while waiting:
            company = waiting.pop()
            if company not in above:
                above[company] = graph.holders(company)
                waiting += [edge.holder for edge in above[company]]
                if len(above) + len(waiting) > most:
                    return False
        loops = ownership.strong_components(above, lambda company: (edge.holder for edge in above[company]))
        return max(map(len, loops)) <= looped

    def control_graph(self) -> ControlGraph:
        """The edges that count for control: votes in a company where any are stated, else equity."""
        if not hasattr(self, "_control"):
            counted = ownership.VotesOrEquity(
                self.graph_of("votes"), self.graph_of("equity"), self._without_votes
            )
            # The groups of many that control each other ask for the same again and again.
            grants = cache(lambda controller: tuple(self._grants_of(controller)))
            control = ownership.ControlGraph(counted.graph(), grants, counted.ways)
            object.__setattr__(self, "_control", control)
        return self._control

    def _without_votes(self, target: str) -> Iterator[Edge]:
        """The edges of votes in ``target`` that are stated to be nothing."""
        return (edge for edge in self._edges(1, target, "votes") if edge.high == NOTHING)

    def grants_over(self, target: str) -> Iterator[Grant]:
        """What gives somebody control of ``target``, by its id, by other means than shares."""
        yield from self._grants(1, target)
        yield from _by_seats(self.graph_of("board").holders(target))

    def _grants_of(self, controller: str) -> Iterator[Grant]:
        yield from self._grants(0, controller)
        yield from _by_seats(self.graph_of("board").held(controller))

    def _grants(self, position: int, entity: str) -> Iterator[Grant]:
        for fact in self._facts_with(views.CONTROL, position, entity):
            controller, target, basis = fact.key
            if ownership.gives_control(basis):
                yield ownership.Grant(controller, target, basis, fact.certain, fact.events)

    def _edges(self, position: int, entity: str, right: str) -> Iterator[Edge]:
        """The edges to (1) or from (0) an entity: holdings of one right, and business units."""
        if views.HOLDINGS in self._ledger.views:
            for key in self._ledger.where(views.HOLDINGS, position, entity):
                if key[2] == right:
                    edge = self._edge(key)
                    if edge is not None:
                        yield edge
        if right != "board":  # a unit has none
            yield from self._unit_edges(1 - position, entity)

    def _edge(self, key: Key) -> Edge | None:
        facts = list(self._cell(views.HOLDINGS, key))
        if not facts:
            return None
        alone = len(facts) == 1 and facts[0].certain
        candidates = (facts[0].value.share,) if alone else self._candidates(key)
        stale = any(fact.value.stale for fact in facts)
        certain = not stale and all(fact.certain for fact in facts)
        return ownership.Edge.of(key[0], key[1], candidates, certain, _events(facts), out_of_date=stale)

    def _unit_edges(self, position: int, entity: str) -> Iterator[Edge]:
        for fact in self._facts_with(views.UNITS, position, entity):
            unit, owner = fact.key
            rivals = [other for other in self._facts_with(views.UNITS, 0, unit) if other.key != fact.key]
            shares: tuple[Share | None, ...] = _UNITS_ARE_WHOLE
            if any(rival.certain for rival in rivals):
                shares = (Share.unknown(),)
            elif rivals or not fact.certain:
                shares = (None, *_UNITS_ARE_WHOLE)
            yield ownership.Edge.of(owner, unit, shares, fact.certain, fact.events)

    def _units(self) -> set[str]:
        """The ids of all business units that there ever were."""
        return (
            {key[0] for key in self._ledger.keys(views.UNITS)} if views.UNITS in self._ledger.views else set()
        )

    def _facts_with(self, view: str, position: int, entity: str) -> Iterator[Fact]:
        if view in self._ledger.views:
            for key in self._ledger.where(view, position, entity):
                yield from self._cell(view, key)


def _by_seats(edges: Iterable[Edge]) -> Iterator[Grant]:
    """Control by more than half of the right to appoint the board."""
    for edge in edges:
        if ownership.Threshold().may_be_met(edge.high, edge.high_open):
            certain = edge.certain and ownership.Threshold().surely_met(edge.low, edge.low_open)
            yield ownership.Grant(edge.holder, edge.target, _BOARD, certain, edge.events)


def _events(facts: Iterable[Fact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event for fact in facts for event in fact.events))
