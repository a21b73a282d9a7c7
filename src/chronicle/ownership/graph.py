"""Who holds how much of whom: edges from a holder to a target, each a share of which both ends are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from attrs import frozen

from chronicle.values import NOTHING, WHOLE, Share


@frozen
class Edge:
    """That ``holder`` has a share of ``target`` (ids), between ``low`` and ``high``, both fractions of one.

    An end that is open is itself left out. ``certain`` is false where it is not certain that
    anything is held. ``events`` are the ids of the events behind it. ``out_of_date`` says that shares were
    issued since the share was stated, and that nobody says what it is now.
    """

    holder: str
    target: str
    low: Fraction
    high: Fraction
    low_open: bool = False
    high_open: bool = False
    approximate: bool = False
    certain: bool = True
    events: tuple[str, ...] = ()
    out_of_date: bool = False

    @classmethod
    def of(
        cls,
        holder: str,
        target: str,
        candidates: Sequence[Share | None],
        certain: bool = True,
        events: Iterable[str] = (),
        *,
        out_of_date: bool = False,
    ) -> Edge:
        """The edge of all ``candidates`` for one share, of which one is true; None stands for nothing.

        It reaches from the least that one of them can be to the most. What is unknown lies between
        nothing and the whole.
        """
        lows, highs = zip(*map(_ends, candidates), strict=True)
        # Of two equal ends the closed one reaches further.
        low, low_open = min(lows)
        high, high_closed = max(highs)
        approximate = any(share is not None and share.approximate for share in candidates)
        ends = (low, high, low_open, not high_closed)
        return cls(holder, target, *ends, approximate, certain, tuple(events), out_of_date)

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    @property
    def surely_positive(self) -> bool:
        """Whether it is more than nothing, whatever it is between its ends."""
        return self.low > NOTHING or self.low_open

    @property
    def share(self) -> Share:
        """The share. Where it lies anywhere between nothing and the whole, it is the unknown share."""
        return share_between(
            (self.low, self.low_open), (self.high, self.high_open), self.approximate, self.certain
        )


End = tuple[Fraction, bool]
"""An end of a range, and whether the range leaves it out."""


def share_between(low: End, high: End, approximate: bool = False, certain: bool = True) -> Share:
    """The share between two ends; the unknown one where these are nothing and the whole."""
    (least, least_open), (most, most_open) = low, high
    if (least, most, least_open, most_open) == (NOTHING, WHOLE, False, False):
        return Share(None, None, text="?", certain=certain)
    if least == most:
        least_open = most_open = False
    return Share(least, most, least_open, most_open, approximate, certain=certain)


def _ends(share: Share | None) -> tuple[tuple[Fraction, bool], tuple[Fraction, bool]]:
    """The least that a share can be and whether it is left out; the most, and whether that is *not*."""
    if share is None:
        return (NOTHING, False), (NOTHING, True)
    if share.minimum is None or share.maximum is None:
        return (NOTHING, False), (WHOLE, True)
    return (max(NOTHING, share.minimum), share.minimum_open), (
        max(NOTHING, share.maximum),
        not share.maximum_open,
    )


_Look = Callable[[str], Iterable[Edge]]


class Graph:
    """The edges of one right on one day.

    They are looked up when they are asked for, once: a question about one company reads no more than
    what hangs together with it.
    """

    def __init__(self, holders: _Look, held: _Look) -> None:
        """``holders`` gives the edges to a target, ``held`` those from a holder; both by id."""
        self._look_up, self._look_down = holders, held
        self._holders: dict[str, tuple[Edge, ...]] = {}
        self._held: dict[str, tuple[Edge, ...]] = {}

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> Graph:
        """The graph of ``edges``, of which there is at most one from one holder to one target."""
        up: defaultdict[str, list[Edge]] = defaultdict(list)
        down: defaultdict[str, list[Edge]] = defaultdict(list)
        for edge in edges:
            up[edge.target].append(edge)
            down[edge.holder].append(edge)
        return cls(lambda target: up.get(target, ()), lambda holder: down.get(holder, ()))

    def holders(self, target: str) -> tuple[Edge, ...]:
        """The edges to ``target``, in order of holder. What can only be nothing is no edge."""
        found = self._holders.get(target)
        if found is None:
            edges = (edge for edge in self._look_up(target) if edge.high > NOTHING)
            found = self._holders[target] = tuple(sorted(edges, key=lambda edge: edge.holder))
        return found

    def held(self, holder: str) -> tuple[Edge, ...]:
        """The edges from ``holder``, in order of target."""
        found = self._held.get(holder)
        if found is None:
            edges = (edge for edge in self._look_down(holder) if edge.high > NOTHING)
            found = self._held[holder] = tuple(sorted(edges, key=lambda edge: edge.target))
        return found

    def above(self, targets: Iterable[str], stop: Iterable[str] = ()) -> dict[str, tuple[Edge, ...]]:
        """Every entity from which some share of ``targets`` is held, themselves included, nearest first.

        Each with the edges to it. What is above ``stop`` is left out, and these have no edges.
        """
        return _spread(targets, frozenset(stop), self.holders, lambda edge: edge.holder)

    def below(self, holders: Iterable[str]) -> dict[str, tuple[Edge, ...]]:
        """Every entity of which ``holders`` have some share, themselves included, nearest first.

        Each with the edges from it.
        """
        return _spread(holders, frozenset(), self.held, lambda edge: edge.target)


def _spread(
    begin: Iterable[str],
    stop: frozenset[str],
    edges: Callable[[str], tuple[Edge, ...]],
    far: Callable[[Edge], str],
) -> dict[str, tuple[Edge, ...]]:
    found: dict[str, tuple[Edge, ...]] = {}
    waiting = list(dict.fromkeys(begin))
    for entity in waiting:  # it grows while it is read
        if entity in found:
            continue
        found[entity] = () if entity in stop else edges(entity)
        waiting += [far(edge) for edge in found[entity] if far(edge) not in found]
    return found
