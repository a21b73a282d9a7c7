"""The answer to a question for the lineage of an entity: its successions, on the way back and forward."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final, Literal

from attrs import frozen

from chronicle.dates import PartialDate
from chronicle.engine.state import Fact, State
from chronicle.engine.tables import Column, Table
from chronicle.engine.tables.columns import SINCE, named
from chronicle.events import Event

Way = Literal["back", "forward"]
"""Which way to go: back to what an entity came out of, or forward to what it became."""


@frozen(eq=False)
class Hop:
    """One succession in a lineage.

    ``certain`` says whether the succession itself is certain on the day, ``line_certain`` whether a whole
    line of certain successions leads here from the entity that was asked for. ``hops`` is the number of
    successions up to here, this one included. ``again`` is true where what lies beyond is told at another
    hop already: where lines meet, and in a circle.
    """

    fact: Fact
    way: Way
    hops: int
    line_certain: bool
    again: bool

    @property
    def predecessor(self) -> str:
        """The id of the entity that went before."""
        return self.fact.key[0]

    @property
    def successor(self) -> str:
        """The id of the entity that came after."""
        return self.fact.key[1]

    @property
    def how(self) -> str:
        """``absorbed``, ``consolidated``, ``split`` or ``dissolved``."""
        how: str = self.fact.value.how
        return how

    @property
    def certain(self) -> bool:
        """Whether the succession is certain."""
        return self.fact.certain

    @property
    def since(self) -> PartialDate:
        """When one came out of the other."""
        return self.fact.since

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events behind it."""
        return self.fact.events

    @property
    def near(self) -> str:
        """That of the two which is nearer to the entity asked for."""
        return self.successor if self.way == "back" else self.predecessor

    @property
    def far(self) -> str:
        """That of the two which is farther from it."""
        return self.predecessor if self.way == "back" else self.successor


@frozen(eq=False, repr=False)
class Lineage:
    """The successions before and after ``entity`` (an id), nearest first on each way.

    ``state`` is the day, and the knowledge, of which they are told; names are those of that day.
    """

    entity: str
    state: State
    hops: tuple[Hop, ...]
    _told: Callable[[], Mapping[str, Event]]

    @property
    def events(self) -> Mapping[str, Event]:
        """The events behind the hops, by id, each as it was known. They are read when first asked for."""
        told = self._told()
        return {
            event: told[event] for event in dict.fromkeys(each for hop in self.hops for each in hop.events)
        }

    @property
    def predecessors(self) -> tuple[str, ...]:
        """The ids of all that it came out of, over any number of hops, nearest first; never itself."""
        return self._beyond("back")

    @property
    def successors(self) -> tuple[str, ...]:
        """The ids of all that it became, over any number of hops, nearest first; never itself."""
        return self._beyond("forward")

    def below(self, way: Way) -> Mapping[str, list[Hop]]:
        """The hops of one way by the entity at which each begins, in order of date: a tree.

        The hops of an entity belong below the one hop to it that is not told ``again``.
        """
        found: defaultdict[str, list[Hop]] = defaultdict(list)
        for hop in self.hops:
            if hop.way == way:
                found[hop.near].append(hop)
        return found

    def table(self) -> Table:
        """The hops as a table, one per row, with the names of both entities last."""
        names = (
            Column("predecessor_name", "text", lambda hop: self.state.name(hop.predecessor)),
            Column("successor_name", "text", lambda hop: self.state.name(hop.successor)),
        )
        return Table("lineage", (*_COLUMNS, *names), self.hops)

    def _beyond(self, way: Way) -> tuple[str, ...]:
        found = dict.fromkeys(hop.far for hop in self.hops if hop.way == way)
        found.pop(self.entity, None)
        return tuple(found)

    def __repr__(self) -> str:
        before, after = len(self.predecessors), len(self.successors)
        return f"<Lineage of {self.entity}: {before} predecessors, {after} successors>"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


_COLUMNS: Final = (
    *named("text", "way"),
    *named("integer", "hops"),
    *named("text", "predecessor", "successor", "how"),
    *SINCE,
    *named("flag", "line_certain", "again"),
)
