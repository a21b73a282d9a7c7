"""Who is controlled: the group that grows as far as its members together hold enough of the next company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from math import isfinite
from numbers import Rational

from attrs import field, frozen

from chronicle.errors import InvalidValue, Problem, shown
from chronicle.ownership.graph import Edge, Graph, share_between
from chronicle.ownership.majority import MAJORITY
from chronicle.values import NOTHING, WHOLE, Share


def _as_part(share: Fraction | float) -> Fraction:
    """A part of the whole, exactly as it is written: 0.1 is a tenth, though no float is."""
    part = Fraction(str(share)) if isinstance(share, float) and isfinite(share) else share
    if not isinstance(part, Rational | float):
        help = "give a part of the whole, such as Fraction(1, 4) or 0.25"
        raise InvalidValue(Problem("C302", f"not a share: {shown(share)}", help=help))
    if not NOTHING <= part <= WHOLE:
        help = "a share is a part of the whole, from 0 to 1, such as Fraction(1, 4)"
        raise InvalidValue(Problem("C302", f"not a share: {share}", help=help))
    return Fraction(part)


@frozen
class Threshold:
    """How much of a company is needed: more than ``share`` of it; at least that if ``reached`` suffices.

    Raises ``InvalidValue`` (C302) for a share that is no part of the whole.
    """

    share: Fraction = field(default=MAJORITY, converter=_as_part)
    reached: bool = False

    def surely_met(self, low: Fraction, low_open: bool) -> bool:
        """Whether all numbers from ``low`` on suffice."""
        return low > self.share or (low == self.share and (self.reached or low_open))

    def may_be_met(self, high: Fraction, high_open: bool) -> bool:
        """Whether a number up to ``high`` suffices."""
        return high > self.share or (high == self.share and self.reached and not high_open)

    def __str__(self) -> str:
        return f"{'at least' if self.reached else 'more than'} {Share.exact(self.share)}"


@frozen
class Grant:
    """That ``controller`` has control of ``target`` by other means than shares; ``basis`` says by which."""

    controller: str
    target: str
    basis: str
    certain: bool = True
    events: tuple[str, ...] = ()


@frozen
class Controlled:
    """A company that is controlled from the top of a group.

    ``share`` is what the members of the group hold of it together, by the right that counts. ``edges`` and
    ``grants`` are those of the members. ``certain`` is false where it is only possible that it is
    controlled. ``through`` is the member that it stands below in the tree: of those in the group before it
    the one with the largest share, or with control by other means.
    """

    entity: str
    certain: bool
    share: Share
    edges: tuple[Edge, ...]
    grants: tuple[Grant, ...]
    through: str

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events behind it."""
        by_shares = (event for edge in self.edges for event in edge.events)
        by_grants = (event for grant in self.grants for event in grant.events)
        return tuple(dict.fromkeys((*by_shares, *by_grants)))


def _no_grants(_: str) -> Iterable[Grant]:
    return ()


