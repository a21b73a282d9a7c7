"""What somebody has of a company at last, through all chains and around all loops; and who has all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Literal

from attrs import define, frozen

from chronicle.ownership.bounds import Above, Arrival, bounds
from chronicle.ownership.chains import LIMIT, Chain, chains
from chronicle.ownership.closing import closing_loops, possible_edges
from chronicle.ownership.graph import Edge, Graph, share_between
from chronicle.ownership.loops import Loop, loops_in
from chronicle.ownership.solve import arriving
from chronicle.values import NOTHING, WHOLE, Share

Part = Literal["owner", "not known", "nobody"]
"""Who has a part: an owner; somebody who is not known; nobody, as companies hold each other wholly."""


@define(eq=False, slots=False)
class LookThrough:
    """What ``holder`` has of ``target`` at last, by ids; all of it is computed when it is asked for.

    Its questions raise ``Unbounded`` where no finite share exists, and ``TooManyTogether`` where too many
    companies hold shares of each other for fractions.
    """

    graph: Graph
    holder: str
    target: str

    @cached_property
    def _bounds(self) -> Arrival:
        above = self.graph.above([self.target], [self.holder])
        above.setdefault(self.holder, ())
        return bounds(above, [self.holder])

    @cached_property
    def way(self) -> Above:
        """The companies between, with those of the edges to each that lead up to the holder."""
        found = self._bounds
        return {
            company: tuple(edge for edge in edges if found.high[edge.holder])
            for company, edges in found.above.items()
            if found.high[company]
        }

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every share on which the answer rests, nearest to the target first."""
        return tuple(edge for edges in self.way.values() for edge in edges)

    @cached_property
    def share(self) -> Share:
        """The share, with the ends that the ranges on the way leave it. Raises ``Unbounded``."""
        if self.holder == self.target:
            return Share.exact(WHOLE)
        return _share(self._bounds, self.target, self.edges)

    @property
    def certain(self) -> bool:
        """Whether every share that it rests on is certainly held."""
        return all(edge.certain for edge in self.edges)

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events behind it."""
        return _events(self.edges)

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """The loops that lie on the way."""
        return loops_in({company: self._bounds.above[company] for company in self.way})

    def chains(self, limit: int = LIMIT) -> tuple[tuple[Chain, ...], bool]:
        """The chains from the holder, those that bring most first, and whether these are all of them."""
        if self.holder == self.target or not self._bounds.high[self.target]:
            return (), True
        return chains(self._bounds.above, self.holder, self.target, self._bounds.high, limit)


@frozen
class Owned:
    """What somebody, or nobody, has of a company at last.

    ``entity`` is the id of an owner of whom no holder is known; None where ``part`` says that it is not known
    who has it, or that nobody has it: companies that hold each other wholly, or may, which ``loop`` names.
    ``events`` are the ids of the events behind it.
    """

    entity: str | None
    part: Part
    share: Share
    events: tuple[str, ...] = ()
    loop: tuple[str, ...] = ()


def ultimate_owners(graph: Graph, target: str) -> tuple[Owned, ...]:
    """All that ``target`` belongs to at last, what is not known and what nobody has included.

    Owners of whom no holder is known come first, those with most first. Exact shares are together exactly the
    whole, unless a company on the way stands above it. Raises ``Unbounded``.
    """
    above = graph.above([target])
    ends = [company for company, edges in above.items() if not edges and company != target]
    if all(edge.exact for edges in above.values() for edge in edges):
        owners = _exact_owners(above, ends, target)
    else:
        owners = [_owned(graph, end, target) for end in ends]
    known = sorted(owners, key=lambda owned: _by_size(owned.share, owned.entity or ""))
    return (*known, *_rest(above, ends, target))


def _exact_owners(above: Above, ends: Sequence[str], target: str) -> list[Owned]:
    """What each of ``ends`` has of ``target``, all at once: what flows up from it through the others."""
    below: dict[str, list[Edge]] = {}
    for edges in above.values():
        for edge in edges:
            below.setdefault(edge.holder, []).append(edge)
    # What goes around a loop and never leaves it comes to none of them.
    leading = _reached(ends, below)
    flows = {
        holder: [(edge.target, edge.low) for edge in below.get(holder, ()) if edge.target in leading]
        for holder in leading
    }
    arrived = arriving(flows, (), {target: WHOLE}) if target in leading else {}
    owners = []
    for end in ends:
        between = _reached([end], below)
        edges = [edge for company in above if company in between for edge in below.get(company, ())]
        share = arrived[end]
        found = share_between((share, False), (share, False), *_of_edges(edges))
        owners.append(Owned(end, "owner", found, _events(edges)))
    return owners


def _reached(begin: Iterable[str], below: Mapping[str, Sequence[Edge]]) -> set[str]:
    """The companies that hang below some, themselves included."""
    waiting = list(begin)
    found = set(waiting)
    for holder in waiting:
        for edge in below.get(holder, ()):
            if edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def direct_owners(graph: Graph, target: str) -> tuple[Owned, ...]:
    """Who holds ``target`` directly, those with most first, and at the end what nobody is known to hold."""
    edges = graph.holders(target)
    owners = [Owned(edge.holder, "owner", edge.share, edge.events) for edge in edges]
    known = sorted(owners, key=lambda owned: _by_size(owned.share, owned.entity or ""))
    least = max(NOTHING, WHOLE - sum((edge.high for edge in edges), NOTHING))
    most = max(NOTHING, WHOLE - sum((edge.low for edge in edges), NOTHING))
    if not most:
        return tuple(known)
    least_open = least > NOTHING and any(edge.high_open for edge in edges)
    rest = (least, least_open), (most, any(edge.low_open for edge in edges))
    return (*known, Owned(None, "not known", share_between(*rest, *_of_edges(edges))))


def owned_below(graph: Graph, holder: str) -> tuple[Owned, ...]:
    """Every company of which ``holder`` has something at last, those of which it has most first.

    The ``entity`` of each is the company. Raises ``Unbounded``.
    """
    below = [company for company in graph.below([holder]) if company != holder]
    if not below:
        return ()
    above = graph.above(below, [holder])
    found = bounds(above, [holder])
    owned = [
        Owned(company, "owner", _share(found, company, edges), _events(edges))
        for company in below
        for edges in [_edges_between(found, company)]
    ]
    return tuple(sorted(owned, key=lambda each: _by_size(each.share, each.entity or "")))


def _owned(graph: Graph, owner: str, target: str) -> Owned:
    found = LookThrough(graph, owner, target)
    return Owned(owner, "owner", found.share, found.events)


def _rest(above: Above, ends: Sequence[str], target: str) -> Iterable[Owned]:
    """What nobody is known to have, and what nobody has."""
    lows = {company: [(edge.holder, edge.low) for edge in edges] for company, edges in above.items()}
    rests = {
        company: max(NOTHING, WHOLE - sum((low for _, low in lows[company]), NOTHING))
        for company, edges in above.items()
        if edges or company == target
    }
    open_most = arriving(lows, (), rests)[target]
    trapped = {members: bounds(above, members) for members in closing_loops(above)}
    surely = {loop.members for loop in loops_in(possible_edges(above)) if loop.closed}
    edges = tuple(edge for edges in above.values() for edge in edges)
    least, least_open, most_open = open_most, False, False
    if not all(edge.exact for edge in edges):
        # What others have least is left where the known owners, and nobody, have most.
        known = bounds(above, [*ends, *(member for members in trapped for member in members)])
        least = min(open_most, max(NOTHING, WHOLE - known.high[target]))
        least_open, most_open = least > NOTHING and known.high_open(target), known.low_open(target)
    if open_most:
        share = share_between((least, least_open), (open_most, most_open), *_of_edges(edges))
        yield Owned(None, "not known", share)
    for members, found in trapped.items():
        most = (found.high[target], found.high_open(target))
        if most[0]:
            low = (found.low[target], found.low_open(target)) if members in surely else (NOTHING, False)
            yield Owned(None, "nobody", share_between(low, most, *_of_edges(edges)), loop=members)


def _share(found: Arrival, target: str, edges: Sequence[Edge]) -> Share:
    return share_between(
        (found.low[target], found.low_open(target)),
        (found.high[target], found.high_open(target)),
        *_of_edges(edges),
    )


def _of_edges(edges: Iterable[Edge]) -> tuple[bool, bool]:
    """Whether one of the shares is approximate, and whether all are certainly held."""
    found = list(edges)
    return any(edge.approximate for edge in found), all(edge.certain for edge in found)


def _edges_between(found: Arrival, target: str) -> tuple[Edge, ...]:
    """The edges on any way from the owners of ``found`` down to ``target``."""
    between: list[Edge] = []
    seen, waiting = {target}, [target]
    for company in waiting:
        for edge in found.above[company]:
            if not found.high[edge.holder]:
                continue
            between.append(edge)
            if edge.holder not in seen:
                seen.add(edge.holder)
                waiting.append(edge.holder)
    return tuple(between)


def _events(edges: Iterable[Edge]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event for edge in edges for event in edge.events))


def _by_size(share: Share, entity: str) -> tuple[Fraction, Fraction, str]:
    """The order of a list: the most first."""
    low, _, high, _ = share.order
    return -low, -high, entity
