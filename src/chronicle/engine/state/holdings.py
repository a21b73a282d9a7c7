"""What is held on the day: shares, holdings, and what adds up to more than the whole."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from chronicle.dates import DAWN
from chronicle.engine import views
from chronicle.engine.gc_pause import paused_collector
from chronicle.engine.replay import Cell, Key, Span
from chronicle.engine.state.facts import Fact, FactsOfDay
from chronicle.values import Share

if TYPE_CHECKING:
    from chronicle.engine.state.answers import Excess, Holding


class HoldingsOfDay(FactsOfDay):
    """The holdings on the day ``as_of``, by what was known on the day ``known``."""

    # Classes of attrs take half a millisecond each of every start, and this one has no fields of its own.
    __slots__ = ()

    def share(self, holder: str, target: str, right: str = "equity") -> Share | None:
        """The share of ``holder`` in ``target``, or None for nothing. An unknown share is a share too.

        If a source states that nothing is held, the answer is the share 0 and not None.
        On a day inside the window of a change it is the value that begins last. Its ``certain`` is
        false whenever it is not certain that it holds on the day. Raises ``NotFound`` for an unknown entity
        (C601) and right (C610).
        """
        key = self._key(views.HOLDINGS, (holder, target, right))
        found = list(self._cell(views.HOLDINGS, key))
        return _share_on(found[-1]) if found else None

    def candidates(self, holder: str, target: str, right: str = "equity") -> tuple[Share | None, ...]:
        """Every answer that ``share`` could give on this day, oldest first; None stands for nothing."""
        return self._candidates(self._key(views.HOLDINGS, (holder, target, right)))

    def _candidates(self, key: Key) -> tuple[Share | None, ...]:
        found = self._course((views.HOLDINGS, key))
        certain = any(fact.certain for fact in found if fact is not None)
        shares: list[Share | None] = []
        for fact in found:
            if fact is not None:
                shares.append(_share_on(fact))
            # A certain value excludes nothing, whatever the windows around it are.
            elif not certain and (not shares or shares[-1] is not None):
                shares.append(None)
        return tuple(shares)

    def _course(self, cell: Cell) -> list[Fact | None]:
        """The possible contents of a cell on the day, in the order of replay: facts, and None for nothing."""
        course = list(self._between(self._ledger.cell(*cell)))
        nothing = self._ledger.nothing_on(cell, self.as_of)
        if nothing is not None and nothing.first:
            course.insert(0, None)
        if nothing is not None and nothing.last:
            course.append(None)
        if nothing is not None and None not in course:
            course.insert(max(0, len(course) - 1), None)
        return course

    def _between(self, spans: Iterable[Span]) -> Iterator[Fact | None]:
        # Before the first span nothing is known to be held, from the first day of the calendar on.
        nothing_since: datetime.date | None = DAWN
        for span in spans:
            if nothing_since is not None and nothing_since <= self.as_of < span.certain_from:
                yield None
            if span.possible(self.as_of):
                doubted_by = span.doubted_by(self.as_of)
                yield Fact(span, span.certain(self.as_of), doubted_by)
                if doubted_by:
                    yield None
            nothing_since = span.certain_until if span.ends_in_nothing else None
        if nothing_since is not None and nothing_since <= self.as_of:
            yield None

    def holdings(
        self, holder: str | None = None, target: str | None = None, right: str | None = None
    ) -> tuple[Holding, ...]:
        """The holdings on the day, certain and possible ones, by holder, target and right."""
        wanted = {place: part for place, part in enumerate((holder, target, right)) if part is not None}
        if self._assumed or views.HOLDINGS not in self._ledger.views:
            names = views.KEYS[views.HOLDINGS]
            return tuple(map(_holding, self._where(views.HOLDINGS, {names[at]: wanted[at] for at in wanted})))
        if not wanted:
            with paused_collector():
                return self._standing_holdings(wanted)
        found = self._standing_holdings(wanted)
        # Ids are tried before names, since to find out what a name means takes longer.
        if not found:
            meant = {place: self._meant(views.HOLDINGS, place, part) for place, part in wanted.items()}
            return found if meant == wanted else self._standing_holdings(meant)
        return found

    def _standing_holdings(self, wanted: Mapping[int, str]) -> tuple[Holding, ...]:
        from chronicle.engine.state.answers import Holding

        standing = self._ledger.standing(views.HOLDINGS, self.as_of, wanted, _is_something)
        return tuple(
            Holding(holder, target, right, share, shares, basis, stale, sure, since, events, doubts)
            for (holder, target, right), (
                share,
                shares,
                basis,
                stale,
            ), sure, since, events, doubts in standing
        )

    def above_the_whole(self, *targets: str) -> tuple[Excess, ...]:
        """The rights of ``targets``, or of all, of which more is certainly held on the day than the whole.

        Measured as ``check`` does: of a range its lower end counts, and a stale share is left out.
        """
        from chronicle.engine.state.answers import excess_of

        groups: defaultdict[tuple[str, str], list[Holding]] = defaultdict(list)
        for target in dict.fromkeys(targets) or (None,):
            for holding in self.holdings(target=target):
                if holding.certain and not holding.stale and holding.share.minimum:
                    groups[holding.target, holding.right].append(holding)
        found = (excess_of(*what, held) for what, held in sorted(groups.items()))
        return tuple(excess for excess in found if excess is not None)


def _share_on(fact: Fact) -> Share:
    """The share of a holding, with the certainty of the holding on the day."""
    stake: views.Stake = fact.value
    return evolve(stake.share, certain=fact.certain)


def _is_something(stake: views.Stake) -> bool:
    return views.is_listed(views.HOLDINGS, stake)


def _holding(fact: Fact) -> Holding:
    from chronicle.engine.state.answers import Holding

    holder, target, right = fact.key
    stake: views.Stake = fact.value
    return Holding(holder, target, right, *stake, fact.certain, fact.since, fact.events, fact.doubted_by)