@frozen
class ControlGraph:
    """The edges that count for control on one day, of each company by one right, and what is granted besides.

    ``granted`` gives the grants of a controller, by its id. ``ways`` gives the edges to a company once for
    each right that may count in it, where it is not known which does; it is left out where that is known.
    """

    graph: Graph
    granted: Callable[[str], Iterable[Grant]] = field(default=_no_grants)
    ways: Callable[[str], Iterable[tuple[Edge, ...]]] | None = None

    def group(self, tops: Iterable[str], threshold: Threshold = Threshold()) -> tuple[Controlled, ...]:
        """Every company controlled by ``tops`` together, each after the members through which it is.

        A company of which the members together hold enough joins them, and so on until none is left. A top
        is not in the list. What joins with every share at its low end is certainly controlled, what joins
        only with some at their high ends possibly.
        """
        first = tuple(dict.fromkeys(tops))
        certain = self._grown(first, lambda members, target: self._surely(members, target, threshold), True)
        possibly = self._grown(first, lambda members, target: self._maybe(members, target, threshold), False)
        # What is certain hangs on what is certain, whatever joined before it that is only possible.
        members = dict.fromkeys((*certain, *possibly))
        ranks = {member: rank for rank, member in enumerate(members)}
        granted: defaultdict[str, list[Grant]] = defaultdict(list)
        for member in members:
            for grant in self.granted(member):
                granted[grant.target].append(grant)
        return tuple(
            self._controlled(member, ranks, certain if member in certain else ranks, granted[member])
            for member in members
            if member not in first
        )

    def _grown(
        self, tops: tuple[str, ...], joins: Callable[[Mapping[str, None], str], bool], certain: bool
    ) -> dict[str, None]:
        members = dict.fromkeys(tops)
        waiting = list(tops)
        for member in waiting:  # it grows while it is read
            reached = [edge.target for edge in self.graph.held(member)]
            by_grant = [grant.target for grant in self.granted(member) if grant.certain or not certain]
            for target in (*reached, *by_grant):
                if target not in members and (target in by_grant or joins(members, target)):
                    members[target] = None
                    waiting.append(target)
        return members

    def _surely(self, members: Mapping[str, None], target: str, threshold: Threshold) -> bool:
        return threshold.surely_met(*_least(self._held_by(members, target)))

    def _maybe(self, members: Mapping[str, None], target: str, threshold: Threshold) -> bool:
        ways = (self.graph.holders(target),) if self.ways is None else self.ways(target)
        return any(threshold.may_be_met(*_most(edges, members)) for edges in ways)

    def _held_by(self, members: Mapping[str, object], target: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.graph.holders(target) if edge.holder in members)

    def _controlled(
        self, entity: str, ranks: Mapping[str, int], members: Mapping[str, object], granted: Iterable[Grant]
    ) -> Controlled:
        edges = self._held_by(members, entity)
        grants = tuple(grant for grant in granted if grant.controller in members)
        share = share_between(
            _least(edges),
            _most(self.graph.holders(entity), members),
            any(edge.approximate for edge in edges),
            all(edge.certain for edge in edges),
        )
        through = _through(entity, edges, grants, ranks)
        return Controlled(entity, members is not ranks, share, edges, grants, through)


def held_together(edges: Iterable[Edge], sure: Collection[str], maybe: Collection[str]) -> Share:
    """What ``maybe`` hold together by ``edges`` to one company, and at least what ``sure`` among them hold.

    It is certain if nobody is in it who is not among the sure, or of whom it is only possible that they hold.
    """
    every = tuple(edges)
    inside = [edge for edge in every if edge.holder in maybe]
    certain = all(edge.certain and edge.holder in sure for edge in inside)
    return share_between(
        _least(edge for edge in inside if edge.holder in sure),
        _most(every, maybe),
        any(edge.approximate for edge in inside),
        certain,
    )


def _least(edges: Iterable[Edge]) -> tuple[Fraction, bool]:
    """The least that edges to one company are together, and whether it is left out."""
    low, is_open = NOTHING, False
    for edge in edges:
        low, is_open = low + edge.low, is_open or edge.low_open
    return low, is_open


def _most(edges: Iterable[Edge], members: Collection[str]) -> tuple[Fraction, bool]:
    """The most that members can hold together beside what the others have at least."""
    high, high_open, rest, rest_open, low = NOTHING, False, WHOLE, False, NOTHING
    for edge in edges:
        if edge.holder in members:
            high, high_open, low = high + edge.high, high_open or edge.high_open, low + edge.low
        else:
            rest, rest_open = rest - edge.low, rest_open or edge.low_open
    if high == low or rest < low:  # stated as it is, or more than the whole: counted as stated
        return low, False
    if rest == high:
        return high, high_open or rest_open
    return (rest, rest_open) if rest < high else (high, high_open)


def _through(entity: str, edges: Iterable[Edge], grants: Iterable[Grant], ranks: Mapping[str, int]) -> str:
    """The member below which a company stands in the tree: one that joined before it."""

    def offers() -> Iterator[tuple[Fraction, Fraction, int, str]]:
        for edge in edges:
            if ranks[edge.holder] < ranks[entity]:
                yield edge.low, edge.high, -ranks[edge.holder], edge.holder
        for grant in grants:
            if ranks[grant.controller] < ranks[entity]:
                yield WHOLE, WHOLE, -ranks[grant.controller], grant.controller

    return max(offers())[3]
