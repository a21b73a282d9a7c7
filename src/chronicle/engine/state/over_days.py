"""What was so on each of many days: every span is looked at once, and not once for each day."""

from __future__ import annotations

import datetime
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from chronicle.engine import views
from chronicle.engine.replay import Key, Ledger, Span
from chronicle.engine.state.answers import unit_of
from chronicle.engine.state.facts import FactsOfDay, listed_facts
from chronicle.engine.tables import Column, FactOnDays, Table, named_facts_table, table_over_days, units_table
from chronicle.errors import absent


def facts_over_days(
    ledger: Ledger, view: str, days: Sequence[datetime.date], state_of: Callable[[datetime.date], FactsOfDay]
) -> Table:
    """The facts of a view on each of some days, which are in order, as one table with names.

    ``state_of`` gives the state of a day, of which ``ledger`` is the ledger. Raises ``NotFound`` (C606) for a
    view that no projector writes.
    """
    if view not in ledger.views:
        raise absent("C606", "view", view, ledger.views)
    state_on = cache(lambda at: state_of(days[at]))
    columns = cache(lambda at: _columns_of(view, state_on(at).name))
    told: list[FactOnDays] = []
    rows = [array("I") for _ in days]
    stretches = _Stretches(ledger, view, days)
    for key in sorted(ledger.keys(view)):
        for first, end in stretches.of(key):
            begin = len(told)
            facts = listed_facts(state_on(first).cell(view, *key))
            told += (
                FactOnDays(columns(first), unit_of(fact) if view == views.UNITS else fact) for fact in facts
            )
            numbers = range(begin, len(told))
            for at in range(first, end) if numbers else ():
                rows[at].extend(numbers)
    return table_over_days(view, _columns_of(view, lambda _: None), told, zip(days, rows, strict=True))


def _columns_of(view: str, name: Callable[[str], str | None]) -> tuple[Column, ...]:
    """The columns of the table of a state, by the names of its day."""
    return (units_table((), name) if view == views.UNITS else named_facts_table(view, (), name)).columns


class _Stretches:
    """The stretches of some days on which a cell, and the names of whom it names, stay as they are."""

    def __init__(self, ledger: Ledger, view: str, days: Sequence[datetime.date]) -> None:
        self._ledger, self._view, self._days = ledger, view, days
        self._named = views.view_of(view).named
        self._of_name = cache(self._name_changes)

    def of(self, key: Key) -> Iterator[tuple[int, int]]:
        """Those on which the cell may have facts, as the first of the days and the one behind the last."""
        spans = self._ledger.cell(self._view, key)
        changes = self._changes(spans)
        for entity in dict.fromkeys(each for span in spans for each in self._named(key, span.value)):
            changes |= self._of_name(entity)
        edges = sorted(changes)
        # Before the first change there is no fact, and behind the last everything stays.
        for first, end in zip(edges, [*edges[1:], len(self._days)], strict=True):
            if first < end:
                yield first, end

    def _name_changes(self, entity: str) -> frozenset[int]:
        return frozenset(self._changes(self._ledger.cell(views.NAMES, (entity,))))

    def _changes(self, spans: Iterable[Span]) -> set[int]:
        """The places, among the days, of the first day behind each change of what spans say."""
        return {bisect_left(self._days, day) for span in spans for day in _edges(span)}


def _edges(span: Span) -> Iterator[datetime.date]:
    """The days on which what a span says can change."""
    yield span.possible_from
    yield span.certain_from
    for day in (span.certain_until, span.possible_until):
        if day is not None:
            yield day
    for doubt in span.doubts:
        yield doubt.since.earliest
        if doubt.until is not None:
            yield doubt.until.latest
