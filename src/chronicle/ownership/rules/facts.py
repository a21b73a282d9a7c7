"""What a rule of law needs to know, and what it is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from attrs import define, frozen

from chronicle.ownership.control import ControlGraph, Grant
from chronicle.ownership.graph import Edge, Graph

_SHOWN: Final = 4


def _itself(entity: str) -> str:
    return entity


@frozen(eq=False)
class OwnershipFacts:
    """Who holds what on a day, and who is what; everybody by id.

    ``equity`` has the holdings of equity, ``control`` those that count for control (of a company its votes
    where any are stated, else its equity) and who has control by other means, ``controllers`` the same from
    below: what is granted over a target. ``type_of`` gives the type of an entity, such as "person" or
    "government", None where it is not known; ``jurisdiction_of`` its jurisdiction as a code of ISO 3166, in
    large or small letters, or None; ``on_exchange`` whether its shares are on a stock exchange; ``name_of``
    what it is called in reasons.
    """

    equity: Graph
    control: ControlGraph
    controllers: Callable[[str], Iterable[Grant]]
    type_of: Callable[[str], str | None]
    jurisdiction_of: Callable[[str], str | None]
    on_exchange: Callable[[str], bool]
    name_of: Callable[[str], str] = _itself

    @classmethod
    def of(
        cls,
        equity: Iterable[Edge],
        votes: Iterable[Edge] = (),
        grants: Iterable[Grant] = (),
        *,
        types: Mapping[str, str] | None = None,
        jurisdictions: Mapping[str, str] | None = None,
        on_exchange: Iterable[str] = (),
    ) -> OwnershipFacts:
        """The facts from edges and grants: where votes in a company are stated, these count for control."""
        shares, stated = tuple(equity), tuple(votes)
        with_votes = {edge.target for edge in stated}
        counted = Graph.of((*stated, *(edge for edge in shares if edge.target not in with_votes)))
        down: defaultdict[str, list[Grant]] = defaultdict(list)
        up: defaultdict[str, list[Grant]] = defaultdict(list)
        for grant in grants:
            down[grant.controller].append(grant)
            up[grant.target].append(grant)
        listed = frozenset(on_exchange)
        return cls(
            Graph.of(shares),
            ControlGraph(counted, lambda controller: down.get(controller, ())),
            lambda target: up.get(target, ()),
            (types or {}).get,
            (jurisdictions or {}).get,
            lambda entity: entity in listed,
        )

    def country_of(self, entity: str) -> str | None:
        """The country of an entity, in large letters: of ``us-de`` it is ``US``."""
        jurisdiction = self.jurisdiction_of(entity)
        return jurisdiction.partition("-")[0].upper() if jurisdiction else None

    def names(self, entities: Iterable[str]) -> str:
        """Their names in one line; of many the first, and how many more there are."""
        names = [self.name_of(entity) for entity in entities]
        if len(names) > _SHOWN:
            names[_SHOWN:] = [f"{len(names) - _SHOWN} more"]
        return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


@define(eq=False, slots=False)
class RuleQuestion:
    """What is asked about ``target``.

    ``listed`` are the ids of who is on a list of sanctions, ``acting_together`` those of them who act in
    concert.
    """

    facts: OwnershipFacts
    target: str
    listed: tuple[str, ...] = ()
    acting_together: tuple[str, ...] = ()

    @cached_property
    def above(self) -> Mapping[str, None]:
        """Everybody who may own or control some of the target, through others as well; the nearest first."""
        found: dict[str, None] = {}
        waiting = [self.target]
        for entity in waiting:  # it grows while it is read
            for other in self._right_above(entity):
                if other not in found and other != self.target:
                    found[other] = None
                    waiting.append(other)
        return found

    @cached_property
    def graphs(self) -> tuple[Graph, ...]:
        """The holdings by which shares are counted: of equity, and those of votes where any are stated."""
        equity, counted = self.facts.equity, self.facts.control.graph
        concerned = (self.target, *self.above)
        alike = all(equity.holders(each) == counted.holders(each) for each in concerned)
        return (equity,) if alike else (equity, counted)

    @property
    def persons(self) -> tuple[str, ...]:
        """The natural persons among them."""
        return tuple(entity for entity in self.above if self.facts.type_of(entity) == "person")

    @property
    def ends(self) -> tuple[str, ...]:
        """Those of whom no holder is known and who may be persons, or have persons behind them."""
        return tuple(
            entity
            for entity in self.above
            if self.facts.type_of(entity) not in ("person", "government")
            and next(self._right_above(entity), None) is None
        )

    def _right_above(self, entity: str) -> Iterator[str]:
        yield from (edge.holder for edge in self.facts.equity.holders(entity))
        yield from (edge.holder for edge in self.facts.control.graph.holders(entity))
        yield from (grant.controller for grant in self.facts.controllers(entity))
